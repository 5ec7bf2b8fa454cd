#pragma once

#include "json/json_writer.h"

#include <google/protobuf/descriptor.h>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::api::openapi {

/// Kubernetes' name of a message in OpenAPI: "io.k8s.api.core.v1.Pod".
std::string schemaName(const google::protobuf::Descriptor* type);

/// The component schemas of one document: whatever is asked for and all it refers to.
class Schemas {
  public:
    void add(const google::protobuf::Descriptor* type);
    /// `{"io.k8s…": {…}, …}` in the order of the names.
    void write(JsonWriter& writer) const;

  private:
    std::map<std::string, const google::protobuf::Descriptor*> types_;
};

/// `{"$ref":"#/components/schemas/…"}`
void writeReference(JsonWriter& writer, const google::protobuf::Descriptor* type);

} // namespace wheelhouse::api::openapi
