#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/quantity.h"
#include "engine/api/time.h"
#include "engine/autoscaling/autoscaling.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "pool/pool_names.h"
#include "pool/pool_view.h"

#include <QTest>
#include <algorithm>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace std::chrono_literals;
namespace core = api::core;
namespace lab = api::lab;
namespace policy = api::policy;
using lab::NodePool;

namespace {

bool tolerated(const core::Pod& pod, const core::Taint& taint) {
    return std::any_of(pod.spec().tolerations().begin(), pod.spec().tolerations().end(),
                       [&](const auto& each) { return each.key() == taint.key(); });
}

/// A scheduler of a few lines: by processors, node selectors and taints; pods go where most is free.
class FakePlacement final : public Placement {
  public:
    explicit FakePlacement(tests::FakeCluster& cluster) : cluster_(cluster) {}
    bool broken = false;
    int asked = 0;

    Result<std::vector<std::string>> place(const Question& question) override {
        ++asked;
        if (broken) return fail(Reason::ServiceUnavailable, "the scheduler is not running");
        std::map<std::string, core::Node> nodes;
        for (core::Node& node : cluster_.all<core::Node>())
            nodes[node.metadata().name()] = std::move(node);
        for (const core::Node& node : question.added)
            nodes[node.metadata().name()] = node;
        for (const std::string& name : question.removed)
            nodes.erase(name);
        std::map<std::string, std::int64_t> free;
        for (const auto& [name, node] : nodes)
            free[name] = allocatableOf(node).milliCpu;
        for (const core::Pod& pod : cluster_.all<core::Pod>()) {
            const std::string key = pod.metadata().namespace_() + "/" + pod.metadata().name();
            if (std::count(question.withoutPods.begin(), question.withoutPods.end(), key) == 0)
                free[pod.spec().nodename()] -= requestsOf(pod).milliCpu;
        }
        std::vector<std::string> out;
        for (const api::ObjectPtr& object : question.pods) {
            const auto pod = object->as<core::Pod>();
            std::string best;
            for (const auto& [name, node] : nodes)
                if (fits(pod, node, free[name]) && (best.empty() || free[name] > free[best])) best = name;
            if (!best.empty()) free[best] -= requestsOf(pod).milliCpu;
            out.push_back(best);
        }
        return out;
    }

  private:
    static bool fits(const core::Pod& pod, const core::Node& node, std::int64_t free) {
        if (node.spec().unschedulable() || requestsOf(pod).milliCpu > free) return false;
        for (const auto& [key, value] : pod.spec().nodeselector()) {
            const auto label = node.metadata().labels().find(key);
            if (label == node.metadata().labels().end() || label->second != value) return false;
        }
        return std::all_of(node.spec().taints().begin(), node.spec().taints().end(),
                           [&](const core::Taint& taint) { return tolerated(pod, taint); });
    }
    tests::FakeCluster& cluster_;
};

/// Pools on a cluster in memory, with machines that come up after a while, a scheduler and a replica set
/// played by the bench.
struct Bench {
    SeededRandom random{7};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    FakePlacement placement{cluster};
    UsageBoard board{executor.clock()};
    ScalingDecisions decisions;
    bool autoscaled = true;
    bool boots = true;
    Duration bootTime = 8s;
    std::unique_ptr<client::InformerSet> informers;
    std::unique_ptr<controllers::ControllerSet> set;
    std::map<std::string, int> wanted; ///< pods of each replica set the bench plays
    std::map<std::string, std::int64_t> request;

    Bench() {
        executor.advance(24h);
        start();
    }
    void start() {
        informers = std::make_unique<client::InformerSet>(cluster, executor);
        const controllers::Deps deps{cluster, executor, random, *informers, {}, {}};
        set = std::make_unique<controllers::ControllerSet>(
            *informers,
            makeAutoscalers(deps, {board, nullptr, decisions, autoscaled ? &placement : nullptr}));
        set->start();
    }
    void restart() {
        set.reset();
        informers.reset();
        start();
    }
    static NodePool pool(const std::string& name, int least, int most) {
        NodePool pool;
        pool.mutable_metadata()->set_name(name);
        pool.mutable_metadata()->set_generation(1);
        auto& spec = *pool.mutable_spec();
        spec.set_provider("simulated");
        spec.set_replicas(least);
        spec.set_min(least);
        if (most >= 0) spec.set_max(most);
        spec.set_cpus(2);
        spec.set_memorymib(2048);
        spec.set_diskgib(8);
        spec.set_idleseconds(60);
        spec.set_idlebelowpercent(50);
        spec.set_cooldownseconds(30);
        return pool;
    }
    /// Plays the machine provider and the node agents.
    void runMachines() {
        std::set<std::string> machines;
        for (lab::Machine& machine : cluster.all<lab::Machine>()) {
            const std::string name = machine.metadata().name();
            machines.insert(name);
            const Duration age = executor.wallNow() - api::fromTime(machine.metadata().creationtimestamp());
            if (!boots || age < bootTime || cluster.get<core::Node>(name)) continue;
            core::Node node;
            node.mutable_metadata()->set_name(name);
            *node.mutable_metadata()->mutable_labels() = machine.spec().nodelabels();
            (*node.mutable_status()->mutable_allocatable())["cpu"].set_string(
                std::to_string(machine.spec().cpus()));
            (*node.mutable_status()->mutable_allocatable())["memory"].set_string("2Gi");
            auto& ready = *node.mutable_status()->add_conditions();
            ready.set_type("Ready");
            ready.set_status("True");
            cluster.put(node);
        }
        for (const core::Node& node : cluster.all<core::Node>())
            if (!machines.contains(node.metadata().name())) cluster.drop<core::Node>(node.metadata().name());
    }
    void makePods() {
        for (const auto& [app, count] : wanted) {
            std::vector<std::string> present;
            for (const core::Pod& pod : cluster.all<core::Pod>())
                if (pod.metadata().labels().at("app") == app && !pod.metadata().has_deletiontimestamp())
                    present.push_back("default/" + pod.metadata().name());
            for (std::size_t i = static_cast<std::size_t>(count); i < present.size(); ++i)
                cluster.drop<core::Pod>(present[i]);
            for (int i = static_cast<int>(present.size()); i < count; ++i)
                cluster.put(podOf(app));
        }
    }
    core::Pod podOf(const std::string& app) {
        core::Pod pod;
        pod.mutable_metadata()->set_namespace_("default");
        pod.mutable_metadata()->set_name(app + "-" + std::to_string(++made_));
        (*pod.mutable_metadata()->mutable_labels())["app"] = app;
        auto& owner = *pod.mutable_metadata()->add_ownerreferences();
        owner.set_kind("ReplicaSet");
        owner.set_name(app);
        owner.set_uid("uid-" + app);
        owner.set_controller(true);
        auto& container = *pod.mutable_spec()->add_containers();
        container.set_name("main");
        const auto asked = request.find(app);
        (*container.mutable_resources()->mutable_requests())["cpu"].set_string(
            std::to_string(asked == request.end() ? 500 : asked->second) + "m");
        pod.mutable_status()->set_phase("Pending");
        return pod;
    }
    /// Plays the scheduler: binds what fits and says of the rest that it does not.
    void schedule() {
        for (core::Pod& pod : cluster.all<core::Pod>()) {
            if (pod.metadata().has_deletiontimestamp()) { // its node has stopped it
                cluster.drop<core::Pod>("default/" + pod.metadata().name());
                continue;
            }
            if (!pod.spec().nodename().empty()) continue;
            Placement::Question question;
            question.pods.push_back(api::Object::of(pod));
            const std::string node = placement.broken ? "" : placement.place(question)->front();
            pod.mutable_status()->clear_conditions();
            auto& scheduled = *pod.mutable_status()->add_conditions();
            scheduled.set_type("PodScheduled");
            scheduled.set_status(node.empty() ? "False" : "True");
            if (node.empty()) scheduled.set_reason("Unschedulable");
            pod.mutable_spec()->set_nodename(node);
            if (!node.empty()) pod.mutable_status()->set_phase("Running");
            const auto before = cluster.get<core::Pod>("default/" + pod.metadata().name());
            if (before->SerializeAsString() != pod.SerializeAsString()) cluster.put(pod);
        }
    }
    void run(Duration span) {
        for (Duration passed{}; passed < span; passed += 2s) {
            runMachines();
            makePods();
            schedule();
            executor.advance(2s);
        }
    }
    int pending() const {
        int count = 0;
        for (const core::Pod& pod : cluster.all<core::Pod>())
            count += pod.spec().nodename().empty();
        return count;
    }
    std::size_t machines() const { return cluster.all<lab::Machine>().size(); }
    NodePool now(const std::string& name) const { return cluster.get<NodePool>(name).value_or(NodePool()); }
    int replicas(const std::string& name) const { return now(name).spec().replicas(); }
    QString decision(const std::string& name) const {
        const NodePool pool = now(name);
        if (pool.status().decisions().empty()) return {};
        const auto& last = pool.status().decisions(0);
        return QString::fromStdString(last.action() + " " + std::to_string(last.from()) + "→" +
                                      std::to_string(last.to()) + ": " + last.message());
    }
    QStringList events() const {
        QStringList out;
        for (const core::Event& event : cluster.all<core::Event>())
            out << QString::fromStdString(event.reason() + ": " + event.message());
        return out;
    }

  private:
    int made_ = 0;
};

} // namespace

class PoolsTest : public QObject {
    Q_OBJECT
  private slots:
    void makesItsMachines();
    void repairsItsNumber();
    void drainsBeforeItRemoves();
    void aBudgetHoldsADrainUp();
    void aDeadNodeGoesAtOnce();
    void growingAgainKeepsWhatWasLeaving();
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

void PoolsTest::growsForPodsThatFitNowhere() {
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

void PoolsTest::growsByWhatHelpsAndNoMore() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 20));
    bench.wanted["web"] = 13;
    bench.run(6s);
    QCOMPARE(bench.replicas("small"), 4); // four pods a machine
    bench.run(30s);
    QCOMPARE(bench.pending(), 0);
    QCOMPARE(bench.replicas("small"), 4);
}

void PoolsTest::countsOnMachinesOnTheirWay() {
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

void PoolsTest::neverAboveTheMaximum() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 2));
    bench.wanted["web"] = 20;
    bench.run(60s);
    QCOMPARE(bench.replicas("small"), 2);
    QVERIFY(bench.decision("small").startsWith("CannotScaleUp 2→2: 12 pods fit nowhere"));
    QVERIFY(bench.decision("small").endsWith("max node group size reached"));
    QCOMPARE(bench.events().filter("NotTriggerScaleUp").size(), 12);
}

void PoolsTest::podsThatFitNoPool() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 0, 5));
    bench.request["big"] = 3000;
    bench.wanted["big"] = 1;
    bench.run(30s);
    QCOMPARE(bench.replicas("small"), 0);
    QVERIFY(bench.decision("small").endsWith("they would not fit on its nodes either"));
    QCOMPARE(bench.now("small").status().decisions_size(), 1); // the same again is not news
}

void PoolsTest::choosesByWaste() {
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

void PoolsTest::choosesByPriority() {
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

void PoolsTest::taintedPools() {
    Bench bench;
    NodePool pool = Bench::pool("reserved", 0, 5);
    pool.mutable_spec()->add_nodetaints("only=batch:NoSchedule");
    bench.cluster.put(pool);
    bench.wanted["web"] = 1;
    bench.run(30s);
    QCOMPARE(bench.replicas("reserved"), 0);
}

void PoolsTest::shrinksWhenIdle() {
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

void PoolsTest::keepsTheMinimum() {
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

void PoolsTest::coolsDown() {
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

void PoolsTest::keepsWhatWouldBeLost() {
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

void PoolsTest::keepsWhatABudgetProtects() {
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

void PoolsTest::keepsWhatFitsNowhereElse() {
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

void PoolsTest::movesPodsOfALittleUsedNode() {
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

void PoolsTest::withoutMaximumItIsLeftAlone() {
    Bench bench;
    bench.cluster.put(Bench::pool("small", 2, -1));
    bench.wanted["web"] = 20;
    bench.run(60s);
    QCOMPARE(bench.replicas("small"), 2);
    bench.wanted["web"] = 0;
    bench.run(300s);
    QCOMPARE(bench.replicas("small"), 2);
}

void PoolsTest::bringsThePoolWithinItsBounds() {
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

void PoolsTest::whileTheSchedulerCannotBeAskedNothingHappens() {
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
