#pragma once

#include "engine/api/codec.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

namespace wheelhouse::api::codec {

/// What both codecs do around the message itself.

/// `"apiVersion":…,"kind":…` at the start of an object, those that are not empty.
void writeTypeMeta(JsonWriter& writer, std::string_view apiVersion, std::string_view kind);

using MessageDecoder = bool (*)(google::protobuf::Message* message, JsonReader& reader);
/// Reads one whole text with `decode` and turns errors, unknown and duplicate fields into a Status or
/// warnings.
Result<Decoded> decodeRequest(std::string_view json, const google::protobuf::Descriptor* type,
                              FieldValidation validation, MessageDecoder decode);

/// An empty message of a type that is known only at run time.
std::unique_ptr<google::protobuf::Message> newMessage(const google::protobuf::Descriptor* type);

} // namespace wheelhouse::api::codec
