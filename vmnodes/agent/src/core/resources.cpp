#include "resources.h"

#include "engine/api/quantity.h"

#include <algorithm>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

template <class Map>
api::Quantity amount(const Map& map, const char* name) {
    const auto it = map.find(name);
    if (it == map.end()) return {};
    return api::Quantity::parse(it->second.string()).value_or(api::Quantity());
}

} // namespace

std::string qosClass(const core::Pod& pod) {
    if (!pod.status().qosclass().empty()) return pod.status().qosclass();
    bool any = false;
    bool guaranteed = true;
    const auto look = [&](const core::Container& container) {
        for (const char* name : {"cpu", "memory"}) {
            const api::Quantity request = amount(container.resources().requests(), name);
            const api::Quantity limit = amount(container.resources().limits(), name);
            any = any || request != api::Quantity() || limit != api::Quantity();
            guaranteed =
                guaranteed && limit != api::Quantity() && (request == limit || request == api::Quantity());
        }
    };
    for (const core::Container& container : pod.spec().containers())
        look(container);
    for (const core::Container& container : pod.spec().initcontainers())
        look(container);
    if (!any) return "BestEffort";
    return guaranteed ? "Guaranteed" : "Burstable";
}

LinuxResources linuxResources(const core::Container& container, const std::string& qosClass,
                              std::int64_t memoryCapacity) {
    const auto& limits = container.resources().limits();
    const auto& requests = container.resources().requests();
    LinuxResources out;
    const std::int64_t cpuLimit = amount(limits, "cpu").milli();
    std::int64_t cpuRequest = amount(requests, "cpu").milli();
    if (cpuRequest == 0 && !requests.contains("cpu")) cpuRequest = cpuLimit;
    out.cpuShares = std::clamp<std::int64_t>(cpuRequest * 1024 / 1000, 2, 262'144);
    if (cpuLimit > 0) {
        out.cpuPeriod = 100'000;
        out.cpuQuota = std::max<std::int64_t>(1'000, cpuLimit * out.cpuPeriod / 1000);
    }
    out.memoryLimit = amount(limits, "memory").units();
    if (qosClass == "Guaranteed") {
        out.oomScoreAdjust = -997;
    } else if (qosClass == "BestEffort" || memoryCapacity <= 0) {
        out.oomScoreAdjust = 1000;
    } else {
        const double share =
            static_cast<double>(amount(requests, "memory").units()) / static_cast<double>(memoryCapacity);
        out.oomScoreAdjust = std::clamp<std::int64_t>(1000 - static_cast<std::int64_t>(1000 * share), 3, 999);
    }
    return out;
}

} // namespace wheelhouse::agent
