#pragma once

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"

#include <functional>
#include <map>
#include <set>
#include <utility>

namespace wheelhouse {

/// A repeatable stream of numbers (splitmix64): the same seed gives the same numbers on every machine.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() override;

  private:
    std::uint64_t state_;
};

/// One thread of virtual time: runs tasks in due order and jumps the clock to the next timer. Ties between
/// tasks due at the same instant keep posting order, or are broken by `tieBreak` when one is given.
/// Single-threaded.
class SimulatedExecutor final : public Executor, public Clock {
  public:
    explicit SimulatedExecutor(Random* tieBreak = nullptr) : tieBreak_(tieBreak) {}
    void post(Task task) override { postAfter(Duration::zero(), std::move(task)); }
    TimerId postAfter(Duration delay, Task task) override;
    void cancel(TimerId id) override;
    bool isCurrent() const override { return true; }
    Clock& clock() override { return *this; }
    Instant now() const override { return now_; }
    WallTime wallNow() const override {
        return WallTime(std::chrono::seconds(1'767'225'600)) + wallAhead_ + now_.time_since_epoch();
    }
    /// Somebody sets the wall clock ahead, or back with a negative span. Timers know nothing of it.
    void setWallAhead(Duration by) { wallAhead_ += by; }
    /// The whole program is stopped for so long: nothing runs, and afterwards everything due in between is
    /// late.
    void suspend(Duration span) { now_ += span; }

    /// Runs the next task, moving time to it. False when there is none.
    bool step();
    /// Runs everything due within `span` and leaves the clock at its end.
    void advance(Duration span);
    /// Runs until `condition` holds; false when `limit` of virtual time passed or nothing is left to run.
    bool runUntil(const std::function<bool()>& condition, Duration limit);

  private:
    using Key = std::pair<std::pair<Instant, std::uint64_t>, TimerId>;
    Random* tieBreak_;
    Instant now_{};
    Duration wallAhead_{};
    TimerId nextId_ = 1;
    std::map<Key, Task> queue_;
    std::map<TimerId, Key> keys_;
};

} // namespace wheelhouse
