#include "apply/json_walk.h"

#include <algorithm>

namespace wheelhouse::api::apply {

namespace {

/// What a walk has found below one value, and of the value itself.
struct Found {
    Comparison below;
    bool added = false;
    bool modified = false;
    bool removed = false;
};

Found walk(const Type& type, const json::value* before, const json::value* after);

void put(Comparison& into, const PathElement& element, Found found) {
    into.added.add(element, found.added, std::move(found.below.added));
    into.modified.add(element, found.modified, std::move(found.below.modified));
    into.removed.add(element, found.removed, std::move(found.below.removed));
}

void leaf(Found& found, const json::value* before, const json::value* after) {
    if (before == nullptr)
        found.added = true;
    else if (after == nullptr)
        found.removed = true;
    else if (!equals(*before, *after))
        found.modified = true;
}

std::map<PathElement, std::vector<const json::value*>> grouped(const Type::List& list,
                                                               const json::array* entries) {
    std::map<PathElement, std::vector<const json::value*>> groups;
    for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i)
        if (auto element = elementOf(list, (*entries)[i])) groups[*element].push_back(&(*entries)[i]);
    return groups;
}

bool sameEntries(const std::vector<const json::value*>& a, const std::vector<const json::value*>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const json::value* x, const json::value* y) { return equals(*x, *y); });
}

/// Entries that stand more than once are compared as a whole.
Found walkEntries(const Type& type, const std::vector<const json::value*>& before,
                  const std::vector<const json::value*>& after) {
    Found found;
    if (before.size() <= 1 && after.size() <= 1)
        return walk(type, before.empty() ? nullptr : before[0], after.empty() ? nullptr : after[0]);
    if (before.size() >= 2 && after.size() >= 2) {
        found.modified = !sameEntries(before, after);
    } else if (before.size() >= 2) {
        if (!after.empty()) found = walk(type, nullptr, after[0]);
        found.removed = true;
    } else {
        if (!before.empty()) found = walk(type, before[0], nullptr);
        found.added = true;
    }
    return found;
}

void walkList(const Type::List& list, Found& found, const json::array* before, const json::array* after) {
    auto left = grouped(list, before);
    auto right = grouped(list, after);
    for (const auto& [element, entries] : left)
        put(found.below, element, walkEntries(*list.element, entries, right[element]));
    for (const auto& [element, entries] : right)
        if (!left.contains(element)) put(found.below, element, walkEntries(*list.element, {}, entries));
}

void walkMap(const Type::Map& map, Found& found, const json::object* before, const json::object* after) {
    const auto visit = [&](std::string_view key, const json::value* left, const json::value* right) {
        put(found.below, PathElement::field(std::string(key)), walk(*memberType(map, key), left, right));
    };
    if (before != nullptr)
        for (const auto& [key, value] : *before)
            visit(key, &value, after != nullptr ? after->if_contains(key) : nullptr);
    if (after != nullptr)
        for (const auto& [key, value] : *after)
            if (before == nullptr || !before->contains(key)) visit(key, nullptr, &value);
}

/// Looks at both values as having one form; true when they were one value for merging.
bool walkAs(Shape shape, const Type& type, Found& found, const json::value* before,
            const json::value* after) {
    if (shape == Shape::Scalar) {
        leaf(found, before, after);
        return true;
    }
    if (shape == Shape::List) {
        const json::array* left = before != nullptr ? before->if_array() : nullptr;
        const json::array* right = after != nullptr ? after->if_array() : nullptr;
        const bool none = (left == nullptr || left->empty()) && (right == nullptr || right->empty());
        if (type.list->atomic || none) {
            leaf(found, before, after);
            return true;
        }
        walkList(*type.list, found, left, right);
        return false;
    }
    if (shape == Shape::Nothing) return false;
    const json::object* left = before != nullptr ? before->if_object() : nullptr;
    const json::object* right = after != nullptr ? after->if_object() : nullptr;
    const bool none = (left == nullptr || left->empty()) && (right == nullptr || right->empty());
    if (type.map->atomic || none) {
        leaf(found, before, after);
        return true;
    }
    walkMap(*type.map, found, left, right);
    return false;
}

Found walk(const Type& type, const json::value* before, const json::value* after) {
    Found found;
    const Shape left = shapeOf(type, before);
    const Shape right = shapeOf(type, after);
    bool whole = false;
    if (after == nullptr) {
        whole = walkAs(left, type, found, before, after);
    } else {
        if (before != nullptr && left != right) walkAs(left, type, found, before, after);
        whole = walkAs(right, type, found, before, after);
    }
    if (!whole && before == nullptr) found.added = true;
    if (!whole && after == nullptr) found.removed = true;
    return found;
}

} // namespace

Comparison compare(const Type& type, const json::value& before, const json::value& after) {
    return walk(type, &before, &after).below;
}

} // namespace wheelhouse::api::apply
