#pragma once

#include "engine/base/executor.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::store {

/// One durable change, as bytes.
struct Record {
    Revision revision = 0;
    std::string key;   ///< "apiVersion/resource\0namespace/name"
    std::string value; ///< the object's bytes (for a deletion: its last state)
    bool deleted = false;
    std::int64_t wallNanoseconds = 0; ///< when it was written, for retention by age
};

/// Where the history is kept. A backend knows nothing of objects.
class Backend {
  public:
    using Done = std::function<void(Result<void>)>;

    virtual ~Backend() = default;
    /// Calls `each` with every retained record in revision order; then reports the compacted revision.
    /// Blocking.
    virtual Result<Revision> load(const std::function<void(Record&&)>& each) = 0;
    /// Appends `records` (revisions contiguous and rising from call to call). `done` is called on any thread,
    /// in order, after everything up to and including these records is durable. Concurrent appends share
    /// syncs.
    virtual void append(std::vector<Record> records, Done done) = 0;
    /// The value of one retained record that is durable, again. Blocking, a few microseconds where the system
    /// still has it in memory; any thread. InternalError when it is not there or damaged.
    virtual Result<std::string> read(Revision revision) = 0;
    /// Forgets the records with these revisions, all at or below `revision` and superseded, and remembers
    /// `revision` as compacted. Returns at once; a crash before it took effect only means that more history
    /// is found at the next load.
    virtual void compact(Revision revision, std::vector<Revision> dropped) = 0;
};

/// RocksDB in `folder`, synchronous write-ahead log. Writes and syncs happen on `disk`; whatever was appended
/// while one sync ran shares the next (group commit). ServiceUnavailable when another process has the folder.
/// `disk` must outlive it.
Result<std::unique_ptr<Backend>> openRocksDb(const std::filesystem::path& folder, Executor& disk);
/// Nothing on disk: "durable" at once. For tests and simulation. Records survive in `kept` when given, so
/// that a restart can be played by opening another backend over the same vector.
std::unique_ptr<Backend> makeMemoryBackend(std::shared_ptr<std::vector<Record>> kept = nullptr);

} // namespace wheelhouse::store
