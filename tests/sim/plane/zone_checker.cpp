#include "zone_checker.h"

#include <algorithm>
#include <chrono>

namespace wheelhouse::sim {

namespace core = api::core;
using namespace std::chrono_literals;

namespace {

/// How long the controller may go on as it was when a zone's state changes: it learns of it by a watch.
constexpr Duration learning = 2s;

bool isGivenUp(const core::Node& node) {
    const auto& taints = node.spec().taints();
    return std::any_of(taints.begin(), taints.end(), [](const core::Taint& taint) {
        return taint.effect() == "NoExecute" && (taint.key() == "node.kubernetes.io/unreachable" ||
                                                 taint.key() == "node.kubernetes.io/not-ready");
    });
}

} // namespace

void ZoneChecker::saw(const store::Change& change) {
    if (change.object->kind().kind != "Node") return;
    const auto object = change.object->as<core::Node>();
    const std::string& name = object.metadata().name();
    const auto [place, isNew] = nodes_.try_emplace(name);
    Node& node = place->second;
    if (!isNew) count(node, -1);
    if (change.type == store::Change::Type::Deleted) {
        nodes_.erase(place);
        return bringUpToDate();
    }
    node.zone = object.metadata().labels().at("topology.kubernetes.io/zone");
    const auto& conditions = object.status().conditions();
    node.ready = std::any_of(conditions.begin(), conditions.end(), [](const auto& each) {
        return each.type() == "Ready" && each.status() == "True";
    });
    count(node, +1);
    bringUpToDate();
    const bool before = std::exchange(node.givenUp, isGivenUp(object));
    if (before || !node.givenUp) return;
    ++counts[node.zone];
    Zone& zone = zones_[node.zone];
    zone.allowance -= 1;
    const bool none = zone.rate == 0 && clock_.now() - zone.slowed > learning;
    if (none || zone.allowance < -0.01)
        complaints.push_back("zone " + node.zone + ": node " + name + " is given up too soon, with " +
                             std::to_string(zone.down) + " of " + std::to_string(zone.total) + " down");
}

void ZoneChecker::count(const Node& node, int by) {
    Zone& zone = zones_[node.zone];
    zone.total += by;
    if (!node.ready) zone.down += by;
}

double ZoneChecker::permitted(const Zone& zone) const {
    const bool all = std::all_of(zones_.begin(), zones_.end(),
                                 [](const auto& each) { return each.second.down == each.second.total; });
    if (all) return 0;
    if (zone.down == zone.total || zone.down <= 2 || zone.down < 0.55 * zone.total) return 0.1;
    return zone.total > 50 ? 0.01 : 0;
}

void ZoneChecker::bringUpToDate() {
    const Instant now = clock_.now();
    for (auto& [name, zone] : zones_) {
        const double seconds = std::chrono::duration<double>(now - zone.since).count();
        zone.since = now;
        // More than one only by what was let pass while a slower rate was being learned of.
        if (zone.allowance < 1) zone.allowance = std::min(1.0, zone.allowance + seconds * zone.rate);
        const double rate = permitted(zone);
        if (rate < zone.rate) {
            zone.allowance += zone.rate * std::chrono::duration<double>(learning).count();
            zone.slowed = now;
        }
        zone.rate = rate;
    }
}

void ZoneChecker::restarted() {
    for (auto& [name, zone] : zones_)
        zone.allowance += 1;
}

int ZoneChecker::givenUp() const {
    return static_cast<int>(
        std::count_if(nodes_.begin(), nodes_.end(), [](const auto& each) { return each.second.givenUp; }));
}

} // namespace wheelhouse::sim
