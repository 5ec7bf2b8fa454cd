#include "engine/api/groups/storage.h"
#include "semantics/table_printers.h"

namespace wheelhouse::api::semantics {

namespace {

std::string modesText(const google::protobuf::RepeatedPtrField<std::string>& modes) {
    std::vector<std::string> out;
    for (const auto& [mode, letters] :
         {std::pair("ReadWriteOnce", "RWO"), std::pair("ReadOnlyMany", "ROX"),
          std::pair("ReadWriteMany", "RWX"), std::pair("ReadWriteOncePod", "RWOP")})
        for (const std::string& each : modes)
            if (each == mode) {
                out.emplace_back(letters);
                break;
            }
    return joined(out);
}

template <class Map>
std::string sizeOf(const Map& resources) {
    const auto found = resources.find("storage");
    return found == resources.end() ? "" : found->second.string();
}

template <class M>
std::string phaseOf(const M& of) {
    return of.metadata().has_deletiontimestamp() ? "Terminating" : of.status().phase();
}

std::string orUnset(bool given, const std::string& value) {
    return given ? value : "<unset>";
}

Cells volume(const core::PersistentVolume& of, WallTime now) {
    const core::PersistentVolumeSpec& spec = of.spec();
    const std::string claim =
        spec.has_claimref() ? spec.claimref().namespace_() + "/" + spec.claimref().name() : "";
    return {of.metadata().name(),
            sizeOf(spec.capacity()),
            modesText(spec.accessmodes()),
            spec.persistentvolumereclaimpolicy(),
            phaseOf(of),
            claim,
            spec.storageclassname(),
            orUnset(spec.has_volumeattributesclassname(), spec.volumeattributesclassname()),
            of.status().reason(),
            ageOf(of, now),
            orUnset(spec.has_volumemode(), spec.volumemode())};
}

Cells claim(const core::PersistentVolumeClaim& of, WallTime now) {
    const core::PersistentVolumeClaimSpec& spec = of.spec();
    const bool bound = !spec.volumename().empty();
    return {of.metadata().name(),
            phaseOf(of),
            spec.volumename(),
            bound ? sizeOf(of.status().capacity()) : "",
            bound ? modesText(of.status().accessmodes()) : "",
            spec.storageclassname(),
            orUnset(spec.has_volumeattributesclassname(), spec.volumeattributesclassname()),
            ageOf(of, now),
            orUnset(spec.has_volumemode(), spec.volumemode())};
}

Cells storageClass(const storage::StorageClass& of, WallTime now) {
    const auto& annotations = of.metadata().annotations();
    const auto marked = [&](const char* key) {
        const auto found = annotations.find(key);
        return found != annotations.end() && found->second == "true";
    };
    const bool isDefault = marked("storageclass.kubernetes.io/is-default-class") ||
                           marked("storageclass.beta.kubernetes.io/is-default-class");
    return {of.metadata().name() + (isDefault ? " (default)" : ""),
            of.provisioner(),
            of.has_reclaimpolicy() ? of.reclaimpolicy() : "Delete",
            of.has_volumebindingmode() ? of.volumebindingmode() : "Immediate",
            of.allowvolumeexpansion(),
            ageOf(of, now)};
}

Cells attachment(const storage::VolumeAttachment& of, WallTime now) {
    return {of.metadata().name(), of.spec().attacher(),   of.spec().source().persistentvolumename(),
            of.spec().nodename(), of.status().attached(), ageOf(of, now)};
}

Cells driver(const storage::CSIDriver& of, WallTime now) {
    const storage::CSIDriverSpec& spec = of.spec();
    std::vector<std::string> audiences;
    for (const storage::TokenRequest& token : spec.tokenrequests())
        audiences.push_back(token.audience());
    return {of.metadata().name(),
            !spec.has_attachrequired() || spec.attachrequired(),
            spec.podinfoonmount(),
            spec.storagecapacity(),
            audiences.empty() ? "<unset>" : joined(audiences),
            spec.requiresrepublish(),
            orNone(joined({spec.volumelifecyclemodes().begin(), spec.volumelifecyclemodes().end()})),
            ageOf(of, now)};
}

Cells csiNode(const storage::CSINode& of, WallTime now) {
    return {of.metadata().name(), std::int64_t{of.spec().drivers_size()}, ageOf(of, now)};
}

Cells capacity(const storage::CSIStorageCapacity& of, WallTime) {
    return {of.metadata().name(), of.storageclassname(), orUnset(of.has_capacity(), of.capacity().string())};
}

Cells attributesClass(const storage::VolumeAttributesClass& of, WallTime now) {
    return {of.metadata().name(), of.drivername(), ageOf(of, now)};
}

} // namespace

Printers storagePrinters() {
    return {
        printer<core::PersistentVolume>(
            {nameColumn(), text("Capacity", "Its size."), text("Access Modes", "How it can be mounted."),
             text("Reclaim Policy", "What becomes of it without its claim."),
             text("Status", "How it stands."), text("Claim", "The claim it is bound to."),
             text("StorageClass", "Its class."), text("VolumeAttributesClass", "Its attributes."),
             text("Reason", "Why it stands so."), ageColumn(),
             wide(text("VolumeMode", "Filesystem or Block."))},
            volume),
        printer<core::PersistentVolumeClaim>(
            {nameColumn(), text("Status", "How it stands."), text("Volume", "The volume it is bound to."),
             text("Capacity", "Its size."), text("Access Modes", "How it can be mounted."),
             text("StorageClass", "Its class."), text("VolumeAttributesClass", "Its attributes."),
             ageColumn(), wide(text("VolumeMode", "Filesystem or Block."))},
            claim),
        printer<storage::StorageClass>({nameColumn(), text("Provisioner", "Who makes the volumes."),
                                        text("ReclaimPolicy", "What becomes of a volume without its claim."),
                                        text("VolumeBindingMode", "When volumes are made."),
                                        text("AllowVolumeExpansion", "Whether claims may grow."),
                                        ageColumn()},
                                       storageClass),
        printer<storage::VolumeAttachment>({nameColumn(), text("Attacher", "The driver."),
                                            text("PV", "The volume."), text("Node", "The node."),
                                            truth("Attached", "Whether it is attached."), ageColumn()},
                                           attachment),
        printer<storage::CSIDriver>({nameColumn(),
                                     truth("AttachRequired", "Whether volumes are attached first."),
                                     truth("PodInfoOnMount", "Whether it is told about the pod."),
                                     truth("StorageCapacity", "Whether the scheduler looks at its room."),
                                     text("TokenRequests", "Tokens it is given."),
                                     truth("RequiresRepublish", "Whether it is called again."),
                                     text("Modes", "Kinds of volumes."), ageColumn()},
                                    driver),
        printer<storage::CSINode>({nameColumn(), number("Drivers", "How many drivers."), ageColumn()},
                                  csiNode),
        printer<storage::CSIStorageCapacity>(
            {nameColumn(), text("StorageClassName", "The class."), text("Capacity", "Room left.")}, capacity),
        printer<storage::VolumeAttributesClass>(
            {nameColumn(), text("DriverName", "The driver."), ageColumn()}, attributesClass)};
}

} // namespace wheelhouse::api::semantics
