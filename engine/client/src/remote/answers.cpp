#include "remote/answers.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"

#include <boost/json.hpp>
#include <charconv>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace wheelhouse::client::remote {

namespace json = boost::json;
using google::protobuf::internal::WireFormatLite;

namespace {

bool isProtobuf(std::string_view contentType) {
    return contentType.starts_with(protobufType);
}

tl::unexpected<Status> unreadable(const std::string& why) {
    return fail(Reason::InternalError, "the server's answer cannot be read: " + why);
}

Status fromMessage(const api::meta::Status& message, int code) {
    Status status;
    status.reason = message.reason().empty() ? reasonFromHttp(message.code() != 0 ? message.code() : code)
                                             : reasonFromName(message.reason());
    status.message = message.message();
    const auto& details = message.details();
    status.group = details.group();
    status.kind = details.kind();
    status.name = details.name();
    status.retryAfterSeconds = details.retryafterseconds();
    status.continueToken = message.metadata().continue_();
    for (const auto& cause : details.causes())
        status.causes.push_back({cause.reason(), cause.message(), cause.field()});
    return status;
}

/// The message's own bytes, whichever form it came in.
Result<std::string> messageBytes(const google::protobuf::Descriptor* type, std::string_view contentType,
                                 std::string_view body) {
    if (isProtobuf(contentType)) {
        auto envelope = openEnvelope(body);
        if (!envelope) return unreadable("it is no Kubernetes protobuf");
        return std::move(envelope->raw);
    }
    auto decoded = api::decodeJson(body, type, api::FieldValidation::Ignore);
    if (!decoded) return unreadable(decoded.error().message);
    return decoded->message->SerializeAsString();
}

std::string cellText(const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_null()) return {};
    return json::serialize(value);
}

api::Table::Cell cell(const json::value& value) {
    if (value.is_int64()) return value.get_int64();
    if (value.is_bool()) return value.get_bool();
    if (value.is_null()) return std::monostate();
    return cellText(value);
}

std::string field(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value ? cellText(*value) : std::string();
}

} // namespace

std::optional<Envelope> openEnvelope(std::string_view body) {
    static constexpr std::string_view magic("k8s\0", 4);
    api::runtime::Unknown unknown;
    if (!body.starts_with(magic) ||
        !unknown.ParseFromArray(body.data() + magic.size(), static_cast<int>(body.size() - magic.size())))
        return std::nullopt;
    return Envelope{unknown.typemeta().kind(), std::move(*unknown.mutable_raw())};
}

Revision revisionOf(std::string_view text) {
    Revision revision = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
    return error == std::errc() && end == text.data() + text.size() ? revision : 0;
}

Status statusOf(int code, std::string_view contentType, std::string_view body) {
    if (isProtobuf(contentType)) {
        api::meta::Status message;
        const auto envelope = openEnvelope(body);
        if (envelope && envelope->kind == "Status" && message.ParseFromString(envelope->raw))
            return fromMessage(message, code);
    } else if (contentType.starts_with("application/json")) {
        auto decoded = api::decodeJson(body, api::meta::Status::descriptor(), api::FieldValidation::Ignore);
        if (decoded && decoded->kindName == "Status")
            return fromMessage(static_cast<const api::meta::Status&>(*decoded->message), code);
    }
    if (code >= 300 && code < 400)
        return fail(Reason::ServiceUnavailable,
                    fmt::format("the server redirects (HTTP {}), which is not followed", code))
            .value();
    auto line = std::string(body.substr(0, std::min<std::size_t>(body.find('\n'), 200)));
    return fail(reasonFromHttp(code), line.empty() ? fmt::format("the server answered HTTP {}", code) : line)
        .value();
}

Result<ObjectPtr> objectOf(const api::Kind* kind, std::string_view contentType, std::string_view body) {
    if (!kind || body.empty()) return ObjectPtr();
    if (isProtobuf(contentType)) {
        auto envelope = openEnvelope(body);
        if (!envelope) return unreadable("it is no Kubernetes protobuf");
        if (envelope->kind != kind->kind) return ObjectPtr();
        auto object = api::Object::parse(*kind, std::move(envelope->raw));
        if (!object) return unreadable("its protobuf does not parse");
        return object;
    }
    auto decoded = api::decodeJson(body, kind->descriptor, api::FieldValidation::Ignore);
    if (!decoded) return unreadable(decoded.error().message);
    if (!decoded->kindName.empty() && decoded->kindName != kind->kind) return ObjectPtr();
    return api::Object::of(*decoded->message);
}

Result<ObjectList> listOf(const api::Kind* kind, std::string_view contentType, std::string_view body) {
    const auto* type = kind && kind->listDescriptor ? kind->listDescriptor
                                                    : api::meta::PartialObjectMetadataList::descriptor();
    auto bytes = messageBytes(type, contentType, body);
    if (!bytes) return fail(bytes.error());
    // Every list has its metadata as field 1 and its items as field 2: taken apart without building the
    // messages.
    ObjectList list;
    google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes->data()),
                                              static_cast<int>(bytes->size()));
    while (const auto tag = in.ReadTag()) {
        const int number = WireFormatLite::GetTagFieldNumber(tag);
        std::string part;
        if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
            if (!WireFormatLite::SkipField(&in, tag)) return unreadable("a list does not parse");
            continue;
        }
        std::uint32_t size = 0;
        if (!in.ReadVarint32(&size) || !in.ReadString(&part, static_cast<int>(size)))
            return unreadable("a list does not parse");
        if (number == 1) {
            api::meta::ListMeta meta;
            if (!meta.ParseFromString(part)) return unreadable("a list does not parse");
            list.revision = revisionOf(meta.resourceversion());
            list.continueToken = meta.continue_();
            if (meta.has_remainingitemcount()) list.remaining = meta.remainingitemcount();
        } else if (number == 2 && kind) {
            auto object = api::Object::parse(*kind, std::move(part));
            if (!object) return unreadable("an object of a list does not parse");
            list.items.push_back(std::move(object));
        }
    }
    return list;
}

Result<api::Table> tableOf(const api::Kind* kind, std::string_view body) {
    json::error_code error;
    const json::value value = json::parse({body.data(), body.size()}, error);
    const auto* root = value.if_object();
    if (error || !root) return unreadable("a table does not parse");
    if (field(*root, "kind") != "Table")
        return fail(Reason::NotAcceptable, "the server has no tables of this kind");
    api::Table table;
    const auto* columns = root->if_contains("columnDefinitions");
    for (const auto& column : columns && columns->is_array() ? columns->get_array() : json::array()) {
        if (!column.is_object()) continue;
        const auto& c = column.get_object();
        const auto priority = field(c, "priority");
        table.columns.push_back({field(c, "name"), field(c, "type"), field(c, "format"),
                                 field(c, "description"), static_cast<int>(revisionOf(priority))});
    }
    const auto* rows = root->if_contains("rows");
    for (const auto& row : rows && rows->is_array() ? rows->get_array() : json::array()) {
        if (!row.is_object()) continue;
        api::Table::Row made;
        const auto* cells = row.get_object().if_contains("cells");
        for (const auto& value : cells && cells->is_array() ? cells->get_array() : json::array())
            made.cells.push_back(cell(value));
        const auto* object = row.get_object().if_contains("object");
        if (kind && object && object->is_object() && field(object->get_object(), "kind") == kind->kind) {
            auto decoded = objectOf(kind, "application/json", json::serialize(*object));
            if (!decoded) return fail(decoded.error());
            made.object = std::move(*decoded);
        }
        table.rows.push_back(std::move(made));
    }
    const auto* meta = root->if_contains("metadata");
    if (!meta || !meta->is_object()) return table;
    table.resourceVersion = field(meta->get_object(), "resourceVersion");
    table.continueToken = field(meta->get_object(), "continue");
    const auto* remaining = meta->get_object().if_contains("remainingItemCount");
    if (remaining && remaining->is_int64()) table.remaining = remaining->get_int64();
    return table;
}

std::string warningText(std::string_view header) {
    const auto open = header.find('"');
    if (open == std::string_view::npos) return std::string(header);
    std::string text;
    for (std::size_t i = open + 1; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size()) ++i;
        text += header[i];
    }
    return text;
}

Result<RawBody> encode(const Body& body) {
    if (const auto* raw = std::get_if<RawBody>(&body)) return *raw;
    const auto& message = *std::get<std::shared_ptr<const google::protobuf::Message>>(body);
    const auto* type = message.GetDescriptor();
    std::string apiVersion;
    if (const auto* kind = api::findKind(type)) {
        apiVersion = kind->apiVersion();
    } else {
        // Scale, Binding, Eviction: no kinds of their own, in packages named k8s.io.api.<group>.<version>.
        static constexpr std::string_view prefix = "k8s.io.api.";
        const std::string package = type->file()->package();
        const auto dot = package.rfind('.');
        if (!package.starts_with(prefix) || dot < prefix.size())
            return fail(Reason::BadRequest, fmt::format("a {} cannot be sent", type->name()));
        const auto group = package.substr(prefix.size(), dot - prefix.size());
        apiVersion = (group == "core" ? "" : group + "/") + package.substr(dot + 1);
    }
    return RawBody{api::encodeProtobuf(message, apiVersion, type->name()), std::string(protobufType)};
}

} // namespace wheelhouse::client::remote
