#pragma once

#include "engine/base/executor.h"
#include "link.pb.h"
#include "vmnodes/agent/runtime.h"
#include "vmnodes/agent/state_store.h"
#include "vmnodes/network/network_objects.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

/// What the control plane has said of the network: the ways to other nodes, and the objects of which
/// services, names and policies are made. Keeps it in the store, so that a node that starts without the link
/// serves what it served before, and has the runtime apply it, changes within a few milliseconds at once.
class NetworkKeeper {
  public:
    NetworkKeeper(Runtime& runtime, StateStore& store, Executor& executor)
        : runtime_(runtime), store_(store), executor_(executor) {}
    ~NetworkKeeper() { life_.reset(); }
    NetworkKeeper(const NetworkKeeper&) = delete;
    NetworkKeeper& operator=(const NetworkKeeper&) = delete;

    /// Takes a record of the store; false when it is none of the network's.
    bool restore(const std::string& key, const std::string& bytes);
    /// Takes what came down the link; false when it is not about the network.
    bool take(const nodelink::DesiredObject& object);
    /// What is wrong with settings that came last, for people; they were left aside, and what was stays. Told
    /// once; empty = nothing.
    std::string takeProblem() { return std::exchange(problem_, {}); }
    /// `then` is called when the runtime has made them, or has said why it cannot.
    void setRoutes(const nodelink::Network& routes, std::function<void()> then);
    /// The ports of the node that lead to its pods, all of them.
    void setHostPorts(std::vector<network::HostPort> ports);
    /// A fresh link: what is not named between this and `synced` is gone.
    void begin() { named_.clear(); }
    void synced();
    const network::NetworkObjects& objects() const { return objects_; }

  private:
    bool isUsable(const nodelink::DesiredObject& object);
    void changed(Duration delay);
    void apply();

    Runtime& runtime_;
    StateStore& store_;
    Executor& executor_;
    network::NetworkObjects objects_;
    std::map<std::string, nodelink::DesiredObject> known_; ///< by their keys in the store, without bytes
    std::set<std::string> named_;
    std::string problem_;
    ScopedTimer timer_;
    bool applying_ = false;
    bool again_ = false; ///< something has changed while the runtime was at work
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::agent
