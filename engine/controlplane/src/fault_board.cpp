#include "fault_board.h"

#include <set>

namespace wheelhouse::controlplane {

using machines::FaultPlan;
using machines::LinkFault;
using machines::NodeFaults;
using Way = nodelink::LinkFilter::Way;

namespace {

bool losesAll(const LinkFault& fault) {
    return fault.cut || fault.loss >= 1;
}

template <class Map>
void addKeys(std::set<typename Map::key_type>& into, const Map& map) {
    for (const auto& [key, value] : map)
        into.insert(key);
}

template <class Map>
typename Map::mapped_type valueOf(const Map& map, const typename Map::key_type& key) {
    const auto found = map.find(key);
    return found == map.end() ? typename Map::mapped_type() : found->second;
}

nodelink::Faults messageOf(const NodeFaults& faults) {
    nodelink::Faults out;
    if (faults.cpuPercent < 100) out.set_cpu_percent(static_cast<std::uint32_t>(faults.cpuPercent));
    out.set_memory_percent(static_cast<std::uint32_t>(faults.memoryPercent));
    out.set_disk_full(faults.diskFull);
    out.set_registry_down(faults.registryDown);
    return out;
}

bool sameForNode(NodeFaults a, NodeFaults b) {
    for (NodeFaults* each : {&a, &b})
        each->fromPlane = each->toPlane = {};
    return a == b;
}

} // namespace

FaultBoard::FaultBoard(nodelink::NodeHub& hub, machines::LinkFabric* fabric, Executor& executor,
                       Random& random)
    : hub_(hub), fabric_(fabric), weather_(executor, random) {}

FaultBoard::~FaultBoard() {
    hub_.setFilter(nullptr);
}

void FaultBoard::apply(const FaultPlan& plan) {
    const bool first = !plan_;
    const FaultPlan before = plan_.value_or(FaultPlan());
    plan_ = plan;
    std::set<std::pair<std::string, std::string>> links;
    addKeys(links, before.links);
    addKeys(links, plan.links);
    for (const auto& link : links) {
        const LinkFault now = valueOf(plan.links, link);
        if (fabric_ && now != valueOf(before.links, link)) fabric_->setFault(link.first, link.second, now);
    }
    std::set<std::string> nodes;
    addKeys(nodes, before.nodes);
    addKeys(nodes, plan.nodes);
    for (const std::string& node : nodes) {
        const NodeFaults was = valueOf(before.nodes, node);
        const NodeFaults now = valueOf(plan.nodes, node);
        changeLink(node, was, now);
        if (!first && !sameForNode(was, now)) tell(NodeName(node));
    }
    if (!first) return;
    for (const NodeName& node : hub_.nodes())
        tell(node);
}

void FaultBoard::changeLink(const std::string& node, const NodeFaults& before, const NodeFaults& now) {
    if (before.toPlane == now.toPlane && before.fromPlane == now.fromPlane) return;
    hub_.setFilter(&weather_); // for good: what is on its way must not be overtaken
    weather_.set(NodeName(node), Way::ToNode, now.fromPlane);
    weather_.set(NodeName(node), Way::FromNode, now.toPlane);
    const bool lost = losesAll(before.toPlane) || losesAll(before.fromPlane);
    const bool loses = losesAll(now.toPlane) || losesAll(now.fromPlane);
    if (!weather_.admits(NodeName(node)))
        hub_.disconnect(NodeName(node), Status{.reason = Reason::ServiceUnavailable,
                                               .message = "the link is cut by a fault"});
    else if (lost && !loses)
        hub_.disconnect(NodeName(node), Status{.reason = Reason::ServiceUnavailable,
                                               .message = "the link is mended: say everything anew"});
}

NodeFaults FaultBoard::faultsOf(const std::string& node) const {
    return plan_ ? valueOf(plan_->nodes, node) : NodeFaults();
}

void FaultBoard::tell(const NodeName& node) {
    nodelink::ToAgent message;
    *message.mutable_faults() = messageOf(faultsOf(node.value()));
    hub_.send(node, std::move(message));
}

void FaultBoard::kill(const machines::ContainerVictim& victim) {
    nodelink::ToAgent message;
    nodelink::KillContainer& kill = *message.mutable_kill_container();
    kill.mutable_pod()->set_namespace_(victim.nameSpace);
    kill.mutable_pod()->set_name(victim.pod);
    kill.mutable_pod()->set_uid(victim.podUid);
    kill.set_container(victim.container);
    kill.set_container_id(victim.containerId);
    hub_.send(NodeName(victim.node), std::move(message));
}

void FaultBoard::connected(const NodeName& node) {
    if (plan_) tell(node);
}

void FaultBoard::reported(const NodeName& node, const nodelink::FaultReport& report) {
    if (listener_) listener_(node.value(), report.problem());
}

} // namespace wheelhouse::controlplane
