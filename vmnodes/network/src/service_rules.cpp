#include "vmnodes/network/service_rules.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::network {

namespace core = api::core;

namespace {

constexpr auto headless = "None";
/// The bit of a packet's mark that says: leaves under the node's own address.
constexpr auto masqueradeBit = "0x4000";
constexpr int affinitySeconds = 10'800;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool isOfFamily(const std::string& address, const NodePlace& place) {
    return !address.empty() && (address.find(':') != std::string::npos) == (place.family == "ip6");
}

/// Makes the whole table, one service port after the other.
class Rules {
  public:
    Rules(const NetworkObjects& objects, const NodePlace& place)
        : objects_(objects), place_(place), six_(place.family == "ip6") {
        table_.family = place.family;
        table_.name = "wheelhouse-services";
        makeFrame();
    }

    void addService(const core::Service& service) {
        const core::ServiceSpec& spec = service.spec();
        if (spec.type() == "ExternalName" || spec.clusterip() == headless || spec.clusterip().empty()) return;
        if (service.metadata().labels().contains("service.kubernetes.io/service-proxy-name")) return;
        const std::string address = clusterIp(spec);
        if (place_.ownAddress.contains(address)) return;
        if (!address.empty()) table_.sets["cluster-ips"].entries[address] = "";
        for (const core::ServicePort& port : spec.ports())
            addPort(service, port, address);
    }

    void addHostPort(const HostPort& port);

    NftTable take() { return std::move(table_); }

  private:
    struct Port {
        std::string name; ///< "default/web/tcp/80"
        std::string protocol;
        const core::ServicePort& spec;
        Backends backends;
        bool sticky = false;
    };

    void makeFrame();
    void addPort(const core::Service& service, const core::ServicePort& spec, const std::string& address);
    void addOutside(const core::Service& service, const Port& port);
    /// A chain that spreads connections over the backends, for one of the two lists.
    void addSpread(const std::string& chain, const Port& port, const std::vector<Backend>& backends);
    std::string backendChain(const Port& port, const Backend& backend);
    std::string leadTo(const std::string& protocol, const Backend& backend) const;
    /// An address that leads to the port from outside; with no backend it refuses.
    void addOutsideAddress(const std::string& address, const Port& port, const std::string& chain);

    std::string clusterIp(const core::ServiceSpec& spec) const {
        for (const std::string& address : spec.clusterips())
            if (isOfFamily(address, place_)) return address;
        return isOfFamily(spec.clusterip(), place_) ? spec.clusterip() : std::string();
    }
    std::vector<std::string>& rules(const std::string& chain) { return table_.chains[chain].rules; }
    void entry(const std::string& map, const std::string& key, const std::string& chain) {
        table_.sets[map].entries[key] = chain.empty() ? "" : "goto " + chain;
    }
    std::string from() const { return place_.family + " saddr"; }
    std::string to() const { return place_.family + " daddr"; }

    const NetworkObjects& objects_;
    const NodePlace& place_;
    bool six_;
    NftTable table_;
};

void Rules::makeFrame() {
    const std::string address = six_ ? "ipv6_addr" : "ipv4_addr";
    const std::string triple = fmt::format("type {} . inet_proto . inet_service", address);
    table_.sets["cluster-ips"].type = fmt::format("type {};", address);
    table_.sets["service-ips"] = {triple + " : verdict;", true, {}};
    table_.sets["node-ports"] = {"type inet_proto . inet_service : verdict;", true, {}};
    table_.sets["host-addresses"] = {triple + " : verdict;", true, {}};
    table_.sets["host-ports"] = {"type inet_proto . inet_service : verdict;", true, {}};
    table_.sets["refused-ips"].type = triple + ";";
    table_.sets["refused-ports"].type = "type inet_proto . inet_service;";
    const std::string toHere =
        fmt::format("fib daddr type local {} != {}", to(), six_ ? "::1" : "127.0.0.0/8");
    table_.chains["services"].rules = {
        fmt::format("{} . meta l4proto . th dport vmap @service-ips", to()),
        fmt::format("{} . meta l4proto . th dport vmap @host-addresses", to()),
        "fib daddr type local meta l4proto . th dport vmap @host-ports",
        toHere + " meta l4proto . th dport vmap @node-ports",
    };
    // That pods are reached by the node's loopback makes nobody else's packets to it welcome.
    const std::string foreign = fmt::format("iifname != \"lo\" {} {}", to(), six_ ? "::1" : "127.0.0.0/8");
    table_.chains["prerouting"] = {"type nat hook prerouting priority -100; policy accept;",
                                   {foreign + " return", "jump services"}};
    table_.chains["output"] = {"type nat hook output priority -100; policy accept;", {"jump services"}};
    table_.chains["mark-out"].rules = {fmt::format("meta mark set meta mark or {}", masqueradeBit)};
    table_.chains["postrouting"] = {"type nat hook postrouting priority 100; policy accept;",
                                    {fmt::format("meta mark & {} == 0 return", masqueradeBit),
                                     fmt::format("meta mark set meta mark xor {}", masqueradeBit),
                                     "masquerade fully-random"}};
    // Whatever still bears a service's address here has no backend to go to, or a port that is none.
    table_.chains["refuse"].rules = {
        fmt::format("{} @cluster-ips reject", to()),
        fmt::format("{} . meta l4proto . th dport @refused-ips reject", to()),
    };
    table_.chains["filter-forward"] = {"type filter hook forward priority 0; policy accept;",
                                       {"ct state new jump refuse"}};
    table_.chains["filter-output"] = {"type filter hook output priority 0; policy accept;",
                                      {"ct state new jump refuse"}};
    table_.chains["filter-input"] = {
        "type filter hook input priority 0; policy accept;",
        {foreign + " ct direction original drop", "ct state new jump refuse",
         "ct state new " + toHere + " meta l4proto . th dport @refused-ports reject"}};
}

void Rules::addPort(const core::Service& service, const core::ServicePort& spec, const std::string& address) {
    const std::string protocol = lower(spec.protocol().empty() ? "TCP" : spec.protocol());
    Port port{fmt::format("{}/{}/{}/{}", service.metadata().namespace_(), service.metadata().name(), protocol,
                          spec.port()),
              protocol, spec, backendsOf(objects_, service, spec, place_),
              service.spec().sessionaffinity() == "ClientIP"};
    const bool local = service.spec().internaltrafficpolicy() == "Local";
    if (port.backends.any) {
        addSpread("all-" + port.name, port, port.backends.cluster);
        if (local || service.spec().externaltrafficpolicy() == "Local")
            addSpread("near-" + port.name, port, port.backends.local);
    }
    if (port.sticky) {
        const int configured = service.spec().sessionaffinityconfig().clientip().timeoutseconds();
        const int seconds = configured > 0 ? configured : affinitySeconds;
        for (auto& [name, set] : table_.sets)
            if (name.starts_with("clients-" + port.name + "/"))
                set.type = fmt::format("type {}; flags dynamic, timeout; timeout {}s; size 65535;",
                                       six_ ? "ipv6_addr" : "ipv4_addr", seconds);
    }
    if (!address.empty() && port.backends.any) {
        const std::string chain = "svc-" + port.name;
        // From elsewhere than pods of this node the answer must come back through here.
        rules(chain) = {place_.podCidr.empty()
                            ? "jump mark-out"
                            : fmt::format("{} != {} jump mark-out", from(), place_.podCidr),
                        fmt::format("goto {}-{}", local ? "near" : "all", port.name)};
        entry("service-ips", fmt::format("{} . {} . {}", address, protocol, spec.port()), chain);
    }
    addOutside(service, port);
}

void Rules::addOutside(const core::Service& service, const Port& port) {
    const core::ServiceSpec& spec = service.spec();
    std::vector<std::string> balanced;
    if (spec.type() == "LoadBalancer")
        for (const core::LoadBalancerIngress& ingress : service.status().loadbalancer().ingress())
            if (isOfFamily(ingress.ip(), place_) && ingress.ipmode() != "Proxy")
                balanced.push_back(ingress.ip());
    const bool nodePort = port.spec.nodeport() != 0;
    if (!nodePort && balanced.empty() && spec.externalips().empty()) return;
    const std::string chain = "ext-" + port.name;
    if (port.backends.any) {
        if (spec.externaltrafficpolicy() != "Local") {
            rules(chain) = {"jump mark-out", "goto all-" + port.name};
        } else {
            rules(chain).clear();
            if (!place_.podCidr.empty())
                rules(chain).push_back(fmt::format("{} {} goto all-{}", from(), place_.podCidr, port.name));
            rules(chain).push_back("fib saddr type local jump mark-out");
            rules(chain).push_back("fib saddr type local goto all-" + port.name);
            rules(chain).push_back("goto near-" + port.name);
        }
    }
    const std::string key = fmt::format("{} . {}", port.protocol, port.spec.nodeport());
    if (nodePort && port.backends.any)
        entry("node-ports", key, chain);
    else if (nodePort)
        entry("refused-ports", key, "");
    for (const std::string& address : spec.externalips())
        if (isOfFamily(address, place_)) addOutsideAddress(address, port, chain);
    std::vector<std::string> ranges;
    for (const std::string& range : spec.loadbalancersourceranges())
        if (isOfFamily(range, place_)) ranges.push_back(range);
    std::string gate = chain;
    if (!balanced.empty() && !spec.loadbalancersourceranges().empty() && port.backends.any) {
        gate = "from-" + port.name;
        if (!ranges.empty())
            rules(gate).push_back(fmt::format("{} {{ {} }} goto {}", from(), fmt::join(ranges, ", "), chain));
        rules(gate).push_back("drop");
    }
    for (const std::string& address : balanced)
        addOutsideAddress(address, port, gate);
}

void Rules::addOutsideAddress(const std::string& address, const Port& port, const std::string& chain) {
    const std::string key = fmt::format("{} . {} . {}", address, port.protocol, port.spec.port());
    if (port.backends.any)
        entry("service-ips", key, chain);
    else
        entry("refused-ips", key, "");
}

void Rules::addSpread(const std::string& chain, const Port& port, const std::vector<Backend>& backends) {
    std::vector<std::string>& spread = rules(chain);
    if (backends.empty()) { // there are some, but not for this traffic
        spread = {"drop"};
        return;
    }
    std::vector<std::string> choices;
    for (const Backend& backend : backends) {
        const std::string to = backendChain(port, backend);
        if (port.sticky)
            rules(chain).push_back(fmt::format("{} @clients-{} goto {}", from(), to.substr(3), to));
        choices.push_back(fmt::format("{} : goto {}", choices.size(), to));
    }
    rules(chain).push_back(
        fmt::format("numgen random mod {} vmap {{ {} }}", choices.size(), fmt::join(choices, ", ")));
}

void Rules::addHostPort(const HostPort& port) {
    if (!isOfFamily(port.podIp, place_)) return;
    const bool everywhere = port.hostIp.empty() || port.hostIp == "0.0.0.0" || port.hostIp == "::";
    if (!everywhere && !isOfFamily(port.hostIp, place_)) return;
    const std::string protocol = lower(port.protocol);
    const std::string chain =
        fmt::format("ep-host/{}/{}/{}/{}", protocol, port.hostPort, nameForNft(port.podIp), port.podPort);
    rules(chain) = {
        fmt::format("{} {{ {}, {} }} jump mark-out", from(), six_ ? "::1" : "127.0.0.0/8", port.podIp),
        leadTo(protocol, {port.podIp, port.podPort})};
    if (everywhere)
        entry("host-ports", fmt::format("{} . {}", protocol, port.hostPort), chain);
    else
        entry("host-addresses", fmt::format("{} . {} . {}", port.hostIp, protocol, port.hostPort), chain);
}

std::string Rules::leadTo(const std::string& protocol, const Backend& backend) const {
    const std::string address = six_ ? "[" + backend.address + "]" : backend.address;
    return fmt::format("meta l4proto {} dnat to {}:{}", protocol, address, backend.port);
}

std::string Rules::backendChain(const Port& port, const Backend& backend) {
    const std::string name = fmt::format("{}/{}/{}", port.name, nameForNft(backend.address), backend.port);
    const std::string chain = "ep-" + name;
    std::vector<std::string>& out = rules(chain);
    if (!out.empty()) return chain;
    // A pod that reaches itself must not see its own address as the client's.
    out.push_back(fmt::format("{} {} jump mark-out", from(), backend.address));
    if (port.sticky) {
        table_.sets["clients-" + name]; // its type follows
        out.push_back(fmt::format("update @clients-{} {{ {} }}", name, from()));
    }
    out.push_back(leadTo(port.protocol, backend));
    return chain;
}

} // namespace

NftTable serviceRules(const NetworkObjects& objects, const NodePlace& place) {
    Rules rules(objects, place);
    for (const auto& [name, service] : objects.services)
        rules.addService(*service);
    for (const HostPort& port : objects.hostPorts)
        rules.addHostPort(port);
    return rules.take();
}

} // namespace wheelhouse::network
