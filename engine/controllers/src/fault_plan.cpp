#include "fault_plan.h"

#include "engine/api/time.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::controllers {

namespace lab = api::lab;
using machines::FaultPlan;
using machines::LinkFault;
using machines::NodeFaults;

namespace {

LinkFault linkFaultOf(const lab::LinkFault& of) {
    LinkFault out;
    out.cut = of.cut();
    out.delay = std::chrono::milliseconds(of.latencymilliseconds());
    out.jitter = std::chrono::milliseconds(of.jittermilliseconds());
    out.loss = of.losspercent() / 100.0;
    out.bitsPerSecond = static_cast<std::uint64_t>(of.bandwidthkbit()) * 1000;
    return out;
}

void worsen(LinkFault& into, const LinkFault& by) {
    into.cut = into.cut || by.cut;
    into.delay = std::max(into.delay, by.delay);
    into.jitter = std::max(into.jitter, by.jitter);
    into.loss = std::max(into.loss, by.loss);
    if (by.bitsPerSecond != 0 && (into.bitsPerSecond == 0 || by.bitsPerSecond < into.bitsPerSecond))
        into.bitsPerSecond = by.bitsPerSecond;
}

void addLink(FaultPlan& plan, const lab::Fault& fault) {
    const lab::LinkFault& link = fault.spec().link();
    const LinkFault what = linkFaultOf(link);
    for (const lab::FaultTarget& near : fault.status().targets()) {
        if (near.otherend() || near.done() || !near.problem().empty()) continue;
        if (link.controlplane()) {
            NodeFaults& node = plan.nodes[near.node()];
            worsen(node.toPlane, what);
            if (!link.oneway()) worsen(node.fromPlane, what);
            continue;
        }
        for (const lab::FaultTarget& far : fault.status().targets()) {
            if (!far.otherend() || far.done() || !far.problem().empty() || far.node() == near.node())
                continue;
            worsen(plan.links[{near.node(), far.node()}], what);
            if (!link.oneway()) worsen(plan.links[{far.node(), near.node()}], what);
        }
    }
}

} // namespace

bool isInForce(const api::ObjectPtr& object, const lab::Fault& fault, WallTime now) {
    const lab::FaultStatus& status = fault.status();
    return !object->deleting() && status.phase() == "Active" &&
           (!status.has_ends() || api::fromTime(status.ends()) > now);
}

FaultPlan planOf(const std::vector<lab::Fault>& inForce) {
    FaultPlan plan;
    for (const lab::Fault& fault : inForce) {
        const lab::FaultSpec& spec = fault.spec();
        if (spec.has_link()) addLink(plan, fault);
        if (spec.has_link() || spec.has_nodepower() || spec.has_containerkill()) continue;
        for (const lab::FaultTarget& target : fault.status().targets()) {
            if (target.done()) continue;
            NodeFaults& node = plan.nodes[target.node()];
            if (spec.has_slowcpu()) node.cpuPercent = std::min(node.cpuPercent, spec.slowcpu().percent());
            if (spec.has_memorypressure())
                node.memoryPercent = std::max(node.memoryPercent, spec.memorypressure().percent());
            node.diskFull = node.diskFull || spec.has_fulldisk();
            node.registryDown = node.registryDown || spec.has_registrydown();
        }
    }
    return plan;
}

PowerFault powerFaultOf(const lab::Fault& fault, const std::string& machine) {
    if (!fault.spec().has_nodepower()) return PowerFault::None;
    const auto& targets = fault.status().targets();
    const bool concerned = std::any_of(targets.begin(), targets.end(), [&](const lab::FaultTarget& target) {
        return target.node() == machine && !target.done() && target.problem().empty();
    });
    if (!concerned) return PowerFault::None;
    return fault.spec().nodepower().state() == "Frozen" ? PowerFault::Frozen : PowerFault::Cut;
}

void indexByTarget(client::Informer& faults) {
    faults.addIndex(byTarget, [](const api::ObjectPtr& object) {
        std::set<std::string> nodes;
        const auto fault = object->as<lab::Fault>();
        for (const lab::FaultTarget& target : fault.status().targets())
            nodes.insert(target.node());
        return std::vector<std::string>(nodes.begin(), nodes.end());
    });
}

std::string faultWords(const lab::FaultSpec& spec) {
    if (spec.has_nodepower())
        return spec.nodepower().state() == "Frozen" ? "processors stand still" : "the power is cut";
    if (spec.has_slowcpu()) return fmt::format("pods get {}% of the processors", spec.slowcpu().percent());
    if (spec.has_fulldisk()) return "the disk is full";
    if (spec.has_memorypressure())
        return fmt::format("{}% of the free memory is taken", spec.memorypressure().percent());
    if (spec.has_containerkill()) return "containers are killed";
    if (spec.has_registrydown()) return "no image can be pulled";
    const lab::LinkFault& link = spec.link();
    std::string out = link.cut() ? "cut, " : "";
    if (link.latencymilliseconds() > 0) out += fmt::format("{} ms late, ", link.latencymilliseconds());
    if (link.jittermilliseconds() > 0)
        out += fmt::format("up to {} ms later by chance, ", link.jittermilliseconds());
    if (link.losspercent() > 0) out += fmt::format("{}% lost, ", link.losspercent());
    if (link.bandwidthkbit() > 0) out += fmt::format("at most {} kbit/s, ", link.bandwidthkbit());
    return fmt::format("the link is {}", out.substr(0, out.size() - std::min<std::size_t>(out.size(), 2)));
}

} // namespace wheelhouse::controllers
