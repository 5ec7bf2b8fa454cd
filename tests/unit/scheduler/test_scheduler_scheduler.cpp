#include "builders.h"

#include "engine/api/groups/storage.h"
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
    std::string nominated(const std::string& name) {
        const auto found = cluster.get<core::Pod>("default/" + name);
        return found ? found->status().nominatednodename() : "(gone)";
    }
    static core::Pod claiming(const std::string& name, const std::string& claim) {
        core::Pod out = pod(name);
        auto& volume = *out.mutable_spec()->add_volumes();
        volume.set_name("data");
        volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(claim);
        return out;
    }
    /// What the volume controller does.
    void bindClaim(const std::string& name, const std::string& volume) {
        if (!cluster.get<core::PersistentVolume>(volume)) {
            cluster.put(fromJson<core::PersistentVolume>(R"({"metadata":{"name":")" + volume + "\"}}"));
        }
        cluster.edit<core::PersistentVolumeClaim>("default/" + name, [&](core::PersistentVolumeClaim& claim) {
            claim.mutable_spec()->set_volumename(volume);
            (*claim.mutable_metadata()->mutable_annotations())["pv.kubernetes.io/bind-completed"] = "yes";
        });
    }
    Status status(Reason reason) {
        Status out;
        out.reason = reason;
        out.message = "no";
        return out;
    }
};

const std::string nothingToPreempt = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are "
                                     "available: 1 No preemption victims "
                                     "found for incoming pod.";

} // namespace

class TestScheduler : public QObject {
    Q_OBJECT

  private Q_SLOTS:
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
        QCOMPARE(world.waitingBecause("p"), "Unschedulable: " + nothingToPreempt);
        QCOMPARE(world.events("FailedScheduling"), std::vector<std::string>{nothingToPreempt});
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
        world.cluster.put(replicaSet("rs", R"({"app":"w"})"));
        for (int i = 0; i < 3; ++i)
            world.cluster.put(ownedBy(pod("w" + std::to_string(i), "{}", "{}", R"({"app":"w"})"), "rs"));
        world.start();
        world.executor.advance(2s);
        std::set<std::string> used;
        for (int i = 0; i < 3; ++i)
            used.insert(world.nodeOf("w" + std::to_string(i)));
        QCOMPARE(used, (std::set<std::string>{"n1", "n2", "n3"}));
    }

    void keepsTheLastTwentyAttempts() {
        World world;
        world.cluster.put(pod("p", R"({"cpu":"4"})"));
        world.start();
        for (int i = 0; i < 25; ++i) {
            // Large enough to be worth a try, and full.
            world.cluster.put(on(pod("full" + std::to_string(i), R"({"cpu":"4"})"), "n" + std::to_string(i)));
            world.executor.advance(1s);
            world.cluster.put(node("n" + std::to_string(i)));
            world.executor.advance(11s);
        }
        const auto* decisions = world.scheduler->decisions(Uid("pod-p"));
        QCOMPARE(decisions->size(), std::size_t(20));
        QCOMPARE(decisions->back().attempt, 26);
        QCOMPARE(decisions->back().nodes.size(), std::size_t(25));
        QCOMPARE(decisions->front().nodes.size(), std::size_t(6));
    }

    void makesRoomForTheMoreImportant() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(on(pod("low", R"({"cpu":"4"})"), "n1"));
        world.cluster.put(pod("vip", R"({"cpu":"2"})", R"({"priority":100})"));
        world.start();
        world.executor.advance(500ms);
        const auto victim = world.cluster.get<core::Pod>("default/low");
        QVERIFY(victim && victim->metadata().has_deletiontimestamp());
        const auto& condition = victim->status().conditions(0);
        QCOMPARE(condition.type(), std::string("DisruptionTarget"));
        QCOMPARE(condition.reason(), std::string("PreemptionByScheduler"));
        QCOMPARE(condition.message(),
                 std::string("default-scheduler: preempting to accommodate a higher priority pod"));
        QCOMPARE(world.events("Preempted"), std::vector<std::string>{"Preempted by pod pod-vip on node n1"});
        QCOMPARE(world.nominated("vip"), std::string("n1"));
        // While the victim ends, nobody no more important slips in, and no second victim is looked for.
        world.cluster.put(pod("sneak", R"({"cpu":"3"})"));
        world.executor.advance(20s);
        QCOMPARE(world.nodeOf("vip"), std::string());
        QCOMPARE(world.cluster.count("delete", "pods"), 1);
        world.cluster.drop<core::Pod>("default/low");
        QVERIFY(world.placed("vip", 2s));
        world.executor.advance(20s);
        QCOMPARE(world.nodeOf("sneak"), std::string());
    }

    void aNominationOutlivesARestart() {
        World world;
        world.cluster.put(node("n1"));
        auto leaving = on(pod("low", R"({"cpu":"3"})"), "n1");
        leaving.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1);
        world.cluster.put(leaving);
        // It would find no victim by itself: what keeps the node for it is what its status says.
        auto vip = pod("vip", R"({"cpu":"3"})", R"({"priority":100,"preemptionPolicy":"Never"})");
        vip.mutable_status()->set_nominatednodename("n1");
        world.cluster.put(vip);
        world.cluster.put(pod("sneak", R"({"cpu":"1"})", R"({"priority":1})"));
        world.start();
        world.executor.advance(5s);
        QCOMPARE(world.nodeOf("sneak"), std::string());
        world.cluster.drop<core::Pod>("default/low");
        QVERIFY(world.placed("vip", 15s));
        QVERIFY(world.placed("sneak", 15s));
    }

    void aVictimThatCannotBeRemovedIsTriedAgain() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(on(pod("low", R"({"cpu":"4"})"), "n1"));
        world.cluster.put(pod("vip", R"({"cpu":"2"})", R"({"priority":100})"));
        world.cluster.failNext("delete", "pods", world.status(Reason::InternalError));
        world.start();
        world.executor.advance(500ms);
        QVERIFY(!world.cluster.get<core::Pod>("default/low")->metadata().has_deletiontimestamp());
        world.executor.advance(2s);
        QVERIFY(world.cluster.get<core::Pod>("default/low")->metadata().has_deletiontimestamp());
    }

    void aLostAnswerDeletesNobodyElse() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(on(pod("low1", R"({"cpu":"2"})"), "n1"));
        world.cluster.put(on(pod("low2", R"({"cpu":"2"})"), "n1"));
        world.cluster.put(pod("vip", R"({"cpu":"2"})", R"({"priority":100})"));
        world.cluster.loseAnswers("delete", "pods");
        world.start();
        world.executor.advance(30s);
        int going = 0;
        for (const auto& each : world.cluster.all<core::Pod>())
            going += each.metadata().has_deletiontimestamp();
        QCOMPARE(going, 1);
    }

    void aLowerNomineeGivesWay() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(on(pod("low", R"({"cpu":"4"})"), "n1"));
        world.cluster.put(pod("middle", R"({"cpu":"3"})", R"({"priority":10})"));
        world.start();
        world.executor.advance(2s);
        QCOMPARE(world.nominated("middle"), std::string("n1"));
        world.cluster.put(pod("vip", R"({"cpu":"3"})", R"({"priority":100})"));
        world.executor.advance(2s);
        QCOMPARE(world.nominated("vip"), std::string("n1"));
        QCOMPARE(world.nominated("middle"), std::string());
        world.cluster.drop<core::Pod>("default/low");
        QVERIFY(world.placed("vip", 2s));
        QCOMPARE(world.nodeOf("middle"), std::string());
    }

    void claimsGetTheirNode() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(fromJson<api::storage::StorageClass>(
            R"({"metadata":{"name":"made"},"provisioner":"csi.example.com","volumeBindingMode":"WaitForFirstConsumer"})"));
        world.cluster.put(fromJson<core::PersistentVolumeClaim>(
            R"({"metadata":{"name":"c","namespace":"default","uid":"c"},"spec":{"storageClassName":"made","resources":{"requests":{"storage":"1Gi"}}}})"));
        world.cluster.put(world.claiming("p", "c"));
        world.start();
        world.executor.advance(5s);
        const auto chosen = world.cluster.get<core::PersistentVolumeClaim>("default/c");
        QCOMPARE(chosen->metadata().annotations().at("volume.kubernetes.io/selected-node"),
                 std::string("n1"));
        // Not before the volume is there.
        QCOMPARE(world.nodeOf("p"), std::string());
        QCOMPARE(world.scheduler->counts().binding, std::size_t(1));
        world.bindClaim("c", "v");
        QVERIFY(world.placed("p", 1s));
        QCOMPARE(world.cluster.count("create", "pods"), 1);
    }

    void aClaimGivenUpPlacesThePodAnew() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(fromJson<api::storage::StorageClass>(
            R"({"metadata":{"name":"made"},"provisioner":"csi.example.com","volumeBindingMode":"WaitForFirstConsumer"})"));
        world.cluster.put(fromJson<core::PersistentVolumeClaim>(
            R"({"metadata":{"name":"c","namespace":"default","uid":"c"},"spec":{"storageClassName":"made","resources":{"requests":{"storage":"1Gi"}}}})"));
        world.cluster.put(world.claiming("p", "c"));
        world.start();
        world.executor.advance(1s);
        world.cluster.edit<core::PersistentVolumeClaim>("default/c", [](core::PersistentVolumeClaim& claim) {
            claim.mutable_metadata()->mutable_annotations()->erase("volume.kubernetes.io/selected-node");
        });
        world.executor.advance(100ms);
        QCOMPARE(world.events("FailedScheduling").size(), std::size_t(1));
        world.executor.advance(5s);
        const auto again = world.cluster.get<core::PersistentVolumeClaim>("default/c");
        QVERIFY(again->metadata().annotations().contains("volume.kubernetes.io/selected-node"));
        world.bindClaim("c", "v");
        QVERIFY(world.placed("p", 1s));
    }

    void aVolumeIsTakenForTheClaim() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(fromJson<api::storage::StorageClass>(
            R"({"metadata":{"name":"local"},"provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"WaitForFirstConsumer"})"));
        world.cluster.put(fromJson<core::PersistentVolume>(
            R"({"metadata":{"name":"v"},"spec":{"storageClassName":"local","capacity":{"storage":"2Gi"}},"status":{"phase":"Available"}})"));
        world.cluster.put(fromJson<core::PersistentVolumeClaim>(
            R"({"metadata":{"name":"c","namespace":"default","uid":"c"},"spec":{"storageClassName":"local","resources":{"requests":{"storage":"1Gi"}}}})"));
        world.cluster.put(world.claiming("p", "c"));
        world.start();
        world.executor.advance(1s);
        const auto taken = world.cluster.get<core::PersistentVolume>("v");
        QCOMPARE(taken->spec().claimref().name(), std::string("c"));
        QCOMPARE(taken->spec().claimref().uid(), std::string("c"));
        world.bindClaim("c", "v");
        QVERIFY(world.placed("p", 1s));
    }

    void onlyWhatMayHelpWakes() {
        World world;
        world.cluster.put(node("n1"));
        world.cluster.put(pod("p", R"({"cpu":"8"})"));
        world.start();
        world.executor.advance(2s);
        // A node as small as the last one is no help, a larger one is.
        world.cluster.put(node("n2"));
        world.executor.advance(30s);
        QCOMPARE(world.scheduler->decisions(Uid("pod-p"))->size(), std::size_t(1));
        world.cluster.put(node("n3", "{}", "{}", R"({"cpu":"16","memory":"8Gi","pods":"110"})"));
        QVERIFY(world.placed("p", 1s));
    }

    void profilesByName() {
        World world;
        world.cluster.put(node("full"));
        world.cluster.put(node("empty"));
        world.cluster.put(on(pod("a", R"({"cpu":"2","memory":"4Gi"})"), "full"));
        Options options;
        options.profiles = {Profile::standard(), Profile::standard()};
        options.profiles[1].schedulerName = "packer";
        options.profiles[1].arguments.fit.strategy = "MostAllocated";
        world.cluster.put(pod("spread", R"({"cpu":"1","memory":"2Gi"})"));
        world.cluster.put(pod("packed", R"({"cpu":"1","memory":"2Gi"})", R"({"schedulerName":"packer"})"));
        world.start(options);
        QVERIFY(world.placed("packed") && world.placed("spread"));
        QCOMPARE(world.nodeOf("spread"), std::string("empty"));
        QCOMPARE(world.nodeOf("packed"), std::string("full"));
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
