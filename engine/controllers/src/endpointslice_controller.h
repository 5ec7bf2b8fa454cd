#pragma once

#include "endpoint_parts.h"
#include "engine/controllers/queued_controller.h"
#include "expectations.h"
#include "look_pace.h"

#include <map>

namespace wheelhouse::controllers {

/// Lists the pods behind each Service, for whoever routes to them.
///
/// Watches Services, Pods, Nodes (for zones) and EndpointSlices. Creates, updates and deletes the
/// EndpointSlices of Services that have a selector; touches no slice that it does not manage (label
/// endpointslice.kubernetes.io/managed-by).
///
/// Pods are grouped by the port numbers the Service's ports resolve to in them (a named targetPort may differ
/// from pod to pod); each group fills slices of at most 100 endpoints. Existing slices are changed as little
/// as possible, so that one pod's readiness is one small write. A Service without endpoints has one empty
/// slice. Where the Service's trafficDistribution prefers what is near, ready endpoints say for which zone
/// and node they are meant.
///
/// Interrupted anywhere, the next look compares slices with pods again. While this instance lives it waits
/// for the informer to show the slices it made (expectations by the Service's uid), lest it makes them twice;
/// updates carry the resourceVersion they were computed from.
class EndpointSliceController final : public QueuedController {
  public:
    explicit EndpointSliceController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Slice = api::discovery::EndpointSlice;
    using Endpoint = api::discovery::Endpoint;
    struct Group {
        std::vector<api::discovery::EndpointPort> ports;
        std::map<std::string, Endpoint> endpoints; ///< by pod uid
    };

    void podChanged(const ObjectPtr& pod);
    void sliceChanged(const ObjectPtr& slice);
    std::map<std::string, Group> wantedGroups(const core::Service& service) const;
    Endpoint endpointOf(const ServedPod& pod, const core::Service& service) const;
    Step writeAll(ObjectPtr service, std::vector<Slice> fresh, std::vector<Slice> changed,
                  std::vector<ObjectPtr> doomed);

    client::Informer& services_;
    client::Informer& pods_;
    client::Informer& nodes_;
    Expectations expectations_;
    LookPace pace_; ///< of Services
    client::Informer& slices_;
};

} // namespace wheelhouse::controllers
