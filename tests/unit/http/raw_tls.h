#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::testing {

/// A blocking TLS client that sends exactly the bytes it is told to. Every read has a deadline.
class RawTls {
  public:
    struct Options {
        std::string caPem;          ///< empty = the server is not checked
        std::string certificatePem; ///< empty = none
        std::string keyPem;
        std::string alpn; ///< "h2", "http/1.1" or empty
        int maxVersion = 0;
        int receiveBuffer = 0; ///< SO_RCVBUF; 0 = the system's
        bool silent = false;   ///< connect only, no handshake
    };
    RawTls(std::uint16_t port, const Options& options);
    ~RawTls();
    RawTls(const RawTls&) = delete;
    RawTls& operator=(const RawTls&) = delete;

    bool connected() const { return connected_; } ///< the handshake succeeded
    std::string alpn() const;
    bool send(const std::string& bytes);
    /// What came until the peer closed, `marker` was seen, or the deadline passed.
    std::string readUntil(const std::string& marker,
                          std::chrono::milliseconds deadline = std::chrono::milliseconds(5000));
    std::string readAll(std::chrono::milliseconds deadline = std::chrono::milliseconds(5000)) {
        return readUntil({}, deadline);
    }
    /// What is there, waiting for at least one byte; empty when the peer closed, or nothing came in five
    /// seconds.
    std::string readSome();
    bool peerClosed() const { return peerClosed_; }

  private:
    struct Native;
    std::unique_ptr<Native> native_;
    bool connected_ = false;
    bool peerClosed_ = false;
};

/// One HTTP/2 frame, as sent or as found in received bytes.
struct Frame {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;
};
std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload);
std::vector<Frame> frames(const std::string& bytes);
/// The client preface and empty SETTINGS.
std::string preface();
/// A request's HEADERS frame without indexing or Huffman coding.
std::string headersFrame(std::uint32_t stream, const std::string& method, const std::string& path, bool end,
                         const std::vector<std::pair<std::string, std::string>>& more = {});
std::string be32(std::uint32_t value);

} // namespace wheelhouse::testing
