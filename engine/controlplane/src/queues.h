#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/controllers/controllers.h"
#include "engine/scheduler/scheduler.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Who acts next: what each controller and the scheduler are going to look at. Served as ReconcileQueues.
/// On the control executor.
class Queues final : public apiserver::ObjectSource {
  public:
    struct Entry {
        std::string key;
        const char* reason = ""; ///< as in QueuedKey
        Instant due{};           ///< by the cluster's clock
        int failures = 0;
        std::string lastError;
    };
    static constexpr const char* running = "Running";
    static constexpr const char* backOff = "BackOff";

    /// All must outlive it; `control` goes by real time.
    Queues(apiserver::ApiServer& api, const controllers::ControllerSet& controllers,
           const scheduler::Scheduler& scheduler, Executor& control, Clock& clusterTime);

    /// In the order in which they started.
    std::vector<std::string> names() const;
    /// Soonest first; empty when there is no such queue.
    std::vector<Entry> of(const std::string& name) const;

    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace, const std::string& name,
                                                      const std::string& subresource) override;
    std::vector<std::string> keys(const std::string& nameSpace) override;

  private:
    std::vector<Entry> ofScheduler() const;
    void look();

    const controllers::ControllerSet& controllers_;
    const scheduler::Scheduler& scheduler_;
    Executor& control_;
    Clock& time_;
    const WallTime since_;
    std::unique_ptr<apiserver::Serving> serving_;
    std::map<std::string, std::string> told_; ///< what watchers know, by queue
    ScopedTimer timer_;
};

} // namespace wheelhouse::controlplane
