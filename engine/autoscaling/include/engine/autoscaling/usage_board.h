#pragma once

#include "engine/base/clock.h"
#include "engine/base/ids.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::autoscaling {

struct Usage {
    std::int64_t cpuNanoCores = 0;
    std::int64_t memoryBytes = 0; ///< working set
};

struct ContainerUsage {
    std::string name;
    Usage usage;
};

struct PodUsage {
    Uid uid;
    Duration window{}; ///< span the processor time is an average of
    std::vector<ContainerUsage> containers;
};

/// One number a pod publishes about itself.
struct Measure {
    std::string name;
    std::map<std::string, std::string> labels;
    std::int64_t milli = 0;
    Duration window{}; ///< of a rate; zero: as it was when the pod was asked
};

struct PodMeasures {
    Uid uid;
    std::vector<Measure> measures;
};

/// Everything one node says of itself and its pods at one time.
struct NodeReport {
    std::optional<Usage> node;
    Duration window{};
    std::vector<PodUsage> pods;
    std::vector<PodMeasures> measures; ///< of the pods that publish any
};

/// What nodes and pods use and what pods publish, as their nodes last said: one entry for each, no history. A
/// report replaces all the node said before; what was not said again for a while is not known any more.
/// Memory is bounded by the pods of the nodes that report. On the control executor.
class UsageBoard {
  public:
    struct Node {
        Usage usage;
        Duration window{};
        WallTime at{}; ///< when it was reported
    };
    struct Pod {
        const PodUsage* usage = nullptr; ///< valid until the next report
        WallTime at{};
    };

    struct Measures {
        const std::vector<Measure>* all = nullptr; ///< valid until the next report
        WallTime at{};
    };

    /// `fresh` is how long a report counts; nodes report every 15 s.
    explicit UsageBoard(Clock& clock, Duration fresh = std::chrono::seconds(60));
    void report(const NodeName& node, NodeReport report);
    /// The node is gone, and all it said.
    void forget(const NodeName& node);
    std::optional<Node> node(const NodeName& node) const;
    std::optional<Pod> pod(const Uid& pod) const;
    std::optional<Measures> measures(const Uid& pod) const;
    std::size_t nodes() const { return nodes_.size(); }
    std::size_t pods() const { return pods_.size(); }

  private:
    struct Said {
        std::optional<Usage> usage;
        Duration window{};
        Instant heard{};
        WallTime at{};
        std::vector<Uid> pods;
        std::vector<Uid> measured;
    };
    template <class What>
    struct Entry {
        NodeName node; ///< who said so last
        What what;
    };
    template <class What>
    using Entries = std::unordered_map<Uid, Entry<What>>;
    /// Null where the node has not said anything for too long.
    const Said* freshSaid(const NodeName& node) const;
    bool fresh(const Said& said) const { return clock_.now() - said.heard <= fresh_; }
    void takeBack(const NodeName& node, const Said& said);
    void sweep();

    Clock& clock_;
    const Duration fresh_;
    Instant swept_{};
    std::unordered_map<NodeName, Said> nodes_;
    Entries<PodUsage> pods_;
    Entries<std::vector<Measure>> measures_;
};

} // namespace wheelhouse::autoscaling
