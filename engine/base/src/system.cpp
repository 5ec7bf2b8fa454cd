#include "engine/base/system.h"

#include "engine/base/assert.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <pthread.h>
#include <sys/random.h>
#include <thread>
#include <unordered_map>

namespace wheelhouse {

Instant SystemClock::now() const {
    return Instant(std::chrono::steady_clock::now().time_since_epoch());
}

WallTime SystemClock::wallNow() const {
    return std::chrono::system_clock::now();
}

std::uint64_t SystemRandom::next() {
    std::uint64_t value = 0;
    WH_ASSERT(::getrandom(&value, sizeof value, 0) == sizeof value, "uids and keys would be guessable");
    return value;
}

struct ThreadExecutor::Impl {
    SystemClock clock;
    mutable std::mutex mutex;
    std::condition_variable wake;
    bool stopping = false;
    TimerId nextId = 1;
    std::map<std::pair<Instant, TimerId>, Task> queue;
    std::unordered_map<TimerId, Instant> due;
    std::thread thread;

    void loop() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            if (queue.empty()) {
                wake.wait(lock);
                continue;
            }
            const Instant next = queue.begin()->first.first;
            if (const Instant now = clock.now(); next > now) {
                wake.wait_for(lock, next - now);
                continue;
            }
            auto first = queue.extract(queue.begin());
            due.erase(first.key().second);
            lock.unlock();
            first.mapped()();
            first.mapped() = nullptr; // captured objects die here, outside the lock
            lock.lock();
        }
    }
};

ThreadExecutor::ThreadExecutor(std::string name) : impl_(std::make_unique<Impl>()) {
    impl_->thread = std::thread([this] { impl_->loop(); });
    ::pthread_setname_np(impl_->thread.native_handle(), name.substr(0, 15).c_str());
}

ThreadExecutor::~ThreadExecutor() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    impl_->thread.join();
}

void ThreadExecutor::post(Task task) {
    postAfter(Duration::zero(), std::move(task));
}

TimerId ThreadExecutor::postAfter(Duration delay, Task task) {
    const bool immediate = delay <= Duration::zero();
    TimerId id = 0;
    {
        const std::lock_guard lock(impl_->mutex);
        id = impl_->nextId++;
        // Immediate tasks queue behind timers that are already due, so neither can starve the other.
        const Instant when = impl_->clock.now() + (immediate ? Duration::zero() : delay);
        impl_->queue.emplace(std::pair{when, id}, std::move(task));
        impl_->due.emplace(id, when);
    }
    if (!isCurrent()) impl_->wake.notify_one();
    return id;
}

void ThreadExecutor::cancel(TimerId id) {
    std::map<std::pair<Instant, TimerId>, Task>::node_type dropped;
    const std::lock_guard lock(impl_->mutex);
    if (const auto found = impl_->due.find(id); found != impl_->due.end()) {
        dropped = impl_->queue.extract({found->second, id});
        impl_->due.erase(found);
    }
}

bool ThreadExecutor::isCurrent() const {
    return std::this_thread::get_id() == impl_->thread.get_id();
}

Clock& ThreadExecutor::clock() {
    return impl_->clock;
}

void ThreadExecutor::run(const Task& task) {
    WH_ASSERT(!isCurrent(), "a thread that waits for itself never wakes");
    std::mutex mutex;
    std::condition_variable done;
    bool finished = false;
    post([&] {
        task();
        const std::lock_guard lock(mutex);
        finished = true;
        done.notify_one();
    });
    std::unique_lock lock(mutex);
    done.wait(lock, [&] { return finished; });
}

} // namespace wheelhouse
