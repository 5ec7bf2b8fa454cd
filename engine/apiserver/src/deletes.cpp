#include "core.h"
#include "engine/api/by_kind.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"
#include "writes.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::ObjectPtr;
using api::core::Pod;
using google::protobuf::Message;

namespace {

constexpr std::string_view orphanFinalizer = "orphan";
constexpr std::string_view foregroundFinalizer = "foregroundDeletion";
constexpr std::int64_t defaultPodGrace = 30;

/// Kinds whose deletion answers with the object that went; the others answer with a Status.
bool answersWithObject(const api::Kind& kind) {
    return kind.name.group.empty() &&
           (kind.kind == "Pod" || kind.kind == "Service" || kind.kind == "ServiceAccount" ||
            kind.kind == "PersistentVolume" || kind.kind == "PersistentVolumeClaim" ||
            kind.kind == "PodTemplate" || kind.kind == "ResourceQuota");
}

Result<void> checkOptions(const api::meta::DeleteOptions& options) {
    const auto refuse = [](std::string reason, std::string message, std::string field) {
        return fail(
            invalidOption("DeleteOptions", {std::move(reason), std::move(message), std::move(field)}));
    };
    const std::string& policy = options.propagationpolicy();
    if (options.has_orphandependents() && !policy.empty())
        return refuse(
            "FieldValueInvalid",
            fmt::format("Invalid value: \"{}\": orphanDependents and deletionPropagation cannot be both set",
                        policy),
            "propagationPolicy");
    if (!policy.empty() && policy != "Orphan" && policy != "Background" && policy != "Foreground")
        return refuse(
            "FieldValueNotSupported",
            fmt::format(
                "Unsupported value: \"{}\": supported values: \"Background\", \"Foreground\", \"Orphan\"",
                policy),
            "propagationPolicy");
    return {};
}

Result<void> checkPreconditions(const RemoveRequest& request, const ObjectPtr& newest) {
    const auto& preconditions = request.options.preconditions();
    if (preconditions.has_uid() && preconditions.uid() != newest->uid().value())
        return fail(
            conflict(*request.kind, request.name,
                     fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                 preconditions.uid(), newest->uid().value())));
    const std::string revision = std::to_string(newest->revision());
    if (preconditions.has_resourceversion() && preconditions.resourceversion() != revision)
        return fail(conflict(*request.kind, request.name,
                             fmt::format("Precondition failed: ResourceVersion in precondition: {}, "
                                         "ResourceVersion in object meta: {}",
                                         preconditions.resourceversion(), revision)));
    return {};
}

/// The finalizers that make the garbage collector do what was asked with dependents. Unset = as they are.
void setPropagation(api::meta::ObjectMeta& metadata, const api::meta::DeleteOptions& options) {
    std::string policy = options.propagationpolicy();
    if (policy.empty() && options.has_orphandependents())
        policy = options.orphandependents() ? "Orphan" : "Background";
    if (policy.empty()) return;
    auto& finalizers = *metadata.mutable_finalizers();
    finalizers.erase(
        std::remove_if(finalizers.begin(), finalizers.end(),
                       [](const std::string& f) { return f == orphanFinalizer || f == foregroundFinalizer; }),
        finalizers.end());
    if (policy == "Orphan") finalizers.Add(std::string(orphanFinalizer));
    if (policy == "Foreground") finalizers.Add(std::string(foregroundFinalizer));
}

/// How long a pod has to end; 0 = it may go at once. Only a pod that some node runs needs time.
std::int64_t podGrace(const Pod& pod, const api::meta::DeleteOptions& options) {
    std::int64_t grace = defaultPodGrace;
    if (options.has_graceperiodseconds())
        grace = options.graceperiodseconds();
    else if (pod.spec().has_terminationgraceperiodseconds())
        grace = pod.spec().terminationgraceperiodseconds();
    if (pod.spec().nodename().empty()) return 0;
    if (pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed") return 0;
    return grace < 0 ? 1 : grace;
}

void markDeleting(api::meta::ObjectMeta& metadata, WallTime now, std::int64_t grace) {
    if (metadata.generation() > 0) metadata.set_generation(metadata.generation() + 1);
    *metadata.mutable_deletiontimestamp() = api::toTime(now + std::chrono::seconds(grace));
    metadata.set_deletiongraceperiodseconds(grace);
}

/// Moves `message` one step towards its end. True when anything about it changed.
bool advance(Message& message, const api::meta::DeleteOptions& options, WallTime now) {
    auto& metadata = metadataOf(message);
    const auto finalizersBefore = metadata.finalizers();
    setPropagation(metadata, options);
    bool changed = !std::equal(finalizersBefore.begin(), finalizersBefore.end(),
                               metadata.finalizers().begin(), metadata.finalizers().end());
    const bool isPod = message.GetDescriptor() == Pod::descriptor();
    if (!metadata.has_deletiontimestamp()) {
        markDeleting(metadata, now, isPod ? podGrace(static_cast<const Pod&>(message), options) : 0);
        if (message.GetDescriptor() == api::core::Namespace::descriptor())
            static_cast<api::core::Namespace&>(message).mutable_status()->set_phase("Terminating");
        if (message.GetDescriptor() == api::apiextensions::CustomResourceDefinition::descriptor())
            markTerminating(static_cast<api::apiextensions::CustomResourceDefinition&>(message), now);
        return true;
    }
    // Already on its way: only a shorter grace is news. A node confirms the end of a pod with grace 0.
    if (isPod && options.has_graceperiodseconds() &&
        options.graceperiodseconds() < metadata.deletiongraceperiodseconds()) {
        const std::int64_t grace = std::max<std::int64_t>(options.graceperiodseconds(), 0);
        const WallTime started = api::fromTime(metadata.deletiontimestamp()) -
                                 std::chrono::seconds(metadata.deletiongraceperiodseconds());
        *metadata.mutable_deletiontimestamp() = api::toTime(started + std::chrono::seconds(grace));
        metadata.set_deletiongraceperiodseconds(grace);
        changed = true;
    }
    return changed;
}

Outcome outcomeOf(const api::Kind& kind, ObjectPtr object, bool gone) {
    Outcome outcome;
    if (gone && !answersWithObject(kind)) {
        outcome.answer =
            std::make_shared<api::meta::Status>(success(kind, object->name(), object->uid().value()));
        outcome.answerVersion = "v1";
        outcome.answerKind = "Status";
    } else
        outcome.object = std::move(object);
    return outcome;
}

} // namespace

void removeObject(Core& core, RemoveRequest request, Done done) {
    if (auto checked = checkOptions(request.options); !checked) return done(fail(checked.error()));
    const ObjectPtr newest =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    if (!newest) return done(fail(notFound(*request.kind, request.name)));
    if (auto checked = checkPreconditions(request, newest); !checked) return done(fail(checked.error()));
    std::unique_ptr<Message> message = newest->message();
    const std::unique_ptr<Message> old = cloneOf(*message);
    Admission admission;
    admission.operation = Admission::Operation::Delete;
    admission.kind = request.kind;
    admission.nameSpace = request.nameSpace;
    admission.name = request.name;
    admission.old = old.get();
    admission.user = &request.user;
    admission.dryRun = request.dryRun;
    auto admitted = core.admission.admit(admission);
    if (admitted) admitted = core.admission.check(admission);
    if (!admitted) {
        settle(admission, false);
        return done(fail(admitted.error()));
    }
    const bool changed = advance(*message, request.options, core.dates.wallNow());
    const bool gone = mayGo(*message);
    if (request.dryRun) {
        settle(admission, false);
        return done(outcomeOf(*request.kind, api::objectOf(request.kind->storage(), *message), gone));
    }
    auto answer = [kind = request.kind, gone, settles = std::move(admission.settle),
                   done = std::move(done)](Result<ObjectPtr> stored) {
        for (const auto& each : settles)
            each(stored.has_value());
        if (!stored) return done(fail(stored.error()));
        done(outcomeOf(*kind, *stored, gone));
    };
    if (!changed && !gone) {
        answerUnchanged(core, newest, std::move(answer));
        return;
    }
    commit(core, *request.kind, std::move(message), gone, std::move(answer));
}

void removeCollection(Core& core, const ListQuery& query, const RemoveRequest& model,
                      std::function<void(Result<ListAnswer>)> done) {
    auto list = listObjects(core, query);
    if (!list) return done(fail(list.error()));
    struct Progress {
        ListAnswer answer;
        std::size_t left = 0;
        std::optional<Status> failure;
        std::function<void(Result<ListAnswer>)> done;
    };
    auto progress = std::make_shared<Progress>();
    progress->answer = std::move(*list);
    progress->left = progress->answer.items.size() + 1;
    progress->done = std::move(done);
    const auto finished = [progress](const Result<Outcome>& outcome) {
        // Somebody else deleting the same objects does no harm.
        if (!outcome && outcome.error().reason != Reason::NotFound) progress->failure = outcome.error();
        if (--progress->left > 0) return;
        if (progress->failure)
            progress->done(fail(*progress->failure));
        else
            progress->done(std::move(progress->answer));
    };
    const std::vector<ObjectPtr> items = progress->answer.items;
    for (const ObjectPtr& item : items) {
        RemoveRequest one = model;
        one.nameSpace = item->nameSpace();
        one.name = item->name();
        removeObject(core, std::move(one), finished);
    }
    finished(Outcome{});
}

} // namespace wheelhouse::apiserver
