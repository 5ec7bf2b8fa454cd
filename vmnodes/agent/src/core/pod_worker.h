#pragma once

#include "admission.h"
#include "container_worker.h"
#include "engine/api/types.h"
#include "environment.h"
#include "grants.h"
#include "pod_host.h"

#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// One pod on this node, from its first sight to its last container. Watches the desired pod, what the
/// runtime says of its sandbox and containers, and the objects it refers to; writes through the runtime.
/// Level-triggered: `advance` looks at everything and starts whatever is missing, so any message may be lost,
/// doubled or late. Interrupted at any point, a new worker that adopts the runtime's inventory goes on from
/// there.
class PodWorker final : public ContainerOwner, public std::enable_shared_from_this<PodWorker> {
  public:
    PodWorker(PodHost& host, std::shared_ptr<const api::core::Pod> pod);

    void adopt(const std::vector<SandboxInfo>& sandboxes, const std::vector<ContainerInfo>& containers);
    void update(std::shared_ptr<const api::core::Pod> pod);
    /// Nothing of it has been started, and nothing says that it shall not be.
    bool untouched() const;
    /// Takes its share of the node, from its admission to its end.
    bool admitted() const { return admitted_ && !forced_ && !over_; }
    void setAdmitted() { admitted_ = true; }
    /// There is no room for it: it fails before it starts.
    void reject(const Rejection& why);
    /// The API object is gone: stop at once.
    void forceRemove();
    /// The node has no room for it any more: it fails, and its containers have `grace` for their end. Nothing
    /// happens to one that is over or on its way out.
    void evict(const std::string& message, Duration grace);
    /// Evicted, and what it has of the node is not free yet; after a while it counts as if it were.
    bool isLeaving() const;
    /// Succeeded or Failed.
    bool isOver() const { return over_; }
    /// A container that has ended is no more.
    void forget(const std::string& containerId);
    /// The images its containers have or are about to have.
    std::vector<std::string> imagesInHand() const;
    void onContainer(const ContainerInfo& info);
    void onSandbox(const SandboxInfo& info);
    void objectChanged(const std::string& kind, const std::string& name);
    /// Safe to call at any time; does nothing that is already under way.
    void advance();

    /// As it is wanted, but with what it has been given of the node.
    const api::core::Pod& pod() const { return *pod_; }
    /// As the control plane wants it.
    const api::core::Pod& wanted() const { return *wanted_; }
    /// After an adoption: a resize that was not given yet is decided once all pods are known.
    void decideResize() {
        if (admitted()) grant();
    }
    /// A resize that had to wait: is there room now?
    void reconsiderResize();
    /// Whether the control plane waits to hear that it is gone.
    bool tellWhenGone() const { return !forced_; }
    const ContainerWorker* container(const std::string& name) const;
    /// Those that run, init containers and sidecars among them.
    std::vector<const ContainerWorker*> activeContainers() const;
    /// The ports of the node that lead here now.
    std::vector<network::HostPort> hostPorts() const;
    /// The attached volumes that are or are about to be mounted for it, as the node's status names them.
    const std::set<std::string>& volumesInUse() const { return volumesInUse_; }
    /// The status as it is now; conditions keep their times from one call to the next.
    api::core::PodStatus refreshStatus();

    PodHost& host() override { return host_; }
    const PodId& podId() const override { return id_; }
    const std::string& sandboxId() const override { return sandbox_.id; }
    const std::string& podIp() const override { return sandbox_.ip; }
    SandboxSpec sandboxSpec() const override;
    bool stopping() const override { return forced_ || pod_->metadata().has_deletiontimestamp(); }
    Result<ContainerSpec> containerSpec(const api::core::Container& spec) override;
    LinuxResources resourcesOf(const api::core::Container& spec) const override;
    Duration gracePeriod() const override;
    void containerChanged() override { advance(); }
    std::weak_ptr<void> lifeToken() const override { return life_; }

  private:
    enum class SandboxState { None, Starting, Ready, Stopping, Stopped };
    enum class VolumeState { None, Making, Made };

    PodFacts facts() const { return {*pod_, sandbox_.ip, host_.hostIp(), host_.nodeStatus()}; }
    bool hostNetwork() const { return pod_->spec().hostnetwork(); }
    std::string restartPolicyOf(const ContainerWorker& container) const;
    bool shouldRestart(const ContainerWorker& container) const;
    void ensureVolumes();
    void ensureSandbox();
    /// True when every init container has done its part.
    bool runInitContainers();
    void runContainers();
    void lookForTheEnd();
    void stopEverything();
    void tearDown();
    void stopSandbox();
    /// True when its volumes are gone; otherwise sees to it.
    bool letGoVolumes();
    void removeContainers();
    void retryLater(Duration delay);
    /// Fills in what a container sees of the pod's volumes; `values` is its environment.
    Result<void> showVolumes(const api::core::Container& from,
                             const std::map<std::string, std::string>& values, ContainerSpec& spec) const;
    /// Gives the pod what it wants, if that may be.
    void grant();
    void hold(const std::string& reason, const std::string& message);
    void followSpec(const PodPtr& pod);
    std::string hostname() const;
    SecuritySettings security() const;
    void addPorts(const api::core::Container& container);
    void takeEphemeral();
    bool everyContainerEnded() const;
    std::string phase() const;
    std::string waitingReason() const;
    void noteCondition(const api::core::PodCondition& condition);
    void setCondition(api::core::PodStatus& status, const std::string& type, bool value,
                      const std::string& reason, const std::string& message) const;
    void fillConditions(api::core::PodStatus& status) const;
    void fillStatuses(api::core::PodStatus& status) const;

    PodHost& host_;
    PodPtr wanted_;
    PodPtr pod_;
    std::optional<Rejection> heldResize_; ///< "Deferred" or "Infeasible"
    PodId id_;
    std::vector<std::unique_ptr<ContainerWorker>> init_;
    std::vector<std::unique_ptr<ContainerWorker>> containers_;
    std::list<api::core::Container> ephemeralSpecs_; ///< their workers point to them
    std::vector<std::unique_ptr<ContainerWorker>> ephemeral_;
    SandboxInfo sandbox_;
    std::uint32_t sandboxAttempt_ = 0; ///< of the next one
    std::string qosClass_;
    std::vector<PortMapping> ports_;
    SandboxState sandboxState_ = SandboxState::None;
    std::vector<std::string> oldSandboxes_;
    VolumeState volumeState_ = VolumeState::None;
    std::map<std::string, std::string> volumePaths_;
    std::set<std::string> readOnlyVolumes_;
    std::set<std::string> volumesInUse_;
    bool volumesLetGo_ = false; ///< after its end
    bool lettingGo_ = false;
    std::optional<Duration> evictionGrace_; ///< it was evicted
    Instant leavingUntil_{};
    bool settled_ = false; ///< it was over when it came, and nothing of it is here: its status is what it was
    BackOff sandboxBackOff_{std::chrono::seconds(1), std::chrono::seconds(30)};
    bool initialized_ = false;
    bool admitted_ = false;
    bool rejected_ = false; ///< over before it began
    bool forced_ = false;
    bool over_ = false; ///< Succeeded or Failed: nothing starts any more
    std::string overPhase_;
    std::string overReason_;
    std::string overMessage_;
    bool tearingDown_ = false; ///< sandbox and files are being removed
    bool gone_ = false;
    bool advancing_ = false;
    bool again_ = false;
    Instant volumesNotBefore_{};
    Instant sandboxNotBefore_{};
    WallTime startTime_{};
    /// A condition as it was said last. There is a worker for every pod of a node: whole statuses are not
    /// kept.
    struct Condition {
        std::string type;
        bool value = false;
        WallTime since{};
    };
    std::vector<Condition> conditions_;
    ScopedTimer retry_;
    ScopedTimer deadline_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
