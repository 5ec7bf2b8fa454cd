#include "cluster_time.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace wheelhouse::controlplane {

namespace {

/// Real time that fast time runs ahead of a follower that says nothing.
constexpr Duration longestLead = std::chrono::milliseconds(50);

} // namespace

ClusterTime::ClusterTime(Clock& real) : real_(real), anchor_(real.now()), anchorReal_(anchor_) {}

Instant ClusterTime::at(Instant real) const {
    Duration passed = real - anchorReal_;
    if (speed_ == 1) return anchor_ + passed;
    if (speed_ > 1 && !followers_.empty()) passed = std::min(passed, longestLead);
    return anchor_ + Duration(static_cast<std::int64_t>(static_cast<double>(passed.count()) * speed_));
}

Instant ClusterTime::now() const {
    const std::lock_guard lock(mutex_);
    return at(real_.now());
}

WallTime ClusterTime::wallNow() const {
    const std::lock_guard lock(mutex_);
    const Instant real = real_.now();
    return real_.wallNow() + (at(real) - real) + wallShift_;
}

void ClusterTime::setSpeed(double speed) {
    std::vector<std::function<void()>> told;
    {
        const std::lock_guard lock(mutex_);
        if (speed == speed_) return;
        const Instant real = real_.now();
        anchor_ = at(real);
        anchorReal_ = real;
        speed_ = speed;
        upToDate_.clear();
        for (const auto& [follower, changed] : followers_)
            told.push_back(changed);
    }
    for (const auto& changed : told)
        changed();
}

double ClusterTime::speed() const {
    const std::lock_guard lock(mutex_);
    return speed_;
}

void ClusterTime::setWall(WallTime wall) {
    const WallTime before = wallNow();
    const std::lock_guard lock(mutex_);
    wallShift_ += wall - before;
}

std::optional<Duration> ClusterTime::realUntil(Instant due) const {
    const std::lock_guard lock(mutex_);
    const Duration left = due - at(real_.now());
    if (left <= Duration::zero()) return Duration::zero();
    if (speed_ == 0) return std::nullopt;
    if (speed_ == 1) return left;
    return Duration(static_cast<std::int64_t>(std::ceil(static_cast<double>(left.count()) / speed_)));
}

std::uint64_t ClusterTime::follow(std::function<void()> changed) {
    const std::lock_guard lock(mutex_);
    followers_.emplace(++lastFollower_, std::move(changed));
    return lastFollower_;
}

void ClusterTime::unfollow(std::uint64_t follower) {
    const std::lock_guard lock(mutex_);
    followers_.erase(follower);
    upToDate_.erase(follower);
}

void ClusterTime::keptUp(std::uint64_t follower) {
    const std::lock_guard lock(mutex_);
    if (speed_ <= 1 || followers_.count(follower) == 0) return;
    upToDate_.insert(follower);
    if (upToDate_.size() < followers_.size()) return;
    upToDate_.clear();
    const Instant real = real_.now();
    anchor_ = at(real);
    anchorReal_ = real;
}

} // namespace wheelhouse::controlplane
