#include "engine/autoscaling/autoscaling.h"

#include "hpa/hpa_controller.h"
#include "pool/pool_autoscaler.h"
#include "pool/pool_controller.h"

namespace wheelhouse::autoscaling {

std::vector<std::unique_ptr<controllers::Controller>>
makeAutoscalers(const controllers::Deps& deps, const Seams& seams, const Options& options) {
    std::vector<std::unique_ptr<controllers::Controller>> made;
    made.push_back(
        std::make_unique<HpaController>(deps, options.hpa, seams.usage, seams.custom, seams.decisions));
    made.push_back(std::make_unique<PoolController>(deps));
    if (seams.placement)
        made.push_back(std::make_unique<PoolAutoscaler>(deps, options.pool, *seams.placement));
    return made;
}

} // namespace wheelhouse::autoscaling
