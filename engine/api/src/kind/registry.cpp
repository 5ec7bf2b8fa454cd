#include "engine/api/kind.h"

#include "engine/api/types.h"
#include "engine/base/assert.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace wheelhouse::api {
namespace {

using Strings = std::vector<std::string>;

/// What the message types cannot say: plural, scope, short names, subresources. Singular is the kind in lower
/// case.
template <class M, class L>
Kind row(std::string group, std::string version, std::string plural, bool namespaced, Strings shortNames,
         Strings subresources, Strings categories = {}) {
    Kind kind;
    kind.name = {std::move(group), std::move(version), std::move(plural)};
    kind.kind = M::descriptor()->name();
    kind.singular = kind.kind;
    std::transform(kind.singular.begin(), kind.singular.end(), kind.singular.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    kind.shortNames = std::move(shortNames);
    kind.categories = std::move(categories);
    kind.namespaced = namespaced;
    kind.subresources = std::move(subresources);
    kind.descriptor = M::descriptor();
    kind.listDescriptor = L::descriptor();
    return kind;
}

std::vector<Kind> makeRows() {
    const Strings all = {"all"};
    std::vector<Kind> rows;
    rows.push_back(row<core::ConfigMap, core::ConfigMapList>("", "v1", "configmaps", true, {"cm"}, {}));
    rows.push_back(row<core::Event, core::EventList>("", "v1", "events", true, {"ev"}, {}));
    rows.push_back(row<core::Namespace, core::NamespaceList>("", "v1", "namespaces", false, {"ns"},
                                                             {"finalize", "status"}));
    rows.push_back(row<core::Node, core::NodeList>("", "v1", "nodes", false, {"no"}, {"status"}));
    rows.push_back(row<core::Pod, core::PodList>("", "v1", "pods", true, {"po"},
                                                 {"binding", "eviction", "log", "status"}, all));
    rows.push_back(row<core::Secret, core::SecretList>("", "v1", "secrets", true, {}, {}));
    rows.push_back(
        row<core::ServiceAccount, core::ServiceAccountList>("", "v1", "serviceaccounts", true, {"sa"}, {}));
    rows.push_back(
        row<core::Service, core::ServiceList>("", "v1", "services", true, {"svc"}, {"status"}, all));
    rows.push_back(row<apps::Deployment, apps::DeploymentList>("apps", "v1", "deployments", true, {"deploy"},
                                                               {"scale", "status"}, all));
    rows.push_back(row<apps::ReplicaSet, apps::ReplicaSetList>("apps", "v1", "replicasets", true, {"rs"},
                                                               {"scale", "status"}, all));
    rows.push_back(row<coordination::Lease, coordination::LeaseList>("coordination.k8s.io", "v1", "leases",
                                                                     true, {}, {}));
    rows.push_back(row<discovery::EndpointSlice, discovery::EndpointSliceList>(
        "discovery.k8s.io", "v1", "endpointslices", true, {}, {}));
    rows.push_back(row<lab::Machine, lab::MachineList>("lab.wheelhouse.dev", "v1alpha1", "machines", false,
                                                       {}, {"status"}));
    return rows;
}

struct Registry {
    std::vector<Kind> rows = makeRows();
    std::vector<const Kind*> order;
    std::map<ResourceName, const Kind*> byName;
    std::unordered_map<std::string, const Kind*> byKind; ///< "apps/v1 Deployment"
    std::unordered_map<const google::protobuf::Descriptor*, const Kind*> byDescriptor;

    Registry() {
        for (const Kind& kind : rows) {
            order.push_back(&kind);
            const bool unique = byName.emplace(kind.name, &kind).second &&
                                byKind.emplace(kind.apiVersion() + " " + kind.kind, &kind).second &&
                                byDescriptor.emplace(kind.descriptor, &kind).second;
            WH_ASSERT(unique, "two registration rows for one kind");
        }
    }
};

const Registry& registry() {
    static const Registry instance;
    return instance;
}

} // namespace

bool Kind::hasSubresource(std::string_view subresource) const {
    return std::find(subresources.begin(), subresources.end(), subresource) != subresources.end();
}

std::unique_ptr<google::protobuf::Message> Kind::newMessage() const {
    const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
    return std::unique_ptr<google::protobuf::Message>(prototype->New());
}

std::span<const Kind* const> kinds() {
    return registry().order;
}

const Kind* findKind(const ResourceName& name) {
    const auto it = registry().byName.find(name);
    return it == registry().byName.end() ? nullptr : it->second;
}

const Kind* findKind(std::string_view apiVersion, std::string_view kind) {
    const auto it = registry().byKind.find(std::string(apiVersion).append(" ").append(kind));
    return it == registry().byKind.end() ? nullptr : it->second;
}

const Kind* findKind(const google::protobuf::Descriptor* descriptor) {
    const auto it = registry().byDescriptor.find(descriptor);
    return it == registry().byDescriptor.end() ? nullptr : it->second;
}

} // namespace wheelhouse::api
