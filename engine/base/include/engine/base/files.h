#pragma once

#include "engine/base/status.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace wheelhouse {

/// The whole file as bytes. Errors name the path and the system's reason.
Result<std::string> readFile(const std::filesystem::path& path);
/// Replaces `path` in one step (temporary file, fsync, rename, fsync of the folder): a reader, or a crash,
/// sees the old content or the new, never half. `mode` is set before any byte is written.
Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes,
                                 mode_t mode = 0644);

} // namespace wheelhouse
