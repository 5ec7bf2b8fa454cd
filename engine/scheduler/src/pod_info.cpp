#include "pod_info.h"

#include "engine/api/codec.h"
#include "engine/api/decoded.h"

#include <algorithm>
#include <limits>
#include <set>

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

bool everyAddress(const std::string& ip) {
    return ip.empty() || ip == "0.0.0.0";
}

bool isSidecar(const core::Container& container) {
    return container.restartpolicy() == "Always";
}

std::vector<HostPort> hostPortsOf(const core::PodSpec& spec) {
    std::vector<HostPort> out;
    const auto collect = [&out](const core::Container& container) {
        for (const auto& port : container.ports()) {
            if (port.hostport() <= 0) continue;
            out.push_back(
                {port.protocol().empty() ? "TCP" : port.protocol(), port.hostip(), port.hostport()});
        }
    };
    for (const auto& container : spec.containers())
        collect(container);
    for (const auto& container : spec.initcontainers()) {
        if (isSidecar(container)) collect(container);
    }
    return out;
}

std::string withTag(const std::string& image) {
    const auto colon = image.rfind(':');
    const auto slash = image.rfind('/');
    const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
    return tagged ? image : image + ":latest";
}

std::vector<std::string> imagesOf(const core::PodSpec& spec) {
    std::vector<std::string> out;
    for (const auto& container : spec.initcontainers())
        out.push_back(withTag(container.image()));
    for (const auto& container : spec.containers())
        out.push_back(withTag(container.image()));
    for (const auto& volume : spec.volumes()) {
        if (volume.volumesource().has_image())
            out.push_back(withTag(volume.volumesource().image().reference()));
    }
    return out;
}

std::vector<ClaimUse> claimsOf(const std::string& podName, const core::PodSpec& spec) {
    std::vector<ClaimUse> out;
    for (const auto& volume : spec.volumes()) {
        const auto& source = volume.volumesource();
        if (source.has_persistentvolumeclaim()) {
            out.push_back({source.persistentvolumeclaim().claimname(), false});
        } else if (source.has_ephemeral()) {
            out.push_back({podName + "-" + volume.name(), true});
        }
    }
    return out;
}

std::vector<DiskUse> disksOf(const core::PodSpec& spec) {
    std::vector<DiskUse> out;
    for (const auto& volume : spec.volumes()) {
        const auto& source = volume.volumesource();
        if (source.has_gcepersistentdisk()) {
            out.push_back(
                {"gce/" + source.gcepersistentdisk().pdname(), source.gcepersistentdisk().readonly(), true});
        } else if (source.has_awselasticblockstore()) {
            out.push_back({"aws/" + source.awselasticblockstore().volumeid(), false, false});
        } else if (source.has_iscsi()) {
            out.push_back({"iscsi/" + source.iscsi().iqn(), source.iscsi().readonly(), true});
        } else if (source.has_rbd()) {
            for (const std::string& monitor : source.rbd().monitors()) {
                out.push_back({"rbd/" + monitor + "/" + source.rbd().pool() + "/" + source.rbd().image(),
                               source.rbd().readonly(), true});
            }
        }
    }
    return out;
}

/// The names of nodes one term comes down to; none where it does not say.
std::optional<std::set<std::string>> namesIn(const core::NodeSelectorTerm& term) {
    std::optional<std::set<std::string>> out;
    for (const auto& field : term.matchfields()) {
        if (field.key() != "metadata.name" || field.operator_() != "In") continue;
        const std::set<std::string> names(field.values().begin(), field.values().end());
        if (out) {
            std::erase_if(*out, [&](const std::string& name) { return !names.contains(name); });
        } else {
            out = names;
        }
    }
    return out;
}

std::optional<std::vector<std::string>> onlyNodesOf(const core::PodSpec& spec) {
    const auto& terms =
        spec.affinity().nodeaffinity().requiredduringschedulingignoredduringexecution().nodeselectorterms();
    if (terms.empty()) return std::nullopt;
    std::set<std::string> out;
    for (const auto& term : terms) {
        const auto names = namesIn(term);
        if (!names) return std::nullopt;
        out.insert(names->begin(), names->end());
    }
    return std::vector<std::string>(out.begin(), out.end());
}

/// Builds the text by which equal shapes are known: every part with its length before it.
class KeyWriter {
  public:
    void add(std::string_view part) {
        number(static_cast<std::int64_t>(part.size()));
        out.append(part);
    }
    void number(std::int64_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); }
    template <class Map>
    void map(const Map& map) {
        std::vector<std::pair<std::string_view, std::string_view>> entries;
        for (const auto& [key, value] : map)
            entries.emplace_back(key, text(value));
        std::sort(entries.begin(), entries.end());
        number(static_cast<std::int64_t>(entries.size()));
        for (const auto& [key, value] : entries) {
            add(key);
            add(value);
        }
    }
    std::string out;

  private:
    static std::string_view text(const std::string& value) { return value; }
    static std::string_view text(const api::resource::Quantity& value) { return value.string(); }
};

void addContainer(KeyWriter& key, const core::Container& container, bool init) {
    key.map(container.resources().requests());
    key.add(container.image());
    if (init) key.number(isSidecar(container) ? 1 : 0);
    for (const auto& port : container.ports()) {
        if (port.hostport() <= 0) continue;
        key.number(port.hostport());
        key.add(port.protocol());
        key.add(port.hostip());
    }
}

const api::meta::OwnerReference* controllerOf(const core::Pod& pod) {
    for (const auto& owner : pod.metadata().ownerreferences()) {
        if (owner.controller()) return &owner;
    }
    return nullptr;
}

/// What containers hold on the node, where that may differ from what they ask for (a resize under way).
void addHeld(KeyWriter& key, const core::Pod& pod) {
    if (pod.spec().nodename().empty()) return;
    for (const auto* statuses : {&pod.status().containerstatuses(), &pod.status().initcontainerstatuses()}) {
        for (const auto& status : *statuses) {
            if (status.allocatedresources().empty() && status.resources().requests().empty()) continue;
            key.add(status.name());
            key.map(status.allocatedresources());
            key.map(status.resources().requests());
        }
    }
}

void addVolumes(KeyWriter& key, const api::Object& object, const core::PodSpec& spec) {
    if (spec.volumes_size() == 0) return;
    const auto claims = claimsOf(object.name(), spec);
    key.number(static_cast<std::int64_t>(claims.size()));
    for (const ClaimUse& claim : claims) {
        key.add(claim.name);
        key.add(claim.ephemeral ? object.uid().value() : std::string());
    }
    for (const DiskUse& disk : disksOf(spec)) {
        key.add(disk.disk);
        key.number(disk.readOnly ? 1 : 0);
    }
    for (const auto& volume : spec.volumes()) {
        if (volume.volumesource().has_image()) key.add(volume.volumesource().image().reference());
    }
}

std::string keyOf(const api::Object& object, const core::Pod& pod) {
    const auto& spec = pod.spec();
    KeyWriter key;
    key.out.reserve(512);
    key.add(object.nameSpace());
    key.map(object.labels());
    key.add(spec.schedulername());
    key.number(spec.priority());
    key.add(spec.preemptionpolicy());
    key.map(spec.nodeselector());
    key.add(spec.has_affinity() ? api::serialize(spec.affinity()) : std::string());
    key.number(spec.tolerations_size());
    for (const auto& each : spec.tolerations())
        key.add(each.SerializeAsString());
    key.number(spec.topologyspreadconstraints_size());
    for (const auto& each : spec.topologyspreadconstraints())
        key.add(api::serialize(each));
    key.map(spec.overhead());
    key.map(spec.resources().requests());
    const auto* owner = controllerOf(pod);
    key.add(owner != nullptr ? owner->kind() : std::string());
    key.add(owner != nullptr ? owner->name() : std::string());
    key.number(spec.containers_size());
    for (const auto& container : spec.containers())
        addContainer(key, container, false);
    key.number(spec.initcontainers_size());
    for (const auto& container : spec.initcontainers())
        addContainer(key, container, true);
    addVolumes(key, object, spec);
    addHeld(key, pod);
    return std::move(key.out);
}

PodShape shapeOf(const api::Object& object, const core::Pod& pod, ResourceNames& names) {
    const auto& spec = pod.spec();
    PodShape out;
    out.nameSpace = object.nameSpace();
    out.labels = object.labels();
    out.schedulerName = spec.schedulername().empty() ? "default-scheduler" : spec.schedulername();
    out.priority = spec.priority();
    out.preempts = spec.preemptionpolicy() != "Never";
    out.requests = requestsOf(pod, names, Amounts::Asked);
    out.bestEffort = out.requests.milliCpu == 0 && out.requests.memory == 0;
    out.requests.pods = 1;
    out.nonZeroRequests = requestsOf(pod, names, Amounts::ForScoring);
    out.hostPorts = hostPortsOf(spec);
    out.tolerations.assign(spec.tolerations().begin(), spec.tolerations().end());
    out.choice = NodeChoice::of(spec);
    out.onlyNodes = onlyNodesOf(spec);
    for (const auto& term :
         spec.affinity().nodeaffinity().preferredduringschedulingignoredduringexecution()) {
        if (term.weight() != 0) out.preferred.emplace_back(term.weight(), NodeTerm(term.preference()));
    }
    out.spread = spreadRules(spec, out.labels);
    out.affinity = PodAffinity::of(spec.affinity(), out.nameSpace, out.labels);
    out.images = imagesOf(spec);
    out.claims = claimsOf(object.name(), spec);
    for (const ClaimUse& claim : out.claims) {
        if (claim.ephemeral) out.ephemeralOwner = object.uid();
    }
    out.disks = disksOf(spec);
    if (const auto* owner = controllerOf(pod)) {
        out.ownerKind = owner->kind();
        out.ownerName = owner->name();
    }
    return out;
}

} // namespace

bool HostPort::conflictsWith(const HostPort& other) const {
    if (port != other.port || protocol != other.protocol) return false;
    return ip == other.ip || everyAddress(ip) || everyAddress(other.ip);
}

PodShapePtr ShapeTable::of(const api::Object& object, const core::Pod& pod) {
    std::string key = keyOf(object, pod);
    const auto [place, isNew] = shapes_.try_emplace(key);
    if (!isNew) {
        if (auto known = place->second.lock()) return known;
    }
    auto made = std::make_shared<PodShape>(shapeOf(object, pod, names_));
    made->number = next_++;
    made->key = std::move(key);
    place->second = made;
    if (shapes_.size() > sweepAt_) sweep();
    return made;
}

void ShapeTable::sweep() {
    std::erase_if(shapes_, [](const auto& entry) { return entry.second.expired(); });
    sweepAt_ = std::max<std::size_t>(1024, shapes_.size() * 2);
}

std::shared_ptr<const PodInfo> PodInfo::of(const api::ObjectPtr& object, ShapeTable& shapes) {
    const auto decoded = api::decoded<core::Pod>(object);
    const core::Pod& pod = *decoded;
    const auto& status = pod.status();
    auto out = std::make_shared<PodInfo>();
    out->object = object;
    out->uid = object->uid();
    out->shape = shapes.of(*object, pod);
    out->nodeName = pod.spec().nodename();
    out->nominatedNode = status.nominatednodename();
    out->finished = status.phase() == "Succeeded" || status.phase() == "Failed";
    out->deleting = object->deleting();
    out->gated = pod.spec().schedulinggates_size() > 0;
    out->startedAt =
        status.has_starttime() ? status.starttime().seconds() : std::numeric_limits<std::int64_t>::max();
    for (const auto& condition : status.conditions()) {
        if (condition.type() == "DisruptionTarget") {
            out->preempted = out->deleting && condition.status() == "True" &&
                             condition.reason() == "PreemptionByScheduler";
        }
        if (condition.type() != "PodScheduled" || condition.status() != "False") continue;
        out->reportedReason = condition.reason();
        out->reportedMessage = condition.message();
        if (condition.has_lasttransitiontime()) out->reportedSince = condition.lasttransitiontime();
    }
    return out;
}

bool moreImportant(const PodInfo& a, const PodInfo& b) {
    if (a.priority() != b.priority()) return a.priority() > b.priority();
    return a.startedAt < b.startedAt;
}

} // namespace wheelhouse::scheduler
