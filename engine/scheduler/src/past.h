#pragma once

#include "feeds.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// The cluster as it was at one revision, read page by page so that nobody waits for all of it. On the
/// cluster's executor.
class Past : public std::enable_shared_from_this<Past> {
  public:
    Past(client::Cluster& cluster, Revision at)
        : cluster_(cluster), at_(at), feeds_(feedsOf(cache_, budgets_, admission_)) {}
    Past(const Past&) = delete;
    using Done = std::function<void(Past& past, Result<void> outcome)>;
    /// `done` comes once, with Expired when history does not reach back so far. Keeps itself alive until
    /// then.
    void read(Done done);

    ClusterCache& cache() { return cache_; }
    const DisruptionBudgets& budgets() const { return budgets_; }
    const PodAdmission& admission() const { return admission_; }
    api::ObjectPtr node(const std::string& name) const { return find(nodes_, name); }
    api::ObjectPtr pod(const std::string& key) const { return find(pods_, key); }

  private:
    using Objects = std::unordered_map<std::string, api::ObjectPtr>;
    static api::ObjectPtr find(const Objects& in, const std::string& key) {
        const auto found = in.find(key);
        return found == in.end() ? nullptr : found->second;
    }
    /// `feed`: the one to read from; after the last come the pods.
    void readPage(std::size_t feed, const std::string& continueToken);
    void take(std::size_t feed, const api::ObjectPtr& object);

    client::Cluster& cluster_;
    const Revision at_;
    Done done_;
    ClusterCache cache_;
    DisruptionBudgets budgets_;
    PodAdmission admission_;
    const std::vector<Feed> feeds_;
    Objects nodes_;
    Objects pods_;
};

} // namespace wheelhouse::scheduler
