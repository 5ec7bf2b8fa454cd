#pragma once

#include "semantics/kind_rules.h"
#include "semantics/table_printers.h"

namespace wheelhouse::api::semantics {

// What a lab has beyond Kubernetes.
KindRuleList clockRules();
KindRuleList poolRules();
Printers labPrinters();
Printers scalingPrinters(); ///< measured use, scaling decisions, node pools

} // namespace wheelhouse::api::semantics
