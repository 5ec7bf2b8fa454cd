#include "definitions/conditions.h"

#include "engine/api/time.h"

namespace wheelhouse::apiserver {

using api::apiextensions::CustomResourceDefinition;

void setCondition(CustomResourceDefinition& definition, std::string_view type, bool isTrue,
                  std::string reason, std::string message, WallTime now) {
    auto& conditions = *definition.mutable_status()->mutable_conditions();
    api::apiextensions::CustomResourceDefinitionCondition* condition = nullptr;
    for (auto& each : conditions)
        if (each.type() == type) condition = &each;
    if (condition == nullptr) condition = conditions.Add();
    const char* status = isTrue ? "True" : "False";
    if (condition->status() != status) *condition->mutable_lasttransitiontime() = api::toTime(now);
    condition->set_type(std::string(type));
    condition->set_status(status);
    condition->set_reason(std::move(reason));
    condition->set_message(std::move(message));
}

bool isTrue(const CustomResourceDefinition& definition, std::string_view type) {
    for (const auto& condition : definition.status().conditions())
        if (condition.type() == type) return condition.status() == "True";
    return false;
}

} // namespace wheelhouse::apiserver
