#include "fault_keeper.h"

#include "engine/base/log.h"

#include <utility>

namespace wheelhouse::agent {

void FaultKeeper::take(const nodelink::Faults& faults) {
    if (wanted_ && wanted_->SerializeAsString() == faults.SerializeAsString()) return;
    wanted_ = faults;
    dirty_ = true;
    if (!applying_) apply();
}

void FaultKeeper::apply() {
    applying_ = true;
    dirty_ = false;
    runtime_.applyFaults(*wanted_, [this, life = std::weak_ptr(life_)](const Result<void>& done) {
        if (life.expired()) return;
        applying_ = false;
        if (dirty_) return apply();
        nodelink::FromAgent message;
        message.mutable_fault_report();
        if (!done) {
            log::warning("agent", "a fault: {}", done.error().message);
            message.mutable_fault_report()->set_problem(done.error().message);
        }
        report_(std::move(message));
    });
}

void FaultKeeper::kill(const PodWorker* pod, const nodelink::KillContainer& kill) {
    if (pod == nullptr) return;
    for (const ContainerWorker* container : pod->activeContainers())
        if (container->name() == kill.container() &&
            kill.container_id().ends_with("//" + container->containerId()))
            runtime_.stopContainer(container->containerId(), "", Duration::zero(),
                                   [](const Result<void>&) {});
}

} // namespace wheelhouse::agent
