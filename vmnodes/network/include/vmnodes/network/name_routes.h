#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::network {

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
