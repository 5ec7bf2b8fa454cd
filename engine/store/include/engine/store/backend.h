#pragma once

#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::store {

/// One durable change, as bytes. `value` empty with `deleted` = a deletion whose last state is in `value` of the change.
struct Record {
    Revision revision = 0;
    std::string key;   ///< "apiVersion/resource\0namespace/name"
    std::string value; ///< the object's bytes (for a deletion: its last state)
    bool deleted = false;
    std::int64_t wallNanoseconds = 0; ///< when it was written, for retention by age
};

/// Where the history is kept. A backend knows nothing of objects. Each makes its writes durable on a thread of its own.
class Backend {
  public:
    using Done = std::function<void(Result<void>)>;

    virtual ~Backend() = default;
    /// Calls `each` with every retained record in revision order; then reports the compacted revision. Blocking.
    virtual Result<Revision> load(const std::function<void(Record&&)>& each) = 0;
    /// Appends `records` (revisions contiguous and rising from call to call). `done` is called from the backend's own
    /// thread, in order, after everything up to and including these records is durable. Concurrent appends share syncs.
    virtual void append(std::vector<Record> records, Done done) = 0;
    /// Forgets superseded records with revisions below `revision`; the newest state of every key stays.
    virtual void compact(Revision revision) = 0;
};

/// RocksDB in `folder`, synchronous write-ahead log, group commit. Locks the folder: ServiceUnavailable names the process
/// that has it.
Result<std::unique_ptr<Backend>> openRocksDb(const std::filesystem::path& folder);
/// Forgets everything at exit; "durable" at once, answered on the calling thread's next turn. For tests and simulation.
std::unique_ptr<Backend> makeMemoryBackend();

} // namespace wheelhouse::store
