#include "gateway_objects.h"

#include "engine/api/wire_fields.h"
#include "engine/controllers/lab_volumes.h"
#include "engine/nodelink/token_name.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

namespace wheelhouse::controlplane {

namespace core = api::core;
using api::WireFields;

namespace {

constexpr std::array agentConditions{"PodReadyToStartContainers", "Initialized",
                                     "ContainersReady",           "Ready",
                                     "PodResizePending",          "PodResizeInProgress"};

bool agentOwns(std::string_view condition) {
    return std::find(agentConditions.begin(), agentConditions.end(), condition) != agentConditions.end();
}

bool over(const std::string& phase) {
    return phase == "Succeeded" || phase == "Failed";
}

} // namespace

std::set<ObjectName> referredObjects(const core::Pod& pod) {
    std::set<ObjectName> out;
    const auto add = [&](const char* kind, const std::string& name) {
        if (!name.empty()) out.insert({kind, pod.metadata().namespace_(), name});
    };
    const auto look = [&](const auto& container) {
        for (const core::EnvFromSource& from : container.envfrom()) {
            add("ConfigMap", from.configmapref().localobjectreference().name());
            add("Secret", from.secretref().localobjectreference().name());
        }
        for (const core::EnvVar& variable : container.env()) {
            add("ConfigMap", variable.valuefrom().configmapkeyref().localobjectreference().name());
            add("Secret", variable.valuefrom().secretkeyref().localobjectreference().name());
        }
    };
    for (const core::Container& container : pod.spec().initcontainers())
        look(container);
    for (const core::Container& container : pod.spec().containers())
        look(container);
    for (const core::EphemeralContainer& container : pod.spec().ephemeralcontainers())
        look(container.ephemeralcontainercommon());
    for (const core::Volume& volume : pod.spec().volumes()) {
        const core::VolumeSource& source = volume.volumesource();
        add("ConfigMap", source.configmap().localobjectreference().name());
        add("Secret", source.secret().secretname());
        add("PersistentVolumeClaim", source.persistentvolumeclaim().claimname());
        if (source.has_ephemeral()) add("PersistentVolumeClaim", pod.metadata().name() + "-" + volume.name());
        for (const core::VolumeProjection& part : source.projected().sources()) {
            add("ConfigMap", part.configmap().localobjectreference().name());
            add("Secret", part.secret().localobjectreference().name());
            if (part.has_serviceaccounttoken())
                add(nodelink::tokenKind, nodelink::tokenNameOf(pod, part.serviceaccounttoken()).text());
        }
    }
    return out;
}

namespace {

/// One number for many values, in their order.
class Mixed {
  public:
    void add(std::string_view bytes) { add(std::uint64_t{std::hash<std::string_view>{}(bytes)}); }
    void add(std::uint64_t value) { sum_ = (sum_ ^ value) * 0x9E3779B97F4A7C15U + (sum_ >> 29U); }
    std::size_t value() const { return sum_; }

  private:
    std::uint64_t sum_ = 0;
};

void addMetadata(std::string_view metadata, Mixed& sum) {
    using api::meta::ObjectMeta;
    WireFields fields(metadata);
    while (fields.next()) {
        if (fields.number() == ObjectMeta::kResourceVersionFieldNumber ||
            fields.number() == ObjectMeta::kManagedFieldsFieldNumber)
            continue;
        sum.add(static_cast<std::uint64_t>(fields.number()));
        sum.add(fields.value());
        sum.add(fields.bytes());
    }
}

/// Of a status only what readiness gates go by.
void addForeignConditions(std::string_view status, Mixed& sum) {
    WireFields fields(status);
    while (fields.next()) {
        if (fields.number() != core::PodStatus::kConditionsFieldNumber) continue;
        std::string_view type;
        std::string_view state;
        WireFields condition(fields.bytes());
        while (condition.next()) {
            if (condition.number() == core::PodCondition::kTypeFieldNumber) type = condition.bytes();
            if (condition.number() == core::PodCondition::kStatusFieldNumber) state = condition.bytes();
        }
        if (agentOwns(type) || type == "PodScheduled") continue;
        sum.add(type);
        sum.add(state);
    }
}

} // namespace

std::size_t desiredHash(const api::Object& pod) {
    Mixed sum;
    WireFields fields(pod.bytes());
    while (fields.next()) {
        if (fields.number() == core::Pod::kMetadataFieldNumber)
            addMetadata(fields.bytes(), sum);
        else if (fields.number() == core::Pod::kStatusFieldNumber)
            addForeignConditions(fields.bytes(), sum);
        else
            sum.add(fields.bytes());
    }
    return sum.value();
}

std::map<std::string, nodelink::Disks> disksByHost(const std::vector<api::ObjectPtr>& volumes) {
    std::map<std::string, std::map<std::string, bool>> found;
    for (const api::ObjectPtr& object : volumes) {
        const auto spec = object->as<core::PersistentVolume>().spec();
        const core::CSIPersistentVolumeSource& disk = spec.persistentvolumesource().csi();
        if (disk.driver() != controllers::lab::localDriver) continue;
        for (const auto& term : spec.nodeaffinity().required().nodeselectorterms())
            for (const auto& expression : term.matchexpressions())
                if (expression.key() == "kubernetes.io/hostname")
                    for (const std::string& host : expression.values())
                        found[host][disk.volumehandle()] = spec.persistentvolumereclaimpolicy() != "Delete";
    }
    std::map<std::string, nodelink::Disks> out;
    for (const auto& [host, disks] : found)
        for (const auto& [handle, retain] : disks) {
            nodelink::Disk& disk = *out[host].add_disks();
            disk.set_handle(handle);
            disk.set_retain(retain);
        }
    return out;
}

bool mayMount(const core::PersistentVolume& volume, const core::Node& node) {
    const auto& csi = volume.spec().persistentvolumesource().csi();
    if (csi.driver() != controllers::lab::volumeDriver) return true;
    const std::string name = controllers::uniqueVolumeName(csi.driver(), csi.volumehandle());
    const auto& attached = node.status().volumesattached();
    return std::any_of(attached.begin(), attached.end(),
                       [&](const auto& each) { return each.name() == name; });
}

NodeRoute routeOf(const core::Node& node) {
    NodeRoute route;
    route.name = node.metadata().name();
    route.podCidr = node.spec().podcidr();
    for (const core::NodeAddress& address : node.status().addresses())
        if (address.type() == "InternalIP") route.address = address.address();
    route.simulated = node.status().nodeinfo().containerruntimeversion().starts_with("simulated://");
    return route;
}

nodelink::Network networkOf(const NodeRoute& node, const std::vector<NodeRoute>& all) {
    nodelink::Network network;
    network.set_pod_cidr(node.podCidr);
    if (node.simulated) return network;
    for (const NodeRoute& other : all) {
        if (other.name == node.name || other.simulated || other.podCidr.empty() || other.address.empty())
            continue;
        nodelink::Route& route = *network.add_routes();
        route.set_pod_cidr(other.podCidr);
        route.set_via(other.address);
    }
    return network;
}

core::PodStatus mergePodStatus(core::PodStatus reported, const core::PodStatus& stored) {
    if (over(stored.phase()) && !over(reported.phase())) reported.set_phase(stored.phase());
    google::protobuf::RepeatedPtrField<core::PodCondition> conditions;
    for (const core::PodCondition& condition : stored.conditions())
        if (!agentOwns(condition.type())) *conditions.Add() = condition;
    for (const core::PodCondition& condition : reported.conditions()) {
        const auto same = std::find_if(conditions.begin(), conditions.end(),
                                       [&](const auto& known) { return known.type() == condition.type(); });
        if (same != conditions.end()) continue; // somebody else's
        core::PodCondition& kept = *conditions.Add();
        kept = condition;
        for (const core::PodCondition& before : stored.conditions())
            if (before.type() == condition.type() && before.status() == condition.status() &&
                before.has_lasttransitiontime())
                *kept.mutable_lasttransitiontime() = before.lasttransitiontime();
    }
    *reported.mutable_conditions() = std::move(conditions);
    if (stored.has_starttime()) *reported.mutable_starttime() = stored.starttime();
    if (!stored.nominatednodename().empty()) reported.set_nominatednodename(stored.nominatednodename());
    if (reported.reason().empty() && over(stored.phase())) {
        reported.set_reason(stored.reason());
        reported.set_message(stored.message());
    }
    return reported;
}

core::NodeStatus mergeNodeStatus(core::NodeStatus reported, const core::NodeStatus& stored,
                                 const api::meta::Time& now) {
    for (core::NodeCondition& condition : *reported.mutable_conditions())
        for (const core::NodeCondition& before : stored.conditions()) {
            if (before.type() != condition.type()) continue;
            // The agent does not know what was written about it while it was silent.
            *condition.mutable_lasttransitiontime() =
                before.status() == condition.status() ? before.lasttransitiontime() : now;
        }
    for (const core::NodeCondition& before : stored.conditions()) {
        const auto same =
            std::find_if(reported.conditions().begin(), reported.conditions().end(),
                         [&](const auto& condition) { return condition.type() == before.type(); });
        if (same == reported.conditions().end()) *reported.add_conditions() = before;
    }
    *reported.mutable_volumesattached() = stored.volumesattached();
    return reported;
}

} // namespace wheelhouse::controlplane
