#include "openapi/gnostic.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace wheelhouse::api {
namespace {

namespace json = boost::json;

// The wire form of protobuf: a number and a type, then the value. Values that are zero are left out.

void putVarint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
}

void putBytes(std::string& out, int number, std::string_view bytes) {
    putVarint(out, static_cast<std::uint64_t>(number) << 3 | 2);
    putVarint(out, bytes.size());
    out += bytes;
}

void putWhole(std::string& out, int number, std::int64_t value) {
    if (value == 0) return;
    putVarint(out, static_cast<std::uint64_t>(number) << 3);
    putVarint(out, static_cast<std::uint64_t>(value));
}

void putNumber(std::string& out, int number, double value) {
    if (value == 0) return;
    putVarint(out, static_cast<std::uint64_t>(number) << 3 | 1);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    for (int shift = 0; shift < 64; shift += 8)
        out.push_back(static_cast<char>(bits >> shift & 0xff));
}

/// How a member of the JSON stands in its message.
enum class Form {
    Text,
    Texts, ///< a list of texts, or one
    Flag,
    Whole,
    Number,
    Any,  ///< whatever, as text of YAML (of which JSON is a part)
    Anys, ///< a list of such
    One,  ///< a message
    Many, ///< a list of messages
    Named ///< a map of messages: a message of entries, each with name and value
};

struct Shape;
struct Member {
    std::string_view key;
    int number = 0;
    Form form = Form::Text;
    const Shape* shape = nullptr;
    int inner = 1; ///< Named: the number of the entries
};
/// A message.
struct Shape {
    std::span<const Member> members;
    int extensions = 0;                            ///< the number of what begins with `x-`; 0 = none
    std::string (*whole)(const json::value&) = {}; ///< instead of all that
};

std::string encode(const json::value& value, const Shape& shape);

std::string anyOf(const json::value& value) {
    std::string out;
    putBytes(out, 2, json::serialize(value));
    return out;
}

std::string named(std::string_view name, std::string_view value) {
    std::string out;
    putBytes(out, 1, name);
    putBytes(out, 2, value);
    return out;
}

double asNumber(const json::value& value) {
    json::error_code error;
    const auto number = value.to_number<double>(error);
    return error ? 0 : number;
}

void putMany(std::string& out, const json::value& value, const Member& member) {
    const json::array* list = value.if_array();
    if (member.form == Form::Texts && list == nullptr && value.is_string())
        return putBytes(out, member.number, std::string_view(value.get_string()));
    if (list == nullptr) return;
    for (const json::value& each : *list) {
        if (member.form == Form::Anys)
            putBytes(out, member.number, anyOf(each));
        else if (member.form == Form::Many)
            putBytes(out, member.number, encode(each, *member.shape));
        else if (each.is_string())
            putBytes(out, member.number, std::string_view(each.get_string()));
    }
}

void putMember(std::string& out, const json::value& value, const Member& member) {
    switch (member.form) {
    case Form::Text:
        if (value.is_string() && !value.get_string().empty())
            putBytes(out, member.number, std::string_view(value.get_string()));
        break;
    case Form::Flag:
        putWhole(out, member.number, value.is_bool() && value.get_bool() ? 1 : 0);
        break;
    case Form::Whole:
        putWhole(out, member.number, static_cast<std::int64_t>(asNumber(value)));
        break;
    case Form::Number:
        putNumber(out, member.number, asNumber(value));
        break;
    case Form::Any:
        putBytes(out, member.number, anyOf(value));
        break;
    case Form::Texts:
    case Form::Anys:
    case Form::Many:
        putMany(out, value, member);
        break;
    case Form::One:
        putBytes(out, member.number, encode(value, *member.shape));
        break;
    case Form::Named: {
        std::string entries;
        if (const json::object* map = value.if_object())
            for (const auto& [key, each] : *map)
                putBytes(entries, member.inner, named(key, encode(each, *member.shape)));
        putBytes(out, member.number, entries);
        break;
    }
    }
}

std::string encode(const json::value& value, const Shape& shape) {
    if (shape.whole != nullptr) return shape.whole(value);
    std::string out;
    const json::object* object = value.if_object();
    if (object == nullptr) return out;
    for (const auto& [key, member] : *object) {
        const std::string_view name = key;
        if (shape.extensions != 0 && name.starts_with("x-")) {
            putBytes(out, shape.extensions, named(name, anyOf(member)));
            continue;
        }
        for (const Member& known : shape.members)
            if (known.key == name) putMember(out, member, known);
    }
    return out;
}

std::string wrapped(int number, const std::string& message) {
    std::string out;
    putBytes(out, number, message);
    return out;
}

extern const Shape schema;
extern const Shape primitive;

constexpr Member typeMembers[] = {{"type", 1, Form::Texts}};

/// A type is a list of its own; `type: object` is a list of one.
std::string encodeType(const json::value& value) {
    return encode(json::object{{"type", value}}, Shape{typeMembers, 0, nullptr});
}

std::string encodeAdditional(const json::value& value) {
    std::string out;
    if (value.is_bool())
        putWhole(out, 2, value.get_bool() ? 1 : 0);
    else
        putBytes(out, 1, encode(value, schema));
    return out;
}

std::string encodeSchemaItem(const json::value& value) {
    return wrapped(1, encode(value, schema));
}

const Shape typeItem{{}, 0, encodeType};
const Shape additionalItem{{}, 0, encodeAdditional};
const Shape schemaItem{{}, 0, encodeSchemaItem}; ///< of a response, and of a list's items

constexpr Member schemaMembers[] = {
    {"$ref", 1},
    {"format", 2},
    {"title", 3},
    {"description", 4},
    {"default", 5, Form::Any},
    {"multipleOf", 6, Form::Number},
    {"maximum", 7, Form::Number},
    {"exclusiveMaximum", 8, Form::Flag},
    {"minimum", 9, Form::Number},
    {"exclusiveMinimum", 10, Form::Flag},
    {"maxLength", 11, Form::Whole},
    {"minLength", 12, Form::Whole},
    {"pattern", 13},
    {"maxItems", 14, Form::Whole},
    {"minItems", 15, Form::Whole},
    {"uniqueItems", 16, Form::Flag},
    {"maxProperties", 17, Form::Whole},
    {"minProperties", 18, Form::Whole},
    {"required", 19, Form::Texts},
    {"enum", 20, Form::Anys},
    {"additionalProperties", 21, Form::One, &additionalItem},
    {"type", 22, Form::One, &typeItem},
    {"items", 23, Form::One, &schemaItem},
    {"allOf", 24, Form::Many, &schema},
    {"properties", 25, Form::Named, &schema},
    {"discriminator", 26},
    {"readOnly", 27, Form::Flag},
    {"example", 30, Form::Any},
};
const Shape schema{schemaMembers, 31, nullptr};

constexpr Member primitiveMembers[] = {
    {"type", 1},
    {"format", 2},
    {"items", 3, Form::One, &primitive},
    {"collectionFormat", 4},
    {"default", 5, Form::Any},
    {"pattern", 12},
    {"uniqueItems", 15, Form::Flag},
    {"enum", 16, Form::Anys},
};
const Shape primitive{primitiveMembers, 18, nullptr};

constexpr Member bodyMembers[] = {
    {"description", 1},
    {"name", 2},
    {"in", 3},
    {"required", 4, Form::Flag},
    {"schema", 5, Form::One, &schema},
};
const Shape bodyParameter{bodyMembers, 6, nullptr};

constexpr Member queryMembers[] = {
    {"required", 1, Form::Flag},
    {"in", 2},
    {"description", 3},
    {"name", 4},
    {"allowEmptyValue", 5, Form::Flag},
    {"type", 6},
    {"format", 7},
    {"items", 8, Form::One, &primitive},
    {"collectionFormat", 9},
    {"default", 10, Form::Any},
    {"pattern", 17},
    {"uniqueItems", 20, Form::Flag},
    {"enum", 21, Form::Anys},
};
const Shape queryParameter{queryMembers, 23, nullptr};

/// Of parameters in the path and in headers.
constexpr Member placedMembers[] = {
    {"required", 1, Form::Flag},
    {"in", 2},
    {"description", 3},
    {"name", 4},
    {"type", 5},
    {"format", 6},
    {"items", 7, Form::One, &primitive},
    {"collectionFormat", 8},
    {"default", 9, Form::Any},
    {"pattern", 16},
    {"uniqueItems", 19, Form::Flag},
    {"enum", 20, Form::Anys},
};
const Shape placedParameter{placedMembers, 22, nullptr};

/// By where it stands a parameter is another message, in an envelope or two.
std::string encodeParameter(const json::value& value) {
    const json::object* object = value.if_object();
    if (object == nullptr) return {};
    if (const json::value* reference = object->if_contains("$ref"); reference && reference->is_string()) {
        std::string out;
        putBytes(out, 1, std::string_view(reference->get_string()));
        return wrapped(2, out);
    }
    const json::value* in = object->if_contains("in");
    const std::string_view place = in && in->is_string() ? std::string_view(in->get_string()) : "query";
    if (place == "body") return wrapped(1, wrapped(1, encode(value, bodyParameter)));
    const int number = place == "header" ? 1 : place == "path" ? 4 : 3;
    return wrapped(
        1, wrapped(2, wrapped(number, encode(value, number == 3 ? queryParameter : placedParameter))));
}
const Shape parameter{{}, 0, encodeParameter};

constexpr Member responseMembers[] = {{"description", 1}, {"schema", 2, Form::One, &schemaItem}};

std::string encodeResponse(const json::value& value) {
    return wrapped(1, encode(value, Shape{responseMembers, 5, nullptr}));
}
const Shape response{{}, 0, encodeResponse};

constexpr Member operationMembers[] = {
    {"tags", 1, Form::Texts},
    {"summary", 2},
    {"description", 3},
    {"operationId", 5},
    {"produces", 6, Form::Texts},
    {"consumes", 7, Form::Texts},
    {"parameters", 8, Form::Many, &parameter},
    {"responses", 9, Form::Named, &response},
    {"schemes", 10, Form::Texts},
    {"deprecated", 11, Form::Flag},
};
const Shape operation{operationMembers, 13, nullptr};

constexpr Member pathMembers[] = {
    {"$ref", 1},
    {"get", 2, Form::One, &operation},
    {"put", 3, Form::One, &operation},
    {"post", 4, Form::One, &operation},
    {"delete", 5, Form::One, &operation},
    {"options", 6, Form::One, &operation},
    {"head", 7, Form::One, &operation},
    {"patch", 8, Form::One, &operation},
    {"parameters", 9, Form::Many, &parameter},
};
const Shape path{pathMembers, 10, nullptr};

constexpr Member infoMembers[] = {{"title", 1}, {"version", 2}, {"description", 3}};
const Shape info{infoMembers, 7, nullptr};

constexpr Member documentMembers[] = {
    {"swagger", 1},
    {"info", 2, Form::One, &info},
    {"host", 3},
    {"basePath", 4},
    {"schemes", 5, Form::Texts},
    {"consumes", 6, Form::Texts},
    {"produces", 7, Form::Texts},
    {"paths", 8, Form::Named, &path, 2},
    {"definitions", 9, Form::Named, &schema},
};
const Shape wholeDocument{documentMembers, 16, nullptr};

} // namespace

std::string gnosticDocument(const json::value& document) {
    return encode(document, wholeDocument);
}

} // namespace wheelhouse::api
