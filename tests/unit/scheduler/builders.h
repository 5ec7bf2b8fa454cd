#pragma once

#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"

#include "attempt.h"
#include "cluster_cache.h"

#include <QtTest>
#include <map>
#include <string>

namespace wheelhouse::scheduler::test {

namespace core = api::core;

template <class M>
M fromJson(const std::string& json) {
    auto decoded = api::decodeJson(json, M::descriptor(), api::FieldValidation::Strict);
    if (!decoded) qFatal("test object does not decode: %s", decoded.error().message.c_str());
    return static_cast<const M&>(*decoded->message);
}

/// A node with 4 CPUs, 8 GiB and room for 110 pods, changed by `spec` and `labels` (JSON objects).
inline core::Node node(const std::string& name, const std::string& spec = "{}",
                       const std::string& labels = "{}",
                       const std::string& allocatable = R"({"cpu":"4","memory":"8Gi","pods":"110"})") {
    core::Node out = fromJson<core::Node>(R"({"metadata":{"name":")" + name + R"(","uid":"node-)" + name +
                                          R"(","labels":)" + labels + R"(},"spec":)" + spec +
                                          R"(,"status":{"allocatable":)" + allocatable + "}}");
    (*out.mutable_metadata()->mutable_labels())["kubernetes.io/hostname"] = name;
    return out;
}

/// A pod of namespace "default" with one container; `spec` (a JSON object without containers) and `requests`.
inline core::Pod pod(const std::string& name, const std::string& requests = "{}",
                     const std::string& spec = "{}", const std::string& labels = "{}") {
    core::Pod out =
        fromJson<core::Pod>(R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":"pod-)" +
                            name + R"(","labels":)" + labels + R"(},"spec":)" + spec + "}");
    auto& container = *out.mutable_spec()->add_containers();
    container.set_name("c");
    const auto resources = fromJson<core::ResourceRequirements>(R"({"requests":)" + requests + "}");
    *container.mutable_resources() = resources;
    return out;
}

inline core::Pod on(core::Pod pod, const std::string& node) {
    pod.mutable_spec()->set_nodename(node);
    return pod;
}

inline api::apps::ReplicaSet replicaSet(const std::string& name, const std::string& labels) {
    return fromJson<api::apps::ReplicaSet>(
        R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":")" + name +
        R"("},"spec":{"selector":{"matchLabels":)" + labels + R"(},"template":{"metadata":{"labels":)" +
        labels + R"(},"spec":{"containers":[{"name":"c"}]}}}})");
}

inline core::Pod ownedBy(core::Pod pod, const std::string& controller) {
    auto& owner = *pod.mutable_metadata()->add_ownerreferences();
    owner.set_kind("ReplicaSet");
    owner.set_name(controller);
    owner.set_uid(controller);
    owner.set_controller(true);
    return pod;
}

/// A cluster by hand, and what one attempt makes of it.
struct Bench {
    explicit Bench(Profile profile = Profile::standard())
        : attempt(cache, random, nullptr, {std::move(profile)}) {}

    ClusterCache cache;
    SeededRandom random{1};
    Attempt attempt;
    SchedulingDecision decision;

    void add(const core::Node& node) { cache.putNode(api::Object::of(node)); }
    PodInfoPtr info(const core::Pod& pod) { return PodInfo::of(api::Object::of(pod), cache.shapes); }
    void add(const core::Pod& pod) { cache.putPod(info(pod)); }
    void add(const core::Namespace& made) {
        const auto object = api::Object::of(made);
        cache.setNamespace(object->name(), &object->labels());
    }
    template <class M>
    void addVolumeObject(const M& made) {
        cache.volumes.put(api::Object::of(made));
    }
    /// A Service, ReplicaSet, StatefulSet or ReplicationController.
    template <class M>
    void addCompanions(const M& made) {
        cache.defaultSelectors.put(api::Object::of(made));
        cache.beginEpoch();
    }
    Outcome place(const core::Pod& pod) {
        decision = SchedulingDecision();
        return attempt.run(*info(pod), decision);
    }
    /// The reasons for which a node was refused, joined; empty when it was not.
    std::string refusal(const std::string& node) const {
        std::string out;
        for (const auto& each : decision.nodes) {
            if (decision.nameOf(each) != node) continue;
            for (const std::string& reason : decision.rejectionOf(each).reasons)
                out += (out.empty() ? "" : ", ") + reason;
        }
        return out;
    }
    /// What a scorer gave a node; -1 when the node or the scorer is not there.
    int score(const std::string& node, const std::string& plugin) const {
        for (std::size_t i = 0; i < decision.nodes.size(); ++i) {
            if (decision.nameOf(decision.nodes[i]) != node) continue;
            for (std::size_t s = 0; s < decision.scorers.size(); ++s) {
                if (decision.scorers[s].plugin == plugin) return decision.scoresOf(i)[s];
            }
        }
        return -1;
    }
};

} // namespace wheelhouse::scheduler::test
