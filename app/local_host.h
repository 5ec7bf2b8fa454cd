#pragma once

#include "engine/base/executor.h"
#include "engine/base/system.h"
#include "ui/models/host.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

namespace wheelhouse::app {

/// Bytes of memory: all there is, and what could be taken now.
struct Memory {
    std::int64_t total = 0;
    std::int64_t available = 0;
};
/// From the texts of /proc/meminfo and, where a limit is set on all of us, the cgroup's memory.max and
/// memory.current (empty = no such file). Pure.
Memory memoryOf(const std::string& meminfo, const std::string& limit, const std::string& used);

/// This computer, for the window. Looks and builds on threads of its own and answers on `answers`, which must
/// outlive it. The destructor ends a build early and waits for it.
class LocalHost final : public ui::Host {
  public:
    /// `dataDirectory` is where the lab is kept.
    LocalHost(Executor& answers, std::filesystem::path dataDirectory);
    ~LocalHost() override;

    void look(std::function<void(ui::HostFacts)> looked) override;
    void buildImage(std::function<void(QString, double)> progress,
                    std::function<void(QString)> done) override;
    void cancelBuild() override;

  private:
    Executor& answers_;
    const std::filesystem::path dataDirectory_;
    std::atomic<bool> cancel_ = false;
    ThreadExecutor looks_{"host"};
    ThreadExecutor builds_{"image"};
};

} // namespace wheelhouse::app
