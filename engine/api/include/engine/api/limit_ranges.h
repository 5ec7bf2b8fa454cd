#pragma once

#include "engine/api/types.h"

#include <string>
#include <vector>

namespace wheelhouse::api {

// What limit ranges mean for what is about to be created in their namespace, in Kubernetes' words. Pure.

/// Gives containers the requests and limits they do not have, and notes so in an annotation.
void applyLimitRange(core::Pod& pod, const core::LimitRange& range);
/// Adds what a pod or a claim has that the range does not allow.
void checkLimits(const core::Pod& pod, const core::LimitRange& range, std::vector<std::string>& problems);
void checkLimits(const core::PersistentVolumeClaim& claim, const core::LimitRange& range,
                 std::vector<std::string>& problems);
/// All problems as one refusal; empty = none.
std::string joinedProblems(const std::vector<std::string>& problems);

} // namespace wheelhouse::api
