#pragma once

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

namespace wheelhouse::autoscaling::bench {

using namespace std::chrono_literals;
namespace core = api::core;
namespace lab = api::lab;
namespace policy = api::policy;
using lab::NodePool;

inline bool tolerated(const core::Pod& pod, const core::Taint& taint) {
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

} // namespace wheelhouse::autoscaling::bench
