#include "disruption_controller.h"

#include "deployment_math.h"
#include "engine/api/custom_resource.h"
#include "engine/api/disruption.h"
#include "engine/api/groups/custom.h"
#include "engine/api/selector.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <map>
#include <set>

namespace wheelhouse::controllers {

namespace {

/// An eviction that was let through, or announced in a pod's status, has so long to happen.
constexpr Duration disruptionPatience = std::chrono::minutes(2);
/// Several pods that change at once cost one look.
constexpr Duration together = std::chrono::milliseconds(50);
constexpr std::string_view podPrefix = "pod/";
constexpr const char* disruptionTarget = "DisruptionTarget";

const core::PodCondition* announced(const core::Pod& pod) {
    const auto* condition = findCondition(pod.status(), disruptionTarget);
    const bool stale = condition && condition->status() == "True" &&
                       condition->reason() != "TerminationByKubelet" && isActive(pod);
    return stale ? condition : nullptr;
}

std::string groupOf(const std::string& apiVersion) {
    const std::size_t slash = apiVersion.find('/');
    return slash == std::string::npos ? std::string() : apiVersion.substr(0, slash);
}

bool belongsTo(const ObjectPtr& object, const meta::OwnerReference& owner) {
    return object && object->uid().value() == owner.uid();
}

} // namespace

DisruptionController::DisruptionController(const Deps& deps)
    : QueuedController(deps, "disruption"),
      budgets_(watch<Budget>(
          {.onAdd = [this](const ObjectPtr& budget) { enqueue(budget->key()); },
           .onUpdate = [this](const ObjectPtr&, const ObjectPtr& budget) { enqueue(budget->key()); },
           .onDelete =
               [this](const ObjectPtr& budget) {
                   pace_.forget(budget->uid());
                   enqueue(budget->key());
               }})),
      pods_(watch<core::Pod>(onSelectable([this](const ObjectPtr& pod) { podChanged(pod); }))),
      replicationControllers_(
          watch<core::ReplicationController>(onAny([this](const ObjectPtr& owner) { ownerChanged(owner); }))),
      replicaSets_(watch<apps::ReplicaSet>(onAny([this](const ObjectPtr& owner) { ownerChanged(owner); }))),
      deployments_(watch<apps::Deployment>(onAny([this](const ObjectPtr& owner) { ownerChanged(owner); }))),
      statefulSets_(
          watch<apps::StatefulSet>(onAny([this](const ObjectPtr& owner) { ownerChanged(owner); }))) {
    indexByNamespace(budgets_);
    indexByNamespace(pods_);
}

void DisruptionController::podChanged(const ObjectPtr& pod) {
    for (const ObjectPtr& budget : budgets_.byIndex(byNamespace, pod->nameSpace()))
        if (api::budgetCovers(budget->as<Budget>(), pod->labels())) enqueuePaced(budget);
    if (!pod->deleting() && mentions(*pod, disruptionTarget) && announced(pod->as<core::Pod>()))
        enqueue(std::string(podPrefix) + pod->key());
}

/// Only the number it wants matters, but which budgets it matters to is known by its pods alone.
void DisruptionController::ownerChanged(const ObjectPtr& owner) {
    for (const ObjectPtr& budget : budgets_.byIndex(byNamespace, owner->nameSpace()))
        enqueuePaced(budget);
}

void DisruptionController::enqueuePaced(const ObjectPtr& budget) {
    enqueueAfter(budget->key(), std::max(together, pace_.patience(budget->uid())));
}

Step DisruptionController::reconcile(std::string key) {
    const bool pod = key.starts_with(podPrefix);
    auto done = pod ? lookAtPod(key.substr(podPrefix.size())) : lookAtBudget(key);
    auto outcome = co_await done;
    co_return outcome;
}

std::vector<DisruptionController::Covered> DisruptionController::podsOf(const Budget& budget) const {
    std::vector<Covered> pods;
    for (const ObjectPtr& object : pods_.byIndex(byNamespace, budget.metadata().namespace_()))
        if (api::budgetCovers(budget, object->labels()))
            pods.push_back({object, api::PodFacts(*object).ready});
    return pods;
}

Step DisruptionController::lookAtBudget(std::string key) {
    using Type = client::EventRecorder::Type;
    const ObjectPtr object = budgets_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    const auto budget = object->as<Budget>();
    Budget after = budget;
    auto& status = *after.mutable_status();
    const std::vector<Covered> pods = podsOf(budget);
    pace_.note(object->uid(), pods.size());
    if (pods.empty()) events_.record(object, Type::Normal, "NoPods", "No matching pods found");
    auto expected = co_await expect(budget, pods);
    if (!expected) {
        const std::string& why = expected.error().message;
        events_.record(object, Type::Warning, "CalculateExpectedPodCountFailed",
                       "Failed to calculate the number of expected pods: " + why);
        status.set_disruptionsallowed(0);
        api::setBudgetCondition(status, false, api::disruptionSyncFailed, why, wallNow());
        auto written = co_await writeStatus(budget, after);
        co_return written;
    }
    if (!expected->unmanaged.empty()) {
        const auto selector = api::LabelSelector::from(budget.spec().selector());
        events_.record(
            object, Type::Warning, "UnmanagedPods",
            fmt::format("Pods selected by this PodDisruptionBudget (selector: {}) were found to be "
                        "unmanaged and are not counted. To count them, set .spec.minAvailable to a "
                        "number.",
                        selector ? selector->toString() : std::string()));
    }
    keepDisrupted(budget, after, pods);
    int healthy = 0;
    for (const Covered& each : pods)
        healthy +=
            !each.object->deleting() && !status.disruptedpods().contains(each.object->name()) && each.ready;
    status.set_currenthealthy(healthy);
    status.set_desiredhealthy(expected->healthy);
    status.set_expectedpods(expected->pods);
    // Nothing is allowed while there are no pods: the first ones may come before this is looked at again.
    status.set_disruptionsallowed(expected->pods > 0 ? std::max(healthy - expected->healthy, 0) : 0);
    status.set_observedgeneration(budget.metadata().generation());
    api::setBudgetCondition(status, wallNow());
    auto written = co_await writeStatus(budget, after);
    co_return written;
}

Step DisruptionController::writeStatus(const Budget& before, Budget after) {
    if (google::protobuf::util::MessageDifferencer::Equivalent(before.status(), after.status()))
        co_return Result<void>();
    auto written = co_await api_.updateStatus(std::move(after));
    co_return unlessGone(written);
}

/// Pods whose eviction was let through and that are still there, unless it is too long ago.
void DisruptionController::keepDisrupted(const Budget& before, Budget& after,
                                         const std::vector<Covered>& pods) {
    auto& kept = *after.mutable_status()->mutable_disruptedpods();
    kept.clear();
    Duration soonest = Duration::max();
    for (const Covered& each : pods) {
        const auto found = before.status().disruptedpods().find(each.object->name());
        if (each.object->deleting() || found == before.status().disruptedpods().end()) continue;
        const Duration left = api::fromTime(found->second) + disruptionPatience - wallNow();
        if (left <= Duration::zero()) {
            events_.record(each.object, client::EventRecorder::Type::Warning, "NotDeleted",
                           fmt::format("Pod was expected by PDB {}/{} to be deleted but it wasn't",
                                       before.metadata().namespace_(), before.metadata().name()));
            continue;
        }
        soonest = std::min(soonest, left);
        kept[each.object->name()] = found->second;
    }
    if (soonest != Duration::max())
        enqueueAfter(before.metadata().namespace_() + "/" + before.metadata().name(), soonest);
}

// --- how many there should be
// -------------------------------------------------------------------------------------

client::Task<Result<DisruptionController::Expected>>
DisruptionController::expect(const Budget& budget, const std::vector<Covered>& pods) {
    const auto& spec = budget.spec();
    Expected expected;
    if (!spec.has_maxunavailable() && spec.minavailable().type() == 0) {
        expected.pods = static_cast<int>(pods.size());
        expected.healthy = spec.minavailable().intval();
        co_return expected;
    }
    auto scale = co_await expectScale(pods);
    if (!scale) co_return fail(scale.error());
    expected = *scale;
    if (spec.has_maxunavailable())
        expected.healthy = std::max(expected.pods - resolve(spec.maxunavailable(), expected.pods, true), 0);
    else
        expected.healthy = resolve(spec.minavailable(), expected.pods, true);
    co_return expected;
}

/// What all owners of the pods want together.
client::Task<Result<DisruptionController::Expected>>
DisruptionController::expectScale(const std::vector<Covered>& pods) {
    Expected expected;
    std::map<std::string, int> scales;
    std::set<std::string> asked;
    for (const Covered& each : pods) {
        const Uid& uid = each.object->controllerUid();
        if (uid.empty()) {
            expected.unmanaged.push_back(each.object->name());
            continue;
        }
        // Pods have few owners: what an owner is called is read of its first pod alone.
        if (!asked.insert(uid.value()).second) continue;
        const auto metadata = client::metadataOf(*each.object);
        const auto* owner = client::controllerOf(metadata);
        auto scale = co_await scaleOf(*owner, each.object->nameSpace());
        if (!scale) co_return fail(scale.error());
        if (!*scale)
            co_return fail(Reason::NotFound,
                           fmt::format("found no controllers for pod \"{}\"", each.object->name()));
        scales[(*scale)->uid] = (*scale)->replicas;
    }
    for (const auto& [uid, replicas] : scales)
        expected.pods += replicas;
    co_return expected;
}

/// A Deployment's ReplicaSets count as the Deployment.
std::optional<DisruptionController::Scale>
DisruptionController::scaleOfSet(const meta::OwnerReference& owner, const std::string& nameSpace) const {
    const ObjectPtr object = replicaSets_.get(nameSpace + "/" + owner.name());
    if (!belongsTo(object, owner)) return std::nullopt;
    const auto set = object->as<apps::ReplicaSet>();
    const auto* above = client::controllerOf(set.metadata());
    if (!above || above->kind() != "Deployment") return Scale{owner.uid(), set.spec().replicas()};
    const ObjectPtr deployment = deployments_.get(nameSpace + "/" + above->name());
    if (!belongsTo(deployment, *above)) return std::nullopt;
    return Scale{above->uid(), deployment->as<apps::Deployment>().spec().replicas()};
}

client::Task<Result<std::optional<DisruptionController::Scale>>>
DisruptionController::scaleOf(meta::OwnerReference owner, std::string nameSpace) {
    const std::string group = groupOf(owner.apiversion());
    const std::string key = nameSpace + "/" + owner.name();
    std::optional<Scale> scale;
    if (group == "apps" && owner.kind() == "ReplicaSet") co_return scaleOfSet(owner, nameSpace);
    if (group == "apps" && owner.kind() == "StatefulSet") {
        const ObjectPtr object = statefulSets_.get(key);
        if (belongsTo(object, owner))
            scale = {owner.uid(), object->as<apps::StatefulSet>().spec().replicas()};
        co_return scale;
    }
    if (group.empty() && owner.kind() == "ReplicationController") {
        const ObjectPtr object = replicationControllers_.get(key);
        if (belongsTo(object, owner))
            scale = {owner.uid(), object->as<core::ReplicationController>().spec().replicas()};
        co_return scale;
    }
    auto asked = co_await askForScale(std::move(owner), std::move(nameSpace));
    co_return asked;
}

/// Of an owner of some other kind, which may be a custom one.
client::Task<Result<std::optional<DisruptionController::Scale>>>
DisruptionController::askForScale(meta::OwnerReference owner, std::string nameSpace) {
    client::Call<std::vector<client::ResourceInfo>> call(
        [cluster = &api_.cluster()](client::Callback<std::vector<client::ResourceInfo>> done) {
            cluster->discover(std::move(done));
        });
    auto known = co_await call;
    if (!known) co_return fail(known.error());
    const std::string group = groupOf(owner.apiversion());
    const auto info = std::find_if(known->begin(), known->end(), [&](const client::ResourceInfo& each) {
        return each.kind == owner.kind() && each.name.group == group;
    });
    if (info == known->end())
        co_return fail(Reason::NotFound, fmt::format("no matches for kind \"{}\" in version \"{}\"",
                                                     owner.kind(), owner.apiversion()));
    const auto& subresources = info->subresources;
    if (std::find(subresources.begin(), subresources.end(), "scale") == subresources.end())
        co_return fail(Reason::NotFound, fmt::format("{}{}{} does not implement the scale subresource",
                                                     info->name.resource, group.empty() ? "" : ".", group));
    auto object = co_await api_.get(info->name, nameSpace, owner.name());
    std::optional<Scale> scale;
    if (!object && object.error().reason == Reason::NotFound) co_return scale;
    if (!object) co_return fail(object.error());
    if (!belongsTo(*object, owner)) co_return scale;
    const auto message = (*object)->message();
    const auto* custom = dynamic_cast<const api::CustomObject*>(message.get());
    if (!custom)
        co_return fail(Reason::InternalError, fmt::format("the scale of a {} is not known", owner.kind()));
    const auto numbers = api::custom::scaleOf((*object)->kind(), *custom);
    if (!numbers) co_return fail(numbers.error());
    scale = {owner.uid(), static_cast<int>(numbers->wanted)};
    co_return scale;
}

// --- pods that were to go
// -----------------------------------------------------------------------------------------

Step DisruptionController::lookAtPod(std::string key) {
    const ObjectPtr object = pods_.get(key);
    if (!object) co_return Result<void>();
    auto pod = object->as<core::Pod>();
    const auto* condition = announced(pod);
    if (!condition) co_return Result<void>();
    const Duration left = api::fromTime(condition->lasttransitiontime()) + disruptionPatience - wallNow();
    if (left > Duration::zero()) {
        enqueueAfter(std::string(podPrefix) + key, left);
        co_return Result<void>();
    }
    core::PodCondition reset;
    reset.set_type(disruptionTarget);
    reset.set_status("False");
    *reset.mutable_lasttransitiontime() = timestamp();
    setCondition(*pod.mutable_status(), reset);
    auto written = co_await api_.updateStatus(std::move(pod));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
