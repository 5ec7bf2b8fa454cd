#include "engine/api/codec.h"

#include "codec/forms.h"
#include "codec/unions.h"
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

/// The messages with a JSON form of their own. False when `message` is none of them.
bool canonicalizeForm(Message& message) {
    const auto* type = message.GetDescriptor();
    if (type->options().GetExtension(wh::form) == wh::FIELDS) return false;
    if (codec::isUnion(type)) {
        codec::completeUnion(message);
        return false;
    }
    if (type == meta::Time::descriptor()) {
        static_cast<meta::Time&>(message).clear_nanos();
    } else if (type == resource::Quantity::descriptor()) {
        auto& quantity = static_cast<resource::Quantity&>(message);
        const Result<Quantity> parsed = Quantity::parse(quantity.string());
        if (quantity.string().empty()) quantity.set_string("0");
        if (parsed) quantity.set_string(parsed->toString());
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

void canonicalizeField(Message& message, const FieldDescriptor* field) {
    const Reflection& r = *message.GetReflection();
    const wh::Emit emit = field->options().GetExtension(wh::emit);
    const bool isMessage = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field->is_repeated()) {
        if (field->is_map() &&
            field->message_type()->map_value()->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)
            return;
        for (int i = 0; isMessage && i < r.FieldSize(message, field); ++i) {
            Message* element = r.MutableRepeatedMessage(&message, field, i);
            if (field->is_map())
                element =
                    element->GetReflection()->MutableMessage(element, field->message_type()->map_value());
            canonicalize(*element);
        }
        return;
    }
    if (!isMessage) {
        if ((emit == wh::OMIT_EMPTY || emit == wh::ALWAYS) && isZeroScalar(message, field))
            r.ClearField(&message, field);
        return;
    }
    Message* child = r.MutableMessage(&message, field);
    canonicalize(*child);
    const wh::Form form = child->GetDescriptor()->options().GetExtension(wh::form);
    // An empty time is Go's zero time, which is no time.
    const bool time = (form == wh::TIME || form == wh::MICRO_TIME) && child->ByteSizeLong() == 0;
    const bool plain = emit == wh::ALWAYS || field->options().GetExtension(wh::inlined);
    if (time || (plain && codec::isZeroStruct(*child))) r.ClearField(&message, field);
}

} // namespace

void canonicalize(Message& message) {
    if (canonicalizeForm(message)) return;
    std::vector<const FieldDescriptor*> present;
    message.GetReflection()->ListFields(message, &present);
    for (const FieldDescriptor* field : present)
        canonicalizeField(message, field);
    message.GetReflection()->MutableUnknownFields(&message)->Clear();
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
