#include "bench.h"

using namespace wheelhouse;

/// Only what a ReplicationController has of its own; the mechanism is tested with ReplicaSets.
class TestReplication : public QObject {
    Q_OBJECT

    static core::ReplicationController controller(const std::string& name, int replicas) {
        core::ReplicationController controller;
        controller.mutable_metadata()->set_namespace_("default");
        controller.mutable_metadata()->set_name(name);
        controller.mutable_spec()->set_replicas(replicas);
        (*controller.mutable_spec()->mutable_selector())["app"] = name;
        *controller.mutable_spec()->mutable_template_() = podTemplate(name);
        return controller;
    }
    static core::ReplicationController stored(Bench& bench, const std::string& name = "web") {
        return *bench.cluster.get<core::ReplicationController>("default/" + name);
    }

  private Q_SLOTS:
    void keepsItsNumberAndSaysSo_data() {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("then");
        QTest::newRow("none") << 0 << 0;
        QTest::newRow("up") << 1 << 4;
        QTest::newRow("down") << 5 << 2;
        QTest::newRow("to zero") << 3 << 0;
    }
    void keepsItsNumberAndSaysSo() {
        QFETCH(int, first);
        QFETCH(int, then);
        Bench bench({"replication"});
        bench.cluster.put(controller("web", first));
        bench.start();
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(first));
        bench.cluster.edit<core::ReplicationController>(
            "default/web", [&](auto& c) { c.mutable_spec()->set_replicas(then); });
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(then));
        const auto now = stored(bench);
        QCOMPARE(now.status().replicas(), then);
        QCOMPARE(now.status().fullylabeledreplicas(), then);
        QCOMPARE(now.status().readyreplicas(), then);
        QCOMPARE(now.status().availablereplicas(), then);
        QCOMPARE(now.status().observedgeneration(), now.metadata().generation());
        for (const auto& pod : bench.cluster.all<core::Pod>()) {
            QCOMPARE(pod.metadata().ownerreferences(0).kind(), std::string("ReplicationController"));
            QCOMPARE(pod.metadata().ownerreferences(0).apiversion(), std::string("v1"));
            QCOMPARE(pod.metadata().ownerreferences(0).uid(), now.metadata().uid());
        }
    }

    /// Pods on their way out are not in its status: nothing to write again and again.
    void writesItsStatusOnlyWhenItChanged() {
        Bench bench({"replication"});
        bench.cluster.put(controller("web", 2));
        bench.start();
        bench.converge();
        bench.cluster.edit<core::ReplicationController>("default/web",
                                                        [](auto& c) { c.mutable_spec()->set_replicas(1); });
        bench.settle();
        const int written = bench.cluster.count("update", "replicationcontrollers");
        for (int i = 0; i < 5; ++i) {
            bench.cluster.edit<core::ReplicationController>("default/web", [&](auto& c) {
                (*c.mutable_metadata()->mutable_annotations())["n"] = std::to_string(i);
            });
            bench.settle();
        }
        QCOMPARE(bench.cluster.count("update", "replicationcontrollers"), written);
    }

    void refusedPodsBecomeACondition() {
        Bench bench({"replication"});
        bench.cluster.put(controller("web", 3));
        bench.cluster.failNext("create", "pods", {.reason = Reason::Forbidden, .message = "quota"}, 2);
        bench.start();
        bench.settle(3ms);
        QCOMPARE(stored(bench).status().conditions_size(), 1);
        QCOMPARE(stored(bench).status().conditions(0).type(), std::string("ReplicaFailure"));
        QCOMPARE(stored(bench).status().conditions(0).reason(), std::string("FailedCreate"));
        QCOMPARE(stored(bench).status().conditions(0).message(), std::string("quota"));
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(3));
        QCOMPARE(stored(bench).status().conditions_size(), 0);
    }

    void takesAnOrphanAndLeavesAReplicaSetsPodsAlone() {
        Bench bench({"replicaset", "replication"});
        bench.cluster.put(pod("orphan", "rc"));
        bench.cluster.put(controller("rc", 2));
        bench.cluster.put(replicaSet("rs", 2));
        bench.start();
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(4));
        const auto orphan = *bench.cluster.get<core::Pod>("default/orphan");
        QCOMPARE(orphan.metadata().ownerreferences(0).uid(), stored(bench, "rc").metadata().uid());
        bench.cluster.edit<core::ReplicationController>("default/rc",
                                                        [](auto& c) { c.mutable_spec()->set_replicas(0); });
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(2));
        QCOMPARE(bench.cluster.get<apps::ReplicaSet>("default/rs")->status().readyreplicas(), 2);
    }

    void carriesOnAfterEveryStep() {
        for (int steps = 1; steps < 60; ++steps) {
            Bench bench({"replication"});
            bench.cluster.setLatency(2ms);
            bench.cluster.put(controller("web", 4));
            bench.start();
            for (int i = 0; i < steps; ++i)
                bench.executor.step();
            bench.restart();
            bench.converge();
            QCOMPARE(bench.pods(), std::size_t(4));
            QCOMPARE(stored(bench).status().readyreplicas(), 4);
        }
    }
};

QTEST_GUILESS_MAIN(TestReplication)
#include "test_replication.moc"
