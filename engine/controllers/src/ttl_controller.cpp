#include "ttl_controller.h"

#include "job_policies.h"

#include <algorithm>
#include <optional>

namespace wheelhouse::controllers {

namespace {

/// How long the Job still has; nothing when it has no end or no limit.
std::optional<Duration> timeLeft(const ObjectPtr& object, WallTime now) {
    const auto job = object->as<api::batch::Job>();
    const auto* finished = finishedCondition(job.status());
    if (!finished || !job.spec().has_ttlsecondsafterfinished() || object->deleting()) return std::nullopt;
    return api::fromTime(finished->lasttransitiontime()) +
           std::chrono::seconds(job.spec().ttlsecondsafterfinished()) - now;
}

} // namespace

TtlController::TtlController(const Deps& deps)
    : QueuedController(deps, "ttlafterfinished"), jobs_(watch<api::batch::Job>(enqueueSelf())) {}

Step TtlController::reconcile(std::string key) {
    ObjectPtr job = jobs_.get(key);
    if (!job || !timeLeft(job, wallNow())) co_return Result<void>();
    auto left = timeLeft(job, wallNow());
    if (*left <= Duration::zero()) {
        auto live = co_await api_.get<api::batch::Job>(job->nameSpace(), job->name());
        if (!live && live.error().reason == Reason::NotFound) co_return Result<void>();
        if (!live) co_return fail(live.error());
        job = *live;
        left = timeLeft(job, wallNow());
    }
    if (!left) co_return Result<void>();
    if (*left > Duration::zero()) {
        enqueueAfter(key, *left);
        co_return Result<void>();
    }
    client::DeleteOptions how;
    how.propagationPolicy = "Foreground";
    how.revision = job->revision();
    auto deleted = co_await api_.remove(job, how);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
