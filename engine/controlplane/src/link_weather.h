#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/machines/link_fabric.h"
#include "engine/nodelink/node_hub.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace wheelhouse::controlplane {

/// What happens to what is said on node links, in each direction: lost, late, slow. Messages keep their
/// order. A lost message of a link is said again until it arrives, as TCP would, and is late by that; a link
/// of which everything is lost is cut. On the control executor; times are those of `executor`.
class LinkWeather final : public nodelink::LinkFilter {
  public:
    /// Both must outlive it.
    LinkWeather(Executor& executor, Random& random) : executor_(executor), random_(random) {}

    /// What is on its way already arrives as it would have.
    void set(const NodeName& node, Way way, const machines::LinkFault& fault);

    bool admits(const NodeName& node) const override;
    void pass(const NodeName& node, Way way, std::size_t bytes, std::function<void()> deliver) override;

  private:
    struct Lane {
        machines::LinkFault fault;
        Instant free{}; ///< when the last of it has left, where there is a limit of bandwidth
        std::deque<std::pair<Instant, std::function<void()>>> waiting;
        ScopedTimer timer;
    };
    bool cut(const NodeName& node, Way way) const;
    Instant arrival(Lane& lane, std::size_t bytes);
    void arm(Lane& lane);

    Executor& executor_;
    Random& random_;
    std::map<std::pair<NodeName, Way>, std::unique_ptr<Lane>> lanes_;
};

} // namespace wheelhouse::controlplane
