#pragma once

#include "engine/base/system.h"
#include "engine/client/remote_cluster.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// `wheelhouse serve` as a process of its own, and a client to it. Ends it when it goes away. Exits the
/// program with a line on standard error when it does not come up: a bench has no figure then.
class ServedLab {
  public:
    explicit ServedLab(const std::vector<std::string>& arguments);
    ~ServedLab();
    ServedLab(const ServedLab&) = delete;
    ServedLab& operator=(const ServedLab&) = delete;

    double secondsToServe() const { return secondsToServe_; }
    int pid() const { return pid_; }
    /// Where it listens, with the administrator's certificate.
    const wheelhouse::client::Endpoint& endpoint() const { return endpoint_; }
    /// The objects there are; none when they cannot be had.
    std::vector<wheelhouse::api::ObjectPtr> list(const wheelhouse::client::ResourceName& resource,
                                                 const std::string& nameSpace) const;
    /// Creates `count` pods that ask for simulated nodes (through a ReplicaSet) and waits until all are
    /// Running; seconds.
    double runPods(int count);
    /// Deletes the ReplicaSet of `runPods`, in the background, and waits until no pod is left; seconds.
    double deletePods();
    /// Creates `count` ConfigMaps of that many bytes, always `inFlight` of them under way; those that were
    /// acknowledged.
    int createMaps(int count, int inFlight, std::size_t bytes);
    /// Creates these objects (JSON) one after another; those that were acknowledged.
    int createObjects(const wheelhouse::client::ResourceName& resource, const std::string& nameSpace,
                      const std::vector<std::string>& bodies, int inFlight);
    /// Waits until that many nodes are Ready; seconds.
    double awaitNodes(int count);

  private:
    void connect();
    int createAll(const wheelhouse::client::ResourceName& resource, const std::string& nameSpace, int count,
                  int inFlight, const std::function<wheelhouse::client::Body(int)>& make);
    /// Asks again and again what `count` gives until it is `wanted`; seconds it took. What is long to answer
    /// is asked less often.
    double await(const std::function<void(std::function<void(long)>)>& count, long wanted, const char* what);

    std::filesystem::path folder_;
    int pid_ = 0;
    int mapsMade_ = 0;
    double secondsToServe_ = 0;
    wheelhouse::client::Endpoint endpoint_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ =
        boost::asio::make_work_guard(io_);
    std::thread ioThread_;
    std::unique_ptr<wheelhouse::ThreadExecutor> executor_;
    std::unique_ptr<wheelhouse::client::Cluster> cluster_;
};

} // namespace bench
