#include "writes.h"

#include "core.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "engine/api/pod_parts.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"
#include "ownership.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::ObjectPtr;
using google::protobuf::Message;

namespace {

constexpr int nameAttempts = 8;
constexpr int suffixLength = 5;
constexpr std::size_t longestGeneratedBase = 58;

Admission admissionOf(const WriteRequest& request, Admission::Operation operation,
                      std::vector<std::string>& warnings) {
    Admission admission;
    admission.operation = operation;
    admission.kind = request.kind;
    admission.nameSpace = request.nameSpace;
    admission.name = request.name;
    admission.subresource = request.subresource;
    admission.object = request.message.get();
    admission.user = &request.user;
    admission.dryRun = request.dryRun;
    admission.warnings = &warnings;
    return admission;
}

Result<void> placeInNamespace(const WriteRequest& request, api::meta::ObjectMeta& metadata) {
    if (!request.kind->namespaced) {
        metadata.clear_namespace_();
        return {};
    }
    if (metadata.namespace_().empty()) metadata.set_namespace_(request.nameSpace);
    if (metadata.namespace_() != request.nameSpace)
        return fail(
            Reason::BadRequest,
            fmt::format(
                "the namespace of the provided object does not match the namespace sent on the request "
                "({} != {})",
                metadata.namespace_(), request.nameSpace));
    return {};
}

std::string generatedName(Core& core, const api::meta::ObjectMeta& metadata) {
    return metadata.generatename().substr(0, longestGeneratedBase) + randomSuffix(core.random, suffixLength);
}

/// The name is free, or another one is found where the server chose it.
Result<void> nameNewObject(Core& core, const WriteRequest& request, api::meta::ObjectMeta& metadata) {
    const bool generated = request.name.empty() && !metadata.generatename().empty();
    if (!generated) {
        if (!metadata.name().empty() &&
            core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, metadata.name())}))
            return fail(alreadyExists(*request.kind, metadata.name()));
        return {};
    }
    for (int attempt = 0; attempt < nameAttempts; ++attempt) {
        if (attempt > 0) metadata.set_name(generatedName(core, metadata));
        if (!core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, metadata.name())}))
            return {};
    }
    Status status = alreadyExists(*request.kind, metadata.generatename());
    status.retryAfterSeconds = 1;
    return fail(std::move(status));
}

/// What only the server may say about a new object.
void stampNewObject(Core& core, api::meta::ObjectMeta& metadata) {
    // Some kinds put their name elsewhere too, so that it is there before anything looks at the object.
    if (metadata.name().empty() && !metadata.generatename().empty())
        metadata.set_name(generatedName(core, metadata));
    metadata.clear_selflink();
    metadata.clear_deletiontimestamp();
    metadata.clear_deletiongraceperiodseconds();
    metadata.set_uid(makeUuid(core.random));
    *metadata.mutable_creationtimestamp() = api::toTime(core.dates.wallNow());
}

/// What an update may not touch.
void keepSystemMetadata(api::meta::ObjectMeta& metadata, const api::meta::ObjectMeta& old) {
    metadata.clear_selflink();
    metadata.set_uid(old.uid());
    *metadata.mutable_creationtimestamp() = old.creationtimestamp();
    if (old.has_generation())
        metadata.set_generation(old.generation());
    else
        metadata.clear_generation();
    if (old.has_generatename()) metadata.set_generatename(old.generatename());
    if (old.has_deletiontimestamp())
        *metadata.mutable_deletiontimestamp() = old.deletiontimestamp();
    else
        metadata.clear_deletiontimestamp();
    if (old.has_deletiongraceperiodseconds())
        metadata.set_deletiongraceperiodseconds(old.deletiongraceperiodseconds());
    else
        metadata.clear_deletiongraceperiodseconds();
}

bool wholeNumber(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// The object this update is about is the one the client saw.
Result<void> checkPreconditions(const WriteRequest& request, const api::meta::ObjectMeta& metadata,
                                const ObjectPtr& newest) {
    if (!metadata.uid().empty() && metadata.uid() != newest->uid().value())
        return fail(
            conflict(*request.kind, request.name,
                     fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                 metadata.uid(), newest->uid().value())));
    const std::string& version = metadata.resourceversion();
    if (version.empty() || version == "0") return {};
    if (!wholeNumber(version))
        return fail(api::invalid(
            *request.kind, request.name,
            {{"FieldValueInvalid",
              fmt::format("Invalid value: \"{}\": must be a resourceVersion this server gave", version),
              "metadata.resourceVersion"}}));
    if (version != std::to_string(newest->revision())) return fail(staleObject(*request.kind, request.name));
    return {};
}

api::core::Pod& podIn(Message& message) {
    return static_cast<api::core::Pod&>(message);
}

Outcome outcomeOf(ObjectPtr object, bool created, std::vector<std::string> warnings) {
    Outcome outcome;
    outcome.object = std::move(object);
    outcome.created = created;
    outcome.warnings = std::move(warnings);
    return outcome;
}

} // namespace

void settle(Admission& admission, bool committed) {
    for (auto& each : admission.settle)
        each(committed);
}

bool mayGo(const Message& message) {
    const auto& metadata = metadataOf(message);
    if (!metadata.has_deletiontimestamp() || metadata.finalizers_size() > 0) return false;
    if (metadata.deletiongraceperiodseconds() > 0) return false;
    if (message.GetDescriptor() == api::core::Namespace::descriptor())
        return static_cast<const api::core::Namespace&>(message).spec().finalizers_size() == 0;
    return true;
}

namespace {

/// The store may outlive the server: what it then answers is for nobody.
Committed whileAlive(Core& core, Committed done) {
    return [weak = core.weak_from_this(), done = std::move(done)](Result<ObjectPtr> stored) {
        if (const auto alive = weak.lock()) done(std::move(stored));
    };
}

} // namespace

void commit(Core& core, const api::Kind& kind, std::unique_ptr<Message> message, bool removes,
            Committed done) {
    const auto& metadata = metadataOf(*message);
    // By the object, not the row: the one custom objects are stored under does not know their scope.
    const std::string& home = metadata.namespace_();
    const store::Key key{&kind, home.empty() ? metadata.name() : home + "/" + metadata.name()};
    const auto write = [&kind, &message](const ObjectPtr&, Revision revision) -> Result<ObjectPtr> {
        metadataOf(*message).set_resourceversion(std::to_string(revision));
        return api::objectOf(kind.storage(), *message);
    };
    if (!removes) {
        core.store.put(key, write, whileAlive(core, std::move(done)));
        return;
    }
    core.store.remove(key, write, whileAlive(core, [&core, done = std::move(done)](Result<ObjectPtr> last) {
                          if (last) core.admission.removed(**last);
                          done(std::move(last));
                      }));
}

void answerUnchanged(Core& core, const ObjectPtr& newest, Committed done) {
    core.store.put(
        store::Key::of(*newest), [](const ObjectPtr& same, Revision) -> Result<ObjectPtr> { return same; },
        whileAlive(core, std::move(done)));
}

void createObject(Core& core, WriteRequest request, Done done) {
    request.message = api::toDraft(*request.kind, std::move(request.message));
    auto& metadata = metadataOf(*request.message);
    if (!metadata.resourceversion().empty() && metadata.resourceversion() != "0")
        return done(fail(Reason::BadRequest, "resourceVersion should not be set on objects to be created"));
    metadata.clear_resourceversion();
    if (auto placed = placeInNamespace(request, metadata); !placed) return done(fail(placed.error()));
    if (core.definitions->terminating(*request.kind)) {
        Status status = methodNotAllowed();
        status.message = "create not allowed while custom resource definition is terminating";
        return done(fail(std::move(status)));
    }
    std::vector<std::string> warnings = std::move(request.warnings);
    request.name = metadata.name();
    warnOfDefinition(*request.message, warnings);

    Admission admission = admissionOf(request, Admission::Operation::Create, warnings);
    const auto refuse = [&](Status why) {
        settle(admission, false);
        done(fail(std::move(why)));
    };
    stampNewObject(core, metadata);
    api::applyDefaults(*request.kind, *request.message);
    // What the server adds from here on is nobody's.
    recordWrite(core, request, *request.message, nullptr);
    api::prepareCreate(*request.kind, *request.message);
    // The namespace is looked at before the name: what cannot be created there needs no name.
    if (auto admitted = core.admission.admit(admission); !admitted) return refuse(admitted.error());
    if (auto named = nameNewObject(core, request, metadata); !named) return refuse(named.error());
    admission.name = metadata.name();
    if (auto causes = api::validateCreate(*request.kind, *request.message); !causes.empty())
        return refuse(api::invalid(*request.kind, metadata.name(), std::move(causes)));
    if (auto checked = core.admission.check(admission); !checked) return refuse(checked.error());

    if (request.dryRun) {
        settle(admission, false);
        return done(
            outcomeOf(api::objectOf(request.kind->storage(), *request.message), true, std::move(warnings)));
    }
    commit(core, *request.kind, std::move(request.message), false,
           [settles = std::move(admission.settle), warnings = std::move(warnings),
            done = std::move(done)](Result<ObjectPtr> stored) mutable {
               for (auto& each : settles)
                   each(stored.has_value());
               if (!stored) return done(fail(stored.error()));
               done(outcomeOf(*stored, true, std::move(warnings)));
           });
}

void updateObject(Core& core, WriteRequest request, Done done) {
    request.message = api::toDraft(*request.kind, std::move(request.message));
    auto& metadata = metadataOf(*request.message);
    if (auto placed = placeInNamespace(request, metadata); !placed) return done(fail(placed.error()));
    if (metadata.name().empty()) metadata.set_name(request.name);
    if (metadata.name() != request.name)
        return done(fail(Reason::BadRequest,
                         fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                     metadata.name(), request.name)));
    const ObjectPtr newest =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    if (!newest) return done(fail(notFound(*request.kind, request.name)));
    if (auto checked = checkPreconditions(request, metadata, newest); !checked)
        return done(fail(checked.error()));

    const std::unique_ptr<Message> old = api::draftOf(*request.kind, *newest);
    keepSystemMetadata(metadata, metadataOf(*old));
    metadata.set_resourceversion(metadataOf(*old).resourceversion());
    std::vector<std::string> warnings = std::move(request.warnings);
    if (request.subresource.empty()) warnOfDefinition(*request.message, warnings);
    Admission admission = admissionOf(request, Admission::Operation::Update, warnings);
    admission.old = old.get();
    const auto refuse = [&](Status why) {
        settle(admission, false);
        done(fail(std::move(why)));
    };
    const bool part = api::isPodPart(request.subresource);
    if (part) api::keepToPart(request.subresource, podIn(*request.message), podIn(*old));
    api::applyDefaults(*request.kind, *request.message);
    recordWrite(core, request, *request.message, old.get());
    if (request.subresource.empty())
        if (auto admitted = core.admission.admit(admission); !admitted) return refuse(admitted.error());
    const bool status = request.subresource == "status" || request.subresource == "approval";
    api::prepareUpdate(*request.kind, *request.message, *old, status);
    auto causes = part ? api::validatePart(request.subresource, podIn(*request.message), podIn(*old))
                       : api::validateUpdate(*request.kind, *request.message, *old);
    if (!causes.empty()) return refuse(api::invalid(*request.kind, request.name, std::move(causes)));
    if (auto checked = core.admission.check(admission); !checked) return refuse(checked.error());
    storeUpdate(core, std::move(admission), newest, std::move(request.message), std::move(warnings),
                std::move(done));
}

namespace {

/// Whether the message is what is stored already. Mostly its length tells that it is not.
bool isStored(const Message& message, const ObjectPtr& newest) {
    return message.ByteSizeLong() == newest->bytes().size() && api::serialize(message) == newest->bytes();
}

/// Gives the message the times of the stored record where the two differ in nothing else; answers with the
/// message's own.
std::optional<api::apply::ManagedFields> keepTimes(Message& message, const Message* stored) {
    auto& record = *metadataOf(message).mutable_managedfields();
    if (record.empty() || stored == nullptr) return std::nullopt;
    const auto& before = metadataOf(*stored).managedfields();
    if (!api::apply::sameButTimes(record, before)) return std::nullopt;
    api::apply::ManagedFields own = before;
    record.Swap(&own);
    return own;
}

} // namespace

void storeUpdate(Core& core, Admission admission, const ObjectPtr& newest, std::unique_ptr<Message> message,
                 std::vector<std::string> warnings, Done done) {
    const bool removes = mayGo(*message);
    // When the times of the record are all that is new, nothing is.
    auto times = keepTimes(*message, admission.old);
    const bool unchanged = isStored(*message, newest);
    if (!unchanged && times) metadataOf(*message).mutable_managedfields()->Swap(&*times);
    if (admission.dryRun) {
        settle(admission, false);
        return done(outcomeOf(api::objectOf(newest->kind(), *message), false, std::move(warnings)));
    }
    auto answer = [settles = std::move(admission.settle), warnings = std::move(warnings),
                   done = std::move(done)](Result<ObjectPtr> stored) mutable {
        for (auto& each : settles)
            each(stored.has_value());
        if (!stored) return done(fail(stored.error()));
        done(outcomeOf(*stored, false, std::move(warnings)));
    };
    if (unchanged && !removes) {
        answerUnchanged(core, newest, std::move(answer));
        return;
    }
    const api::Kind& kind = newest->kind();
    commit(core, kind, std::move(message), removes, std::move(answer));
}

void patchObject(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    if (request.apply) return applyObject(core, std::move(request), std::move(done));
    if (isScale(write.subresource)) return patchScale(core, std::move(request), std::move(done));
    const ObjectPtr newest = core.store.newest({write.kind, keyOf(*write.kind, write.nameSpace, write.name)});
    if (!newest) return done(fail(notFound(*write.kind, write.name)));
    const BodyKind expected = bodyKindOf(*write.kind, write.subresource);
    auto message = applyPatchTo(api::jsonAs(*write.kind, *newest), request, expected);
    if (!message) return done(fail(message.error()));
    write.message = std::move(*message);
    updateObject(core, std::move(write), std::move(done));
}

Result<std::unique_ptr<Message>> applyPatchTo(const std::string& json, PatchRequest& request,
                                              const BodyKind& expected) {
    auto patched = api::applyPatch(json, request.patch, request.type, expected.type);
    if (!patched) return fail(patched.error());
    request.write.forgetsOwners = forgetsOwners(*patched);
    auto decoded = expected.row ? api::decodeJson(*patched, *expected.row, request.validation)
                                : api::decodeJson(*patched, expected.type, request.validation);
    if (!decoded) return fail(decoded.error());
    if ((!decoded->apiVersion.empty() && decoded->apiVersion != expected.apiVersion) ||
        (!decoded->kindName.empty() && decoded->kindName != expected.kind))
        return fail(Reason::BadRequest, "a patch may not change the kind or apiVersion of an object");
    std::move(decoded->warnings.begin(), decoded->warnings.end(), std::back_inserter(request.write.warnings));
    return std::move(decoded->message);
}

} // namespace wheelhouse::apiserver
