#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"

#include <map>
#include <string>

namespace wheelhouse::api {

// What PodDisruptionBudgets mean, for all who read or write them: the controller that computes them, the
// server that spends them, and whoever only wants to know.

inline constexpr const char* disruptionAllowed = "DisruptionAllowed"; ///< the budget's condition
/// The condition's reason when the budget could not be computed; its message says why.
inline constexpr const char* disruptionSyncFailed = "SyncFailed";

/// Whether the budget is about pods of its namespace with these labels: none without a selector, all with an
/// empty one.
bool budgetCovers(const policy::PodDisruptionBudget& budget,
                  const std::map<std::string, std::string>& labels);

/// Sets the condition, keeping its transition time while its status stays.
void setBudgetCondition(policy::PodDisruptionBudgetStatus& status, bool allowed, const std::string& reason,
                        const std::string& message, WallTime now);
/// … as status.disruptionsAllowed says.
void setBudgetCondition(policy::PodDisruptionBudgetStatus& status, WallTime now);

} // namespace wheelhouse::api
