#pragma once

#include "engine/controllers/queued_controller.h"

#include <set>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// The state a workload is in, as a ControllerRevision of it is to be found or made.
struct Snapshot {
    ObjectPtr owner;
    meta::LabelSelector selector;
    core::PodTemplateSpec podTemplate;
    meta::ObjectMeta from; ///< whose annotations a new revision copies
    const char* hashLabel; ///< the label of a revision that says its hash
    int collisions = 0;    ///< how often the name of a new revision was taken already
};

/// The states a workload was in, oldest first.
struct Revisions {
    std::vector<apps::ControllerRevision> all; ///< `now` included
    apps::ControllerRevision now;
    int collisions = 0;

    /// Null when there is none of this name.
    const apps::ControllerRevision* named(const std::string& name) const;
};

/// The history of workloads whose pods carry the revision they were made from: ControllerRevisions, each
/// owned by its workload and named by it and by what it holds.
///
/// A state that comes back is the same revision under a new number, so that undoing is an ordinary update. A
/// name is a function of workload, state and collision count: making one twice is AlreadyExists and not a
/// second one; one of that name with another content raises the count, and with it the name.
class RevisionHistory {
  public:
    /// The informer must outlive this; it gets the indexes it needs here.
    RevisionHistory(client::Api api, client::Informer& revisions);

    /// All revisions of the workload, adopted and released by its selector, with the one of its present
    /// state: found, numbered anew when it is not the newest, or made. Not for a workload that is being
    /// deleted.
    client::Task<Result<Revisions>> find(Snapshot snapshot);
    /// Deletes the oldest revisions until `limit` are left, not counting `now` and those whose names are in
    /// `live`.
    Step truncate(Revisions revisions, std::set<std::string> live, int limit);

  private:
    client::Task<Result<apps::ControllerRevision>> make(Snapshot& snapshot, std::string data,
                                                        std::int64_t number);

    client::Api api_;
    client::Informer& revisions_;
};

/// The history limit of a spec, 10 where it has none.
template <class Spec>
int historyLimit(const Spec& spec) {
    return spec.has_revisionhistorylimit() ? spec.revisionhistorylimit() : 10;
}

} // namespace wheelhouse::controllers
