#pragma once

#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/runtime.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// The log streams a control plane has open on this node. Reads a log only while the far end has given credit
/// for more, so a slow reader costs nothing but its own patience.
class LogStreams {
  public:
    using Send = std::function<bool(nodelink::FromAgent)>;
    explicit LogStreams(Send send) : send_(std::move(send)) {}

    void open(std::uint64_t stream, const std::string& containerId,
              Result<std::unique_ptr<LogSource>> source);
    void credit(std::uint64_t stream, std::uint32_t bytes);
    void close(std::uint64_t stream) { streams_.erase(stream); }
    void closeAll() { streams_.clear(); }
    void containerEnded(const std::string& containerId);

  private:
    struct Stream {
        std::string containerId;
        std::unique_ptr<LogSource> source;
        std::int64_t credit = 256 * 1024;
        bool reading = false;
    };
    void pump(std::uint64_t id);
    void end(std::uint64_t id, const std::string& error);

    Send send_;
    std::map<std::uint64_t, std::shared_ptr<Stream>> streams_;
};

} // namespace wheelhouse::agent
