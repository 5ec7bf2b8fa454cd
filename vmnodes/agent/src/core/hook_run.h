#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// One life-cycle hook being done: a command, a request (any answer is good) or a pause. `ended` is told
/// once, never inside the constructor; what went wrong is empty when nothing did. Destroying it tells nobody;
/// a command that runs by then ends with its container.
class HookRun {
  public:
    using Ended = std::function<void(const std::string& error)>;

    HookRun(Runtime& runtime, Executor& executor, const api::core::LifecycleHandler& handler,
            const api::core::Container& container, const std::string& podIp, const std::string& containerId,
            Ended ended);

    /// It has failed unless it ends within this time from now. Replaces an earlier limit.
    void limit(Duration time);

  private:
    void end(const std::string& error);

    Executor& executor_;
    Ended ended_;
    ScopedTimer pause_;
    ScopedTimer limit_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
