#include "observe/request_metrics.h"

namespace wheelhouse::apiserver::observe {

namespace {

using prometheus::Labels;

const prometheus::Histogram::BucketBoundaries& secondBounds() {
    static const prometheus::Histogram::BucketBoundaries bounds{
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60};
    return bounds;
}

const prometheus::Histogram::BucketBoundaries& byteBounds() {
    static const prometheus::Histogram::BucketBoundaries bounds{1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    return bounds;
}

Labels shared(const RequestLabels& labels) {
    return {{"verb", labels.verb},
            {"group", labels.group},
            {"version", labels.version},
            {"resource", labels.resource},
            {"subresource", labels.subresource},
            {"scope", labels.scope},
            {"component", "apiserver"}};
}

Labels withDryRun(const RequestLabels& labels) {
    Labels out = shared(labels);
    out.emplace("dry_run", labels.dryRun);
    return out;
}

} // namespace

RequestMetrics::RequestMetrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      total_(prometheus::BuildCounter()
                 .Name("apiserver_request_total")
                 .Help("Requests answered, by what they were about and the HTTP code of the answer.")
                 .Register(*registry_)),
      seconds_(
          prometheus::BuildHistogram()
              .Name("apiserver_request_duration_seconds")
              .Help("Time from a request's last byte to its whole answer; long-running requests left out.")
              .Register(*registry_)),
      bytes_(prometheus::BuildHistogram()
                 .Name("apiserver_response_sizes")
                 .Help("Bytes of answers before compression.")
                 .Register(*registry_)),
      open_(prometheus::BuildGauge()
                .Name("apiserver_longrunning_requests")
                .Help("Watches, logs and other requests that last as long as their client likes, now.")
                .Register(*registry_)),
      auditEvents_(prometheus::BuildCounter()
                       .Name("apiserver_audit_event_total")
                       .Help("Audit events handed to the audit log.")
                       .Register(*registry_)
                       .Add({})),
      auditLevels_(prometheus::BuildCounter()
                       .Name("apiserver_audit_level_total")
                       .Help("Requests by the audit level the policy gave them.")
                       .Register(*registry_)) {}

RequestMetrics::Series& RequestMetrics::seriesOf(const RequestLabels& labels) {
    std::string key;
    for (const auto* part : {&labels.verb, &labels.group, &labels.version, &labels.resource,
                             &labels.subresource, &labels.scope, &labels.dryRun}) {
        key += *part;
        key += '\0';
    }
    return series_[key];
}

prometheus::Counter& RequestMetrics::counterOf(Series& series, const RequestLabels& labels, int code) {
    prometheus::Counter*& counter = series.byCode[code];
    if (counter == nullptr) {
        Labels all = withDryRun(labels);
        all.emplace("code", std::to_string(code));
        counter = &total_.Add(all);
    }
    return *counter;
}

void RequestMetrics::opened(const RequestLabels& labels) {
    const std::lock_guard lock(mutex_);
    Series& series = seriesOf(labels);
    if (series.open == nullptr) series.open = &open_.Add(shared(labels));
    series.open->Increment();
}

void RequestMetrics::finished(const RequestLabels& labels, const Outcome& outcome) {
    const std::lock_guard lock(mutex_);
    Series& series = seriesOf(labels);
    counterOf(series, labels, outcome.code).Increment();
    if (outcome.longRunning) {
        if (series.open != nullptr) series.open->Decrement();
        return;
    }
    if (series.seconds == nullptr) {
        series.seconds = &seconds_.Add(withDryRun(labels), secondBounds());
        series.bytes = &bytes_.Add(shared(labels), byteBounds());
    }
    series.seconds->Observe(std::chrono::duration<double>(outcome.took).count());
    series.bytes->Observe(static_cast<double>(outcome.bytes));
}

void RequestMetrics::audited(std::string_view level) {
    if (level != "None") auditEvents_.Increment();
    auditLevels_.Add({{"level", std::string(level)}}).Increment();
}

} // namespace wheelhouse::apiserver::observe
