#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/store/store.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::sim {

/// What must hold when many nodes fall silent at once: how fast each zone's nodes may be given up. At most
/// 0.1 nodes a second; 0.01 in a zone of which 55 % is down; none there when it has no more than 50 nodes,
/// and none anywhere when everything is down. Judged from what the store says of the nodes, as it happens.
class ZoneChecker {
  public:
    explicit ZoneChecker(const Clock& clock) : clock_(clock) {}
    void saw(const store::Change& change);
    /// The controllers begin anew, with their first eviction of each zone at hand.
    void restarted();
    /// Nodes whose pods are being evicted now, for having fallen silent.
    int givenUp() const;
    /// How often a node was given up, by zone.
    std::map<std::string, int> counts;
    std::vector<std::string> complaints;

  private:
    struct Node {
        std::string zone;
        bool ready = false;
        bool givenUp = false;
    };
    struct Zone {
        int total = 0;
        int down = 0;
        double allowance = 1;
        double rate = 0.1;
        Instant since{}; ///< when the allowance was last brought up to date
        Instant slowed{};
    };
    void count(const Node& node, int by);
    void bringUpToDate();
    double permitted(const Zone& zone) const;

    const Clock& clock_;
    std::map<std::string, Node> nodes_;
    std::map<std::string, Zone> zones_;
};

} // namespace wheelhouse::sim
