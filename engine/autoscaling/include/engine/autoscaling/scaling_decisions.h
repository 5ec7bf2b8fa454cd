#pragma once

#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/object.h"

#include <deque>
#include <functional>
#include <google/protobuf/message.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// The last decisions of every pod autoscaler, as AutoscalingDecision objects for whoever asks. A ring for
/// each, kept encoded; forgotten with the autoscaler. On the control executor.
class ScalingDecisions {
  public:
    static constexpr std::size_t kept = 40;

    /// `target` is "Kind/name".
    void add(const api::ObjectPtr& autoscaler, const std::string& target, const api::lab::ScalingStep& step);
    void forget(const std::string& key);
    /// Null when nothing was decided.
    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace,
                                                      const std::string& name) const;
    /// "namespace/name" in order; of all namespaces when empty.
    std::vector<std::string> keys(const std::string& nameSpace) const;
    /// Called with the key of what was added or forgotten; at most one.
    void setListener(std::function<void(const std::string& key)> changed) { changed_ = std::move(changed); }

  private:
    struct Ring {
        api::ObjectPtr autoscaler;
        std::string target;
        std::deque<std::string> steps; ///< serialised, newest first
    };
    std::map<std::string, Ring> rings_;
    std::function<void(const std::string& key)> changed_;
};

} // namespace wheelhouse::autoscaling
