#pragma once

#include "engine/api/groups/scheduling.h"
#include "plane.h"

namespace bench {

/// Objects in the shapes of Kubernetes' scheduler_perf: nodes of 4 CPU, 32 GiB and 110 pods; pods that ask
/// for 100m and 500 MiB unless they say otherwise.
std::vector<core::Node> nodes(int count, const std::vector<std::string>& zones = {});

struct PodShape {
    std::string cpu = "100m";
    std::string color;
    std::string nameSpace = "default";
    std::string priorityClass;
    std::string rest; ///< further fields of the spec, JSON
};
/// Names continue from call to call.
std::vector<core::Pod> pods(int count, const PodShape& shape);

std::vector<wheelhouse::api::scheduling::PriorityClass> importantClass();

PodShape basic();
PodShape near(const std::string& nameSpace);
PodShape far(const std::string& nameSpace);
PodShape inZones();
PodShape evenly();
PodShape unimportant();
PodShape important();

} // namespace bench
