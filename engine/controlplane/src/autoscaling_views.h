#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/autoscaling/metrics_view.h"
#include "engine/autoscaling/scaling_decisions.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Serves what the autoscalers know: metrics.k8s.io and AutoscalingDecisions. On the control executor; the
/// parts must outlive it.
class AutoscalingViews {
  public:
    AutoscalingViews(apiserver::ApiServer& api, const autoscaling::MetricsView& metrics,
                     autoscaling::ScalingDecisions& decisions);
    ~AutoscalingViews();

  private:
    /// One kind, by two functions.
    class View final : public apiserver::ObjectSource {
      public:
        using Object = std::function<std::unique_ptr<google::protobuf::Message>(const std::string& nameSpace,
                                                                                const std::string& name)>;
        using Keys = std::function<std::vector<std::string>(const std::string& nameSpace)>;
        View(apiserver::ApiServer& api, const api::Kind& kind, Object object, Keys keys)
            : object_(std::move(object)), keys_(std::move(keys)), serving_(api.serve(kind, *this)) {}
        std::unique_ptr<google::protobuf::Message>
        object(const std::string& nameSpace, const std::string& name, const std::string&) override {
            return object_(nameSpace, name);
        }
        std::vector<std::string> keys(const std::string& nameSpace) override { return keys_(nameSpace); }
        void changed(const std::string& key) { serving_->changed(key); }

      private:
        const Object object_;
        const Keys keys_;
        std::unique_ptr<apiserver::Serving> serving_;
    };

    autoscaling::ScalingDecisions& decisions_;
    View nodes_;
    View pods_;
    View scaling_;
};

} // namespace wheelhouse::controlplane
