#include "volumes.h"

#include "engine/api/quantity.h"
#include "engine/nodelink/token_name.h"
#include "storage_limits.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

struct Filler {
    const PodFacts& facts;
    const ObjectCache& objects;
    VolumePlan& plan;

    template <class Items>
    Result<void> fromObject(const std::string& kind, const std::string& name, const Items& items, int mode,
                            bool optional) {
        const auto data = objects.data(kind, facts.pod.metadata().namespace_(), name);
        if (!data) {
            if (optional && data.error().reason == Reason::NotFound) return {};
            return fail(data.error());
        }
        if (items.empty())
            for (const auto& [key, value] : *data)
                plan.files[key] = {value, mode};
        for (const core::KeyToPath& item : items) {
            const auto it = data->find(item.key());
            if (it != data->end())
                plan.files[item.path()] = {it->second, item.has_mode() ? item.mode() : mode};
            else if (!optional)
                return fail(Reason::Invalid,
                            fmt::format("{} \"{}\" has no key \"{}\"", kind, name, item.key()));
        }
        return {};
    }
    template <class Items>
    Result<void> fromFields(const Items& items, int mode) {
        for (const core::DownwardAPIVolumeFile& item : items) {
            Result<std::string> value =
                item.has_fieldref()
                    ? fieldValue(item.fieldref().fieldpath(), facts)
                    : resourceFieldValue(item.resourcefieldref(), core::Container::default_instance(), facts);
            if (!value) return fail(value.error());
            plan.files[item.path()] = {std::move(*value), item.has_mode() ? item.mode() : mode};
        }
        return {};
    }
    Result<void> fromToken(const core::ServiceAccountTokenProjection& source, int mode) {
        const auto data = objects.data(nodelink::tokenKind, facts.pod.metadata().namespace_(),
                                       nodelink::tokenNameOf(facts.pod, source).text());
        if (!data) return fail(data.error());
        plan.files[source.path()] = {data->at(ObjectCache::tokenKey), mode};
        return {};
    }
    Result<void> fromProjection(const core::VolumeProjection& source, int mode) {
        if (source.has_configmap())
            return fromObject("ConfigMap", source.configmap().localobjectreference().name(),
                              source.configmap().items(), mode, source.configmap().optional());
        if (source.has_secret())
            return fromObject("Secret", source.secret().localobjectreference().name(),
                              source.secret().items(), mode, source.secret().optional());
        if (source.has_downwardapi()) return fromFields(source.downwardapi().items(), mode);
        if (source.has_serviceaccounttoken()) return fromToken(source.serviceaccounttoken(), mode);
        return fail(Reason::Invalid, "certificates in volumes are not supported yet");
    }
};

constexpr const char* diskDriver = "disk.wheelhouse.dev";
constexpr const char* volumeDriver = "volume.wheelhouse.dev";

/// What is behind a claim. Only kinds of volume that are on the node itself are known here.
Result<void> planClaim(const std::string& claim, VolumePlan& plan, const PodFacts& facts,
                       const ObjectCache& objects) {
    const auto volume = objects.volume(facts.pod.metadata().namespace_(), claim);
    if (!volume) return fail(volume.error());
    const core::PersistentVolumeSource& source = volume->spec().persistentvolumesource();
    if (source.has_hostpath() || source.has_local()) {
        plan.kind = VolumePlan::Kind::HostPath;
        plan.hostPath = source.has_local() ? source.local().path() : source.hostpath().path();
        plan.hostPathType = source.has_local() ? "Directory" : source.hostpath().type();
        return {};
    }
    if (source.has_csi() && source.csi().driver() == diskDriver) {
        plan.kind = VolumePlan::Kind::Disk;
        plan.disk = source.csi().volumehandle();
        return {};
    }
    if (source.has_csi() && source.csi().driver() == volumeDriver) {
        plan.kind = VolumePlan::Kind::Attached;
        plan.disk = source.csi().volumehandle();
        const auto size = volume->spec().capacity().find("storage");
        if (size != volume->spec().capacity().end())
            plan.bytes = api::Quantity::parse(size->second.string()).value_or(api::Quantity()).units();
        plan.block = volume->spec().volumemode() == "Block";
        plan.readOnly = plan.readOnly || source.csi().readonly();
        plan.mountOptions.assign(volume->spec().mountoptions().begin(), volume->spec().mountoptions().end());
        return {};
    }
    if (source.has_csi())
        return fail(Reason::Invalid,
                    fmt::format("driver name {} not found in the list of registered CSI drivers",
                                source.csi().driver()));
    return fail(Reason::Invalid, fmt::format("no volume plugin of this node knows PersistentVolume \"{}\"",
                                             volume->metadata().name()));
}

int modeOr(bool has, int mode) {
    return has ? mode : 0644;
}

Result<void> plan(const core::VolumeSource& source, VolumePlan& plan, const PodFacts& facts,
                  const ObjectCache& objects) {
    Filler filler{facts, objects, plan};
    plan.kind = VolumePlan::Kind::Files;
    if (source.has_configmap()) {
        const auto& from = source.configmap();
        return filler.fromObject("ConfigMap", from.localobjectreference().name(), from.items(),
                                 modeOr(from.has_defaultmode(), from.defaultmode()), from.optional());
    }
    if (source.has_secret()) {
        const auto& from = source.secret();
        return filler.fromObject("Secret", from.secretname(), from.items(),
                                 modeOr(from.has_defaultmode(), from.defaultmode()), from.optional());
    }
    if (source.has_downwardapi())
        return filler.fromFields(source.downwardapi().items(), modeOr(source.downwardapi().has_defaultmode(),
                                                                      source.downwardapi().defaultmode()));
    if (source.has_projected()) {
        const int mode = modeOr(source.projected().has_defaultmode(), source.projected().defaultmode());
        for (const core::VolumeProjection& part : source.projected().sources())
            if (auto result = filler.fromProjection(part, mode); !result) return result;
        return {};
    }
    if (source.has_persistentvolumeclaim()) {
        plan.readOnly = source.persistentvolumeclaim().readonly();
        return planClaim(source.persistentvolumeclaim().claimname(), plan, facts, objects);
    }
    if (source.has_ephemeral())
        return planClaim(facts.pod.metadata().name() + "-" + plan.name, plan, facts, objects);
    if (source.has_hostpath()) {
        plan.kind = VolumePlan::Kind::HostPath;
        plan.hostPath = source.hostpath().path();
        plan.hostPathType = source.hostpath().type();
        return {};
    }
    const google::protobuf::Reflection* reflection = source.GetReflection();
    std::vector<const google::protobuf::FieldDescriptor*> set;
    reflection->ListFields(source, &set);
    if (source.has_emptydir() || set.empty()) { // a volume without a source is an emptyDir
        const bool memory = source.emptydir().medium() == "Memory";
        plan.kind = memory ? VolumePlan::Kind::Memory : VolumePlan::Kind::Directory;
        if (memory) plan.sizeLimit = memoryVolumeSize(source.emptydir(), facts.pod, facts.node);
        return {};
    }
    return fail(Reason::Invalid,
                fmt::format("volumes of type {} are not supported yet", set.front()->name()));
}

} // namespace

Result<std::vector<VolumePlan>> planVolumes(const PodFacts& facts, const ObjectCache& objects) {
    std::vector<VolumePlan> plans;
    const auto& security = facts.pod.spec().securitycontext();
    for (const core::Volume& volume : facts.pod.spec().volumes()) {
        VolumePlan made;
        made.name = volume.name();
        if (security.has_fsgroup()) made.group = security.fsgroup();
        if (auto result = plan(volume.volumesource(), made, facts, objects); !result) {
            Status status = result.error();
            status.message =
                fmt::format("MountVolume.SetUp failed for volume \"{}\" : {}", volume.name(), status.message);
            return fail(std::move(status));
        }
        plans.push_back(std::move(made));
    }
    return plans;
}

std::set<std::string> attachedVolumes(const std::vector<VolumePlan>& plans) {
    std::set<std::string> names;
    for (const VolumePlan& plan : plans)
        if (plan.kind == VolumePlan::Kind::Attached)
            names.insert(fmt::format("kubernetes.io/csi/{}^{}", volumeDriver, plan.disk));
    return names;
}

bool volumesShowPod(const core::Pod& pod) {
    const auto shows = [](const core::Volume& volume) {
        const auto& parts = volume.volumesource().projected().sources();
        return volume.volumesource().has_downwardapi() ||
               std::any_of(parts.begin(), parts.end(),
                           [](const auto& part) { return part.has_downwardapi(); });
    };
    return std::any_of(pod.spec().volumes().begin(), pod.spec().volumes().end(), shows);
}

bool volumesUse(const core::Pod& pod, const std::string& kind, const std::string& name) {
    if (kind == nodelink::tokenKind) {
        const auto token = nodelink::TokenName::parse(name);
        return token && token->podUid == pod.metadata().uid();
    }
    const bool map = kind == "ConfigMap";
    const bool claim = kind == "PersistentVolumeClaim"; // the disk behind it may have grown
    if (!map && !claim && kind != "Secret") return false;
    for (const core::Volume& volume : pod.spec().volumes()) {
        const core::VolumeSource& source = volume.volumesource();
        if (claim && (source.persistentvolumeclaim().claimname() == name ||
                      (source.has_ephemeral() && pod.metadata().name() + "-" + volume.name() == name)))
            return true;
        if (map && source.configmap().localobjectreference().name() == name) return true;
        if (!map && !claim && source.secret().secretname() == name) return true;
        for (const core::VolumeProjection& part : source.projected().sources()) {
            if (map && part.configmap().localobjectreference().name() == name) return true;
            if (!map && !claim && part.secret().localobjectreference().name() == name) return true;
        }
    }
    return false;
}

} // namespace wheelhouse::agent
