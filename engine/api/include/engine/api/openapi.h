#pragma once

#include "engine/api/catalogue.h"

#include <memory>
#include <optional>
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

/// Where a document is and what it is known by: changes whenever the document does.
struct OpenApiEntry {
    std::string path;
    std::string hash;
};
/// The documents of everything a catalogue serves. None is made for this. Thread-safe.
std::vector<OpenApiEntry> openApiIndex(const Catalogue& catalogue);

struct OpenApiText {
    std::shared_ptr<const std::string> json;
    std::string hash;
};
/// One of them. Those with custom kinds are made anew each time, since hardly anybody asks for them twice and
/// there may be hundreds. Nothing for a path that is not served. Thread-safe.
std::optional<OpenApiText> openApiDocument(const Catalogue& catalogue, const std::string& path);

/// All of a catalogue's documents as one of OpenAPI v2 (swagger), for clients that know nothing newer: what
/// v2 cannot say is said more loosely.
struct OpenApiV2 {
    std::shared_ptr<const std::string> json;
    std::shared_ptr<const std::string> protobuf; ///< openapi.v2.Document of gnostic-models
    std::string hash;                            ///< of `json`: upper-case hex SHA-512
};
/// Takes a while: for who has time. The last one made is kept. Thread-safe.
OpenApiV2 openApiV2(const Catalogue& catalogue);

} // namespace wheelhouse::api
