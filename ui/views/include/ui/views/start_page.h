#pragma once

#include "ui/models/cluster_session.h"
#include "ui/models/host_model.h"
#include "ui/models/node_progress.h"
#include "ui/models/sample_lab.h"
#include "ui/views/node_form.h"
#include "ui/widgets/controls.h"

#include <QWidget>
#include <map>

class QListView;
class QProgressBar;
class QScrollArea;
class QVBoxLayout;

namespace wheelhouse::ui {

/// One line of the checklist: icon and words for how it is, what it means, and what mends it. UI thread only.
class CheckRow final : public QWidget {
    Q_OBJECT
  public:
    CheckRow(const Theme& theme, QWidget* parent);
    /// `build` = it is being mended now.
    void show(const HostCheck& check, const HostModel::Build* build);
    QPushButton* fixButton() { return fix_; }
    QPushButton* cancelButton() { return cancel_; }
    QString command() const { return command_->command(); }
    QString text() const { return title_->text() + QStringLiteral(": ") + finding_->text(); }

  Q_SIGNALS:
    void fixRequested();
    void cancelRequested();

  private:
    void draw();
    const Theme& theme_;
    Tone tone_ = Tone::Muted;
    QLabel* icon_;
    QLabel* title_;
    QLabel* finding_;
    QLabel* meaning_;
    CommandStrip* command_;
    QPushButton* fix_;
    QWidget* building_;
    QLabel* step_;
    QProgressBar* bar_;
    QPushButton* cancel_;
};

/// Where one begins: what this computer can do, looked at in the background; a lab that is already alive, or
/// nodes of one's own; and how they come up. Looks at the computer when it is shown. UI thread only.
class StartPage final : public QWidget {
    Q_OBJECT
  public:
    StartPage(ClusterSession& session, HostModel& host, const Theme& theme, QWidget* parent = nullptr);
    /// Names of applications in use, for the command of the sample lab.
    void setApplications(std::vector<QString> taken);
    NodeForm* form() { return form_; }
    NodeProgress& progress() { return progress_; }
    QListView* progressList() { return list_; }
    /// Null where there is no such line (yet).
    CheckRow* check(const QString& id) const;
    QPushButton* sampleButton() { return sample_; }
    QPushButton* simulatedButton() { return simulated_; }
    QPushButton* addButton() { return add_; }
    QPushButton* lookButton() { return look_; }
    QPushButton* mapButton() { return map_; }
    QPushButton* skipButton() { return skip_; }

  Q_SIGNALS:
    void sampleWanted();
    void simulatedWanted();
    void nodesWanted(const ClusterActions::NewMachines& wanted);
    void mapWanted();
    void skipped();

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    QWidget* buildHead();
    QWidget* buildChecklist();
    QWidget* buildChoices();
    QWidget* buildReady(const QString& icon, const QString& title, const QString& text, QPushButton*& button,
                        CommandStrip*& command);
    QWidget* buildForm();
    QWidget* buildProgress();
    void showChecks();
    void showPossible();
    void showProgress();
    void showCommands();

    ClusterSession& session_;
    HostModel& host_;
    const Theme& theme_;
    NodeProgress progress_;
    std::vector<QString> applications_;
    bool chosen_ = false; ///< the kind of nodes fits the computer, or was chosen by hand
    QLabel* impossible_;
    QLabel* looking_;
    QVBoxLayout* checks_;
    std::map<QString, CheckRow*> rows_;
    QPushButton* look_;
    QPushButton* skip_;
    QPushButton* sample_;
    CommandStrip* sampleCommand_;
    QPushButton* simulated_;
    CommandStrip* simulatedCommand_;
    NodeForm* form_;
    QPushButton* add_;
    QWidget* progressBox_;
    QLabel* progressTitle_;
    QPushButton* map_;
    QListView* list_;
};

} // namespace wheelhouse::ui
