#pragma once

#include "cron_times.h"
#include "engine/api/groups/batch.h"
#include "engine/controllers/queued_controller.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

namespace batch = api::batch;

/// Makes Jobs at the times CronJobs name.
///
/// Watches CronJobs and Jobs. Creates Jobs and deletes them (those beyond the history limits, and with
/// concurrencyPolicy Replace those that still run); writes CronJob status.
///
/// A Job is called by the scheduled time it is for, so the same time makes one Job however often it is tried:
/// interrupted between creating it and writing the status, a new instance learns from the Job itself, by its
/// name and annotation, for which time it was made. Of times that were missed only the last is made up for,
/// and only within startingDeadlineSeconds. Local times skipped by a change of the clocks do not come,
/// repeated ones come twice. Nothing is remembered outside the API.
///
/// Until the computer's time zones are read (api::timeZones), CronJobs that name one wait.
class CronJobController final : public QueuedController {
  public:
    explicit CronJobController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    struct Child {
        ObjectPtr object;
        batch::Job job;
    };
    /// When a CronJob's schedule is understood: its parts, for as long as `zones` is held.
    struct Plan {
        api::Schedule schedule;
        std::shared_ptr<const api::TimeZones> zones;
        api::TimeZone zone;
    };
    /// One look at one CronJob.
    struct Look {
        ObjectPtr object;
        batch::CronJob cron;
        batch::CronJobStatus stored;
        std::vector<Child> children;
    };

    void cronChanged(const ObjectPtr& before, const ObjectPtr& cron);
    void jobChanged(const ObjectPtr& job);
    std::optional<Plan> planOf(const ObjectPtr& object, const batch::CronJob& cron, bool aloud);
    Step followJobs(Look& look);
    Step run(Look& look);
    Step startJob(Look& look, const Plan& plan, WallTime scheduled);
    Step replace(Look& look);
    Step cleanUp(Look& look);
    Step removeOldest(Look& look, bool failed, int limit);
    client::Task<Result<bool>> remove(Look& look, ObjectPtr job);
    bool tooLate(const Look& look, WallTime scheduled) const;
    void tell(const ObjectPtr& about, bool warning, const char* reason, const std::string& message);

    client::Informer& crons_;
    client::Informer& jobs_;
};

} // namespace wheelhouse::controllers
