#include "node_network.h"

#include "engine/base/files.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sstream>

namespace wheelhouse::agent {

namespace {

/// Marks routes as ours in the kernel's table, so that stale ones are found again after a restart.
constexpr auto routeProtocol = "187";
constexpr auto bridge = "wheelhouse0";

bool plainAddress(const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isxdigit(c) != 0 || c == '.' || c == ':' || c == '/';
    });
}

} // namespace

std::string cniConfiguration(const std::string& podCidr, int mtu) {
    return fmt::format(R"({{
  "cniVersion": "0.4.0",
  "name": "wheelhouse",
  "plugins": [
    {{
      "type": "bridge",
      "bridge": "{}",
      "isDefaultGateway": true,
      "ipMasq": false,
      "hairpinMode": true,
      "mtu": {},
      "ipam": {{"type": "host-local", "ranges": [[{{"subnet": "{}"}}]]}}
    }}
  ]
}}
)",
                       bridge, mtu, podCidr);
}

std::string masqueradeScript(const std::string& podCidr, const std::string& egressInterface) {
    return fmt::format("add table ip wheelhouse\n"
                       "flush table ip wheelhouse\n"
                       "table ip wheelhouse {{\n"
                       "  chain postrouting {{\n"
                       "    type nat hook postrouting priority 100; policy accept;\n"
                       "    ip saddr {} oifname \"{}\" masquerade\n"
                       "  }}\n"
                       "}}\n",
                       podCidr, egressInterface);
}

Result<void> NodeNetwork::apply(const nodelink::Network& network) {
    if (!plainAddress(network.pod_cidr())) return fail(Reason::Invalid, "the node has no pod CIDR");
    std::error_code error;
    std::filesystem::create_directories(options_.cniFolder, error);
    const std::filesystem::path file = options_.cniFolder / "10-wheelhouse.conflist";
    const std::string wanted = cniConfiguration(network.pod_cidr(), options_.mtu);
    if (readFile(file).value_or(std::string()) != wanted)
        if (auto written = writeFileAtomically(file, wanted); !written) return written;
    if (!options_.manageNetwork) return {};
    if (auto made = makeBridge(); !made) return made;
    if (auto routed = applyRoutes(network); !routed) return routed;
    const auto masqueraded =
        processes_.run({"nft", "-f", "-"}, masqueradeScript(network.pod_cidr(), options_.egressInterface));
    if (!masqueraded) return fail(masqueraded.error());
    return {};
}

Result<void> NodeNetwork::makeBridge() {
    if (bridge_) return {};
    if (!processes_.run({"ip", "link", "show", "dev", bridge})) {
        const auto made = processes_.run(
            {"ip", "link", "add", "name", bridge, "mtu", std::to_string(options_.mtu), "type", "bridge"});
        if (!made) return fail(made.error());
    }
    // What leaves under the loopback address is masqueraded, but the kernel has to be willing to send it.
    std::ofstream setting(fmt::format("/proc/sys/net/ipv4/conf/{}/route_localnet", bridge));
    if (!(setting << "1\n" << std::flush))
        return fail(Reason::InternalError, "host ports cannot be had on the node's loopback");
    bridge_ = true;
    return {};
}

Result<void> NodeNetwork::applyRoutes(const nodelink::Network& network) {
    std::map<std::string, std::string> wanted;
    for (const nodelink::Route& route : network.routes())
        if (plainAddress(route.pod_cidr()) && plainAddress(route.via()))
            wanted[route.pod_cidr()] = route.via();
    const auto present = processes_.run({"ip", "-4", "route", "show", "proto", routeProtocol});
    if (!present) return fail(present.error());
    std::istringstream lines(*present);
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string to;
        std::string word;
        std::string via;
        words >> to;
        while (words >> word)
            if (word == "via") words >> via;
        const auto it = wanted.find(to);
        if (it != wanted.end() && it->second == via) {
            wanted.erase(it); // already there
            continue;
        }
        if (it != wanted.end()) continue; // replaced below
        if (auto removed = processes_.run({"ip", "route", "del", to, "proto", routeProtocol}); !removed)
            return fail(removed.error());
    }
    std::string failures;
    for (const auto& [to, via] : wanted) {
        const auto added = processes_.run({"ip", "route", "replace", to, "via", via, "dev",
                                           options_.fabricInterface, "proto", routeProtocol});
        if (!added) failures += (failures.empty() ? "" : "; ") + added.error().message;
    }
    if (!failures.empty()) return fail(Reason::InternalError, failures);
    return {};
}

} // namespace wheelhouse::agent
