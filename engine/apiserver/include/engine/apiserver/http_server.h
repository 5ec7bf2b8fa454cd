#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/base/status.h"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// What one client may cost. The defaults are Kubernetes' where it has one (apiserver/pkg/server).
struct HttpLimits {
    std::size_t headerBytes = 1024 * 1024;
    std::size_t bodyBytes = 3 * 1024 * 1024;
    /// Bodies being received, over all connections; beyond it requests are refused with 429.
    std::size_t allBodyBytes = 256 * 1024 * 1024;
    std::size_t connections = 4096;
    std::uint32_t streamsPerConnection = 100; ///< HTTP/2 only
    /// HTTP/2 streams a client may reset at once and per second before its connection is ended.
    std::uint64_t resetBurst = 1000;
    std::uint64_t resetRate = 33;
    int readsInFlight = 400;  ///< GET and HEAD, watches and other long-running requests not counted
    int writesInFlight = 200; ///< everything else
    /// A stream with more than this waiting for `slowReader` is ended, and at once beyond `streamHardBytes`.
    std::size_t streamBytes = 4 * 1024 * 1024;
    std::size_t streamHardBytes = 64 * 1024 * 1024;
    std::size_t upgradedBytes = 256 * 1024; ///< read ahead of the handler on a connection that has switched
    std::size_t gzipFrom = 128 * 1024;
    std::chrono::milliseconds slowReader{10'000};
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds headerRead{32'000};
    std::chrono::milliseconds bodyRead{60'000};
    std::chrono::milliseconds answer{60'000}; ///< long-running requests excepted; then 504
    std::chrono::milliseconds idle{90'000};
    std::chrono::milliseconds stopGrace{2'000}; ///< how long stop() waits for answers under way
};

struct HttpOptions {
    std::string listen = "127.0.0.1:0"; ///< address:port; port 0 = any free one
    std::string certificatePem;         ///< the server's, leaf first
    std::string keyPem;
    std::string clientCaPem; ///< who may sign client certificates; empty = none are asked for
    bool http2 = true;
    HttpLimits limits;
};

/// The HTTPS front: HTTP/1.1 and HTTP/2 (chosen by ALPN, TLS 1.2 or newer) on one port, turning bytes into
/// `Request`s for a `Handler` and its answers into bytes. A client certificate signed by the client CA makes
/// the `User`; without one, or with any other, the request comes without a user. What is refused before the
/// handler (too large, malformed, too many at once) is answered with a Kubernetes Status.
///
/// Runs on whatever threads run `io`: each connection on a strand of its own. Public functions are
/// thread-safe.
class HttpServer {
  public:
    /// Listens and accepts. Errors are one line for a person: bad address, port taken, unusable certificate.
    /// The handler, the clock and the random source (which must be thread-safe) must outlive the server.
    static Result<std::unique_ptr<HttpServer>> start(boost::asio::io_context& io, HttpOptions options,
                                                     Handler& handler, Clock& clock, Random& random);
    /// Ends connections without waiting. After it returns the handler is not called any more, and what
    /// handlers do with exchanges they still hold has no effect. `io` must outlive the server, not the
    /// exchanges.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::uint16_t port() const;
    /// "https://127.0.0.1:6443"
    std::string url() const;
    /// For connections from now on.
    Result<void> setCertificate(const std::string& certificatePem, const std::string& keyPem);
    /// No new connections and requests; streams are ended, answers under way get `stopGrace`, then everything
    /// is closed. `done` runs once on a thread of `io`, which must be running.
    void stop(std::function<void()> done);

    struct Counters {
        std::size_t connections = 0;  ///< now
        std::uint64_t requests = 0;   ///< handed to the handler since the start
        std::uint64_t refused = 0;    ///< answered without the handler
        std::uint64_t cutStreams = 0; ///< ended because the client read too slowly
        int readsInFlight = 0;
        int writesInFlight = 0;
    };
    Counters counters() const;

  private:
    struct Impl;
    explicit HttpServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::apiserver
