#pragma once

#include "pod_views.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// Looks at what the node and its pods use and at what pods publish of themselves, and tells it, once each
/// period while the link is there.
class UsageReporter {
  public:
    using Tell = std::function<void(nodelink::FromAgent message)>;

    UsageReporter(Runtime& runtime, Executor& executor, Duration period, const Workers& pods,
                  const std::string& hostIp, Tell tell)
        : runtime_(runtime), executor_(executor), period_(period), pods_(pods), hostIp_(hostIp),
          tell_(std::move(tell)), usage_(2 * period), scraper_(runtime, executor) {}
    ~UsageReporter() { life_.reset(); }
    UsageReporter(const UsageReporter&) = delete;
    UsageReporter& operator=(const UsageReporter&) = delete;

    void begin(Duration first) {
        timer_.start(executor_, first, [this] { measure(); });
    }
    void stop() { timer_.stop(); }

  private:
    void measure();
    void send(const UsageSnapshot& snapshot, PodScraper::Measures measures);

    Runtime& runtime_;
    Executor& executor_;
    const Duration period_;
    const Workers& pods_;
    const std::string& hostIp_;
    Tell tell_;
    UsageMeter usage_;
    PodScraper scraper_;
    ScopedTimer timer_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
