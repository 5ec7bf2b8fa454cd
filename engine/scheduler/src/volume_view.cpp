#include "volume_view.h"

#include "engine/api/groups/storage.h"
#include "engine/api/quantity.h"
#include "engine/api/types.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace core = api::core;
namespace storage = api::storage;

namespace {

std::string annotation(const api::meta::ObjectMeta& metadata, const std::string& key) {
    const auto value = metadata.annotations().find(key);
    return value == metadata.annotations().end() ? std::string() : value->second;
}

std::int64_t bytesOf(const api::resource::Quantity& quantity) {
    const auto parsed = api::Quantity::parse(quantity.string());
    return parsed ? parsed->units() : 0;
}

template <class Map>
std::int64_t storageOf(const Map& amounts) {
    const auto amount = amounts.find("storage");
    return amount == amounts.end() ? 0 : bytesOf(amount->second);
}

std::optional<api::LabelSelector> parsed(const api::meta::LabelSelector& selector) {
    auto out = api::LabelSelector::from(selector);
    return out ? std::optional(std::move(*out)) : std::nullopt;
}

ClaimInfo claimOf(const api::ObjectPtr& object) {
    const auto claim = object->as<core::PersistentVolumeClaim>();
    ClaimInfo out;
    out.object = object;
    out.className = claim.spec().has_storageclassname()
                        ? claim.spec().storageclassname()
                        : annotation(claim.metadata(), "volume.beta.kubernetes.io/storage-class");
    out.volumeName = claim.spec().volumename();
    out.selectedNode = annotation(claim.metadata(), "volume.kubernetes.io/selected-node");
    out.volumeMode = claim.spec().volumemode().empty() ? "Filesystem" : claim.spec().volumemode();
    out.accessModes.insert(claim.spec().accessmodes().begin(), claim.spec().accessmodes().end());
    if (claim.spec().has_selector()) out.selector = parsed(claim.spec().selector());
    out.bytes = storageOf(claim.spec().resources().requests());
    out.complete = claim.metadata().annotations().contains("pv.kubernetes.io/bind-completed");
    out.lost = claim.status().phase() == "Lost";
    for (const auto& owner : claim.metadata().ownerreferences()) {
        if (owner.controller() && owner.kind() == "Pod") out.madeFor = Uid(owner.uid());
    }
    return out;
}

VolumeInfo volumeOf(const api::ObjectPtr& object) {
    const auto volume = object->as<core::PersistentVolume>();
    const auto& spec = volume.spec();
    VolumeInfo out;
    out.object = object;
    out.className = spec.storageclassname();
    out.volumeMode = spec.volumemode().empty() ? "Filesystem" : spec.volumemode();
    out.accessModes.insert(spec.accessmodes().begin(), spec.accessmodes().end());
    out.bytes = storageOf(spec.capacity());
    if (spec.has_claimref()) {
        out.claim = spec.claimref().namespace_() + "/" + spec.claimref().name();
        out.claimUid = Uid(spec.claimref().uid());
    }
    out.available = volume.status().phase() == "Available" && !object->deleting();
    if (spec.nodeaffinity().has_required()) {
        out.anywhere = false;
        for (const auto& term : spec.nodeaffinity().required().nodeselectorterms())
            out.nodes.emplace_back(term);
    }
    if (spec.persistentvolumesource().has_csi()) {
        out.driver = spec.persistentvolumesource().csi().driver();
        out.handle = spec.persistentvolumesource().csi().volumehandle();
    }
    return out;
}

ClassInfo classOf(const api::ObjectPtr& object) {
    const auto message = object->as<storage::StorageClass>();
    ClassInfo out;
    out.provisioner = message.provisioner();
    out.waits = message.volumebindingmode() == "WaitForFirstConsumer";
    for (const auto& term : message.allowedtopologies()) {
        auto& terms = out.topologies.emplace_back();
        for (const auto& each : term.matchlabelexpressions())
            terms.emplace_back(each.key(), std::set<std::string>(each.values().begin(), each.values().end()));
    }
    return out;
}

CapacityInfo capacityOf(const api::ObjectPtr& object) {
    const auto message = object->as<storage::CSIStorageCapacity>();
    CapacityInfo out;
    out.className = message.storageclassname();
    if (message.has_nodetopology()) out.nodes = parsed(message.nodetopology());
    if (message.has_maximumvolumesize()) {
        out.bytes = bytesOf(message.maximumvolumesize());
    } else if (message.has_capacity()) {
        out.bytes = bytesOf(message.capacity());
    }
    return out;
}

template <class Map>
void eraseReserved(Map& map, const std::string& claim) {
    std::erase_if(map, [&](const auto& entry) { return entry.second == claim; });
}

} // namespace

bool VolumeInfo::reachableFrom(const Labels& labels, const std::string& nodeName) const {
    return anywhere || std::any_of(nodes.begin(), nodes.end(),
                                   [&](const NodeTerm& term) { return term.matches(labels, nodeName); });
}

bool ClassInfo::provisions() const {
    return !provisioner.empty() && provisioner != "kubernetes.io/no-provisioner";
}

bool ClassInfo::allows(const Labels& nodeLabels) const {
    if (topologies.empty()) return true;
    return std::any_of(topologies.begin(), topologies.end(), [&](const auto& terms) {
        return std::all_of(terms.begin(), terms.end(), [&](const auto& term) {
            const auto value = nodeLabels.find(term.first);
            return value != nodeLabels.end() && term.second.contains(value->second);
        });
    });
}

bool VolumeView::put(const api::ObjectPtr& object) {
    const std::string& kind = object->kind().kind;
    if (kind == "PersistentVolumeClaim") {
        ClaimInfo now = claimOf(object);
        if (now.bound() || !now.selectedNode.empty()) reservedNodes_.erase(object->key());
        claims_[object->key()] = std::move(now);
    } else if (kind == "PersistentVolume") {
        VolumeInfo now = volumeOf(object);
        if (!now.claim.empty()) reservedVolumes_.erase(object->name());
        volumes_[object->name()] = std::move(now);
    } else if (kind == "StorageClass") {
        classes_[object->name()] = classOf(object);
    } else if (kind == "CSIStorageCapacity") {
        capacities_[object->key()] = capacityOf(object);
    } else if (kind == "CSIDriver") {
        if (object->as<storage::CSIDriver>().spec().storagecapacity()) {
            return tracking_.insert(object->name()).second;
        }
        return tracking_.erase(object->name()) > 0;
    } else {
        std::map<std::string, int> limits;
        const auto message = object->as<storage::CSINode>();
        for (const auto& driver : message.spec().drivers()) {
            if (driver.allocatable().has_count()) limits[driver.name()] = driver.allocatable().count();
        }
        auto& known = limits_[object->name()];
        if (known == limits) return false;
        known = std::move(limits);
    }
    return true;
}

void VolumeView::remove(const api::ObjectPtr& object) {
    const std::string& kind = object->kind().kind;
    if (kind == "PersistentVolumeClaim") {
        claims_.erase(object->key());
        release(object->key());
    } else if (kind == "PersistentVolume") {
        volumes_.erase(object->name());
        reservedVolumes_.erase(object->name());
    } else if (kind == "StorageClass") {
        classes_.erase(object->name());
    } else if (kind == "CSIStorageCapacity") {
        capacities_.erase(object->key());
    } else if (kind == "CSIDriver") {
        tracking_.erase(object->name());
    } else {
        limits_.erase(object->name());
    }
}

const ClaimInfo* VolumeView::claim(const std::string& key) const {
    const auto known = claims_.find(key);
    return known == claims_.end() ? nullptr : &known->second;
}

const VolumeInfo* VolumeView::volume(const std::string& name) const {
    const auto known = volumes_.find(name);
    return known == volumes_.end() ? nullptr : &known->second;
}

const ClassInfo* VolumeView::storageClass(const std::string& name) const {
    const auto known = classes_.find(name);
    return known == classes_.end() ? nullptr : &known->second;
}

std::optional<int> VolumeView::limit(const std::string& node, const std::string& driver) const {
    const auto there = limits_.find(node);
    if (there == limits_.end()) return std::nullopt;
    const auto known = there->second.find(driver);
    return known == there->second.end() ? std::nullopt : std::optional(known->second);
}

bool VolumeView::hasRoom(const std::string& className, std::int64_t bytes, const Labels& nodeLabels) const {
    return std::any_of(capacities_.begin(), capacities_.end(), [&](const auto& entry) {
        const CapacityInfo& each = entry.second;
        return each.className == className && each.bytes && *each.bytes >= bytes && each.nodes &&
               each.nodes->matches(nodeLabels);
    });
}

void VolumeView::reserveVolume(const std::string& volume, const std::string& claim) {
    reservedVolumes_[volume] = claim;
}

void VolumeView::reserveNode(const std::string& claim, const std::string& node) {
    reservedNodes_[claim] = node;
}

void VolumeView::release(const std::string& claim) {
    eraseReserved(reservedVolumes_, claim);
    reservedNodes_.erase(claim);
}

std::string VolumeView::takenBy(const VolumeInfo& volume) const {
    if (!volume.claim.empty()) return volume.claim;
    const auto reserved = reservedVolumes_.find(volume.object->name());
    return reserved == reservedVolumes_.end() ? std::string() : reserved->second;
}

std::string VolumeView::nodeFor(const ClaimInfo& claim) const {
    if (!claim.selectedNode.empty()) return claim.selectedNode;
    const auto reserved = reservedNodes_.find(claim.object->key());
    return reserved == reservedNodes_.end() ? std::string() : reserved->second;
}

} // namespace wheelhouse::scheduler
