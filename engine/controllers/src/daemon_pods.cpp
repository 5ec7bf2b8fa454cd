#include "daemon_pods.h"

#include "deployment_math.h"
#include "engine/api/wire_fields.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace wheelhouse::controllers {

namespace {

const std::string revisionLabel = "controller-revision-hash";
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
bool isBefore(const DaemonPod* a, const DaemonPod* b) {
    const auto order = [](const DaemonPod* each) {
        const api::PodFacts& facts = each->facts;
        return std::make_tuple(facts.created, facts.node.empty(), facts.phase != "Running",
                               std::string_view(each->object->name()));
    };
    return order(a) < order(b);
}

const DaemonPod& oldestOf(const DaemonPlace& place) {
    return **std::min_element(place.pods.begin(), place.pods.end(), isBefore);
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
    const DaemonPod* fresh = nullptr;
    const DaemonPod* old = nullptr;
    bool excess = false; ///< two of one version: placing must clean up first
};

Versions versionsOn(const DaemonView& view, const DaemonPlace& place) {
    Versions versions;
    for (const DaemonPod* each : place.pods) {
        if (each->facts.deleting) continue;
        const DaemonPod*& known = view.updated(*each) ? versions.fresh : versions.old;
        versions.excess = versions.excess || known != nullptr;
        known = each;
    }
    return versions;
}

int desiredNodes(const DaemonView& view) {
    return static_cast<int>(std::count_if(view.places.begin(), view.places.end(),
                                          [](const DaemonPlace& place) { return place.verdict.run; }));
}

/// The node a pod that is not bound is meant for.
std::string intendedNode(const api::Object& pod) {
    core::Affinity affinity;
    api::WireFields fields(pod.bytes());
    while (fields.next()) {
        if (fields.number() != core::Pod::kSpecFieldNumber) continue;
        api::WireFields spec(fields.bytes());
        while (spec.next())
            if (spec.number() == core::PodSpec::kAffinityFieldNumber)
                affinity.MergeFromString(std::string(spec.bytes()));
    }
    const auto& required = affinity.nodeaffinity().requiredduringschedulingignoredduringexecution();
    for (const auto& term : required.nodeselectorterms())
        for (const auto& field : term.matchfields())
            if (field.key() == nameField && field.operator_() == "In" && field.values_size() == 1)
                return field.values(0);
    return {};
}

void removeExcess(const DaemonView& view, std::vector<const DaemonPod*> running, DaemonPlan& plan) {
    if (running.size() <= 1) return;
    std::sort(running.begin(), running.end(), isBefore);
    if (!surges(view.set)) {
        for (std::size_t i = 1; i < running.size(); ++i)
            plan.remove.push_back(running[i]->object);
        return;
    }
    const DaemonPod* fresh = nullptr;
    const DaemonPod* old = nullptr;
    for (const DaemonPod* each : running) {
        const DaemonPod*& place = view.updated(*each) ? fresh : old;
        if (place)
            plan.remove.push_back(each->object);
        else
            place = each;
    }
    if (fresh && old && (!old->facts.ready || view.available(*fresh))) plan.remove.push_back(old->object);
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

DaemonPod::DaemonPod(ObjectPtr pod) : object(std::move(pod)), facts(*object), target(facts.node) {
    if (target.empty()) target = intendedNode(*object);
    const auto label = object->labels().find(revisionLabel);
    if (label != object->labels().end()) hash = label->second;
}

std::vector<DaemonPod> readDaemons(std::vector<ObjectPtr> objects, std::vector<DaemonPod> last) {
    std::vector<DaemonPod> pods;
    pods.reserve(objects.size());
    auto known = last.begin();
    for (ObjectPtr& object : objects) {
        while (known != last.end() && known->object != object && known->object->name() <= object->name())
            ++known;
        if (known != last.end() && known->object == object)
            pods.push_back(std::move(*known++));
        else
            pods.emplace_back(std::move(object));
    }
    return pods;
}

std::vector<const DaemonPod*> seatDaemons(std::vector<DaemonPlace>& places,
                                          const std::vector<DaemonPod>& pods) {
    std::unordered_map<std::string_view, std::size_t> known;
    known.reserve(places.size());
    for (std::size_t i = 0; i < places.size(); ++i)
        known.emplace(places[i].name, i);
    std::map<std::string_view, std::vector<const DaemonPod*>> gone;
    std::vector<std::pair<std::size_t, const DaemonPod*>> seated;
    seated.reserve(pods.size());
    for (const DaemonPod& pod : pods) {
        // An ended pod that is being deleted holds nothing back.
        if (pod.target.empty() || (pod.facts.deleting && pod.facts.terminal())) continue;
        const auto found = known.find(pod.target);
        if (found != known.end())
            seated.emplace_back(found->second, &pod);
        else
            gone[pod.target].push_back(&pod);
    }
    for (const auto& [name, there] : gone) {
        for (const DaemonPod* pod : there)
            seated.emplace_back(places.size(), pod);
        places.push_back({.name = std::string(name), .exists = false, .verdict = {}, .pods = {}});
    }
    std::stable_sort(seated.begin(), seated.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<const DaemonPod*> seats;
    seats.reserve(seated.size());
    for (const auto& [place, pod] : seated)
        seats.push_back(pod);
    for (std::size_t from = 0, to = 0; from < seated.size(); from = to) {
        while (to < seated.size() && seated[to].first == seated[from].first)
            ++to;
        places[seated[from].first].pods = std::span(seats).subspan(from, to - from);
    }
    return seats;
}

bool DaemonView::updated(const DaemonPod& pod) const {
    return !pod.hash.empty() && pod.hash == hash;
}

bool DaemonView::available(const DaemonPod& pod) const {
    return isAvailable(pod.facts, set.spec().minreadyseconds(), now);
}

// --- placing
// --------------------------------------------------------------------------------------------------------

DaemonPlan placeDaemons(const DaemonView& view, const std::function<bool(const DaemonPod&)>& mayReplace) {
    DaemonPlan plan;
    for (const DaemonPlace& place : view.places) {
        if (!place.concerned()) continue;
        bool present = !place.pods.empty();
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (present && std::getenv("WHEELHOUSE_BUG_TWO_DAEMONS"))
            present = std::any_of(place.pods.begin(), place.pods.end(),
                                  [](const DaemonPod* each) { return !each->facts.deleting; });
#endif
        // Also not while the last one is still on its way out.
        if (!present) {
            plan.create.push_back(place.name);
            continue;
        }
        std::vector<const DaemonPod*> running;
        for (const DaemonPod* each : place.pods) {
            if (each->facts.deleting) continue;
            // Of a node that is gone the collector takes the bound ones.
            if (!place.exists && !each->facts.node.empty()) continue;
            if (!place.verdict.stay)
                plan.remove.push_back(each->object);
            else if (!each->facts.terminal())
                running.push_back(each);
            else if (mayReplace(*each))
                plan.remove.push_back(each->object);
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
    for (const DaemonPlace& place : view.places) {
        if (!place.concerned()) continue;
        const Versions versions = versionsOn(view, place);
        if (versions.excess || (versions.fresh != nullptr) == (versions.old != nullptr)) {
            ++unavailable;
        } else if (versions.fresh) {
            unavailable += !view.available(*versions.fresh);
        } else if (!view.available(*versions.old)) {
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
    for (const DaemonPlace& place : view.places) {
        if (!place.concerned()) continue;
        const Versions versions = versionsOn(view, place);
        if (versions.excess) {
            ++surge;
            continue;
        }
        const DaemonPod* counted = versions.old ? versions.old : versions.fresh;
        const bool serves = counted && view.available(*counted);
        available += serves;
        if (!versions.old) continue;
        if (versions.fresh) {
            if (view.available(*versions.fresh))
                plan.remove.push_back(versions.old->object);
            else
                ++surge;
            continue;
        }
        const bool belongs = place.verdict.run;
        if (belongs && serves)
            candidates.push_back(place.name);
        else if (belongs)
            plan.create.push_back(place.name);
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
    for (const DaemonPlace& place : view.places) {
        if (!place.exists) continue;
        const bool scheduled = !place.pods.empty();
        if (!place.verdict.run) {
            misscheduled += scheduled;
            continue;
        }
        ++desired;
        if (!scheduled) continue;
        ++current;
        const DaemonPod& pod = oldestOf(place);
        updated += view.updated(pod);
        if (!pod.facts.ready) continue;
        ++ready;
        Duration left = Duration::max();
        if (isAvailable(pod.facts, view.set.spec().minreadyseconds(), view.now, &left))
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
