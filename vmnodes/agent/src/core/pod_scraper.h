#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "measure_meter.h"
#include "vmnodes/agent/pod_session.h"
#include "vmnodes/agent/runtime.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// Where a pod publishes its metrics.
struct ScrapeTarget {
    PortTarget port;
    std::string path;
};

/// By the annotations Prometheus' users know: prometheus.io/scrape: "true", and where they do not say
/// otherwise the first TCP port the pod declares, and /metrics. Nothing of a pod that does not want to be
/// asked, or of which no port is known; HTTPS is not asked. `at` is where the pod is; its port is filled in.
std::optional<ScrapeTarget> scrapeTargetOf(const api::core::Pod& pod, PortTarget at);

/// Asks pods for their metrics over HTTP, in rounds. Bounded: so many bytes of a page, so long for a round,
/// and so much of all of them in a report. A pod that does not answer, or not well, has no measures until it
/// does; the log says so once. On the agent's executor; destroying it ends everything.
class PodScraper {
  public:
    using Measures = std::vector<nodelink::PodMeasures>;

    PodScraper(Runtime& runtime, Executor& executor);
    ~PodScraper();
    /// Asks them all and calls `done` when every one has answered or the round is over: at once where there
    /// is nobody to ask. A round that still runs ends with what it has.
    void ask(const std::vector<ScrapeTarget>& targets, std::function<void(Measures)> done);

  private:
    class Visit;
    void answered(const PodId& pod, const Result<std::string>& page);
    void finish();

    Runtime& runtime_;
    Executor& executor_;
    MeasureMeter meter_;
    std::map<std::string, std::unique_ptr<Visit>> visits_; ///< by uid, while they last
    std::vector<std::unique_ptr<Visit>> over_;             ///< may still be on the stack
    std::map<std::string, std::string> failing_;           ///< by uid: what was last wrong
    Measures measures_;
    std::size_t bytes_ = 0;
    std::function<void(Measures)> done_;
    ScopedTimer patience_;
};

} // namespace wheelhouse::agent
