#include "ui/models/cluster_map_model.h"

#include <algorithm>
#include <tuple>

namespace wheelhouse::ui {
namespace {

bool before(const MapPod* a, const MapPod* b) {
    return std::tie(a->application, a->nameSpace, a->name, a->uid) <
           std::tie(b->application, b->nameSpace, b->name, b->uid);
}

bool sameCard(const MapNode& a, const MapNode& b) {
    return a.zone == b.zone && a.pool == b.pool && a.provider == b.provider &&
           a.accelerator == b.accelerator && a.acceleratorReason == b.acceleratorReason && a.look == b.look &&
           a.since == b.since && a.message == b.message && a.steps == b.steps &&
           a.consoleTail == b.consoleTail && a.cpuMilli == b.cpuMilli && a.memoryBytes == b.memoryBytes &&
           a.hasNode == b.hasNode && a.hasMachine == b.hasMachine;
}

MapNode workloadOf(const MapPod& pod, const QString& key, MapGrouping grouping) {
    MapNode card;
    card.name = key;
    card.hasNode = true;
    if (grouping == MapGrouping::Namespace) {
        card.zone = pod.nameSpace;
        card.title = pod.application;
        return card;
    }
    card.zone = pod.nameSpace + QStringLiteral(" / ") + pod.application;
    const qsizetype slash = pod.owner.indexOf(u'/');
    card.provider = slash < 0 ? QString() : pod.owner.left(slash);
    card.title = slash < 0 ? pod.name : pod.owner.mid(slash + 1);
    return card;
}

} // namespace

ClusterMapModel::ClusterMapModel(QObject* parent)
    : QObject(parent), podBox_([this] { Q_EMIT wanted(); }), nodeBox_([this] { Q_EMIT wanted(); }),
      machineBox_([this] { Q_EMIT wanted(); }) {}

void ClusterMapModel::pod(Change change, const api::ObjectPtr& object) {
    podBox_.put(change, object->uid(), object);
}
void ClusterMapModel::node(Change change, const api::ObjectPtr& object) {
    nodeBox_.put(change, object->uid(), object);
}
void ClusterMapModel::machine(Change change, const api::ObjectPtr& object) {
    machineBox_.put(change, object->uid(), object);
}

void ClusterMapModel::setNamespace(const QString& nameSpace) {
    if (nameSpace == nameSpace_) return;
    nameSpace_ = nameSpace;
    refilter_ = true;
    Q_EMIT wanted();
}

void ClusterMapModel::setGrouping(MapGrouping grouping) {
    if (grouping == grouping_) return;
    grouping_ = grouping;
    workloads_.clear();
    MapChange change;
    if (!ofNodes(grouping_))
        for (const auto& [uid, pod] : pods_)
            if (shown(pod)) placeByWorkload(pod, 1, change);
    change.structure = true;
    Q_EMIT changed(change);
}

const MapNode* ClusterMapModel::findCard(const QString& name) const {
    const auto found = cards().find(name);
    return found == cards().end() ? nullptr : &found->second;
}

QString ClusterMapModel::cardOf(const MapPod& pod) const {
    switch (grouping_) {
    case MapGrouping::Zone:
    case MapGrouping::Pool:
        return pod.node;
    case MapGrouping::Namespace:
        return pod.nameSpace + u'/' + pod.application;
    case MapGrouping::Owner:
        return pod.nameSpace + u'/' + (pod.owner.isEmpty() ? QStringLiteral("Pod/") + pod.name : pod.owner);
    }
    return {};
}

bool ClusterMapModel::pending() const {
    return refilter_ || !podBox_.empty() || !nodeBox_.empty() || !machineBox_.empty();
}

bool ClusterMapModel::shown(const MapPod& pod) const {
    return nameSpace_.isEmpty() || pod.nameSpace == nameSpace_;
}

void ClusterMapModel::apply() {
    if (!pending()) return;
    MapChange change;
    takeMachines(change);
    takeNodes(change);
    if (refilter_) {
        refilter_ = false;
        podsByNode_.clear();
        applicationCounts_.clear();
        workloads_.clear();
        asked_.clear();
        change.structure = change.structure || !ofNodes(grouping_);
        for (auto& [name, node] : nodes_) {
            node.cpuAsked = node.memoryAsked = 0;
            change.nodes.insert(name);
        }
        change.queue = true;
        for (const auto& [uid, pod] : pods_)
            place(pod, 1, change);
    }
    takePods(change);
    for (auto& [name, pods] : podsByNode_) {
        if (name.isEmpty() ? !change.queue : !change.nodes.contains(name)) continue;
        if (!name.isEmpty()) std::sort(pods.begin(), pods.end(), before);
    }
    for (const QString& name : change.nodes) {
        const auto found = nodes_.find(name);
        if (found == nodes_.end()) continue;
        const auto pods = podsByNode_.find(name);
        found->second.pods = pods == podsByNode_.end() ? std::vector<const MapPod*>() : pods->second;
    }
    Q_EMIT changed(change);
    if (pending()) Q_EMIT wanted();
}

/// Puts a pod where it belongs, or takes it away (`sign` -1), with the sums that hang on it. Node sums count
/// every pod, shown or not: a node is as full as it is.
void ClusterMapModel::place(const MapPod& pod, int sign, MapChange& change) {
    const auto node = nodes_.find(pod.node);
    const bool runs = pod.look != PodLook::Completed;
    if (runs && !pod.node.isEmpty()) {
        Asked& asked = asked_[pod.node];
        asked.pods += sign;
        asked.cpuMilli += sign * pod.cpuMilli;
        asked.memoryBytes += sign * pod.memoryBytes;
        if (node != nodes_.end()) {
            node->second.cpuAsked = asked.cpuMilli;
            node->second.memoryAsked = asked.memoryBytes;
        }
        if (asked.pods == 0) asked_.erase(pod.node);
    }
    if (node != nodes_.end()) change.nodes.insert(pod.node);
    if (!shown(pod)) return;
    if (pod.node.isEmpty()) change.queue = true;
    if (!ofNodes(grouping_)) placeByWorkload(pod, sign, change);
    auto& list = podsByNode_[pod.node];
    if (sign > 0) {
        list.push_back(&pod);
    } else {
        list.erase(std::remove(list.begin(), list.end(), &pod), list.end());
    }
    int& count = applicationCounts_[pod.application.toStdString()];
    count += sign;
    if (count <= 0) applicationCounts_.erase(pod.application.toStdString());
}

void ClusterMapModel::placeByWorkload(const MapPod& pod, int sign, MapChange& change) {
    const QString key = cardOf(pod);
    const auto [found, fresh] = workloads_.try_emplace(key);
    if (fresh) {
        found->second = workloadOf(pod, key, grouping_);
        change.structure = true;
    }
    change.nodes.insert(key);
    auto& pods = found->second.pods;
    const auto place = std::lower_bound(pods.begin(), pods.end(), &pod, before);
    if (sign > 0) {
        pods.insert(place, &pod);
    } else {
        if (place != pods.end() && *place == &pod) pods.erase(place);
        if (!pods.empty()) return;
        workloads_.erase(found);
        change.structure = true;
    }
}

void ClusterMapModel::takePods(MapChange& change) {
    for (auto& delta : podBox_.take(podsAtOnce)) {
        const auto found = pods_.find(delta.key);
        if (delta.change == Change::Removed) {
            if (found == pods_.end()) continue;
            if (shown(found->second))
                change.moves.push_back({delta.key, found->second.node, {}, found->second.hue});
            place(found->second, -1, change);
            pods_.erase(found);
            continue;
        }
        MapPod now = readPod(*delta.value);
        now.hue = claimHue(now.application);
        if (found == pods_.end()) {
            place(pods_.emplace(delta.key, std::move(now)).first->second, 1, change);
            continue;
        }
        MapPod& was = found->second;
        if (was == now) continue;
        const bool samePlace = was.node == now.node && was.application == now.application &&
                               was.owner == now.owner && was.cpuMilli == now.cpuMilli &&
                               was.memoryBytes == now.memoryBytes &&
                               (was.look == PodLook::Completed) == (now.look == PodLook::Completed);
        if (samePlace) {
            was = std::move(now);
            change.nodes.insert(was.node);
            change.nodes.insert(cardOf(was));
            if (was.node.isEmpty()) change.queue = true;
            continue;
        }
        if (was.node != now.node && shown(was))
            change.moves.push_back({delta.key, was.node, now.node, now.hue});
        place(was, -1, change);
        was = std::move(now);
        place(was, 1, change);
    }
    change.nodes.erase(QString());
}

void ClusterMapModel::takeNodes(MapChange& change) {
    for (auto& delta : nodeBox_.take()) {
        const QString name = QString::fromStdString(delta.value->name());
        if (delta.change != Change::Removed) nodeParts_[name] = {delta.key, readNode(*delta.value)};
        // A new node of the same name may have come before the old one's deletion was heard.
        else if (const auto found = nodeParts_.find(name);
                 found != nodeParts_.end() && found->second.first == delta.key)
            nodeParts_.erase(found);
        join(name, change);
    }
}

void ClusterMapModel::takeMachines(MapChange& change) {
    for (auto& delta : machineBox_.take()) {
        const QString name = QString::fromStdString(delta.value->name());
        if (delta.change != Change::Removed)
            machineParts_[name] = {delta.key, readMachine(*delta.value)};
        else if (const auto found = machineParts_.find(name);
                 found != machineParts_.end() && found->second.first == delta.key)
            machineParts_.erase(found);
        join(name, change);
    }
}

void ClusterMapModel::join(const QString& name, MapChange& change) {
    const auto node = nodeParts_.find(name);
    const auto machine = machineParts_.find(name);
    const auto old = nodes_.find(name);
    if (node == nodeParts_.end() && machine == machineParts_.end()) {
        if (old == nodes_.end()) return;
        nodes_.erase(old);
        change.nodes.insert(name);
        change.structure = true;
        return;
    }
    MapNode now = joined(node == nodeParts_.end() ? nullptr : &node->second.second,
                         machine == machineParts_.end() ? nullptr : &machine->second.second);
    if (old == nodes_.end()) {
        change.structure = true;
        change.nodes.insert(name);
        // Pods may have been heard of before their node.
        if (const auto asked = asked_.find(name); asked != asked_.end()) {
            now.cpuAsked = asked->second.cpuMilli;
            now.memoryAsked = asked->second.memoryBytes;
        }
        nodes_.emplace(name, std::move(now));
        return;
    }
    if (sameCard(old->second, now)) return; // most heartbeats
    change.nodes.insert(name);
    change.structure = change.structure || old->second.zone != now.zone || old->second.pool != now.pool ||
                       old->second.provider != now.provider;
    now.cpuAsked = old->second.cpuAsked;
    now.memoryAsked = old->second.memoryAsked;
    now.pods = std::move(old->second.pods);
    old->second = std::move(now);
}

const std::vector<const MapPod*>& ClusterMapModel::queue() const {
    static const std::vector<const MapPod*> none;
    const auto found = podsByNode_.find(QString());
    return found == podsByNode_.end() ? none : found->second;
}

const MapPod* ClusterMapModel::findPod(const Uid& uid) const {
    const auto found = pods_.find(uid);
    return found == pods_.end() ? nullptr : &found->second;
}

const MapNode* ClusterMapModel::findNode(const QString& name) const {
    const auto found = nodes_.find(name);
    return found == nodes_.end() ? nullptr : &found->second;
}

int ClusterMapModel::claimHue(const QString& application) {
    const auto known = hues_.find(application);
    if (known != hues_.end()) return known->second;
    const int own = hueOf(application, hueCount);
    std::set<int> taken;
    for (const auto& [name, hue] : hues_)
        taken.insert(hue);
    int hue = own;
    for (int i = 0; i < hueCount && taken.contains(hue); ++i)
        hue = (own + i) % hueCount;
    if (taken.contains(hue)) hue = own; // more applications than hues
    hues_.emplace(application, hue);
    return hue;
}

int ClusterMapModel::hueOfApplication(const QString& name) const {
    const auto known = hues_.find(name);
    return known == hues_.end() ? hueOf(name, hueCount) : known->second;
}

std::vector<std::pair<QString, int>> ClusterMapModel::applications(std::size_t most) const {
    std::vector<std::pair<QString, int>> result;
    for (const auto& [name, count] : applicationCounts_)
        result.emplace_back(QString::fromStdString(name), count);
    std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (result.size() > most) result.resize(most);
    return result;
}

ClusterMapModel::Counts ClusterMapModel::counts() const {
    Counts counts;
    counts.nodes = static_cast<int>(nodes_.size());
    for (const auto& [name, node] : nodes_)
        if (node.look == NodeLook::NotReady || node.look == NodeLook::Failed) ++counts.nodesInTrouble;
    for (const auto& [name, pods] : podsByNode_) {
        counts.pods += static_cast<int>(pods.size());
        for (const MapPod* pod : pods) {
            if (pod->look == PodLook::Waiting || pod->look == PodLook::Starting) ++counts.pending;
            if (pod->look == PodLook::Failing) ++counts.failing;
        }
    }
    return counts;
}

} // namespace wheelhouse::ui
