#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>
#include <set>

namespace wheelhouse::controllers {

/// Makes a machine for every Machine object, and tells in its status how it fares.
///
/// Watches Machines and Faults. Calls the MachineProvider a Machine names (ensureRunning, cutPower, freeze,
/// thaw, remove) and hears its listener. Writes the Machine's finalizer and status, Events, and deletes the
/// Node of the same name when a Machine goes.
///
/// spec.power says what is wanted: On = there is a machine and it runs (a frozen one goes on), Off = the
/// power is cut, at once, Frozen = it runs but its processors stand still. A machine that stopped by itself
/// is started again after a while, one that failed after a growing while. A Fault in force may want less for
/// as long as it lasts: what is done is the worst that spec.power and the Faults ask for. A provider that
/// answers late or never holds up nothing but its own machine.
///
/// A deleted Machine keeps its finalizer until the provider has removed the machine and its disks and the
/// Node is gone: interrupted in between, the next look removes again, which is success when there is nothing.
/// After a restart the providers report what runs (the listener calls for each), ensureRunning adopts it, and
/// nothing is made twice, because a machine's name and uuid come from the object. Machines a provider reports
/// that no object stands for are removed.
class MachineController final : public QueuedController {
  public:
    explicit MachineController(const Deps& deps);
    ~MachineController() override;
    void stop() override;

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    using Machine = api::lab::Machine;
    /// What is known of one machine beyond the API: rebuilt from the provider after a restart.
    struct Known {
        std::string provider;
        std::optional<machines::MachineState> state;
        std::string commanded; ///< the last power acted on; empty after a restart
        bool frozen = false;   ///< told to stand still since it runs
        int failures = 0;
        Instant failedAt{};
        Instant wrote{};
        std::string announced; ///< the phase the last Event told of
    };

    struct Power {
        std::string wanted; ///< On, Off or Frozen
        std::string fault;  ///< whose doing it is, where it is less than spec.power asks for
    };

    void reported(const std::string& provider, const machines::MachineState& state);
    void command(const ObjectPtr& object, const Machine& machine, machines::MachineProvider& provider,
                 Known& known);
    /// What is to be with the machine's power now.
    Power powerOf(const Machine& machine) const;
    machines::MachineSpec specOf(const ObjectPtr& object, const Machine& machine) const;
    void announce(const ObjectPtr& object, Known& known);
    Step writeStatus(ObjectPtr object, Machine machine, std::string problem);
    Step removeMachine(ObjectPtr object, Machine machine);
    Step removeStray(std::string name);

    std::map<std::string, machines::MachineProvider*> providers_;
    client::Informer& machines_;
    client::Informer& faults_;
    std::map<std::string, Known> known_;
    std::set<std::string> removing_;
};

} // namespace wheelhouse::controllers
