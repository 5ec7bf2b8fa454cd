#pragma once

#include "engine/base/system.h"
#include "engine/client/remote_cluster.h"
#include "lab_process.h"
#include "ui/models/ui_executor.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/main_window.h"
#include "ui/views/map_page.h"

#include <QtTest>
#include <memory>

namespace wheelhouse::ui {

/// The window, connected over HTTPS to the real program as to any cluster, and what a person does with it.
/// The program and its lab are the test's own; kubectl says what is true.
class WindowLab : public QObject {
    Q_OBJECT
  protected:
    static constexpr int soon = 60'000; ///< a deadline for what has gone wrong; nothing takes that long

    explicit WindowLab(QStringList arguments);
    ~WindowLab() override;

    /// Starts the program and opens the window on it.
    void open();
    /// Closes the window and stops the program.
    void close();

    template <class W>
    W* part() const {
        return window_->findChild<W*>();
    }
    MapView* map() const { return part<MapPage>()->map(); }
    /// Clicks the visible, enabled button with that text; false where there is none.
    bool press(const QString& text) const;
    /// kubectl's jsonpath answer, a line each.
    QStringList lines(const QStringList& what, const QString& path) const;
    /// "uid node name" of every nginx pod that runs and is not being deleted.
    QStringList running() const;
    /// Pastes the example manifest into the YAML pane and applies it.
    void deployExample() const;
    void selectNode(const QString& name) const;
    void selectPod(const QString& line) const;
    /// Presses an action of the drawer and confirms it.
    void act(const char* action) const;
    void shot(const QString& name) const;

    test::LabProcess lab_;
    std::unique_ptr<MainWindow> window_;

  private:
    struct Network;
    SystemClock clock_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<UiExecutor> executor_;
    std::unique_ptr<client::Cluster> cluster_;
};

} // namespace wheelhouse::ui
