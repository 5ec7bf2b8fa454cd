#include "semantics/rules.h"

#include <algorithm>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const std::vector<std::string>& downwardFieldPaths() {
    static const std::vector<std::string> all = {"metadata.annotations", "metadata.labels", "metadata.name",
                                                 "metadata.namespace", "metadata.uid"};
    return all;
}

void validateMode(std::int32_t mode, const Path& path, Problems& problems) {
    if (mode < 0 || mode > 0777) {
        problems.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive");
    }
}

template <class Items>
void validateItems(const Items& items, const Path& path, Problems& problems) {
    for (int i = 0; i < items.size(); ++i) {
        const auto& item = items.Get(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (item.key().empty()) problems.required(at.child("key"));
        if (item.path().empty()) {
            problems.required(at.child("path"));
        } else {
            problems.invalid(at.child("path"), item.path(), relativePath(item.path()));
        }
        if (item.has_mode()) validateMode(item.mode(), at.child("mode"), problems);
    }
}

template <class Items>
void validateDownward(const Items& items, const Path& path, Problems& problems) {
    for (int i = 0; i < items.size(); ++i) {
        const core::DownwardAPIVolumeFile& file = items.Get(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (file.path().empty()) {
            problems.required(at.child("path"));
        } else {
            problems.invalid(at.child("path"), file.path(), relativePath(file.path()));
        }
        if (file.has_fieldref()) {
            validateFieldRef(file.fieldref(), at.child("fieldRef"), downwardFieldPaths(), problems);
            if (file.has_resourcefieldref()) {
                problems.invalid(at, "resource",
                                 "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (!file.has_resourcefieldref()) {
            problems.required(at, "one of fieldRef and resourceFieldRef is required");
        }
        if (file.has_mode()) validateMode(file.mode(), at.child("mode"), problems);
    }
}

void validateProjected(const core::ProjectedVolumeSource& projected, const Path& path, Problems& problems) {
    if (projected.has_defaultmode())
        validateMode(projected.defaultmode(), path.child("defaultMode"), problems);
    for (int i = 0; i < projected.sources_size(); ++i) {
        const core::VolumeProjection& source = projected.sources(i);
        const Path at = path.child("sources").index(static_cast<std::size_t>(i));
        std::vector<const google::protobuf::FieldDescriptor*> set;
        source.GetReflection()->ListFields(source, &set);
        if (set.size() > 1) problems.forbidden(at, "may not specify more than 1 volume type per source");
        if (source.has_secret()) {
            if (source.secret().localobjectreference().name().empty()) {
                problems.required(at.child("secret").child("name"));
            }
            validateItems(source.secret().items(), at.child("secret").child("items"), problems);
        }
        if (source.has_configmap()) {
            if (source.configmap().localobjectreference().name().empty()) {
                problems.required(at.child("configMap").child("name"));
            }
            validateItems(source.configmap().items(), at.child("configMap").child("items"), problems);
        }
        if (source.has_downwardapi()) {
            validateDownward(source.downwardapi().items(), at.child("downwardAPI").child("items"), problems);
        }
        if (source.has_serviceaccounttoken()) {
            const auto& token = source.serviceaccounttoken();
            if (token.expirationseconds() < 600) {
                problems.invalid(at.child("serviceAccountToken").child("expirationSeconds"),
                                 token.expirationseconds(),
                                 "may not specify a duration less than 10 minutes");
            }
            if (token.path().empty()) problems.required(at.child("serviceAccountToken").child("path"));
        }
    }
}

void validateHostPath(const core::HostPathVolumeSource& host, const Path& path, Problems& problems) {
    if (host.path().empty()) {
        problems.required(path.child("path"));
        return;
    }
    for (const std::string& complaint : relativePath(host.path())) {
        if (complaint == "must not contain '..'")
            problems.invalid(path.child("path"), host.path(), complaint);
    }
}

void validateSource(const core::Volume& volume, const Path& path, Problems& problems) {
    const core::VolumeSource& source = volume.volumesource();
    std::vector<const google::protobuf::FieldDescriptor*> set;
    source.GetReflection()->ListFields(source, &set);
    if (set.empty()) {
        problems.required(path, "must specify a volume type");
        return;
    }
    for (std::size_t i = 1; i < set.size(); ++i) {
        problems.forbidden(path.child(set[i]->name()), "may not specify more than 1 volume type");
    }
    if (source.has_emptydir() && source.emptydir().has_sizelimit()) {
        const auto limit = Quantity::parse(source.emptydir().sizelimit().string());
        if (!limit || *limit < Quantity()) {
            problems.forbidden(path.child("emptyDir").child("sizeLimit"),
                               "SizeLimit field must be a valid resource quantity");
        }
    }
    if (source.has_hostpath()) validateHostPath(source.hostpath(), path.child("hostPath"), problems);
    if (source.has_secret()) {
        const Path at = path.child("secret");
        if (source.secret().secretname().empty()) problems.required(at.child("secretName"));
        validateMode(source.secret().defaultmode(), at.child("defaultMode"), problems);
        validateItems(source.secret().items(), at.child("items"), problems);
    }
    if (source.has_configmap()) {
        const Path at = path.child("configMap");
        if (source.configmap().localobjectreference().name().empty()) problems.required(at.child("name"));
        validateMode(source.configmap().defaultmode(), at.child("defaultMode"), problems);
        validateItems(source.configmap().items(), at.child("items"), problems);
    }
    if (source.has_persistentvolumeclaim() && source.persistentvolumeclaim().claimname().empty()) {
        problems.required(path.child("persistentVolumeClaim").child("claimName"));
    }
    if (source.has_downwardapi()) {
        validateMode(source.downwardapi().defaultmode(), path.child("downwardAPI").child("defaultMode"),
                     problems);
        validateDownward(source.downwardapi().items(), path.child("downwardAPI").child("items"), problems);
    }
    if (source.has_projected()) validateProjected(source.projected(), path.child("projected"), problems);
}

} // namespace

void validateVolumes(const core::PodSpec& spec, const Path& path, Problems& problems) {
    std::set<std::string> names;
    for (int i = 0; i < spec.volumes_size(); ++i) {
        const core::Volume& volume = spec.volumes(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        validateSource(volume, at, problems);
        if (volume.name().empty()) {
            problems.required(at.child("name"));
        } else {
            problems.invalid(at.child("name"), volume.name(), dnsLabel(volume.name()));
            if (!names.insert(volume.name()).second) problems.duplicate(at.child("name"), volume.name());
        }
    }
}

} // namespace wheelhouse::api::semantics
