#pragma once

#include "engine/api/groups/networking.h"
#include "engine/controllers/queued_controller.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Says whether a range of service addresses is in use, and keeps one that is being deleted until no service
/// has an address that only it offers.
///
/// Watches ServiceCIDRs and IPAddresses. Writes the finalizer networking.k8s.io/service-cidr-finalizer and
/// the condition Ready. The API server gives out no address of a range that is being deleted; ten seconds
/// later the finalizer goes, if nothing needs the range.
///
/// Remembers nothing: the ten seconds count from the deletion.
class ServiceCidrController final : public QueuedController {
  public:
    explicit ServiceCidrController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Cidr = api::networking::ServiceCIDR;
    void enqueueDeleting();
    bool isNeeded(const Cidr& cidr) const;
    Step release(ObjectPtr object, Cidr cidr);
    Step writeReady(Cidr cidr, bool ready, std::string reason, std::string message);

    client::Informer& cidrs_;
    client::Informer& addresses_;
};

/// Shows which service has which address: one IPAddress, named as the address, for each.
///
/// Watches Services and IPAddresses. Creates the IPAddress of a service that has none, and puts right one
/// that refers to somebody else; deletes those of services that are gone or have another address. IPAddresses
/// it did not make (without the label ipaddress.kubernetes.io/managed-by: ipallocator.k8s.io) are left alone:
/// the API server gives no service an address somebody else has put aside.
///
/// Interrupted, the next look compares again; an address's name makes it one of a kind. One is deleted only
/// after the server itself was asked for its service.
class IpAddressController final : public QueuedController {
  public:
    explicit IpAddressController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    Step reconcileService(ObjectPtr service);
    Step reconcileAddress(ObjectPtr object);
    Step claim(ObjectPtr service, std::string address);

    client::Informer& services_;
    client::Informer& addresses_;
};

} // namespace wheelhouse::controllers
