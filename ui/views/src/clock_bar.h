#pragma once

#include "ui/models/clock_model.h"
#include "ui/models/cluster_actions.h"
#include "ui/models/key_table.h"
#include "ui/widgets/theme.h"

#include <QWidget>
#include <vector>

class QLabel;
class QPushButton;

namespace wheelhouse::ui {

/// The lab's time in the top bar: stop it, let one thing happen, make it slow or fast. Of a cluster whose
/// time cannot be set it says so and is greyed out. Ticks once a second while time goes and somebody can see
/// it.
class ClockBar final : public QWidget {
    Q_OBJECT
  public:
    ClockBar(ClockModel& clock, ClusterActions& actions, Executor& executor, const KeyTable& keys,
             const Theme& theme, QWidget* parent);
    /// Only the present speed instead of all, where there is little room.
    void setCompact(bool compact);
    void togglePause();
    void step();
    /// The next faster (+1) or slower (−1) of the speeds.
    void changeSpeed(int direction);

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void refresh();
    void tick();
    void setTip(QPushButton* button, const QString& tip, const QString& command);

    ClockModel& clock_;
    ClusterActions& actions_;
    Executor& executor_;
    QPushButton* pause_;
    QPushButton* step_;
    std::vector<QPushButton*> speeds_;
    QPushButton* present_;
    QLabel* time_;
    bool compact_ = false;
    bool shownPaused_ = false;
    const KeyTable& keys_;
    const Theme& theme_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::ui
