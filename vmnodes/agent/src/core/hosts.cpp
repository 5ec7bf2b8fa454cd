#include "hosts.h"

#include <fmt/format.h>

namespace wheelhouse::agent {

std::string hostsFile(const api::core::Pod& pod, const std::string& hostname, const std::string& ip,
                      const std::string& domain) {
    // The first line is Kubernetes' own: programs look for it.
    std::string out = "# Kubernetes-managed hosts file.\n"
                      "127.0.0.1\tlocalhost\n"
                      "::1\tlocalhost ip6-localhost ip6-loopback\n"
                      "fe00::0\tip6-localnet\n"
                      "fe00::0\tip6-mcastprefix\n"
                      "fe00::1\tip6-allnodes\n"
                      "fe00::2\tip6-allrouters\n";
    const std::string& subdomain = pod.spec().subdomain();
    if (subdomain.empty())
        out += fmt::format("{}\t{}\n", ip, hostname);
    else
        out += fmt::format("{}\t{}.{}.{}.svc.{}\t{}\n", ip, hostname, subdomain, pod.metadata().namespace_(),
                           domain, hostname);
    if (pod.spec().hostaliases_size() == 0) return out;
    out += "\n# Entries added by HostAliases.\n";
    for (const api::core::HostAlias& alias : pod.spec().hostaliases())
        out += fmt::format("{}\t{}\n", alias.ip(), fmt::join(alias.hostnames(), "\t"));
    return out;
}

} // namespace wheelhouse::agent
