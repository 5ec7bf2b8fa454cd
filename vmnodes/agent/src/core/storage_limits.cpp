#include "storage_limits.h"

#include "engine/api/usage.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

const std::string diskResource = "ephemeral-storage";

api::Quantity limitOf(const core::Container& container, const std::string& resource) {
    const auto& limits = container.resources().limits();
    const auto it = limits.find(resource);
    return it == limits.end() ? api::Quantity()
                              : api::Quantity::parse(it->second.string()).value_or(api::Quantity());
}

/// Of an emptyDir on disk; zero where there is none.
api::Quantity sizeLimit(const core::Volume& volume) {
    const core::EmptyDirVolumeSource& source = volume.volumesource().emptydir();
    if (source.medium() == "Memory") return {};
    return api::Quantity::parse(source.sizelimit().string()).value_or(api::Quantity());
}

bool exceeds(std::int64_t bytes, const api::Quantity& limit) {
    return limit > api::Quantity() && api::Quantity::fromBytes(bytes) > limit;
}

} // namespace

bool limitsStorage(const core::Pod& pod) {
    const auto& volumes = pod.spec().volumes();
    const auto limited = [](const core::Container& container) {
        return limitOf(container, diskResource) > api::Quantity();
    };
    return std::any_of(pod.spec().containers().begin(), pod.spec().containers().end(), limited) ||
           std::any_of(pod.spec().initcontainers().begin(), pod.spec().initcontainers().end(), limited) ||
           std::any_of(volumes.begin(), volumes.end(),
                       [](const core::Volume& volume) { return sizeLimit(volume) > api::Quantity(); });
}

std::string exceededStorage(const core::Pod& pod, const PodShare& share, bool imagesApart) {
    for (const core::Volume& volume : pod.spec().volumes()) {
        const api::Quantity limit = sizeLimit(volume);
        const auto used = share.volumes.find(volume.name());
        if (used != share.volumes.end() && exceeds(used->second, limit))
            return fmt::format("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", volume.name(),
                               limit.toString());
    }
    const api::Amounts limits = api::podLimits(pod.spec());
    if (const auto all = limits.find(diskResource);
        all != limits.end() && exceeds(share.diskBytes, all->second))
        return fmt::format("Pod ephemeral local storage usage exceeds the total limit of containers {}. ",
                           all->second.toString());
    for (const core::Container& container : pod.spec().containers()) {
        const api::Quantity limit = limitOf(container, diskResource);
        const auto used = share.containers.find(container.name());
        if (used == share.containers.end()) continue;
        if (exceeds(used->second.logs + (imagesApart ? 0 : used->second.written), limit))
            return fmt::format("Container {} exceeded its local ephemeral storage limit \"{}\". ",
                               container.name(), limit.toString());
    }
    return {};
}

std::int64_t memoryVolumeSize(const core::EmptyDirVolumeSource& source, const core::Pod& pod,
                              const core::NodeStatus& node) {
    api::Quantity size;
    const auto atMost = [&size](const api::Quantity& limit) {
        if (limit > api::Quantity() && (size == api::Quantity() || limit < size)) size = limit;
    };
    const auto allocatable = node.allocatable().find("memory");
    if (allocatable != node.allocatable().end())
        atMost(api::Quantity::parse(allocatable->second.string()).value_or(api::Quantity()));
    const auto limited = [](const core::Container& container) {
        return limitOf(container, "memory") > api::Quantity();
    };
    if (std::all_of(pod.spec().containers().begin(), pod.spec().containers().end(), limited) &&
        std::all_of(pod.spec().initcontainers().begin(), pod.spec().initcontainers().end(), limited)) {
        const api::Amounts limits = api::podLimits(pod.spec());
        if (const auto all = limits.find("memory"); all != limits.end()) atMost(all->second);
    }
    atMost(api::Quantity::parse(source.sizelimit().string()).value_or(api::Quantity()));
    return size.units();
}

} // namespace wheelhouse::agent
