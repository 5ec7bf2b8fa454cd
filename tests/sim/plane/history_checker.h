#pragma once

#include "engine/store/store.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::sim {

/// What is told is what is kept: all changes told up to a revision, applied one after another, are what a
/// list at that revision gives, later too, and what a store gives that was opened again.
class HistoryChecker {
  public:
    void saw(const store::Change& change);
    /// Whether everything of its kind up to this state of an object was told.
    bool told(const api::Object& object) const;
    /// Everything up to `now` was told: to be asked about when judging.
    void remember(Revision now);
    /// Compares what was remembered with what the store still can list.
    void judge(const store::Store& store);
    std::vector<std::string> complaints;

  private:
    /// One state of an object.
    struct State {
        Revision revision = 0;
        std::size_t content = 0; ///< a hash
        bool operator==(const State&) const = default;
    };
    using Objects = std::map<std::string, State>; ///< by key
    static State stateOf(const api::Object& object);
    using Kinds = std::map<const api::Kind*, Objects>;

    Kinds now_;
    std::map<const api::Kind*, Revision> newest_; ///< told last
    std::map<Revision, Kinds> past_;
};

} // namespace wheelhouse::sim
