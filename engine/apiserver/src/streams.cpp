#include "streams.h"

#include "call.h"
#include "engine/api/custom_resource.h"

#include <list>

namespace wheelhouse::apiserver {
namespace {

constexpr std::size_t eventsPerTurn = 128;
constexpr Duration retryFullClient = std::chrono::milliseconds(5);
constexpr Duration logHeadDelay = std::chrono::milliseconds(250);

class WatchStream final : public StreamSession, public std::enable_shared_from_this<WatchStream> {
  public:
    WatchStream(const std::shared_ptr<Core>& core, const WatchQuery& query, Format format,
                std::shared_ptr<Exchange> exchange, Task ended)
        : core_(core), kind_(*query.selection.kind), bookmarks_(query.bookmarks), format_(std::move(format)),
          exchange_(std::move(exchange)), ended_(std::move(ended)) {}

    void start(Core& core, const WatchQuery& query, Duration timeout, const std::string& auditId) {
        auto watcher = startWatch(core, query, [this](const Event& event) { onEvent(event); });
        if (!watcher && watcher.error().reason != Reason::Expired) {
            exchange_->respond([status = watcher.error(), format = format_, auditId] {
                return errorResponse(status, format, auditId);
            });
            return finish(core);
        }
        Headers headers{{"content-type", format_.contentType(true)}};
        addCommonHeaders(headers, auditId);
        exchange_->begin(200, std::move(headers));
        started_ = true;
        if (!watcher) {
            exchange_->write(std::make_shared<const std::string>(encodeErrorEvent(watcher.error(), format_)));
            exchange_->end();
            return finish(core);
        }
        watcher_ = std::move(*watcher);
        // A definition that changes or goes ends the watches of what it defined.
        if (api::customOf(kind_))
            core.catalogueListeners[this] = [this](const api::Catalogue& now) {
                if (now.find(kind_.name) != &kind_) onReplaced();
            };
        allowedBacklog_ = queue_.size() + core.options.slowClientEvents;
        if (bookmarks_) armBookmark(core);
        deadline_.start(core.control, timeout, [this] { onDeadline(); });
        flush();
    }

    ~WatchStream() override {
        if (const auto core = core_.lock()) core->catalogueListeners.erase(this);
    }

  private:
    void onEvent(const Event& event) {
        if (finished_) return;
        const auto core = core_.lock();
        if (!core) return;
        if (started_ && queue_.empty() && hasRoom(*core)) {
            write(*core, event);
            return;
        }
        queue_.push_back(event);
        if (!started_) return;
        if (queue_.size() > allowedBacklog_) {
            exchange_->abort();
            return finish(*core);
        }
        scheduleFlush(*core);
    }

    bool hasRoom(const Core& core) const {
        return exchange_->pendingBytes() < core.options.streamBufferBytes;
    }

    void write(Core& core, const Event& event) {
        const bool first = format_.shape == Format::Shape::Table && !std::exchange(columnsSent_, true);
        exchange_->write(core.eventCache.bytes(kind_, event, format_, first, core.dates.wallNow()));
    }

    /// A few events a turn: a large initial state must not hold up everybody else.
    void flush() {
        const auto core = core_.lock();
        if (!core || finished_) return;
        std::size_t left = eventsPerTurn;
        while (!queue_.empty() && left > 0 && hasRoom(*core)) {
            write(*core, queue_.front());
            queue_.pop_front();
            --left;
        }
        if (!queue_.empty()) return scheduleFlush(*core);
        if (ending_) {
            exchange_->end();
            finish(*core);
        }
    }

    void scheduleFlush(Core& core) {
        if (!flushTimer_.active())
            flushTimer_.start(core.control, hasRoom(core) ? Duration::zero() : retryFullClient,
                              [this] { flush(); });
    }

    void armBookmark(Core& core) {
        bookmarkTimer_.start(core.control, core.options.bookmarkInterval, [this] {
            const auto alive = core_.lock();
            if (!alive || finished_) return;
            onEvent({Event::Type::Bookmark, nullptr, revisionOf(*alive, kind_), false});
            if (!finished_) armBookmark(*alive);
        });
    }

    void onReplaced() {
        const auto core = core_.lock();
        if (!core || finished_) return;
        // Not yet: the deletions that led here are still on their way to this stream.
        core->control.post([self = shared_from_this()] {
            if (self->finished_ || self->ending_) return;
            self->watcher_.reset();
            self->ending_ = true;
            self->flush();
        });
    }

    void onDeadline() {
        const auto core = core_.lock();
        if (!core || finished_) return;
        if (bookmarks_) onEvent({Event::Type::Bookmark, nullptr, revisionOf(*core, kind_), false});
        watcher_.reset();
        ending_ = true;
        flush();
    }

    /// The watcher is let go later: this may run inside its sink.
    void finish(Core& core) {
        if (std::exchange(finished_, true)) return;
        core.catalogueListeners.erase(this);
        queue_.clear();
        bookmarkTimer_.stop();
        deadline_.stop();
        core.control.post([self = shared_from_this()] {
            self->watcher_.reset();
            self->ended_();
        });
    }

    std::weak_ptr<Core> core_;
    const api::Kind& kind_;
    const bool bookmarks_;
    const Format format_;
    std::shared_ptr<Exchange> exchange_;
    Task ended_;
    std::unique_ptr<Watcher> watcher_;
    std::list<Event> queue_; ///< empty nearly always, and then small
    std::size_t allowedBacklog_ = 0;
    ScopedTimer flushTimer_;
    ScopedTimer bookmarkTimer_;
    ScopedTimer deadline_;
    bool started_ = false;
    bool columnsSent_ = false;
    bool ending_ = false;
    bool finished_ = false;
};

class LogStream final : public StreamSession, public std::enable_shared_from_this<LogStream> {
  public:
    LogStream(const std::shared_ptr<Core>& core, Format format, std::shared_ptr<Exchange> exchange,
              std::string auditId, Task ended)
        : core_(core), format_(std::move(format)), exchange_(std::move(exchange)),
          auditId_(std::move(auditId)), ended_(std::move(ended)) {}

    void start(Core& core, const std::string& nameSpace, const std::string& pod, const LogQuery& query) {
        auto stream = openLog(
            core, nameSpace, pod, query, [this](std::string_view data) { onData(data); },
            [this](const Result<void>& result) { onEnd(result); });
        if (!stream) return onEnd(fail(stream.error()));
        stream_ = std::move(*stream);
        // The head waits a moment, so that a log which cannot be read is refused with an error instead of an
        // empty text.
        headTimer_.start(core.control, logHeadDelay, [this] { begin(); });
    }

  private:
    void begin() {
        headTimer_.stop();
        if (std::exchange(begun_, true)) return;
        Headers headers{{"content-type", "text/plain"}};
        addCommonHeaders(headers, auditId_);
        exchange_->begin(200, std::move(headers));
    }

    void onData(std::string_view data) {
        const auto core = core_.lock();
        if (!core || finished_ || data.empty()) return;
        begin();
        exchange_->write(std::make_shared<const std::string>(data));
        untaken_ += data.size();
        giveBack(*core);
    }

    /// The node goes on when the client has caught up.
    void giveBack(Core& core) {
        if (finished_ || !stream_) return;
        if (exchange_->pendingBytes() < core.options.streamBufferBytes)
            return stream_->taken(std::exchange(untaken_, 0));
        creditTimer_.start(core.control, retryFullClient, [this] {
            if (const auto alive = core_.lock()) giveBack(*alive);
        });
    }

    void onEnd(const Result<void>& result) {
        if (finished_) return;
        if (!result && !begun_) {
            exchange_->respond([status = result.error(), format = format_, auditId = auditId_] {
                return errorResponse(status, format, auditId);
            });
        } else {
            begin();
            if (!result)
                exchange_->write(std::make_shared<const std::string>(
                    "\nlog stream broke off: " + result.error().message + "\n"));
            exchange_->end();
        }
        finish();
    }

    void finish() {
        if (std::exchange(finished_, true)) return;
        headTimer_.stop();
        creditTimer_.stop();
        if (const auto core = core_.lock())
            core->control.post([self = shared_from_this()] {
                self->stream_.reset();
                self->ended_();
            });
    }

    std::weak_ptr<Core> core_;
    const Format format_;
    std::shared_ptr<Exchange> exchange_;
    const std::string auditId_;
    Task ended_;
    std::unique_ptr<nodelink::PodStream> stream_;
    ScopedTimer headTimer_;
    ScopedTimer creditTimer_;
    std::size_t untaken_ = 0; ///< delivered and not yet given back to the node
    bool begun_ = false;
    bool finished_ = false;
};

} // namespace

std::shared_ptr<StreamSession> streamWatch(const std::shared_ptr<Core>& core, const WatchQuery& query,
                                           const Format& format, Duration timeout,
                                           std::shared_ptr<Exchange> exchange, std::string auditId,
                                           Task ended) {
    auto stream = std::make_shared<WatchStream>(core, query, format, std::move(exchange), std::move(ended));
    stream->start(*core, query, timeout, auditId);
    return stream;
}

std::shared_ptr<StreamSession> streamLog(const std::shared_ptr<Core>& core, const std::string& nameSpace,
                                         const std::string& pod, const LogQuery& query, const Format& format,
                                         std::shared_ptr<Exchange> exchange, std::string auditId,
                                         Task ended) {
    auto stream =
        std::make_shared<LogStream>(core, format, std::move(exchange), std::move(auditId), std::move(ended));
    stream->start(*core, nameSpace, pod, query);
    return stream;
}

} // namespace wheelhouse::apiserver
