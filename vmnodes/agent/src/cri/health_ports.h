#pragma once

#include "vmnodes/network/health_checks.h"

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>

namespace wheelhouse::agent {

/// Answers HTTP on the health ports of the node. Its sockets live on the stream thread; call it from any
/// other.
class HealthPorts {
  public:
    explicit HealthPorts(boost::asio::io_context& io);
    ~HealthPorts();
    HealthPorts(const HealthPorts&) = delete;
    HealthPorts& operator=(const HealthPorts&) = delete;

    /// These, by port, and no others from now on. A port somebody else has is tried again with the next
    /// change.
    void serve(std::map<int, network::HealthCheck> checks);

  private:
    struct Server;
    std::shared_ptr<Server> server_;
};

} // namespace wheelhouse::agent
