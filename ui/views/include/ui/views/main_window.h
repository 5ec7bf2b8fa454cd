#pragma once

#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "ui/models/host.h"

#include <QMainWindow>
#include <QString>
#include <memory>

namespace wheelhouse::ui {

/// Which colours: those of the desktop, or one of ours whatever the desktop says.
enum class Appearance { System, Light, Dark };

/// What the window cannot learn from the cluster itself.
struct MainWindowOptions {
    QString title;                        ///< the cluster's name, e.g. "lab"
    QString place;                        ///< where it is, e.g. "local"; empty = the cluster's address()
    QString defaultNamespace = "default"; ///< for manifests that name none
    Appearance appearance = Appearance::System;
    bool reducedMotion = false; ///< no animation at all
    QString stateFile;          ///< what it remembers from one session to the next; empty = nothing
    bool ownsMachines = false;  ///< closing it may end virtual machines, so it asks
    Host* host = nullptr;       ///< the computer under the lab, where this is it; outlives the window
    bool guide = false; ///< an empty lab in which nobody has chosen anything is met with the first steps
    QString notice;     ///< one line to show at the top until it is closed; empty = none
};

/// The window on one cluster: map, objects, details, feed, logs and manifests. It appears at once and fills
/// itself as answers come; a cluster that cannot be reached is a banner, never a dialog, and everything
/// already shown stays usable.
///
/// `cluster` must have been made with `executor`, and `executor` must run on the thread of QApplication
/// (`UiExecutor`). Both must outlive the window. Use on that thread only. Destroying the window ends all its
/// watches.
class MainWindow final : public QMainWindow {
    Q_OBJECT
  public:
    MainWindow(MainWindowOptions options, client::Cluster& cluster, Executor& executor,
               QWidget* parent = nullptr);
    ~MainWindow() override;

    void setAppearance(Appearance appearance);
    /// One line of news at the top of the window, e.g. why software emulation is used. Empty takes it away.
    void setNotice(const QString& text);
    /// Fills the manifest editor and shows it, as if the user had opened it.
    void openManifest(const QString& text, const QString& name);
    /// Brings it before everything else.
    void present();
    /// Once it is closing: virtual machines shall go on running.
    bool leavesMachines() const;

  Q_SIGNALS:
    /// The user wants to leave (window closed). The window is still alive.
    void closing();

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::ui
