#pragma once

#include "engine/base/clock.h"

#include <memory>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <string>
#include <unordered_map>

namespace wheelhouse::apiserver::observe {

/// What a request was about, in the words of upstream's labels. Every value comes from the kinds this server
/// has or from a fixed list, never from what a client wrote: so the number of series is bounded.
struct RequestLabels {
    std::string verb =
        "OTHER"; ///< GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, CONNECT
    std::string group;
    std::string version;
    std::string resource;
    std::string subresource; ///< of what is no resource: its path, as far as the server has one there
    std::string scope;       ///< resource, namespace, cluster, or nothing
    std::string dryRun;      ///< "All" or nothing
};

/// Counts and times of requests under the names kube-apiserver gives them. Thread-safe.
class RequestMetrics {
  public:
    RequestMetrics();

    /// A long-running request has begun; `finished` ends it.
    void opened(const RequestLabels& labels);
    struct Outcome {
        int code = 0;
        Duration took{};
        std::size_t bytes = 0;
        bool longRunning = false; ///< its time says nothing and is left out
    };
    void finished(const RequestLabels& labels, const Outcome& outcome);
    void audited(std::string_view level);

    const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

  private:
    struct Series {
        prometheus::Histogram* seconds = nullptr;
        prometheus::Histogram* bytes = nullptr;
        prometheus::Gauge* open = nullptr;
        std::unordered_map<int, prometheus::Counter*> byCode;
    };
    Series& seriesOf(const RequestLabels& labels);
    prometheus::Counter& counterOf(Series& series, const RequestLabels& labels, int code);

    const std::shared_ptr<prometheus::Registry> registry_;
    prometheus::Family<prometheus::Counter>& total_;
    prometheus::Family<prometheus::Histogram>& seconds_;
    prometheus::Family<prometheus::Histogram>& bytes_;
    prometheus::Family<prometheus::Gauge>& open_;
    prometheus::Counter& auditEvents_;
    prometheus::Family<prometheus::Counter>& auditLevels_;
    std::mutex mutex_;
    std::unordered_map<std::string, Series> series_;
};

} // namespace wheelhouse::apiserver::observe
