#include "usage_reports.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

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

/// Thousandths, or as many as fit; nothing of what is no number.
std::optional<std::int64_t> milliOf(double value) {
    constexpr double most = 9e18;
    if (std::isnan(value)) return std::nullopt;
    return std::llround(std::clamp(value * 1000, -most, most));
}

autoscaling::PodMeasures measuresOf(const nodelink::PodMeasures& pod) {
    autoscaling::PodMeasures out{Uid(pod.pod().uid()), {}};
    out.measures.reserve(static_cast<std::size_t>(pod.measures_size()));
    for (const nodelink::Measure& each : pod.measures())
        if (const auto milli = milliOf(each.value()))
            out.measures.push_back({each.name(),
                                    {each.labels().begin(), each.labels().end()},
                                    *milli,
                                    std::chrono::milliseconds(each.window_ms())});
    return out;
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
    for (const nodelink::PodMeasures& pod : report.measures())
        out.measures.push_back(measuresOf(pod));
    return out;
}

} // namespace wheelhouse::controlplane
