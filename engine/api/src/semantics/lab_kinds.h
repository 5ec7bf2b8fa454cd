#pragma once

#include "semantics/kind_rules.h"
#include "semantics/table_printers.h"

namespace wheelhouse::api::semantics {

// What a lab has beyond Kubernetes.
KindRuleList clockRules();
KindRuleList faultRules();
KindRuleList metricRules();
KindRuleList poolRules();
Printers labPrinters();
Printers scalingPrinters(); ///< measured use, metrics, scaling decisions, node pools

} // namespace wheelhouse::api::semantics
