#include "cluster_cache.h"

#include "engine/api/decoded.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostTopologies = 256;
constexpr std::size_t longestJournal = 65'536;

bool sameRoom(const Resources& a, const Resources& b) {
    if (a.milliCpu != b.milliCpu || a.memory != b.memory || a.ephemeral != b.ephemeral || a.pods != b.pods)
        return false;
    for (std::size_t i = 0; i < std::max(a.extended.size(), b.extended.size()); ++i) {
        if (a.extendedOf(i) != b.extendedOf(i)) return false;
    }
    return true;
}

template <class T, class Same>
void eraseOne(std::vector<T>& from, Same same) {
    const auto place = std::find_if(from.begin(), from.end(), same);
    if (place != from.end()) from.erase(place);
}

} // namespace

// --- slots
// ----------------------------------------------------------------------------------------------------

Slot ClusterCache::slotFor(const std::string& name) {
    if (const auto known = byName_.find(name); known != byName_.end()) return known->second;
    Slot slot = 0;
    if (free_.empty()) {
        slot = static_cast<Slot>(slots_.size());
        slots_.emplace_back();
        tallies.resize(slots_.size());
        for (auto& [key, topology] : topologies_)
            topology->valueOf.resize(slots_.size(), -1);
    } else {
        slot = free_.back();
        free_.pop_back();
        slots_[slot] = NodeInfo();
    }
    slots_[slot].name = name;
    byName_[name] = slot;
    names_.reset();
    ++epoch_;
    return slot;
}

void ClusterCache::release(Slot slot) {
    NodeInfo& node = slots_[slot];
    if (node.present || !node.pods.empty() || nominees_.contains(slot)) return;
    byName_.erase(node.name);
    node = NodeInfo();
    free_.push_back(slot);
}

void ClusterCache::renewLive() {
    auto live = std::make_shared<std::vector<Slot>>();
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
        if (slots_[slot].present) live->push_back(slot);
    }
    live_ = std::move(live);
    ++epoch_;
}

std::optional<Slot> ClusterCache::find(const std::string& name) const {
    const auto known = byName_.find(name);
    return known == byName_.end() ? std::nullopt : std::optional(known->second);
}

void ClusterCache::touch(Slot slot) {
    if (journal_.size() >= longestJournal) {
        journal_.erase(journal_.begin(), journal_.begin() + longestJournal / 2);
        journalBegin_ += longestJournal / 2;
    }
    journal_.push_back(slot);
}

bool ClusterCache::changedSince(std::uint64_t mark, std::vector<Slot>& out) const {
    if (mark < journalBegin_) return false;
    out.insert(out.end(), journal_.begin() + static_cast<std::ptrdiff_t>(mark - journalBegin_),
               journal_.end());
    return true;
}

// --- nodes
// ----------------------------------------------------------------------------------------------------

Happening ClusterCache::putNode(const api::ObjectPtr& object) {
    const auto decoded = api::decoded<api::core::Node>(object);
    const api::core::Node& message = *decoded;
    const Slot slot = slotFor(object->name());
    NodeInfo& node = slots_[slot];
    Happening happened;
    happened.node = slot;
    const Resources room = Resources::of(message.status().allocatable(), resourceNames);
    const Taints taints(message.spec().taints().begin(), message.spec().taints().end());
    const std::uint32_t taintSet = taintSets.id(taints);
    const bool isNew = !node.present || node.uid != object->uid();
    if (isNew) happened.what |= events::nodeAdded;
    if (!sameRoom(room, node.allocatable)) happened.what |= events::nodeRoom;
    if (object->labels() != node.labels) happened.what |= events::nodeLabels;
    if (taintSet != node.taintSet) happened.what |= events::nodeTaints;
    if (node.unschedulable != message.spec().unschedulable()) happened.what |= events::nodeSchedulable;
    node.uid = object->uid();
    node.allocatable = room;
    node.taintSet = taintSet;
    node.unschedulable = message.spec().unschedulable();
    if (isNew || (happened.what & events::nodeLabels) != 0) relabel(slot, object->labels());
    if ((happened.what & (events::nodeTaints | events::nodeSchedulable)) != 0) ++epoch_;
    if ((happened.what & events::nodeRoom) != 0) touch(slot);
    images.put(slot, message.status());
    if (!node.present) {
        node.present = true;
        renewLive();
    }
    return happened;
}

Happening ClusterCache::removeNode(const std::string& name) {
    const auto known = byName_.find(name);
    if (known == byName_.end()) return {};
    const Slot slot = known->second;
    NodeInfo& node = slots_[slot];
    node.present = false;
    node.uid = Uid();
    node.allocatable = Resources();
    node.taintSet = 0;
    node.unschedulable = false;
    relabel(slot, {});
    images.remove(slot);
    renewLive();
    release(slot);
    return {events::nodeRemoved, nullptr, nullptr, slot};
}

void ClusterCache::index(Topology& topology, const std::string& key, Slot slot) {
    const auto label = slots_[slot].labels.find(key);
    if (label == slots_[slot].labels.end()) {
        topology.valueOf[slot] = -1;
        return;
    }
    const auto [number, isNew] = topology.numbers.try_emplace(label->second, topology.values);
    if (isNew) ++topology.values;
    topology.valueOf[slot] = number->second;
}

void ClusterCache::relabel(Slot slot, Labels labels) {
    tallies.relabel(slot, -1);
    slots_[slot].labels = std::move(labels);
    for (auto& [key, topology] : topologies_)
        index(*topology, key, slot);
    tallies.relabel(slot, 1);
    ++epoch_;
}

std::shared_ptr<const Topology> ClusterCache::topology(const std::string& key) {
    const auto [place, isNew] = topologies_.try_emplace(key);
    if (isNew) {
        place->second = std::make_shared<Topology>();
        place->second->valueOf.assign(slots_.size(), -1);
        for (Slot slot = 0; slot < slots_.size(); ++slot)
            index(*place->second, key, slot);
    }
    return place->second;
}

// --- pods
// -----------------------------------------------------------------------------------------------------

void ClusterCache::account(const PodInfo& pod, Slot slot, int sign) {
    NodeInfo& node = slots_[slot];
    const PodShape& shape = *pod.shape;
    if (sign > 0) {
        node.requested.add(shape.requests);
        node.nonZeroRequested.add(shape.nonZeroRequests);
        node.usedPorts.insert(node.usedPorts.end(), shape.hostPorts.begin(), shape.hostPorts.end());
        node.disks.insert(node.disks.end(), shape.disks.begin(), shape.disks.end());
    } else {
        node.requested.subtract(shape.requests);
        node.nonZeroRequested.subtract(shape.nonZeroRequests);
        for (const HostPort& port : shape.hostPorts) {
            eraseOne(node.usedPorts, [&](const HostPort& each) {
                return each.port == port.port && each.protocol == port.protocol && each.ip == port.ip;
            });
        }
        for (const DiskUse& disk : shape.disks) {
            eraseOne(node.disks, [&](const DiskUse& each) {
                return each.disk == disk.disk && each.readOnly == disk.readOnly;
            });
        }
    }
    for (const ClaimUse& claim : shape.claims) {
        const std::string key = shape.nameSpace + "/" + claim.name;
        if ((node.claims[key] += sign) == 0) node.claims.erase(key);
        if ((claimUses_[key] += sign) == 0) claimUses_.erase(key);
    }
    tallies.account(pod, slot, sign);
}

void ClusterCache::enter(const PodInfoPtr& pod, Slot slot) {
    account(*pod, slot, 1);
    slots_[slot].pods.push_back(pod);
    touch(slot);
}

void ClusterCache::leave(const PodInfoPtr& pod, Slot slot) {
    account(*pod, slot, -1);
    eraseOne(slots_[slot].pods, [&](const PodInfoPtr& each) { return each == pod; });
    touch(slot);
}

void ClusterCache::eachPlaced(const std::function<void(const PodInfo&, Slot)>& visit) const {
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
        for (const PodInfoPtr& pod : slots_[slot].pods)
            visit(*pod, slot);
    }
}

void ClusterCache::eachPlacedOn(Slot slot, const std::function<void(const PodInfo&)>& visit) const {
    for (const PodInfoPtr& pod : slots_[slot].pods)
        visit(*pod);
}

Happening ClusterCache::putPod(const PodInfoPtr& pod) {
    if (pod->finished || pod->nodeName.empty()) return removePod(pod->uid);
    Happening happened;
    happened.pod = pod;
    const auto known = pods_.find(pod->uid);
    if (known == pods_.end()) {
        withdraw(pod->uid);
        const Slot slot = slotFor(pod->nodeName);
        enter(pod, slot);
        pods_[pod->uid] = {pod, slot, false};
        happened.what = events::podPlaced;
        happened.node = slot;
        return happened;
    }
    Placed& placed = known->second;
    const Slot before = placed.slot;
    happened.before = placed.pod;
    if (placed.assumed) happened.what |= events::podPlaced;
    placed.assumed = false;
    if (slots_[before].name == pod->nodeName && placed.pod->shape == pod->shape &&
        placed.pod->deleting == pod->deleting) {
        // News of a pod's status is no news for placing.
        std::replace(slots_[before].pods.begin(), slots_[before].pods.end(), placed.pod, pod);
        placed.pod = pod;
        happened.node = before;
        return happened;
    }
    if (placed.pod->shape->labels != pod->shape->labels || placed.pod->deleting != pod->deleting)
        happened.what |= events::podPlaced;
    if (asksForLess(pod->shape->requests, placed.pod->shape->requests)) happened.what |= events::podShrunk;
    leave(placed.pod, before);
    placed.pod = pod;
    placed.slot = slotFor(pod->nodeName);
    if (placed.slot != before) happened.what |= events::podRemoved | events::podPlaced;
    happened.node = placed.slot;
    enter(pod, placed.slot);
    release(before);
    return happened;
}

Happening ClusterCache::removePod(const Uid& uid) {
    withdraw(uid);
    const auto known = pods_.find(uid);
    if (known == pods_.end()) return {};
    const Placed placed = known->second;
    pods_.erase(known);
    leave(placed.pod, placed.slot);
    release(placed.slot);
    return {events::podRemoved, placed.pod, nullptr, placed.slot};
}

void ClusterCache::assume(const PodInfoPtr& pod, Slot slot) {
    WH_ASSERT(!pods_.contains(pod->uid), "a pod would take room twice");
    withdraw(pod->uid);
    enter(pod, slot);
    pods_[pod->uid] = {pod, slot, true};
}

Happening ClusterCache::forget(const Uid& uid) {
    return isAssumed(uid) ? removePod(uid) : Happening{};
}

bool ClusterCache::isAssumed(const Uid& uid) const {
    const auto known = pods_.find(uid);
    return known != pods_.end() && known->second.assumed;
}

PodInfoPtr ClusterCache::placed(const Uid& uid) const {
    const auto known = pods_.find(uid);
    return known == pods_.end() ? nullptr : known->second.pod;
}

int ClusterCache::usesOfClaim(const std::string& key) const {
    const auto known = claimUses_.find(key);
    return known == claimUses_.end() ? 0 : known->second;
}

// --- nominations
// ----------------------------------------------------------------------------------------------

void ClusterCache::nominate(const PodInfoPtr& pod, Slot slot) {
    withdraw(pod->uid);
    nominations_[pod->uid] = {pod, slot};
    nominees_[slot].push_back(pod);
    touch(slot);
}

void ClusterCache::withdraw(const Uid& uid) {
    const auto known = nominations_.find(uid);
    if (known == nominations_.end()) return;
    const Slot slot = known->second.slot;
    nominations_.erase(known);
    auto& there = nominees_[slot];
    std::erase_if(there, [&](const PodInfoPtr& each) { return each->uid == uid; });
    if (there.empty()) nominees_.erase(slot);
    touch(slot);
    release(slot);
}

std::optional<Slot> ClusterCache::nominated(const Uid& uid) const {
    const auto known = nominations_.find(uid);
    return known == nominations_.end() ? std::nullopt : std::optional(known->second.slot);
}

// --- the rest
// -------------------------------------------------------------------------------------------------

Happening ClusterCache::setNamespace(const std::string& name, const Labels* labels) {
    const auto known = tallies.namespaces().find(name);
    const bool same = labels == nullptr ? known == tallies.namespaces().end()
                                        : known != tallies.namespaces().end() && known->second == *labels;
    if (same) return {};
    tallies.setNamespace(name, labels);
    ++epoch_;
    return {events::namespaceLabels, nullptr, nullptr, std::nullopt};
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

void ClusterCache::trim() {
    if (tallies.trim()) ++epoch_;
    if (topologies_.size() > mostTopologies) {
        std::erase_if(topologies_, [](const auto& entry) { return entry.second.use_count() == 1; });
    }
}

} // namespace wheelhouse::scheduler
