#include "simulated_session.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::simulated {

namespace {

constexpr std::size_t mostUnsaid = 256 * 1024;
constexpr std::size_t piece = 32 * 1024;
constexpr std::size_t mostRequestHead = 64 * 1024;

} // namespace

void SimulatedSession::write(std::string bytes) {
    untold_ += bytes.size();
    if (!ended()) input(std::move(bytes));
    wake();
}

void SimulatedSession::closeInput() {
    if (!ended()) inputEnded();
}

void SimulatedSession::resize(std::uint16_t width, std::uint16_t height) {
    width_ = width;
    height_ = height;
}

void SimulatedSession::allow(std::size_t bytes) {
    credit_ += bytes;
    wake();
}

void SimulatedSession::say(int channel, std::string bytes) {
    if (ended() || bytes.empty()) return;
    queued_ += bytes.size();
    queue_.emplace_back(channel, std::move(bytes));
    wake();
}

void SimulatedSession::end(Result<int> result) {
    if (ended()) return;
    result_ = std::move(result);
    wake();
}

void SimulatedSession::wake() {
    if (!timer_.active()) timer_.start(executor_, Duration::zero(), [this] { flush(); });
}

void SimulatedSession::flush() {
    while (!queue_.empty() && credit_ > 0) {
        auto& [channel, bytes] = queue_.front();
        std::string now = bytes.substr(0, std::min({bytes.size(), credit_, piece}));
        bytes.erase(0, now.size());
        credit_ -= now.size();
        queued_ -= now.size();
        const int on = channel;
        if (bytes.empty()) queue_.pop_front();
        events_.onData(on, std::move(now));
    }
    if (untold_ > 0 && queued_ < mostUnsaid) events_.onTaken(std::exchange(untold_, 0));
    if (queue_.empty() && result_) {
        const auto onEnd = std::exchange(events_.onEnd, {});
        if (onEnd) onEnd(*result_); // may destroy this
        return;
    }
    if (queued_ < mostUnsaid) drained();
}

namespace {

class Refusal final : public SimulatedSession {
  public:
    Refusal(Executor& executor, Status why, agent::SessionEvents events)
        : SimulatedSession(executor, std::move(events)) {
        end(fail(std::move(why)));
    }

  private:
    void input(std::string) override {}
    void inputEnded() override {}
};

class Attach final : public SimulatedSession {
  public:
    Attach(Executor& executor, std::unique_ptr<agent::LogSource> log, const agent::ExecTarget& target,
           agent::SessionEvents events)
        : SimulatedSession(executor, std::move(events)), log_(std::move(log)), tty_(target.tty),
          hears_(target.stdOut) {}

  private:
    void input(std::string bytes) override {
        if (tty_) say(1, std::move(bytes)); // a terminal shows what is typed
    }
    void inputEnded() override {}
    void drained() override {
        if (reading_ || ended()) return;
        reading_ = true;
        log_->read(piece, [this, life = std::weak_ptr(life_)](Result<agent::LogSource::Chunk> read) {
            if (life.expired()) return;
            reading_ = false;
            if (!read) return end(fail(read.error()));
            if (hears_) say(1, tty_ ? withReturns(read->bytes) : read->bytes);
            if (read->end) return end(0);
            if (unsaid() == 0) drained();
        });
    }
    static std::string withReturns(const std::string& text) {
        std::string out;
        for (const char c : text)
            out += c == '\n' ? std::string("\r\n") : std::string(1, c);
        return out;
    }

    std::unique_ptr<agent::LogSource> log_;
    const bool tty_;
    const bool hears_;
    bool reading_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

std::string escapeHtml(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}

/// The number of a query's parameter, between `least` and `most`.
double numberOf(std::string_view query, std::string_view name, double unsaid, double least, double most) {
    double number = unsaid;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
            std::from_chars(pair.data() + name.size() + 1, pair.data() + pair.size(), number);
    }
    return std::clamp(number, least, most);
}

/// The web server of a simulated pod: `/` a page about it, `/hostname`, `/headers` what it was asked with,
/// `/redirect` somewhere else, `/metrics` what it publishes; `/burn` and `/eat` as the demo application has
/// them.
class Port final : public SimulatedSession {
  public:
    Port(Executor& executor, SimulatedPlace place, std::uint16_t port, agent::SessionEvents events)
        : SimulatedSession(executor, std::move(events)), place_(std::move(place)), port_(port) {}

  private:
    void input(std::string bytes) override {
        if (answered_) return;
        request_ += bytes;
        const auto head = request_.find("\r\n\r\n");
        if (head != std::string::npos)
            answer(request_.substr(0, head));
        else if (request_.size() > mostRequestHead)
            respond("431 Request Header Fields Too Large", "text/plain", "too much\n");
    }
    void inputEnded() override {
        if (!answered_) end(0);
    }
    void answer(const std::string& head) {
        const std::string line = head.substr(0, head.find("\r\n"));
        const auto space = line.find(' ');
        std::string path = space == std::string::npos ? "/" : line.substr(space + 1);
        path = path.substr(0, path.find(' '));
        const auto question = std::min(path.find('?'), path.size());
        const std::string query = path.substr(std::min(question + 1, path.size()));
        path.resize(question);
        if (path == "/burn") return burn(query);
        if (path == "/eat") return eat(query);
        if (path == "/metrics")
            return respond("200 OK", "text/plain; version=0.0.4", place_.metrics ? place_.metrics() : "");
        if (path == "/hostname") return respond("200 OK", "text/plain", place_.pod + "\n");
        if (path == "/headers") return respond("200 OK", "text/plain", head + "\r\n");
        if (path == "/redirect")
            return respond("302 Found", "text/plain", "elsewhere\n", "Location: http://127.0.0.1:1/\r\n");
        respond(
            "200 OK", "text/html; charset=utf-8",
            fmt::format("<!doctype html><title>{0}</title><h1>{0}</h1>\n<p>This is port {1} of the simulated "
                        "container {2} ({3}) in namespace {4}: no program is running behind it, only this "
                        "page.</p>\n<pre>{5}</pre>\n",
                        escapeHtml(place_.pod), port_, escapeHtml(place_.container), escapeHtml(place_.image),
                        escapeHtml(place_.nameSpace), escapeHtml(line)));
    }
    void burn(const std::string& query) {
        const double seconds = numberOf(query, "seconds", 10, 0, 3600);
        const double cores = numberOf(query, "cores", 1, 0, 64);
        if (place_.burn)
            place_.burn(cores, std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
        respond("200 OK", "text/plain", fmt::format("burning {} core(s) for {} s\n", cores, seconds));
    }
    void eat(const std::string& query) {
        const auto bytes = static_cast<std::int64_t>(numberOf(query, "mib", 16, 0, 65536) * (1 << 20));
        const std::int64_t held = place_.hold ? place_.hold(bytes) : 0;
        respond("200 OK", "text/plain", fmt::format("holding {} MiB\n", held >> 20));
    }
    void respond(const char* status, const char* type, const std::string& body,
                 const std::string& more = {}) {
        answered_ = true;
        say(1, fmt::format("HTTP/1.1 {}\r\nServer: wheelhouse-simulated\r\nContent-Type: {}\r\n"
                           "Content-Length: {}\r\nConnection: close\r\n{}\r\n{}",
                           status, type, body.size(), more, request_.starts_with("HEAD ") ? "" : body));
        end(0);
    }

    const SimulatedPlace place_;
    const std::uint16_t port_;
    std::string request_;
    bool answered_ = false;
};

} // namespace

std::unique_ptr<agent::PodSession> simulateAttach(Executor& executor, std::unique_ptr<agent::LogSource> log,
                                                  const agent::ExecTarget& target,
                                                  agent::SessionEvents events) {
    return std::make_unique<Attach>(executor, std::move(log), target, std::move(events));
}

std::unique_ptr<agent::PodSession> simulatePort(Executor& executor, SimulatedPlace place, std::uint16_t port,
                                                agent::SessionEvents events) {
    return std::make_unique<Port>(executor, std::move(place), port, std::move(events));
}

std::unique_ptr<agent::PodSession> simulateRefusal(Executor& executor, Status why,
                                                   agent::SessionEvents events) {
    return std::make_unique<Refusal>(executor, std::move(why), std::move(events));
}

} // namespace wheelhouse::simulated
