#include "agent_disk.h"

#include "engine/base/files.h"
#include "vmnodes/image/tar.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <fmt/format.h>
#include <sstream>

namespace wheelhouse::libvirt {
namespace {

constexpr std::string_view hostAddress = "10.0.2.2";  // QEMU's user network
constexpr std::string_view dnsAddress = "10.96.0.10"; // every node answers there itself

// boot.env is read by a shell.
bool plainWord(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '/';
    });
}

} // namespace

std::string asSeenFromGuest(std::string text) {
    const auto scheme = text.find("://");
    const auto start = scheme == std::string::npos ? 0 : scheme + 3;
    for (const std::string_view loopback : {"127.0.0.1", "localhost", "[::1]", "::1"}) {
        if (text.compare(start, loopback.size(), loopback) != 0) continue;
        const auto end = start + loopback.size();
        if (end < text.size() && text[end] != ':' && text[end] != '/') continue;
        return text.replace(start, loopback.size(), hostAddress);
    }
    return text;
}

std::string registryHosts(const std::string& mirrorUrl) {
    const std::string url = asSeenFromGuest(mirrorUrl);
    // "server" is who is asked when no host below answers: the mirror itself, so that nobody else ever is.
    return fmt::format("server = \"{0}\"\n\n[host.\"{0}\"]\n  capabilities = [\"pull\", \"resolve\"]\n", url);
}

std::string agentConfig(const AgentDisk& disk) {
    namespace json = boost::json;
    const auto& spec = disk.spec;
    json::object labels;
    for (const auto& [key, value] : spec.nodeLabels)
        labels[key] = value;
    json::array taints;
    for (const auto& taint : spec.nodeTaints)
        taints.emplace_back(taint);
    json::object fabric;
    fabric["interface"] = "eth1";
    fabric["address"] = disk.addresses.fabricIp + "/16";
    fabric["mtu"] = disk.mtu;
    json::object link;
    link["host"] = asSeenFromGuest(spec.bootstrap.linkHost);
    link["port"] = spec.bootstrap.linkPort;
    json::object config;
    config["nodeName"] = spec.name;
    config["machineUuid"] = spec.uuid;
    config["zone"] = spec.zone;
    config["accelerator"] = disk.accelerator;
    config["link"] = std::move(link);
    config["caFile"] = "/agent/ca.pem";
    config["certificateFile"] = "/agent/cert.pem";
    config["keyFile"] = "/agent/key.pem";
    config["labels"] = std::move(labels);
    config["taints"] = std::move(taints);
    config["internalIP"] = disk.addresses.fabricIp;
    config["fabric"] = std::move(fabric);
    config["containerdSocket"] = "/run/containerd/containerd.sock";
    config["stateFolder"] = "/data/lib/agent";
    config["clusterDns"] = json::array{dnsAddress};
    config["logFolder"] = "/var/log/pods";
    boost::json::error_code unreadable;
    if (auto kubelet = json::parse(disk.kubeletConfiguration, unreadable); !unreadable)
        config["kubelet"] = std::move(kubelet);
    return json::serialize(config) + "\n";
}

Result<void> writeAgentDisk(const AgentDisk& disk, const std::filesystem::path& path) {
    const auto program = readFile(disk.program);
    if (!program)
        return fail(Reason::NotFound, fmt::format("the node agent is missing: {}", program.error().message));
    if (!plainWord(disk.spec.name))
        return fail(Reason::Invalid, fmt::format("'{}' cannot be a machine's name", disk.spec.name));
    std::ostringstream out;
    image::TarWriter tar(out);
    tar.file("boot.env",
             fmt::format("NODE_NAME={}\nFABRIC_MAC={}\nFABRIC_ADDRESS={}/16\nFABRIC_MTU={}\n", disk.spec.name,
                         disk.addresses.fabricMac, disk.addresses.fabricIp, disk.mtu));
    tar.file("config.json", agentConfig(disk), 0600);
    const auto& bootstrap = disk.spec.bootstrap;
    tar.file("ca.pem", bootstrap.caPem);
    tar.file("cert.pem", bootstrap.certificatePem);
    tar.file("key.pem", bootstrap.keyPem, 0600);
    tar.folder("certs.d");
    for (const auto& [registry, url] : bootstrap.registryMirrors) {
        if (!plainWord(registry) || registry.find('/') != std::string::npos || registry.front() == '.' ||
            registry.size() > 80 || url.find_first_of("\"\\\n") != std::string::npos)
            return fail(Reason::Invalid, fmt::format("'{}={}' is no registry mirror", registry, url));
        tar.folder("certs.d/" + registry);
        tar.file("certs.d/" + registry + "/hosts.toml", registryHosts(url));
    }
    tar.file("wheelhouse-agent", *program, 0755);
    tar.finish();
    return writeFileAtomically(path, out.view(), 0600);
}

} // namespace wheelhouse::libvirt
