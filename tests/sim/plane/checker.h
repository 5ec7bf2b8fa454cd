#pragma once

#include "engine/api/types.h"
#include "engine/client/cluster.h"
#include "engine/store/store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::sim {

namespace core = api::core;
namespace apps = api::apps;

/// What must hold in every run, watched from outside through the store's own history.
class Checker {
  public:
    void saw(const store::Change& change);
    /// A client's watch of the same kind: it must have told exactly this history.
    void toldPods(const client::WatchEvent& event);
    Revision lastTold() const { return podTold_.empty() ? 0 : podTold_.back(); }
    /// A node says that the containers of a pod ("namespace/name") run, and that they run no more.
    void podRuns(const std::string& key, const std::string& uid);
    void podEnded(const std::string& key, const std::string& uid);
    /// What the pods of a node may ask for together.
    void nodeHolds(const std::string& node, std::int64_t milliCpus, int pods);
    /// Everything that was broken, for a person; empty when all is well.
    std::vector<std::string> complaints;
    /// How many pods this ReplicaSet ("namespace/name") wants now.
    std::function<int(const std::string&)> wantedNow;
    /// Set while a controller may not know of its own last writes (it was just restarted).
    bool forgiveSurplus = false;
    std::uint64_t hash = 1469598103934665603ULL; ///< of the whole history: the same seed gives the same

    void finish();

  private:
    struct Room {
        std::int64_t milliCpus = 0;
        int pods = 0;
    };
    struct Place {
        std::string node;
        std::int64_t milliCpus = 0;
        bool counted = false; ///< in what its node has taken
    };
    void checkPods(const store::Change& change);
    void checkPlace(const store::Change& change, const core::Pod& pod, bool ended);
    void checkReplicas(const store::Change& change, const core::Pod& pod,
                       const api::meta::OwnerReference& owner, bool ended);
    void checkDaemons(const store::Change& change, const core::Pod& pod,
                      const api::meta::OwnerReference& owner);

    std::map<std::string, Revision> last_;                 ///< by kind: watches of different kinds run apart
    std::map<std::string, Place> places_;                  ///< by pod uid
    std::map<std::string, Room> room_;                     ///< by node
    std::map<std::string, Room> taken_;                    ///< by node
    std::map<std::string, std::set<std::string>> active_;  ///< ReplicaSet uid → uids of its active pods
    std::map<std::string, int> wanted_;                    ///< ReplicaSet uid → the most it ever wanted
    std::map<std::string, std::set<std::string>> daemons_; ///< DaemonSet uid and node → uids of its pods
    std::map<std::string, std::set<std::string>> running_; ///< pod key → uids of pods whose containers run
    std::vector<Revision> podHistory_;
    std::vector<Revision> podTold_;
};

} // namespace wheelhouse::sim
