#include "eviction.h"

#include "engine/api/quantity.h"
#include "resources.h"

#include <algorithm>
#include <compare>
#include <fmt/format.h>
#include <tuple>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr int leastCritical = 2'000'000'000;

/// What the kubelet calls what a signal is about.
std::string resourceOf(Signal signal) {
    switch (signal) {
    case Signal::MemoryAvailable:
        return "memory";
    case Signal::NodeFsAvailable:
    case Signal::ImageFsAvailable:
        return "ephemeral-storage";
    case Signal::NodeFsInodesFree:
    case Signal::ImageFsInodesFree:
        return "inodes";
    case Signal::PidAvailable:
        break;
    }
    return "pids";
}

std::int64_t requested(const core::Container& container, const std::string& resource) {
    const auto& requests = container.resources().requests();
    const auto it = requests.find(resource);
    if (it == requests.end()) return 0;
    return api::Quantity::parse(it->second.string()).value_or(api::Quantity()).units();
}

/// A pod and what counts for its place in the row.
struct Candidate {
    std::shared_ptr<PodWorker> pod;
    int priority = 0;
    std::optional<std::int64_t> used;
    std::int64_t asked = 0;
    std::string details;
};

void measureMemory(Candidate& candidate, const PodUse& use) {
    const core::Pod& pod = candidate.pod->pod();
    std::map<std::string, std::int64_t> byName;
    for (const ContainerWorker* container : candidate.pod->activeContainers())
        if (const auto found = use.memory.find(container->containerId()); found != use.memory.end())
            byName[container->name()] = found->second;
    for (const auto& [name, bytes] : byName)
        candidate.used = candidate.used.value_or(0) + bytes;
    for (const core::Container& container : pod.spec().containers()) {
        const std::int64_t asked = requested(container, "memory");
        candidate.asked += asked;
        const auto used = byName.find(container.name());
        if (used == byName.end() || used->second <= asked) continue;
        candidate.details += fmt::format(
            "Container {} was using {}, request is {}, has larger consumption of memory. ", container.name(),
            api::Quantity::fromBytes(used->second).toString(), api::Quantity::fromBytes(asked).toString());
    }
}

void measureShare(Candidate& candidate, Signal signal, const PodUse& use) {
    const auto share = use.shares.find(candidate.pod->podId().uid);
    const std::string resource = resourceOf(signal);
    if (resource == "ephemeral-storage")
        for (const core::Container& container : candidate.pod->pod().spec().containers())
            candidate.asked += requested(container, resource);
    if (share == use.shares.end()) return;
    candidate.used = signal == Signal::PidAvailable ? share->second.processes
                     : resource == "inodes"         ? share->second.inodes
                                                    : share->second.diskBytes;
    if (resource == "ephemeral-storage" && *candidate.used > candidate.asked)
        candidate.details =
            fmt::format("Pod {} was using {}, request is {}, has larger consumption of ephemeral-storage. ",
                        candidate.pod->podId().name, api::Quantity::fromBytes(*candidate.used).toString(),
                        api::Quantity::fromBytes(candidate.asked).toString());
}

/// Smaller goes first. A pod of which nothing is known is taken for the worst.
auto place(const Candidate& candidate, Signal signal) {
    const bool counts = signal != Signal::PidAvailable;
    const std::int64_t beyond = candidate.used.value_or(0) - candidate.asked;
    const bool exceeds = !candidate.used || beyond > 0;
    const bool unknown = !candidate.used;
    return std::tuple(counts && exceeds ? 0 : 1, candidate.priority, unknown ? 0 : 1, -beyond,
                      candidate.pod->podId().uid.value());
}

} // namespace

bool isCritical(const core::Pod& pod) {
    const auto& annotations = pod.metadata().annotations();
    const auto source = annotations.find("kubernetes.io/config.source");
    return pod.spec().priority() >= leastCritical || annotations.contains("kubernetes.io/config.mirror") ||
           (source != annotations.end() && source->second != "api");
}

std::vector<Victim> victims(const Workers& pods, const Crossing& crossing, const PodUse& use) {
    const Signal signal = crossing.threshold.signal;
    std::vector<Candidate> candidates;
    for (const auto& [uid, pod] : pods) {
        if (!pod->admitted() || pod->stopping() || isCritical(pod->pod())) continue;
        Candidate& candidate = candidates.emplace_back();
        candidate.pod = pod;
        candidate.priority = pod->pod().spec().priority();
        signal == Signal::MemoryAvailable ? measureMemory(candidate, use)
                                          : measureShare(candidate, signal, use);
    }
    std::sort(candidates.begin(), candidates.end(), [signal](const Candidate& a, const Candidate& b) {
        return place(a, signal) < place(b, signal);
    });
    const auto amount = [signal](std::int64_t number) {
        const bool bytes = signal == Signal::MemoryAvailable || signal == Signal::NodeFsAvailable ||
                           signal == Signal::ImageFsAvailable;
        return (bytes ? api::Quantity::fromBytes(number) : api::Quantity::fromUnits(number)).toString();
    };
    std::vector<Victim> out;
    for (Candidate& candidate : candidates)
        out.push_back(
            {candidate.pod,
             fmt::format("The node was low on resource: {}. Threshold quantity: {}, available: {}. {}",
                         resourceOf(signal), amount(crossing.least), amount(crossing.left),
                         candidate.details)});
    return out;
}

std::optional<Rejection> whyNotUnderPressure(const core::Pod& pod, const PressureGauge& gauge) {
    std::string conditions;
    for (const auto& [pressure, name] :
         {std::pair(Pressure::Memory, "MemoryPressure"), std::pair(Pressure::Disk, "DiskPressure"),
          std::pair(Pressure::Pid, "PIDPressure")})
        if (gauge.under(pressure)) conditions += (conditions.empty() ? "" : " ") + std::string(name);
    if (conditions.empty() || isCritical(pod)) return std::nullopt;
    // Of memory a pod that asked for some is sure of it.
    const bool memoryAlone = conditions == "MemoryPressure";
    const auto& tolerations = pod.spec().tolerations();
    const bool bears = std::any_of(tolerations.begin(), tolerations.end(), [](const core::Toleration& each) {
        const bool all = each.key().empty() && each.operator_() == "Exists";
        return (all || each.key() == "node.kubernetes.io/memory-pressure") &&
               (each.effect().empty() || each.effect() == "NoSchedule");
    });
    if (memoryAlone && (qosClass(pod) != "BestEffort" || bears)) return std::nullopt;
    return Rejection{"Evicted", fmt::format("The node had condition: [{}]. ", conditions)};
}

} // namespace wheelhouse::agent
