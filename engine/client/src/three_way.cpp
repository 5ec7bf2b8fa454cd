#include "three_way.h"

// The schema's merge options: the one thing needed here that api's headers do not say.
#include "options.pb.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace wheelhouse::client {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

const json::object nothing;

/// What the schema says about one JSON key of an object.
struct Field {
    const Descriptor* type =
        nullptr;              ///< of a message field or of a list's or map's entries; null for scalars
    bool mapOfValues = false; ///< the object's keys are data, not fields
    bool mergeList = false;
    bool retainKeys = false;
    std::string mergeKey;
};

const FieldDescriptor* findField(const Descriptor* type, std::string_view key) {
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        if (field->options().GetExtension(wh::inlined)) {
            if (const FieldDescriptor* inner = findField(field->message_type(), key)) return inner;
        } else if (field->name() == key) {
            return field;
        }
    }
    return nullptr;
}

Field lookUp(const Descriptor* type, std::string_view key) {
    Field result;
    const FieldDescriptor* field = type ? findField(type, key) : nullptr;
    if (!field) return result;
    if (field->is_map()) {
        result.mapOfValues = true;
        result.type = field->message_type()->map_value()->message_type();
        return result;
    }
    result.type = field->message_type();
    const std::string& strategy = field->options().GetExtension(wh::patch_strategy);
    result.retainKeys = strategy.find("retainKeys") != std::string::npos;
    result.mergeList = field->is_repeated() && strategy.find("merge") != std::string::npos;
    result.mergeKey = field->options().GetExtension(wh::merge_key);
    return result;
}

const json::object& objectOr(const json::value* value) {
    return value && value->is_object() ? value->get_object() : nothing;
}

const json::value* find(const json::object& object, std::string_view key) {
    const auto found = object.find(key);
    return found == object.end() || found->value().is_null() ? nullptr : &found->value();
}

const json::object* findEntry(const json::value* list, std::string_view mergeKey, const json::value& name) {
    if (!list || !list->is_array()) return nullptr;
    for (const json::value& entry : list->get_array())
        if (entry.is_object() && entry.get_object().contains(mergeKey) &&
            entry.get_object().at(mergeKey) == name)
            return &entry.get_object();
    return nullptr;
}

bool holds(const json::value* list, const json::value& item) {
    if (!list || !list->is_array()) return false;
    const auto& array = list->get_array();
    return std::find(array.begin(), array.end(), item) != array.end();
}

json::object diff(const json::object& last, const json::object& wanted, const json::object& live,
                  const Descriptor* type, bool mapOfValues, bool strategic);

/// A list whose entries are told apart by a key: changes entry by entry, into `patch`.
void diffKeyedList(const std::string& key, const Field& field, const json::value* last,
                   const json::array& wanted, const json::value* live, json::object& patch) {
    json::array changes;
    json::array order;
    for (const json::value& entry : wanted) {
        const auto* object = entry.if_object();
        const json::value* name = object ? find(*object, field.mergeKey) : nullptr;
        if (!name) {
            // Without its key an entry cannot be merged: the list goes as it is and the server judges it.
            patch[key] = wanted;
            return;
        }
        order.push_back(json::object{{field.mergeKey, *name}});
        const json::object* there = findEntry(live, field.mergeKey, *name);
        if (!there) {
            changes.push_back(entry);
            continue;
        }
        const json::object* before = findEntry(last, field.mergeKey, *name);
        json::object change = diff(before ? *before : nothing, *object, *there, field.type, false, true);
        if (change.empty()) continue;
        change[field.mergeKey] = *name;
        changes.push_back(std::move(change));
    }
    if (last && last->is_array()) {
        for (const json::value& entry : last->get_array()) {
            const json::value* name = find(objectOr(&entry), field.mergeKey);
            if (!name || !findEntry(live, field.mergeKey, *name)) continue;
            const json::value whole(wanted);
            if (findEntry(&whole, field.mergeKey, *name)) continue;
            changes.push_back(json::object{{"$patch", "delete"}, {field.mergeKey, *name}});
        }
    }
    if (changes.empty()) return;
    patch[key] = std::move(changes);
    patch["$setElementOrder/" + key] = std::move(order);
}

/// A list of plain values that is merged as a set.
void diffSet(const std::string& key, const json::value* last, const json::array& wanted,
             const json::value* live, json::object& patch) {
    json::array added;
    for (const json::value& item : wanted)
        if (!holds(live, item)) added.push_back(item);
    json::array removed;
    if (last && last->is_array())
        for (const json::value& item : last->get_array())
            if (holds(live, item) && std::find(wanted.begin(), wanted.end(), item) == wanted.end())
                removed.push_back(item);
    if (!added.empty()) patch[key] = std::move(added);
    if (!removed.empty()) patch["$deleteFromPrimitiveList/" + key] = std::move(removed);
}

void diffKey(const std::string& key, const Field& field, const json::value* last, const json::value& wanted,
             const json::value* live, bool strategic, json::object& patch) {
    if (!live) {
        patch[key] = wanted;
        return;
    }
    if (wanted.is_object() && live->is_object()) {
        json::object change = diff(objectOr(last), wanted.get_object(), live->get_object(), field.type,
                                   field.mapOfValues, strategic);
        if (strategic && field.retainKeys) {
            // Keys the server holds that nobody wrote (defaults of the other strategy) must go with the
            // change.
            const bool stray =
                std::any_of(live->get_object().begin(), live->get_object().end(),
                            [&](const auto& pair) { return !wanted.get_object().contains(pair.key()); });
            json::array keep;
            for (const auto& pair : wanted.get_object())
                keep.push_back(json::value(pair.key()));
            if (!change.empty() && stray) change["$retainKeys"] = std::move(keep);
        }
        if (!change.empty()) patch[key] = std::move(change);
        return;
    }
    if (strategic && field.mergeList && wanted.is_array() && live->is_array()) {
        if (field.mergeKey.empty())
            diffSet(key, last, wanted.get_array(), live, patch);
        else
            diffKeyedList(key, field, last, wanted.get_array(), live, patch);
        return;
    }
    if (wanted != *live) patch[key] = wanted;
}

json::object diff(const json::object& last, const json::object& wanted, const json::object& live,
                  const Descriptor* type, bool mapOfValues, bool strategic) {
    json::object patch;
    for (const auto& pair : wanted) {
        if (pair.value().is_null()) continue;
        Field field = mapOfValues ? Field{} : lookUp(type, pair.key());
        if (mapOfValues) field.type = type;
        diffKey(std::string(pair.key()), field, find(last, pair.key()), pair.value(), find(live, pair.key()),
                strategic, patch);
    }
    for (const auto& pair : last)
        if (!find(wanted, pair.key()) && find(live, pair.key())) patch[pair.key()] = nullptr;
    return patch;
}

} // namespace

json::object threeWayPatch(const json::object& last, const json::object& wanted, const json::object& live,
                           const Descriptor* type) {
    return diff(last, wanted, live, type, false, type != nullptr);
}

} // namespace wheelhouse::client
