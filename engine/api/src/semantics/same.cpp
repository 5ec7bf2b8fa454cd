#include "engine/base/assert.h"
#include "options.pb.h"
#include "semantics/rules.h"

#include <map>

namespace wheelhouse::api::semantics {

namespace {

namespace pb = google::protobuf;
using Field = pb::FieldDescriptor;

/// One scalar as text; `index` < 0 for a field that is no list. Unset fields give their zero.
std::string scalar(const pb::Message& message, const Field* field, int index) {
    const pb::Reflection* of = message.GetReflection();
    const bool list = index >= 0;
    switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING:
        return list ? of->GetRepeatedString(message, field, index) : of->GetString(message, field);
    case Field::CPPTYPE_INT32:
        return std::to_string(list ? of->GetRepeatedInt32(message, field, index)
                                   : of->GetInt32(message, field));
    case Field::CPPTYPE_INT64:
        return std::to_string(list ? of->GetRepeatedInt64(message, field, index)
                                   : of->GetInt64(message, field));
    case Field::CPPTYPE_BOOL:
        return (list ? of->GetRepeatedBool(message, field, index) : of->GetBool(message, field)) ? "1" : "0";
    case Field::CPPTYPE_DOUBLE:
        return std::to_string(list ? of->GetRepeatedDouble(message, field, index)
                                   : of->GetDouble(message, field));
    default:
        WH_ASSERT(false, "the schema has a scalar type that comparison does not know");
    }
}

std::map<std::string, std::string> entries(const pb::Message& message, const Field* field) {
    std::map<std::string, std::string> out;
    const pb::Reflection* of = message.GetReflection();
    const Field* key = field->message_type()->FindFieldByNumber(1);
    const Field* value = field->message_type()->FindFieldByNumber(2);
    for (int i = 0; i < of->FieldSize(message, field); ++i) {
        const pb::Message& entry = of->GetRepeatedMessage(message, field, i);
        out[scalar(entry, key, -1)] =
            value->message_type() != nullptr
                ? entry.GetReflection()->GetMessage(entry, value).SerializeAsString()
                : scalar(entry, value, -1);
    }
    return out;
}

bool sameList(const pb::Message& a, const pb::Message& b, const Field* field) {
    const pb::Reflection* of = a.GetReflection();
    const int n = of->FieldSize(a, field);
    if (n != of->FieldSize(b, field)) return false;
    for (int i = 0; i < n; ++i) {
        if (field->message_type() != nullptr) {
            if (!sameMessage(of->GetRepeatedMessage(a, field, i), of->GetRepeatedMessage(b, field, i)))
                return false;
        } else if (scalar(a, field, i) != scalar(b, field, i)) {
            return false;
        }
    }
    return true;
}

} // namespace

bool sameMessage(const pb::Message& a, const pb::Message& b) {
    const pb::Reflection* of = a.GetReflection();
    const pb::Descriptor* type = a.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
        const Field* field = type->field(i);
        if (field->is_map()) {
            if (of->FieldSize(a, field) != of->FieldSize(b, field) || entries(a, field) != entries(b, field))
                return false;
            continue;
        }
        if (field->is_repeated()) {
            if (!sameList(a, b, field)) return false;
            continue;
        }
        const bool inA = of->HasField(a, field);
        const bool inB = of->HasField(b, field);
        if (!inA && !inB) continue;
        // Where zero and absent mean different things, presence is part of the value; elsewhere it is not.
        if (inA != inB && field->options().GetExtension(wh::emit) == wh::IF_SET) return false;
        if (field->message_type() != nullptr) {
            if (!sameMessage(of->GetMessage(a, field), of->GetMessage(b, field))) return false;
        } else if (scalar(a, field, -1) != scalar(b, field, -1)) {
            return false;
        }
    }
    return true;
}

} // namespace wheelhouse::api::semantics
