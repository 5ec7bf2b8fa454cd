#pragma once

#include "engine/base/executor.h"
#include "simulated_place.h"
#include "vmnodes/agent/pod_session.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::simulated {

/// A session whose output waits for credit and whose end waits for its output. Everything it says it says
/// later, never inside a call.
class SimulatedSession : public agent::PodSession {
  public:
    SimulatedSession(Executor& executor, agent::SessionEvents events)
        : executor_(executor), events_(std::move(events)) {}
    void write(std::string bytes) final;
    void closeInput() final;
    void resize(std::uint16_t width, std::uint16_t height) override;
    void allow(std::size_t bytes) final;

  protected:
    virtual void input(std::string bytes) = 0;
    virtual void inputEnded() = 0;
    void say(int channel, std::string bytes);
    void end(Result<int> result);
    bool ended() const { return result_.has_value(); }
    std::size_t unsaid() const { return queued_; }
    /// Output has been passed on: there may be more to make.
    virtual void drained() {}
    Executor& executor() { return executor_; }
    std::uint16_t width_ = 0;
    std::uint16_t height_ = 0;

  private:
    void wake();
    void flush();

    Executor& executor_;
    agent::SessionEvents events_;
    std::deque<std::pair<int, std::string>> queue_;
    std::size_t queued_ = 0;
    std::size_t credit_ = 0;
    std::size_t untold_ = 0; ///< input taken and not yet said so
    std::optional<Result<int>> result_;
    ScopedTimer timer_;
};

/// Runs a command the way a simulated container can: a handful of words are known (`help` names them),
/// everything else is said not to be there.
std::unique_ptr<agent::PodSession> simulateCommand(Executor& executor, SimulatedPlace place,
                                                   const agent::ExecTarget& target,
                                                   agent::SessionEvents events);
/// Joins the container's own process: its log from now on.
std::unique_ptr<agent::PodSession> simulateAttach(Executor& executor, std::unique_ptr<agent::LogSource> log,
                                                  const agent::ExecTarget& target,
                                                  agent::SessionEvents events);
/// A web server that answers one request a connection with a page about the pod.
std::unique_ptr<agent::PodSession> simulatePort(Executor& executor, SimulatedPlace place, std::uint16_t port,
                                                agent::SessionEvents events);
/// A session that only ends, with `why`.
std::unique_ptr<agent::PodSession> simulateRefusal(Executor& executor, Status why,
                                                   agent::SessionEvents events);

} // namespace wheelhouse::simulated
