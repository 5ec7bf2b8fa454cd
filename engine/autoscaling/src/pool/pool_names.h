#pragma once

// The words pools, machines and nodes are tied together with.
namespace wheelhouse::autoscaling {

/// Label of machines and nodes: their pool.
inline constexpr const char* poolLabel = "wheelhouse.dev/pool";
/// Annotation of a machine that is on its way out: why. Its node is cordoned and emptied, then it is deleted.
inline constexpr const char* leavingAnnotation = "lab.wheelhouse.dev/leaving";
/// Annotation of a machine that goes first when its pool gets smaller: why.
inline constexpr const char* dispensableAnnotation = "lab.wheelhouse.dev/dispensable";
/// Annotation of a node a drain has cordoned, so that it is the drain that may take that back.
inline constexpr const char* cordonedAnnotation = "lab.wheelhouse.dev/cordoned-by-pool";

} // namespace wheelhouse::autoscaling
