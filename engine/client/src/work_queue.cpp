#include "engine/client/work_queue.h"

#include "engine/base/log.h"
#include "engine/base/work_pace.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace wheelhouse::client {

namespace {

constexpr Duration firstBackOff = std::chrono::milliseconds(5);
constexpr Duration longestBackOff = std::chrono::seconds(1000);

Duration backOff(int failures) {
    Duration delay = firstBackOff;
    for (int i = 1; i < failures && delay < longestBackOff; ++i)
        delay *= 2;
    return std::min(delay, longestBackOff);
}

} // namespace

struct WorkQueue::Impl : std::enable_shared_from_this<WorkQueue::Impl> {
    struct Entry {
        std::optional<Instant> due; ///< when to work on it (again)
        std::uint64_t order = 0;
        int failures = 0;
        bool running = false;
        std::string lastError;
    };

    Impl(std::string queueName, Executor& runsOn, Reconcile function, int most)
        : name(std::move(queueName)), executor(runsOn), reconcile(std::move(function)), parallel(most) {}

    void schedule(const std::string& key, Instant due) {
        Entry& entry = entries[key];
        if (entry.due && *entry.due <= due) return;
        if (entry.due) waiting.erase({*entry.due, entry.order, key});
        entry.due = due;
        entry.order = ++lastOrder;
        // While it runs it only remembers; finish() puts it in line.
        if (!entry.running) {
            waiting.insert({due, entry.order, key});
            wake();
        }
    }

    /// One task starts one key, so that other work of this executor gets its turn in between.
    void wake() {
        if (posted || running >= parallel || waiting.empty()) return;
        const Instant due = std::get<0>(*waiting.begin());
        const Instant now = executor.clock().now();
        if (due > now) {
            if (timer.active() && timerDue <= due) return;
            timerDue = due;
            timer.start(executor, due - now, [this] { wake(); });
            return;
        }
        posted = true;
        postWork(executor, name, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return false;
            self->posted = false;
            return self->startNext();
        });
    }

    bool startNext() {
        if (running >= parallel || waiting.empty()) return false;
        if (std::get<0>(*waiting.begin()) > executor.clock().now()) {
            wake();
            return false;
        }
        const std::string key = std::get<2>(*waiting.begin());
        waiting.erase(waiting.begin());
        Entry& entry = entries[key];
        entry.due.reset();
        entry.running = true;
        ++running;
        auto finished = std::make_shared<bool>(false);
        reconcile(key, [weak = weak_from_this(), key, finished](Result<void> result) {
            if (std::exchange(*finished, true)) return;
            if (const auto self = weak.lock()) self->finish(key, std::move(result));
        });
        wake();
        return true;
    }

    void finish(const std::string& key, Result<void> result) {
        --running;
        const auto found = entries.find(key);
        Entry& entry = found->second;
        entry.running = false;
        if (result) {
            entry.failures = 0;
            entry.lastError.clear();
        } else {
            ++entry.failures;
            entry.lastError = result.error().message;
            if (result.error().reason == Reason::Conflict)
                log::debug(name, "{}: {}", key, entry.lastError);
            else
                log::warning(name, "{}: {} (attempt {})", key, entry.lastError, entry.failures);
        }
        const bool again = entry.due.has_value();
        if (again) waiting.insert({*entry.due, entry.order, key});
        if (!result) schedule(key, executor.clock().now() + backOff(entry.failures));
        if (result && !again) entries.erase(found);
        wake();
    }

    const std::string name;
    Executor& executor;
    const Reconcile reconcile;
    const int parallel;
    std::map<std::string, Entry> entries;
    std::set<std::tuple<Instant, std::uint64_t, std::string>> waiting;
    std::uint64_t lastOrder = 0;
    int running = 0;
    bool posted = false;
    Instant timerDue{};
    ScopedTimer timer;
};

WorkQueue::WorkQueue(std::string name, Executor& executor, Reconcile reconcile, int parallel)
    : impl_(std::make_shared<Impl>(std::move(name), executor, std::move(reconcile), parallel)) {}

WorkQueue::~WorkQueue() {
    // A reconcile that ends later still holds nothing but a weak reference.
    impl_->timer.stop();
}

void WorkQueue::add(const std::string& key) {
    impl_->schedule(key, impl_->executor.clock().now());
}

void WorkQueue::addAfter(const std::string& key, Duration delay) {
    impl_->schedule(key, impl_->executor.clock().now() + std::max(delay, Duration::zero()));
}

std::vector<WorkQueue::Pending> WorkQueue::pending() const {
    std::vector<Pending> result;
    const Instant now = impl_->executor.clock().now();
    for (const auto& [key, entry] : impl_->entries)
        if (entry.running || entry.due)
            result.push_back(
                {key, entry.running ? now : *entry.due, entry.failures, entry.running, entry.lastError});
    std::stable_sort(result.begin(), result.end(),
                     [](const Pending& a, const Pending& b) { return a.due < b.due; });
    return result;
}

const std::string& WorkQueue::name() const {
    return impl_->name;
}

} // namespace wheelhouse::client
