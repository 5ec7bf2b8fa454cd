#include "replicaset_controller.h"

#include "engine/api/codec.h"
#include "engine/api/selector.h"
#include "pod_ranking.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr int mostAtOnce = 500;

core::Pod podFromTemplate(const ObjectPtr& owner, const core::PodTemplateSpec& podTemplate) {
    core::Pod pod;
    auto& metadata = *pod.mutable_metadata();
    metadata.set_namespace_(owner->nameSpace());
    metadata.set_generatename(owner->name() + "-");
    *metadata.mutable_labels() = podTemplate.metadata().labels();
    *metadata.mutable_annotations() = podTemplate.metadata().annotations();
    *metadata.mutable_finalizers() = podTemplate.metadata().finalizers();
    *metadata.add_ownerreferences() = client::controllerReference(*owner);
    *pod.mutable_spec() = podTemplate.spec();
    return pod;
}

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

} // namespace

ReplicaSetController::ReplicaSetController(const Deps& deps)
    : QueuedController(deps, "replicaset"),
      sets_(watch<apps::ReplicaSet>(
          {.onAdd = [this](const ObjectPtr& set) { enqueue(set->key()); },
           .onUpdate = [this](const ObjectPtr&, const ObjectPtr& set) { enqueue(set->key()); },
           .onDelete =
               [this](const ObjectPtr& set) {
                   expectations_.forget(set->uid());
                   enqueue(set->key());
               }})),
      pods_(watch<core::Pod>(
          {.onAdd = [this](const ObjectPtr& pod) { podAdded(pod); },
           .onUpdate = [this](const ObjectPtr& before, const ObjectPtr& pod) { podUpdated(before, pod); },
           .onDelete = [this](const ObjectPtr& pod) { podDeleted(pod); }})) {
    indexByUid(sets_);
    indexByNamespace(sets_);
    indexByController(pods_);
    indexByOrphanage(pods_);
}

// --- what the informers say
// ---------------------------------------------------------------------------------------

void ReplicaSetController::enqueueOwner(const Uid& owner) {
    for (const ObjectPtr& set : sets_.byIndex(byUid, owner.value()))
        enqueue(set->key());
}

void ReplicaSetController::enqueueWouldBeOwners(const ObjectPtr& orphan) {
    for (const ObjectPtr& set : sets_.byIndex(byNamespace, orphan->nameSpace())) {
        const auto selector = api::LabelSelector::from(set->as<apps::ReplicaSet>().spec().selector());
        if (selector && !selector->empty() && selector->matches(orphan->labels())) enqueue(set->key());
    }
}

void ReplicaSetController::podAdded(const ObjectPtr& pod) {
    if (pod->deleting()) return podDeleted(pod);
    if (pod->controllerUid().empty()) return enqueueWouldBeOwners(pod);
    expectations_.creationSeen(pod->controllerUid());
    enqueueOwner(pod->controllerUid());
}

void ReplicaSetController::podUpdated(const ObjectPtr& before, const ObjectPtr& pod) {
    if (pod->deleting() && !before->deleting()) podDeleted(pod);
    if (before->controllerUid() != pod->controllerUid() && !before->controllerUid().empty())
        enqueueOwner(before->controllerUid());
    if (!pod->controllerUid().empty())
        enqueueOwner(pod->controllerUid());
    else if (before->labels() != pod->labels() || !before->controllerUid().empty())
        enqueueWouldBeOwners(pod);
}

void ReplicaSetController::podDeleted(const ObjectPtr& pod) {
    if (pod->controllerUid().empty()) return;
    expectations_.deletionSeen(pod->controllerUid(), pod->uid());
    enqueueOwner(pod->controllerUid());
}

// --- reconcile
// ----------------------------------------------------------------------------------------------------

Step ReplicaSetController::reconcile(std::string key) {
    const ObjectPtr object = sets_.get(key);
    if (!object) co_return Result<void>();
    const auto set = object->as<apps::ReplicaSet>();
    bool expectationsMet = expectations_.met(object->uid(), now());
#ifdef WHEELHOUSE_SEEDED_BUGS
    expectationsMet = expectationsMet || std::getenv("WHEELHOUSE_BUG_DOUBLE_CREATE") != nullptr;
#endif
    if (!expectationsMet) enqueueAfter(key, Expectations::patience);

    auto claimed = co_await claimPods(object, set);
    if (!claimed) co_return fail(claimed.error());
    Result<void> managed;
    if (expectationsMet && !object->deleting()) managed = co_await manage(object, set, *claimed);
    auto written = co_await writeStatus(object, set, std::move(*claimed), managed);
    if (!managed) co_return managed;
    co_return written;
}

/// The pods this ReplicaSet has, adopting and releasing as the selector says. Not the ended ones.
client::Task<Result<std::vector<ReplicaSetController::Replica>>>
ReplicaSetController::claimPods(ObjectPtr object, apps::ReplicaSet set) {
    std::vector<Replica> pods;
    const auto selector = api::LabelSelector::from(set.spec().selector());
    if (!selector) co_return fail(selector.error());
    bool verified = false;
    for (const ObjectPtr& pod : pods_.byIndex(byController, object->uid().value())) {
        auto decoded = pod->as<core::Pod>();
        if (selector->matches(pod->labels())) {
            if (!isTerminal(decoded)) pods.push_back({pod, std::move(decoded)});
            continue;
        }
        if (object->deleting() || pod->deleting()) continue;
        const std::string patch = fmt::format(
            R"({{"metadata":{{"uid":"{}","ownerReferences":[{{"$patch":"delete","uid":"{}"}}]}}}})",
            pod->uid().value(), object->uid().value());
        auto released = co_await api_.patch(pod->kind().name, pod->nameSpace(), pod->name(),
                                            api::PatchType::Strategic, patch);
        if (auto gone = unlessGone(released); !gone) co_return fail(gone.error());
    }
    if (object->deleting()) co_return pods;
    for (const ObjectPtr& pod : pods_.byIndex(byOrphanage, object->nameSpace())) {
        auto decoded = pod->as<core::Pod>();
        if (!selector->matches(pod->labels()) || !isActive(decoded)) continue;
        if (!verified) {
            auto live = co_await api_.get<apps::ReplicaSet>(object->nameSpace(), object->name());
            if (!live) co_return fail(live.error());
            if ((*live)->uid() != object->uid() || (*live)->deleting())
                co_return fail(Reason::Conflict, "the ReplicaSet was deleted while it looked for pods");
            verified = true;
        }
        const std::string patch =
            fmt::format(R"({{"metadata":{{"uid":"{}","ownerReferences":[{}]}}}})", pod->uid().value(),
                        api::encodeJson(client::controllerReference(*object)));
        auto adopted = co_await api_.patch(pod->kind().name, pod->nameSpace(), pod->name(),
                                           api::PatchType::Strategic, patch);
        if (!adopted && adopted.error().reason == Reason::NotFound) continue;
        if (!adopted) co_return fail(adopted.error());
        pods.push_back({pod, std::move(decoded)});
    }
    co_return pods;
}

Step ReplicaSetController::manage(ObjectPtr object, apps::ReplicaSet set, std::vector<Replica> pods) {
    std::erase_if(pods, [](const Replica& replica) { return !isActive(replica.pod); });
    const int surplus = static_cast<int>(pods.size()) - set.spec().replicas();
    if (surplus == 0) co_return Result<void>();
    if (surplus < 0) {
        auto made = co_await createPods(object, std::move(set), std::min(-surplus, mostAtOnce));
        co_return made;
    }
    std::vector<RankedPod> ranked;
    for (std::size_t i = 0; i < pods.size(); ++i)
        ranked.push_back({&pods[i].pod, i});
    rankForDeletion(ranked, wallNow());
    std::vector<Replica> victims;
    for (int i = 0; i < std::min(surplus, mostAtOnce); ++i)
        victims.push_back(pods[ranked[static_cast<std::size_t>(i)].index]);
    auto deleted = co_await deletePods(object, std::move(victims));
    co_return deleted;
}

Step ReplicaSetController::createPods(ObjectPtr object, apps::ReplicaSet set, int count) {
    const core::Pod pod = podFromTemplate(object, set.spec().template_());
    expectations_.expectCreations(object->uid(), count, now());
    int left = count;
    Result<void> outcome;
    for (int batch = 1; left > 0 && outcome; batch *= 2) {
        batch = std::min(batch, left);
        std::vector<client::Call<client::Written>::Start> starts;
        for (int i = 0; i < batch; ++i)
            starts.push_back(api_.creating(pod));
        client::Calls<client::Written> calls(std::move(starts));
        auto answers = co_await calls;
        left -= batch;
        for (const auto& answer : answers) {
            if (answer) {
                events_.record(object, client::EventRecorder::Type::Normal, "SuccessfulCreate",
                               "Created pod: " + answer->object->name());
                continue;
            }
            expectations_.creationSeen(object->uid());
            outcome = fail(answer.error());
            events_.record(object, client::EventRecorder::Type::Warning, "FailedCreate",
                           "Error creating: " + answer.error().message);
        }
    }
    for (int skipped = 0; skipped < left; ++skipped)
        expectations_.creationSeen(object->uid());
    co_return outcome;
}

Step ReplicaSetController::deletePods(ObjectPtr object, std::vector<Replica> victims) {
    std::vector<client::Call<client::Written>::Start> starts;
    for (const Replica& victim : victims) {
        expectations_.expectDeletion(object->uid(), victim.object->uid(), now());
        starts.push_back(api_.removing(victim.object));
    }
    client::Calls<client::Written> calls(std::move(starts));
    auto answers = co_await calls;
    Result<void> outcome;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i]) {
            events_.record(object, client::EventRecorder::Type::Normal, "SuccessfulDelete",
                           "Deleted pod: " + victims[i].object->name());
            continue;
        }
        expectations_.deletionSeen(object->uid(), victims[i].object->uid());
        if (answers[i].error().reason == Reason::NotFound) continue;
        outcome = fail(answers[i].error());
        events_.record(object, client::EventRecorder::Type::Warning, "FailedDelete",
                       "Error deleting: " + answers[i].error().message);
    }
    co_return outcome;
}

Step ReplicaSetController::writeStatus(ObjectPtr object, apps::ReplicaSet set, std::vector<Replica> pods,
                                       Result<void> managed) {
    const apps::ReplicaSetStatus before = set.status();
    auto& status = *set.mutable_status();
    int replicas = 0, fullyLabelled = 0, ready = 0, available = 0, terminating = 0;
    Duration soonest = Duration::max();
    for (const Replica& replica : pods) {
        if (!isActive(replica.pod)) {
            ++terminating;
            continue;
        }
        ++replicas;
        if (hasAllLabels(replica.object, set.spec().template_().metadata().labels())) ++fullyLabelled;
        if (!isReady(replica.pod)) continue;
        ++ready;
        Duration remaining = Duration::max();
        if (isAvailable(replica.pod, set.spec().minreadyseconds(), wallNow(), &remaining))
            ++available;
        else
            soonest = std::min(soonest, remaining);
    }
    if (soonest != Duration::max()) enqueueAfter(object->key(), soonest);
    status.set_replicas(replicas);
    status.set_fullylabeledreplicas(fullyLabelled);
    status.set_readyreplicas(ready);
    status.set_availablereplicas(available);
    status.set_terminatingreplicas(terminating);
    status.set_observedgeneration(set.metadata().generation());
    setFailureCondition(status, managed, set.spec().replicas() - replicas, timestamp());
    // Equivalent, not Equal: a count that is absent and one that is zero say the same.
    if (google::protobuf::util::MessageDifferencer::Equivalent(before, status)) co_return Result<void>();
    auto written = co_await api_.updateStatus(std::move(set));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
