#pragma once

#include <google/protobuf/descriptor.h>
#include <string>

namespace wheelhouse::api::plugin {

/// "core_v1" of "core_v1.proto": the file's namespace below codec::.
std::string fileNamespace(const google::protobuf::FileDescriptor* file);
/// "::k8s::io::api::core::v1::Pod".
std::string className(const google::protobuf::Descriptor* type);
/// protoc's accessor name of a field.
std::string accessor(const google::protobuf::FieldDescriptor* field);
/// A C++ string literal.
std::string literal(const std::string& text);
/// The comment above, as one line; empty if there is none.
template <class D>
std::string comment(const D* descriptor);

} // namespace wheelhouse::api::plugin
