#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/store/backend.h"

#include <memory>

namespace wheelhouse::sim {

/// A disk whose syncs take their time, up to `longestSync`; what is appended while one runs shares the next.
/// With zero everything is durable at once.
class SimulatedDisk {
  public:
    SimulatedDisk(Executor& executor, Random& random, Duration longestSync);
    /// What a store opens. One at a time: the one before must be gone.
    std::unique_ptr<store::Backend> open();
    /// The power goes. Of what was on its way some first part is there afterwards, and nobody is told.
    void losePower();
    /// From now on there is no room: what is on its way fails, and everything after it, until it is freed.
    void fill();
    void free();
    /// The next sync takes this long.
    void stall(Duration span);

  private:
    struct State;
    class Opened;
    std::shared_ptr<State> state_;
};

} // namespace wheelhouse::sim
