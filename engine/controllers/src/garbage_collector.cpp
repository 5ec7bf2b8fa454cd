#include "garbage_collector.h"

#include "engine/api/codec.h"
#include "engine/api/custom_resource.h"
#include "engine/api/glance.h"
#include "engine/api/groups/apiextensions.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

constexpr const char* byOwner = "owner";
constexpr const char* foreground = "foregroundDeletion";
constexpr const char* orphan = "orphan";
constexpr Duration absenceKept = std::chrono::minutes(5);
constexpr std::size_t mostAbsences = 5000;
/// Until the objects of a kind that has just come are known.
constexpr Duration customWait = std::chrono::milliseconds(50);

bool hasFinalizer(const meta::ObjectMeta& metadata, const char* name) {
    const auto& finalizers = metadata.finalizers();
    return std::find(finalizers.begin(), finalizers.end(), name) != finalizers.end();
}

bool holdsOwners(const meta::ObjectMeta& metadata) {
    return std::any_of(metadata.ownerreferences().begin(), metadata.ownerreferences().end(),
                       [](const auto& reference) { return reference.blockownerdeletion(); });
}

/// Leases come by the thousand and own nothing; they may be owned all the same.
bool canOwn(const ObjectPtr& object) {
    return object->kind().name.resource != "leases";
}

/// Events are nobody's concern here, as in Kubernetes: they neither own nor are owned, and go by themselves.
bool isFollowed(const api::Kind& kind) {
    return kind.stored() && kind.descriptor != core::Event::descriptor();
}

} // namespace

GarbageCollector::GarbageCollector(const Deps& deps) : QueuedController(deps, "garbagecollector", 64) {
    for (const api::Kind* kind : api::kinds()) {
        if (!isFollowed(*kind)) continue;
        owners_[kind->apiVersion() + " " + kind->kind] = {kind->name, kind->namespaced};
        follow(watch(kind->name), kind->name);
    }
    watch<api::apiextensions::CustomResourceDefinition>(onAny([this](const ObjectPtr&) { discover(); }));
}

void GarbageCollector::started() {
    discover();
}

void GarbageCollector::follow(client::Informer& informer, const client::ResourceName& resource) {
    const std::weak_ptr<bool> weak = alive_;
    informer.addIndex(byOwner, [](const ObjectPtr& object) {
        const auto owners = api::ownerUids(*object);
        return std::vector<std::string>(owners.begin(), owners.end());
    });
    informer.addHandler({.onAdd =
                             [this, weak](const ObjectPtr& object) {
                                 if (weak.lock()) changed(object);
                             },
                         .onUpdate =
                             [this, weak](const ObjectPtr& before, const ObjectPtr& object) {
                                 const bool same =
                                     api::ownerReferences(*before) == api::ownerReferences(*object);
                                 if (weak.lock() && (object->deleting() || !same)) changed(object);
                             },
                         .onDelete =
                             [this, weak](const ObjectPtr& object) {
                                 if (weak.lock()) gone(object);
                             }});
    kinds_[resource] = &informer;
}

void GarbageCollector::discover() {
    api_.cluster().discover(
        [this, weak = std::weak_ptr(alive_)](const Result<std::vector<client::ResourceInfo>>& infos) {
            if (weak.lock() && infos) take(*infos);
        });
}

void GarbageCollector::take(const std::vector<client::ResourceInfo>& infos) {
    std::map<std::pair<std::string, std::string>, client::ResourceName> followed;
    for (const client::ResourceInfo& info : infos) {
        if (api::findKind(info.name) != nullptr) continue;
        if (std::find(info.verbs.begin(), info.verbs.end(), "watch") == info.verbs.end()) continue;
        // Versions of one resource are the same objects: the first, preferred one is followed for all.
        const auto& name =
            followed.try_emplace({info.name.group, info.name.resource}, info.name).first->second;
        owners_[info.name.apiVersion() + " " + info.kind] = {name, info.namespaced};
        if (custom_.count(name) > 0) continue;
        auto informer = std::make_unique<client::Informer>(api_.cluster(), executor_, name);
        follow(*informer, name);
        informer->start();
        custom_[name] = std::move(informer);
    }
    for (auto it = custom_.begin(); it != custom_.end();) {
        const auto kept = followed.find({it->first.group, it->first.resource});
        if (kept != followed.end() && kept->second == it->first) {
            ++it;
            continue;
        }
        kinds_.erase(it->first);
        std::erase_if(owners_, [&](const auto& owner) { return owner.second.resource == it->first; });
        it = custom_.erase(it);
    }
}

const GarbageCollector::OwnerKind* GarbageCollector::ownerKind(const meta::OwnerReference& reference) const {
    const auto found = owners_.find(reference.apiversion() + " " + reference.kind());
    if (found == owners_.end() || kinds_.count(found->second.resource) == 0) return nullptr;
    return &found->second;
}

bool GarbageCollector::customSynced() const {
    return std::all_of(custom_.begin(), custom_.end(),
                       [](const auto& each) { return each.second->synced(); });
}

// Keys name a kind and an object of it: "apps/v1 replicasets ns/name".
std::string GarbageCollector::keyOf(const ObjectPtr& object) {
    return object->kind().apiVersion() + " " + object->kind().name.resource + " " + object->key();
}

ObjectPtr GarbageCollector::find(const std::string& key) const {
    const auto first = key.find(' ');
    const auto second = key.find(' ', first + 1);
    const std::string apiVersion = key.substr(0, first);
    const auto slash = apiVersion.find('/');
    client::ResourceName resource;
    if (slash != std::string::npos) resource.group = apiVersion.substr(0, slash);
    resource.version = slash == std::string::npos ? apiVersion : apiVersion.substr(slash + 1);
    resource.resource = key.substr(first + 1, second - first - 1);
    const auto kind = kinds_.find(resource);
    return kind == kinds_.end() ? nullptr : kind->second->get(key.substr(second + 1));
}

void GarbageCollector::changed(const ObjectPtr& object) {
    if (object->deleting() || !api::ownerUids(*object).empty()) enqueue(keyOf(object));
    if (object->deleting()) wakeOwners(object); // it may have stopped holding them up
}

void GarbageCollector::wakeOwners(const ObjectPtr& object) {
    const auto metadata = client::metadataOf(*object);
    for (const auto& reference : metadata.ownerreferences()) {
        const OwnerKind* kind = ownerKind(reference);
        if (kind == nullptr) continue;
        const std::string key =
            kind->namespaced ? object->nameSpace() + "/" + reference.name() : reference.name();
        if (const ObjectPtr owner = kinds_.at(kind->resource)->get(key); owner && owner->deleting())
            enqueue(keyOf(owner));
    }
}

void GarbageCollector::gone(const ObjectPtr& object) {
    if (!canOwn(object)) return;
    absent_[object->uid().value()] = now();
    for (const ObjectPtr& dependent : dependentsOf(object->uid()))
        enqueue(keyOf(dependent));
    wakeOwners(object);
}

std::vector<ObjectPtr> GarbageCollector::dependentsOf(const Uid& owner) const {
    std::vector<ObjectPtr> all;
    for (const auto& [resource, informer] : kinds_)
        for (ObjectPtr& object : informer->byIndex(byOwner, owner.value()))
            all.push_back(std::move(object));
    return all;
}

Step GarbageCollector::reconcile(std::string key) {
    const ObjectPtr object = find(key);
    if (!object) co_return Result<void>();
    if (!customSynced()) {
        enqueueAfter(key, customWait);
        co_return Result<void>();
    }
    const auto metadata = client::metadataOf(*object);
    if (object->deleting() && hasFinalizer(metadata, orphan)) {
        auto done = co_await finishOrphaning(object);
        co_return done;
    }
    if (object->deleting() && hasFinalizer(metadata, foreground)) {
        auto done = co_await finishForeground(object);
        co_return done;
    }
    if (object->deleting() || metadata.ownerreferences_size() == 0) co_return Result<void>();
    auto done = co_await judge(object);
    co_return done;
}

client::Task<Result<GarbageCollector::Owner>> GarbageCollector::look(meta::OwnerReference reference,
                                                                     std::string nameSpace) {
    const OwnerKind* known = ownerKind(reference);
    if (known == nullptr) co_return Owner::Alive;
    const OwnerKind kind = *known; // it may go while this waits
    // A cluster-scoped object cannot belong to something in a namespace: nothing sensible can be done with
    // it.
    if (kind.namespaced && nameSpace.empty()) co_return Owner::Alive;
    const std::string home = kind.namespaced ? nameSpace : std::string();
    const std::string key = home.empty() ? reference.name() : home + "/" + reference.name();
    ObjectPtr owner = kinds_.at(kind.resource)->get(key);
    if (!owner || owner->uid().value() != reference.uid()) {
        const auto absent = absent_.find(reference.uid());
        if (absent != absent_.end() && now() - absent->second < absenceKept) co_return Owner::Gone;
        auto live = co_await api_.get(kind.resource, home, reference.name());
        if (!live && live.error().reason != Reason::NotFound) co_return fail(live.error());
        if (!live || (*live)->uid().value() != reference.uid()) {
            if (absent_.size() > mostAbsences) absent_.clear();
            absent_[reference.uid()] = now();
            co_return Owner::Gone;
        }
        owner = *live;
    }
    const bool waits = owner->deleting() && hasFinalizer(client::metadataOf(*owner), foreground);
    co_return waits ? Owner::WaitsForDependents : Owner::Alive;
}

Step GarbageCollector::judge(ObjectPtr object) {
    const auto metadata = client::metadataOf(*object);
    std::set<std::string> gone;
    std::set<std::string> waiting;
    int alive = 0;
    for (const auto& reference : metadata.ownerreferences()) {
        auto owner = co_await look(reference, object->nameSpace());
        if (!owner) co_return fail(owner.error());
        if (*owner == Owner::Alive) ++alive;
        if (*owner == Owner::Gone) gone.insert(reference.uid());
        if (*owner == Owner::WaitsForDependents) waiting.insert(reference.uid());
    }
    if (alive > 0) {
        // Somebody still wants it; the others' claims are void.
        gone.merge(waiting);
        if (gone.empty()) co_return Result<void>();
        auto dropped = co_await dropReferences(object, std::move(gone));
        co_return dropped;
    }
    // Deleting with it whatever hangs on it, in the manner its owner goes.
    const auto dependents = dependentsOf(object->uid());
    const bool deep = !waiting.empty() && !dependents.empty();
    const bool circle = std::any_of(dependents.begin(), dependents.end(), [](const ObjectPtr& each) {
        return each->deleting() && hasFinalizer(client::metadataOf(*each), foreground);
    });
    if (deep && circle && holdsOwners(metadata)) {
        // Each waiting for the next they would wait for ever. Its change brings it back here.
        auto let = co_await letOwnersGo(object);
        co_return let;
    }
    auto deleted = co_await deleteAs(object, deep ? "Foreground" : "Background");
    co_return deleted;
}

Step GarbageCollector::letOwnersGo(ObjectPtr object) {
    const auto metadata = client::metadataOf(*object);
    std::string references;
    for (meta::OwnerReference reference : metadata.ownerreferences()) {
        reference.set_blockownerdeletion(false);
        references += (references.empty() ? "" : ",") + api::encodeJson(reference);
    }
    const std::string patch =
        fmt::format(R"({{"metadata":{{"resourceVersion":"{}","uid":"{}","ownerReferences":[{}]}}}})",
                    object->revision(), object->uid().value(), references);
    auto written = co_await api_.patch(object->kind().name, object->nameSpace(), object->name(),
                                       api::PatchType::Merge, patch);
    co_return unlessGone(written);
}

Step GarbageCollector::deleteAs(ObjectPtr object, const char* policy) {
    client::DeleteOptions how;
    how.revision = object->revision();
    const auto metadata = client::metadataOf(*object);
    // What its own deletion was asked to be goes before what its owner's was.
    if (!hasFinalizer(metadata, orphan) && !hasFinalizer(metadata, foreground))
        how.propagationPolicy = policy;
    auto deleted = co_await api_.remove(object, how);
    co_return unlessGone(deleted);
}

Step GarbageCollector::finishForeground(ObjectPtr owner) {
    bool blocked = false;
    Result<void> outcome;
    for (const ObjectPtr& dependent : dependentsOf(owner->uid())) {
        const auto metadata = client::metadataOf(*dependent);
        for (const auto& reference : metadata.ownerreferences())
            if (reference.uid() == owner->uid().value() && reference.blockownerdeletion()) blocked = true;
        if (dependent->deleting()) continue;
        auto judged = co_await judge(dependent);
        if (!judged && judged.error().reason != Reason::Conflict) outcome = judged;
        if (!judged) enqueue(keyOf(dependent));
    }
    // Each dependent that goes brings this owner back here.
    if (!outcome || blocked) co_return outcome;
    auto dropped = co_await dropFinalizer(owner, foreground);
    co_return dropped;
}

Step GarbageCollector::finishOrphaning(ObjectPtr owner) {
    for (const ObjectPtr& dependent : dependentsOf(owner->uid())) {
        std::set<std::string> uids;
        uids.insert(owner->uid().value());
        auto dropped = co_await dropReferences(dependent, std::move(uids));
        if (!dropped) co_return dropped;
    }
    auto done = co_await dropFinalizer(owner, orphan);
    co_return done;
}

Step GarbageCollector::dropReferences(ObjectPtr object, std::set<std::string> uids) {
    if (api::customOf(object->kind())) {
        // No strategic patch there: the list that was read, less the references, replaces it.
        const auto metadata = client::metadataOf(*object);
        std::string kept;
        for (const auto& reference : metadata.ownerreferences())
            if (uids.count(reference.uid()) == 0)
                kept += (kept.empty() ? "" : ",") + api::encodeJson(reference);
        const std::string merge =
            fmt::format(R"({{"metadata":{{"resourceVersion":"{}","uid":"{}","ownerReferences":[{}]}}}})",
                        object->revision(), object->uid().value(), kept);
        auto merged = co_await api_.patch(object->kind().name, object->nameSpace(), object->name(),
                                          api::PatchType::Merge, merge);
        co_return unlessGone(merged);
    }
    std::string references;
    for (const std::string& uid : uids)
        references +=
            fmt::format(R"({}{{"$patch":"delete","uid":"{}"}})", references.empty() ? "" : ",", uid);
    const std::string patch = fmt::format(R"({{"metadata":{{"uid":"{}","ownerReferences":[{}]}}}})",
                                          object->uid().value(), references);
    auto written = co_await api_.patch(object->kind().name, object->nameSpace(), object->name(),
                                       api::PatchType::Strategic, patch);
    co_return unlessGone(written);
}

Step GarbageCollector::dropFinalizer(ObjectPtr object, const char* finalizer) {
    const auto metadata = client::metadataOf(*object);
    std::string kept;
    for (const std::string& name : metadata.finalizers())
        if (name != finalizer) kept += (kept.empty() ? "\"" : ",\"") + name + "\"";
    // A merge patch replaces the list, so it must be the list that was read.
    const std::string patch = fmt::format(R"({{"metadata":{{"resourceVersion":"{}","finalizers":[{}]}}}})",
                                          object->revision(), kept);
    auto written = co_await api_.patch(object->kind().name, object->nameSpace(), object->name(),
                                       api::PatchType::Merge, patch);
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
