#pragma once

#include "engine/base/executor.h"

#include <QObject>
#include <map>
#include <mutex>

namespace wheelhouse::ui {

/// An Executor on the Qt event loop of the thread it is made on. Tasks run between input and painting, at
/// most about 8 ms of them in one turn, so a burst of news never freezes the window. Nothing waits while
/// nothing is due: no timer runs. `post`, `postAfter` and `cancel` are thread-safe; make and destroy it on
/// its own thread, after all who post.
class UiExecutor final : public QObject, public Executor {
    Q_OBJECT
  public:
    explicit UiExecutor(Clock& clock, QObject* parent = nullptr);
    ~UiExecutor() override;

    void post(Task task) override { postAfter(Duration::zero(), std::move(task)); }
    TimerId postAfter(Duration delay, Task task) override;
    void cancel(TimerId id) override;
    bool isCurrent() const override;
    Clock& clock() override { return clock_; }

  protected:
    bool event(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;

  private:
    using Key = std::pair<Instant, TimerId>;
    void runDue();
    void arm();

    Clock& clock_;
    std::mutex mutex_;
    std::map<Key, Task> queue_;
    std::map<TimerId, Key> keys_;
    TimerId nextId_ = 1;
    bool wakePosted_ = false;
    int timer_ = 0;
};

} // namespace wheelhouse::ui
