#pragma once

#include "engine/api/kind.h"
#include "engine/base/status.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// What to do with fields the schema does not know and with keys given twice (the `fieldValidation`
/// parameter).
enum class FieldValidation { Ignore, Warn, Strict };

/// Limits that hold for every body, before anything is built from it.
inline constexpr std::size_t maxBodyBytes = 3 * 1024 * 1024;
inline constexpr int maxDepth = 100;

/// A decoded body. `kind` is null only where the caller said which message it wants.
struct Decoded {
    std::unique_ptr<google::protobuf::Message> message;
    const Kind* kind = nullptr;
    std::string apiVersion; ///< as written in the body; empty when absent
    std::string kindName;
    std::vector<std::string>
        warnings; ///< FieldValidation::Warn: one text for each unknown or duplicate field
};

/// JSON → message of a type the caller knows (an object, a list, DeleteOptions, Scale, …). Strict on syntax:
/// UTF-8, no trailing bytes, depth. Wrong types are BadRequest with the path. Pure; thread-safe.
Result<Decoded> decodeJson(std::string_view json, const google::protobuf::Descriptor* type,
                           FieldValidation validation);
/// The same for a body that names its own registered kind (`apiVersion`, `kind`).
Result<Decoded> decodeJson(std::string_view json, FieldValidation validation);

/// Message → JSON as Kubernetes prints it: `apiVersion` and `kind` first where given, required fields even
/// when zero, optional ones only when set, maps sorted by key. Generated code; `reflect::encodeJson` must
/// agree byte for byte.
std::string encodeJson(const google::protobuf::Message& message, std::string_view apiVersion,
                       std::string_view kind);
std::string encodeJson(const google::protobuf::Message& message);

/// YAML → JSON text of each document in a stream (`---`), empty documents left out. Limits on size, depth and
/// on what aliases expand to are checked before anything is expanded. BadRequest names line and column.
Result<std::vector<std::string>> yamlToJson(std::string_view yaml);
/// JSON → block-style YAML with the keys in the order given, for people to read and edit.
Result<std::string> jsonToYaml(std::string_view json);

/// `k8s\0` + runtime.Unknown{typeMeta, raw}: the protobuf body Kubernetes clients send and accept.
std::string encodeProtobuf(const google::protobuf::Message& message, std::string_view apiVersion,
                           std::string_view kind);
Result<Decoded> decodeProtobuf(std::string_view body, const google::protobuf::Descriptor* type);
Result<Decoded> decodeProtobuf(std::string_view body);

/// The same bytes for equal messages: map entries in key order. No envelope.
std::string serialize(const google::protobuf::Message& message);
/// Brings a message into the one form in which equal objects have equal bytes: fields that mean the same
/// absent as zero (Go's plain types) are absent, empty plain structs too, quantities are canonical, fields
/// the schema does not know are dropped. Whatever decodeJson or decodeProtobuf return has this form already.
/// Idempotent.
void canonicalize(google::protobuf::Message& message);

/// The generic walker over descriptors and options: the oracle the generated codec is tested against.
namespace reflect {
std::string encodeJson(const google::protobuf::Message& message, std::string_view apiVersion,
                       std::string_view kind);
Result<Decoded> decodeJson(std::string_view json, const google::protobuf::Descriptor* type,
                           FieldValidation validation);
} // namespace reflect

} // namespace wheelhouse::api
