#include "engine/autoscaling/usage_board.h"

#include <utility>

namespace wheelhouse::autoscaling {

UsageBoard::UsageBoard(Clock& clock, Duration fresh) : clock_(clock), fresh_(fresh), swept_(clock.now()) {}

void UsageBoard::takeBack(const NodeName& node, const Said& said) {
    for (const Uid& uid : said.pods) {
        const auto entry = pods_.find(uid);
        if (entry != pods_.end() && entry->second.node == node) pods_.erase(entry);
    }
}

void UsageBoard::report(const NodeName& node, NodeReport report) {
    sweep();
    Said& said = nodes_[node];
    takeBack(node, said);
    said = Said{report.node, report.window, clock_.now(), clock_.wallNow(), {}};
    said.pods.reserve(report.pods.size());
    for (PodUsage& pod : report.pods) {
        said.pods.push_back(pod.uid);
        Uid uid = pod.uid;
        pods_.insert_or_assign(std::move(uid), Entry{node, std::move(pod)});
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
    const auto said = nodes_.find(node);
    if (said == nodes_.end() || !said->second.usage || !fresh(said->second)) return std::nullopt;
    return Node{*said->second.usage, said->second.window, said->second.at};
}

std::optional<UsageBoard::Pod> UsageBoard::pod(const Uid& pod) const {
    const auto entry = pods_.find(pod);
    if (entry == pods_.end()) return std::nullopt;
    const auto said = nodes_.find(entry->second.node);
    if (said == nodes_.end() || !fresh(said->second)) return std::nullopt;
    return Pod{&entry->second.usage, said->second.at};
}

} // namespace wheelhouse::autoscaling
