#include "engine/api/field_set.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

#include <charconv>
#include <optional>

// Field sets as JSON: the FieldsV1 form.

namespace wheelhouse::api::apply {

namespace {

void write(const Set& set, bool self, JsonWriter& writer) {
    writer.beginObject();
    if (self) writer.key("\".\":"), writer.raw("{}");
    for (const Set::Node& node : set.nodes()) {
        writer.dataKey(node.element.serialize());
        if (node.below.empty())
            writer.raw("{}");
        else
            write(node.below, node.member, writer);
    }
    writer.endObject();
}

bool readScalar(JsonReader& reader, Scalar& scalar) {
    switch (reader.peek()) {
    case JsonReader::Type::String: {
        std::string text;
        if (!reader.readString(text)) return false;
        scalar = Scalar(std::move(text));
        return true;
    }
    case JsonReader::Type::Bool: {
        bool value = false;
        if (!reader.readBool(value)) return false;
        scalar = Scalar(value);
        return true;
    }
    case JsonReader::Type::Number: {
        std::string_view text;
        if (!reader.readNumberText(text)) return false;
        std::int64_t integer = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
        if (error == std::errc() && end == text.data() + text.size()) {
            scalar = Scalar(integer);
            return true;
        }
        double number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        scalar = Scalar(number);
        return true;
    }
    case JsonReader::Type::Null:
        reader.takeNull();
        scalar = Scalar();
        return true;
    default:
        return reader.failHere("expected a scalar");
    }
}

/// False: `failed` tells whether the text is wrong or only of a kind nobody knows.
bool parseElement(std::string_view text, PathElement& element, bool& failed) {
    failed = true;
    if (text.size() < 2 || text[1] != ':') return false;
    const std::string_view rest = text.substr(2);
    JsonReader reader(rest, FieldValidation::Ignore);
    switch (text[0]) {
    case 'f':
        element = PathElement::field(std::string(rest));
        return true;
    case 'v': {
        Scalar scalar;
        if (!readScalar(reader, scalar) || !reader.finish()) return false;
        element = PathElement::value(std::move(scalar));
        return true;
    }
    case 'i': {
        std::int64_t index = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), index);
        if (error != std::errc() || end != rest.data() + rest.size()) return false;
        element = PathElement::index(index);
        return true;
    }
    case 'k': {
        PathElement::Key keys;
        if (!reader.beginObject()) return false;
        std::string_view name;
        while (reader.nextKey(name)) {
            Scalar scalar;
            const std::string copy(name);
            if (!readScalar(reader, scalar)) return false;
            keys.emplace_back(copy, std::move(scalar));
        }
        if (reader.failed() || !reader.finish()) return false;
        element = PathElement::key(std::move(keys));
        return true;
    }
    default:
        failed = false;
        return false;
    }
}

/// Reads the object that stands for one node. `member`: the node itself belongs to the set.
bool read(JsonReader& reader, Set& set, bool& member) {
    member = false;
    if (!reader.beginObject()) return false;
    std::string_view text;
    while (reader.nextKey(text)) {
        if (text == ".") {
            member = true;
            if (!reader.skipValue()) return false;
            continue;
        }
        PathElement element;
        bool failed = false;
        if (!parseElement(text, element, failed)) {
            if (failed) return reader.failHere("not a path element");
            if (!reader.skipValue()) return false;
            continue;
        }
        Set below;
        bool isMember = false;
        if (!read(reader, below, isMember)) return false;
        set.add(std::move(element), isMember, std::move(below));
    }
    if (set.empty()) member = true;
    return !reader.failed();
}

} // namespace

std::string Set::serialize() const {
    JsonWriter writer;
    write(*this, false, writer);
    return writer.take();
}

Result<Set> Set::parse(std::string_view json) {
    JsonReader reader(json, FieldValidation::Ignore);
    Set set;
    bool member = false;
    if (!read(reader, set, member) || !reader.finish())
        return fail(Reason::BadRequest, "malformed field set: " + reader.error());
    return set;
}

} // namespace wheelhouse::api::apply
