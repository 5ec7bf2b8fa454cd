#pragma once

#include "engine/client/cluster.h"
#include "ui/models/pod_terminal.h"
#include "ui/widgets/controls.h"
#include "ui/widgets/terminal_screen.h"

#include <QWidget>
#include <memory>
#include <vector>

class QLineEdit;
class QStackedWidget;
class QTabBar;

namespace wheelhouse::ui {

/// Terminals in containers, a tab each; they run on while nobody looks and end when their tab is closed. A
/// command that has ended says how and can be run again, the same or another. UI thread only.
class TerminalView final : public QWidget {
    Q_OBJECT
  public:
    static constexpr int mostTerminals = 12;

    TerminalView(client::Cluster& cluster, const Theme& theme, QWidget* parent = nullptr);
    ~TerminalView() override;

    /// Shows the terminal of a container, and opens one where there is none that runs.
    void open(const QString& nameSpace, const QString& pod, const QStringList& containers);
    int count() const { return static_cast<int>(entries_.size()); }
    /// What is shown; null when there is none.
    PodTerminal* current() const;
    TerminalScreen* screen() const;
    QLineEdit* programField() { return program_; }
    QString status() const { return status_->text(); }
    QString command() const { return command_->command(); }
    void closeCurrent();

  private:
    struct Entry {
        std::unique_ptr<PodTerminal> terminal;
        TerminalScreen* screen = nullptr;
        QStringList containers;
    };
    QWidget* buildBar();
    void add(const PodTerminal::Target& target, const QStringList& containers);
    QStringList program() const;
    void runAgain(const QString& container);
    int indexOf(const PodTerminal& terminal) const;
    void close(int index);
    void select(int index);
    void refresh();
    void fillContainers();

    client::Cluster& cluster_;
    const Theme& theme_;
    std::vector<Entry> entries_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QStackedWidget* screens_;
    QTabBar* tabs_;
    QLabel* status_;
    QPushButton* containerButton_;
    QLineEdit* program_;
    QPushButton* again_;
    CommandStrip* command_;
};

} // namespace wheelhouse::ui
