#include "job_controller.h"

#include "job_policies.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

/// Keys of pods that only have to lose the finalizer.
constexpr std::string_view orphanPrefix = "pod/";
constexpr const char* ourName = "kubernetes.io/job-controller";

bool isManagedElsewhere(const batch::Job& job) {
    return job.spec().has_managedby() && job.spec().managedby() != ourName;
}

bool hasFinalizer(const core::Pod& pod) {
    const auto& finalizers = pod.metadata().finalizers();
    return std::find(finalizers.begin(), finalizers.end(), trackingFinalizer) != finalizers.end();
}

bool hasFinalizer(const ObjectPtr& pod) {
    return mentions(*pod, trackingFinalizer) && hasFinalizer(pod->as<core::Pod>());
}

bool isTerminating(const core::Pod& pod) {
    return pod.metadata().has_deletiontimestamp() && !isTerminal(pod);
}

bool isTrue(const batch::JobCondition* condition) {
    return condition && condition->status() == "True";
}

} // namespace

JobController::JobController(const Deps& deps) : PodOwnerController(deps, "job", api::kindOf<batch::Job>()) {
    watch<batch::Job>({.onAdd = [this](const ObjectPtr& job) { jobChanged(job); },
                       .onUpdate = [this](const ObjectPtr&, const ObjectPtr& job) { jobChanged(job); },
                       .onDelete = [this](const ObjectPtr& job) { jobDeleted(job); }});
    watch<core::Pod>({.onAdd = [this](const ObjectPtr& pod) { podChanged(pod); },
                      .onUpdate = [this](const ObjectPtr&, const ObjectPtr& pod) { podChanged(pod); },
                      .onDelete = [this](const ObjectPtr& pod) { podGone(pod); }});
}

Claim::Test JobController::matching(const api::Object& owner) const {
    return matchingLabels(owner.as<batch::Job>().spec().selector());
}

std::string JobController::finalizer() const {
    return trackingFinalizer;
}

// --- what the informers say, beside which owner a pod concerns
// ---------------------------------------------------------------------------------------

void JobController::jobChanged(const ObjectPtr& job) {
    if (finishedCondition(job->as<batch::Job>().status())) enqueueOrphans(job);
}

void JobController::jobDeleted(const ObjectPtr& job) {
    unfinalized_.erase(job->uid());
    failures_.erase(job->uid());
    enqueueOrphans(job);
}

/// Its own pods, and those it will not adopt any more.
void JobController::enqueueOrphans(const ObjectPtr& job) {
    const auto release = [this](const ObjectPtr& pod) {
        if (hasFinalizer(pod)) enqueue(std::string(orphanPrefix) + pod->key());
    };
    for (const ObjectPtr& pod : pods_.byIndex(byController, job->uid().value()))
        release(pod);
    const Claim::Test adoptable = matching(*job);
    for (const ObjectPtr& pod : pods_.byIndex(byOrphanage, job->nameSpace()))
        if (adoptable(pod)) release(pod);
}

void JobController::podChanged(const ObjectPtr& pod) {
    if (!hasFinalizer(pod)) return podGone(pod);
    const auto owners = owners_.byIndex(byUid, pod->controllerUid().value());
    const bool owned = !owners.empty() && !finishedCondition(owners.front()->as<batch::Job>().status());
    if (!owned) enqueue(std::string(orphanPrefix) + pod->key());
}

/// Nothing holds it any longer.
void JobController::podGone(const ObjectPtr& pod) {
    const auto known = unfinalized_.find(pod->controllerUid());
    if (known != unfinalized_.end()) known->second.erase(pod->uid());
}

// --- reconcile
// ----------------------------------------------------------------------------------------------------

Step JobController::reconcile(std::string key) {
    if (key.starts_with(orphanPrefix)) {
        auto released = co_await releaseOrphan(key.substr(orphanPrefix.size()));
        co_return released;
    }
    Look look;
    look.object = owners_.get(key);
    if (!look.object) co_return Result<void>();
    look.job = look.object->as<batch::Job>();
    look.stored = look.job.status();
    if (isManagedElsewhere(look.job)) co_return Result<void>();
    if (finishedCondition(look.stored)) {
        failures_.erase(look.object->uid());
        unfinalized_.erase(look.object->uid());
        co_return Result<void>();
    }
    auto done = co_await sync(look);
    co_return done;
}

Step JobController::sync(Look& look) {
    look.settled = settled(look.object);
    auto claimed = co_await lookAtPods(look);
    if (!claimed) co_return claimed;
    look.job.mutable_status()->mutable_uncountedterminatedpods();
    // The deadline is about being active without a break, so it begins anew after one.
    const bool begins = !look.stored.has_starttime() || isTrue(findCondition(look.stored, "Suspended"));
    if (begins && !look.job.spec().suspend()) *look.job.mutable_status()->mutable_starttime() = timestamp();
    count(look);
    decideEnd(look);
    Result<void> acted;
    if (look.end)
        acted = co_await finish(look);
    else
        acted = co_await carryOn(look);
    auto& status = *look.job.mutable_status();
    status.set_active(static_cast<int>(look.active.size()));
    status.set_ready(look.ready);
    status.set_terminating(look.terminating);
    auto tracked = co_await track(look);
    if (!tracked) co_return tracked;
    co_return acted;
}

Step JobController::lookAtPods(Look& look) {
    auto claimed = co_await claimPods(look.object);
    if (!claimed) co_return fail(claimed.error());
    const auto off = unfinalized_.find(look.object->uid());
    for (OwnedPod& each : decodedPods(std::move(*claimed))) {
        const bool known = off != unfinalized_.end() && off->second.contains(each.object->uid());
        const bool tracked = hasFinalizer(each.pod) && !known;
        const int index = completionIndex(each.pod);
        look.pods.push_back({std::move(each.object), std::move(each.pod), index, tracked});
    }
    co_return Result<void>();
}

void JobController::count(Look& look) {
    const auto& spec = look.job.spec();
    const auto& uncounted = look.stored.uncountedterminatedpods();
    const std::set<std::string> listedSucceeded(uncounted.succeeded().begin(), uncounted.succeeded().end());
    const std::set<std::string> listedFailed(uncounted.failed().begin(), uncounted.failed().end());
    std::optional<WallTime> lastSuccess;
    std::vector<WallTime> failures;
    int failed = 0;
    look.succeeded = look.stored.succeeded() + uncounted.succeeded_size();
    for (const JobPod& each : look.pods) {
        if (isActive(each.pod)) {
            look.active.push_back(&each);
            look.ready += isReady(each.pod);
        }
        look.terminating += isTerminating(each.pod);
        const bool counts =
            each.tracked && (!isIndexed(spec) || (each.index >= 0 && each.index < spec.completions()));
        if (!counts) continue;
        const std::string& uid = each.object->uid().value();
        if (each.pod.status().phase() == "Succeeded" && !listedSucceeded.contains(uid)) {
            ++look.succeeded;
            lastSuccess = std::max(lastSuccess.value_or(WallTime{}), finishedAt(each.pod));
        } else if (isFailed(each.pod, spec) && !listedFailed.contains(uid)) {
            failed += judgeFailure(spec, each.pod).counts;
            failures.push_back(finishedAt(each.pod));
        }
    }
    look.failed = look.stored.failed() + uncounted.failed_size() + failed;
    const auto before = failures_.find(look.object->uid());
    if (before != failures_.end() && !lastSuccess) look.failures = before->second;
    for (const WallTime when : failures) {
        if (lastSuccess && when <= *lastSuccess) continue;
        ++look.failures.count;
        look.failures.last = std::max(look.failures.last, when);
    }
    if (isIndexed(spec)) countIndexes(look);
}

void JobController::countIndexes(Look& look) {
    const auto& spec = look.job.spec();
    const int completions = spec.completions();
    look.counted = IndexSet::parse(look.stored.completedindexes(), completions);
    look.done = look.counted;
    look.exhausted = IndexSet::parse(look.stored.failedindexes(), completions);
    IndexSet active;
    for (const JobPod* each : look.active)
        if (each->index >= 0) active.add(each->index);
    for (const JobPod& each : look.pods) {
        if (!each.tracked || each.index < 0 || each.index >= completions) continue;
        if (each.pod.status().phase() == "Succeeded") look.done.add(each.index);
        if (spec.has_backofflimitperindex() && endsIndex(spec, each.pod)) look.exhausted.add(each.index);
    }
    look.succeeded = look.done.size();
    if (!spec.has_backofflimitperindex()) return;
    // A replacement takes over its predecessor's failure counts, so the last one waits for it.
    const auto order = [](const JobPod& each) {
        const IndexFailures failures = failuresOf(each.pod);
        return std::make_pair(failures.counted + failures.ignored, finishedAt(each.pod));
    };
    for (const JobPod& each : look.pods) {
        if (!each.tracked || each.index < 0 || each.index >= completions || !isFailed(each.pod, spec))
            continue;
        if (look.done.contains(each.index) || look.exhausted.contains(each.index) ||
            active.contains(each.index))
            continue;
        const JobPod*& last = look.awaited[each.index];
        if (!last || order(*last) <= order(each)) last = &each;
    }
}

bool JobController::pastDeadline(const Look& look) {
    const auto& spec = look.job.spec();
    if (!spec.has_activedeadlineseconds() || spec.suspend()) return false;
    const Duration left = api::fromTime(look.job.status().starttime()) +
                          std::chrono::seconds(spec.activedeadlineseconds()) - wallNow();
    if (left <= Duration::zero()) return true;
    enqueueAfter(look.object->key(), left);
    return false;
}

/// Whether the Job is over, and why: the first reason that applies.
void JobController::decideEnd(Look& look) {
    const auto& spec = look.job.spec();
    const auto end = [&](const char* type, std::string reason, std::string message) {
        look.end = jobCondition(type, "True", std::move(reason), std::move(message), wallNow());
    };
    if (const auto* met = findCondition(look.stored, "SuccessCriteriaMet"); isTrue(met)) {
        look.end = *met;
        return;
    }
    if (const auto* target = findCondition(look.stored, "FailureTarget"); isTrue(target))
        return end("Failed", target->reason(), target->message());
    int restarts = 0;
    for (const JobPod& each : look.pods) {
        const std::string& phase = each.pod.status().phase();
        if (phase == "Running" || phase == "Pending") restarts += restartsOf(each.pod);
        if (!isFailed(each.pod, spec)) continue;
        if (auto verdict = judgeFailure(spec, each.pod); !verdict.failsJob.empty())
            return end("FailureTarget", "PodFailurePolicy", std::move(verdict.failsJob));
    }
    const bool restarted = spec.template_().spec().restartpolicy() == "OnFailure" &&
                           restartsExceed(restarts, spec.backofflimit());
    if (look.failed > spec.backofflimit() || restarted)
        return end("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    if (pastDeadline(look))
        return end("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline");
    if (!isIndexed(spec)) return;
    const int exhausted = look.exhausted.size();
    if (spec.has_maxfailedindexes() && exhausted > spec.maxfailedindexes())
        return end("FailureTarget", "MaxFailedIndexesExceeded",
                   "Job has exceeded the specified maximal number of failed indexes");
    if (exhausted > 0 && exhausted + look.done.size() >= spec.completions())
        return end("FailureTarget", "FailedIndexes", "Job has failed indexes");
    if (auto message = metSuccessPolicy(spec, look.done))
        return end("SuccessCriteriaMet", "SuccessPolicy", std::move(*message));
}

/// What still runs of a Job that is over is deleted; only then its end may be written.
Step JobController::finish(Look& look) {
    auto deleted = co_await deleteAll(look, look.active);
    // Pods that are not deleted, or not known yet, would be left behind.
    if (!deleted || !look.settled) look.end.reset();
    co_return deleted;
}

Step JobController::carryOn(Look& look) {
    const auto& spec = look.job.spec();
    const bool managing = look.settled && !look.object->deleting();
    Result<void> managed;
    if (managing) managed = co_await manage(look);
    const int wanted = spec.has_completions() ? spec.completions() : 1;
    if (look.active.empty() && look.succeeded >= wanted)
        look.end = jobCondition("SuccessCriteriaMet", "True", "CompletionsReached",
                                "Reached expected number of succeeded pods", wallNow());
    else if (managing)
        setSuspended(look);
    co_return managed;
}

void JobController::setSuspended(Look& look) {
    auto& status = *look.job.mutable_status();
    const bool suspended = look.job.spec().suspend();
    const char* what = suspended ? "Suspended" : "Resumed";
    const std::string message = suspended ? "Job suspended" : "Job resumed";
    if (setCondition(status, jobCondition("Suspended", suspended ? "True" : "False",
                                          std::string("Job") + what, message, wallNow())))
        events_.record(look.object, client::EventRecorder::Type::Normal, what, message);
}

/// Whether a Job that goes on will adopt this pod of nobody's. Its finalizer stays then: without it the Job
/// would take the pod for one that does not count, and delete it.
bool JobController::willBeAdopted(const ObjectPtr& pod) const {
    const auto jobs = owners_.byIndex(byNamespace, pod->nameSpace());
    return std::any_of(jobs.begin(), jobs.end(), [&](const ObjectPtr& job) {
        return !job->deleting() && !finishedCondition(job->as<batch::Job>().status()) && matching(*job)(pod);
    });
}

/// Takes the finalizer off a pod whose Job is gone or finished.
Step JobController::releaseOrphan(std::string key) {
    const ObjectPtr pod = pods_.get(key);
    if (!pod || !hasFinalizer(pod)) co_return Result<void>();
    const auto metadata = client::metadataOf(*pod);
    if (const auto* owner = client::controllerOf(metadata)) {
        if (owner->kind() != "Job" || !owner->apiversion().starts_with("batch/")) co_return Result<void>();
        for (const ObjectPtr& object : owners_.byIndex(byUid, owner->uid())) {
            const auto job = object->as<batch::Job>();
            if (isManagedElsewhere(job) || !finishedCondition(job.status())) co_return Result<void>();
        }
    } else if (willBeAdopted(pod)) {
        co_return Result<void>();
    }
    const JobPod orphan{pod, pod->as<core::Pod>(), -1, true};
    std::vector<const JobPod*> pods(1, &orphan);
    auto answers = co_await takeOffFinalizers(std::move(pods));
    co_return unlessGone(answers.front());
}

} // namespace wheelhouse::controllers
