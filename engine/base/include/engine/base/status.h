#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace wheelhouse {

/// Why something was refused. Closed, and the same set as Kubernetes' metav1.StatusReason, because a reason
/// exists only where some client reacts to it. One switch each maps it to HTTP and to gRPC.
enum class Reason {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    AlreadyExists,
    Conflict,
    Gone,
    Expired,
    RequestEntityTooLarge,
    UnsupportedMediaType,
    Invalid,
    TooManyRequests,
    InternalError,
    ServerTimeout,
    ServiceUnavailable,
    Timeout,
};

/// One of several things wrong with one request; `field` is a path such as `spec.containers[0].image`.
struct Cause {
    std::string reason;  ///< metav1.CauseType, e.g. "FieldValueRequired"
    std::string message; ///< without the field path
    std::string field;   ///< empty when the cause is not about a field

    bool operator==(const Cause&) const = default;
};

/// An error as data: what a caller decides on (`reason`), what a person reads (`message`), and what it was
/// about. The engine fills codes and arguments; only `ui/` translates.
struct [[nodiscard]] Status {
    Reason reason = Reason::InternalError;
    std::string message;
    std::vector<Cause> causes;
    std::string group; ///< details.group
    std::string
        kind; ///< details.kind (upstream: the resource for NotFound and Conflict, the kind for Invalid)
    std::string name;          ///< details.name
    std::string continueToken; ///< only with Expired lists: an inconsistent continuation
    int retryAfterSeconds = 0; ///< 0 = not worth retrying unchanged

    bool operator==(const Status&) const = default;
};

/// A value, or why there is none.
template <class T>
using Result = tl::expected<T, Status>;

/// For `return fail(Reason::NotFound, "…")` out of any function that returns a Result.
tl::unexpected<Status> fail(Reason reason, std::string message);
inline tl::unexpected<Status> fail(Status status) {
    return tl::unexpected<Status>(std::move(status));
}

/// The HTTP status code of a reason (Kubernetes' table, apimachinery/pkg/api/errors).
int httpCode(Reason reason);
/// The metav1.StatusReason text, e.g. "AlreadyExists".
std::string_view reasonName(Reason reason);
/// The closest reason for an HTTP code met on a remote server whose body was no Status.
Reason reasonFromHttp(int code);
/// The reason named `name`, or InternalError.
Reason reasonFromName(std::string_view name);

} // namespace wheelhouse
