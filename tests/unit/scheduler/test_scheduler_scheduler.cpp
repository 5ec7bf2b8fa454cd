#include "builders.h"

#include "engine/scheduler/scheduler.h"
#include "fake_cluster.h"

#include <memory>

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;
using namespace std::chrono_literals;

namespace {

struct World {
    SimulatedExecutor executor;
    SeededRandom random{7};
    tests::FakeCluster cluster{executor, random};
    std::unique_ptr<Scheduler> scheduler;

    void start(Options options = {}) {
        scheduler = std::make_unique<Scheduler>(cluster, executor, random, options);
        scheduler->start();
    }
    std::string nodeOf(const std::string& name) {
        const auto found = cluster.get<core::Pod>("default/" + name);
        return found ? found->spec().nodename() : "(gone)";
    }
    bool placed(const std::string& name, Duration within = 5s) {
        return executor.runUntil([&] { return !nodeOf(name).empty(); }, within);
    }
    std::vector<std::string> events(const std::string& reason) {
        std::vector<std::string> out;
        for (const auto& event : cluster.all<core::Event>()) {
            if (event.reason() == reason) out.push_back(event.message());
        }
        return out;
    }
    std::string waitingBecause(const std::string& name) {
        const auto found = cluster.get<core::Pod>("default/" + name);
        if (!found) return {};
        for (const auto& condition : found->status().conditions()) {
            if (condition.type() == "PodScheduled" && condition.status() == "False") {
                return condition.reason() + ": " + condition.message();
            }
        }
        return {};
    }
    Status status(Reason reason) {
        Status out;
        out.reason = reason;
        out.message = "no";
        return out;
    }
};

} // namespace

class TestScheduler : public QObject {
    Q_OBJECT

  private slots:
    void bindsAndSaysSo() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("p"));
        world.start();
        QVERIFY(world.placed("p"));
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
        QCOMPARE(world.events("Scheduled"),
                 std::vector<std::string>{"Successfully assigned default/p to n1"});
        QCOMPARE(world.scheduler->counts().bound, std::uint64_t(1));
        QCOMPARE(world.scheduler->counts().binding, std::size_t(0));
        const auto* decisions = world.scheduler->decisions(Uid("pod-p"));
        QVERIFY(decisions != nullptr);
        QCOMPARE(decisions->size(), std::size_t(1));
        QCOMPARE(decisions->front().chosen, std::string("n1"));
    }

    void leavesOthersAlone() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("other", "{}", R"({"schedulerName":"mine"})"));
        world.cluster.put(pod("gated", "{}", R"({"schedulingGates":[{"name":"wait"}]})"));
        world.start();
        world.executor.advance(10s);
        QCOMPARE(world.nodeOf("other"), std::string());
        QCOMPARE(world.nodeOf("gated"), std::string());
        QCOMPARE(world.cluster.count("create"), 0);
        world.cluster.edit<core::Pod>("default/gated",
                                      [](core::Pod& pod) { pod.mutable_spec()->clear_schedulinggates(); });
        QVERIFY(world.placed("gated"));
    }

    void saysWhyAndWaitsForRoom() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(on(pod("big", R"({"cpu":"3"})"), "n1"));
        world.cluster.put(pod("p", R"({"cpu":"2"})"));
        world.start();
        world.executor.advance(2s);
        QCOMPARE(world.waitingBecause("p"),
                 std::string("Unschedulable: 0/1 nodes are available: 1 Insufficient cpu."));
        QCOMPARE(world.events("FailedScheduling"),
                 std::vector<std::string>{"0/1 nodes are available: 1 Insufficient cpu."});
        // The report itself is no reason to try again.
        world.executor.advance(60s);
        QCOMPARE(world.scheduler->decisions(Uid("pod-p"))->size(), std::size_t(1));
        QCOMPARE(world.cluster.count("patch", "pods"), 1);
        world.cluster.drop<core::Pod>("default/big");
        QVERIFY(world.placed("p", 1s));
    }

    void aNewNodeHelps() {
        World world;
        world.cluster.put(pod("p"));
        world.start();
        world.executor.advance(5s);
        QCOMPARE(world.waitingBecause("p"),
                 std::string("Unschedulable: no nodes available to schedule pods"));
        world.cluster.put(node("n1"));
        QVERIFY(world.placed("p", 1s));
    }

    void roomIsTakenBeforeTheAnswer() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.setLatency(200ms);
        for (int i = 0; i < 6; ++i)
            world.cluster.put(pod("p" + std::to_string(i), R"({"cpu":"1"})"));
        world.start();
        world.executor.advance(30s);
        int bound = 0;
        for (int i = 0; i < 6; ++i)
            bound += world.nodeOf("p" + std::to_string(i)).empty() ? 0 : 1;
        QCOMPARE(bound, 4);
        QCOMPARE(world.cluster.count("create", "pods"), 4);
    }

    void aRefusedBindingIsTriedAgain() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("p", R"({"cpu":"4"})"));
        world.cluster.failNext("create", "pods", world.status(Reason::InternalError));
        world.start();
        world.executor.advance(500ms);
        QCOMPARE(world.nodeOf("p"), std::string());
        QCOMPARE(world.events("FailedScheduling"), std::vector<std::string>{"binding rejected: no"});
        QVERIFY(world.placed("p", 1s));
    }

    void aLostAnswerIsNoSecondBinding() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("p", R"({"cpu":"4"})"));
        world.cluster.loseAnswers("create", "pods");
        world.start();
        world.executor.advance(20s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
        QCOMPARE(world.cluster.count("create", "pods"), 1);
        QCOMPARE(world.scheduler->counts().bound, std::uint64_t(1));
        QCOMPARE(world.events("Scheduled").size(), std::size_t(1));
    }

    void anUnreachableServerKeepsTheRoomUntilItAnswers() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("p", R"({"cpu":"4"})"));
        world.cluster.failNext("create", "pods", world.status(Reason::ServiceUnavailable));
        world.cluster.failNext("get", "pods", world.status(Reason::ServiceUnavailable), 3);
        world.start();
        world.executor.advance(2s);
        QCOMPARE(world.scheduler->counts().binding, std::size_t(1));
        QVERIFY(world.placed("p", 10s));
    }

    void aPodReplacedUnderItsNameIsAnotherPod() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.setLatency(100ms);
        world.cluster.put(pod("p"));
        world.start();
        world.executor.runUntil([&] { return world.scheduler->counts().binding == 1; }, 5s);
        world.cluster.drop<core::Pod>("default/p");
        auto again = pod("p");
        again.mutable_metadata()->set_uid("pod-p2");
        world.cluster.put(again);
        QVERIFY(world.placed("p", 30s));
        world.executor.advance(5s);
        QVERIFY(world.scheduler->decisions(Uid("pod-p")) == nullptr);
        QCOMPARE(world.scheduler->decisions(Uid("pod-p2"))->back().chosen, std::string("n1"));
        QCOMPARE(world.scheduler->counts().binding, std::size_t(0));
    }

    void threeReplicasOnThreeNodes() {
        World world;
        for (const char* name : {"n1", "n2", "n3"})
            world.cluster.put(node(name));
        for (int i = 0; i < 3; ++i)
            world.cluster.put(ownedBy(pod("w" + std::to_string(i)), "rs"));
        world.start();
        world.executor.advance(2s);
        std::set<std::string> used;
        for (int i = 0; i < 3; ++i)
            used.insert(world.nodeOf("w" + std::to_string(i)));
        QCOMPARE(used, (std::set<std::string>{"n1", "n2", "n3"}));
    }

    void keepsTheLastTwentyAttempts() {
        World world;
        world.cluster.put(pod("p"));
        world.start();
        for (int i = 0; i < 25; ++i) {
            world.cluster.put(node("n" + std::to_string(i), R"({"unschedulable":true})"));
            world.executor.advance(11s);
        }
        const auto* decisions = world.scheduler->decisions(Uid("pod-p"));
        QCOMPARE(decisions->size(), std::size_t(20));
        QCOMPARE(decisions->back().attempt, 26);
        QCOMPARE(decisions->back().nodes.size(), std::size_t(25));
        QCOMPARE(decisions->front().nodes.size(), std::size_t(6));
    }

    void endsCleanlyWithAnswersUnderWay() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.setLatency(100ms);
        world.cluster.put(pod("p"));
        world.start();
        world.executor.runUntil([&] { return world.scheduler->counts().binding == 1; }, 5s);
        world.scheduler.reset();
        world.executor.advance(5s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
    }
};

QTEST_GUILESS_MAIN(TestScheduler)
#include "test_scheduler_scheduler.moc"
