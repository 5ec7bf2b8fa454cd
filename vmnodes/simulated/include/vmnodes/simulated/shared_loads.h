#pragma once

#include "engine/base/clock.h"

#include <memory>
#include <string>

namespace wheelhouse::simulated {

/// Work that several containers share, wherever they run: when one more joins, each has less to do. What
/// makes adding replicas help. On the nodes' executor; groups are forgotten with their last member.
class SharedLoads {
  public:
    SharedLoads();
    ~SharedLoads();
    /// One more shares the work of `group`, which is as `pattern` says (load_pattern.h) from now on, unless
    /// it was said in the same words before. A text that cannot be read is no work.
    void join(const std::string& group, const std::string& pattern, Instant now);
    void leave(const std::string& group, Instant now);
    /// Core-seconds a member that was there from the beginning would have done by now; members that came
    /// later take the difference.
    double share(const std::string& group, Instant now);
    /// What the pattern says now, divided among the members.
    double part(const std::string& group, Instant now) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::simulated
