#pragma once

#include "cluster_time.h"
#include "engine/base/executor.h"
#include "engine/base/work_pace.h"
#include "work_gate.h"

#include <memory>

namespace wheelhouse::controlplane {

/// An executor whose timers go by the cluster's time and whose tasks run on a real one: what is posted runs
/// at once also while time stands still, what waits for a time waits for the cluster's. Work begins through
/// the gate, where there is one. Timers may be up to `slack` of real time late, so that many that are due at
/// about the same time wake a thread once. Real executor, time and gate must outlive it; what has not run
/// when it goes never runs. Threads: as Executor; made and destroyed anywhere, but not while its tasks run.
class PacedExecutor final : public Executor, public WorkPace {
  public:
    PacedExecutor(Executor& real, ClusterTime& time, WorkGate* gate = nullptr, Duration slack = {});
    ~PacedExecutor() override;

    void post(Task task) override;
    void postWork(const std::string& who, Work work) override;
    bool holdsWork() const override;
    TimerId postAfter(Duration delay, Task task) override;
    void cancel(TimerId id) override;
    bool isCurrent() const override;
    Clock& clock() override;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace wheelhouse::controlplane
