#pragma once

#include "plane.h"

#include <string>
#include <vector>

namespace wheelhouse::sim {

/// What can go wrong, as a set: a story names the faults it is told under.
enum Faults : unsigned {
    noFaults = 0,
    actorsCrash = 1 << 0,  ///< at once replaced, what they asked for still on its way
    actorsPassOn = 1 << 1, ///< replaced after a pause in which everything asked for arrived
    powerLoss = 1 << 2,
    diskFull = 1 << 3,
    slowDisk = 1 << 4,
    badLine = 1 << 5, ///< late, lost and doubled requests, lost answers, broken watches
    cutOff = 1 << 6,  ///< controllers, scheduler and nodes cannot reach the API server
    clockSet = 1 << 7,
    suspended = 1 << 8,
    compaction = 1 << 9,
    everyFault = (1 << 10) - 1,
};

/// Faults of a set, one after another as chance has it, on one plane.
class Storm {
  public:
    Storm(Plane& plane, Random& chance, unsigned faults);
    /// One fault, begun or done, and the end of some of those before.
    void strike();
    /// Several, with something happening in between.
    void rage(int strikes);
    /// No more faults.
    void calm();
    /// Whether a controller may honestly not know what it just did.
    static bool mayForget(unsigned faults) { return (faults & (actorsCrash | badLine | cutOff)) != 0; }

  private:
    void happen(Faults fault);
    Duration upTo(Duration longest);

    Plane& plane_;
    Random& chance_;
    std::vector<Faults> faults_;
};

} // namespace wheelhouse::sim
