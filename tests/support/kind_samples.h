#pragma once

#include <map>
#include <string>

namespace wheelhouse::api::test {

/// A valid object of a kind, as a user writes it; those of namespaced kinds live in "d".
struct Sample {
    const char* apiVersion;
    const char* kind;
    const char* json;
};

/// One for each kind that is stored, under a short name.
const std::map<std::string, Sample>& kindSamples();

} // namespace wheelhouse::api::test
