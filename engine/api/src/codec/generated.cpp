#include "codec/generated.h"

#include "codec/all.h"
#include "engine/base/assert.h"

#include <bitset>
#include <unordered_map>

namespace wheelhouse::api::codec {
namespace {

constexpr std::size_t maxFields = 128;

/// Fields mostly come in the schema's order, so the search begins behind the last one found.
int findField(const ObjectTable& table, std::string_view key, int hint) {
    const int count = static_cast<int>(table.fields.size());
    for (int i = 0; i < count; ++i) {
        const int index = hint + i < count ? hint + i : hint + i - count;
        if (table.fields[static_cast<std::size_t>(index)].name == key) return index;
    }
    return -1;
}

/// For a field given twice: the second one counts. Rare, so reflection will do.
void clearField(google::protobuf::Message* message, const FieldName& name) {
    for (std::size_t i = 0; i < std::size(name.path); ++i) {
        const auto* field = message->GetDescriptor()->FindFieldByNumber(name.path[i]);
        const bool last = i + 1 == std::size(name.path) || name.path[i + 1] == 0;
        if (last) return message->GetReflection()->ClearField(message, field);
        message = message->GetReflection()->MutableMessage(message, field);
    }
}

template <class Read>
bool readTextMap(JsonReader& reader, StringMap& map, Read read) {
    if (!reader.beginObject()) return false;
    std::string_view key;
    while (reader.nextKey(key)) {
        const std::size_t before = map.size();
        std::string& value = map[std::string(key)];
        if (map.size() == before) {
            reader.noteDuplicateField();
            value.clear();
        }
        if (!reader.takeNull() && !read(value)) return false;
    }
    return !reader.failed();
}

} // namespace

bool readObject(google::protobuf::Message* message, const ObjectTable& table,
                bool (*decodeField)(google::protobuf::Message*, int, JsonReader&), JsonReader& reader) {
    if (!reader.beginObject()) return false;
    std::bitset<maxFields> seen;
    std::string_view key;
    int next = 0;
    while (reader.nextKey(key)) {
        const int index = findField(table, key, next);
        if (index < 0) {
            bool known = false;
            if (table.typeMeta && !reader.readTypeMeta(key, known)) return false;
            if (known) continue;
            reader.noteUnknownField();
            if (!reader.skipValue()) return false;
            continue;
        }
        next = index + 1;
        const auto bit = static_cast<std::size_t>(index);
        if (seen.test(bit)) {
            reader.noteDuplicateField();
            clearField(message, table.fields[bit]);
        }
        seen.set(bit);
        if (reader.takeNull()) continue;
        if (!decodeField(message, index, reader)) return false;
    }
    return !reader.failed();
}

bool readStrings(JsonReader& reader, google::protobuf::RepeatedPtrField<std::string>& list) {
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        std::string* text = list.Add();
        if (!reader.takeNull() && !reader.readString(*text)) return false;
    }
    return !reader.failed();
}

bool readBytesList(JsonReader& reader, google::protobuf::RepeatedPtrField<std::string>& list) {
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        std::string* bytes = list.Add();
        if (!reader.takeNull() && !reader.readBytes(*bytes)) return false;
    }
    return !reader.failed();
}

bool readIntegers(JsonReader& reader, google::protobuf::RepeatedField<std::int32_t>& list) {
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        std::int32_t value = 0;
        if (!reader.takeNull() && !reader.readInt32(value)) return false;
        list.Add(value);
    }
    return !reader.failed();
}

bool readIntegers(JsonReader& reader, google::protobuf::RepeatedField<std::int64_t>& list) {
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        std::int64_t value = 0;
        if (!reader.takeNull() && !reader.readInt64(value)) return false;
        list.Add(value);
    }
    return !reader.failed();
}

bool readBooleans(JsonReader& reader, google::protobuf::RepeatedField<bool>& list) {
    if (!reader.beginArray()) return false;
    while (reader.nextElement()) {
        bool value = false;
        if (!reader.takeNull() && !reader.readBool(value)) return false;
        list.Add(value);
    }
    return !reader.failed();
}

bool readStringMap(JsonReader& reader, StringMap& map) {
    return readTextMap(reader, map, [&](std::string& value) { return reader.readString(value); });
}

bool readBytesMap(JsonReader& reader, StringMap& map) {
    return readTextMap(reader, map, [&](std::string& value) { return reader.readBytes(value); });
}

void putString(JsonWriter& writer, std::string_view key, const std::string& text) {
    writer.key(key);
    writer.string(text);
}

void putStringIfAny(JsonWriter& writer, std::string_view key, const std::string& text) {
    if (!text.empty()) putString(writer, key, text);
}

void putBytes(JsonWriter& writer, std::string_view key, const std::string& bytes) {
    writer.key(key);
    writer.base64(bytes);
}

void putBytesIfAny(JsonWriter& writer, std::string_view key, const std::string& bytes) {
    if (!bytes.empty()) putBytes(writer, key, bytes);
}

void putInteger(JsonWriter& writer, std::string_view key, std::int64_t value) {
    writer.key(key);
    writer.integer(value);
}

void putBoolean(JsonWriter& writer, std::string_view key, bool value) {
    writer.key(key);
    writer.boolean(value);
}

void putNumber(JsonWriter& writer, std::string_view key, double value) {
    writer.key(key);
    writer.number(value);
}

void putRaw(JsonWriter& writer, std::string_view key, std::string_view json) {
    writer.key(key);
    writer.raw(json);
}

void putStrings(JsonWriter& writer, std::string_view key,
                const google::protobuf::RepeatedPtrField<std::string>& list) {
    writer.key(key);
    writer.beginArray();
    for (const std::string& text : list)
        writer.string(text);
    writer.endArray();
}

void putStringMap(JsonWriter& writer, std::string_view key, const StringMap& map) {
    writer.key(key);
    writer.beginObject();
    for (const auto* entry : sortedEntries(map)) {
        writer.dataKey(entry->first);
        writer.string(entry->second);
    }
    writer.endObject();
}

void putBytesMap(JsonWriter& writer, std::string_view key, const StringMap& map) {
    writer.key(key);
    writer.beginObject();
    for (const auto* entry : sortedEntries(map)) {
        writer.dataKey(entry->first);
        writer.base64(entry->second);
    }
    writer.endObject();
}

const MessageCodec& codecOf(const google::protobuf::Descriptor* type) {
    static const auto* const all = [] {
        auto* table = new std::unordered_map<const google::protobuf::Descriptor*, const MessageCodec*>;
        for (const auto& list : allCodecs())
            for (const MessageCodec& codec : list)
                table->emplace(codec.type(), &codec);
        return table;
    }();
    const auto it = all->find(type);
    WH_ASSERT(it != all->end(), "a message type that is not part of the schema");
    return *it->second;
}

std::string_view docOf(const std::string& fullName) {
    static const auto* const all = [] {
        auto* table = new std::unordered_map<std::string_view, std::string_view>;
        for (const auto& list : allDocs())
            for (const Doc& doc : list)
                table->emplace(doc.name, doc.text);
        return table;
    }();
    const auto it = all->find(fullName);
    return it == all->end() ? std::string_view() : it->second;
}

} // namespace wheelhouse::api::codec
