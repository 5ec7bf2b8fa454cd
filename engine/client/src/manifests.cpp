#include "engine/client/manifests.h"

#include "engine/api/codec.h"
#include "engine/client/async.h"
#include "three_way.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace wheelhouse::client {

namespace json = boost::json;

namespace {

constexpr const char* lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr int conflictRetries = 5;

/// One document, understood as far as a path needs it.
struct Document {
    json::object object;
    std::string apiVersion;
    std::string kind;
    std::string name;
    std::string nameSpace; ///< as written; empty when the document says none
};

std::string textAt(const json::object& object, std::string_view key) {
    const auto found = object.find(key);
    return found != object.end() && found->value().is_string() ? std::string(found->value().get_string())
                                                               : std::string();
}

Result<void> addDocument(json::value value, std::vector<Document>& documents) {
    if (!value.is_object())
        return fail(Reason::BadRequest, "a manifest must be an object with apiVersion and kind");
    Document document;
    document.object = std::move(value.get_object());
    document.apiVersion = textAt(document.object, "apiVersion");
    document.kind = textAt(document.object, "kind");
    if (document.kind.empty()) return fail(Reason::BadRequest, "Object 'Kind' is missing");
    if (document.apiVersion.empty()) return fail(Reason::BadRequest, "Object 'apiVersion' is missing");
    const auto items = document.object.find("items");
    if (document.kind.ends_with("List") && items != document.object.end() && items->value().is_array()) {
        for (json::value& item : items->value().get_array())
            if (auto added = addDocument(std::move(item), documents); !added) return added;
        return {};
    }
    const auto metadata = document.object.find("metadata");
    if (metadata != document.object.end() && metadata->value().is_object()) {
        document.name = textAt(metadata->value().get_object(), "name");
        document.nameSpace = textAt(metadata->value().get_object(), "namespace");
    }
    documents.push_back(std::move(document));
    return {};
}

Result<std::vector<Document>> readDocuments(const std::string& text) {
    auto texts = api::yamlToJson(text);
    if (!texts) return fail(texts.error());
    std::vector<Document> documents;
    for (const std::string& each : *texts) {
        json::error_code error;
        json::value value = json::parse(each, error);
        if (error) return fail(Reason::BadRequest, "the text is not a manifest: " + error.message());
        if (auto added = addDocument(std::move(value), documents); !added) return fail(added.error());
    }
    if (documents.empty()) return fail(Reason::BadRequest, "the text holds no manifest");
    return documents;
}

/// Where a document goes.
struct Target {
    ResourceName resource;
    const api::Kind* kind = nullptr; ///< null for kinds this program has no schema of
    bool namespaced = false;
};

std::string describe(const Document& document, const Target& target, const std::string& nameSpace) {
    std::string lower = document.kind;
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    std::string what = target.resource.group.empty() ? lower : lower + "." + target.resource.group;
    what += "/" + document.name;
    return target.namespaced ? what + " in namespace " + nameSpace : what;
}

/// The document with its namespace and the annotation that remembers it: what is sent, and what the next
/// apply compares.
json::object annotated(json::object object, const std::string& nameSpace, bool namespaced) {
    json::object& metadata = object["metadata"].is_object() ? object["metadata"].get_object()
                                                            : object["metadata"].emplace_object();
    if (namespaced) metadata["namespace"] = nameSpace;
    if (!metadata.contains("annotations") || !metadata["annotations"].is_object())
        metadata["annotations"].emplace_object();
    metadata["annotations"].get_object().erase(lastApplied);
    const std::string remembered = json::serialize(object) + "\n";
    metadata["annotations"].get_object()[lastApplied] = remembered;
    return object;
}

/// What a write left behind; empty for kinds this program has no schema of.
std::string jsonOf(const Target& target, const Written& written) {
    if (!target.kind || !written.object) return {};
    return api::encodeJson(*written.object->message(), target.kind->apiVersion(), target.kind->kind);
}

json::object remembered(const json::object& live) {
    const auto* metadata = live.if_contains("metadata");
    const auto* annotations =
        metadata && metadata->is_object() ? metadata->get_object().if_contains("annotations") : nullptr;
    const auto* text = annotations && annotations->is_object()
                           ? annotations->get_object().if_contains(lastApplied)
                           : nullptr;
    if (!text || !text->is_string()) return {};
    json::error_code error;
    json::value value = json::parse(text->get_string(), error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

/// Works through the documents of one text, one after another.
class Applier : public std::enable_shared_from_this<Applier> {
  public:
    Applier(Cluster& cluster, std::vector<Document> documents, std::string defaultNamespace, bool dryRun,
            Callback<std::vector<ManifestOutcome>> done)
        : api_(cluster), documents_(std::move(documents)), defaultNamespace_(std::move(defaultNamespace)),
          dryRun_(dryRun), done_(std::move(done)) {}

    void start() {
        // The task keeps this alive; it ends with its last answer.
        tasks_.run(applyAll(),
                   [self = shared_from_this()](Result<void>) { self->done_(std::move(self->outcomes_)); });
    }

  private:
    client::Step applyAll() {
        for (const Document& document : documents_) {
            ManifestOutcome outcome;
            outcome.what = document.kind + "/" + document.name;
            auto applied = co_await applyOne(document, outcome);
            if (!applied) {
                outcome.action = ManifestOutcome::Action::Failed;
                outcome.error = applied.error();
            }
            outcomes_.push_back(std::move(outcome));
        }
        co_return Result<void>();
    }

    Task<Result<Target>> locate(const Document& document) {
        if (const api::Kind* kind = api::findKind(document.apiVersion, document.kind))
            co_return Target{kind->name, kind, kind->namespaced};
        if (!discovered_) {
            Call<std::vector<ResourceInfo>> call(
                [cluster = &api_.cluster()](Callback<std::vector<ResourceInfo>> done) {
                    cluster->discover(std::move(done));
                });
            auto found = co_await call;
            if (!found) co_return fail(found.error());
            discovered_ = std::move(*found);
        }
        for (const ResourceInfo& info : *discovered_)
            if (info.kind == document.kind && info.name.apiVersion() == document.apiVersion)
                co_return Target{info.name, nullptr, info.namespaced};
        co_return fail(Reason::NotFound, fmt::format("no matches for kind \"{}\" in version \"{}\"",
                                                     document.kind, document.apiVersion));
    }

    /// The live object as JSON; nothing when there is none.
    Task<Result<std::optional<json::object>>> fetch(const Target& target, const std::string& nameSpace,
                                                    const std::string& name) {
        std::string text;
        if (target.kind) {
            auto object = co_await api_.get(target.resource, nameSpace, name);
            if (!object && object.error().reason == Reason::NotFound) co_return std::optional<json::object>();
            if (!object) co_return fail(object.error());
            text = api::encodeJson(*(*object)->message(), target.kind->apiVersion(), target.kind->kind);
        } else {
            Call<std::string> call(
                [cluster = &api_.cluster(), target, nameSpace, name](Callback<std::string> done) {
                    cluster->yaml(target.resource, nameSpace, name, std::move(done));
                });
            auto yaml = co_await call;
            if (!yaml && yaml.error().reason == Reason::NotFound) co_return std::optional<json::object>();
            if (!yaml) co_return fail(yaml.error());
            auto texts = api::yamlToJson(*yaml);
            if (!texts) co_return fail(texts.error());
            if (!texts->empty()) text = texts->front();
        }
        json::error_code error;
        json::value value = json::parse(text, error);
        if (error || !value.is_object())
            co_return fail(Reason::InternalError, "the server's object is not JSON");
        co_return std::optional<json::object>(std::move(value.get_object()));
    }

    client::Step applyOne(const Document& document, ManifestOutcome& outcome) {
        auto target = co_await locate(document);
        if (!target) co_return fail(target.error());
        const std::string nameSpace = !target->namespaced          ? std::string()
                                      : document.nameSpace.empty() ? defaultNamespace_
                                                                   : document.nameSpace;
        outcome.what = describe(document, *target, nameSpace);
        if (document.name.empty()) co_return fail(Reason::Invalid, "resource name may not be empty");
        const json::object wanted = annotated(document.object, nameSpace, target->namespaced);
        for (int attempt = 0;; ++attempt) {
            auto result = co_await applyTo(*target, nameSpace, document.name, wanted, outcome);
            if (result) co_return result;
            const Reason why = result.error().reason;
            // Somebody wrote, deleted or made it in between: look again.
            const bool raced = why == Reason::Conflict || why == Reason::AlreadyExists ||
                               (why == Reason::NotFound && raceableNotFound_);
            if (!raced || attempt + 1 >= conflictRetries) co_return result;
        }
    }

    client::Step applyTo(const Target& target, const std::string& nameSpace, const std::string& name,
                         const json::object& wanted, ManifestOutcome& outcome) {
        raceableNotFound_ = false;
        auto live = co_await fetch(target, nameSpace, name);
        if (!live) co_return fail(live.error());
        WriteOptions options;
        options.dryRun = dryRun_;
        options.fieldManager = "kubectl-client-side-apply";
        options.fieldValidation = "Strict";
        if (!*live) {
            auto start = api_.creating(target.resource, nameSpace,
                                       RawBody{json::serialize(wanted), "application/json"}, options);
            auto made = co_await Call<Written>(std::move(start));
            if (!made) co_return fail(made.error());
            outcome.action = ManifestOutcome::Action::Created;
            outcome.after = jsonOf(target, *made);
            outcome.warnings = std::move(made->warnings);
            co_return Result<void>();
        }
        const json::object patch = threeWayPatch(remembered(**live), wanted, **live,
                                                 target.kind ? target.kind->descriptor : nullptr);
        outcome.action = ManifestOutcome::Action::Unchanged;
        outcome.before = json::serialize(**live);
        outcome.after = outcome.before;
        if (patch.empty()) co_return Result<void>();
        const auto type = target.kind ? api::PatchType::Strategic : api::PatchType::Merge;
        raceableNotFound_ = true;
        Call<Written> call([cluster = &api_.cluster(), target, nameSpace, name, type,
                            text = json::serialize(patch), options](Callback<Written> done) {
            cluster->patch(target.resource, nameSpace, name, type, text, options, std::move(done));
        });
        auto patched = co_await call;
        if (!patched) co_return fail(patched.error());
        outcome.action = ManifestOutcome::Action::Configured;
        outcome.after = jsonOf(target, *patched);
        outcome.warnings = std::move(patched->warnings);
        co_return Result<void>();
    }

    Api api_;
    std::vector<Document> documents_;
    std::string defaultNamespace_;
    bool dryRun_;
    Callback<std::vector<ManifestOutcome>> done_;
    std::vector<ManifestOutcome> outcomes_;
    std::optional<std::vector<ResourceInfo>> discovered_;
    bool raceableNotFound_ = false;
    TaskScope tasks_;
};

/// A turn on the cluster's executor for answers that need no call: callbacks never run inside the call
/// itself.
void answerLater(Cluster& cluster, Status why, Callback<std::vector<ManifestOutcome>> done) {
    cluster.discover([done = std::move(done), why = std::move(why)](Result<std::vector<ResourceInfo>>) {
        done(fail(why));
    });
}

} // namespace

void applyManifests(Cluster& cluster, std::string text, const std::string& defaultNamespace, bool dryRun,
                    Callback<std::vector<ManifestOutcome>> done) {
    auto documents = readDocuments(text);
    if (!documents) return answerLater(cluster, documents.error(), std::move(done));
    std::make_shared<Applier>(cluster, std::move(*documents), defaultNamespace, dryRun, std::move(done))
        ->start();
}

} // namespace wheelhouse::client
