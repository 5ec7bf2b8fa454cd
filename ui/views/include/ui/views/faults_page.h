#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_session.h"
#include "ui/models/fault_effects.h"
#include "ui/models/fault_model.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QListView;
class QStackedWidget;

namespace wheelhouse::ui {

/// Failures: what can be broken on purpose, what is broken and for how long, and what each controller does
/// about it, with countdowns. Follows the latter only while it can be seen. UI thread only.
class FaultsPage final : public QWidget {
    Q_OBJECT
  public:
    FaultsPage(ClusterSession& session, FaultModel& faults, ClusterActions& actions, const Theme& theme,
               QWidget* parent = nullptr);

    QListView* list() { return list_; }
    QListView* effectsList() { return effectsList_; }
    FaultEffects& effects() { return effects_; }
    QPushButton* mendButton() { return mend_; }
    QPushButton* mendAllButton() { return mendAll_; }
    QPushButton* clearButton() { return clear_; }
    QString command() const { return command_->command(); }

  Q_SIGNALS:
    /// Something of the palette was pressed.
    void faultChosen(const QString& id);
    void objectActivated(const QString& kind, const QString& nameSpace, const QString& name);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QWidget* buildPalette();
    QWidget* buildBroken();
    QWidget* buildEffects();
    QListView* makeList(LiveTableModel& model, const QString& name);
    void refresh();
    void tick();
    QStringList chosen() const;
    void mend(const QStringList& names);

    ClusterSession& session_;
    FaultModel& faults_;
    ClusterActions& actions_;
    const Theme& theme_;
    FaultEffects effects_;
    QWidget* palette_;
    QListView* list_;
    QListView* effectsList_;
    QLabel* effectsNote_;
    QPushButton* mend_;
    QPushButton* mendAll_;
    QPushButton* clear_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    CommandStrip* command_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::ui
