#pragma once

#include <google/protobuf/compiler/code_generator.h>

namespace wheelhouse::api::plugin {

/// From one .proto file: `<name>.codec.h`, `<name>.codec.cpp` (JSON of every message) and `<name>.docs.cpp`
/// (the comments).
class CodecGenerator final : public google::protobuf::compiler::CodeGenerator {
  public:
    bool Generate(const google::protobuf::FileDescriptor* file, const std::string& parameter,
                  google::protobuf::compiler::GeneratorContext* context, std::string* error) const override;
    uint64_t GetSupportedFeatures() const override { return 0; }
};

} // namespace wheelhouse::api::plugin
