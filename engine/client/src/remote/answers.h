#pragma once

#include "engine/client/cluster.h"

#include <string>
#include <string_view>

namespace wheelhouse::client::remote {

inline constexpr std::string_view protobufType = "application/vnd.kubernetes.protobuf";

/// The Status a failed answer carries, or one made from its code. Pure, like everything here.
Status statusOf(int code, std::string_view contentType, std::string_view body);
/// One object of a kind known here; null where `kind` is null. A Status instead of an object is null too.
Result<ObjectPtr> objectOf(const api::Kind* kind, std::string_view contentType, std::string_view body);
/// A list of a kind known here; without one only the metadata is read.
Result<ObjectList> listOf(const api::Kind* kind, std::string_view contentType, std::string_view body);
Result<api::Table> tableOf(const api::Kind* kind, std::string_view body);
/// The texts of `Warning: 299 - "text"`.
std::string warningText(std::string_view header);
/// What to send: content type and bytes. BadRequest for a message no API group has.
Result<RawBody> encode(const Body& body);
/// A revision as text; 0 when it is none.
Revision revisionOf(std::string_view text);

/// The raw bytes and the kind inside a `k8s\0` envelope.
struct Envelope {
    std::string kind;
    std::string raw;
};
std::optional<Envelope> openEnvelope(std::string_view body);

} // namespace wheelhouse::client::remote
