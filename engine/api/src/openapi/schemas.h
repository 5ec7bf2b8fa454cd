#pragma once

#include "engine/api/kind.h"
#include "json/json_writer.h"

#include <google/protobuf/descriptor.h>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::api::openapi {

/// What a schema is of: a message type, or the objects or lists of a custom kind. Neither = nothing.
struct SchemaOf {
    SchemaOf(std::nullptr_t = nullptr) {}
    SchemaOf(const google::protobuf::Descriptor* descriptor) : type(descriptor) {}
    SchemaOf(const Kind& customKind, bool lists) : custom(&customKind), list(lists) {}

    const google::protobuf::Descriptor* type = nullptr;
    const Kind* custom = nullptr;
    bool list = false;
    explicit operator bool() const { return type != nullptr || custom != nullptr; }
};

/// Kubernetes' name of a message in OpenAPI: "io.k8s.api.core.v1.Pod".
std::string schemaName(const google::protobuf::Descriptor* type);
/// The same; of a custom kind with its group turned round: "com.example.v1.CronTab".
std::string schemaName(const SchemaOf& of);

/// The component schemas of one document: whatever is asked for and all it refers to.
class Schemas {
  public:
    void add(const google::protobuf::Descriptor* type);
    void add(const SchemaOf& of);
    /// `{"io.k8s…": {…}, …}` in the order of the names.
    void write(JsonWriter& writer) const;

  private:
    std::map<std::string, SchemaOf> types_;
};

/// `{"$ref":"#/components/schemas/…"}`
void writeReference(JsonWriter& writer, const SchemaOf& of);

} // namespace wheelhouse::api::openapi
