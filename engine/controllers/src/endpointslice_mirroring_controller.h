#pragma once

#include "engine/controllers/queued_controller.h"
#include "expectations.h"

#include <map>
#include <string>

namespace wheelhouse::controllers {

/// Copies Endpoints that people made by hand into EndpointSlices, which is what proxies read.
///
/// Watches Endpoints, Services and EndpointSlices. Creates, updates and deletes the EndpointSlices it manages
/// (label endpointslice.kubernetes.io/managed-by), which belong to the Endpoints object. Mirrored are
/// Endpoints named like a Service without a selector; not those that say
/// endpointslice.kubernetes.io/skip-mirror: "true" or hold a leader election.
///
/// Each subset becomes one slice for each address family, of at most 1000 addresses; what is no address is
/// left out, and an Event says so.
///
/// Interrupted anywhere, the next look compares slices with the Endpoints again. While this instance lives it
/// waits for the informer to show the slices it made (expectations by the Endpoints' uid), lest it makes them
/// twice; updates carry the resourceVersion they were computed from.
class EndpointSliceMirroringController final : public QueuedController {
  public:
    explicit EndpointSliceMirroringController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Slice = api::discovery::EndpointSlice;

    void sliceChanged(const ObjectPtr& slice);
    bool isMirrored(const ObjectPtr& endpoints) const;
    std::map<std::string, Slice> wantedSlices(const ObjectPtr& object);
    Step removeAll(std::string key);
    Step write(ObjectPtr endpoints, Slice slice, bool fresh);

    client::Informer& endpoints_;
    client::Informer& services_;
    Expectations expectations_;
    client::Informer& slices_;
};

} // namespace wheelhouse::controllers
