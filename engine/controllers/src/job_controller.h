#pragma once

#include "engine/api/groups/batch.h"
#include "job_indexes.h"
#include "pod_owner_controller.h"

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace wheelhouse::controllers {

namespace batch = api::batch;

/// Runs pods until enough of them have succeeded, or too many failed.
///
/// Watches Jobs and Pods. Creates Pods with the finalizer batch.kubernetes.io/job-tracking, deletes them,
/// takes the finalizer off; adopts and releases Pods (see PodOwnerController); writes Job status. Leaves
/// alone what spec.managedBy gives to somebody else, and Jobs that have finished.
///
/// Every pod is counted exactly once, in three steps, each of which the next look can carry on from:
///   1. the uids of ended pods go into status.uncountedTerminatedPods (of indexed Jobs, succeeded indexes
///      into completedIndexes) in one status write;
///   2. the finalizer of these pods is taken off, after which they may vanish;
///   3. uids whose pod has no finalizer any more are moved from the list into the counters, in one write.
/// A pod with the finalizer is never counted, a pod without it is counted if and only if its uid is listed.
/// The writes carry the resourceVersion they were computed from, so a look at an old state changes nothing.
/// A Job ends in two writes too: FailureTarget or SuccessCriteriaMet first, Failed or Complete when no pod of
/// it is left uncounted or terminating.
///
/// Interrupted anywhere, a new instance carries on from the API. What it forgets are the back-off before
/// replacements (pods fail again, or they do not) and the expectations, which only matter to an informer that
/// lags behind its own writes. Finalizers on pods of Jobs that are gone or finished are taken off.
class JobController final : public PodOwnerController {
  public:
    explicit JobController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    Claim::Test matching(const api::Object& owner) const override;
    std::string finalizer() const override;

  private:
    struct JobPod {
        ObjectPtr object;
        core::Pod pod;
        int index = -1;       ///< completion index; -1 = none
        bool tracked = false; ///< has the finalizer, as far as we know
    };
    /// Failures since the last success, for the back-off.
    struct Failures {
        int count = 0;
        WallTime last{};
    };
    /// One look at one Job.
    struct Look {
        ObjectPtr object;
        batch::Job job;
        batch::JobStatus stored; ///< as the API has it
        std::vector<JobPod> pods;
        std::vector<const JobPod*> active;
        int ready = 0;
        int terminating = 0;
        int succeeded = 0;
        int failed = 0;
        IndexSet counted;   ///< indexes that had succeeded before
        IndexSet done;      ///< … and now
        IndexSet exhausted; ///< failed indexes
        std::map<int, const JobPod*>
            awaited; ///< by index, the failed pod that goes when its replacement is there
        Failures failures;
        bool settled = false; ///< see PodOwnerController::settled
        std::optional<batch::JobCondition> end;
        bool limitReached = false; ///< more pods to count than fit into one status
    };

    // What the informers say.
    void jobChanged(const ObjectPtr& job);
    void jobDeleted(const ObjectPtr& job);
    void podChanged(const ObjectPtr& pod);
    void podGone(const ObjectPtr& pod);
    void enqueueOrphans(const ObjectPtr& job);
    bool willBeAdopted(const ObjectPtr& pod) const;

    // job_controller.cpp: what to do.
    Step sync(Look& look);
    Step lookAtPods(Look& look);
    void count(Look& look);
    void countIndexes(Look& look);
    void decideEnd(Look& look);
    bool pastDeadline(const Look& look);
    Step finish(Look& look);
    Step carryOn(Look& look);
    void setSuspended(Look& look);
    Step releaseOrphan(std::string key);

    // job_pods.cpp: as many pods as are wanted.
    Step manage(Look& look);
    std::vector<const JobPod*> surplus(const Look& look, int wanted) const;
    std::vector<core::Pod> newPods(Look& look, int missing);
    Step makePods(Look& look, int missing);
    Step stopPods(Look& look, std::vector<const JobPod*> victims);
    Step deleteAll(Look& look, std::vector<const JobPod*> victims);
    client::Task<std::vector<Result<client::Written>>> takeOffFinalizers(std::vector<const JobPod*> pods);

    // job_tracking.cpp: who has been counted.
    Step track(Look& look);
    bool mayCount(const Look& look, const JobPod& each) const;
    std::vector<const JobPod*> listUncounted(Look& look);
    bool listOne(Look& look, const JobPod& each, IndexSet& fresh);
    void announceEnd(Look& look);
    bool enactEnd(Look& look);
    Step writeStatus(Look& look);

    /// By Job, the pods whose finalizer is off though the informer may not show it yet.
    std::unordered_map<Uid, std::set<Uid>> unfinalized_;
    std::unordered_map<Uid, Failures> failures_;
};

} // namespace wheelhouse::controllers
