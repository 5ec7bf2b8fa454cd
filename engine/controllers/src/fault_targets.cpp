#include "fault_targets.h"

#include "engine/api/selector.h"
#include "engine/api/types.h"

#include <algorithm>
#include <map>
#include <vector>

namespace wheelhouse::controllers {

namespace core = api::core;
namespace lab = api::lab;

namespace {

constexpr const char* zoneLabel = "topology.kubernetes.io/zone";

bool fits(const core::Node& node, const lab::FaultNodes& wanted) {
    const auto& labels = node.metadata().labels();
    const auto& names = wanted.names();
    if (!names.empty() && std::find(names.begin(), names.end(), node.metadata().name()) == names.end())
        return false;
    if (!wanted.zone().empty()) {
        const auto zone = labels.find(zoneLabel);
        if (zone == labels.end() || zone->second != wanted.zone()) return false;
    }
    if (!wanted.has_selector()) return true;
    const auto selector = api::LabelSelector::from(wanted.selector());
    return selector && selector->matches({labels.begin(), labels.end()});
}

bool fits(const core::Pod& pod, const lab::ContainerKillFault& kill) {
    if (!kill.pod().empty()) return pod.metadata().name() == kill.pod();
    const auto selector = api::LabelSelector::from(kill.selector());
    const auto& labels = pod.metadata().labels();
    return selector && selector->matches({labels.begin(), labels.end()});
}

/// Those of the pod's containers that run and are meant.
std::vector<lab::FaultTarget> victims(const core::Pod& pod, const std::string& container) {
    std::vector<lab::FaultTarget> out;
    for (const auto* statuses : {&pod.status().initcontainerstatuses(), &pod.status().containerstatuses()})
        for (const core::ContainerStatus& status : *statuses) {
            if (!status.state().has_running() || (!container.empty() && status.name() != container)) continue;
            lab::FaultTarget& target = out.emplace_back();
            target.set_node(pod.spec().nodename());
            target.set_uid(pod.metadata().uid());
            target.set_pod(pod.metadata().namespace_() + "/" + pod.metadata().name());
            target.set_container(status.name());
            target.set_containerid(status.containerid());
        }
    return out;
}

} // namespace

FaultTargets::Targets FaultTargets::find(const lab::FaultSpec& spec, Random& random) const {
    Targets out;
    if (spec.has_containerkill()) {
        addContainers(spec.containerkill(), random, out);
        return out;
    }
    addNodes(spec.nodes(), false, spec, out);
    if (!spec.has_link() || spec.link().controlplane()) return out;
    const int near = out.size();
    addNodes(spec.link().to(), true, spec, out);
    if (near == 0 || out.size() == near) out.Clear(); // a link has two ends
    return out;
}

void FaultTargets::addNodes(const lab::FaultNodes& wanted, bool otherEnd, const lab::FaultSpec& spec,
                            Targets& into) const {
    std::map<std::string, core::Node> found;
    for (const api::ObjectPtr& object : nodes_.all()) {
        auto node = object->as<core::Node>();
        if (fits(node, wanted)) found.emplace(object->name(), std::move(node));
    }
    for (const auto& [name, node] : found) {
        lab::FaultTarget& target = *into.Add();
        target.set_node(name);
        target.set_uid(uidOf(name));
        target.set_otherend(otherEnd);
        const api::ObjectPtr machine = machines_.get(name);
        if (spec.has_nodepower() && !machine) target.set_problem("it is no machine of this lab");
        const bool isVm = machine && machine->as<lab::Machine>().spec().provider() == "vm";
        if (spec.has_link() && !spec.link().controlplane() && !isVm)
            target.set_problem("it is not a VM: nothing goes between it and other nodes");
    }
}

void FaultTargets::addContainers(const lab::ContainerKillFault& kill, Random& random, Targets& into) const {
    std::map<std::string, std::vector<lab::FaultTarget>> found;
    for (const api::ObjectPtr& object : pods_.all()) {
        if (object->nameSpace() != kill.namespace_() || object->deleting()) continue;
        const auto pod = object->as<core::Pod>();
        if (!fits(pod, kill)) continue;
        auto of = victims(pod, kill.container());
        if (!of.empty()) found.emplace(object->key(), std::move(of));
    }
    while (kill.pods() > 0 && found.size() > static_cast<std::size_t>(kill.pods()))
        found.erase(std::next(found.begin(), static_cast<std::ptrdiff_t>(random.below(found.size()))));
    for (const auto& [key, targets] : found)
        for (const lab::FaultTarget& target : targets)
            *into.Add() = target;
}

std::string FaultTargets::uidOf(const std::string& node) const {
    api::ObjectPtr object = machines_.get(node);
    if (!object) object = nodes_.get(node);
    return object ? object->uid().value() : std::string();
}

bool FaultTargets::over(const lab::FaultTarget& target) const {
    if (target.pod().empty()) return uidOf(target.node()) != target.uid();
    const api::ObjectPtr object = pods_.get(target.pod());
    if (!object || object->uid().value() != target.uid()) return true;
    const auto pod = object->as<core::Pod>();
    const auto now = victims(pod, target.container());
    return std::none_of(now.begin(), now.end(), [&](const lab::FaultTarget& each) {
        return each.containerid() == target.containerid();
    });
}

} // namespace wheelhouse::controllers
