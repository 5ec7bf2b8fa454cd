#pragma once

#include "pod_scraper.h"
#include "pod_worker.h"
#include "usage_meter.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::agent {

using PodWorkers = std::unordered_map<Uid, std::shared_ptr<PodWorker>>;

// What is measured of the pods of a node: those with containers that run.

std::vector<UsageMeter::RunningPod> runningPods(const PodWorkers& pods);
/// Where those that want to be asked for their metrics publish them. `hostIp` is the address of pods in the
/// node's own network.
std::vector<ScrapeTarget> scrapeTargets(const PodWorkers& pods, const std::string& hostIp);

} // namespace wheelhouse::agent
