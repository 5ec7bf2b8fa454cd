#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/client/informer.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Index of pods and of volumes: "namespace/name" of the claims they name.
inline constexpr const char* byClaim = "claim";
void indexByClaim(client::Informer& pods);
void indexVolumesByClaim(client::Informer& volumes);

/// The name of the claim behind an ephemeral volume of a pod.
std::string ephemeralClaim(const std::string& pod, const api::core::Volume& volume);
/// "namespace/name" of every claim a pod's volumes name, those of ephemeral volumes too.
std::vector<std::string> claimsOf(const api::Object& pod);
/// Whether a pod on a node still has this claim in its hands. Pods that are nowhere yet do not count: no node
/// starts a pod whose claim is being deleted.
bool usesClaim(const api::Object& pod, const api::Object& claim);

} // namespace wheelhouse::controllers
