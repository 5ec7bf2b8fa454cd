#include "nodelifecycle_controller.h"

#include "node_health.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

constexpr const char* leaseNamespace = "kube-node-lease";
constexpr double unhealthyZone = 0.55;
constexpr int largeZone = 50;
constexpr double slowRate = 0.01;

std::string zoneOf(const ObjectPtr& node) {
    const auto found = node->labels().find("topology.kubernetes.io/zone");
    return found == node->labels().end() ? std::string() : found->second;
}

} // namespace

NodeLifecycleController::NodeLifecycleController(const Deps& deps)
    : QueuedController(deps, "nodelifecycle", 64),
      nodes_(
          watch<core::Node>({.onAdd = [this](const ObjectPtr& node) { nodeSeen(node); },
                             .onUpdate = [this](const ObjectPtr&, const ObjectPtr& node) { nodeSeen(node); },
                             .onDelete = [this](const ObjectPtr& node) { health_.erase(node->name()); }})),
      leases_(watch<api::coordination::Lease>(
          {.onAdd = [this](const ObjectPtr& lease) { leaseSeen(lease); },
           .onUpdate = [this](const ObjectPtr&, const ObjectPtr& lease) { leaseSeen(lease); }})),
      pods_(watch<core::Pod>({.onUpdate = [this](const ObjectPtr&, const ObjectPtr& pod) {
          // A pod that turns ready again on a node that is not: put right at the node's next look.
          const std::string node = pod->as<core::Pod>().spec().nodename();
          const auto found = health_.find(node);
          if (found != health_.end() && !found->second.ready) enqueue(node);
      }})) {
    indexByNode(pods_);
}

void NodeLifecycleController::nodeSeen(const ObjectPtr& object) {
    const auto node = object->as<core::Node>();
    const auto* ready = findCondition(node.status(), "Ready");
    // Only the node itself renews its heartbeat; our own writes do not count as a sign of life.
    const std::string sign =
        ready ? fmt::format("{} {}", ready->lastheartbeattime().seconds(), ready->status() == "Unknown")
              : "none";
    auto [place, isNew] = health_.try_emplace(object->name());
    Health& health = place->second;
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
    enqueue(object->name());
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
    auto node = object->as<core::Node>();
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
        health_[key].ready = false;
    }

    std::string execute = noExecuteTaint(node);
    const auto& taints = node.spec().taints();
    // Going from one kind of "not there" to the other is no new eviction.
    const bool has = std::any_of(taints.begin(), taints.end(), [](const core::Taint& present) {
        return present.effect() == "NoExecute" &&
               (present.key() == taint::notReady || present.key() == taint::unreachable);
    });
    Duration again{};
    bool spent = false;
    if (!execute.empty() && !has) {
        spent = mayEvict(health_[key].zone, again);
        if (!spent) {
            execute.clear();
            enqueueAfter(key, again);
        }
    }
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

bool NodeLifecycleController::mayEvict(const std::string& zone, Duration& again) {
    const double rate = evictionRate(zone);
    if (rate <= 0) {
        again = options_.nodeMonitorPeriod;
        return false;
    }
    auto [place, isNew] = zones_.try_emplace(zone);
    Zone& bucket = place->second;
    if (!isNew) {
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
    int total = 0, down = 0;
    bool anyReady = false;
    for (const auto& [name, health] : health_) {
        anyReady = anyReady || health.ready;
        if (health.zone != zone) continue;
        ++total;
        if (!health.ready) ++down;
    }
    if (!anyReady) return 0;
    // A zone that is wholly down, while others live, is really down.
    if (down == total || down <= 2 || down < unhealthyZone * total) return options_.nodeEvictionRate;
    return total > largeZone ? slowRate : 0;
}

Step NodeLifecycleController::markPodsNotReady(std::string node) {
    Result<void> outcome;
    for (const ObjectPtr& object : pods_.byIndex(byNode, node)) {
        auto pod = object->as<core::Pod>();
        if (!isReady(pod)) continue;
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
