#pragma once

#include "custom/findings.h"
#include "json/value.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace wheelhouse::api::custom {

struct Schema;
using SchemaPtr = std::shared_ptr<const Schema>;

/// The checks of single values a schema asks for. Kept apart, because most nodes have none.
struct ValueRules {
    std::string format;
    std::optional<double> minimum;
    std::optional<double> maximum;
    bool exclusiveMinimum = false;
    bool exclusiveMaximum = false;
    std::optional<double> multipleOf;
    std::optional<std::int64_t> minLength;
    std::optional<std::int64_t> maxLength;
    std::optional<std::int64_t> minItems;
    std::optional<std::int64_t> maxItems;
    std::optional<std::int64_t> minProperties;
    std::optional<std::int64_t> maxProperties;
    bool uniqueItems = false;
    std::string pattern;
    std::shared_ptr<const re2::RE2> expression; ///< of `pattern`; null when it is none that compiles
    std::vector<JsonValue> enumeration;
    std::vector<std::string> required;
    std::vector<SchemaPtr> allOf;
    std::vector<SchemaPtr> anyOf;
    std::vector<SchemaPtr> oneOf;
    SchemaPtr negated; ///< `not`
};

/// One node of an OpenAPI v3 schema as CustomResourceDefinitions have them, made for looking things up. Never
/// changes after it is made.
struct Schema {
    enum class List { Atomic, Set, Map };

    std::string type; ///< empty = any
    bool nullable = false;
    bool preserveUnknown = false;
    bool embedded = false;
    bool intOrString = false;
    bool additionalForbidden = false; ///< `additionalProperties: false`
    bool additionalAny = false;       ///< `additionalProperties: true`
    bool atomicMap = false;           ///< x-kubernetes-map-type: atomic
    bool rulesInCel = false;          ///< it has x-kubernetes-validations
    List list = List::Atomic;
    std::vector<std::string> listMapKeys;
    std::vector<std::pair<std::string, SchemaPtr>> properties; ///< by name
    SchemaPtr additional;                                      ///< of members that are no `properties`
    SchemaPtr items;
    std::optional<JsonValue> defaultValue;
    std::unique_ptr<const ValueRules> rules; ///< null = none

    const Schema* property(std::string_view name) const;
    /// Of whichever member: a property, or what additional members are. Null when nothing is said.
    const Schema* member(std::string_view name) const;
};

/// From the JSON form of `openAPIV3Schema`. What is not understood is left out: whether a schema is
/// well-formed is `validateSchema`'s question.
SchemaPtr compile(const JsonValue& json);

/// Takes away whatever the schema does not know and returns the paths of it, in order. The root is an object
/// with its apiVersion, kind and metadata, which are left alone.
std::vector<std::string> prune(JsonObject& root, const Schema& schema);
/// The same for a value below the root, such as a default.
std::vector<std::string> pruneValue(JsonValue& value, const Schema& schema, const std::string& path);

/// Fills absent fields, and null ones that may not be null; nulls without a default go.
void applyDefaults(JsonObject& root, const Schema& schema);
void applyDefaults(JsonValue& value, const Schema& schema);

/// Everything the schema does not allow about `value`. `old` (may be null) is what stood there before: parts
/// that did not change are let be, however wrong.
void validate(const JsonValue& value, const JsonValue* old, const Schema& schema, const std::string& path,
              Findings& problems);
/// Entries given twice in lists that are sets or maps.
void validateLists(const JsonValue& value, const Schema& schema, const std::string& path, Findings& problems);
/// Objects embedded in this one have a type and a name of their own.
void validateEmbedded(const JsonValue& value, const Schema& schema, const std::string& path, bool root,
                      Findings& problems);
/// Whether any node has rules in CEL.
bool hasCelRules(const Schema& schema);

/// "spec" + "replicas" → "spec.replicas".
std::string joined(const std::string& path, std::string_view name);
std::string indexed(const std::string& path, std::size_t i);

/// Whether a text has a format this knows; true for formats nobody checks.
bool hasFormat(std::string_view text, std::string_view format);

} // namespace wheelhouse::api::custom
