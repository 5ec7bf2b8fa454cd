#include "engine/autoscaling/scaling_decisions.h"

#include "engine/api/time.h"

namespace wheelhouse::autoscaling {

void ScalingDecisions::add(const api::ObjectPtr& autoscaler, const std::string& target,
                           const api::lab::ScalingStep& step) {
    Ring& ring = rings_[autoscaler->key()];
    // One of the same name that was made anew has a past of its own.
    if (ring.autoscaler && ring.autoscaler->uid() != autoscaler->uid()) ring.steps.clear();
    ring.autoscaler = autoscaler;
    ring.target = target;
    ring.steps.push_front(step.SerializeAsString());
    if (ring.steps.size() > kept) ring.steps.pop_back();
    if (changed_) changed_(autoscaler->key());
}

void ScalingDecisions::forget(const std::string& key) {
    if (rings_.erase(key) > 0 && changed_) changed_(key);
}

std::unique_ptr<google::protobuf::Message> ScalingDecisions::object(const std::string& nameSpace,
                                                                    const std::string& name) const {
    const auto found = rings_.find(nameSpace + "/" + name);
    if (found == rings_.end()) return nullptr;
    const Ring& ring = found->second;
    auto made = std::make_unique<api::lab::AutoscalingDecision>();
    auto& metadata = *made->mutable_metadata();
    metadata.set_name(name);
    metadata.set_namespace_(nameSpace);
    metadata.set_uid(ring.autoscaler->uid().value());
    for (const auto& [key, value] : ring.autoscaler->labels())
        (*metadata.mutable_labels())[key] = value;
    made->set_target(ring.target);
    for (const std::string& step : ring.steps)
        made->add_decisions()->ParseFromString(step);
    // As old as the oldest decision it knows.
    if (!made->decisions().empty())
        *metadata.mutable_creationtimestamp() =
            api::toTime(api::fromTime(made->decisions(made->decisions_size() - 1).time()));
    return made;
}

std::vector<std::string> ScalingDecisions::keys(const std::string& nameSpace) const {
    std::vector<std::string> out;
    const std::string prefix = nameSpace.empty() ? std::string() : nameSpace + "/";
    for (auto ring = rings_.lower_bound(prefix); ring != rings_.end() && ring->first.starts_with(prefix);
         ++ring)
        out.push_back(ring->first);
    return out;
}

} // namespace wheelhouse::autoscaling
