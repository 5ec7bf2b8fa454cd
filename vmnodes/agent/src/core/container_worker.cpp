#include "container_worker.h"

#include "engine/api/time.h"
#include "grants.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr Duration waitForObject = std::chrono::seconds(10);
constexpr Duration killAgain = std::chrono::seconds(2);
constexpr Duration leastAfterHook = std::chrono::seconds(2); ///< between the end of a hook and SIGKILL
constexpr std::string_view runtimeName = "containerd://";

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// "10s", "2m40s", "5m0s": as Go prints durations, which is what people grep for.
std::string goDuration(Duration duration) {
    const auto total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (total == 0)
        return fmt::format("{}ms", std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
    if (total < 60) return fmt::format("{}s", total);
    return fmt::format("{}m{}s", total / 60, total % 60);
}

core::ContainerStateTerminated terminated(const ContainerInfo& info) {
    core::ContainerStateTerminated out;
    out.set_exitcode(info.exitCode);
    out.set_reason(!info.reason.empty() ? info.reason : (info.exitCode == 0 ? "Completed" : "Error"));
    if (!info.message.empty()) out.set_message(info.message);
    *out.mutable_startedat() = api::toTime(info.startedAt);
    *out.mutable_finishedat() = api::toTime(info.finishedAt);
    if (!info.id.empty()) out.set_containerid(std::string(runtimeName) + info.id);
    return out;
}

} // namespace

ContainerWorker::ContainerWorker(ContainerOwner& pod, const core::Container& spec, bool init)
    : pod_(pod), spec_(&spec), init_(init),
      restarts_(pod.host().options().restartBackOff, pod.host().options().maxBackOff),
      pulls_(pod.host().options().restartBackOff, pod.host().options().maxBackOff) {}

template <class T>
Done<T> ContainerWorker::guarded(void (ContainerWorker::*next)(Result<T>)) {
    return [this, next, life = pod_.lifeToken(), step = step_](Result<T> result) {
        if (!life.expired() && step == step_) (this->*next)(std::move(result));
    };
}

void ContainerWorker::event(bool warning, const std::string& reason, const std::string& message) {
    pod_.host().event(pod_.podId(), warning, reason, message, name());
}

void ContainerWorker::changed() {
    pod_.containerChanged();
}

void ContainerWorker::wait(std::string reason, std::string message, Duration retry) {
    ++step_;
    state_ = State::Waiting;
    waitingReason_ = std::move(reason);
    waitingMessage_ = std::move(message);
    timer_.start(pod_.host().executor(), retry, [this] { changed(); });
    notBefore_ = pod_.host().executor().clock().now() + retry;
}

void ContainerWorker::setSpec(const core::Container& spec) {
    const bool otherImage = spec_->image() != spec.image();
    spec_ = &spec;
    if (otherImage && state_ == State::Waiting && waitingReason_ != "CrashLoopBackOff") {
        pulls_.reset(); // the failures were the old image's
        notBefore_ = {};
        timer_.stop();
    }
    if (active() && !stopSent_ && startedImage_ != spec.image())
        stop(pod_.gracePeriod(), fmt::format("Container {} definition changed, will be restarted", name()));
    resize();
}

void ContainerWorker::adopt(std::vector<ContainerInfo> found) {
    if (found.empty()) return;
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.attempt < b.attempt; });
    kept_ = found;
    const ContainerInfo& newest = found.back();
    attempt_ = newest.attempt;
    if (found.size() > 1) last_ = std::make_unique<ContainerInfo>(found[found.size() - 2]);
    containerId_ = newest.id;
    imageId_ = newest.imageId;
    startedImage_ = spec_->image();
    if (newest.state == ContainerInfo::State::Running) {
        running(newest);
        serve();
    } else {
        info_ = newest;
        state_ = State::Exited;
        if (newest.state !=
            ContainerInfo::State::Exited) { // created and never started: as good as a failed start
            info_.exitCode = 128;
            info_.reason = "StartError";
        }
    }
}

void ContainerWorker::run() {
    if (busy() || active()) return;
    const Instant now = pod_.host().executor().clock().now();
    if (state_ == State::Exited && !restartPlanned_) planRestart();
    if (now < notBefore_) {
        if (!timer_.active()) timer_.start(pod_.host().executor(), notBefore_ - now, [this] { changed(); });
        return;
    }
    if (state_ == State::Exited || restartPlanned_) {
        last_ = std::make_unique<ContainerInfo>(info_);
        ++attempt_;
        restartPlanned_ = false;
    }
    beginImage();
}

void ContainerWorker::planRestart() {
    const Instant now = pod_.host().executor().clock().now();
    restartPlanned_ = true;
    if (now - startedAt_ > pod_.host().options().backOffReset) restarts_.reset();
    // As the kubelet does: the first time it is started again at once, and only then with pauses.
    const bool first = attempt_ == 0 || now - startedAt_ > pod_.host().options().backOffReset;
    if (first) {
        notBefore_ = now;
        return;
    }
    const Duration pause = restarts_.next();
    const std::string of = fmt::format("{} in pod {}_{}({})", name(), pod_.podId().name,
                                       pod_.podId().nameSpace, pod_.podId().uid.value());
    event(true, "BackOff", fmt::format("Back-off restarting failed container {}", of));
    last_ = std::make_unique<ContainerInfo>(info_);
    wait("CrashLoopBackOff",
         fmt::format("back-off {} restarting failed container={} pod={}_{}({})", goDuration(pause), name(),
                     pod_.podId().name, pod_.podId().nameSpace, pod_.podId().uid.value()),
         pause);
    pod_.host().statusChanged(pod_.podId().uid);
}

void ContainerWorker::retryNow() {
    if (state_ != State::Waiting || waitingReason_ == "CrashLoopBackOff" ||
        waitingReason_ == "ImagePullBackOff")
        return;
    notBefore_ = {};
    timer_.stop();
}

void ContainerWorker::beginImage() {
    ++step_;
    state_ = State::Pulling;
    if (waitingReason_ != "ImagePullBackOff" && waitingReason_ != "ErrImagePull") waitingReason_.clear();
    if (!last_) pod_.host().progressed(pod_.podId().uid);
    pod_.host().runtime().imageId(spec_->image(), guarded<std::string>(&ContainerWorker::imageLookedUp));
}

void ContainerWorker::imageLookedUp(Result<std::string> id) {
    const bool here = id && !id->empty();
    const std::string& policy = spec_->imagepullpolicy();
    if (pod_.stopping()) return wait("", "", waitForObject), changed();
    if (here && policy != "Always") {
        event(false, "Pulled",
              fmt::format("Container image \"{}\" already present on machine", spec_->image()));
        return imageReady(*id);
    }
    if (policy == "Never") {
        event(true, "ErrImageNeverPull",
              fmt::format("Container image \"{}\" is not present with pull policy of Never", spec_->image()));
        wait("ErrImageNeverPull",
             fmt::format("Container image \"{}\" is not present with pull policy of Never", spec_->image()),
             waitForObject);
        return pod_.host().statusChanged(pod_.podId().uid);
    }
    pull();
}

void ContainerWorker::pull() {
    event(false, "Pulling", fmt::format("Pulling image \"{}\"", spec_->image()));
    if (pod_.host().registryDown())
        return imageFailed("ErrImagePull",
                           Status{.reason = Reason::ServiceUnavailable,
                                  .message = fmt::format("failed to resolve reference \"{}\": the "
                                                         "registry does not answer",
                                                         spec_->image())});
    pullBegan_ = pod_.host().executor().clock().now();
    pod_.host().runtime().pullImage(spec_->image(), pod_.podId(),
                                    guarded<std::string>(&ContainerWorker::imagePulled));
}

void ContainerWorker::imagePulled(Result<std::string> id) {
    if (!id) return imageFailed("ErrImagePull", id.error());
    event(false, "Pulled",
          fmt::format("Successfully pulled image \"{}\" in {:.3g}s", spec_->image(),
                      seconds(pod_.host().executor().clock().now() - pullBegan_)));
    imageReady(*id);
}

void ContainerWorker::imageReady(const std::string& id) {
    pulls_.reset();
    imageId_ = id;
    waitingReason_.clear();
    waitingMessage_.clear();
    create();
}

void ContainerWorker::imageFailed(const std::string& reason, const Status& status) {
    event(true, "Failed", fmt::format("Failed to pull image \"{}\": {}", spec_->image(), status.message));
    event(true, "Failed", "Error: ErrImagePull");
    const Duration pause = pulls_.next();
    wait(reason, status.message, pause);
    const std::string text = fmt::format("Back-off pulling image \"{}\"", spec_->image());
    // Shown as the failure itself for a moment, then as the pause after it.
    const Instant retry = notBefore_;
    timer_.start(pod_.host().executor(), std::min<Duration>(pause / 2, std::chrono::seconds(1)),
                 [this, text, retry] {
                     waitingReason_ = "ImagePullBackOff";
                     waitingMessage_ = text + ": " + waitingMessage_;
                     event(false, "BackOff", text);
                     pod_.host().statusChanged(pod_.podId().uid);
                     Executor& executor = pod_.host().executor();
                     timer_.start(executor, std::max(Duration::zero(), retry - executor.clock().now()),
                                  [this] { changed(); });
                 });
    pod_.host().statusChanged(pod_.podId().uid);
    letOthersStart();
}

void ContainerWorker::create() {
    if (pod_.stopping()) return wait("", "", waitForObject), changed();
    state_ = State::Creating;
    Result<ContainerSpec> spec = pod_.containerSpec(*spec_);
    if (!spec) {
        if (spec.error().reason == Reason::ServiceUnavailable)
            return wait("ContainerCreating", "", waitForObject), letOthersStart();
        event(true, "Failed", "Error: " + spec.error().message);
        wait("CreateContainerConfigError", spec.error().message, waitForObject);
        pod_.host().statusChanged(pod_.podId().uid);
        return letOthersStart();
    }
    spec->attempt = attempt_;
    spec->imageId = imageId_;
    startedImage_ = spec_->image();
    applied_ = spec_->resources();
    ++step_;
    pod_.host().runtime().createContainer(pod_.sandboxId(), pod_.sandboxSpec(), std::move(*spec),
                                          guarded<std::string>(&ContainerWorker::created));
}

void ContainerWorker::createFailed(const std::string& reason, const Status& status) {
    event(true, "Failed", "Error: " + status.message);
    wait(reason, status.message, restarts_.next());
    pod_.host().statusChanged(pod_.podId().uid);
    letOthersStart();
}

void ContainerWorker::created(Result<std::string> id) {
    if (!id) return createFailed("CreateContainerError", id.error());
    event(false, "Created", fmt::format("Container created: {}", name()));
    containerId_ = *id;
    ContainerInfo made;
    made.id = *id;
    made.name = name();
    made.attempt = attempt_;
    made.podUid = pod_.podId().uid;
    made.state = ContainerInfo::State::Created;
    kept_.push_back(made);
    if (pod_.stopping()) return wait("", "", waitForObject), changed();
    pod_.host().runtime().startContainer(*id, guarded<ContainerInfo>(&ContainerWorker::startAnswered));
}

void ContainerWorker::startAnswered(Result<ContainerInfo> info) {
    if (!info) {
        event(true, "Failed", "Error: " + info.error().message);
        ContainerInfo failed;
        failed.id = containerId_;
        failed.name = name();
        failed.attempt = attempt_;
        failed.exitCode = 128;
        failed.reason = "StartError";
        failed.message = info.error().message;
        failed.startedAt = WallTime{};
        failed.finishedAt = pod_.host().executor().clock().wallNow();
        startedAt_ = pod_.host().executor().clock().now();
        return exit(failed);
    }
    event(false, "Started", fmt::format("Container started: {}", name()));
    running(*info);
    forgetOldContainers();
    if (info->state == ContainerInfo::State::Exited) return exit(*info);
    if (spec_->lifecycle().has_poststart()) return postStart();
    serve();
    changed();
}

void ContainerWorker::letOthersStart() {
    if (spec_->lifecycle().has_poststart()) changed();
}

std::unique_ptr<HookRun> ContainerWorker::doHook(const core::LifecycleHandler& handler,
                                                 HookRun::Ended ended) {
    const std::string& ip = pod_.podIp().empty() ? pod_.host().hostIp() : pod_.podIp();
    return std::make_unique<HookRun>(pod_.host().runtime(), pod_.host().executor(), handler, *spec_, ip,
                                     containerId_, std::move(ended));
}

void ContainerWorker::postStart() {
    starting_ = true;
    postStart_ = doHook(spec_->lifecycle().poststart(), [this](const std::string& error) {
        postStart_.reset();
        if (error.empty()) {
            serve();
            return changed();
        }
        waitingReason_ = "PostStartHookError";
        waitingMessage_ = error;
        // What a hook says may be secret, and events go to many places.
        event(true, "FailedPostStartHook", "PostStartHook failed");
        stop(pod_.gracePeriod(), "FailedPostStartHook");
    });
    changed(); // it may be that the pod was deleted meanwhile
}

void ContainerWorker::running(const ContainerInfo& info) {
    ++step_;
    info_ = info;
    containerId_ = info.id;
    if (!info.imageId.empty()) imageId_ = info.imageId;
    state_ = State::Running;
    waitingReason_.clear();
    waitingMessage_.clear();
    stopSent_.reset();
    applying_.reset();
    resizeTimer_.stop();
    startedAt_ = pod_.host().executor().clock().now();
    started_ = ready_ = starting_ = preStopDone_ = false;
    pod_.host().statusChanged(pod_.podId().uid);
}

void ContainerWorker::serve() {
    starting_ = false;
    started_ = !spec_->has_startupprobe();
    ready_ = !spec_->has_readinessprobe();
    startProbes();
    resize();
    pod_.host().statusChanged(pod_.podId().uid);
}

void ContainerWorker::startProbes() {
    const auto make = [this](const core::Probe& probe, const char* kind,
                             std::function<void(bool)> verdict) -> std::unique_ptr<ProbeWorker> {
        const std::string& ip = pod_.podIp().empty() ? pod_.host().hostIp() : pod_.podIp();
        const Result<ProbeTarget> target = probeTarget(probe.handler(), *spec_, ip, containerId_);
        if (!target) {
            event(true, "ProbeWarning", fmt::format("{} probe: {}", kind, target.error().message));
            return nullptr;
        }
        return std::make_unique<ProbeWorker>(pod_.host().runtime(), pod_.host().executor(), probe, *target,
                                             std::move(verdict), [this, kind](const std::string& text) {
                                                 // However long its last hook takes, it may be unwell now.
                                                 if (stopSent_ && pod_.stopping()) return;
                                                 event(true, "Unhealthy",
                                                       fmt::format("{} probe failed: {}", kind, text));
                                             });
    };
    const auto kill = [this](const core::Probe& probe, const char* kind) {
        if (pod_.stopping()) return; // its end is decided elsewhere
        const Duration grace = probe.has_terminationgraceperiodseconds()
                                   ? std::chrono::seconds(probe.terminationgraceperiodseconds())
                                   : pod_.gracePeriod();
        stop(grace, fmt::format("Container {} failed {} probe, will be restarted", name(), kind));
    };
    if (!started_) {
        startup_ = make(spec_->startupprobe(), "Startup", [this, kill](bool ok) {
            if (!ok) return kill(spec_->startupprobe(), "startup");
            started_ = true;
            pod_.host().executor().post([this, life = pod_.lifeToken(), step = step_] {
                if (life.expired() || step != step_) return;
                startup_.reset();
                startProbes();
                changed();
            });
            pod_.host().statusChanged(pod_.podId().uid);
        });
        if (startup_) return;
        started_ = true; // a probe that cannot be asked must not hold the pod for ever; the event says so
    }
    if (spec_->has_livenessprobe())
        liveness_ = make(spec_->livenessprobe(), "Liveness", [this, kill](bool ok) {
            if (!ok) kill(spec_->livenessprobe(), "liveness");
        });
    if (spec_->has_readinessprobe()) {
        readiness_ = make(spec_->readinessprobe(), "Readiness", [this](bool ok) {
            ready_ = ok;
            pod_.host().statusChanged(pod_.podId().uid);
        });
        if (!readiness_) ready_ = true;
    }
}

bool ContainerWorker::resizing() const {
    return active() && applied_ && !sameResources(*applied_, spec_->resources());
}

void ContainerWorker::resize() {
    const bool settled = applied_ && !resizing();
    if (state_ != State::Running || settled || applying_ || resizeTimer_.active()) return;
    if (applied_ && resizeRestarts(*applied_, *spec_))
        return stop(pod_.gracePeriod(), fmt::format("Container {} resize requires restart", name()));
    applying_ = spec_->resources();
    pod_.host().runtime().updateContainer(containerId_, pod_.resourcesOf(*spec_),
                                          guarded<void>(&ContainerWorker::resized));
    pod_.host().statusChanged(pod_.podId().uid);
}

void ContainerWorker::resized(Result<void> result) {
    const auto asked = std::exchange(applying_, std::nullopt);
    if (result) {
        applied_ = asked;
        pod_.host().statusChanged(pod_.podId().uid);
        return resize(); // it may have been given something else meanwhile
    }
    event(true, "ResizeError",
          fmt::format("Error resizing container {}: {}", name(), result.error().message));
    resizeTimer_.start(pod_.host().executor(), waitForObject, [this] { resize(); });
}

void ContainerWorker::stop(Duration grace, const std::string& why) {
    if (state_ == State::Pulling) { // a pull may take an hour; whatever comes of it, nobody wants it any more
        ++step_;
        state_ = State::Waiting;
    }
    if (!active()) {
        timer_.stop();
        return;
    }
    if (stopSent_ && *stopSent_ <= grace) return;
    if (!stopSent_) event(false, "Killing", why);
    stopSent_ = grace;
    state_ = State::Stopping;
    postStart_.reset();
    preStop(grace);
}

void ContainerWorker::preStop(Duration grace) {
    if (!spec_->lifecycle().has_prestop() || preStopDone_ || grace <= Duration::zero()) {
        preStop_.reset();
        preStopDone_ = true;
        return terminate(grace);
    }
    stopBegan_ = pod_.host().executor().clock().now();
    if (!preStop_)
        preStop_ = doHook(spec_->lifecycle().prestop(), [this](const std::string& error) {
            preStop_.reset();
            preStopDone_ = true;
            if (!error.empty()) event(true, "FailedPreStopHook", "PreStopHook failed");
            const Duration used = pod_.host().executor().clock().now() - stopBegan_;
            terminate(std::max(*stopSent_ - std::chrono::floor<std::chrono::seconds>(used), leastAfterHook));
        });
    preStop_->limit(grace);
}

void ContainerWorker::terminate(Duration grace) {
    pod_.host().runtime().stopContainer(
        containerId_, spec_->lifecycle().stopsignal(), grace,
        [this, life = pod_.lifeToken(), step = step_](Result<void> result) {
            if (result || life.expired() || step != step_ || state_ != State::Stopping) return;
            event(true, "FailedKillPod", "error killing container: " + result.error().message);
            timer_.start(pod_.host().executor(), killAgain, [this] {
                if (state_ == State::Stopping) terminate(*stopSent_);
            });
        });
}

void ContainerWorker::onChange(const ContainerInfo& info) {
    if (info.id != containerId_) return;
    if (info.state == ContainerInfo::State::Exited && active()) exit(info);
}

void ContainerWorker::sandboxLost() {
    if (busy()) {
        wait("", "", Duration::zero());
        return;
    }
    if (!active()) return;
    ContainerInfo gone = info_;
    gone.state = ContainerInfo::State::Exited;
    gone.exitCode = 137;
    gone.reason = "ContainerStatusUnknown";
    gone.message = "The pod's sandbox was lost and the container with it";
    gone.finishedAt = pod_.host().executor().clock().wallNow();
    exit(gone);
}

void ContainerWorker::exit(const ContainerInfo& info) {
    ++step_;
    postStart_.reset();
    preStop_.reset();
    startup_.reset();
    liveness_.reset();
    readiness_.reset();
    started_ = ready_ = starting_ = false;
    info_ = info;
    state_ = State::Exited;
    restartPlanned_ = false;
    for (ContainerInfo& kept : kept_)
        if (kept.id == info.id) kept = info;
    pod_.host().containerEnded(info.id);
    pod_.host().statusChanged(pod_.podId().uid);
    pod_.host().executor().post([this, life = pod_.lifeToken()] { // never inside the probe that caused it
        if (!life.expired()) changed();
    });
}

void ContainerWorker::forgetOldContainers() {
    // The one before is kept: its log is the answer to `logs --previous`.
    while (kept_.size() > 2) {
        pod_.host().runtime().removeContainer(kept_.front().id, [](Result<void>) {});
        kept_.erase(kept_.begin());
    }
}

void ContainerWorker::forget(const std::string& id) {
    std::erase_if(kept_, [&](const ContainerInfo& info) { return info.id == id; });
}

core::ContainerStatus ContainerWorker::status(const std::string& waitingReason) const {
    core::ContainerStatus out;
    out.set_name(spec_->name());
    out.set_image(spec_->image());
    out.set_imageid(everRan() || active() ? imageId_ : "");
    out.set_restartcount(static_cast<int>(attempt_));
    out.set_ready(ready());
    out.set_started(active() && started_);
    if (!containerId_.empty()) out.set_containerid(std::string(runtimeName) + containerId_);
    if (spec_->lifecycle().has_stopsignal() && !containerId_.empty())
        out.set_stopsignal(spec_->lifecycle().stopsignal());
    *out.mutable_allocatedresources() = spec_->resources().requests();
    *out.mutable_resources() = active() && applied_ ? *applied_ : spec_->resources();
    out.mutable_resources()->clear_claims();
    if (last_) *out.mutable_laststate()->mutable_terminated() = terminated(*last_);
    core::ContainerState& state = *out.mutable_state();
    if (active() && !starting_) {
        *state.mutable_running()->mutable_startedat() = api::toTime(info_.startedAt);
    } else if (state_ == State::Exited) {
        *state.mutable_terminated() = terminated(info_);
        if (init_ && info_.exitCode == 0 && !sidecar()) out.set_ready(true); // a done init container is ready
    } else {
        state.mutable_waiting()->set_reason(waitingReason_.empty() ? waitingReason : waitingReason_);
        if (!waitingMessage_.empty()) state.mutable_waiting()->set_message(waitingMessage_);
    }
    return out;
}

} // namespace wheelhouse::agent
