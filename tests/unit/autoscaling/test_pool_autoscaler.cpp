#include "pools_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace wheelhouse::autoscaling::bench;

/// How many machines a pool should have, and which pool grows.
class PoolAutoscalerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void growsForPodsThatFitNowhere();
    void growsByWhatHelpsAndNoMore();
    void countsOnMachinesOnTheirWay();
    void neverAboveTheMaximum();
    void podsThatFitNoPool();
    void choosesByWaste();
    void choosesByPriority();
    void taintedPools();
    void shrinksWhenIdle();
    void keepsTheMinimum();
    void coolsDown();
    void keepsWhatWouldBeLost();
    void keepsWhatABudgetProtects();
    void keepsWhatFitsNowhereElse();
    void movesPodsOfALittleUsedNode();
    void withoutMaximumItIsLeftAlone();
    void bringsThePoolWithinItsBounds();
    void whileTheSchedulerCannotBeAskedNothingHappens();
};

void PoolAutoscalerTest::growsForPodsThatFitNowhere() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.run(4s);
    bench.wanted["web"] = 3;
    bench.run(6s);
    QCOMPARE(bench.replicas("small"), 1); // 3 × 500m on 2 processors
    QVERIFY(
        bench.decision("small").startsWith("ScaleUp 0→1: 3 pods fit nowhere: default/web-1, default/web-2"));
    QVERIFY(
        bench.events().contains("ScaledUpGroup: Scale-up: group small size set to 1 instead of 0 (max: 5)"));
    QVERIFY(bench.events().contains("TriggeredScaleUp: pod triggered scale-up: [{small 0->1 (max: 5)}]"));
    bench.run(20s);
    QCOMPARE(bench.pending(), 0);
    QCOMPARE(bench.replicas("small"), 1);
    QVERIFY(bench.now("small").status().has_lastscaleuptime());
}

void PoolAutoscalerTest::growsByWhatHelpsAndNoMore() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 20));
    bench.wanted["web"] = 13;
    bench.run(6s);
    QCOMPARE(bench.replicas("small"), 4); // four pods a machine
    bench.run(30s);
    QCOMPARE(bench.pending(), 0);
    QCOMPARE(bench.replicas("small"), 4);
}

void PoolAutoscalerTest::countsOnMachinesOnTheirWay() {
    Bench bench;
    bench.bootTime = 120s;
    bench.cluster.put(Bench::pool("small", 0, 20));
    bench.wanted["web"] = 4;
    bench.run(100s);
    QCOMPARE(bench.replicas("small"), 1);
    bench.wanted["web"] = 6;
    bench.run(20s);
    QCOMPARE(bench.replicas("small"), 2);
    // One that does not come up in a quarter of an hour is not waited for.
    Bench stuck;
    stuck.boots = false;
    stuck.cluster.put(Bench::pool("small", 0, 20));
    stuck.wanted["web"] = 1;
    stuck.run(14min);
    QCOMPARE(stuck.replicas("small"), 1);
    stuck.run(2min);
    QCOMPARE(stuck.replicas("small"), 2);
}

void PoolAutoscalerTest::neverAboveTheMaximum() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 2));
    bench.wanted["web"] = 20;
    bench.run(60s);
    QCOMPARE(bench.replicas("small"), 2);
    QVERIFY(bench.decision("small").startsWith("CannotScaleUp 2→2: 12 pods fit nowhere"));
    QVERIFY(bench.decision("small").endsWith("max node group size reached"));
    QCOMPARE(bench.events().filter("NotTriggerScaleUp").size(), 12);
}

void PoolAutoscalerTest::podsThatFitNoPool() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.request["big"] = 3000;
    bench.wanted["big"] = 1;
    bench.run(30s);
    QCOMPARE(bench.replicas("small"), 0);
    QVERIFY(bench.decision("small").endsWith("they would not fit on its nodes either"));
    QCOMPARE(bench.now("small").status().decisions_size(), 1); // the same again is not news
}

void PoolAutoscalerTest::choosesByWaste() {
    Bench bench;
    NodePool large = Bench::pool("large", 0, 5);
    large.mutable_spec()->set_cpus(8);
    large.mutable_spec()->set_memorymib(8192);
    bench.cluster.put(large);
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 3;
    bench.run(6s);
    QCOMPARE(bench.replicas("small"), 1);
    QCOMPARE(bench.replicas("large"), 0);
    const auto chosen = bench.now("small").status().decisions(0);
    QCOMPARE(chosen.options_size(), 2);
    QCOMPARE(chosen.options(0).pool(), std::string("small"));
    QVERIFY(chosen.options(0).chosen() && !chosen.options(1).chosen());
    QVERIFY(chosen.options(0).wastepercent() < chosen.options(1).wastepercent());
    QVERIFY(bench.decision("large").startsWith("NotChosen 0→0: small helps"));
    // What only the large ones can hold goes there all the same.
    bench.request["big"] = 6000;
    bench.wanted["big"] = 1;
    bench.run(12s);
    QCOMPARE(bench.replicas("large"), 1);
}

void PoolAutoscalerTest::choosesByPriority() {
    Bench bench;
    NodePool large = Bench::pool("large", 0, 5);
    large.mutable_spec()->set_cpus(8);
    large.mutable_spec()->set_priority(10);
    bench.cluster.put(large);
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 3;
    bench.run(6s);
    QCOMPARE(bench.replicas("large"), 1);
    QCOMPARE(bench.replicas("small"), 0);
}

void PoolAutoscalerTest::taintedPools() {
    Bench bench;
    NodePool pool = Bench::pool("reserved", 0, 5);
    pool.mutable_spec()->add_nodetaints("only=batch:NoSchedule");
    bench.cluster.put(pool);
    bench.wanted["web"] = 1;
    bench.run(30s);
    QCOMPARE(bench.replicas("reserved"), 0);
}

void PoolAutoscalerTest::shrinksWhenIdle() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 8;
    bench.run(40s);
    QCOMPARE(bench.replicas("small"), 2);
    bench.wanted["web"] = 0;
    bench.run(20s);
    QCOMPARE(bench.now("small").status().idlenodes_size(), 2);
    QCOMPARE(bench.now("small").status().idlenodes(0).keptbecause(), std::string("idle for less than 60 s"));
    QCOMPARE(bench.replicas("small"), 2);
    bench.run(70s);
    QCOMPARE(bench.replicas("small"), 0);
    QVERIFY(bench.decision("small").startsWith("ScaleDown 2→0: idle for 60 s: small-"));
    QVERIFY(bench.now("small").status().has_lastscaledowntime());
    QCOMPARE(bench.machines(), std::size_t{0});
    QCOMPARE(bench.events().filter("ScaleDown: Scale-down: size set to 0 instead of 2 (min: 0)").size(), 1);
}

void PoolAutoscalerTest::keepsTheMinimum() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 1, 5));
    bench.wanted["web"] = 8;
    bench.run(40s);
    bench.wanted["web"] = 0;
    bench.run(150s);
    QCOMPARE(bench.replicas("small"), 1);
    QCOMPARE(bench.now("small").status().idlenodes(0).keptbecause(),
             std::string("the pool keeps at least 1"));
}

void PoolAutoscalerTest::coolsDown() {
    Bench bench;
    NodePool pool = Bench::pool("small", 0, 5);
    pool.mutable_spec()->set_idleseconds(10);
    pool.mutable_spec()->set_cooldownseconds(300);
    bench.cluster.put(pool);
    bench.wanted["web"] = 4;
    bench.run(30s);
    bench.wanted["web"] = 0;
    bench.run(100s);
    QCOMPARE(bench.replicas("small"), 1);
    QCOMPARE(bench.now("small").status().idlenodes(0).keptbecause(),
             std::string("less than 300 s since the pool grew"));
    bench.run(200s);
    QCOMPARE(bench.replicas("small"), 0);
}

void PoolAutoscalerTest::keepsWhatWouldBeLost() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 4;
    bench.run(30s);
    bench.wanted["web"] = 0;
    core::Pod alone = bench.podOf("alone");
    alone.mutable_metadata()->clear_ownerreferences();
    bench.cluster.put(alone);
    bench.run(150s);
    QCOMPARE(bench.replicas("small"), 1);
    QVERIFY(bench.now("small").status().idlenodes(0).keptbecause().find("controlled by nobody") !=
            std::string::npos);
}

void PoolAutoscalerTest::keepsWhatABudgetProtects() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 5;
    bench.run(40s);
    policy::PodDisruptionBudget budget;
    budget.mutable_metadata()->set_namespace_("default");
    budget.mutable_metadata()->set_name("web");
    (*budget.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
    budget.mutable_status()->set_disruptionsallowed(0);
    bench.cluster.put(budget);
    bench.wanted["web"] = 2;
    bench.run(200s);
    QCOMPARE(bench.replicas("small"), 2);
    QVERIFY(bench.now("small").status().idlenodes(0).keptbecause().find(
                "the disruption budget default/web") != std::string::npos);
    budget.mutable_status()->set_disruptionsallowed(1);
    bench.cluster.put(budget);
    bench.run(40s);
    QCOMPARE(bench.replicas("small"), 1);
}

void PoolAutoscalerTest::keepsWhatFitsNowhereElse() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.request["web"] = 1500;
    bench.wanted["web"] = 1;
    bench.request["tiny"] = 600;
    bench.run(30s);
    bench.wanted["tiny"] = 1;
    bench.run(200s);
    QCOMPARE(bench.replicas("small"), 2);
    QVERIFY(bench.now("small").status().idlenodes(0).keptbecause().ends_with("would fit nowhere else"));
}

void PoolAutoscalerTest::movesPodsOfALittleUsedNode() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 5;
    bench.run(40s);
    QCOMPARE(bench.replicas("small"), 2);
    bench.wanted["web"] = 3; // both nodes keep some
    bench.run(200s);
    QCOMPARE(bench.replicas("small"), 1);
    QCOMPARE(bench.pending(), 0);
    QCOMPARE(bench.machines(), std::size_t{1});
}

void PoolAutoscalerTest::withoutMaximumItIsLeftAlone() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.wanted["web"] = 20;
    bench.run(60s);
    QCOMPARE(bench.replicas("small"), 2);
    bench.wanted["web"] = 0;
    bench.run(300s);
    QCOMPARE(bench.replicas("small"), 2);
}

void PoolAutoscalerTest::bringsThePoolWithinItsBounds() {
    Bench bench;
    NodePool pool = Bench::pool("small", 2, 3);
    pool.mutable_spec()->set_replicas(5);
    bench.cluster.put(pool);
    bench.run(20s);
    QCOMPARE(bench.replicas("small"), 3);
    bench.cluster.edit<NodePool>("small", [](auto& pool) {
        pool.mutable_spec()->set_replicas(0);
        pool.mutable_metadata()->set_generation(9);
    });
    bench.run(12s);
    QCOMPARE(bench.replicas("small"), 2);
}

void PoolAutoscalerTest::whileTheSchedulerCannotBeAskedNothingHappens() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.wanted["web"] = 4;
    bench.placement.broken = true;
    bench.run(60s);
    QCOMPARE(bench.replicas("small"), 0);
    bench.placement.broken = false;
    bench.run(120s); // it was tried again with growing pauses
    QCOMPARE(bench.replicas("small"), 1);
}

QTEST_GUILESS_MAIN(PoolAutoscalerTest)
#include "test_pool_autoscaler.moc"
