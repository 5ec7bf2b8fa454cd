#include "nodelifecycle_controller.h"

#include "engine/api/decoded.h"
#include "node_health.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

constexpr const char* leaseNamespace = "kube-node-lease";
constexpr double unhealthyZone = 0.55;
constexpr int largeZone = 50;
constexpr double slowRate = 0.01;

constexpr const char* excluded = "node.kubernetes.io/exclude-disruption";

std::string label(const ObjectPtr& node, const char* name, const char* oldName) {
    for (const char* each : {name, oldName})
        if (const auto found = node->labels().find(each); found != node->labels().end()) return found->second;
    return {};
}

/// Zones of two regions may have the same name.
std::string zoneOf(const ObjectPtr& node) {
    return label(node, "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region") + "/" +
           label(node, "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone");
}

} // namespace

NodeLifecycleController::NodeLifecycleController(const Deps& deps)
    : QueuedController(deps, "nodelifecycle", 64),
      nodes_(
          watch<core::Node>({.onAdd = [this](const ObjectPtr& node) { nodeSeen(node); },
                             .onUpdate = [this](const ObjectPtr&, const ObjectPtr& node) { nodeSeen(node); },
                             .onDelete = [this](const ObjectPtr& node) { nodeGone(node); }})),
      leases_(watch<api::coordination::Lease>(
          {.onAdd = [this](const ObjectPtr& lease) { leaseSeen(lease); },
           .onUpdate = [this](const ObjectPtr&, const ObjectPtr& lease) { leaseSeen(lease); }})),
      pods_(watch<core::Pod>({.onUpdate = [this](const ObjectPtr&, const ObjectPtr& pod) {
          // A pod that turns ready again on a node that is not: put right at the node's next look, which is
          // not hurried: a node that insists would be argued with without end.
          const std::string node(api::nodeOfPod(*pod));
          const auto found = health_.find(node);
          if (found != health_.end() && !found->second.ready) enqueueAfter(node, options_.nodeMonitorPeriod);
      }})) {
    indexByNode(pods_);
}

void NodeLifecycleController::nodeSeen(const ObjectPtr& object) {
    const auto node = api::decoded<core::Node>(object);
    const auto* ready = findCondition(node->status(), "Ready");
    // Only the node itself renews its heartbeat; our own writes do not count as a sign of life.
    const std::string sign =
        ready ? fmt::format("{} {}", ready->lastheartbeattime().seconds(), ready->status() == "Unknown")
              : "none";
    auto [place, isNew] = health_.try_emplace(object->name());
    Health& health = place->second;
    if (!isNew) count(health, -1);
    if (isNew || health.uid != object->uid()) {
        health = Health{};
        health.uid = object->uid();
        health.heard = now();
        health.lastSign = sign;
    } else if (health.lastSign != sign) {
        if (ready && ready->status() != "Unknown") health.heard = now();
        health.lastSign = sign;
    }
    health.zone = zoneOf(object);
    health.ready = ready && ready->status() == "True";
    health.counts = !object->labels().contains(excluded);
    count(health, +1);
    watchDisruption();
    enqueue(object->name());
}

void NodeLifecycleController::nodeGone(const ObjectPtr& node) {
    const auto found = health_.find(node->name());
    if (found == health_.end()) return;
    count(found->second, -1);
    health_.erase(found);
    watchDisruption();
    events_.record(
        node, client::EventRecorder::Type::Normal, "RemovingNode",
        fmt::format("Node {} event: Removing Node {} from Controller", node->name(), node->name()));
}

void NodeLifecycleController::count(const Health& health, int by) {
    if (!health.counts) return;
    Zone& zone = zones_[health.zone];
    zone.total += by;
    if (!health.ready) zone.down += by;
}

void NodeLifecycleController::watchDisruption() {
    const bool down = std::all_of(zones_.begin(), zones_.end(),
                                  [](const auto& each) { return each.second.down == each.second.total; });
    if (down == allDown_) return;
    allDown_ = down;
    for (auto& [name, zone] : zones_)
        zone.filled = now(); // nothing was saved up while all were down
    for (auto& [name, health] : health_) {
        // What we did not hear while we were cut off counts against nobody.
        if (!down) health.heard = now();
        enqueue(name);
    }
}

void NodeLifecycleController::leaseSeen(const ObjectPtr& lease) {
    if (lease->nameSpace() != leaseNamespace) return;
    const auto found = health_.find(lease->name());
    // Not enqueued: the node's own timer looks at `heard` when it fires.
    if (found != health_.end()) found->second.heard = now();
}

Step NodeLifecycleController::reconcile(std::string key) {
    ObjectPtr object = nodes_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    core::Node node = *api::decoded<core::Node>(object);
    const bool reported = findCondition(node.status(), "Ready") != nullptr;
    const Duration grace = reported ? options_.nodeMonitorGrace : options_.nodeStartupGrace;
    const Duration silent = now() - health_[key].heard;
    if (silent < grace) {
        enqueueAfter(key, grace - silent);
    } else if (markSilent(*node.mutable_status(), wallNow())) {
        events_.record(object, client::EventRecorder::Type::Normal, "NodeNotReady",
                       fmt::format("Node {} status is now: NodeNotReady", key));
        auto written = co_await api_.updateStatus(node);
        if (auto gone = unlessGone(written); !written) co_return gone;
        object = written->object;
        node = object->as<core::Node>();
        if (const auto known = health_.find(key); known != health_.end()) {
            count(known->second, -1);
            known->second.ready = false;
            count(known->second, +1);
            watchDisruption();
        }
    }

    bool spent = false;
    const std::string execute = taintNow(node, spent);
    if (setTaints(*node.mutable_spec(), noScheduleTaints(node), execute, wallNow())) {
        auto written = co_await api_.update(node);
        // What was not written did not use up the zone's turn.
        if (!written && spent) zones_[health_[key].zone].tokens = 1;
        if (auto gone = unlessGone(written); !written) co_return gone;
    }
    if (reported && readiness(node) != "True") {
        auto marked = co_await markPodsNotReady(key);
        if (!marked) co_return marked;
    }
    co_return Result<void>();
}

std::string NodeLifecycleController::taintNow(const core::Node& node, bool& spent) {
    const std::string wanted = noExecuteTaint(node);
    if (wanted.empty()) return {};
    if (allDown_) {
        haveNone(zones_[health_[node.metadata().name()].zone]);
        return {};
    }
    const auto& taints = node.spec().taints();
    // Going from one kind of "not there" to the other is no new eviction.
    if (std::any_of(taints.begin(), taints.end(), [](const core::Taint& present) {
            return present.effect() == "NoExecute" &&
                   (present.key() == taint::notReady || present.key() == taint::unreachable);
        }))
        return wanted;
    Duration again{};
    spent = mayEvict(health_[node.metadata().name()].zone, again);
    if (spent) return wanted;
    enqueueAfter(node.metadata().name(), again);
    return {};
}

/// While none may be evicted, none is saved up for later either.
void NodeLifecycleController::haveNone(Zone& zone) const {
    zone.tokens = 0;
    zone.filled = now();
}

bool NodeLifecycleController::mayEvict(const std::string& zone, Duration& again) {
    const double rate = evictionRate(zone);
    Zone& bucket = zones_[zone];
    if (rate <= 0) {
        haveNone(bucket);
        again = options_.nodeMonitorPeriod;
        return false;
    }
    if (bucket.filled != Instant{}) {
        const double seconds = std::chrono::duration<double>(now() - bucket.filled).count();
        bucket.tokens = std::min(1.0, bucket.tokens + seconds * rate);
    }
    bucket.filled = now();
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return true;
    }
    again = std::chrono::milliseconds(static_cast<std::int64_t>((1 - bucket.tokens) / rate * 1000) + 1);
    return false;
}

double NodeLifecycleController::evictionRate(const std::string& zone) const {
#ifdef WHEELHOUSE_SEEDED_BUGS
    if (std::getenv("WHEELHOUSE_BUG_HASTY_ZONES") != nullptr) return options_.nodeEvictionRate;
#endif
    const auto found = zones_.find(zone);
    if (found == zones_.end()) return options_.nodeEvictionRate;
    const auto& [total, down, tokens, filled] = found->second;
    // A zone that is wholly down, while others live, is really down.
    if (down == total || down <= 2 || down < unhealthyZone * total) return options_.nodeEvictionRate;
    return total > largeZone ? slowRate : 0;
}

Step NodeLifecycleController::markPodsNotReady(std::string node) {
    Result<void> outcome;
    for (const ObjectPtr& object : pods_.byIndex(byNode, node)) {
        if (!api::PodFacts(*object).ready) continue;
        auto pod = object->as<core::Pod>();
        core::PodCondition condition = *findCondition(pod.status(), "Ready");
        condition.set_status("False");
        condition.set_reason("NodeNotReady");
        condition.clear_message();
        *condition.mutable_lasttransitiontime() = timestamp();
        setCondition(*pod.mutable_status(), condition);
        auto written = co_await api_.updateStatus(std::move(pod));
        if (auto gone = unlessGone(written); !gone) {
            outcome = gone;
            continue;
        }
        events_.record(object, client::EventRecorder::Type::Warning, "NodeNotReady", "Node is not ready");
    }
    co_return outcome;
}

} // namespace wheelhouse::controllers
