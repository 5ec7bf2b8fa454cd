#pragma once

#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"

#include <map>
#include <set>
#include <string>

namespace wheelhouse::tests {

/// What scheduler, controllers, machines and node agents would do, in a hundred lines: enough for a window to
/// have a story to show. Looks at the whole cluster every few milliseconds and takes each thing one step
/// further.
class FakeLife {
  public:
    FakeLife(FakeCluster& cluster, Executor& executor) : cluster_(cluster), executor_(executor) {}
    void start() { later(); }
    void stop() { timer_.stop(); }
    /// Steps a machine takes to come up; and machines that never do.
    std::set<std::string> broken;

    void addMachine(const std::string& name, const std::string& zone, bool simulated, bool running);
    void addNode(const std::string& name, const std::string& zone, bool simulated, int cpus, int memoryMiB);
    void addPod(const std::string& app, const std::string& name, const std::string& node,
                const std::string& state);
    void event(const std::string& reason, const std::string& message, const std::string& kind,
               const std::string& name, const std::string& component, const std::string& host = {},
               int secondsAgo = 0);
    void setReady(const std::string& node, const std::string& status, int secondsAgo = 0);

  private:
    void later();
    void step();
    void deployments();
    void schedule();
    void runPods();
    void machines();
    void evict();
    void clocks();

    FakeCluster& cluster_;
    Executor& executor_;
    ScopedTimer timer_;
    std::map<std::string, int> age_; ///< steps since something began
    int serial_ = 0;
};

} // namespace wheelhouse::tests
