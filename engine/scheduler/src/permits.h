#pragma once

#include "engine/base/executor.h"
#include "engine/base/status.h"
#include "engine/scheduler/permit.h"
#include "pod_info.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// Pods that have a node and wait for the plug-ins at Permit. The first that refuses, or whose time is up,
/// ends the wait; the last that lets the pod go ends it too. Single-threaded.
class Permits {
  public:
    using Done = std::function<void(Result<void>)>;

    Permits(Executor& executor, std::vector<std::shared_ptr<Permit>> plugins)
        : executor_(executor), plugins_(std::move(plugins)) {}

    /// `done` is called once, perhaps inside the call, unless the wait is cancelled.
    void ask(const PodInfo& pod, const std::string& node, Done done);
    void permit(const Uid& pod, const std::string& plugin);
    void refuse(const Uid& pod, const std::string& plugin, const std::string& why);
    void cancel(const Uid& pod) { waiting_.erase(pod); }
    std::vector<Uid> waiting() const;

  private:
    struct Waiting {
        std::string key;
        std::map<std::string, std::unique_ptr<ScopedTimer>> plugins; ///< still to say so
        Done done;
    };
    void finish(const Uid& pod, Result<void> result);
    void timeUp(const Uid& pod, const std::string& plugin, Duration after);

    Executor& executor_;
    const std::vector<std::shared_ptr<Permit>> plugins_;
    std::unordered_map<Uid, Waiting> waiting_;
};

} // namespace wheelhouse::scheduler
