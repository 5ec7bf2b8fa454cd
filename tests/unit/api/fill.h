#pragma once

#include <google/protobuf/message.h>

namespace wheelhouse::api::test {

/// Gives every field of a message, and of the messages below it down to `depth`, a value that is not empty,
/// different for different `seed`s and legal in the field's JSON form.
void fill(google::protobuf::Message& message, int depth, int seed);

/// The same for one field; the message has no JSON form of its own.
void fillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor* field, int depth,
               int seed);

} // namespace wheelhouse::api::test
