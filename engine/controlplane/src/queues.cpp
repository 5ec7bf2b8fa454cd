#include "queues.h"

#include "engine/api/groups/clock.h"
#include "engine/api/time.h"

#include <algorithm>

namespace wheelhouse::controlplane {

namespace lab = api::lab;

namespace {

const std::string schedulerName = "scheduler";
constexpr int keysShown = 500;
/// Queues say nothing of their changes, so somebody looks while somebody watches.
constexpr Duration lookEvery = std::chrono::milliseconds(500);

const char* reasonOf(const client::WorkQueue::Pending& pending, Instant now) {
    if (pending.running) return Queues::running;
    if (pending.failures > 0) return Queues::backOff;
    return pending.due <= now ? "Ready" : "Timer";
}

const char* reasonOf(scheduler::Scheduler::Waiting::Place place) {
    using Place = scheduler::Scheduler::Waiting::Place;
    switch (place) {
    case Place::Active:
        return "Ready";
    case Place::BackOff:
        return Queues::backOff;
    case Place::Unschedulable:
        return "Unschedulable";
    case Place::Binding:
        break;
    }
    return "Binding";
}

} // namespace

Queues::Queues(apiserver::ApiServer& api, const controllers::ControllerSet& controllers,
               const scheduler::Scheduler& scheduler, Executor& control, Clock& clusterTime)
    : controllers_(controllers), scheduler_(scheduler), control_(control), time_(clusterTime),
      since_(clusterTime.wallNow()), serving_(api.serve(api::kindOf<lab::ReconcileQueue>(), *this)) {
    look();
}

std::vector<std::string> Queues::names() const {
    std::vector<std::string> out;
    for (const auto& controller : controllers_.all())
        out.push_back(controller->name());
    out.push_back(schedulerName);
    return out;
}

std::vector<Queues::Entry> Queues::ofScheduler() const {
    std::vector<Entry> out;
    for (auto& waiting : scheduler_.waiting())
        out.push_back({std::move(waiting.pod), reasonOf(waiting.place), waiting.due,
                       waiting.place == scheduler::Scheduler::Waiting::Place::BackOff ||
                               waiting.place == scheduler::Scheduler::Waiting::Place::Unschedulable
                           ? waiting.attempts
                           : 0,
                       ""});
    return out;
}

std::vector<Queues::Entry> Queues::of(const std::string& name) const {
    if (name == schedulerName) return ofScheduler();
    std::vector<Entry> out;
    const auto* controller = controllers_.find(name);
    if (controller == nullptr) return out;
    const Instant now = time_.now();
    for (auto& pending : controller->pending())
        out.push_back({std::move(pending.key), reasonOf(pending, now), pending.due, pending.failures,
                       std::move(pending.lastError)});
    return out;
}

std::unique_ptr<google::protobuf::Message> Queues::object(const std::string&, const std::string& name,
                                                          const std::string&) {
    const auto all = names();
    if (std::find(all.begin(), all.end(), name) == all.end()) return nullptr;
    auto queue = std::make_unique<lab::ReconcileQueue>();
    queue->mutable_metadata()->set_name(name);
    queue->mutable_metadata()->set_uid("queue-" + name);
    *queue->mutable_metadata()->mutable_creationtimestamp() = api::toTime(since_);
    const WallTime wall = time_.wallNow();
    const Instant now = time_.now();
    int runningKeys = 0;
    int backingOff = 0;
    const auto entries = of(name);
    for (const Entry& entry : entries) {
        if (entry.reason == running) ++runningKeys;
        if (entry.reason == backOff) ++backingOff;
        if (queue->keys_size() == keysShown) continue;
        auto& key = *queue->add_keys();
        key.set_key(entry.key);
        key.set_reason(entry.reason);
        *key.mutable_due() = api::toMicroTime(wall + (entry.due - now));
        if (entry.failures > 0) key.set_failures(entry.failures);
        if (!entry.lastError.empty()) key.set_lasterror(entry.lastError);
    }
    queue->set_waiting(static_cast<int>(entries.size()) - runningKeys);
    queue->set_running(runningKeys);
    queue->set_backingoff(backingOff);
    return queue;
}

std::vector<std::string> Queues::keys(const std::string&) {
    auto out = names();
    std::sort(out.begin(), out.end());
    return out;
}

/// What is due moves with the clock and would always look new, so it is left out.
void Queues::look() {
    if (serving_->watched()) {
        for (const std::string& name : names()) {
            std::string now;
            for (const Entry& entry : of(name))
                now += entry.key + " " + entry.reason + " " + std::to_string(entry.failures) + "\n";
            if (std::exchange(told_[name], now) != now) serving_->changed(name);
        }
    }
    timer_.start(control_, lookEvery, [this] { look(); });
}

} // namespace wheelhouse::controlplane
