#pragma once

#include "engine/base/status.h"
#include "engine/client/remote_cluster.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelhouse::client::remote {

struct HttpRequest {
    std::string method = "GET";
    std::string target; ///< path and query, encoded
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    /// A long answer, taken piece by piece: the next piece is read after `resume`. It has a connection of its
    /// own.
    bool stream = false;
    /// Asks to switch protocols (the caller's headers say to which). After a 101 the connection carries raw
    /// bytes both ways, however long it is silent; any other answer is an answer as always. A stream, too.
    bool upgrade = false;
    /// The longest silence: until the answer begins, and then between two pieces of it.
    std::chrono::seconds silence{65};
};

struct HttpHead {
    int code = 0;
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string_view header(std::string_view name) const;
};

/// What becomes of a request. All run on threads of the io context, one after another.
struct HttpEvents {
    std::function<void(const HttpHead&)> onHead;
    std::function<void(std::string)> onData;
    /// Of a switched connection: `HttpCall::unsent` has fallen to half of `HttpCall::enough` after having
    /// been above it.
    std::function<void()> onWritable{};
    /// Once, last, unless the call was cancelled. An error means the answer is not complete.
    std::function<void(Result<void>)> onEnd;
};

/// A request under way. Thread-safe.
class HttpCall {
  public:
    virtual ~HttpCall() = default;
    /// Ends it; callbacks already on their way may still come.
    virtual void cancel() = 0;
    /// The piece given to onData is dealt with.
    virtual void resume() = 0;
    /// Sends raw bytes once the protocol has switched.
    virtual void write(std::string bytes) = 0;
    /// Bytes written and not yet given to the kernel.
    virtual std::size_t unsent() const = 0;
    static constexpr std::size_t enough = 256 * 1024;
};

/// HTTP/1.1 over TLS to one server, on a small pool of kept connections; streams have connections of their
/// own. Redirects are not followed: they would carry the credentials to somebody else. A GET that meets a
/// connection the server has just closed is sent once more. Thread-safe.
class HttpClient {
  public:
    HttpClient(Endpoint endpoint, boost::asio::io_context& io);
    ~HttpClient();
    /// Never blocks and calls nothing back inside.
    std::shared_ptr<HttpCall> send(HttpRequest request, HttpEvents events);

    struct Impl;

  private:
    std::shared_ptr<Impl> impl_;
};

/// Percent-encodes everything but unreserved characters.
std::string encodeComponent(std::string_view text);

} // namespace wheelhouse::client::remote
