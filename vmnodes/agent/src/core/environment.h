#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"
#include "objects.h"
#include "vmnodes/network/network_objects.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// What a pod may ask about itself and its node (fieldRef, resourceFieldRef).
struct PodFacts {
    const api::core::Pod& pod;
    const std::string& podIp;
    const std::string& hostIp;
    const api::core::NodeStatus& node;
};

/// `$(NAME)` becomes the value of NAME when there is one and stays otherwise; `$$` is one `$`.
std::string expandReferences(std::string_view text, const std::map<std::string, std::string>& values);
/// The value of a downward-API field path such as `metadata.labels['app']`.
Result<std::string> fieldValue(const std::string& path, const PodFacts& facts);
Result<std::string> resourceFieldValue(const api::core::ResourceFieldSelector& selector,
                                       const api::core::Container& container, const PodFacts& facts);
/// A container's environment in order, references expanded, and after it the services of its namespace, which
/// it may refer to and override. ServiceUnavailable: an object has not arrived
/// yet, try again when it does; anything else is a mistake in the pod.
Result<Environment> makeEnvironment(const api::core::Container& container, const PodFacts& facts,
                                    const ObjectCache& objects, const network::NetworkObjects& network);

} // namespace wheelhouse::agent
