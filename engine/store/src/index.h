#pragma once

#include "engine/store/store.h"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::store {

/// One state of one key. For a deletion `object` is the last state and `deleted` is set.
struct Version {
    Revision revision = 0;
    ObjectPtr object;
    bool deleted = false;
};

/// All retained states of the objects of one kind, by name and revision, and the kind's changes in order.
/// States above the visible revision are writes still on their way to disk; the change log never holds those.
class KindIndex {
  public:
    /// The newest state whatever its durability; null when absent or deleted.
    ObjectPtr newest(const std::string& name) const;
    /// The state at `at`; null when absent then.
    ObjectPtr at(const std::string& name, Revision at) const;
    void append(const std::string& name, Version version);
    /// Forgets the newest state of `name`, which must be at `revision`: its write failed.
    void rollBack(const std::string& name, Revision revision);
    void publish(Change change);
    Result<Store::Page> list(std::string_view prefix, std::string_view start, std::int64_t limit, Revision at,
                             const std::function<bool(const ObjectPtr&)>& filter) const;
    /// Number of objects that exist at the newest published change.
    std::size_t count() const { return live_; }

    const std::deque<Change>& log() const { return log_; }
    /// Position in the log of the first change above `since`.
    std::size_t logPosition(Revision since) const;
    /// Takes the oldest change out of the log and drops what it superseded; adds the dropped revisions and
    /// returns the bytes freed. Call with changes in revision order, newest published state of the key always
    /// stays.
    std::size_t compactOldest(std::vector<Revision>& dropped);

  private:
    std::map<std::string, std::vector<Version>, std::less<>> objects_;
    std::deque<Change> log_;
    std::size_t live_ = 0;
};

} // namespace wheelhouse::store
