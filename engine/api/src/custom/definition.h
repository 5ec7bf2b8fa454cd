#pragma once

#include "engine/api/groups/apiextensions.h"
#include "semantics/kind_rules.h"
#include "json/value.h"

namespace wheelhouse::api::semantics {

/// A version's schema in its JSON form.
JsonValue schemaOf(const apiextensions::CustomResourceDefinitionVersion& version);
/// What is wrong with a definition beyond its metadata. `old` null = it is new.
std::vector<Cause> validateDefinition(const apiextensions::CustomResourceDefinition& definition,
                                      const apiextensions::CustomResourceDefinition* old);
/// Defaults, as kind_rules.h wants them.
KindRuleList definitionRules();

} // namespace wheelhouse::api::semantics
