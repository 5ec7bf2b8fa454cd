#include "codec/forms.h"

#include "apiextensions_v1.pb.h"
#include "authentication_v1.pb.h"
#include "authorization_v1.pb.h"
#include "certificates_v1.pb.h"
#include "codec/unions.h"
#include "engine/api/duration.h"
#include "engine/api/quantity.h"
#include "engine/api/time.h"
#include "engine/base/assert.h"

#include <array>
#include <cmath>

namespace wheelhouse::api::codec {
namespace {

/// Go's time.Duration text: "1h2m3.5s", "100ms", "0s".
std::string durationText(std::int64_t nanos) {
    if (nanos == 0) return "0s";
    const bool negative = nanos < 0;
    auto rest = negative ? ~static_cast<std::uint64_t>(nanos) + 1 : static_cast<std::uint64_t>(nanos);
    const auto decimal = [](std::uint64_t value, std::uint64_t unit) {
        std::string text = std::to_string(value / unit);
        std::string fraction = std::to_string(unit + value % unit).substr(1);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        return fraction.empty() ? text : text + "." + fraction;
    };
    std::string text;
    if (rest < 1'000) {
        text = std::to_string(rest) + "ns";
    } else if (rest < 1'000'000) {
        text = decimal(rest, 1'000) + "\xC2\xB5s";
    } else if (rest < 1'000'000'000) {
        text = decimal(rest, 1'000'000) + "ms";
    } else {
        const std::uint64_t minutes = rest / 60'000'000'000;
        if (minutes >= 60) text += std::to_string(minutes / 60) + "h";
        if (minutes > 0) text += std::to_string(minutes % 60) + "m";
        text += decimal(rest % 60'000'000'000, 1'000'000'000) + "s";
    }
    return negative ? "-" + text : text;
}

bool readTimestamp(JsonReader& reader, SecondsAndNanos& time) {
    std::string text;
    if (!reader.readString(text)) return false;
    const Result<SecondsAndNanos> parsed = parseTimestamp(text);
    if (!parsed) return reader.failHere(parsed.error().message);
    time = *parsed;
    return true;
}

void writeJsonBytes(const std::string& json, JsonWriter& writer) {
    // The bytes come from clients' protobuf bodies too; what is no JSON may not break the document around it.
    JsonReader reader(json, FieldValidation::Ignore);
    if (json.empty() || !reader.skipValue() || !reader.finish()) return writer.null();
    writer.raw(json);
}

bool readQuantityText(JsonReader& reader, std::string& canonical) {
    std::string text;
    if (reader.peek() == JsonReader::Type::Number) {
        std::string_view number;
        if (!reader.readNumberText(number)) return false;
        text.assign(number);
    } else if (!reader.readString(text)) {
        return false;
    }
    const Result<Quantity> parsed = Quantity::parse(text);
    if (!parsed) return reader.failHere(parsed.error().message);
    canonical = parsed->toString();
    return true;
}

void writeQuantity(const std::string& text, JsonWriter& writer) {
    if (text.empty()) return writer.string("0");
    const Result<Quantity> parsed = Quantity::parse(text);
    writer.string(parsed ? parsed->toString() : text);
}

/// A message that is a list of texts in JSON.
template <class M>
void writeTexts(const M& texts, JsonWriter& writer) {
    if (texts.items().empty()) return writer.null();
    writer.beginArray();
    for (const std::string& text : texts.items())
        writer.string(text);
    writer.endArray();
}

template <class M>
bool readTexts(M* texts, JsonReader& reader) {
    if (!reader.beginArray()) return false;
    texts->clear_items();
    while (reader.nextElement()) {
        std::string* item = texts->add_items();
        if (!reader.takeNull() && !reader.readString(*item)) return false;
    }
    return !reader.failed();
}

} // namespace

void encodeForm(const meta::Time& time, JsonWriter& writer) {
    if (!time.has_seconds()) return writer.null();
    writer.string(formatSeconds(time.seconds()));
}

void encodeForm(const meta::MicroTime& time, JsonWriter& writer) {
    if (!time.has_seconds() && !time.has_nanos()) return writer.null();
    writer.string(formatMicros(time.seconds(), time.nanos()));
}

void encodeForm(const meta::Duration& duration, JsonWriter& writer) {
    writer.string(durationText(duration.duration()));
}

void encodeForm(const meta::FieldsV1& fields, JsonWriter& writer) {
    writeJsonBytes(fields.raw(), writer);
}

void encodeForm(const runtime::RawExtension& extension, JsonWriter& writer) {
    writeJsonBytes(extension.raw(), writer);
}

void encodeForm(const meta::Verbs& verbs, JsonWriter& writer) {
    writeTexts(verbs, writer);
}

void encodeForm(const authentication::ExtraValue& texts, JsonWriter& writer) {
    writeTexts(texts, writer);
}

void encodeForm(const authorization::ExtraValue& texts, JsonWriter& writer) {
    writeTexts(texts, writer);
}

void encodeForm(const certificates::ExtraValue& texts, JsonWriter& writer) {
    writeTexts(texts, writer);
}

void encodeForm(const apiextensions::JSON& json, JsonWriter& writer) {
    writeJsonBytes(json.raw(), writer);
}

void encodeForm(const resource::Quantity& quantity, JsonWriter& writer) {
    writeQuantity(quantity.string(), writer);
}

void encodeForm(const resource::QuantityValue& quantity, JsonWriter& writer) {
    writeQuantity(quantity.string(), writer);
}

void encodeForm(const intstr::IntOrString& value, JsonWriter& writer) {
    if (value.type() == 0) return writer.integer(value.intval());
    writer.string(value.strval());
}

bool decodeForm(meta::Time* time, JsonReader& reader) {
    SecondsAndNanos value;
    if (!readTimestamp(reader, value)) return false;
    time->Clear();
    time->set_seconds(value.seconds);
    return true;
}

bool decodeForm(meta::MicroTime* time, JsonReader& reader) {
    SecondsAndNanos value;
    if (!readTimestamp(reader, value)) return false;
    time->set_seconds(value.seconds);
    time->set_nanos(value.nanos / 1000 * 1000);
    return true;
}

bool decodeForm(meta::Duration* duration, JsonReader& reader) {
    std::string text;
    if (!reader.readString(text)) return false;
    const auto span = parseDuration(text);
    if (!span) return reader.failHere("\"" + text.substr(0, 64) + "\" is no duration such as 1m30s");
    duration->set_duration(span->count());
    return true;
}

bool decodeForm(meta::FieldsV1* fields, JsonReader& reader) {
    return reader.readRaw(*fields->mutable_raw());
}

bool decodeForm(runtime::RawExtension* extension, JsonReader& reader) {
    return reader.readRaw(*extension->mutable_raw());
}

bool decodeForm(meta::Verbs* verbs, JsonReader& reader) {
    return readTexts(verbs, reader);
}

bool decodeForm(authentication::ExtraValue* texts, JsonReader& reader) {
    return readTexts(texts, reader);
}

bool decodeForm(authorization::ExtraValue* texts, JsonReader& reader) {
    return readTexts(texts, reader);
}

bool decodeForm(certificates::ExtraValue* texts, JsonReader& reader) {
    return readTexts(texts, reader);
}

bool decodeForm(apiextensions::JSON* json, JsonReader& reader) {
    return reader.readRaw(*json->mutable_raw());
}

bool decodeForm(resource::Quantity* quantity, JsonReader& reader) {
    return readQuantityText(reader, *quantity->mutable_string());
}

bool decodeForm(resource::QuantityValue* quantity, JsonReader& reader) {
    return readQuantityText(reader, *quantity->mutable_string());
}

bool decodeForm(intstr::IntOrString* value, JsonReader& reader) {
    value->Clear();
    switch (reader.peek()) {
    case JsonReader::Type::String:
        value->set_type(1);
        return reader.readString(*value->mutable_strval());
    case JsonReader::Type::Number: {
        std::int32_t number = 0;
        if (!reader.readInt32(number)) return false;
        value->set_type(0);
        value->set_intval(number);
        return true;
    }
    default:
        return reader.failHere("expected a number or a string");
    }
}

namespace {

/// Calls `function` with the message as its own type.
template <class M, class Message, class Function>
bool ifIs(Message& message, Function&& function) {
    if (message.GetDescriptor() != M::descriptor()) return false;
    function(static_cast<std::conditional_t<std::is_const_v<Message>, const M&, M&>>(message));
    return true;
}

template <class Message, class Function>
void withForm(Message& message, Function&& function) {
    const bool known =
        ifIs<meta::Time>(message, function) || ifIs<meta::MicroTime>(message, function) ||
        ifIs<meta::Duration>(message, function) || ifIs<meta::FieldsV1>(message, function) ||
        ifIs<meta::Verbs>(message, function) || ifIs<runtime::RawExtension>(message, function) ||
        ifIs<resource::Quantity>(message, function) || ifIs<resource::QuantityValue>(message, function) ||
        ifIs<intstr::IntOrString>(message, function) || ifIs<authentication::ExtraValue>(message, function) ||
        ifIs<authorization::ExtraValue>(message, function) ||
        ifIs<certificates::ExtraValue>(message, function) || ifIs<apiextensions::JSON>(message, function) ||
        ifIs<apiextensions::JSONSchemaPropsOrArray>(message, function) ||
        ifIs<apiextensions::JSONSchemaPropsOrBool>(message, function) ||
        ifIs<apiextensions::JSONSchemaPropsOrStringArray>(message, function);
    WH_ASSERT(known, "a message with a JSON form of its own that no code knows");
}

} // namespace

bool isZeroStruct(const google::protobuf::Message& message) {
    bool zero = message.ByteSizeLong() == 0;
    const auto exact = [&](const auto& typed) { zero = isZeroStruct(typed); };
    ifIs<intstr::IntOrString>(message, exact) || ifIs<resource::Quantity>(message, exact) ||
        ifIs<meta::Duration>(message, exact);
    return zero;
}

void encodeFormOf(const google::protobuf::Message& message, JsonWriter& writer) {
    withForm(message, [&](const auto& typed) { encodeForm(typed, writer); });
}

bool decodeFormOf(google::protobuf::Message* message, JsonReader& reader) {
    bool good = false;
    withForm(*message, [&](auto& typed) { good = decodeForm(&typed, reader); });
    return good;
}

} // namespace wheelhouse::api::codec
