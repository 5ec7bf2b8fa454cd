#pragma once

#include "engine/base/random.h"
#include "engine/store/backend.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::store {

/// What is kept so that nobody who reads the disk alone can read it.
struct Sealing {
    std::string key;                                  ///< 32 bytes, AES-256
    std::vector<std::string> resources{"v1/secrets"}; ///< as record keys begin
};

/// Encrypts the values of those resources (AES-256-GCM, a fresh nonce each, bound to their revision) on their
/// way to `inner`, and takes them apart on their way back. Values that were written in the clear before are
/// read as they are. A value that another key wrote, or that was changed, is an error that says so. `random`
/// is used wherever `append` is called, and must be one nobody can foretell.
std::unique_ptr<Backend> makeSealedBackend(std::unique_ptr<Backend> inner, Sealing sealing, Random& random);

} // namespace wheelhouse::store
