#pragma once

#include "engine/base/executor.h"
#include "engine/client/informer.h"

#include <QObject>
#include <QString>
#include <memory>
#include <optional>

namespace wheelhouse::ui {

/// The time a lab lives by, as its ClusterClock says: what time it is there, whether it stands still, how
/// fast it goes. Of a cluster without such a clock it is the computer's time. UI thread only.
class ClockModel final : public QObject {
    Q_OBJECT
  public:
    ClockModel(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);

    /// Follows the clock from now on.
    void start();
    /// The cluster has a clock, so it can be stopped and set.
    bool known() const { return known_; }
    bool paused() const { return paused_; }
    double speed() const { return speed_; }
    /// Real machines stand still whenever the clock does.
    bool suspendsMachines() const { return suspendsMachines_; }
    /// The cluster's time now.
    WallTime now() const;
    /// Since when it is paused, by the computer's clock.
    std::optional<WallTime> pausedSince() const { return pausedSince_; }
    /// What the last step did: "deployment default/web"; empty = nothing yet.
    QString lastStep() const { return lastStep_; }
    /// Why something asked of the clock is not done; empty = all is.
    QString message() const { return message_; }
    /// Who acts next while paused: queue and key; empty when nobody is known.
    QString nextQueue() const { return nextQueue_; }
    QString nextKey() const { return nextKey_; }
    /// The number that `spec.steps` must be raised to for one more step, counting those asked for since.
    std::int64_t takeStepNumber();

  Q_SIGNALS:
    void changed();

  private:
    void take(const api::ObjectPtr& object);
    void forget();

    client::Cluster& cluster_;
    Executor& executor_;
    std::unique_ptr<client::Informer> clocks_;
    bool known_ = false;
    bool paused_ = false;
    bool suspendsMachines_ = false;
    double speed_ = 1;
    WallTime clusterTime_{};
    WallTime realTime_{};
    std::optional<WallTime> pausedSince_;
    QString lastStep_;
    QString message_;
    QString nextQueue_;
    QString nextKey_;
    std::int64_t steps_ = 0;
};

/// "1×", "0.1×", "100×".
QString speedText(double speed);

} // namespace wheelhouse::ui
