#pragma once

#include <string>
#include <string_view>

namespace wheelhouse::api::yaml {

/// What a plain (unquoted, untagged) scalar is to Kubernetes' users: YAML 1.1 words for booleans (yes, no,
/// on, off, y, n), octal with a leading 0, underscores in numbers; timestamps stay text.
enum class ScalarType { Null, Bool, Integer, Float, String };

struct Scalar {
    ScalarType type = ScalarType::String;
    std::string json; ///< the value as JSON; empty for String
};

Scalar resolvePlain(std::string_view text);

} // namespace wheelhouse::api::yaml
