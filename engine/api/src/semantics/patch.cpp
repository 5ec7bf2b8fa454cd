#include "semantics/patch.h"

#include "engine/api/codec.h"
#include "engine/api/semantics.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <fmt/format.h>

namespace wheelhouse::api {

namespace {

namespace json = boost::json;

/// A number too large for a double becomes infinite, which no JSON can say again.
bool hasFiniteNumbers(const json::value& value) {
    if (const auto* number = value.if_double()) return std::isfinite(*number);
    if (const auto* object = value.if_object())
        return std::all_of(object->begin(), object->end(),
                           [](const auto& member) { return hasFiniteNumbers(member.value()); });
    if (const auto* array = value.if_array())
        return std::all_of(array->begin(), array->end(), hasFiniteNumbers);
    return true;
}

Result<json::value> parse(std::string_view text, std::string_view what) {
    json::parse_options options;
    options.max_depth = static_cast<std::size_t>(maxDepth);
    json::error_code error;
    json::value value = json::parse({text.data(), text.size()}, error, {}, options);
    if (error) return fail(Reason::BadRequest, fmt::format("error decoding {}: {}", what, error.message()));
    if (!hasFiniteNumbers(value))
        return fail(Reason::BadRequest, fmt::format("error decoding {}: a number is out of range", what));
    return value;
}

} // namespace

Result<std::string> applyPatch(std::string_view objectJson, std::string_view patch, PatchType patchType,
                               const google::protobuf::Descriptor* type) {
    Result<json::value> document = parse(objectJson, "object");
    if (!document) return fail(document.error());
    Result<json::value> changes = parse(patch, "patch");
    if (!changes) return fail(changes.error());
    if (patchType == PatchType::Json) {
        if (Result<void> done = semantics::applyJsonPatch(*document, *changes); !done)
            return fail(done.error());
        return json::serialize(*document);
    }
    if (!changes->is_object() || !document->is_object()) {
        return fail(Reason::BadRequest, "error decoding patch: a merge patch is a JSON object");
    }
    if (patchType == PatchType::Merge) {
        semantics::applyMergePatch(*document, *changes);
        return json::serialize(*document);
    }
    Result<json::object> merged = semantics::applyStrategicPatch(std::move(document->get_object()),
                                                                 std::move(changes->get_object()), type);
    if (!merged) return fail(merged.error());
    return json::serialize(*merged);
}

} // namespace wheelhouse::api
