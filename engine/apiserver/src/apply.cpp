#include "core.h"
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
Result<void> complainOfDuplicates(PatchRequest& request, const google::protobuf::Descriptor* type) {
    if (request.validation == api::FieldValidation::Ignore) return {};
    auto decoded = api::decodeJson(request.patch, type, api::FieldValidation::Warn);
    if (!decoded) return fail(decoded.error());
    std::erase_if(decoded->warnings,
                  [](const std::string& warning) { return !warning.starts_with("duplicate field"); });
    if (decoded->warnings.empty()) return {};
    if (request.validation == api::FieldValidation::Strict) {
        std::string text = "error strict decoding YAML: ";
        for (const std::string& warning : decoded->warnings)
            text += (&warning == decoded->warnings.data() ? "" : ", ") + warning;
        return fail(Reason::BadRequest, std::move(text));
    }
    std::move(decoded->warnings.begin(), decoded->warnings.end(), std::back_inserter(request.write.warnings));
    return {};
}

/// What is applied to: an object or its scale.
struct Target {
    const google::protobuf::Descriptor* type = nullptr;
    std::string apiVersion;
    std::string kind;
    std::string live; ///< JSON
    api::apply::ManagedFields record;
};

Result<std::unique_ptr<Message>> applyTo(Core& core, PatchRequest& request, const Target& target) {
    const WriteRequest& write = request.write;
    ApplyRequest apply;
    apply.writer = writerOf(core, write);
    apply.writer.apiVersion = target.apiVersion;
    apply.writer.kind = target.kind;
    apply.force = request.force;
    apply.type = &api::apply::typeOf(target.type);
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
    if (auto fine = complainOfDuplicates(request, target.type); !fine) return fail(fine.error());
    auto decoded = api::decodeJson(applied->object, target.type, api::FieldValidation::Ignore);
    if (!decoded) return fail(decoded.error());
    metadataOf(*decoded->message).mutable_managedfields()->Swap(&applied->managed);
    return std::move(decoded->message);
}

void createApplied(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    if (!write.subresource.empty()) return done(fail(notFound(*write.kind, write.name)));
    auto message =
        applyTo(core, request, {write.kind->descriptor, write.kind->apiVersion(), write.kind->kind, {}, {}});
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
    auto scale = scaleOf(newest);
    if (!scale) return done(fail(scale.error()));
    const auto live = newest->message();
    const auto& record = metadataOf(*live).managedfields();
    const std::string version = write.kind->apiVersion();
    auto message =
        applyTo(core, request,
                {scaleType(), "autoscaling/v1", "Scale", api::encodeJson(**scale, "autoscaling/v1", "Scale"),
                 api::apply::toScale(record, version, core.fieldSets)});
    if (!message) return done(fail(message.error()));
    auto& metadata = metadataOf(**message);
    auto merged = api::apply::fromScale(record, metadata.managedfields(), version, core.fieldSets);
    metadata.mutable_managedfields()->Swap(&merged);
    write.message = std::move(*message);
    write.recorded = true;
    updateScale(core, std::move(write), std::move(done));
}

} // namespace

void applyObject(Core& core, PatchRequest request, Done done) {
    WriteRequest& write = request.write;
    const ObjectPtr newest = core.store.newest({write.kind, keyOf(*write.kind, write.nameSpace, write.name)});
    if (!newest) {
        if (isScale(write.subresource)) return done(fail(notFound(*write.kind, write.name)));
        return createApplied(core, std::move(request), std::move(done));
    }
    if (isScale(write.subresource)) return applyScale(core, std::move(request), newest, std::move(done));
    const auto live = newest->message();
    auto message = applyTo(core, request,
                           {write.kind->descriptor, write.kind->apiVersion(), write.kind->kind,
                            jsonWithoutRecord(*live, write.kind->apiVersion(), write.kind->kind),
                            metadataOf(*live).managedfields()});
    if (!message) return done(fail(message.error()));
    write.message = std::move(*message);
    write.recorded = true;
    updateObject(core, std::move(write), std::move(done));
}

} // namespace wheelhouse::apiserver
