#include "engine/api/codec.h"

#include "codec/canonical.h"
#include "codec/generated.h"
#include "codec/request.h"
#include "engine/api/types.h"

namespace wheelhouse::api {
namespace {

/// Reads only as far as both are known: they come first in most bodies.
struct TypeMetaOnly {
    std::string apiVersion;
    std::string kind;
};

Result<TypeMetaOnly> readTypeMetaOnly(std::string_view json) {
    JsonReader reader(json, FieldValidation::Ignore);
    TypeMetaOnly found;
    std::string_view key;
    bool open = reader.beginObject();
    while (open && (found.apiVersion.empty() || found.kind.empty()) && reader.nextKey(key)) {
        std::string* value = key == "apiVersion" ? &found.apiVersion : key == "kind" ? &found.kind : nullptr;
        const bool good =
            reader.takeNull() || (value != nullptr ? reader.readString(*value) : reader.skipValue());
        if (!good) break;
    }
    if (reader.failed()) {
        const Reason reason = json.size() > maxBodyBytes ? Reason::RequestEntityTooLarge : Reason::BadRequest;
        return fail(reason, reader.error());
    }
    return found;
}

tl::unexpected<Status> unknownKind(std::string_view apiVersion, std::string_view kind) {
    if (kind.empty()) return fail(Reason::BadRequest, "the object says no \"kind\"");
    if (apiVersion.empty()) return fail(Reason::BadRequest, "the object says no \"apiVersion\"");
    return fail(Reason::BadRequest, "no kind \"" + std::string(kind) + "\" is registered for version \"" +
                                        std::string(apiVersion) + "\"");
}

constexpr std::string_view magic("k8s\0", 4);

} // namespace

std::string encodeJson(const google::protobuf::Message& message, std::string_view apiVersion,
                       std::string_view kind) {
    const codec::MessageCodec& codec = codec::codecOf(message.GetDescriptor());
    JsonWriter writer;
    if (codec.encodeFields == nullptr) {
        codec::encodeFormOf(message, writer);
        return writer.take();
    }
    writer.reserve(message.ByteSizeLong() * 2 + 64);
    writer.beginObject();
    codec::writeTypeMeta(writer, apiVersion, kind);
    codec.encodeFields(message, writer);
    writer.endObject();
    return writer.take();
}

std::string encodeJson(const google::protobuf::Message& message) {
    return encodeJson(message, {}, {});
}

Result<Decoded> decodeJson(std::string_view json, const google::protobuf::Descriptor* type,
                           FieldValidation validation) {
    return codec::decodeRequest(json, type, validation, codec::codecOf(type).decode);
}

Result<Decoded> decodeJson(std::string_view json, FieldValidation validation) {
    const Result<TypeMetaOnly> typeMeta = readTypeMetaOnly(json);
    if (!typeMeta) return fail(typeMeta.error());
    const Kind* kind = findKind(typeMeta->apiVersion, typeMeta->kind);
    if (kind == nullptr) return unknownKind(typeMeta->apiVersion, typeMeta->kind);
    return decodeJson(json, kind->descriptor, validation);
}

std::string encodeProtobuf(const google::protobuf::Message& message, std::string_view apiVersion,
                           std::string_view kind) {
    runtime::Unknown envelope;
    envelope.mutable_typemeta()->set_apiversion(std::string(apiVersion));
    envelope.mutable_typemeta()->set_kind(std::string(kind));
    envelope.set_raw(serialize(message));
    // Other clients' readers expect the empty texts too.
    envelope.set_contentencoding("");
    envelope.set_contenttype("");
    return std::string(magic) + envelope.SerializeAsString();
}

namespace {

Result<runtime::Unknown> openEnvelope(std::string_view body) {
    if (body.size() > maxBodyBytes)
        return fail(Reason::RequestEntityTooLarge,
                    "the body is larger than " + std::to_string(maxBodyBytes) + " bytes");
    if (!body.starts_with(magic))
        return fail(Reason::BadRequest, "the body does not begin as a Kubernetes protobuf");
    body.remove_prefix(magic.size());
    runtime::Unknown envelope;
    if (!envelope.ParseFromArray(body.data(), static_cast<int>(body.size())))
        return fail(Reason::BadRequest, "the protobuf envelope is malformed");
    if (!envelope.contentencoding().empty())
        return fail(Reason::BadRequest,
                    "content encoding \"" + envelope.contentencoding() + "\" is not understood");
    return envelope;
}

Result<Decoded> decodeEnvelope(runtime::Unknown envelope, const google::protobuf::Descriptor* type) {
    Decoded decoded;
    decoded.message = codec::newMessage(type);
    if (!decoded.message->ParseFromString(envelope.raw()))
        return fail(Reason::BadRequest, "the protobuf bytes are no " + type->name());
    if (const std::string wrong = codec::canonicalizeReceived(*decoded.message); !wrong.empty())
        return fail(Reason::BadRequest, "the protobuf bytes are no " + type->name() + ": " + wrong);
    decoded.kind = findKind(type);
    decoded.apiVersion = std::move(*envelope.mutable_typemeta()->mutable_apiversion());
    decoded.kindName = std::move(*envelope.mutable_typemeta()->mutable_kind());
    return decoded;
}

} // namespace

Result<Decoded> decodeProtobuf(std::string_view body, const google::protobuf::Descriptor* type) {
    Result<runtime::Unknown> envelope = openEnvelope(body);
    if (!envelope) return fail(std::move(envelope.error()));
    return decodeEnvelope(std::move(*envelope), type);
}

Result<Decoded> decodeProtobuf(std::string_view body) {
    Result<runtime::Unknown> envelope = openEnvelope(body);
    if (!envelope) return fail(std::move(envelope.error()));
    const Kind* kind = findKind(envelope->typemeta().apiversion(), envelope->typemeta().kind());
    if (kind == nullptr) return unknownKind(envelope->typemeta().apiversion(), envelope->typemeta().kind());
    return decodeEnvelope(std::move(*envelope), kind->descriptor);
}

} // namespace wheelhouse::api
