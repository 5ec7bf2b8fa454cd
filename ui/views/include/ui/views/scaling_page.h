#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_session.h"
#include "ui/models/object_table.h"
#include "ui/models/scaling_model.h"
#include "ui/widgets/controls.h"

#include <QWidget>
#include <memory>

class QListView;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

class ScalingChart;

/// Autoscaling: every horizontal pod autoscaler with the trace of its decisions as one chart and in words,
/// and the pools of nodes. Follows all that only while it can be seen. UI thread only.
class ScalingPage final : public QWidget {
    Q_OBJECT
  public:
    ScalingPage(ClusterSession& session, ClusterActions& actions, const Theme& theme,
                QWidget* parent = nullptr);
    ~ScalingPage() override;

    void setNamespace(const QString& nameSpace);
    void open(const QString& nameSpace, const QString& autoscaler);
    LiveTableModel& autoscalers() { return autoscalers_.model(); }
    LiveTableModel& pools() { return pools_.model(); }
    ScalingModel& trace() { return trace_; }
    ScalingChart* chart() { return chart_; }
    QTableView* autoscalerList() { return list_; }
    QTableView* poolList() { return poolList_; }
    Stepper* poolSize() { return poolSize_; }
    QString command() const { return command_->command(); }

  Q_SIGNALS:
    void objectActivated(const QString& kind, const QString& nameSpace, const QString& name);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    QWidget* buildTrace();
    QWidget* buildPools();
    void reopen();
    void refresh();
    void refreshPool();
    void take(const api::ObjectPtr& object);
    QString chosenPool() const;

    ClusterSession& session_;
    ClusterActions& actions_;
    const Theme& theme_;
    QString nameSpace_;
    QString shownNamespace_;
    QString shown_;
    ObjectTable autoscalers_;
    ObjectTable pools_;
    ScalingModel trace_;
    QTableView* list_;
    QTableView* poolList_;
    QListView* steps_;
    Stepper* poolSize_;
    QWidget* poolBar_;
    QLabel* poolName_;
    QLabel* title_;
    QLabel* metric_;
    ScalingChart* chart_;
    EmptyState* empty_;
    QStackedWidget* stack_;
    CommandStrip* command_;
    std::unique_ptr<client::Informer> decisions_;
};

} // namespace wheelhouse::ui
