#pragma once

#include "engine/api/types.h"

#include <memory>
#include <string>

namespace wheelhouse::agent {

// What the containers of a pod have been given of the node. While a pod that runs asks for more than there
// is, that is not what its spec says; containers are made and counted by what was given.

using PodPtr = std::shared_ptr<const api::core::Pod>;

bool sameResources(const api::core::ResourceRequirements& a, const api::core::ResourceRequirements& b);
/// Whether all containers of both, of which there are the same, ask for the same.
bool sameResources(const api::core::Pod& a, const api::core::Pod& b);
/// `wanted`, its containers having what those of `given` have.
PodPtr withResourcesOf(const PodPtr& wanted, const api::core::Pod& given);
/// `pod`, its containers having what its own status says they were given before.
PodPtr asGivenBefore(const PodPtr& pod);
/// Whether going from `before` to the container's present resources needs its restart.
bool resizeRestarts(const api::core::ResourceRequirements& before, const api::core::Container& now);

} // namespace wheelhouse::agent
