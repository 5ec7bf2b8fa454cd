#pragma once

#include "http/front.h"

#include <deque>
#include <mutex>

namespace wheelhouse::apiserver::http {

/// The connection as an exchange knows it.
class ExchangeSink {
  public:
    virtual ~ExchangeSink() = default;
    /// There is something to pull. Any thread; the sink looks later, on its strand.
    virtual void outputReady(std::shared_ptr<HttpExchange> exchange) = 0;
    /// Runs `work` on some thread of the server, not on the strand.
    virtual void offload(std::function<void()> work) = 0;
};

/// Status line and headers of an answer. Without `length` the body is a stream.
struct Head {
    int code = 200;
    Headers headers;
    std::optional<std::size_t> length;
};

/// One request's answer on its way from the handler (any thread) to the connection (its strand): the
/// handler's calls fill a queue, the connection pulls bytes as fast as the client takes them. Never holds
/// more than the limits allow.
class HttpExchange final : public Exchange, public std::enable_shared_from_this<HttpExchange> {
  public:
    struct Facts {
        bool head = false; ///< HEAD: the headers of the answer only
        bool gzip = false;
        bool longRunning = false;
        bool upgradable = false; ///< the connection can switch to another protocol
        std::string auditId;
        std::int32_t stream = 0; ///< HTTP/2 stream, for the connection
    };
    HttpExchange(std::shared_ptr<Front> front, std::weak_ptr<ExchangeSink> sink, Facts facts);
    ~HttpExchange() override;

    // For the handler.
    void respond(std::function<Response()> render) override;
    void begin(int code, Headers headers) override;
    void write(Bytes chunk) override;
    void end() override;
    void abort() override;
    bool upgrade(Headers headers, std::shared_ptr<Upgraded> client) override;
    void taken(std::size_t bytes) override;
    std::size_t pendingBytes() const override;

    // For the front.
    /// An answer made by the front itself.
    void respondNow(Response response);
    void setSlot(Slot slot);
    void setRunning(std::shared_ptr<Running> running);

    // For the connection, on its strand.
    const Facts& facts() const { return facts_; }
    /// The head, once, when the handler has given it.
    std::optional<Head> takeHead();
    struct Pulled {
        std::size_t bytes = 0;
        bool ended = false;   ///< these were the last
        bool aborted = false; ///< there will be no rest
    };
    Pulled pull(char* to, std::size_t size);
    bool aborted() const;
    /// After an upgrade: bytes of the client, for the handler.
    void deliver(std::string bytes);
    /// After an upgrade: whether the handler has room for more.
    bool wantsInput() const;
    /// The client has gone: the handler is told, and nothing is kept any more.
    void detach();
    /// Looks at the clock: an answer that does not come becomes 504, a client that does not read loses its
    /// stream.
    void tick(Instant now);
    /// The server stops: a stream ends here, cleanly.
    void finishStream();

  private:
    void complete(Response response);
    /// Has the next piece of the body made where there is room for it.
    void makeMore(std::unique_lock<std::mutex>& lock);
    void makePiece(const std::shared_ptr<BodySource>& source);
    void wake(std::unique_lock<std::mutex>& lock);
    void abortLocked();
    void cutLocked();
    std::shared_ptr<Running> releaseLocked();

    const std::shared_ptr<Front> front_;
    const std::weak_ptr<ExchangeSink> sink_;
    const Facts facts_;

    mutable std::mutex mutex_;
    std::shared_ptr<Running> running_;
    Slot slot_;
    std::optional<Head> head_;
    std::deque<Bytes> queue_;
    std::size_t offset_ = 0;             ///< into the first of the queue
    std::shared_ptr<BodySource> source_; ///< of what is still to be put into the queue
    bool making_ = false;                ///< a piece of it is being made
    std::size_t queued_ = 0;             ///< bytes in the queue not yet pulled
    std::size_t pulled_ = 0;
    const Instant started_;
    Instant behindSince_{};
    std::size_t pulledThen_ = 0;
    std::shared_ptr<Upgraded> client_;
    std::size_t untaken_ = 0; ///< bytes delivered to client_ and not yet taken
    bool answered_ = false;   ///< respond or begin was called
    bool streaming_ = false;
    bool ended_ = false;
    bool aborted_ = false;
    bool detached_ = false;
    bool signalled_ = false;
};

} // namespace wheelhouse::apiserver::http
