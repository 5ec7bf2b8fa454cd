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
    /// Everything up to `now` was told: to be asked about when judging.
    void remember(Revision now);
    /// Compares what was remembered with what the store still can list.
    void judge(const store::Store& store);
    std::vector<std::string> complaints;

  private:
    using Objects = std::map<std::string, Revision>; ///< key → revision
    using Kinds = std::map<const api::Kind*, Objects>;

    Kinds now_;
    std::map<Revision, Kinds> past_;
};

} // namespace wheelhouse::sim
