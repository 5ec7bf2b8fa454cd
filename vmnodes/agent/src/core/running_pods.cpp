#include "running_pods.h"

#include <utility>

namespace wheelhouse::agent {

std::vector<UsageMeter::RunningPod> runningPods(const PodWorkers& pods) {
    std::vector<UsageMeter::RunningPod> running;
    running.reserve(pods.size());
    for (const auto& [uid, worker] : pods) {
        UsageMeter::RunningPod pod{worker->podId(), {}};
        for (const ContainerWorker* container : worker->activeContainers())
            pod.containers.push_back({container->containerId(), container->name(), container->startedAt()});
        if (!pod.containers.empty()) running.push_back(std::move(pod));
    }
    return running;
}

std::vector<ScrapeTarget> scrapeTargets(const PodWorkers& pods, const std::string& hostIp) {
    std::vector<ScrapeTarget> out;
    for (const auto& [uid, worker] : pods) {
        if (worker->activeContainers().empty()) continue;
        const std::string& address = worker->podIp().empty() ? hostIp : worker->podIp();
        if (auto target = scrapeTargetOf(worker->pod(), {worker->podId(), worker->sandboxId(), address}))
            out.push_back(std::move(*target));
    }
    return out;
}

} // namespace wheelhouse::agent
