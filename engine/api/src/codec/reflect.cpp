#include "codec/forms.h"
#include "codec/request.h"
#include "codec/unions.h"
#include "engine/base/assert.h"

#include "options.pb.h"

#include <algorithm>
#include <set>

// The codec as one walk over descriptors and options, as plain as can be: the generated codec is tested
// against it.

namespace wheelhouse::api::reflect {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool isInlined(const FieldDescriptor* field) {
    return field->options().GetExtension(wh::inlined);
}
bool hasOwnForm(const Descriptor* type) {
    return type->options().GetExtension(wh::form) != wh::FIELDS;
}
bool isKind(const Descriptor* type) {
    return type->options().GetExtension(wh::kind);
}

// -------------------------------------------------------------------------------------------------------
// encoding

void encodeFields(const Message& message, JsonWriter& writer);

void encodeMessage(const Message& message, JsonWriter& writer) {
    if (codec::isUnion(message.GetDescriptor())) return codec::encodeUnion(message, writer, encodeMessage);
    if (hasOwnForm(message.GetDescriptor())) return codec::encodeFormOf(message, writer);
    writer.beginObject();
    encodeFields(message, writer);
    writer.endObject();
}

/// One value: of a singular field, or element `index` of a repeated one.
void encodeValue(const Message& message, const FieldDescriptor* field, int index, JsonWriter& writer) {
    const Reflection& r = *message.GetReflection();
    const bool element = index >= 0;
    std::string scratch;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return writer.integer(element ? r.GetRepeatedInt32(message, field, index)
                                      : r.GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
        return writer.integer(element ? r.GetRepeatedInt64(message, field, index)
                                      : r.GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return writer.number(element ? r.GetRepeatedDouble(message, field, index)
                                     : r.GetDouble(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
        return writer.boolean(element ? r.GetRepeatedBool(message, field, index) : r.GetBool(message, field));
    case FieldDescriptor::CPPTYPE_STRING: {
        const std::string& text = element ? r.GetRepeatedStringReference(message, field, index, &scratch)
                                          : r.GetStringReference(message, field, &scratch);
        return field->type() == FieldDescriptor::TYPE_BYTES ? writer.base64(text) : writer.string(text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return encodeMessage(
            element ? r.GetRepeatedMessage(message, field, index) : r.GetMessage(message, field), writer);
    default:
        WH_ASSERT(false, "a field type the schema does not use");
    }
}

void encodeMap(const Message& message, const FieldDescriptor* field, JsonWriter& writer) {
    const Reflection& r = *message.GetReflection();
    std::vector<std::pair<std::string, const Message*>> entries;
    for (int i = 0; i < r.FieldSize(message, field); ++i) {
        const Message& entry = r.GetRepeatedMessage(message, field, i);
        entries.emplace_back(entry.GetReflection()->GetString(entry, field->message_type()->map_key()),
                             &entry);
    }
    std::sort(entries.begin(), entries.end());
    writer.beginObject();
    for (const auto& [key, entry] : entries) {
        writer.dataKey(key);
        encodeValue(*entry, field->message_type()->map_value(), -1, writer);
    }
    writer.endObject();
}

bool isZero(const Message& message, const FieldDescriptor* field) {
    const Reflection& r = *message.GetReflection();
    std::string scratch;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return r.GetInt32(message, field) == 0;
    case FieldDescriptor::CPPTYPE_INT64:
        return r.GetInt64(message, field) == 0;
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.GetDouble(message, field) == 0;
    case FieldDescriptor::CPPTYPE_BOOL:
        return !r.GetBool(message, field);
    case FieldDescriptor::CPPTYPE_STRING:
        return r.GetStringReference(message, field, &scratch).empty();
    default:
        return !r.HasField(message, field);
    }
}

void encodeRepeated(const Message& message, const FieldDescriptor* field, JsonWriter& writer) {
    const int size = message.GetReflection()->FieldSize(message, field);
    const std::string key = "\"" + field->json_name() + "\":";
    if (size == 0) {
        if (field->options().GetExtension(wh::emit) != wh::ALWAYS) return;
        writer.key(key);
        // An empty list of objects is a list; elsewhere Kubernetes' empty slices are null.
        return writer.raw(isKind(field->containing_type()) && field->name() == "items" ? "[]" : "null");
    }
    writer.key(key);
    if (field->is_map()) return encodeMap(message, field, writer);
    writer.beginArray();
    for (int i = 0; i < size; ++i)
        encodeValue(message, field, i, writer);
    writer.endArray();
}

void encodeField(const Message& message, const FieldDescriptor* field, JsonWriter& writer) {
    if (isInlined(field)) return encodeFields(message.GetReflection()->GetMessage(message, field), writer);
    if (field->is_repeated()) return encodeRepeated(message, field, writer);
    const bool isSet = message.GetReflection()->HasField(message, field);
    switch (field->options().GetExtension(wh::emit)) {
    case wh::OMIT_EMPTY:
        if (isZero(message, field)) return;
        break;
    case wh::IF_SET:
        if (!isSet) return;
        break;
    case wh::ALWAYS: {
        const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
        if (!bytes || !isZero(message, field)) break;
        writer.key("\"" + field->json_name() + "\":");
        return writer.null();
    }
    case wh::ALWAYS_NULL:
        if (isSet) break;
        writer.key("\"" + field->json_name() + "\":");
        return writer.null();
    }
    writer.key("\"" + field->json_name() + "\":");
    encodeValue(message, field, -1, writer);
}

void encodeFields(const Message& message, JsonWriter& writer) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i)
        encodeField(message, message.GetDescriptor()->field(i), writer);
}

// -------------------------------------------------------------------------------------------------------
// decoding

/// A field as JSON sees it: its owner may be a message inlined into the one at hand.
struct Target {
    std::vector<const FieldDescriptor*> through;
    const FieldDescriptor* field = nullptr;
};

Target findTarget(const Descriptor* type, std::string_view key) {
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        if (isInlined(field)) {
            Target inner = findTarget(field->message_type(), key);
            if (inner.field == nullptr) continue;
            inner.through.insert(inner.through.begin(), field);
            return inner;
        }
        if (field->json_name() == key) return Target{{}, field};
    }
    return {};
}

bool decodeMessage(Message* message, JsonReader& reader);

bool decodeElement(Message* message, const FieldDescriptor* field, JsonReader& reader) {
    const Reflection& r = *message->GetReflection();
    const bool null = reader.takeNull();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
        std::int32_t value = 0;
        if (!null && !reader.readInt32(value)) return false;
        r.AddInt32(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
        std::int64_t value = 0;
        if (!null && !reader.readInt64(value)) return false;
        r.AddInt64(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
        bool value = false;
        if (!null && !reader.readBool(value)) return false;
        r.AddBool(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
        std::string value;
        const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
        if (!null && !(bytes ? reader.readBytes(value) : reader.readString(value))) return false;
        r.AddString(message, field, std::move(value));
        return true;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
        Message* element = r.AddMessage(message, field);
        return null || decodeMessage(element, reader);
    }
    default:
        WH_ASSERT(false, "a list of a type the schema does not use");
    }
    return false;
}

bool decodeScalar(Message* message, const FieldDescriptor* field, bool keepZero, JsonReader& reader) {
    const Reflection& r = *message->GetReflection();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32: {
        std::int32_t value = 0;
        if (!reader.readInt32(value)) return false;
        if (keepZero || value != 0) r.SetInt32(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
        std::int64_t value = 0;
        if (!reader.readInt64(value)) return false;
        if (keepZero || value != 0) r.SetInt64(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
        double value = 0;
        if (!reader.readDouble(value)) return false;
        if (keepZero || value != 0) r.SetDouble(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
        bool value = false;
        if (!reader.readBool(value)) return false;
        if (keepZero || value) r.SetBool(message, field, value);
        return true;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
        std::string value;
        const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
        if (!(bytes ? reader.readBytes(value) : reader.readString(value))) return false;
        if (keepZero || !value.empty()) r.SetString(message, field, std::move(value));
        return true;
    }
    default:
        WH_ASSERT(false, "a field type the schema does not use");
    }
    return false;
}

bool decodeMap(Message* message, const FieldDescriptor* field, JsonReader& reader) {
    const Reflection& r = *message->GetReflection();
    const FieldDescriptor* keyField = field->message_type()->map_key();
    const FieldDescriptor* valueField = field->message_type()->map_value();
    std::set<std::string> seen;
    if (!reader.beginObject()) return false;
    std::string_view key;
    while (reader.nextKey(key)) {
        Message* entry = nullptr;
        if (seen.emplace(key).second) {
            entry = r.AddMessage(message, field);
            entry->GetReflection()->SetString(entry, keyField, std::string(key));
        } else {
            reader.noteDuplicateField();
            for (int i = 0; i < r.FieldSize(*message, field) && entry == nullptr; ++i) {
                Message* candidate = r.MutableRepeatedMessage(message, field, i);
                if (candidate->GetReflection()->GetString(*candidate, keyField) == key) entry = candidate;
            }
            entry->GetReflection()->ClearField(entry, valueField);
        }
        if (reader.takeNull()) continue;
        const bool good =
            valueField->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE
                ? decodeMessage(entry->GetReflection()->MutableMessage(entry, valueField), reader)
                : decodeScalar(entry, valueField, true, reader);
        if (!good) return false;
    }
    return !reader.failed();
}

bool decodeField(Message* message, const FieldDescriptor* field, JsonReader& reader) {
    const Reflection& r = *message->GetReflection();
    const wh::Emit emit = field->options().GetExtension(wh::emit);
    if (field->is_map()) return decodeMap(message, field, reader);
    if (field->is_repeated()) {
        if (!reader.beginArray()) return false;
        while (reader.nextElement())
            if (!decodeElement(message, field, reader)) return false;
        return !reader.failed();
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
        return decodeScalar(message, field, emit == wh::IF_SET || emit == wh::ALWAYS_NULL, reader);
    Message* child = r.MutableMessage(message, field);
    if (!decodeMessage(child, reader)) return false;
    if (emit == wh::ALWAYS && codec::isZeroStruct(*child)) r.ClearField(message, field);
    return true;
}

bool decodeMessage(Message* message, JsonReader& reader) {
    const Descriptor* type = message->GetDescriptor();
    if (codec::isUnion(type)) return codec::decodeUnion(message, reader, decodeMessage);
    if (hasOwnForm(type)) return codec::decodeFormOf(message, reader);
    std::set<const FieldDescriptor*> seen;
    if (!reader.beginObject()) return false;
    std::string_view key;
    while (reader.nextKey(key)) {
        const Target target = findTarget(type, key);
        if (target.field == nullptr) {
            bool known = false;
            if (isKind(type) && !reader.readTypeMeta(key, known)) return false;
            if (known) continue;
            reader.noteUnknownField();
            if (!reader.skipValue()) return false;
            continue;
        }
        Message* owner = message;
        for (const FieldDescriptor* step : target.through)
            owner = owner->GetReflection()->MutableMessage(owner, step);
        if (!seen.insert(target.field).second) {
            reader.noteDuplicateField();
            owner->GetReflection()->ClearField(owner, target.field);
        }
        if (reader.takeNull()) continue;
        if (!decodeField(owner, target.field, reader)) return false;
    }
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        if (isInlined(field) && message->GetReflection()->GetMessage(*message, field).ByteSizeLong() == 0)
            message->GetReflection()->ClearField(message, field);
    }
    return !reader.failed();
}

} // namespace

std::string encodeJson(const Message& message, std::string_view apiVersion, std::string_view kind) {
    JsonWriter writer;
    if (hasOwnForm(message.GetDescriptor())) {
        codec::encodeFormOf(message, writer);
        return writer.take();
    }
    writer.beginObject();
    codec::writeTypeMeta(writer, apiVersion, kind);
    encodeFields(message, writer);
    writer.endObject();
    return writer.take();
}

Result<Decoded> decodeJson(std::string_view json, const Descriptor* type, FieldValidation validation) {
    return codec::decodeRequest(json, type, validation, decodeMessage);
}

} // namespace wheelhouse::api::reflect
