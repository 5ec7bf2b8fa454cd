#pragma once

#include "engine/base/clock.h"
#include "engine/base/ids.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::scheduler {

/// Why one attempt to place one pod came out as it did: what every plug-in said of every node. Plain data,
/// shared and never changed after it is made; texts that repeat are kept once and pointed at by number.
struct SchedulingDecision {
    struct Node {
        std::uint32_t name = 0;      ///< into `nodeNames`
        std::uint32_t rejection = 0; ///< into `rejections`; 0 = every filter let the node pass
        std::int32_t total = 0;      ///< weighted sum of the scores; 0 for a rejected node
    };
    /// Which filter refused, and in which words (several when more than one resource is short).
    struct Rejection {
        std::string plugin;
        std::vector<std::string> reasons;
        bool final = false; ///< even without its pods the node would not do: nothing to preempt
    };
    struct Scorer {
        std::string plugin;
        std::int32_t weight = 1;
    };
    /// A node on which the pod would fit if less important pods left it.
    struct Candidate {
        std::uint32_t name = 0;           ///< into `nodeNames`
        std::vector<std::string> victims; ///< "namespace/name", the most important first
        std::uint32_t budgetsBroken = 0;  ///< victims a PodDisruptionBudget would have kept
    };
    /// What one plug-in took at one extension point. Both texts live as long as the program.
    struct Spent {
        std::string_view plugin;
        std::string_view point; ///< "PreFilter", "Filter", "PostFilter", "Score"
        Duration time{};
    };

    Uid pod;
    int attempt = 0; ///< 1 = the first
    WallTime at{};
    std::string chosen;  ///< the node's name; empty = none
    std::string message; ///< what the event says
    std::shared_ptr<const std::vector<std::string>> nodeNames;
    std::shared_ptr<const std::vector<Rejection>> rejections; ///< [0] is empty
    std::vector<Scorer> scorers;
    std::vector<Node> nodes;
    /// For each node in turn one score, 0 to 100 and unweighted, for each scorer; zeros for a rejected node.
    std::vector<std::uint8_t> scores;
    /// The same before they were normalised; empty where nothing was scored.
    std::vector<std::int64_t> rawScores;
    /// The node being cleared of victims for the pod; empty = none.
    std::string nominated;
    std::string preemption;            ///< why nothing can be cleared; empty = not asked, or it can
    std::vector<Candidate> candidates; ///< nodes considered for preemption, the chosen one first
    std::vector<Spent> times;          ///< in the order in which the plug-ins ran

    std::span<const std::uint8_t> scoresOf(std::size_t node) const {
        return std::span(scores).subspan(node * scorers.size(), scorers.size());
    }
    const std::string& nameOf(const Node& node) const { return (*nodeNames)[node.name]; }
    const Rejection& rejectionOf(const Node& node) const { return (*rejections)[node.rejection]; }
};

} // namespace wheelhouse::scheduler
