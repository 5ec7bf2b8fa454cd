#include "engine/api/openapi.h"
#include "engine/api/computed.h"

#include "engine/api/custom_resource.h"
#include "engine/api/types.h"
#include "openapi/hash.h"
#include "openapi/schemas.h"

#include <algorithm>

namespace wheelhouse::api {
namespace {

using google::protobuf::Descriptor;
using openapi::SchemaOf;
using openapi::Schemas;

/// One operation on one path.
struct Operation {
    std::string_view method; ///< of HTTP, lower case
    std::string_view action; ///< Kubernetes' verb
    const Kind* kind = nullptr;
    SchemaOf request;  ///< nothing: no body
    SchemaOf response; ///< nothing: text
    bool namespaced = false;
    bool named = false;
    std::string suffix;    ///< of the operation's id: "", "Status", "ForAllNamespaces", …
    std::string bodyGroup; ///< where the operation's kind is not `kind`: eviction, scale
    std::string bodyVersion;
    std::string connects{}; ///< the kind of the options of a stream or proxy
};

constexpr std::array<std::string_view, 4> patchTypes = {
    "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json",
    "application/strategic-merge-patch+json"};

void member(JsonWriter& writer, std::string_view key, std::string_view text) {
    writer.dataKey(key);
    writer.string(text);
}

void parameter(JsonWriter& writer, std::string_view name, std::string_view place, std::string_view type,
               std::string_view description) {
    writer.beginObject();
    member(writer, "name", name);
    member(writer, "in", place);
    member(writer, "description", description);
    if (place == "path") {
        writer.dataKey("required");
        writer.boolean(true);
    }
    writer.dataKey("schema");
    writer.beginObject();
    member(writer, "type", type);
    writer.dataKey("uniqueItems");
    writer.boolean(true);
    writer.endObject();
    writer.endObject();
}

void writeParameters(JsonWriter& writer, const Operation& operation) {
    const auto query = [&](std::string_view name, std::string_view type, std::string_view description) {
        parameter(writer, name, "query", type, description);
    };
    writer.dataKey("parameters");
    writer.beginArray();
    if (operation.named) parameter(writer, "name", "path", "string", "Name of the object.");
    if (operation.namespaced) parameter(writer, "namespace", "path", "string", "Namespace of the object.");
    if (operation.suffix == "ProxyWithPath")
        parameter(writer, "path", "path", "string", "Path on the other side.");
    const bool connects = !operation.connects.empty();
    const bool writes =
        !connects && (operation.method == "post" || operation.method == "put" || operation.method == "patch");
    if (writes || (!connects && operation.method == "delete"))
        query("dryRun", "string", "\"All\": everything but the write itself.");
    if (writes) {
        query("fieldManager", "string", "Who makes the change, for the record of who owns which field.");
        query("fieldValidation", "string",
              "Unknown and duplicate fields: \"Ignore\", \"Warn\" (default) or \"Strict\".");
    }
    if (writes && operation.method == "patch")
        query("force", "boolean", "With apply: take over fields others own.");
    if (operation.action == "list" || operation.action == "deletecollection") {
        query("labelSelector", "string", "Only objects whose labels match.");
        query("fieldSelector", "string", "Only objects whose fields match.");
        query("limit", "integer", "At most so many objects; the answer says how to go on.");
        query("continue", "string", "Go on where an earlier list stopped.");
        query("resourceVersion", "string", "How old the answer may be.");
        query("resourceVersionMatch", "string",
              "How resourceVersion is meant: \"Exact\" or \"NotOlderThan\".");
        query("timeoutSeconds", "integer", "End the call after so many seconds.");
    }
    if (operation.action == "list") {
        query("watch", "boolean", "Stream the changes instead of listing.");
        query("allowWatchBookmarks", "boolean", "Send bookmarks into a watch.");
        query("sendInitialEvents", "boolean", "Begin a watch with all objects there are.");
    }
    if (operation.action == "delete") {
        query("gracePeriodSeconds", "integer", "Seconds the object has left; 0 = at once.");
        query("propagationPolicy", "string",
              "What becomes of dependents: \"Orphan\", \"Background\" or \"Foreground\".");
    }
    writer.endArray();
}

void content(JsonWriter& writer, std::string_view type, const SchemaOf& schema) {
    writer.dataKey(type);
    writer.beginObject();
    writer.dataKey("schema");
    if (schema)
        openapi::writeReference(writer, schema);
    else
        writer.raw(R"({"type":"string"})");
    writer.endObject();
}

void writeRequest(JsonWriter& writer, const Operation& operation) {
    if (!operation.request) return;
    writer.dataKey("requestBody");
    writer.beginObject();
    writer.dataKey("content");
    writer.beginObject();
    if (operation.method == "patch") {
        for (const std::string_view type : patchTypes)
            // Clients learn from its absence that a custom object takes no strategic merge patch.
            if (!operation.response.custom || !type.starts_with("application/strategic"))
                content(writer, type, operation.request);
    } else {
        content(writer, "*/*", operation.request);
    }
    writer.endObject();
    if (operation.method == "post" || operation.method == "put" || operation.method == "patch") {
        writer.dataKey("required");
        writer.boolean(true);
    }
    writer.endObject();
}

void writeResponses(JsonWriter& writer, const Operation& operation) {
    writer.dataKey("responses");
    writer.beginObject();
    const auto response = [&](std::string_view code, std::string_view description) {
        writer.dataKey(code);
        writer.beginObject();
        member(writer, "description", description);
        writer.dataKey("content");
        writer.beginObject();
        if (!operation.response) {
            content(writer, "text/plain", nullptr);
        } else {
            content(writer, "application/json", operation.response);
            if (!operation.response.custom)
                content(writer, "application/vnd.kubernetes.protobuf", operation.response);
            if (operation.action == "list")
                content(writer, "application/json;stream=watch", operation.response);
        }
        writer.endObject();
        writer.endObject();
    };
    response("200", "OK");
    if (operation.action == "post" || operation.action == "put" || operation.action == "patch")
        response("201", "Created");
    if (operation.action == "delete") response("202", "Accepted");
    writer.endObject();
}

std::string operationId(const Operation& operation) {
    const Kind& kind = *operation.kind;
    const std::string group =
        kind.name.group.empty() ? "Core" : kind.name.group.substr(0, kind.name.group.find('.'));
    std::string id = std::string(operation.action) + group + kind.name.version;
    if (!operation.connects.empty()) {
        id += operation.method;
        id[id.size() - operation.method.size()] = static_cast<char>(operation.method.front() - 'a' + 'A');
    }
    if (operation.namespaced) id += "Namespaced";
    return id + kind.kind + operation.suffix;
}

void writeOperation(JsonWriter& writer, const Operation& operation) {
    writer.dataKey(operation.method);
    writer.beginObject();
    member(writer, "operationId", operationId(operation));
    writer.dataKey("tags");
    writer.beginArray();
    writer.string(operation.kind->apiVersion());
    writer.endArray();
    writeParameters(writer, operation);
    writeRequest(writer, operation);
    writeResponses(writer, operation);
    member(writer, "x-kubernetes-action", operation.action);
    const bool otherKind = !operation.bodyVersion.empty();
    writer.dataKey("x-kubernetes-group-version-kind");
    writer.beginObject();
    member(writer, "group", otherKind ? operation.bodyGroup : operation.kind->name.group);
    member(writer, "kind",
           !operation.connects.empty() ? operation.connects
           : otherKind                 ? operation.response.type->name()
                                       : operation.kind->kind);
    member(writer, "version", otherKind ? operation.bodyVersion : operation.kind->name.version);
    writer.endObject();
    writer.endObject();
}

/// Collects the operations of one document and writes them path by path.
class Paths {
  public:
    explicit Paths(Schemas& schemas) : schemas_(schemas) {}

    void add(const std::string& path, Operation operation) {
        if (operation.request) schemas_.add(operation.request);
        if (operation.response) schemas_.add(operation.response);
        paths_[path].push_back(std::move(operation));
    }
    void write(JsonWriter& writer) const {
        writer.beginObject();
        for (const auto& [path, operations] : paths_) {
            writer.dataKey(path);
            writer.beginObject();
            for (const Operation& operation : operations)
                writeOperation(writer, operation);
            writer.endObject();
        }
        writer.endObject();
    }

  private:
    Schemas& schemas_;
    std::map<std::string, std::vector<Operation>> paths_;
};

/// What a connection is made through: exec and its like by GET and POST, proxies by whatever HTTP has.
bool addConnection(Paths& paths, const Kind& kind, const std::string& path, const std::string& subresource) {
    const auto add = [&](const std::string& at, std::initializer_list<std::string_view> methods,
                         const std::string& suffix, const std::string& options) {
        for (const std::string_view method : methods)
            paths.add(
                at,
                {method, "connect", &kind, nullptr, nullptr, kind.namespaced, true, suffix, {}, {}, options});
    };
    if (subresource == "exec") {
        add(path, {"get", "post"}, "Exec", "PodExecOptions");
    } else if (subresource == "attach") {
        add(path, {"get", "post"}, "Attach", "PodAttachOptions");
    } else if (subresource == "portforward") {
        add(path, {"get", "post"}, "Portforward", "PodPortForwardOptions");
    } else if (subresource == "proxy") {
        const auto all = {std::string_view("get"),    std::string_view("put"),     std::string_view("post"),
                          std::string_view("delete"), std::string_view("options"), std::string_view("head"),
                          std::string_view("patch")};
        add(path, all, "Proxy", kind.kind + "ProxyOptions");
        add(path + "/{path}", all, "ProxyWithPath", kind.kind + "ProxyOptions");
    } else {
        return false;
    }
    return true;
}

void addSubresource(Paths& paths, const Kind& kind, const std::string& objectPath,
                    const std::string& subresource) {
    const std::string path = objectPath + "/" + subresource;
    if (addConnection(paths, kind, path, subresource)) return;
    std::string suffix = subresource;
    suffix[0] = static_cast<char>(suffix[0] - 'a' + 'A');
    const bool namespaced = kind.namespaced;
    const auto* patch = meta::Patch::descriptor();
    if (subresource == "log") {
        paths.add(path, {"get", "connect", &kind, nullptr, nullptr, namespaced, true, suffix, {}, {}});
    } else if (subresource == "eviction") {
        const auto* body = policy::Eviction::descriptor();
        paths.add(path, {"post", "post", &kind, body, body, namespaced, true, suffix, "policy", "v1"});
    } else if (subresource == "binding") {
        const auto* body = core::Binding::descriptor();
        paths.add(path, {"post", "post", &kind, body, body, namespaced, true, suffix, "", "v1"});
    } else if (subresource == "finalize") {
        paths.add(path,
                  {"put", "put", &kind, kind.descriptor, kind.descriptor, namespaced, true, suffix, {}, {}});
    } else {
        const bool scale = subresource == "scale";
        const SchemaOf body = scale            ? SchemaOf(autoscaling::Scale::descriptor())
                              : customOf(kind) ? SchemaOf(kind, false)
                                               : SchemaOf(kind.descriptor);
        const std::string group = scale ? "autoscaling" : "";
        const std::string version = scale ? "v1" : "";
        paths.add(path, {"get", "get", &kind, nullptr, body, namespaced, true, suffix, group, version});
        paths.add(path, {"put", "put", &kind, body, body, namespaced, true, suffix, group, version});
        paths.add(path, {"patch", "patch", &kind, patch, body, namespaced, true, suffix, group, version});
    }
}

void addKind(Paths& paths, const Kind& kind, const std::string& base) {
    const SchemaOf object = customOf(kind) ? SchemaOf(kind, false) : SchemaOf(kind.descriptor);
    const SchemaOf list = customOf(kind) ? SchemaOf(kind, true) : SchemaOf(kind.listDescriptor);
    const auto* status = meta::Status::descriptor();
    const auto* options = meta::DeleteOptions::descriptor();
    const bool namespaced = kind.namespaced;
    const std::string collection =
        base + (namespaced ? "/namespaces/{namespace}/" : "/") + kind.name.resource;
    const std::string one = collection + "/{name}";
    if (!isComputed(kind))
        paths.add(collection, {"post", "post", &kind, object, object, namespaced, false, {}, {}, {}});
    if (!kind.storage().stored() && !isComputed(kind)) return;
    paths.add(collection, {"get", "list", &kind, nullptr, list, namespaced, false, {}, {}, {}});
    // Deleting all namespaces at once is the one thing nobody may ask for.
    if (kind.allows("deletecollection"))
        paths.add(collection,
                  {"delete", "deletecollection", &kind, options, status, namespaced, false, {}, {}, {}});
    if (namespaced)
        paths.add(base + "/" + kind.name.resource,
                  {"get", "list", &kind, nullptr, list, false, false, "ForAllNamespaces", {}, {}});
    paths.add(one, {"get", "get", &kind, nullptr, object, namespaced, true, {}, {}, {}});
    if (isComputed(kind)) {
        for (const std::string& subresource : kind.subresources) {
            std::string suffix = subresource;
            suffix[0] = static_cast<char>(suffix[0] - 'a' + 'A');
            paths.add(one + "/" + subresource,
                      {"get", "get", &kind, nullptr, object, namespaced, true, suffix, {}, {}});
        }
        return;
    }
    paths.add(one, {"put", "put", &kind, object, object, namespaced, true, {}, {}, {}});
    paths.add(one,
              {"patch", "patch", &kind, meta::Patch::descriptor(), object, namespaced, true, {}, {}, {}});
    paths.add(one, {"delete", "delete", &kind, options, status, namespaced, true, {}, {}, {}});
    for (const std::string& subresource : kind.subresources)
        addSubresource(paths, kind, one, subresource);
}

std::string pathOf(const ResourceName& name) {
    return name.group.empty() ? "api/" + name.version : "apis/" + name.apiVersion();
}

std::string makeJson(const std::string& path, const std::vector<const Kind*>& kinds) {
    Schemas schemas;
    Paths paths(schemas);
    for (const Kind* kind : kinds)
        addKind(paths, *kind, "/" + path);
    JsonWriter writer;
    writer.beginObject();
    member(writer, "openapi", "3.0.0");
    writer.dataKey("info");
    writer.beginObject();
    member(writer, "title", "Wheelhouse");
    member(writer, "version", WHEELHOUSE_VERSION);
    writer.endObject();
    writer.dataKey("paths");
    paths.write(writer);
    writer.dataKey("components");
    writer.beginObject();
    writer.dataKey("schemas");
    schemas.write(writer);
    writer.endObject();
    writer.endObject();
    return writer.take();
}

std::vector<OpenApiDocument> makeDocuments() {
    std::vector<OpenApiDocument> documents;
    for (const auto& group : Catalogue::builtIn()->groups())
        for (const auto& version : group.versions) {
            const std::string path = pathOf(version.kinds.front()->name);
            OpenApiDocument document{path, makeJson(path, version.kinds), {}};
            document.hash = sha512(document.json);
            documents.push_back(std::move(document));
        }
    return documents;
}

const OpenApiDocument* builtIn(const std::string& path) {
    for (const OpenApiDocument& document : openApiV3())
        if (document.path == path) return &document;
    return nullptr;
}

bool hasCustom(const Catalogue::Version& version) {
    return std::any_of(version.kinds.begin(), version.kinds.end(),
                       [](const Kind* kind) { return customOf(*kind) != nullptr; });
}

/// What the document is made of stands for it, so that a document nobody asks for is never made.
std::string hashOf(const Catalogue::Version& version) {
    std::string all;
    for (const Kind* kind : version.kinds)
        all += (customOf(*kind) ? customOf(*kind)->hash() : kind->name.resource) + "\n";
    return sha512(all);
}

} // namespace

const std::vector<OpenApiDocument>& openApiV3() {
    static const std::vector<OpenApiDocument> documents = makeDocuments();
    return documents;
}

std::vector<OpenApiEntry> openApiIndex(const Catalogue& catalogue) {
    std::vector<OpenApiEntry> entries;
    for (const auto& group : catalogue.groups())
        for (const auto& version : group.versions) {
            std::string path = pathOf(version.kinds.front()->name);
            const OpenApiDocument* fixed = hasCustom(version) ? nullptr : builtIn(path);
            entries.push_back({std::move(path), fixed != nullptr ? fixed->hash : hashOf(version)});
        }
    return entries;
}

std::optional<OpenApiText> openApiDocument(const Catalogue& catalogue, const std::string& path) {
    for (const auto& group : catalogue.groups())
        for (const auto& version : group.versions) {
            if (pathOf(version.kinds.front()->name) != path) continue;
            if (!hasCustom(version))
                if (const OpenApiDocument* fixed = builtIn(path))
                    // It lives as long as the program: the text is shared, not copied.
                    return OpenApiText{{std::shared_ptr<void>(), &fixed->json}, fixed->hash};
            return OpenApiText{std::make_shared<const std::string>(makeJson(path, version.kinds)),
                               hashOf(version)};
        }
    return std::nullopt;
}

} // namespace wheelhouse::api
