#include "apply/managed.h"

#include "engine/base/assert.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::api::apply {

namespace {

constexpr std::size_t mostUpdates = 10;
constexpr std::size_t cachedSets = 4096;

std::int64_t secondsOf(const std::optional<meta::Time>& time) {
    return time ? time->seconds() : 0;
}

bool isReset(const ManagedFields& entries) {
    return entries.size() == 1 && entries[0].ByteSizeLong() == 0;
}

} // namespace

std::shared_ptr<const Set> SetCache::parse(const std::string& json) {
    if (const auto known = sets_.find(json); known != sets_.end()) return known->second;
    auto parsed = Set::parse(json);
    if (!parsed) return nullptr;
    if (sets_.size() >= cachedSets) sets_.clear();
    auto set = std::make_shared<const Set>(std::move(*parsed));
    sets_.emplace(json, set);
    return set;
}

std::string ManagerId::toText() const {
    std::string text = fmt::format("\"{}\"", name);
    if (!subresource.empty()) text += fmt::format(" with subresource \"{}\"", subresource);
    return applies ? text : text + " using " + version;
}

ManagerId updaterOf(const Writer& writer) {
    return {writer.manager.empty() ? "unknown" : writer.manager, false, writer.apiVersion,
            writer.subresource};
}

ManagerId applierOf(const Writer& writer) {
    return {writer.manager.empty() ? "unknown" : writer.manager, true, "", writer.subresource};
}

std::optional<Managers> decodeManagers(const ManagedFields& entries, SetCache& cache) {
    Managers managers;
    for (const meta::ManagedFieldsEntry& entry : entries) {
        const bool applies = entry.operation() == "Apply";
        if ((!applies && entry.operation() != "Update") || entry.apiversion().empty() ||
            entry.fieldstype() != "FieldsV1")
            return std::nullopt;
        ManagerEntry decoded;
        decoded.text = entry.fieldsv1().raw().empty() ? "{}" : entry.fieldsv1().raw();
        decoded.fields = cache.parse(decoded.text);
        if (!decoded.fields) return std::nullopt;
        decoded.version = entry.apiversion();
        if (entry.has_time()) decoded.time = entry.time();
        ManagerId id{entry.manager(), applies, applies ? "" : entry.apiversion(), entry.subresource()};
        managers.insert_or_assign(std::move(id), std::move(decoded));
    }
    return managers;
}

ManagedFields encodeManagers(const Managers& managers) {
    std::vector<const Managers::value_type*> order;
    for (const auto& each : managers)
        if (!each.second.fields->empty()) order.push_back(&each);
    std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
        if (a->first.applies != b->first.applies) return a->first.applies;
        const std::int64_t earlier = secondsOf(a->second.time);
        const std::int64_t later = secondsOf(b->second.time);
        if (earlier != later) return earlier < later;
        return std::tie(a->first.name, a->second.version, a->first.subresource) <
               std::tie(b->first.name, b->second.version, b->first.subresource);
    });
    ManagedFields out;
    for (const auto* each : order) {
        const auto& [id, entry] = *each;
        meta::ManagedFieldsEntry& encoded = *out.Add();
        encoded.set_manager(id.name);
        encoded.set_operation(id.applies ? "Apply" : "Update");
        encoded.set_apiversion(entry.version);
        if (entry.time) *encoded.mutable_time() = *entry.time;
        encoded.set_fieldstype("FieldsV1");
        encoded.mutable_fieldsv1()->set_raw(entry.text.empty() ? entry.fields->serialize() : entry.text);
        if (!id.subresource.empty()) encoded.set_subresource(id.subresource);
    }
    return out;
}

void disown(Managers& managers, const Comparison& changes, const ManagerId* self) {
    for (auto& [id, entry] : managers) {
        if (self != nullptr && id == *self) continue;
        for (const Set* gone : {&changes.modified, &changes.added, &changes.removed})
            if (entry.fields->intersects(*gone)) entry.replace(entry.fields->difference(*gone));
    }
    std::erase_if(managers, [](const auto& each) { return each.second.fields->empty(); });
}

Set withoutSystemFields(const Set& fields) {
    static const Set system = Set::ofFields(
        {"apiVersion", "kind", "metadata", "metadata.name", "metadata.namespace",
         "metadata.creationTimestamp", "metadata.selfLink", "metadata.uid", "metadata.clusterName",
         "metadata.generation", "metadata.managedFields", "metadata.resourceVersion"});
    return fields.intersects(system) ? fields.difference(system) : fields;
}

void capUpdates(Managers& managers) {
    std::vector<ManagerId> updaters;
    for (const auto& [id, entry] : managers)
        if (!id.applies) updaters.push_back(id);
    if (updaters.size() <= mostUpdates) return;
    std::stable_sort(updaters.begin(), updaters.end(), [&](const ManagerId& a, const ManagerId& b) {
        return secondsOf(managers.at(a).time) < secondsOf(managers.at(b).time);
    });
    // The first of each version only goes once a second one of it has to.
    std::map<std::string, ManagerId> firstOf;
    std::size_t left = updaters.size();
    for (const ManagerId& id : updaters) {
        if (left <= mostUpdates) return;
        const ManagerEntry entry = managers.at(id);
        const auto [first, isNew] = firstOf.emplace(entry.version, id);
        const ManagerId bucket{"ancient-changes", false, entry.version, ""};
        if (isNew || id == bucket) continue;
        if (!managers.contains(bucket)) {
            ManagerEntry oldest = managers.at(first->second);
            managers.erase(first->second);
            managers.emplace(bucket, std::move(oldest));
        }
        ManagerEntry& merged = managers.at(bucket);
        merged.replace(entry.fields->unionWith(*merged.fields));
        merged.time = entry.time;
        managers.erase(id);
        --left;
    }
}

ManagedFields track(const Writer& writer, const Comparison& changes, const ManagedFields& live,
                    const ManagedFields& fromRequest, bool creates, SetCache& cache) {
    const auto liveManagers = [&] { return decodeManagers(live, cache).value_or(Managers()); };
    Managers managers;
    if (!writer.subresource.empty()) {
        managers = liveManagers();
    } else if (!isReset(fromRequest)) {
        auto requested = decodeManagers(fromRequest, cache);
        managers = requested && !requested->empty() ? std::move(*requested) : liveManagers();
    }
    // An object that nobody is tracked of stays so until something is applied to it.
    if (managers.empty() && !creates) return {};

    Comparison effective = changes;
    if (!writer.resets.empty())
        for (Set* set : {&effective.added, &effective.modified, &effective.removed})
            *set = set->recursiveDifference(writer.resets);
    const ManagerId self = updaterOf(writer);
    const Set own = withoutSystemFields(effective.changed());
    const auto previous = managers.find(self);
    // What it owned and writes again stays its own, so that nothing has to be taken and given back.
    const bool keepsText = previous != managers.end() && previous->second.fields->contains(own) &&
                           !previous->second.fields->intersects(effective.removed);
    disown(managers, effective, keepsText ? &self : nullptr);
    if (!own.empty()) {
        ManagerEntry& entry = managers[self];
        if (!entry.fields)
            entry.replace(own);
        else if (!keepsText)
            entry.replace(own.unionWith(*entry.fields));
        entry.version = writer.apiVersion;
        entry.time = writer.now;
    }
    capUpdates(managers);
    return encodeManagers(managers);
}

bool sameButTimes(const ManagedFields& a, const ManagedFields& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.manager() == y.manager() && x.operation() == y.operation() &&
               x.apiversion() == y.apiversion() && x.subresource() == y.subresource() &&
               x.fieldstype() == y.fieldstype() && x.fieldsv1().raw() == y.fieldsv1().raw();
    });
}

} // namespace wheelhouse::api::apply
