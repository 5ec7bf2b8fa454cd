#pragma once

#include "backoff.h"
#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "hook_run.h"
#include "pod_host.h"
#include "probe_worker.h"
#include "vmnodes/agent/runtime.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// What a container worker needs of its pod.
class ContainerOwner {
  public:
    virtual ~ContainerOwner() = default;
    virtual PodHost& host() = 0;
    virtual const PodId& podId() const = 0;
    virtual const std::string& sandboxId() const = 0;
    virtual const std::string& podIp() const = 0;
    virtual SandboxSpec sandboxSpec() const = 0;
    /// The pod is being stopped: whatever was under way must not start anything any more.
    virtual bool stopping() const = 0;
    /// ServiceUnavailable: wait for an object; anything else: the pod is wrong.
    virtual Result<ContainerSpec> containerSpec(const api::core::Container& spec) = 0;
    virtual LinuxResources resourcesOf(const api::core::Container& spec) const = 0;
    virtual Duration gracePeriod() const = 0;
    /// The worker has come to rest or changed; look at everything again. Not called inside run() or stop().
    virtual void containerChanged() = 0;
    virtual std::weak_ptr<void> lifeToken() const = 0;
};

/// One container of a pod: image, create, start, hooks, probes, and starting again with growing pauses.
/// Decides nothing about whether it should run: its pod calls run() while it should and stop() when it should
/// not; both are idempotent. The hook after the start is done once, by whoever started the container: an
/// agent that finds it running takes that for done. The hook before the end is begun again after a restart of
/// the agent.
class ContainerWorker {
  public:
    enum class State { Waiting, Pulling, Creating, Running, Stopping, Exited };

    ContainerWorker(ContainerOwner& pod, const api::core::Container& spec, bool init);

    /// Takes over what the runtime already has of this container (all attempts). Before the first run().
    void adopt(std::vector<ContainerInfo> found);
    void run();
    void stop(Duration grace, const std::string& why);
    void onChange(const ContainerInfo& info);
    /// The pod's spec was replaced by an equal or newer one.
    void setSpec(const api::core::Container& spec);
    /// The sandbox is gone and took the container along.
    void sandboxLost();
    /// Something it waited for (a ConfigMap, a Secret) may be there now.
    void retryNow();
    /// The runtime does not hold this container of an earlier time any more, nor its log.
    void forget(const std::string& id);

    const std::string& name() const { return spec_->name(); }
    const api::core::Container& spec() const { return *spec_; }
    bool init() const { return init_; }
    /// An init container that runs beside the others (restartPolicy Always).
    bool sidecar() const { return init_ && spec_->restartpolicy() == "Always"; }
    State state() const { return state_; }
    bool active() const { return state_ == State::Running || state_ == State::Stopping; }
    bool busy() const { return state_ == State::Pulling || state_ == State::Creating; }
    /// It runs, but its postStart hook is not done: nobody is told yet that it runs.
    bool starting() const { return active() && starting_; }
    /// The containers after it are not started yet: it has a postStart hook that is still to come to its end.
    bool holdsOthers() const { return spec_->lifecycle().has_poststart() && (busy() || starting()); }
    bool everRan() const { return last_ != nullptr || (!info_.id.empty() && !starting()); }
    bool exited() const { return state_ == State::Exited; }
    int exitCode() const { return info_.exitCode; }
    bool started() const { return started_; }
    bool ready() const { return active() && started_ && ready_; }
    /// It runs, and not yet with what it was given last.
    bool resizing() const;
    const std::string& containerId() const { return containerId_; }
    /// What it runs or is about to run; empty when neither, or not known yet.
    const std::string& imageInHand() const { return imageId_; }
    std::uint32_t attempt() const { return attempt_; }
    WallTime startedAt() const { return info_.startedAt; }
    /// Containers of this name that the runtime still holds, newest last.
    const std::vector<ContainerInfo>& kept() const { return kept_; }
    api::core::ContainerStatus status(const std::string& waitingReason) const;

  private:
    void beginImage();
    void pull();
    void imageReady(const std::string& id);
    void imageFailed(const std::string& reason, const Status& status);
    void create();
    void createFailed(const std::string& reason, const Status& status);
    void running(const ContainerInfo& info);
    void exit(const ContainerInfo& info);
    void postStart();
    /// From here on it counts as running.
    void serve();
    void preStop(Duration grace);
    void terminate(Duration grace);
    std::unique_ptr<HookRun> doHook(const api::core::LifecycleHandler& handler, HookRun::Ended ended);
    /// Those that wait for its postStart hook need not wait for its next try.
    void letOthersStart();
    void startProbes();
    void wait(std::string reason, std::string message, Duration retry);
    void planRestart();
    void forgetOldContainers();
    void resize();
    void resized(Result<void> result);
    void event(bool warning, const std::string& reason, const std::string& message);
    /// Wraps a callback: nothing happens once the pod is gone; `step_` must still be the one it was made in.
    template <class T>
    Done<T> guarded(void (ContainerWorker::*next)(Result<T>));
    void imageLookedUp(Result<std::string> id);
    void imagePulled(Result<std::string> id);
    void created(Result<std::string> id);
    void startAnswered(Result<ContainerInfo> info);
    void changed();

    ContainerOwner& pod_;
    const api::core::Container* spec_;
    bool init_;
    State state_ = State::Waiting;
    std::string waitingReason_;
    std::string waitingMessage_;
    std::string containerId_;
    std::string imageId_;
    std::string startedImage_; ///< the spec's image when it was started
    std::uint32_t attempt_ = 0;
    ContainerInfo info_;                  ///< of the present or latest attempt
    std::unique_ptr<ContainerInfo> last_; ///< few ever have one
    std::vector<ContainerInfo> kept_;
    BackOff restarts_;
    BackOff pulls_;
    bool restartPlanned_ = false;
    Instant notBefore_{};
    Instant startedAt_{};
    Instant pullBegan_{};
    std::optional<Duration> stopSent_;
    /// What it runs with; none: not known, after a restart of the agent.
    std::optional<api::core::ResourceRequirements> applied_;
    std::optional<api::core::ResourceRequirements> applying_;
    bool started_ = false;
    bool ready_ = false;
    bool starting_ = false;
    bool preStopDone_ = false; ///< or given up
    Instant stopBegan_{};
    std::uint64_t step_ = 0;
    ScopedTimer timer_;
    ScopedTimer resizeTimer_;
    std::unique_ptr<HookRun> postStart_;
    std::unique_ptr<HookRun> preStop_;
    std::unique_ptr<ProbeWorker> startup_;
    std::unique_ptr<ProbeWorker> liveness_;
    std::unique_ptr<ProbeWorker> readiness_;
};

} // namespace wheelhouse::agent
