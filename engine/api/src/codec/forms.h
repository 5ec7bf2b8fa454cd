#pragma once

#include "intstr.pb.h"
#include "meta_v1.pb.h"
#include "resource.pb.h"
#include "runtime.pb.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

// Messages of groups that few files need are only named here; who has one at hand has included its header.
namespace k8s::io::api {
namespace authentication::v1 {
class ExtraValue;
}
namespace authorization::v1 {
class ExtraValue;
}
namespace certificates::v1 {
class ExtraValue;
}
} // namespace k8s::io::api
namespace k8s::io::apiextensions_apiserver::pkg::apis::apiextensions::v1 {
class JSON;
class JSONSchemaPropsOrArray;
class JSONSchemaPropsOrBool;
class JSONSchemaPropsOrStringArray;
} // namespace k8s::io::apiextensions_apiserver::pkg::apis::apiextensions::v1

namespace wheelhouse::api {

// As in types.h, which would bring every message type into every file of the codec.
namespace meta = ::k8s::io::apimachinery::pkg::apis::meta::v1;
namespace resource = ::k8s::io::apimachinery::pkg::api::resource;
namespace intstr = ::k8s::io::apimachinery::pkg::util::intstr;
namespace runtime = ::k8s::io::apimachinery::pkg::runtime;
namespace authentication = ::k8s::io::api::authentication::v1;
namespace authorization = ::k8s::io::api::authorization::v1;
namespace certificates = ::k8s::io::api::certificates::v1;
namespace apiextensions = ::k8s::io::apiextensions_apiserver::pkg::apis::apiextensions::v1;

} // namespace wheelhouse::api

namespace wheelhouse::api::codec {

// JSON of the messages that are no plain objects (`wh.form`). Encoding an absent one = encoding an empty one.
// Decoding is never called with null before it; false = the reader has failed.

void encodeForm(const meta::Time& time, JsonWriter& writer);
void encodeForm(const meta::MicroTime& time, JsonWriter& writer);
void encodeForm(const meta::Duration& duration, JsonWriter& writer);
void encodeForm(const meta::FieldsV1& fields, JsonWriter& writer);
void encodeForm(const meta::Verbs& verbs, JsonWriter& writer);
void encodeForm(const runtime::RawExtension& extension, JsonWriter& writer);
void encodeForm(const resource::Quantity& quantity, JsonWriter& writer);
void encodeForm(const resource::QuantityValue& quantity, JsonWriter& writer);
void encodeForm(const intstr::IntOrString& value, JsonWriter& writer);
void encodeForm(const authentication::ExtraValue& texts, JsonWriter& writer);
void encodeForm(const authorization::ExtraValue& texts, JsonWriter& writer);
void encodeForm(const certificates::ExtraValue& texts, JsonWriter& writer);
void encodeForm(const apiextensions::JSON& json, JsonWriter& writer);
void encodeForm(const apiextensions::JSONSchemaPropsOrArray& schema, JsonWriter& writer);
void encodeForm(const apiextensions::JSONSchemaPropsOrBool& schema, JsonWriter& writer);
void encodeForm(const apiextensions::JSONSchemaPropsOrStringArray& schema, JsonWriter& writer);

bool decodeForm(meta::Time* time, JsonReader& reader);
bool decodeForm(meta::MicroTime* time, JsonReader& reader);
bool decodeForm(meta::Duration* duration, JsonReader& reader);
bool decodeForm(meta::FieldsV1* fields, JsonReader& reader);
bool decodeForm(meta::Verbs* verbs, JsonReader& reader);
bool decodeForm(runtime::RawExtension* extension, JsonReader& reader);
bool decodeForm(resource::Quantity* quantity, JsonReader& reader);
bool decodeForm(resource::QuantityValue* quantity, JsonReader& reader);
bool decodeForm(intstr::IntOrString* value, JsonReader& reader);
bool decodeForm(authentication::ExtraValue* texts, JsonReader& reader);
bool decodeForm(authorization::ExtraValue* texts, JsonReader& reader);
bool decodeForm(certificates::ExtraValue* texts, JsonReader& reader);
bool decodeForm(apiextensions::JSON* json, JsonReader& reader);
bool decodeForm(apiextensions::JSONSchemaPropsOrArray* schema, JsonReader& reader);
bool decodeForm(apiextensions::JSONSchemaPropsOrBool* schema, JsonReader& reader);
bool decodeForm(apiextensions::JSONSchemaPropsOrStringArray* schema, JsonReader& reader);

/// Whether a plain struct of Go holds its zero value: then it stays absent in our messages.
inline bool isZeroStruct(const intstr::IntOrString& value) {
    return value.type() == 0 && value.intval() == 0;
}
inline bool isZeroStruct(const resource::Quantity& quantity) {
    return quantity.string().empty() || quantity.string() == "0";
}
inline bool isZeroStruct(const meta::Duration& duration) {
    return duration.duration() == 0;
}
bool isZeroStruct(const google::protobuf::Message& message);

/// For who knows the message only by its descriptor, whose form is not FIELDS.
void encodeFormOf(const google::protobuf::Message& message, JsonWriter& writer);
bool decodeFormOf(google::protobuf::Message* message, JsonReader& reader);

} // namespace wheelhouse::api::codec
