#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/client/cluster.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::sim {

/// What happens on the way to the API server now. Shared by whoever suffers from it.
struct Trouble {
    Duration longestDelay{}; ///< of each request, each answer and each watch event
    int lostRequests = 0;    ///< of a hundred: they never arrive
    int lostAnswers = 0;     ///< of a hundred: what was asked happens, and nobody is told
    int doubledRequests = 0; ///< of a hundred: they arrive twice
    int brokenWatches = 0;   ///< of a hundred events: the watch ends instead
    bool cutOff = false;     ///< nothing passes; watches stand still

    bool any() const {
        return longestDelay != Duration::zero() || lostRequests + lostAnswers + doubledRequests > 0 ||
               brokenWatches > 0 || cutOff;
    }
};

/// A cluster behind a line that has its troubles. What is on its way when this object is destroyed may still
/// arrive; when `server` is gone it does not. Lives on `executor`, which with `trouble` must outlive it.
class FaultyCluster final : public client::Cluster {
  public:
    /// `acknowledged` hears of every object whose writing was answered well.
    using Acknowledged = std::function<void(const client::ObjectPtr&)>;
    FaultyCluster(std::weak_ptr<client::Cluster> server, Executor& executor, Random& random,
                  const Trouble& trouble, Acknowledged acknowledged);
    ~FaultyCluster() override;

    void get(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
             client::Callback<client::ObjectPtr> done) override;
    void list(const api::ResourceName& resource, const client::ListOptions& options,
              client::Callback<client::ObjectList> done) override;
    [[nodiscard]] std::unique_ptr<client::Subscription> watch(const api::ResourceName& resource,
                                                              const client::WatchOptions& options,
                                                              client::WatchSink sink) override;
    void create(const api::ResourceName& resource, const std::string& nameSpace, client::Body body,
                const client::WriteOptions& options, client::Callback<client::Written> done) override;
    void update(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                client::Body body, const client::WriteOptions& options,
                client::Callback<client::Written> done) override;
    void patch(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
               api::PatchType type, std::string patch, const client::WriteOptions& options,
               client::Callback<client::Written> done) override;
    void remove(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                const client::DeleteOptions& options, client::Callback<client::Written> done) override;
    void table(const api::ResourceName& resource, const client::ListOptions& options,
               client::Callback<api::Table> done) override;
    void discover(client::Callback<std::vector<client::ResourceInfo>> done) override;
    [[nodiscard]] std::unique_ptr<client::Subscription> logs(const std::string& nameSpace,
                                                             const std::string& pod,
                                                             const client::LogOptions& options,
                                                             client::LogSink sink) override;
    void yaml(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
              client::Callback<std::string> done) override;
    std::string address() const override { return "behind a bad line"; }

  private:
    struct Line;
    class Watching;
    client::Callback<client::Written> noting(client::Callback<client::Written> done) const;

    const std::shared_ptr<Line> line_;
};

} // namespace wheelhouse::sim
