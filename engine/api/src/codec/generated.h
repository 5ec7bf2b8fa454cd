#pragma once

#include "codec/docs.h"
#include "codec/forms.h"

#include <algorithm>
#include <google/protobuf/map.h>
#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the generated codec (one file for each .proto, made by plugin/) is built from.

namespace wheelhouse::api::codec {

/// One message type: encode and decode know its C++ type.
struct MessageCodec {
    const google::protobuf::Descriptor* (*type)();
    void (*encodeFields)(const google::protobuf::Message& message, JsonWriter& writer);
    bool (*decode)(google::protobuf::Message* message, JsonReader& reader);
};

/// A field as JSON names it, and how to reach it: field numbers from the message through those inlined into
/// it. The last number that is not 0 is the field's own.
struct FieldName {
    std::string_view name;
    int path[3];
};

struct ObjectTable {
    std::span<const FieldName> fields;
    bool typeMeta; ///< `apiVersion` and `kind` are allowed
};

/// Reads one JSON object; `decodeField` is called with the index of each known field whose value is not null.
bool readObject(google::protobuf::Message* message, const ObjectTable& table,
                bool (*decodeField)(google::protobuf::Message*, int, JsonReader&), JsonReader& reader);

bool readStrings(JsonReader& reader, google::protobuf::RepeatedPtrField<std::string>& list);
bool readBytesList(JsonReader& reader, google::protobuf::RepeatedPtrField<std::string>& list);
bool readIntegers(JsonReader& reader, google::protobuf::RepeatedField<std::int32_t>& list);
bool readIntegers(JsonReader& reader, google::protobuf::RepeatedField<std::int64_t>& list);
bool readBooleans(JsonReader& reader, google::protobuf::RepeatedField<bool>& list);

using StringMap = google::protobuf::Map<std::string, std::string>;
bool readStringMap(JsonReader& reader, StringMap& map);
bool readBytesMap(JsonReader& reader, StringMap& map);

inline void setToNull(google::protobuf::Message*) {}
inline void setToNull(resource::Quantity* quantity) {
    quantity->set_string("0");
}

template <class V>
bool readMap(JsonReader& reader, google::protobuf::Map<std::string, V>& map,
             bool (*decode)(V*, JsonReader&)) {
    if (!reader.beginObject()) return false;
    std::string_view key;
    while (reader.nextKey(key)) {
        const std::size_t before = map.size();
        V& value = map[std::string(key)];
        if (map.size() == before) {
            reader.noteDuplicateField();
            value.Clear();
        }
        if (reader.takeNull())
            setToNull(&value);
        else if (!decode(&value, reader))
            return false;
    }
    return !reader.failed();
}

void putString(JsonWriter& writer, std::string_view key, const std::string& text);
void putStringIfAny(JsonWriter& writer, std::string_view key, const std::string& text);
void putBytes(JsonWriter& writer, std::string_view key, const std::string& bytes);
void putBytesIfAny(JsonWriter& writer, std::string_view key, const std::string& bytes);
void putInteger(JsonWriter& writer, std::string_view key, std::int64_t value);
void putBoolean(JsonWriter& writer, std::string_view key, bool value);
void putNumber(JsonWriter& writer, std::string_view key, double value);
void putRaw(JsonWriter& writer, std::string_view key, std::string_view json);
void putStrings(JsonWriter& writer, std::string_view key,
                const google::protobuf::RepeatedPtrField<std::string>& list);
void putStringMap(JsonWriter& writer, std::string_view key, const StringMap& map);
void putBytesMap(JsonWriter& writer, std::string_view key, const StringMap& map);

template <class V>
std::vector<const typename google::protobuf::Map<std::string, V>::value_type*>
sortedEntries(const google::protobuf::Map<std::string, V>& map) {
    std::vector<const typename google::protobuf::Map<std::string, V>::value_type*> entries;
    entries.reserve(map.size());
    for (const auto& entry : map)
        entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    return entries;
}

/// The codec of a type; every message of the schema has one.
const MessageCodec& codecOf(const google::protobuf::Descriptor* type);

} // namespace wheelhouse::api::codec
