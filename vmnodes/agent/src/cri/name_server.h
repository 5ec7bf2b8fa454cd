#pragma once

#include "vmnodes/network/cluster_names.h"

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// The cluster's name server on this node: UDP and TCP on port 53 of an address of the node's own. What is
/// not the cluster's it asks of whom the names say (NameRoutes), or else of the servers in resolv.conf; where
/// there are none it refuses, and while none of them answers it says so at once instead of keeping everybody
/// waiting. Its sockets live on the stream thread; call it from any other.
class NameServer {
  public:
    /// `upstream` = addresses to ask for the rest of the world's names.
    NameServer(boost::asio::io_context& io, std::string address, std::vector<std::string> upstream,
               unsigned short port = 53);
    ~NameServer();
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    /// Serves these names from now on. With the first ones it begins to listen.
    void serve(std::shared_ptr<const network::ClusterNames> names);

  private:
    struct Server;
    std::shared_ptr<Server> server_;
};

/// The addresses of a resolv.conf, without `own`.
std::vector<std::string> nameServersOf(const std::string& resolvConf, const std::string& own);

} // namespace wheelhouse::agent
