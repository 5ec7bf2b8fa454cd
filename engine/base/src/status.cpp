#include "engine/base/status.h"

#include <array>

namespace wheelhouse {
namespace {

struct Row {
    Reason reason;
    std::string_view name;
    int http;
};

constexpr std::array<Row, 18> rows{{
    {Reason::BadRequest, "BadRequest", 400},
    {Reason::Unauthorized, "Unauthorized", 401},
    {Reason::Forbidden, "Forbidden", 403},
    {Reason::NotFound, "NotFound", 404},
    {Reason::MethodNotAllowed, "MethodNotAllowed", 405},
    {Reason::NotAcceptable, "NotAcceptable", 406},
    {Reason::AlreadyExists, "AlreadyExists", 409},
    {Reason::Conflict, "Conflict", 409},
    {Reason::Gone, "Gone", 410},
    {Reason::Expired, "Expired", 410},
    {Reason::RequestEntityTooLarge, "RequestEntityTooLarge", 413},
    {Reason::UnsupportedMediaType, "UnsupportedMediaType", 415},
    {Reason::Invalid, "Invalid", 422},
    {Reason::TooManyRequests, "TooManyRequests", 429},
    {Reason::InternalError, "InternalError", 500},
    {Reason::ServerTimeout, "ServerTimeout", 500},
    {Reason::ServiceUnavailable, "ServiceUnavailable", 503},
    {Reason::Timeout, "Timeout", 504},
}};

} // namespace

tl::unexpected<Status> fail(Reason reason, std::string message) {
    Status status;
    status.reason = reason;
    status.message = std::move(message);
    return tl::unexpected<Status>(std::move(status));
}

int httpCode(Reason reason) {
    return rows[static_cast<std::size_t>(reason)].http;
}

std::string_view reasonName(Reason reason) {
    return rows[static_cast<std::size_t>(reason)].name;
}

Reason reasonFromHttp(int code) {
    if (code == 409) return Reason::Conflict;
    if (code == 410) return Reason::Expired;
    for (const Row& row : rows)
        if (row.http == code) return row.reason;
    return code >= 400 && code < 500 ? Reason::BadRequest : Reason::InternalError;
}

Reason reasonFromName(std::string_view name) {
    for (const Row& row : rows)
        if (row.name == name) return row.reason;
    return Reason::InternalError;
}

} // namespace wheelhouse
