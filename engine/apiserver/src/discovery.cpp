#include "discovery.h"

#include "document.h"
#include "encode.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "errors.h"
#include "negotiate.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

constexpr std::string_view aggregatedType =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

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
    } else if (subresource == "exec") {
        out.set_kind("PodExecOptions");
    } else if (subresource == "attach") {
        out.set_kind("PodAttachOptions");
    } else if (subresource == "portforward") {
        out.set_kind("PodPortForwardOptions");
    } else if (subresource == "proxy") {
        out.set_kind(kind.kind + "ProxyOptions");
    }
    return out;
}

std::vector<std::string> subresourceVerbs(const std::string& subresource) {
    if (subresource == "log" || subresource == "matrix") return {"get"};
    if (subresource == "exec" || subresource == "attach" || subresource == "portforward")
        return {"create", "get"};
    if (subresource == "proxy") return {"create", "delete", "get", "patch", "update"};
    if (subresource == "binding" || subresource == "eviction" || subresource == "token") return {"create"};
    if (subresource == "finalize") return {"update"};
    return {"get", "patch", "update"};
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
        auto& sub = *resource.add_subresources();
        sub.set_subresource(name);
        *sub.mutable_responsekind() = subresourceKind(kind, name);
        for (const auto& verb : subresourceVerbs(name))
            sub.add_verbs(verb);
    }
}

void addGroup(api::apidiscovery::APIGroupDiscoveryList& list, const api::Catalogue::Group& group) {
    auto& item = *list.add_items();
    item.mutable_metadata();
    if (!group.name.empty()) item.mutable_metadata()->set_name(group.name);
    for (const auto& each : group.versions) {
        auto& version = *item.add_versions();
        version.set_version(each.version);
        version.set_freshness("Current");
        for (const api::Kind* kind : each.kinds)
            addResource(version, *kind);
    }
}

/// The resource of that name, made where it is only the parent of others.
api::apidiscovery::APIResourceDiscovery& parentOf(api::apidiscovery::APIVersionDiscovery& version,
                                                  const std::string& name, bool namespaced) {
    for (auto& each : *version.mutable_resources())
        if (each.resource() == name) return each;
    auto& made = *version.add_resources();
    made.set_resource(name);
    made.mutable_responsekind(); // clients look into it
    made.set_scope(namespaced ? "Namespaced" : "Cluster");
    return made;
}

void addSourced(api::apidiscovery::APIVersionDiscovery& version, const std::string& group,
                const GroupSource::Resource& resource) {
    api::meta::GroupVersionKind kind;
    kind.set_group(group);
    kind.set_version(version.version());
    kind.set_kind(resource.kind);
    const std::size_t slash = resource.name.find('/');
    auto& parent = parentOf(version, resource.name.substr(0, slash), resource.namespaced);
    if (slash == std::string::npos) {
        *parent.mutable_responsekind() = kind;
        for (const std::string& verb : resource.verbs)
            parent.add_verbs(verb);
        return;
    }
    auto& sub = *parent.add_subresources();
    sub.set_subresource(resource.name.substr(slash + 1));
    *sub.mutable_responsekind() = kind;
    for (const std::string& verb : resource.verbs)
        sub.add_verbs(verb);
}

void addGroup(api::apidiscovery::APIGroupDiscoveryList& list, const SourcedGroups::Group& group) {
    auto& item = *list.add_items();
    item.mutable_metadata()->set_name(group.name);
    for (const auto& each : group.versions) {
        auto& version = *item.add_versions();
        version.set_version(each.version);
        version.set_freshness("Current");
        for (const auto& resource : each.resources)
            addSourced(version, group.name, resource);
    }
}

std::string aggregated(const api::Catalogue& catalogue, const std::vector<SourcedGroups::Group>& sourced,
                       bool coreGroup) {
    api::apidiscovery::APIGroupDiscoveryList list;
    list.mutable_metadata();
    for (const auto& group : catalogue.groups())
        if (group.name.empty() == coreGroup) addGroup(list, group);
    if (!coreGroup)
        for (const auto& group : sourced)
            addGroup(list, group);
    return api::encodeJson(list, "apidiscovery.k8s.io/v2", "APIGroupDiscoveryList");
}

/// Of a Catalogue::Group or a SourcedGroups::Group.
template <class Group>
api::meta::APIGroup legacyGroup(const Group& from) {
    api::meta::APIGroup group;
    group.set_name(from.name);
    for (const auto& each : from.versions) {
        auto& version = *group.add_versions();
        version.set_groupversion(from.name + "/" + each.version);
        version.set_version(each.version);
    }
    *group.mutable_preferredversion() = group.versions(0);
    return group;
}

api::meta::APIResourceList legacyResources(const api::Catalogue& catalogue, const std::string& group,
                                           const std::string& version) {
    api::meta::APIResourceList list;
    list.set_groupversion(group.empty() ? version : group + "/" + version);
    const auto* served = catalogue.findVersion(group, version);
    if (!served) return list;
    for (const api::Kind* kind : served->kinds) {
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

const SourcedGroups::Group* findSourced(const std::vector<SourcedGroups::Group>& sourced,
                                        const std::string& name) {
    for (const auto& group : sourced)
        if (group.name == name) return &group;
    return nullptr;
}

api::meta::APIResourceList sourcedResources(const SourcedGroups::Group& group, const std::string& version) {
    api::meta::APIResourceList list;
    list.set_groupversion(group.name + "/" + version);
    for (const auto& each : group.versions) {
        if (each.version != version) continue;
        for (const auto& from : each.resources) {
            auto& resource = *list.add_resources();
            resource.set_name(from.name);
            resource.set_singularname("");
            resource.set_namespaced(from.namespaced);
            resource.set_kind(from.kind);
            for (const std::string& verb : from.verbs)
                resource.mutable_verbs()->add_items(verb);
        }
    }
    return list;
}

std::string versionJson(const Options& options) {
    return fmt::format(
        "{{\"major\":\"1\",\"minor\":\"35\",\"emulationMajor\":\"1\",\"emulationMinor\":\"35\","
        "\"minCompatibilityMajor\":\"1\",\"minCompatibilityMinor\":\"34\",\"gitVersion\":\"{}\","
        "\"gitCommit\":\"\",\"gitTreeState\":\"clean\",\"buildDate\":\"{}\",\"goVersion\":\"\","
        "\"compiler\":\"g++\",\"platform\":\"linux/amd64\"}}",
        options.gitVersion, options.buildDate);
}

/// The paths of a Catalogue::Group or a SourcedGroups::Group.
template <class Group>
void addPaths(std::vector<std::string>& paths, const Group& group) {
    paths.push_back("/apis/" + group.name);
    for (const auto& each : group.versions)
        paths.push_back("/apis/" + group.name + "/" + each.version);
}

std::string rootPaths(const api::Catalogue& catalogue, const std::vector<SourcedGroups::Group>& sourced) {
    std::vector<std::string> paths = {"/api", "/api/v1", "/apis"};
    for (const auto& group : catalogue.groups())
        if (!group.name.empty()) addPaths(paths, group);
    for (const auto& group : sourced)
        addPaths(paths, group);
    for (const char* path : {"/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"})
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

Response answerDiscovery(const api::Catalogue& catalogue, const std::vector<SourcedGroups::Group>& sourced,
                         const RequestInfo& info, const Request& request, const Options& options) {
    using Area = RequestInfo::Area;
    const std::string_view accept = request.header("accept");
    if (info.area == Area::Version) return document(versionJson(options), "application/json", request, false);
    if (info.area == Area::Root)
        return document(rootPaths(catalogue, sourced), "application/json", request, false);
    const bool root = info.area == Area::CoreVersions || info.area == Area::Groups;
    if (root && wantsAggregatedDiscovery(accept))
        return document(aggregated(catalogue, sourced, info.area == Area::CoreVersions),
                        std::string(aggregatedType), request, true);
    auto negotiated = negotiate(accept, false, false);
    if (!negotiated) return refusal(negotiated.error());
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
        for (const auto& group : catalogue.groups())
            if (!group.name.empty()) *list.add_groups() = legacyGroup(group);
        for (const auto& group : sourced)
            *list.add_groups() = legacyGroup(group);
        return encode(list, "APIGroupList");
    }
    if (const auto* own = findSourced(sourced, info.group))
        return info.area == Area::Group ? encode(legacyGroup(*own), "APIGroup")
                                        : encode(sourcedResources(*own, info.version), "APIResourceList");
    // A source may go between the routing and the answer.
    if (catalogue.findGroup(info.group) == nullptr) return refusal(noSuchResource());
    if (info.area == Area::Group) return encode(legacyGroup(*catalogue.findGroup(info.group)), "APIGroup");
    return encode(legacyResources(catalogue, info.group, info.version), "APIResourceList");
}

} // namespace wheelhouse::apiserver
