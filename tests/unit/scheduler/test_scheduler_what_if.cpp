#include "builders.h"
#include "engine/api/groups/scheduling.h"
#include "engine/scheduler/decision_record.h"
#include "engine/scheduler/scheduler.h"
#include "fake_cluster.h"
#include "trial.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;
using namespace std::chrono_literals;

namespace {

const std::string threeCpus = R"({"cpu":"3"})";

/// A cluster by hand whose objects can be looked up, as a trial wants it.
struct World : Bench {
    std::map<std::string, api::ObjectPtr> nodes;
    std::map<std::string, api::ObjectPtr> pods;

    void put(const core::Node& node) {
        nodes[node.metadata().name()] = api::Object::of(node);
        cache.putNode(nodes[node.metadata().name()]);
    }
    void put(const core::Pod& pod) {
        const auto object = api::Object::of(pod);
        pods[object->key()] = object;
        cache.putPod(info(pod));
    }
    Trial::Source source() {
        const auto find = [](const auto& in, const std::string& key) {
            const auto found = in.find(key);
            return found == in.end() ? nullptr : found->second;
        };
        return {[this, find](const std::string& name) { return find(nodes, name); },
                [this, find](const std::string& key) { return find(pods, key); }};
    }
    /// What is used of every node, to see that nothing is left of a question.
    std::string state() const {
        std::map<std::string, std::string> byName;
        for (const Slot slot : cache.live()) {
            const NodeInfo& node = cache.node(slot);
            byName[node.name] = std::to_string(node.requested.milliCpu) + "/" +
                                std::to_string(node.allocatable.milliCpu) + " " +
                                std::to_string(node.pods.size()) + (node.unschedulable ? " cordoned" : "");
        }
        std::string out;
        for (const auto& [name, text] : byName)
            out += name + ": " + text + "\n";
        return out;
    }
};

api::ObjectPtr asked(const std::string& name, const std::string& requests = threeCpus) {
    return api::Object::of(pod(name, requests));
}

} // namespace

/// Questions about a cluster that is otherwise, and decisions as clients read them.
class TestWhatIf : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void leavesNothingBehind() {
        World world;
        world.put(node("a"));
        world.put(node("b"));
        world.put(on(pod("old", threeCpus), "a"));
        const std::string before = world.state();
        {
            Trial trial(world.cache, world.random, world.source());
            Supposition supposition;
            supposition.withoutPods = {"default/old"};
            supposition.nodes = {{"b", true}, {"c", false, "a"}};
            supposition.nodes.push_back(
                {"a", false, "", [](core::Node& node) { node.mutable_spec()->set_unschedulable(true); }});
            QVERIFY(trial.suppose(supposition));
            QVERIFY(world.state() != before);
            QCOMPARE(trial.place(asked("new"), WallTime())->chosen, std::string("c"));
        }
        QCOMPARE(world.state(), before);
        // Also of a question that went wrong half way.
        {
            Trial trial(world.cache, world.random, world.source());
            Supposition supposition;
            supposition.nodes = {{"a", true}, {"nobody", true}};
            const auto supposed = trial.suppose(supposition);
            QVERIFY(!supposed);
            QCOMPARE(supposed.error().reason, Reason::NotFound);
        }
        QCOMPARE(world.state(), before);
    }

    /// As an autoscaler asks: how many of these pods would a new node take?
    void laterPodsSeeEarlierOnes() {
        World world;
        world.put(node("a"));
        Trial trial(world.cache, world.random, world.source());
        Supposition supposition;
        supposition.nodes = {{"new", false, "a"}};
        QVERIFY(trial.suppose(supposition));
        std::set<std::string> chosen;
        chosen.insert(trial.place(asked("p1"), WallTime())->chosen);
        chosen.insert(trial.place(asked("p2"), WallTime())->chosen);
        QCOMPARE(chosen, (std::set<std::string>{"a", "new"}));
        const auto third = *trial.place(asked("p3"), WallTime());
        QVERIFY(third.chosen.empty());
        QVERIFY(third.message.find("Insufficient cpu") != std::string::npos);
    }

    /// A pod that was never created is taken for what admission would make of it.
    void newPodsGetTheirPriority_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("refusal");
        QTest::addColumn<int>("victims");
        const QString none;
        QTest::newRow("its class says") << R"({"priorityClassName":"high"})" << none << 1;
        QTest::newRow("the default class") << "{}" << none << 0;
        QTest::newRow("a class that is patient") << R"({"priorityClassName":"patient"})" << none << 0;
        QTest::newRow("no such class")
            << R"({"priorityClassName":"none"})"
            << R"(pods "p" is forbidden: no PriorityClass with name none was found)" << 0;
        QTest::newRow("a number of its own")
            << R"({"priority":7})"
            << R"(pods "p" is forbidden: the integer value of priority (7) must not be provided in pod spec; )"
               R"(priority admission controller computed 5 from the given PriorityClass name)"
            << 0;
    }
    void newPodsGetTheirPriority() {
        QFETCH(QString, spec);
        QFETCH(QString, refusal);
        QFETCH(int, victims);
        SimulatedExecutor executor;
        SeededRandom random{7};
        tests::FakeCluster cluster{executor, random};
        cluster.put(node("a"));
        cluster.put(on(pod("old", threeCpus, R"({"priority":5})"), "a"));
        for (const char* text : {R"({"metadata":{"name":"high"},"value":10})",
                                 R"({"metadata":{"name":"usual"},"value":5,"globalDefault":true})",
                                 R"({"metadata":{"name":"patient"},"value":10,"preemptionPolicy":"Never"})"})
            cluster.put(fromJson<api::scheduling::PriorityClass>(text));
        Scheduler scheduler(cluster, executor, random);
        scheduler.start();
        executor.advance(1s);
        Supposition supposition;
        supposition.newPods = true;
        const auto seen =
            scheduler.whatIf(supposition, {api::Object::of(pod("p", threeCpus, spec.toStdString()))});
        QCOMPARE(QString::fromStdString(seen ? "" : seen.error().message), refusal);
        if (!seen) return;
        const auto& candidates = seen->decisions[0].candidates;
        QCOMPARE(static_cast<int>(candidates.size()), victims);
    }

    void theSchedulerAnswersWithoutActing() {
        SimulatedExecutor executor;
        SeededRandom random{7};
        tests::FakeCluster cluster{executor, random};
        cluster.put(node("a"));
        Scheduler scheduler(cluster, executor, random);
        scheduler.start();
        executor.advance(1s);
        const auto seen = scheduler.whatIf({}, {asked("p")});
        QVERIFY(seen);
        QCOMPARE(seen->decisions.size(), std::size_t{1});
        QCOMPARE(seen->decisions[0].chosen, std::string("a"));
        executor.advance(1s);
        QVERIFY(cluster.all<core::Pod>().empty());
        QVERIFY(scheduler.waiting().empty());
        QVERIFY(scheduler.decidedPods("").empty());
    }

    /// However large the cluster is, the record that is read first is small; the matrix has everything.
    void aRecordTellsWithoutListing() {
        World world;
        for (int i = 0; i < 5000; ++i)
            world.put(node("node-" + std::to_string(i), i < 3000 ? R"({"unschedulable":true})" : "{}"));
        world.place(pod("p", threeCpus));
        const auto telling = recordOf(world.decision, Detail::Telling);
        QCOMPARE(telling.nodes(), 5000);
        QCOMPARE(telling.feasible(), 2000);
        QCOMPARE(telling.refused_size(), 1);
        QCOMPARE(telling.refused(0).count(), 3000);
        QCOMPARE(telling.refused(0).nodes_size(), 10);
        QCOMPARE(telling.scored_size(), 10);
        QCOMPARE(telling.scored(0).node(), world.decision.chosen);
        for (int i = 1; i < telling.scored_size(); ++i)
            QVERIFY(telling.scored(i - 1).total() >= telling.scored(i).total());
        QVERIFY(telling.ByteSizeLong() < 8192);
        const auto matrix = recordOf(world.decision, Detail::Matrix);
        QCOMPARE(matrix.refused(0).nodes_size(), 3000);
        QCOMPARE(matrix.scored_size(), 2000);
    }
};

QTEST_GUILESS_MAIN(TestWhatIf)
#include "test_scheduler_what_if.moc"
