#include "vmnodes/network/policy_rules.h"

#include "address_ranges.h"
#include "policy_peers.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::network {

namespace networking = api::networking;

namespace {

using Peers = google::protobuf::RepeatedPtrField<networking::NetworkPolicyPeer>;
using Ports = google::protobuf::RepeatedPtrField<networking::NetworkPolicyPort>;

enum class Direction { In, Out };

bool isolates(const networking::NetworkPolicy& policy, Direction direction) {
    const char* name = direction == Direction::In ? "Ingress" : "Egress";
    const auto& types = policy.spec().policytypes();
    if (types.empty()) return direction == Direction::In || policy.spec().egress_size() > 0;
    return std::find(types.begin(), types.end(), name) != types.end();
}

bool hasNames(const Ports& ports) {
    return std::any_of(ports.begin(), ports.end(),
                       [](const auto& port) { return port.port().type() == 1 && port.has_port(); });
}

class Rules {
  public:
    Rules(const NetworkObjects& objects, const NodePlace& place)
        : place_(place), pods_(objects, place), six_(place.family == "ip6") {
        table_.family = place.family;
        table_.name = "wheelhouse-policy";
        makeFrame();
    }
    void addPolicy(const networking::NetworkPolicy& policy);
    NftTable take();

  private:
    /// One rule, whatever its direction.
    struct Rule {
        std::string name; ///< of its sets
        Direction direction = Direction::In;
        const Peers& peers;
        const Ports& ports;
    };
    void makeFrame();
    void addRule(const Rule& rule, const std::string& nameSpace, const std::vector<const PolicyPod*>& pods);
    /// The sets of the rule's peers; the matches that try them, one of which must hold. Nothing = no peer is
    /// named, all are meant.
    std::vector<std::string> addPeers(const Rule& rule, const std::string& nameSpace);
    void addNamedPorts(const Rule& rule, const std::string& nameSpace,
                       const std::vector<const PolicyPod*>& pods);
    std::vector<std::string>& chainOf(const PolicyPod& pod, Direction direction);
    std::string address() const { return six_ ? "ipv6_addr" : "ipv4_addr"; }

    const NodePlace& place_;
    PolicyPods pods_;
    bool six_;
    NftTable table_;
};

void Rules::makeFrame() {
    const std::string family = place_.family;
    const std::string verdicts = fmt::format("type {} : verdict;", address());
    table_.sets["egress"] = {verdicts, true, {}};
    table_.sets["ingress"] = {verdicts, true, {}};
    NftTable::Set& own = table_.sets["own"];
    own.type = fmt::format("type {};", address());
    for (const std::string& server : place_.ownAddress)
        own.entries[server] = "";
    const std::vector<std::string> answers{"ct direction reply accept", "ct state related accept"};
    table_.chains["forward"] = {"type filter hook forward priority 10; policy accept;", answers};
    std::vector<std::string>& forward = table_.chains["forward"].rules;
    forward.push_back(family + " saddr vmap @egress");
    forward.push_back(family + " daddr vmap @ingress");
    table_.chains["input"] = {"type filter hook input priority 10; policy accept;", answers};
    table_.chains["input"].rules.push_back(fmt::format("{0} daddr @own {0} saddr vmap @egress", family));
}

std::vector<std::string>& Rules::chainOf(const PolicyPod& pod, Direction direction) {
    const bool in = direction == Direction::In;
    const std::string name = (in ? "in-" : "out-") + nameForNft(pod.address);
    std::vector<std::string>& rules = table_.chains[name].rules;
    if (rules.empty()) { // nobody can keep a pod from itself
        table_.sets[in ? "ingress" : "egress"].entries[pod.address] = "jump " + name;
        rules.push_back(fmt::format("{} {} {} return", place_.family, in ? "saddr" : "daddr", pod.address));
    }
    return rules;
}

void Rules::addPolicy(const networking::NetworkPolicy& policy) {
    const std::string& nameSpace = policy.metadata().namespace_();
    const auto selector = api::LabelSelector::from(policy.spec().podselector());
    if (!selector) return; // the API lets none in that cannot be read
    std::vector<const PolicyPod*> selected;
    for (const PolicyPod& pod : pods_.all())
        if (pod.node == place_.node && pod.nameSpace == nameSpace && selector->matches(pod.labels))
            selected.push_back(&pod);
    if (selected.empty()) return;
    const std::string name = nameForNft(nameSpace + "/" + policy.metadata().name());
    if (isolates(policy, Direction::In)) {
        for (const PolicyPod* pod : selected)
            chainOf(*pod, Direction::In);
        int index = 0;
        for (const auto& rule : policy.spec().ingress())
            addRule({fmt::format("{}/in/{}", name, index++), Direction::In, rule.from(), rule.ports()},
                    nameSpace, selected);
    }
    if (isolates(policy, Direction::Out)) {
        for (const PolicyPod* pod : selected)
            chainOf(*pod, Direction::Out);
        int index = 0;
        for (const auto& rule : policy.spec().egress())
            addRule({fmt::format("{}/out/{}", name, index++), Direction::Out, rule.to(), rule.ports()},
                    nameSpace, selected);
    }
}

void Rules::addRule(const Rule& rule, const std::string& nameSpace,
                    const std::vector<const PolicyPod*>& pods) {
    const std::vector<std::string> peers = addPeers(rule, nameSpace);
    for (const PolicyPod* pod : pods) {
        std::string match;
        if (!rule.ports.empty()) {
            const auto ports = portElements(rule.ports, rule.direction == Direction::In ? pod : nullptr);
            if (ports.empty()) continue;
            match = fmt::format("meta l4proto . th dport {{ {} }} ", fmt::join(ports, ", "));
        }
        std::vector<std::string>& chain = chainOf(*pod, rule.direction);
        if (rule.peers.empty()) chain.push_back(match + "return");
        for (const std::string& peer : peers)
            chain.push_back(match + peer + " return");
    }
    if (rule.direction == Direction::Out && hasNames(rule.ports)) addNamedPorts(rule, nameSpace, pods);
}

std::vector<std::string> Rules::addPeers(const Rule& rule, const std::string& nameSpace) {
    if (rule.peers.empty()) return {};
    const std::string side = place_.family + (rule.direction == Direction::In ? " saddr" : " daddr");
    NftTable::Set& pods = table_.sets["pods-" + rule.name];
    pods.type = fmt::format("type {};", address());
    AddressRanges blocks(place_.family);
    for (const networking::NetworkPolicyPeer& peer : rule.peers) {
        if (peer.has_ipblock())
            blocks.add(peer.ipblock().cidr(),
                       {peer.ipblock().except().begin(), peer.ipblock().except().end()});
        for (const PolicyPod* pod : pods_.matching(peer, nameSpace))
            pods.entries[pod->address] = "";
    }
    std::vector<std::string> out{fmt::format("{} @pods-{}", side, rule.name)};
    if (blocks.empty()) return out;
    NftTable::Set& ranges = table_.sets["blocks-" + rule.name];
    ranges.type = fmt::format("type {}; flags interval;", address());
    for (const std::string& range : blocks.texts())
        ranges.entries[range] = "";
    out.push_back(fmt::format("{} @blocks-{}", side, rule.name));
    return out;
}

void Rules::addNamedPorts(const Rule& rule, const std::string& nameSpace,
                          const std::vector<const PolicyPod*>& pods) {
    // A name means another number on each peer: here the peers stand with their ports.
    Ports named;
    for (const networking::NetworkPolicyPort& port : rule.ports)
        if (port.port().type() == 1) *named.Add() = port;
    NftTable::Set& set = table_.sets["named-" + rule.name];
    set.type = fmt::format("type {} . inet_proto . inet_service; flags interval;", address());
    const auto take = [&](const PolicyPod& peer) {
        for (const std::string& port : portElements(named, &peer))
            set.entries[peer.address + " . " + port] = "";
    };
    if (rule.peers.empty())
        for (const PolicyPod& peer : pods_.all())
            take(peer);
    for (const networking::NetworkPolicyPeer& peer : rule.peers)
        for (const PolicyPod* pod : pods_.matching(peer, nameSpace))
            take(*pod);
    for (const PolicyPod* pod : pods)
        chainOf(*pod, rule.direction)
            .push_back(
                fmt::format("{} daddr . meta l4proto . th dport @named-{} return", place_.family, rule.name));
}

NftTable Rules::take() {
    for (auto& [name, chain] : table_.chains)
        if (name.starts_with("in-") || name.starts_with("out-")) chain.rules.push_back("drop");
    return std::move(table_);
}

} // namespace

NftTable policyRules(const NetworkObjects& objects, const NodePlace& place) {
    Rules rules(objects, place);
    for (const auto& [name, policy] : objects.policies)
        rules.addPolicy(*policy);
    return rules.take();
}

} // namespace wheelhouse::network
