#pragma once

#include "engine/base/clock.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace wheelhouse {

using Task = std::function<void()>;
/// Names a pending timer; 0 names none.
using TimerId = std::uint64_t;

/// Runs tasks one after another: whatever is posted to one executor never runs at the same time as anything
/// else posted to it. The control thread, the simulated nodes, the window and the virtual time of tests are
/// executors. `post`, `postAfter` and `cancel` are thread-safe. Tasks with the same due time run in the order
/// they were posted (a simulation may break that tie by its seed).
class Executor {
  public:
    virtual ~Executor() = default;
    virtual void post(Task task) = 0;
    /// Runs `task` after `delay`, never earlier. The returned id is never 0.
    virtual TimerId postAfter(Duration delay, Task task) = 0;
    /// After it returns, called on this executor, the task will not run. Unknown or past ids are ignored.
    virtual void cancel(TimerId id) = 0;
    /// True on the thread (or in the virtual turn) that runs this executor's tasks.
    virtual bool isCurrent() const = 0;
    virtual Clock& clock() = 0;
};

/// A timer that stops when it goes away. Use from its executor only.
class ScopedTimer {
  public:
    ScopedTimer() = default;
    ScopedTimer(const ScopedTimer&) = delete;
    ScopedTimer& operator=(const ScopedTimer&) = delete;
    ~ScopedTimer() { stop(); }
    void start(Executor& executor, Duration delay, Task task) {
        stop();
        executor_ = &executor;
        id_ = executor.postAfter(delay, [this, task = std::move(task)] {
            id_ = 0;
            task();
        });
    }
    void stop() {
        if (id_ != 0) executor_->cancel(std::exchange(id_, 0));
    }
    bool active() const { return id_ != 0; }

  private:
    Executor* executor_ = nullptr;
    TimerId id_ = 0;
};

} // namespace wheelhouse
