#pragma once

#include "engine/api/placement.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

using Taints = std::vector<api::core::Taint>;

using api::tolerates;
bool sameTolerations(const std::vector<api::core::Toleration>& a,
                     const std::vector<api::core::Toleration>& b);
bool tolerated(const api::core::Taint& taint, const std::vector<api::core::Toleration>& tolerations);
/// The first taint that keeps a pod with these tolerations off (NoSchedule, NoExecute), or null.
const api::core::Taint* firstUntolerated(const Taints& taints,
                                         const std::vector<api::core::Toleration>& tolerations);

/// A number for every distinct set of taints: many nodes share few sets, so a pod looks at each set once.
class TaintSets {
  public:
    TaintSets() { id({}); }
    std::uint32_t id(const Taints& taints); ///< 0 = no taints
    const Taints& operator[](std::uint32_t id) const { return sets_[id]; }
    std::size_t size() const { return sets_.size(); }

  private:
    std::vector<Taints> sets_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

} // namespace wheelhouse::scheduler
