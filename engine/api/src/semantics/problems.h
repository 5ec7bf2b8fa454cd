#pragma once

#include "engine/base/status.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api::semantics {

/// Where in an object: `spec.containers[0].image`. Spelt as Kubernetes' field paths are.
class Path {
  public:
    Path() = default;
    explicit Path(std::string text) : text_(std::move(text)) {}
    Path child(std::string_view name) const;
    Path index(std::size_t i) const { return Path(text_ + "[" + std::to_string(i) + "]"); }
    Path key(std::string_view name) const { return Path(text_ + "[" + std::string(name) + "]"); }
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// Go's %q for the texts people put into objects: quoted, with quotes, backslashes and control characters
/// escaped.
std::string quoted(std::string_view text);

/// Collects what is wrong with one object, in Kubernetes' words (apimachinery's field.Error).
class Problems {
  public:
    void required(const Path& path, std::string_view detail = {});
    void forbidden(const Path& path, std::string_view detail);
    void invalid(const Path& path, std::string_view value, std::string_view detail);
    void invalid(const Path& path, std::int64_t value, std::string_view detail);
    /// The value as JSON, unquoted: for lists, maps and messages.
    void invalidJson(const Path& path, std::string_view json, std::string_view detail);
    /// Without the value, where it would say nothing.
    void invalidBare(const Path& path, std::string_view detail);
    /// One problem for each of `details`.
    void invalid(const Path& path, std::string_view value, const std::vector<std::string>& details);
    void notSupported(const Path& path, std::string_view value, const std::vector<std::string>& supported);
    void duplicate(const Path& path, std::string_view value);
    void duplicateJson(const Path& path, std::string_view json);
    void notFound(const Path& path, std::string_view value);
    void tooLong(const Path& path, std::int64_t maxBytes);
    void tooMany(const Path& path, std::int64_t actual, std::int64_t max);

    /// Required when empty, NotSupported when not one of `supported`. Returns whether the value is fine.
    bool oneOf(const Path& path, std::string_view value, const std::vector<std::string>& supported);
    bool nonNegative(const Path& path, std::int64_t value);
    bool between(const Path& path, std::int64_t value, std::int64_t low, std::int64_t high);
    bool port(const Path& path, std::int64_t value) { return between(path, value, 1, 65535); }

    bool empty() const { return causes_.empty(); }
    bool concerns(const Path& path) const;
    std::vector<Cause> take() { return std::move(causes_); }

  private:
    void add(std::string_view reason, const Path& path, std::string message);
    std::vector<Cause> causes_;
};

inline constexpr std::string_view fieldIsImmutable = "field is immutable";

} // namespace wheelhouse::api::semantics
