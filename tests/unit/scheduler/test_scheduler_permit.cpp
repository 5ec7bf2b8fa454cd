#include "builders.h"
#include "engine/scheduler/scheduler.h"
#include "fake_cluster.h"

#include <memory>

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;
using namespace std::chrono_literals;

namespace {

/// Answers as it is told, and remembers whom it was asked about.
struct StandIn final : Permit {
    explicit StandIn(std::string called) : called_(std::move(called)) {}
    std::string name() const override { return called_; }
    Answer ask(const api::ObjectPtr& pod, const std::string& node) override {
        asked.push_back(pod->name() + " on " + node);
        return answer;
    }
    Answer answer;
    std::vector<std::string> asked;

  private:
    std::string called_;
};

struct World {
    SimulatedExecutor executor;
    SeededRandom random{7};
    tests::FakeCluster cluster{executor, random};
    std::shared_ptr<StandIn> first = std::make_shared<StandIn>("First");
    std::shared_ptr<StandIn> second = std::make_shared<StandIn>("Second");
    std::unique_ptr<Scheduler> scheduler;

    World() {
        cluster.put(node("n1"));
        Options options;
        options.permits = {first, second};
        scheduler = std::make_unique<Scheduler>(cluster, executor, random, options);
        scheduler->start();
    }
    static Permit::Answer wait(Duration longest) { return {Permit::Answer::Word::Wait, longest, {}}; }
    std::string nodeOf(const std::string& name) {
        return cluster.get<core::Pod>("default/" + name)->spec().nodename();
    }
    std::vector<std::string> failures() {
        std::vector<std::string> out;
        for (const auto& event : cluster.all<core::Event>()) {
            if (event.reason() == "FailedScheduling") out.push_back(event.message());
        }
        return out;
    }
};

const Uid uid("pod-p");

} // namespace

/// Plug-ins that have the last word on a pod that was given a node.
class TestPermit : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void whoMayGoIsBoundAtOnce() {
        World world;
        world.cluster.put(pod("p"));
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
        QCOMPARE(world.first->asked, std::vector<std::string>{"p on n1"});
        QCOMPARE(world.second->asked, std::vector<std::string>{"p on n1"});
    }

    /// It goes when the last plug-in lets it, and until then nobody else gets its room.
    void waitsForEveryone() {
        World world;
        world.first->answer = World::wait(10min);
        world.second->answer = World::wait(10min);
        world.cluster.put(pod("p", R"({"cpu":"3"})"));
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string());
        QCOMPARE(world.scheduler->awaitingPermit(), std::vector<Uid>{uid});
        world.cluster.put(pod("q", R"({"cpu":"2"})"));
        world.executor.advance(1s);
        QCOMPARE(world.scheduler->awaitingPermit(), std::vector<Uid>{uid});
        world.scheduler->permit(uid, "First");
        world.scheduler->permit(uid, "First");
        world.scheduler->permit(uid, "Nobody");
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string());
        world.scheduler->permit(uid, "Second");
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
        QVERIFY(world.scheduler->awaitingPermit().empty());
        QCOMPARE(world.nodeOf("q"), std::string());
        // Nothing is left that could still end.
        world.executor.advance(20min);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
    }

    void refusedAtOnce() {
        World world;
        world.first->answer = {Permit::Answer::Word::Refuse, {}, "not today"};
        world.cluster.put(pod("p"));
        world.executor.advance(500ms);
        QCOMPARE(world.nodeOf("p"), std::string());
        QCOMPARE(world.failures(), std::vector<std::string>{"not today"});
        QVERIFY(world.second->asked.empty());
        QCOMPARE(world.scheduler->counts().unschedulable, std::size_t(1));
        // Whatever happens next may help, not before the back-off is over.
        world.first->answer = {};
        world.cluster.put(node("n2"));
        world.executor.advance(100ms);
        QCOMPARE(world.nodeOf("p"), std::string());
        world.executor.advance(1s);
        QVERIFY(!world.nodeOf("p").empty());
    }

    void refusedWhileWaiting() {
        World world;
        world.first->answer = World::wait(10min);
        world.cluster.put(pod("p", R"({"cpu":"3"})"));
        world.executor.advance(1s);
        world.scheduler->refuse(uid, "Second", "not its business");
        QCOMPARE(world.scheduler->awaitingPermit(), std::vector<Uid>{uid});
        world.scheduler->refuse(uid, "First", "the others do not come");
        world.executor.advance(10ms);
        QCOMPARE(world.failures(), std::vector<std::string>{
                                       "pod \"p\" rejected while waiting on permit: the others do not come"});
        QVERIFY(world.scheduler->awaitingPermit().empty());
        // Its room is free.
        world.first->answer = {};
        world.cluster.put(pod("q", R"({"cpu":"2"})"));
        world.executor.advance(100ms);
        QCOMPARE(world.nodeOf("q"), std::string("n1"));
    }

    void timeIsUp_data() {
        QTest::addColumn<int>("asked");
        QTest::addColumn<int>("waited");
        QTest::newRow("as long as it said") << 20 << 20;
        QTest::newRow("no longer than a quarter of an hour") << 7200 << 900;
    }
    void timeIsUp() {
        QFETCH(int, asked);
        QFETCH(int, waited);
        World world;
        world.first->answer = World::wait(std::chrono::seconds(asked));
        world.cluster.put(pod("p"));
        world.executor.advance(std::chrono::seconds(waited) - 1s);
        QCOMPARE(world.scheduler->awaitingPermit(), std::vector<Uid>{uid});
        QVERIFY(world.failures().empty());
        world.executor.advance(2s);
        QCOMPARE(world.failures().at(0),
                 "pod \"p\" rejected while waiting on permit: timeout after waiting " +
                     std::to_string(waited) + "s at plugin First");
    }

    void thePodGoesMeanwhile() {
        World world;
        world.first->answer = World::wait(10min);
        world.cluster.put(pod("p", R"({"cpu":"3"})"));
        world.executor.advance(1s);
        world.cluster.drop<core::Pod>("default/p");
        world.executor.advance(1s);
        QVERIFY(world.scheduler->awaitingPermit().empty());
        world.scheduler->permit(uid, "First");
        world.first->answer = {};
        world.cluster.put(pod("q", R"({"cpu":"3"})"));
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("q"), std::string("n1"));
        QCOMPARE(world.cluster.count("create", "pods"), 1);
    }

    /// A restart forgets who waited; they are asked about again.
    void restart() {
        World world;
        world.first->answer = World::wait(10min);
        world.cluster.put(pod("p"));
        world.executor.advance(1s);
        Options options;
        world.first->answer = {};
        options.permits = {world.first};
        world.scheduler = std::make_unique<Scheduler>(world.cluster, world.executor, world.random, options);
        world.scheduler->start();
        world.executor.advance(1s);
        QCOMPARE(world.nodeOf("p"), std::string("n1"));
    }
};

QTEST_GUILESS_MAIN(TestPermit)
#include "test_scheduler_permit.moc"
