#include "engine/api/merge_schema.h"

#include "options.pb.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace wheelhouse::api::apply {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

/// How the field that holds a message says to treat it: its own word, or as the message says of itself.
enum class MapRule { Own, Granular, Atomic };

MapRule ruleOf(const FieldDescriptor* field) {
    const std::string& text = field->options().GetExtension(wh::map_type);
    if (text == "atomic") return MapRule::Atomic;
    return text == "granular" ? MapRule::Granular : MapRule::Own;
}

Type::Presence presenceOf(const FieldDescriptor* field) {
    switch (field->options().GetExtension(wh::emit)) {
    case wh::OMIT_EMPTY:
        return field->is_repeated() || field->message_type() == nullptr ? Type::Presence::NonZero
                                                                        : Type::Presence::IfSet;
    case wh::IF_SET:
        return Type::Presence::IfSet;
    case wh::ALWAYS:
    case wh::ALWAYS_NULL:
        break;
    }
    return Type::Presence::Always;
}

/// All types of the schema, made when first asked for. Nodes keep their place.
class Registry {
  public:
    Registry() {
        for (Type* each : {&untyped, &untypedAtomic}) {
            each->scalar = Type::ScalarKind::Any;
            each->list = Type::List{&untypedAtomic, true, {}};
            each->map = Type::Map{{}, each, each == &untypedAtomic};
        }
        number.scalar = Type::ScalarKind::Number;
        text.scalar = Type::ScalarKind::Text;
        boolean.scalar = Type::ScalarKind::Boolean;
        any.scalar = Type::ScalarKind::Any;
        texts.list = Type::List{&text, true, {}};
    }

    const Type& message(const Descriptor* descriptor, MapRule rule) {
        const std::lock_guard lock(mutex_);
        return make(descriptor, rule);
    }

    Type untyped, untypedAtomic, number, text, boolean, any, texts;

  private:
    const Type& make(const Descriptor* descriptor, MapRule rule);
    const Type* valueType(const FieldDescriptor* field);
    const Type* fieldType(const FieldDescriptor* field);
    void addFields(Type::Map& map, const Descriptor* descriptor,
                   const std::vector<const FieldDescriptor*>& through);

    std::recursive_mutex mutex_;
    std::map<std::pair<const Descriptor*, bool>, const Type*> messages_;
    std::deque<Type> nodes_;
};

Registry& registry() {
    static Registry instance;
    return instance;
}

/// The type of one value of `field`: a scalar or message, a list's entry, a map's value.
const Type* Registry::valueType(const FieldDescriptor* field) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return &number;
    case FieldDescriptor::CPPTYPE_BOOL:
        return &boolean;
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return &make(field->message_type(), ruleOf(field));
    default:
        return &text;
    }
}

const Type* Registry::fieldType(const FieldDescriptor* field) {
    const auto& options = field->options();
    if (field->is_map()) {
        Type& node = nodes_.emplace_back();
        node.map =
            Type::Map{{}, valueType(field->message_type()->map_value()), ruleOf(field) == MapRule::Atomic};
        return &node;
    }
    if (!field->is_repeated()) return valueType(field);
    Type& node = nodes_.emplace_back();
    node.list = Type::List{valueType(field), true, {}};
    const auto& strategy = options.GetExtension(wh::patch_strategy);
    const auto& mergeKey = options.GetExtension(wh::merge_key);
    switch (options.GetExtension(wh::list_type)) {
    case wh::ATOMIC:
        break;
    case wh::SET:
        node.list->atomic = false;
        break;
    case wh::MAP:
        node.list->atomic = false;
        for (int i = 0; i < options.ExtensionSize(wh::list_map_keys); ++i)
            node.list->keys.push_back(options.GetExtension(wh::list_map_keys, i));
        break;
    case wh::LIST_TYPE_UNSET:
        // Lists from before list types say it by how they are patched.
        node.list->atomic = strategy.find("merge") == std::string::npos;
        if (!node.list->atomic && !mergeKey.empty()) node.list->keys.push_back(mergeKey);
        break;
    }
    return &node;
}

std::optional<Scalar> keyDefaultOf(const FieldDescriptor* field) {
    const std::string& text = field->options().GetExtension(wh::default_value);
    if (text.size() >= 2 && text.front() == '"') return Scalar(text.substr(1, text.size() - 2));
    if (!text.empty() && text.find_first_not_of("-0123456789") == std::string::npos)
        return Scalar(static_cast<std::int64_t>(std::stoll(text)));
    if (presenceOf(field) != Type::Presence::Always || field->is_repeated()) return std::nullopt;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) return Scalar(std::string());
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return std::nullopt;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return Scalar(false);
    return Scalar(std::int64_t{0});
}

void Registry::addFields(Type::Map& map, const Descriptor* descriptor,
                         const std::vector<const FieldDescriptor*>& through) {
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const FieldDescriptor* field = descriptor->field(i);
        if (field->options().GetExtension(wh::inlined)) {
            std::vector<const FieldDescriptor*> deeper = through;
            deeper.push_back(field);
            addFields(map, field->message_type(), deeper);
            continue;
        }
        Type::Field entry;
        entry.name = field->json_name();
        entry.type = fieldType(field);
        entry.keyDefault = keyDefaultOf(field);
        entry.through = through;
        entry.field = field;
        entry.presence = presenceOf(field);
        map.fields.push_back(std::move(entry));
    }
}

const Type& Registry::make(const Descriptor* descriptor, MapRule rule) {
    switch (descriptor->options().GetExtension(wh::form)) {
    case wh::FIELDS:
        break;
    case wh::RAW_JSON:
        return untyped;
    case wh::DURATION:
        return text;
    case wh::STRING_LIST:
        return texts;
    case wh::ANY_JSON:
    case wh::SCHEMA_OR_BOOL:
    case wh::SCHEMA_OR_ARRAY:
    case wh::SCHEMA_OR_STRINGS:
        return untypedAtomic;
    case wh::TIME:
    case wh::MICRO_TIME:
    case wh::QUANTITY:
    case wh::INT_OR_STRING:
        return any;
    }
    const bool atomic =
        rule == MapRule::Atomic || (rule == MapRule::Own && descriptor->options().GetExtension(wh::atomic));
    const auto [at, isNew] = messages_.emplace(std::pair(descriptor, atomic), nullptr);
    if (!isNew) return *at->second;
    Type& node = nodes_.emplace_back();
    at->second = &node;
    node.map = Type::Map{{}, nullptr, atomic};
    Type::Map map = *node.map;
    if (descriptor->options().GetExtension(wh::kind))
        for (const char* name : {"apiVersion", "kind"})
            map.fields.push_back({name, &text, {}, {}, nullptr, Type::Presence::NonZero});
    addFields(map, descriptor, {});
    std::stable_sort(map.fields.begin(), map.fields.end(),
                     [](const Type::Field& a, const Type::Field& b) { return a.name < b.name; });
    // An object reference inlines nothing, but may name its own apiVersion and kind.
    const auto last =
        std::unique(map.fields.begin(), map.fields.end(),
                    [](const Type::Field& a, const Type::Field& b) { return a.name == b.name; });
    map.fields.erase(last, map.fields.end());
    node.map = std::move(map);
    return node;
}

} // namespace

const Type::Field* Type::Map::find(std::string_view name) const {
    const auto at =
        std::lower_bound(fields.begin(), fields.end(), name,
                         [](const Field& field, std::string_view wanted) { return field.name < wanted; });
    return at != fields.end() && at->name == name ? &*at : nullptr;
}

const Type& typeOf(const google::protobuf::Descriptor* message) {
    return registry().message(message, MapRule::Own);
}

const Type& untyped() {
    return registry().untyped;
}

const Type& untypedAtomic() {
    return registry().untypedAtomic;
}

} // namespace wheelhouse::api::apply
