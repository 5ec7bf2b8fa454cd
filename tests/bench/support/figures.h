#pragma once

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// One run's figure: operations and what they took.
struct Run {
    double operations = 0;
    double seconds = 0;
    double cpuSeconds = 0; ///< of this process, all threads
};

inline double now(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

/// Runs `work` (which returns how many operations it did) and measures it.
inline Run measure(const std::function<double()>& work) {
    const double wall = now(CLOCK_MONOTONIC);
    const double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    Run run;
    run.operations = work();
    run.seconds = now(CLOCK_MONOTONIC) - wall;
    run.cpuSeconds = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return run;
}

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Summary {
    double median = 0, least = 0, most = 0, cpuMicroseconds = 0;
};

/// Operations a second over several runs, and CPU time an operation.
inline Summary perSecond(const std::vector<Run>& runs) {
    std::vector<double> rates;
    std::vector<double> cpu;
    for (const Run& run : runs) {
        rates.push_back(run.operations / run.seconds);
        cpu.push_back(run.cpuSeconds / run.operations * 1e6);
    }
    return {median(rates), *std::min_element(rates.begin(), rates.end()),
            *std::max_element(rates.begin(), rates.end()), median(cpu)};
}

/// One JSON line: the row of benchmarks, what was done, the figure and its anchor in the same run (0 = none).
inline void report(const std::string& row, const std::string& what, const std::string& unit,
                   const Summary& figure, int runs, const std::string& anchorName, double anchor,
                   double aim) {
    std::printf(
        "{\"row\":\"%s\",\"what\":\"%s\",\"unit\":\"%s\",\"median\":%.1f,\"least\":%.1f,\"most\":%.1f,"
        "\"runs\":%d,"
        "\"cpu_us_per_op\":%.2f,\"anchor\":\"%s\",\"anchor_value\":%.1f,\"ratio\":%.3f,\"aim\":%.3f}\n",
        row.c_str(), what.c_str(), unit.c_str(), figure.median, figure.least, figure.most, runs,
        figure.cpuMicroseconds, anchorName.c_str(), anchor, anchor > 0 ? figure.median / anchor : 0.0, aim);
    std::fflush(stdout);
}

} // namespace bench
