#include "codec/custom.h"

#include "engine/api/groups/custom.h"
#include "json/value.h"

// JSON of custom objects: known metadata beside members that only a CustomResourceDefinition knows.

namespace wheelhouse::api::codec {
namespace {

using google::protobuf::Message;

void encodeFields(const Message& message, JsonWriter& writer) {
    const auto& object = static_cast<const CustomObject&>(message);
    writer.key("\"metadata\":");
    writer.beginObject();
    codecOf(meta::ObjectMeta::descriptor()).encodeFields(object.metadata(), writer);
    writer.endObject();
    const std::string& content = object.content();
    // The braces of the content are those of the object itself.
    if (content.size() > 2) writer.raw(std::string_view(content).substr(1, content.size() - 2));
}

bool decodeObject(Message* message, JsonReader& reader) {
    auto* object = static_cast<CustomObject*>(message);
    if (!reader.beginObject()) return false;
    JsonObject members;
    std::string_view key;
    while (reader.nextKey(key)) {
        bool known = false;
        if (!reader.readTypeMeta(key, known)) return false;
        if (known) continue;
        if (key == "metadata") {
            if (object->has_metadata()) reader.noteDuplicateField();
            object->clear_metadata();
            if (reader.takeNull()) continue;
            const auto& metadata = codecOf(meta::ObjectMeta::descriptor());
            if (!metadata.decode(object->mutable_metadata(), reader)) return false;
            if (object->metadata().ByteSizeLong() == 0) object->clear_metadata();
            continue;
        }
        JsonValue value;
        if (!readValue(reader, value)) return false;
        if (members.find(key) != nullptr) reader.noteDuplicateField();
        members.put(key, std::move(value));
    }
    if (reader.failed()) return false;
    if (!members.empty()) object->set_content(JsonValue(std::move(members)).text());
    return true;
}

void encodeList(const Message& message, JsonWriter& writer) {
    const auto& list = static_cast<const CustomObjectList&>(message);
    writer.key("\"metadata\":");
    writer.beginObject();
    codecOf(meta::ListMeta::descriptor()).encodeFields(list.metadata(), writer);
    writer.endObject();
    writer.key("\"items\":");
    writer.beginArray();
    for (const CustomObject& item : list.items()) {
        writer.beginObject();
        encodeFields(item, writer);
        writer.endObject();
    }
    writer.endArray();
}

bool decodeList(Message* message, JsonReader& reader) {
    auto* list = static_cast<CustomObjectList*>(message);
    if (!reader.beginObject()) return false;
    std::string_view key;
    while (reader.nextKey(key)) {
        bool known = false;
        if (!reader.readTypeMeta(key, known)) return false;
        if (known || reader.takeNull()) continue;
        if (key == "metadata") {
            const auto& metadata = codecOf(meta::ListMeta::descriptor());
            if (!metadata.decode(list->mutable_metadata(), reader)) return false;
        } else if (key == "items") {
            if (!reader.beginArray()) return false;
            while (reader.nextElement())
                if (!decodeObject(list->add_items(), reader)) return false;
        } else {
            reader.noteUnknownField();
            if (!reader.skipValue()) return false;
        }
    }
    return !reader.failed();
}

} // namespace

std::span<const MessageCodec> customCodecs() {
    static const MessageCodec all[] = {
        {CustomObject::descriptor, encodeFields, decodeObject},
        {CustomObjectList::descriptor, encodeList, decodeList},
    };
    return all;
}

} // namespace wheelhouse::api::codec
