#include "node_usage.h"

#include "engine/base/files.h"

#include <algorithm>
#include <sstream>
#include <string>

namespace wheelhouse::agent {

namespace {

/// The number behind `key` in a file of "key number" lines.
std::optional<std::int64_t> numberOf(const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    std::string name;
    std::int64_t number = 0;
    while (lines >> name >> number)
        if (name == key) return number;
    return std::nullopt;
}

} // namespace

std::optional<UsageSample> nodeSample(const std::filesystem::path& cgroup, WallTime at) {
    const Result<std::string> cpu = readFile(cgroup / "cpu.stat");
    const Result<std::string> memory = readFile(cgroup / "memory.stat");
    if (!cpu || !memory) return std::nullopt;
    const auto microseconds = numberOf(*cpu, "usage_usec");
    const auto anonymous = numberOf(*memory, "anon");
    const auto file = numberOf(*memory, "file");
    const auto idleFile = numberOf(*memory, "inactive_file");
    if (!microseconds || !anonymous || !file || !idleFile) return std::nullopt;
    // Files nobody has read lately are given up first: they are not needed.
    return UsageSample{at, *microseconds * 1000, std::max<std::int64_t>(*anonymous + *file - *idleFile, 0)};
}

std::vector<ContainerSample> containerSamples(const ::runtime::v1::ListContainerStatsResponse& stats) {
    std::vector<ContainerSample> samples;
    for (const auto& each : stats.stats()) {
        if (!each.cpu().has_usage_core_nano_seconds() || !each.memory().has_working_set_bytes()) continue;
        ContainerSample container;
        container.id = each.attributes().id();
        container.sample.at = WallTime(Duration(each.cpu().timestamp()));
        container.sample.cpuNanoseconds =
            static_cast<std::int64_t>(each.cpu().usage_core_nano_seconds().value());
        container.sample.memoryBytes = static_cast<std::int64_t>(each.memory().working_set_bytes().value());
        samples.push_back(std::move(container));
    }
    return samples;
}

} // namespace wheelhouse::agent
