#include "engine/api/time.h"
#include "lab_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::controlplane::test;
using namespace std::chrono_literals;

namespace {

const std::string appsV1 = "apps/v1";

void scale(LabBench& bench, int replicas) {
    QVERIFY(bench.patch(api::kindOf<apps::Deployment>(), "default", "web",
                        "{'spec':{'replicas':" + std::to_string(replicas) + "}}"));
}

int setSize(const LabBench& bench) {
    const auto page = bench.store->list(api::kindOf<apps::ReplicaSet>(), "", "", 0, 0, {});
    return page->items.empty() ? -1 : page->items[0]->as<apps::ReplicaSet>().spec().replicas();
}

int bound(const LabBench& bench) {
    int out = 0;
    for (const auto& pod : bench.pods())
        if (!pod.spec().nodename().empty()) ++out;
    return out;
}

int running(const LabBench& bench) {
    int out = 0;
    for (const auto& pod : bench.pods())
        if (pod.status().phase() == "Running") ++out;
    return out;
}

/// Makes one step and waits until it is made.
bool step(LabBench& bench, const std::string& of = "") {
    const std::int64_t steps = bench.clock().spec().steps() + 1;
    if (!bench.setClock("{'steps':" + std::to_string(steps) + ",'stepOf':'" + of + "'}")) return false;
    const bool made =
        bench.until([&] { return bench.clock().status().steps() == steps; }, std::chrono::seconds(30));
    bench.advance(200ms); // what the step began comes to its end
    return made;
}

/// The steps it takes until `condition` holds; -1 when many do not do.
int stepsUntil(LabBench& bench, const std::function<bool()>& condition, const std::string& of = "") {
    for (int steps = 0; steps < 200; ++steps) {
        if (condition()) return steps;
        if (!step(bench, of)) return -1;
    }
    return -1;
}

} // namespace

/// The ClusterClock of a lab: pausing, stepping, slow and fast motion, restarts.
class TestClusterClock : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void isThereAndGoes() {
        LabBench bench(1);
        QVERIFY(bench.until([&] { return bench.clock().status().has_realtime(); }, 5s));
        const auto clock = bench.clock();
        QVERIFY(!clock.status().paused());
        QCOMPARE(clock.status().speed(), std::string("1"));
        QVERIFY(api::fromTime(clock.status().clustertime()) == api::fromTime(clock.status().realtime()));
    }

    void refusesNonsense_data() {
        QTest::addColumn<QString>("spec");
        for (const char* spec : {"{'speed':'0'}", "{'speed':'101'}", "{'speed':'fast'}", "{'speed':'1e1'}",
                                 "{'steps':-1}", "{'speed':'-1'}"})
            QTest::newRow(spec) << QString(spec);
    }
    void refusesNonsense() {
        QFETCH(QString, spec);
        LabBench bench(0);
        const auto written = bench.setClock(spec.toStdString());
        QVERIFY(!written);
        QCOMPARE(written.error().reason, Reason::Invalid);
        QVERIFY(!bench.make("lab.wheelhouse.dev/v1alpha1", "clusterclocks", "",
                            J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'ClusterClock',"
                              "'metadata':{'name':'other'}}")));
    }

    void nothingHappensWhilePaused() {
        LabBench bench;
        QVERIFY(bench.make(appsV1, "deployments", "default", deploymentJson("web", 1)));
        QVERIFY(bench.until([&] { return bound(bench) == 1; }, 10s));
        QVERIFY(bench.setClock("{'paused':true}"));
        QVERIFY(bench.until([&] { return bench.clock().status().paused(); }, 1s));
        scale(bench, 3);
        const WallTime stopped = bench.life->time.wallNow();
        bench.advance(1h);
        QVERIFY(bench.life->time.wallNow() == stopped);
        QCOMPARE(setSize(bench), 1);
        QCOMPARE(bench.pods().size(), std::size_t{1});
        // The API answers and says who would act.
        bool listed = false;
        const auto clock = bench.clock();
        for (const auto& next : clock.status().next())
            listed = listed || (next.queue() == "deployment" && next.key() == "default/web");
        QVERIFY(listed);
        // An hour of pause is no hour of silence.
        QVERIFY(bench.isReady("sim-1") && bench.isReady("sim-2"));
        QVERIFY(bench.setClock("{'paused':false}"));
        QVERIFY(bench.until([&] { return bound(bench) == 3; }, 10s));
        bench.advance(2min);
        QVERIFY(bench.isReady("sim-1") && bench.isReady("sim-2"));
        QVERIFY(!bench.clock().status().has_pausedsince());
    }

    /// What a user does to a deployment, one act after another.
    void stepsDoOneThingEach() {
        LabBench bench;
        QVERIFY(bench.make(appsV1, "deployments", "default", deploymentJson("web", 1)));
        QVERIFY(bench.until([&] { return running(bench) == 1; }, 10s));
        bench.advance(1s);
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(200ms);
        scale(bench, 2);
        bench.advance(200ms);
        QVERIFY(step(bench, "deployment"));
        QCOMPARE(setSize(bench), 2);
        QCOMPARE(bench.pods().size(), std::size_t{1});
        QCOMPARE(bench.clock().status().laststep(), std::string("deployment default/web"));
        QVERIFY(stepsUntil(
                    bench, [&] { return bench.pods().size() == 2; }, "replicaset") >= 1);
        QCOMPARE(bound(bench), 1);
        QVERIFY(step(bench, "scheduler"));
        QCOMPARE(bound(bench), 2);
        // The node has the pod and no time to start it.
        bench.advance(1min);
        QCOMPARE(running(bench), 1);
    }

    void stepsOfAnybodyReachTheSameEnd() {
        LabBench bench;
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(200ms);
        QVERIFY(bench.make(appsV1, "deployments", "default", deploymentJson("web", 2)));
        QVERIFY(stepsUntil(bench, [&] { return bound(bench) == 2; }) > 3);
        const std::int64_t made = bench.clock().status().steps();
        QCOMPARE(made, bench.clock().spec().steps());
    }

    void aStepWithNothingToDoMovesTime() {
        LabBench bench;
        bench.advance(5s);
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(200ms);
        const WallTime before = bench.life->time.wallNow();
        // Everything that is due is done sooner or later; then somebody's timer is next.
        QVERIFY(stepsUntil(bench, [&] { return bench.life->time.wallNow() > before + 100ms; }) > 0);
        const WallTime stopped = bench.life->time.wallNow();
        bench.advance(1min);
        QVERIFY(bench.life->time.wallNow() == stopped);
    }

    void severalStepsAtOnce() {
        LabBench bench;
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(200ms);
        QVERIFY(bench.make(appsV1, "deployments", "default", deploymentJson("web", 1)));
        QVERIFY(bench.setClock("{'steps':60}"));
        QVERIFY(bench.until([&] { return bench.clock().status().steps() == 60; }, 60s));
        bench.advance(1min);
        QCOMPARE(bench.clock().status().steps(), std::int64_t{60});
        QVERIFY(!bench.setClock("{'steps':59}"));
    }

    /// Five minutes of toleration pass in three seconds, and nothing breaks by it.
    void fastForwardShortensEvictions() {
        LabBench bench;
        QVERIFY(bench.make("v1", "pods", "default", podJson("web")));
        QVERIFY(bench.until([&] { return bound(bench) == 1; }, 10s));
        bench.advance(5s);
        const std::string node = bench.pods()[0].spec().nodename();
        const std::string other = node == "sim-1" ? "sim-2" : "sim-1";
        QVERIFY(bench.patch(api::kindOf<lab::Machine>(), "", node, "{'spec':{'power':'Off'}}"));
        QVERIFY(bench.setClock("{'speed':'100'}"));
        const Instant begun = bench.executor.now();
        QVERIFY(bench.until(
            [&] { return bench.pods().empty() || bench.pods()[0].metadata().has_deletiontimestamp(); }, 6s));
        QVERIFY(bench.executor.now() - begun > 2500ms);
        QVERIFY(!bench.isReady(node));
        QVERIFY(bench.isReady(other));
        // Slow motion: ten seconds take a hundred.
        QVERIFY(bench.setClock("{'speed':'0.1'}"));
        const WallTime before = bench.life->time.wallNow();
        bench.advance(100s);
        const Duration passed = bench.life->time.wallNow() - before;
        QVERIFY(passed > 9500ms && passed < 10500ms);
    }

    /// A program that ends while its cluster is paused finds it so again.
    void aPauseOutlivesTheProgram() {
        LabBench bench;
        QVERIFY(bench.make(appsV1, "deployments", "default", deploymentJson("web", 1)));
        QVERIFY(bench.until([&] { return bound(bench) == 1; }, 10s));
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(1s);
        const WallTime stopped = bench.life->time.wallNow();
        scale(bench, 2);
        bench.stop();
        bench.advance(1h);
        bench.start();
        bench.advance(10s);
        QVERIFY(bench.life->time.wallNow() - stopped < 1ms && stopped - bench.life->time.wallNow() < 1ms);
        QCOMPARE(setSize(bench), 1);
        QVERIFY(step(bench, "deployment"));
        QCOMPARE(setSize(bench), 2);
        QVERIFY(bench.setClock("{'paused':false}"));
        QVERIFY(bench.until([&] { return bound(bench) == 2; }, 60s));
    }

    void timeThatIsAheadStaysAhead() {
        LabBench bench(1);
        QVERIFY(bench.setClock("{'speed':'100'}"));
        bench.advance(10s);
        QVERIFY(bench.setClock("{'speed':'1'}"));
        bench.advance(1s);
        const Duration ahead = bench.life->time.wallNow() - bench.executor.wallNow();
        QVERIFY(ahead > 900s);
        bench.stop();
        bench.advance(1h);
        bench.start();
        const Duration now = bench.life->time.wallNow() - bench.executor.wallNow();
        QVERIFY(now - ahead < 5ms && ahead - now < 5ms);
    }

    void aDeletedClockComesBackAndGoes() {
        LabBench bench(1);
        QVERIFY(bench.setClock("{'paused':true}"));
        bench.advance(200ms);
        bool removed = false;
        bench.life->cluster->remove(api::kindOf<lab::ClusterClock>().name, "", "cluster", {},
                                    [&](const Result<client::Written>& gone) { removed = gone.has_value(); });
        QVERIFY(bench.until([&] { return removed; }, 1s));
        bench.advance(1s);
        QVERIFY(!bench.clock().spec().paused());
        QVERIFY(!bench.life->gate.held());
    }
};

QTEST_GUILESS_MAIN(TestClusterClock)
#include "test_cluster_clock.moc"
