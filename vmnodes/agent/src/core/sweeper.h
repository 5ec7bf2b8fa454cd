#pragma once

#include "pod_views.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// What of an inventory nobody needs.
struct Waste {
    std::vector<std::string> containers;
    std::vector<std::string> sandboxes;
    std::vector<PodId> files;
};

/// Usual: containers that have ended, but for the newest `deadContainers` of each container of a pod that is
/// still here; sandboxes that were replaced and hold nothing any more; all that belongs to no pod here.
/// Everything: also the last containers of pods that are over, with their logs.
enum class Sweep { Usual, Everything };
Waste wasteOf(const Inventory& inventory, const Workers& pods, int deadContainers, Sweep sweep);

/// Removes what pods leave behind on their node. Watches the runtime's inventory; removes containers,
/// sandboxes and files. Interrupted anywhere, the next sweep goes on: whatever is not there is success.
class Sweeper {
  public:
    Sweeper(Runtime& runtime, const Workers& pods, int deadContainers)
        : runtime_(runtime), pods_(pods), deadContainers_(deadContainers) {}
    ~Sweeper() { life_.reset(); }
    Sweeper(const Sweeper&) = delete;
    Sweeper& operator=(const Sweeper&) = delete;

    /// `done` once all that was found has been removed, or could not be.
    void sweep(Sweep how, std::function<void()> done);
    /// The same for an inventory that is known already.
    void sweep(const Inventory& inventory, Sweep how, std::function<void()> done);

  private:
    Runtime& runtime_;
    const Workers& pods_;
    const int deadContainers_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
