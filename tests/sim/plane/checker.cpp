#include "checker.h"

#include "engine/api/quantity.h"
#include "engine/client/metadata.h"

#include <algorithm>

namespace wheelhouse::sim {

void Checker::saw(const store::Change& change) {
    Revision& last = last_[change.object->kind().kind];
    if (change.revision <= last)
        complaints.push_back("revision " + std::to_string(change.revision) + " after " +
                             std::to_string(last));
    last = change.revision;
    for (const char c : change.object->bytes())
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    const std::string& kind = change.object->kind().kind;
    if (kind == "ReplicaSet") {
        int& most = wanted_[change.object->uid().value()];
        most = std::max(most, change.object->as<apps::ReplicaSet>().spec().replicas());
    }
    if (kind == "Pod") checkPods(change);
}

void Checker::checkPods(const store::Change& change) {
    podHistory_.push_back(change.revision);
    const auto pod = change.object->as<core::Pod>();
    const bool ended = pod.status().phase() == "Failed" || pod.status().phase() == "Succeeded";
    checkPlace(change, pod, ended);
    const auto* owner = client::controllerOf(pod.metadata());
    if (!owner) return;
    if (owner->kind() == "ReplicaSet") checkReplicas(change, pod, *owner, ended);
    if (owner->kind() == "DaemonSet") checkDaemons(change, pod, *owner);
}

/// Bound once, and only where there is room: what ends on a node, or is gone from the API, makes room.
void Checker::checkPlace(const store::Change& change, const core::Pod& pod, bool ended) {
    const std::string& name = pod.metadata().name();
    Place& place = places_[pod.metadata().uid()];
    const std::string& node = pod.spec().nodename();
    if (!place.node.empty() && place.node != node)
        complaints.push_back("pod " + name + " was bound to " + place.node + " and then to " + node);
    place.node = node;
    if (node.empty()) return;
    const bool counts = change.type != store::Change::Type::Deleted && !ended;
    if (counts == place.counted) return;
    place.counted = counts;
    Room& taken = taken_[node];
    if (!counts) {
        taken.milliCpus -= place.milliCpus;
        --taken.pods;
        return;
    }
    place.milliCpus = 0;
    for (const auto& container : pod.spec().containers()) {
        const auto cpu = container.resources().requests().find("cpu");
        if (cpu == container.resources().requests().end()) continue;
        const auto amount = api::Quantity::parse(cpu->second.string());
        place.milliCpus += amount ? amount->milli() : 0;
    }
    taken.milliCpus += place.milliCpus;
    ++taken.pods;
    const auto room = room_.find(node);
    if (room == room_.end()) {
        complaints.push_back("pod " + name + " was bound to " + node + ", which there is not");
    } else if (taken.milliCpus > room->second.milliCpus || taken.pods > room->second.pods) {
        complaints.push_back("node " + node + " is over-committed by " + name + ": " +
                             std::to_string(taken.milliCpus) + "m and " + std::to_string(taken.pods) +
                             " pods");
    }
}

void Checker::checkReplicas(const store::Change& change, const core::Pod& pod,
                            const api::meta::OwnerReference& owner, bool ended) {
    const std::string& uid = pod.metadata().uid();
    auto& active = active_[owner.uid()];
    if (change.type == store::Change::Type::Deleted || change.object->deleting() || ended)
        active.erase(uid);
    else
        active.insert(uid);
    int& most = wanted_[owner.uid()];
    most = std::max(most, wantedNow(pod.metadata().namespace_() + "/" + owner.name()));
    if (change.type == store::Change::Type::Created && !forgiveSurplus &&
        static_cast<int>(active.size()) > wanted_[owner.uid()])
        complaints.push_back("ReplicaSet " + owner.name() + " has " + std::to_string(active.size()) +
                             " pods and never wanted more than " + std::to_string(wanted_[owner.uid()]));
}

/// One pod a node: a second one not even while the first is on its way out.
void Checker::checkDaemons(const store::Change& change, const core::Pod& pod,
                           const api::meta::OwnerReference& owner) {
    std::string node;
    const auto& required =
        pod.spec().affinity().nodeaffinity().requiredduringschedulingignoredduringexecution();
    for (const auto& term : required.nodeselectorterms())
        for (const auto& field : term.matchfields())
            node = field.values(0);
    auto& present = daemons_[owner.uid() + " " + node];
    if (change.type == store::Change::Type::Deleted)
        present.erase(pod.metadata().uid());
    else
        present.insert(pod.metadata().uid());
    if (change.type == store::Change::Type::Created && !forgiveSurplus && present.size() > 1)
        complaints.push_back("DaemonSet " + owner.name() + " has " + std::to_string(present.size()) +
                             " pods on " + node);
}

void Checker::podRuns(const std::string& key, const std::string& uid) {
    auto& running = running_[key];
    running.insert(uid);
    if (running.size() > 1) complaints.push_back("two pods called " + key + " run at the same time");
}

void Checker::podEnded(const std::string& key, const std::string& uid) {
    running_[key].erase(uid);
}

void Checker::nodeHolds(const std::string& node, std::int64_t milliCpus, int pods) {
    room_[node] = {milliCpus, pods};
}

void Checker::toldPods(const client::WatchEvent& event) {
    if (event.type != client::WatchEvent::Type::Bookmark) podTold_.push_back(event.revision);
}

void Checker::finish() {
    if (podTold_ != podHistory_)
        complaints.push_back("a watch of pods told " + std::to_string(podTold_.size()) + " events of " +
                             std::to_string(podHistory_.size()));
}

} // namespace wheelhouse::sim
