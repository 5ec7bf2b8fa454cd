#pragma once

#include "ui/models/object_table.h"
#include "ui/views/verdict_pane.h"

class QLineEdit;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

/// Every pod the scheduler has looked at, and why it is where it is. Follows the decisions only while it can
/// be seen. UI thread only.
class VerdictsPage final : public QWidget {
    Q_OBJECT
  public:
    VerdictsPage(ClusterSession& session, const Theme& theme, QWidget* parent = nullptr);

    void setNamespace(const QString& nameSpace);
    /// Shows one pod's attempts.
    void open(const QString& nameSpace, const QString& pod);
    VerdictPane* pane() { return pane_; }
    LiveTableModel& rows() { return table_.model(); }
    QTableView* tableWidget() { return view_; }

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    QWidget* buildList();
    void reopen();
    void refresh();

    ClusterSession& session_;
    const Theme& theme_;
    QString nameSpace_;
    ObjectTable table_;
    QLineEdit* filter_;
    QTableView* view_;
    EmptyState* empty_;
    QStackedWidget* stack_;
    QLabel* title_;
    VerdictPane* pane_;
    CommandStrip* command_;
};

} // namespace wheelhouse::ui
