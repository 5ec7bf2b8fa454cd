#pragma once

#include "engine/api/kind.h"

#include <google/protobuf/message.h>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// A default role or binding as an object.
struct PolicyObject {
    const api::Kind* kind = nullptr;
    std::string nameSpace;
    std::unique_ptr<google::protobuf::Message> message;
};

/// The default roles and bindings. Roles that gather others have their rules already, so that they work
/// before a controller has run.
std::vector<PolicyObject> defaultPolicy();

enum class Amendment { None, Update, Replace };
/// Gives `present` what it lacks of `wanted` (of one kind): rules, subjects, labels, annotations. What others
/// added stays, and objects that ask to be left alone are. Replace: the binding is for another role, which
/// cannot be changed; it must be made anew as `present` then says.
Amendment amendPolicy(google::protobuf::Message& present, const google::protobuf::Message& wanted);

} // namespace wheelhouse::apiserver::auth
