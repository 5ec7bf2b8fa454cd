#include "encode.h"

#include "engine/api/alias.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "engine/api/custom_resource.h"
#include "engine/api/table.h"
#include "engine/api/types.h"
#include "errors.h"
#include "json_text.h"
#include "metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/wire_format_lite.h>

namespace wheelhouse::apiserver {

void appendQuoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20)
                out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
            else
                out.push_back(c);
        }
    }
    out.push_back('"');
}

namespace {

using api::ObjectPtr;
using Encoding = Format::Encoding;
using Shape = Format::Shape;

constexpr std::string_view initialEventsEnd = "k8s.io/initial-events-end";

void appendVarint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

/// A length-delimited field, as protobuf writes it.
void appendField(std::string& out, int number, std::string_view bytes) {
    appendVarint(out, static_cast<std::uint64_t>(number) << 3 | 2);
    appendVarint(out, bytes.size());
    out += bytes;
}

/// How many bytes a field with a number below 16 takes that has `size` bytes.
std::size_t fieldBytes(std::size_t size) {
    std::size_t bytes = 2 + size;
    for (std::size_t rest = size; rest >= 0x80; rest >>= 7)
        ++bytes;
    return bytes;
}

std::string envelopeHead(std::size_t size, std::string_view apiVersion, std::string_view kind) {
    std::string typeMeta;
    appendField(typeMeta, 1, apiVersion);
    appendField(typeMeta, 2, kind);
    std::string out("k8s\0", 4);
    appendField(out, 1, typeMeta);
    appendVarint(out, 2 << 3 | 2);
    appendVarint(out, size);
    return out;
}

void appendEnvelopeTail(std::string& out) {
    appendField(out, 3, "");
    appendField(out, 4, "");
}

/// The protobuf envelope around bytes that are already a message: nothing is decoded to send an object.
std::string envelope(std::string_view bytes, std::string_view apiVersion, std::string_view kind) {
    std::string out = envelopeHead(bytes.size(), apiVersion, kind);
    out.reserve(out.size() + bytes.size() + 4);
    out += bytes;
    appendEnvelopeTail(out);
    return out;
}

std::string asYaml(std::string json) {
    auto yaml = api::jsonToYaml(json);
    return yaml ? std::move(*yaml) : std::move(json);
}

/// Every kind has its metadata as field 1, so an object's bytes are those of a PartialObjectMetadata with
/// more fields.
api::meta::PartialObjectMetadata partialOf(const api::Object& object) {
    api::meta::PartialObjectMetadata partial;
    WH_ASSERT(partial.ParseFromString(object.bytes()), "an object whose metadata does not parse");
    partial.DiscardUnknownFields();
    return partial;
}

api::meta::ListMeta listMeta(const ListAnswer& list) {
    api::meta::ListMeta metadata;
    metadata.set_resourceversion(std::to_string(list.revision));
    if (!list.continueToken.empty()) metadata.set_continue_(list.continueToken);
    if (list.remaining) metadata.set_remainingitemcount(*list.remaining);
    return metadata;
}

std::string metaGroup(const Format& format) {
    return "meta.k8s.io/" + format.metaVersion;
}

void appendCell(std::string& out, const api::Table::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell))
        appendQuoted(out, *text);
    else if (const auto* number = std::get_if<std::int64_t>(&cell))
        out += std::to_string(*number);
    else if (const auto* flag = std::get_if<bool>(&cell))
        out += *flag ? "true" : "false";
    else
        out += "null";
}

void appendColumns(std::string& out, const api::Kind& kind) {
    bool first = true;
    out += "[";
    for (const api::Table::Column& column : api::tableColumns(kind)) {
        if (!std::exchange(first, false)) out += ",";
        out += "{\"name\":";
        appendQuoted(out, column.name);
        out += ",\"type\":";
        appendQuoted(out, column.type);
        out += ",\"format\":";
        appendQuoted(out, column.format);
        out += ",\"description\":";
        appendQuoted(out, column.description);
        out += fmt::format(",\"priority\":{}}}", column.priority);
    }
    out += "]";
}

void appendRow(std::string& out, const api::Kind& kind, const ObjectPtr& stored, const Format& format,
               WallTime now) {
    const api::Table::Row row = api::tableRow(kind, stored, now);
    bool first = true;
    out += "{\"cells\":[";
    for (const api::Table::Cell& cell : row.cells) {
        if (!std::exchange(first, false)) out += ",";
        appendCell(out, cell);
    }
    out += "]";
    if (format.include != Format::Include::None) {
        out += ",\"object\":";
        if (format.include == Format::Include::Object)
            out += api::jsonAs(kind, *stored);
        else
            out += api::encodeJson(partialOf(*stored), metaGroup(format), "PartialObjectMetadata");
    }
    out += "}";
}

std::string tableHead(const api::Kind& kind, std::string_view metadataJson, const Format& format,
                      bool columns) {
    std::string out = "{\"kind\":\"Table\",\"apiVersion\":\"" + metaGroup(format) + "\",\"metadata\":";
    out += metadataJson;
    out += ",\"columnDefinitions\":";
    if (columns)
        appendColumns(out, kind);
    else
        out += "null";
    return out + ",\"rows\":[";
}

std::string table(const api::Kind& kind, std::string_view metadataJson, const std::vector<ObjectPtr>& items,
                  const Format& format, bool columns, WallTime now) {
    std::string out = tableHead(kind, metadataJson, format, columns);
    bool first = true;
    for (const ObjectPtr& item : items) {
        if (!std::exchange(first, false)) out += ",";
        appendRow(out, kind, item, format, now);
    }
    out += "]}";
    return out;
}

std::string revisionMeta(Revision revision, bool initialEnd) {
    std::string out = "{\"resourceVersion\":\"" + std::to_string(revision) + "\"";
    if (initialEnd) out += ",\"annotations\":{\"" + std::string(initialEventsEnd) + "\":\"true\"}";
    return out + "}";
}

std::string objectJson(const api::Kind& kind, const ObjectPtr& object, const Format& format, WallTime now) {
    switch (format.shape) {
    case Shape::Partial:
        return api::encodeJson(partialOf(*object), metaGroup(format), "PartialObjectMetadata");
    case Shape::Table:
        return table(kind, revisionMeta(object->revision(), false), {object}, format, true, now);
    case Shape::Object:
        break;
    }
    return api::jsonAs(kind, *object);
}

/// Everything of a list up to its first item.
std::string listHead(const api::Kind& kind, const ListAnswer& list, const Format& format) {
    const std::string metadata = api::encodeJson(listMeta(list));
    if (format.shape == Shape::Table) return tableHead(kind, metadata, format, true);
    const bool partial = format.shape == Shape::Partial;
    std::string out = "{\"kind\":\"";
    out += partial               ? "PartialObjectMetadataList"
           : api::customOf(kind) ? api::customOf(kind)->definition().listKind
                                 : kind.kind + "List";
    out += "\",\"apiVersion\":\"" + (partial ? metaGroup(format) : kind.apiVersion());
    return out + "\",\"metadata\":" + metadata + ",\"items\":[";
}

void appendListItem(std::string& out, const api::Kind& kind, const ObjectPtr& item, const Format& format,
                    WallTime now) {
    if (format.shape == Shape::Table)
        appendRow(out, kind, item, format, now);
    else if (format.shape == Shape::Partial)
        out += api::encodeJson(partialOf(*item), metaGroup(format), "PartialObjectMetadata");
    else // what has no type in the list names its own
        out += api::customOf(kind) ? api::jsonAs(kind, *item) : api::encodeJson(*api::messageAs(kind, *item));
}

/// Only an alias is another message than what is stored.
std::string bytesAs(const api::Kind& kind, const api::Object& object) {
    return api::isAlias(kind) ? api::serialize(*api::messageAs(kind, object)) : object.bytes();
}

/// Makes a list item by item, so that it can be sent without ever being whole.
class ListSource final : public BodySource {
  public:
    ListSource(const api::Kind& kind, std::shared_ptr<const ListAnswer> list, Format format, WallTime now)
        : kind_(kind), list_(std::move(list)), format_(std::move(format)), now_(now) {}

    bool next(std::string& out) override {
        if (at_ == 0) out += protobuf() ? protobufHead() : listHead(kind_, *list_, format_);
        const std::size_t full = out.size() + pieceBytes;
        for (; at_ < list_->items.size() && out.size() < full; ++at_)
            appendItem(out);
        if (at_ < list_->items.size()) return true;
        if (protobuf())
            appendEnvelopeTail(out);
        else
            out += "]}";
        return false;
    }

  private:
    static constexpr std::size_t pieceBytes = 128 * 1024;

    bool protobuf() const { return format_.encoding == Encoding::Protobuf; }
    bool partial() const { return format_.shape == Shape::Partial; }

    void appendItem(std::string& out) const {
        const ObjectPtr& item = list_->items[at_];
        if (!protobuf()) {
            if (at_ > 0) out += ",";
            appendListItem(out, kind_, item, format_, now_);
        } else if (isStoredAsSent()) {
            appendField(out, itemField, item->bytes());
        } else {
            appendField(out, itemField, converted(*item));
        }
    }
    bool isStoredAsSent() const { return !partial() && !api::isAlias(kind_); }
    std::string converted(const api::Object& item) const {
        return partial() ? partialOf(item).SerializeAsString() : bytesAs(kind_, item);
    }

    /// The length of what follows stands before it.
    std::string protobufHead() const {
        std::string metadata;
        appendField(metadata, 1, listMeta(*list_).SerializeAsString());
        std::size_t size = metadata.size();
        for (const ObjectPtr& item : list_->items)
            size += fieldBytes(isStoredAsSent() ? item->bytes().size() : converted(*item).size());
        return (partial() ? envelopeHead(size, metaGroup(format_), "PartialObjectMetadataList")
                          : envelopeHead(size, kind_.apiVersion(), kind_.kind + "List")) +
               metadata;
    }

    static constexpr int itemField = 2;

    const api::Kind& kind_;
    const std::shared_ptr<const ListAnswer> list_;
    const Format format_;
    const WallTime now_;
    std::size_t at_ = 0;
};

std::string objectProtobuf(const api::Kind& kind, const ObjectPtr& object, const Format& format) {
    if (format.shape == Shape::Partial)
        return envelope(partialOf(*object).SerializeAsString(), metaGroup(format), "PartialObjectMetadata");
    return envelope(bytesAs(kind, *object), kind.apiVersion(), kind.kind);
}

/// The empty object of a kind that tells only how far the watch has come.
std::string bookmarkObject(const api::Kind& kind, const Event& event, const Format& format) {
    const bool partial = format.shape == Shape::Partial;
    std::unique_ptr<google::protobuf::Message> message;
    if (partial)
        message = std::make_unique<api::meta::PartialObjectMetadata>();
    else
        message = kind.newMessage();
    auto& metadata = metadataOf(*message);
    metadata.set_resourceversion(std::to_string(event.revision));
    if (event.initialEventsEnd) (*metadata.mutable_annotations())[std::string(initialEventsEnd)] = "true";
    const std::string apiVersion = partial ? metaGroup(format) : kind.apiVersion();
    const std::string kindName = partial ? "PartialObjectMetadata" : kind.kind;
    if (format.encoding == Encoding::Protobuf)
        return envelope(message->SerializeAsString(), apiVersion, kindName);
    return api::encodeJson(*message, apiVersion, kindName);
}

std::string frame(std::string_view type, std::string_view object, Encoding encoding) {
    if (encoding != Encoding::Protobuf)
        return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
    std::string raw;
    appendField(raw, 1, object);
    std::string event;
    appendField(event, 1, type);
    appendField(event, 2, raw);
    std::string out;
    out.reserve(event.size() + 4);
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(event.size() >> shift & 0xff));
    return out + event;
}

std::string_view typeName(Event::Type type) {
    switch (type) {
    case Event::Type::Added:
        return "ADDED";
    case Event::Type::Modified:
        return "MODIFIED";
    case Event::Type::Deleted:
        return "DELETED";
    case Event::Type::Bookmark:
        return "BOOKMARK";
    }
    return "";
}

} // namespace

std::string encodeObject(const api::Kind& kind, const ObjectPtr& object, const Format& format, WallTime now) {
    if (format.encoding == Encoding::Protobuf) return objectProtobuf(kind, object, format);
    std::string json = objectJson(kind, object, format, now);
    return format.encoding == Encoding::Yaml ? asYaml(std::move(json)) : json;
}

std::string encodeList(const api::Kind& kind, std::shared_ptr<const ListAnswer> list, const Format& format,
                       WallTime now) {
    ListSource source(kind, std::move(list), format, now);
    std::string out;
    while (source.next(out)) {
    }
    return format.encoding == Encoding::Yaml ? asYaml(std::move(out)) : out;
}

std::shared_ptr<BodySource> listSource(const api::Kind& kind, std::shared_ptr<const ListAnswer> list,
                                       const Format& format, WallTime now) {
    constexpr std::size_t fewBytes = std::size_t{1} << 20;
    if (format.encoding == Encoding::Yaml) return nullptr;
    std::size_t bytes = 0;
    for (const ObjectPtr& item : list->items)
        bytes += item->bytes().size();
    if (bytes < fewBytes) return nullptr;
    return std::make_shared<ListSource>(kind, std::move(list), format, now);
}

std::string encodeMessage(const google::protobuf::Message& message, std::string_view apiVersion,
                          std::string_view kind, const Format& format) {
    if (format.encoding == Encoding::Protobuf) return api::encodeProtobuf(message, apiVersion, kind);
    std::string json = api::encodeJson(message, apiVersion, kind);
    return format.encoding == Encoding::Yaml ? asYaml(std::move(json)) : json;
}

std::string encodeStatus(const Status& status, const Format& format) {
    return encodeMessage(toMessage(status), "v1", "Status", format);
}

std::string encodeEvent(const api::Kind& kind, const Event& event, const Format& format, bool firstOfTable,
                        WallTime now) {
    if (format.shape == Shape::Table) {
        const std::vector<ObjectPtr> items =
            event.object ? std::vector<ObjectPtr>{event.object} : std::vector<ObjectPtr>{};
        return frame(typeName(event.type),
                     table(kind, revisionMeta(event.revision, event.initialEventsEnd), items, format,
                           firstOfTable, now),
                     format.encoding);
    }
    const std::string object = event.type == Event::Type::Bookmark ? bookmarkObject(kind, event, format)
                               : format.encoding == Encoding::Protobuf
                                   ? objectProtobuf(kind, event.object, format)
                                   : objectJson(kind, event.object, format, now);
    return frame(typeName(event.type), object, format.encoding);
}

std::string encodeErrorEvent(const Status& status, const Format& format) {
    Format plain;
    plain.encoding = format.encoding;
    return frame("ERROR", encodeStatus(status, plain), format.encoding);
}

} // namespace wheelhouse::apiserver
