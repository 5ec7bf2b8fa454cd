#include "component_statuses.h"

#include "engine/api/types.h"

namespace wheelhouse::controlplane {

using api::core::ComponentStatus;

ComponentStatuses::ComponentStatuses(apiserver::ApiServer& api, Parts parts)
    : parts_(std::move(parts)), serving_(api.serve(api::kindOf<ComponentStatus>(), *this)) {}

std::unique_ptr<google::protobuf::Message> ComponentStatuses::object(const std::string& /*nameSpace*/,
                                                                     const std::string& name,
                                                                     const std::string& /*subresource*/) {
    const auto part = parts_.find(name);
    if (part == parts_.end()) return nullptr;
    const std::string trouble = part->second();
    auto out = std::make_unique<ComponentStatus>();
    out->mutable_metadata()->set_name(name);
    auto& condition = *out->add_conditions();
    condition.set_type("Healthy");
    condition.set_status(trouble.empty() ? "True" : "False");
    condition.set_message(trouble.empty() ? "ok" : trouble);
    return out;
}

std::vector<std::string> ComponentStatuses::keys(const std::string& /*nameSpace*/) {
    std::vector<std::string> out;
    for (const auto& [name, trouble] : parts_)
        out.push_back(name);
    return out;
}

} // namespace wheelhouse::controlplane
