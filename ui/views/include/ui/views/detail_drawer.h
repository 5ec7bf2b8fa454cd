#pragma once

#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_session.h"
#include "ui/models/usage_model.h"
#include "ui/views/feed_view.h"
#include "ui/views/logs_view.h"
#include "ui/views/verdict_pane.h"
#include "ui/widgets/code_edit.h"
#include "ui/widgets/controls.h"

#include <QWidget>
#include <functional>
#include <memory>

class QTabBar;
class QStackedWidget;
class QHBoxLayout;

namespace wheelhouse::ui {

class UsagePage;

/// The thing selected: status, conditions, events, YAML and logs, kept current by watches of its own, and
/// what can be done with it. Each action shows the kubectl command that does the same; those that destroy ask
/// first, in place. A node and the machine it runs on are one thing here. UI thread only.
class DetailDrawer final : public QWidget {
    Q_OBJECT
  public:
    enum Tab { Status, Verdict, Events, Yaml, Logs, Console, Usage };
    struct Subject {
        client::ResourceInfo resource;
        QString nameSpace;
        QString name;
        bool machineToo = false; ///< also follow the Machine of the same name
    };

    DetailDrawer(ClusterSession& session, ClusterActions& actions, const Theme& theme,
                 QWidget* parent = nullptr);
    ~DetailDrawer() override;

    void show(Subject subject);
    void clear();
    const Subject& subject() const { return subject_; }
    bool showsSomething() const { return !subject_.name.isEmpty(); }
    void openTab(Tab tab);
    const Facts& facts() const { return facts_; }
    /// Asks in place whether to delete what is shown.
    void askDelete();
    void askPower(bool on);
    void askEvict();
    /// Asks whether to empty the node shown, and take it away afterwards.
    void askDrain(bool remove);
    QPushButton* confirmButton() { return confirmYes_; }
    QString command() const { return command_->command(); }
    VerdictPane* verdict() { return verdict_; }
    QString yamlText() const { return yaml_->toPlainText(); }
    QPushButton* action(const QString& id) const {
        return findChild<QPushButton*>(QStringLiteral("action.") + id);
    }

  Q_SIGNALS:
    void closed();
    void drainRequested(const QString& node, bool remove, bool hasMachine);
    void logsRequested(const QString& kind, const QString& nameSpace, const QString& name);
    void forwardRequested(const QString& kind, const QString& nameSpace, const QString& name);
    void shellRequested(const QString& nameSpace, const QString& pod);
    void editRequested(const QString& yaml, const QString& name);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void buildHeader(QWidget* header);
    void buildBody();
    void buildConfirm();
    void follow(const client::ResourceInfo& resource, bool machine);
    void take(const client::WatchEvent& event, bool machine);
    void refresh();
    bool hasVerdict() const;
    bool hasUsage() const;
    UsageBounds usageBounds() const;
    /// What is used is asked for while its thing is shown.
    void followUsage();
    QString mainCommand() const;
    void rebuildTabs();
    void rebuildActions();
    void offer(const QString& id, const QString& text, const QString& icon, const char* role,
               const QString& command, std::function<void()> act);
    void ask(const QString& question, const QString& verb, const QString& command, std::function<void()> act);
    void fetchYaml();
    bool isMachine() const;
    bool isPod() const;
    QString word() const;

    ClusterSession& session_;
    ClusterActions& actions_;
    const Theme& theme_;
    Subject subject_;
    std::uint64_t generation_ = 0;
    api::ObjectPtr object_;
    api::ObjectPtr machine_;
    bool gone_ = false;
    Facts facts_;
    ElidedLabel* title_;
    StateChip* chip_;
    QLabel* subtitle_;
    QHBoxLayout* actionRow_;
    QString shownActions_;
    QLabel* problem_;
    QTabBar* tabs_;
    QList<Tab> shownTabs_;
    QStackedWidget* pages_;
    FactSheet* sheet_;
    VerdictPane* verdict_;
    FeedModel events_;
    FeedView* eventView_;
    CodeEdit* yaml_;
    LogsView* logs_;
    QPlainTextEdit* console_;
    UsageModel usage_;
    UsagePage* usagePage_;
    QWidget* confirm_;
    QLabel* question_;
    QPushButton* confirmYes_;
    std::function<void()> confirmed_;
    CommandStrip* command_;
    FramePacer pacer_;
    std::unique_ptr<client::Subscription> watch_;
    std::unique_ptr<client::Subscription> machineWatch_;
    std::unique_ptr<client::Subscription> eventWatch_;
    ScopedTimer age_;
};

} // namespace wheelhouse::ui
