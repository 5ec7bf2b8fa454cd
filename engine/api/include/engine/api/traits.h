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
/// Of the fields a selector may name beyond those of metadata; never 0. One field of each kind, for pods the
/// node, has half of the bits to itself, so that hardly another value is mistaken for it.
Traits fieldTraits(const Object& object);

/// What a selector asks of an object's fields.
struct RequiredFields {
    Traits mask = 0;
    Traits value = 0;

    bool none() const { return mask == 0; }
    bool metBy(Traits fields) const { return (fields & mask) == value; }
};

/// Nothing (0) where a selector asks only for what is not there.
Traits requiredTraits(const LabelSelector& selector);
/// Of the object's name, among the traits of labels.
Traits requiredNameTraits(const FieldSelector& selector);
/// Of other fields. Always none for custom kinds, whose definition may come to name others.
RequiredFields requiredFieldTraits(const FieldSelector& selector, const Kind& kind);

} // namespace wheelhouse::api
