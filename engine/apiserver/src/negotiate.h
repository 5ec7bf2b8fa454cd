#pragma once

#include "engine/base/status.h"

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
Result<Format> negotiate(std::string_view accept, bool shapes, bool watch);

/// The aggregated discovery form was asked for, and before the plain one.
bool wantsAggregatedDiscovery(std::string_view accept);

/// What a body is, by its Content-Type (absent = JSON).
enum class BodyType { Json, Yaml, Protobuf, JsonPatch, MergePatch, StrategicPatch, ApplyPatch, Unknown };
BodyType bodyType(std::string_view contentType);

} // namespace wheelhouse::apiserver
