#include "pod_views.h"

namespace wheelhouse::agent {

namespace core = api::core;

core::PodList podList(const Workers& pods) {
    core::PodList out;
    for (const auto& [uid, worker] : pods) {
        core::Pod& pod = *out.add_items();
        pod = worker->pod();
        *pod.mutable_status() = worker->refreshStatus();
    }
    return out;
}

void fillVolumesInUse(const Workers& pods, api::core::NodeStatus& status) {
    std::set<std::string> used;
    for (const auto& [uid, worker] : pods)
        used.insert(worker->volumesInUse().begin(), worker->volumesInUse().end());
    status.clear_volumesinuse();
    for (const std::string& name : used)
        status.add_volumesinuse(name);
}

std::vector<UsageMeter::RunningPod> runningPods(const Workers& pods) {
    std::vector<UsageMeter::RunningPod> out;
    out.reserve(pods.size());
    for (const auto& [uid, worker] : pods) {
        UsageMeter::RunningPod pod{worker->podId(), {}};
        for (const ContainerWorker* container : worker->activeContainers())
            pod.containers.push_back({container->containerId(), container->name(), container->startedAt()});
        if (!pod.containers.empty()) out.push_back(std::move(pod));
    }
    return out;
}

std::vector<ScrapeTarget> scrapeTargets(const Workers& pods, const std::string& hostIp) {
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
