#include "job_controller.h"
#include "job_policies.h"
#include "pod_ranking.h"
#include "pods.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

constexpr int mostAtOnce = 500;

int wantedActive(const batch::JobSpec& spec, int active, int succeeded) {
    if (spec.suspend()) return 0;
    if (spec.has_completions()) return std::clamp(spec.completions() - succeeded, 0, spec.parallelism());
    // Each pod of such a Job knows when the whole work is done: after one success nobody is replaced.
    return succeeded > 0 ? active : spec.parallelism();
}

} // namespace

/// Either deletes or creates, in one look; the next one does the other.
Step JobController::manage(Look& look) {
    const auto& spec = look.job.spec();
    const int active = static_cast<int>(look.active.size());
    const int wanted = wantedActive(spec, active, look.succeeded);
    if (auto victims = surplus(look, wanted); !victims.empty()) {
        if (victims.size() > mostAtOnce && !spec.suspend()) victims.resize(mostAtOnce);
        auto stopped = co_await stopPods(look, std::move(victims));
        co_return stopped;
    }
    const int missing = wanted - active - (replacesOnlyFailed(spec) ? look.terminating : 0);
    if (missing <= 0) co_return Result<void>();
    if (!spec.has_backofflimitperindex()) {
        const Duration left = backoffLeft(look.failures.count, look.failures.last, wallNow());
        if (left > Duration::zero()) {
            enqueueAfter(look.object->key(), left);
            co_return Result<void>();
        }
    }
    auto created = co_await makePods(look, std::min(missing, mostAtOnce));
    co_return created;
}

/// Active pods that must go: those nobody would count, of an index those without a place and all but the best
/// of each, then the least missed.
std::vector<const JobController::JobPod*> JobController::surplus(const Look& look, int wanted) const {
    const auto& spec = look.job.spec();
    std::vector<ObjectPtr> pods;
    for (const JobPod* each : look.active)
        pods.push_back(each->object);
    const auto ranked = rankForDeletion(pods, wallNow());
    std::vector<const JobPod*> victims;
    std::vector<const JobPod*> rest;
    std::set<int> taken;
    for (auto each = ranked.rbegin(); each != ranked.rend(); ++each) {
        const JobPod* pod = look.active[*each];
        const bool placed = !isIndexed(spec) || (pod->index >= 0 && pod->index < spec.completions());
        const bool stays = pod->tracked && placed && (!isIndexed(spec) || taken.insert(pod->index).second);
        (stays ? rest : victims).push_back(pod);
    }
    // `rest` has the least missed last.
    while (!rest.empty() && static_cast<int>(rest.size()) > wanted) {
        victims.push_back(rest.back());
        rest.pop_back();
    }
    return victims;
}

std::vector<core::Pod> JobController::newPods(Look& look, int missing) {
    const auto& spec = look.job.spec();
    core::Pod model = podFromTemplate(look.object, spec.template_());
    model.mutable_metadata()->add_finalizers(trackingFinalizer);
    if (!isIndexed(spec)) return std::vector<core::Pod>(static_cast<std::size_t>(missing), model);
    IndexSet taken = look.done;
    taken.add(look.exhausted);
    for (const JobPod& each : look.pods) {
        const bool blocks = isActive(each.pod) || (replacesOnlyFailed(spec) && !isTerminal(each.pod));
        if (blocks && each.index >= 0) taken.add(each.index);
    }
    std::vector<core::Pod> pods;
    Duration soonest = Duration::max();
    for (const int index : pendingIndexes(taken, missing, spec.completions())) {
        core::Pod pod = model;
        makeIndexed(pod, look.object->name(), index);
        if (spec.has_backofflimitperindex()) {
            auto& annotations = *pod.mutable_metadata()->mutable_annotations();
            IndexFailures failures;
            if (const auto before = look.awaited.find(index); before != look.awaited.end()) {
                failures = failuresAfter(spec, before->second->pod);
                const Duration left = backoffLeft(failures.counted + failures.ignored,
                                                  finishedAt(before->second->pod), wallNow());
                if (left > Duration::zero()) {
                    soonest = std::min(soonest, left);
                    continue;
                }
            }
            annotations[failureCountName] = std::to_string(failures.counted);
            if (failures.ignored > 0) annotations[ignoredFailureCountName] = std::to_string(failures.ignored);
        }
        pods.push_back(std::move(pod));
    }
    if (soonest != Duration::max()) enqueueAfter(look.object->key(), soonest);
    return pods;
}

Step JobController::makePods(Look& look, int missing) {
    std::vector<core::Pod> pods = newPods(look, missing);
    const std::size_t active = look.active.size() + pods.size();
    auto made = co_await createPods(look.object, std::move(pods));
    // How many only matters when all are there; otherwise the next look counts them. Nobody looks at these
    // here.
    if (made) look.active.resize(active, nullptr);
    co_return made;
}

/// Deletes pods that have not failed: without their finalizer they do not count.
Step JobController::stopPods(Look& look, std::vector<const JobPod*> victims) {
    auto answers = co_await takeOffFinalizers(victims);
    std::vector<const JobPod*> free;
    Result<void> outcome;
    for (std::size_t i = 0; i < victims.size(); ++i)
        if (auto gone = unlessGone(answers[i]); gone)
            free.push_back(victims[i]);
        else
            outcome = gone;
    auto deleted = co_await deleteAll(look, std::move(free));
    if (!deleted) co_return deleted;
    co_return outcome;
}

/// What could not be deleted counts as active still.
Step JobController::deleteAll(Look& look, std::vector<const JobPod*> victims) {
    std::vector<ObjectPtr> objects;
    for (const JobPod* victim : victims)
        objects.push_back(victim->object);
    auto deleted = co_await deletePods(look.object, std::move(objects));
    if (!deleted) co_return deleted;
    for (const JobPod* victim : victims)
        look.ready -= isReady(victim->pod);
    look.terminating += static_cast<int>(victims.size());
    look.active.resize(look.active.size() - victims.size());
    co_return deleted;
}

client::Task<std::vector<Result<client::Written>>>
JobController::takeOffFinalizers(std::vector<const JobPod*> pods) {
    std::vector<client::Call<client::Written>::Start> starts;
    for (const JobPod* each : pods)
        starts.push_back([cluster = &api_.cluster(), pod = each->object](auto done) {
            const std::string patch =
                fmt::format(R"({{"metadata":{{"uid":"{}","$deleteFromPrimitiveList/finalizers":["{}"]}}}})",
                            pod->uid().value(), trackingFinalizer);
            cluster->patch(pod->kind().name, pod->nameSpace(), pod->name(), api::PatchType::Strategic, patch,
                           {}, std::move(done));
        });
    client::Calls<client::Written> calls(std::move(starts));
    auto answers = co_await calls;
    co_return answers;
}

} // namespace wheelhouse::controllers
