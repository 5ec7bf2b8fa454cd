#include "apply/json_walk.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace wheelhouse::api::apply {

namespace {

bool isScalar(const json::value& value) {
    return value.is_string() || value.is_bool() || value.is_number();
}

Scalar scalarOf(const json::value& value) {
    if (value.is_string()) return Scalar(std::string(value.get_string()));
    if (value.is_bool()) return Scalar(value.get_bool());
    if (value.is_int64()) return Scalar(value.get_int64());
    if (value.is_uint64()) return Scalar(static_cast<double>(value.get_uint64()));
    if (value.is_double()) return Scalar(value.get_double());
    return {};
}

auto cannot(std::string why) {
    return fail(Reason::InternalError, std::move(why));
}

} // namespace

Shape shapeOf(const Type& type, const json::value* value) {
    if (value != nullptr) {
        if (isScalar(*value) && type.scalar != Type::ScalarKind::None) return Shape::Scalar;
        if (value->is_array() && type.list) return Shape::List;
        if (value->is_object() && type.map) return Shape::Map;
    }
    if (type.map) return Shape::Map;
    if (type.scalar != Type::ScalarKind::None) return Shape::Scalar;
    return type.list ? Shape::List : Shape::Nothing;
}

const Type* memberType(const Type::Map& map, std::string_view key) {
    if (const Type::Field* field = map.find(key)) return field->type;
    return map.element != nullptr ? map.element : &untyped();
}

Result<PathElement> elementOf(const Type::List& list, const json::value& entry) {
    if (list.keys.empty()) {
        if (entry.is_object())
            return cannot("associative list without keys has an element that's a map type");
        if (entry.is_array()) return cannot("not supported: associative list with lists as elements");
        if (entry.is_null())
            return cannot("associative list without keys has an element that's an explicit null");
        return PathElement::value(scalarOf(entry));
    }
    if (entry.is_null()) return cannot("associative list with keys may not have a null element");
    const json::object* object = entry.if_object();
    if (object == nullptr) return cannot("associative list with keys may not have non-map elements");
    PathElement::Key keys;
    for (const std::string& name : list.keys) {
        if (const json::value* value = object->if_contains(name)) {
            keys.emplace_back(name, scalarOf(*value));
        } else if (list.element->map) {
            const Type::Field* field = list.element->map->find(name);
            if (field != nullptr && field->keyDefault) keys.emplace_back(name, *field->keyDefault);
        }
    }
    if (keys.empty()) {
        std::string names;
        for (const std::string& name : list.keys)
            names += (names.empty() ? "\"" : " \"") + name + "\"";
        return cannot(fmt::format("associative list with keys has an element that omits all key fields [{}] "
                                  "(and doesn't have default values for any key fields)",
                                  names));
    }
    return PathElement::key(std::move(keys));
}

Result<ListIndex> indexOf(const Type::List& list, const json::array* entries, bool duplicatesAllowed) {
    static const json::value nothing;
    ListIndex index;
    for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
        auto element = elementOf(list, (*entries)[i]);
        if (!element) return cannot(fmt::format("element {}: {}", i, element.error().message));
        const auto [at, isNew] = index.entries.emplace(*element, &(*entries)[i]);
        if (!isNew && !duplicatesAllowed) return cannot("duplicate entries for key " + element->toText());
        if (!isNew) at->second = &nothing;
        index.order.push_back(std::move(*element));
    }
    return index;
}

bool equals(const json::value& a, const json::value& b) {
    if (a.is_object() && b.is_object()) {
        const auto& left = a.get_object();
        const auto& right = b.get_object();
        if (left.size() != right.size()) return false;
        return std::all_of(left.begin(), left.end(), [&right](const auto& member) {
            const json::value* other = right.if_contains(member.key());
            return other != nullptr && equals(member.value(), *other);
        });
    }
    if (a.is_array() && b.is_array())
        return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(),
                          b.get_array().end(), equals);
    if (a.is_object() || b.is_object() || a.is_array() || b.is_array()) return false;
    return scalarOf(a) == scalarOf(b);
}

namespace {

/// Go's names of the types JSON values have there.
std::string_view goType(const json::value& value) {
    if (value.is_string()) return "string";
    if (value.is_bool()) return "bool";
    if (value.is_double()) return "float64";
    if (value.is_number()) return "int64";
    if (value.is_array()) return "[]interface {}";
    return "map[string]interface {}";
}

class Validator {
  public:
    explicit Validator(bool duplicatesAllowed) : duplicatesAllowed_(duplicatesAllowed) {}

    void check(const Type& type, const json::value& value, const std::string& path) {
        switch (shapeOf(type, &value)) {
        case Shape::Scalar:
            return scalar(type.scalar, value, path);
        case Shape::List:
            return list(*type.list, value, path);
        case Shape::Map:
            return map(*type.map, value, path);
        case Shape::Nothing:
            return;
        }
    }

    std::vector<std::string> errors;

  private:
    void add(const std::string& path, const std::string& why) {
        errors.push_back(path.empty() ? why : path + ": " + why);
    }
    void scalar(Type::ScalarKind kind, const json::value& value, const std::string& path) {
        if (value.is_null()) return;
        if (kind == Type::ScalarKind::Number && !value.is_number())
            add(path, fmt::format("expected numeric (int or float), got {}", goType(value)));
        else if (kind == Type::ScalarKind::Text && !value.is_string())
            add(path, fmt::format("expected string, got {}", json::serialize(value)));
        else if (kind == Type::ScalarKind::Boolean && !value.is_bool())
            add(path, fmt::format("expected boolean, got {}", json::serialize(value)));
        else if (kind == Type::ScalarKind::Any && !isScalar(value))
            add(path, fmt::format("expected any scalar, got {}", json::serialize(value)));
    }
    void list(const Type::List& list, const json::value& value, const std::string& path) {
        if (value.is_null()) return;
        const json::array* entries = value.if_array();
        if (entries == nullptr)
            return add(path, fmt::format("expected list, got {}", json::serialize(value)));
        std::vector<PathElement> seen;
        for (std::size_t i = 0; i < entries->size(); ++i) {
            PathElement element = PathElement::index(static_cast<std::int64_t>(i));
            if (!list.atomic) {
                auto found = elementOf(list, (*entries)[i]);
                if (!found) return add(path, fmt::format("element {}: {}", i, found.error().message));
                element = std::move(*found);
                if (!duplicatesAllowed_ && std::find(seen.begin(), seen.end(), element) != seen.end())
                    add(path, "duplicate entries for key " + element.toText());
                seen.push_back(element);
            }
            check(*list.element, (*entries)[i], path + element.toText());
        }
    }
    void map(const Type::Map& map, const json::value& value, const std::string& path) {
        if (value.is_null()) return;
        const json::object* object = value.if_object();
        if (object == nullptr) return add(path, fmt::format("expected map, got {}", json::serialize(value)));
        for (const auto& [key, member] : *object) {
            const std::string below = path + "." + std::string(key);
            if (map.element == nullptr && map.find(key) == nullptr)
                add(below, "field not declared in schema");
            else
                check(*memberType(map, key), member, below);
        }
    }

    bool duplicatesAllowed_;
};

/// Fills `below` with what the value sets below itself; true when the value itself is a member.
bool collect(const Type& type, const json::value& value, Set& below);

void collectList(const Type::List& list, const json::array& entries, Set& below) {
    std::map<PathElement, int> seen;
    for (const json::value& entry : entries)
        if (auto element = elementOf(list, entry)) ++seen[*element];
    for (const json::value& entry : entries) {
        auto element = elementOf(list, entry);
        if (!element) continue;
        Set deeper;
        // An entry that stands twice is owned as a whole.
        if (seen[*element] == 1) collect(*list.element, entry, deeper);
        below.add(std::move(*element), true, std::move(deeper));
    }
}

bool collect(const Type& type, const json::value& value, Set& below) {
    switch (shapeOf(type, &value)) {
    case Shape::Scalar:
        return true;
    case Shape::List:
        if (type.list->atomic) return true;
        if (const json::array* entries = value.if_array()) collectList(*type.list, *entries, below);
        return false;
    case Shape::Map:
        break;
    case Shape::Nothing:
        return false;
    }
    if (type.map->atomic) return true;
    const json::object* object = value.if_object();
    if (object == nullptr) return false;
    for (const auto& [key, member] : *object) {
        Set deeper;
        bool self = collect(*memberType(*type.map, key), member, deeper);
        const json::object* inner = member.if_object();
        if (member.is_null() || (inner != nullptr && inner->empty()) || type.map->find(key) == nullptr)
            self = true;
        below.add(PathElement::field(std::string(key)), self, std::move(deeper));
    }
    return false;
}

} // namespace

std::vector<std::string> validate(const Type& type, const json::value& value, bool duplicatesAllowed) {
    Validator validator(duplicatesAllowed);
    validator.check(type, value, "");
    return std::move(validator.errors);
}

Set fieldsOf(const Type& type, const json::value& value) {
    Set out;
    collect(type, value, out);
    return out;
}

namespace {

json::value withoutList(const Type::List& list, const json::value& value, const Set& gone) {
    const json::array* entries = value.if_array();
    if (entries == nullptr || entries->empty() || list.atomic) return {};
    json::array kept;
    for (const json::value& entry : *entries) {
        auto element = elementOf(list, entry);
        const Set::Node* node = element ? gone.find(*element) : nullptr;
        if (node != nullptr && node->member) continue;
        if (node != nullptr && !node->below.empty())
            kept.push_back(without(*list.element, entry, node->below));
        else
            kept.push_back(entry);
    }
    if (kept.empty()) return {};
    return kept;
}

} // namespace

json::value without(const Type& type, const json::value& value, const Set& gone) {
    switch (shapeOf(type, &value)) {
    case Shape::List:
        return withoutList(*type.list, value, gone);
    case Shape::Map:
        break;
    default:
        return value;
    }
    const json::object* object = value.if_object();
    if (object == nullptr || object->empty() || type.map->atomic) return {};
    json::object kept;
    for (const auto& [key, member] : *object) {
        const Set::Node* node = gone.find(PathElement::field(std::string(key)));
        if (node != nullptr && node->member) continue;
        if (node != nullptr && !node->below.empty())
            kept[key] = without(*memberType(*type.map, key), member, node->below);
        else
            kept[key] = member;
    }
    if (kept.empty()) return {};
    return kept;
}

} // namespace wheelhouse::api::apply
