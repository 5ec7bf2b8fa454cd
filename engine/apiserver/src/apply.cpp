#include "core.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "errors.h"
#include "metadata.h"
#include "ownership.h"
#include "writes.h"

#include <fmt/format.h>

// PATCH with application/apply-patch+yaml.

namespace wheelhouse::apiserver {

using api::ObjectPtr;
using api::apply::Applied;
using api::apply::ApplyRequest;
using google::protobuf::Message;

namespace {

std::string jsonWithoutRecord(const Message& object, std::string_view apiVersion, std::string_view kind) {
    const auto copy = cloneOf(object);
    metadataOf(*copy).clear_managedfields();
    return api::encodeJson(*copy, apiVersion, kind);
}

/// Keys given twice: the configuration was laid over the object with the last of each.
Result<void> complainOfDuplicates(PatchRequest& request) {
    if (request.duplicates.empty()) return {};
    std::string text = "error converting YAML to JSON: yaml: unmarshal errors:";
    for (const std::string& each : request.duplicates)
        text += "\n  " + each;
    if (request.validation == api::FieldValidation::Strict)
        return fail(Reason::BadRequest, "error strict decoding YAML: " + text);
    request.write.warnings.push_back(std::move(text));
    return {};
}

/// What is applied to: an object or its scale.
struct Target {
    const google::protobuf::Descriptor* type = nullptr;
    std::shared_ptr<const api::apply::Type> merge;
    std::string apiVersion;
    std::string kind;
    const api::Kind* row = nullptr; ///< of an object
    std::string live;               ///< JSON
    api::apply::ManagedFields record;
};

Target objectTarget(const api::Kind& asked) {
    const api::Kind& kind = api::draftKind(asked);
    return {kind.descriptor, api::mergeTypeOf(asked), kind.apiVersion(), kind.kind, &kind, {}, {}};
}

/// Of a kind that is stored as another one, the configuration is translated first: what is owned are fields
/// of what is stored.
Result<void> translate(PatchRequest& request) {
    const api::Kind& asked = *request.write.kind;
    const api::Kind& kind = api::draftKind(asked);
    if (&kind == &asked) return {};
    auto decoded = api::decodeJson(request.patch, asked, request.validation);
    if (!decoded) return fail(decoded.error());
    if (decoded->apiVersion != asked.apiVersion() || decoded->kindName != asked.kind)
        return fail(Reason::BadRequest,
                    fmt::format("invalid object type: {}, Kind={}", decoded->apiVersion, decoded->kindName));
    std::move(decoded->warnings.begin(), decoded->warnings.end(), std::back_inserter(request.write.warnings));
    request.patch =
        api::encodeJson(*api::toDraft(asked, std::move(decoded->message)), kind.apiVersion(), kind.kind);
    return {};
}

Result<std::unique_ptr<Message>> applyTo(Core& core, PatchRequest& request, const Target& target) {
    const WriteRequest& write = request.write;
    ApplyRequest apply;
    apply.writer = writerOf(core, write);
    apply.writer.apiVersion = target.apiVersion;
    apply.writer.kind = target.kind;
    apply.force = request.force;
    apply.type = target.merge.get();
    apply.config = request.patch;
    const std::unique_ptr<Message> nothing(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(target.type)->New());
    const std::string empty = api::encodeJson(*nothing, target.apiVersion, target.kind);
    apply.empty = empty;
    apply.live = target.live.empty() ? empty : target.live;
    apply.name = (write.nameSpace.empty() ? "" : write.nameSpace + "/") + write.name;
    apply.managed = &target.record;
    auto applied = api::apply::apply(apply, core.fieldSets);
    if (!applied) return fail(applied.error());
    if (auto fine = complainOfDuplicates(request); !fine) return fail(fine.error());
    constexpr auto ignore = api::FieldValidation::Ignore;
    auto decoded = target.row ? api::decodeJson(applied->object, *target.row, ignore)
                              : api::decodeJson(applied->object, target.type, ignore);
    if (!decoded) return fail(decoded.error());
    metadataOf(*decoded->message).mutable_managedfields()->Swap(&applied->managed);
    return std::move(decoded->message);
}

void createApplied(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    if (!write.subresource.empty()) return done(fail(notFound(*write.kind, write.name)));
    auto message = applyTo(core, request, objectTarget(*write.kind));
    if (!message) return done(fail(message.error()));
    const auto& metadata = metadataOf(**message);
    if (!metadata.uid().empty())
        return done(fail(conflict(*write.kind, write.name,
                                  fmt::format("uid mismatch: the provided object specified uid {}, and no "
                                              "existing object was found",
                                              metadata.uid()))));
    if (metadata.name().empty())
        return done(fail(Reason::BadRequest,
                         fmt::format("the name of the object ({} based on URL) was undeterminable: name must "
                                     "be provided",
                                     write.name)));
    if (metadata.name() != write.name)
        return done(fail(Reason::BadRequest,
                         fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                     metadata.name(), write.name)));
    write.message = std::move(*message);
    write.name.clear();
    write.recorded = true;
    createObject(core, std::move(write), std::move(done));
}

/// A Scale is laid over the object's scale; what came of its record goes back into the object's.
void applyScale(Core& core, PatchRequest request, const ObjectPtr& newest, Done done) {
    WriteRequest& write = request.write;
    auto scale = scaleOf(*write.kind, newest);
    if (!scale) return done(fail(scale.error()));
    const auto live = newest->message();
    const auto& record = metadataOf(*live).managedfields();
    const auto paths = replicasPaths(core, *write.kind);
    Target target{scaleType(), {}, "autoscaling/v1", "Scale", nullptr, {}, {}};
    target.merge = {std::shared_ptr<void>(), &api::apply::typeOf(scaleType())};
    target.live = api::encodeJson(**scale, "autoscaling/v1", "Scale");
    target.record = api::apply::toScale(record, paths, core.fieldSets);
    auto message = applyTo(core, request, target);
    if (!message) return done(fail(message.error()));
    auto& metadata = metadataOf(**message);
    auto merged = api::apply::fromScale(record, metadata.managedfields(), write.kind->apiVersion(), paths,
                                        core.fieldSets);
    metadata.mutable_managedfields()->Swap(&merged);
    write.message = std::move(*message);
    write.recorded = true;
    updateScale(core, std::move(write), std::move(done));
}

} // namespace

void applyObject(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    if (!isScale(write.subresource))
        if (auto translated = translate(request); !translated) return done(fail(translated.error()));
    const ObjectPtr newest = core.store.newest({write.kind, keyOf(*write.kind, write.nameSpace, write.name)});
    if (!newest) {
        if (isScale(write.subresource)) return done(fail(notFound(*write.kind, write.name)));
        return createApplied(core, std::move(request), std::move(done));
    }
    if (isScale(write.subresource)) return applyScale(core, std::move(request), newest, std::move(done));
    const auto live = api::draftOf(*write.kind, *newest);
    Target target = objectTarget(*write.kind);
    target.live = jsonWithoutRecord(*live, target.apiVersion, target.kind);
    target.record = metadataOf(*live).managedfields();
    auto message = applyTo(core, request, target);
    if (!message) return done(fail(message.error()));
    write.message = std::move(*message);
    write.recorded = true;
    updateObject(core, std::move(write), std::move(done));
}

} // namespace wheelhouse::apiserver
