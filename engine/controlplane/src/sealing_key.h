#pragma once

#include "engine/base/random.h"
#include "engine/base/status.h"

#include <filesystem>
#include <string>

namespace wheelhouse::controlplane {

/// The 32 bytes in `file` (0600, as hexadecimal digits), with which Secrets are kept on disk; made where
/// there is no such file. An error when the file holds anything else: a new key would make every Secret
/// unreadable. Blocking.
Result<std::string> openOrCreateSealingKey(const std::filesystem::path& file, Random& random);

} // namespace wheelhouse::controlplane
