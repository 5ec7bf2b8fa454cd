#pragma once

#include "json/json_reader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wheelhouse::api {

class JsonValue;

/// Members in the order of their keys, none twice.
class JsonObject {
  public:
    using Members = std::vector<std::pair<std::string, JsonValue>>;

    JsonValue* find(std::string_view key);
    const JsonValue* find(std::string_view key) const;
    /// The member of that key, made null when there was none.
    JsonValue& at(std::string_view key);
    void put(std::string_view key, JsonValue value);
    bool erase(std::string_view key);
    bool empty() const;
    std::size_t size() const;
    Members::iterator begin();
    Members::iterator end();
    Members::const_iterator begin() const;
    Members::const_iterator end() const;
    /// Keeps the members `keep(key, value)` is true for.
    template <class Keep>
    void filter(Keep keep);
    bool operator==(const JsonObject& other) const;

  private:
    Members members_;
};

/// One JSON value in memory, for objects whose shape is known only at run time. Numbers are what Go makes of
/// them where it knows no type: a 64-bit integer, else a double.
class JsonValue {
  public:
    using Array = std::vector<JsonValue>;
    using Data = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, JsonObject>;

    JsonValue() : data_(nullptr) {}
    JsonValue(bool value) : data_(value) {}
    JsonValue(std::int64_t value) : data_(value) {}
    JsonValue(double value) : data_(value) {}
    JsonValue(std::string value) : data_(std::move(value)) {}
    JsonValue(const char* value) : data_(std::string(value)) {}
    JsonValue(Array value) : data_(std::move(value)) {}
    JsonValue(JsonObject value) : data_(std::move(value)) {}

    /// Of keys given twice the last counts. BadRequest for what is no JSON, or too deep.
    static Result<JsonValue> parse(std::string_view text);

    bool isNull() const { return std::holds_alternative<std::nullptr_t>(data_); }
    bool isString() const { return std::holds_alternative<std::string>(data_); }
    bool isBool() const { return std::holds_alternative<bool>(data_); }
    bool isInteger() const { return std::holds_alternative<std::int64_t>(data_); }
    bool isNumber() const { return isInteger() || std::holds_alternative<double>(data_); }
    JsonObject* object() { return std::get_if<JsonObject>(&data_); }
    const JsonObject* object() const { return std::get_if<JsonObject>(&data_); }
    Array* array() { return std::get_if<Array>(&data_); }
    const Array* array() const { return std::get_if<Array>(&data_); }
    const std::string* string() const { return std::get_if<std::string>(&data_); }
    const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
    /// Of an integer too; 0 for anything else.
    double number() const;
    /// False for anything but true.
    bool isTrue() const {
        const bool* value = std::get_if<bool>(&data_);
        return value != nullptr && *value;
    }
    /// "string", "integer", "number", "boolean", "array", "object", "null".
    std::string_view typeName() const;
    /// The member of an object, null when this is none or it has none.
    const JsonValue* member(std::string_view key) const {
        const JsonObject* members = object();
        return members == nullptr ? nullptr : members->find(key);
    }

    /// The one text in which equal values have equal bytes: no blanks, keys sorted by their bytes, integers
    /// as they are, other numbers in their shortest form.
    std::string text() const;
    void append(std::string& out) const;
    /// By value: 1 and 1.0 are the same.
    bool operator==(const JsonValue& other) const;

  private:
    Data data_;
};

/// Reads the next value whatever it is; keys given twice are noted by the reader. False = it has failed.
bool readValue(JsonReader& reader, JsonValue& value);

template <class Keep>
void JsonObject::filter(Keep keep) {
    std::erase_if(members_, [&](auto& member) { return !keep(member.first, member.second); });
}

} // namespace wheelhouse::api
