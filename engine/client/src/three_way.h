#pragma once

#include <boost/json/value.hpp>
#include <google/protobuf/descriptor.h>

namespace wheelhouse::client {

/// The patch that brings `live` to `wanted`: sets what differs, and removes what `last` had and `wanted` no
/// longer has. What only the server or somebody else set stays. An empty object means there is nothing to do.
/// With a `type` it is a strategic merge patch (lists merged by the schema's merge keys); without one a JSON
/// merge patch (lists replaced as a whole).
boost::json::object threeWayPatch(const boost::json::object& last, const boost::json::object& wanted,
                                  const boost::json::object& live, const google::protobuf::Descriptor* type);

} // namespace wheelhouse::client
