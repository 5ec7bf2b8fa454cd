#include "usage_reports.h"

#include <algorithm>
#include <limits>

namespace wheelhouse::controlplane {

namespace {

/// A node may say anything; more than fits is as much as fits.
std::int64_t bounded(std::uint64_t number) {
    return static_cast<std::int64_t>(
        std::min<std::uint64_t>(number, std::numeric_limits<std::int64_t>::max() / 1'000'000));
}

autoscaling::Usage usageOf(const nodelink::Usage& usage) {
    return {bounded(usage.cpu_nano_cores()), bounded(usage.memory_bytes())};
}

} // namespace

autoscaling::NodeReport reportOf(const nodelink::UsageReport& report) {
    autoscaling::NodeReport out;
    if (report.has_node()) out.node = usageOf(report.node());
    out.window = std::chrono::milliseconds(report.window_ms());
    out.pods.reserve(static_cast<std::size_t>(report.pods_size()));
    for (const nodelink::PodUsage& pod : report.pods()) {
        autoscaling::PodUsage made{Uid(pod.pod().uid()), std::chrono::milliseconds(pod.window_ms()), {}};
        made.containers.reserve(static_cast<std::size_t>(pod.containers_size()));
        for (const nodelink::ContainerUsage& container : pod.containers())
            made.containers.push_back({container.name(), usageOf(container.usage())});
        out.pods.push_back(std::move(made));
    }
    return out;
}

} // namespace wheelhouse::controlplane
