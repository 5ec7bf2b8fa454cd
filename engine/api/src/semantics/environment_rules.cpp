#include "semantics/rules.h"

#include <algorithm>

namespace wheelhouse::api::semantics {

namespace {

const std::vector<std::string>& envFieldPaths() {
    static const std::vector<std::string> all = {
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs",     "status.podIP", "status.podIPs"};
    return all;
}

template <class Selector>
void validateKeyRef(const Selector& reference, const Path& path, Problems& problems) {
    if (reference.localobjectreference().name().empty()) problems.required(path.child("name"));
    if (reference.key().empty()) {
        problems.required(path.child("key"));
    } else {
        problems.invalid(path.child("key"), reference.key(), configMapKey(reference.key()));
    }
}

void validateSource(const core::EnvVar& variable, const Path& path, Problems& problems) {
    const core::EnvVarSource& source = variable.valuefrom();
    int sources = 0;
    if (source.has_fieldref()) {
        ++sources;
        validateFieldRef(source.fieldref(), path.child("fieldRef"), envFieldPaths(), problems);
    }
    if (source.has_resourcefieldref()) {
        ++sources;
        if (source.resourcefieldref().resource().empty()) {
            problems.required(path.child("resourceFieldRef").child("resource"));
        }
    }
    if (source.has_configmapkeyref()) {
        ++sources;
        validateKeyRef(source.configmapkeyref(), path.child("configMapKeyRef"), problems);
    }
    if (source.has_secretkeyref()) {
        ++sources;
        validateKeyRef(source.secretkeyref(), path.child("secretKeyRef"), problems);
    }
    if (source.has_filekeyref()) ++sources;
    if (sources == 0) {
        problems.invalid(
            path, "",
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`");
    }
    if (!variable.value().empty()) {
        if (sources != 0) problems.invalid(path, "", "may not be specified when `value` is not empty");
    } else if (sources > 1) {
        problems.invalid(path, "", "may not have more than one field specified at a time");
    }
}

} // namespace

void validateFieldRef(const core::ObjectFieldSelector& reference, const Path& path,
                      const std::vector<std::string>& supported, Problems& problems) {
    const std::string& field = reference.fieldpath();
    if (reference.apiversion().empty()) {
        problems.required(path.child("apiVersion"));
        return;
    }
    if (field.empty()) {
        problems.required(path.child("fieldPath"));
        return;
    }
    for (const std::string_view map : {"metadata.annotations", "metadata.labels"}) {
        if (!field.starts_with(map) || !field.ends_with("']") || field.size() < map.size() + 4) continue;
        const std::string key = field.substr(map.size() + 2, field.size() - map.size() - 4);
        problems.invalid(path, key, qualifiedName(key));
        return;
    }
    if (std::find(supported.begin(), supported.end(), field) == supported.end()) {
        problems.notSupported(path.child("fieldPath"), field, supported);
    }
}

void validateEnvironment(const core::Container& container, const Path& path, Problems& problems) {
    for (int i = 0; i < container.env_size(); ++i) {
        const core::EnvVar& variable = container.env(i);
        const Path at = path.child("env").index(static_cast<std::size_t>(i));
        if (variable.name().empty()) {
            problems.required(at.child("name"));
        } else {
            problems.invalid(at.child("name"), variable.name(), envVarName(variable.name()));
        }
        if (variable.has_valuefrom()) validateSource(variable, at.child("valueFrom"), problems);
    }
    for (int i = 0; i < container.envfrom_size(); ++i) {
        const core::EnvFromSource& source = container.envfrom(i);
        const Path at = path.child("envFrom").index(static_cast<std::size_t>(i));
        if (!source.prefix().empty())
            problems.invalid(at.child("prefix"), source.prefix(), envVarName(source.prefix()));
        if (source.has_configmapref() && source.configmapref().localobjectreference().name().empty()) {
            problems.required(at.child("configMapRef").child("name"));
        }
        if (source.has_secretref() && source.secretref().localobjectreference().name().empty()) {
            problems.required(at.child("secretRef").child("name"));
        }
        if (!source.has_configmapref() && !source.has_secretref()) {
            problems.invalid(at, "", "must specify one of: `configMapRef` or `secretRef`");
        } else if (source.has_configmapref() && source.has_secretref()) {
            problems.invalid(at, "", "may not have more than one field specified at a time");
        }
    }
}

} // namespace wheelhouse::api::semantics
