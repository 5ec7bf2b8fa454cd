#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/client/cluster.h"
#include "engine/scheduler/configuration.h"
#include "engine/scheduler/decision.h"
#include "engine/scheduler/permit.h"
#include "engine/scheduler/what_if.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

struct Options {
    /// Pods that name another scheduler are left alone.
    std::string schedulerName = "default-scheduler";
    /// How pods are placed, by the scheduler they name; empty = Kubernetes' default plug-ins for
    /// `schedulerName`.
    std::vector<Profile> profiles;
    Duration initialBackoff = std::chrono::seconds(1);
    Duration maxBackoff = std::chrono::seconds(10);
    /// A pod nothing seems to help is tried again after this long all the same.
    Duration unschedulableTimeout = std::chrono::minutes(5);
    std::size_t decisionsPerPod = 20;
    /// Of all decisions together; the oldest go first.
    std::size_t nodeVerdictsKept = 2'000'000;
    std::size_t maxBindsInFlight = 1000;
    /// Asked in order about every pod that was given a node.
    std::vector<std::shared_ptr<Permit>> permits;
};

/// Gives every pod without a node one.
///
/// Watches pods, nodes, namespaces, services, replication controllers, replica sets, stateful sets, claims,
/// volumes, storage classes, CSI nodes, drivers and capacities, disruption budgets and priority classes.
/// Writes: pods/binding (which node), pods/status (condition PodScheduled=False with the reason, the
/// nominated node; of a victim DisruptionTarget), claimRef of volumes and the selected node of claims, events
/// Scheduled, FailedScheduling and Preempted; deletes victims. Reads nothing else.
///
/// A pod waits in one of three places: *active* (highest priority first, then longest waiting), *back-off*
/// (it failed lately: 1 s, doubling, at most 10 s; when nobody is active, one that found no node and was
/// helped since is tried before that) or *unschedulable* (no node fits; it stays until something happens, to
/// the cluster or to itself, that the filter which refused it says could help, or for five minutes). One
/// attempt looks at one pod and all nodes as they are at that moment: filters refuse nodes, scorers rank the
/// rest, the best wins and ties are drawn by lot. The choice is *assumed* at once, so that the next pod
/// already sees the room taken, while plug-ins that may have it wait are heard and the binding travels to the
/// API server and back. A pod no node fits may have less important ones removed: it is *nominated* for their
/// node, where pods no more important than it must leave it room, and tries again when they are gone.
///
/// Interruptions. A binding refused because the pod is gone or already has a node is dropped. Any other
/// refusal gives the room back and the pod tries again after its back-off. When the answer itself is lost,
/// the pod is read again before the room is given back, so a binding that did happen is never counted out. An
/// assumption ends when the watch shows the pod on its node, or gone. A restart forgets assumptions and
/// decisions and nothing else: all else is rebuilt from the two watches, and the API server refuses to bind a
/// pod twice. Pods and nodes are told apart by uid where a name may have been reused.
///
/// Single-threaded: construct, call and destroy on `executor`, which must be the cluster's. Nothing here
/// blocks.
class Scheduler {
  public:
    Scheduler(client::Cluster& cluster, Executor& executor, Random& random, Options options = {});
    ~Scheduler();
    Scheduler(const Scheduler&) = delete;
    Scheduler& operator=(const Scheduler&) = delete;

    /// Begins to watch; the first pod is placed once both watches are complete.
    void start();

    /// The last attempts of a pod, oldest first; null when there are none (any more). Valid until the next
    /// turn.
    const std::deque<SchedulingDecision>* decisions(const Uid& pod) const;
    /// A pod by "namespace/name" as the watch has it, or null.
    api::ObjectPtr pod(const std::string& key) const;
    /// The keys of the pods of a namespace (empty = all) there are decisions of, in order.
    std::vector<std::string> decidedPods(const std::string& nameSpace) const;
    /// `changed` is told the key of every pod that was decided on, or whose decisions went with it.
    void onDecision(std::function<void(const std::string& podKey)> changed);

    /// Where pods would go, one after another, in the cluster as it is but for `supposition`. Nothing is
    /// bound, recorded or remembered. NotFound when the supposition speaks of what is not there, Forbidden
    /// when a new pod would not be created: by its priority class, its runtime class, a limit range.
    Result<Foresight> whatIf(const Supposition& supposition, const std::vector<api::ObjectPtr>& pods);
    /// The same at an earlier revision, with everything that decides as it was then; Expired when history
    /// does not reach back so far. `podKeys` name pods of that time.
    void whatIf(Revision at, Supposition supposition, std::vector<api::ObjectPtr> pods,
                std::vector<std::string> podKeys, std::function<void(Result<Foresight>)> done);

    /// A plug-in that had the pod wait lets it go. Nothing happens when it does not wait for that plug-in.
    void permit(const Uid& pod, const std::string& plugin);
    /// It says no: the room is given back, and the pod tries again when something happens.
    void refuse(const Uid& pod, const std::string& plugin, const std::string& why);
    /// The pods that wait for plug-ins, in order of their uids.
    std::vector<Uid> awaitingPermit() const;

    struct Waiting {
        std::string pod; ///< "namespace/name"
        enum class Place { Active, BackOff, Unschedulable, Binding } place = Place::Active;
        Instant due{}; ///< when it is tried, at the latest
        int attempts = 0;
    };
    /// Every pod that waits, soonest first: "who acts next".
    std::vector<Waiting> waiting() const;

    struct Counts {
        std::size_t active = 0;
        std::size_t backingOff = 0;
        std::size_t unschedulable = 0;
        std::size_t binding = 0; ///< assumed, answer not yet here
        std::uint64_t bound = 0; ///< since the start
    };
    Counts counts() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::scheduler
