#pragma once

#include "semantics/kind_rules.h"
#include "semantics/table_printers.h"

namespace wheelhouse::api::semantics {

// What a lab has beyond Kubernetes.
KindRuleList clockRules();
Printers labPrinters();

} // namespace wheelhouse::api::semantics
