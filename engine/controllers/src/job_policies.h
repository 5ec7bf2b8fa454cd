#pragma once

#include "engine/api/groups/batch.h"
#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "job_indexes.h"

#include <optional>
#include <string>

namespace wheelhouse::controllers {

// What the words of a Job's spec say about its pods: pure functions, apart from the controller so that they
// can be tested as tables.

inline constexpr const char* trackingFinalizer = "batch.kubernetes.io/job-tracking";
inline constexpr const char* completionIndexName = "batch.kubernetes.io/job-completion-index";
inline constexpr const char* failureCountName = "batch.kubernetes.io/job-index-failure-count";
inline constexpr const char* ignoredFailureCountName = "batch.kubernetes.io/job-index-ignored-failure-count";

bool isIndexed(const api::batch::JobSpec& spec);
/// A terminating pod is replaced only when it has ended.
bool replacesOnlyFailed(const api::batch::JobSpec& spec);
/// Complete or Failed.
const api::batch::JobCondition* finishedCondition(const api::batch::JobStatus& status);
const api::batch::JobCondition* findCondition(const api::batch::JobStatus& status, const std::string& type);
/// Sets the condition of this type; one that was never there is not added as False. True when anything
/// changed.
bool setCondition(api::batch::JobStatus& status, const api::batch::JobCondition& condition);
api::batch::JobCondition jobCondition(std::string type, std::string status, std::string reason,
                                      std::string message, WallTime now);

/// The index in the pod's annotation, or -1.
int completionIndex(const api::core::Pod& pod);
/// It ended badly, or is on its way out where terminating pods count as failed.
bool isFailed(const api::core::Pod& pod, const api::batch::JobSpec& spec);
/// When its last container ended, or the best guess.
WallTime finishedAt(const api::core::Pod& pod);

/// What the pod failure policy makes of a failed pod.
struct FailureVerdict {
    bool counts = true;      ///< towards backoffLimit
    bool failsIndex = false; ///< whatever the index's own limit says
    std::string failsJob;    ///< the message with which the whole Job fails; empty = it does not
};
FailureVerdict judgeFailure(const api::batch::JobSpec& spec, const api::core::Pod& pod);
/// The failed pod is the last its index may have.
bool endsIndex(const api::batch::JobSpec& spec, const api::core::Pod& pod);
/// The failure counts a pod's replacement carries as annotations.
struct IndexFailures {
    int counted = 0;
    int ignored = 0;
};
IndexFailures failuresOf(const api::core::Pod& pod);
IndexFailures failuresAfter(const api::batch::JobSpec& spec, const api::core::Pod& failed);

/// The message of the success policy's rule that is met, if one is.
std::optional<std::string> metSuccessPolicy(const api::batch::JobSpec& spec, const IndexSet& succeeded);

/// How long a replacement still has to wait after this many failures in a row: 10 s, doubled for each, at
/// most 10 min.
Duration backoffLeft(int failures, WallTime lastFailure, WallTime now);

/// Containers of running pods were restarted as often as backoffLimit allows (restartPolicy OnFailure).
bool restartsExceed(int restarts, int backoffLimit);
int restartsOf(const api::core::Pod& pod);

/// Indexes that want a pod, lowest first, at most `count`: below `completions` and not in `taken`.
std::vector<int> pendingIndexes(const IndexSet& taken, int count, int completions);

/// The pod of one index, as the template and the Job's name make it.
void makeIndexed(api::core::Pod& pod, const std::string& job, int index);

} // namespace wheelhouse::controllers
