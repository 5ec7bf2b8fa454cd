#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::controllers {

namespace taint {
inline constexpr const char* notReady = "node.kubernetes.io/not-ready";
inline constexpr const char* unreachable = "node.kubernetes.io/unreachable";
inline constexpr const char* unschedulable = "node.kubernetes.io/unschedulable";
inline constexpr const char* outOfService = "node.kubernetes.io/out-of-service";
} // namespace taint

// What a node's conditions mean. Pure.

const api::core::NodeCondition* findCondition(const api::core::NodeStatus& status, std::string_view type);
/// "True", "False", "Unknown", or "" when the node never said.
std::string readiness(const api::core::Node& node);
/// A person says that the node is down and what it had may be taken from it.
bool isOutOfService(const api::core::Node& node);
/// The node stopped reporting: every condition it used to report becomes Unknown. True when anything changed.
bool markSilent(api::core::NodeStatus& status, WallTime now);
/// The NoSchedule taints a node must have for its conditions and for spec.unschedulable.
std::vector<std::string> noScheduleTaints(const api::core::Node& node);
/// The NoExecute taint it must have, or "".
std::string noExecuteTaint(const api::core::Node& node);
/// Makes the controller's own taints exactly these, leaving everybody else's alone. True when anything
/// changed.
bool setTaints(api::core::NodeSpec& spec, const std::vector<std::string>& noSchedule,
               const std::string& noExecute, WallTime now);

} // namespace wheelhouse::controllers
