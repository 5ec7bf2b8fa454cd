#include "autoscaling_views.h"

#include "engine/api/groups/metrics.h"

namespace wheelhouse::controlplane {

AutoscalingViews::AutoscalingViews(apiserver::ApiServer& api, const autoscaling::MetricsView& metrics,
                                   autoscaling::ScalingDecisions& decisions)
    : decisions_(decisions),
      nodes_(
          api, api::kindOf<api::metrics::NodeMetrics>(),
          [&metrics](const std::string&, const std::string& name) { return metrics.node(name); },
          [&metrics](const std::string&) { return metrics.nodes(); }),
      pods_(
          api, api::kindOf<api::metrics::PodMetrics>(),
          [&metrics](const std::string& nameSpace, const std::string& name) {
              return metrics.pod(nameSpace, name);
          },
          [&metrics](const std::string& nameSpace) { return metrics.pods(nameSpace); }),
      scaling_(
          api, api::kindOf<api::lab::AutoscalingDecision>(),
          [&decisions](const std::string& nameSpace, const std::string& name) {
              return decisions.object(nameSpace, name);
          },
          [&decisions](const std::string& nameSpace) { return decisions.keys(nameSpace); }) {
    decisions_.setListener([this](const std::string& key) { scaling_.changed(key); });
}

AutoscalingViews::~AutoscalingViews() {
    decisions_.setListener(nullptr);
}

} // namespace wheelhouse::controlplane
