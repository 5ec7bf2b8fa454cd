#pragma once

#include "engine/loadbalancer/host_front.h"
#include "engine/nodelink/pod_streams.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::loadbalancer {

/// Joins a connection to a port of a pod, both ways, and holds each side back while the other lags behind. On
/// the control executor; destroying it closes both.
class Relay {
  public:
    using Open = std::function<std::unique_ptr<nodelink::PodDuplex>(nodelink::DuplexEvents)>;

    /// `over` is called once, last, and not inside the constructor: nothing of either side is left. It may
    /// destroy the relay.
    Relay(std::unique_ptr<HostSocket> socket, const Open& open, std::function<void()> over);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

  private:
    /// Passes on what the pod has room for; asks the client for more when nothing waits.
    void pump();

    std::unique_ptr<HostSocket> socket_;
    std::unique_ptr<nodelink::PodDuplex> pod_;
    std::function<void()> over_;
    std::string waiting_;      ///< from the client, for the pod
    bool reading_ = false;     ///< the client has been asked
    bool inputEnded_ = false;  ///< the client sends no more
    bool inputClosed_ = false; ///< and the pod knows
    bool podEnded_ = false;
};

} // namespace wheelhouse::loadbalancer
