#include "scheduler_placement.h"

namespace wheelhouse::controlplane {

Result<std::vector<std::string>> SchedulerPlacement::place(const Question& question) {
    scheduler::Supposition supposition;
    supposition.withoutPods = question.withoutPods;
    for (const std::string& name : question.removed) {
        scheduler::NodeChange change;
        change.name = name;
        change.remove = true;
        supposition.nodes.push_back(std::move(change));
    }
    for (const api::core::Node& node : question.added) {
        scheduler::NodeChange change;
        change.name = node.metadata().name();
        change.edit = [&node](api::core::Node& made) { made = node; };
        supposition.nodes.push_back(std::move(change));
    }
    const auto foresight = scheduler_.whatIf(supposition, question.pods);
    if (!foresight) return fail(foresight.error());
    std::vector<std::string> nodes;
    nodes.reserve(foresight->decisions.size());
    for (const scheduler::SchedulingDecision& decision : foresight->decisions)
        nodes.push_back(decision.chosen);
    return nodes;
}

} // namespace wheelhouse::controlplane
