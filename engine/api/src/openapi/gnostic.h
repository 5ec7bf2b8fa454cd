#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace wheelhouse::api {

// OpenAPI v2 in the protobuf form older clients ask for: the message openapi.v2.Document of gnostic-models.

/// The bytes of a Document that has the members of `document` (swagger, info, paths, definitions). Such texts
/// may be put one behind the other: readers merge them. Pure.
std::string gnosticDocument(const boost::json::value& document);

} // namespace wheelhouse::api
