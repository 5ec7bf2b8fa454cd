#pragma once

#include "auth/rule.h"
#include "engine/api/groups/rbac.h"
#include "engine/api/types.h"

#include <google/protobuf/repeated_ptr_field.h>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

// Rules between their messages and what decisions are made with.

template <class Strings>
std::vector<std::string> textsIn(const Strings& from) {
    return {from.begin(), from.end()};
}

std::vector<Rule> readRules(const google::protobuf::RepeatedPtrField<api::rbac::PolicyRule>& rules);
/// Appends.
void writeRules(const std::vector<Rule>& rules,
                google::protobuf::RepeatedPtrField<api::rbac::PolicyRule>& out);

} // namespace wheelhouse::apiserver::auth
