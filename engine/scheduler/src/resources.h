#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

using QuantityMap = google::protobuf::Map<std::string, ::k8s::io::apimachinery::pkg::api::resource::Quantity>;

/// Numbers for the names of extended resources, so that the hot path compares integers.
class ResourceNames {
  public:
    std::uint32_t id(const std::string& name);
    const std::string& name(std::uint32_t id) const { return names_[id]; }

  private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

/// Amounts in whole units: CPU in thousandths, the rest in bytes or pieces.
struct Resources {
    std::int64_t milliCpu = 0;
    std::int64_t memory = 0;
    std::int64_t ephemeral = 0;
    std::int64_t pods = 0;
    std::vector<std::int64_t> extended; ///< by ResourceNames id; shorter = zero

    static Resources of(const QuantityMap& map, ResourceNames& names);
    void add(const Resources& other);
    void subtract(const Resources& other);
    /// The larger of both, each resource by itself.
    void raiseTo(const Resources& other);
    std::int64_t extendedOf(std::size_t id) const { return id < extended.size() ? extended[id] : 0; }
};

/// Whether the first takes less of anything than the second.
bool asksForLess(const Resources& now, const Resources& before);

enum class Amounts {
    Asked,
    ForScoring, ///< each container that asks for nothing counts as 100m CPU and 200 MiB
};

/// What the pod takes of a node: its containers together, or its largest init container where that is more,
/// sidecars with both, plus overhead; resources set for the whole pod stand in for its containers'. While a
/// resize is under way a container counts with the most of what it asks for, was promised and has. Not
/// counting the pod itself.
Resources requestsOf(const api::core::Pod& pod, ResourceNames& names, Amounts amounts);

} // namespace wheelhouse::scheduler
