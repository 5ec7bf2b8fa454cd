#include "job_controller.h"
#include "job_policies.h"
#include "pods.h"

#include <algorithm>
#include <cstdlib>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

/// Keeps the status of a Job small, and large Jobs from starving others.
constexpr int mostUncounted = 500;

using Uids = google::protobuf::RepeatedPtrField<std::string>;

/// Uids whose pod has the finalizer stay; how many did not.
int takeCounted(Uids& listed, const std::set<std::string>& tracked) {
    const int before = listed.size();
    listed.erase(std::remove_if(listed.begin(), listed.end(),
                                [&](const std::string& uid) { return !tracked.contains(uid); }),
                 listed.end());
    return before - listed.size();
}

void moveToCounters(batch::JobStatus& status, const std::set<std::string>& tracked) {
    auto& uncounted = *status.mutable_uncountedterminatedpods();
    if (const int more = takeCounted(*uncounted.mutable_succeeded(), tracked); more > 0)
        status.set_succeeded(status.succeeded() + more);
    if (const int more = takeCounted(*uncounted.mutable_failed(), tracked); more > 0)
        status.set_failed(status.failed() + more);
}

bool contains(const Uids& list, const std::string& uid) {
    return std::find(list.begin(), list.end(), uid) != list.end();
}

bool isSuccess(const std::optional<batch::JobCondition>& end) {
    return end && (end->type() == "SuccessCriteriaMet" || end->type() == "Complete");
}

} // namespace

/// Steps 1 to 3 of the contract, and the Job's end.
Step JobController::track(Look& look) {
    auto& status = *look.job.mutable_status();
    std::set<std::string> tracked;
    for (const JobPod& each : look.pods)
        if (each.tracked) tracked.insert(each.object->uid().value());
    moveToCounters(status, tracked);
    const std::vector<const JobPod*> ended = listUncounted(look);
    announceEnd(look);
    bool listsFirst = true;
#ifdef WHEELHOUSE_SEEDED_BUGS
    listsFirst = std::getenv("WHEELHOUSE_BUG_COUNT_LATE") == nullptr;
#endif
    Result<void> listed;
    if (listsFirst) listed = co_await writeStatus(look);
    if (!listed) co_return listed;
    if (look.failures.count > 0)
        failures_[look.object->uid()] = look.failures;
    else
        failures_.erase(look.object->uid());

    for (const JobPod* each : ended)
        unfinalized_[look.object->uid()].insert(each->object->uid());
    auto answers = co_await takeOffFinalizers(ended);
    Result<void> outcome;
    for (std::size_t i = 0; i < ended.size(); ++i) {
        const Uid& uid = ended[i]->object->uid();
        const auto known = unfinalized_.find(look.object->uid());
        if (!answers[i] && known != unfinalized_.end()) known->second.erase(uid);
        if (auto gone = unlessGone(answers[i]); !gone)
            outcome = gone;
        else
            tracked.erase(uid.value());
    }
    moveToCounters(*look.job.mutable_status(), tracked);
    const bool over = outcome && enactEnd(look);
    auto written = co_await writeStatus(look);
    if (!written) co_return written;
    if (over) {
        const bool complete = look.end->type() == "Complete";
        events_.record(look.object,
                       complete ? client::EventRecorder::Type::Normal : client::EventRecorder::Type::Warning,
                       complete ? "Completed" : look.end->reason(),
                       complete ? "Job completed" : look.end->message());
        if (complete && look.job.spec().has_completions() &&
            look.job.status().succeeded() > look.job.spec().completions())
            events_.record(look.object, client::EventRecorder::Type::Warning, "TooManySucceededPods",
                           "Too many succeeded pods running after completion count reached");
    }
    co_return outcome;
}

/// The pod has ended as far as its Job is concerned.
bool JobController::mayCount(const Look& look, const JobPod& each) const {
    if (look.object->deleting() || look.end || each.pod.status().phase() == "Succeeded") return true;
    if (!isFailed(each.pod, look.job.spec())) return false;
    const auto awaited = look.awaited.find(each.index);
    return awaited == look.awaited.end() || awaited->second != &each;
}

/// Puts the pod where its Job will count it from. True when that made the status longer.
bool JobController::listOne(Look& look, const JobPod& each, IndexSet& fresh) {
    const auto& spec = look.job.spec();
    auto& uncounted = *look.job.mutable_status()->mutable_uncountedterminatedpods();
    const std::string& uid = each.object->uid().value();
    const bool placed = !isIndexed(spec) || (each.index >= 0 && each.index < spec.completions());
    if (!placed || contains(uncounted.failed(), uid)) return false;
    if (each.pod.status().phase() == "Succeeded") {
        if (isIndexed(spec)) {
            // The index is enough to never count it again.
            if (look.counted.contains(each.index)) return false;
            fresh.add(each.index);
            return true;
        }
        if (contains(uncounted.succeeded(), uid)) return false;
        uncounted.add_succeeded(uid);
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (std::getenv("WHEELHOUSE_BUG_COUNT_TWICE") != nullptr)
            look.job.mutable_status()->set_succeeded(look.job.status().succeeded() + 1);
#endif
        return true;
    }
    // What still runs when the Job has failed has failed too.
    const bool lost = isFailed(each.pod, spec) || (look.end && !isSuccess(look.end));
    if (!lost || !judgeFailure(spec, each.pod).counts) return false;
    uncounted.add_failed(uid);
    return true;
}

/// Lists the pods that ended since, and returns those that may lose the finalizer.
std::vector<const JobController::JobPod*> JobController::listUncounted(Look& look) {
    auto& status = *look.job.mutable_status();
    std::vector<const JobPod*> pods;
    for (const JobPod& each : look.pods)
        if (each.tracked) pods.push_back(&each);
    // Indexes become complete in order.
    std::stable_sort(pods.begin(), pods.end(),
                     [](const JobPod* a, const JobPod* b) { return a->index < b->index; });
    const auto& uncounted = status.uncountedterminatedpods();
    int listed = uncounted.succeeded_size() + uncounted.failed_size();
    IndexSet fresh = look.counted;
    std::vector<const JobPod*> ended;
    for (const JobPod* each : pods) {
        if (!mayCount(look, *each)) continue;
        ended.push_back(each);
        listed += listOne(look, *each, fresh);
        if (listed < mostUncounted) continue;
        look.limitReached = true;
        break;
    }
    if (isIndexed(look.job.spec())) {
        status.set_succeeded(fresh.size());
        if (fresh.empty())
            status.clear_completedindexes();
        else
            status.set_completedindexes(fresh.text());
        if (look.job.spec().has_backofflimitperindex()) status.set_failedindexes(look.exhausted.text());
    }
    return ended;
}

/// The first of the two writes a Job ends with.
void JobController::announceEnd(Look& look) {
    if (!look.end) return;
    auto& status = *look.job.mutable_status();
    const bool success = isSuccess(look.end);
    const bool announces = look.end->type() == "FailureTarget" || look.end->type() == "SuccessCriteriaMet";
    if (announces && !findCondition(status, look.end->type())) *status.add_conditions() = *look.end;
    look.end = jobCondition(success ? "Complete" : "Failed", "True", look.end->reason(), look.end->message(),
                            wallNow());
}

/// The second, unless some pod is not accounted for yet.
bool JobController::enactEnd(Look& look) {
    const auto& uncounted = look.job.status().uncountedterminatedpods();
    const bool accounted = uncounted.succeeded().empty() && uncounted.failed().empty();
    if (!look.end || look.limitReached || !accounted || look.terminating > 0) return false;
    auto& status = *look.job.mutable_status();
    setCondition(status, *look.end);
    if (look.end->type() == "Complete") *status.mutable_completiontime() = look.end->lasttransitiontime();
    return true;
}

/// Nothing is written when nothing has changed. Afterwards `look.job` is what the API has.
Step JobController::writeStatus(Look& look) {
    if (google::protobuf::util::MessageDifferencer::Equivalent(look.stored, look.job.status()))
        co_return Result<void>();
    auto written = co_await api_.updateStatus(look.job);
    if (!written) co_return unlessGone(written);
    if (written->object) look.job = written->object->as<batch::Job>();
    look.stored = look.job.status();
    look.job.mutable_status()->mutable_uncountedterminatedpods();
    co_return Result<void>();
}

} // namespace wheelhouse::controllers
