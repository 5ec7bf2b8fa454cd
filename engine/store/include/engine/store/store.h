#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/status.h"
#include "engine/store/backend.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::store {

using api::ObjectPtr;

/// Where an object is kept: its kind, then "namespace/name" or "name". Ordered as Kubernetes lists.
struct Key {
    const api::Kind* kind = nullptr;
    std::string name;

    static Key of(const api::Object& object) { return {&object.kind(), object.key()}; }
    bool operator==(const Key&) const = default;
};

/// One committed change. `object` is the new state, or for a deletion the last state at the deletion's
/// revision.
struct Change {
    enum class Type { Created, Updated, Deleted };
    Type type = Type::Created;
    Revision revision = 0;
    ObjectPtr object;
    ObjectPtr before; ///< null when created; lets selectors turn updates into ADDED and DELETED
};

/// What the history keeps: compaction drops what is older than either limit allows.
struct Retention {
    Duration age = std::chrono::hours(24);
    std::size_t bytes = std::size_t{2} << 30; ///< of superseded states, on disk
    /// Of superseded states held in memory as well, the newest ones: as far back as these reach a watch can
    /// be taken up again. Older states are read from the disk when somebody asks for them.
    std::size_t recentBytes = std::size_t{64} << 20;
};

/// The cluster's state with its history: an MVCC index in memory over a durable log. Of the history's older
/// part the index knows only where it is. Lives on the control
/// executor: call everything from there; callbacks arrive there, never inside the call.
///
/// A write is validated against the newest state including writes still on their way to disk, gets the next
/// revision at once, and becomes visible to readers and watchers only when its group commit is durable: so
/// nothing that was ever seen can be lost. When a commit fails the store turns read-only, the writes in
/// flight fail, and nothing is shown.
class Store {
  public:
    /// Replays `backend` (blocking; at start-up). Errors: unreadable or damaged data, named.
    static Result<std::unique_ptr<Store>> open(std::unique_ptr<Backend> backend, Executor& executor,
                                               Retention retention = {});
    ~Store();

    using Committed = std::function<void(Result<ObjectPtr>)>;
    /// Makes the new state of `key` from its newest state (null = absent) and the revision the write will
    /// have; the returned message must already carry that revision. Called once, inside put. An error refuses
    /// the write and costs no revision. Returning the very same object (`newest`) is a no-op: answered at
    /// once with it.
    using Mutate = std::function<Result<ObjectPtr>(const ObjectPtr& newest, Revision revision)>;
    void put(const Key& key, const Mutate& mutate, Committed done);
    /// Deletes; `prepare` as above returns the last state as watchers shall see it (null newest → NotFound is
    /// its job).
    void remove(const Key& key, const Mutate& prepare, Committed done);

    /// The newest visible revision, and the oldest one lists and watches may still ask for.
    Revision revision() const;
    Revision compactedRevision() const;
    /// The oldest revision a watch may still start from.
    Revision watchableRevision() const;
    /// Bytes of superseded states: all that are kept, and those of them in memory.
    std::size_t historyBytes() const;
    std::size_t recentBytes() const;
    bool readOnly() const;

    /// Visible state; null when absent. `at` 0 = newest. Expired when `at` was compacted; Timeout when it is
    /// not there yet.
    ObjectPtr get(const Key& key) const;
    Result<ObjectPtr> get(const Key& key, Revision at) const;
    /// The newest state including writes not yet durable: for admission decisions only, never shown to a
    /// client.
    ObjectPtr newest(const Key& key) const;
    /// The same for everything of `kind` whose name begins with `prefix`, as of `newestRevision`.
    std::vector<ObjectPtr> listNewest(const api::Kind& kind, std::string_view prefix) const;
    Revision newestRevision() const;
    /// The rows there ever were objects of: built-in ones, and those of custom objects.
    std::vector<const api::Kind*> kinds() const;

    struct Page {
        std::vector<ObjectPtr> items;
        Revision revision = 0;
        std::string next; ///< name to continue from; empty at the end
        std::int64_t remaining = 0;
    };
    /// Objects of `kind` whose name begins with `prefix` ("ns/" or ""), from `start`, at most `limit` (0 =
    /// all), in order. `filter` (may be null) decides what counts against the limit.
    Result<Page> list(const api::Kind& kind, std::string_view prefix, std::string_view start,
                      std::int64_t limit, Revision at,
                      const std::function<bool(const ObjectPtr&)>& filter = nullptr) const;
    std::size_t count(const api::Kind& kind) const;

    /// Ends the subscription when destroyed.
    class Watch {
      public:
        virtual ~Watch() = default;
    };
    using Sink = std::function<void(const Change&)>;
    /// Every change of `kind` with a revision above `since`, in order, without gaps: first from history, then
    /// live. Whenever the sink is not being called it has had everything up to `revision()`, so a bookmark
    /// may say so. Expired when the history in memory no longer reaches back to `since`.
    Result<std::unique_ptr<Watch>> watch(const api::Kind& kind, Revision since, Sink sink);

    /// Drops history below `revision`; running watches keep what they were promised.
    void compact(Revision revision);

  private:
    class Impl;
    explicit Store(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::store
