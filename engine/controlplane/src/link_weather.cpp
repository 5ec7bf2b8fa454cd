#include "link_weather.h"

#include <algorithm>

namespace wheelhouse::controlplane {

using machines::LinkFault;

namespace {

/// How long a sender waits before it says a lost message again, at first; it doubles.
constexpr Duration firstRetransmission = std::chrono::milliseconds(200);
constexpr int mostRetransmissions = 8;

bool isCut(const LinkFault& fault) {
    return fault.cut || fault.loss >= 1;
}

} // namespace

void LinkWeather::set(const NodeName& node, Way way, const LinkFault& fault) {
    const std::pair key(node, way);
    const auto found = lanes_.find(key);
    if (found == lanes_.end()) {
        if (fault == LinkFault()) return;
        lanes_.emplace(key, std::make_unique<Lane>()).first->second->fault = fault;
        return;
    }
    found->second->fault = fault;
    found->second->free = {};
    if (fault == LinkFault() && found->second->waiting.empty()) lanes_.erase(found);
}

bool LinkWeather::cut(const NodeName& node, Way way) const {
    const auto found = lanes_.find({node, way});
    return found != lanes_.end() && isCut(found->second->fault);
}

bool LinkWeather::admits(const NodeName& node) const {
    return !cut(node, Way::ToNode) || !cut(node, Way::FromNode);
}

void LinkWeather::pass(const NodeName& node, Way way, std::size_t bytes, std::function<void()> deliver) {
    const auto found = lanes_.find({node, way});
    if (found == lanes_.end()) return deliver();
    Lane& lane = *found->second;
    if (isCut(lane.fault)) return;
    Instant at = arrival(lane, bytes);
    if (lane.waiting.empty() && at <= executor_.clock().now()) return deliver();
    if (!lane.waiting.empty()) at = std::max(at, lane.waiting.back().first);
    lane.waiting.emplace_back(at, std::move(deliver));
    if (!lane.timer.active()) arm(lane);
}

Instant LinkWeather::arrival(Lane& lane, std::size_t bytes) {
    const LinkFault& fault = lane.fault;
    Instant at = executor_.clock().now();
    if (fault.bitsPerSecond > 0) {
        const double seconds = static_cast<double>(bytes) * 8 / static_cast<double>(fault.bitsPerSecond);
        lane.free = std::max(lane.free, at) +
                    std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
        at = lane.free;
    }
    at += fault.delay;
    if (fault.jitter > Duration::zero())
        at += Duration(
            static_cast<Duration::rep>(static_cast<double>(fault.jitter.count()) * random_.fraction()));
    Duration wait = firstRetransmission;
    for (int i = 0; i < mostRetransmissions && fault.loss > 0 && random_.fraction() < fault.loss; ++i) {
        at += wait;
        wait *= 2;
    }
    return at;
}

void LinkWeather::arm(Lane& lane) {
    const Duration left = lane.waiting.front().first - executor_.clock().now();
    lane.timer.start(executor_, std::max(left, Duration::zero()), [this, &lane] {
        // What is delivered may change the weather, and take away a lane that has become empty.
        const auto deliver = std::move(lane.waiting.front().second);
        lane.waiting.pop_front();
        if (!lane.waiting.empty()) arm(lane);
        deliver();
    });
}

} // namespace wheelhouse::controlplane
