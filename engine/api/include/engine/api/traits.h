#pragma once

#include "engine/api/object.h"
#include "engine/api/selector.h"

#include <cstdint>

namespace wheelhouse::api {

/// What selectors ask about, as a set of bits: a Bloom filter. An object whose traits lack a bit that a
/// selector requires does not match it; one that has them all may. All functions are pure and thread-safe.
using Traits = std::uint64_t;

/// Of the labels and the name. Cheap.
Traits labelTraits(const Object& object);
/// Of the fields a selector may name beyond those of metadata; never 0. Costs a parse of the object.
Traits fieldTraits(const Object& object);

/// Nothing (0) where a selector asks only for what is not there.
Traits requiredTraits(const LabelSelector& selector);
/// Of the object's name, among the traits of labels.
Traits requiredNameTraits(const FieldSelector& selector);
/// Of other fields. Always 0 for custom kinds, whose definition may come to name others.
Traits requiredFieldTraits(const FieldSelector& selector, const Kind& kind);

} // namespace wheelhouse::api
