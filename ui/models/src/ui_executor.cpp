#include "ui/models/ui_executor.h"

#include <QCoreApplication>
#include <QEvent>
#include <QThread>
#include <QTimerEvent>
#include <algorithm>
#include <chrono>

namespace wheelhouse::ui {
namespace {

const QEvent::Type wakeEvent = static_cast<QEvent::Type>(QEvent::registerEventType());
constexpr Duration turnBudget = std::chrono::milliseconds(8);

} // namespace

UiExecutor::UiExecutor(Clock& clock, QObject* parent) : QObject(parent), clock_(clock) {}

UiExecutor::~UiExecutor() = default;

TimerId UiExecutor::postAfter(Duration delay, Task task) {
    const Instant due = clock_.now() + std::max(delay, Duration::zero());
    bool wake = false;
    TimerId id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = nextId_++;
        const Key key{due, id};
        queue_.emplace(key, std::move(task));
        keys_.emplace(id, key);
        wake = queue_.begin()->first == key && !wakePosted_;
        wakePosted_ = wakePosted_ || wake;
    }
    if (wake) QCoreApplication::postEvent(this, new QEvent(wakeEvent));
    return id;
}

void UiExecutor::cancel(TimerId id) {
    Task dropped; // destroyed outside the lock: its captures may call back into us
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(id);
    if (found == keys_.end()) return;
    const auto entry = queue_.find(found->second);
    dropped = std::move(entry->second);
    queue_.erase(entry);
    keys_.erase(found);
}

bool UiExecutor::isCurrent() const {
    return QThread::currentThread() == thread();
}

bool UiExecutor::event(QEvent* event) {
    if (event->type() != wakeEvent) return QObject::event(event);
    {
        const std::lock_guard lock(mutex_);
        wakePosted_ = false;
    }
    runDue();
    return true;
}

void UiExecutor::timerEvent(QTimerEvent* event) {
    if (event->timerId() != timer_) return;
    killTimer(std::exchange(timer_, 0));
    runDue();
}

void UiExecutor::runDue() {
    const Instant started = clock_.now();
    while (true) {
        Task task;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.empty()) break;
            const Instant now = clock_.now();
            const auto first = queue_.begin();
            if (first->first.first > now || now - started > turnBudget) break;
            task = std::move(first->second);
            keys_.erase(first->first.second);
            queue_.erase(first);
        }
        task();
    }
    arm();
}

/// A zero timer, unlike another posted event, lets the event loop handle input first.
void UiExecutor::arm() {
    using namespace std::chrono;
    milliseconds wait{-1};
    {
        const std::lock_guard lock(mutex_);
        if (!queue_.empty())
            wait = ceil<milliseconds>(std::max(queue_.begin()->first.first - clock_.now(), Duration::zero()));
    }
    if (timer_ != 0) killTimer(std::exchange(timer_, 0));
    if (wait.count() < 0) return;
    const int longest = 60'000;
    timer_ = startTimer(static_cast<int>(std::min<long long>(wait.count(), longest)),
                        wait < seconds(2) ? Qt::PreciseTimer : Qt::CoarseTimer);
}

} // namespace wheelhouse::ui
