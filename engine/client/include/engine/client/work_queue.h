#pragma once

#include "engine/base/executor.h"
#include "engine/base/status.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::client {

/// Keys to look at, each at most once at a time: a key added while it waits is one key; a key added while it
/// is being worked on is worked on once more afterwards. A failed key comes back after 5 ms × 2^failures, at
/// most 1000 s. All on one executor. Every controller and the scheduler's side work run on this one
/// mechanism.
class WorkQueue {
  public:
    /// Called by the reconcile function exactly once, now or later. An error means: try this key again, with
    /// back-off.
    using Done = std::function<void(Result<void>)>;
    using Reconcile = std::function<void(const std::string& key, Done done)>;

    struct Pending {
        std::string key;
        Instant due;
        int failures = 0;
        bool running = false;
        std::string lastError;
    };

    /// `name` is the controller's, for logs and for "who acts next". `parallel` keys are worked on at once.
    WorkQueue(std::string name, Executor& executor, Reconcile reconcile, int parallel = 16);
    ~WorkQueue();
    void add(const std::string& key);
    /// Not before `delay`; an earlier time for the same key wins.
    void addAfter(const std::string& key, Duration delay);
    /// Everything waiting or running, soonest first: "who acts next".
    std::vector<Pending> pending() const;
    const std::string& name() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::client
