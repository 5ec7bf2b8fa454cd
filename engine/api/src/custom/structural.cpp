#include "custom/structural.h"

#include "custom/schema.h"

#include <algorithm>
#include <fmt/format.h>
#include <re2/re2.h>
#include <set>

namespace wheelhouse::api::custom {
namespace {

enum class Level { Root, Item, Field };

std::string textOf(const JsonValue& schema, std::string_view key) {
    const JsonValue* value = schema.member(key);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
}
bool flagOf(const JsonValue& schema, std::string_view key) {
    const JsonValue* value = schema.member(key);
    return value != nullptr && value->isTrue();
}
std::string keyed(const std::string& path, std::string_view key) {
    return path + "[" + std::string(key) + "]";
}

template <class Each>
void forEach(const JsonValue& schema, std::string_view key, const Each& each) {
    const JsonValue* list = schema.member(key);
    if (list == nullptr || list->array() == nullptr) return;
    for (std::size_t i = 0; i < list->array()->size(); ++i)
        each((*list->array())[i], i);
}
template <class Each>
void forEachProperty(const JsonValue& schema, std::string_view key, const Each& each) {
    const JsonValue* map = schema.member(key);
    if (map == nullptr || map->object() == nullptr) return;
    for (const auto& [name, value] : *map->object())
        each(name, value);
}

// ------------------------------------------------------------------------------------------------
// structural: where values are described, everything about their shape is said outside of value validation

class Structural {
  public:
    explicit Structural(Findings& problems) : problems_(problems) {}

    void check(const JsonValue& schema, Level level, const std::string& path) {
        const std::string type = textOf(schema, "type");
        const JsonValue* items = schema.member("items");
        if (type == "array" && (items == nullptr || items->object() == nullptr))
            problems_.required(Path(joined(path, "items")), "must be specified");
        if (items != nullptr && items->object() != nullptr) check(*items, Level::Item, joined(path, "items"));
        forEachProperty(schema, "properties", [&](const std::string& name, const JsonValue& property) {
            check(property, Level::Field, keyed(joined(path, "properties"), name));
        });
        checkAdditional(schema, level, path);
        checkExtensions(schema, path);
        checkValues(schema, isIntOrString(schema.member("anyOf")), firstIsIntOrString(schema), path);
        checkType(schema, type, level, path);
        checkMetadata(schema, level, path);
    }

    /// What stands under allOf, anyOf, oneOf and not, and what stands below, must be said outside too.
    /// `plain` is the path without the junctors.
    void checkComplete(const JsonValue& nested, const JsonValue* outside, const std::string& path,
                       const std::string& plain) {
        if (const JsonValue* items = nested.member("items"); items != nullptr && items->object() != nullptr) {
            const JsonValue* other = outside == nullptr ? nullptr : outside->member("items");
            if (other == nullptr)
                problems_.required(Path(joined(plain, "items")), missing(joined(path, "items")));
            else
                checkComplete(*items, other, joined(path, "items"), joined(plain, "items"));
        }
        forEachProperty(nested, "properties", [&](const std::string& name, const JsonValue& property) {
            const JsonValue* others = outside == nullptr ? nullptr : outside->member("properties");
            const JsonValue* other = others == nullptr ? nullptr : others->member(name);
            const std::string at = keyed(joined(path, "properties"), name);
            const std::string wanted = keyed(joined(plain, "properties"), name);
            if (other == nullptr)
                problems_.required(Path(wanted), missing(at));
            else
                checkComplete(property, other, at, wanted);
        });
        checkJunctors(nested, outside, path, plain);
    }

    void checkJunctors(const JsonValue& schema, const JsonValue* outside, const std::string& path,
                       const std::string& plain) {
        for (const char* key : {"allOf", "anyOf", "oneOf"})
            forEach(schema, key, [&](const JsonValue& each, std::size_t i) {
                checkComplete(each, outside, indexed(joined(path, key), i), plain);
            });
        if (const JsonValue* negated = schema.member("not"))
            checkComplete(*negated, outside, joined(path, "not"), plain);
    }

    void checkCompleteness(const JsonValue& schema, const std::string& path) {
        checkJunctors(schema, &schema, path, path);
        if (const JsonValue* items = schema.member("items"); items != nullptr && items->object() != nullptr)
            checkCompleteness(*items, joined(path, "items"));
        if (const JsonValue* more = schema.member("additionalProperties"); more != nullptr && more->object())
            checkCompleteness(*more, joined(path, "additionalProperties"));
        forEachProperty(schema, "properties", [&](const std::string& name, const JsonValue& property) {
            checkCompleteness(property, keyed(joined(path, "properties"), name));
        });
    }

  private:
    static std::string missing(const std::string& path) {
        return fmt::format("because it is defined in {}", path);
    }

    static bool isIntOrString(const JsonValue* anyOf) {
        static const JsonValue pattern = *JsonValue::parse(R"([{"type":"integer"},{"type":"string"}])");
        return anyOf != nullptr && *anyOf == pattern;
    }
    static bool firstIsIntOrString(const JsonValue& schema) {
        const JsonValue* all = schema.member("allOf");
        return all != nullptr && all->array() != nullptr && !all->array()->empty() &&
               isIntOrString(all->array()->front().member("anyOf"));
    }

    void checkAdditional(const JsonValue& schema, Level level, const std::string& path) {
        const JsonValue* additional = schema.member("additionalProperties");
        if (additional == nullptr) return;
        const std::string at = joined(path, "additionalProperties");
        if (level == Level::Root) problems_.forbidden(Path(at), "must not be used at the root");
        if (additional->object() != nullptr) check(*additional, Level::Field, at);
        if (flagOf(schema, "x-kubernetes-embedded-resource"))
            problems_.forbidden(Path(at), "must not be used if x-kubernetes-embedded-resource is set");
    }

    void checkExtensions(const JsonValue& schema, const std::string& path) {
        if (!flagOf(schema, "x-kubernetes-int-or-string")) return;
        for (const char* other : {"x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"})
            if (flagOf(schema, other))
                problems_.invalidJson(Path(joined(path, other)), "true",
                                      "must be false if x-kubernetes-int-or-string is true");
    }

    void checkType(const JsonValue& schema, const std::string& type, Level level, const std::string& path) {
        const Path at(joined(path, "type"));
        if (flagOf(schema, "x-kubernetes-embedded-resource") && type != "object") {
            constexpr std::string_view text = "must be object if x-kubernetes-embedded-resource is true";
            if (type.empty())
                problems_.required(at, text);
            else
                problems_.invalid(at, type, text);
        } else if (type.empty() && !flagOf(schema, "x-kubernetes-int-or-string") &&
                   !flagOf(schema, "x-kubernetes-preserve-unknown-fields")) {
            problems_.required(at, level == Level::Root   ? "must not be empty at the root"
                                   : level == Level::Item ? "must not be empty for specified array items"
                                                          : "must not be empty for specified object fields");
        }
        if (level == Level::Root && !type.empty() && type != "object")
            problems_.invalid(at, type, "must be object at the root");
        const JsonValue* properties = schema.member("properties");
        const bool none =
            properties == nullptr || properties->object() == nullptr || properties->object()->empty();
        if (flagOf(schema, "x-kubernetes-embedded-resource") &&
            !flagOf(schema, "x-kubernetes-preserve-unknown-fields") && none)
            problems_.required(Path(joined(path, "properties")),
                               "must not be empty if x-kubernetes-embedded-resource is true without "
                               "x-kubernetes-preserve-unknown-fields");
    }

    void checkMetadata(const JsonValue& schema, Level level, const std::string& path) {
        if (level != Level::Root && !flagOf(schema, "x-kubernetes-embedded-resource")) return;
        const JsonValue* properties = schema.member("properties");
        if (properties == nullptr) return;
        for (const auto& [name, wanted] : {std::pair("kind", "string"), std::pair("apiVersion", "string"),
                                           std::pair("metadata", "object")}) {
            const JsonValue* property = properties->member(name);
            if (property == nullptr || textOf(*property, "type") == wanted) continue;
            problems_.invalid(Path(joined(keyed(joined(path, "properties"), name), "type")),
                              textOf(*property, "type"), fmt::format("must be {}", wanted));
        }
        const JsonValue* metadata = properties->member("metadata");
        if (level != Level::Root || metadata == nullptr || metadata->object() == nullptr) return;
        const bool plain =
            std::all_of(metadata->object()->begin(), metadata->object()->end(), [](const auto& member) {
                if (member.first == "type" || member.first == "default") return true;
                if (member.first != "properties" || member.second.object() == nullptr) return false;
                return std::all_of(
                    member.second.object()->begin(), member.second.object()->end(),
                    [](const auto& each) { return each.first == "name" || each.first == "generateName"; });
            });
        if (!plain)
            problems_.forbidden(Path(keyed(joined(path, "properties"), "metadata")),
                                "must not specify anything other than name and generateName, but metadata is "
                                "implicitly specified");
    }

    void checkValues(const JsonValue& schema, bool skipAnyOf, bool skipFirstAllOf, const std::string& path) {
        if (!skipAnyOf)
            forEach(schema, "anyOf", [&](const JsonValue& each, std::size_t i) {
                checkNested(each, false, indexed(joined(path, "anyOf"), i));
            });
        forEach(schema, "allOf", [&](const JsonValue& each, std::size_t i) {
            checkNested(each, skipFirstAllOf && i == 0, indexed(joined(path, "allOf"), i));
        });
        forEach(schema, "oneOf", [&](const JsonValue& each, std::size_t i) {
            checkNested(each, false, indexed(joined(path, "oneOf"), i));
        });
        if (const JsonValue* negated = schema.member("not"))
            checkNested(*negated, false, joined(path, "not"));
        const std::string pattern = textOf(schema, "pattern");
        if (pattern.empty()) return;
        const re2::RE2 expression(pattern, re2::RE2::Quiet);
        if (!expression.ok())
            problems_.invalid(
                Path(joined(path, "pattern")), pattern,
                fmt::format("must be a valid regular expression, but isn't: error parsing regexp: {}",
                            expression.error()));
    }

    void checkNested(const JsonValue& schema, bool skipAnyOf, const std::string& path) {
        checkValues(schema, skipAnyOf, false, path);
        if (const JsonValue* items = schema.member("items"); items != nullptr && items->object() != nullptr)
            checkNested(*items, false, joined(path, "items"));
        forEachProperty(schema, "properties", [&](const std::string& name, const JsonValue& property) {
            checkNested(property, false, keyed(joined(path, "properties"), name));
        });
        static constexpr std::pair<const char*, const char*> notHere[] = {
            {"type", "must be empty to be structural"},
            {"additionalProperties", "must be undefined to be structural"},
            {"default", "must be undefined to be structural"},
            {"title", "must be empty to be structural"},
            {"description", "must be empty to be structural"},
            {"nullable", "must be false to be structural"},
            {"x-kubernetes-preserve-unknown-fields", "must be false to be structural"},
            {"x-kubernetes-embedded-resource", "must be false to be structural"},
            {"x-kubernetes-int-or-string", "must be false to be structural"},
            {"x-kubernetes-list-map-keys", "must be empty to be structural"},
            {"x-kubernetes-list-type", "must be undefined to be structural"},
            {"x-kubernetes-map-type", "must be undefined to be structural"},
        };
        for (const auto& [key, text] : notHere)
            if (schema.member(key) != nullptr) problems_.forbidden(Path(joined(path, key)), text);
        const JsonValue* properties = schema.member("properties");
        if (properties != nullptr && properties->member("metadata") != nullptr)
            problems_.forbidden(Path(keyed(joined(path, "properties"), "metadata")),
                                "must not be specified in a nested context");
    }

    Findings& problems_;
};

// ------------------------------------------------------------------------------------------------
// what Kubernetes takes of OpenAPI v3

class OpenApi {
  public:
    explicit OpenApi(Findings& problems) : problems_(problems) {}

    void check(const JsonValue& schema, const std::string& path, const std::string& noDefaults) {
        checkUnsupported(schema, path, noDefaults);
        if (flagOf(schema, "uniqueItems"))
            problems_.forbidden(
                Path(joined(path, "uniqueItems")),
                "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        const JsonValue* properties = schema.member("properties");
        const JsonValue* additional = schema.member("additionalProperties");
        const bool any =
            properties != nullptr && properties->object() != nullptr && !properties->object()->empty();
        if (additional != nullptr && any && !additional->isTrue())
            problems_.forbidden(Path(joined(path, "additionalProperties")),
                                "additionalProperties and properties are mutual exclusive");
        checkBelow(schema, path, noDefaults);
        const JsonValue* preserve = schema.member("x-kubernetes-preserve-unknown-fields");
        if (preserve != nullptr && !preserve->isTrue())
            problems_.invalidJson(Path(joined(path, "x-kubernetes-preserve-unknown-fields")), "false",
                                  "must be true or undefined");
        checkMapType(schema, path);
        checkListType(schema, path);
        checkCel(schema, path);
    }

  private:
    void checkUnsupported(const JsonValue& schema, const std::string& path, const std::string& noDefaults) {
        if (!noDefaults.empty() && schema.member("default") != nullptr)
            problems_.forbidden(Path(joined(path, "default")), "must not be set " + noDefaults);
        for (const char* key :
             {"id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"})
            if (schema.member(key) != nullptr)
                problems_.forbidden(Path(joined(path, key)), std::string(key) + " is not supported");
        const std::string type = textOf(schema, "type");
        static const std::vector<std::string> types = {"array",  "boolean", "integer",
                                                       "number", "object",  "string"};
        if (type == "null")
            problems_.forbidden(Path(joined(path, "type")),
                                "type cannot be set to null, use nullable as an alternative");
        else if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end())
            problems_.notSupported(Path(joined(path, "type")), type, types);
        const JsonValue* items = schema.member("items");
        if (items != nullptr && items->array() != nullptr)
            problems_.forbidden(Path(joined(path, "items")),
                                "items must be a schema object and not an array");
    }

    void checkBelow(const JsonValue& schema, const std::string& path, const std::string& noDefaults) {
        const bool root = path.ends_with("openAPIV3Schema");
        if (const JsonValue* more = schema.member("additionalProperties"); more != nullptr && more->object())
            check(*more, joined(path, "additionalProperties"), noDefaults);
        forEachProperty(schema, "properties", [&](const std::string& name, const JsonValue& property) {
            const bool meta = root && (name == "metadata" || name == "kind" || name == "apiVersion");
            check(property, keyed(joined(path, "properties"), name),
                  meta ? "in top-level " + name : noDefaults);
        });
        if (const JsonValue* negated = schema.member("not")) check(*negated, joined(path, "not"), noDefaults);
        for (const char* key : {"allOf", "oneOf", "anyOf"})
            forEach(schema, key, [&](const JsonValue& each, std::size_t i) {
                check(each, indexed(joined(path, key), i), noDefaults);
            });
        if (const JsonValue* items = schema.member("items"); items != nullptr && items->object() != nullptr)
            check(*items, joined(path, "items"), noDefaults);
    }

    void wantType(const JsonValue& schema, const char* type, const char* extension, const std::string& path) {
        const std::string given = textOf(schema, "type");
        const std::string text = fmt::format("must be {} if {} is specified", type, extension);
        if (given.empty())
            problems_.required(Path(joined(path, "type")), text);
        else if (given != type)
            problems_.invalid(Path(joined(path, "type")), given, text);
    }

    void checkMapType(const JsonValue& schema, const std::string& path) {
        if (schema.member("x-kubernetes-map-type") == nullptr) return;
        wantType(schema, "object", "x-kubernetes-map-type", path);
        const std::string type = textOf(schema, "x-kubernetes-map-type");
        if (type != "atomic" && type != "granular")
            problems_.notSupported(Path(joined(path, "x-kubernetes-map-type")), type, {"atomic", "granular"});
    }

    void checkListType(const JsonValue& schema, const std::string& path) {
        const JsonValue* given = schema.member("x-kubernetes-list-type");
        const JsonValue* keys = schema.member("x-kubernetes-list-map-keys");
        const bool hasKeys = keys != nullptr && keys->array() != nullptr && !keys->array()->empty();
        const Path at(joined(path, "x-kubernetes-list-type"));
        if (given == nullptr) {
            if (hasKeys) problems_.required(at, "must be map if x-kubernetes-list-map-keys is non-empty");
            return;
        }
        const std::string type = textOf(schema, "x-kubernetes-list-type");
        wantType(schema, "array", "x-kubernetes-list-type", path);
        if (type != "atomic" && type != "set" && type != "map")
            problems_.notSupported(at, type, {"atomic", "set", "map"});
        if (hasKeys && type != "map")
            problems_.invalid(at, type, "must be map if x-kubernetes-list-map-keys is non-empty");
        const JsonValue* items = schema.member("items");
        if (type == "set" && items != nullptr) checkSetItems(*items, joined(path, "items"));
        if (type == "map") checkMapItems(items, hasKeys ? keys : nullptr, path);
    }

    void checkSetItems(const JsonValue& items, const std::string& path) {
        constexpr std::string_view text = "must be atomic as item of a list with x-kubernetes-list-type=set";
        const std::string type = textOf(items, "type");
        const std::string list = textOf(items, "x-kubernetes-list-type");
        if (type == "array" && !list.empty() && list != "atomic")
            problems_.invalid(Path(joined(path, "x-kubernetes-list-type")), list, text);
        if (type == "object" && textOf(items, "x-kubernetes-map-type") != "atomic")
            problems_.invalidJson(Path(joined(path, "x-kubernetes-map-type")), "null", text);
    }

    void checkMapItems(const JsonValue* items, const JsonValue* keys, const std::string& path) {
        const Path keysAt(joined(path, "x-kubernetes-list-map-keys"));
        if (keys == nullptr) problems_.required(keysAt, "must not be empty if x-kubernetes-list-type is map");
        if (items == nullptr) {
            problems_.required(Path(joined(path, "items")),
                               "must have a schema if x-kubernetes-list-type is map");
            return;
        }
        const std::string at = joined(path, "items");
        const std::string type = textOf(*items, "type");
        if (type != "object") {
            problems_.invalid(Path(joined(at, "type")), type,
                              "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }
        if (keys == nullptr) return;
        std::set<std::string> seen;
        for (const JsonValue& key : *keys->array()) {
            if (key.string() == nullptr) continue;
            const JsonValue* properties = items->member("properties");
            const JsonValue* property = properties == nullptr ? nullptr : properties->member(*key.string());
            const std::string keyAt = keyed(joined(at, "properties"), *key.string());
            if (property == nullptr) {
                problems_.invalidJson(keysAt, keys->text(), "entries must all be names of item properties");
            } else {
                const std::string keyType = textOf(*property, "type");
                if (keyType == "array" || keyType == "object")
                    problems_.invalid(
                        Path(joined(keyAt, "type")), type,
                        "must be a scalar type if parent array's x-kubernetes-list-type is map");
                checkKeyGiven(*items, *property, *key.string(), at, keyAt);
            }
            if (!seen.insert(*key.string()).second)
                problems_.invalidJson(keysAt, keys->text(), "must not contain duplicate entries");
        }
    }

    /// Without a value for every key an entry could not be told from others.
    void checkKeyGiven(const JsonValue& items, const JsonValue& property, const std::string& key,
                       const std::string& at, const std::string& keyAt) {
        bool required = false;
        forEach(items, "required",
                [&](const JsonValue& name, std::size_t) { required |= name == JsonValue(key); });
        if (!required && property.member("default") == nullptr)
            problems_.required(
                Path(joined(keyAt, "default")),
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be "
                "a required property");
        if (flagOf(property, "nullable"))
            problems_.forbidden(Path(joined(keyAt, "nullable")),
                                "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
        if (flagOf(items, "nullable"))
            problems_.forbidden(Path(joined(at, "nullable")), "cannot be nullable when "
                                                              "x-kubernetes-list-type is \"map\"");
    }

    void checkCel(const JsonValue& schema, const std::string& path) {
        forEach(schema, "x-kubernetes-validations", [&](const JsonValue& rule, std::size_t i) {
            if (textOf(rule, "rule").find_first_not_of(" \t\r\n") == std::string::npos)
                problems_.required(Path(joined(indexed(joined(path, "x-kubernetes-validations"), i), "rule")),
                                   "rule is not specified");
        });
    }

    Findings& problems_;
};

/// Defaults must be what the schema would let be.
void checkDefaults(const JsonValue& json, const Schema& schema, const std::string& path, Findings& problems) {
    const JsonValue* given = json.member("default");
    if (given != nullptr) {
        JsonValue value = *given;
        const Path at(joined(path, "default"));
        if (!pruneValue(value, schema, {}).empty())
            problems.invalidJson(at, given->text(), "must not have unknown fields");
        else if (value.isNull())
            problems.required(at, "");
        else
            validate(value, nullptr, schema, at.text(), problems);
    }
    if (const JsonValue* items = json.member("items"); items != nullptr && schema.items)
        checkDefaults(*items, *schema.items, joined(path, "items"), problems);
    if (const JsonValue* more = json.member("additionalProperties"); more != nullptr && schema.additional)
        checkDefaults(*more, *schema.additional, joined(path, "additionalProperties"), problems);
    forEachProperty(json, "properties", [&](const std::string& name, const JsonValue& property) {
        if (const Schema* known = schema.property(name))
            checkDefaults(property, *known, keyed(joined(path, "properties"), name), problems);
    });
}

} // namespace

void validateSchema(const JsonValue& schema, bool statusSubresource, const std::string& path,
                    Findings& problems) {
    if (statusSubresource && schema.object() != nullptr) {
        static const std::set<std::string> allowed = {"description",
                                                      "type",
                                                      "format",
                                                      "title",
                                                      "maximum",
                                                      "exclusiveMaximum",
                                                      "minimum",
                                                      "exclusiveMinimum",
                                                      "maxLength",
                                                      "minLength",
                                                      "pattern",
                                                      "maxItems",
                                                      "minItems",
                                                      "uniqueItems",
                                                      "multipleOf",
                                                      "required",
                                                      "items",
                                                      "properties",
                                                      "externalDocs",
                                                      "example",
                                                      "x-kubernetes-preserve-unknown-fields",
                                                      "x-kubernetes-validations",
                                                      "nullable",
                                                      "$schema"};
        for (const auto& [key, value] : *schema.object())
            if (!allowed.contains(key)) {
                problems.invalidJson(
                    Path(path), "{}",
                    "only [Description Type Format Title Maximum ExclusiveMaximum Minimum "
                    "ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems "
                    "MultipleOf Required Items Properties ExternalDocs Example "
                    "XPreserveUnknownFields XValidations] fields are allowed at the root of the "
                    "schema if the status subresource is enabled");
                break;
            }
    }
    if (flagOf(schema, "nullable"))
        problems.forbidden(Path(joined(path, "nullable")), "nullable cannot be true at the root");
    Findings structural;
    Structural checker(structural);
    checker.check(schema, Level::Root, path);
    checker.checkCompleteness(schema, path);
    std::vector<Cause> found = structural.take();
    std::sort(found.begin(), found.end(), [](const Cause& a, const Cause& b) {
        return a.field + ": " + a.message < b.field + ": " + b.message;
    });
    const bool wellFormed = found.empty();
    problems.append(std::move(found));
    OpenApi(problems).check(schema, path, {});
    if (wellFormed && problems.empty()) checkDefaults(schema, *compile(schema), path, problems);
}

} // namespace wheelhouse::api::custom
