#include "pod_ranking.h"

#include "engine/api/glance.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>

namespace wheelhouse::controllers {

namespace {

constexpr std::string_view deletionCost = "controller.kubernetes.io/pod-deletion-cost";

int costOf(const api::Object& pod) {
    const std::string_view text = api::annotationOf(pod, deletionCost);
    int cost = 0;
    std::from_chars(text.data(), text.data() + text.size(), cost);
    return cost;
}

/// Ages within a power of two count as the same, so that the choice among old pods is spread.
int magnitude(WallTime since, WallTime now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
    return seconds <= 0 ? 0 : std::bit_width(static_cast<std::uint64_t>(seconds));
}

auto orderOf(const api::Object& pod, const api::PodFacts& facts, int siblings, WallTime now) {
    const int phase = facts.phase == "Running" ? 2 : facts.phase == "Unknown" ? 1 : 0;
    // A Ready condition that does not say since when has been so forever.
    const int readyFor = facts.ready ? magnitude(facts.turned.value_or(WallTime()), now) : 0;
    return std::make_tuple(!facts.node.empty(), phase, facts.ready, costOf(pod), -siblings, readyFor,
                           -facts.restarts, magnitude(facts.created, now));
}

} // namespace

std::vector<std::size_t> rankForDeletion(const std::vector<api::ObjectPtr>& pods, WallTime now) {
    std::vector<api::PodFacts> facts;
    facts.reserve(pods.size());
    for (const api::ObjectPtr& pod : pods)
        facts.emplace_back(*pod);
    std::map<std::string_view, int> perNode;
    for (const api::PodFacts& each : facts)
        if (each.active() && !each.node.empty()) ++perNode[each.node];
    using Order = decltype(orderOf(*pods.front(), facts.front(), 0, now));
    std::vector<Order> orders;
    orders.reserve(pods.size());
    for (std::size_t i = 0; i < pods.size(); ++i) {
        const auto siblings = perNode.find(facts[i].node);
        orders.push_back(orderOf(*pods[i], facts[i], siblings == perNode.end() ? 0 : siblings->second, now));
    }
    std::vector<std::size_t> places(pods.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::stable_sort(places.begin(), places.end(),
                     [&](std::size_t a, std::size_t b) { return orders[a] < orders[b]; });
    return places;
}

} // namespace wheelhouse::controllers
