#include "pod_worker.h"

#include "engine/api/time.h"
#include "resources.h"
#include "volumes.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr Duration tryAgain = std::chrono::seconds(2);
constexpr Duration waitForObject = std::chrono::seconds(10);
constexpr Duration waitForDisk = std::chrono::seconds(1);
constexpr Duration leavingAtMost = std::chrono::seconds(30); ///< beyond its grace

bool terminal(const std::string& phase) {
    return phase == "Succeeded" || phase == "Failed";
}

} // namespace

PodWorker::PodWorker(PodHost& host, std::shared_ptr<const core::Pod> pod)
    : host_(host), wanted_(std::move(pod)), pod_(asGivenBefore(wanted_)) {
    id_ = {pod_->metadata().namespace_(), pod_->metadata().name(), Uid(pod_->metadata().uid())};
    for (const core::Container& spec : pod_->spec().initcontainers())
        init_.push_back(std::make_unique<ContainerWorker>(*this, spec, true));
    for (const core::Container& spec : pod_->spec().containers())
        containers_.push_back(std::make_unique<ContainerWorker>(*this, spec, false));
    takeEphemeral();
    const core::PodStatus& status = pod_->status();
    for (const core::PodCondition& condition : status.conditions())
        noteCondition(condition);
    startTime_ =
        status.has_starttime() ? api::fromTime(status.starttime()) : host_.executor().clock().wallNow();
    if (terminal(status.phase())) {
        over_ = true;
        overPhase_ = status.phase();
        overReason_ = status.reason();
        overMessage_ = status.message();
    }
    settled_ = over_;
    qosClass_ = qosClass(*pod_);
    for (const core::Container& container : pod_->spec().containers())
        addPorts(container);
    for (const core::Container& container : pod_->spec().initcontainers())
        if (container.restartpolicy() == "Always") addPorts(container);
}

/// Ephemeral containers are added while the pod runs and never change or go.
void PodWorker::takeEphemeral() {
    for (int i = static_cast<int>(ephemeral_.size()); i < pod_->spec().ephemeralcontainers_size(); ++i) {
        core::Container& spec = ephemeralSpecs_.emplace_back();
        // The fields of both have the same numbers.
        spec.ParseFromString(
            pod_->spec().ephemeralcontainers(i).ephemeralcontainercommon().SerializeAsString());
        ephemeral_.push_back(std::make_unique<ContainerWorker>(*this, spec, false));
    }
}

std::string PodWorker::hostname() const {
    const std::string& own = pod_->spec().hostname();
    return own.empty() ? id_.name.substr(0, 63) : own;
}

SecuritySettings PodWorker::security() const {
    const core::PodSpec& spec = pod_->spec();
    SecuritySettings security;
    security.hostNetwork = spec.hostnetwork();
    security.hostPid = spec.hostpid();
    security.hostIpc = spec.hostipc();
    security.shareProcesses = spec.shareprocessnamespace();
    const core::PodSecurityContext& from = spec.securitycontext();
    if (from.has_runasuser()) security.runAsUser = from.runasuser();
    if (from.has_runasgroup()) security.runAsGroup = from.runasgroup();
    security.supplementalGroups.assign(from.supplementalgroups().begin(), from.supplementalgroups().end());
    if (from.has_fsgroup()) security.supplementalGroups.push_back(from.fsgroup());
    for (const core::Container& container : spec.containers())
        security.privileged = security.privileged || container.securitycontext().privileged();
    return security;
}

SandboxSpec PodWorker::sandboxSpec() const {
    const core::PodSpec& spec = pod_->spec();
    SandboxSpec out;
    out.pod = id_;
    out.attempt = sandboxAttempt_;
    out.qosClass = qosClass_;
    out.hostname = hostname();
    out.ports = ports_;
    out.security = security();
    for (const auto& [key, value] : pod_->metadata().labels())
        out.labels[key] = value;
    for (const auto& [key, value] : pod_->metadata().annotations())
        out.annotations[key] = value;
    for (const core::Sysctl& sysctl : spec.securitycontext().sysctls())
        out.sysctls[sysctl.name()] = sysctl.value();
    const bool clusterFirst = spec.dnspolicy().empty() || spec.dnspolicy() == "ClusterFirstWithHostNet" ||
                              (spec.dnspolicy() == "ClusterFirst" && !spec.hostnetwork());
    if (clusterFirst && !host_.options().clusterDns.empty()) {
        out.dnsServers = host_.options().clusterDns;
        const std::string& domain = host_.options().clusterDomain;
        out.dnsSearches = {fmt::format("{}.svc.{}", id_.nameSpace, domain), "svc." + domain, domain};
        out.dnsOptions = {"ndots:5"};
    }
    const core::PodDNSConfig& dns = spec.dnsconfig();
    out.dnsServers.insert(out.dnsServers.end(), dns.nameservers().begin(), dns.nameservers().end());
    out.dnsSearches.insert(out.dnsSearches.end(), dns.searches().begin(), dns.searches().end());
    for (const core::PodDNSConfigOption& option : dns.options())
        out.dnsOptions.push_back(option.value().empty() ? option.name()
                                                        : option.name() + ":" + option.value());
    return out;
}

void PodWorker::addPorts(const core::Container& container) {
    for (const core::ContainerPort& port : container.ports())
        if (port.hostport() > 0)
            ports_.push_back({port.protocol().empty() ? "TCP" : port.protocol(), port.containerport(),
                              port.hostport(), port.hostip()});
}

std::vector<network::HostPort> PodWorker::hostPorts() const {
    std::vector<network::HostPort> out;
    if (sandboxState_ != SandboxState::Ready || hostNetwork() || sandbox_.ip.empty()) return out;
    for (const PortMapping& port : ports_)
        out.push_back({port.protocol, port.hostIp, port.hostPort, sandbox_.ip, port.containerPort});
    return out;
}

void PodWorker::adopt(const std::vector<SandboxInfo>& sandboxes,
                      const std::vector<ContainerInfo>& containers) {
    std::vector<SandboxInfo> mine = sandboxes;
    std::sort(mine.begin(), mine.end(), [](const auto& a, const auto& b) { return a.attempt < b.attempt; });
    for (const SandboxInfo& sandbox : mine) {
        if (!sandbox_.id.empty()) oldSandboxes_.push_back(sandbox_.id);
        sandbox_ = sandbox;
    }
    if (!sandbox_.id.empty()) sandboxState_ = sandbox_.ready ? SandboxState::Ready : SandboxState::Stopped;
    admitted_ = !sandbox_.id.empty();
    sandboxAttempt_ = sandbox_.attempt;
    settled_ = over_ && containers.empty();
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group) {
            std::vector<ContainerInfo> found;
            for (const ContainerInfo& info : containers)
                if (info.name == worker->name()) found.push_back(info);
            worker->adopt(std::move(found));
        }
    // Containers that have started prove that the init containers are done, whether or not those were kept.
    initialized_ =
        std::any_of(containers_.begin(), containers_.end(), [](const auto& c) { return c->everRan(); });
}

void PodWorker::update(std::shared_ptr<const core::Pod> pod) {
    wanted_ = std::move(pod);
    grant();
    advance();
}

void PodWorker::grant() {
    if (!admitted_ || sameResources(*wanted_, *pod_)) {
        heldResize_.reset();
        return followSpec(wanted_);
    }
    if (const auto never = whyRejected(*wanted_, {}, host_.nodeStatus()))
        return hold("Infeasible", never->message);
    if (const auto now = host_.whyNoRoom(*wanted_)) return hold("Deferred", now->message);
    heldResize_.reset();
    host_.event(id_, false, "ResizeStarted", "Pod resize started", "");
    followSpec(wanted_);
}

void PodWorker::hold(const std::string& reason, const std::string& message) {
    if (!heldResize_ || heldResize_->reason != reason)
        host_.event(id_, true, "Resize" + reason, fmt::format("Pod resize {}: {}", reason, message), "");
    heldResize_ = {reason, message};
    followSpec(withResourcesOf(wanted_, *pod_));
}

void PodWorker::reconsiderResize() {
    if (!heldResize_ || stopping() || over_) return;
    if (whyRejected(*wanted_, {}, host_.nodeStatus()) || host_.whyNoRoom(*wanted_)) return;
    grant();
    host_.statusChanged(id_.uid);
}

void PodWorker::followSpec(const PodPtr& pod) {
    const PodPtr before = std::exchange(pod_, pod); // workers look at it still
    for (int i = 0; i < pod_->spec().initcontainers_size() && i < static_cast<int>(init_.size()); ++i)
        init_[static_cast<std::size_t>(i)]->setSpec(pod_->spec().initcontainers(i));
    for (int i = 0; i < pod_->spec().containers_size() && i < static_cast<int>(containers_.size()); ++i)
        containers_[static_cast<std::size_t>(i)]->setSpec(pod_->spec().containers(i));
    takeEphemeral();
    if (volumeState_ == VolumeState::Made && volumesShowPod(*pod_)) volumeState_ = VolumeState::None;
}

bool PodWorker::untouched() const {
    return !admitted_ && !over_ && !stopping() && sandboxState_ == SandboxState::None;
}

void PodWorker::reject(const Rejection& why) {
    over_ = true;
    rejected_ = true;
    overPhase_ = "Failed";
    overReason_ = why.reason;
    overMessage_ = "Pod was rejected: " + why.message;
    host_.event(id_, true, why.reason, why.message, "");
    host_.statusChanged(id_.uid);
}

void PodWorker::evict(const std::string& message, Duration grace) {
    if (over_ || stopping()) return;
    over_ = true;
    overPhase_ = "Failed";
    overReason_ = "Evicted";
    overMessage_ = message;
    evictionGrace_ = grace;
    leavingUntil_ = host_.executor().clock().now() + grace + leavingAtMost;
    host_.event(id_, true, "Evicted", message, "");
    host_.statusChanged(id_.uid);
    advance();
}

bool PodWorker::isLeaving() const {
    const bool free = sandboxState_ == SandboxState::None || sandboxState_ == SandboxState::Stopped;
    return evictionGrace_ && !free && host_.executor().clock().now() < leavingUntil_;
}

void PodWorker::forget(const std::string& containerId) {
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            worker->forget(containerId);
}

std::vector<std::string> PodWorker::imagesInHand() const {
    std::vector<std::string> images;
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            if ((worker->active() || worker->busy()) && !worker->imageInHand().empty())
                images.push_back(worker->imageInHand());
    return images;
}

void PodWorker::forceRemove() {
    forced_ = true;
    advance();
}

void PodWorker::onContainer(const ContainerInfo& info) {
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            worker->onChange(info);
}

void PodWorker::onSandbox(const SandboxInfo& info) {
    if (info.id != sandbox_.id || info.ready || sandboxState_ != SandboxState::Ready) return;
    sandboxState_ = SandboxState::Stopped;
    if (!stopping() && !over_)
        host_.event(id_, false, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.",
                    "");
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            worker->sandboxLost();
    advance();
}

void PodWorker::objectChanged(const std::string& kind, const std::string& name) {
    if (volumeState_ == VolumeState::Made && volumesUse(*pod_, kind, name)) volumeState_ = VolumeState::None;
    volumesNotBefore_ = {};
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            worker->retryNow();
    advance();
}

std::vector<const ContainerWorker*> PodWorker::activeContainers() const {
    std::vector<const ContainerWorker*> active;
    for (const auto* workers : {&init_, &containers_})
        for (const auto& worker : *workers)
            if (worker->active()) active.push_back(worker.get());
    return active;
}

const ContainerWorker* PodWorker::container(const std::string& name) const {
    for (const auto* group : {&init_, &containers_, &ephemeral_})
        for (const auto& worker : *group)
            if (worker->name() == name) return worker.get();
    return nullptr;
}

Duration PodWorker::gracePeriod() const {
    if (forced_) return Duration::zero();
    if (evictionGrace_) return *evictionGrace_;
    const auto& meta = pod_->metadata();
    if (meta.has_deletiontimestamp() && meta.has_deletiongraceperiodseconds())
        return std::chrono::seconds(meta.deletiongraceperiodseconds());
    const core::PodSpec& spec = pod_->spec();
    return std::chrono::seconds(
        spec.has_terminationgraceperiodseconds() ? spec.terminationgraceperiodseconds() : 30);
}

void PodWorker::advance() {
    again_ = true;
    if (advancing_ || gone_) return;
    advancing_ = true;
    while (std::exchange(again_, false) && !gone_) {
        if (stopping() || over_) {
            stopEverything();
            continue;
        }
        lookForTheEnd(); // before anything is made: a finished pod that was adopted needs nothing any more
        if (over_) continue;
        ensureVolumes();
        // While changed objects are written anew the old files are still there: nothing waits for them.
        if (volumeState_ != VolumeState::Made && volumePaths_.empty()) continue;
        ensureSandbox();
        if (sandboxState_ != SandboxState::Ready) continue;
        if (pod_->spec().activedeadlineseconds() > 0 && !deadline_.active()) {
            const WallTime end = startTime_ + std::chrono::seconds(pod_->spec().activedeadlineseconds());
            deadline_.start(host_.executor(),
                            std::max(Duration::zero(), end - host_.executor().clock().wallNow()), [this] {
                                over_ = true;
                                overPhase_ = "Failed";
                                overReason_ = "DeadlineExceeded";
                                overMessage_ =
                                    "Pod was active on the node longer than the specified deadline";
                                host_.event(id_, true, "DeadlineExceeded", overMessage_, "");
                                host_.statusChanged(id_.uid);
                                advance();
                            });
        }
        for (const auto& container : ephemeral_)
            if (!container->exited()) container->run();
        if (runInitContainers()) runContainers();
        lookForTheEnd();
    }
    advancing_ = false;
}

void PodWorker::ensureVolumes() {
    if (volumeState_ != VolumeState::None) return;
    if (pod_->spec().volumes_size() == 0) {
        volumeState_ = VolumeState::Made;
        return;
    }
    if (host_.executor().clock().now() < volumesNotBefore_) return;
    auto plans = planVolumes(facts(), host_.objects());
    if (!plans) {
        volumesNotBefore_ = host_.executor().clock().now() + waitForObject;
        if (plans.error().reason != Reason::ServiceUnavailable)
            host_.event(id_, true, "FailedMount", plans.error().message, "");
        return retryLater(waitForObject);
    }
    volumeState_ = VolumeState::Making;
    if (auto used = attachedVolumes(*plans); used != volumesInUse_) {
        volumesInUse_ = std::move(used);
        host_.disksChanged(); // before any is mounted: nobody must take them away from now on
    }
    for (const VolumePlan& plan : *plans)
        if (plan.readOnly) readOnlyVolumes_.insert(plan.name);
    host_.runtime().makeVolumes(id_, std::move(*plans),
                                [this, life = lifeToken()](Result<std::map<std::string, std::string>> paths) {
                                    if (life.expired()) return;
                                    if (paths) {
                                        volumePaths_ = std::move(*paths);
                                        volumeState_ = VolumeState::Made;
                                    } else {
                                        volumeState_ = VolumeState::None;
                                        const bool comes = paths.error().reason == Reason::ServiceUnavailable;
                                        const Duration wait = comes ? waitForDisk : waitForObject;
                                        volumesNotBefore_ = host_.executor().clock().now() + wait;
                                        if (!comes)
                                            host_.event(id_, true, "FailedMount", paths.error().message, "");
                                        retryLater(wait);
                                    }
                                    advance();
                                });
}

void PodWorker::ensureSandbox() {
    if (sandboxState_ == SandboxState::Ready || sandboxState_ == SandboxState::Starting ||
        sandboxState_ == SandboxState::Stopping)
        return;
    const Instant now = host_.executor().clock().now();
    if (now < sandboxNotBefore_) return retryLater(sandboxNotBefore_ - now);
    if (sandboxState_ == SandboxState::Stopped) {
        oldSandboxes_.push_back(sandbox_.id);
        host_.runtime().stopSandbox(sandbox_.id, [](Result<void>) {});
        sandboxAttempt_ = sandbox_.attempt + 1;
        initialized_ = false;
    }
    sandboxState_ = SandboxState::Starting;
    host_.runtime().runSandbox(sandboxSpec(), [this, life = lifeToken()](Result<SandboxInfo> made) {
        if (life.expired()) return;
        if (made) {
            sandbox_ = std::move(*made);
            if (hostNetwork()) sandbox_.ip = host_.hostIp();
            sandboxState_ = SandboxState::Ready;
            sandboxBackOff_.reset();
        } else {
            sandboxState_ = SandboxState::None;
            ++sandboxAttempt_;
            const Duration pause = sandboxBackOff_.next();
            sandboxNotBefore_ = host_.executor().clock().now() + pause;
            host_.event(id_, true, "FailedCreatePodSandBox",
                        "Failed to create pod sandbox: " + made.error().message, "");
            retryLater(pause);
        }
        host_.progressed(id_.uid);
        advance();
    });
    host_.progressed(id_.uid);
}

std::string PodWorker::restartPolicyOf(const ContainerWorker& container) const {
    const std::string& own = container.spec().restartpolicy();
    if (!own.empty()) return own;
    const std::string& policy = pod_->spec().restartpolicy();
    if (container.init() && policy == "Always") return "OnFailure";
    return policy.empty() ? "Always" : policy;
}

bool PodWorker::shouldRestart(const ContainerWorker& container) const {
    const std::string policy = restartPolicyOf(container);
    return policy == "Always" || (policy == "OnFailure" && container.exitCode() != 0);
}

bool PodWorker::runInitContainers() {
    for (const auto& container : init_) {
        if (container->sidecar()) {
            container->run();
            if (!container->started() && !initialized_) return false;
            continue;
        }
        if (initialized_) continue;
        if (container->exited()) {
            if (container->exitCode() == 0) continue;
            if (!shouldRestart(*container)) return false;
        }
        container->run();
        return false;
    }
    if (!initialized_) {
        initialized_ = true;
        if (!init_.empty()) host_.statusChanged(id_.uid);
    }
    return true;
}

void PodWorker::runContainers() {
    for (const auto& container : containers_) {
        if (!container->exited() || shouldRestart(*container)) container->run();
        if (container->holdsOthers()) return;
    }
}

bool PodWorker::everyContainerEnded() const {
    return std::all_of(containers_.begin(), containers_.end(),
                       [this](const auto& c) { return c->exited() && !shouldRestart(*c); });
}

void PodWorker::lookForTheEnd() {
    if (over_) return;
    bool failed = false;
    for (const auto& container : init_)
        failed = failed || (!initialized_ && !container->sidecar() && container->exited() &&
                            container->exitCode() != 0 && !shouldRestart(*container));
    if (!failed && !everyContainerEnded()) return;
    over_ = true;
    failed = failed || std::any_of(containers_.begin(), containers_.end(),
                                   [](const auto& c) { return c->exitCode() != 0; });
    overPhase_ = failed ? "Failed" : "Succeeded";
    host_.statusChanged(id_.uid);
    again_ = true;
}

void PodWorker::stopEverything() {
    const Duration grace = gracePeriod();
    bool waiting = false;
    for (const auto* group : {&containers_, &ephemeral_})
        for (const auto& container : *group) {
            container->stop(grace, fmt::format("Stopping container {}", container->name()));
            waiting = waiting || container->active() || container->busy();
        }
    for (const auto& container : init_) {
        if (container->sidecar() && waiting) continue; // they go last
        container->stop(grace, fmt::format("Stopping container {}", container->name()));
        waiting = waiting || container->active() || container->busy();
    }
    if (waiting || sandboxState_ == SandboxState::Starting || volumeState_ == VolumeState::Making) return;
    if (stopping() && !over_) {
        over_ = true; // what the last status of a deleted pod says
        const bool failed = std::any_of(containers_.begin(), containers_.end(),
                                        [](const auto& c) { return !c->exited() || c->exitCode() != 0; });
        overPhase_ = failed ? "Failed" : "Succeeded";
        host_.statusChanged(id_.uid);
    }
    tearDown();
}

void PodWorker::tearDown() {
    if (sandboxState_ == SandboxState::Ready) return stopSandbox();
    if (sandboxState_ == SandboxState::Stopping || !letGoVolumes()) return;
    if (stopping() && !tearingDown_) removeContainers(); // a finished pod keeps its containers for their logs
}

bool PodWorker::letGoVolumes() {
    if (pod_->spec().volumes_size() == 0 || volumesLetGo_) return true;
    if (lettingGo_) return false;
    lettingGo_ = true;
    host_.runtime().releaseVolumes(id_, [this, life = lifeToken()](Result<void> result) {
        if (life.expired()) return;
        if (!result) {
            host_.event(id_, true, "FailedUnmount", result.error().message, "");
            return retry_.start(host_.executor(), tryAgain, [this] {
                lettingGo_ = false;
                advance();
            });
        }
        lettingGo_ = false;
        volumesLetGo_ = true;
        if (!volumesInUse_.empty()) {
            volumesInUse_.clear();
            host_.disksChanged();
        }
        advance();
    });
    return false;
}

void PodWorker::stopSandbox() {
    sandboxState_ = SandboxState::Stopping;
    host_.runtime().stopSandbox(sandbox_.id, [this, life = lifeToken()](Result<void> result) {
        if (life.expired()) return;
        if (result) {
            sandboxState_ = SandboxState::Stopped;
            host_.progressed(id_.uid);
            return advance();
        }
        host_.event(id_, true, "FailedKillPod", "error killing pod: " + result.error().message, "");
        retry_.start(host_.executor(), tryAgain, [this] {
            sandboxState_ = SandboxState::Ready;
            advance();
        });
    });
}

void PodWorker::removeContainers() {
    tearingDown_ = true;
    struct Removal {
        int left = 1;
        std::string error;
    };
    auto removal = std::make_shared<Removal>();
    auto one = [this, life = lifeToken(), removal](Result<void> result) {
        if (life.expired()) return;
        if (!result) removal->error = result.error().message;
        if (--removal->left > 0) return;
        if (removal->error.empty()) {
            gone_ = true;
            return host_.podGone(id_.uid);
        }
        retry_.start(host_.executor(), tryAgain, [this] {
            tearingDown_ = false;
            advance();
        });
    };
    // A sandbox takes its containers along when it is removed.
    std::vector<std::string> sandboxes = oldSandboxes_;
    if (!sandbox_.id.empty()) sandboxes.push_back(sandbox_.id);
    removal->left += static_cast<int>(sandboxes.size());
    for (const std::string& id : sandboxes)
        host_.runtime().removeSandbox(id, one);
    host_.runtime().removePodFiles(id_, one);
}

void PodWorker::retryLater(Duration delay) {
    retry_.start(host_.executor(), delay, [this] { advance(); });
}

} // namespace wheelhouse::agent
