#include "pool/pool_view.h"

#include "engine/api/quantity.h"
#include "engine/client/metadata.h"
#include "pool/pool_names.h"

#include <algorithm>

namespace wheelhouse::autoscaling {

namespace core = api::core;

namespace {

std::int64_t amountIn(const google::protobuf::Map<std::string, api::resource::Quantity>& amounts,
                      const char* what, bool milli) {
    const auto found = amounts.find(what);
    if (found == amounts.end()) return 0;
    const auto parsed = api::Quantity::parse(found->second.string()).value_or(api::Quantity());
    return milli ? parsed.milli() : parsed.units();
}

bool isReady(const core::Node& node) {
    return std::any_of(node.status().conditions().begin(), node.status().conditions().end(),
                       [](const auto& each) { return each.type() == "Ready" && each.status() == "True"; });
}

Amounts most(const Amounts& a, const Amounts& b) {
    return {std::max(a.milliCpu, b.milliCpu), std::max(a.bytes, b.bytes)};
}

Amounts requestsOf(const core::ResourceRequirements& resources) {
    return {amountIn(resources.requests(), "cpu", true), amountIn(resources.requests(), "memory", false)};
}

} // namespace

void indexByPool(client::Informer& machines) {
    machines.addIndex(byPool, [](const api::ObjectPtr& machine) {
        return machine->controllerUid().empty() ? std::vector<std::string>()
                                                : std::vector<std::string>{machine->controllerUid().value()};
    });
}

std::vector<Member> membersOf(const api::ObjectPtr& pool, const client::Informer& machines,
                              const client::Informer& nodes) {
    std::vector<Member> members;
    for (const api::ObjectPtr& object : machines.byIndex(byPool, pool->uid().value())) {
        if (object->deleting()) continue;
        Member member;
        member.object = object;
        member.machine = object->as<api::lab::Machine>();
        member.node = nodes.get(object->name());
        member.ready = member.node && isReady(member.node->as<core::Node>());
        const auto& annotations = member.machine.metadata().annotations();
        member.leaving = annotations.contains(leavingAnnotation);
        member.dispensable = annotations.contains(dispensableAnnotation);
        members.push_back(std::move(member));
    }
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.object->name() < b.object->name(); });
    return members;
}

api::lab::Machine machineOf(const api::ObjectPtr& pool, const api::lab::NodePoolSpec& spec) {
    api::lab::Machine machine;
    auto& metadata = *machine.mutable_metadata();
    (*metadata.mutable_labels())[poolLabel] = pool->name();
    *metadata.add_ownerreferences() = client::controllerReference(*pool);
    api::lab::MachineSpec& made = *machine.mutable_spec();
    made.set_provider(spec.provider());
    made.set_cpus(spec.cpus());
    made.set_memorymib(spec.memorymib());
    made.set_diskgib(spec.diskgib());
    if (!spec.zone().empty()) made.set_zone(spec.zone());
    made.set_power("On");
    *made.mutable_nodelabels() = spec.nodelabels();
    (*made.mutable_nodelabels())[poolLabel] = pool->name();
    *made.mutable_nodetaints() = spec.nodetaints();
    return machine;
}

bool staysWithNode(const core::Pod& pod) {
    if (pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed") return true;
    if (pod.metadata().annotations().contains("kubernetes.io/config.mirror")) return true;
    const auto* owner = client::controllerOf(pod.metadata());
    return owner != nullptr && owner->kind() == "DaemonSet";
}

Amounts requestsOf(const core::Pod& pod) {
    Amounts running;
    for (const core::Container& container : pod.spec().containers())
        running += requestsOf(container.resources());
    Amounts starting;
    Amounts sidecars;
    for (const core::Container& container : pod.spec().initcontainers()) {
        Amounts here = requestsOf(container.resources());
        here += sidecars;
        if (container.restartpolicy() == "Always") sidecars = here;
        starting = most(starting, here);
    }
    running += sidecars;
    Amounts all = most(running, starting);
    all += {amountIn(pod.spec().overhead(), "cpu", true), amountIn(pod.spec().overhead(), "memory", false)};
    return all;
}

Amounts allocatableOf(const core::Node& node) {
    return {amountIn(node.status().allocatable(), "cpu", true),
            amountIn(node.status().allocatable(), "memory", false)};
}

} // namespace wheelhouse::autoscaling
