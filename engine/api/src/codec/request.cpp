#include "codec/request.h"

namespace wheelhouse::api::codec {
namespace {

/// "v1" of "apps/v1".
std::string_view versionOf(std::string_view apiVersion) {
    const std::size_t slash = apiVersion.find('/');
    return slash == std::string_view::npos ? apiVersion : apiVersion.substr(slash + 1);
}

/// Kubernetes' frame around what is wrong with a body, once it is known what the body wants to be.
std::string cannotBeHandled(const JsonReader& reader, const std::string& why) {
    if (reader.kind().empty()) return why;
    return reader.kind() + " in version \"" + std::string(versionOf(reader.apiVersion())) +
           "\" cannot be handled as a " + reader.kind() + ": " + why;
}

std::string join(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all += all.empty() ? text : ", " + text;
    return all;
}

} // namespace

void writeTypeMeta(JsonWriter& writer, std::string_view apiVersion, std::string_view kind) {
    if (!apiVersion.empty()) {
        writer.key("\"apiVersion\":");
        writer.string(apiVersion);
    }
    if (!kind.empty()) {
        writer.key("\"kind\":");
        writer.string(kind);
    }
}

std::unique_ptr<google::protobuf::Message> newMessage(const google::protobuf::Descriptor* type) {
    const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
    return std::unique_ptr<google::protobuf::Message>(prototype->New());
}

Result<Decoded> decodeRequest(std::string_view json, const google::protobuf::Descriptor* type,
                              FieldValidation validation, MessageDecoder decode) {
    JsonReader reader(json, validation);
    Decoded decoded;
    decoded.message = newMessage(type);
    if (!decode(decoded.message.get(), reader) || !reader.finish()) {
        if (json.size() > maxBodyBytes) return fail(Reason::RequestEntityTooLarge, reader.error());
        return fail(Reason::BadRequest, cannotBeHandled(reader, reader.error()));
    }
    if (reader.strict() && !reader.fieldErrors().empty())
        return fail(Reason::BadRequest,
                    cannotBeHandled(reader, "strict decoding error: " + join(reader.fieldErrors())));
    decoded.kind = findKind(type);
    decoded.apiVersion = reader.apiVersion();
    decoded.kindName = reader.kind();
    decoded.warnings = std::move(reader.fieldErrors());
    return decoded;
}

} // namespace wheelhouse::api::codec
