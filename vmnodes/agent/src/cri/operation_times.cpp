#include "operation_times.h"

#include "engine/base/files.h"

#include <cctype>
#include <ctime>
#include <fmt/format.h>
#include <sstream>
#include <string_view>
#include <unistd.h>

namespace wheelhouse::agent {

namespace {

/// "RunPodSandboxRequest" → "run_podsandbox", as kubelets call it.
std::string operationOf(std::string_view request) {
    constexpr std::string_view end = "Request";
    constexpr std::string_view whole = "PodSandbox"; // is one word there
    if (request.ends_with(end)) request.remove_suffix(end.size());
    std::string out;
    for (std::size_t i = 0; i < request.size(); ++i) {
        if (request.substr(i).starts_with(whole)) {
            out += (out.empty() ? "" : "_") + std::string("podsandbox");
            i += whole.size() - 1;
            continue;
        }
        const auto c = static_cast<unsigned char>(request[i]);
        if (std::isupper(c) != 0 && !out.empty()) out += '_';
        out += static_cast<char>(std::tolower(c));
    }
    return out;
}

} // namespace

void OperationTimes::add(const std::string& request, Duration took, bool failed) {
    Times& times = byRequest_[request];
    ++times.count;
    times.failures += failed ? 1 : 0;
    times.sum += took;
}

std::string OperationTimes::text() const {
    std::string durations =
        "# HELP kubelet_runtime_operations_duration_seconds Duration in seconds of runtime "
        "operations, by operation type.\n"
        "# TYPE kubelet_runtime_operations_duration_seconds summary\n";
    std::string errors = "# HELP kubelet_runtime_operations_errors_total Runtime operations that failed, by "
                         "operation type.\n"
                         "# TYPE kubelet_runtime_operations_errors_total counter\n";
    for (const auto& [request, times] : byRequest_) {
        const std::string type = operationOf(request);
        durations +=
            fmt::format("kubelet_runtime_operations_duration_seconds_sum{{operation_type=\"{0}\"}} {1}\n"
                        "kubelet_runtime_operations_duration_seconds_count{{operation_type=\"{0}\"}} {2}\n",
                        type, std::chrono::duration<double>(times.sum).count(), times.count);
        errors += fmt::format("kubelet_runtime_operations_errors_total{{operation_type=\"{}\"}} {}\n", type,
                              times.failures);
    }
    return durations + errors;
}

std::string processFigures() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    std::istringstream pages(readFile("/proc/self/statm").value_or(std::string()));
    long all = 0;
    long resident = 0;
    pages >> all >> resident;
    return fmt::format("# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n"
                       "# TYPE process_cpu_seconds_total counter\n"
                       "process_cpu_seconds_total {}\n"
                       "# HELP process_resident_memory_bytes Resident memory size in bytes.\n"
                       "# TYPE process_resident_memory_bytes gauge\n"
                       "process_resident_memory_bytes {}\n",
                       static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9,
                       resident * ::sysconf(_SC_PAGESIZE));
}

} // namespace wheelhouse::agent
