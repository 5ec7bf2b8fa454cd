#pragma once

#include "engine/api/groups/faults.h"
#include "engine/controllers/queued_controller.h"
#include "engine/machines/fault_injector.h"
#include "fault_targets.h"
#include "fault_times.h"

#include <map>
#include <optional>
#include <string>

namespace wheelhouse::controllers {

/// Begins faults, keeps them up and ends them.
///
/// Watches Faults, Nodes, Machines and Pods. Writes a Fault's finalizer and status, and Events about it. Acts
/// through the FaultInjector, except on machines' power: the status says whom a fault concerns, and the
/// MachineController, whose business power is, acts on that.
///
/// What is wrong at any time is a function of the Faults in the phase Active that are not being deleted
/// (planOf): the injector is given the whole of it whenever it changes, so that several faults on one thing
/// need no memory of each other. A fault first says in its status that it is Active and whom it concerns, and
/// is done only then; it is undone when its status says that it is over, or when its deletion is asked for,
/// and only then is its finalizer taken away. Whom it concerns is decided once, at its beginning; a target
/// that goes, or comes back as another of its name, is done with, and a fault without targets ends. Nobody
/// found at the beginning: it waits for somebody.
///
/// A container is told by its id which life of it is to end, so it is killed once however often that is asked
/// for: it is asked for again until the pod's status shows the end.
///
/// Interrupted: the statuses are the memory. A new controller gives the injector what they say, ends what is
/// over by then, and goes on. A controller that is stopped in order mends everything, but for power.
class FaultController final : public QueuedController {
  public:
    explicit FaultController(const Deps& deps);
    ~FaultController() override;
    void stop() override;

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    using Fault = api::lab::Fault;

    void enqueueConcerned();
    void applyPlan();
    Step release(Fault fault);
    Step writeStatus(ObjectPtr object, Fault fault);
    /// Each decides on the status; nothing is written.
    void progress(const ObjectPtr& object, Fault& fault);
    void await(const ObjectPtr& object, Fault& fault, const Beginning& next);
    void begin(const ObjectPtr& object, Fault& fault);
    void keepUp(const ObjectPtr& object, Fault& fault);
    void end(const ObjectPtr& object, Fault& fault, const std::string& message);
    void kill(const Fault& fault);

    machines::FaultInjector* injector_;
    client::Informer& faults_;
    client::Informer& nodes_;
    client::Informer& machines_;
    client::Informer& pods_;
    const FaultTargets targets_;
    std::map<std::string, std::string> problems_; ///< by node, as reported
    std::optional<machines::FaultPlan> applied_;
};

} // namespace wheelhouse::controllers
