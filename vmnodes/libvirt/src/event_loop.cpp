#include "event_loop.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <libvirt/libvirt.h>
#include <map>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wheelhouse::libvirt {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Handle {
    int fd = -1;
    int events = 0;
    virEventHandleCallback callback = nullptr;
    void* opaque = nullptr;
    virFreeCallback release = nullptr;
};

struct Timeout {
    int interval = -1; // milliseconds; -1 = off
    SteadyTime due{};
    virEventTimeoutCallback callback = nullptr;
    void* opaque = nullptr;
    virFreeCallback release = nullptr;

    void arm() { due = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::max(interval, 0)); }
};

struct Released {
    virFreeCallback release = nullptr;
    void* opaque = nullptr;
};

short toPoll(int events) {
    return static_cast<short>(((events & VIR_EVENT_HANDLE_READABLE) != 0 ? POLLIN : 0) |
                              ((events & VIR_EVENT_HANDLE_WRITABLE) != 0 ? POLLOUT : 0));
}

int fromPoll(short events) {
    return ((events & POLLIN) != 0 ? VIR_EVENT_HANDLE_READABLE : 0) |
           ((events & POLLOUT) != 0 ? VIR_EVENT_HANDLE_WRITABLE : 0) |
           ((events & POLLERR) != 0 ? VIR_EVENT_HANDLE_ERROR : 0) |
           ((events & POLLHUP) != 0 ? VIR_EVENT_HANDLE_HANGUP : 0);
}

/// Callbacks run without the lock, because libvirt adds and removes from within them; what they release is
/// released by the loop afterwards, never inside libvirt's own call.
class EventLoop {
  public:
    EventLoop() : wakeup_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    int addHandle(Handle handle) {
        const std::lock_guard lock(mutex_);
        handles_[++last_] = handle;
        wake();
        return last_;
    }
    void updateHandle(int id, int events) {
        const std::lock_guard lock(mutex_);
        if (const auto found = handles_.find(id); found != handles_.end()) found->second.events = events;
        wake();
    }
    int removeHandle(int id) {
        const std::lock_guard lock(mutex_);
        const auto found = handles_.find(id);
        if (found == handles_.end()) return -1;
        released_.push_back({found->second.release, found->second.opaque});
        handles_.erase(found);
        wake();
        return 0;
    }
    int addTimeout(Timeout timeout) {
        const std::lock_guard lock(mutex_);
        timeout.arm();
        timeouts_[++last_] = timeout;
        wake();
        return last_;
    }
    void updateTimeout(int id, int interval) {
        const std::lock_guard lock(mutex_);
        if (const auto found = timeouts_.find(id); found != timeouts_.end()) {
            found->second.interval = interval;
            found->second.arm();
        }
        wake();
    }
    int removeTimeout(int id) {
        const std::lock_guard lock(mutex_);
        const auto found = timeouts_.find(id);
        if (found == timeouts_.end()) return -1;
        released_.push_back({found->second.release, found->second.opaque});
        timeouts_.erase(found);
        wake();
        return 0;
    }

    [[noreturn]] void run() {
        prctl(PR_SET_NAME, "libvirt-events");
        while (true)
            once();
    }

  private:
    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(wakeup_, &one, sizeof one);
    }

    void once() {
        std::vector<pollfd> waits{{wakeup_, POLLIN, 0}};
        std::vector<int> ids{0};
        int patience = -1;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& [id, handle] : handles_) {
                if (handle.events == 0) continue;
                waits.push_back({handle.fd, toPoll(handle.events), 0});
                ids.push_back(id);
            }
            patience = nextDue();
            if (!released_.empty()) patience = 0;
        }
        poll(waits.data(), waits.size(), patience);
        std::uint64_t ticks = 0;
        if (waits[0].revents != 0 && read(wakeup_, &ticks, sizeof ticks) < 0) ticks = 0;
        for (std::size_t i = 1; i < waits.size(); ++i)
            if (waits[i].revents != 0) callHandle(ids[i], waits[i].revents);
        callTimeouts();
        std::vector<Released> released;
        {
            const std::lock_guard lock(mutex_);
            released.swap(released_);
        }
        for (const auto& one : released)
            if (one.release != nullptr) one.release(one.opaque);
    }

    int nextDue() const {
        std::optional<SteadyTime> first;
        for (const auto& [id, timeout] : timeouts_)
            if (timeout.interval >= 0 && (!first || timeout.due < *first)) first = timeout.due;
        if (!first) return -1;
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(*first - std::chrono::steady_clock::now()).count();
        return static_cast<int>(std::clamp<long>(left, 0, INT_MAX));
    }

    void callHandle(int id, short revents) {
        Handle handle;
        {
            const std::lock_guard lock(mutex_);
            const auto found = handles_.find(id);
            if (found == handles_.end()) return;
            handle = found->second;
        }
        handle.callback(id, handle.fd, fromPoll(revents), handle.opaque);
    }

    void callTimeouts() {
        const auto now = std::chrono::steady_clock::now();
        std::vector<std::pair<int, Timeout>> due;
        {
            const std::lock_guard lock(mutex_);
            for (auto& [id, timeout] : timeouts_) {
                if (timeout.interval < 0 || timeout.due > now) continue;
                timeout.arm();
                due.emplace_back(id, timeout);
            }
        }
        for (const auto& [id, timeout] : due) {
            {
                const std::lock_guard lock(mutex_);
                if (!timeouts_.contains(id)) continue;
            }
            timeout.callback(id, timeout.opaque);
        }
    }

    const int wakeup_;
    std::mutex mutex_;
    int last_ = 0;
    std::map<int, Handle> handles_;
    std::map<int, Timeout> timeouts_;
    std::vector<Released> released_;
};

EventLoop* loop = nullptr; // never deleted: libvirt may call as long as the process lives

} // namespace

void runEventLoop() {
    static std::once_flag once;
    std::call_once(once, [] {
        loop = new EventLoop;
        virEventRegisterImpl(
            [](int fd, int events, virEventHandleCallback callback, void* opaque, virFreeCallback release) {
                return loop->addHandle({fd, events, callback, opaque, release});
            },
            [](int id, int events) { loop->updateHandle(id, events); },
            [](int id) { return loop->removeHandle(id); },
            [](int interval, virEventTimeoutCallback callback, void* opaque, virFreeCallback release) {
                return loop->addTimeout({interval, {}, callback, opaque, release});
            },
            [](int id, int interval) { loop->updateTimeout(id, interval); },
            [](int id) { return loop->removeTimeout(id); });
        std::thread([] { loop->run(); }).detach();
    });
}

} // namespace wheelhouse::libvirt
