#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::network {

/// Where a name server is.
struct NameServerPlace {
    std::string address; ///< IPv4 or IPv6
    std::uint16_t port = 53;
};
/// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353"; nothing for what is no such place.
std::optional<NameServerPlace> nameServerIn(const std::string& text);

/// Who is asked for names that are not the cluster's, in the words of kube-dns' ConfigMap
/// (kube-system/kube-dns): `stubDomains`, a JSON object of name servers by domain, and `upstreamNameservers`,
/// a JSON list of name servers for all other names. Each is an address, with ":PORT" or without. A value;
/// only read.
class NameRoutes {
  public:
    /// An error says what is wrong with the ConfigMap.
    static Result<NameRoutes> of(const api::core::ConfigMap& settings);
    /// The servers of the longest domain that `name` is or lies in, or else those for all names; empty =
    /// nobody says. `name` is in lower case and without the last dot.
    const std::vector<std::string>& serversFor(const std::string& name) const;

  private:
    std::map<std::string, std::vector<std::string>> domains_;
    std::vector<std::string> upstream_;
};

} // namespace wheelhouse::network
