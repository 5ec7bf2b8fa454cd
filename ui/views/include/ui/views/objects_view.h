#pragma once

#include "ui/models/cluster_session.h"
#include "ui/models/object_table.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QLineEdit;
class QListWidget;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

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
    /// The names of the rows selected, of one namespace.
    QStringList chosenInNamespace(const QString& nameSpace) const;
    QLineEdit* filterField() { return filter_; }

  Q_SIGNALS:
    void objectActivated(const wheelhouse::client::ResourceInfo& resource, const QString& nameSpace,
                         const QString& name);
    void deployRequested();
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
    CommandStrip* command_;
    QString kind_ = QStringLiteral("Deployment");
    QString nameSpace_;
    QStringList fitted_; ///< the columns widths were chosen for
    ScopedTimer age_;
};

} // namespace wheelhouse::ui
