#include "http/exchange.h"

#include "engine/base/log.h"

#include <algorithm>
#include <cstring>

namespace wheelhouse::apiserver::http {

HttpExchange::HttpExchange(std::shared_ptr<Front> front, std::weak_ptr<ExchangeSink> sink, Facts facts)
    : front_(std::move(front)), sink_(std::move(sink)), facts_(std::move(facts)),
      started_(front_->clock.now()) {}

HttpExchange::~HttpExchange() = default;

void HttpExchange::wake(std::unique_lock<std::mutex>& lock) {
    if (std::exchange(signalled_, true)) return;
    lock.unlock();
    front_->whileOpen([this] {
        if (auto sink = sink_.lock()) sink->outputReady(shared_from_this());
    });
}

void HttpExchange::respond(std::function<Response()> render) {
    {
        std::unique_lock lock(mutex_);
        if (detached_ || std::exchange(answered_, true)) return;
    }
    auto work = [self = shared_from_this(), render = std::move(render)] {
        try {
            self->complete(render());
        } catch (const std::exception& error) {
            log::error("http", "an answer could not be made: {}", error.what());
            self->complete(statusResponse(Reason::InternalError, "the answer could not be made"));
        }
    };
    front_->whileOpen([&] {
        if (auto sink = sink_.lock()) sink->offload(std::move(work));
    });
}

void HttpExchange::respondNow(Response response) {
    {
        std::unique_lock lock(mutex_);
        if (detached_ || std::exchange(answered_, true)) return;
    }
    front_->refused.fetch_add(1);
    complete(std::move(response));
}

void HttpExchange::complete(Response response) {
    Head head{response.code, std::move(response.headers), 0};
    Bytes body = std::move(response.body);
    const auto has = [&](std::string_view name) {
        return std::any_of(head.headers.begin(), head.headers.end(),
                           [&](const auto& h) { return h.first == name; });
    };
    const bool bodyless = head.code == 204 || head.code == 304 || head.code < 200;
    std::shared_ptr<BodySource> source = bodyless ? nullptr : std::move(response.source);
    const bool large = source || (body && body->size() > front_->limits.gzipFrom);
    if (large && facts_.gzip && !bodyless && !has("content-encoding")) {
        if (source)
            source = gzipped(std::move(source));
        else
            body = std::make_shared<const std::string>(gzip(*body));
        head.headers.emplace_back("content-encoding", "gzip");
        head.headers.emplace_back("vary", "Accept-Encoding");
    }
    front_->decorate(head.headers, facts_.auditId);
    if (source)
        head.length.reset();
    else if (body && !bodyless)
        head.length = body->size();
    if (facts_.head) source.reset();
    std::unique_lock lock(mutex_);
    slot_.release();
    if (detached_) return;
    if (source) {
        head_ = std::move(head);
        source_ = source;
        making_ = true;
        lock.unlock();
        return makePiece(source);
    }
    if (body && !bodyless && !facts_.head && !body->empty()) {
        queued_ = body->size();
        queue_.push_back(std::move(body));
    }
    head_ = std::move(head);
    ended_ = true;
    wake(lock);
}

void HttpExchange::makePiece(const std::shared_ptr<BodySource>& source) {
    std::string piece;
    bool more = false;
    bool failed = false;
    try {
        more = source->next(piece);
    } catch (const std::exception& error) {
        log::error("http", "an answer could not be made to its end: {}", error.what());
        failed = true;
    }
    std::unique_lock lock(mutex_);
    making_ = false;
    if (detached_ || aborted_) return;
    if (failed) {
        abortLocked();
        return wake(lock);
    }
    queued_ += piece.size();
    if (!piece.empty()) queue_.push_back(std::make_shared<const std::string>(std::move(piece)));
    if (!more) {
        source_.reset();
        ended_ = true;
    }
    wake(lock);
}

void HttpExchange::makeMore(std::unique_lock<std::mutex>& lock) {
    if (!source_ || making_ || queued_ >= writableBelow) return;
    making_ = true;
    auto work = [self = shared_from_this(), source = source_] { self->makePiece(source); };
    lock.unlock();
    front_->whileOpen([&] {
        if (auto sink = sink_.lock()) sink->offload(std::move(work));
    });
}

void HttpExchange::begin(int code, Headers headers) {
    front_->decorate(headers, facts_.auditId);
    std::unique_lock lock(mutex_);
    if (detached_ || std::exchange(answered_, true)) return;
    slot_.release();
    streaming_ = true;
    ended_ = facts_.head;
    head_ = Head{code, std::move(headers), std::nullopt};
    wake(lock);
}

void HttpExchange::write(Bytes chunk) {
    std::unique_lock lock(mutex_);
    if (detached_ || aborted_ || ended_ || !streaming_ || !chunk || chunk->empty() || facts_.head) return;
    // One chunk always has room, however large its object is.
    if (queued_ != 0 && queued_ + chunk->size() > front_->limits.streamHardBytes) {
        cutLocked();
    } else {
        queued_ += chunk->size();
        queue_.push_back(std::move(chunk));
    }
    wake(lock);
}

void HttpExchange::end() {
    std::unique_lock lock(mutex_);
    if (detached_ || aborted_ || !streaming_ || std::exchange(ended_, true)) return;
    wake(lock);
}

void HttpExchange::abort() {
    std::unique_lock lock(mutex_);
    if (detached_ || ended_ || aborted_) return;
    abortLocked();
    wake(lock);
}

bool HttpExchange::upgrade(Headers headers, std::shared_ptr<Upgraded> client) {
    if (!facts_.upgradable) return false;
    front_->decorate(headers, facts_.auditId);
    std::unique_lock lock(mutex_);
    if (detached_ || std::exchange(answered_, true)) return true; // as good as a client that leaves at once
    slot_.release();
    streaming_ = true;
    client_ = std::move(client);
    head_ = Head{101, std::move(headers), std::nullopt};
    wake(lock);
    return true;
}

void HttpExchange::deliver(std::string bytes) {
    std::unique_lock lock(mutex_);
    const auto client = client_;
    if (!client || detached_ || bytes.empty()) return;
    untaken_ += bytes.size();
    lock.unlock();
    front_->whileHandled([&] { client->received(std::move(bytes)); });
}

bool HttpExchange::wantsInput() const {
    std::unique_lock lock(mutex_);
    return untaken_ < front_->limits.upgradedBytes;
}

void HttpExchange::taken(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    const bool waited = untaken_ >= front_->limits.upgradedBytes;
    untaken_ -= std::min(untaken_, bytes);
    if (!waited || detached_ || untaken_ >= front_->limits.upgradedBytes) return;
    lock.unlock();
    front_->whileOpen([this] {
        if (auto sink = sink_.lock()) sink->outputReady(shared_from_this());
    });
}

std::size_t HttpExchange::pendingBytes() const {
    std::unique_lock lock(mutex_);
    return queued_;
}

void HttpExchange::abortLocked() {
    aborted_ = true;
    queue_.clear();
    queued_ = offset_ = 0;
    // The connection may have heard of output it cannot send; of this it hears at once.
    signalled_ = false;
}

void HttpExchange::cutLocked() {
    abortLocked();
    front_->cutStreams.fetch_add(1);
}

void HttpExchange::setSlot(Slot slot) {
    std::unique_lock lock(mutex_);
    slot_ = std::move(slot);
    if (answered_) slot_.release();
}

void HttpExchange::setRunning(std::shared_ptr<Running> running) {
    std::unique_lock lock(mutex_);
    if (!detached_) {
        running_ = std::move(running);
        return;
    }
    lock.unlock();
    if (running) running->cancel();
}

std::optional<Head> HttpExchange::takeHead() {
    std::unique_lock lock(mutex_);
    signalled_ = false;
    if (aborted_) return std::nullopt;
    return std::exchange(head_, std::nullopt);
}

HttpExchange::Pulled HttpExchange::pull(char* to, std::size_t size) {
    std::unique_lock lock(mutex_);
    signalled_ = false;
    Pulled pulled;
    while (pulled.bytes < size && !queue_.empty()) {
        const std::string& first = *queue_.front();
        const std::size_t n = std::min(size - pulled.bytes, first.size() - offset_);
        std::memcpy(to + pulled.bytes, first.data() + offset_, n);
        pulled.bytes += n;
        offset_ += n;
        if (offset_ == first.size()) {
            queue_.pop_front();
            offset_ = 0;
        }
    }
    const bool wasFull = queued_ > writableBelow;
    queued_ -= std::min(queued_, pulled.bytes);
    pulled_ += pulled.bytes;
    pulled.aborted = aborted_;
    pulled.ended = ended_ && queue_.empty();
    const auto client = wasFull && queued_ <= writableBelow ? client_ : nullptr;
    makeMore(lock);
    if (lock.owns_lock()) lock.unlock();
    if (client) front_->whileHandled([&] { client->writable(); });
    return pulled;
}

bool HttpExchange::aborted() const {
    std::unique_lock lock(mutex_);
    return aborted_;
}

std::shared_ptr<Running> HttpExchange::releaseLocked() {
    detached_ = true;
    client_.reset();
    queue_.clear();
    queued_ = offset_ = 0;
    return std::exchange(running_, nullptr);
}

void HttpExchange::detach() {
    std::shared_ptr<BodySource> source; // its end may be news to the handler: not while the lock is held
    std::unique_lock lock(mutex_);
    source.swap(source_);
    auto running = releaseLocked();
    lock.unlock();
    if (running) running->cancel();
}

void HttpExchange::tick(Instant now) {
    std::unique_lock lock(mutex_);
    if (detached_ || aborted_) return;
    if (!answered_ && !facts_.longRunning && now - started_ > front_->limits.answer) {
        auto running = running_;
        lock.unlock();
        if (running) running->cancel();
        respondNow(statusResponse(Reason::Timeout, "the request did not complete in time"));
        return;
    }
    // A stream must get below its bound; a whole answer must only go on.
    const bool behind =
        streaming_ ? queued_ > front_->limits.streamBytes : queued_ > 0 && pulled_ == pulledThen_;
    pulledThen_ = pulled_;
    if (!behind) {
        behindSince_ = {};
    } else if (behindSince_ == Instant{}) {
        behindSince_ = now;
    } else if (now - behindSince_ > (streaming_ ? front_->limits.slowReader : front_->limits.idle)) {
        cutLocked();
        wake(lock);
    }
}

void HttpExchange::finishStream() {
    std::unique_lock lock(mutex_);
    if (detached_ || aborted_ || ended_) return;
    auto running = running_;
    if (streaming_) ended_ = true;
    if (streaming_) wake(lock);
    if (lock.owns_lock()) lock.unlock();
    if (running && facts_.longRunning) running->cancel();
}

} // namespace wheelhouse::apiserver::http
