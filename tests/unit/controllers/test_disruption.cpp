#include "bench.h"

using namespace wheelhouse;
namespace policy = api::policy;

/// How many pods may be evicted.
class TestDisruption : public QObject {
    Q_OBJECT

    static policy::PodDisruptionBudget budget(const char* minAvailable, const char* maxUnavailable) {
        policy::PodDisruptionBudget made;
        made.mutable_metadata()->set_namespace_("default");
        made.mutable_metadata()->set_name("b");
        (*made.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        const auto set = [](auto* value, const std::string& text) {
            if (text.ends_with('%')) {
                value->set_type(1);
                value->set_strval(text);
            } else {
                value->set_type(0);
                value->set_intval(std::stoi(text));
            }
        };
        if (minAvailable) set(made.mutable_spec()->mutable_minavailable(), minAvailable);
        if (maxUnavailable) set(made.mutable_spec()->mutable_maxunavailable(), maxUnavailable);
        return made;
    }
    static policy::PodDisruptionBudgetStatus status(const Bench& bench) {
        return bench.cluster.get<policy::PodDisruptionBudget>("default/b")->status();
    }
    static const meta::Condition& condition(const policy::PodDisruptionBudgetStatus& status) {
        static const meta::Condition none;
        return status.conditions_size() == 1 ? status.conditions(0) : none;
    }
    /// Pods of one ReplicaSet, the first `ready` of them ready.
    static void addPods(Bench& bench, int count, int ready, int replicas) {
        const auto set = bench.cluster.put(replicaSet("web", replicas));
        for (int i = 0; i < count; ++i) {
            auto each = pod("web-" + std::to_string(i), "web", "n1");
            own(each, set.metadata(), "apps/v1", "ReplicaSet");
            each.mutable_status()->set_phase("Running");
            bench.setReady(each, i < ready);
            bench.cluster.put(each);
        }
    }

  private Q_SLOTS:
    void allows_data() {
        QTest::addColumn<QByteArray>("minAvailable");
        QTest::addColumn<QByteArray>("maxUnavailable");
        QTest::addColumn<int>("pods");
        QTest::addColumn<int>("ready");
        QTest::addColumn<int>("replicas");
        QTest::addColumn<int>("expected");
        QTest::addColumn<int>("desired");
        QTest::addColumn<int>("allowed");
        const QByteArray none;
        QTest::newRow("a number stays") << QByteArray("2") << none << 3 << 3 << 3 << 3 << 2 << 1;
        QTest::newRow("not enough are healthy") << QByteArray("2") << none << 3 << 2 << 3 << 3 << 2 << 0;
        QTest::newRow("none to spare") << QByteArray("5") << none << 3 << 3 << 3 << 3 << 5 << 0;
        QTest::newRow("a share stays") << QByteArray("50%") << none << 5 << 5 << 5 << 5 << 3 << 2;
        QTest::newRow("a share of what is wanted")
            << QByteArray("50%") << none << 4 << 4 << 10 << 10 << 5 << 0;
        QTest::newRow("a number goes") << none << QByteArray("1") << 3 << 3 << 3 << 3 << 2 << 1;
        QTest::newRow("one is gone already") << none << QByteArray("1") << 3 << 2 << 3 << 3 << 2 << 0;
        QTest::newRow("a share goes") << none << QByteArray("30%") << 10 << 10 << 10 << 10 << 7 << 3;
        QTest::newRow("shares are rounded up") << none << QByteArray("10%") << 3 << 3 << 3 << 3 << 2 << 1;
        QTest::newRow("all may go") << none << QByteArray("100%") << 3 << 3 << 3 << 3 << 0 << 3;
        QTest::newRow("no pods yet") << none << QByteArray("1") << 0 << 0 << 3 << 0 << 0 << 0;
    }
    void allows() {
        QFETCH(QByteArray, minAvailable);
        QFETCH(QByteArray, maxUnavailable);
        QFETCH(int, pods);
        QFETCH(int, ready);
        QFETCH(int, replicas);
        QFETCH(int, expected);
        QFETCH(int, desired);
        QFETCH(int, allowed);
        Bench bench({"disruption"});
        addPods(bench, pods, ready, replicas);
        bench.cluster.put(budget(minAvailable.isEmpty() ? nullptr : minAvailable.constData(),
                                 maxUnavailable.isEmpty() ? nullptr : maxUnavailable.constData()));
        bench.start();
        bench.settle();
        const auto is = status(bench);
        QCOMPARE(is.currenthealthy(), ready);
        QCOMPARE(is.expectedpods(), expected);
        QCOMPARE(is.desiredhealthy(), desired);
        QCOMPARE(is.disruptionsallowed(), allowed);
        QCOMPARE(is.observedgeneration(), std::int64_t(1));
        QCOMPARE(condition(is).type(), std::string("DisruptionAllowed"));
        QCOMPARE(condition(is).status(), std::string(allowed > 0 ? "True" : "False"));
        QCOMPARE(condition(is).reason(), std::string(allowed > 0 ? "SufficientPods" : "InsufficientPods"));
    }

    void aDeploymentsReplicaSetsCountOnce() {
        Bench bench({"disruption"});
        apps::Deployment deployment;
        deployment.mutable_metadata()->set_namespace_("default");
        deployment.mutable_metadata()->set_name("web");
        deployment.mutable_spec()->set_replicas(4);
        deployment = bench.cluster.put(deployment);
        for (const char* name : {"web-a", "web-b"}) {
            auto set = replicaSet(name, 3);
            auto& owner = *set.mutable_metadata()->add_ownerreferences();
            owner.set_apiversion("apps/v1");
            owner.set_kind("Deployment");
            owner.set_name("web");
            owner.set_uid(deployment.metadata().uid());
            owner.set_controller(true);
            set = bench.cluster.put(set);
            for (int i = 0; i < 3; ++i) {
                auto each = pod(std::string(name) + std::to_string(i), "web", "n1");
                own(each, set.metadata(), "apps/v1", "ReplicaSet");
                bench.setReady(each, true);
                bench.cluster.put(each);
            }
        }
        bench.cluster.put(budget(nullptr, "1"));
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).expectedpods(), 4);
        QCOMPARE(status(bench).desiredhealthy(), 3);
        QCOMPARE(status(bench).disruptionsallowed(), 3);
    }

    void whatCannotBeComputedAllowsNothing() {
        Bench bench({"disruption"});
        auto lost = pod("p", "web", "n1");
        meta::ObjectMeta nobody;
        nobody.set_name("gone");
        nobody.set_uid("a-set-that-is-gone");
        own(lost, nobody, "apps/v1", "ReplicaSet");
        bench.setReady(lost, true);
        bench.cluster.put(lost);
        bench.cluster.put(budget(nullptr, "1"));
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 0);
        QCOMPARE(condition(status(bench)).reason(), std::string("SyncFailed"));
        QCOMPARE(condition(status(bench)).message(), std::string("found no controllers for pod \"p\""));
    }

    void itFollowsThePods() {
        Bench bench({"disruption"});
        addPods(bench, 3, 3, 3);
        bench.cluster.put(budget("2", nullptr));
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 1);
        auto first = *bench.cluster.get<core::Pod>("default/web-0");
        bench.setReady(first, false);
        bench.cluster.put(first);
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 0);
        bench.restart();
        bench.setReady(first, true);
        bench.cluster.put(first);
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 1);
    }

    /// The server let an eviction through; the pod is still there.
    void anEvictionUnderWayIsSpent() {
        Bench bench({"disruption"});
        addPods(bench, 3, 3, 3);
        bench.cluster.put(budget("1", nullptr));
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 2);
        bench.cluster.edit<policy::PodDisruptionBudget>("default/b", [&](auto& b) {
            b.mutable_status()->set_disruptionsallowed(1);
            (*b.mutable_status()->mutable_disruptedpods())["web-1"] = api::toTime(bench.executor.wallNow());
        });
        bench.settle(1min);
        QCOMPARE(status(bench).disruptionsallowed(), 1);
        QCOMPARE(status(bench).currenthealthy(), 2);
        QCOMPARE(status(bench).disruptedpods_size(), 1);
        bench.restart();
        bench.settle(30s);
        QCOMPARE(status(bench).disruptionsallowed(), 1);
        // It did not happen: after two minutes nobody believes in it any more.
        bench.settle(1min);
        QCOMPARE(status(bench).disruptionsallowed(), 2);
        QCOMPARE(status(bench).disruptedpods_size(), 0);
    }

    void anAnnouncedDisruptionGoesStale() {
        Bench bench({"disruption"});
        auto each = pod("p", "web", "n1");
        each.mutable_status()->set_phase("Running");
        auto& target = *each.mutable_status()->add_conditions();
        target.set_type("DisruptionTarget");
        target.set_status("True");
        target.set_reason("EvictionByEvictionAPI");
        *target.mutable_lasttransitiontime() = api::toTime(bench.executor.wallNow());
        bench.cluster.put(each);
        bench.start();
        bench.settle(110s);
        QCOMPARE(bench.cluster.get<core::Pod>("default/p")->status().conditions(0).status(),
                 std::string("True"));
        bench.settle(15s);
        QCOMPARE(bench.cluster.get<core::Pod>("default/p")->status().conditions(0).status(),
                 std::string("False"));
    }

    void unmanagedPodsCountOnlyByNumber() {
        Bench bench({"disruption"});
        auto alone = pod("p", "web", "n1");
        bench.setReady(alone, true);
        bench.cluster.put(alone);
        bench.cluster.put(budget(nullptr, "1"));
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).expectedpods(), 0);
        QCOMPARE(status(bench).disruptionsallowed(), 0);
        bench.cluster.drop<policy::PodDisruptionBudget>("default/b");
        bench.cluster.put(budget("0", nullptr));
        bench.settle();
        QCOMPARE(status(bench).disruptionsallowed(), 1);
    }

    void anEmptySelectorIsEverybodyAndNoneNobody() {
        Bench bench({"disruption"});
        addPods(bench, 2, 2, 2);
        auto all = budget("1", nullptr);
        all.mutable_spec()->mutable_selector()->clear_matchlabels();
        bench.cluster.put(all);
        bench.start();
        bench.settle();
        QCOMPARE(status(bench).currenthealthy(), 2);
        bench.cluster.edit<policy::PodDisruptionBudget>("default/b",
                                                        [](auto& b) { b.mutable_spec()->clear_selector(); });
        bench.settle();
        QCOMPARE(status(bench).currenthealthy(), 0);
    }
};

QTEST_GUILESS_MAIN(TestDisruption)
#include "test_disruption.moc"
