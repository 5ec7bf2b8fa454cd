#pragma once

#include "engine/api/catalogue.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/apiserver/handler.h"
#include "negotiate.h"
#include "path.h"

#include <string_view>

namespace wheelhouse::apiserver {

/// The type a body must have: a kind, or what a subresource takes (Scale, Binding, Eviction).
struct BodyKind {
    const google::protobuf::Descriptor* type = nullptr;
    std::string apiVersion;
    std::string kind;
    const api::Kind* row = nullptr; ///< where the body is an object of the kind itself
};
/// What a write to `kind` (or its subresource) takes.
BodyKind bodyKindOf(const api::Kind& kind, std::string_view subresource);

/// A whole body as a message of `expected`. A body may leave out what the path says already (apiVersion,
/// kind), but not contradict it; `catalogue` tells a wrong kind from an unknown one. Pure. BadRequest says
/// what is wrong; UnsupportedMediaType for patches and unknown types.
Result<api::Decoded> decodeBody(std::string_view bytes, BodyType bodyType, const BodyKind& expected,
                                api::FieldValidation validation, const api::Catalogue& catalogue);
/// The same for options: a body of the right kind in whatever version.
Result<api::Decoded> decodeAnyVersion(std::string_view bytes, BodyType bodyType, BodyKind expected,
                                      api::FieldValidation validation, const api::Catalogue& catalogue);
/// The body of an apply patch, YAML or JSON, as JSON. BadRequest when it is neither, or more than one
/// document.
Result<std::string> appliedConfiguration(const std::string& body);
/// How to delete: by the body, or without one by the query. BadRequest and Invalid say what is wrong.
Result<api::meta::DeleteOptions> deleteOptionsOf(const Request& request, const Query& query,
                                                 const api::Catalogue& catalogue);
/// The `fieldValidation` parameter; empty = Warn. Invalid for anything unknown.
Result<api::FieldValidation> parseFieldValidation(std::string_view text, std::string_view optionsKind);

} // namespace wheelhouse::apiserver
