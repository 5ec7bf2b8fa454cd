#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/status.h"

#include <string>
#include <string_view>

namespace wheelhouse::apiserver::auth {

/// What somebody wants to do, as authorisers see it: known from method and path alone, before anybody has
/// looked whether such a resource exists (apiserver/pkg/endpoints/request).
struct Attributes {
    std::string verb;
    bool resourceRequest = false; ///< else it is about `path`
    std::string group;
    std::string version;
    std::string resource;
    std::string subresource;
    std::string nameSpace; ///< empty = cluster scope or all namespaces; of a namespace itself: its name
    std::string name;
    std::string path;
    std::string fieldSelector; ///< of a list or watch, as given
};

/// Pure. BadRequest for a path or query that cannot be decoded.
Result<Attributes> attributesOf(std::string_view method, std::string_view path, std::string_view query);

/// The refusal Kubernetes would send; `reason` is what the authorisers say, often nothing.
Status forbiddenTo(const User& user, const Attributes& attributes, std::string_view reason);

} // namespace wheelhouse::apiserver::auth
