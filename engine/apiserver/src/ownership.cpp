#include "ownership.h"

#include "core.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "engine/api/custom_resource.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::apply::Comparison;
using api::apply::Set;
using api::apply::Writer;
using google::protobuf::Message;

namespace {

constexpr std::size_t longestManager = 128;

/// The next character of UTF-8 text; what is malformed counts as one unprintable byte each.
struct Character {
    std::string_view bytes;
    char32_t code = 0;
};

Character nextCharacter(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
    if (length == 0 || length > text.size()) return {text.substr(0, 1), 0xFFFD};
    char32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        code = (code << 6U) | (byte(i) & 0x3FU);
    return {text.substr(0, length), code};
}

/// As Go's unicode.IsPrint for what appears in names: no controls, no blanks but the space, no formatting
/// characters.
bool printable(char32_t code) {
    if (code < 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0xAD) return false;
    if ((code >= 0x2000 && code <= 0x200F) || (code >= 0x2028 && code <= 0x202F)) return false;
    if (code >= 0x205F && code <= 0x206F) return false;
    return code != 0x3000 && code != 0xFEFF && code != 0xFFFD && !(code >= 0xE000 && code <= 0xF8FF);
}

/// What a path leaves alone is nobody's to own by it.
Set resetsOf(const api::Kind& kind, const std::string& subresource) {
    const std::string& resource = kind.name.resource;
    if (subresource.empty() || subresource == "finalize") {
        if (resource == "certificatesigningrequests") return Set::ofFields({"spec", "status"});
        return kind.hasSubresource("status") ? Set::ofFields({"status"}) : Set();
    }
    if (subresource == "approval") return Set::ofFields({"spec", "status.certificate"});
    if (subresource != "status") return {};
    if (resource == "certificatesigningrequests") return Set::ofFields({"spec", "status.conditions"});
    if (resource == "pods")
        return Set::ofFields({"spec", "metadata.deletionTimestamp", "metadata.ownerReferences"});
    if (resource == "deployments") return Set::ofFields({"spec", "metadata.labels"});
    for (const char* each : {"flowschemas", "prioritylevelconfigurations", "resourceclaims",
                             "volumeattachments", "customresourcedefinitions", "apiservices"})
        if (resource == each) return Set::ofFields({"spec", "metadata"});
    return Set::ofFields({"spec"});
}

bool sameRecord(const api::apply::ManagedFields& a, const api::apply::ManagedFields& b) {
    if (!api::apply::sameButTimes(a, b)) return false;
    for (int i = 0; i < a.size(); ++i)
        if (a[i].time().seconds() != b[i].time().seconds()) return false;
    return true;
}

} // namespace

std::string managerFromUserAgent(std::string_view userAgent) {
    std::string_view left = userAgent.substr(0, std::min(userAgent.find('/'), userAgent.size()));
    std::string out;
    while (!left.empty()) {
        const Character next = nextCharacter(left);
        left.remove_prefix(next.bytes.size());
        if (!printable(next.code)) continue;
        if (out.size() + next.bytes.size() > longestManager) break;
        out += next.bytes;
    }
    return out;
}

std::string managerFromUser(const User& user) {
    constexpr std::string_view system = "system:";
    constexpr std::string_view node = "system:node:";
    const std::string_view name = user.name;
    if (name.starts_with(node) || name == "system:node-gateway") return "kubelet";
    if (name == "system:apiserver") return "kube-apiserver";
    return managerFromUserAgent(name.starts_with(system) ? name.substr(system.size()) : name);
}

Result<void> checkFieldManager(const std::string& manager, std::string_view optionsKind) {
    if (manager.size() > longestManager)
        return fail(invalidOption(optionsKind,
                                  {"FieldValueTooLong",
                                   fmt::format("Too long: may not be more than {} bytes", longestManager),
                                   "fieldManager"}));
    for (std::size_t at = 0; at < manager.size();) {
        const Character next = nextCharacter(std::string_view(manager).substr(at));
        if (!printable(next.code))
            return fail(invalidOption(
                optionsKind,
                {"FieldValueInvalid",
                 fmt::format("Invalid value: \"{}\": invalid character U+{:04X} (at position {})", manager,
                             static_cast<unsigned>(next.code), at),
                 "fieldManager"}));
        at += next.bytes.size();
    }
    return {};
}

Writer writerOf(const Core& core, const WriteRequest& request) {
    Writer writer;
    writer.manager = request.fieldManager.empty() ? managerFromUser(request.user) : request.fieldManager;
    writer.apiVersion = api::draftKind(*request.kind).apiVersion();
    writer.kind = request.kind->kind;
    writer.subresource = request.subresource;
    writer.resets = resetsOf(*request.kind, request.subresource);
    writer.now = api::toTime(core.dates.wallNow());
    return writer;
}

void recordWrite(Core& core, const WriteRequest& request, Message& object, const Message* live) {
    if (request.recorded) return;
    auto& record = *metadataOf(object).mutable_managedfields();
    if (request.forgetsOwners) {
        record.Clear();
        record.Add();
    }
    static const api::apply::ManagedFields none;
    const auto& before = live != nullptr ? metadataOf(*live).managedfields() : none;
    const bool asBefore = record.empty() || sameRecord(record, before);
    if (live != nullptr && before.empty() && asBefore) return record.Clear();

    const Writer writer = writerOf(core, request);
    std::unique_ptr<Message> empty;
    if (live == nullptr) {
        empty.reset(object.New());
        live = empty.get();
    }
    const Comparison changes = api::compareDrafts(*request.kind, *live, object, writer.resets);
    if (empty == nullptr && asBefore && changes.same()) {
        record.CopyFrom(before);
        return;
    }
    auto after = api::apply::track(writer, changes, before, record, empty != nullptr, core.fieldSets);
    record.Swap(&after);
}

api::apply::ReplicasPaths replicasPaths(const Core& core, const api::Kind& kind) {
    api::apply::ReplicasPaths paths;
    if (!api::customOf(kind)) {
        paths.emplace(kind.apiVersion(), Set::ofFields({"spec.replicas"}));
        return paths;
    }
    const auto catalogue = core.catalogue.load();
    for (const api::Kind* each : catalogue->kinds()) {
        if (!api::customOf(*each) || &each->storage() != &kind.storage()) continue;
        const auto& scale = api::customOf(*each)->definition().scale;
        if (!scale) continue;
        std::string_view path = scale->specReplicasPath;
        if (path.starts_with('.')) path.remove_prefix(1);
        paths.emplace(each->apiVersion(), Set::ofFields({path}));
    }
    return paths;
}

bool forgetsOwners(std::string_view json) {
    constexpr std::string_view key = "\"managedFields\"";
    for (std::size_t at = json.find(key); at != std::string_view::npos; at = json.find(key, at + 1)) {
        const std::size_t list = json.find_first_not_of(" \t\r\n:", at + key.size());
        if (list == std::string_view::npos || json[list] != '[') continue;
        const std::size_t end = json.find_first_not_of(" \t\r\n", list + 1);
        if (end == std::string_view::npos || json[end] != ']') continue;
        // There is an empty list of that name; whether it is the object's own is worth a real look.
        boost::json::error_code error;
        const auto value = boost::json::parse({json.data(), json.size()}, error);
        const auto found = error ? boost::json::value() : value;
        const auto* object = found.if_object();
        const auto* metadata = object != nullptr ? object->if_contains("metadata") : nullptr;
        const auto* members = metadata != nullptr ? metadata->if_object() : nullptr;
        const auto* record = members != nullptr ? members->if_contains("managedFields") : nullptr;
        return record != nullptr && record->is_array() && record->get_array().empty();
    }
    return false;
}

} // namespace wheelhouse::apiserver
