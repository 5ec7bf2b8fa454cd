#include "pod_ranking.h"

#include "engine/api/time.h"
#include "pods.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <string>
#include <tuple>

namespace wheelhouse::controllers {

namespace core = api::core;

namespace {

constexpr const char* deletionCost = "controller.kubernetes.io/pod-deletion-cost";

int costOf(const core::Pod& pod) {
    const auto found = pod.metadata().annotations().find(deletionCost);
    int cost = 0;
    if (found != pod.metadata().annotations().end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), cost);
    return cost;
}

int restartsOf(const core::Pod& pod) {
    int most = 0;
    for (const auto& container : pod.status().containerstatuses())
        most = std::max(most, container.restartcount());
    return most;
}

/// Ages within a power of two count as the same, so that the choice among old pods is spread.
int magnitude(WallTime since, WallTime now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
    return seconds <= 0 ? 0 : std::bit_width(static_cast<std::uint64_t>(seconds));
}

int readyMagnitude(const core::Pod& pod, WallTime now) {
    const auto* condition = findCondition(pod.status(), "Ready");
    return isReady(pod) ? magnitude(api::fromTime(condition->lasttransitiontime()), now) : 0;
}

} // namespace

void rankForDeletion(std::vector<RankedPod>& pods, WallTime now) {
    std::map<std::string, int> perNode;
    for (const RankedPod& ranked : pods)
        if (isActive(*ranked.pod) && !ranked.pod->spec().nodename().empty())
            ++perNode[ranked.pod->spec().nodename()];
    const auto order = [&](const core::Pod& pod) {
        const std::string& phase = pod.status().phase();
        const int phaseRank = phase == "Running" ? 2 : phase == "Unknown" ? 1 : 0;
        const int siblings = pod.spec().nodename().empty() ? 0 : perNode[pod.spec().nodename()];
        return std::make_tuple(!pod.spec().nodename().empty(), phaseRank, isReady(pod), costOf(pod),
                               -siblings, readyMagnitude(pod, now), -restartsOf(pod),
                               magnitude(api::fromTime(pod.metadata().creationtimestamp()), now));
    };
    std::stable_sort(pods.begin(), pods.end(),
                     [&](const RankedPod& a, const RankedPod& b) { return order(*a.pod) < order(*b.pod); });
}

} // namespace wheelhouse::controllers
