#include "daemon_pods.h"

#include "deployment_math.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace wheelhouse::controllers {

namespace {

constexpr const char* revisionLabel = "controller-revision-hash";
constexpr const char* nameField = "metadata.name";

void tolerate(core::PodSpec& spec, const char* key, const char* effect) {
    core::Toleration wanted;
    wanted.set_key(key);
    wanted.set_operator_("Exists");
    wanted.set_effect(effect);
    for (auto& present : *spec.mutable_tolerations()) {
        if (present.key() != key || present.effect() != effect || present.operator_() != "Exists") continue;
        present = wanted;
        return;
    }
    *spec.add_tolerations() = wanted;
}

/// A daemon outlives the troubles of its node.
void tolerateNodeTroubles(core::PodSpec& spec) {
    tolerate(spec, "node.kubernetes.io/not-ready", "NoExecute");
    tolerate(spec, "node.kubernetes.io/unreachable", "NoExecute");
    tolerate(spec, "node.kubernetes.io/disk-pressure", "NoSchedule");
    tolerate(spec, "node.kubernetes.io/memory-pressure", "NoSchedule");
    tolerate(spec, "node.kubernetes.io/pid-pressure", "NoSchedule");
    tolerate(spec, "node.kubernetes.io/unschedulable", "NoSchedule");
    if (spec.hostnetwork()) tolerate(spec, "node.kubernetes.io/network-unavailable", "NoSchedule");
}

/// Oldest first; among equals what is bound, then what is further.
void sortByAge(std::vector<const OwnedPod*>& pods) {
    const auto order = [](const OwnedPod* each) {
        const auto& pod = each->pod;
        return std::make_tuple(pod.metadata().creationtimestamp().seconds(), pod.spec().nodename().empty(),
                               pod.status().phase() != "Running", pod.metadata().name());
    };
    std::sort(pods.begin(), pods.end(),
              [&](const OwnedPod* a, const OwnedPod* b) { return order(a) < order(b); });
}

/// How far a rolling update of a daemon set may go, in nodes.
Fence fenceOf(const apps::DaemonSet& set, int desired) {
    const auto& rolling = set.spec().updatestrategy().rollingupdate();
    Fence fence;
    fence.surge = rolling.has_maxsurge() ? resolve(rolling.maxsurge(), desired, true) : 0;
    fence.unavailable = rolling.has_maxunavailable() ? resolve(rolling.maxunavailable(), desired, true) : 1;
    // Both zero would never get anywhere.
    if (fence.surge == 0 && fence.unavailable == 0) fence.unavailable = 1;
    return fence;
}

bool surges(const apps::DaemonSet& set) {
    const auto& strategy = set.spec().updatestrategy();
    return strategy.type() != "OnDelete" && strategy.rollingupdate().has_maxsurge() &&
           resolve(strategy.rollingupdate().maxsurge(), 100, true) > 0;
}

/// The pods of a node that are not on their way out, by version.
struct Versions {
    const OwnedPod* fresh = nullptr;
    const OwnedPod* old = nullptr;
    bool excess = false; ///< two of one version: placing must clean up first
};

Versions versionsOn(const DaemonView& view, const std::string& node) {
    Versions versions;
    const auto found = view.pods.find(node);
    if (found == view.pods.end()) return versions;
    for (const OwnedPod& each : found->second) {
        if (each.object->deleting()) continue;
        const OwnedPod*& place = view.updated(each.pod) ? versions.fresh : versions.old;
        versions.excess = versions.excess || place != nullptr;
        place = &each;
    }
    return versions;
}

int desiredNodes(const DaemonView& view) {
    return static_cast<int>(std::count_if(view.nodes.begin(), view.nodes.end(),
                                          [](const auto& node) { return node.second.run; }));
}

/// Every node that has a pod or should have one.
std::vector<std::string> concernedNodes(const DaemonView& view) {
    std::vector<std::string> names;
    for (const auto& [name, verdict] : view.nodes)
        if (verdict.run || view.pods.contains(name)) names.push_back(name);
    for (const auto& [name, pods] : view.pods)
        if (!view.nodes.contains(name)) names.push_back(name);
    return names;
}

void removeExcess(const DaemonView& view, std::vector<const OwnedPod*> running, DaemonPlan& plan) {
    if (running.size() <= 1) return;
    sortByAge(running);
    if (!surges(view.set)) {
        for (std::size_t i = 1; i < running.size(); ++i)
            plan.remove.push_back(running[i]->object);
        return;
    }
    const OwnedPod* fresh = nullptr;
    const OwnedPod* old = nullptr;
    for (const OwnedPod* each : running) {
        const OwnedPod*& place = view.updated(each->pod) ? fresh : old;
        if (place)
            plan.remove.push_back(each->object);
        else
            place = each;
    }
    if (fresh && old && (!isReady(old->pod) || view.available(fresh->pod)))
        plan.remove.push_back(old->object);
}

} // namespace

NodeFacts NodeFacts::of(const core::Node& node) {
    NodeFacts facts;
    facts.name = node.metadata().name();
    facts.labels.insert(node.metadata().labels().begin(), node.metadata().labels().end());
    facts.taints.assign(node.spec().taints().begin(), node.spec().taints().end());
    return facts;
}

bool NodeFacts::operator==(const NodeFacts& other) const {
    const auto same = [](const core::Taint& a, const core::Taint& b) {
        return a.key() == b.key() && a.value() == b.value() && a.effect() == b.effect();
    };
    return name == other.name && labels == other.labels &&
           std::equal(taints.begin(), taints.end(), other.taints.begin(), other.taints.end(), same);
}

DaemonFit::DaemonFit(const apps::DaemonSet& set) {
    core::PodSpec spec = set.spec().template_().spec();
    tolerateNodeTroubles(spec);
    nodeName_ = spec.nodename();
    choice_ = api::NodeChoice::of(spec);
    tolerations_.assign(spec.tolerations().begin(), spec.tolerations().end());
}

DaemonFit::Verdict DaemonFit::on(const NodeFacts& node) const {
    if (!nodeName_.empty() && nodeName_ != node.name) return {};
    if (!choice_.matches(node.labels, node.name)) return {};
    Verdict verdict{.run = true, .stay = true};
    for (const auto& taint : node.taints) {
        if (taint.effect() == "PreferNoSchedule") continue;
        const bool tolerated = std::any_of(tolerations_.begin(), tolerations_.end(),
                                           [&](const auto& each) { return api::tolerates(each, taint); });
        if (tolerated) continue;
        verdict.run = false;
        if (taint.effect() == "NoExecute") verdict.stay = false;
    }
    return verdict;
}

core::Pod daemonPod(const ObjectPtr& owner, const apps::DaemonSet& set, const std::string& node,
                    const std::string& hash) {
    core::Pod pod = podFromTemplate(owner, set.spec().template_());
    (*pod.mutable_metadata()->mutable_labels())[revisionLabel] = hash;
    const auto generation = set.metadata().annotations().find("deprecated.daemonset.template.generation");
    if (generation != set.metadata().annotations().end())
        (*pod.mutable_metadata()->mutable_labels())["pod-template-generation"] = generation->second;
    tolerateNodeTroubles(*pod.mutable_spec());
    auto& required = *pod.mutable_spec()
                          ->mutable_affinity()
                          ->mutable_nodeaffinity()
                          ->mutable_requiredduringschedulingignoredduringexecution();
    // What the template requires was asked before; the scheduler needs only the name.
    required.clear_nodeselectorterms();
    auto& field = *required.add_nodeselectorterms()->add_matchfields();
    field.set_key(nameField);
    field.set_operator_("In");
    field.add_values(node);
    return pod;
}

std::string targetNode(const core::Pod& pod) {
    if (!pod.spec().nodename().empty()) return pod.spec().nodename();
    const auto& required =
        pod.spec().affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
    for (const auto& term : required.nodeselectorterms())
        for (const auto& field : term.matchfields())
            if (field.key() == nameField && field.operator_() == "In" && field.values_size() == 1)
                return field.values(0);
    return {};
}

bool DaemonView::updated(const core::Pod& pod) const {
    const auto found = pod.metadata().labels().find(revisionLabel);
    return found != pod.metadata().labels().end() && found->second == hash;
}

bool DaemonView::available(const core::Pod& pod) const {
    return isAvailable(pod, set.spec().minreadyseconds(), now);
}

// --- placing
// --------------------------------------------------------------------------------------------------------

DaemonPlan placeDaemons(const DaemonView& view, const std::function<bool(const OwnedPod&)>& mayReplace) {
    DaemonPlan plan;
    for (const std::string& name : concernedNodes(view)) {
        const auto node = view.nodes.find(name);
        const DaemonFit::Verdict verdict = node == view.nodes.end() ? DaemonFit::Verdict{} : node->second;
        const auto found = view.pods.find(name);
        bool present = found != view.pods.end();
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (present && std::getenv("WHEELHOUSE_BUG_TWO_DAEMONS"))
            present = std::any_of(found->second.begin(), found->second.end(),
                                  [](const OwnedPod& each) { return !each.object->deleting(); });
#endif
        // Also not while the last one is still on its way out.
        if (!present) {
            if (verdict.run) plan.create.push_back(name);
            continue;
        }
        std::vector<const OwnedPod*> running;
        for (const OwnedPod& each : found->second) {
            if (each.object->deleting()) continue;
            // Of a node that is gone the collector takes the bound ones.
            if (node == view.nodes.end() && !each.pod.spec().nodename().empty()) continue;
            if (!verdict.stay)
                plan.remove.push_back(each.object);
            else if (!isTerminal(each.pod))
                running.push_back(&each);
            else if (mayReplace(each))
                plan.remove.push_back(each.object);
        }
        removeExcess(view, std::move(running), plan);
    }
    return plan;
}

// --- rolling updates
// ------------------------------------------------------------------------------------------------

namespace {

/// Old pods go and placing makes new ones in their place.
DaemonPlan replaceInPlace(const DaemonView& view, int mostUnavailable) {
    DaemonPlan plan;
    std::vector<ObjectPtr> candidates;
    int unavailable = 0;
    for (const std::string& name : concernedNodes(view)) {
        const Versions versions = versionsOn(view, name);
        if (versions.excess || (versions.fresh != nullptr) == (versions.old != nullptr)) {
            ++unavailable;
        } else if (versions.fresh) {
            unavailable += !view.available(versions.fresh->pod);
        } else if (!view.available(versions.old->pod)) {
            // It serves nobody: replacing it costs nothing.
            ++unavailable;
            plan.remove.push_back(versions.old->object);
        } else {
            candidates.push_back(versions.old->object);
        }
    }
    const auto room = static_cast<std::size_t>(std::max(0, mostUnavailable - unavailable));
    candidates.resize(std::min(room, candidates.size()));
    plan.remove.insert(plan.remove.end(), candidates.begin(), candidates.end());
    return plan;
}

/// New pods come beside the old ones, which go once the new ones are available.
DaemonPlan replaceBySurge(const DaemonView& view, int mostSurge) {
    DaemonPlan plan;
    std::vector<std::string> candidates;
    std::vector<ObjectPtr> misplaced; // available pods on nodes they no longer belong to
    int surge = 0;
    int available = 0;
    for (const std::string& name : concernedNodes(view)) {
        const Versions versions = versionsOn(view, name);
        if (versions.excess) {
            ++surge;
            continue;
        }
        const OwnedPod* counted = versions.old ? versions.old : versions.fresh;
        const bool serves = counted && view.available(counted->pod);
        available += serves;
        if (!versions.old) continue;
        if (versions.fresh) {
            if (view.available(versions.fresh->pod))
                plan.remove.push_back(versions.old->object);
            else
                ++surge;
            continue;
        }
        const auto node = view.nodes.find(name);
        const bool belongs = node != view.nodes.end() && node->second.run;
        if (belongs && serves)
            candidates.push_back(name);
        else if (belongs)
            plan.create.push_back(name);
        else if (serves)
            misplaced.push_back(versions.old->object);
        else
            plan.remove.push_back(versions.old->object);
    }
    // Who asks for surge wants to be served all the time: those go only when enough others serve.
    const auto spare = static_cast<std::size_t>(std::max(0, available - desiredNodes(view)));
    misplaced.resize(std::min(spare, misplaced.size()));
    plan.remove.insert(plan.remove.end(), misplaced.begin(), misplaced.end());
    const auto room = static_cast<std::size_t>(std::max(0, mostSurge - surge));
    candidates.resize(std::min(room, candidates.size()));
    plan.create.insert(plan.create.end(), candidates.begin(), candidates.end());
    return plan;
}

} // namespace

DaemonPlan updateDaemons(const DaemonView& view) {
    const Fence fence = fenceOf(view.set, desiredNodes(view));
    return fence.surge == 0 ? replaceInPlace(view, fence.unavailable) : replaceBySurge(view, fence.surge);
}

// --- status
// ---------------------------------------------------------------------------------------------------------

apps::DaemonSetStatus daemonStatus(const DaemonView& view, Duration* remaining) {
    int desired = 0, current = 0, misscheduled = 0, ready = 0, available = 0, updated = 0;
    for (const auto& [name, verdict] : view.nodes) {
        const auto found = view.pods.find(name);
        const bool scheduled = found != view.pods.end() && !found->second.empty();
        if (!verdict.run) {
            misscheduled += scheduled;
            continue;
        }
        ++desired;
        if (!scheduled) continue;
        ++current;
        std::vector<const OwnedPod*> pods;
        for (const OwnedPod& each : found->second)
            pods.push_back(&each);
        sortByAge(pods);
        const core::Pod& pod = pods.front()->pod;
        updated += view.updated(pod);
        if (!isReady(pod)) continue;
        ++ready;
        Duration left = Duration::max();
        if (isAvailable(pod, view.set.spec().minreadyseconds(), view.now, &left))
            ++available;
        else if (remaining)
            *remaining = std::min(*remaining, left);
    }
    apps::DaemonSetStatus status = view.set.status();
    status.set_observedgeneration(view.set.metadata().generation());
    status.set_desirednumberscheduled(desired);
    status.set_currentnumberscheduled(current);
    status.set_numbermisscheduled(misscheduled);
    status.set_numberready(ready);
    status.set_updatednumberscheduled(updated);
    status.set_numberavailable(available);
    status.set_numberunavailable(desired - available);
    return status;
}

} // namespace wheelhouse::controllers
