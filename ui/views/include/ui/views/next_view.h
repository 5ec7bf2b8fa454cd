#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_session.h"
#include "ui/models/next_actions_model.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QListView;

namespace wheelhouse::ui {

/// Who acts next: what every controller and the scheduler wait for, with countdowns by the cluster's time,
/// and while that time stands still a way to let one of them act. Follows the queues only while it can be
/// seen. UI thread only.
class NextView final : public QWidget {
    Q_OBJECT
  public:
    NextView(ClusterSession& session, ClusterActions& actions, const Theme& theme, QWidget* parent = nullptr);
    NextActionsModel& rows() { return model_; }
    QListView* list() { return list_; }
    QPushButton* stepButton() { return step_; }
    QPushButton* stepQueueButton() { return stepQueue_; }

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void refresh();
    void tick();
    QString chosenQueue() const;

    ClusterSession& session_;
    ClusterActions& actions_;
    NextActionsModel model_;
    QLabel* sentence_;
    QPushButton* suspend_;
    QPushButton* stepQueue_;
    QPushButton* step_;
    QListView* list_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::ui
