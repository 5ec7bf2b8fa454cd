#pragma once

#include "engine/api/selector.h"
#include "vmnodes/network/network_objects.h"
#include "vmnodes/network/service_rules.h"

#include <google/protobuf/repeated_field.h>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::network {

using Labels = std::map<std::string, std::string>;

/// A pod as policies see it.
struct PolicyPod {
    std::string nameSpace;
    std::string name;
    std::string node;
    std::string address; ///< of the family the rules are for
    Labels labels;
    std::map<std::string, std::set<int>> ports; ///< by "protocol/name", protocol in lower case
};

/// The pods of the cluster that policies can select or name, and the labels of namespaces.
class PolicyPods {
  public:
    PolicyPods(const NetworkObjects& objects, const NodePlace& place);

    const std::vector<PolicyPod>& all() const { return pods_; }
    /// Those that a peer of a rule of a policy in `nameSpace` means; of an ipBlock none.
    std::vector<const PolicyPod*> matching(const api::networking::NetworkPolicyPeer& peer,
                                           const std::string& nameSpace) const;

  private:
    std::vector<PolicyPod> pods_;
    std::map<std::string, Labels> namespaces_;
};

/// The ports of a rule for traffic to `pod`, as nft elements "tcp . 80" and "udp . 1-9" that do not overlap.
/// Names are those of the pod's container ports; with no pod they stand for nothing.
std::vector<std::string>
portElements(const google::protobuf::RepeatedPtrField<api::networking::NetworkPolicyPort>& ports,
             const PolicyPod* pod);

} // namespace wheelhouse::network
