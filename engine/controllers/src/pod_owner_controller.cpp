#include "pod_owner_controller.h"

#include <algorithm>

namespace wheelhouse::controllers {

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

std::vector<OwnedPod> decodedPods(std::vector<ObjectPtr> objects) {
    std::vector<OwnedPod> pods;
    pods.reserve(objects.size());
    for (ObjectPtr& object : objects) {
        auto pod = object->as<core::Pod>();
        pods.push_back({std::move(object), std::move(pod)});
    }
    return pods;
}

PodOwnerController::PodOwnerController(const Deps& deps, std::string name, const api::Kind& owners)
    : QueuedController(deps, std::move(name)),
      owners_(watch(owners.name, {.onAdd = [this](const ObjectPtr& owner) { enqueue(owner->key()); },
                                  .onUpdate =
                                      [this](const ObjectPtr& before, const ObjectPtr& owner) {
                                          if (before->uid() != owner->uid())
                                              expectations_.forget(before->uid());
                                          enqueuePaced(owner);
                                      },
                                  .onDelete =
                                      [this](const ObjectPtr& owner) {
                                          expectations_.forget(owner->uid());
                                          pace_.forget(owner->uid());
                                          enqueue(owner->key());
                                      }})),
      pods_(watch<core::Pod>(
          {.onAdd = [this](const ObjectPtr& pod) { podAdded(pod); },
           .onUpdate = [this](const ObjectPtr& before, const ObjectPtr& pod) { podUpdated(before, pod); },
           .onDelete = [this](const ObjectPtr& pod) { podDeleted(pod); }})) {
    indexByUid(owners_);
    indexByNamespace(owners_);
    indexByController(pods_);
    indexByOrphanage(pods_);
}

// --- what the informers say
// ---------------------------------------------------------------------------------------

void PodOwnerController::enqueuePaced(const ObjectPtr& owner) {
    enqueueAfter(owner->key(), pace_.patience(owner->uid()));
}

void PodOwnerController::enqueueOwner(const Uid& owner) {
    for (const ObjectPtr& each : owners_.byIndex(byUid, owner.value()))
        enqueuePaced(each);
}

/// Who has waited to see what it did goes on at once.
void PodOwnerController::enqueueIfSettled(const Uid& owner, bool wasSettled) {
    if (wasSettled || !expectations_.met(owner, now())) return enqueueOwner(owner);
    for (const ObjectPtr& each : owners_.byIndex(byUid, owner.value()))
        enqueue(each->key());
}

void PodOwnerController::enqueueWouldBeOwners(const ObjectPtr& orphan) {
    for (const ObjectPtr& owner : owners_.byIndex(byNamespace, orphan->nameSpace()))
        if (matching(*owner)(orphan)) enqueue(owner->key());
}

void PodOwnerController::podAdded(const ObjectPtr& pod) {
    if (pod->deleting()) return podDeleted(pod);
    if (pod->controllerUid().empty()) return enqueueWouldBeOwners(pod);
    const bool wasSettled = expectations_.met(pod->controllerUid(), now());
    expectations_.creationSeen(pod->controllerUid());
    enqueueIfSettled(pod->controllerUid(), wasSettled);
}

void PodOwnerController::podUpdated(const ObjectPtr& before, const ObjectPtr& pod) {
    if (pod->deleting() && !before->deleting()) podDeleted(pod);
    if (before->controllerUid() != pod->controllerUid() && !before->controllerUid().empty())
        enqueueOwner(before->controllerUid());
    if (!pod->controllerUid().empty())
        enqueueOwner(pod->controllerUid());
    else if (before->labels() != pod->labels() || !before->controllerUid().empty())
        enqueueWouldBeOwners(pod);
}

void PodOwnerController::podDeleted(const ObjectPtr& pod) {
    if (pod->controllerUid().empty()) return;
    const bool wasSettled = expectations_.met(pod->controllerUid(), now());
    expectations_.deletionSeen(pod->controllerUid(), pod->uid());
    enqueueIfSettled(pod->controllerUid(), wasSettled);
}

// --- what it does
// -------------------------------------------------------------------------------------------------

bool PodOwnerController::settled(const ObjectPtr& owner) {
    if (expectations_.met(owner->uid(), now())) return true;
    enqueueAfter(owner->key(), Expectations::patience);
    return false;
}

client::Task<Result<std::vector<ObjectPtr>>> PodOwnerController::claimPods(ObjectPtr owner,
                                                                           Claim::Test mayAdopt) {
    Claim wanted;
    wanted.owner = owner;
    wanted.matches = matching(*owner);
    wanted.mayAdopt = std::move(mayAdopt);
    wanted.finalizer = finalizer();
    auto claimed = co_await claim(api_, std::move(wanted), pods_.byIndex(byController, owner->uid().value()),
                                  pods_.byIndex(byOrphanage, owner->nameSpace()));
    if (claimed) pace_.note(owner->uid(), claimed->size());
    co_return claimed;
}

Step PodOwnerController::createPods(ObjectPtr owner, std::vector<core::Pod> pods) {
    const std::size_t count = pods.size();
    expectations_.expectCreations(owner->uid(), static_cast<int>(count), now());
    std::size_t made = 0;
    Result<void> outcome;
    for (std::size_t batch = 1; made < count && outcome; batch *= 2) {
        batch = std::min(batch, count - made);
        std::vector<client::Call<client::Written>::Start> starts;
        for (std::size_t i = 0; i < batch; ++i)
            starts.push_back(api_.creating(std::move(pods[made + i])));
        client::Calls<client::Written> calls(std::move(starts));
        auto answers = co_await calls;
        made += batch;
        for (const auto& answer : answers) {
            if (answer) {
                events_.record(owner, client::EventRecorder::Type::Normal, "SuccessfulCreate",
                               "Created pod: " + answer->object->name());
                continue;
            }
            expectations_.creationSeen(owner->uid());
            outcome = fail(answer.error());
            events_.record(owner, client::EventRecorder::Type::Warning, "FailedCreate",
                           "Error creating: " + answer.error().message);
        }
    }
    for (std::size_t skipped = made; skipped < count; ++skipped)
        expectations_.creationSeen(owner->uid());
    co_return outcome;
}

Step PodOwnerController::deletePods(ObjectPtr owner, std::vector<ObjectPtr> victims) {
    std::vector<client::Call<client::Written>::Start> starts;
    for (const ObjectPtr& victim : victims) {
        expectations_.expectDeletion(owner->uid(), victim->uid(), now());
        starts.push_back(api_.removing(victim));
    }
    client::Calls<client::Written> calls(std::move(starts));
    auto answers = co_await calls;
    Result<void> outcome;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i]) {
            events_.record(owner, client::EventRecorder::Type::Normal, "SuccessfulDelete",
                           "Deleted pod: " + victims[i]->name());
            continue;
        }
        expectations_.deletionSeen(owner->uid(), victims[i]->uid());
        if (answers[i].error().reason == Reason::NotFound) continue;
        outcome = fail(answers[i].error());
        events_.record(owner, client::EventRecorder::Type::Warning, "FailedDelete",
                       "Error deleting: " + answers[i].error().message);
    }
    co_return outcome;
}

} // namespace wheelhouse::controllers
