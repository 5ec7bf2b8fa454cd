#include "semantics/patch.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::size_t maxOperations = 10'000;
/// What `copy` may add to a document in one patch.
constexpr std::size_t maxCopiedBytes = 3 * 1024 * 1024;

using Tokens = std::vector<std::string>;

/// The pointer's parts, `~1` and `~0` resolved; nothing when it is no RFC 6901 pointer.
std::optional<Tokens> parsePointer(std::string_view text) {
    Tokens tokens;
    if (text.empty()) return tokens;
    if (text.front() != '/') return std::nullopt;
    std::string token;
    for (std::size_t i = 1; i <= text.size(); ++i) {
        if (i == text.size() || text[i] == '/') {
            tokens.push_back(std::move(token));
            token.clear();
        } else if (text[i] == '~') {
            if (i + 1 >= text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return std::nullopt;
            token += text[++i] == '0' ? '~' : '/';
        } else {
            token += text[i];
        }
    }
    return tokens;
}

/// RFC 6901: digits without a leading zero.
std::optional<std::size_t> arrayIndex(const std::string& token) {
    if (token.empty() || (token.size() > 1 && token.front() == '0')) return std::nullopt;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
    return index;
}

json::value* child(json::value& parent, const std::string& token) {
    if (auto* object = parent.if_object()) return object->if_contains(token);
    if (auto* array = parent.if_array()) {
        const auto index = arrayIndex(token);
        return index && *index < array->size() ? &(*array)[*index] : nullptr;
    }
    return nullptr;
}

json::value* find(json::value& document, const Tokens& tokens, std::size_t count) {
    json::value* at = &document;
    for (std::size_t i = 0; i < count && at != nullptr; ++i)
        at = child(*at, tokens[i]);
    return at;
}

auto failed(std::string why) {
    return fail(Reason::Invalid,
                "the server rejected our request due to an error in our request: " + std::move(why));
}

Result<void> add(json::value& document, const Tokens& tokens, json::value value, const std::string& path) {
    if (tokens.empty()) {
        document = std::move(value);
        return {};
    }
    json::value* parent = find(document, tokens, tokens.size() - 1);
    if (parent == nullptr)
        return failed(fmt::format("add operation does not apply: doc is missing path: \"{}\"", path));
    const std::string& last = tokens.back();
    if (auto* object = parent->if_object()) {
        object->insert_or_assign(last, std::move(value));
        return {};
    }
    auto* array = parent->if_array();
    if (array == nullptr)
        return failed(
            fmt::format("add operation does not apply: \"{}\" is in neither object nor array", path));
    if (last == "-") {
        array->push_back(std::move(value));
        return {};
    }
    const auto index = arrayIndex(last);
    if (!index || *index > array->size()) {
        return failed(fmt::format("add operation does not apply: index out of bounds in \"{}\"", path));
    }
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
    return {};
}

Result<json::value> take(json::value& document, const Tokens& tokens, const std::string& path,
                         std::string_view op) {
    json::value* target = find(document, tokens, tokens.size());
    if (target == nullptr || tokens.empty()) {
        return failed(fmt::format("{} operation does not apply: doc is missing path: \"{}\"", op, path));
    }
    json::value taken = std::move(*target);
    json::value* parent = find(document, tokens, tokens.size() - 1);
    if (auto* object = parent->if_object()) {
        object->erase(tokens.back());
    } else {
        auto& array = parent->get_array();
        array.erase(array.begin() + static_cast<std::ptrdiff_t>(*arrayIndex(tokens.back())));
    }
    return taken;
}

struct Operation {
    std::string op;
    std::string path;
    std::string from;
    Tokens tokens;
    Tokens fromTokens;
    const json::value* value = nullptr;
};

auto malformed(std::size_t i, std::string_view why) {
    return fail(Reason::BadRequest, fmt::format("error decoding patch: operation {}: {}", i, why));
}

Result<Operation> parseOperation(const json::value& raw, std::size_t i) {
    static const std::vector<std::string> known = {"add", "remove", "replace", "move", "copy", "test"};
    const json::object* object = raw.if_object();
    if (object == nullptr) return malformed(i, "is not an object");
    Operation out;
    const auto text = [&](std::string_view key, std::string& into) {
        const json::value* value = object->if_contains(key);
        if (value == nullptr || !value->is_string()) return false;
        into = std::string(value->get_string());
        return true;
    };
    if (!text("op", out.op)) return malformed(i, "has no \"op\"");
    if (std::find(known.begin(), known.end(), out.op) == known.end()) {
        return malformed(i, fmt::format("unexpected kind \"{}\"", out.op));
    }
    if (!text("path", out.path)) return malformed(i, "has no \"path\"");
    const auto tokens = parsePointer(out.path);
    if (!tokens) return malformed(i, fmt::format("\"{}\" is not a JSON pointer", out.path));
    out.tokens = *tokens;
    if (out.op == "move" || out.op == "copy") {
        if (!text("from", out.from)) return malformed(i, "has no \"from\"");
        const auto from = parsePointer(out.from);
        if (!from) return malformed(i, fmt::format("\"{}\" is not a JSON pointer", out.from));
        out.fromTokens = *from;
    }
    out.value = object->if_contains("value");
    if (out.value == nullptr && (out.op == "add" || out.op == "replace" || out.op == "test")) {
        return malformed(i, "has no \"value\"");
    }
    return out;
}

Result<void> moveValue(json::value& document, const Operation& operation) {
    if (operation.path.starts_with(operation.from + "/")) {
        return failed(fmt::format("move operation does not apply: \"{}\" is inside \"{}\"", operation.path,
                                  operation.from));
    }
    Result<json::value> taken = take(document, operation.fromTokens, operation.from, "move");
    if (!taken) return fail(taken.error());
    return add(document, operation.tokens, std::move(*taken), operation.path);
}

Result<void> apply(json::value& document, const Operation& operation, std::size_t& copied) {
    if (operation.op == "add") return add(document, operation.tokens, *operation.value, operation.path);
    if (operation.op == "move") return moveValue(document, operation);
    if (operation.op == "remove") {
        Result<json::value> taken = take(document, operation.tokens, operation.path, "remove");
        if (!taken) return fail(taken.error());
        return {};
    }
    if (operation.op == "copy") {
        json::value* source = find(document, operation.fromTokens, operation.fromTokens.size());
        if (source == nullptr) {
            return failed(fmt::format("copy operation does not apply: doc is missing from path: \"{}\"",
                                      operation.from));
        }
        copied += json::serialize(*source).size();
        if (copied > maxCopiedBytes) {
            return fail(
                Reason::RequestEntityTooLarge,
                fmt::format("The copy operations of the patch add more than {} bytes.", maxCopiedBytes));
        }
        return add(document, operation.tokens, json::value(*source), operation.path);
    }
    json::value* target = find(document, operation.tokens, operation.tokens.size());
    if (operation.op == "replace") {
        if (target == nullptr) {
            return failed(
                fmt::format("replace operation does not apply: doc is missing key: \"{}\"", operation.path));
        }
        *target = *operation.value;
        return {};
    }
    // A path that leads nowhere equals null, as in the library Kubernetes uses.
    const bool equal = target == nullptr ? operation.value->is_null() : *target == *operation.value;
    if (!equal) return failed(fmt::format("testing value {} failed", operation.path));
    return {};
}

} // namespace

Result<void> applyJsonPatch(json::value& document, const json::value& patch) {
    const json::array* operations = patch.if_array();
    if (operations == nullptr)
        return fail(Reason::BadRequest, "error decoding patch: a JSON patch is a list of operations");
    if (operations->size() > maxOperations) {
        return fail(Reason::RequestEntityTooLarge,
                    fmt::format("The allowed maximum operations in a JSON patch is {}, got {}", maxOperations,
                                operations->size()));
    }
    std::vector<Operation> parsed;
    parsed.reserve(operations->size());
    for (std::size_t i = 0; i < operations->size(); ++i) {
        Result<Operation> operation = parseOperation((*operations)[i], i);
        if (!operation) return fail(operation.error());
        parsed.push_back(std::move(*operation));
    }
    std::size_t copied = 0;
    for (const Operation& operation : parsed) {
        if (Result<void> done = apply(document, operation, copied); !done) return done;
    }
    return {};
}

void applyMergePatch(json::value& document, const json::value& patch) {
    const json::object* changes = patch.if_object();
    if (changes == nullptr) {
        document = patch;
        return;
    }
    if (!document.is_object()) document = json::object();
    json::object& object = document.get_object();
    for (const auto& [key, value] : *changes) {
        if (value.is_null()) {
            object.erase(key);
        } else {
            applyMergePatch(object[key], value);
        }
    }
}

} // namespace wheelhouse::api::semantics
