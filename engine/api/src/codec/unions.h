#pragma once

#include "json/json_reader.h"
#include "json/json_writer.h"

#include <google/protobuf/message.h>

namespace wheelhouse::api::codec {

// JSON of the messages that are a JSON schema or something simpler (`wh.form` SCHEMA_OR_*). Both codecs use
// these, each with its own functions for the schema inside.

bool isUnion(const google::protobuf::Descriptor* type);

void encodeUnion(const google::protobuf::Message& message, JsonWriter& writer,
                 void (*encodeSchema)(const google::protobuf::Message&, JsonWriter&));
/// A schema given in protobuf without the truth value that goes with it gets it.
void completeUnion(google::protobuf::Message& message);
/// False = the reader has failed.
bool decodeUnion(google::protobuf::Message* message, JsonReader& reader,
                 bool (*decodeSchema)(google::protobuf::Message*, JsonReader&));

} // namespace wheelhouse::api::codec
