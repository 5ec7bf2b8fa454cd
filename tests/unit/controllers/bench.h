#pragma once

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/controllers/controllers.h"
#include "fake_cluster.h"

#include <QTest>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse {

namespace core = api::core;
namespace apps = api::apps;
namespace meta = api::meta;
using namespace std::chrono_literals;

/// Controllers on a cluster in memory, in virtual time. `restart` is a crash: everything a controller kept is
/// lost.
struct Bench {
    SeededRandom random{7};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    controllers::Options options;
    std::map<std::string, machines::MachineProvider*> providers;
    std::vector<std::string> names;
    std::unique_ptr<client::InformerSet> informers;
    std::unique_ptr<controllers::ControllerSet> set;

    explicit Bench(std::vector<std::string> only) : names(std::move(only)) {}
    void start() {
        informers = std::make_unique<client::InformerSet>(cluster, executor);
        set =
            controllers::makeControllers({cluster, executor, random, *informers, options, providers}, names);
        set->start();
    }
    void stop() {
        set.reset();
        informers.reset();
    }
    void restart() {
        stop();
        start();
    }
    void settle(Duration span = 1s) { executor.advance(span); }
    /// Runs task by task until `condition`; for stopping in the middle of things.
    bool until(const std::function<bool()>& condition, Duration limit = 1min) {
        return executor.runUntil(condition, limit);
    }
    std::size_t pods() const { return cluster.all(api::kindOf<core::Pod>().name).size(); }

    /// Plays the scheduler and the nodes: binds pods (to the node they ask for by name, else to this one),
    /// makes them ready, ends those that are being deleted.
    void runPods(const std::string& node = "n1") {
        int next = 1;
        for (auto& pod : cluster.all<core::Pod>()) {
            const std::string key = pod.metadata().namespace_() + "/" + pod.metadata().name();
            ++next;
            if (pod.metadata().has_deletiontimestamp()) {
                cluster.drop<core::Pod>(key);
                continue;
            }
            if (pod.spec().nodename().empty())
                pod.mutable_spec()->set_nodename(askedNode(pod).empty() ? node : askedNode(pod));
            if (pod.status().phase() != "Pending" && !pod.status().phase().empty()) continue;
            pod.mutable_status()->set_phase("Running");
            pod.mutable_status()->set_podip("10.244.0." + std::to_string(next));
            setReady(pod, true);
            cluster.put(pod);
        }
    }
    /// The node a pod's affinity names, or empty.
    static std::string askedNode(const core::Pod& pod) {
        const auto& required =
            pod.spec().affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
        for (const auto& term : required.nodeselectorterms())
            for (const auto& field : term.matchfields())
                return field.values(0);
        return {};
    }
    void setReady(core::Pod& pod, bool ready) {
        core::PodCondition* condition = nullptr;
        for (auto& present : *pod.mutable_status()->mutable_conditions())
            if (present.type() == "Ready") condition = &present;
        if (!condition) condition = pod.mutable_status()->add_conditions();
        condition->set_type("Ready");
        condition->set_status(ready ? "True" : "False");
        *condition->mutable_lasttransitiontime() = api::toTime(executor.wallNow());
    }
    /// Lets controllers and pods run until nothing changes any more.
    void converge() {
        Revision before = 0;
        for (int i = 0; i < 50 && before != cluster.revision(); ++i) {
            before = cluster.revision();
            settle(2s);
            runPods();
            settle(2s);
        }
    }
};

inline core::PodTemplateSpec podTemplate(const std::string& app, const std::string& image = "nginx:1") {
    core::PodTemplateSpec podTemplate;
    (*podTemplate.mutable_metadata()->mutable_labels())["app"] = app;
    auto& container = *podTemplate.mutable_spec()->add_containers();
    container.set_name("main");
    container.set_image(image);
    return podTemplate;
}

inline core::Pod pod(const std::string& name, const std::string& app = "web", const std::string& node = "") {
    core::Pod pod;
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_metadata()->set_name(name);
    const auto made = podTemplate(app);
    *pod.mutable_metadata()->mutable_labels() = made.metadata().labels();
    *pod.mutable_spec() = made.spec();
    pod.mutable_spec()->set_nodename(node);
    pod.mutable_status()->set_phase("Pending");
    return pod;
}

inline apps::ReplicaSet replicaSet(const std::string& name, int replicas) {
    apps::ReplicaSet set;
    set.mutable_metadata()->set_namespace_("default");
    set.mutable_metadata()->set_name(name);
    set.mutable_spec()->set_replicas(replicas);
    (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = name;
    *set.mutable_spec()->mutable_template_() = podTemplate(name);
    return set;
}

inline core::Node node(const std::string& name, const std::string& ready = "True",
                       const std::string& zone = "") {
    core::Node node;
    node.mutable_metadata()->set_name(name);
    if (!zone.empty()) (*node.mutable_metadata()->mutable_labels())["topology.kubernetes.io/zone"] = zone;
    if (!ready.empty()) {
        auto& condition = *node.mutable_status()->add_conditions();
        condition.set_type("Ready");
        condition.set_status(ready);
    }
    return node;
}

inline void own(core::Pod& pod, const meta::ObjectMeta& owner, const char* apiVersion, const char* kind) {
    auto& reference = *pod.mutable_metadata()->add_ownerreferences();
    reference.set_apiversion(apiVersion);
    reference.set_kind(kind);
    reference.set_name(owner.name());
    reference.set_uid(owner.uid());
    reference.set_controller(true);
    reference.set_blockownerdeletion(true);
}

} // namespace wheelhouse
