#pragma once

#include "engine/api/types.h"
#include "environment.h"
#include "objects.h"
#include "vmnodes/agent/runtime.h"

#include <set>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// What volumes a pod needs. ServiceUnavailable: an object has not arrived yet; NotFound or Invalid: says
/// which volume cannot be made and why (a missing object, a kind of volume this agent does not know yet).
Result<std::vector<VolumePlan>> planVolumes(const PodFacts& facts, const ObjectCache& objects);
/// How the node's status names those that are attached to the node.
std::set<std::string> attachedVolumes(const std::vector<VolumePlan>& plans);
/// True when a change of `kind` `name` in the pod's namespace changes one of its volumes.
bool volumesUse(const api::core::Pod& pod, const std::string& kind, const std::string& name);
/// True when a file of one of its volumes shows something of the pod itself.
bool volumesShowPod(const api::core::Pod& pod);

} // namespace wheelhouse::agent
