#pragma once

#include "engine/base/clock.h"
#include "plugin.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// Pods that wait for a node, in the three places the scheduler's contract names. Knows no clock: callers say
/// what time it is. Single-threaded.
class Queue {
  public:
    struct Timing {
        Duration initialBackoff;
        Duration maxBackoff;
        Duration unschedulableTimeout;
    };
    explicit Queue(Timing timing) : timing_(timing) {}

    struct Popped {
        PodInfoPtr pod;
        int attempts = 0; ///< made before this one
    };

    /// A pod new to the queue becomes active. One already here is replaced; if it changed in a way that may
    /// help it, it is tried again.
    void put(const PodInfoPtr& pod, Instant now);
    void remove(const Uid& uid);
    /// The next active pod; when there is none, one that something helped and that only sits out its
    /// back-off: of those of the second that ends first, the most important. The caller owns it until it
    /// gives it back or forgets it.
    std::optional<Popped> pop();
    /// Whether `pop` has any.
    bool ready() const { return !active_.empty() || !early_.empty(); }
    /// What could change that no node was found. Filters outlive the queue.
    struct Help {
        Events events = 0;
        std::vector<const Filter*> refusedBy; ///< one of them must think it helps; none = any such event does
        bool sitsOut = false;                 ///< helped or not, it waits to the end of its back-off
    };
    /// After an attempt that found no node.
    void unschedulable(const PodInfoPtr& pod, int attempts, Help help, Instant now);
    /// After an attempt that failed for another reason.
    void backOff(const PodInfoPtr& pod, int attempts, Instant now);
    /// Something happened to the cluster: whoever it may help tries again, not before the end of its
    /// back-off.
    void wake(const Happening& happened, const ClusterCache& cache, Instant now);
    /// This pod tries again, not before the end of its back-off; `sitsOut`: not even when nobody is active.
    void wakeOne(const Uid& uid, Instant now, bool sitsOut = false);
    /// Moves what is due. Returns when to call again; nothing = not before the queue changes.
    std::optional<Instant> flush(Instant now);

    /// Where a pod waits, and until when at most.
    enum class Place { Active, BackOff, Unschedulable };
    /// Every pod here, in no order.
    void
    each(const std::function<void(const PodInfo& pod, Place place, Instant due, int attempts)>& visit) const {
        for (const auto& [uid, waiting] : waiting_)
            visit(*waiting.pod, waiting.place,
                  waiting.place == Place::Active ? waiting.turn.since : waiting.due, waiting.attempts);
    }

    PodInfoPtr find(const Uid& uid) const;
    bool contains(const Uid& uid) const { return waiting_.contains(uid); }
    std::size_t activeSize() const { return active_.size(); }
    std::size_t backOffSize() const { return backOff_.size(); }
    std::size_t unschedulableSize() const { return unschedulable_.size(); }

  private:
    struct Turn {
        std::int32_t priority;
        Instant since;
        std::uint64_t number;
        Uid uid;
        bool operator<(const Turn& other) const;
    };
    using Due = std::pair<Instant, Uid>;
    struct Early {
        std::int64_t second;
        std::int32_t priority;
        Instant due;
        Uid uid;
        bool operator<(const Early& other) const;
    };
    struct Waiting {
        PodInfoPtr pod;
        int attempts = 0;
        Place place = Place::Active;
        Turn turn;
        Instant due{}; ///< end of the back-off, or of the patience with an unschedulable pod
        Instant backOffEnds{};
        Help help;
    };
    static Early earlyOf(const Waiting& waiting);
    void sitOut(Waiting& waiting);
    static bool helps(const Waiting& waiting, const Happening& happened, const ClusterCache& cache);
    Duration backOffAfter(int attempts) const;
    void activate(Waiting& waiting, Instant now);
    void leave(Waiting& waiting);
    void retry(Waiting& waiting, Instant now);

    Timing timing_;
    std::uint64_t nextNumber_ = 0;
    std::unordered_map<Uid, Waiting> waiting_;
    std::set<Turn> active_;
    std::set<Due> backOff_;
    std::set<Early> early_; ///< those of `backOff_` that may be tried before it ends
    std::set<Due> unschedulable_;
};

} // namespace wheelhouse::scheduler
