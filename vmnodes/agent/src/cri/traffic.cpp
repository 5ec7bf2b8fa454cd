#include "traffic.h"

#include "engine/base/log.h"
#include "vmnodes/network/policy_rules.h"

#include <set>

namespace wheelhouse::agent {

namespace {

constexpr Duration nftLimit = std::chrono::seconds(30);

/// The backends of UDP in a table: "address/port" as their chains are named.
std::set<std::string> udpBackends(const network::NftTable& table) {
    std::set<std::string> out;
    for (const auto& [name, chain] : table.chains) {
        const std::size_t udp = name.find("/udp/");
        if (!name.starts_with("ep-") || udp == std::string::npos) continue;
        const std::size_t backend = name.find('/', udp + 5);
        if (backend != std::string::npos) out.insert(name.substr(backend + 1));
    }
    return out;
}

std::string scriptFor(const std::optional<network::NftTable>& before, const network::NftTable& now) {
    return before ? changeScript(*before, now) : createScript(now);
}

} // namespace

Traffic::Traffic(const CriOptions& options, Processes& processes) : options_(options), processes_(processes) {
    place_.node = options.nodeName;
    place_.zone = options.zone;
    if (!options.dnsAddress.empty()) place_.ownAddress.insert(options.dnsAddress);
}

Result<void> Traffic::setPodCidr(const std::string& podCidr) {
    if (podCidr == place_.podCidr) return {};
    place_.podCidr = podCidr;
    return objects_ ? tellKernel() : Result<void>();
}

Result<std::shared_ptr<const network::ClusterNames>>
Traffic::apply(std::shared_ptr<const network::NetworkObjects> objects) {
    objects_ = std::move(objects);
    if (options_.manageNetwork && !place_.podCidr.empty())
        if (auto told = tellKernel(); !told) return fail(told.error());
    if (auto made = makeDnsAddress(); !made) return fail(made.error());
    return std::make_shared<const network::ClusterNames>(*objects_, options_.clusterDomain,
                                                         options_.dnsAddress);
}

std::map<int, network::HealthCheck> Traffic::healthChecks() const {
    return objects_ ? network::healthChecks(*objects_, place_) : std::map<int, network::HealthCheck>();
}

Result<void> Traffic::tellKernel() {
    auto services = network::serviceRules(*objects_, place_);
    auto policies = network::policyRules(*objects_, place_);
    const std::string script = scriptFor(services_, services) + scriptFor(policies_, policies);
    if (script.empty()) return {};
    const auto before = std::exchange(services_, std::nullopt);
    policies_.reset(); // until the kernel has said yes
    if (const auto told = processes_.run({"nft", "-f", "-"}, script, nftLimit); !told)
        return fail(told.error());
    if (before) forgetStaleFlows(*before, services);
    services_ = std::move(services);
    policies_ = std::move(policies);
    return {};
}

Result<void> Traffic::makeDnsAddress() {
    if (dnsAddress_ || options_.dnsAddress.empty() || !options_.manageNetwork) return {};
    // On loopback it is there whatever becomes of the other interfaces, and pods are routed to it all the
    // same.
    if (auto made = processes_.run({"ip", "addr", "replace", options_.dnsAddress + "/32", "dev", "lo"});
        !made)
        return fail(made.error());
    dnsAddress_ = true;
    return {};
}

void Traffic::forgetStaleFlows(const network::NftTable& before, const network::NftTable& now) {
    const std::set<std::string> still = udpBackends(now);
    for (const std::string& backend : udpBackends(before)) {
        if (still.contains(backend)) continue;
        const std::string address = backend.substr(0, backend.find('/'));
        // Fails where there is none to forget.
        const auto done = processes_.run({"conntrack", "-D", "-p", "udp", "--reply-src", address});
        if (!done) log::debug("agent", "no flows to {} were left: {}", address, done.error().message);
    }
}

} // namespace wheelhouse::agent
