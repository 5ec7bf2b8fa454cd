#pragma once

#include "ui/models/cluster_session.h"
#include "ui/models/object_table.h"
#include "ui/models/row_marks.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QLineEdit;
class QListWidget;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

class ColumnPanel;
class MarkBar;

/// Every kind the cluster serves, as the server's own tables: kinds at the left, rows at the right, filtered
/// by `/`. Watches only while it is on screen. UI thread only.
class ObjectsView final : public QWidget {
    Q_OBJECT
  public:
    ObjectsView(ClusterSession& session, const Theme& theme, QWidget* parent = nullptr);

    void openKind(const QString& kind);
    QString kind() const { return kind_; }
    void setNamespace(const QString& nameSpace);
    void focusFilter();
    LiveTableModel& rows() { return table_.model(); }
    QTableView* tableWidget() { return view_; }
    /// The names of the rows marked, or, when none is, of those selected; of one namespace.
    QStringList chosenInNamespace(const QString& nameSpace) const;
    QLineEdit* filterField() { return filter_; }
    RowMarks& marks() { return marks_; }
    MarkBar* markBar() { return markBar_; }
    /// Marks the rows selected, or takes their marks away.
    void toggleMarks();
    /// Whether wide columns are seen, too.
    bool wide() const { return wide_->isChecked(); }
    void setWide(bool wide) { wide_->setChecked(wide); }
    /// Which columns are seen, by kind.
    const std::map<QString, ColumnChoice>& columnChoices() const { return choices_; }
    void setColumnChoices(const std::map<QString, ColumnChoice>& choices);
    ColumnPanel* columnPanel() { return columnPanel_; }
    QString command() const { return command_->command(); }

  Q_SIGNALS:
    void objectActivated(const wheelhouse::client::ResourceInfo& resource, const QString& nameSpace,
                         const QString& name);
    void deployRequested();
    /// What was marked shall go.
    void deleteMarked(const wheelhouse::client::ResourceInfo& resource);
    void logsOfMarked();
    void cordonMarked(bool cordon);
    /// A key was pressed on a row; who handles it sets `handled`.
    void rowKey(int key, Qt::KeyboardModifiers modifiers, const QString& kind, const QString& nameSpace,
                const QString& name, bool* handled);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QWidget* buildTable();
    void fillKinds();
    void reopen();
    void connectMarks();
    void openColumns(const QWidget& near);
    /// Why this kind can have no column of one's own; empty = it can.
    QString ownColumnsProblem() const;
    void applyColumns();
    void showCommand();
    void refresh();
    void fitColumns();
    void ageLater();

    ClusterSession& session_;
    const Theme& theme_;
    ObjectTable table_;
    QListWidget* kinds_;
    QLabel* title_;
    QLabel* count_;
    QLineEdit* filter_;
    QPushButton* wide_;
    QTableView* view_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QPushButton* emptyDeploy_;
    RowMarks marks_;
    MarkBar* markBar_;
    ColumnPanel* columnPanel_;
    std::map<QString, ColumnChoice> choices_; ///< by kind
    CommandStrip* command_ = nullptr;
    QString kind_ = QStringLiteral("Deployment");
    QString nameSpace_;
    QStringList fitted_; ///< the columns widths were chosen for, and the size of their type
    ScopedTimer age_;
};

} // namespace wheelhouse::ui
