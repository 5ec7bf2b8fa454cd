#include "discovery.h"

#include "encode.h"
#include "engine/api/codec.h"
#include "engine/api/openapi.h"
#include "engine/api/types.h"
#include "errors.h"
#include "json_text.h"
#include "negotiate.h"

#include <algorithm>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

constexpr std::string_view aggregatedType =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

std::string sha512(std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), digest, &length, EVP_sha512(), nullptr);
    std::string out;
    for (unsigned int i = 0; i < length; ++i)
        out += fmt::format("{:02X}", digest[i]);
    return out;
}

/// What a subresource answers with and takes, where that is not the parent's own kind.
api::meta::GroupVersionKind subresourceKind(const api::Kind& kind, const std::string& subresource) {
    api::meta::GroupVersionKind out;
    out.set_group(kind.name.group);
    out.set_version(kind.name.version);
    out.set_kind(kind.kind);
    if (subresource == "scale") {
        out.set_group("autoscaling");
        out.set_version("v1");
        out.set_kind("Scale");
    } else if (subresource == "eviction") {
        out.set_group("policy");
        out.set_version("v1");
        out.set_kind("Eviction");
    } else if (subresource == "token") {
        out.set_group("authentication.k8s.io");
        out.set_version("v1");
        out.set_kind("TokenRequest");
    } else if (subresource == "binding") {
        out.set_kind("Binding");
    }
    return out;
}

std::vector<std::string> subresourceVerbs(const std::string& subresource) {
    if (subresource == "log") return {"get"};
    if (subresource == "binding" || subresource == "eviction" || subresource == "token") return {"create"};
    if (subresource == "finalize") return {"update"};
    return {"get", "patch", "update"};
}

/// Subresources that are really answered; a row may name more than this version serves.
bool served(const std::string& subresource) {
    static const std::set<std::string> all = {"approval", "status",   "scale",    "log",
                                              "binding",  "eviction", "finalize", "token"};
    return all.count(subresource) > 0;
}

/// Group names in registry order; the core group is left out.
std::vector<std::string> groups() {
    std::vector<std::string> out;
    for (const api::Kind* kind : api::kinds())
        if (!kind->name.group.empty() && std::find(out.begin(), out.end(), kind->name.group) == out.end())
            out.push_back(kind->name.group);
    return out;
}

std::vector<std::string> versionsOf(const std::string& group) {
    std::vector<std::string> out;
    for (const api::Kind* kind : api::kinds())
        if (kind->name.group == group && std::find(out.begin(), out.end(), kind->name.version) == out.end())
            out.push_back(kind->name.version);
    return out;
}

void addResource(api::apidiscovery::APIVersionDiscovery& version, const api::Kind& kind) {
    auto& resource = *version.add_resources();
    resource.set_resource(kind.name.resource);
    *resource.mutable_responsekind() = subresourceKind(kind, "");
    resource.set_scope(kind.namespaced ? "Namespaced" : "Cluster");
    resource.set_singularresource(kind.singular);
    for (const auto& verb : verbsOf(kind))
        resource.add_verbs(verb);
    for (const auto& name : kind.shortNames)
        resource.add_shortnames(name);
    for (const auto& category : kind.categories)
        resource.add_categories(category);
    for (const auto& name : kind.subresources) {
        if (!served(name)) continue;
        auto& sub = *resource.add_subresources();
        sub.set_subresource(name);
        *sub.mutable_responsekind() = subresourceKind(kind, name);
        for (const auto& verb : subresourceVerbs(name))
            sub.add_verbs(verb);
    }
}

void addGroup(api::apidiscovery::APIGroupDiscoveryList& list, const std::string& group) {
    auto& item = *list.add_items();
    item.mutable_metadata();
    if (!group.empty()) item.mutable_metadata()->set_name(group);
    for (const auto& versionName : versionsOf(group)) {
        auto& version = *item.add_versions();
        version.set_version(versionName);
        version.set_freshness("Current");
        for (const api::Kind* kind : api::kinds())
            if (kind->name.group == group && kind->name.version == versionName) addResource(version, *kind);
    }
}

std::string aggregated(bool coreGroup) {
    api::apidiscovery::APIGroupDiscoveryList list;
    list.mutable_metadata();
    if (coreGroup)
        addGroup(list, "");
    else
        for (const auto& group : groups())
            addGroup(list, group);
    return api::encodeJson(list, "apidiscovery.k8s.io/v2", "APIGroupDiscoveryList");
}

api::meta::APIGroup legacyGroup(const std::string& name) {
    api::meta::APIGroup group;
    group.set_name(name);
    for (const auto& versionName : versionsOf(name)) {
        auto& version = *group.add_versions();
        version.set_groupversion(name + "/" + versionName);
        version.set_version(versionName);
    }
    *group.mutable_preferredversion() = group.versions(0);
    return group;
}

api::meta::APIResourceList legacyResources(const std::string& group, const std::string& version) {
    api::meta::APIResourceList list;
    list.set_groupversion(group.empty() ? version : group + "/" + version);
    for (const api::Kind* kind : api::kinds()) {
        if (kind->name.group != group || kind->name.version != version) continue;
        auto& resource = *list.add_resources();
        resource.set_name(kind->name.resource);
        resource.set_singularname(kind->singular);
        resource.set_namespaced(kind->namespaced);
        resource.set_kind(kind->kind);
        for (const auto& verb : verbsOf(*kind))
            resource.mutable_verbs()->add_items(verb);
        for (const auto& name : kind->shortNames)
            resource.add_shortnames(name);
        for (const auto& category : kind->categories)
            resource.add_categories(category);
        for (const auto& name : kind->subresources) {
            if (!served(name)) continue;
            auto& sub = *list.add_resources();
            const auto answers = subresourceKind(*kind, name);
            sub.set_name(kind->name.resource + "/" + name);
            sub.set_singularname("");
            sub.set_namespaced(kind->namespaced);
            sub.set_kind(answers.kind());
            if (answers.group() != group || answers.version() != version) {
                sub.set_group(answers.group());
                sub.set_version(answers.version());
            }
            for (const auto& verb : subresourceVerbs(name))
                sub.mutable_verbs()->add_items(verb);
        }
    }
    return list;
}

Response document(std::string body, std::string contentType, const Request& request, bool cacheable) {
    Response response;
    response.headers.emplace_back("content-type", std::move(contentType));
    if (cacheable) {
        const std::string etag = "\"" + sha512(body) + "\"";
        response.headers.emplace_back("etag", etag);
        response.headers.emplace_back("vary", "Accept");
        response.headers.emplace_back("cache-control", "public");
        if (request.header("if-none-match") == etag) {
            response.code = 304;
            return response;
        }
    } else
        response.headers.emplace_back("cache-control", "no-cache, private");
    response.body = std::make_shared<const std::string>(std::move(body));
    return response;
}

Response refusal(const Status& status, const Format& format) {
    Response response;
    response.code = httpCode(status.reason);
    response.headers.emplace_back("content-type", format.contentType(false));
    response.body = std::make_shared<const std::string>(encodeStatus(status, format));
    return response;
}

std::string openApiIndex() {
    std::string out = "{\"paths\":{";
    bool first = true;
    for (const auto& each : api::openApiV3()) {
        if (!std::exchange(first, false)) out += ",";
        appendQuoted(out, each.path);
        out += ":{\"serverRelativeURL\":";
        appendQuoted(out, "/openapi/v3/" + each.path + "?hash=" + each.hash);
        out += "}";
    }
    return out + "}}";
}

Response openApiDocument(const RequestInfo& info, const Request& request) {
    for (const auto& each : api::openApiV3()) {
        if (each.path != info.rest) continue;
        const std::string& hash = info.query.text("hash");
        Response response;
        if (!hash.empty() && hash != each.hash) {
            response.code = 301;
            response.headers.emplace_back("location", "/openapi/v3/" + each.path + "?hash=" + each.hash);
            return response;
        }
        const std::string etag = "\"" + each.hash + "\"";
        response.headers.emplace_back("content-type", "application/json");
        response.headers.emplace_back("etag", etag);
        response.headers.emplace_back("vary", "Accept");
        response.headers.emplace_back("cache-control",
                                      hash.empty() ? "no-cache, private" : "public, immutable");
        if (request.header("if-none-match") == etag) response.code = 304;
        // The documents live as long as the program: their text is shared, not copied.
        else
            response.body = Bytes(std::shared_ptr<void>(), &each.json);
        return response;
    }
    return refusal(noSuchResource(), Format{});
}

std::string versionJson(const Options& options) {
    return fmt::format(
        "{{\"major\":\"1\",\"minor\":\"35\",\"emulationMajor\":\"1\",\"emulationMinor\":\"35\","
        "\"minCompatibilityMajor\":\"1\",\"minCompatibilityMinor\":\"34\",\"gitVersion\":\"{}\","
        "\"gitCommit\":\"\",\"gitTreeState\":\"clean\",\"buildDate\":\"{}\",\"goVersion\":\"\","
        "\"compiler\":\"g++\",\"platform\":\"linux/amd64\"}}",
        options.gitVersion, options.buildDate);
}

std::string rootPaths() {
    std::vector<std::string> paths = {"/api", "/api/v1", "/apis"};
    for (const auto& group : groups()) {
        paths.push_back("/apis/" + group);
        for (const auto& version : versionsOf(group))
            paths.push_back("/apis/" + group + "/" + version);
    }
    for (const char* path : {"/healthz", "/livez", "/openapi/v3", "/readyz", "/version"})
        paths.emplace_back(path);
    api::meta::RootPaths message;
    for (const auto& path : paths)
        message.add_paths(path);
    return api::encodeJson(message);
}

} // namespace

std::vector<std::string> verbsOf(const api::Kind& kind) {
    return kind.verbs;
}

Response answerDiscovery(const RequestInfo& info, const Request& request, const Options& options) {
    using Area = RequestInfo::Area;
    const std::string_view accept = request.header("accept");
    if (info.area == Area::Version) return document(versionJson(options), "application/json", request, false);
    if (info.area == Area::Root) return document(rootPaths(), "application/json", request, false);
    if (info.area == Area::OpenApiIndex) return document(openApiIndex(), "application/json", request, true);
    if (info.area == Area::OpenApiDocument) return openApiDocument(info, request);
    const bool root = info.area == Area::CoreVersions || info.area == Area::Groups;
    if (root && wantsAggregatedDiscovery(accept))
        return document(aggregated(info.area == Area::CoreVersions), std::string(aggregatedType), request,
                        true);
    auto negotiated = negotiate(accept, false, false);
    if (!negotiated) return refusal(negotiated.error(), Format{});
    const Format& format = *negotiated;
    const auto encode = [&](const google::protobuf::Message& message, std::string_view kind) {
        return document(encodeMessage(message, "v1", kind, format), format.contentType(false), request, root);
    };
    if (info.area == Area::CoreVersions) {
        api::meta::APIVersions versions;
        versions.add_versions("v1");
        return encode(versions, "APIVersions");
    }
    if (info.area == Area::Groups) {
        api::meta::APIGroupList list;
        for (const auto& group : groups())
            *list.add_groups() = legacyGroup(group);
        return encode(list, "APIGroupList");
    }
    if (info.area == Area::Group) return encode(legacyGroup(info.group), "APIGroup");
    return encode(legacyResources(info.group, info.version), "APIResourceList");
}

} // namespace wheelhouse::apiserver
