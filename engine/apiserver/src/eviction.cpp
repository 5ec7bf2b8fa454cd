#include "core.h"
#include "engine/api/disruption.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"
#include "verbs.h"
#include "writes.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::ObjectPtr;
using api::core::Pod;
using api::policy::PodDisruptionBudget;

namespace {

/// Evictions that were let through and that the controller has not seen happen. More means it is not there.
constexpr int mostUnconfirmed = 2000;
constexpr int untilComputed = 10; ///< seconds

bool isReady(const Pod& pod) {
    const auto& conditions = pod.status().conditions();
    return std::any_of(conditions.begin(), conditions.end(),
                       [](const auto& each) { return each.type() == "Ready" && each.status() == "True"; });
}

/// Its absence disturbs nobody: it has ended, is ending or has not begun.
bool needsNoBudget(const Pod& pod) {
    const std::string& phase = pod.status().phase();
    return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
           pod.metadata().has_deletiontimestamp();
}

Status tooMany(std::string why, int retryAfter) {
    Status status;
    status.reason = Reason::TooManyRequests;
    status.message = "Cannot evict pod as it would violate the pod's disruption budget.";
    status.causes.push_back({"DisruptionBudget", std::move(why), {}});
    status.retryAfterSeconds = retryAfter;
    return status;
}

std::vector<ObjectPtr> budgetsOf(const Core& core, const ObjectPtr& pod) {
    std::vector<ObjectPtr> budgets =
        core.store.listNewest(api::kindOf<PodDisruptionBudget>(), pod->nameSpace() + "/");
    std::erase_if(budgets, [&](const ObjectPtr& budget) {
        return !api::budgetCovers(budget->as<PodDisruptionBudget>(), pod->labels());
    });
    return budgets;
}

/// A pod that is not ready is not what the budget counts.
bool isFree(const PodDisruptionBudget& budget, const Pod& pod) {
    if (isReady(pod)) return false;
    if (budget.spec().unhealthypodevictionpolicy() == "AlwaysAllow") return true;
    const auto& status = budget.status();
    return status.desiredhealthy() > 0 && status.currenthealthy() >= status.desiredhealthy();
}

Result<void> checkBudget(const PodDisruptionBudget& budget) {
    const auto& kind = api::kindOf<PodDisruptionBudget>();
    const std::string& name = budget.metadata().name();
    const auto& status = budget.status();
    if (status.observedgeneration() < budget.metadata().generation())
        return fail(
            tooMany(fmt::format("The disruption budget {} is still being processed by the server.", name),
                    untilComputed));
    if (status.disruptionsallowed() < 0)
        return fail(forbidden(kind, name, "pdb disruptions allowed is negative"));
    if (status.disruptedpods_size() > mostUnconfirmed)
        return fail(forbidden(
            kind, name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller"));
    if (status.disruptionsallowed() > 0) return {};
    for (const auto& condition : status.conditions())
        if (condition.type() == api::disruptionAllowed && condition.reason() == api::disruptionSyncFailed)
            return fail(tooMany(fmt::format("The disruption budget {} does not allow evicting pods currently "
                                            "because it failed sync: {}",
                                            name, condition.message()),
                                0));
    return fail(tooMany(fmt::format("The disruption budget {} needs {} healthy pods and has {} currently",
                                    name, status.desiredhealthy(), status.currenthealthy()),
                        0));
}

/// Takes one disruption from the budget and remembers for which pod, until the controller has seen it go.
void spend(Core& core, PodDisruptionBudget budget, const std::string& pod) {
#ifdef WHEELHOUSE_SEEDED_BUGS
    if (std::getenv("WHEELHOUSE_BUG_FREE_EVICTION") != nullptr) return;
#endif
    const WallTime now = core.control.clock().wallNow();
    auto& status = *budget.mutable_status();
    status.set_disruptionsallowed(status.disruptionsallowed() - 1);
    if (status.disruptionsallowed() == 0) api::setBudgetCondition(status, now);
    (*status.mutable_disruptedpods())[pod] = api::toTime(now);
    commit(core, api::kindOf<PodDisruptionBudget>(), std::make_unique<PodDisruptionBudget>(std::move(budget)),
           false, [](const Result<ObjectPtr>&) {});
}

/// So that whoever looks at the pod later knows why it went.
void sayWhy(Core& core, Pod pod) {
    api::core::PodCondition* condition = nullptr;
    for (auto& each : *pod.mutable_status()->mutable_conditions())
        if (each.type() == "DisruptionTarget") condition = &each;
    if (!condition) condition = pod.mutable_status()->add_conditions();
    if (condition->status() != "True")
        *condition->mutable_lasttransitiontime() = api::toTime(core.control.clock().wallNow());
    condition->set_type("DisruptionTarget");
    condition->set_status("True");
    condition->set_reason("EvictionByEvictionAPI");
    condition->set_message("Eviction API: evicting");
    commit(core, api::kindOf<Pod>(), std::make_unique<Pod>(std::move(pod)), false,
           [](const Result<ObjectPtr>&) {});
}

/// The budget the eviction has to spend from; null when it needs none.
Result<ObjectPtr> budgetFor(const Core& core, const ObjectPtr& object, const Pod& pod) {
    if (needsNoBudget(pod)) return nullptr;
    const std::vector<ObjectPtr> budgets = budgetsOf(core, object);
    if (budgets.size() > 1)
        return fail(Reason::InternalError, "This pod has more than one PodDisruptionBudget, which the "
                                           "eviction subresource does not support.");
    if (budgets.empty()) return nullptr;
    const auto budget = budgets.front()->as<PodDisruptionBudget>();
    if (isFree(budget, pod)) return nullptr;
    if (auto checked = checkBudget(budget); !checked) return fail(checked.error());
    return budgets.front();
}

} // namespace

/// Deletes the pod if its budget allows that now. Everything is decided on the newest state and in one turn
/// of the control executor, so no two evictions spend the same disruption; a refusal changes nothing.
void evictPod(Core& core, WriteRequest request, Done done) {
    const auto& eviction = static_cast<const api::policy::Eviction&>(*request.message);
    if (!eviction.metadata().name().empty() && eviction.metadata().name() != request.name)
        return done(fail(Reason::BadRequest,
                         fmt::format("name in URL does not match name in Eviction object: \"{}\" != \"{}\"",
                                     request.name, eviction.metadata().name())));
    RemoveRequest remove;
    remove.kind = request.kind;
    remove.nameSpace = request.nameSpace;
    remove.name = request.name;
    remove.options = eviction.deleteoptions();
    remove.user = request.user;
    const bool dryRun = request.dryRun || eviction.deleteoptions().dryrun_size() > 0;
    // A deletion that would be refused anyway must not spend anything. A trial answers inside the call.
    RemoveRequest trial = remove;
    trial.dryRun = true;
    std::optional<Result<Outcome>> tried;
    removeObject(core, std::move(trial), [&tried](Result<Outcome> outcome) { tried = std::move(outcome); });
    if (!*tried) return done(fail(tried->error()));

    const ObjectPtr object =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    const auto pod = object->as<Pod>();
    const Result<ObjectPtr> budget = budgetFor(core, object, pod);
    if (!budget) return done(fail(budget.error()));
    if (dryRun) return done(plainSuccess());
    if (*budget) spend(core, (*budget)->as<PodDisruptionBudget>(), request.name);
    const bool ends = pod.metadata().has_deletiontimestamp() || pod.status().phase() == "Succeeded" ||
                      pod.status().phase() == "Failed";
    // The precondition was about the pod the client saw, not about what is written here.
    remove.options.clear_preconditions();
    if (!ends) sayWhy(core, pod);
    removeObject(core, std::move(remove), [done = std::move(done)](Result<Outcome> outcome) {
        if (!outcome) return done(std::move(outcome));
        done(plainSuccess());
    });
}

} // namespace wheelhouse::apiserver
