#pragma once

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"

#include <memory>
#include <string>

namespace wheelhouse {

// The real seams. Only `app/`, the agent's main, tests and benches make these; everything else is handed an
// interface.

/// The machine's clocks. Thread-safe.
class SystemClock final : public Clock {
  public:
    Instant now() const override;
    WallTime wallNow() const override;
};

/// The kernel's random numbers. Thread-safe.
class SystemRandom final : public Random {
  public:
    std::uint64_t next() override;
};

/// A named thread that runs an executor's tasks. The destructor finishes the running task, drops the rest and
/// joins.
class ThreadExecutor final : public Executor {
  public:
    explicit ThreadExecutor(std::string name);
    ~ThreadExecutor() override;
    void post(Task task) override;
    TimerId postAfter(Duration delay, Task task) override;
    void cancel(TimerId id) override;
    bool isCurrent() const override;
    Clock& clock() override;
    /// Runs `task` on the thread and waits for it. Not from the thread itself.
    void run(const Task& task);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse
