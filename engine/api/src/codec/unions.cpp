#include "codec/unions.h"

#include "apiextensions_v1.codec.h"
#include "apiextensions_v1.pb.h"
#include "codec/forms.h"
#include "options.pb.h"

namespace wheelhouse::api::codec {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

wh::Form formOf(const Descriptor* type) {
    return type->options().GetExtension(wh::form);
}

/// The field that is not the schema: the truth value or the list.
const FieldDescriptor* otherField(const Descriptor* type) {
    for (int i = 0; i < type->field_count(); ++i)
        if (type->field(i)->name() != "schema") return type->field(i);
    return nullptr;
}

void encodeGenerated(const Message& schema, JsonWriter& writer) {
    writer.beginObject();
    apiextensions_v1::encodeFields_JSONSchemaProps(static_cast<const apiextensions::JSONSchemaProps&>(schema),
                                                   writer);
    writer.endObject();
}

bool decodeGenerated(Message* schema, JsonReader& reader) {
    return apiextensions_v1::decode_JSONSchemaProps(static_cast<apiextensions::JSONSchemaProps*>(schema),
                                                    reader);
}

bool decodeList(Message* message, const FieldDescriptor* list, JsonReader& reader,
                bool (*decodeSchema)(Message*, JsonReader&)) {
    const auto& reflection = *message->GetReflection();
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        if (list->message_type() != nullptr) {
            Message* element = reflection.AddMessage(message, list);
            if (!reader.takeNull() && !decodeSchema(element, reader)) return false;
            continue;
        }
        std::string text;
        if (!reader.takeNull() && !reader.readString(text)) return false;
        reflection.AddString(message, list, std::move(text));
    }
    return !reader.failed();
}

} // namespace

bool isUnion(const Descriptor* type) {
    const wh::Form form = formOf(type);
    return form == wh::SCHEMA_OR_BOOL || form == wh::SCHEMA_OR_ARRAY || form == wh::SCHEMA_OR_STRINGS;
}

void encodeUnion(const Message& message, JsonWriter& writer,
                 void (*encodeSchema)(const Message&, JsonWriter&)) {
    const auto& reflection = *message.GetReflection();
    const FieldDescriptor* schema = message.GetDescriptor()->FindFieldByName("schema");
    const FieldDescriptor* other = otherField(message.GetDescriptor());
    if (other->is_repeated() && reflection.FieldSize(message, other) > 0) {
        writer.beginArray();
        for (int i = 0; i < reflection.FieldSize(message, other); ++i) {
            std::string scratch;
            if (other->message_type() != nullptr)
                encodeSchema(reflection.GetRepeatedMessage(message, other, i), writer);
            else
                writer.string(reflection.GetRepeatedStringReference(message, other, i, &scratch));
        }
        return writer.endArray();
    }
    if (reflection.HasField(message, schema))
        return encodeSchema(reflection.GetMessage(message, schema), writer);
    if (other->is_repeated()) return writer.null();
    writer.boolean(reflection.GetBool(message, other));
}

void completeUnion(Message& message) {
    const auto& reflection = *message.GetReflection();
    const FieldDescriptor* other = otherField(message.GetDescriptor());
    const FieldDescriptor* schema = message.GetDescriptor()->FindFieldByName("schema");
    if (!other->is_repeated() && reflection.HasField(message, schema))
        reflection.SetBool(&message, other, true);
}

bool decodeUnion(Message* message, JsonReader& reader, bool (*decodeSchema)(Message*, JsonReader&)) {
    message->Clear();
    const auto& reflection = *message->GetReflection();
    const FieldDescriptor* schema = message->GetDescriptor()->FindFieldByName("schema");
    const FieldDescriptor* other = otherField(message->GetDescriptor());
    switch (reader.peek()) {
    case JsonReader::Type::Object:
        // A schema is as good as true to who looks only at the truth value.
        if (!other->is_repeated()) reflection.SetBool(message, other, true);
        return decodeSchema(reflection.MutableMessage(message, schema), reader);
    case JsonReader::Type::Array:
        if (!other->is_repeated()) break;
        return decodeList(message, other, reader, decodeSchema);
    case JsonReader::Type::Bool: {
        if (other->is_repeated()) break;
        bool value = false;
        if (!reader.readBool(value)) return false;
        if (value) reflection.SetBool(message, other, true);
        return true;
    }
    default:
        break;
    }
    return reader.failHere(other->is_repeated() ? "expected a JSON schema or a list"
                                                : "boolean or JSON schema expected");
}

void encodeForm(const apiextensions::JSONSchemaPropsOrArray& schema, JsonWriter& writer) {
    encodeUnion(schema, writer, encodeGenerated);
}

void encodeForm(const apiextensions::JSONSchemaPropsOrBool& schema, JsonWriter& writer) {
    encodeUnion(schema, writer, encodeGenerated);
}

void encodeForm(const apiextensions::JSONSchemaPropsOrStringArray& schema, JsonWriter& writer) {
    encodeUnion(schema, writer, encodeGenerated);
}

bool decodeForm(apiextensions::JSONSchemaPropsOrArray* schema, JsonReader& reader) {
    return decodeUnion(schema, reader, decodeGenerated);
}

bool decodeForm(apiextensions::JSONSchemaPropsOrBool* schema, JsonReader& reader) {
    return decodeUnion(schema, reader, decodeGenerated);
}

bool decodeForm(apiextensions::JSONSchemaPropsOrStringArray* schema, JsonReader& reader) {
    return decodeUnion(schema, reader, decodeGenerated);
}

} // namespace wheelhouse::api::codec
