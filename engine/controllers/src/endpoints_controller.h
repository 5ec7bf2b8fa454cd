#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>
#include <string>

namespace wheelhouse::controllers {

/// Keeps the Endpoints object of each Service that has a selector, for clients older than EndpointSlices.
///
/// Watches Services, Pods and Endpoints. Creates, updates and deletes the Endpoints named like such a
/// Service; deletes those of a Service that was deleted. Endpoints of Services without a selector are their
/// users' own.
///
/// Addresses with the same ports share a subset. More than a thousand addresses are cut, those not ready
/// first, each subset in proportion, and the annotation endpoints.kubernetes.io/over-capacity says so.
///
/// Interrupted anywhere, the next look compares with the pods again. There is one object by a known name, so
/// nothing is made twice; updates carry the resourceVersion they were computed from.
class EndpointsController final : public QueuedController {
  public:
    explicit EndpointsController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    using Endpoints = core::Endpoints;

    void podChanged(const ObjectPtr& pod);
    Step removeLeftover(std::string key);
    Endpoints wanted(const core::Service& service) const;

    client::Informer& services_;
    client::Informer& pods_;
    client::Informer& endpoints_;
};

} // namespace wheelhouse::controllers
