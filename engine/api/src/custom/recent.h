#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace wheelhouse::api::custom {

/// Keeps alive what was used last, up to a sum of weights. Thread-safe.
class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}

    void use(std::shared_ptr<const void> what, std::size_t weight) {
        std::list<Entry> dropped; // destroyed without the lock
        const std::lock_guard lock(mutex_);
        if (!entries_.empty() && entries_.front().first == what) return;
        for (auto at = entries_.begin(); at != entries_.end(); ++at)
            if (at->first == what) return entries_.splice(entries_.begin(), entries_, at);
        entries_.emplace_front(std::move(what), weight);
        sum_ += weight;
        while (sum_ > most_ && entries_.size() > 1) {
            sum_ -= entries_.back().second;
            dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
        }
    }

  private:
    using Entry = std::pair<std::shared_ptr<const void>, std::size_t>;
    const std::size_t most_;
    std::mutex mutex_;
    std::list<Entry> entries_;
    std::size_t sum_ = 0;
};

} // namespace wheelhouse::api::custom
