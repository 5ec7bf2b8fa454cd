#include "codec/canonical.h"

#include "codec/forms.h"
#include "codec/unions.h"
#include "engine/api/codec.h"
#include "engine/api/quantity.h"
#include "engine/api/types.h"

#include "options.pb.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace wheelhouse::api {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool isZeroScalar(const Message& message, const FieldDescriptor* field) {
    const Reflection& r = *message.GetReflection();
    std::string scratch;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return r.GetInt32(message, field) == 0;
    case FieldDescriptor::CPPTYPE_INT64:
        return r.GetInt64(message, field) == 0;
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return r.GetDouble(message, field) == 0;
    case FieldDescriptor::CPPTYPE_BOOL:
        return !r.GetBool(message, field);
    case FieldDescriptor::CPPTYPE_STRING:
        return r.GetStringReference(message, field, &scratch).empty();
    default:
        return false;
    }
}

/// What was found wrong first; null where nobody asks.
using Problem = std::string*;

void note(Problem problem, const std::string& what) {
    if (problem != nullptr && problem->empty()) *problem = what;
}

/// The years JSON can write: 0001 to 9999.
bool isInRange(std::int64_t seconds, std::int32_t nanos) {
    return seconds >= -62'135'596'800 && seconds <= 253'402'300'799 && nanos >= 0 && nanos < 1'000'000'000;
}

void canonicalizeAll(Message& message, Problem problem);

/// The messages with a JSON form of their own. True when there is nothing more to do for `message`.
bool canonicalizeForm(Message& message, Problem problem) {
    const auto* type = message.GetDescriptor();
    if (type->options().GetExtension(wh::form) == wh::FIELDS) return false;
    if (codec::isUnion(type)) {
        codec::completeUnion(message);
        return false;
    }
    if (type == meta::Time::descriptor()) {
        auto& time = static_cast<meta::Time&>(message);
        time.clear_nanos();
        if (!isInRange(time.seconds(), 0)) note(problem, "a time is out of range");
    } else if (type == meta::MicroTime::descriptor()) {
        const auto& time = static_cast<const meta::MicroTime&>(message);
        if (!isInRange(time.seconds(), time.nanos())) note(problem, "a time is out of range");
    } else if (type == resource::Quantity::descriptor()) {
        auto& quantity = static_cast<resource::Quantity&>(message);
        const Result<Quantity> parsed = Quantity::parse(quantity.string());
        if (quantity.string().empty()) quantity.set_string("0");
        if (parsed)
            quantity.set_string(parsed->toString());
        else if (quantity.string() != "0")
            note(problem, parsed.error().message);
    } else if (type == intstr::IntOrString::descriptor()) {
        auto& value = static_cast<intstr::IntOrString&>(message);
        value.set_type(value.type());
        if (value.type() == 0) {
            value.clear_strval();
            value.set_intval(value.intval());
        } else {
            value.clear_intval();
            value.set_strval(value.strval());
        }
    }
    return true;
}

void checkTexts(const Message& message, const FieldDescriptor* field, Problem problem) {
    const Reflection& r = *message.GetReflection();
    std::string scratch;
    const auto check = [&](const std::string& text) {
        if (!isUtf8(text)) note(problem, field->name() + " is no UTF-8");
    };
    if (!field->is_repeated()) return check(r.GetStringReference(message, field, &scratch));
    for (int i = 0; i < r.FieldSize(message, field); ++i)
        check(r.GetRepeatedStringReference(message, field, i, &scratch));
}

void canonicalizeMap(Message& message, const FieldDescriptor* field, Problem problem) {
    const Reflection& r = *message.GetReflection();
    const FieldDescriptor* value = field->message_type()->map_value();
    const bool messages = value->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!messages && problem == nullptr) return;
    for (int i = 0; i < r.FieldSize(message, field); ++i) {
        Message* entry = r.MutableRepeatedMessage(&message, field, i);
        if (problem != nullptr) checkTexts(*entry, field->message_type()->map_key(), problem);
        if (messages)
            canonicalizeAll(*entry->GetReflection()->MutableMessage(entry, value), problem);
        else if (value->type() == FieldDescriptor::TYPE_STRING)
            checkTexts(*entry, value, problem);
    }
}

void canonicalizeField(Message& message, const FieldDescriptor* field, Problem problem) {
    const Reflection& r = *message.GetReflection();
    const wh::Emit emit = field->options().GetExtension(wh::emit);
    const bool isMessage = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_map()) return canonicalizeMap(message, field, problem);
    if (problem != nullptr && field->type() == FieldDescriptor::TYPE_STRING)
        checkTexts(message, field, problem);
    if (field->is_repeated()) {
        for (int i = 0; isMessage && i < r.FieldSize(message, field); ++i)
            canonicalizeAll(*r.MutableRepeatedMessage(&message, field, i), problem);
        return;
    }
    if (!isMessage) {
        if ((emit == wh::OMIT_EMPTY || emit == wh::ALWAYS) && isZeroScalar(message, field))
            r.ClearField(&message, field);
        return;
    }
    Message* child = r.MutableMessage(&message, field);
    canonicalizeAll(*child, problem);
    const wh::Form form = child->GetDescriptor()->options().GetExtension(wh::form);
    // An empty time is Go's zero time, which is no time.
    const bool time = (form == wh::TIME || form == wh::MICRO_TIME) && child->ByteSizeLong() == 0;
    const bool plain = emit == wh::ALWAYS || field->options().GetExtension(wh::inlined);
    if (time || (plain && codec::isZeroStruct(*child))) r.ClearField(&message, field);
}

void canonicalizeAll(Message& message, Problem problem) {
    message.GetReflection()->MutableUnknownFields(&message)->Clear();
    if (canonicalizeForm(message, problem)) return;
    std::vector<const FieldDescriptor*> present;
    message.GetReflection()->ListFields(message, &present);
    for (const FieldDescriptor* field : present)
        canonicalizeField(message, field, problem);
}

} // namespace

void canonicalize(Message& message) {
    canonicalizeAll(message, nullptr);
}

std::string codec::canonicalizeReceived(Message& message) {
    std::string problem;
    canonicalizeAll(message, &problem);
    return problem;
}

std::string serialize(const Message& message) {
    std::string bytes;
    bytes.reserve(message.ByteSizeLong());
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true);
        message.SerializeWithCachedSizes(&coded);
    }
    return bytes;
}

} // namespace wheelhouse::api
