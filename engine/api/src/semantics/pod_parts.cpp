#include "engine/api/pod_parts.h"

#include "semantics/pod_part_rules.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api {

namespace {

using semantics::Path;
using semantics::Problems;
using semantics::sameMessage;
using Containers = google::protobuf::RepeatedPtrField<core::Container>;

const Path specPath("spec");
const char* const mirrorAnnotation = "kubernetes.io/config.mirror";

bool sameNames(const Containers& a, const Containers& b) {
    if (a.size() != b.size()) return false;
    for (int i = 0; i < a.size(); ++i)
        if (a[i].name() != b[i].name()) return false;
    return true;
}

/// `old` with the resources of `now`; the two have the same names.
Containers withResources(const Containers& now, const Containers& old) {
    Containers out = old;
    for (int i = 0; i < out.size(); ++i) {
        if (now[i].has_resources())
            *out[i].mutable_resources() = now[i].resources();
        else
            out[i].clear_resources();
        *out[i].mutable_resizepolicy() = now[i].resizepolicy();
    }
    return out;
}

void validateEphemeralChange(const core::Pod& now, const core::Pod& old, Problems& problems) {
    if (old.metadata().annotations().contains(mirrorAnnotation))
        return problems.forbidden(Path(), "static pods do not support ephemeral containers");
    std::map<std::string, const core::EphemeralContainer*> present;
    for (const auto& container : now.spec().ephemeralcontainers())
        present.emplace(container.ephemeralcontainercommon().name(), &container);
    const Path path = specPath.child("ephemeralContainers");
    for (const auto& was : old.spec().ephemeralcontainers()) {
        const std::string& name = was.ephemeralcontainercommon().name();
        const auto is = present.find(name);
        if (is == present.end())
            problems.forbidden(
                path, fmt::format("existing ephemeral containers \"{}\" may not be removed\n", name));
        else if (!sameMessage(*is->second, was))
            problems.forbidden(
                path, fmt::format("existing ephemeral containers \"{}\" may not be changed\n", name));
    }
}

bool resizable(const std::string& resource) {
    return resource == "cpu" || resource == "memory";
}

void validateAmounts(const semantics::QuantityMap& now, const semantics::QuantityMap& old, const Path& path,
                     const char* what, Problems& problems) {
    for (const auto& [name, amount] : old)
        if (resizable(name) && !now.contains(name))
            problems.forbidden(path, fmt::format("resource {} cannot be removed", what));
    bool others = false;
    const auto differs = [&](const semantics::QuantityMap& a, const semantics::QuantityMap& b) {
        for (const auto& [name, amount] : a) {
            if (resizable(name)) continue;
            const auto there = b.find(name);
            others = others || there == b.end() || there->second.string() != amount.string();
        }
    };
    differs(now, old);
    differs(old, now);
    if (others) problems.forbidden(specPath, "only cpu and memory resources are mutable");
}

void validateContainerResize(const core::Container& now, const core::Container& old, const Path& path,
                             Problems& problems) {
    validateAmounts(now.resources().limits(), old.resources().limits(), path.child("limits"), "limits",
                    problems);
    validateAmounts(now.resources().requests(), old.resources().requests(), path.child("requests"),
                    "requests", problems);
}

void validateResize(const core::Pod& now, const core::Pod& old, Problems& problems) {
    if (old.metadata().annotations().contains(mirrorAnnotation))
        return problems.forbidden(Path(), "static pods cannot be resized");
    if (old.spec().os().name() == "windows")
        return problems.forbidden(Path(), "windows pods cannot be resized");
    if (semantics::qosClass(now.spec()) != semantics::qosClass(old.spec()))
        problems.invalid(specPath, old.status().qosclass(),
                         "Pod QOS Class may not change as a result of resizing");
    if (now.spec().containers_size() != old.spec().containers_size() ||
        now.spec().initcontainers_size() != old.spec().initcontainers_size())
        return problems.forbidden(specPath, "containers may not be added or removed on resize");
    if (!sameNames(now.spec().containers(), old.spec().containers()) ||
        !sameNames(now.spec().initcontainers(), old.spec().initcontainers()))
        return problems.forbidden(specPath, "containers may not be renamed or reordered on resize");
    for (int i = 0; i < now.spec().containers_size(); ++i)
        validateContainerResize(
            now.spec().containers(i), old.spec().containers(i),
            specPath.child("containers").index(static_cast<std::size_t>(i)).child("resources"), problems);
    for (int i = 0; i < now.spec().initcontainers_size(); ++i) {
        const auto& container = now.spec().initcontainers(i);
        const auto& before = old.spec().initcontainers(i);
        const Path path =
            specPath.child("initContainers").index(static_cast<std::size_t>(i)).child("resources");
        if (container.restartpolicy() == "Always")
            validateContainerResize(container, before, path, problems);
        else if (!sameMessage(container.resources(), before.resources()))
            problems.forbidden(path,
                               "resources of init containers without restartPolicy=Always are immutable");
    }
}

} // namespace

bool isPodPart(std::string_view subresource) {
    return subresource == "ephemeralcontainers" || subresource == "resize";
}

void keepToPart(std::string_view subresource, core::Pod& pod, const core::Pod& old) {
    const core::Pod wanted = std::move(pod);
    pod = old;
    *pod.mutable_metadata()->mutable_managedfields() = wanted.metadata().managedfields();
    const core::PodSpec& asked = wanted.spec();
    if (subresource == "ephemeralcontainers") {
        *pod.mutable_spec()->mutable_ephemeralcontainers() = asked.ephemeralcontainers();
        return;
    }
    const core::PodSpec& before = old.spec();
    const bool same = sameNames(asked.containers(), before.containers()) &&
                      sameNames(asked.initcontainers(), before.initcontainers());
    *pod.mutable_spec()->mutable_containers() =
        same ? withResources(asked.containers(), before.containers()) : asked.containers();
    *pod.mutable_spec()->mutable_initcontainers() =
        same ? withResources(asked.initcontainers(), before.initcontainers()) : asked.initcontainers();
}

std::vector<Cause> validatePart(std::string_view subresource, const core::Pod& now, const core::Pod& old) {
    Problems problems;
    semantics::validate(now, problems);
    if (subresource == "ephemeralcontainers")
        validateEphemeralChange(now, old, problems);
    else
        validateResize(now, old, problems);
    return problems.take();
}

} // namespace wheelhouse::api
