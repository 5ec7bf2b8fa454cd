#include "replicaset_controller.h"

#include "pod_ranking.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr int mostAtOnce = 500;

bool hasAllLabels(const ObjectPtr& pod, const google::protobuf::Map<std::string, std::string>& labels) {
    return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
        const auto found = pod->labels().find(label.first);
        return found != pod->labels().end() && found->second == label.second;
    });
}

void setFailureCondition(apps::ReplicaSetStatus& status, const Result<void>& managed, int missing,
                         const meta::Time& now) {
    auto& conditions = *status.mutable_conditions();
    const auto present = std::find_if(conditions.begin(), conditions.end(), [](const auto& condition) {
        return condition.type() == "ReplicaFailure";
    });
    if (managed) {
        if (present != conditions.end()) conditions.erase(present);
        return;
    }
    if (present != conditions.end()) return;
    auto& condition = *status.add_conditions();
    condition.set_type("ReplicaFailure");
    condition.set_status("True");
    condition.set_reason(missing > 0 ? "FailedCreate" : "FailedDelete");
    condition.set_message(managed.error().message);
    *condition.mutable_lasttransitiontime() = now;
}

apps::ReplicaSet decoded(const api::Object& object) {
    return object.as<apps::ReplicaSet>();
}

client::Body withStatus(const api::Object& object, const apps::ReplicaSetStatus& status) {
    auto set = object.as<apps::ReplicaSet>();
    *set.mutable_status() = status;
    return client::body(std::move(set));
}

} // namespace

ReplicaSetController::ReplicaSetController(const Deps& deps)
    : ReplicaSetController(deps, {.controller = "replicaset",
                                  .kind = &api::kindOf<apps::ReplicaSet>(),
                                  .view = decoded,
                                  .withStatus = withStatus,
                                  .countsTerminating = true}) {}

ReplicaSetController::ReplicaSetController(const Deps& deps, const Kind& kind)
    : PodOwnerController(deps, kind.controller, *kind.kind), kind_(kind) {}

Claim::Test ReplicaSetController::matching(const api::Object& owner) const {
    return matchingLabels(kind_.view(owner).spec().selector());
}

Step ReplicaSetController::reconcile(std::string key) {
    const ObjectPtr object = owners_.get(key);
    if (!object) co_return Result<void>();
    const apps::ReplicaSet set = kind_.view(*object);
    bool expectationsMet = settled(object);
#ifdef WHEELHOUSE_SEEDED_BUGS
    expectationsMet = expectationsMet || std::getenv("WHEELHOUSE_BUG_DOUBLE_CREATE") != nullptr;
#endif
    auto claimed =
        co_await claimPods(object, [](const ObjectPtr& pod) { return api::PodFacts(*pod).active(); });
    if (!claimed) co_return fail(claimed.error());
    std::vector<Replica> replicas;
    replicas.reserve(claimed->size());
    for (ObjectPtr& pod : *claimed) {
        const api::PodFacts facts(*pod);
        if (!facts.terminal()) replicas.push_back({std::move(pod), facts});
    }
    Result<void> managed;
    if (expectationsMet && !object->deleting()) managed = co_await manage(object, set, replicas);
    auto written = co_await writeStatus(object, set, replicas, managed);
    if (!managed) co_return managed;
    co_return written;
}

Step ReplicaSetController::manage(ObjectPtr object, const apps::ReplicaSet& set,
                                  const std::vector<Replica>& replicas) {
    std::vector<ObjectPtr> pods;
    for (const Replica& each : replicas)
        if (!each.facts.deleting) pods.push_back(each.pod);
    const int surplus = static_cast<int>(pods.size()) - set.spec().replicas();
    if (surplus == 0) co_return Result<void>();
    if (surplus < 0) {
        const auto missing = static_cast<std::size_t>(std::min(-surplus, mostAtOnce));
        std::vector<core::Pod> wanted(missing, podFromTemplate(object, set.spec().template_()));
        auto made = co_await createPods(object, std::move(wanted));
        co_return made;
    }
    const auto ranked = rankForDeletion(pods, wallNow());
    std::vector<ObjectPtr> victims;
    for (int i = 0; i < std::min(surplus, mostAtOnce); ++i)
        victims.push_back(pods[ranked[static_cast<std::size_t>(i)]]);
    auto deleted = co_await deletePods(object, std::move(victims));
    co_return deleted;
}

Step ReplicaSetController::writeStatus(ObjectPtr object, apps::ReplicaSet set,
                                       const std::vector<Replica>& all, Result<void> managed) {
    const apps::ReplicaSetStatus before = set.status();
    auto& status = *set.mutable_status();
    int replicas = 0, fullyLabelled = 0, ready = 0, available = 0, terminating = 0;
    Duration soonest = Duration::max();
    for (const auto& [pod, facts] : all) {
        if (facts.deleting) {
            ++terminating;
            continue;
        }
        ++replicas;
        if (hasAllLabels(pod, set.spec().template_().metadata().labels())) ++fullyLabelled;
        if (!facts.ready) continue;
        ++ready;
        Duration remaining = Duration::max();
        if (isAvailable(facts, set.spec().minreadyseconds(), wallNow(), &remaining))
            ++available;
        else
            soonest = std::min(soonest, remaining);
    }
    if (soonest != Duration::max()) enqueueAfter(object->key(), soonest);
    status.set_replicas(replicas);
    status.set_fullylabeledreplicas(fullyLabelled);
    status.set_readyreplicas(ready);
    status.set_availablereplicas(available);
    if (kind_.countsTerminating) status.set_terminatingreplicas(terminating);
    status.set_observedgeneration(set.metadata().generation());
    setFailureCondition(status, managed, set.spec().replicas() - replicas, timestamp());
    // Equivalent, not Equal: a count that is absent and one that is zero say the same.
    if (google::protobuf::util::MessageDifferencer::Equivalent(before, status)) co_return Result<void>();
    auto written = co_await api_.update(object->kind().name, object->nameSpace(), object->name(),
                                        kind_.withStatus(*object, status), "status");
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
