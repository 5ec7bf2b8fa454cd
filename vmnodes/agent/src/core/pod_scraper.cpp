#include "pod_scraper.h"

#include "engine/base/log.h"
#include "pod_ref.h"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;
namespace http = boost::beast::http;

namespace {

constexpr std::size_t mostPageBytes = std::size_t{1} << 20;
/// Of all pods of the node: a report has to fit into one message of the link.
constexpr std::size_t mostReportBytes = std::size_t{4} << 20;
constexpr Duration longestRound = std::chrono::seconds(5);

const std::string& annotationOf(const core::Pod& pod, const char* name) {
    static const std::string none;
    const auto found = pod.metadata().annotations().find(name);
    return found == pod.metadata().annotations().end() ? none : found->second;
}

int portOf(const core::Pod& pod) {
    int port = 0;
    const std::string& said = annotationOf(pod, "prometheus.io/port");
    if (!said.empty()) {
        const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), port);
        return error == std::errc() && end == said.data() + said.size() ? port : 0;
    }
    for (const core::Container& container : pod.spec().containers())
        for (const core::ContainerPort& each : container.ports())
            if (each.protocol().empty() || each.protocol() == "TCP") return each.containerport();
    return 0;
}

/// A path that is one line of a request and nothing else.
bool isPath(const std::string& path) {
    if (!path.starts_with('/')) return false;
    for (const char c : path)
        if (c <= ' ' || c == 0x7f) return false;
    return true;
}

} // namespace

std::optional<ScrapeTarget> scrapeTargetOf(const core::Pod& pod, PortTarget at) {
    if (annotationOf(pod, "prometheus.io/scrape") != "true") return std::nullopt;
    const std::string& scheme = annotationOf(pod, "prometheus.io/scheme");
    if (!scheme.empty() && scheme != "http") return std::nullopt;
    std::string path = annotationOf(pod, "prometheus.io/path");
    if (path.empty()) path = "/metrics";
    const int port = portOf(pod);
    if (port < 1 || port > 65535 || !isPath(path)) return std::nullopt;
    at.port = static_cast<std::uint16_t>(port);
    return ScrapeTarget{std::move(at), std::move(path)};
}

/// One pod being asked: one request, one answer.
class PodScraper::Visit {
  public:
    using Page = std::function<void(Result<std::string>)>;

    explicit Visit(Page done) : done_(std::move(done)) { parser_.body_limit(mostPageBytes); }

    void start(Runtime& runtime, const ScrapeTarget& target) {
        SessionEvents events;
        events.onData = [this](int, const std::string& bytes) { take(bytes); };
        events.onTaken = [](std::size_t) {};
        events.onEnd = [this](const Result<int>& end) { ended(end); };
        session_ = runtime.openPort(target.port, std::move(events));
        session_->allow(mostPageBytes);
        // Version 1.0: nothing comes after the answer, and few cut it into chunks.
        session_->write(fmt::format("GET {} HTTP/1.0\r\nHost: {}:{}\r\nUser-Agent: Wheelhouse\r\n"
                                    "Accept: text/plain;version=0.0.4\r\nConnection: close\r\n\r\n",
                                    target.path, target.port.address, target.port.port));
    }

  private:
    void take(const std::string& bytes) {
        if (!done_) return;
        buffer_.commit(boost::asio::buffer_copy(buffer_.prepare(bytes.size()), boost::asio::buffer(bytes)));
        boost::beast::error_code error;
        while (!parser_.is_done() && buffer_.size() > 0) {
            const std::size_t used = parser_.put(buffer_.data(), error);
            buffer_.consume(used);
            if (error == http::error::need_more) return session_->allow(bytes.size());
            if (error) return answer(fail(Reason::InternalError, error.message()));
            if (used == 0) break;
        }
        if (parser_.is_done()) return finish();
        session_->allow(bytes.size());
    }
    void ended(const Result<int>& end) {
        if (!done_) return;
        if (!end) return answer(fail(end.error()));
        boost::beast::error_code error;
        if (!parser_.is_done()) parser_.put_eof(error);
        if (error || !parser_.is_header_done())
            return answer(fail(Reason::InternalError, "the answer was cut short"));
        finish();
    }
    void finish() {
        const unsigned code = parser_.get().result_int();
        if (code != 200)
            return answer(fail(Reason::InternalError, fmt::format("server returned HTTP status {}", code)));
        answer(std::move(parser_.get().body()));
    }
    void answer(Result<std::string> page) { std::exchange(done_, nullptr)(std::move(page)); }

    http::response_parser<http::string_body> parser_;
    boost::beast::flat_buffer buffer_{mostPageBytes + 64 * 1024};
    Page done_; ///< null once it has been answered
    std::unique_ptr<PodSession> session_;
};

PodScraper::PodScraper(Runtime& runtime, Executor& executor) : runtime_(runtime), executor_(executor) {}

PodScraper::~PodScraper() = default;

void PodScraper::ask(const std::vector<ScrapeTarget>& targets, std::function<void(Measures)> done) {
    finish();
    std::vector<Uid> asked;
    for (const ScrapeTarget& target : targets)
        asked.push_back(target.port.pod.uid);
    meter_.keepOnly(asked);
    std::erase_if(failing_, [&asked](const auto& each) {
        return std::find(asked.begin(), asked.end(), Uid(each.first)) == asked.end();
    });
    if (targets.empty()) return done({});
    done_ = std::move(done);
    patience_.start(executor_, longestRound, [this] {
        for (const auto& [uid, visit] : visits_)
            log::debug("agent", "the pod {} did not say its metrics in time", uid);
        finish();
    });
    for (const ScrapeTarget& target : targets) {
        auto& visit = visits_[target.port.pod.uid.value()];
        visit = std::make_unique<Visit>(
            [this, pod = target.port.pod](const Result<std::string>& page) { answered(pod, page); });
        visit->start(runtime_, target);
    }
}

void PodScraper::answered(const PodId& pod, const Result<std::string>& page) {
    const std::string& uid = pod.uid.value();
    const auto samples = page ? parseExposition(*page) : fail(page.error());
    if (!samples) {
        std::string& known = failing_[uid];
        if (known != samples.error().message)
            log::info("agent", "metrics of {}/{}: {}", pod.nameSpace, pod.name, samples.error().message);
        known = samples.error().message;
    } else {
        failing_.erase(uid);
        nodelink::PodMeasures measures;
        *measures.mutable_pod() = refOf(pod);
        for (nodelink::Measure& each : meter_.take(pod.uid, *samples, executor_.clock().now()))
            *measures.add_measures() = std::move(each);
        const std::size_t size = measures.ByteSizeLong();
        if (bytes_ + size <= mostReportBytes) {
            bytes_ += size;
            measures_.push_back(std::move(measures));
        } else {
            log::warning("agent", "the pods of this node publish too much: nothing of {}/{} is reported",
                         pod.nameSpace, pod.name);
        }
    }
    const auto visit = visits_.find(uid);
    over_.push_back(std::move(visit->second));
    visits_.erase(visit);
    if (visits_.empty())
        patience_.start(executor_, Duration::zero(),
                        [this] { finish(); }); // not while a visit is on the stack
}

void PodScraper::finish() {
    patience_.stop();
    visits_.clear();
    over_.clear();
    bytes_ = 0;
    Measures measures = std::exchange(measures_, {});
    if (auto done = std::exchange(done_, nullptr)) done(std::move(measures));
}

} // namespace wheelhouse::agent
