#include "fill.h"

#include "engine/api/types.h"
#include <QtGlobal>

#include "options.pb.h"

namespace wheelhouse::api::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string textFor(const FieldDescriptor* field, int seed) {
    // Quotes, a control character and letters of two, three and four bytes.
    return field->name() + "-" + std::to_string(seed) + "\"\\\n\x01 \xC3\xA9\xE2\x82\xAC\xF0\x9F\x9A\xA2</>";
}

/// A schema while there is depth for one, else what may stand in its place.
void fillUnion(Message& message, int depth, int seed) {
    const auto& r = *message.GetReflection();
    const auto* type = message.GetDescriptor();
    if (const auto* allows = type->FindFieldByName("allows")) r.SetBool(&message, allows, true);
    if (depth > 0) return fill(*r.MutableMessage(&message, type->FindFieldByName("schema")), depth - 1, seed);
    if (const auto* list = type->FindFieldByName("jSONSchemas")) {
        r.AddMessage(&message, list);
        r.AddMessage(&message, list);
    }
    if (const auto* texts = type->FindFieldByName("property")) r.AddString(&message, texts, "one");
}

bool fillForm(Message& message, int depth, int seed) {
    const auto* type = message.GetDescriptor();
    const wh::Form form = type->options().GetExtension(wh::form);
    if (form == wh::FIELDS) return false;
    if (form == wh::SCHEMA_OR_BOOL || form == wh::SCHEMA_OR_ARRAY || form == wh::SCHEMA_OR_STRINGS) {
        fillUnion(message, depth, seed);
    } else if (form == wh::ANY_JSON) {
        message.GetReflection()->SetString(&message, type->field(0), R"(["x",{"y":null},-1.5e3])");
    } else if (form == wh::STRING_LIST) {
        message.GetReflection()->AddString(&message, type->field(0), "get");
    } else if (type == meta::Time::descriptor()) {
        static_cast<meta::Time&>(message).set_seconds(1'700'000'000 + seed);
    } else if (type == meta::MicroTime::descriptor()) {
        static_cast<meta::MicroTime&>(message).set_seconds(1'700'000'000 + seed);
        static_cast<meta::MicroTime&>(message).set_nanos((seed + 1) * 1000);
    } else if (type == meta::Duration::descriptor()) {
        static_cast<meta::Duration&>(message).set_duration(seed * 1'000'000'007LL);
    } else if (type == meta::FieldsV1::descriptor()) {
        static_cast<meta::FieldsV1&>(message).set_raw(R"({"f:metadata":{"f:name":{}}})");
    } else if (type == runtime::RawExtension::descriptor()) {
        static_cast<runtime::RawExtension&>(message).set_raw(R"({"a":[1,2.5,"x y"],"b":null})");
    } else if (type == intstr::IntOrString::descriptor()) {
        auto& value = static_cast<intstr::IntOrString&>(message);
        value.set_type(seed % 2);
        if (seed % 2 == 0)
            value.set_intval(seed);
        else
            value.set_strval("25%");
    } else {
        message.GetReflection()->SetString(&message, type->FindFieldByName("string"),
                                           std::to_string(seed + 1) + "m");
    }
    return true;
}

void fillValue(Message& message, const FieldDescriptor* field, int depth, int seed) {
    const auto& r = *message.GetReflection();
    const bool list = field->is_repeated();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        list ? r.AddInt32(&message, field, -seed - 1) : r.SetInt32(&message, field, seed + 1);
        break;
    case FieldDescriptor::CPPTYPE_INT64:
        list ? r.AddInt64(&message, field, seed + 1)
             : r.SetInt64(&message, field, 9'007'199'254'740'993 + seed);
        break;
    case FieldDescriptor::CPPTYPE_BOOL:
        list ? r.AddBool(&message, field, true) : r.SetBool(&message, field, true);
        break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
        r.SetDouble(&message, field, seed + 0.25);
        break;
    case FieldDescriptor::CPPTYPE_STRING: {
        const bool bytes = field->type() == FieldDescriptor::TYPE_BYTES;
        const std::string value = bytes ? std::string("\0\xFF\x80", 3) + field->name() : textFor(field, seed);
        list ? r.AddString(&message, field, value) : r.SetString(&message, field, value);
        break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth > 0)
            fill(list ? *r.AddMessage(&message, field) : *r.MutableMessage(&message, field), depth - 1, seed);
        break;
    default:
        qFatal("a field type the schema does not use");
    }
}

} // namespace

void fillField(Message& message, const FieldDescriptor* field, int depth, int seed) {
    for (int n = 0; n < (field->is_repeated() ? 2 : 1); ++n) {
        if (field->is_map() && depth == 0) continue;
        fillValue(message, field, depth, seed + n);
    }
}

void fill(Message& message, int depth, int seed) {
    if (fillForm(message, depth, seed)) return;
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i)
        fillField(message, message.GetDescriptor()->field(i), depth, seed + i);
}

} // namespace wheelhouse::api::test
