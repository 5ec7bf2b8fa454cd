#pragma once

#include "engine/apiserver/http_server.h"

#include <atomic>
#include <shared_mutex>

namespace wheelhouse::apiserver::http {

class HttpExchange;

/// A place among the requests under way; leaves it when it goes.
class Slot {
  public:
    Slot() = default;
    explicit Slot(std::shared_ptr<std::atomic<int>> counter) : counter_(std::move(counter)) {}
    Slot(Slot&&) noexcept = default;
    Slot& operator=(Slot&& other) noexcept {
        release();
        counter_ = std::move(other.counter_);
        return *this;
    }
    ~Slot() { release(); }
    void release() {
        if (auto counter = std::exchange(counter_, nullptr)) counter->fetch_sub(1);
    }

  private:
    std::shared_ptr<std::atomic<int>> counter_;
};

/// Bytes of bodies being received, counted over all connections.
class BodyBudget {
  public:
    explicit BodyBudget(std::atomic<std::size_t>& total) : total_(total) {}
    BodyBudget(const BodyBudget&) = delete;
    BodyBudget& operator=(const BodyBudget&) = delete;
    ~BodyBudget() { release(); }
    /// False when there is no room for `bytes` more.
    bool add(std::size_t bytes, std::size_t limit) {
        held_ += bytes;
        return total_.fetch_add(bytes) + bytes <= limit;
    }
    void release() { total_.fetch_sub(std::exchange(held_, 0)); }

  private:
    std::atomic<std::size_t>& total_;
    std::size_t held_ = 0;
};

/// What all connections share: the way to the handler, the limits over all of them, and the headers every
/// answer has. Thread-safe.
class Front {
  public:
    Front(HttpLimits limits, Handler& handler, Clock& clock, Random& random)
        : limits(limits), clock(clock), handler_(&handler), random_(random) {}

    /// Hands a request to the handler, or answers 429 when too many are under way.
    void dispatch(Request request, const std::shared_ptr<HttpExchange>& exchange);
    /// After it returns, no call into the handler is running or will be made, and no thread but those of the
    /// io context touches a connection any more: so whoever owns the io context may let it go.
    void close();
    /// Runs `touch` unless the front is closed. Every step from a handler's thread to a connection goes
    /// through here.
    template <class F>
    void whileOpen(const F& touch) {
        std::shared_lock lock(openLock_);
        if (open_) touch();
    }
    /// Runs `call`, which ends in the handler's module, unless `close` was called.
    template <class F>
    void whileHandled(const F& call) {
        std::shared_lock lock(handlerLock_);
        if (handler_) call();
    }
    /// Audit-Id, Date and Cache-Control, where the answer has none.
    void decorate(Headers& headers, const std::string& auditId) const;
    /// The client's own Audit-Id when it is a sane one, or a new one.
    std::string auditId(std::string_view given) const;

    const HttpLimits limits;
    Clock& clock;
    std::atomic<std::size_t> bodyBytes{0};
    std::atomic<std::size_t> connections{0};
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::uint64_t> cutStreams{0};
    const std::shared_ptr<std::atomic<int>> reads = std::make_shared<std::atomic<int>>(0);
    const std::shared_ptr<std::atomic<int>> writes = std::make_shared<std::atomic<int>>(0);

  private:
    Result<Slot> admit(const Request& request) const;

    std::shared_mutex handlerLock_;
    std::shared_mutex openLock_;
    bool open_ = true;
    Handler* handler_;
    Random& random_;
};

/// Requests that may last as long as the client likes: watches, logs, exec and the like.
bool isLongRunning(const Request& request);
bool acceptsGzip(std::string_view acceptEncoding);
/// A Kubernetes Status as a whole answer; `code` when it is not the reason's own.
Response statusResponse(Reason reason, const std::string& message, int retryAfterSeconds = 0, int code = 0);
/// `body` compressed at zlib's quickest level.
std::string gzip(std::string_view body);
/// The pieces of `source` as one gzip stream of that level.
std::shared_ptr<BodySource> gzipped(std::shared_ptr<BodySource> source);
/// Splits a request target ("/path?query", or absolute) into path and query. False when it is neither.
bool splitTarget(std::string_view target, Request& request);

} // namespace wheelhouse::apiserver::http
