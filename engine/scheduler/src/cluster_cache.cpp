#include "cluster_cache.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostCounters = 512;

bool sameRoom(const Resources& a, const Resources& b) {
    if (a.milliCpu != b.milliCpu || a.memory != b.memory || a.ephemeral != b.ephemeral || a.pods != b.pods)
        return false;
    for (std::size_t i = 0; i < std::max(a.extended.size(), b.extended.size()); ++i) {
        if (a.extendedOf(i) != b.extendedOf(i)) return false;
    }
    return true;
}

} // namespace

Slot ClusterCache::slotFor(const std::string& name) {
    if (const auto known = byName_.find(name); known != byName_.end()) return known->second;
    Slot slot = 0;
    if (free_.empty()) {
        slot = static_cast<Slot>(slots_.size());
        slots_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
        slots_[slot] = NodeInfo();
    }
    slots_[slot].name = name;
    byName_[name] = slot;
    names_.reset();
    for (auto& [key, topology] : topologies_) {
        if (topology.valueOf.size() <= slot) topology.valueOf.resize(slot + 1, -1);
        topology.valueOf[slot] = -1;
    }
    for (auto& [key, counter] : counters_)
        counter.bySlot.resize(slots_.size());
    for (auto& [uid, owned] : owned_)
        owned.bySlot.resize(slots_.size());
    return slot;
}

void ClusterCache::release(Slot slot) {
    NodeInfo& node = slots_[slot];
    if (node.present || node.pods > 0) return;
    byName_.erase(node.name);
    node = NodeInfo();
    free_.push_back(slot);
}

void ClusterCache::renewLive() {
    live_.clear();
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
        if (slots_[slot].present) live_.push_back(slot);
    }
}

Events ClusterCache::putNode(const api::ObjectPtr& object) {
    const auto message = object->as<api::core::Node>();
    const Slot slot = slotFor(object->name());
    NodeInfo& node = slots_[slot];
    Events happened = 0;
    const Resources room = Resources::of(message.status().allocatable(), resourceNames);
    Taints taints(message.spec().taints().begin(), message.spec().taints().end());
    const std::uint32_t taintSet = taintSets.id(taints);
    const bool isNew = !node.present || node.uid != object->uid();
    if (isNew) happened |= events::nodeAdded;
    if (!sameRoom(room, node.allocatable)) happened |= events::nodeRoom;
    if (object->labels() != node.labels) happened |= events::nodeLabels;
    if (taintSet != node.taintSet) happened |= events::nodeTaints;
    if (node.unschedulable != message.spec().unschedulable()) happened |= events::nodeSchedulable;
    node.uid = object->uid();
    node.allocatable = room;
    node.taintSet = taintSet;
    node.unschedulable = message.spec().unschedulable();
    if (isNew || (happened & events::nodeLabels) != 0) {
        node.labels = object->labels();
        indexTopology(slot);
    }
    if (!node.present) {
        node.present = true;
        renewLive();
    }
    return happened;
}

Events ClusterCache::removeNode(const std::string& name) {
    const auto known = byName_.find(name);
    if (known == byName_.end()) return 0;
    const Slot slot = known->second;
    NodeInfo& node = slots_[slot];
    node.present = false;
    node.uid = Uid();
    node.labels.clear();
    node.allocatable = Resources();
    indexTopology(slot);
    renewLive();
    release(slot);
    return events::nodeRemoved;
}

void ClusterCache::account(const PodInfo& pod, Slot slot, int sign) {
    NodeInfo& node = slots_[slot];
    if (sign > 0) {
        node.requested.add(pod.requests);
        node.nonZeroRequested.add(pod.nonZeroRequests);
        node.usedPorts.insert(node.usedPorts.end(), pod.hostPorts.begin(), pod.hostPorts.end());
        ++node.pods;
    } else {
        node.requested.subtract(pod.requests);
        node.nonZeroRequested.subtract(pod.nonZeroRequests);
        for (const HostPort& port : pod.hostPorts) {
            const auto used =
                std::find_if(node.usedPorts.begin(), node.usedPorts.end(), [&](const HostPort& each) {
                    return each.port == port.port && each.protocol == port.protocol && each.ip == port.ip;
                });
            if (used != node.usedPorts.end()) node.usedPorts.erase(used);
        }
        --node.pods;
    }
    for (auto& [key, counter] : counters_) {
        if (counter.nameSpace == pod.nameSpace() && counter.selector.matches(pod.labels))
            counter.bySlot[slot] += sign;
    }
    const Uid& owner = pod.object->controllerUid();
    if (owner.empty()) return;
    Owned& owned = owned_[owner];
    owned.bySlot.resize(slots_.size());
    owned.bySlot[slot] += sign;
    owned.total += sign;
    if (owned.total == 0) owned_.erase(owner);
}

Events ClusterCache::putPod(const PodInfoPtr& pod) {
    if (pod->finished || pod->nodeName.empty()) return removePod(pod->uid);
    const auto known = pods_.find(pod->uid);
    Events happened = events::podPlaced;
    if (known != pods_.end()) {
        const Slot before = known->second.slot;
        // News of a pod's status is no news for placing.
        if (!known->second.assumed && known->second.pod->labels == pod->labels) happened = 0;
        const bool moved = slots_[before].name != pod->nodeName;
        account(*known->second.pod, before, -1);
        pods_.erase(known);
        if (moved) {
            release(before);
            happened |= events::podRemoved | events::podPlaced;
        }
    }
    const Slot slot = slotFor(pod->nodeName);
    account(*pod, slot, 1);
    pods_[pod->uid] = {pod, slot, false};
    return happened;
}

Events ClusterCache::removePod(const Uid& uid) {
    const auto known = pods_.find(uid);
    if (known == pods_.end()) return 0;
    const Placed placed = known->second;
    pods_.erase(known);
    account(*placed.pod, placed.slot, -1);
    release(placed.slot);
    return events::podRemoved;
}

void ClusterCache::assume(const PodInfoPtr& pod, Slot slot) {
    WH_ASSERT(!pods_.contains(pod->uid), "a pod would take room twice");
    account(*pod, slot, 1);
    pods_[pod->uid] = {pod, slot, true};
}

Events ClusterCache::forget(const Uid& uid) {
    return isAssumed(uid) ? removePod(uid) : 0;
}

bool ClusterCache::isAssumed(const Uid& uid) const {
    const auto known = pods_.find(uid);
    return known != pods_.end() && known->second.assumed;
}

std::shared_ptr<const std::vector<std::string>> ClusterCache::names() const {
    if (!names_) {
        auto names = std::make_shared<std::vector<std::string>>();
        names->reserve(slots_.size());
        for (const NodeInfo& node : slots_)
            names->push_back(node.name);
        names_ = std::move(names);
    }
    return names_;
}

void ClusterCache::indexTopology(Slot slot) {
    for (auto& [key, topology] : topologies_) {
        if (topology.valueOf.size() <= slot) topology.valueOf.resize(slots_.size(), -1);
        const auto label = slots_[slot].labels.find(key);
        if (label == slots_[slot].labels.end()) {
            topology.valueOf[slot] = -1;
            continue;
        }
        const auto [number, isNew] = topology.numbers.try_emplace(label->second, topology.values);
        if (isNew) ++topology.values;
        topology.valueOf[slot] = number->second;
    }
}

const ClusterCache::Topology& ClusterCache::topology(const std::string& key) {
    const auto [place, isNew] = topologies_.try_emplace(key);
    if (isNew) {
        place->second.valueOf.assign(slots_.size(), -1);
        for (Slot slot = 0; slot < slots_.size(); ++slot)
            indexTopology(slot);
    }
    return place->second;
}

void ClusterCache::trim() {
    if (counters_.size() > mostCounters) counters_.clear();
    if (topologies_.size() > mostCounters) topologies_.clear();
}

const std::vector<std::int32_t>& ClusterCache::countMatching(const std::string& nameSpace,
                                                             const api::LabelSelector& selector) {
    const std::string key = nameSpace + "\n" + selector.toString();
    if (const auto known = counters_.find(key); known != counters_.end()) return known->second.bySlot;
    Counter& counter = counters_[key];
    counter.nameSpace = nameSpace;
    counter.selector = selector;
    counter.bySlot.assign(slots_.size(), 0);
    for (const auto& [uid, placed] : pods_) {
        if (placed.pod->nameSpace() == nameSpace && selector.matches(placed.pod->labels)) {
            ++counter.bySlot[placed.slot];
        }
    }
    return counter.bySlot;
}

const std::vector<std::int32_t>* ClusterCache::countOwned(const Uid& controller) const {
    const auto known = owned_.find(controller);
    return known == owned_.end() ? nullptr : &known->second.bySlot;
}

} // namespace wheelhouse::scheduler
