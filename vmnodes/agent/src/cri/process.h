#pragma once

#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// Runs a program to its end and gives its output. Blocks; for worker threads. Fails when it cannot be
/// started, ends with another code than 0 (the message is what it wrote) or outlives `limit` (it is killed
/// then).
class Processes {
  public:
    virtual ~Processes() = default;
    virtual Result<std::string> run(const std::vector<std::string>& command, const std::string& input = {},
                                    Duration limit = std::chrono::seconds(10)) = 0;
};

class SystemProcesses final : public Processes {
  public:
    Result<std::string> run(const std::vector<std::string>& command, const std::string& input,
                            Duration limit) override;
};

/// Sends a signal to the process of this number, if it is in a control group whose path names `container`:
/// the number may be another's by now.
Result<void> sendSignal(std::int64_t process, const std::string& container, int signal);

} // namespace wheelhouse::agent
