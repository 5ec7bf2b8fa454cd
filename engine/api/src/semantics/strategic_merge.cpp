#include "options.pb.h"
#include "semantics/patch.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

namespace pb = google::protobuf;

constexpr std::string_view patchDirective = "$patch";
constexpr std::string_view retainKeys = "$retainKeys";
constexpr std::string_view elementOrder = "$setElementOrder/";
constexpr std::string_view deleteFromList = "$deleteFromPrimitiveList/";

/// What the schema says about one JSON field.
struct FieldSchema {
    const pb::Descriptor* type =
        nullptr; ///< of the object, or of each list entry; null for scalars and free maps
    bool merge = false;
    bool replace = false;
    std::string mergeKey;
};

FieldSchema schemaOf(const pb::Descriptor* parent, std::string_view key) {
    if (parent == nullptr) return {};
    for (int i = 0; i < parent->field_count(); ++i) {
        const pb::FieldDescriptor* field = parent->field(i);
        if (field->options().GetExtension(wh::inlined)) {
            FieldSchema inside = schemaOf(field->message_type(), key);
            if (inside.type != nullptr || inside.merge) return inside;
            continue;
        }
        if (field->json_name() != key) continue;
        FieldSchema out;
        const std::string& strategy = field->options().GetExtension(wh::patch_strategy);
        out.merge = strategy.find("merge") != std::string::npos;
        out.replace = strategy.find("replace") != std::string::npos;
        out.mergeKey = field->options().GetExtension(wh::merge_key);
        if (field->is_map()) {
            out.type = field->message_type()->FindFieldByNumber(2)->message_type();
        } else {
            out.type = field->message_type();
        }
        return out;
    }
    return {};
}

auto bad(std::string why) {
    return fail(Reason::BadRequest, "error applying strategic merge patch: " + std::move(why));
}

bool isDirective(std::string_view key) {
    return key == patchDirective || key == retainKeys || key.starts_with(elementOrder) ||
           key.starts_with(deleteFromList);
}

/// A value new to the object: taken as it is, without the directives that told how to merge it and without
/// nulls.
json::value withoutDirectives(const json::value& value) {
    if (const auto* object = value.if_object()) {
        json::object out;
        for (const auto& [key, child] : *object) {
            if (isDirective(key) || child.is_null()) continue;
            out[key] = withoutDirectives(child);
        }
        return out;
    }
    if (const auto* array = value.if_array()) {
        json::array out;
        for (const json::value& child : *array) {
            const auto* object = child.if_object();
            const json::value* directive = object != nullptr ? object->if_contains(patchDirective) : nullptr;
            if (directive != nullptr && *directive == "delete") continue;
            if (directive != nullptr && object->size() == 1) continue;
            out.push_back(withoutDirectives(child));
        }
        return out;
    }
    return value;
}

/// What an entry is told apart by: itself, or its field `mergeKey`.
const json::value* identity(const json::value& entry, const std::string& mergeKey) {
    if (mergeKey.empty()) return &entry;
    const auto* object = entry.if_object();
    return object == nullptr ? nullptr : object->if_contains(mergeKey);
}

std::ptrdiff_t position(const json::array& list, const json::value& entry, const std::string& mergeKey) {
    const json::value* wanted = identity(entry, mergeKey);
    for (std::size_t i = 0; wanted != nullptr && i < list.size(); ++i) {
        const json::value* here = identity(list[i], mergeKey);
        if (here != nullptr && *here == *wanted) return static_cast<std::ptrdiff_t>(i);
    }
    return -1;
}

/// Brings `merged` into order: entries `order` names stand as there; the others keep their place among them
/// as far as the server's own order (`server`) tells, and otherwise come after.
json::array inOrder(const json::array& merged, const json::array& order, const json::array& server,
                    const std::string& mergeKey) {
    std::vector<const json::value*> named;
    std::vector<const json::value*> own;
    for (const json::value& entry : merged)
        (position(order, entry, mergeKey) >= 0 ? named : own).push_back(&entry);
    const auto by = [&](const json::array& list) {
        return [&list, &mergeKey](const json::value* a, const json::value* b) {
            return position(list, *a, mergeKey) < position(list, *b, mergeKey);
        };
    };
    std::stable_sort(named.begin(), named.end(), by(order));
    std::stable_sort(own.begin(), own.end(), by(server));
    json::array out;
    std::size_t i = 0;
    std::size_t k = 0;
    while (i < own.size() || k < named.size()) {
        bool takeOwn = k >= named.size();
        if (!takeOwn && i < own.size()) {
            const auto left = position(server, *own[i], mergeKey);
            const auto right = position(server, *named[k], mergeKey);
            takeOwn = left >= 0 && right >= 0 && left < right;
        }
        out.push_back(takeOwn ? *own[i++] : *named[k++]);
    }
    return out;
}

class Merger {
  public:
    Result<json::object> object(json::object original, json::object patch, const pb::Descriptor* type);

  private:
    Result<json::value> field(const json::value& original, const json::value& patch,
                              const FieldSchema& schema);
    Result<json::array> list(json::array original, const json::array& patch, const FieldSchema& schema);
    Result<json::array> objects(json::array original, const json::array& patch, const FieldSchema& schema);
    Result<void> applyOrder(json::object& original, json::object& patch, const pb::Descriptor* type);
    static Result<void> applyRetainKeys(json::object& original, json::object& patch);
    static Result<void> applyListDeletes(json::object& original, json::object& patch);
};

Result<void> Merger::applyRetainKeys(json::object& original, json::object& patch) {
    const json::value* directive = patch.if_contains(retainKeys);
    if (directive == nullptr) return {};
    const json::array* keep = directive->if_array();
    if (keep == nullptr) return bad("$retainKeys must be a list of field names");
    std::vector<std::string> gone;
    for (const auto& [key, value] : original) {
        const bool kept = std::any_of(keep->begin(), keep->end(), [&k = key](const json::value& each) {
            return each.is_string() && each.get_string() == k;
        });
        if (!kept) gone.emplace_back(key);
    }
    for (const std::string& key : gone)
        original.erase(key);
    patch.erase(retainKeys);
    return {};
}

Result<void> Merger::applyListDeletes(json::object& original, json::object& patch) {
    std::vector<std::string> directives;
    for (const auto& [key, value] : patch) {
        if (std::string_view(key).starts_with(deleteFromList)) directives.emplace_back(key);
    }
    for (const std::string& directive : directives) {
        const json::value remove = patch[directive];
        patch.erase(directive);
        if (!remove.is_array()) return bad(directive + " must be a list");
        json::value* target = original.if_contains(directive.substr(deleteFromList.size()));
        if (target == nullptr || !target->is_array()) continue;
        json::array left;
        for (const json::value& entry : target->get_array()) {
            if (position(remove.get_array(), entry, "") < 0) left.push_back(entry);
        }
        *target = std::move(left);
    }
    return {};
}

Result<void> Merger::applyOrder(json::object& original, json::object& patch, const pb::Descriptor* type) {
    std::vector<std::string> directives;
    for (const auto& [key, value] : patch) {
        if (std::string_view(key).starts_with(elementOrder)) directives.emplace_back(key);
    }
    for (const std::string& directive : directives) {
        const json::value order = patch[directive];
        patch.erase(directive);
        if (!order.is_array()) return bad(directive + " must be a list");
        const std::string name = directive.substr(elementOrder.size());
        const FieldSchema schema = schemaOf(type, name);
        const json::value* before = original.if_contains(name);
        const json::value* change = patch.if_contains(name);
        json::array server = before != nullptr && before->is_array() ? before->get_array() : json::array();
        if (before == nullptr && change == nullptr) continue;
        json::array merged = server;
        if (change != nullptr) {
            if (!change->is_array()) return bad(fmt::format("{} must be a list", name));
            Result<json::array> result = list(server, change->get_array(), schema);
            if (!result) return fail(result.error());
            merged = std::move(*result);
            patch.erase(name);
        }
        original[name] = inOrder(merged, order.get_array(), server, schema.mergeKey);
    }
    return {};
}

Result<json::object> Merger::object(json::object original, json::object patch, const pb::Descriptor* type) {
    if (const json::value* directive = patch.if_contains(patchDirective)) {
        if (*directive == "delete") return json::object();
        if (*directive == "replace") return withoutDirectives(patch).get_object();
        if (*directive != "merge") return bad("unknown patch type: " + json::serialize(*directive));
        patch.erase(patchDirective);
    }
    if (Result<void> done = applyRetainKeys(original, patch); !done) return fail(done.error());
    if (Result<void> done = applyOrder(original, patch, type); !done) return fail(done.error());
    if (Result<void> done = applyListDeletes(original, patch); !done) return fail(done.error());
    for (const auto& [key, change] : patch) {
        if (change.is_null()) {
            original.erase(key);
            continue;
        }
        json::value* before = original.if_contains(key);
        if (before == nullptr) {
            original[key] = withoutDirectives(change);
            continue;
        }
        Result<json::value> merged = field(*before, change, schemaOf(type, key));
        if (!merged) return fail(merged.error());
        *before = std::move(*merged);
    }
    return original;
}

Result<json::value> Merger::field(const json::value& original, const json::value& patch,
                                  const FieldSchema& schema) {
    if (original.is_object() && patch.is_object()) {
        if (schema.replace) return withoutDirectives(patch);
        Result<json::object> merged = object(original.get_object(), patch.get_object(), schema.type);
        if (!merged) return fail(merged.error());
        return json::value(std::move(*merged));
    }
    if (original.is_array() && patch.is_array() && schema.merge) {
        Result<json::array> merged = list(original.get_array(), patch.get_array(), schema);
        if (!merged) return fail(merged.error());
        return json::value(std::move(*merged));
    }
    return withoutDirectives(patch);
}

Result<json::array> Merger::list(json::array original, const json::array& patch, const FieldSchema& schema) {
    if (!schema.merge) return withoutDirectives(patch).get_array();
    if (schema.type != nullptr) return objects(std::move(original), patch, schema);
    const json::array server = original;
    for (const json::value& entry : patch) {
        if (position(original, entry, "") < 0) original.push_back(entry);
    }
    return inOrder(original, patch, server, "");
}

Result<json::array> Merger::objects(json::array original, const json::array& patch,
                                    const FieldSchema& schema) {
    const std::string& mergeKey = schema.mergeKey;
    if (mergeKey.empty()) return bad("cannot merge lists without merge key for " + schema.type->name());
    const json::array server = original;
    json::array entries;
    for (const json::value& entry : patch) {
        const json::object* object = entry.if_object();
        if (object == nullptr) return bad("a list of objects holds something else");
        const json::value* directive = object->if_contains(patchDirective);
        if (directive != nullptr && *directive == "replace") {
            json::array rest;
            for (const json::value& each : patch) {
                if (each.as_object().if_contains(patchDirective) == nullptr)
                    rest.push_back(withoutDirectives(each));
            }
            return rest;
        }
        if (identity(entry, mergeKey) == nullptr) {
            return bad(fmt::format("map: {} does not contain declared merge key: {}", json::serialize(entry),
                                   mergeKey));
        }
        const std::ptrdiff_t at = position(original, entry, mergeKey);
        if (directive != nullptr && *directive == "delete") {
            if (at >= 0) original.erase(original.begin() + at);
            continue;
        }
        entries.push_back(entry);
        if (at < 0) {
            original.push_back(withoutDirectives(entry));
            continue;
        }
        json::value& before = original[static_cast<std::size_t>(at)];
        if (!before.is_object()) return bad("a list of objects holds something else");
        Result<json::object> merged = this->object(before.get_object(), *object, schema.type);
        if (!merged) return fail(merged.error());
        before = std::move(*merged);
    }
    return inOrder(original, entries, server, mergeKey);
}

} // namespace

Result<json::object> applyStrategicPatch(json::object original, json::object patch,
                                         const pb::Descriptor* type) {
    return Merger().object(std::move(original), std::move(patch), type);
}

} // namespace wheelhouse::api::semantics
