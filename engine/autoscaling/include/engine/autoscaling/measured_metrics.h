#pragma once

#include "engine/api/groups/metric_lab.h"
#include "engine/api/selector.h"
#include "engine/api/types.h"
#include "engine/autoscaling/custom_metrics.h"
#include "engine/autoscaling/usage_board.h"
#include "engine/client/informer_set.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// The custom and external metrics of this cluster: what pods publish and their nodes report, and what
/// `Metric` objects say. Of a pod's metric that both know the object's word counts. Several series of one
/// metric are added up. Of the kinds that Metrics are about it has the informers, for their labels. On the
/// control executor; make it before the informers start (it adds an index).
class MeasuredMetrics final : public CustomMetrics {
  public:
    MeasuredMetrics(client::InformerSet& informers, const UsageBoard& board, Executor& executor);

    /// As custom.metrics.k8s.io asks.
    struct Asked {
        std::string nameSpace;
        std::string resource; ///< "pods", "ingresses.networking.k8s.io", "namespaces"
        std::string name;     ///< "*" = all with `labels`
        api::LabelSelector labels;
        std::string metric;
        api::LabelSelector series;
    };
    struct Found {
        api::core::ObjectReference object;
        std::int64_t milli = 0;
        WallTime at{};
        Duration window{}; ///< zero: not measured over a span
    };
    /// One for each object, in order of their names; never none. NotFound says what there is no metric of;
    /// ServiceUnavailable that the labels of such objects are not known yet.
    Result<std::vector<Found>> find(const Asked& asked) const;

    struct Series {
        std::map<std::string, std::string> labels;
        std::int64_t milli = 0;
        WallTime at{};
    };
    /// NotFound where there is no such metric in the namespace; none where no series has the labels.
    Result<std::vector<Series>> findExternal(const std::string& nameSpace, const std::string& metric,
                                             const api::LabelSelector& selector) const;
    /// "pods/http_requests" of everything there is a value of somewhere.
    std::set<std::string> names() const;
    std::set<std::string> externalNames() const;

    void ofPods(const std::string& nameSpace, const std::string& podSelector, const std::string& metric,
                const std::string& metricSelector, Values done) override;
    void ofObject(const std::string& nameSpace, const api::autoscaling2::CrossVersionObjectReference& object,
                  const std::string& metric, const std::string& metricSelector, Values done) override;
    void external(const std::string& nameSpace, const std::string& metric, const std::string& metricSelector,
                  Values done) override;

  private:
    /// A kind, as a Metric or an autoscaler names it.
    struct Known {
        std::string resource; ///< with its group
        std::string apiVersion;
        client::ResourceName name;
    };
    std::optional<Known> known(const std::string& apiVersion, const std::string& kind) const;
    std::vector<Found> ofPods(const Asked& asked) const;
    Result<std::vector<Found>> ofObjects(const Asked& asked) const;
    void noteSubject(const api::ObjectPtr& metric);
    std::optional<Found> published(const api::ObjectPtr& pod, const Asked& asked) const;
    /// What Metric objects say, by the name of what they are about.
    std::map<std::string, Found> said(const Asked& asked) const;
    void answer(Values done, Result<std::vector<Value>> values);

    client::InformerSet& informers_;
    const UsageBoard& board_;
    Executor& executor_;
    client::Informer& pods_;
    client::Informer& metrics_;
    client::Informer& definitions_;
};

} // namespace wheelhouse::autoscaling
