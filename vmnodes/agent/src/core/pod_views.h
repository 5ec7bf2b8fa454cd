#pragma once

#include "engine/api/types.h"
#include "pod_scraper.h"
#include "pod_worker.h"
#include "usage_meter.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::agent {

using Workers = std::unordered_map<Uid, std::shared_ptr<PodWorker>>;

// What others want to know of all pods of a node.

/// As the node shows them.
api::core::PodList podList(const Workers& pods);
/// The attached volumes any of them uses, into the node's status.
void fillVolumesInUse(const Workers& pods, api::core::NodeStatus& status);
/// Those of which something runs, and what.
std::vector<UsageMeter::RunningPod> runningPods(const Workers& pods);
/// Those that run and want to be asked for their metrics. `hostIp` is the address of pods that use the node's
/// network.
std::vector<ScrapeTarget> scrapeTargets(const Workers& pods, const std::string& hostIp);

} // namespace wheelhouse::agent
