#include "custom/schema.h"

#include "json/json_reader.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <re2/re2.h>
#include <set>

// Values against a schema, in the words of kube-openapi's validator.

namespace wheelhouse::api::custom {
namespace {

/// "spec.x in body …", the way the validator names a place.
std::string at(const std::string& path, std::string_view text) {
    return path + " in body " + std::string(text);
}

/// A number as Go prints it with %v.
std::string goNumber(double value) {
    if (std::floor(value) == value && std::abs(value) < 1e6)
        return fmt::format("{}", static_cast<std::int64_t>(value));
    std::string text = fmt::format("{}", value);
    if (std::abs(value) < 1e21 && std::abs(value) >= 1e6 && text.find('e') == std::string::npos) {
        text = fmt::format("{:e}", value);
        // Only the digits that matter.
        const std::size_t e = text.find('e');
        std::string digits = text.substr(0, e);
        while (digits.find('.') != std::string::npos && (digits.back() == '0' || digits.back() == '.')) {
            const bool point = digits.back() == '.';
            digits.pop_back();
            if (point) break;
        }
        text = digits + text.substr(e);
    }
    return text;
}

/// A limit next to an integer is printed as one.
std::string limitText(double limit, const JsonValue& value) {
    if (value.isInteger()) return std::to_string(static_cast<std::int64_t>(limit));
    return goNumber(limit);
}

class Checker {
  public:
    explicit Checker(Findings& problems) : problems_(problems) {}

    void check(const JsonValue& value, const JsonValue* old, const Schema& schema, const std::string& path) {
        // What was wrong before and has not changed is no reason to refuse a change elsewhere.
        if (old != nullptr && *old == value) return;
        if (!checkType(value, schema, path)) return;
        const ValueRules* rules = schema.rules.get();
        if (rules != nullptr && !value.isNull()) {
            checkAlternatives(value, old, *rules, path);
            if (value.isString()) checkText(*value.string(), *rules, path);
            if (value.isNumber()) checkNumber(value, *rules, path);
        }
        if (rules != nullptr) checkEnumeration(value, *rules, path);
        if (const JsonValue::Array* array = value.array()) checkArray(*array, old, schema, path);
        if (const JsonObject* object = value.object()) checkObject(*object, old, schema, path);
    }

  private:
    void invalid(const std::string& path, const JsonValue& value, std::string_view text) {
        problems_.invalidJson(Path(path), value.text(), at(path, text));
    }
    void typeInvalid(const std::string& path, const std::string& wanted, const std::string& found) {
        problems_.typeInvalid(
            Path(path), semantics::quoted(found),
            at(path, fmt::format("must be of type {}: {}", wanted, semantics::quoted(found))));
    }

    /// False when it makes no sense to look further.
    bool checkType(const JsonValue& value, const Schema& schema, const std::string& path) {
        const std::string wanted = schema.intOrString ? "integer,string" : schema.type;
        if (wanted.empty()) return true;
        std::string found(value.typeName());
        if (value.isNull()) {
            if (!schema.nullable) typeInvalid(path, wanted, found);
            return schema.nullable;
        }
        const bool whole =
            value.isInteger() || (value.isNumber() && std::floor(value.number()) == value.number());
        bool fits = found == schema.type || (schema.type == "number" && value.isNumber()) ||
                    (schema.type == "integer" && value.isNumber() && whole);
        if (schema.intOrString) fits = value.isString() || (value.isNumber() && whole);
        if (!fits) typeInvalid(path, wanted, found);
        return fits;
    }

    void checkText(const std::string& text, const ValueRules& rules, const std::string& path) {
        const JsonValue value(text);
        std::int64_t length = 0;
        for (std::size_t i = 0; i < text.size(); ++length)
            i += std::max<std::size_t>(utf8Length(std::string_view(text).substr(i)), 1);
        if (rules.maxLength && length > *rules.maxLength) problems_.tooLong(Path(path), *rules.maxLength);
        if (rules.minLength && length < *rules.minLength)
            invalid(path, value, fmt::format("should be at least {} chars long", *rules.minLength));
        if (rules.expression && !re2::RE2::PartialMatch(text, *rules.expression))
            invalid(path, value, fmt::format("should match '{}'", rules.pattern));
        if (!rules.format.empty() && !hasFormat(text, rules.format)) typeInvalid(path, rules.format, text);
    }

    void checkNumber(const JsonValue& value, const ValueRules& rules, const std::string& path) {
        const double number = value.number();
        if (rules.multipleOf && *rules.multipleOf != 0) {
            const double quotient = number / *rules.multipleOf;
            if (std::abs(quotient - std::round(quotient)) > 1e-9)
                invalid(path, value,
                        fmt::format("should be a multiple of {}", limitText(*rules.multipleOf, value)));
        }
        if (rules.maximum && (rules.exclusiveMaximum ? number >= *rules.maximum : number > *rules.maximum))
            invalid(path, value,
                    fmt::format("should be less than {}{}", rules.exclusiveMaximum ? "" : "or equal to ",
                                limitText(*rules.maximum, value)));
        if (rules.minimum && (rules.exclusiveMinimum ? number <= *rules.minimum : number < *rules.minimum))
            invalid(path, value,
                    fmt::format("should be greater than {}{}", rules.exclusiveMinimum ? "" : "or equal to ",
                                limitText(*rules.minimum, value)));
    }

    void checkEnumeration(const JsonValue& value, const ValueRules& rules, const std::string& path) {
        if (rules.enumeration.empty() ||
            std::find(rules.enumeration.begin(), rules.enumeration.end(), value) != rules.enumeration.end())
            return;
        std::vector<std::string> supported;
        for (const JsonValue& each : rules.enumeration)
            supported.push_back(each.isString() ? *each.string() : each.text());
        problems_.notSupportedJson(Path(path), value.text(), supported);
    }

    void checkArray(const JsonValue::Array& array, const JsonValue* old, const Schema& schema,
                    const std::string& path) {
        if (schema.items)
            for (std::size_t i = 0; i < array.size(); ++i)
                check(array[i], before(array[i], old, schema), *schema.items, indexed(path, i));
        if (!schema.rules) return;
        const ValueRules& rules = *schema.rules;
        const auto size = static_cast<std::int64_t>(array.size());
        if (rules.minItems && size < *rules.minItems)
            invalid(path, JsonValue(size), fmt::format("should have at least {} items", *rules.minItems));
        if (rules.maxItems && size > *rules.maxItems) problems_.tooMany(Path(path), size, *rules.maxItems);
        if (rules.uniqueItems)
            for (std::size_t i = 1; i < array.size(); ++i)
                if (std::find(array.begin(), array.begin() + static_cast<std::ptrdiff_t>(i), array[i]) !=
                    array.begin() + static_cast<std::ptrdiff_t>(i)) {
                    invalid(path, JsonValue(""), "shouldn't contain duplicates");
                    break;
                }
    }

    void checkObject(const JsonObject& object, const JsonValue* old, const Schema& schema,
                     const std::string& path) {
        if (schema.rules) {
            const ValueRules& rules = *schema.rules;
            const auto size = static_cast<std::int64_t>(object.size());
            if (rules.minProperties && size < *rules.minProperties)
                invalid(path, JsonValue(size),
                        fmt::format("should have at least {} properties", *rules.minProperties));
            if (rules.maxProperties && size > *rules.maxProperties)
                problems_.tooMany(Path(path), size, *rules.maxProperties);
            for (const std::string& name : rules.required)
                if (object.find(name) == nullptr) problems_.required(Path(joined(path, name)));
        }
        for (const auto& [key, value] : object) {
            const Schema* member = schema.member(key);
            if (member != nullptr) {
                check(value, old == nullptr ? nullptr : old->member(key), *member, joined(path, key));
            } else if (schema.additionalForbidden) {
                problems_.invalidJson(Path(path), semantics::quoted(key),
                                      fmt::format("{}.{} in body is a forbidden property", path, key));
            }
        }
    }

    /// What a list entry was before: entries of maps are found by their keys, others are not the same entry.
    static const JsonValue* before(const JsonValue& entry, const JsonValue* old, const Schema& schema) {
        const JsonValue::Array* entries = old == nullptr ? nullptr : old->array();
        if (entries == nullptr || schema.list != Schema::List::Map) return nullptr;
        const auto same = [&](const JsonValue& candidate) {
            return std::all_of(schema.listMapKeys.begin(), schema.listMapKeys.end(),
                               [&](const std::string& key) {
                                   const JsonValue* a = entry.member(key);
                                   const JsonValue* b = candidate.member(key);
                                   return a != nullptr && b != nullptr && *a == *b;
                               });
        };
        const auto found = std::find_if(entries->begin(), entries->end(), same);
        return found == entries->end() ? nullptr : &*found;
    }

    std::vector<Cause> problemsOf(const JsonValue& value, const JsonValue* old, const Schema& schema,
                                  const std::string& path) {
        Findings found;
        Checker(found).check(value, old, schema, path);
        return found.take();
    }

    /// About the value as a whole: the validator gives these no field.
    void whole(const std::string& path, std::string_view text) {
        problems_.invalidJson(Path("<nil>"), "\"\"", fmt::format("\"{}\" {}", path, text));
    }

    void checkAlternatives(const JsonValue& value, const JsonValue* old, const ValueRules& rules,
                           const std::string& path) {
        if (!rules.anyOf.empty()) {
            std::optional<std::vector<Cause>> best;
            for (const SchemaPtr& each : rules.anyOf) {
                auto causes = problemsOf(value, old, *each, path);
                if (!best || causes.size() < best->size()) best = std::move(causes);
            }
            if (!best->empty()) {
                whole(path, "must validate at least one schema (anyOf)");
                problems_.append(std::move(*best));
            }
        }
        if (!rules.oneOf.empty()) {
            std::optional<std::vector<Cause>> best;
            int valid = 0;
            for (const SchemaPtr& each : rules.oneOf) {
                auto causes = problemsOf(value, old, *each, path);
                if (causes.empty()) ++valid;
                if (!best || causes.size() < best->size()) best = std::move(causes);
            }
            if (valid != 1)
                whole(path, "must validate one and only one schema (oneOf). Found " +
                                (valid == 0 ? std::string("none valid")
                                            : fmt::format("{} valid alternatives", valid)));
            if (valid == 0) problems_.append(std::move(*best));
        }
        if (!rules.allOf.empty()) {
            std::size_t valid = 0;
            for (const SchemaPtr& each : rules.allOf) {
                auto causes = problemsOf(value, old, *each, path);
                if (causes.empty()) ++valid;
                problems_.append(std::move(causes));
            }
            if (valid < rules.allOf.size())
                whole(path, valid == 0 ? "must validate all the schemas (allOf). None validated"
                                       : "must validate all the schemas (allOf)");
        }
        if (rules.negated && problemsOf(value, old, *rules.negated, path).empty())
            whole(path, "must not validate the schema (not)");
    }

    Findings& problems_;
};

/// What tells one entry of a list from another; nothing where a key is missing.
std::optional<std::string> identity(const JsonValue& entry, const Schema& schema) {
    if (schema.list == Schema::List::Set) return entry.text();
    JsonObject keys;
    for (const std::string& key : schema.listMapKeys)
        if (const JsonValue* value = entry.member(key)) keys.put(key, *value);
    if (keys.empty() && entry.object() == nullptr) return std::nullopt;
    return JsonValue(std::move(keys)).text();
}

} // namespace

void validate(const JsonValue& value, const JsonValue* old, const Schema& schema, const std::string& path,
              Findings& problems) {
    Checker(problems).check(value, old, schema, path);
}

void validateLists(const JsonValue& value, const Schema& schema, const std::string& path,
                   Findings& problems) {
    if (const JsonObject* object = value.object()) {
        for (const auto& [key, member] : *object)
            if (const Schema* known = schema.member(key))
                validateLists(member, *known, joined(path, key), problems);
        return;
    }
    const JsonValue::Array* array = value.array();
    if (array == nullptr) return;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < array->size(); ++i) {
        if (schema.list != Schema::List::Atomic)
            if (const auto id = identity((*array)[i], schema); id && !seen.insert(*id).second)
                problems.duplicateJson(Path(indexed(path, i)), *id);
        if (schema.items) validateLists((*array)[i], *schema.items, indexed(path, i), problems);
    }
}

void validateEmbedded(const JsonValue& value, const Schema& schema, const std::string& path, bool root,
                      Findings& problems) {
    if (const JsonValue::Array* array = value.array()) {
        for (std::size_t i = 0; schema.items && i < array->size(); ++i)
            validateEmbedded((*array)[i], *schema.items, indexed(path, i), false, problems);
        return;
    }
    const JsonObject* object = value.object();
    if (object == nullptr) return;
    if (schema.embedded && !root) {
        for (const char* name : {"apiVersion", "kind"}) {
            const JsonValue* given = object->find(name);
            if (given == nullptr || given->string() == nullptr || given->string()->empty())
                problems.required(Path(joined(path, name)), "must not be empty");
        }
        const JsonValue* metadata = object->find("metadata");
        if (metadata != nullptr && metadata->object() == nullptr)
            problems.typeInvalid(Path(joined(path, "metadata")), metadata->text(), "must be an object");
    }
    for (const auto& [key, member] : *object)
        if (const Schema* known = schema.member(key))
            validateEmbedded(member, *known, joined(path, key), false, problems);
}

} // namespace wheelhouse::api::custom
