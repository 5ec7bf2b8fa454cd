#pragma once

#include "ui/models/access_model.h"
#include "ui/models/cluster_session.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QComboBox;
class QLineEdit;
class QStackedWidget;
class QTableView;

namespace wheelhouse::ui {

/// Who can do what: everybody that bindings name, what the one who is chosen may do and by which binding,
/// and a question to the server. Follows roles and bindings only while it can be seen. UI thread only.
class AccessPage final : public QWidget {
    Q_OBJECT
  public:
    AccessPage(ClusterSession& session, const Theme& theme, QWidget* parent = nullptr);

    AccessModel& model() { return model_; }
    QTableView* subjectList() { return subjects_; }
    QTableView* rightList() { return rights_; }
    QComboBox* verbField() { return verb_; }
    QComboBox* resourceField() { return resource_; }
    QComboBox* namespaceField() { return nameSpace_; }
    QLineEdit* nameField() { return name_; }
    QPushButton* askButton() { return ask_; }
    QPushButton* whoButton() { return who_; }
    QPushButton* systemButton() { return system_; }
    QString answer() const { return answer_->toolTip(); }
    QString explanation() const { return why_->text(); }
    QString command() const { return command_->command(); }
    /// "deployments.apps", "pods/log", "deployments/scale.apps".
    static AccessQuestion questionOf(const QString& verb, const QString& resource, const QString& nameSpace,
                                     const QString& name);

  Q_SIGNALS:
    void objectActivated(const QString& kind, const QString& nameSpace, const QString& name);

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    QWidget* buildSubjects();
    QWidget* buildRights();
    QWidget* buildQuestion();
    QTableView* makeAccessTable(LiveTableModel& model, const QString& name);
    void fillQuestion();
    AccessQuestion question() const;
    void questionChanged();
    void chooseRow(int row);
    void rightPicked(const QModelIndex& index);
    void refresh();
    void refreshAnswer();
    void fitColumns();

    ClusterSession& session_;
    const Theme& theme_;
    AccessModel model_;
    QTableView* subjects_;
    QTableView* rights_;
    QLineEdit* filter_;
    QLineEdit* rightFilter_;
    QPushButton* system_;
    QPushButton* who_;
    QLabel* count_;
    QLabel* title_;
    QLabel* kind_;
    QComboBox* verb_;
    QComboBox* resource_;
    QComboBox* nameSpace_;
    QLineEdit* name_;
    QPushButton* ask_;
    StateChip* answer_;
    QLabel* why_;
    EmptyState* empty_;
    QStackedWidget* stack_;
    CommandStrip* command_;
};

} // namespace wheelhouse::ui
