#pragma once

#include "engine/base/status.h"

#include <span>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// How an answer is written.
struct Format {
    enum class Encoding { Json, Yaml, Protobuf };
    enum class Shape { Object, Partial, Table };
    enum class Include { None, Metadata, Object };
    Encoding encoding = Encoding::Json;
    Shape shape = Shape::Object;
    std::string metaVersion = "v1";      ///< of meta.k8s.io, for Partial and Table
    Include include = Include::Metadata; ///< what rides along with a table row

    bool operator==(const Format&) const = default;
    /// The Content-Type header.
    std::string contentType(bool watch) const;
};

/// The best format of an Accept header (absent = anything). `shapes`: Table and PartialObjectMetadata may be
/// asked for. NotAcceptable when nothing fits. Pure.
/// `protobuf`: whole objects have a protobuf form (PartialObjectMetadata always has one).
Result<Format> negotiate(std::string_view accept, bool shapes, bool watch, bool protobuf = true);

/// The one of `offered` types that an Accept header (absent = anything) likes best; of those it likes alike
/// the first. Empty when none will do. Pure.
std::string_view preferredType(std::string_view accept, std::span<const std::string_view> offered);

/// The aggregated discovery form was asked for, and before the plain one.
bool wantsAggregatedDiscovery(std::string_view accept);

/// What a body is, by its Content-Type (absent = JSON).
enum class BodyType { Json, Yaml, Protobuf, JsonPatch, MergePatch, StrategicPatch, ApplyPatch, Unknown };
BodyType bodyType(std::string_view contentType);

} // namespace wheelhouse::apiserver
