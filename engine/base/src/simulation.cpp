#include "engine/base/simulation.h"

#include <algorithm>

namespace wheelhouse {

std::uint64_t SeededRandom::next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

TimerId SimulatedExecutor::postAfter(Duration delay, Task task) {
    const TimerId id = nextId_++;
    const std::uint64_t order = tieBreak_ ? tieBreak_->next() : id;
    const Key key{{now_ + (delay < Duration::zero() ? Duration::zero() : delay), order}, id};
    queue_.emplace(key, std::move(task));
    keys_.emplace(id, key);
    return id;
}

void SimulatedExecutor::cancel(TimerId id) {
    if (const auto found = keys_.find(id); found != keys_.end()) {
        queue_.erase(found->second);
        keys_.erase(found);
    }
}

bool SimulatedExecutor::step() {
    if (queue_.empty()) return false;
    auto first = queue_.extract(queue_.begin());
    now_ = std::max(now_, first.key().first.first);
    keys_.erase(first.key().second);
    first.mapped()();
    return true;
}

void SimulatedExecutor::advance(Duration span) {
    const Instant end = now_ + span;
    while (!queue_.empty() && queue_.begin()->first.first.first <= end)
        step();
    now_ = end;
}

bool SimulatedExecutor::runUntil(const std::function<bool()>& condition, Duration limit) {
    const Instant end = now_ + limit;
    while (!condition()) {
        if (queue_.empty() || queue_.begin()->first.first.first > end) return false;
        step();
    }
    return true;
}

} // namespace wheelhouse
