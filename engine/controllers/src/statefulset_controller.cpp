#include "statefulset_controller.h"

#include "deployment_math.h"
#include "engine/api/template_patch.h"
#include "pods.h"
#include "stateful_status.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr std::size_t mostAtOnce = 500;

using Type = client::EventRecorder::Type;

bool isOnDelete(const apps::StatefulSet& set) {
    return set.spec().updatestrategy().type() == "OnDelete";
}

} // namespace

StatefulSetController::StatefulSetController(const Deps& deps)
    : PodOwnerController(deps, "statefulset", api::kindOf<apps::StatefulSet>()),
      claims_(watch<core::PersistentVolumeClaim>(
          {.onDelete = [this](const ObjectPtr& claim) { claimGone(claim); }})),
      revisions_(watch<apps::ControllerRevision>(
          onAny([this](const ObjectPtr& revision) { enqueueOwner(revision->controllerUid()); }))),
      history_(api_, revisions_) {}

/// By name too: a pod the labels of which match but whose name says no number of the set is not its pod.
Claim::Test StatefulSetController::matching(const api::Object& owner) const {
    return [labels = matchingLabels(owner.as<apps::StatefulSet>().spec().selector()), name = owner.name()](
               const ObjectPtr& pod) { return ordinalIn(pod->name(), name) >= 0 && labels(pod); };
}

/// A pod may have been waiting for the end of a stale claim, or misses this one.
void StatefulSetController::claimGone(const ObjectPtr& claim) {
    for (const ObjectPtr& set : owners_.byIndex(byNamespace, claim->nameSpace()))
        if (claim->name().find("-" + set->name() + "-") != std::string::npos) enqueue(set->key());
}

// --- one look
// -------------------------------------------------------------------------------------------------------

bool StatefulSetController::Look::available(const Replica& replica) const {
    return replica.present && isAvailable(replica.present->pod, set.spec().minreadyseconds(), now) &&
           replica.present->pod.status().phase() == "Running";
}

bool StatefulSetController::Look::unavailable(const Replica& replica) const {
    return !available(replica) || replica.present->object->deleting();
}

Step StatefulSetController::reconcile(std::string key) {
    Look look;
    look.object = owners_.get(key);
    if (!look.object || look.object->deleting()) co_return Result<void>();
    look.set = look.object->as<apps::StatefulSet>();
    look.ordered = look.set.spec().podmanagementpolicy() != "Parallel";
    look.now = wallNow();
    const bool maySettle = settled(look.object);

    auto claimed = co_await claimPods(look.object);
    if (!claimed) co_return fail(claimed.error());
    const std::vector<OwnedPod> pods = decodedPods(std::move(*claimed));
    auto revisions = co_await findRevisions(look);
    if (!revisions) co_return fail(revisions.error());
    if (auto read = readRevisions(look, *revisions); !read) co_return read;
    sortOut(look, pods);

    Result<void> advanced;
    if (maySettle) advanced = co_await advance(look);
    auto written = co_await writeStatus(look, pods, revisions->collisions);
    if (!advanced) co_return advanced;
    if (!written) co_return written;
    auto cleaned = co_await cleanUp(look, pods, std::move(*revisions));
    co_return cleaned;
}

client::Task<Result<Revisions>> StatefulSetController::findRevisions(const Look& look) {
    Snapshot snapshot;
    snapshot.owner = look.object;
    snapshot.selector = look.set.spec().selector();
    snapshot.podTemplate = look.set.spec().template_();
    snapshot.from = look.set.metadata();
    snapshot.hashLabel = "controller.kubernetes.io/hash";
    snapshot.collisions = look.set.status().collisioncount();
    auto revisions = co_await history_.find(std::move(snapshot));
    co_return revisions;
}

Result<void> StatefulSetController::readRevisions(Look& look, const Revisions& revisions) const {
    look.updateRevision = revisions.now.metadata().name();
    const auto* current = revisions.named(look.set.status().currentrevision());
    if (!current) current = &revisions.now;
    look.currentRevision = current->metadata().name();
    auto podTemplate = api::templateIn(current->data().raw());
    if (!podTemplate) return fail(podTemplate.error());
    look.currentTemplate = std::move(*podTemplate);
    return {};
}

void StatefulSetController::sortOut(Look& look, std::vector<OwnedPod> pods) const {
    for (int i = 0; i < look.set.spec().replicas(); ++i)
        look.replicas.push_back({firstOrdinal(look.set) + i, std::nullopt});
    for (OwnedPod& each : pods) {
        const int ordinal = ordinalIn(each.object->name(), look.object->name());
        if (wantsOrdinal(look.set, ordinal))
            look.replicas[static_cast<std::size_t>(ordinal - firstOrdinal(look.set))].present =
                std::move(each);
        else
            look.condemned.push_back({ordinal, std::move(each)});
    }
    std::sort(look.condemned.begin(), look.condemned.end(),
              [](const Replica& a, const Replica& b) { return a.ordinal > b.ordinal; });
}

// --- steps
// ----------------------------------------------------------------------------------------------------------

Step StatefulSetController::advance(const Look& look) {
    auto tended = co_await tendReplicas(look);
    if (!tended) co_return fail(tended.error());
    if (!*tended) co_return Result<void>();
    auto shrunk = co_await removeCondemned(look);
    if (!shrunk) co_return fail(shrunk.error());
    if (!*shrunk || isOnDelete(look.set)) co_return Result<void>();
    auto updated = co_await update(look);
    co_return updated;
}

client::Task<Result<bool>> StatefulSetController::tendReplicas(const Look& look) {
    std::vector<Replica> missing;
    bool goOn = true;
    for (const Replica& replica : look.replicas) {
        auto tended = co_await tendReplica(look, replica, missing);
        if (!tended) co_return fail(tended.error());
        if (!look.ordered || *tended) continue;
        goOn = false;
        break;
    }
    auto made = co_await make(look, std::move(missing));
    if (!made) co_return fail(made.error());
    co_return goOn;
}

/// False: in order, nothing goes on before this one is as it should be. What is missing is only noted.
client::Task<Result<bool>> StatefulSetController::tendReplica(const Look& look, const Replica& replica,
                                                              std::vector<Replica>& missing) {
    if (!replica.present) {
        // With a stale claim it would wait for a volume that is about to go.
        if (!hasStaleClaim(look, replica.ordinal) && missing.size() < mostAtOnce) missing.push_back(replica);
        co_return false;
    }
    const OwnedPod& present = *replica.present;
    const bool leaving = present.object->deleting();
    if (isTerminal(present.pod)) {
        if (!leaving) {
            std::vector<Replica> ended(1, replica);
            auto removed = co_await remove(look, std::move(ended));
            if (!removed) co_return fail(removed.error());
        }
        co_return false;
    }
    if (present.pod.status().phase() == "Pending") {
        auto claimed = co_await makeClaims(look, replica.ordinal);
        if (!claimed) co_return fail(claimed.error());
    }
    if (look.ordered && look.unavailable(replica)) co_return false;
    auto repaired = co_await repair(look, replica);
    if (!repaired) co_return fail(repaired.error());
    co_return true;
}

/// True: no surplus pod is left to wait for.
client::Task<Result<bool>> StatefulSetController::removeCondemned(const Look& look) {
    for (const Replica& replica : look.condemned) {
        auto owned = co_await ownClaims(look, replica);
        if (!owned) co_return fail(owned.error());
    }
    // The one that does not serve and has the lowest number may go though it is not available.
    const Replica* firstUnavailable = nullptr;
    for (const Replica& replica : look.condemned)
        if (look.unavailable(replica)) firstUnavailable = &replica;
    std::vector<Replica> victims;
    for (const Replica& replica : look.condemned) {
        if (replica.present->object->deleting()) {
            if (look.ordered) co_return false;
            continue;
        }
        if (look.ordered && !look.available(replica) && &replica != firstUnavailable) co_return false;
        victims.push_back(replica);
        if (look.ordered || victims.size() == mostAtOnce) break;
    }
    if (victims.empty()) co_return true;
    auto removed = co_await remove(look, std::move(victims));
    if (!removed) co_return fail(removed.error());
    co_return !look.ordered;
}

/// Deletes pods of an old revision, from the highest number down to the partition, as many as may be missing
/// at once.
Step StatefulSetController::update(const Look& look) {
    const auto& rolling = look.set.spec().updatestrategy().rollingupdate();
    const int replicas = look.set.spec().replicas();
    const int most =
        rolling.has_maxunavailable() ? std::max(1, resolve(rolling.maxunavailable(), replicas, false)) : 1;
    const auto missing = std::count_if(look.replicas.begin(), look.replicas.end(),
                                       [&](const Replica& each) { return look.unavailable(each); });
    int room = most - static_cast<int>(missing);
    std::vector<Replica> victims;
    for (auto replica = look.replicas.rbegin(); replica != look.replicas.rend() && room > 0; ++replica) {
        if (replica->ordinal < firstOrdinal(look.set) + rolling.partition()) break;
        if (!replica->present || replica->present->object->deleting() ||
            revisionOf(replica->present->pod) == look.updateRevision)
            continue;
        victims.push_back(*replica);
        --room;
    }
    auto removed = co_await remove(look, std::move(victims));
    co_return removed;
}

// --- pods
// -----------------------------------------------------------------------------------------------------------

/// Of the current revision below the partition (without one: where pods of it are still to be kept), else of
/// the new.
core::Pod StatefulSetController::podFor(const Look& look, int ordinal) const {
    const auto& strategy = look.set.spec().updatestrategy();
    int kept = 0;
    if (strategy.has_rollingupdate())
        kept = strategy.rollingupdate().partition();
    else if (!isOnDelete(look.set))
        kept = look.set.status().currentreplicas();
    if (ordinal < firstOrdinal(look.set) + kept)
        return statefulPod(look.object, look.set, look.currentTemplate, look.currentRevision, ordinal);
    return statefulPod(look.object, look.set, look.set.spec().template_(), look.updateRevision, ordinal);
}

Step StatefulSetController::make(const Look& look, std::vector<Replica> missing) {
    Result<void> outcome;
    std::size_t made = 0;
    // More at a time for as long as none is refused.
    for (std::size_t batch = 1; made < missing.size() && outcome; batch *= 2) {
        batch = std::min(batch, missing.size() - made);
        std::vector<client::Call<client::Written>::Start> starts;
        std::vector<std::string> names;
        for (std::size_t i = made; i < made + batch; ++i) {
            core::Pod pod = podFor(look, missing[i].ordinal);
            names.push_back(pod.metadata().name());
            auto claimed = co_await makeClaims(look, missing[i].ordinal);
            if (!claimed) {
                tell(look, "create", names.back(), claimed);
                co_return claimed;
            }
            starts.push_back(api_.creating(std::move(pod)));
        }
        expectations_.expectCreations(look.object->uid(), static_cast<int>(batch), now());
        client::Calls<client::Written> calls(std::move(starts));
        auto answers = co_await calls;
        made += batch;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            Result<void> answer;
            if (!answers[i]) answer = fail(answers[i].error());
            if (!answer) expectations_.creationSeen(look.object->uid());
            if (!answer) outcome = answer;
            // Of one that exists already nothing new is to be told.
            if (answer || answer.error().reason != Reason::AlreadyExists)
                tell(look, "create", names[i], answer);
        }
    }
    co_return outcome;
}

Step StatefulSetController::remove(const Look& look, std::vector<Replica> victims) {
    client::DeleteOptions options;
#ifdef WHEELHOUSE_SEEDED_BUGS
    if (std::getenv("WHEELHOUSE_BUG_HASTY_IDENTITY")) options.gracePeriodSeconds = 0;
#endif
    std::vector<client::Call<client::Written>::Start> starts;
    for (const Replica& victim : victims) {
        expectations_.expectDeletion(look.object->uid(), victim.present->object->uid(), now());
        starts.push_back(api_.removing(victim.present->object, options));
    }
    client::Calls<client::Written> calls(std::move(starts));
    auto answers = co_await calls;
    Result<void> outcome;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const ObjectPtr& object = victims[i].present->object;
        Result<void> answer;
        if (!answers[i]) answer = fail(answers[i].error());
        if (!answer) expectations_.deletionSeen(look.object->uid(), object->uid());
        if (!answer && answer.error().reason == Reason::NotFound) continue;
        if (!answer) outcome = answer;
        tell(look, "delete", object->name(), answer);
    }
    co_return outcome;
}

/// Labels that say who it is, volumes, owners of its claims.
Step StatefulSetController::repair(const Look& look, const Replica& replica) {
    auto owned = co_await ownClaims(look, replica);
    if (!owned) co_return owned;
    core::Pod pod = replica.present->pod;
    const bool identity = hasIdentity(pod, replica.ordinal);
    const bool storage = hasStorage(pod, look.set, replica.ordinal);
    if ((identity && storage) || replica.present->object->deleting()) co_return Result<void>();
    if (!identity) giveIdentity(pod, replica.ordinal);
    if (!storage) {
        giveStorage(pod, look.set, replica.ordinal);
        auto claimed = co_await makeClaims(look, replica.ordinal);
        if (!claimed) co_return claimed;
    }
    auto written = co_await api_.update(std::move(pod));
    const Result<void> outcome = unlessGone(written);
    tell(look, "update", replica.present->object->name(), outcome);
    co_return outcome;
}

/// Verbs as the reasons of Kubernetes' events have them: SuccessfulCreate, FailedDelete, …
void StatefulSetController::tell(const Look& look, const char* verb, const std::string& pod,
                                 const Result<void>& outcome) {
    std::string title = verb;
    title[0] = static_cast<char>(title[0] - 'a' + 'A');
    const std::string what = fmt::format("{} Pod {} in StatefulSet {}", verb, pod, look.object->name());
    if (outcome)
        events_.record(look.object, Type::Normal, "Successful" + title, what + " successful");
    else
        events_.record(look.object, Type::Warning, "Failed" + title,
                       what + " failed error: " + outcome.error().message);
}

// --- claims
// ---------------------------------------------------------------------------------------------------------

/// The claims of a number that do not exist yet, owned from the beginning as the retention policy says.
Step StatefulSetController::makeClaims(const Look& look, int ordinal) {
    const std::string pod = statefulPodName(look.set, ordinal);
    for (const auto& each : look.set.spec().volumeclaimtemplates()) {
        core::PersistentVolumeClaim claim = claimFor(look.set, each, ordinal);
        const std::string name = claim.metadata().name();
        if (const ObjectPtr present = claims_.get(look.object->nameSpace() + "/" + name)) {
            if (present->deleting())
                co_return fail(Reason::Conflict, fmt::format("pvc {} is being deleted", name));
            continue;
        }
        setClaimOwners(claim, {look.set, pod, {}, true});
        auto made = co_await api_.create(std::move(claim));
        if (made) {
            events_.record(look.object, Type::Normal, "SuccessfulCreate",
                           fmt::format("create Claim {} Pod {} in StatefulSet {} success", name, pod,
                                       look.object->name()));
        } else if (made.error().reason != Reason::AlreadyExists) {
            events_.record(look.object, Type::Warning, "FailedCreate",
                           fmt::format("create Claim {} for Pod {} in StatefulSet {} failed error: {}", name,
                                       pod, look.object->name(), made.error().message));
            co_return fail(made.error().reason,
                           fmt::format("failed to create PVC {}: {}", name, made.error().message));
        }
    }
    co_return Result<void>();
}

/// Brings the owners of a pod's claims in line with the retention policy.
Step StatefulSetController::ownClaims(const Look& look, const Replica& replica) {
    const std::string pod = statefulPodName(look.set, replica.ordinal);
    for (const auto& each : look.set.spec().volumeclaimtemplates()) {
        const std::string name = claimName(look.set, each, replica.ordinal);
        const ObjectPtr present = claims_.get(look.object->nameSpace() + "/" + name);
        if (!present) continue;
        auto claim = present->as<core::PersistentVolumeClaim>();
        const ClaimOwners owners{look.set, pod, replica.present->object->uid().value(),
                                 wantsOrdinal(look.set, replica.ordinal)};
        if (hasConflictingOwner(claim, owners))
            events_.record(look.object, Type::Warning, "ConflictingController",
                           fmt::format("PersistentVolumeClaim {} has another owner that controls it; the "
                                       "retention policy is not applied to it",
                                       name));
        if (!setClaimOwners(claim, owners)) continue;
        auto written = co_await api_.update(std::move(claim));
        if (auto gone = unlessGone(written); !gone)
            co_return fail(gone.error().reason,
                           fmt::format("could not update claim {} for delete policy ownerRefs: {}", name,
                                       gone.error().message));
    }
    co_return Result<void>();
}

bool StatefulSetController::hasStaleClaim(const Look& look, int ordinal) const {
    if (look.set.spec().persistentvolumeclaimretentionpolicy().whenscaled() != "Delete") return false;
    const auto& templates = look.set.spec().volumeclaimtemplates();
    return std::any_of(templates.begin(), templates.end(), [&](const auto& each) {
        const ObjectPtr claim =
            claims_.get(look.object->nameSpace() + "/" + claimName(look.set, each, ordinal));
        return claim &&
               isStale(claim->as<core::PersistentVolumeClaim>(), statefulPodName(look.set, ordinal), {});
    });
}

// --- what it says
// ---------------------------------------------------------------------------------------------------

Step StatefulSetController::writeStatus(Look& look, const std::vector<OwnedPod>& pods, int collisions) {
    Duration remaining = Duration::max();
    auto status =
        statefulStatus(look.set, pods, look.currentRevision, look.updateRevision, look.now, &remaining);
    if (remaining != Duration::max()) enqueueAfter(look.object->key(), remaining);
    status.set_collisioncount(collisions);
    if (google::protobuf::util::MessageDifferencer::Equivalent(look.set.status(), status))
        co_return Result<void>();
    *look.set.mutable_status() = status;
    auto written = co_await api_.updateStatus(look.set);
    co_return unlessGone(written);
}

Step StatefulSetController::cleanUp(const Look& look, const std::vector<OwnedPod>& pods,
                                    Revisions revisions) {
    std::set<std::string> live;
    live.insert(look.currentRevision);
    live.insert(look.updateRevision);
    for (const OwnedPod& each : pods)
        live.insert(revisionOf(each.pod));
    auto done =
        co_await history_.truncate(std::move(revisions), std::move(live), historyLimit(look.set.spec()));
    co_return done;
}

} // namespace wheelhouse::controllers
