#pragma once

#include "engine/api/apply.h"
#include "engine/api/merge_schema.h"

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::api::apply {

namespace json = boost::json;

// Objects as JSON, read by a merge schema. A null pointer is an absent value, which is not the same as null.

/// Which of the forms its type allows a value has.
enum class Shape { Map, Scalar, List, Nothing };
Shape shapeOf(const Type& type, const json::value* value);
/// The type of a map's value by its key. Never null: what no schema knows is merged without one.
const Type* memberType(const Type::Map& map, std::string_view key);

/// What a list entry is told apart by; an error says why it cannot be.
Result<PathElement> elementOf(const Type::List& list, const json::value& entry);
/// Entries by what they are told apart by.
struct ListIndex {
    std::vector<PathElement> order;
    /// Null where an entry stands more than once.
    std::map<PathElement, const json::value*> entries;
};
Result<ListIndex> indexOf(const Type::List& list, const json::array* entries, bool duplicatesAllowed);

/// Equal by value; integers and floats are compared with each other.
bool equals(const json::value& a, const json::value& b);
/// Everything the schema does not allow, each with its path; duplicates in lists too unless allowed.
std::vector<std::string> validate(const Type& type, const json::value& value, bool duplicatesAllowed);
/// The fields a value sets.
Set fieldsOf(const Type& type, const json::value& value);
/// What leads from `before` to `after`.
Comparison compare(const Type& type, const json::value& before, const json::value& after);
/// `config` laid over `live`. The error is Kubernetes' wording of what cannot be merged.
Result<json::value> merge(const Type& type, const json::value& live, const json::value& config);
/// `value` without the fields of `gone`.
json::value without(const Type& type, const json::value& value, const Set& gone);

} // namespace wheelhouse::api::apply
