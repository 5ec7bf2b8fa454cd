#include "trial.h"

#include <fmt/format.h>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

Status missing(const char* what, const std::string& name) {
    Status status;
    status.reason = Reason::NotFound;
    status.message = fmt::format("{} \"{}\" not found", what, name);
    status.kind = what;
    status.name = name;
    return status;
}

} // namespace

Trial::Trial(ClusterCache& cache, Random& random, Source source, std::vector<Profile> profiles)
    : cache_(cache), attempt_(cache, random, nullptr, std::move(profiles)), source_(std::move(source)) {}

Trial::~Trial() {
    for (auto step = undo_.rbegin(); step != undo_.rend(); ++step)
        (*step)();
}

Result<void> Trial::suppose(const Supposition& supposition) {
    for (const std::string& key : supposition.withoutPods)
        if (auto taken = take(key); !taken) return taken;
    for (const NodeChange& each : supposition.nodes)
        if (auto changed = change(each); !changed) return changed;
    return {};
}

Result<void> Trial::take(const std::string& podKey) {
    const api::ObjectPtr object = source_.pod(podKey);
    if (!object) return fail(missing("pods", podKey));
    const Uid uid = object->uid();
    // Of a pod only assumed somewhere the watch does not know where yet; it stays.
    if (!cache_.isPlaced(uid) || cache_.isAssumed(uid)) return {};
    cache_.removePod(uid);
    undo_.emplace_back([this, object] { cache_.putPod(PodInfo::of(object, cache_.shapes)); });
    return {};
}

Result<void> Trial::change(const NodeChange& change) {
    const api::ObjectPtr before = source_.node(change.name);
    const bool is = before != nullptr;
    if (change.remove) {
        if (!is) return fail(missing("nodes", change.name));
        cache_.removeNode(change.name);
        undo_.emplace_back([this, before] { cache_.putNode(before); });
        return {};
    }
    core::Node node = is ? before->as<core::Node>() : core::Node();
    if (!change.copyOf.empty()) {
        const api::ObjectPtr model = source_.node(change.copyOf);
        if (!model) return fail(missing("nodes", change.copyOf));
        node = model->as<core::Node>();
        (*node.mutable_metadata()->mutable_labels())["kubernetes.io/hostname"] = change.name;
    }
    node.mutable_metadata()->set_name(change.name);
    node.mutable_metadata()->set_uid(is ? before->uid().value() : "supposed-" + change.name);
    if (change.edit) change.edit(node);
    cache_.putNode(api::Object::of(node));
    undo_.emplace_back([this, before, name = change.name] {
        if (before)
            cache_.putNode(before);
        else
            cache_.removeNode(name);
    });
    return {};
}

Result<SchedulingDecision> Trial::place(const api::ObjectPtr& pod, WallTime now) {
    core::Pod message = pod->as<core::Pod>();
    if (admission_ != nullptr) {
        if (auto settled = admission_->settle(message); !settled) return fail(settled.error());
    }
    // It has not been placed, whatever it says, and is nobody the cache knows.
    message.mutable_spec()->clear_nodename();
    message.mutable_status()->Clear();
    message.mutable_metadata()->set_uid(fmt::format("supposed-{}-{}", ++placed_, pod->key()));
    const PodInfoPtr info = PodInfo::of(api::Object::of(message), cache_.shapes);
    SchedulingDecision decision;
    decision.pod = pod->uid();
    decision.attempt = 1;
    decision.at = now;
    const Outcome outcome = attempt_.run(*info, decision);
    if (!outcome.node) {
        decision.message = outcome.message;
        return decision;
    }
    decision.message = fmt::format("{} would be assigned to {}", pod->key(), decision.chosen);
    cache_.assume(info, *outcome.node);
    undo_.emplace_back([this, uid = info->uid] { cache_.forget(uid); });
    return decision;
}

} // namespace wheelhouse::scheduler
