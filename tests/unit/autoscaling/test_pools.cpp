#include "pools_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace wheelhouse::autoscaling::bench;

/// Pools make, repair, drain and remove their machines.
class PoolsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void makesItsMachines();
    void repairsItsNumber();
    void drainsBeforeItRemoves();
    void aBudgetHoldsADrainUp();
    void aDeadNodeGoesAtOnce();
    void growingAgainKeepsWhatWasLeaving();
    void lostAnswersMakeNoMoreMachines();
    void restartAtAnyPoint();
};

void PoolsTest::makesItsMachines() {
    Bench bench;
    NodePool pool = Bench::pool("small", 3, -1);
    pool.mutable_spec()->set_zone("a");
    (*pool.mutable_spec()->mutable_nodelabels())["team"] = "blue";
    pool.mutable_spec()->add_nodetaints("only=blue:NoSchedule");
    bench.cluster.put(pool);
    bench.run(4s);
    const auto machines = bench.cluster.all<lab::Machine>();
    QCOMPARE(machines.size(), std::size_t{3});
    for (const lab::Machine& machine : machines) {
        QVERIFY(machine.metadata().name().starts_with("small-"));
        QCOMPARE(machine.metadata().labels().at(poolLabel), std::string("small"));
        QCOMPARE(machine.metadata().ownerreferences(0).kind(), std::string("NodePool"));
        QVERIFY(machine.metadata().ownerreferences(0).controller());
        QCOMPARE(machine.spec().cpus(), 2);
        QCOMPARE(machine.spec().zone(), std::string("a"));
        QCOMPARE(machine.spec().nodelabels().at("team"), std::string("blue"));
        QCOMPARE(machine.spec().nodelabels().at(poolLabel), std::string("small"));
        QCOMPARE(machine.spec().nodetaints(0), std::string("only=blue:NoSchedule"));
    }
    bench.run(20s);
    QCOMPARE(bench.now("small").status().replicas(), 3);
    QCOMPARE(bench.now("small").status().readyreplicas(), 3);
    QCOMPARE(bench.now("small").status().message(), std::string("All nodes are ready"));
}

void PoolsTest::repairsItsNumber() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.run(20s);
    bench.cluster.drop<lab::Machine>(bench.cluster.all<lab::Machine>()[0].metadata().name());
    bench.run(4s);
    QCOMPARE(bench.machines(), std::size_t{2});
}

void PoolsTest::drainsBeforeItRemoves() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.run(20s);
    bench.wanted["web"] = 3;
    bench.run(4s);
    QCOMPARE(bench.pending(), 0);
    bench.cluster.edit<NodePool>("small", [](auto& pool) { pool.mutable_spec()->set_replicas(1); });
    bench.executor.advance(500ms);
    int cordoned = 0;
    for (const core::Node& node : bench.cluster.all<core::Node>())
        cordoned += node.spec().unschedulable();
    QCOMPARE(cordoned, 1);
    QCOMPARE(bench.machines(), std::size_t{2}); // pods first
    QVERIFY(bench.cluster.count("create", "pods") >= 1);
    bench.run(30s);
    QCOMPARE(bench.machines(), std::size_t{1});
    QCOMPARE(bench.pending(), 0);
    QCOMPARE(bench.now("small").status().replicas(), 1);
    QVERIFY(bench.now("small").status().draining().empty());
}

void PoolsTest::aBudgetHoldsADrainUp() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 1, -1));
    bench.run(20s);
    bench.wanted["web"] = 1;
    bench.run(4s);
    bench.cluster.failNext("create", "pods",
                           {.reason = Reason::TooManyRequests,
                            .message = "Cannot evict pod as it would violate the pod's disruption budget."},
                           3);
    bench.cluster.edit<NodePool>("small", [](auto& pool) { pool.mutable_spec()->set_replicas(0); });
    bench.run(6s);
    QCOMPARE(bench.machines(), std::size_t{1});
    QVERIFY(bench.now("small").status().message().find("disruption budget") != std::string::npos);
    QCOMPARE(bench.now("small").status().draining_size(), 1);
    bench.wanted["web"] = 1;
    bench.run(30s);
    QCOMPARE(bench.machines(), std::size_t{0});
}

void PoolsTest::aDeadNodeGoesAtOnce() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.run(20s);
    bench.wanted["web"] = 4;
    bench.run(4s);
    const std::string dead = bench.cluster.all<core::Node>()[1].metadata().name();
    bench.cluster.edit<core::Node>(
        dead, [](auto& node) { node.mutable_status()->mutable_conditions(0)->set_status("Unknown"); });
    bench.cluster.edit<NodePool>("small", [](auto& pool) { pool.mutable_spec()->set_replicas(1); });
    bench.executor.advance(2s);
    QVERIFY(!bench.cluster.get<lab::Machine>(dead)); // it has nobody who would stop its pods
    QCOMPARE(bench.machines(), std::size_t{1});
}

void PoolsTest::growingAgainKeepsWhatWasLeaving() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.run(20s);
    bench.wanted["web"] = 4;
    bench.run(4s);
    bench.cluster.failNext("create", "pods", {.reason = Reason::TooManyRequests, .message = "budget"}, 50);
    bench.cluster.edit<NodePool>("small", [](auto& pool) { pool.mutable_spec()->set_replicas(1); });
    bench.run(6s);
    QCOMPARE(bench.now("small").status().draining_size(), 1);
    bench.cluster.edit<NodePool>("small", [](auto& pool) { pool.mutable_spec()->set_replicas(2); });
    bench.run(6s);
    QCOMPARE(bench.machines(), std::size_t{2});
    QCOMPARE(bench.now("small").status().draining_size(), 0);
    for (const core::Node& node : bench.cluster.all<core::Node>())
        QVERIFY(!node.spec().unschedulable());
    QCOMPARE(bench.cluster.count("create", "machines"), 2);
}

void PoolsTest::lostAnswersMakeNoMoreMachines() {
    Bench bench;
    bench.cluster.loseAnswers("create", "machines", 2);
    bench.cluster.put(Bench::pool("small", 3, -1));
    bench.run(90s);
    QCOMPARE(bench.machines(), std::size_t{3});
    QCOMPARE(bench.cluster.count("create", "machines"), 3);
}

void PoolsTest::restartAtAnyPoint() {
    for (int steps = 1; steps < 120; steps += 3) {
        Bench bench;
        bench.cluster.put(Bench::pool("small", 0, 5));
        bench.wanted["web"] = 8;
        bench.makePods();
        bench.schedule();
        int left = steps;
        bench.executor.runUntil([&] { return --left <= 0; }, 20s);
        bench.restart();
        bench.run(60s);
        QCOMPARE(bench.replicas("small"), 2);
        QCOMPARE(bench.machines(), std::size_t{2});
        QCOMPARE(bench.pending(), 0);
        bench.wanted["web"] = 1;
        bench.run(80s);
        left = steps;
        bench.executor.runUntil([&] { return --left <= 0; }, 20s);
        bench.restart();
        bench.run(120s);
        QCOMPARE(bench.replicas("small"), 1);
        QCOMPARE(bench.machines(), std::size_t{1});
        QCOMPARE(bench.pending(), 0);
    }
}

QTEST_GUILESS_MAIN(PoolsTest)
#include "test_pools.moc"
