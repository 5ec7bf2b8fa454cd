#include "node_health.h"

#include "engine/api/time.h"

#include <algorithm>
#include <array>

namespace wheelhouse::controllers {

namespace core = api::core;

namespace {

struct Pressure {
    const char* condition;
    const char* taint;
};
constexpr std::array<Pressure, 4> pressures = {
    {{"MemoryPressure", "node.kubernetes.io/memory-pressure"},
     {"DiskPressure", "node.kubernetes.io/disk-pressure"},
     {"PIDPressure", "node.kubernetes.io/pid-pressure"},
     {"NetworkUnavailable", "node.kubernetes.io/network-unavailable"}}};

bool isOurs(const core::Taint& present) {
    const std::string& key = present.key();
    if (key == taint::notReady || key == taint::unreachable) return true;
    if (present.effect() != "NoSchedule") return false;
    return key == taint::unschedulable ||
           std::any_of(pressures.begin(), pressures.end(), [&](const Pressure& p) { return key == p.taint; });
}

} // namespace

const core::NodeCondition* findCondition(const core::NodeStatus& status, std::string_view type) {
    for (const auto& condition : status.conditions())
        if (condition.type() == type) return &condition;
    return nullptr;
}

std::string readiness(const core::Node& node) {
    const auto* ready = findCondition(node.status(), "Ready");
    return ready ? ready->status() : std::string();
}

bool isOutOfService(const core::Node& node) {
    const auto& taints = node.spec().taints();
    return std::any_of(taints.begin(), taints.end(),
                       [](const auto& each) { return each.key() == taint::outOfService; });
}

bool markSilent(core::NodeStatus& status, WallTime now) {
    bool changed = false;
    for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        core::NodeCondition* condition = nullptr;
        for (auto& present : *status.mutable_conditions())
            if (present.type() == type) condition = &present;
        if (condition && condition->status() == "Unknown") continue;
        changed = true;
        if (!condition) {
            condition = status.add_conditions();
            condition->set_type(type);
            condition->set_reason("NodeStatusNeverUpdated");
            condition->set_message("Kubelet never posted node status.");
        } else {
            condition->set_reason("NodeStatusUnknown");
            condition->set_message("Kubelet stopped posting node status.");
        }
        condition->set_status("Unknown");
        *condition->mutable_lasttransitiontime() = api::toTime(now);
    }
    return changed;
}

std::vector<std::string> noScheduleTaints(const core::Node& node) {
    std::vector<std::string> keys;
    const std::string ready = readiness(node);
    if (ready == "Unknown")
        keys.emplace_back(taint::unreachable);
    else if (ready != "True")
        keys.emplace_back(taint::notReady);
    for (const Pressure& pressure : pressures) {
        const auto* condition = findCondition(node.status(), pressure.condition);
        if (condition && condition->status() == "True") keys.emplace_back(pressure.taint);
    }
    if (node.spec().unschedulable()) keys.emplace_back(taint::unschedulable);
    return keys;
}

std::string noExecuteTaint(const core::Node& node) {
    const std::string ready = readiness(node);
    return ready == "Unknown" ? taint::unreachable : ready == "False" ? taint::notReady : "";
}

bool setTaints(core::NodeSpec& spec, const std::vector<std::string>& noSchedule, const std::string& noExecute,
               WallTime now) {
    bool changed = false;
    std::vector<core::Taint> kept;
    const auto wanted = [&](const core::Taint& present) {
        if (present.effect() == "NoExecute") return present.key() == noExecute;
        return std::find(noSchedule.begin(), noSchedule.end(), present.key()) != noSchedule.end();
    };
    for (const auto& present : spec.taints()) {
        if (isOurs(present) && !wanted(present))
            changed = true;
        else
            kept.push_back(present);
    }
    const auto add = [&](const std::string& key, const char* effect) {
        const bool there = std::any_of(kept.begin(), kept.end(), [&](const core::Taint& present) {
            return present.key() == key && present.effect() == effect;
        });
        if (key.empty() || there) return;
        core::Taint fresh;
        fresh.set_key(key);
        fresh.set_effect(effect);
        *fresh.mutable_timeadded() = api::toTime(now);
        kept.push_back(std::move(fresh));
        changed = true;
    };
    for (const std::string& key : noSchedule)
        add(key, "NoSchedule");
    add(noExecute, "NoExecute");
    if (!changed) return false;
    spec.clear_taints();
    for (core::Taint& each : kept)
        *spec.add_taints() = std::move(each);
    return true;
}

} // namespace wheelhouse::controllers
