#pragma once

#include "engine/api/types.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/system.h"
#include "engine/scheduler/scheduler.h"
#include "engine/store/store.h"
#include "figures.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bench {

namespace core = wheelhouse::api::core;

/// A durable store, the API server and the scheduler, as in the program; no controllers and no nodes' agents,
/// so that only the scheduler acts.
class Plane {
  public:
    Plane();
    ~Plane();

    template <class M>
    void create(const std::vector<M>& objects) {
        std::vector<Creation> all;
        for (const M& object : objects) {
            all.push_back({wheelhouse::api::kindOf<M>().name, object.metadata().namespace_(),
                           wheelhouse::client::body(object)});
        }
        createAll(std::move(all));
    }
    /// Creates nodes and takes the taint off that new ones have, as the controllers do once they are ready.
    void createNodes(const std::vector<core::Node>& nodes);
    /// Creates pods and waits until all pods ever created have a node; measured from the moment the last of
    /// them is durable, over those that had none then.
    Run place(const std::vector<core::Pod>& pods);
    /// The same while pods of `beside` are created at a steady rate, as long as they last; those are neither
    /// counted nor waited for, and how many were made is added to `made`.
    Run placeBeside(const std::vector<core::Pod>& pods, const std::vector<core::Pod>& beside,
                    double perSecond, std::size_t& made);
    /// Waits until all pods ever created have a node.
    void settle() { awaitBound(expected_); }
    /// Pods there are.
    std::size_t pods();
    void startScheduler();
    /// How many of the nodes were scored for the pod placed last, of those that could take it.
    double shareScored();

  private:
    std::uint64_t bound();
    void awaitBound(std::uint64_t count);
    /// How many of the pods named "namespace/name" have a node.
    std::size_t placedOf(const std::vector<std::string>& keys);

    struct Creation {
        wheelhouse::api::ResourceName resource;
        std::string nameSpace;
        wheelhouse::client::Body body;
    };
    void createAll(std::vector<Creation> all);

    std::filesystem::path folder_;
    wheelhouse::SystemRandom random_;
    wheelhouse::ThreadExecutor disk_{"disk"};
    wheelhouse::ThreadExecutor control_{"control"};
    std::unique_ptr<wheelhouse::store::Store> store_;
    std::unique_ptr<wheelhouse::apiserver::ApiServer> api_;
    std::unique_ptr<wheelhouse::apiserver::LocalCluster> admin_;
    std::unique_ptr<wheelhouse::apiserver::LocalCluster> schedulerCluster_;
    std::unique_ptr<wheelhouse::scheduler::Scheduler> scheduler_;
    std::uint64_t expected_ = 0;
    std::string lastPod_;
};

} // namespace bench
