#include "paced_executor.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace wheelhouse::controlplane {

namespace {

/// Timers due at the same time that run in one turn of the real executor.
constexpr int timersPerTurn = 16;

} // namespace

struct PacedExecutor::State : std::enable_shared_from_this<State> {
    State(Executor& runsOn, ClusterTime& goesBy, WorkGate* workGate, Duration mayBeLate)
        : real(runsOn), time(goesBy), gate(workGate), slack(mayBeLate) {}

    /// Sees to it that somebody looks when the first timer is due. With the lock held.
    void arm() {
        if (timers.empty()) return;
        std::optional<Duration> wait = time.realUntil(timers.begin()->first.first);
        if (!wait) return; // the next change of speed arms
        if (*wait > Duration::zero()) *wait = std::max(*wait, slack);
        const Instant at = real.clock().now() + *wait;
        if (wakeAt && *wakeAt <= at) return;
        wakeAt = at;
        real.postAfter(*wait, [weak = weak_from_this(), at] {
            if (const auto self = weak.lock()) self->wake(at);
        });
    }

    void wake(Instant at) {
        for (int i = 0; i < timersPerTurn; ++i) {
            Task task;
            {
                const std::lock_guard lock(mutex);
                if (wakeAt == at) wakeAt.reset();
                if (closed || timers.empty() || timers.begin()->first.first > time.now()) break;
                auto first = timers.extract(timers.begin());
                due.erase(first.key().second);
                task = std::move(first.mapped());
            }
            task();
        }
        const std::lock_guard lock(mutex);
        arm();
    }

    /// Time goes at another speed: whoever waits waits for another moment.
    void speedChanged() {
        real.post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            {
                const std::lock_guard lock(self->mutex);
                self->wakeAt.reset();
                self->arm();
            }
            self->keepUp();
        });
    }

    void keepUp() {
        if (time.speed() <= 1) return;
        time.keptUp(follower);
        if (std::exchange(keepingUp, true)) return;
        real.postAfter(ClusterTime::keepUp, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->keepingUp = false;
            self->keepUp();
        });
    }

    Executor& real;
    ClusterTime& time;
    WorkGate* gate;
    Duration slack;
    std::uint64_t follower = 0;
    bool keepingUp = false; ///< on the real executor

    std::mutex mutex;
    bool closed = false;
    TimerId lastId = 0;
    std::map<std::pair<Instant, TimerId>, Task> timers;
    std::unordered_map<TimerId, Instant> due;
    std::optional<Instant> wakeAt; ///< by the real clock: the next look that is under way
};

PacedExecutor::PacedExecutor(Executor& real, ClusterTime& time, WorkGate* gate, Duration slack)
    : state_(std::make_shared<State>(real, time, gate, slack)) {
    state_->follower = time.follow([weak = std::weak_ptr(state_)] {
        if (const auto self = weak.lock()) self->speedChanged();
    });
    state_->speedChanged();
}

PacedExecutor::~PacedExecutor() {
    state_->time.unfollow(state_->follower);
    std::map<std::pair<Instant, TimerId>, Task> dropped; // dies outside the lock
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    dropped.swap(state_->timers);
    state_->due.clear();
}

void PacedExecutor::post(Task task) {
    state_->real.post(std::move(task));
}

void PacedExecutor::postWork(const std::string& who, Work work) {
    if (!state_->gate) return wheelhouse::postWork(state_->real, who, std::move(work));
    state_->real.post([weak = std::weak_ptr(state_), who, work = std::move(work)]() mutable {
        if (const auto self = weak.lock()) self->gate->arrive(who, std::move(work));
    });
}

bool PacedExecutor::holdsWork() const {
    return state_->gate ? state_->gate->held() : wheelhouse::holdsWork(state_->real);
}

TimerId PacedExecutor::postAfter(Duration delay, Task task) {
    const Instant when = state_->time.now() + std::max(delay, Duration::zero());
    const std::lock_guard lock(state_->mutex);
    const TimerId id = ++state_->lastId;
    state_->timers.emplace(std::pair{when, id}, std::move(task));
    state_->due.emplace(id, when);
    if (state_->timers.begin()->first.second == id) state_->arm();
    return id;
}

void PacedExecutor::cancel(TimerId id) {
    std::map<std::pair<Instant, TimerId>, Task>::node_type dropped;
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->due.find(id); found != state_->due.end()) {
        dropped = state_->timers.extract({found->second, id});
        state_->due.erase(found);
    }
}

bool PacedExecutor::isCurrent() const {
    return state_->real.isCurrent();
}

Clock& PacedExecutor::clock() {
    return state_->time;
}

} // namespace wheelhouse::controlplane
