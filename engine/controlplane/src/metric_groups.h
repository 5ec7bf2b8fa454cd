#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/autoscaling/measured_metrics.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Serves custom.metrics.k8s.io (v1beta2, v1beta1) and external.metrics.k8s.io (v1beta1) as adapters of
/// monitoring systems do in other clusters. On the control executor; both parts must outlive it.
class MetricGroups {
  public:
    MetricGroups(apiserver::ApiServer& api, const autoscaling::MeasuredMetrics& metrics);

  private:
    class Custom final : public apiserver::GroupSource {
      public:
        explicit Custom(const autoscaling::MeasuredMetrics& metrics) : metrics_(metrics) {}
        std::vector<Resource> resources(const std::string& version) override;
        Result<std::unique_ptr<google::protobuf::Message>> read(const Question& question) override;

      private:
        const autoscaling::MeasuredMetrics& metrics_;
    };
    class External final : public apiserver::GroupSource {
      public:
        explicit External(const autoscaling::MeasuredMetrics& metrics) : metrics_(metrics) {}
        std::vector<Resource> resources(const std::string& version) override;
        Result<std::unique_ptr<google::protobuf::Message>> read(const Question& question) override;

      private:
        const autoscaling::MeasuredMetrics& metrics_;
    };

    Custom custom_;
    External external_;
    std::shared_ptr<void> servingCustom_;
    std::shared_ptr<void> servingExternal_;
};

} // namespace wheelhouse::controlplane
