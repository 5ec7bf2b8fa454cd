#pragma once

#include "ui/models/pod_logs.h"
#include "ui/widgets/controls.h"

#include <QWidget>

class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace wheelhouse::ui {

/// The logs of one pod or of many, merged, as they are written: follow, since, previous run, wrap, times,
/// search, only what matches, save. Pods are named and coloured where there are several. Nobody reads while
/// it cannot be seen. UI thread only.
class LogsView final : public QWidget {
    Q_OBJECT
  public:
    /// `Compact` fits a narrow place that says already whose log it is: no title, buttons without words.
    enum class Bar { Full, Compact };

    LogsView(client::Cluster& cluster, Executor& executor, const Theme& theme, QWidget* parent = nullptr,
             Bar bar = Bar::Full);
    ~LogsView() override;

    /// One pod. `containers` empty = not known yet; of several, the first is shown.
    void open(const QString& nameSpace, const QString& pod, const QStringList& containers);
    /// The pods of a target together.
    void openMany(const LogTarget& target);
    /// The runs before the last restart, or those of now.
    void setPrevious(bool previous);
    void clear();
    QString text() const;
    QLineEdit* searchField() { return search_; }
    QPushButton* onlyMatchesButton() { return only_; }
    QPushButton* sinceButton() { return since_; }
    int hits() const { return hits_; }
    QString status() const;
    QString command() const { return logs_.command(); }
    const PodLogs& logs() const { return logs_; }
    /// What is shown, to a file; false where it cannot be written.
    bool saveTo(const QString& path) const;

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void buildBar();
    void buildToggles();
    void buildSince();
    void restart();
    void showTarget();
    void append(std::size_t count);
    void rebuild();
    void insert(std::size_t first);
    bool shown(const PodLogs::Line& line) const;
    void refreshStatus();
    void find(bool forward);
    void markHits();
    void save();
    QPushButton* toggle(const QString& text, const QString& icon, bool on);

    const Theme& theme_;
    const Bar kind_;
    PodLogs logs_;
    LogTarget target_;
    QStringList containers_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QPlainTextEdit* edit_;
    ElidedLabel* title_;
    QLabel* status_;
    QPushButton* containerButton_;
    QPushButton* since_;
    QPushButton* follow_;
    QPushButton* previous_;
    QPushButton* wrap_;
    QPushButton* times_;
    QPushButton* only_;
    QPushButton* save_;
    QLineEdit* search_;
    QLabel* count_;
    int hits_ = 0;
    bool named_ = false; ///< lines begin with their source
    bool fresh_ = false; ///< what comes next replaces what is shown
};

} // namespace wheelhouse::ui
