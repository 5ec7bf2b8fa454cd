#pragma once

#include "cluster_time.h"
#include "engine/api/groups/clock.h"
#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "engine/client/informer.h"
#include "engine/machines/machine_provider.h"
#include "queues.h"
#include "work_gate.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace wheelhouse::controlplane {

/// Makes the cluster's time go as the ClusterClock "cluster" says.
///
/// Watches ClusterClocks and Machines. Writes the clock's status; creates the clock where there is none. Acts
/// on the cluster's time (speed), on the gate before controllers and scheduler (paused, steps) and on
/// machines of real processors (suspendMachines). Works by real time itself, or a paused cluster would stay
/// so.
///
/// *Paused*: time stands still and the gate is held. *A step* lets one piece of work through the gate; where
/// nobody waits who may take it, time goes on as fast as it can until somebody comes, and stands still again.
/// Steps are counted: `spec.steps` says how many there are to be in all, `status.steps` how many there were,
/// so a step asked for twice is made once. While time goes, steps mean nothing and are counted as made.
///
/// Interrupted: the status is the memory. A new keeper goes on with the paused time where it stood, with time
/// that is ahead of or behind the computer's by as much as it was, and with the steps still to be made. After
/// a fast-forward was interrupted it may be up to a second of real time behind where it was.
class ClockKeeper {
  public:
    using Providers = std::map<std::string, machines::MachineProvider*>;

    /// All must outlive it; `control` goes by real time, and `cluster` calls back there.
    ClockKeeper(client::Cluster& cluster, Executor& control, ClusterTime& time, WorkGate& gate,
                Providers providers);
    ~ClockKeeper();
    ClockKeeper(const ClockKeeper&) = delete;
    ClockKeeper& operator=(const ClockKeeper&) = delete;

    /// Reads the clock and sets time accordingly, then calls `done`: from then on others may live by it.
    void start(std::function<void(Result<void>)> done);
    /// Where to look for who acts next; null = nobody does.
    void setQueues(const Queues* queues) { queues_ = queues; }

  private:
    void resume(const api::lab::ClusterClock& clock);
    void seen(const api::ObjectPtr& object);
    void apply(const api::lab::ClusterClockSpec& spec);
    void pause();
    void goOn();
    void takeSteps(const api::lab::ClusterClockSpec& spec);
    void suspend();
    void create(std::function<void(Result<void>)> done);
    void statusChanged();
    void writeStatus();
    void tick();
    api::lab::ClusterClockStatus status() const;
    std::string nextOf(const std::string& queue) const;
    WallTime realNow() const { return control_.clock().wallNow(); }

    client::Cluster& cluster_;
    Executor& control_;
    ClusterTime& time_;
    WorkGate& gate_;
    const Providers providers_;
    client::Informer clocks_;
    client::Informer machines_;
    const Queues* queues_ = nullptr;
    api::lab::ClusterClockSpec spec_;
    double speed_ = 1;
    std::int64_t stepsAsked_ = 0;
    std::int64_t stepsMade_ = 0;
    std::optional<WallTime> pausedSince_;
    std::string aboutToBegin_;
    std::string lastStep_;
    std::set<std::pair<std::string, std::string>> suspended_; ///< provider and machine
    bool writing_ = false;
    bool dirty_ = false;
    ScopedTimer writeTimer_;
    ScopedTimer tickTimer_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
