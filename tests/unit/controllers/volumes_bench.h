#pragma once

#include "engine/api/groups/storage.h"
#include "steps.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse {

namespace storage = api::storage;
using Claim = core::PersistentVolumeClaim;
using Volume = core::PersistentVolume;

inline Claim claim(const std::string& name, const std::string& size = "1Gi",
                   std::optional<std::string> className = std::nullopt) {
    Claim made;
    made.mutable_metadata()->set_namespace_("default");
    made.mutable_metadata()->set_name(name);
    made.mutable_spec()->add_accessmodes("ReadWriteOnce");
    (*made.mutable_spec()->mutable_resources()->mutable_requests())["storage"].set_string(size);
    if (className) made.mutable_spec()->set_storageclassname(*className);
    made.mutable_status()->set_phase("Pending");
    return made;
}

inline Volume volume(const std::string& name, const std::string& size = "1Gi",
                     const std::string& className = "", const std::string& modes = "ReadWriteOnce") {
    Volume made;
    made.mutable_metadata()->set_name(name);
    for (const auto& mode : QString::fromStdString(modes).split(' '))
        made.mutable_spec()->add_accessmodes(mode.toStdString());
    (*made.mutable_spec()->mutable_capacity())["storage"].set_string(size);
    made.mutable_spec()->set_storageclassname(className);
    made.mutable_spec()->set_persistentvolumereclaimpolicy("Retain");
    made.mutable_spec()->mutable_persistentvolumesource()->mutable_hostpath()->set_path("/data");
    made.mutable_status()->set_phase("Available");
    return made;
}

inline storage::StorageClass storageClass(const std::string& name, const std::string& provisioner,
                                          const std::string& mode = "Immediate", bool isDefault = false) {
    storage::StorageClass made;
    made.mutable_metadata()->set_name(name);
    made.set_provisioner(provisioner);
    made.set_volumebindingmode(mode);
    made.set_reclaimpolicy("Delete");
    if (isDefault)
        (*made.mutable_metadata()->mutable_annotations())["storageclass.kubernetes.io/is-default-class"] =
            "true";
    return made;
}

inline core::Pod podWith(const std::string& name, const std::string& claimName, const std::string& node) {
    auto made = pod(name, "web", node);
    auto& each = *made.mutable_spec()->add_volumes();
    each.set_name("data");
    each.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(claimName);
    return made;
}

inline std::string phase(Bench& bench, const std::string& name) {
    const auto found = bench.cluster.get<Claim>("default/" + name);
    return found ? found->status().phase() : "gone";
}
inline std::string volumePhase(Bench& bench, const std::string& name) {
    const auto found = bench.cluster.get<Volume>(name);
    return found ? found->status().phase() : "gone";
}
inline std::string volumeOf(Bench& bench, const std::string& name) {
    return bench.cluster.get<Claim>("default/" + name)->spec().volumename();
}
inline QStringList reasons(Bench& bench) {
    QStringList list;
    for (const auto& event : bench.cluster.all<core::Event>())
        list << QString::fromStdString(event.reason());
    list.sort();
    return list;
}
inline std::string messageOf(Bench& bench, const std::string& reason) {
    for (const auto& event : bench.cluster.all<core::Event>())
        if (event.reason() == reason) return event.message();
    return "no such event";
}
inline bool says(Bench& bench, const std::string& reason) {
    return reasons(bench).contains(QString::fromStdString(reason));
}

} // namespace wheelhouse
