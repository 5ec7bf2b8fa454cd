#include "admission/chain.h"
#include "auth/node_authorizer.h"
#include "engine/api/types.h"
#include "errors.h"
#include "metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

using api::core::Node;
using api::core::Pod;
using Operation = Admission::Operation;
using Labels = google::protobuf::Map<std::string, std::string>;

constexpr const char* mirror = "kubernetes.io/config.mirror";
constexpr const char* leaseNamespace = "kube-node-lease";

std::string quote(const std::string& text) {
    return "\"" + text + "\"";
}

/// Whether a node may say this about itself: no label that others rely on to keep work away from it.
bool ownLabel(const std::string& key) {
    static const std::set<std::string> known = {"kubernetes.io/hostname",
                                                "topology.kubernetes.io/zone",
                                                "topology.kubernetes.io/region",
                                                "failure-domain.beta.kubernetes.io/zone",
                                                "failure-domain.beta.kubernetes.io/region",
                                                "beta.kubernetes.io/instance-type",
                                                "node.kubernetes.io/instance-type",
                                                "kubernetes.io/os",
                                                "kubernetes.io/arch",
                                                "beta.kubernetes.io/os",
                                                "beta.kubernetes.io/arch"};
    const std::string home = key.substr(0, key.find('/'));
    if (home.size() == key.size()) return true;
    const auto under = [&](const std::string& domain) {
        return home == domain || home.ends_with("." + domain);
    };
    if (under("node-restriction.kubernetes.io")) return false;
    if (!under("kubernetes.io") && !under("k8s.io")) return true;
    return known.count(key) > 0 || under("kubelet.kubernetes.io") || under("node.kubernetes.io");
}

/// The labels in which the two differ and a node has no say.
std::vector<std::string> forbiddenChanges(const Labels& now, const Labels& before) {
    std::set<std::string> out;
    for (const auto& [key, value] : now) {
        const auto old = before.find(key);
        if ((old == before.end() || old->second != value) && !ownLabel(key)) out.insert(key);
    }
    for (const auto& [key, value] : before)
        if (now.find(key) == now.end() && !ownLabel(key)) out.insert(key);
    return {out.begin(), out.end()};
}

template <class List>
bool same(const List& a, const List& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
               return deterministicBytes(x) == deterministicBytes(y);
           });
}

/// A node writes what is about itself and its pods, and nothing by which it could draw others' work or
/// secrets to itself.
class NodeRestriction final : public AdmissionPlugin {
  public:
    Result<void> admit(Admission& admission) override { return decide(admission); }
    Result<void> check(const Admission& admission) override { return decide(admission); }

  private:
    static Result<void> decide(const Admission& admission) {
        const auto node = auth::nodeOf(*admission.user);
        if (!node) return {};
        if (node->empty())
            return refuse(admission,
                          fmt::format("could not determine node from user {}", quote(admission.user->name)));
        if (admission.kind == &api::kindOf<Pod>()) return decidePod(admission, *node);
        if (admission.kind == &api::kindOf<Node>()) return decideNode(admission, *node);
        if (admission.kind == &api::kindOf<api::core::PersistentVolumeClaim>())
            return admission.subresource == "status"
                       ? Result<void>()
                       : refuse(admission, fmt::format("may only update PVC status"));
        if (admission.kind == &api::kindOf<api::coordination::Lease>()) return decideLease(admission, *node);
        return {};
    }

    static Result<void> refuse(const Admission& admission, const std::string& why) {
        return fail(forbidden(*admission.kind, admission.name, why));
    }

    static Result<void> decidePod(const Admission& admission, const std::string& node) {
        if (admission.subresource == "status") {
            const auto& old = static_cast<const Pod&>(*admission.old);
            if (old.spec().nodename() != node)
                return refuse(admission, fmt::format("node {} can only update pod status for pods with "
                                                     "spec.nodeName set to itself",
                                                     quote(node)));
            const auto& now = static_cast<const Pod&>(*admission.object);
            const auto& a = now.metadata().labels();
            const auto& b = old.metadata().labels();
            if (a.size() != b.size() || !forbiddenDifference(a, b).empty())
                return refuse(admission,
                              fmt::format("node {} cannot update labels through pod status", quote(node)));
            return {};
        }
        if (!admission.subresource.empty())
            return refuse(admission, fmt::format("unexpected pod subresource {}, only \"status\" and "
                                                 "\"eviction\" are allowed",
                                                 quote(admission.subresource)));
        if (admission.operation == Operation::Create)
            return decideMirrorPod(admission, node, static_cast<const Pod&>(*admission.object));
        if (admission.operation == Operation::Delete) {
            if (static_cast<const Pod&>(*admission.old).spec().nodename() != node)
                return refuse(admission,
                              fmt::format("node {} can only delete pods with spec.nodeName set to itself",
                                          quote(node)));
            return {};
        }
        return refuse(admission, fmt::format("unexpected operation \"UPDATE\", node {} can only create and "
                                             "delete mirror pods",
                                             quote(node)));
    }

    static std::set<std::string> forbiddenDifference(const Labels& a, const Labels& b) {
        std::set<std::string> out;
        for (const auto& [key, value] : a) {
            const auto other = b.find(key);
            if (other == b.end() || other->second != value) out.insert(key);
        }
        return out;
    }

    static Result<void> decideMirrorPod(const Admission& admission, const std::string& node, const Pod& pod) {
        if (pod.metadata().annotations().count(mirror) == 0)
            return refuse(admission,
                          fmt::format("pod does not have \"{}\" annotation, node {} can only create "
                                      "mirror pods",
                                      mirror, quote(node)));
        if (pod.spec().nodename() != node)
            return refuse(
                admission,
                fmt::format("node {} can only create pods with spec.nodeName set to itself", quote(node)));
        // A pod without an account, secrets or claims gives the node nothing it did not have.
        if (!pod.spec().serviceaccountname().empty())
            return refuse(
                admission,
                fmt::format("node {} can not create pods that reference a service account", quote(node)));
        for (const auto& volume : pod.spec().volumes()) {
            const auto& source = volume.volumesource();
            const char* what = source.has_secret()                  ? "secrets"
                               : source.has_configmap()             ? "configmaps"
                               : source.has_persistentvolumeclaim() ? "persistentvolumeclaims"
                               : source.has_projected()             ? "projected volumes"
                                                                    : nullptr;
            if (what)
                return refuse(admission, fmt::format("node {} can not create pods that reference {}",
                                                     quote(node), what));
        }
        return {};
    }

    static Result<void> decideNode(const Admission& admission, const std::string& node) {
        std::string name = admission.name;
        if (name.empty() && admission.object) name = metadataOf(*admission.object).name();
        if (name != node)
            return refuse(admission,
                          fmt::format("node {} is not allowed to modify node {}", quote(node), quote(name)));
        if (!admission.object) return {};
        const auto& now = static_cast<const Node&>(*admission.object);
        if (admission.operation == Operation::Create) {
            const auto bad = forbiddenChanges(now.metadata().labels(), {});
            if (!bad.empty())
                return refuse(admission, fmt::format("node {} is not allowed to set the following labels: {}",
                                                     quote(node), fmt::join(bad, ", ")));
            return {};
        }
        const auto& old = static_cast<const Node&>(*admission.old);
        if (!same(now.spec().taints(), old.spec().taints()))
            return refuse(admission, fmt::format("node {} is not allowed to modify taints", quote(node)));
        // An owner that does not exist would have the garbage collector delete the node, which could then
        // come back with other taints and labels (CVE-2025-5187).
        if (!same(now.metadata().ownerreferences(), old.metadata().ownerreferences()))
            return refuse(admission,
                          fmt::format("node {} is not allowed to modify ownerReferences", quote(node)));
        const auto bad = forbiddenChanges(now.metadata().labels(), old.metadata().labels());
        if (!bad.empty())
            return refuse(admission,
                          fmt::format("is not allowed to modify labels: {}", fmt::join(bad, ", ")));
        return {};
    }

    static Result<void> decideLease(const Admission& admission, const std::string& node) {
        if (admission.nameSpace != leaseNamespace)
            return refuse(admission, fmt::format("can only access leases in the \"{}\" system namespace",
                                                 leaseNamespace));
        std::string name = admission.name;
        if (name.empty() && admission.object) name = metadataOf(*admission.object).name();
        if (name != node)
            return refuse(admission, "can only access node lease with the same name as the requesting node");
        return {};
    }
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeNodeRestriction() {
    return std::make_unique<NodeRestriction>();
}

} // namespace wheelhouse::apiserver
