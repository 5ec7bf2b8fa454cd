#pragma once

#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/client/informer.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// An index of machines by the uid of the pool they belong to.
inline constexpr const char* byPool = "pool";
void indexByPool(client::Informer& machines);

/// One machine of a pool and its node, as they are now.
struct Member {
    api::ObjectPtr object;
    api::lab::Machine machine;
    api::ObjectPtr node; ///< null while it has not joined
    bool ready = false;  ///< the node is
    bool leaving = false;
    bool dispensable = false;
};

/// The machines of a pool that are not being deleted, by name.
std::vector<Member> membersOf(const api::ObjectPtr& pool, const client::Informer& machines,
                              const client::Informer& nodes);

/// The machine a pool would make next, but for its name.
api::lab::Machine machineOf(const api::ObjectPtr& pool, const api::lab::NodePoolSpec& spec);

/// Whether a pod would go on somewhere else if its node went: pods of daemon sets and of the node itself
/// belong to the node, and ended ones are done.
bool staysWithNode(const api::core::Pod& pod);

/// Processor time (thousandths) and memory (bytes) that a pod asks for, or that a node gives.
struct Amounts {
    std::int64_t milliCpu = 0;
    std::int64_t bytes = 0;
    Amounts& operator+=(const Amounts& other) {
        milliCpu += other.milliCpu;
        bytes += other.bytes;
        return *this;
    }
};
Amounts requestsOf(const api::core::Pod& pod);
Amounts allocatableOf(const api::core::Node& node);

} // namespace wheelhouse::autoscaling
