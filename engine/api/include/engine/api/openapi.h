#pragma once

#include <span>
#include <string>
#include <vector>

namespace wheelhouse::api {

/// One OpenAPI v3 document per group-version, made from the schema: paths with
/// x-kubernetes-group-version-kind, the fieldValidation parameter, patch content types, and full component
/// schemas with list types and merge keys.
struct OpenApiDocument {
    std::string path; ///< "api/v1", "apis/apps/v1"
    std::string json;
    std::string hash; ///< upper-case hex SHA-512 of `json`
};
/// Made on first use, kept for the life of the program. Thread-safe.
const std::vector<OpenApiDocument>& openApiV3();

/// All of these documents as one of OpenAPI v2 (swagger), for clients that know nothing newer: what v2 cannot
/// say is said more loosely. Takes a while: for who has time, and keeps the answer.
std::string openApiV2(std::span<const OpenApiDocument> documents);

} // namespace wheelhouse::api
