#include "deployment_controller.h"

#include "claims.h"
#include "deployment_status.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <set>

namespace wheelhouse::controllers {

namespace {

/// Annotations that say something about one object and must not be copied to another.
bool isOwnAnnotation(const std::string& name) {
    static const std::set<std::string> own = {"kubectl.kubernetes.io/last-applied-configuration",
                                              annotation::revision,
                                              annotation::revisionHistory,
                                              annotation::desiredReplicas,
                                              annotation::maxReplicas,
                                              annotation::rollBackTo};
    return own.contains(name);
}

bool annotate(meta::ObjectMeta& metadata, const char* name, const std::string& value) {
    auto& present = (*metadata.mutable_annotations())[name];
    if (present == value) return false;
    present = value;
    return true;
}

/// What a set remembers of the deployment's size, for scaling in proportion later.
bool annotateSize(const apps::Deployment& deployment, apps::ReplicaSet& set) {
    const int replicas = deployment.spec().replicas();
    bool changed = annotate(*set.mutable_metadata(), annotation::desiredReplicas, std::to_string(replicas));
    changed |= annotate(*set.mutable_metadata(), annotation::maxReplicas,
                        std::to_string(replicas + fenceOf(deployment).surge));
    return changed;
}

bool copyAnnotations(const meta::ObjectMeta& from, meta::ObjectMeta& to) {
    bool changed = false;
    for (const auto& [name, value] : from.annotations())
        if (!isOwnAnnotation(name)) changed |= annotate(to, name.c_str(), value);
    return changed;
}

/// The set is now revision `revision`; what it was before goes into its history.
bool raiseRevision(apps::ReplicaSet& set, std::int64_t revision) {
    const std::int64_t before = revisionOf(set.metadata());
    if (before >= revision) return false;
    auto& annotations = *set.mutable_metadata()->mutable_annotations();
    if (before > 0) {
        std::string& history = annotations[annotation::revisionHistory];
        history += (history.empty() ? "" : ",") + std::to_string(before);
    }
    annotations[annotation::revision] = std::to_string(revision);
    return true;
}

apps::ReplicaSet setFor(const ObjectPtr& owner, const apps::Deployment& deployment, const std::string& hash) {
    apps::ReplicaSet set;
    auto& metadata = *set.mutable_metadata();
    metadata.set_namespace_(owner->nameSpace());
    metadata.set_name(owner->name() + "-" + hash);
    *metadata.add_ownerreferences() = client::controllerReference(*owner);
    auto& spec = *set.mutable_spec();
    *spec.mutable_template_() = deployment.spec().template_();
    (*spec.mutable_template_()->mutable_metadata()->mutable_labels())[hashLabel] = hash;
    *metadata.mutable_labels() = spec.template_().metadata().labels();
    *spec.mutable_selector() = deployment.spec().selector();
    (*spec.mutable_selector()->mutable_matchlabels())[hashLabel] = hash;
    spec.set_minreadyseconds(deployment.spec().minreadyseconds());
    return set;
}

bool sizeChanged(const apps::Deployment& deployment, const Sets& sets) {
    return std::any_of(sets.begin(), sets.end(), [&](const apps::ReplicaSet& set) {
        const std::int64_t desired = annotatedNumber(set.metadata(), annotation::desiredReplicas);
        return set.spec().replicas() > 0 && desired >= 0 && desired != deployment.spec().replicas();
    });
}

} // namespace

DeploymentController::DeploymentController(const Deps& deps)
    : QueuedController(deps, "deployment"), deployments_(watch<apps::Deployment>(enqueueSelf())),
      sets_(watch<apps::ReplicaSet>({.onAdd = [this](const ObjectPtr& set) { setChanged(set); },
                                     .onUpdate =
                                         [this](const ObjectPtr& before, const ObjectPtr& set) {
                                             if (before->controllerUid() != set->controllerUid())
                                                 setChanged(before);
                                             setChanged(set);
                                         },
                                     .onDelete = [this](const ObjectPtr& set) { setChanged(set); }})),
      pods_(watch<core::Pod>({.onDelete = [this](const ObjectPtr& pod) {
          // Recreate waits for the last old pod.
          for (const ObjectPtr& set : sets_.byIndex(byUid, pod->controllerUid().value()))
              setChanged(set);
      }})) {
    indexByUid(deployments_);
    indexByNamespace(deployments_);
    indexByUid(sets_);
    indexByController(sets_);
    indexByOrphanage(sets_);
    indexByController(pods_);
}

void DeploymentController::setChanged(const ObjectPtr& set) {
    for (const ObjectPtr& deployment : deployments_.byIndex(byUid, set->controllerUid().value()))
        enqueue(deployment->key());
    if (!set->controllerUid().empty()) return;
    for (const ObjectPtr& deployment : deployments_.byIndex(byNamespace, set->nameSpace())) {
        const auto wanted = matchingLabels(deployment->as<apps::Deployment>().spec().selector());
        if (wanted(set)) enqueue(deployment->key());
    }
}

Sets DeploymentController::Look::all() const {
    Sets sets = old;
    if (fresh) sets.push_back(*fresh);
    return sets;
}

Step DeploymentController::reconcile(std::string key) {
    const ObjectPtr object = deployments_.get(key);
    if (!object) co_return Result<void>();
    Look look;
    look.object = object;
    look.deployment = object->as<apps::Deployment>();
    auto claimed = co_await claimSets(object, look.deployment);
    if (!claimed) co_return fail(claimed.error());
    look.old = std::move(*claimed);
    sortByAge(look.old);

    Result<void> done;
    if (object->deleting()) {
        done = co_await findFresh(look, false);
        if (done) done = co_await writeStatus(look, false);
    } else if (!look.deployment.spec().paused() &&
               annotatedNumber(look.deployment.metadata(), annotation::rollBackTo) >= 0) {
        done = co_await rollBack(look);
    } else if (look.deployment.spec().paused() || sizeChanged(look.deployment, look.old)) {
        done = co_await scaleOnly(look);
    } else if (isRolling(look.deployment)) {
        done = co_await rollOut(look);
    } else {
        done = co_await recreate(look);
    }
    co_return done;
}

/// The ReplicaSets this Deployment has, adopting and releasing as the selector says.
client::Task<Result<Sets>> DeploymentController::claimSets(ObjectPtr object, apps::Deployment deployment) {
    Claim wanted;
    wanted.owner = object;
    wanted.matches = matchingLabels(deployment.spec().selector());
    auto claimed = co_await claim(api_, std::move(wanted), sets_.byIndex(byController, object->uid().value()),
                                  sets_.byIndex(byOrphanage, object->nameSpace()));
    if (!claimed) co_return fail(claimed.error());
    Sets sets;
    for (const ObjectPtr& set : *claimed)
        sets.push_back(set->as<apps::ReplicaSet>());
    co_return sets;
}

/// The template of an old ReplicaSet becomes the Deployment's; that is an ordinary update, and the next
/// look's work. The annotation goes in any case.
Step DeploymentController::rollBack(Look& look) {
    const std::int64_t revision = annotatedNumber(look.deployment.metadata(), annotation::rollBackTo);
    const apps::ReplicaSet* set = setOfRevision(look.old, revision);
    using Type = client::EventRecorder::Type;
    if (!set) {
        events_.record(look.object, Type::Warning, "RollbackRevisionNotFound",
                       revision == 0 ? "Unable to find last revision."
                                     : "Unable to find the revision to rollback to.");
    } else if (sameTemplate(set->spec().template_(), look.deployment.spec().template_())) {
        events_.record(look.object, Type::Warning, "RollbackTemplateUnchanged",
                       fmt::format("The rollback revision contains the same template as current deployment "
                                   "\"{}\"",
                                   look.object->name()));
    } else {
        auto& podTemplate = *look.deployment.mutable_spec()->mutable_template_();
        podTemplate = set->spec().template_();
        podTemplate.mutable_metadata()->mutable_labels()->erase(hashLabel);
        auto& annotations = *look.deployment.mutable_metadata()->mutable_annotations();
        for (auto each = annotations.begin(); each != annotations.end();)
            each = isOwnAnnotation(each->first) ? std::next(each) : annotations.erase(each);
        copyAnnotations(set->metadata(), *look.deployment.mutable_metadata());
        events_.record(look.object, Type::Normal, "RollbackDone",
                       fmt::format("Rolled back deployment \"{}\" to revision {}", look.object->name(),
                                   revisionOf(set->metadata())));
    }
    look.deployment.mutable_metadata()->mutable_annotations()->erase(annotation::rollBackTo);
    auto written = co_await api_.update(look.deployment);
    if (!written) co_return fail(written.error());
    co_return Result<void>();
}

// --- the ReplicaSet of the present template
// -----------------------------------------------------------------------

Step DeploymentController::findFresh(Look& look, bool create) {
    const auto found = std::find_if(look.old.begin(), look.old.end(), [&](const apps::ReplicaSet& set) {
        return sameTemplate(set.spec().template_(), look.deployment.spec().template_());
    });
    if (found != look.old.end()) {
        look.fresh = *found;
        look.old.erase(found);
    }
    std::int64_t newest = 0;
    for (const auto& set : look.old)
        newest = std::max(newest, revisionOf(set.metadata()));
    Result<void> done;
    if (look.fresh && !look.object->deleting())
        done = co_await adoptRevision(look, newest + 1);
    else if (!look.fresh && create)
        done = co_await createFresh(look, newest + 1);
    co_return done;
}

Step DeploymentController::adoptRevision(Look& look, std::int64_t revision) {
    apps::ReplicaSet wanted = *look.fresh;
    bool changed = copyAnnotations(look.deployment.metadata(), *wanted.mutable_metadata());
    changed |= raiseRevision(wanted, revision);
    if (wanted.spec().minreadyseconds() != look.deployment.spec().minreadyseconds()) {
        wanted.mutable_spec()->set_minreadyseconds(look.deployment.spec().minreadyseconds());
        changed = true;
    }
    if (changed) {
        auto written = co_await api_.update(std::move(wanted));
        if (!written) co_return fail(written.error());
        look.fresh = written->object->as<apps::ReplicaSet>();
    }
    auto done = co_await writeRevision(look, revisionOf(look.fresh->metadata()));
    if (!done) co_return done;
    auto& status = *look.deployment.mutable_status();
    const auto* progressing = findCondition(status, "Progressing");
    if (!progressing && look.deployment.spec().has_progressdeadlineseconds())
        setCondition(status, "Progressing", "True", "FoundNewReplicaSet",
                     fmt::format("Found new replica set \"{}\"", look.fresh->metadata().name()), wallNow());
    else if (progressing && progressing->reason() == "DeploymentPaused" && !look.deployment.spec().paused())
        setCondition(status, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed",
                     wallNow());
    co_return Result<void>();
}

Step DeploymentController::writeRevision(Look& look, std::int64_t revision) {
    if (annotate(*look.deployment.mutable_metadata(), annotation::revision, std::to_string(revision))) {
        auto written = co_await api_.update(look.deployment);
        if (!written) co_return fail(written.error());
        look.object = written->object;
        look.deployment = written->object->as<apps::Deployment>();
    }
    co_return Result<void>();
}

Step DeploymentController::createFresh(Look& look, std::int64_t revision) {
    const std::string hash =
        templateHash(look.deployment.spec().template_(), look.deployment.status().collisioncount());
    apps::ReplicaSet set = setFor(look.object, look.deployment, hash);
    const std::string name = set.metadata().name();
    copyAnnotations(look.deployment.metadata(), *set.mutable_metadata());
    raiseRevision(set, revision);
    annotateSize(look.deployment, set);
    set.mutable_spec()->set_replicas(newSetSize(look.deployment, 0, totalReplicas(look.old)));
    auto made = co_await api_.create(std::move(set));
    ObjectPtr object;
    if (made) {
        object = made->object;
    } else if (made.error().reason == Reason::AlreadyExists) {
        // Ours from before (the informer has not shown it yet), or somebody else's.
        auto live = co_await api_.get<apps::ReplicaSet>(look.object->nameSpace(), name);
        if (!live) co_return fail(live.error());
        const bool ours = (*live)->controllerUid() == look.object->uid();
        if (!ours || !sameTemplate((*live)->as<apps::ReplicaSet>().spec().template_(),
                                   look.deployment.spec().template_())) {
            auto counted = co_await countCollision(look);
            if (!counted) co_return counted;
            co_return fail(made.error());
        }
        object = *live;
    } else {
        events_.record(look.object, client::EventRecorder::Type::Warning, "ReplicaSetCreateError",
                       "Failed to create new replica set \"" + name + "\": " + made.error().message);
        setCondition(*look.deployment.mutable_status(), "Progressing", "False", "ReplicaSetCreateError",
                     "Failed to create new replica set \"" + name + "\": " + made.error().message, wallNow());
        auto written = co_await api_.updateStatus(look.deployment);
        static_cast<void>(written);
        co_return fail(made.error());
    }
    look.fresh = object->as<apps::ReplicaSet>();
    if (made && look.fresh->spec().replicas() > 0)
        events_.record(
            look.object, client::EventRecorder::Type::Normal, "ScalingReplicaSet",
            fmt::format("Scaled up replica set {} from 0 to {}", name, look.fresh->spec().replicas()));
    auto done = co_await writeRevision(look, revisionOf(look.fresh->metadata()));
    if (!done) co_return done;
    if (made)
        setCondition(*look.deployment.mutable_status(), "Progressing", "True", "NewReplicaSetCreated",
                     fmt::format("Created new replica set \"{}\"", name), wallNow());
    co_return Result<void>();
}

Step DeploymentController::countCollision(Look& look) {
    auto& status = *look.deployment.mutable_status();
    status.set_collisioncount(status.collisioncount() + 1);
    auto written = co_await api_.updateStatus(look.deployment);
    if (!written) co_return fail(written.error());
    co_return Result<void>();
}

// --- steps
// --------------------------------------------------------------------------------------------------------

Step DeploymentController::resize(Look& look, apps::ReplicaSet& set, int replicas) {
    apps::ReplicaSet wanted = set;
    const int before = set.spec().replicas();
    wanted.mutable_spec()->set_replicas(replicas);
    const bool annotated = annotateSize(look.deployment, wanted);
    if (before == replicas && !annotated) co_return Result<void>();
    auto written = co_await api_.update(std::move(wanted));
    if (!written) co_return fail(written.error());
    set = written->object->as<apps::ReplicaSet>();
    if (before != replicas)
        events_.record(look.object, client::EventRecorder::Type::Normal, "ScalingReplicaSet",
                       fmt::format("Scaled {} replica set {} from {} to {}",
                                   replicas > before ? "up" : "down", set.metadata().name(), before,
                                   replicas));
    co_return Result<void>();
}

Step DeploymentController::rollOut(Look& look) {
    auto done = co_await findFresh(look, true);
    if (!done) co_return done;
    const int wanted = look.deployment.spec().replicas();
    const int size = look.fresh->spec().replicas();
    const int next = size > wanted ? wanted : newSetSize(look.deployment, size, totalReplicas(look.all()));
    if (next != size) {
        done = co_await resize(look, *look.fresh, next);
        if (!done) co_return done;
    } else {
        const auto sizes = shrinkOld(look.deployment, *look.fresh, look.old);
        for (auto& set : look.old) {
            const auto found = sizes.find(set.metadata().name());
            if (found == sizes.end()) continue;
            done = co_await resize(look, set, found->second);
            if (!done) co_return done;
        }
    }
    done = co_await cleanUp(look);
    if (!done) co_return done;
    auto written = co_await writeStatus(look, true);
    co_return written;
}

bool DeploymentController::oldPodsRun(const Look& look) const {
    for (const auto& set : look.old)
        for (const ObjectPtr& pod : pods_.byIndex(byController, set.metadata().uid()))
            if (!api::PodFacts(*pod).terminal()) return true;
    return false;
}

Step DeploymentController::recreate(Look& look) {
    auto done = co_await findFresh(look, false);
    if (!done) co_return done;
    bool shrunk = false;
    for (auto& set : look.old) {
        if (set.spec().replicas() == 0) continue;
        done = co_await resize(look, set, 0);
        if (!done) co_return done;
        shrunk = true;
    }
    if (!shrunk && !oldPodsRun(look)) {
        if (!look.fresh) {
            // Not findFresh: the old sets are already told apart.
            std::int64_t newest = 0;
            for (const auto& set : look.old)
                newest = std::max(newest, revisionOf(set.metadata()));
            done = co_await createFresh(look, newest + 1);
            if (!done) co_return done;
        }
        done = co_await resize(look, *look.fresh, look.deployment.spec().replicas());
        if (!done) co_return done;
        done = co_await cleanUp(look);
        if (!done) co_return done;
    }
    auto written = co_await writeStatus(look, true);
    co_return written;
}

Step DeploymentController::scaleOnly(Look& look) {
    auto done = co_await findFresh(look, false);
    if (!done) co_return done;
    const int wanted = look.deployment.spec().replicas();
    Sets active = look.all();
    std::erase_if(active, [](const apps::ReplicaSet& set) { return set.spec().replicas() == 0; });
    std::map<std::string, int> sizes;
    const auto saturated = [&](const apps::ReplicaSet& set) {
        return set.spec().replicas() == wanted && set.status().availablereplicas() == wanted &&
               annotatedNumber(set.metadata(), annotation::desiredReplicas) == wanted;
    };
    if (active.size() <= 1) {
        const auto only = !active.empty()    ? active.front().metadata().name()
                          : look.fresh       ? look.fresh->metadata().name()
                          : look.old.empty() ? std::string()
                                             : look.old.back().metadata().name();
        if (!only.empty()) sizes[only] = wanted;
    } else if (look.fresh && saturated(*look.fresh)) {
        for (const auto& set : look.old)
            if (set.spec().replicas() > 0) sizes[set.metadata().name()] = 0;
    } else if (isRolling(look.deployment)) {
        sizes = scaleInProportion(look.deployment, active);
    }
    if (look.fresh && sizes.contains(look.fresh->metadata().name())) {
        done = co_await resize(look, *look.fresh, sizes[look.fresh->metadata().name()]);
        if (!done) co_return done;
    }
    for (auto& set : look.old) {
        if (!sizes.contains(set.metadata().name())) continue;
        done = co_await resize(look, set, sizes[set.metadata().name()]);
        if (!done) co_return done;
    }
    if (look.deployment.spec().paused()) {
        done = co_await cleanUp(look);
        if (!done) co_return done;
        setCondition(*look.deployment.mutable_status(), "Progressing", "Unknown", "DeploymentPaused",
                     "Deployment is paused", wallNow());
    }
    auto written = co_await writeStatus(look, false);
    co_return written;
}

/// Old, empty ReplicaSets beyond the history limit go, oldest revision first.
Step DeploymentController::cleanUp(Look& look) {
    const auto& spec = look.deployment.spec();
    const auto limit =
        static_cast<std::size_t>(spec.has_revisionhistorylimit() ? spec.revisionhistorylimit() : 10);
    // Only when the rollout is over: until then an undo may want any of them.
    if (!look.deployment.spec().paused() &&
        !isComplete(look.deployment, deploymentStatus(look.deployment, look.all(),
                                                      look.fresh ? &*look.fresh : nullptr, false, wallNow())))
        co_return Result<void>();
    Sets empty = look.old;
    std::erase_if(empty, [](const apps::ReplicaSet& set) {
        return set.spec().replicas() != 0 || set.status().replicas() != 0 ||
               set.status().observedgeneration() < set.metadata().generation() ||
               set.metadata().has_deletiontimestamp();
    });
    if (empty.size() <= limit) co_return Result<void>();
    std::stable_sort(empty.begin(), empty.end(), [](const apps::ReplicaSet& a, const apps::ReplicaSet& b) {
        return revisionOf(a.metadata()) < revisionOf(b.metadata());
    });
    for (std::size_t i = 0; i < empty.size() - limit; ++i) {
        const ObjectPtr set = sets_.get(look.object->nameSpace() + "/" + empty[i].metadata().name());
        if (!set || set->uid().value() != empty[i].metadata().uid()) continue;
        auto deleted = co_await api_.remove(set);
        if (auto gone = unlessGone(deleted); !gone) co_return gone;
    }
    co_return Result<void>();
}

Step DeploymentController::writeStatus(Look& look, bool progress) {
    const Sets sets = look.all();
    const auto status =
        deploymentStatus(look.deployment, sets, look.fresh ? &*look.fresh : nullptr, progress, wallNow());
    if (progress) {
        if (const auto delay = untilDeadline(look.deployment, status, wallNow()))
            enqueueAfter(look.object->key(), *delay);
    }
    const auto stored = look.object->as<apps::Deployment>().status();
    if (google::protobuf::util::MessageDifferencer::Equivalent(stored, status)) co_return Result<void>();
    *look.deployment.mutable_status() = status;
    auto written = co_await api_.updateStatus(look.deployment);
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
