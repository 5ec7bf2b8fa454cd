#pragma once

#include "engine/nodelink/pod_streams.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// Joins one two-way stream of a pod to a client. Output is given back to the node only when the client keeps
/// up; input the node has no room for waits here, and `blocked` tells to hold the client back. Control
/// executor; do not destroy it inside its events.
class PodPipe final {
  public:
    struct Events {
        std::function<void(int channel, std::string_view bytes)> onOutput;
        std::function<bool()> congested;               ///< does the client lag behind?
        std::function<void()> onBlocked;               ///< `blocked` has changed
        std::function<void(const Result<int>&)> onEnd; ///< once, last
    };
    using Open = std::function<std::unique_ptr<nodelink::PodDuplex>(nodelink::DuplexEvents)>;
    /// Input that may wait before the client is held back: several streams share one client.
    static constexpr std::size_t slack = 256 * 1024;

    PodPipe(const Open& open, Events events);
    PodPipe(const PodPipe&) = delete;
    PodPipe& operator=(const PodPipe&) = delete;

    void input(std::string_view bytes);
    void closeInput();
    void resize(std::uint16_t width, std::uint16_t height);
    /// The client has caught up.
    void clientWritable();
    bool blocked() const { return blocked_; }
    bool ended() const { return ended_; }

  private:
    void pump();

    Events events_;
    std::string waiting_;
    std::size_t untaken_ = 0;
    bool inputClosed_ = false;
    bool closeSaid_ = false;
    bool blocked_ = false;
    bool ended_ = false;
    std::unique_ptr<nodelink::PodDuplex> stream_;
};

} // namespace wheelhouse::apiserver
