#include "usage_meter.h"

#include "pod_ref.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace wheelhouse::agent {

namespace {

/// Over less, a rate is mostly chance.
constexpr Duration shortest = std::chrono::seconds(1);

std::uint32_t milliseconds(Duration span) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

void fill(nodelink::Usage& usage, std::uint64_t nanoCores, std::int64_t memory) {
    usage.set_cpu_nano_cores(nanoCores);
    usage.set_memory_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(memory, 0)));
}

} // namespace

std::optional<UsageMeter::Rate> UsageMeter::rate(const UsageSample& before, const UsageSample& now) {
    const Duration window = now.at - before.at;
    const std::int64_t spent = now.cpuNanoseconds - before.cpuNanoseconds;
    // A clock that was set back or a counter that began anew tells nothing.
    if (window < shortest || spent < 0) return std::nullopt;
    const double cores = static_cast<double>(spent) / static_cast<double>(window.count());
    return Rate{static_cast<std::uint64_t>(std::llround(cores * 1e9)), window};
}

std::optional<UsageMeter::Rate> UsageMeter::rateOf(const Running& container, const UsageSample& now) const {
    if (const auto before = containers_.find(container.id); before != containers_.end())
        return rate(before->second, now);
    if (now.at - container.startedAt > young_) return std::nullopt;
    return rate({.at = container.startedAt}, now);
}

nodelink::UsageReport UsageMeter::report(const UsageSnapshot& now, const std::vector<RunningPod>& pods) {
    std::unordered_map<std::string, UsageSample> seen;
    for (const ContainerSample& container : now.containers)
        seen[container.id] = container.sample;
    nodelink::UsageReport report;
    for (const RunningPod& running : pods) {
        nodelink::PodUsage pod;
        Duration window = Duration::max();
        for (const Running& container : running.containers) {
            const auto sample = seen.find(container.id);
            if (sample == seen.end()) break;
            const auto rate = rateOf(container, sample->second);
            if (!rate) break;
            window = std::min(window, rate->window);
            nodelink::ContainerUsage& usage = *pod.add_containers();
            usage.set_name(container.name);
            fill(*usage.mutable_usage(), rate->nanoCores, sample->second.memoryBytes);
        }
        if (running.containers.empty() ||
            pod.containers_size() != static_cast<int>(running.containers.size()))
            continue;
        pod.set_window_ms(milliseconds(window));
        *pod.mutable_pod() = refOf(running.pod);
        *report.add_pods() = std::move(pod);
    }
    if (node_ && now.node)
        if (const auto used = rate(*node_, *now.node)) {
            fill(*report.mutable_node(), used->nanoCores, now.node->memoryBytes);
            report.set_window_ms(milliseconds(used->window));
        }
    node_ = now.node;
    containers_ = std::move(seen);
    return report;
}

} // namespace wheelhouse::agent
