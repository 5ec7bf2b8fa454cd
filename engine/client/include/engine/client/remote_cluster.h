#pragma once

#include "engine/client/cluster.h"

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>

namespace wheelhouse::client {

/// One context of a kubeconfig, resolved: where to go and who to be. Secrets stay in memory only.
struct Endpoint {
    std::string url;
    std::string caPem; ///< empty = the system's trust store
    std::string clientCertificatePem;
    std::string clientKeyPem;
    std::string bearerToken;
    std::string tlsServerName;
    std::string contextName;
};

/// Reads `context` (empty = current-context) of a kubeconfig file. Errors name the file and the missing part.
Result<Endpoint> loadKubeconfig(const std::filesystem::path& file, const std::string& context = {});

/// A cluster over HTTPS. Network work runs on `io` (whoever runs it); callbacks arrive on `executor`.
/// Connections are made on first use; a server that cannot be reached costs each call at most the connect
/// timeout and blocks nothing.
std::unique_ptr<Cluster> connectRemote(Endpoint endpoint, boost::asio::io_context& io, Executor& executor);

} // namespace wheelhouse::client
