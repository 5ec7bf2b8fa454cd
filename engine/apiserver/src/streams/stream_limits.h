#pragma once

#include "engine/base/executor.h"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace wheelhouse::apiserver {

/// How many exec, attach, port-forward and proxied streams each user has open. Control executor.
class StreamCounts {
  public:
    static constexpr std::size_t perUser = 512;
    /// Leaves the count when it goes.
    class Place {
      public:
        Place(std::shared_ptr<StreamCounts> counts, std::string user)
            : counts_(std::move(counts)), user_(std::move(user)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (const auto it = counts_->users_.find(user_); it != counts_->users_.end() && --it->second == 0)
                counts_->users_.erase(it);
        }

      private:
        std::shared_ptr<StreamCounts> counts_;
        std::string user_;
    };
    /// Null when the user has as many as may be.
    static std::shared_ptr<Place> enter(const std::shared_ptr<StreamCounts>& counts,
                                        const std::string& user) {
        std::size_t& open = counts->users_[user];
        if (open >= perUser) return nullptr;
        ++open;
        return std::make_shared<Place>(counts, user);
    }
    std::size_t of(const std::string& user) const {
        const auto it = users_.find(user);
        return it == users_.end() ? 0 : it->second;
    }

  private:
    std::map<std::string, std::size_t> users_;
};

/// Says when nothing has happened for as long as Kubernetes lets a stream be idle (four hours).
class IdleWatch {
  public:
    static constexpr Duration limit = std::chrono::hours(4);
    void start(Executor& control, Task onIdle) {
        control_ = &control;
        onIdle_ = std::move(onIdle);
        touch();
        look();
    }
    void touch() {
        if (control_) last_ = control_->clock().now();
    }
    void stop() { timer_.stop(); }

  private:
    void look() {
        timer_.start(*control_, last_ + limit - control_->clock().now(), [this] {
            if (control_->clock().now() - last_ < limit) return look();
            onIdle_(); // may destroy this
        });
    }
    Executor* control_ = nullptr;
    Task onIdle_;
    Instant last_{};
    ScopedTimer timer_;
};

} // namespace wheelhouse::apiserver
