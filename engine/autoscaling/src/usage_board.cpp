#include "engine/autoscaling/usage_board.h"

#include <utility>

namespace wheelhouse::autoscaling {

UsageBoard::UsageBoard(Clock& clock, Duration fresh) : clock_(clock), fresh_(fresh), swept_(clock.now()) {}

void UsageBoard::takeBack(const NodeName& node, const Said& said) {
    const auto drop = [&node](auto& entries, const std::vector<Uid>& uids) {
        for (const Uid& uid : uids) {
            const auto entry = entries.find(uid);
            if (entry != entries.end() && entry->second.node == node) entries.erase(entry);
        }
    };
    drop(pods_, said.pods);
    drop(measures_, said.measured);
}

void UsageBoard::report(const NodeName& node, NodeReport report) {
    sweep();
    Said& said = nodes_[node];
    takeBack(node, said);
    said = Said{report.node, report.window, clock_.now(), clock_.wallNow(), {}, {}};
    said.pods.reserve(report.pods.size());
    for (PodUsage& pod : report.pods) {
        said.pods.push_back(pod.uid);
        Uid uid = pod.uid;
        pods_.insert_or_assign(std::move(uid), Entry<PodUsage>{node, std::move(pod)});
    }
    for (PodMeasures& pod : report.measures) {
        said.measured.push_back(pod.uid);
        measures_.insert_or_assign(pod.uid, Entry<std::vector<Measure>>{node, std::move(pod.measures)});
    }
}

void UsageBoard::forget(const NodeName& node) {
    const auto said = nodes_.find(node);
    if (said == nodes_.end()) return;
    takeBack(node, said->second);
    nodes_.erase(said);
}

/// Now and then, what is too old to be shown is let go.
void UsageBoard::sweep() {
    if (clock_.now() - swept_ < fresh_) return;
    swept_ = clock_.now();
    std::erase_if(nodes_, [this](const auto& each) {
        if (fresh(each.second)) return false;
        takeBack(each.first, each.second);
        return true;
    });
}

std::optional<UsageBoard::Node> UsageBoard::node(const NodeName& node) const {
    const Said* const said = freshSaid(node);
    if (said == nullptr || !said->usage) return std::nullopt;
    return Node{*said->usage, said->window, said->at};
}

const UsageBoard::Said* UsageBoard::freshSaid(const NodeName& node) const {
    const auto said = nodes_.find(node);
    return said == nodes_.end() || !fresh(said->second) ? nullptr : &said->second;
}

std::optional<UsageBoard::Pod> UsageBoard::pod(const Uid& pod) const {
    const auto entry = pods_.find(pod);
    if (entry == pods_.end()) return std::nullopt;
    const Said* const said = freshSaid(entry->second.node);
    if (said == nullptr) return std::nullopt;
    return Pod{&entry->second.what, said->at};
}

std::optional<UsageBoard::Measures> UsageBoard::measures(const Uid& pod) const {
    const auto entry = measures_.find(pod);
    if (entry == measures_.end()) return std::nullopt;
    const Said* const said = freshSaid(entry->second.node);
    if (said == nullptr) return std::nullopt;
    return Measures{&entry->second.what, said->at};
}

} // namespace wheelhouse::autoscaling
