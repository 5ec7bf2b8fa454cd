#pragma once

#include "engine/base/ids.h"
#include "link.pb.h"
#include "vmnodes/agent/runtime.h"
#include "vmnodes/agent/usage.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::agent {

/// Makes rates out of counters: what the node and its containers used since they were last looked at.
///
/// A container first seen soon after its start is measured from there on; one found running (the agent was
/// restarted) has no rate until it is seen again, because its counter tells of its whole life. A pod is
/// reported once all its containers have a rate: half a pod's use would look like little use.
class UsageMeter {
  public:
    struct Running {
        std::string id;
        std::string name;
        WallTime startedAt{};
    };
    struct RunningPod {
        PodId pod;
        std::vector<Running> containers;
    };

    /// Containers seen for the first time this long after their start or later are not measured from there.
    explicit UsageMeter(Duration young) : young_(young) {}
    nodelink::UsageReport report(const UsageSnapshot& now, const std::vector<RunningPod>& pods);

  private:
    struct Rate {
        std::uint64_t nanoCores = 0;
        Duration window{};
    };
    static std::optional<Rate> rate(const UsageSample& before, const UsageSample& now);
    std::optional<Rate> rateOf(const Running& container, const UsageSample& now) const;

    const Duration young_;
    std::optional<UsageSample> node_;
    std::unordered_map<std::string, UsageSample> containers_; ///< by id, as last seen
};

} // namespace wheelhouse::agent
