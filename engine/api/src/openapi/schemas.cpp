#include "openapi/schemas.h"

#include "codec/docs.h"
#include "engine/api/custom_resource.h"
#include "engine/api/kind.h"
#include "json/value.h"

#include "options.pb.h"

namespace wheelhouse::api::openapi {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

void member(JsonWriter& writer, std::string_view key, std::string_view text) {
    writer.dataKey(key);
    writer.string(text);
}

void memberIfAny(JsonWriter& writer, std::string_view key, std::string_view text) {
    if (!text.empty()) member(writer, key, text);
}

void groupVersionKind(JsonWriter& writer, const ResourceName& name, const std::string& kind) {
    writer.beginObject();
    member(writer, "group", name.group);
    member(writer, "kind", kind);
    member(writer, "version", name.version);
    writer.endObject();
}

/// The kinds a message stands for: a kind, its list, or what every group-version understands.
void writeKinds(JsonWriter& writer, const Descriptor* type) {
    bool open = false;
    const auto begin = [&] {
        if (open) return;
        open = true;
        writer.key("\"x-kubernetes-group-version-kind\":");
        writer.beginArray();
    };
    const bool everywhere = type->name() == "DeleteOptions";
    std::string lastVersion;
    for (const Kind* kind : kinds()) {
        if (kind->descriptor == type || kind->listDescriptor == type) {
            begin();
            groupVersionKind(writer, kind->name, type->name());
        } else if (everywhere && kind->apiVersion() != lastVersion) {
            begin();
            lastVersion = kind->apiVersion();
            groupVersionKind(writer, kind->name, type->name());
        }
    }
    if (!open && type->name() == "Status") {
        begin();
        groupVersionKind(writer, ResourceName{"", "v1", ""}, type->name());
    }
    if (open) writer.endArray();
}

void writeScalarType(JsonWriter& writer, const FieldDescriptor* field) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
        return member(writer, "type", "boolean");
    case FieldDescriptor::CPPTYPE_INT32:
        member(writer, "type", "integer");
        return member(writer, "format", "int32");
    case FieldDescriptor::CPPTYPE_INT64:
        member(writer, "type", "integer");
        return member(writer, "format", "int64");
    case FieldDescriptor::CPPTYPE_DOUBLE:
        member(writer, "type", "number");
        return member(writer, "format", "double");
    default:
        break;
    }
    member(writer, "type", "string");
    if (field->type() == FieldDescriptor::TYPE_BYTES) member(writer, "format", "byte");
}

/// The schema of one value of `field`: an element, a map's value, or the field itself.
void writeValueSchema(JsonWriter& writer, const FieldDescriptor* field) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
        return writeReference(writer, field->message_type());
    writer.beginObject();
    writeScalarType(writer, field);
    writer.endObject();
}

void writeListOptions(JsonWriter& writer, const google::protobuf::FieldOptions& options) {
    switch (options.GetExtension(wh::list_type)) {
    case wh::ATOMIC:
        member(writer, "x-kubernetes-list-type", "atomic");
        break;
    case wh::SET:
        member(writer, "x-kubernetes-list-type", "set");
        break;
    case wh::MAP:
        member(writer, "x-kubernetes-list-type", "map");
        break;
    case wh::LIST_TYPE_UNSET:
        break;
    }
    if (options.ExtensionSize(wh::list_map_keys) > 0) {
        writer.dataKey("x-kubernetes-list-map-keys");
        writer.beginArray();
        for (int i = 0; i < options.ExtensionSize(wh::list_map_keys); ++i)
            writer.string(options.GetExtension(wh::list_map_keys, i));
        writer.endArray();
    }
    memberIfAny(writer, "x-kubernetes-map-type", options.GetExtension(wh::map_type));
    memberIfAny(writer, "x-kubernetes-patch-merge-key", options.GetExtension(wh::merge_key));
    memberIfAny(writer, "x-kubernetes-patch-strategy", options.GetExtension(wh::patch_strategy));
}

void writeField(JsonWriter& writer, const FieldDescriptor* field) {
    const auto& options = field->options();
    writer.beginObject();
    memberIfAny(writer, "description", codec::docOf(field->full_name()));
    if (field->is_map()) {
        member(writer, "type", "object");
        writer.dataKey("additionalProperties");
        writeValueSchema(writer, field->message_type()->map_value());
    } else if (field->is_repeated()) {
        member(writer, "type", "array");
        writer.dataKey("items");
        writeValueSchema(writer, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        // A reference takes no siblings, so that it stands in a list of one.
        writer.dataKey("allOf");
        writer.beginArray();
        writeReference(writer, field->message_type());
        writer.endArray();
    } else {
        writeScalarType(writer, field);
    }
    if (!options.GetExtension(wh::default_value).empty()) {
        writer.dataKey("default");
        writer.raw(options.GetExtension(wh::default_value));
    }
    if (options.ExtensionSize(wh::enum_values) > 0) {
        writer.dataKey("enum");
        writer.beginArray();
        for (int i = 0; i < options.ExtensionSize(wh::enum_values); ++i)
            writer.string(options.GetExtension(wh::enum_values, i));
        writer.endArray();
    }
    writeListOptions(writer, options);
    writer.endObject();
}

/// Calls `function` with each field JSON shows in this message, those of inlined messages included.
template <class Function>
void forEachField(const Descriptor* type, Function function) {
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        if (field->options().GetExtension(wh::inlined))
            forEachField(field->message_type(), function);
        else
            function(field);
    }
}

void writeTypeMeta(JsonWriter& writer) {
    constexpr std::string_view version = "Group and version of the schema this object is written in, such as "
                                         "apps/v1; the server may translate it into "
                                         "another version of the same kind.";
    constexpr std::string_view kind = "Kind says what the object is, in CamelCase. It never changes.";
    for (const auto& [name, text] : {std::pair("apiVersion", version), std::pair("kind", kind)}) {
        writer.dataKey(name);
        writer.beginObject();
        member(writer, "description", text);
        member(writer, "type", "string");
        writer.endObject();
    }
}

void writeObject(JsonWriter& writer, const Descriptor* type) {
    member(writer, "type", "object");
    writer.dataKey("properties");
    writer.beginObject();
    if (type->options().GetExtension(wh::kind)) writeTypeMeta(writer);
    std::vector<std::string> required;
    forEachField(type, [&](const FieldDescriptor* field) {
        writer.dataKey(field->json_name());
        writeField(writer, field);
        if (field->options().GetExtension(wh::required)) required.push_back(field->json_name());
    });
    writer.endObject();
    if (!required.empty()) {
        writer.dataKey("required");
        writer.beginArray();
        for (const std::string& name : required)
            writer.string(name);
        writer.endArray();
    }
    if (type->options().GetExtension(wh::atomic)) member(writer, "x-kubernetes-map-type", "atomic");
    writeKinds(writer, type);
}

void writeOneOf(JsonWriter& writer, std::string_view first, std::string_view second) {
    writer.dataKey("oneOf");
    writer.beginArray();
    for (const std::string_view type : {first, second}) {
        writer.beginObject();
        member(writer, "type", type);
        writer.endObject();
    }
    writer.endArray();
}

JsonValue text(std::string description) {
    JsonObject schema;
    schema.put("description", std::move(description));
    schema.put("type", "string");
    return schema;
}

JsonValue kindsOf(const Kind& kind, const std::string& name) {
    JsonObject of;
    of.put("group", kind.name.group);
    of.put("kind", name);
    of.put("version", kind.name.version);
    return JsonValue::Array{JsonValue(std::move(of))};
}

JsonValue reference(const std::string& name) {
    JsonObject schema;
    schema.put("$ref", "#/components/schemas/" + name);
    return schema;
}

JsonValue metadataSchema(const char* description, const Descriptor* type) {
    JsonObject schema;
    schema.put("description", description);
    schema.put("allOf", JsonValue::Array{reference(schemaName(type))});
    schema.put("default", JsonObject());
    return schema;
}

void putTypeMeta(JsonObject& properties) {
    properties.put("apiVersion",
                   text("APIVersion defines the group and version of the schema this object is written in."));
    properties.put("kind", text("Kind says what the object is, in CamelCase. It never changes."));
}

/// A definition's schema with what every object has.
std::string customSchema(const Kind& kind) {
    auto parsed = JsonValue::parse(customOf(kind)->schemaText());
    JsonObject schema = parsed && parsed->object() != nullptr ? *parsed->object() : JsonObject();
    JsonValue& properties = schema.at("properties");
    if (properties.object() == nullptr) properties = JsonObject();
    putTypeMeta(*properties.object());
    properties.object()->put("metadata",
                             metadataSchema("Standard object's metadata.", meta::ObjectMeta::descriptor()));
    schema.put("type", "object");
    schema.put("x-kubernetes-group-version-kind", kindsOf(kind, kind.kind));
    JsonValue::Array selectable;
    for (const std::string& field : customOf(kind)->definition().selectableFields) {
        JsonObject named;
        named.put("fieldPath", field);
        selectable.emplace_back(std::move(named));
    }
    if (!selectable.empty()) schema.put("x-kubernetes-selectable-fields", std::move(selectable));
    return JsonValue(std::move(schema)).text();
}

std::string customListSchema(const Kind& kind) {
    const std::string& listKind = customOf(kind)->definition().listKind;
    JsonObject items;
    items.put("description", "The " + kind.name.resource + ".");
    items.put("type", "array");
    items.put("items", reference(schemaName(SchemaOf(kind, false))));
    JsonObject properties;
    putTypeMeta(properties);
    properties.put("items", std::move(items));
    properties.put("metadata", metadataSchema("Standard list metadata.", meta::ListMeta::descriptor()));
    JsonObject schema;
    schema.put("description", listKind + " is a list of " + kind.kind + ".");
    schema.put("type", "object");
    schema.put("required", JsonValue::Array{JsonValue("items")});
    schema.put("properties", std::move(properties));
    schema.put("x-kubernetes-group-version-kind", kindsOf(kind, listKind));
    return JsonValue(std::move(schema)).text();
}

void writeSchema(JsonWriter& writer, const Descriptor* type) {
    writer.beginObject();
    memberIfAny(writer, "description", codec::docOf(type->full_name()));
    switch (type->options().GetExtension(wh::form)) {
    case wh::FIELDS:
        writeObject(writer, type);
        break;
    case wh::TIME:
    case wh::MICRO_TIME:
        member(writer, "type", "string");
        member(writer, "format", "date-time");
        break;
    case wh::QUANTITY:
        writeOneOf(writer, "string", "number");
        break;
    case wh::INT_OR_STRING:
        member(writer, "format", "int-or-string");
        writeOneOf(writer, "integer", "string");
        break;
    case wh::RAW_JSON:
        member(writer, "type", "object");
        break;
    case wh::ANY_JSON:
    case wh::SCHEMA_OR_BOOL:
    case wh::SCHEMA_OR_ARRAY:
    case wh::SCHEMA_OR_STRINGS:
        break; // anything goes
    case wh::DURATION:
        member(writer, "type", "string");
        break;
    case wh::STRING_LIST:
        member(writer, "type", "array");
        writer.dataKey("items");
        writer.raw(R"({"type":"string"})");
        break;
    }
    writer.endObject();
}

} // namespace

std::string schemaName(const Descriptor* type) {
    constexpr std::string_view upstream = "k8s.io.";
    const std::string& name = type->full_name();
    return name.starts_with(upstream) ? "io.k8s." + name.substr(upstream.size()) : name;
}

std::string schemaName(const SchemaOf& of) {
    if (of.custom == nullptr) return schemaName(of.type);
    // "stable.example.com" is "com.example.stable" here.
    std::string name;
    std::string_view group = of.custom->name.group;
    while (!group.empty()) {
        const std::size_t dot = group.rfind('.');
        name += group.substr(dot == std::string_view::npos ? 0 : dot + 1);
        name += '.';
        group = group.substr(0, dot == std::string_view::npos ? 0 : dot);
    }
    const std::string& kind = of.list ? customOf(*of.custom)->definition().listKind : of.custom->kind;
    return name + of.custom->name.version + "." + kind;
}

void writeReference(JsonWriter& writer, const SchemaOf& of) {
    writer.beginObject();
    member(writer, "$ref", "#/components/schemas/" + schemaName(of));
    writer.endObject();
}

void Schemas::add(const SchemaOf& of) {
    if (of.type != nullptr) return add(of.type);
    types_.emplace(schemaName(of), of);
    if (of.list)
        add(meta::ListMeta::descriptor());
    else
        add(meta::ObjectMeta::descriptor());
}

void Schemas::add(const Descriptor* type) {
    if (!types_.emplace(schemaName(type), type).second) return;
    if (type->options().GetExtension(wh::form) != wh::FIELDS) return;
    forEachField(type, [&](const FieldDescriptor* field) {
        const FieldDescriptor* value = field->is_map() ? field->message_type()->map_value() : field;
        if (value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) add(value->message_type());
    });
}

void Schemas::write(JsonWriter& writer) const {
    writer.beginObject();
    for (const auto& [name, of] : types_) {
        writer.dataKey(name);
        if (of.custom == nullptr)
            writeSchema(writer, of.type);
        else if (of.list)
            writer.raw(customListSchema(*of.custom));
        else
            writer.raw(customSchema(*of.custom));
    }
    writer.endObject();
}

} // namespace wheelhouse::api::openapi
