#pragma once

#include "engine/client/cluster.h"
#include "engine/store/store.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace wheelhouse::sim {

/// Each watch is the committed history after its beginning, whole and in order, or an explicit Expired where
/// that history is gone; what it begins with is a state there was. Judged for watches of any kind and any
/// selection.
class WatchChecker {
  public:
    void saw(const store::Change& change);
    /// One more watch, of what has the label `app` = `app` (empty = everything): of what happens after
    /// `since`, or with 0 of the present state and what happens after.
    void open(client::Cluster& cluster, const store::Store& store, const api::Kind& kind, Revision since,
              const std::string& app);
    /// The server goes: no watch hears any more.
    void close();
    /// Everything happened a while ago: those that run must have heard it.
    void judge();
    std::vector<std::string> complaints;

  private:
    using Told = std::tuple<client::WatchEvent::Type, std::string, Revision>; ///< what, key, when
    struct Watched {
        const api::Kind* kind = nullptr;
        Revision since = 0;
        std::string app;
        bool isGone = false; ///< the history it asked for
        std::vector<Told> told;
        std::optional<std::size_t> initial; ///< how many of them are the state it began with
        Revision bookmarked = 0;
        std::optional<Status> end;
        std::unique_ptr<client::Subscription> subscription;
    };
    void take(Watched& watched, const client::WatchEvent& event);
    void judge(const Watched& watched);
    void judgeBeginning(const Watched& watched);
    std::vector<Told> after(const Watched& watched) const;
    void complain(const Watched& watched, const std::string& what);

    std::map<const api::Kind*, std::vector<store::Change>> history_;
    std::vector<std::unique_ptr<Watched>> watched_;
};

} // namespace wheelhouse::sim
