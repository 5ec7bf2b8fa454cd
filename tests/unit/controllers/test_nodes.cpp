#include "bench.h"

#include <set>

using namespace wheelhouse;

/// Node life, address ranges, taint eviction, pods of nodes that are gone.
class TestNodes : public QObject {
    Q_OBJECT

    static api::coordination::Lease lease(const std::string& node) {
        api::coordination::Lease lease;
        lease.mutable_metadata()->set_namespace_("kube-node-lease");
        lease.mutable_metadata()->set_name(node);
        return lease;
    }
    static void renew(Bench& bench, const std::string& name) {
        auto renewed = lease(name);
        *renewed.mutable_spec()->mutable_renewtime() = api::toMicroTime(bench.executor.wallNow());
        bench.cluster.put(renewed);
    }
    static std::string readiness(Bench& bench, const std::string& name) {
        const auto node = *bench.cluster.get<core::Node>(name);
        for (const auto& condition : node.status().conditions())
            if (condition.type() == "Ready") return condition.status();
        return {};
    }
    static QStringList taints(Bench& bench, const std::string& name) {
        QStringList list;
        const auto node = *bench.cluster.get<core::Node>(name);
        for (const auto& taint : node.spec().taints())
            list << QString::fromStdString(taint.key().substr(taint.key().find('/') + 1) + ":" +
                                           taint.effect());
        list.sort();
        return list;
    }
    static core::Pod tolerant(const std::string& name, const std::string& node, std::optional<int> seconds) {
        auto each = pod(name, "web", node);
        each.mutable_status()->set_phase("Running");
        auto& toleration = *each.mutable_spec()->add_tolerations();
        toleration.set_key("node.kubernetes.io/unreachable");
        toleration.set_operator_("Exists");
        toleration.set_effect("NoExecute");
        if (seconds) toleration.set_tolerationseconds(*seconds);
        return each;
    }

  private Q_SLOTS:
    void aSilentNodeIsUnknownAfterTheGracePeriod() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("dead"));
        bench.cluster.put(node("alive"));
        auto running = pod("p", "web", "dead");
        running.mutable_status()->set_phase("Running");
        bench.setReady(running, true);
        bench.cluster.put(running);
        bench.start();
        for (int i = 0; i < 4; ++i) {
            bench.settle(10s);
            renew(bench, "alive");
        }
        QCOMPARE(readiness(bench, "dead"), std::string("True"));
        for (int i = 0; i < 3; ++i) {
            bench.settle(10s);
            renew(bench, "alive");
        }
        QCOMPARE(readiness(bench, "alive"), std::string("True"));
        QCOMPARE(readiness(bench, "dead"), std::string("Unknown"));
        QCOMPARE(taints(bench, "dead"), QStringList({"unreachable:NoExecute", "unreachable:NoSchedule"}));
        QCOMPARE(taints(bench, "alive"), QStringList());
        QCOMPARE(bench.cluster.get<core::Pod>("default/p")->status().conditions(0).status(),
                 std::string("False"));
    }

    /// A node that is thought lost and goes on saying that its pod is ready is put right, and not hurriedly.
    void aNodeThatInsistsIsNotArguedWithWithoutEnd() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("lost"));
        auto running = pod("p", "web", "lost");
        running.mutable_status()->set_phase("Running");
        bench.setReady(running, true);
        bench.cluster.put(running);
        bench.start();
        bench.settle(70s);
        QCOMPARE(readiness(bench, "lost"), std::string("Unknown"));
        const auto ready = [&] {
            return bench.cluster.get<core::Pod>("default/p")->status().conditions(0).status() == "True";
        };
        int insisted = 0;
        for (int i = 0; i < 300; ++i) {
            if (!ready()) {
                bench.cluster.edit<core::Pod>("default/p", [&](auto& p) { bench.setReady(p, true); });
                ++insisted;
            }
            bench.settle(100ms);
        }
        bench.settle(6s);
        QVERIFY(!ready());
        QVERIFY2(insisted >= 2 && insisted <= 8, qPrintable(QString::number(insisted)));
    }

    void aNodeThatComesBackIsForgiven() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("a"));
        bench.cluster.put(node("b"));
        bench.start();
        for (int i = 0; i < 7; ++i) {
            bench.settle(10s);
            renew(bench, "b");
        }
        QCOMPARE(readiness(bench, "a"), std::string("Unknown"));
        bench.cluster.edit<core::Node>("a", [&](auto& n) {
            n.mutable_status()->mutable_conditions(0)->set_status("True");
            *n.mutable_status()->mutable_conditions(0)->mutable_lastheartbeattime() =
                api::toTime(bench.executor.wallNow());
        });
        bench.settle(5s);
        QCOMPARE(readiness(bench, "a"), std::string("True"));
        QCOMPARE(taints(bench, "a"), QStringList());
    }

    void aRestartDelaysTheVerdictByOneGracePeriod() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("a"));
        bench.start();
        bench.settle(40s);
        bench.restart();
        bench.settle(40s);
        QCOMPARE(readiness(bench, "a"), std::string("True"));
        bench.settle(15s);
        QCOMPARE(readiness(bench, "a"), std::string("Unknown"));
    }

    void conditionsBecomeTaints_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QStringList>("wanted");
        QTest::newRow("not ready") << "Ready"
                                   << "False" << QStringList({"not-ready:NoExecute", "not-ready:NoSchedule"});
        QTest::newRow("memory") << "MemoryPressure"
                                << "True" << QStringList({"memory-pressure:NoSchedule"});
        QTest::newRow("disk") << "DiskPressure"
                              << "True" << QStringList({"disk-pressure:NoSchedule"});
        QTest::newRow("pid") << "PIDPressure"
                             << "True" << QStringList({"pid-pressure:NoSchedule"});
        QTest::newRow("network") << "NetworkUnavailable"
                                 << "True" << QStringList({"network-unavailable:NoSchedule"});
        QTest::newRow("no pressure") << "MemoryPressure"
                                     << "False" << QStringList();
    }
    void conditionsBecomeTaints() {
        QFETCH(QString, type);
        QFETCH(QString, status);
        QFETCH(QStringList, wanted);
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("other"));
        auto sick = node("sick", type == "Ready" ? status.toStdString() : "True");
        auto& foreign = *sick.mutable_spec()->add_taints();
        foreign.set_key("my/own");
        foreign.set_effect("NoSchedule");
        if (type != "Ready") {
            auto& condition = *sick.mutable_status()->add_conditions();
            condition.set_type(type.toStdString());
            condition.set_status(status.toStdString());
        }
        bench.cluster.put(sick);
        bench.cluster.failNext("update", "nodes", {.reason = Reason::Conflict, .message = "raced"});
        bench.start();
        bench.settle(5s);
        wanted << "own:NoSchedule";
        wanted.sort();
        QCOMPARE(taints(bench, "sick"), wanted);
    }

    void cordonIsATaint() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("a"));
        bench.start();
        bench.settle();
        bench.cluster.edit<core::Node>("a", [](auto& n) { n.mutable_spec()->set_unschedulable(true); });
        bench.settle();
        QCOMPARE(taints(bench, "a"), QStringList({"unschedulable:NoSchedule"}));
        bench.cluster.edit<core::Node>("a", [](auto& n) { n.mutable_spec()->set_unschedulable(false); });
        bench.settle();
        QCOMPARE(taints(bench, "a"), QStringList());
    }

    void evictionIsSlowAndStopsWhenEverythingIsDown() {
        Bench bench({"nodelifecycle"});
        for (int i = 0; i < 3; ++i)
            bench.cluster.put(node("a" + std::to_string(i), "False", "a"));
        bench.start();
        bench.settle(5min);
        // Nobody is ready anywhere: more likely it is us.
        QCOMPARE(taints(bench, "a0"), QStringList({"unreachable:NoSchedule"}));
        bench.stop();
        bench.cluster.put(node("b", "True", "b"));
        bench.start();
        bench.settle(4s);
        const auto evicted = [&] {
            int count = 0;
            for (int i = 0; i < 3; ++i)
                count += taints(bench, "a" + std::to_string(i)).contains("unreachable:NoExecute");
            return count;
        };
        QCOMPARE(evicted(), 1);
        renew(bench, "b");
        bench.settle(8s);
        QCOMPARE(evicted(), 2);
        renew(bench, "b");
        bench.settle(20s);
        QCOMPARE(evicted(), 3);
    }

    /// Every node falls silent: nobody is evicted, and what was begun is taken back.
    void whenAllNodesAreDownTheTaintsGo() {
        Bench bench({"nodelifecycle"});
        bench.cluster.put(node("a", "False", "z"));
        bench.cluster.put(node("b", "True", "y"));
        bench.start();
        bench.settle(5s);
        QVERIFY(taints(bench, "a").contains("not-ready:NoExecute"));
        bench.cluster.edit<core::Node>(
            "b", [](auto& n) { n.mutable_status()->mutable_conditions(0)->set_status("False"); });
        bench.settle(5s);
        QCOMPARE(taints(bench, "a"), QStringList({"not-ready:NoSchedule"}));
        QCOMPARE(taints(bench, "b"), QStringList({"not-ready:NoSchedule"}));
        bench.cluster.edit<core::Node>(
            "b", [](auto& n) { n.mutable_status()->mutable_conditions(0)->set_status("True"); });
        bench.settle(15s);
        QVERIFY(taints(bench, "a").contains("not-ready:NoExecute"));
        QCOMPARE(taints(bench, "b"), QStringList());
    }

    void zonesOfTwoRegionsAreTwoZones_data() {
        QTest::addColumn<bool>("regions");
        QTest::addColumn<bool>("excluded");
        QTest::addColumn<int>("tainted");
        // Three of five down is a disrupted zone, and one of fewer than 50 nodes is left alone.
        QTest::newRow("one zone") << false << false << 0;
        QTest::newRow("two regions") << true << false << 3;
        QTest::newRow("those down do not count") << false << true << 3;
    }
    void zonesOfTwoRegionsAreTwoZones() {
        QFETCH(bool, regions);
        QFETCH(bool, excluded);
        QFETCH(int, tainted);
        Bench bench({"nodelifecycle"});
        for (int i = 0; i < 5; ++i) {
            auto each = node("n" + std::to_string(i), i < 3 ? "False" : "True", "a");
            auto& labels = *each.mutable_metadata()->mutable_labels();
            labels["topology.kubernetes.io/region"] = regions && i < 3 ? "west" : "east";
            if (excluded && i < 3) labels["node.kubernetes.io/exclude-disruption"] = "";
            bench.cluster.put(each);
        }
        bench.start();
        for (int i = 0; i < 4; ++i) {
            bench.settle(10s);
            renew(bench, "n3");
            renew(bench, "n4");
        }
        int count = 0;
        for (int i = 0; i < 5; ++i)
            count += taints(bench, "n" + std::to_string(i)).contains("not-ready:NoExecute");
        QCOMPARE(count, tainted);
    }

    void terminatingPodsOfANodeOutOfServiceGo_data() {
        QTest::addColumn<QString>("ready");
        QTest::addColumn<bool>("goes");
        QTest::newRow("down") << "Unknown" << true;
        QTest::newRow("still there") << "True" << false;
    }
    void terminatingPodsOfANodeOutOfServiceGo() {
        QFETCH(QString, ready);
        QFETCH(bool, goes);
        Bench bench({"podgc"});
        auto out = node("n", ready.toStdString());
        out.mutable_spec()->add_taints()->set_key("node.kubernetes.io/out-of-service");
        bench.cluster.put(out);
        auto ending = pod("p", "web", "n");
        *ending.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        bench.cluster.put(ending);
        bench.start();
        bench.settle(1min);
        QCOMPARE(bench.pods(), std::size_t(goes ? 0 : 1));
    }

    void podsAreEvictedWhenTheirTolerationEnds() {
        Bench bench({"tainteviction"});
        bench.cluster.put(node("n"));
        bench.cluster.put(tolerant("forever", "n", std::nullopt));
        bench.cluster.put(tolerant("minute", "n", 60));
        auto intolerant = pod("none", "web", "n");
        intolerant.mutable_status()->set_phase("Running");
        bench.cluster.put(intolerant);
        bench.cluster.put(pod("elsewhere", "web", "m"));
        bench.start();
        bench.settle();
        bench.cluster.edit<core::Node>("n", [&](auto& n) {
            auto& taint = *n.mutable_spec()->add_taints();
            taint.set_key("node.kubernetes.io/unreachable");
            taint.set_effect("NoExecute");
            *taint.mutable_timeadded() = api::toTime(bench.executor.wallNow());
        });
        const auto deleted = [&](const std::string& name) {
            return bench.cluster.get<core::Pod>("default/" + name)->metadata().has_deletiontimestamp();
        };
        bench.settle(2s);
        QVERIFY(deleted("none"));
        QCOMPARE(bench.cluster.get<core::Pod>("default/none")->status().conditions(0).reason(),
                 std::string("DeletionByTaintManager"));
        bench.settle(40s);
        QVERIFY(!deleted("minute"));
        // A restart neither forgets nor prolongs it.
        bench.restart();
        bench.settle(25s);
        QVERIFY(deleted("minute"));
        bench.settle(10min);
        QVERIFY(!deleted("forever"));
        QVERIFY(!deleted("elsewhere"));
    }

    void aTaintThatGoesInTimeSavesThePod() {
        Bench bench({"tainteviction"});
        auto tainted = node("n");
        auto& taint = *tainted.mutable_spec()->add_taints();
        taint.set_key("node.kubernetes.io/unreachable");
        taint.set_effect("NoExecute");
        *taint.mutable_timeadded() = api::toTime(bench.executor.wallNow());
        bench.cluster.put(tainted);
        bench.cluster.put(tolerant("p", "n", 30));
        bench.start();
        bench.settle(20s);
        bench.cluster.edit<core::Node>("n", [](auto& n) { n.mutable_spec()->clear_taints(); });
        bench.settle(5min);
        QVERIFY(!bench.cluster.get<core::Pod>("default/p")->metadata().has_deletiontimestamp());
        QCOMPARE(bench.cluster.count("delete"), 0);
    }

    void everyNodeHasItsOwnAddresses() {
        Bench bench({"nodeipam"});
        bench.start();
        for (int i = 0; i < 300; ++i)
            bench.cluster.put(node("n" + std::to_string(i)));
        bench.cluster.failNext("patch", "nodes", {.reason = Reason::Conflict, .message = "raced"}, 5);
        bench.cluster.loseAnswers("patch", "nodes", 5);
        QVERIFY(bench.until([&] { return bench.cluster.count("patch", "nodes") > 100; }));
        bench.restart();
        bench.settle(5s);
        std::set<std::string> ranges;
        for (const auto& each : bench.cluster.all<core::Node>()) {
            QVERIFY(!each.spec().podcidr().empty());
            QCOMPARE(each.spec().podcidrs(0), each.spec().podcidr());
            ranges.insert(each.spec().podcidr());
        }
        QCOMPARE(ranges.size(), std::size_t(300));
        QVERIFY(ranges.contains("10.244.0.0/24"));
        QVERIFY2(ranges.contains("10.245.43.0/24"), "the 300th continues where the 256th ended");
    }

    void freedAddressesAreUsedAgainAndTheEndIsSaid() {
        Bench bench({"nodeipam"});
        bench.options.clusterCidr = "10.244.0.0/23";
        bench.start();
        bench.cluster.put(node("a"));
        bench.cluster.put(node("b"));
        bench.settle();
        bench.cluster.put(node("c"));
        bench.settle(3s);
        QVERIFY(bench.cluster.get<core::Node>("c")->spec().podcidr().empty());
        const auto freed = bench.cluster.get<core::Node>("a")->spec().podcidr();
        bench.cluster.drop<core::Node>("a");
        bench.settle(1min);
        QCOMPARE(bench.cluster.get<core::Node>("c")->spec().podcidr(), freed);
        QCOMPARE(bench.cluster.all<core::Event>().front().reason(), std::string("CIDRNotAvailable"));
    }

    void podsOfANodeThatIsGoneAreTakenAwayAfterQuarantine() {
        Bench bench({"podgc"});
        bench.cluster.put(node("here"));
        for (const char* where : {"here", "gone"}) {
            auto each = pod(where, "web", where);
            each.mutable_status()->set_phase("Running");
            bench.cluster.put(each);
        }
        bench.start();
        bench.settle(35s);
        QCOMPARE(bench.pods(), std::size_t(2));
        bench.settle(40s);
        QCOMPARE(bench.pods(), std::size_t(1));
        QVERIFY(bench.cluster.get<core::Pod>("default/here"));
    }

    void aNodeThatReturnsInQuarantineKeepsItsPods() {
        Bench bench({"podgc"});
        auto each = pod("p", "web", "flapping");
        each.mutable_status()->set_phase("Running");
        bench.cluster.put(each);
        bench.start();
        bench.settle(30s);
        bench.cluster.put(node("flapping"));
        bench.settle(5min);
        QCOMPARE(bench.pods(), std::size_t(1));
    }

    void theOldestEndedPodsGoFirst() {
        Bench bench({"podgc"});
        bench.options.terminatedPodThreshold = 3;
        bench.cluster.put(node("n"));
        for (int i = 0; i < 6; ++i) {
            auto each = pod("p" + std::to_string(i), "web", "n");
            each.mutable_metadata()->mutable_creationtimestamp()->set_seconds(1000 + i);
            each.mutable_status()->set_phase(i % 2 ? "Failed" : "Succeeded");
            bench.cluster.put(each);
        }
        bench.start();
        bench.settle(1min);
        QCOMPARE(bench.pods(), std::size_t(3));
        QVERIFY(!bench.cluster.get<core::Pod>("default/p2"));
        QVERIFY(bench.cluster.get<core::Pod>("default/p3"));
    }
};

QTEST_GUILESS_MAIN(TestNodes)
#include "test_nodes.moc"
