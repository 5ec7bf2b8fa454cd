#include "node_pages.h"

#include "engine/api/codec.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr std::size_t mostRequestHead = 64 * 1024;

std::string metricsText(const core::PodList& pods) {
    std::map<std::string, int> phases;
    int containers = 0;
    for (const core::Pod& pod : pods.items()) {
        ++phases[pod.status().phase().empty() ? "Pending" : pod.status().phase()];
        for (const core::ContainerStatus& status : pod.status().containerstatuses())
            containers += status.state().has_running();
    }
    return fmt::format("# HELP kubelet_running_pods Number of pods that have a running pod sandbox\n"
                       "# TYPE kubelet_running_pods gauge\n"
                       "kubelet_running_pods {}\n"
                       "# HELP kubelet_running_containers Number of containers currently running\n"
                       "# TYPE kubelet_running_containers gauge\n"
                       "kubelet_running_containers{{container_state=\"running\"}} {}\n"
                       "# HELP kubelet_desired_pods The number of pods the node is to run\n"
                       "# TYPE kubelet_desired_pods gauge\n"
                       "kubelet_desired_pods {}\n",
                       phases["Running"], containers, pods.items_size());
}

/// Everything it says it says later, never inside a call.
class NodePagesSession final : public PodSession {
  public:
    NodePagesSession(Executor& executor, NodePages pages, SessionEvents events)
        : executor_(executor), pages_(std::move(pages)), events_(std::move(events)) {}
    void write(std::string bytes) override {
        taken_ += bytes.size();
        if (!answered_) {
            request_ += bytes;
            if (request_.find("\r\n\r\n") != std::string::npos)
                answer();
            else if (request_.size() > mostRequestHead)
                respond("431 Request Header Fields Too Large", {"text/plain", "too much\n"});
        }
        wake();
    }
    void closeInput() override {
        answered_ = true;
        wake();
    }
    void resize(std::uint16_t, std::uint16_t) override {}
    void allow(std::size_t bytes) override {
        credit_ += bytes;
        wake();
    }

  private:
    void answer() {
        const std::string line = request_.substr(0, request_.find("\r\n"));
        const auto space = std::min(line.find(' '), line.size() - 1);
        const std::string path = line.substr(space + 1, line.find_first_of(" ?", space + 1) - space - 1);
        const bool reads = line.starts_with("GET ") || line.starts_with("HEAD ");
        const auto page = pages_.find(path);
        if (!reads)
            respond("405 Method Not Allowed", {"text/plain; charset=utf-8", "Method Not Allowed\n"});
        else if (page == pages_.end())
            respond("404 Not Found", {"text/plain; charset=utf-8", "404 page not found\n"});
        else
            respond("200 OK", page->second);
    }
    void respond(const char* status, const NodePage& page) {
        answered_ = true;
        out_ =
            fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        status, page.type, page.body.size());
        if (!request_.starts_with("HEAD ")) out_ += page.body;
    }
    void wake() {
        if (!timer_.active()) timer_.start(executor_, Duration::zero(), [this] { flush(); });
    }
    void flush() {
        if (taken_ > 0) events_.onTaken(std::exchange(taken_, 0));
        constexpr std::size_t piece = 32 * 1024;
        while (sent_ < out_.size() && credit_ > 0) {
            const std::size_t now = std::min({out_.size() - sent_, credit_, piece});
            events_.onData(1, out_.substr(sent_, now));
            sent_ += now;
            credit_ -= now;
        }
        if (answered_ && sent_ == out_.size())
            if (const auto onEnd = std::exchange(events_.onEnd, {})) onEnd(0); // may destroy this
    }

    Executor& executor_;
    const NodePages pages_;
    SessionEvents events_;
    std::string request_;
    std::string out_;
    std::size_t sent_ = 0;
    std::size_t credit_ = 0;
    std::size_t taken_ = 0;
    bool answered_ = false;
    ScopedTimer timer_;
};

} // namespace

NodePages nodePages(const core::PodList& pods, const std::string& figures) {
    const NodePage healthy{"text/plain; charset=utf-8", "ok"};
    return {{"/healthz", healthy},
            {"/healthz/", healthy},
            {"/pods", {"application/json", api::encodeJson(pods, "v1", "PodList")}},
            {"/metrics", {"text/plain; version=0.0.4; charset=utf-8", metricsText(pods) + figures}}};
}

std::unique_ptr<PodSession> serveNodePages(Executor& executor, NodePages pages, SessionEvents events) {
    return std::make_unique<NodePagesSession>(executor, std::move(pages), std::move(events));
}

} // namespace wheelhouse::agent
