#pragma once

#include <google/protobuf/descriptor.h>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// Where a scalar stands in a kind's message; reads it from the serialised bytes without decoding the rest.
/// Immutable, thread-safe.
class FieldPath {
  public:
    /// `path`: names separated by dots, such as "spec.nodeName". A path the message does not have reads as
    /// empty.
    FieldPath(const google::protobuf::Descriptor* kind, std::string_view path);

    /// The value as text ("true", "3"); what the field says unset where it does not stand there.
    std::string valueIn(std::string_view bytes) const;

  private:
    std::vector<int> numbers_;
    google::protobuf::FieldDescriptor::CppType type_ = google::protobuf::FieldDescriptor::CPPTYPE_STRING;
};

} // namespace wheelhouse::api
