#pragma once

#include "engine/base/executor.h"

#include <memory>
#include <mutex>

namespace wheelhouse::client::remote {

/// The way from the network's threads to the executor, until the cluster goes away: afterwards the executor
/// may be gone too, and nothing is posted to it any more.
class Outlet : public std::enable_shared_from_this<Outlet> {
  public:
    explicit Outlet(Executor& executor) : executor_(&executor) {}
    void post(Task task) {
        std::unique_lock lock(mutex_);
        if (!executor_) return;
        executor_->post([self = shared_from_this(), task = std::move(task)] {
            if (self->open()) task();
        });
    }
    /// On the executor.
    void close() {
        std::unique_lock lock(mutex_);
        executor_ = nullptr;
    }

  private:
    bool open() {
        std::unique_lock lock(mutex_);
        return executor_ != nullptr;
    }
    std::mutex mutex_;
    Executor* executor_;
};

} // namespace wheelhouse::client::remote
