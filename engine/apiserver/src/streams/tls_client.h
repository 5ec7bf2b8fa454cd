#pragma once

#include "engine/base/status.h"

#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// The client's side of a TLS connection as a function of bytes; whoever carries them passes them on. The
/// other side's certificate is not checked: it is a pod, and Kubernetes does not check it either when it
/// proxies. Not thread-safe.
class TlsClient {
  public:
    TlsClient();
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    /// Takes bytes of the other side: what they say is appended to `plain`, what is to be sent to `wire`.
    Result<void> feed(std::string_view bytes, std::string& plain, std::string& wire);
    /// Says something; before the handshake is done it waits here. What is to be sent is appended to `wire`.
    Result<void> write(std::string_view plain, std::string& wire);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::apiserver
