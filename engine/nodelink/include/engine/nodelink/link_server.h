#pragma once

#include "engine/base/status.h"
#include "engine/nodelink/node_hub.h"

#include <cstdint>
#include <memory>
#include <string>

namespace wheelhouse::nodelink {

/// Where real nodes' streams come in. Only clients with a certificate of `caPem` whose CN is
/// `system:node:<name>` get in.
struct LinkServerOptions {
    std::string host = "127.0.0.1"; ///< guests reach it through user networking as 10.0.2.2
    std::uint16_t port = 0;         ///< 0 = any free one
    std::string caPem;              ///< who signs nodes' certificates
    std::string certificatePem;     ///< the server's own, for every name nodes dial
    std::string keyPem;
};

/// A gRPC server on threads of its own. Make and destroy it on the control executor; destroying ends all
/// streams.
class GrpcLinkServer {
  public:
    /// ServiceUnavailable with one clear line when the port is taken; Invalid for bad PEM.
    static Result<std::unique_ptr<GrpcLinkServer>> listen(const LinkServerOptions& options, HubPort hub);
    ~GrpcLinkServer();
    std::uint16_t port() const;

  private:
    struct Impl;
    explicit GrpcLinkServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::nodelink
