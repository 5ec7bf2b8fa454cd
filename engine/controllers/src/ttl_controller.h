#pragma once

#include "engine/api/groups/batch.h"
#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Deletes Jobs some time after they have finished, as their ttlSecondsAfterFinished says.
///
/// Watches Jobs. Deletes them in the foreground, so that a Job is there until its pods are gone; writes
/// nothing else. The Job is read afresh before: somebody may just have given it more time.
///
/// Interrupted anywhere, a new instance computes the same times from the API.
class TtlController final : public QueuedController {
  public:
    explicit TtlController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Informer& jobs_;
};

} // namespace wheelhouse::controllers
