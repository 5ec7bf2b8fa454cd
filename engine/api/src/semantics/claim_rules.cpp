#include "engine/api/codec.h"
#include "engine/api/quantity.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");

using AccessModes = google::protobuf::RepeatedPtrField<std::string>;

void validateAccessModes(const AccessModes& modes, const Path& path, Problems& problems) {
    static const std::vector<std::string> known = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce",
                                                   "ReadWriteOncePod"};
    bool alone = false;
    for (const std::string& mode : modes) {
        if (std::find(known.begin(), known.end(), mode) == known.end())
            problems.notSupported(path, mode, known);
        alone = alone || mode == "ReadWriteOncePod";
    }
    if (alone && modes.size() > 1)
        problems.forbidden(path, "may not use ReadWriteOncePod with other access modes");
}

void validateMode(bool given, const std::string& mode, Problems& problems) {
    if (given && mode != "Block" && mode != "Filesystem")
        problems.notSupported(spec.child("volumeMode"), mode, {"Block", "Filesystem"});
}

std::optional<Quantity> storageOf(const QuantityMap& resources) {
    const auto found = resources.find("storage");
    if (found == resources.end()) return std::nullopt;
    const auto parsed = Quantity::parse(found->second.string());
    return parsed ? std::optional<Quantity>(*parsed) : std::nullopt;
}

void validateSize(const QuantityMap& resources, const Path& path, Problems& problems) {
    const std::optional<Quantity> size = storageOf(resources);
    if (!size)
        problems.required(path);
    else if (!(*size > Quantity()))
        problems.invalid(path, size->toString(), "must be greater than zero");
}

// -------------------------------------------------------------------------------------------------------
// volumes

/// The kinds of volume given; there is one field for each in the source.
int countSources(const core::PersistentVolumeSource& source) {
    std::vector<const google::protobuf::FieldDescriptor*> set;
    source.GetReflection()->ListFields(source, &set);
    return static_cast<int>(set.size());
}

void validateVolumeSource(const core::PersistentVolumeSpec& of, Problems& problems) {
    const core::PersistentVolumeSource& source = of.persistentvolumesource();
    const int count = countSources(source);
    if (count == 0) problems.required(spec, "must specify a volume type");
    if (count > 1) {
        std::vector<const google::protobuf::FieldDescriptor*> set;
        source.GetReflection()->ListFields(source, &set);
        for (std::size_t i = 1; i < set.size(); ++i)
            problems.forbidden(spec.child(set[i]->json_name()), "may not specify more than 1 volume type");
    }
    if (source.has_hostpath()) {
        const Path path = spec.child("hostPath").child("path");
        if (source.hostpath().path().empty())
            problems.required(path);
        else if (("/" + source.hostpath().path() + "/").find("/../") != std::string::npos)
            problems.invalid(path, source.hostpath().path(), "must not contain '..'");
    }
    if (source.has_local()) {
        if (source.local().path().empty()) problems.required(spec.child("local").child("path"));
        if (!of.has_nodeaffinity() || !of.nodeaffinity().has_required())
            problems.required(Path("metadata.annotations"), "Local volume requires node affinity");
    }
    if (source.has_nfs()) {
        if (source.nfs().server().empty()) problems.required(spec.child("nfs").child("server"));
        if (source.nfs().path().empty()) problems.required(spec.child("nfs").child("path"));
    }
    if (source.has_csi()) {
        if (source.csi().driver().empty()) problems.required(spec.child("csi").child("driver"));
        if (source.csi().volumehandle().empty()) problems.required(spec.child("csi").child("volumeHandle"));
    }
}

void checkVolume(const core::PersistentVolume& volume, Problems& problems) {
    const core::PersistentVolumeSpec& of = volume.spec();
    const Path modes = spec.child("accessModes");
    if (of.accessmodes().empty()) problems.required(modes);
    validateAccessModes(of.accessmodes(), modes, problems);
    const Path capacity = spec.child("capacity");
    if (of.capacity().empty()) {
        problems.required(capacity);
    } else {
        if (!of.capacity().contains("storage") || of.capacity().size() > 1)
            problems.notSupported(capacity, of.capacity().begin()->first, {"storage"});
        if (of.capacity().contains("storage")) validateSize(of.capacity(), capacity.key("storage"), problems);
    }
    const std::string& reclaim = of.persistentvolumereclaimpolicy();
    if (!reclaim.empty() && reclaim != "Delete" && reclaim != "Recycle" && reclaim != "Retain")
        problems.notSupported(spec.child("persistentVolumeReclaimPolicy"), reclaim,
                              {"Delete", "Recycle", "Retain"});
    validateVolumeSource(of, problems);
    if (of.persistentvolumesource().hostpath().path() == "/" && reclaim == "Recycle")
        problems.forbidden(spec.child("persistentVolumeReclaimPolicy"),
                           "may not be 'recycle' for a hostPath mount of '/'");
    if (!of.storageclassname().empty())
        problems.invalid(spec.child("storageClassName"), of.storageclassname(),
                         dnsSubdomain(of.storageclassname()));
    validateMode(of.has_volumemode(), of.volumemode(), problems);
    if (of.has_volumeattributesclassname()) {
        if (of.volumeattributesclassname().empty())
            problems.required(spec.child("volumeAttributesClassName"), "an empty string is disallowed");
        if (!of.persistentvolumesource().has_csi())
            problems.required(spec.child("csi"), "has to be specified when using volumeAttributesClassName");
    }
}

void checkVolumeChange(const core::PersistentVolume& volume, const core::PersistentVolume& old,
                       Problems& problems) {
    const core::PersistentVolumeSpec& now = volume.spec();
    const core::PersistentVolumeSpec& before = old.spec();
    core::PersistentVolumeSource source = now.persistentvolumesource();
    // Who grows a volume may change as long as nobody was named.
    if (source.has_csi() && before.persistentvolumesource().has_csi() &&
        !before.persistentvolumesource().csi().has_controllerexpandsecretref())
        source.mutable_csi()->clear_controllerexpandsecretref();
    if (!sameMessage(source, before.persistentvolumesource()))
        problems.forbidden(spec.child("persistentvolumesource"),
                           "spec.persistentvolumesource is immutable after creation");
    requireSameValue(now.volumemode(), before.volumemode(), spec.child("volumeMode"), problems);
    if (before.has_nodeaffinity())
        requireSame(now.nodeaffinity(), before.nodeaffinity(), spec.child("nodeAffinity"), problems);
}

void defaultVolume(core::PersistentVolume& volume) {
    core::PersistentVolumeSpec& of = *volume.mutable_spec();
    if (of.persistentvolumereclaimpolicy().empty()) of.set_persistentvolumereclaimpolicy("Retain");
    if (!of.has_volumemode()) of.set_volumemode("Filesystem");
    if (of.persistentvolumesource().has_hostpath() && !of.persistentvolumesource().hostpath().has_type())
        of.mutable_persistentvolumesource()->mutable_hostpath()->set_type("");
    if (volume.status().phase().empty()) volume.mutable_status()->set_phase("Pending");
}

// -------------------------------------------------------------------------------------------------------
// claims

void checkClaim(const core::PersistentVolumeClaim& claim, Problems& problems) {
    const core::PersistentVolumeClaimSpec& of = claim.spec();
    const Path modes = spec.child("accessModes");
    if (of.accessmodes().empty()) problems.required(modes, "at least 1 access mode is required");
    if (of.has_selector()) validateLabelSelector(of.selector(), spec.child("selector"), problems);
    validateAccessModes(of.accessmodes(), modes, problems);
    validateSize(of.resources().requests(), spec.child("resources").key("storage"), problems);
    if (of.has_storageclassname() && !of.storageclassname().empty())
        problems.invalid(spec.child("storageClassName"), of.storageclassname(),
                         dnsSubdomain(of.storageclassname()));
    validateMode(of.has_volumemode(), of.volumemode(), problems);
    const auto reference = [&](const char* name, const std::string& kind, const std::string& to) {
        if (to.empty()) problems.required(spec.child(name).child("name"));
        if (kind.empty()) problems.required(spec.child(name).child("kind"));
    };
    if (of.has_datasource()) reference("dataSource", of.datasource().kind(), of.datasource().name());
    if (of.has_datasourceref())
        reference("dataSourceRef", of.datasourceref().kind(), of.datasourceref().name());
}

void checkClaimChange(const core::PersistentVolumeClaim& claim, const core::PersistentVolumeClaim& old,
                      Problems& problems) {
    core::PersistentVolumeClaimSpec now = claim.spec();
    const core::PersistentVolumeClaimSpec& before = old.spec();
    const bool bound = claim.status().phase() == "Bound";
    if (before.volumename().empty()) now.set_volumename(before.volumename());
    if (bound) *now.mutable_resources()->mutable_requests() = before.resources().requests();
    if (before.has_volumeattributesclassname())
        now.set_volumeattributesclassname(before.volumeattributesclassname());
    else
        now.clear_volumeattributesclassname();
    // A claim made before there was a default class is given one later.
    if (!before.has_storageclassname()) now.clear_storageclassname();
    if (now.resources().ByteSizeLong() == 0 && !before.has_resources()) now.clear_resources();
    if (now.volumename().empty() && !before.has_volumename()) now.clear_volumename();
    if (!sameMessage(now, before)) {
        problems.forbidden(spec, "spec is immutable after creation except resources.requests and "
                                 "volumeAttributesClassName for bound claims");
        return;
    }
    const std::optional<Quantity> wanted = storageOf(claim.spec().resources().requests());
    const std::optional<Quantity> was = storageOf(before.resources().requests());
    const std::optional<Quantity> there = storageOf(old.status().capacity());
    if (!wanted || !was || !(*wanted < *was)) return;
    // A size that was never reached may be taken back; one that was reached may not.
    if (!there || *wanted < *there)
        problems.forbidden(spec.child("resources").child("requests").child("storage"),
                           "field can not be less than status.capacity");
}

void defaultClaim(core::PersistentVolumeClaim& claim) {
    core::PersistentVolumeClaimSpec& of = *claim.mutable_spec();
    if (!of.has_volumemode()) of.set_volumemode("Filesystem");
    if (claim.status().phase().empty()) claim.mutable_status()->set_phase("Pending");
    // The two ways to name a source say the same while they name one of the same namespace.
    if (of.has_datasource() && !of.has_datasourceref()) {
        core::TypedObjectReference& to = *of.mutable_datasourceref();
        if (of.datasource().has_apigroup()) to.set_apigroup(of.datasource().apigroup());
        to.set_kind(of.datasource().kind());
        to.set_name(of.datasource().name());
    } else if (of.has_datasourceref() && !of.has_datasource() && !of.datasourceref().has_namespace_()) {
        core::TypedLocalObjectReference& to = *of.mutable_datasource();
        if (of.datasourceref().has_apigroup()) to.set_apigroup(of.datasourceref().apigroup());
        to.set_kind(of.datasourceref().kind());
        to.set_name(of.datasourceref().name());
    }
}

template <class M>
void startPending(M& object) {
    object.mutable_status()->set_phase("Pending");
}

} // namespace

KindRuleList claimRules() {
    static const KindRules all[] = {
        {.type = core::PersistentVolume::descriptor(),
         .defaults = on<core::PersistentVolume, defaultVolume>,
         .check = checks<core::PersistentVolume, checkVolume>,
         .checkChange = compares<core::PersistentVolume, checkVolumeChange>,
         .create = on<core::PersistentVolume, startPending<core::PersistentVolume>>},
        {.type = core::PersistentVolumeClaim::descriptor(),
         .defaults = on<core::PersistentVolumeClaim, defaultClaim>,
         .check = checks<core::PersistentVolumeClaim, checkClaim>,
         .checkChange = compares<core::PersistentVolumeClaim, checkClaimChange>,
         .create = on<core::PersistentVolumeClaim, startPending<core::PersistentVolumeClaim>>}};
    return all;
}

} // namespace wheelhouse::api::semantics
