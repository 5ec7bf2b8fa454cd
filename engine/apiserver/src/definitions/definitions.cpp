#include "definitions/definitions.h"

#include "core.h"
#include "definitions/conditions.h"
#include "definitions/rows.h"
#include "engine/api/custom_resource.h"
#include "engine/base/log.h"
#include "metadata.h"
#include "verbs.h"
#include "writes.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

using api::ObjectPtr;
using api::apiextensions::CustomResourceDefinition;
using api::apiextensions::CustomResourceDefinitionNames;

constexpr const char* cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

const api::Kind& definitionKind() {
    return api::kindOf<CustomResourceDefinition>();
}

bool hasCleanup(const CustomResourceDefinition& definition) {
    const auto& finalizers = definition.metadata().finalizers();
    return std::find(finalizers.begin(), finalizers.end(), cleanupFinalizer) != finalizers.end();
}

/// Names in use by others in one group, and the requested ones against them.
class NameCheck {
  public:
    std::set<std::string> resources;
    std::set<std::string> kinds;

    void check(CustomResourceDefinitionNames& accepted, const CustomResourceDefinitionNames& wanted) {
        one(wanted.plural(), accepted.plural(), resources, "PluralConflict",
            [&] { accepted.set_plural(wanted.plural()); });
        one(wanted.singular(), accepted.singular(), resources, "SingularConflict",
            [&] { accepted.set_singular(wanted.singular()); });
        bool shortNamesGood = true;
        for (const std::string& name : wanted.shortnames())
            if (resources.contains(name)) {
                conflict("ShortNamesConflict", name);
                shortNamesGood = false;
            }
        if (shortNamesGood) *accepted.mutable_shortnames() = wanted.shortnames();
        one(wanted.kind(), accepted.kind(), kinds, "KindConflict", [&] { accepted.set_kind(wanted.kind()); });
        one(wanted.listkind(), accepted.listkind(), kinds, "ListKindConflict",
            [&] { accepted.set_listkind(wanted.listkind()); });
        *accepted.mutable_categories() = wanted.categories();
    }
    std::string reason; ///< empty = no conflict
    std::string message;

  private:
    template <class Accept>
    void one(const std::string& wanted, const std::string& accepted, const std::set<std::string>& used,
             const char* why, const Accept& accept) {
        if (wanted == accepted) return;
        if (used.contains(wanted)) return conflict(why, wanted);
        accept();
    }
    void conflict(const char* why, const std::string& name) {
        reason = why;
        message = fmt::format("\"{}\" is already in use", name);
    }
};

/// The version objects are stored in from now on joins those some may still be stored in.
void noteStoredVersion(CustomResourceDefinition& definition) {
    auto& stored = *definition.mutable_status()->mutable_storedversions();
    for (const auto& version : definition.spec().versions())
        if (version.storage() && std::find(stored.begin(), stored.end(), version.name()) == stored.end())
            *stored.Add() = version.name();
}

void setApproval(CustomResourceDefinition& definition, WallTime now) {
    constexpr std::string_view type = "KubernetesAPIApprovalPolicyConformant";
    const std::string& group = definition.spec().group();
    if (!group.ends_with(".k8s.io") && !group.ends_with(".kubernetes.io")) return;
    const auto& annotations = definition.metadata().annotations();
    const auto given = annotations.find("api-approved.kubernetes.io");
    const std::string value = given == annotations.end() ? "" : given->second;
    if (value.starts_with("https://"))
        setCondition(definition, type, true, "ApprovedAnnotation", "approved in " + value, now);
    else if (value.starts_with("unapproved"))
        setCondition(definition, type, false, "UnapprovedAnnotation", "not approved: \"" + value + "\"", now);
}

} // namespace

void warnOfDefinition(const google::protobuf::Message& message, std::vector<std::string>& warnings) {
    if (message.GetDescriptor() != CustomResourceDefinition::descriptor()) return;
    const auto& definition = static_cast<const CustomResourceDefinition&>(message);
    if (api::custom::hasCelRules(definition))
        warnings.emplace_back("x-kubernetes-validations rules are stored but not evaluated by this version");
    if (definition.spec().conversion().strategy() == "Webhook")
        warnings.emplace_back(
            "conversion webhooks are not called by this version: only apiVersion is changed "
            "between versions");
}

void markTerminating(CustomResourceDefinition& definition, WallTime now) {
    if (!hasCleanup(definition)) definition.mutable_metadata()->add_finalizers(cleanupFinalizer);
    setCondition(definition, "Terminating", true, "InstanceDeletionPending",
                 "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
                 now);
}

Definitions::Definitions(Core& core) : core_(core) {}
Definitions::~Definitions() = default;

Result<void> Definitions::start() {
    auto page = core_.store.list(definitionKind(), "", "", 0, 0);
    if (!page) return fail(page.error());
    for (const ObjectPtr& object : page->items)
        take(object);
    publish();
    auto watch = core_.store.watch(definitionKind(), page->revision,
                                   [this](const store::Change& change) { onChange(change); });
    if (!watch) return fail(watch.error());
    watch_ = std::move(*watch);
    for (const ObjectPtr& object : page->items)
        review(object->name());
    return {};
}

bool Definitions::terminating(const api::Kind& kind) const {
    if (!api::customOf(kind)) return false;
    const auto found = entries_.find(kind.name.resource + "." + kind.name.group);
    return found != entries_.end() && found->second.deleting;
}

void Definitions::onChange(const store::Change& change) {
    const std::string& name = change.object->name();
    if (change.type != store::Change::Type::Deleted) {
        take(change.object);
        publish();
        return review(name);
    }
    const auto found = entries_.find(name);
    if (found == entries_.end()) return;
    const std::string group = found->second.group;
    entries_.erase(found);
    emptying_.erase(name);
    publish();
    // Somebody may have waited for these names.
    reviewGroup(group);
}

void Definitions::take(const ObjectPtr& object) {
    const auto definition = object->as<Definition>();
    Entry entry;
    entry.name = object->name();
    entry.group = definition.spec().group();
    entry.plural = definition.spec().names().plural();
    entry.deleting = object->deleting();
    entry.storage = &api::customStorage(entry.group, entry.plural);
    const auto& accepted = definition.status().acceptednames();
    entry.acceptedResources.assign(accepted.shortnames().begin(), accepted.shortnames().end());
    for (const std::string* name : {&accepted.plural(), &accepted.singular()})
        if (!name->empty()) entry.acceptedResources.push_back(*name);
    for (const std::string* name : {&accepted.kind(), &accepted.listkind()})
        if (!name->empty()) entry.acceptedKinds.push_back(*name);
    if (isTrue(definition, "Established")) entry.rows = rowsOf(definition);
    entries_[entry.name] = std::move(entry);
}

void Definitions::publish() {
    std::vector<const api::Kind*> rows;
    for (const auto& [name, entry] : entries_)
        rows.insert(rows.end(), entry.rows.begin(), entry.rows.end());
    const auto before = core_.catalogue.load();
    std::stable_sort(rows.begin(), rows.end(), [](const api::Kind* a, const api::Kind* b) {
        if (a->name.group != b->name.group) return a->name.group < b->name.group;
        if (a->name.version != b->name.version) return goesBefore(a->name.version, b->name.version);
        return a->name.resource < b->name.resource;
    });
    const std::size_t builtIn = api::kinds().size();
    const auto served = before->kinds().subspan(std::min(builtIn, before->kinds().size()));
    if (std::equal(served.begin(), served.end(), rows.begin(), rows.end())) return;
    core_.serve(std::make_shared<const api::Catalogue>(std::move(rows)));
}

void Definitions::reviewGroup(const std::string& group) {
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_)
        if (entry.group == group) names.push_back(name);
    for (const std::string& name : names)
        review(name);
}

void Definitions::decideNames(Definition& definition) const {
    const WallTime now = core_.dates.wallNow();
    NameCheck names;
    for (const auto& [name, other] : entries_) {
        if (other.group != definition.spec().group() || name == definition.metadata().name()) continue;
        names.resources.insert(other.acceptedResources.begin(), other.acceptedResources.end());
        names.kinds.insert(other.acceptedKinds.begin(), other.acceptedKinds.end());
    }
    for (const api::Kind* kind : api::kinds()) {
        if (kind->name.group != definition.spec().group()) continue;
        names.resources.insert({kind->name.resource, kind->singular});
        names.resources.insert(kind->shortNames.begin(), kind->shortNames.end());
        names.kinds.insert({kind->kind, kind->kind + "List"});
    }
    names.check(*definition.mutable_status()->mutable_acceptednames(), definition.spec().names());
    const bool accepted = names.reason.empty();
    setCondition(definition, "NamesAccepted", accepted, accepted ? "NoConflicts" : names.reason,
                 accepted ? "no conflicts found" : names.message, now);
    if (accepted)
        setCondition(definition, "Established", true, "InitialNamesAccepted",
                     "the initial names have been accepted", now);
    else if (!isTrue(definition, "Established"))
        setCondition(definition, "Established", false, "NotAccepted", "not all names are accepted", now);
    setApproval(definition, now);
}

/// Brings the status of one definition up to date. Works on the newest state, so that a write on its way is
/// not undone.
void Definitions::review(const std::string& name) {
    const ObjectPtr newest = core_.store.newest({&definitionKind(), name});
    if (newest == nullptr) return;
    auto definition = std::make_unique<Definition>(newest->as<Definition>());
    if (newest->deleting()) {
        if (hasCleanup(*definition) && !emptying_.contains(name)) empty(entries_[name]);
        return;
    }
    decideNames(*definition);
    noteStoredVersion(*definition);
    if (api::Object::of(*definition)->bytes() == newest->bytes()) return;
    commit(core_, definitionKind(), std::move(definition), false, [name](const Result<ObjectPtr>& stored) {
        if (!stored)
            log::error("definitions", "{} could not be established: {}", name, stored.error().message);
    });
}

/// Deletes every object of a definition that is going, and listens for the last one to be gone.
void Definitions::empty(const Entry& entry) {
    const std::string name = entry.name;
    const api::Kind* storage = entry.storage;
    const ObjectPtr newest = core_.store.newest({&definitionKind(), name});
    auto definition = std::make_unique<Definition>(newest->as<Definition>());
    const api::Kind* row = entry.rows.empty() ? &unservedRow(*definition) : entry.rows.front();
    setCondition(*definition, "Terminating", true, "InstanceDeletionInProgress",
                 "CustomResource deletion is in progress", core_.dates.wallNow());
    commit(core_, definitionKind(), std::move(definition), false, [](const Result<ObjectPtr>&) {});
    const auto drop = [this, row](const api::Object& object) {
        RemoveRequest remove;
        remove.kind = row;
        remove.nameSpace = object.nameSpace();
        remove.name = object.name();
        remove.options.set_propagationpolicy("Background");
        remove.user = {"system:apiserver", {"system:masters"}};
        removeObject(core_, std::move(remove), [](const Result<Outcome>&) {});
    };
    // A creation may have been on its way to disk when the door was closed.
    auto watch = core_.store.watch(*storage, core_.store.revision(), [this, name, drop](const auto& change) {
        if (change.type == store::Change::Type::Deleted) finish(name);
        if (change.type == store::Change::Type::Created) drop(*change.object);
    });
    emptying_[name] = watch ? std::move(*watch) : nullptr;
    if (auto page = core_.store.list(*storage, "", "", 0, 0))
        for (const ObjectPtr& object : page->items)
            drop(*object);
    // Later: this may run inside the store's own callback.
    core_.control.post([this, name, weak = std::weak_ptr(alive_)] {
        if (weak.lock()) finish(name);
    });
}

void Definitions::finish(const std::string& name) {
    const auto entry = entries_.find(name);
    if (entry == entries_.end() || core_.store.count(*entry->second.storage) > 0) return;
    const ObjectPtr newest = core_.store.newest({&definitionKind(), name});
    if (newest == nullptr || !newest->deleting()) return;
    auto definition = std::make_unique<Definition>(newest->as<Definition>());
    if (!hasCleanup(*definition)) return;
    setCondition(*definition, "Terminating", false, "InstanceDeletionCompleted", "removed all instances",
                 core_.dates.wallNow());
    auto& finalizers = *definition->mutable_metadata()->mutable_finalizers();
    finalizers.erase(std::remove(finalizers.begin(), finalizers.end(), cleanupFinalizer), finalizers.end());
    Admission admission;
    admission.operation = Admission::Operation::Update;
    admission.kind = &definitionKind();
    admission.name = name;
    storeUpdate(core_, std::move(admission), newest, std::move(definition), {},
                [name](const Result<Outcome>& outcome) {
                    if (!outcome)
                        log::error("definitions", "{} could not be let go: {}", name,
                                   outcome.error().message);
                });
}

} // namespace wheelhouse::apiserver
