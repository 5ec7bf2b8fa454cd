#pragma once

#include "engine/api/computed.h"
#include "engine/apiserver/object_source.h"
#include "engine/base/executor.h"
#include "verbs.h"

#include <map>
#include <memory>

namespace wheelhouse::apiserver {

/// The kinds whose objects are made when somebody asks. Each has a revision of its own that grows with every
/// change its source tells of, also from one run of the program to the next; an object's resourceVersion is
/// the revision at which it was looked at. There is no history: a list shows now, its pages each their own
/// moment, and a watch from a revision is told of what changed since, as it is now. Control executor only.
class ComputedKinds {
  public:
    explicit ComputedKinds(Executor& control) : control_(control) {}
    ~ComputedKinds();

    /// One source a kind. `source` must outlive what is returned, and that may outlive this.
    std::unique_ptr<Serving> serve(const api::Kind& kind, ObjectSource& source);
    Result<api::ObjectPtr> get(const api::Kind& kind, const std::string& nameSpace, const std::string& name,
                               const std::string& subresource, const Reader* reader);
    /// From the key `start` on.
    Result<ListAnswer> list(const Selection& selection, const std::string& start, std::int64_t limit);
    /// `since` 0 = now; the state comes first when `listFirst`, and then a bookmark when `bookmarkState`.
    Result<std::unique_ptr<Watcher>> watch(const Selection& selection, Revision since, bool listFirst,
                                           bool bookmarkState, std::function<void(const Event&)> sink);
    Revision revision(const api::Kind& kind);

  private:
    struct Entry;
    class KindWatcher;
    class Handle;
    const std::shared_ptr<Entry>& entryOf(const api::Kind& kind);

    Executor& control_;
    std::map<const api::Kind*, std::shared_ptr<Entry>> entries_;
};

/// Questions that somebody else answers.
class Answerers {
  public:
    void add(const api::Kind& kind, Answerer answerer) { byKind_[&kind] = std::move(answerer); }
    void remove(const api::Kind& kind) { byKind_.erase(&kind); }
    /// Null when nobody answers this kind.
    const Answerer* find(const api::Kind& kind) const {
        const auto found = byKind_.find(&kind);
        return found == byKind_.end() ? nullptr : &found->second;
    }

  private:
    std::map<const api::Kind*, Answerer> byKind_;
};

} // namespace wheelhouse::apiserver
