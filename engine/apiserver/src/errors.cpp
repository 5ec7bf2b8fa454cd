#include "errors.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

Status about(const api::Kind& kind, std::string_view name, Reason reason, std::string message) {
    Status status;
    status.reason = reason;
    status.message = std::move(message);
    status.group = kind.name.group;
    status.kind = kind.name.resource;
    status.name = name;
    return status;
}

Status plain(Reason reason, std::string message) {
    Status status;
    status.reason = reason;
    status.message = std::move(message);
    return status;
}

} // namespace

std::string qualifiedName(const api::Kind& kind) {
    return kind.name.group.empty() ? kind.name.resource : kind.name.resource + "." + kind.name.group;
}

Status notFound(const api::Kind& kind, std::string_view name) {
    return about(kind, name, Reason::NotFound, fmt::format("{} \"{}\" not found", qualifiedName(kind), name));
}

Status alreadyExists(const api::Kind& kind, std::string_view name) {
    return about(kind, name, Reason::AlreadyExists,
                 fmt::format("{} \"{}\" already exists", qualifiedName(kind), name));
}

Status conflict(const api::Kind& kind, std::string_view name, std::string_view why) {
    return about(
        kind, name, Reason::Conflict,
        fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", qualifiedName(kind), name, why));
}

Status staleObject(const api::Kind& kind, std::string_view name) {
    return conflict(
        kind, name,
        "the object has been modified; please apply your changes to the latest version and try again");
}

Status forbidden(const api::Kind& kind, std::string_view name, std::string_view why) {
    const std::string what =
        name.empty() ? qualifiedName(kind) : fmt::format("{} \"{}\"", qualifiedName(kind), name);
    return about(kind, name, Reason::Forbidden, fmt::format("{} is forbidden: {}", what, why));
}

Status noSuchResource() {
    return plain(Reason::NotFound, "the server could not find the requested resource");
}

Status methodNotAllowed() {
    return plain(Reason::MethodNotAllowed, "the server does not allow this method on the requested resource");
}

Status unsupportedMediaType(std::string_view accepted) {
    return plain(
        Reason::UnsupportedMediaType,
        fmt::format("the body of the request was in an unknown format - accepted media types include: {}",
                    accepted));
}

Status notAcceptable(std::string_view accepted) {
    return plain(Reason::NotAcceptable,
                 fmt::format("only the following media types are accepted: {}", accepted));
}

Status tooLargeResourceVersion(Revision wanted, Revision current) {
    Status status =
        plain(Reason::Timeout, fmt::format("Too large resource version: {}, current: {}", wanted, current));
    status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
    status.retryAfterSeconds = 1;
    return status;
}

Status invalidOption(std::string_view optionsKind, Cause cause) {
    Status status = plain(Reason::Invalid, fmt::format("{}.meta.k8s.io \"\" is invalid: {}: {}", optionsKind,
                                                       cause.field, cause.message));
    status.group = "meta.k8s.io";
    status.kind = optionsKind;
    status.causes.push_back(std::move(cause));
    return status;
}

api::meta::Status toMessage(const Status& status) {
    api::meta::Status out;
    auto& metadata = *out.mutable_metadata();
    if (!status.continueToken.empty()) metadata.set_continue_(status.continueToken);
    out.set_status("Failure");
    out.set_message(status.message);
    out.set_reason(std::string(reasonName(status.reason)));
    out.set_code(httpCode(status.reason));
    if (status.name.empty() && status.group.empty() && status.kind.empty() && status.causes.empty() &&
        status.retryAfterSeconds == 0)
        return out;
    auto& details = *out.mutable_details();
    if (!status.name.empty()) details.set_name(status.name);
    if (!status.group.empty()) details.set_group(status.group);
    if (!status.kind.empty()) details.set_kind(status.kind);
    for (const Cause& cause : status.causes) {
        auto& added = *details.add_causes();
        added.set_reason(cause.reason);
        added.set_message(cause.message);
        if (!cause.field.empty()) added.set_field(cause.field);
    }
    if (status.retryAfterSeconds > 0) details.set_retryafterseconds(status.retryAfterSeconds);
    return out;
}

api::meta::Status success(const api::Kind& kind, std::string_view name, std::string_view uid) {
    api::meta::Status out;
    out.mutable_metadata();
    out.set_status("Success");
    auto& details = *out.mutable_details();
    details.set_name(std::string(name));
    if (!kind.name.group.empty()) details.set_group(kind.name.group);
    details.set_kind(kind.name.resource);
    if (!uid.empty()) details.set_uid(std::string(uid));
    return out;
}

} // namespace wheelhouse::apiserver
