#pragma once

#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "exposition.h"
#include "link.pb.h"

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

/// Makes measures of what pods publish: a counter is its growth each second since the pod was last asked,
/// under its name without "_total" or "_seconds_total", as Prometheus' adapter has it; anything else is what
/// it is. A counter seen for the first time is no measure yet, and one that has become smaller began anew.
class MeasureMeter {
  public:
    std::vector<nodelink::Measure> take(const Uid& pod, const std::vector<ExposedSample>& page, Instant now);
    /// Forgets the pods that are not among these.
    void keepOnly(const std::vector<Uid>& pods);

  private:
    using SeriesKey = std::pair<std::string, std::map<std::string, std::string>>;
    struct Seen {
        Instant at{};
        std::map<SeriesKey, double> counters;
    };
    std::unordered_map<Uid, Seen> seen_;
};

} // namespace wheelhouse::agent
