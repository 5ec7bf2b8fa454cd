#include "replication_controller.h"

namespace wheelhouse::controllers {

namespace {

/// Their statuses say the same, in messages of their own.
template <class From, class To>
void copyStatus(const From& from, To& to) {
    to.set_replicas(from.replicas());
    to.set_fullylabeledreplicas(from.fullylabeledreplicas());
    to.set_readyreplicas(from.readyreplicas());
    to.set_availablereplicas(from.availablereplicas());
    to.set_observedgeneration(from.observedgeneration());
    to.clear_conditions();
    for (const auto& condition : from.conditions()) {
        auto& copy = *to.add_conditions();
        copy.set_type(condition.type());
        copy.set_status(condition.status());
        copy.set_reason(condition.reason());
        copy.set_message(condition.message());
        *copy.mutable_lasttransitiontime() = condition.lasttransitiontime();
    }
}

apps::ReplicaSet asReplicaSet(const api::Object& object) {
    const auto controller = object.as<core::ReplicationController>();
    apps::ReplicaSet set;
    *set.mutable_metadata() = controller.metadata();
    set.mutable_spec()->set_replicas(controller.spec().replicas());
    set.mutable_spec()->set_minreadyseconds(controller.spec().minreadyseconds());
    *set.mutable_spec()->mutable_selector()->mutable_matchlabels() = controller.spec().selector();
    *set.mutable_spec()->mutable_template_() = controller.spec().template_();
    copyStatus(controller.status(), *set.mutable_status());
    return set;
}

client::Body withStatus(const api::Object& object, const apps::ReplicaSetStatus& status) {
    auto controller = object.as<core::ReplicationController>();
    copyStatus(status, *controller.mutable_status());
    return client::body(std::move(controller));
}

} // namespace

ReplicationController::ReplicationController(const Deps& deps)
    : ReplicaSetController(deps, {.controller = "replication",
                                  .kind = &api::kindOf<core::ReplicationController>(),
                                  .view = asReplicaSet,
                                  .withStatus = withStatus,
                                  .countsTerminating = false}) {}

} // namespace wheelhouse::controllers
