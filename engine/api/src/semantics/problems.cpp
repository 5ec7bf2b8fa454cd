#include "semantics/problems.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

std::string withDetail(std::string body, std::string_view detail) {
    if (!detail.empty()) {
        body += ": ";
        body += detail;
    }
    return body;
}

} // namespace

Path Path::child(std::string_view name) const {
    if (text_.empty()) return Path(std::string(name));
    std::string text;
    text.reserve(text_.size() + 1 + name.size());
    text += text_;
    text += '.';
    text += name;
    return Path(std::move(text));
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
            } else {
                out += c;
            }
        }
    }
    return out + '"';
}

void Problems::add(std::string_view reason, const Path& path, std::string message) {
    causes_.push_back({std::string(reason), std::move(message), path.text()});
}

void Problems::required(const Path& path, std::string_view detail) {
    add("FieldValueRequired", path, withDetail("Required value", detail));
}

void Problems::forbidden(const Path& path, std::string_view detail) {
    add("FieldValueForbidden", path, withDetail("Forbidden", detail));
}

void Problems::invalid(const Path& path, std::string_view value, std::string_view detail) {
    invalidJson(path, quoted(value), detail);
}

void Problems::invalid(const Path& path, std::int64_t value, std::string_view detail) {
    invalidJson(path, std::to_string(value), detail);
}

void Problems::invalidJson(const Path& path, std::string_view json, std::string_view detail) {
    add("FieldValueInvalid", path, withDetail(fmt::format("Invalid value: {}", json), detail));
}

void Problems::invalidBare(const Path& path, std::string_view detail) {
    add("FieldValueInvalid", path, withDetail("Invalid value", detail));
}

void Problems::invalid(const Path& path, std::string_view value, const std::vector<std::string>& details) {
    for (const std::string& detail : details)
        invalid(path, value, detail);
}

void Problems::notSupported(const Path& path, std::string_view value,
                            const std::vector<std::string>& supported) {
    std::string list;
    for (const std::string& each : supported) {
        if (!list.empty()) list += ", ";
        list += quoted(each);
    }
    add("FieldValueNotSupported", path,
        fmt::format("Unsupported value: {}: supported values: {}", quoted(value), list));
}

void Problems::duplicate(const Path& path, std::string_view value) {
    duplicateJson(path, quoted(value));
}

void Problems::duplicateJson(const Path& path, std::string_view json) {
    add("FieldValueDuplicate", path, fmt::format("Duplicate value: {}", json));
}

void Problems::notFound(const Path& path, std::string_view value) {
    add("FieldValueNotFound", path, fmt::format("Not found: {}", quoted(value)));
}

void Problems::tooLong(const Path& path, std::int64_t maxBytes) {
    add("FieldValueTooLong", path, fmt::format("Too long: may not be more than {} bytes", maxBytes));
}

void Problems::tooMany(const Path& path, std::int64_t actual, std::int64_t max) {
    add("FieldValueTooMany", path, fmt::format("Too many: {}: must have at most {} items", actual, max));
}

bool Problems::oneOf(const Path& path, std::string_view value, const std::vector<std::string>& supported) {
    if (value.empty()) {
        required(path);
        return false;
    }
    if (std::find(supported.begin(), supported.end(), value) != supported.end()) return true;
    notSupported(path, value, supported);
    return false;
}

bool Problems::nonNegative(const Path& path, std::int64_t value) {
    if (value >= 0) return true;
    invalid(path, value, "must be greater than or equal to 0");
    return false;
}

bool Problems::between(const Path& path, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high) return true;
    invalid(path, value, fmt::format("must be between {} and {}, inclusive", low, high));
    return false;
}

bool Problems::concerns(const Path& path) const {
    return std::any_of(causes_.begin(), causes_.end(),
                       [&](const Cause& c) { return c.field == path.text(); });
}

} // namespace wheelhouse::api::semantics
