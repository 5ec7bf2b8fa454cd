#include "apply/json_walk.h"
#include "engine/api/codec.h"
#include "engine/base/assert.h"
#include "semantics/rules.h"

#include "options.pb.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>

// Two messages compared as their JSON would be, without making the JSON. Writes pay for this walk, so that
// paths are only built where something differs.

namespace wheelhouse::api::apply {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// One value of a message: a field that is no list, or one entry of a list (or of a map, whose entries are
/// messages).
struct Place {
    const Message* owner = nullptr;
    const FieldDescriptor* field = nullptr;
    int index = -1; ///< of a list

    const Message& message() const {
        const Reflection& r = *owner->GetReflection();
        return index >= 0 ? r.GetRepeatedMessage(*owner, field, index) : r.GetMessage(*owner, field);
    }
};

Scalar scalarAt(const Place& at) {
    const Reflection& r = *at.owner->GetReflection();
    const Message& m = *at.owner;
    const FieldDescriptor* f = at.field;
    const bool list = at.index >= 0;
    std::string scratch;
    switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return Scalar(std::int64_t{list ? r.GetRepeatedInt32(m, f, at.index) : r.GetInt32(m, f)});
    case FieldDescriptor::CPPTYPE_INT64:
        return Scalar(std::int64_t{list ? r.GetRepeatedInt64(m, f, at.index) : r.GetInt64(m, f)});
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return Scalar(list ? r.GetRepeatedDouble(m, f, at.index) : r.GetDouble(m, f));
    case FieldDescriptor::CPPTYPE_BOOL:
        return Scalar(list ? r.GetRepeatedBool(m, f, at.index) : r.GetBool(m, f));
    case FieldDescriptor::CPPTYPE_STRING:
        return Scalar(std::string(list ? r.GetRepeatedStringReference(m, f, at.index, &scratch)
                                       : r.GetStringReference(m, f, &scratch)));
    default:
        WH_ASSERT(false, "a scalar of a type the schema does not use");
    }
}

bool sameScalar(const Place& a, const Place& b) {
    if (a.field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return scalarAt(a) == scalarAt(b);
    const Reflection& r = *a.owner->GetReflection();
    std::string left;
    std::string right;
    return (a.index >= 0 ? r.GetRepeatedStringReference(*a.owner, a.field, a.index, &left)
                         : r.GetStringReference(*a.owner, a.field, &left)) ==
           (b.index >= 0 ? r.GetRepeatedStringReference(*b.owner, b.field, b.index, &right)
                         : r.GetStringReference(*b.owner, b.field, &right));
}

bool sameMessages(const Message& a, const Message& b) {
    return &a == &b || serialize(a) == serialize(b) || semantics::sameMessage(a, b);
}

bool isZero(const Place& at) {
    const Reflection& r = *at.owner->GetReflection();
    std::string scratch;
    switch (at.field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
        return r.GetStringReference(*at.owner, at.field, &scratch).empty();
    case FieldDescriptor::CPPTYPE_BOOL:
        return !r.GetBool(*at.owner, at.field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.GetDouble(*at.owner, at.field) == 0;
    default:
        return scalarAt(at) == Scalar(std::int64_t{0});
    }
}

const Message& ownerOf(const Message& message, const Type::Field& field) {
    const Message* owner = &message;
    for (const FieldDescriptor* step : field.through)
        owner = &owner->GetReflection()->GetMessage(*owner, step);
    return *owner;
}

/// Whether the field stands in the message's JSON.
bool present(const Place& at, Type::Presence presence) {
    if (presence == Type::Presence::Always) return true;
    const Reflection& r = *at.owner->GetReflection();
    if (at.field->is_repeated()) return r.FieldSize(*at.owner, at.field) > 0;
    if (!r.HasField(*at.owner, at.field)) return false;
    return presence == Type::Presence::IfSet || !isZero(at);
}

/// What was found below one value, and of the value itself.
struct Found {
    Comparison below;
    bool added = false;
    bool modified = false;
    bool removed = false;
    bool any() const { return added || modified || removed || !below.same(); }
};

void put(Comparison& into, const PathElement& element, Found found) {
    into.added.add(element, found.added, std::move(found.below.added));
    into.modified.add(element, found.modified, std::move(found.below.modified));
    into.removed.add(element, found.removed, std::move(found.below.removed));
}

Found walkValue(const Type& type, const Place* before, const Place* after);
void walkFields(const Type::Map& map, const Message* before, const Message* after, Comparison& out,
                const Set* ignored);

/// `field` of both messages, as a list's or map's walk wants it: null where the value is absent.
struct ListView {
    const Place* at = nullptr;
    int size = 0;
    explicit ListView(const Place* place) : at(place) {
        if (at != nullptr) size = at->owner->GetReflection()->FieldSize(*at->owner, at->field);
    }
    Place operator[](int index) const { return {at->owner, at->field, index}; }
};

bool sameLists(const ListView& a, const ListView& b) {
    if (a.size != b.size) return false;
    for (int i = 0; i < a.size; ++i) {
        const bool same = a.at->field->message_type() != nullptr
                              ? sameMessages(a[i].message(), b[i].message())
                              : sameScalar(a[i], b[i]);
        if (!same) return false;
    }
    return true;
}

PathElement elementOf(const Type::List& list, const Place& entry) {
    if (list.keys.empty()) return PathElement::value(scalarAt(entry));
    PathElement::Key keys;
    const Message& message = entry.message();
    for (const std::string& name : list.keys) {
        const Type::Field* key = list.element->map ? list.element->map->find(name) : nullptr;
        if (key == nullptr || key->field == nullptr) continue;
        const Place at{&ownerOf(message, *key), key->field};
        if (present(at, key->presence))
            keys.emplace_back(name, scalarAt(at));
        else if (key->keyDefault)
            keys.emplace_back(name, *key->keyDefault);
    }
    return PathElement::key(std::move(keys));
}

/// Entries at the same places have the same keys, so that they can be compared pair by pair.
bool aligned(const Type::List& list, const ListView& a, const ListView& b) {
    if (a.size != b.size) return false;
    for (int i = 0; i < a.size; ++i) {
        if (list.keys.empty()) {
            if (!sameScalar(a[i], b[i])) return false;
            continue;
        }
        for (const std::string& name : list.keys) {
            const Type::Field* key = list.element->map ? list.element->map->find(name) : nullptr;
            if (key == nullptr || key->field == nullptr) continue;
            if (!sameScalar({&ownerOf(a[i].message(), *key), key->field},
                            {&ownerOf(b[i].message(), *key), key->field}))
                return false;
        }
    }
    return true;
}

using Groups = std::map<PathElement, std::vector<Place>>;

Groups grouped(const Type::List& list, const ListView& entries) {
    Groups groups;
    for (int i = 0; i < entries.size; ++i) {
        PathElement element = elementOf(list, entries[i]);
        // Without any of its keys an entry cannot be told from others.
        const auto* keys = std::get_if<PathElement::Key>(&element.step);
        if (keys == nullptr || !keys->empty()) groups[std::move(element)].push_back(entries[i]);
    }
    return groups;
}

bool sameEntries(const std::vector<Place>& a, const std::vector<Place>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Place& x, const Place& y) {
        return x.field->message_type() != nullptr ? sameMessages(x.message(), y.message()) : sameScalar(x, y);
    });
}

/// Entries that stand more than once are compared as a whole.
Found walkEntries(const Type& type, const std::vector<Place>& before, const std::vector<Place>& after) {
    Found found;
    if (before.size() <= 1 && after.size() <= 1)
        return walkValue(type, before.empty() ? nullptr : before.data(),
                         after.empty() ? nullptr : after.data());
    if (before.size() >= 2 && after.size() >= 2) {
        found.modified = !sameEntries(before, after);
    } else if (before.size() >= 2) {
        if (!after.empty()) found = walkValue(type, nullptr, after.data());
        found.removed = true;
    } else {
        if (!before.empty()) found = walkValue(type, before.data(), nullptr);
        found.added = true;
    }
    return found;
}

void walkList(const Type::List& list, const ListView& before, const ListView& after, Comparison& out) {
    if (aligned(list, before, after)) {
        bool differ = false;
        for (int i = 0; i < before.size && !differ; ++i) {
            const Place left = before[i];
            const Place right = after[i];
            differ = walkValue(*list.element, &left, &right).any();
        }
        if (!differ) return;
    }
    const Groups left = grouped(list, before);
    const Groups right = grouped(list, after);
    static const std::vector<Place> none;
    for (const auto& [element, entries] : left) {
        const auto other = right.find(element);
        put(out, element, walkEntries(*list.element, entries, other != right.end() ? other->second : none));
    }
    for (const auto& [element, entries] : right)
        if (!left.contains(element)) put(out, element, walkEntries(*list.element, none, entries));
}

std::map<std::string, Place> entriesOf(const ListView& map) {
    std::map<std::string, Place> out;
    for (int i = 0; i < map.size; ++i) {
        const Message& entry = map[i].message();
        const FieldDescriptor* key = map.at->field->message_type()->map_key();
        out[entry.GetReflection()->GetString(entry, key)] = {&entry,
                                                             map.at->field->message_type()->map_value()};
    }
    return out;
}

void walkEntriesOfMap(const Type::Map& map, const ListView& before, const ListView& after, Comparison& out) {
    const auto left = entriesOf(before);
    const auto right = entriesOf(after);
    for (const auto& [key, place] : left) {
        const auto other = right.find(key);
        Found found = walkValue(*map.element, &place, other != right.end() ? &other->second : nullptr);
        if (found.any()) put(out, PathElement::field(key), std::move(found));
    }
    for (const auto& [key, place] : right)
        if (!left.contains(key)) put(out, PathElement::field(key), walkValue(*map.element, nullptr, &place));
}

bool sameLeaves(const Place& a, const Place& b) {
    if (a.index < 0 && a.field->is_map()) {
        const ListView left(&a);
        const ListView right(&b);
        if (left.size != right.size) return false;
        const auto mine = entriesOf(left);
        const auto theirs = entriesOf(right);
        return std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(),
                          [](const auto& x, const auto& y) {
                              return x.first == y.first && sameLeaves(x.second, y.second);
                          });
    }
    if (a.index < 0 && a.field->is_repeated()) return sameLists(ListView(&a), ListView(&b));
    return a.field->message_type() != nullptr ? sameMessages(a.message(), b.message()) : sameScalar(a, b);
}

/// JSON kept as it came, by its own walk; false when it is no object, which makes it one value.
bool walkRaw(const Type& type, const Place* before, const Place* after, Comparison& below) {
    const auto parse = [](const Place* at) -> json::value {
        if (at == nullptr) return json::object();
        const Message& message = at->message();
        std::string scratch;
        const auto& text = message.GetReflection()->GetStringReference(
            message, message.GetDescriptor()->FindFieldByNumber(1), &scratch);
        json::error_code error;
        json::value value = json::parse(text, error);
        return error ? json::value() : value;
    };
    const json::value left = parse(before);
    const json::value right = parse(after);
    if (!left.is_object() || !right.is_object()) return false;
    below = compare(type, left, right);
    return true;
}

Found walkValue(const Type& type, const Place* before, const Place* after) {
    Found found;
    found.added = before == nullptr;
    found.removed = after == nullptr;
    const Place& any = before != nullptr ? *before : *after;
    const bool list = any.index < 0 && any.field->is_repeated();
    const bool raw = any.field->message_type() != nullptr && !list &&
                     any.field->message_type()->options().GetExtension(wh::form) == wh::RAW_JSON;
    if (raw && walkRaw(type, before, after, found.below)) return found;
    if (type.leaf() || raw) {
        found.modified = before != nullptr && after != nullptr && !sameLeaves(*before, *after);
        return found;
    }
    if (list && any.field->is_map())
        walkEntriesOfMap(*type.map, ListView(before), ListView(after), found.below);
    else if (list)
        walkList(*type.list, ListView(before), ListView(after), found.below);
    else
        walkFields(*type.map, before != nullptr ? &before->message() : nullptr,
                   after != nullptr ? &after->message() : nullptr, found.below, nullptr);
    return found;
}

void walkFields(const Type::Map& map, const Message* before, const Message* after, Comparison& out,
                const Set* ignored) {
    if (before == after) return;
    for (const Type::Field& field : map.fields) {
        if (field.field == nullptr) continue; // apiVersion and kind
        Place left{before != nullptr ? &ownerOf(*before, field) : nullptr, field.field};
        Place right{after != nullptr ? &ownerOf(*after, field) : nullptr, field.field};
        const bool was = before != nullptr && present(left, field.presence);
        const bool is = after != nullptr && present(right, field.presence);
        if (!was && !is) continue;
        const Set::Node* skip = ignored != nullptr ? ignored->find(PathElement::field(field.name)) : nullptr;
        if (skip != nullptr && skip->member) continue;
        Found found;
        if (skip != nullptr && was && is && field.field->message_type() != nullptr &&
            !field.field->is_repeated())
            walkFields(*field.type->map, &left.message(), &right.message(), found.below, &skip->below);
        else
            found = walkValue(*field.type, was ? &left : nullptr, is ? &right : nullptr);
        if (found.any()) put(out, PathElement::field(field.name), std::move(found));
    }
}

} // namespace

Comparison compare(const Message& before, const Message& after, const Set& ignored) {
    WH_ASSERT(before.GetDescriptor() == after.GetDescriptor(), "objects of two kinds compared");
    static const Set always = Set::ofFields(
        {"metadata.name", "metadata.namespace", "metadata.uid", "metadata.resourceVersion",
         "metadata.managedFields", "metadata.creationTimestamp", "metadata.selfLink", "metadata.generation"});
    const Set skipped = ignored.empty() ? always : always.unionWith(ignored);
    Comparison out;
    walkFields(*typeOf(before.GetDescriptor()).map, &before, &after, out, &skipped);
    return out;
}

} // namespace wheelhouse::api::apply
