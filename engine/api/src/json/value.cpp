#include "json/value.h"

#include "json/json_writer.h"

#include <algorithm>
#include <charconv>

namespace wheelhouse::api {
namespace {

template <class Members>
auto position(Members& members, std::string_view key) {
    return std::lower_bound(members.begin(), members.end(), key,
                            [](const auto& member, std::string_view k) { return member.first < k; });
}

bool read(JsonReader& reader, JsonValue& value);

bool readNumber(JsonReader& reader, JsonValue& value) {
    std::string_view text;
    if (!reader.readNumberText(text)) return false;
    const char* end = text.data() + text.size();
    std::int64_t integer = 0;
    if (const auto [stop, error] = std::from_chars(text.data(), end, integer);
        error == std::errc() && stop == end) {
        value = integer;
        return true;
    }
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    // Out of range on the small side is zero; on the large side there is no such number.
    if (error == std::errc::result_out_of_range && text.find("e-") == std::string_view::npos &&
        text.find("E-") == std::string_view::npos && !text.starts_with("0.") && !text.starts_with("-0."))
        return reader.failHere("the number is too large");
    value = error == std::errc() ? number : 0.0;
    return true;
}

bool readArray(JsonReader& reader, JsonValue& value) {
    if (!reader.beginArray()) return false;
    JsonValue::Array array;
    while (reader.nextElement())
        if (!read(reader, array.emplace_back())) return false;
    value = std::move(array);
    return !reader.failed();
}

bool readObject(JsonReader& reader, JsonValue& value) {
    if (!reader.beginObject()) return false;
    JsonObject object;
    std::string_view key;
    while (reader.nextKey(key)) {
        JsonValue member;
        if (!read(reader, member)) return false;
        if (object.find(key) != nullptr) reader.noteDuplicateField();
        object.put(key, std::move(member));
    }
    value = std::move(object);
    return !reader.failed();
}

bool read(JsonReader& reader, JsonValue& value) {
    switch (reader.peek()) {
    case JsonReader::Type::Object:
        return readObject(reader, value);
    case JsonReader::Type::Array:
        return readArray(reader, value);
    case JsonReader::Type::Number:
        return readNumber(reader, value);
    case JsonReader::Type::String: {
        std::string text;
        if (!reader.readString(text)) return false;
        value = std::move(text);
        return true;
    }
    case JsonReader::Type::Bool: {
        bool flag = false;
        if (!reader.readBool(flag)) return false;
        value = flag;
        return true;
    }
    default:
        value = JsonValue();
        return reader.takeNull() || (reader.skipValue(), false);
    }
}

void quote(std::string_view text, std::string& out) {
    JsonWriter writer;
    writer.string(text);
    out += writer.take();
}

} // namespace

JsonValue* JsonObject::find(std::string_view key) {
    const auto at = position(members_, key);
    return at != members_.end() && at->first == key ? &at->second : nullptr;
}
const JsonValue* JsonObject::find(std::string_view key) const {
    const auto at = position(members_, key);
    return at != members_.end() && at->first == key ? &at->second : nullptr;
}
JsonValue& JsonObject::at(std::string_view key) {
    const auto at = position(members_, key);
    if (at != members_.end() && at->first == key) return at->second;
    return members_.emplace(at, key, JsonValue())->second;
}
void JsonObject::put(std::string_view key, JsonValue value) {
    at(key) = std::move(value);
}
bool JsonObject::erase(std::string_view key) {
    const auto at = position(members_, key);
    if (at == members_.end() || at->first != key) return false;
    members_.erase(at);
    return true;
}
bool JsonObject::empty() const {
    return members_.empty();
}
std::size_t JsonObject::size() const {
    return members_.size();
}
JsonObject::Members::iterator JsonObject::begin() {
    return members_.begin();
}
JsonObject::Members::iterator JsonObject::end() {
    return members_.end();
}
JsonObject::Members::const_iterator JsonObject::begin() const {
    return members_.begin();
}
JsonObject::Members::const_iterator JsonObject::end() const {
    return members_.end();
}
bool JsonObject::operator==(const JsonObject& other) const {
    return members_ == other.members_;
}

bool readValue(JsonReader& reader, JsonValue& value) {
    return read(reader, value);
}

Result<JsonValue> JsonValue::parse(std::string_view text) {
    JsonReader reader(text, FieldValidation::Ignore);
    JsonValue value;
    if (!read(reader, value) || !reader.finish()) return fail(Reason::BadRequest, reader.error());
    return value;
}

double JsonValue::number() const {
    if (const auto* integer = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*integer);
    const auto* number = std::get_if<double>(&data_);
    return number == nullptr ? 0 : *number;
}

std::string_view JsonValue::typeName() const {
    static constexpr std::string_view names[] = {"null",   "boolean", "integer", "number",
                                                 "string", "array",   "object"};
    return names[data_.index()];
}

std::string JsonValue::text() const {
    std::string out;
    append(out);
    return out;
}

void JsonValue::append(std::string& out) const {
    if (const auto* text = string()) return quote(*text, out);
    if (const auto* elements = array()) {
        out += '[';
        for (const JsonValue& element : *elements) {
            if (&element != &elements->front()) out += ',';
            element.append(out);
        }
        out += ']';
        return;
    }
    if (const auto* members = object()) {
        out += '{';
        bool first = true;
        for (const auto& [key, value] : *members) {
            if (!std::exchange(first, false)) out += ',';
            quote(key, out);
            out += ':';
            value.append(out);
        }
        out += '}';
        return;
    }
    if (isNull()) {
        out += "null";
    } else if (isBool()) {
        out += isTrue() ? "true" : "false";
    } else {
        JsonWriter writer;
        if (const auto* whole = integer())
            writer.integer(*whole);
        else
            writer.number(number());
        out += writer.take();
    }
}

bool JsonValue::operator==(const JsonValue& other) const {
    if (isNumber() && other.isNumber() && isInteger() != other.isInteger()) return number() == other.number();
    return data_ == other.data_;
}

} // namespace wheelhouse::api
