#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelhouse::apiserver {

/// Bytes that several clients may be sent at the same time; never changed after they are made.
using Bytes = std::shared_ptr<const std::string>;
/// Header names in lower case, in the order they came; a name may stand more than once.
using Headers = std::vector<std::pair<std::string, std::string>>;

/// Who asks. A front fills in what the client certificate says (common name and organisations); the rest
/// comes from tokens and impersonation.
struct User {
    std::string name;
    std::vector<std::string> groups;
    std::string uid{};
    std::map<std::string, std::vector<std::string>> extra{};
};

/// One request with its whole body, as it came off the wire.
struct Request {
    std::string method; ///< upper case
    std::string path;   ///< the target up to '?', still percent-encoded
    std::string query;  ///< what follows '?', still percent-encoded
    Headers headers;
    /// At most api::maxBodyBytes + 1 bytes: a front stops reading there, and one byte too many is answered
    /// with 413.
    std::string body;
    std::optional<User> user;    ///< absent = no credentials
    std::string remoteAddress{}; ///< the client's IP address; empty = not known

    /// The first value of a header given in lower case, or empty.
    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

/// A body that is made piece by piece as the client takes it, so that no more than a piece of a large list is
/// ever in memory. One call at a time, on any thread; pure but for its own position.
class BodySource {
  public:
    virtual ~BodySource() = default;
    /// Appends the next piece to `out`. False when that was the last.
    virtual bool next(std::string& out) = 0;
};

/// The whole answer to a request that is no stream. The front adds Date and Content-Length.
struct Response {
    int code = 200;
    Headers headers;
    Bytes body; ///< null = no body, or `source`
    std::shared_ptr<BodySource> source{};

    /// The first value of a header given in lower case, or empty.
    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
};

/// Who takes a client's bytes after its connection has switched to another protocol. Called on a thread of
/// the front, one call at a time, until the exchange ends or its request is cancelled.
class Upgraded {
  public:
    virtual ~Upgraded() = default;
    virtual void received(std::string bytes) = 0;
    /// `Exchange::pendingBytes` has fallen to `Exchange::writableBelow` after having been above it.
    virtual void writable() = 0;
};

/// The client's side of one request, made by whoever carries the bytes. All functions are thread-safe, return
/// at once, and do nothing after the client has gone.
///
/// Exactly one of two things happens: `respond` once; or `begin` or `upgrade` once, any number of `write`,
/// then `end` or `abort`.
class Exchange {
  public:
    virtual ~Exchange() = default;
    /// `render` makes the answer. It is pure, and the front should run it on a thread of its own: encoding a
    /// large list must not hold up the control thread.
    virtual void respond(std::function<Response()> render) = 0;
    /// Starts a stream (a watch, a log): head first, sent without waiting for data.
    virtual void begin(int code, Headers headers) = 0;
    /// One chunk, sent without waiting for more.
    virtual void write(Bytes chunk) = 0;
    /// The stream is complete.
    virtual void end() = 0;
    /// The stream breaks off: HTTP/1.1 closes the connection, HTTP/2 resets the stream. For clients too slow
    /// to follow.
    virtual void abort() = 0;
    /// Answers 101 with `headers` (`Upgrade` and `Connection` among them) and makes the connection a raw one:
    /// what is written goes out as it is, what comes in goes to `client`, at most `HttpLimits::upgradedBytes`
    /// ahead of what `taken` has given back. False, and nothing has happened, where a connection cannot
    /// switch (HTTP/2).
    [[nodiscard]] virtual bool upgrade(Headers, std::shared_ptr<Upgraded> /*client*/) { return false; }
    virtual void taken(std::size_t /*bytes*/) {}
    static constexpr std::size_t writableBelow = 256 * 1024;
    /// Bytes written and not yet given to the kernel. The handler aborts a stream that falls too far behind.
    virtual std::size_t pendingBytes() const = 0;
};

/// A request under way.
class Running {
  public:
    virtual ~Running() = default;
    /// The client has gone: stop working for it. Thread-safe; may be called at any time, also after the
    /// answer.
    virtual void cancel() = 0;
};

/// Answers requests. `handle` is thread-safe: it decodes on the calling thread, decides on the control
/// executor, and answers through `exchange` from there, never inside the call. The front calls `cancel` on
/// what it returns when the client goes away (and may always do so when it is done with the exchange).
class Handler {
  public:
    virtual ~Handler() = default;
    [[nodiscard]] virtual std::shared_ptr<Running> handle(Request request,
                                                          std::shared_ptr<Exchange> exchange) = 0;
};

} // namespace wheelhouse::apiserver
