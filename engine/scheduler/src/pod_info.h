#pragma once

#include "engine/api/object.h"
#include "engine/api/selector.h"
#include "engine/api/types.h"
#include "node_selector.h"
#include "resources.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

struct HostPort {
    std::string protocol;
    std::string ip; ///< empty and 0.0.0.0 = every address
    int port = 0;

    bool conflictsWith(const HostPort& other) const;
};

/// One rule of how pods that match a selector are to be spread over the values of a node label.
struct SpreadRule {
    std::string topologyKey;
    int maxSkew = 1;
    bool hard = false; ///< DoNotSchedule
    std::optional<int> minDomains;
    bool honourNodeChoice = true;
    bool honourTaints = false;
    std::optional<api::LabelSelector> selector; ///< none matches nothing
};

/// What placing a pod needs to know of it, decoded once. Never changes.
struct PodInfo {
    api::ObjectPtr object;
    Uid uid;
    Labels labels;
    std::string nodeName;
    std::string schedulerName;
    std::int32_t priority = 0;
    bool finished = false; ///< Succeeded or Failed: takes no room any more
    bool deleting = false;
    bool gated = false;
    Resources requests; ///< with one pod
    Resources nonZeroRequests;
    bool bestEffort = false; ///< asks for neither CPU nor memory
    std::vector<HostPort> hostPorts;
    std::vector<api::core::Toleration> tolerations;
    NodeChoice choice;
    std::vector<std::pair<std::int32_t, NodeTerm>> preferred;
    std::vector<SpreadRule> spread;
    std::string reportedReason; ///< of condition PodScheduled while it is False
    std::string reportedMessage;
    std::optional<api::meta::Time> reportedSince;

    const std::string& nameSpace() const { return object->nameSpace(); }
    const std::string& name() const { return object->name(); }

    static std::shared_ptr<const PodInfo> of(const api::ObjectPtr& object, ResourceNames& names);
};

using PodInfoPtr = std::shared_ptr<const PodInfo>;

} // namespace wheelhouse::scheduler
