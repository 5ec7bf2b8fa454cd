#include "engine/api/custom_resource.h"

#include "custom/json_path.h"
#include "custom/packed_text.h"
#include "custom/recent.h"
#include "custom/schema.h"
#include "engine/api/codec.h"
#include "engine/api/merge_schema.h"
#include "engine/api/time.h"
#include "semantics/rules.h"
#include "semantics/table_cells.h"

#include <array>
#include <fmt/format.h>
#include <map>
#include <openssl/sha.h>

namespace wheelhouse::api {
namespace {

Table::Column ageColumn() {
    return {"Age", "date", "", "How long ago the object was created.", 0};
}

const Kind& keepKind(const std::string& hash, Kind row, CustomResource::Definition definition) {
    static std::mutex mutex;
    static std::map<std::string, std::unique_ptr<const CustomKind>> rows;
    const std::lock_guard lock(mutex);
    auto& kept = rows[hash];
    if (!kept) kept = std::make_unique<const CustomKind>(std::move(row), std::move(definition), hash);
    return *kept;
}

Kind rowOf(const CustomNames& names, const std::string& version) {
    Kind kind;
    kind.name = {names.group, version, names.plural};
    kind.kind = names.kind;
    kind.singular = names.singular;
    kind.shortNames = names.shortNames;
    kind.categories = names.categories;
    kind.namespaced = names.namespaced;
    kind.verbs = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
    kind.descriptor = CustomObject::descriptor();
    kind.listDescriptor = CustomObjectList::descriptor();
    kind.storedAs = &customStorage(names.group, names.plural);
    return kind;
}

/// Every text with its length in front: no two contents have one fingerprint.
class Fingerprint {
  public:
    Fingerprint& operator<<(std::string_view text) {
        text_ += std::to_string(text.size());
        text_ += ':';
        text_ += text;
        return *this;
    }
    Fingerprint& operator<<(const std::vector<std::string>& texts) {
        *this << std::to_string(texts.size());
        for (const std::string& text : texts)
            *this << text;
        return *this;
    }
    std::string digest() const {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> bytes{};
        SHA256(reinterpret_cast<const unsigned char*>(text_.data()), text_.size(), bytes.data());
        std::string hex;
        for (const unsigned char byte : bytes)
            hex += fmt::format("{:02x}", byte);
        return hex;
    }

  private:
    std::string text_;
};

Fingerprint fingerprintOf(const CustomNames& names, const std::string& version) {
    Fingerprint print;
    print << names.group << names.plural << names.kind << names.singular << names.shortNames
          << names.categories << (names.namespaced ? "n" : "c") << version;
    return print;
}

} // namespace

const Kind& customStorage(const std::string& group, const std::string& resource) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, std::string>, Kind> rows;
    const std::lock_guard lock(mutex);
    const auto [found, fresh] = rows.try_emplace({group, resource});
    Kind& row = found->second;
    if (!fresh) return row;
    row.name = {group, "", resource};
    row.kind = resource;
    row.descriptor = CustomObject::descriptor();
    row.listDescriptor = CustomObjectList::descriptor();
    return row;
}

const Kind* findStorageKind(const ResourceName& name) {
    if (name.version.empty() && !name.group.empty()) return &customStorage(name.group, name.resource);
    return findKind(name);
}

CustomResource::CustomResource(Definition definition, std::string hash)
    : definition_(std::move(definition)), packed_(std::make_unique<const PackedText>(definition_.schema)),
      hash_(std::move(hash)) {
    definition_.schema = std::string();
    columns_.push_back({"Name", "string", "name", "Unique within its namespace.", 0});
    for (const Column& each : definition_.columns)
        columns_.push_back(each.column);
    if (definition_.columns.empty()) columns_.push_back(ageColumn());
}

CustomResource::~CustomResource() = default;

namespace {

/// In bytes of schema text; taken apart it takes about ten times as much.
constexpr std::size_t keptTakenApart = std::size_t{4} << 20;

/// What `kept` has, or a new one that `make` gives; it is kept alive for a while.
template <class T, class Make>
std::shared_ptr<const T> takenApart(std::mutex& mutex, std::weak_ptr<const T>& kept, std::size_t weight,
                                    const Make& make) {
    static custom::Recent recent(keptTakenApart);
    std::shared_ptr<const T> found;
    {
        const std::lock_guard lock(mutex);
        found = kept.lock();
        if (!found) kept = found = make();
    }
    recent.use(found, weight);
    return found;
}

} // namespace

std::string CustomResource::schemaText() const {
    return packed_->text();
}

std::shared_ptr<const custom::Schema> CustomResource::schema() const {
    return takenApart(mutex_, schema_, packed_->size(), [this] {
        const auto json = JsonValue::parse(schemaText());
        return custom::compile(json ? *json : JsonValue());
    });
}

std::shared_ptr<const apply::Type> CustomResource::mergeType() const {
    return takenApart(mutex_, mergeType_, packed_->size(),
                      [this] { return apply::typeOfOpenApi(schemaText()); });
}

const Kind& customKind(const CustomNames& names, const std::string& version,
                       CustomResource::Definition definition) {
    Fingerprint print = fingerprintOf(names, version);
    print << definition.schema << (definition.status ? "s" : "") << definition.selectableFields
          << definition.deprecation << definition.listKind << std::to_string(definition.columns.size());
    for (const CustomResource::Column& each : definition.columns)
        print << each.column.name << each.column.type << each.column.format << each.column.description
              << std::to_string(each.column.priority) << each.path;
    if (definition.scale)
        print << definition.scale->specReplicasPath << definition.scale->statusReplicasPath
              << definition.scale->labelSelectorPath;
    Kind kind = rowOf(names, version);
    if (definition.scale) kind.subresources.emplace_back("scale");
    if (definition.status) kind.subresources.emplace_back("status");
    const std::string hash = print.digest();
    return keepKind(hash, std::move(kind), std::move(definition));
}

const Kind& customKind(const CustomNames& names, const std::string& version) {
    CustomResource::Definition open;
    open.schema = R"({"type":"object","x-kubernetes-preserve-unknown-fields":true})";
    open.listKind = names.kind + "List";
    return customKind(names, version, std::move(open));
}

namespace custom {
namespace {

JsonObject contentOf(const CustomObject& object) {
    if (object.content().empty()) return {};
    auto parsed = JsonValue::parse(object.content());
    WH_ASSERT(parsed && parsed->object() != nullptr, "a custom object whose content is no JSON object");
    return std::move(*parsed->object());
}

void setContent(CustomObject& object, JsonObject content) {
    if (content.empty())
        object.clear_content();
    else
        object.set_content(JsonValue(std::move(content)).text());
}

/// The whole object as paths see it.
JsonValue wholeOf(const Kind& kind, const CustomObject& object) {
    JsonObject whole = contentOf(object);
    whole.put("apiVersion", kind.apiVersion());
    whole.put("kind", kind.kind);
    if (auto metadata = JsonValue::parse(encodeJson(object.metadata())))
        whole.put("metadata", std::move(*metadata));
    return whole;
}

std::vector<std::string> namesIn(std::string_view path) {
    std::vector<std::string> names;
    if (path.starts_with('.')) path.remove_prefix(1);
    while (!path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        names.emplace_back(path.substr(0, dot));
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return names;
}

const JsonValue* valueAt(const JsonObject& content, std::string_view path) {
    const JsonValue* value = nullptr;
    for (const std::string& name : namesIn(path)) {
        value = value == nullptr ? content.find(name) : value->member(name);
        if (value == nullptr) return nullptr;
    }
    return value;
}

Table::Cell cellOf(const std::string& type, const JsonValue& value, WallTime now) {
    if (type == "string") return value.isString() ? *value.string() : value.text();
    if (type == "integer" && value.isNumber()) return static_cast<std::int64_t>(value.number());
    if (type == "number" && value.isNumber()) return value.text();
    if (type == "boolean" && value.isBool()) return value.isTrue();
    if (type == "date" && value.isString()) {
        const auto time = parseTime(*value.string());
        if (!time) return std::string("<invalid>");
        return humanDuration(now - *time);
    }
    return std::monostate();
}

void checkReplicas(const JsonObject& content, const std::string& path, Findings& problems) {
    const JsonValue* value = valueAt(content, path);
    if (value != nullptr && value->isNumber() && value->number() < 0)
        problems.invalidJson(semantics::Path(path.starts_with('.') ? path.substr(1) : path), value->text(),
                             "should be a non-negative integer");
}

} // namespace

std::vector<std::string> prune(const Kind& kind, CustomObject& object) {
    JsonObject content = contentOf(object);
    std::vector<std::string> unknown = prune(content, *customOf(kind)->schema());
    if (!unknown.empty()) setContent(object, std::move(content));
    return unknown;
}

void applyDefaults(const Kind& kind, CustomObject& object) {
    JsonObject content = contentOf(object);
    applyDefaults(content, *customOf(kind)->schema());
    setContent(object, std::move(content));
}

void prepareCreate(const Kind& kind, CustomObject& object) {
    object.mutable_metadata()->set_generation(1);
    if (!customOf(kind)->definition().status) return;
    JsonObject content = contentOf(object);
    if (content.erase("status")) setContent(object, std::move(content));
}

void prepareUpdate(const Kind& kind, CustomObject& object, const CustomObject& old, bool statusSubresource) {
    const bool hasStatus = customOf(kind)->definition().status;
    JsonObject now = contentOf(object);
    JsonObject before = contentOf(old);
    if (statusSubresource) {
        // A write of the status changes nothing else.
        const JsonValue* status = now.find("status");
        JsonObject merged = before;
        merged.erase("status");
        if (status != nullptr) merged.put("status", *status);
        const std::string version = object.metadata().resourceversion();
        const auto managed = object.metadata().managedfields();
        *object.mutable_metadata() = old.metadata();
        object.mutable_metadata()->set_resourceversion(version);
        *object.mutable_metadata()->mutable_managedfields() = managed;
        return setContent(object, std::move(merged));
    }
    if (hasStatus) {
        const JsonValue* kept = before.find("status");
        now.erase("status");
        if (kept != nullptr) now.put("status", *kept);
    }
    if (!(now == before)) object.mutable_metadata()->set_generation(old.metadata().generation() + 1);
    setContent(object, std::move(now));
}

std::vector<Cause> validate(const Kind& kind, const CustomObject& object, const CustomObject* old) {
    semantics::Problems ofMetadata;
    const Path metadata("metadata");
    if (old != nullptr)
        semantics::validateMetaUpdate(object.metadata(), old->metadata(), metadata, ofMetadata);
    semantics::validateMeta(object.metadata(), kind.namespaced, semantics::dnsSubdomain, metadata,
                            ofMetadata);
    Findings problems;
    problems.append(ofMetadata.take());
    const auto held = customOf(kind)->schema();
    const Schema& schema = *held;
    // The validator sees the type and the name too: a schema may ask for them.
    const JsonValue now = wholeOf(kind, object);
    const JsonValue before = old == nullptr ? JsonValue() : wholeOf(kind, *old);
    validate(now, old == nullptr ? nullptr : &before, schema, {}, problems);
    validateLists(now, schema, {}, problems);
    validateEmbedded(now, schema, {}, true, problems);
    if (const auto& scale = customOf(kind)->definition().scale) {
        checkReplicas(*now.object(), scale->specReplicasPath, problems);
        checkReplicas(*now.object(), scale->statusReplicasPath, problems);
    }
    return problems.take();
}

std::vector<Table::Cell> cells(const Kind& kind, const CustomObject& object, WallTime now) {
    std::vector<Table::Cell> row = {object.metadata().name()};
    const auto& columns = customOf(kind)->definition().columns;
    if (columns.empty()) {
        row.push_back(semantics::since(object.metadata().creationtimestamp(), now));
        return row;
    }
    const JsonValue whole = wholeOf(kind, object);
    for (const CustomResource::Column& column : columns) {
        const auto path = JsonPath::parse(column.path);
        const auto found = path ? path->find(whole) : std::vector<const JsonValue*>();
        row.push_back(found.empty() ? Table::Cell(std::monostate())
                                    : cellOf(column.column.type, *found.front(), now));
    }
    return row;
}

std::string fieldValue(const CustomObject& object, std::string_view path) {
    const JsonObject content = contentOf(object);
    const JsonValue* value = valueAt(content, path);
    if (value == nullptr || value->isNull() || value->object() != nullptr || value->array() != nullptr)
        return {};
    return value->isString() ? *value->string() : value->text();
}

Result<ScaleNumbers> scaleOf(const Kind& kind, const CustomObject& object) {
    const auto& scale = *customOf(kind)->definition().scale;
    const JsonObject content = contentOf(object);
    ScaleNumbers numbers;
    const JsonValue* wanted = valueAt(content, scale.specReplicasPath);
    if (wanted == nullptr || !wanted->isNumber())
        return fail(Reason::InternalError, "Internal error occurred: the spec replicas field \"" +
                                               scale.specReplicasPath + "\" does not exist");
    numbers.wanted = static_cast<std::int64_t>(wanted->number());
    if (const JsonValue* actual = valueAt(content, scale.statusReplicasPath); actual != nullptr)
        numbers.actual = static_cast<std::int64_t>(actual->number());
    if (const JsonValue* text = valueAt(content, scale.labelSelectorPath);
        text != nullptr && text->isString())
        numbers.selector = *text->string();
    return numbers;
}

void setReplicas(const Kind& kind, CustomObject& object, std::int64_t replicas) {
    JsonObject content = contentOf(object);
    const std::vector<std::string> names = namesIn(customOf(kind)->definition().scale->specReplicasPath);
    if (names.empty()) return;
    JsonObject* at = &content;
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        JsonValue& next = at->at(names[i]);
        if (next.isNull()) next = JsonObject();
        at = next.object();
        if (at == nullptr) return;
    }
    at->put(names.back(), replicas);
    setContent(object, std::move(content));
}

} // namespace custom

} // namespace wheelhouse::api
