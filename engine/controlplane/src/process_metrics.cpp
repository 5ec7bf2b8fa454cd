#include "process_metrics.h"

#include "engine/apiserver/http_server.h"
#include "engine/base/files.h"

#include <filesystem>
#include <prometheus/metric_family.h>
#include <sstream>
#include <unistd.h>

namespace wheelhouse::controlplane {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(MetricType type, std::string name, std::string help) {
    MetricFamily out;
    out.name = std::move(name);
    out.help = std::move(help);
    out.type = type;
    return out;
}

void add(MetricFamily& to, double value, std::vector<prometheus::ClientMetric::Label> labels = {}) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (to.type == MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
    to.metric.push_back(std::move(metric));
}

MetricFamily one(MetricType type, std::string name, std::string help, double value) {
    MetricFamily out = family(type, std::move(name), std::move(help));
    add(out, value);
    return out;
}

/// The numbers of /proc/self/stat from its third field on, which comes after the name in brackets.
std::vector<double> ownStat() {
    const auto text = readFile("/proc/self/stat");
    if (!text) return {};
    std::istringstream in(text->substr(std::min(text->rfind(')') + 4, text->size())));
    std::vector<double> out{0};
    for (double value = 0; in >> value;)
        out.push_back(value);
    return out;
}

double bootTime() {
    const auto text = readFile("/proc/stat");
    const std::size_t at = text ? text->find("btime ") : std::string::npos;
    return at == std::string::npos ? 0 : std::strtod(text->c_str() + at + 6, nullptr);
}

} // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
    // By position from the state on, which is 0 (proc(5)): 11 and 12 are CPU ticks, 17 threads, 19 the start
    // in ticks after boot, 20 bytes, 21 pages.
    const std::vector<double> stat = ownStat();
    if (stat.size() < 22) return {};
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    std::vector<MetricFamily> out;
    out.push_back(one(MetricType::Counter, "process_cpu_seconds_total",
                      "Total user and system CPU time spent in seconds.", (stat[11] + stat[12]) / ticks));
    out.push_back(one(MetricType::Gauge, "process_threads", "Number of operating-system threads.", stat[17]));
    out.push_back(one(MetricType::Gauge, "process_start_time_seconds",
                      "Start time of the process since unix epoch in seconds.",
                      bootTime() + stat[19] / ticks));
    out.push_back(
        one(MetricType::Gauge, "process_virtual_memory_bytes", "Virtual memory size in bytes.", stat[20]));
    out.push_back(one(MetricType::Gauge, "process_resident_memory_bytes", "Resident memory size in bytes.",
                      stat[21] * page));
    std::error_code error;
    double files = 0;
    for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; !error && each != end;
         each.increment(error))
        ++files;
    out.push_back(one(MetricType::Gauge, "process_open_fds", "Number of open file descriptors.", files));
    return out;
}

void FrontMetrics::forget() {
    const std::lock_guard lock(mutex_);
    server_ = nullptr;
}

std::vector<MetricFamily> FrontMetrics::Collect() const {
    const std::lock_guard lock(mutex_);
    if (server_ == nullptr) return {};
    const auto counters = server_->counters();
    std::vector<MetricFamily> out;
    out.push_back(family(MetricType::Gauge, "apiserver_current_inflight_requests",
                         "Requests under way that are not long-running, by whether they change anything."));
    add(out.back(), counters.readsInFlight, {{"request_kind", "readOnly"}});
    add(out.back(), counters.writesInFlight, {{"request_kind", "mutating"}});
    out.push_back(one(MetricType::Gauge, "wheelhouse_http_connections", "Connections of clients, now.",
                      static_cast<double>(counters.connections)));
    out.push_back(one(MetricType::Counter, "wheelhouse_http_refused_total",
                      "Requests refused before the API saw them: malformed, too large, too many.",
                      static_cast<double>(counters.refused)));
    out.push_back(one(MetricType::Counter, "wheelhouse_http_cut_streams_total",
                      "Streams ended because their client read too slowly.",
                      static_cast<double>(counters.cutStreams)));
    return out;
}

std::vector<MetricFamily> FabricMetrics::Collect() const {
    MetricFamily frames = family(MetricType::Counter, "wheelhouse_fabric_frames_total",
                                 "Frames that went from one machine to another.");
    MetricFamily bytes = family(MetricType::Counter, "wheelhouse_fabric_bytes_total",
                                "Bytes that went from one machine to another.");
    MetricFamily dropped = family(MetricType::Counter, "wheelhouse_fabric_dropped_total",
                                  "Frames that were lost on the way from one machine to another.");
    for (const machines::LinkTraffic& each : fabric_.traffic()) {
        const std::vector<prometheus::ClientMetric::Label> labels{{"from", each.from}, {"to", each.to}};
        add(frames, static_cast<double>(each.frames), labels);
        add(bytes, static_cast<double>(each.bytes), labels);
        add(dropped, static_cast<double>(each.dropped), labels);
    }
    return {std::move(frames), std::move(bytes), std::move(dropped)};
}

} // namespace wheelhouse::controlplane
