#pragma once

#include "semantics/problems.h"

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api::custom {

using semantics::Path;

/// What is wrong with a value or a schema, as `semantics::Problems`, and with what only schemas find: values
/// are given as JSON, and findings of a part can be taken over.
class Findings {
  public:
    void required(const Path& path, std::string_view detail = {}) {
        add("FieldValueRequired", path, "Required value", detail);
    }
    void forbidden(const Path& path, std::string_view detail) {
        add("FieldValueForbidden", path, "Forbidden", detail);
    }
    void invalid(const Path& path, std::string_view value, std::string_view detail) {
        invalidJson(path, semantics::quoted(value), detail);
    }
    void invalidJson(const Path& path, std::string_view json, std::string_view detail) {
        add("FieldValueInvalid", path, fmt::format("Invalid value: {}", json), detail);
    }
    /// A value of the wrong type.
    void typeInvalid(const Path& path, std::string_view json, std::string_view detail) {
        add("FieldValueTypeInvalid", path, fmt::format("Invalid value: {}", json), detail);
    }
    void notSupported(const Path& path, std::string_view value, const std::vector<std::string>& supported) {
        notSupportedJson(path, semantics::quoted(value), supported);
    }
    void notSupportedJson(const Path& path, std::string_view json,
                          const std::vector<std::string>& supported) {
        std::string list;
        for (const std::string& each : supported)
            list += (list.empty() ? "" : ", ") + semantics::quoted(each);
        add("FieldValueNotSupported", path,
            fmt::format("Unsupported value: {}: supported values: {}", json, list), {});
    }
    void duplicate(const Path& path, std::string_view value) {
        duplicateJson(path, semantics::quoted(value));
    }
    void duplicateJson(const Path& path, std::string_view json) {
        add("FieldValueDuplicate", path, fmt::format("Duplicate value: {}", json), {});
    }
    void tooLong(const Path& path, std::int64_t max) {
        add("FieldValueTooLong", path, fmt::format("Too long: may not be more than {} bytes", max), {});
    }
    void tooMany(const Path& path, std::int64_t actual, std::int64_t max) {
        add("FieldValueTooMany", path, fmt::format("Too many: {}: must have at most {} items", actual, max),
            {});
    }
    /// Required when empty, NotSupported when not one of `supported`. Returns whether the value is fine.
    bool oneOf(const Path& path, std::string_view value, const std::vector<std::string>& supported) {
        if (value.empty())
            required(path);
        else if (std::find(supported.begin(), supported.end(), value) == supported.end())
            notSupported(path, value, supported);
        else
            return true;
        return false;
    }
    bool empty() const { return causes_.empty(); }
    std::vector<Cause> take() { return std::move(causes_); }
    void append(std::vector<Cause> causes) {
        std::move(causes.begin(), causes.end(), std::back_inserter(causes_));
    }

  private:
    void add(std::string_view reason, const Path& path, std::string message, std::string_view detail) {
        if (!detail.empty()) message.append(": ").append(detail);
        causes_.push_back({std::string(reason), std::move(message), path.text()});
    }
    std::vector<Cause> causes_;
};

} // namespace wheelhouse::api::custom
