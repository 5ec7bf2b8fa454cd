#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"

#include <optional>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

// What everybody asks of objects again and again, read from their stored bytes at a small part of what
// decoding them costs. Views live as long as the object. Any thread.

/// The messages in metadata.ownerReferences, in their order.
std::vector<std::string_view> ownerReferences(const Object& object);
/// Their uids.
std::vector<std::string_view> ownerUids(const Object& object);
/// Empty when there is none.
std::string_view annotationOf(const Object& object, std::string_view key);

/// When an Event happened last, by the newest of its times and of its creation.
WallTime lastHappened(const Object& event);

/// A pod's spec.nodeName.
std::string_view nodeOfPod(const Object& pod);
/// One of the pod's volumes is a claim, or an ephemeral one that becomes one.
bool usesClaims(const Object& pod);

/// The few facts by which controllers sort pods out.
struct PodFacts {
    /// `pod` must be a Pod.
    explicit PodFacts(const Object& pod);

    std::string_view node;      ///< spec.nodeName
    std::string_view hostname;  ///< spec.hostname
    std::string_view subdomain; ///< spec.subdomain
    std::string_view phase;
    std::string_view ip; ///< status.podIP
    bool deleting = false;
    bool ready = false;             ///< the Ready condition is True
    std::optional<WallTime> turned; ///< when the Ready condition became what it is
    bool unschedulable = false;     ///< PodScheduled is False for the reason Unschedulable
    int tolerations = 0;            ///< how many
    std::int64_t restarts = 0;      ///< of the container that has most
    WallTime created{};             ///< metadata.creationTimestamp

    bool terminal() const { return phase == "Succeeded" || phase == "Failed"; }
    /// It runs or may run, and is not being deleted.
    bool active() const { return !terminal() && !deleting; }
};

} // namespace wheelhouse::api
