#include "auth/reviews.h"
#include "core.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "engine/api/custom_resource.h"
#include "engine/api/scale.h"
#include "engine/api/selector.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"
#include "ownership.h"
#include "writes.h"

#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::ObjectPtr;
using api::core::Pod;
using google::protobuf::Message;

namespace {

Result<api::autoscaling::Scale> makeScale(const api::Kind& kind, const Message& object) {
    const auto& from = metadataOf(object);
    api::autoscaling::Scale scale;
    auto& metadata = *scale.mutable_metadata();
    metadata.set_name(from.name());
    metadata.set_namespace_(from.namespace_());
    metadata.set_uid(from.uid());
    metadata.set_resourceversion(from.resourceversion());
    *metadata.mutable_creationtimestamp() = from.creationtimestamp();
    const auto numbers = api::scaleNumbersOf(kind, object);
    if (!numbers) return fail(numbers.error());
    scale.mutable_spec()->set_replicas(static_cast<std::int32_t>(numbers->wanted));
    scale.mutable_status()->set_replicas(static_cast<std::int32_t>(numbers->actual));
    scale.mutable_status()->set_selector(numbers->selector);
    return scale;
}

void setReplicas(const api::Kind& kind, Message& object, std::int32_t replicas) {
    if (api::customOf(kind))
        return api::custom::setReplicas(kind, static_cast<api::CustomObject&>(object), replicas);
    Message& spec = *subMessage(object, "spec");
    spec.GetReflection()->SetInt32(&spec, spec.GetDescriptor()->FindFieldByName("replicas"), replicas);
}

Done answerWithScale(const api::Kind& kind, Done done) {
    return [&kind, done = std::move(done)](Result<Outcome> outcome) {
        if (outcome && outcome->object) {
            auto scale = makeScale(kind, *outcome->object->message());
            if (!scale) return done(fail(scale.error()));
            outcome->answer = std::make_shared<api::autoscaling::Scale>(std::move(*scale));
            outcome->answerVersion = "autoscaling/v1";
            outcome->answerKind = "Scale";
        }
        done(std::move(outcome));
    };
}

/// The scale's record is the object's, as far as the replicas go.
void recordScale(Core& core, const WriteRequest& request, const Message& live,
                 const api::autoscaling::Scale& before, const api::autoscaling::Scale& after) {
    const auto paths = replicasPaths(core, *request.kind);
    const auto& record = metadataOf(live).managedfields();
    auto writer = writerOf(core, request);
    const std::string version = std::exchange(writer.apiVersion, "autoscaling/v1");
    const auto known = api::apply::toScale(record, paths, core.fieldSets);
    const auto tracked =
        api::apply::track(writer, api::apply::compare(before, after), known, known, false, core.fieldSets);
    auto merged = api::apply::fromScale(record, tracked, version, paths, core.fieldSets);
    metadataOf(*request.message).mutable_managedfields()->Swap(&merged);
}

void setScheduled(Pod& pod, WallTime now) {
    api::core::PodCondition* condition = nullptr;
    for (auto& each : *pod.mutable_status()->mutable_conditions())
        if (each.type() == "PodScheduled") condition = &each;
    if (!condition) condition = pod.mutable_status()->add_conditions();
    if (condition->status() != "True") *condition->mutable_lasttransitiontime() = api::toTime(now);
    condition->set_type("PodScheduled");
    condition->set_status("True");
    condition->clear_reason();
    condition->clear_message();
}

} // namespace

Outcome plainSuccess() {
    api::meta::Status status;
    status.mutable_metadata();
    status.set_status("Success");
    status.set_code(201);
    Outcome outcome;
    outcome.answer = std::make_shared<api::meta::Status>(status);
    outcome.answerVersion = "v1";
    outcome.answerKind = "Status";
    outcome.created = true;
    return outcome;
}

bool isScale(std::string_view subresource) {
    return subresource == "scale";
}
const google::protobuf::Descriptor* scaleType() {
    return api::autoscaling::Scale::descriptor();
}
const google::protobuf::Descriptor* bindingType() {
    return api::core::Binding::descriptor();
}
const google::protobuf::Descriptor* evictionType() {
    return api::policy::Eviction::descriptor();
}

Result<std::unique_ptr<Message>> scaleOf(const api::Kind& kind, const ObjectPtr& object) {
    auto scale = makeScale(kind, *api::draftOf(kind, *object));
    if (!scale) return fail(scale.error());
    return std::make_unique<api::autoscaling::Scale>(std::move(*scale));
}

void updateScale(Core& core, WriteRequest request, Done done) {
    const auto scale = std::move(request.message);
    const auto& wanted = static_cast<const api::autoscaling::Scale&>(*scale);
    const ObjectPtr newest =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    if (!newest) return done(fail(notFound(*request.kind, request.name)));
    if (!wanted.metadata().name().empty() && wanted.metadata().name() != request.name)
        return done(fail(Reason::BadRequest,
                         fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                     wanted.metadata().name(), request.name)));
    if (wanted.spec().replicas() < 0) {
        Status status;
        status.reason = Reason::Invalid;
        status.group = "autoscaling";
        status.kind = "Scale";
        status.name = request.name;
        status.causes.push_back(
            {"FieldValueInvalid",
             fmt::format("Invalid value: {}: must be greater than or equal to 0", wanted.spec().replicas()),
             "spec.replicas"});
        status.message = fmt::format("Scale.autoscaling \"{}\" is invalid: spec.replicas: {}", request.name,
                                     status.causes.front().message);
        return done(fail(std::move(status)));
    }
    const auto live = api::draftOf(*request.kind, *newest);
    const auto before = makeScale(*request.kind, *live);
    if (!before) return done(fail(before.error()));
    request.message = cloneOf(*live);
    auto& metadata = metadataOf(*request.message);
    if (!wanted.metadata().resourceversion().empty())
        metadata.set_resourceversion(wanted.metadata().resourceversion());
    if (!wanted.metadata().uid().empty()) metadata.set_uid(wanted.metadata().uid());
    if (request.recorded) *metadata.mutable_managedfields() = wanted.metadata().managedfields();
    setReplicas(*request.kind, *request.message, wanted.spec().replicas());
    if (!request.recorded) {
        api::autoscaling::Scale after = *before;
        after.mutable_spec()->set_replicas(wanted.spec().replicas());
        recordScale(core, request, *live, *before, after);
    }
    request.recorded = true;
    request.subresource.clear();
    Done answer = answerWithScale(*request.kind, std::move(done));
    updateObject(core, std::move(request), std::move(answer));
}

void patchScale(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    const ObjectPtr newest = core.store.newest({write.kind, keyOf(*write.kind, write.nameSpace, write.name)});
    if (!newest) return done(fail(notFound(*write.kind, write.name)));
    const auto scale = makeScale(*write.kind, *api::draftOf(*write.kind, *newest));
    if (!scale) return done(fail(scale.error()));
    auto message = applyPatchTo(api::encodeJson(*scale, "autoscaling/v1", "Scale"), request,
                                bodyKindOf(*write.kind, write.subresource));
    if (!message) return done(fail(message.error()));
    write.message = std::move(*message);
    updateScale(core, std::move(write), std::move(done));
}

void bindPod(Core& core, WriteRequest request, Done done) {
    const auto& binding = static_cast<const api::core::Binding&>(*request.message);
    const ObjectPtr newest =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    if (!newest) return done(fail(notFound(*request.kind, request.name)));
    const auto refuse = [&](const std::string& why) {
        Status status = conflict(*request.kind, request.name, why);
        status.message =
            fmt::format("Operation cannot be fulfilled on pods/binding \"{}\": {}", request.name, why);
        status.kind = "pods/binding";
        done(fail(std::move(status)));
    };
    const std::string& target = binding.target().name();
    if (target.empty() || (!binding.target().kind().empty() && binding.target().kind() != "Node"))
        return done(fail(Reason::BadRequest, "a binding must name a Node as its target"));
    if (!binding.metadata().uid().empty() && binding.metadata().uid() != newest->uid().value())
        return refuse(fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                  binding.metadata().uid(), newest->uid().value()));
    if (newest->deleting())
        return refuse(fmt::format("pod {} is being deleted, cannot be assigned to a host", request.name));
    auto pod = std::make_unique<Pod>(newest->as<Pod>());
    bool assigned = !pod->spec().nodename().empty();
#ifdef WHEELHOUSE_SEEDED_BUGS
    assigned = assigned && std::getenv("WHEELHOUSE_BUG_BIND_AGAIN") == nullptr;
#endif
    if (assigned)
        return refuse(
            fmt::format("pod {} is already assigned to node \"{}\"", request.name, pod->spec().nodename()));
    if (pod->spec().schedulinggates_size() > 0)
        return refuse(fmt::format("pod {} has non-empty .spec.schedulingGates", request.name));
    if (request.dryRun) return done(plainSuccess());
    pod->mutable_spec()->set_nodename(target);
    for (const auto& [key, value] : binding.metadata().annotations())
        (*pod->mutable_metadata()->mutable_annotations())[key] = value;
    setScheduled(*pod, core.dates.wallNow());
    commit(core, *request.kind, std::move(pod), false, [done = std::move(done)](Result<ObjectPtr> stored) {
        if (!stored) return done(fail(stored.error()));
        Outcome outcome = plainSuccess();
        done(std::move(outcome));
    });
}

/// Takes the finalizers of the spec from the body and nothing else; the last one gone, the namespace goes.
void finalizeNamespace(Core& core, WriteRequest request, Done done) {
    using api::core::Namespace;
    const auto& wanted = static_cast<const Namespace&>(*request.message);
    const ObjectPtr newest = core.store.newest({request.kind, request.name});
    if (!newest) return done(fail(notFound(*request.kind, request.name)));
    const std::string& version = wanted.metadata().resourceversion();
    if (!version.empty() && version != std::to_string(newest->revision()))
        return done(fail(staleObject(*request.kind, request.name)));
    auto space = std::make_unique<Namespace>(newest->as<Namespace>());
    *space->mutable_spec()->mutable_finalizers() = wanted.spec().finalizers();
    Admission admission;
    admission.operation = Admission::Operation::Update;
    admission.kind = request.kind;
    admission.name = request.name;
    admission.dryRun = request.dryRun;
    storeUpdate(core, std::move(admission), newest, std::move(space), std::move(request.warnings),
                std::move(done));
}

void dispatchWrite(Core& core, WriteRequest request, Done done) {
    if (auth::isReview(*request.kind)) return auth::answerReview(core, std::move(request), std::move(done));
    if (request.subresource == "token") return auth::requestToken(core, std::move(request), std::move(done));
    if (isScale(request.subresource)) return updateScale(core, std::move(request), std::move(done));
    if (request.subresource == "binding") return bindPod(core, std::move(request), std::move(done));
    if (request.subresource == "eviction") return evictPod(core, std::move(request), std::move(done));
    if (request.subresource == "finalize")
        return finalizeNamespace(core, std::move(request), std::move(done));
    // A review is answered by whoever knows the answer; here nobody does.
    if (!request.kind->storage().stored()) return done(fail(methodNotAllowed()));
    if (request.name.empty()) return createObject(core, std::move(request), std::move(done));
    updateObject(core, std::move(request), std::move(done));
}

} // namespace wheelhouse::apiserver
