#pragma once

#include "pod_worker.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <memory>
#include <optional>

namespace wheelhouse::agent {

/// What is wrong with this node on purpose: has it done by the runtime, one change at a time, and says how
/// that came out. It is not kept: an agent that starts mends what an earlier one left.
class FaultKeeper {
  public:
    using Report = std::function<void(nodelink::FromAgent message)>;

    FaultKeeper(Runtime& runtime, Report report) : runtime_(runtime), report_(std::move(report)) {}

    void begin() { take({}); }
    void take(const nodelink::Faults& faults);
    /// `pod` may be null: it is not here.
    void kill(const PodWorker* pod, const nodelink::KillContainer& kill);
    bool registryDown() const { return wanted_ && wanted_->registry_down(); }

  private:
    void apply();

    Runtime& runtime_;
    Report report_;
    std::optional<nodelink::Faults> wanted_;
    bool applying_ = false;
    bool dirty_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
