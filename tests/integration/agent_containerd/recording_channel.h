#pragma once

#include "engine/api/types.h"
#include "engine/nodelink/agent_channel.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace wheelhouse::tests {

namespace core = api::core;

/// The control plane's side of a link in the hands of a test; filled on the agent's thread, read on the
/// test's.
class RecordingChannel final : public nodelink::AgentChannel {
  public:
    /// `up`: the link is there from the start.
    explicit RecordingChannel(bool up = true) : up_(up) {}

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        if (up_) handlers_.onUp();
    }
    /// The link comes or goes. On the agent's thread, as `say`.
    void setUp(bool up) {
        {
            const std::lock_guard lock(mutex_);
            up_ = up;
        }
        up ? handlers_.onUp() : handlers_.onDown();
    }
    bool send(nodelink::FromAgent message) override {
        const std::lock_guard lock(mutex_);
        if (!up_) return false;
        if (message.has_hello()) hello_ = message.hello();
        if (message.has_pod_status())
            statuses_[message.pod_status().pod().name()] = message.pod_status().status();
        if (message.has_pod_gone()) gone_[message.pod_gone().pod().name()] = true;
        if (message.has_node_status()) node_ = message.node_status();
        if (message.has_stream_data()) {
            const auto& data = message.stream_data();
            text_ += data.data();
            Stream& stream = streams_[data.stream()];
            (data.channel() == 2 ? stream.err : stream.out) += data.data();
            stream.uncredited += data.data().size();
        }
        if (message.has_stream_end()) streams_[message.stream_end().stream()].end = message.stream_end();
        if (message.has_stream_credit())
            streams_[message.stream_credit().stream()].room += message.stream_credit().bytes();
        if (message.has_event())
            events_ += message.event().reason() + ": " + message.event().message() + "\n";
        return true;
    }
    void say(const nodelink::ToAgent& message) { handlers_.onMessage(message); }
    core::PodStatus status(const std::string& pod) const {
        const std::lock_guard lock(mutex_);
        core::PodStatus status;
        if (const auto it = statuses_.find(pod); it != statuses_.end()) status.ParseFromString(it->second);
        return status;
    }
    bool gone(const std::string& pod) const {
        const std::lock_guard lock(mutex_);
        return gone_.contains(pod);
    }
    nodelink::Hello hello() const {
        const std::lock_guard lock(mutex_);
        return hello_;
    }
    std::string ready() const {
        const std::lock_guard lock(mutex_);
        core::NodeStatus status;
        status.ParseFromString(node_);
        for (const core::NodeCondition& condition : status.conditions())
            if (condition.type() == "Ready") return condition.status();
        return "none";
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }
    std::string events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    /// A two-way stream as the control plane would see it.
    struct Stream {
        std::string out;
        std::string err;
        std::optional<nodelink::StreamEnd> end;
        std::size_t uncredited = 0;
        std::size_t room = std::size_t{256} * 1024;
    };
    Stream stream(std::uint64_t id) const {
        const std::lock_guard lock(mutex_);
        const auto it = streams_.find(id);
        return it == streams_.end() ? Stream{} : it->second;
    }
    bool canMove(std::uint64_t id) const {
        const std::lock_guard lock(mutex_);
        const auto it = streams_.find(id);
        return it != streams_.end() && (it->second.room > 0 || it->second.uncredited > 0);
    }
    /// What may be given back, once.
    std::size_t takeCredit(std::uint64_t id) {
        const std::lock_guard lock(mutex_);
        return std::exchange(streams_[id].uncredited, 0);
    }
    /// Room for input, used up by as much as `wanted`.
    std::size_t takeRoom(std::uint64_t id, std::size_t wanted) {
        const std::lock_guard lock(mutex_);
        const std::size_t now = std::min(wanted, streams_[id].room);
        streams_[id].room -= now;
        return now;
    }

  private:
    mutable std::mutex mutex_;
    Handlers handlers_;
    bool up_ = true;
    nodelink::Hello hello_;
    std::map<std::string, std::string> statuses_;
    std::map<std::string, bool> gone_;
    std::string node_;
    std::string text_;
    std::string events_;
    std::map<std::uint64_t, Stream> streams_;
};

} // namespace wheelhouse::tests
