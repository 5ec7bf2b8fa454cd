#pragma once

#include "engine/base/clock.h"

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace wheelhouse::controlplane {

/// The cluster's time: real time that can be stopped, slowed down and sped up. It never jumps and never goes
/// back while the program runs. When it goes faster than real time it waits for those who follow it: a
/// follower that is behind with its work does not find that minutes have passed meanwhile. Thread-safe; calls
/// followers on the thread that changes the speed.
class ClusterTime final : public Clock {
  public:
    explicit ClusterTime(Clock& real);

    Instant now() const override;
    WallTime wallNow() const override;
    const Clock& real() const { return real_; }

    /// From now on time goes `speed` times as fast as real time; 0 = it stands still.
    void setSpeed(double speed);
    double speed() const;
    /// Sets the time of day, by which objects are dated. Before anybody looks at it only.
    void setWall(WallTime wall);
    /// How long by the computer's clock until it is `due`; nothing while time stands still before it.
    std::optional<Duration> realUntil(Instant due) const;

    /// `changed` is called after every change of speed until `unfollow`.
    std::uint64_t follow(std::function<void()> changed);
    void unfollow(std::uint64_t follower);
    /// The follower is up to date with its work. While time is fast, to be said every `keepUp`.
    void keptUp(std::uint64_t follower);
    static constexpr Duration keepUp = std::chrono::milliseconds(10);

  private:
    Instant at(Instant real) const;

    Clock& real_;
    mutable std::mutex mutex_;
    Instant anchor_;     ///< cluster time at …
    Instant anchorReal_; ///< … this real time
    double speed_ = 1;
    Duration wallShift_{};
    std::uint64_t lastFollower_ = 0;
    std::map<std::uint64_t, std::function<void()>> followers_;
    std::set<std::uint64_t> upToDate_; ///< since the anchor was set
};

} // namespace wheelhouse::controlplane
