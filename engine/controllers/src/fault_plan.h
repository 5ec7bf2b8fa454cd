#pragma once

#include "engine/api/groups/faults.h"
#include "engine/api/types.h"
#include "engine/client/informer.h"
#include "engine/machines/fault_injector.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// What a fault does to a machine's power; the later the worse.
enum class PowerFault { None, Frozen, Cut };

/// The fault is there, its time is not over, and nobody has asked for its end.
bool isInForce(const api::ObjectPtr& object, const api::lab::Fault& fault, WallTime now);

/// All that these faults do beside what they do to machines' power. Where several concern the same thing, the
/// worst holds.
machines::FaultPlan planOf(const std::vector<api::lab::Fault>& inForce);

/// What the fault does to the power of this machine.
PowerFault powerFaultOf(const api::lab::Fault& fault, const std::string& machine);

/// Index of faults by the nodes they concern, shared by name between controllers.
inline constexpr const char* byTarget = "target";
void indexByTarget(client::Informer& faults);

/// What is done, in words: "the power is cut".
std::string faultWords(const api::lab::FaultSpec& spec);

} // namespace wheelhouse::controllers
