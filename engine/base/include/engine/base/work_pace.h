#pragma once

#include "engine/base/executor.h"

#include <functional>
#include <string>
#include <utility>

namespace wheelhouse {

/// A piece of work that may find there is nothing to do any more: false then.
using Work = std::function<bool()>;

/// What an executor is too when somebody may hold back the work done on it, to let it go one piece at a time:
/// a control plane that can be paused. Threads: as Executor.
class WorkPace {
  public:
    virtual ~WorkPace() = default;
    /// Runs `work` on the executor: soon, later, or never.
    virtual void postWork(const std::string& who, Work work) = 0;
    /// Whether pieces are held back: whoever would begin several in one turn begins one.
    virtual bool holdsWork() const = 0;
};

/// Begins a piece of work of `who` (a controller's look at one key, the scheduler's turn): when its executor
/// lets it, at once where nobody holds work back.
inline void postWork(Executor& executor, const std::string& who, Work work) {
    if (auto* pace = dynamic_cast<WorkPace*>(&executor)) return pace->postWork(who, std::move(work));
    executor.post([work = std::move(work)] { work(); });
}

inline bool holdsWork(const Executor& executor) {
    const auto* pace = dynamic_cast<const WorkPace*>(&executor);
    return pace && pace->holdsWork();
}

} // namespace wheelhouse
