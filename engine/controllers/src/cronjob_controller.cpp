#include "cronjob_controller.h"

#include "engine/api/time_zone.h"
#include "job_policies.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <tuple>

namespace wheelhouse::controllers {

namespace {

constexpr const char* scheduledName = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// A little after the time, so that no clock is read just before it.
constexpr Duration afterTime = std::chrono::milliseconds(100);
/// Until the time zones are read.
constexpr Duration untilKnown = std::chrono::seconds(1);

using Active = google::protobuf::RepeatedPtrField<core::ObjectReference>;

bool isListed(const Active& active, const std::string& uid) {
    return std::any_of(active.begin(), active.end(), [&](const auto& each) { return each.uid() == uid; });
}

void unlist(Active& active, const std::string& uid) {
    active.erase(
        std::remove_if(active.begin(), active.end(), [&](const auto& each) { return each.uid() == uid; }),
        active.end());
}

batch::Job jobOf(const ObjectPtr& object, const batch::CronJob& cron, WallTime scheduled,
                 const api::TimeZone& zone) {
    const auto& jobTemplate = cron.spec().jobtemplate();
    batch::Job job;
    auto& metadata = *job.mutable_metadata();
    metadata.set_namespace_(object->nameSpace());
    metadata.set_name(cronJobName(object->name(), scheduled));
    *metadata.mutable_labels() = jobTemplate.metadata().labels();
    *metadata.mutable_annotations() = jobTemplate.metadata().annotations();
    (*metadata.mutable_annotations())[scheduledName] = formatLocal(scheduled, zone);
    *metadata.add_ownerreferences() = client::controllerReference(*object);
    *job.mutable_spec() = jobTemplate.spec();
    return job;
}

/// For which of the CronJob's times it made the Job; nothing when it did not.
std::optional<meta::Time> scheduledTime(const ObjectPtr& cron, const batch::Job& job) {
    const auto found = job.metadata().annotations().find(scheduledName);
    if (found == job.metadata().annotations().end()) return std::nullopt;
    const auto time = api::parseTime(found->second);
    if (!time || job.metadata().name() != cronJobName(cron->name(), *time)) return std::nullopt;
    return api::toTime(*time);
}

bool namespaceEnds(const Status& status) {
    return std::any_of(status.causes.begin(), status.causes.end(),
                       [](const Cause& cause) { return cause.reason == "NamespaceTerminating"; });
}

} // namespace

CronJobController::CronJobController(const Deps& deps)
    : QueuedController(deps, "cronjob"),
      crons_(
          watch<batch::CronJob>({.onAdd = [this](const ObjectPtr& cron) { enqueue(cron->key()); },
                                 .onUpdate = [this](const ObjectPtr& before,
                                                    const ObjectPtr& cron) { cronChanged(before, cron); }})),
      jobs_(watch<batch::Job>(onAny([this](const ObjectPtr& job) { jobChanged(job); }))) {
    indexByUid(crons_);
    indexByController(jobs_);
}

/// Another schedule counts from now: times it would have had before were never anybody's wish.
void CronJobController::cronChanged(const ObjectPtr& before, const ObjectPtr& object) {
    const auto cron = object->as<batch::CronJob>();
    const auto old = before->as<batch::CronJob>();
    const bool rescheduled =
        cron.spec().schedule() != old.spec().schedule() || cron.spec().timezone() != old.spec().timezone();
    const auto plan = rescheduled ? planOf(object, cron, false) : std::nullopt;
    if (!plan) return enqueue(object->key());
    if (const auto next = cronTimes(cron, plan->schedule, plan->zone, wallNow(), false).next)
        enqueueAfter(object->key(), *next - wallNow() + afterTime);
}

void CronJobController::jobChanged(const ObjectPtr& job) {
    for (const ObjectPtr& cron : crons_.byIndex(byUid, job->controllerUid().value()))
        enqueue(cron->key());
}

void CronJobController::tell(const ObjectPtr& about, bool warning, const char* reason,
                             const std::string& message) {
    events_.record(about,
                   warning ? client::EventRecorder::Type::Warning : client::EventRecorder::Type::Normal,
                   reason, message);
}

std::optional<CronJobController::Plan> CronJobController::planOf(const ObjectPtr& object,
                                                                 const batch::CronJob& cron, bool aloud) {
    const auto& spec = cron.spec();
    const auto schedule = api::Schedule::parse(spec.schedule());
    if (!schedule) {
        if (aloud)
            tell(object, true, "UnparseableSchedule",
                 fmt::format("unparseable schedule: \"{}\" : {}", spec.schedule(), schedule.error().message));
        return std::nullopt;
    }
    Plan plan{*schedule, api::timeZones(), {}};
    if (spec.timezone().empty()) return plan;
    if (!plan.zones) {
        if (aloud) enqueueAfter(object->key(), untilKnown);
        return std::nullopt;
    }
    const api::TimeZone* zone = plan.zones->find(spec.timezone());
    if (!zone) {
        if (aloud)
            tell(object, true, "UnknownTimeZone",
                 fmt::format("invalid timeZone: \"{0}\": unknown time zone {0}", spec.timezone()));
        return std::nullopt;
    }
    plan.zone = *zone;
    return plan;
}

// --- reconcile
// ----------------------------------------------------------------------------------------------------

Step CronJobController::reconcile(std::string key) {
    Look look;
    look.object = crons_.get(key);
    if (!look.object) co_return Result<void>();
    look.cron = look.object->as<batch::CronJob>();
    look.stored = look.cron.status();
    for (const ObjectPtr& job : jobs_.byIndex(byController, look.object->uid().value()))
        look.children.push_back({job, job->as<batch::Job>()});
    auto followed = co_await followJobs(look);
    if (!followed) co_return followed;
    Result<void> ran;
    if (!look.object->deleting()) ran = co_await run(look);
    auto cleaned = co_await cleanUp(look);
    if (!google::protobuf::util::MessageDifferencer::Equivalent(look.stored, look.cron.status())) {
        auto written = co_await api_.updateStatus(look.cron);
        if (auto gone = unlessGone(written); !gone) co_return gone;
    }
    if (!ran) co_return ran;
    co_return cleaned;
}

/// Brings the list of active Jobs in line with what the Jobs say of themselves.
Step CronJobController::followJobs(Look& look) {
    auto& status = *look.cron.mutable_status();
    for (const Child& child : look.children) {
        const std::string& uid = child.object->uid().value();
        const auto* finished = finishedCondition(child.job.status());
        const bool listed = isListed(status.active(), uid);
        if (listed && finished) {
            unlist(*status.mutable_active(), uid);
            tell(look.object, false, "SawCompletedJob",
                 fmt::format("Saw completed job: {}, condition: {}", child.object->name(), finished->type()));
        }
        const auto scheduled = scheduledTime(look.object, child.job);
        if (!listed && !finished && !scheduled)
            tell(look.object, true, "UnexpectedJob",
                 "Saw a job that the controller did not create or forgot: " + child.object->name());
        // Made by an instance that did not come to write it down.
        if (scheduled && scheduled->seconds() >= status.lastscheduletime().seconds()) {
            *status.mutable_lastscheduletime() = *scheduled;
            if (!listed && !finished && !child.object->deleting())
                *status.add_active() = client::referenceTo(*child.object);
        }
        const bool succeeded =
            finished && finished->type() == "Complete" && child.job.status().has_completiontime();
        if (!succeeded) continue;
        const auto& when = child.job.status().completiontime();
        if (!status.has_lastsuccessfultime() || status.lastsuccessfultime().seconds() < when.seconds())
            *status.mutable_lastsuccessfultime() = when;
    }
    const Active active = status.active();
    for (const core::ObjectReference& each : active) {
        const bool known = std::any_of(look.children.begin(), look.children.end(), [&](const Child& child) {
            return child.object->uid().value() == each.uid();
        });
        if (known) continue;
        auto live = co_await api_.get<batch::Job>(each.namespace_(), each.name());
        if (live && (*live)->uid().value() == each.uid()) continue;
        if (!live && live.error().reason != Reason::NotFound) co_return fail(live.error());
        unlist(*status.mutable_active(), each.uid());
        tell(look.object, false, "MissingJob", "Active job went missing: " + each.name());
    }
    co_return Result<void>();
}

bool CronJobController::tooLate(const Look& look, WallTime scheduled) const {
    const auto& spec = look.cron.spec();
    return spec.has_startingdeadlineseconds() &&
           scheduled + std::chrono::seconds(spec.startingdeadlineseconds()) < wallNow();
}

/// Starts the Job that is due, if one is and may.
Step CronJobController::run(Look& look) {
    const auto& spec = look.cron.spec();
    const auto& status = look.cron.status();
    if (spec.suspend()) co_return Result<void>();
    const auto plan = planOf(look.object, look.cron, true);
    if (!plan) co_return Result<void>();
    const CronTimes times = cronTimes(look.cron, plan->schedule, plan->zone, wallNow(), true);
    if (times.next) enqueueAfter(look.object->key(), *times.next - wallNow() + afterTime);
    if (!times.due) co_return Result<void>();
    if (times.manyMissed)
        tell(
            look.object, true, "TooManyMissedTimes",
            "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
    if (tooLate(look, *times.due)) {
        tell(look.object, true, "MissSchedule",
             "Missed scheduled time to start a job: " + formatLocal(*times.due, plan->zone));
        co_return Result<void>();
    }
    const std::string name = cronJobName(look.object->name(), *times.due);
    const bool running = std::any_of(status.active().begin(), status.active().end(),
                                     [&](const auto& each) { return each.name() == name; });
    if (running) co_return Result<void>();
    if (spec.concurrencypolicy() == "Forbid" && status.active_size() > 0) {
        tell(look.object, false, "JobAlreadyActive",
             "Not starting job because prior execution is running and concurrency policy is Forbid");
        co_return Result<void>();
    }
    if (spec.concurrencypolicy() == "Replace") {
        auto replaced = co_await replace(look);
        if (!replaced) co_return replaced;
    }
    auto started = co_await startJob(look, *plan, *times.due);
    co_return started;
}

Step CronJobController::startJob(Look& look, const Plan& plan, WallTime scheduled) {
    const batch::Job job = jobOf(look.object, look.cron, scheduled, plan.zone);
    auto created = co_await api_.create(job);
    ObjectPtr started;
    if (created) {
        started = created->object;
        tell(look.object, false, "SuccessfulCreate", "Created job " + started->name());
    } else if (created.error().reason == Reason::AlreadyExists) {
        auto live = co_await api_.get<batch::Job>(look.object->nameSpace(), job.metadata().name());
        if (!live) co_return fail(live.error());
        // Somebody else's, who will know why.
        if ((*live)->controllerUid() != look.object->uid()) co_return Result<void>();
        started = *live;
    } else {
        if (namespaceEnds(created.error())) co_return Result<void>();
        tell(look.object, true, "FailedCreate", "Error creating job: " + created.error().message);
        co_return fail(created.error());
    }
    auto& status = *look.cron.mutable_status();
    if (!isListed(status.active(), started->uid().value()))
        *status.add_active() = client::referenceTo(*started);
    *status.mutable_lastscheduletime() = api::toTime(scheduled);
    co_return Result<void>();
}

Step CronJobController::replace(Look& look) {
    const Active active = look.cron.status().active();
    for (const core::ObjectReference& each : active) {
        auto live = co_await api_.get<batch::Job>(each.namespace_(), each.name());
        if (!live) co_return fail(live.error());
        auto removed = co_await remove(look, *live);
        if (!removed) co_return fail(removed.error());
    }
    co_return Result<void>();
}

/// Deletes a Job and what it made. True when it was there.
client::Task<Result<bool>> CronJobController::remove(Look& look, ObjectPtr job) {
    client::DeleteOptions how;
    how.propagationPolicy = "Background";
    auto deleted = co_await api_.remove(job, how);
    if (auto gone = unlessGone(deleted); !gone) {
        tell(look.object, true, "FailedDelete", "Deleted job: " + gone.error().message);
        co_return fail(gone.error());
    }
    unlist(*look.cron.mutable_status()->mutable_active(), job->uid().value());
    if (deleted) tell(look.object, false, "SuccessfulDelete", "Deleted job " + job->name());
    co_return deleted.has_value();
}

Step CronJobController::cleanUp(Look& look) {
    const auto& spec = look.cron.spec();
    Result<void> outcome;
    if (spec.has_successfuljobshistorylimit()) {
        auto done = co_await removeOldest(look, false, spec.successfuljobshistorylimit());
        if (!done) outcome = done;
    }
    if (spec.has_failedjobshistorylimit()) {
        auto done = co_await removeOldest(look, true, spec.failedjobshistorylimit());
        if (!done) outcome = done;
    }
    co_return outcome;
}

Step CronJobController::removeOldest(Look& look, bool failed, int limit) {
    std::vector<const Child*> ended;
    for (const Child& child : look.children) {
        const auto* finished = finishedCondition(child.job.status());
        if (finished && (finished->type() == "Failed") == failed && !child.object->deleting())
            ended.push_back(&child);
    }
    const auto age = [](const Child* child) {
        const auto& status = child->job.status();
        return std::make_tuple(!status.has_starttime(), status.starttime().seconds(), child->object->name());
    };
    std::sort(ended.begin(), ended.end(), [&](const Child* a, const Child* b) { return age(a) < age(b); });
    Result<void> outcome;
    for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < ended.size(); ++i) {
        auto removed = co_await remove(look, ended[i]->object);
        if (!removed) outcome = fail(removed.error());
    }
    co_return outcome;
}

} // namespace wheelhouse::controllers
