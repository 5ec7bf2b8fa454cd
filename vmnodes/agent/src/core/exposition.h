#pragma once

#include "engine/base/status.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::agent {

/// One sample of a page of metrics.
struct ExposedSample {
    std::string name;
    std::map<std::string, std::string> labels;
    double value = 0;     ///< a number, not infinite
    bool counter = false; ///< only grows, or begins anew
};

/// What a page in Prometheus' text format (0.0.4) says, in its order. Counters are what its TYPE lines say
/// are counters, the sums and counts of histograms and summaries, and names without a type that end in
/// "_total". The buckets of histograms and values that are no numbers are left out; timestamps are not
/// heeded. As for Prometheus, one line that cannot be read makes the page unreadable: the error names it. So
/// does a page of more samples, or a sample of more bytes, than anybody needs. Pure.
Result<std::vector<ExposedSample>> parseExposition(std::string_view page);

} // namespace wheelhouse::agent
