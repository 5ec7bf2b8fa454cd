#pragma once

#include "vmnodes/network/name_routes.h"
#include "vmnodes/network/network_objects.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::network {

/// The names of a cluster as Kubernetes' DNS specification has them: services (A, AAAA, SRV, CNAME), the
/// endpoints behind them, pods by their address, and the names of addresses (PTR). Made whole from the
/// objects, then only read: answers are a pure function of the query. Thread-safe once made.
class ClusterNames {
  public:
    /// `domain` such as "cluster.local"; `ownAddress` is the name server's own.
    ClusterNames(const NetworkObjects& objects, std::string domain, const std::string& ownAddress);

    struct Reply {
        std::string answer; ///< a response; empty when others have to be asked, or nothing is to be said
        std::string ask;    ///< the query for them
        bool alias = false; ///< `ask` is about the name an alias stands for: see `completed`
        std::vector<std::string> servers; ///< whom to ask (NameRoutes); empty = those the node itself asks
    };
    /// Answers the query of a message, over UDP in as many bytes as its sender takes.
    Reply reply(std::string_view query, bool udp) const;
    /// The response to `query` when `ask` of a reply with `alias` was answered by `theirs`.
    std::string completed(std::string_view query, std::string_view theirs, bool udp) const;
    /// The response when others cannot be asked: ServerFailure, or Refused where there are none.
    static std::string unanswered(std::string_view query, bool nobody);

  private:
    struct Data {
        std::uint16_t type = 0;
        std::string bytes;
        std::string target; ///< of SRV and CNAME
        bool operator==(const Data&) const = default;
    };
    struct Lookup;

    void addService(const std::string& nameSpace, const api::core::Service& service,
                    const NetworkObjects& objects);
    void addEndpoints(const std::string& name, const api::discovery::EndpointSlice& slice, bool headless);
    void addEndpoint(const std::string& name, const api::discovery::EndpointSlice& slice,
                     const api::discovery::Endpoint& endpoint, bool headless);
    /// An address record, and the name of the address.
    bool addAddress(const std::string& name, const std::string& address);
    void addReverse(const std::string& address, const std::string& name);
    void addPort(const std::string& name, const std::string& port, const std::string& protocol, int number,
                 const std::string& target);
    void add(const std::string& name, Data data);
    bool addPodName(const std::string& name, Lookup& lookup) const;
    void look(const std::string& name, std::uint16_t type, Lookup& lookup) const;
    bool inDomain(const std::string& name) const;
    std::string startOfAuthority() const;

    std::string domain_;
    NameRoutes routes_;
    std::map<std::string, std::vector<Data>> names_;
    std::set<std::string> between_; ///< names with nothing but names below them
};

} // namespace wheelhouse::network
