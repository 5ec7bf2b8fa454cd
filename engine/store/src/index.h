#pragma once

#include "engine/store/selective.h"
#include "engine/store/store.h"
#include "name_counts.h"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::store {

/// One state of one key. For a deletion the object is the last state and `deleted` is set.
struct Version {
    Revision revision = 0;
    ObjectPtr object; ///< null = cold: on disk only
    std::uint32_t bytes = 0;
    bool deleted = false;
};

/// All states of one key, oldest first.
struct Entry {
    std::vector<Version> versions;
    std::size_t slot = 0; ///< where its traits are
};

/// Which objects a list is to show.
struct Listing {
    std::string_view prefix;
    std::string_view start;
    std::int64_t limit = 0;
    Revision at = 0;
    bool newest = false; ///< `at` is the newest visible revision
    std::function<bool(const ObjectPtr&)> filter{};
};

/// Brings a cold state back, without keeping it.
using Thaw = std::function<Result<ObjectPtr>(const Version& version, const std::string& name)>;

/// All retained states of the objects of one kind, by name and revision, and the kind's recent changes in
/// order. States above the visible revision are writes still on their way to disk; the change log never holds
/// those. The newest state of a key is always in memory, older ones until they are made cold.
class KindIndex {
  public:
    /// `ordinal`: the how manieth kind of the store it is; orders what has no order of its own.
    explicit KindIndex(std::size_t ordinal) : ordinal_(ordinal) {}
    KindIndex(const KindIndex&) = delete;
    KindIndex& operator=(const KindIndex&) = delete;

    std::size_t ordinal() const { return ordinal_; }
    /// The newest state whatever its durability; null when absent or deleted.
    ObjectPtr newest(const std::string& name) const;
    /// The state at `at`; null when absent then.
    Result<ObjectPtr> at(const std::string& name, Revision at, const Thaw& thaw) const;
    /// The name as the index keeps it: stays where it is while there are versions of it.
    const std::string& append(const std::string& name, Version version);
    /// Forgets the newest state of `name`, which must be at `revision`: its write failed.
    void rollBack(const std::string& name, Revision revision);
    void publish(Change change);
    Result<Store::Page> list(const Listing& wanted, const Thaw& thaw) const;
    /// Number of objects that exist at the newest published change.
    std::size_t count() const { return counts_.all(); }

    const std::deque<Change>& log() const { return log_; }
    /// How many changes there were before the first in the log.
    std::uint64_t forgotten() const { return forgotten_; }
    /// Position in the log of the first change above `since`.
    std::size_t logPosition(Revision since) const;
    /// The versions of `name`, oldest first; null when there is none.
    std::vector<Version>* versions(const std::string& name);
    std::map<std::string, Entry, std::less<>>& all() { return objects_; }
    /// After objects were put into the entries from outside.
    void describeAll();
    /// A published change of `name` that is not in the log any more. Published changes come in order.
    void counted(Change::Type type, std::string_view name, Revision revision);

    /// Takes the change at `revision`, the oldest in the log, out of memory with what it superseded; returns
    /// the bytes of those states and adds their revisions to `cooled` where it is not null.
    std::size_t cool(const std::string& name, Revision revision, std::vector<Revision>* cooled = nullptr);
    /// Drops what the change at `revision`, a cold one, superseded; adds the dropped revisions and returns
    /// the bytes freed. Call with changes in revision order; the newest published state of a key always
    /// stays.
    std::size_t compact(const std::string& name, Revision revision, std::vector<Revision>& dropped);

  private:
    using Objects = std::map<std::string, Entry, std::less<>>;
    /// What is known of the newest state of an entry, and of the visible one where that is another: enough to
    /// pass most objects by in a list with selectors without touching them.
    struct Slot {
        api::Traits labels = 0;
        api::Traits fields = 0; ///< of the visible one, where that is the newest, else 0
        Objects::value_type* entry = nullptr;
    };

    void describe(const Entry& entry);
    void drop(Objects::iterator entry);
    /// The entries that may match, in order; nothing where too many do.
    std::optional<std::vector<const Objects::value_type*>> candidates(const Listing& wanted) const;

    const std::size_t ordinal_;
    Objects objects_;
    std::vector<Slot> slots_;
    std::deque<Change> log_;
    std::uint64_t forgotten_ = 0;
    NameCounts counts_; ///< of what exists at the newest published change

    Revision published_ = 0;

    NameCounts::Walk existing() const;
};

} // namespace wheelhouse::store
