#pragma once

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/simulation.h"
#include "engine/client/async.h"
#include "engine/client/informer.h"
#include "engine/controllers/controllers.h"
#include "engine/scheduler/scheduler.h"
#include "engine/store/store.h"

#include <functional>
#include <map>
#include <memory>
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
    /// A node says that the containers of a pod ("namespace/name") run, and that they run no more.
    void podRuns(const std::string& key, const std::string& uid);
    void podEnded(const std::string& key, const std::string& uid);
    /// Everything that was broken, for a person; empty when all is well.
    std::vector<std::string> complaints;
    /// How many pods this ReplicaSet ("namespace/name") wants now.
    std::function<int(const std::string&)> wantedNow;
    /// Set while a controller may not know of its own last writes (it was just restarted).
    bool forgiveSurplus = false;
    std::uint64_t hash = 1469598103934665603ULL; ///< of the whole history: the same seed gives the same

    void finish();

  private:
    void checkPods(const store::Change& change);
    void checkReplicas(const store::Change& change, const core::Pod& pod,
                       const api::meta::OwnerReference& owner);
    void checkDaemons(const store::Change& change, const core::Pod& pod,
                      const api::meta::OwnerReference& owner);

    std::map<std::string, Revision> last_;                 ///< by kind: watches of different kinds run apart
    std::map<std::string, std::string> nodeOf_;            ///< pod uid → node
    std::map<std::string, std::set<std::string>> active_;  ///< ReplicaSet uid → uids of its active pods
    std::map<std::string, int> wanted_;                    ///< ReplicaSet uid → the most it ever wanted
    std::map<std::string, std::set<std::string>> daemons_; ///< DaemonSet uid and node → uids of its pods
    std::map<std::string, std::set<std::string>> running_; ///< pod key → uids of pods whose containers run
    std::vector<Revision> podHistory_;
    std::vector<Revision> podTold_;
};

/// A node that does what the API asks at once or a little later: registers, renews its Lease, runs and ends
/// pods. Containers take their time to end, also those of a pod whose object is gone already.
class PlayedNode {
  public:
    PlayedNode(client::Cluster& cluster, Executor& executor, Random& random, std::string name,
               client::Informer& pods, Checker& checker);
    void start();
    /// As if the power went: nothing is told to anybody.
    void cut();
    const std::string& name() const { return name_; }

  private:
    void renew();
    void lookAtPods();
    void runPod(const api::ObjectPtr& object);
    void endPod(const std::string& uid, std::function<void()> then);
    /// Pods that run to an end (restartPolicy Never) end when they like, one in five badly.
    void exitLater(const api::ObjectPtr& object);
    void exitPod(core::Pod pod, int exitCode);

    client::Cluster& cluster_;
    Executor& executor_;
    Random& random_;
    std::string name_;
    client::Informer& pods_;
    Checker& checker_;
    std::map<std::string, std::string> running_; ///< uid → key
    std::set<std::string> ending_;               ///< uids
    std::set<std::string> exiting_;              ///< uids of pods that end by themselves
    bool on_ = true;
    int next_ = 1;
};

/// The production store (in memory), API server, controllers and scheduler with played nodes, on one thread
/// of virtual time whose ties the seed breaks.
class Plane {
  public:
    explicit Plane(std::uint64_t seed);
    ~Plane();

    void addNode(const std::string& name);
    PlayedNode& node(const std::string& name) { return *nodes_.at(name); }
    /// A crash of all controllers and the scheduler; new ones start at once.
    void restartActors();
    void advance(Duration span) { executor.advance(span); }
    bool until(const std::function<bool()>& condition, Duration limit) {
        return executor.runUntil(condition, limit);
    }
    template <class M>
    void create(M message) {
        const std::string home = message.metadata().namespace_();
        cluster->create(api::kindOf<M>().name, home, client::body(std::move(message)), {},
                        [this](auto written) {
                            if (!written) checker.complaints.push_back("create: " + written.error().message);
                        });
    }
    template <class M>
    std::optional<M> get(const std::string& key) const {
        const auto object = store->get({&api::kindOf<M>(), key});
        return object ? std::optional<M>(object->template as<M>()) : std::nullopt;
    }
    std::vector<core::Pod> pods() const;
    /// Whether a watcher's copy of the pods is what the store has. False while an event is on its way, for
    /// good where one was lost.
    bool copiesAgree() const;

    SeededRandom tieBreak;
    SeededRandom random;
    SimulatedExecutor executor;
    Checker checker;
    /// Told of every change too.
    std::function<void(const store::Change&)> alsoTold;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<apiserver::ApiServer> server;
    std::unique_ptr<apiserver::LocalCluster> cluster;

  private:
    void startActors();

    std::vector<std::unique_ptr<store::Store::Watch>> watches_;
    std::unique_ptr<client::Subscription> podWatch_;
    std::unique_ptr<client::Informer> podCopy_;
    std::map<std::string, std::unique_ptr<PlayedNode>> nodes_;
    struct Actors;
    std::unique_ptr<Actors> actors_;
};

} // namespace wheelhouse::sim
