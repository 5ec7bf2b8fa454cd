#pragma once

#include "checker.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/simulation.h"
#include "engine/client/async.h"
#include "engine/client/informer.h"
#include "engine/controllers/controllers.h"
#include "engine/scheduler/scheduler.h"
#include "engine/store/store.h"
#include "faulty_cluster.h"
#include "history_checker.h"
#include "played_node.h"
#include "simulated_disk.h"
#include "watch_checker.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::sim {

/// The production store (on a simulated disk), API server, controllers and scheduler with played nodes, on
/// one thread of virtual time whose ties the seed breaks.
class Plane {
  public:
    explicit Plane(std::uint64_t seed, Duration longestSync = Duration::zero());
    ~Plane();

    void addNode(const std::string& name, const NodeShape& shape = {});
    PlayedNode& node(const std::string& name) const { return *nodes_.at(name); }
    /// A crash of all controllers and the scheduler; new ones start so much later. What the old ones asked
    /// for may still arrive.
    void restartActors(Duration pause = Duration::zero());
    /// The program and its disk lose power, and start again at once. The nodes go on.
    void losePower();
    /// The disk is full for so long; then it is freed and the program started again, as its error asks for.
    void fillDisk(Duration span);
    /// One more watch, of something and since some time.
    void watchSomething();
    /// Drops history of up to so many revisions before the newest; all watches run on.
    void compact(Revision keep);
    /// To be compared with what the store lists of this moment, later.
    void remember() { history.remember(store->revision()); }
    /// Everything that was broken; at the end.
    std::vector<std::string> judge();
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
    HistoryChecker history;
    WatchChecker watching;
    /// Between the API server and everybody but the test itself.
    Trouble trouble;
    SimulatedDisk disk;
    /// Told of every change too.
    std::function<void(const store::Change&)> alsoTold;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<apiserver::ApiServer> server;
    std::shared_ptr<apiserver::LocalCluster> cluster;
    /// To the server through all troubles, as `user`. Ends with this server; what was answered well must have
    /// happened.
    std::unique_ptr<FaultyCluster> troubled(const std::string& user);

  private:
    void open(Revision since);
    void close();
    /// Starts again with what the disk kept.
    void reopen(Revision acknowledged);
    void startActors();
    void startCopies();

    std::map<std::string, std::shared_ptr<apiserver::LocalCluster>> lines_; ///< by user
    std::vector<std::unique_ptr<store::Store::Watch>> watches_;
    std::unique_ptr<FaultyCluster> nodesCluster_;
    std::unique_ptr<client::Subscription> podWatch_;
    std::unique_ptr<client::Informer> podCopy_;
    std::unique_ptr<client::Informer> nodeCopy_;
    PlayedNode::View view_;
    std::map<std::string, std::unique_ptr<PlayedNode>> nodes_;
    struct Actors;
    std::unique_ptr<Actors> actors_;
};

} // namespace wheelhouse::sim
