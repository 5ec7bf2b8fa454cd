#pragma once

#include "engine/base/clock.h"

#include <map>
#include <string>

namespace wheelhouse::agent {

/// How long the container runtime took for what it was asked, as kubelets publish it. On the agent's
/// executor.
class OperationTimes {
  public:
    /// `request` is the name of its message: "RunPodSandboxRequest" is counted as run_podsandbox.
    void add(const std::string& request, Duration took, bool failed);
    /// In Prometheus' text format.
    std::string text() const;

  private:
    struct Times {
        unsigned long count = 0;
        unsigned long failures = 0;
        Duration sum{};
    };
    std::map<std::string, Times> byRequest_;
};

/// Processor time and memory of this process, in the same format and under the names every program uses.
std::string processFigures();

} // namespace wheelhouse::agent
