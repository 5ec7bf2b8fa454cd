#pragma once

#include "engine/api/groups/autoscaling2.h"
#include "engine/autoscaling/autoscaling.h"
#include "engine/controllers/queued_controller.h"
#include "hpa/metric_reader.h"
#include "hpa/scaling_history.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// Makes workloads larger and smaller by what their pods use.
///
/// Watches HorizontalPodAutoscalers and Pods. Reads and writes the scale subresource of whatever an
/// autoscaler names, kinds of CustomResourceDefinitions among it; writes the autoscaler's status, Events, and
/// a record of each decision (ScalingDecisions). Looks at each autoscaler every 15 seconds, and at once when
/// it is new or its spec has changed; changes of pods and of measurements are not waited for.
///
/// One look: the scale is read, every metric is measured and proposes a number, the largest wins; that number
/// is held back by the stabilisation windows, by the policies, and by minReplicas and maxReplicas; the scale
/// is written on the condition that it is still the one that was read.
///
/// Interrupted anywhere, the next look begins again with the scale as it then is. A restart loses the
/// stabilisation windows: the present number then counts as recommended, so that nothing shrinks before a
/// window has passed. A look that fails is not repeated sooner than usual; its conditions say why.
class HpaController final : public controllers::QueuedController {
  public:
    HpaController(const controllers::Deps& deps, const HpaOptions& options, const UsageBoard& board,
                  CustomMetrics* custom, ScalingDecisions& decisions);

  protected:
    controllers::Step reconcile(std::string key) override;

  private:
    using Autoscaler = api::autoscaling2::HorizontalPodAutoscaler;

    /// The scale of a target as it was read.
    struct Scale {
        std::int32_t wanted = 0;
        std::int32_t actual = 0;
        std::string selector;
        Revision revision = 0;
    };
    /// One look at one autoscaler.
    struct Round {
        api::ObjectPtr object;
        Autoscaler hpa; ///< its status is what will be written
        api::autoscaling2::HorizontalPodAutoscalerStatus before;
        client::ResourceName resource;
        Scale scale;
        std::int32_t desired = 0;
        std::string reason; ///< of a change
        api::lab::ScalingStep step;
    };
    /// What is kept between looks.
    struct Memory {
        Uid uid;
        std::string selector; ///< of the target's pods
        ScalingHistory history;
    };

    controllers::Step look(Round& round);
    client::Task<Result<client::ResourceInfo>> resolve(const Round& round);
    client::Task<Result<void>> findScale(Round& round);
    client::Task<Result<void>> measure(Round& round);
    client::Task<Result<void>> rescale(Round& round);
    controllers::Step finish(Round& round, Result<void> outcome);

    Result<MetricReader::Target> targetOf(Round& round);
    Result<void> chooseProposal(Round& round, const std::vector<Evaluation>& evaluations);
    void holdBack(Round& round, Memory& memory);
    void setCondition(Round& round, const char* type, bool value, const std::string& reason,
                      const std::string& message);
    void warn(const Round& round, const std::string& reason, const std::string& message);
    Tolerance toleranceOf(const Autoscaler& hpa) const;
    Memory& memoryOf(const Round& round);

    const HpaOptions hpaOptions_;
    const MetricReader reader_;
    ScalingDecisions& decisions_;
    client::EventRecorder hpaEvents_;
    client::Informer& hpas_;
    client::Informer& pods_;
    std::map<std::string, Memory> memory_; ///< by key
    std::vector<client::ResourceInfo> kinds_;
};

} // namespace wheelhouse::autoscaling
