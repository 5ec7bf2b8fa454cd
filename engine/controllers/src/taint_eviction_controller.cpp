#include "taint_eviction_controller.h"

#include "engine/api/decoded.h"
#include "engine/api/placement.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

std::string executeTaints(const ObjectPtr& node) {
    std::string text;
    if (!mentions(*node, "NoExecute")) return text;
    const auto decoded = api::decoded<core::Node>(node);
    for (const auto& taint : decoded->spec().taints())
        if (taint.effect() == "NoExecute")
            text += fmt::format("{}={}@{};", taint.key(), taint.value(), taint.timeadded().seconds());
    return text;
}

} // namespace

std::optional<Duration> toleratedFor(const core::Pod& pod, const core::Node& node, WallTime now) {
    std::optional<Duration> soonest;
    for (const auto& taint : node.spec().taints()) {
        if (taint.effect() != "NoExecute") continue;
        bool tolerated = false;
        std::optional<Duration> allowed;
        for (const auto& toleration : pod.spec().tolerations()) {
            if (!api::tolerates(toleration, taint)) continue;
            tolerated = true;
            if (!toleration.has_tolerationseconds()) continue;
            const Duration span =
                std::chrono::seconds(std::max<std::int64_t>(0, toleration.tolerationseconds()));
            allowed = allowed ? std::min(*allowed, span) : span;
        }
        if (!tolerated) return Duration::zero();
        if (!allowed) continue;
        const WallTime since = taint.has_timeadded() ? api::fromTime(taint.timeadded()) : now;
        const Duration left = std::max(Duration::zero(), *allowed - (now - since));
        soonest = soonest ? std::min(*soonest, left) : left;
    }
    return soonest;
}

TaintEvictionController::TaintEvictionController(const Deps& deps)
    : QueuedController(deps, "tainteviction", 64),
      pods_(watch<core::Pod>({.onAdd = [this](const ObjectPtr& pod) { enqueue(pod->key()); },
                              .onUpdate =
                                  [this](const ObjectPtr& before, const ObjectPtr& pod) {
                                      const api::PodFacts was(*before);
                                      const api::PodFacts is(*pod);
                                      if (was.node != is.node || was.tolerations != is.tolerations)
                                          enqueue(pod->key());
                                  }})),
      nodes_(watch<core::Node>({.onAdd = [this](const ObjectPtr& node) { nodeChanged(nullptr, node); },
                                .onUpdate = [this](const ObjectPtr& before,
                                                   const ObjectPtr& node) { nodeChanged(before, node); }})) {
    indexByNode(pods_);
}

void TaintEvictionController::nodeChanged(const ObjectPtr& before, const ObjectPtr& node) {
    const std::string taints = executeTaints(node);
    if (taints.empty() || (before && executeTaints(before) == taints)) return;
    for (const ObjectPtr& pod : pods_.byIndex(byNode, node->name()))
        enqueue(pod->key());
}

Step TaintEvictionController::reconcile(std::string key) {
    const ObjectPtr object = pods_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    const api::PodFacts facts(*object);
    const ObjectPtr node = nodes_.get(std::string(facts.node));
    if (!node || facts.terminal() || !mentions(*node, "NoExecute")) co_return Result<void>();
    auto pod = object->as<core::Pod>();
    const auto left = toleratedFor(pod, *api::decoded<core::Node>(node), wallNow());
    if (!left) co_return Result<void>();
    if (*left > Duration::zero()) {
        enqueueAfter(key, *left);
        co_return Result<void>();
    }
    events_.record(object, client::EventRecorder::Type::Normal, "TaintManagerEviction",
                   "Marking for deletion Pod " + key);
    core::PodCondition condition;
    condition.set_type("DisruptionTarget");
    condition.set_status("True");
    condition.set_reason("DeletionByTaintManager");
    condition.set_message("Taint manager: deleting due to NoExecute taint");
    *condition.mutable_lasttransitiontime() = timestamp();
    if (setCondition(*pod.mutable_status(), condition)) {
        auto marked = co_await api_.updateStatus(std::move(pod));
        if (auto gone = unlessGone(marked); !marked) co_return gone;
    }
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
