#pragma once

#include "engine/client/cluster.h"
#include "engine/client/event_recorder.h"
#include "pod_info.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::scheduler {

/// Says of pods what becomes of them: events in the name of the profile that places them, and the condition
/// PodScheduled with the nominated node. Fire and forget. On the cluster's executor.
class Reporter {
  public:
    Reporter(client::Cluster& cluster, Executor& executor) : cluster_(cluster), executor_(executor) {}

    void scheduled(const PodInfo& pod, const std::string& node);
    /// The event FailedScheduling; the same again within seconds is counted, not repeated.
    void failed(const PodInfo& pod, const std::string& message);
    void preempted(const PodInfo& victim, const PodInfo& preemptor, const std::string& node);
    /// The condition that says why a pod waits, and the node being cleared for it (none: leave it as it is;
    /// empty: there is none any more). Written only when it says something new.
    void waits(const PodInfo& pod, const std::string& message, const std::optional<std::string>& nominated);
    void nominationEnded(const PodInfo& pod);

    static std::string assignment(const PodInfo& pod, const std::string& node);

  private:
    client::EventRecorder& recorderOf(const PodInfo& pod);
    void patchStatus(const PodInfo& pod, const std::string& status);

    client::Cluster& cluster_;
    Executor& executor_;
    std::map<std::string, std::unique_ptr<client::EventRecorder>> recorders_;
};

} // namespace wheelhouse::scheduler
