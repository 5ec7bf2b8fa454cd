#pragma once

#include "checker.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/client/informer.h"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace wheelhouse::sim {

/// What a played node is.
struct NodeShape {
    std::string zone;
    int cpus = 8;
    int pods = 110;
};

/// A node that does what the API asks at once or a little later: registers, renews its Lease, runs and ends
/// pods. Containers take their time to end, also those of a pod whose object is gone already.
class PlayedNode {
  public:
    /// What the nodes see the cluster through; `nodes` and `pods` are everybody's copy.
    struct View {
        client::Cluster* cluster = nullptr;
        client::Informer* nodes = nullptr;
        client::Informer* pods = nullptr;
    };
    /// An index of `pods`: by the node they are bound to.
    static constexpr const char* byNode = "node";

    PlayedNode(const View& view, Executor& executor, Random& random, std::string name, NodeShape shape,
               Checker& checker);
    void start();
    /// As if the power went: nothing is told to anybody, and no container survives it.
    void cut();
    /// As if its link went: it hears and says nothing, and its containers run on.
    void silence();
    /// The power or the link is back.
    void restore();
    /// What it asked for may never be answered: the program it was connected to is another one now.
    void reconnected();
    bool isOn() const { return state_ == State::On; }
    const std::string& name() const { return name_; }
    const std::string& zone() const { return shape_.zone; }

    /// One of its pods was made, changed, bound to it or deleted.
    void podSeen(const api::ObjectPtr& pod);

  private:
    enum class State { On, Silent, Off };

    void enlist();
    void renew();
    void writeLease();
    void report();
    std::string status() const;
    void lookAtAll();
    /// Looks at a pod once more when what was asked for it may not have happened.
    client::Callback<client::Written> orAgain(const std::string& key);
    void runPod(const api::ObjectPtr& object);
    void tellRunning(core::Pod pod);
    void endPod(const std::string& uid, std::function<void()> then);
    /// Pods that run to an end (restartPolicy Never) end when they like, one in five badly.
    void exitLater(const api::ObjectPtr& object);
    void exitPod(core::Pod pod, int exitCode);
    /// Later, unless the power went in between.
    void later(std::uint64_t milliseconds, std::function<void()> task);

    const View& view_;
    Executor& executor_;
    Random& random_;
    std::string name_;
    NodeShape shape_;
    Checker& checker_;
    std::map<std::string, std::string> running_; ///< uid → key
    std::set<std::string> ending_;               ///< uids
    std::set<std::string> looking_;              ///< uids of pods it is about to look at
    std::set<std::string> exiting_;              ///< uids of pods that end by themselves
    State state_ = State::On;
    std::uint64_t boot_ = 0; ///< grows with every cut of power
    bool registered_ = false;
    bool reporting_ = false;
    bool leaseKnown_ = false;
    int next_ = 1;
};

} // namespace wheelhouse::sim
