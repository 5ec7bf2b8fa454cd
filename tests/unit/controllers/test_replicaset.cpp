#include "bench.h"

using namespace wheelhouse;

class TestReplicaSet : public QObject {
    Q_OBJECT

    static std::string ownerOf(const core::Pod& pod) {
        return pod.metadata().ownerreferences_size() ? pod.metadata().ownerreferences(0).uid()
                                                     : std::string();
    }

  private Q_SLOTS:
    void makesAndRemovesPods_data() {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("then");
        QTest::newRow("none") << 0 << 0;
        QTest::newRow("up") << 1 << 7;
        QTest::newRow("down") << 9 << 2;
        QTest::newRow("to zero") << 3 << 0;
        QTest::newRow("many") << 600 << 600;
    }
    void makesAndRemovesPods() {
        QFETCH(int, first);
        QFETCH(int, then);
        Bench bench({"replicaset"});
        bench.cluster.put(replicaSet("web", first));
        bench.start();
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(first));
        bench.cluster.edit<apps::ReplicaSet>("default/web",
                                             [&](auto& s) { s.mutable_spec()->set_replicas(then); });
        bench.settle();
        bench.runPods();
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(then));
        const auto set = *bench.cluster.get<apps::ReplicaSet>("default/web");
        QCOMPARE(set.status().replicas(), then);
        QCOMPARE(set.status().readyreplicas(), then);
        QCOMPARE(set.status().availablereplicas(), then);
        QCOMPARE(set.status().observedgeneration(), set.metadata().generation());
        for (const auto& pod : bench.cluster.all<core::Pod>())
            QCOMPARE(ownerOf(pod), set.metadata().uid());
    }

    /// Of many, what happens at about the same time is one look.
    void manyChangesAreFewLooks() {
        Bench bench({"replicaset"});
        bench.cluster.put(replicaSet("web", 200));
        bench.start();
        bench.settle();
        bench.runPods();
        bench.settle();
        bench.cluster.calls.clear();
        int changed = 0;
        for (const auto& pod : bench.cluster.all<core::Pod>()) {
            if (++changed > 100) break;
            bench.cluster.edit<core::Pod>("default/" + pod.metadata().name(),
                                          [&](auto& p) { bench.setReady(p, false); });
            bench.settle(1ms);
        }
        bench.settle(1s);
        const int writes = bench.cluster.count("update", "replicasets");
        QVERIFY2(writes <= 20, qPrintable(QString("%1 writes").arg(writes)));
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().readyreplicas(), 100);
    }

    void neverMakesTooMany_data() {
        QTest::addColumn<int>("latencyMs");
        QTest::newRow("fast") << 0;
        QTest::newRow("slow answers") << 300;
    }
    /// The informer lags behind its own writes; other events keep bringing it back in between.
    void neverMakesTooMany() {
        QFETCH(int, latencyMs);
        Bench bench({"replicaset"});
        bench.cluster.setLatency(std::chrono::milliseconds(latencyMs));
        bench.cluster.put(replicaSet("web", 5));
        bench.start();
        std::size_t most = 0;
        for (int i = 0; i < 200; ++i) {
            bench.settle(20ms);
            bench.cluster.edit<apps::ReplicaSet>("default/web", [&](auto& s) {
                (*s.mutable_metadata()->mutable_annotations())["n"] = std::to_string(i);
            });
            most = std::max(most, bench.pods());
        }
        QCOMPARE(most, std::size_t(5));
        QCOMPARE(bench.cluster.count("create", "pods"), 5);
    }

    void startsSlowlyWhenPodsAreRefused() {
        Bench bench({"replicaset"});
        bench.cluster.put(replicaSet("web", 100));
        bench.cluster.failNext("create", "pods", {.reason = Reason::Forbidden, .message = "quota"}, 1000);
        bench.start();
        bench.settle(3ms);
        // One pod at each look, not a hundred.
        QVERIFY(bench.cluster.count("create", "pods") <= 3);
        const auto set = *bench.cluster.get<apps::ReplicaSet>("default/web");
        QCOMPARE(set.status().conditions_size(), 1);
        QCOMPARE(set.status().conditions(0).reason(), std::string("FailedCreate"));
    }

    void carriesOnAfterACrashInTheMiddle() {
        Bench bench({"replicaset"});
        bench.cluster.setLatency(10ms);
        bench.cluster.put(replicaSet("web", 20));
        bench.start();
        QVERIFY(bench.until([&] { return bench.pods() >= 6; }));
        QVERIFY(bench.pods() < 20);
        bench.restart();
        bench.settle(5s);
        QCOMPARE(bench.pods(), std::size_t(20));
    }

    void aLostAnswerMakesNoExtraPod() {
        Bench bench({"replicaset"});
        bench.cluster.put(replicaSet("web", 3));
        bench.cluster.loseAnswers("create", "pods", 2);
        bench.start();
        bench.settle(1min);
        bench.runPods();
        bench.settle(1min);
        QCOMPARE(bench.pods(), std::size_t(3));
    }

    void adoptsAndReleasesByLabels() {
        Bench bench({"replicaset"});
        bench.cluster.put(pod("orphan", "web"));
        const auto set = bench.cluster.put(replicaSet("web", 2));
        bench.start();
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(2));
        QCOMPARE(ownerOf(*bench.cluster.get<core::Pod>("default/orphan")), set.metadata().uid());
        bench.cluster.edit<core::Pod>(
            "default/orphan", [](auto& p) { (*p.mutable_metadata()->mutable_labels())["app"] = "x"; });
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(3));
        QCOMPARE(ownerOf(*bench.cluster.get<core::Pod>("default/orphan")), std::string());
    }

    void leavesSomebodyElsesPodsAlone() {
        Bench bench({"replicaset"});
        auto foreign = pod("foreign", "web");
        meta::ObjectMeta other;
        other.set_name("web");
        other.set_uid("a-deleted-set-of-the-same-name");
        own(foreign, other, "apps/v1", "ReplicaSet");
        bench.cluster.put(foreign);
        bench.cluster.put(replicaSet("web", 0));
        bench.start();
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(1));
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().replicas(), 0);
    }

    void removesTheLeastMissedFirst() {
        Bench bench({"replicaset"});
        const auto set = bench.cluster.put(replicaSet("web", 5));
        const auto add = [&](const std::string& name, const std::string& node, bool ready, int restarts) {
            auto each = pod(name, "web", node);
            own(each, set.metadata(), "apps/v1", "ReplicaSet");
            if (!node.empty()) each.mutable_status()->set_phase("Running");
            if (ready) bench.setReady(each, true);
            auto& status = *each.mutable_status()->add_containerstatuses();
            status.set_name("main");
            status.set_restartcount(restarts);
            bench.cluster.put(each);
        };
        add("keep", "n1", true, 0);
        add("restarted", "n2", true, 9);
        add("crowded-a", "n3", true, 0);
        add("crowded-b", "n3", true, 0);
        add("unready", "n4", false, 0);
        bench.start();
        bench.settle();
        QStringList order;
        for (int left = 4; left >= 1; --left) {
            bench.cluster.edit<apps::ReplicaSet>("default/web",
                                                 [&](auto& s) { s.mutable_spec()->set_replicas(left); });
            bench.settle();
            for (const auto& each : bench.cluster.all<core::Pod>()) {
                if (!each.metadata().has_deletiontimestamp()) continue;
                order << QString::fromStdString(each.metadata().name());
                bench.cluster.drop<core::Pod>("default/" + each.metadata().name());
            }
            bench.settle();
        }
        QCOMPARE(order.size(), 4);
        QCOMPARE(order[0], QString("unready"));
        QVERIFY(order[1].startsWith("crowded"));
        QCOMPARE(order[2], QString("restarted"));
    }

    void availableOnlyAfterMinReadySeconds() {
        Bench bench({"replicaset"});
        auto set = replicaSet("web", 1);
        set.mutable_spec()->set_minreadyseconds(30);
        bench.cluster.put(set);
        bench.start();
        bench.settle();
        bench.runPods();
        bench.settle(5s);
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().readyreplicas(), 1);
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().availablereplicas(), 0);
        bench.settle(30s);
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().availablereplicas(), 1);
    }

    void anEndedOrDeletedPodIsReplaced() {
        Bench bench({"replicaset"});
        bench.cluster.put(replicaSet("web", 2));
        bench.start();
        bench.converge();
        const auto first = bench.cluster.all<core::Pod>().front();
        bench.cluster.edit<core::Pod>("default/" + first.metadata().name(),
                                      [](auto& p) { p.mutable_status()->set_phase("Failed"); });
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(3));
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/web")->status().readyreplicas(), 2);
    }
};

QTEST_GUILESS_MAIN(TestReplicaSet)
#include "test_replicaset.moc"
