#include "ui/models/cluster_map_model.h"

#include "engine/api/quantity.h"
#include "engine/api/time.h"
#include "engine/api/types.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

template <class Quantities>
api::Quantity amount(const Quantities& quantities, const char* resource) {
    const auto found = quantities.find(resource);
    if (found == quantities.end()) return {};
    const auto parsed = api::Quantity::parse(found->second.string());
    return parsed ? *parsed : api::Quantity();
}

QString applicationOf(const api::Object& object, const api::core::Pod& pod) {
    for (const char* label : {"app.kubernetes.io/name", "app", "k8s-app"}) {
        const auto found = object.labels().find(label);
        if (found != object.labels().end() && !found->second.empty()) return text(found->second);
    }
    for (const auto& owner : pod.metadata().ownerreferences())
        if (owner.controller()) return text(owner.name());
    return text(object.name());
}

QString poolOf(const api::Object& object) {
    const auto found = object.labels().find("wheelhouse.dev/pool");
    return found == object.labels().end() ? QString() : text(found->second);
}

/// The first thing wrong with a container that people should know, if any.
QString containerTrouble(const api::core::PodStatus& status, bool& failing) {
    for (const auto* list : {&status.initcontainerstatuses(), &status.containerstatuses()}) {
        for (const auto& container : *list) {
            if (container.state().has_waiting()) {
                const std::string& reason = container.state().waiting().reason();
                if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") continue;
                failing = true;
                return text(reason);
            }
            if (container.state().has_terminated() && container.state().terminated().exitcode() != 0) {
                failing = true;
                const auto& ended = container.state().terminated();
                return ended.reason().empty() ? QStringLiteral("ExitCode:%1").arg(ended.exitcode())
                                              : text(ended.reason());
            }
        }
    }
    return {};
}

bool conditionTrue(const api::core::PodStatus& status, const char* type) {
    return std::any_of(status.conditions().begin(), status.conditions().end(),
                       [&](const auto& c) { return c.type() == type && c.status() == "True"; });
}

void lookOf(const api::Object& object, const api::core::Pod& pod, MapPod& result) {
    const auto& status = pod.status();
    bool failing = false;
    result.reason = containerTrouble(status, failing);
    if (result.reason.isEmpty()) result.reason = text(status.reason());
    if (object.deleting()) {
        result.look = PodLook::Terminating;
    } else if (status.phase() == "Succeeded") {
        result.look = PodLook::Completed;
        result.reason.clear();
    } else if (status.phase() == "Failed" || failing) {
        result.look = PodLook::Failing;
    } else if (result.node.isEmpty()) {
        result.look = PodLook::Waiting;
        for (const auto& condition : status.conditions())
            if (condition.type() == "PodScheduled" && condition.status() == "False")
                result.reason = text(condition.message().empty() ? condition.reason() : condition.message());
    } else if (status.phase() == "Running") {
        result.look = conditionTrue(status, "Ready") ? PodLook::Running : PodLook::NotReady;
    } else {
        result.look = PodLook::Starting;
    }
}

} // namespace

int hueOf(const QString& application, int count) {
    // FNV-1a: a name keeps its hue between runs and machines.
    std::uint32_t hash = 2166136261U;
    for (const char c : application.toUtf8())
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    hash ^= hash >> 15;
    return static_cast<int>(hash % static_cast<std::uint32_t>(count));
}

MapPod readPod(const api::Object& object) {
    const auto pod = object.as<api::core::Pod>();
    MapPod result;
    result.uid = object.uid();
    result.nameSpace = text(object.nameSpace());
    result.name = text(object.name());
    result.application = applicationOf(object, pod);
    for (const auto& owner : pod.metadata().ownerreferences())
        if (owner.controller()) result.owner = text(owner.kind() + '/' + owner.name());
    result.hue = hueOf(result.application, hueCount);
    result.node = text(pod.spec().nodename());
    api::Quantity cpu;
    api::Quantity memory;
    for (const auto& container : pod.spec().containers()) {
        cpu = cpu + amount(container.resources().requests(), "cpu");
        memory = memory + amount(container.resources().requests(), "memory");
    }
    result.cpuMilli = cpu.milli();
    result.memoryBytes = memory.units();
    lookOf(object, pod, result);
    return result;
}

MapNode readNode(const api::Object& object) {
    const auto node = object.as<api::core::Node>();
    MapNode result;
    result.name = text(object.name());
    result.hasNode = true;
    const auto zone = object.labels().find("topology.kubernetes.io/zone");
    if (zone != object.labels().end()) result.zone = text(zone->second);
    result.pool = poolOf(object);
    result.cpuMilli = amount(node.status().allocatable(), "cpu").milli();
    result.memoryBytes = amount(node.status().allocatable(), "memory").units();
    result.look = NodeLook::NotReady;
    for (const auto& condition : node.status().conditions()) {
        if (condition.type() != "Ready") continue;
        if (condition.status() == "True") {
            result.look = NodeLook::Ready;
        } else {
            result.message = text(condition.message());
            if (condition.has_lasttransitiontime())
                result.since = api::fromTime(condition.lasttransitiontime());
        }
    }
    if (object.deleting())
        result.look = NodeLook::Leaving;
    else if (result.look == NodeLook::Ready && node.spec().unschedulable())
        result.look = NodeLook::Cordoned;
    return result;
}

MapNode readMachine(const api::Object& object) {
    const auto machine = object.as<api::lab::Machine>();
    MapNode result;
    result.name = text(object.name());
    result.hasMachine = true;
    result.zone = text(machine.spec().zone());
    result.pool = poolOf(object);
    result.provider = text(machine.spec().provider());
    // What it will have; its node says what is left of that, once there is one.
    result.cpuMilli = qint64{machine.spec().cpus()} * 1000;
    result.memoryBytes = qint64{machine.spec().memorymib()} << 20;
    const QString accelerator = text(machine.status().accelerator());
    const qsizetype colon = accelerator.indexOf(u':');
    result.accelerator = colon < 0 ? accelerator : accelerator.left(colon);
    if (colon >= 0) result.acceleratorReason = accelerator.mid(colon + 1).trimmed();
    result.message = text(machine.status().message());
    result.consoleTail = text(machine.status().consoletail());
    for (const auto& step : machine.status().steps())
        result.steps.push_back({text(step.name()), step.milliseconds(), step.done()});
    const std::string& phase = machine.status().phase();
    if (object.deleting())
        result.look = NodeLook::Leaving;
    else if (phase == "Failed")
        result.look = NodeLook::Failed;
    else if (machine.spec().power() == "Off" || phase == "Stopped")
        result.look = NodeLook::Stopped;
    else if (machine.spec().power() == "Frozen")
        result.look = NodeLook::Frozen;
    else
        result.look = phase == "Running" ? NodeLook::Ready : NodeLook::Booting;
    return result;
}

MapNode joined(const MapNode* node, const MapNode* machine) {
    if (node == nullptr) {
        MapNode result = *machine;
        // The machine runs but its agent has not joined yet.
        if (result.look == NodeLook::Ready) result.look = NodeLook::Booting;
        return result;
    }
    if (machine == nullptr) return *node;
    MapNode result = *node;
    result.hasMachine = true;
    result.provider = machine->provider;
    result.accelerator = machine->accelerator;
    result.acceleratorReason = machine->acceleratorReason;
    result.steps = machine->steps;
    result.consoleTail = machine->consoleTail;
    if (result.zone.isEmpty()) result.zone = machine->zone;
    if (result.pool.isEmpty()) result.pool = machine->pool;
    const bool machineDecides = machine->look != NodeLook::Ready &&
                                (machine->look != NodeLook::Booting || node->look == NodeLook::NotReady);
    if (machineDecides) {
        result.look = machine->look;
        if (!machine->message.isEmpty()) result.message = machine->message;
    }
    return result;
}

} // namespace wheelhouse::ui
