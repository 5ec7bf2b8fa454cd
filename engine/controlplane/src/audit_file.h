#pragma once

#include "engine/base/executor.h"
#include "engine/base/status.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace wheelhouse::controlplane {

/// A file of audit events, one a line, that is put aside as NAME.1.EXT, NAME.2.EXT, … when it is full; the
/// oldest of those is deleted. Readable by its owner only.
///
/// Events are gathered in memory and written in batches on `disk`: at most `flushAfter` is lost when the
/// program is killed, nothing when it ends. Where the disk cannot keep up, or refuses, events are dropped and
/// counted, as the cluster must go on; the log itself says how many were.
class AuditFile {
  public:
    struct Limits {
        std::size_t fileBytes = std::size_t{100} << 20;
        std::size_t backups = 10;
        std::size_t waitingBytes = std::size_t{16} << 20;
        Duration flushAfter = std::chrono::milliseconds(200);
    };
    /// Makes the folder where it is missing. The error names the file and why it cannot be written.
    static Result<std::unique_ptr<AuditFile>> open(const std::filesystem::path& file, Limits limits,
                                                   Executor& disk);
    /// Writes what is waiting. Not on the disk executor, which must still be running.
    ~AuditFile();
    AuditFile(const AuditFile&) = delete;
    AuditFile& operator=(const AuditFile&) = delete;

    /// Thread-safe; returns at once.
    void write(std::string line);
    std::size_t dropped() const;

  private:
    struct Impl;
    explicit AuditFile(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::controlplane
