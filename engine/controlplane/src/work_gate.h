#pragma once

#include "engine/base/work_pace.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace wheelhouse::controlplane {

/// Where controllers and the scheduler wait before each piece of work. Open, it lets everybody through at
/// once. Held, it keeps them in the order in which they came and lets go only as many as it is told, for one
/// at a time; a piece that finds nothing to do does not count. On the control executor, and must outlive what
/// waits in it.
class WorkGate {
  public:
    explicit WorkGate(Executor& control) : control_(control) {}

    /// Somebody is about to begin; runs `work` now, later, or never.
    void arrive(const std::string& who, Work work);

    void hold() { held_ = true; }
    /// Everybody may go on; pieces that were let go and not taken are forgotten.
    void release();
    bool held() const { return held_; }

    /// Lets `pieces` more of `of` begin; of anybody when `of` is empty.
    void allow(std::int64_t pieces, std::string of);
    /// Pieces let go that nobody has taken yet.
    std::int64_t allowed() const { return allowed_; }

    struct Listener {
        /// A piece is about to be let go.
        std::function<void(const std::string& who)> beforePiece;
        /// It did something.
        std::function<void(const std::string& who)> afterPiece;
        /// Nobody who waits may take what is still allowed.
        std::function<void()> starved;
        /// Somebody new waits.
        std::function<void()> waiting;
    };
    void setListener(Listener listener) { listener_ = std::move(listener); }

  private:
    struct Waiting {
        std::string who;
        Work work;
    };
    bool mayGo(const std::string& who) const { return allowed_ > 0 && (of_.empty() || of_ == who); }
    void letGo(const std::string& who, const Work& work);
    void drain();

    Executor& control_;
    Listener listener_;
    std::deque<Waiting> waiting_;
    bool held_ = false;
    std::int64_t allowed_ = 0;
    std::string of_;
};

} // namespace wheelhouse::controlplane
