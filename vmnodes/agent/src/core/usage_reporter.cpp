#include "usage_reporter.h"

#include "engine/base/log.h"

#include <utility>

namespace wheelhouse::agent {

void UsageReporter::measure() {
    timer_.start(executor_, period_, [this] { measure(); });
    runtime_.usage([this, life = std::weak_ptr(life_)](Result<UsageSnapshot> snapshot) {
        if (life.expired()) return;
        // What cannot be measured now is reported next time; until then the last report is what is known.
        if (!snapshot) return log::warning("agent", "usage cannot be read: {}", snapshot.error().message);
        scraper_.ask(scrapeTargets(pods_, hostIp_),
                     [this, snapshot = std::move(*snapshot)](PodScraper::Measures measures) {
                         send(snapshot, std::move(measures));
                     });
    });
}

void UsageReporter::send(const UsageSnapshot& snapshot, PodScraper::Measures measures) {
    nodelink::FromAgent message;
    *message.mutable_usage() = usage_.report(snapshot, runningPods(pods_));
    for (nodelink::PodMeasures& each : measures)
        *message.mutable_usage()->add_measures() = std::move(each);
    tell_(std::move(message));
}

} // namespace wheelhouse::agent
