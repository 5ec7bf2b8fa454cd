#pragma once

#include "plane.h"
#include "zone_checker.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::sim {

/// What happens to the zones while nodes fail everywhere.
enum class ZoneFault {
    MostOfALargeOne, ///< 60 to 90 % of a third of the nodes: its nodes are given up slowly
    AllOfALargeOne,  ///< really down: given up as ever
    MostOfASmallOne, ///< more than 55 % of 40 nodes: none is given up
    Everything,      ///< more likely it is we who are cut off: none is given up
};

/// Nodes of four zones with workloads on them, and what goes wrong: each minute one node in twenty loses its
/// power and comes back, soon or after its pods have been given up; some flap; a zone is lost; the
/// controllers may crash as well.
class Chaos {
  public:
    Chaos(std::uint64_t seed, int nodes, ZoneFault fault, bool actorsCrash);

    /// Brings nodes and workloads up; false when they do not come up.
    bool settle();
    /// All faults, for so many minutes, of which the zone's is the longer part.
    void rage(int minutes);
    /// Ends every fault and waits until everything is as it should be again; false when that never happens.
    bool recover();
    /// Everything that was broken.
    std::vector<std::string> complaints();
    /// Nodes whose pods are being evicted although everything is lost.
    int givenUpThoughAllIsLost() const { return givenUpThoughAllIsLost_; }
    const ZoneChecker& zones() const { return zones_; }
    Plane& plane() { return plane_; }

  private:
    void strike();
    void strikeZone(Instant until);
    void flap();
    void comeBack();
    void putOut(const std::string& node, Instant until, bool power);
    bool asWanted() const;
    bool within(Duration limit);
    std::vector<std::string> nodesOf(const std::string& zone) const;

    SeededRandom chance_;
    Plane plane_;
    ZoneChecker zones_;
    const ZoneFault fault_;
    const bool actorsCrash_;
    std::vector<std::string> names_;
    std::set<std::string> flapping_;
    std::map<std::string, Instant> out_; ///< nodes that are off or silent → when they come back
    double owed_ = 0;                    ///< nodes still to be struck
    int replicas_ = 0;                   ///< of each Deployment
    int givenUpThoughAllIsLost_ = 0;
};

} // namespace wheelhouse::sim
