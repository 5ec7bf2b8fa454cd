#include "apply/json_walk.h"
#include "apply/managed.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <functional>

namespace wheelhouse::api::apply {

namespace {

constexpr const char* lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::size_t annotationsLimit = 256 * 1024;

Result<json::value> parseObject(std::string_view text) {
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return fail(Reason::InternalError, "an object must be a JSON object");
    return value;
}

std::string textAt(const json::value& object, std::string_view key) {
    const json::value* value = object.get_object().if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::object* objectAt(json::value& object, std::string_view key) {
    json::value* value = object.get_object().if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

/// The annotation in which kubectl remembers what it applied; null when there is none.
json::value* annotationOf(json::value& object) {
    json::object* metadata = objectAt(object, "metadata");
    json::value* annotations = metadata != nullptr ? metadata->if_contains("annotations") : nullptr;
    if (annotations == nullptr || !annotations->is_object()) return nullptr;
    json::value* text = annotations->get_object().if_contains(lastApplied);
    return text != nullptr && text->is_string() && !text->get_string().empty() ? text : nullptr;
}

/// With the keys of every object in order, as Go writes them.
json::value sorted(const json::value& value) {
    if (const auto* array = value.if_array()) {
        json::array out;
        for (const json::value& each : *array)
            out.push_back(sorted(each));
        return out;
    }
    const auto* object = value.if_object();
    if (object == nullptr) return value;
    std::map<std::string_view, const json::value*> members;
    for (const auto& [key, member] : *object)
        members.emplace(key, &member);
    json::object out;
    for (const auto& [key, member] : members)
        out[key] = sorted(*member);
    return out;
}

/// As Go prints a GroupVersionKind.
std::string groupVersionKind(const std::string& apiVersion, const std::string& kind) {
    const bool core = apiVersion.find('/') == std::string::npos;
    return fmt::format("{}{}, Kind={}", core ? "/" : "", apiVersion, kind);
}

std::string joined(const std::vector<std::string>& errors) {
    if (errors.size() == 1) return errors.front();
    std::string text = "errors:";
    for (const std::string& each : errors)
        text += "\n  " + each;
    return text;
}

/// All fields the schema names on the way to a member count as members too: whoever set what is in a struct
/// holds the struct.
Set withNamedFields(const Set& set, const Type& type) {
    Set out;
    for (const Set::Node& node : set.nodes()) {
        const Type* below = &untyped();
        bool named = false;
        if (const auto* name = node.element.asField(); name != nullptr && type.map) {
            named = type.map->find(*name) != nullptr && !node.below.empty();
            below = memberType(*type.map, *name);
        } else if (node.element.isKey() && type.list) {
            below = type.list->element;
        }
        out.add(node.element, node.member || named, withNamedFields(node.below, *below));
    }
    return out;
}

/// Sets written when the schema was another one: of what is atomic now, the whole is owned.
Set reconciled(const Set& set, const Type& type, bool& changed) {
    Set out;
    for (const Set::Node& node : set.nodes()) {
        const Type* below = nullptr;
        if (const auto* name = node.element.asField()) {
            const Type::Field* field = type.map ? type.map->find(*name) : nullptr;
            below = field != nullptr ? field->type : type.map ? type.map->element : nullptr;
        } else if (type.list) {
            below = type.list->element;
        }
        const bool atomic = below != nullptr && below->scalar == Type::ScalarKind::None && below->leaf();
        if (atomic && !node.below.empty()) {
            changed = true;
            out.add(node.element, true, {});
        } else {
            out.add(node.element, node.member,
                    below != nullptr ? reconciled(node.below, *below, changed) : node.below);
        }
    }
    return out;
}

struct Conflict {
    ManagerId manager;
    std::string path;
    Set field; ///< the one field
};

/// The members of a set, each as a set of its own, in the order of `texts`.
void single(const Set& set, const std::function<Set(Set)>& wrap, std::vector<Set>& out) {
    for (const Set::Node& node : set.nodes()) {
        if (!node.member) continue;
        Set one;
        one.add(node.element, true, {});
        out.push_back(wrap(std::move(one)));
    }
    for (const Set::Node& node : set.nodes()) {
        if (node.below.empty()) continue;
        single(
            node.below,
            [&](Set inner) {
                Set outer;
                outer.add(node.element, false, std::move(inner));
                return wrap(std::move(outer));
            },
            out);
    }
}

Status conflictStatus(const std::vector<Conflict>& conflicts) {
    Status status;
    status.reason = Reason::Conflict;
    for (const Conflict& each : conflicts)
        status.causes.push_back(
            {"FieldManagerConflict", "conflict with " + each.manager.toText(), each.path});
    if (conflicts.size() == 1) {
        status.message = fmt::format("Apply failed with 1 conflict: conflict with {}: {}",
                                     conflicts[0].manager.toText(), conflicts[0].path);
        return status;
    }
    status.message = fmt::format("Apply failed with {} conflicts: ", conflicts.size());
    const ManagerId* last = nullptr;
    for (const Conflict& each : conflicts) {
        if (last == nullptr || *last != each.manager) {
            if (last != nullptr) status.message += "\n";
            status.message += fmt::format("conflicts with {}:", each.manager.toText());
        }
        last = &each.manager;
        status.message += "\n- " + each.path;
    }
    return status;
}

/// One application; the parts are in the order in which they happen.
class Application {
  public:
    Application(const ApplyRequest& request, SetCache& cache) : request_(request), cache_(cache) {}

    Result<Applied> run();

  private:
    Result<void> readConfig();
    void startTracking();
    /// Fails with a Conflict status when something would be taken that may not be.
    Result<void> lay(bool force);
    json::value pruned(json::value merged, const Set& last) const;
    Set allowedByLastApplied();
    void rememberLastApplied();
    const Type& type() const { return *request_.type; }

    const ApplyRequest& request_;
    SetCache& cache_;
    json::value config_;
    json::value live_;
    Managers before_;
    // What came of it:
    json::value object_;
    Managers managers_;
    std::vector<Conflict> conflicts_;
};

Result<void> Application::readConfig() {
    auto config = parseObject(request_.config);
    if (!config) return fail(Reason::BadRequest, "error decoding YAML: " + config.error().message);
    config_ = std::move(*config);
    const std::string version = textAt(config_, "apiVersion");
    const std::string kind = textAt(config_, "kind");
    const std::string named = groupVersionKind(version, kind);
    if (version != request_.writer.apiVersion || kind != request_.writer.kind)
        return fail(Reason::BadRequest, "invalid object type: " + named);
    const json::object* metadata = objectAt(config_, "metadata");
    const json::value* managed = metadata != nullptr ? metadata->if_contains("managedFields") : nullptr;
    if (managed != nullptr && managed->is_array())
        return fail(Reason::BadRequest, "metadata.managedFields must be nil");
    if (const auto errors = validate(type(), config_, false); !errors.empty())
        return fail(Reason::InternalError, fmt::format("failed to create typed patch object ({}; {}): {}",
                                                       request_.name, named, joined(errors)));
    return {};
}

/// Whatever was there before the first application belongs to somebody of whom nothing is known.
void Application::startTracking() {
    before_ = decodeManagers(*request_.managed, cache_).value_or(Managers());
    for (auto& [id, entry] : before_) {
        bool changed = false;
        Set set = reconciled(*entry.fields, type(), changed);
        if (changed) entry.replace(std::move(set));
    }
    if (!before_.empty()) return;
    const auto empty = parseObject(request_.empty);
    if (!empty) return;
    const Comparison all = compare(type(), *empty, live_);
    Set owned = withoutSystemFields(all.changed().recursiveDifference(request_.writer.resets));
    if (owned.empty()) return;
    Writer unknown = request_.writer;
    unknown.manager = "before-first-apply";
    ManagerEntry& entry = before_[updaterOf(unknown)];
    entry.replace(std::move(owned));
    entry.version = unknown.apiVersion;
    entry.time = unknown.now;
}

/// Without what the manager applied last time, does not apply now, and nobody else owns.
json::value Application::pruned(json::value merged, const Set& last) const {
    if (last.empty()) return merged;
    const auto named = [this](const Set& set) { return withNamedFields(set, type()); };
    const Set inMerged = named(fieldsOf(type(), merged));
    const json::value bare = without(type(), merged, named(last));
    Set owned;
    for (const auto& [id, entry] : managers_)
        owned = owned.unionWith(*entry.fields);
    const Set kept = named(fieldsOf(type(), bare)).unionWith(named(owned));
    const json::value restored = without(type(), merged, inMerged.difference(kept));
    const Set gone = inMerged.difference(named(fieldsOf(type(), restored)));
    return without(type(), merged, gone.intersection(named(last)));
}

Result<void> Application::lay(bool force) {
    const ManagerId self = applierOf(request_.writer);
    managers_ = before_;
    conflicts_.clear();
    auto merged = merge(type(), live_, config_);
    if (!merged) return fail(merged.error());
    const auto previous = managers_.find(self);
    const Set last = previous != managers_.end() ? *previous->second.fields : Set();
    ManagerEntry& own = managers_[self];
    own.replace(fieldsOf(type(), config_).recursiveDifference(request_.writer.resets));
    own.version = request_.writer.apiVersion;
    object_ = pruned(std::move(*merged), last);

    Comparison changes = compare(type(), live_, object_);
    if (!request_.writer.resets.empty())
        for (Set* set : {&changes.added, &changes.modified, &changes.removed})
            *set = set->recursiveDifference(request_.writer.resets);
    const Set changed = changes.changed();
    for (const auto& [id, entry] : managers_) {
        if (id == self) continue;
        std::vector<Set> fields;
        single(
            entry.fields->intersection(changed), [](Set set) { return set; }, fields);
        for (Set& field : fields)
            conflicts_.push_back({id, field.texts().front(), std::move(field)});
    }
    if (!force && !conflicts_.empty()) return fail(conflictStatus(conflicts_));
    disown(managers_, changes, &self);
    if (const auto at = managers_.find(self); at != managers_.end())
        at->second.replace(withoutSystemFields(*at->second.fields));
    return {};
}

/// What kubectl's client-side apply set and nobody has changed since is kubectl's to change.
Set Application::allowedByLastApplied() {
    json::value* text = annotationOf(live_);
    if (text == nullptr) return {};
    const auto applied = parseObject(std::string_view(text->get_string()));
    if (!applied || textAt(*applied, "apiVersion") != request_.writer.apiVersion) return {};
    if (!validate(type(), *applied, false).empty()) return {};
    const Comparison since = compare(type(), *applied, live_);
    return fieldsOf(type(), *applied)
        .difference(since.modified)
        .difference(since.added)
        .difference(since.removed);
}

/// Keeps kubectl's annotation in step, so that client-side apply still works afterwards.
void Application::rememberLastApplied() {
    json::value* text = annotationOf(object_);
    if (text == nullptr) return;
    json::value config = config_;
    if (annotationOf(config) != nullptr)
        objectAt(config, "metadata")->at("annotations").get_object().erase(lastApplied);
    const std::string remembered = json::serialize(sorted(config)) + "\n";
    json::object& annotations = objectAt(object_, "metadata")->at("annotations").get_object();
    if (remembered.size() < annotationsLimit)
        *text = json::string(remembered);
    else
        annotations.erase(lastApplied);
}

Result<Applied> Application::run() {
    if (auto done = readConfig(); !done) return fail(done.error());
    auto live = parseObject(request_.live);
    if (!live) return fail(live.error());
    live_ = std::move(*live);
    startTracking();
    auto done = lay(request_.force);
    const bool kubectl = request_.writer.manager == "kubectl";
    if (!done && kubectl && done.error().reason == Reason::Conflict) {
        const Set allowed = allowedByLastApplied();
        if (!allowed.empty()) {
            std::erase_if(conflicts_, [&](const Conflict& each) { return allowed.contains(each.field); });
            if (!conflicts_.empty()) return fail(conflictStatus(conflicts_));
            done = lay(true);
        }
    }
    if (!done) return fail(done.error());
    Applied applied;
    applied.changed = !equals(live_, object_);
    // A time says when the manager last changed something.
    if (const auto own = managers_.find(applierOf(request_.writer)); own != managers_.end()) {
        const auto was = before_.find(own->first);
        own->second.time.reset();
        if (applied.changed)
            own->second.time = request_.writer.now;
        else if (was != before_.end())
            own->second.time = was->second.time;
    }
    if (kubectl) rememberLastApplied();
    applied.object = json::serialize(object_);
    applied.managed = encodeManagers(managers_);
    return applied;
}

} // namespace

Result<Applied> apply(const ApplyRequest& request, SetCache& cache) {
    return Application(request, cache).run();
}

Result<Comparison> compareJson(const Type& type, std::string_view before, std::string_view after,
                               const Set& ignored) {
    auto left = parseObject(before);
    if (!left) return fail(left.error());
    auto right = parseObject(after);
    if (!right) return fail(right.error());
    Comparison out = compare(type, *left, *right);
    static const Set always =
        Set::ofFields({"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.uid",
                       "metadata.resourceVersion", "metadata.managedFields", "metadata.creationTimestamp",
                       "metadata.selfLink", "metadata.generation"});
    for (Set* set : {&out.added, &out.modified, &out.removed})
        *set = set->recursiveDifference(always).recursiveDifference(ignored);
    return out;
}

Result<Set> fieldsOfJson(const Type& type, std::string_view object) {
    auto value = parseObject(object);
    if (!value) return fail(value.error());
    return fieldsOf(type, *value);
}

} // namespace wheelhouse::api::apply
