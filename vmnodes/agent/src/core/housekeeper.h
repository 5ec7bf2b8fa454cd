#pragma once

#include "eviction.h"
#include "image_keeper.h"
#include "pressure.h"
#include "sweeper.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::agent {

/// Keeps a node from running out of memory, disk and processes. Watches what is left of them; removes dead
/// containers and unused images in their own time, and all of them where the disk is short; evicts one pod
/// each look while that is not enough, and before that every pod that has more of the disk than it says that
/// it may have. Remembers nothing that matters: after an interruption the next look
/// finds the same state again.
class Housekeeper {
  public:
    /// An event about the node: whether it is a warning, a reason, a message.
    using Tell = std::function<void(bool warning, const std::string& reason, const std::string& message)>;

    Housekeeper(Runtime& runtime, Executor& executor, const HousekeepingOptions& options, const Workers& pods,
                Tell tell);
    ~Housekeeper() { life_.reset(); }
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// Looks at what is left, calls `then` when the conditions are true to that, and does what there is to
    /// do.
    void look(std::function<void()> then);
    /// What an agent finds at its start that belongs to nobody.
    void sweep(const Inventory& inventory) {
        sweeper_.sweep(inventory, Sweep::Usual, [] {});
    }
    void setConditions(api::core::NodeStatus& status) const { gauge_.setConditions(status); }
    /// What stands against starting this pod now.
    std::optional<Rejection> whyNot(const api::core::Pod& pod) const {
        return whyNotUnderPressure(pod, gauge_);
    }

  private:
    void observe(const NodeRoom& room);
    /// Evicts who is beyond a limit of its own, and goes on with the rest where nobody was.
    void enforceLimits();
    bool evictBeyondLimits(const std::map<Uid, PodShare>& shares);
    void doChores();
    void relieve();
    /// Frees what nobody needs, then looks again.
    void reclaim(const Crossing& crossing);
    void chooseVictim(const Crossing& crossing);
    void evict(const Crossing& crossing, const PodUse& use);
    /// A pod that was evicted still runs.
    bool waitsForAnEnd() const;

    Runtime& runtime_;
    Executor& executor_;
    const HousekeepingOptions& options_;
    const Workers& pods_;
    Tell tell_;
    PressureGauge gauge_;
    Sweeper sweeper_;
    ImageKeeper images_;
    NodeRoom room_;
    Instant nextSweep_{};
    Instant nextImages_{};
    bool measuring_ = false;
    bool sweeping_ = false;
    bool collecting_ = false;
    bool relieving_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
