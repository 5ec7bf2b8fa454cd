#pragma once

#include "engine/api/groups/apiextensions.h"
#include "engine/api/kind.h"

#include <string_view>
#include <vector>

namespace wheelhouse::apiserver {

/// The rows of a definition's served versions, under its accepted names.
std::vector<const api::Kind*> rowsOf(const api::apiextensions::CustomResourceDefinition& definition);

/// A row to reach a definition's objects by where no version is served.
const api::Kind& unservedRow(const api::apiextensions::CustomResourceDefinition& definition);

/// Kubernetes' order of versions: v2, v1, v1beta2, v1alpha1, then what is no such version by name.
bool goesBefore(std::string_view versionA, std::string_view versionB);

} // namespace wheelhouse::apiserver
