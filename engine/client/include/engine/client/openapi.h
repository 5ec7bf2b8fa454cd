#pragma once

#include "engine/client/cluster.h"

#include <memory>
#include <string>

namespace wheelhouse::client {

/// Where a cluster says what its kinds look like. Threads and errors as Cluster has them.
class SchemaSource {
  public:
    virtual ~SchemaSource() = default;
    /// The OpenAPI v3 document of a group-version ("v1", "apps/v1"), as JSON; NotFound where it is not
    /// served.
    virtual void openApi(const std::string& apiVersion,
                         Callback<std::shared_ptr<const std::string>> done) = 0;
};

/// Where a server has the document of a group-version, below /openapi/v3/: "api/v1", "apis/apps/v1".
inline std::string openApiPath(const std::string& apiVersion) {
    return (apiVersion.find('/') == std::string::npos ? "api/" : "apis/") + apiVersion;
}

/// The schemas of a cluster that has any; null otherwise. Valid as long as the cluster.
SchemaSource* schemaSourceOf(Cluster& cluster);

} // namespace wheelhouse::client
