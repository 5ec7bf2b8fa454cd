#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::agent {

/// The target of a probe, with named ports looked up; Invalid for a handler this agent does not know.
Result<ProbeTarget> probeTarget(const api::core::ProbeHandler& handler, const api::core::Container& container,
                                const std::string& podIp, const std::string& containerId);

/// Asks one container one question again and again, and tells when the answer has changed for good
/// (thresholds). Level: `verdict` is told the first time a threshold is reached and whenever the verdict
/// turns. Destroying it stops it.
class ProbeWorker {
  public:
    using Verdict = std::function<void(bool ok)>;
    using Failure = std::function<void(const std::string& text)>; ///< each failed answer, for events

    ProbeWorker(Runtime& runtime, Executor& executor, const api::core::Probe& probe, ProbeTarget target,
                Verdict verdict, Failure failure);

  private:
    void ask();
    void answered(Result<ProbeAnswer> answer);

    Runtime& runtime_;
    Executor& executor_;
    ProbeTarget target_;
    Duration period_;
    Duration timeout_;
    int successThreshold_;
    int failureThreshold_;
    Verdict verdict_;
    Failure failure_;
    int run_ = 0; ///< > 0: successes in a row; < 0: failures in a row
    std::optional<bool> told_;
    ScopedTimer timer_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
