#pragma once

#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_life.h"
#include "ui/models/ui_executor.h"
#include "ui/views/main_window.h"
#include "ui/views/map_page.h"

#include <QCoreApplication>
#include <QPushButton>
#include <QtTest>
#include <memory>
#include <vector>

namespace wheelhouse::ui {

inline constexpr int soon = 30'000; ///< a deadline for what has gone wrong; nothing takes that long

/// Where pictures go.
QString shotFolder();
/// The example manifest.
QString manifest();

/// Everything one test needs; members go away in the opposite order.
struct Stage {
    SystemClock clock;
    SeededRandom random{11};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    tests::FakeLife life{cluster, executor};
    std::unique_ptr<MainWindow> window;

    explicit Stage(bool namespaces = true);
    /// `stateFile` = where the window keeps how it was left; empty = nowhere.
    void open(QSize size = {1600, 1000}, bool reducedMotion = false, const QString& stateFile = {});
    template <class W>
    W* part() const {
        return window->findChild<W*>();
    }
    MapView* map() const { return part<MapPage>()->map(); }
    QPushButton* button(const QString& text) const;
    void press(const QString& text) const;
    /// Clicks a place in the rail.
    void place(const QString& text) const;
    /// Opens a tab of the dock.
    void dock(const QString& text) const;
    void shot(const QString& name) const;
    int countPods(const std::string& phase) const;
    std::vector<api::core::Pod> pods() const { return cluster.all<api::core::Pod>(); }
    void smallLab();
    void richLab();
};

} // namespace wheelhouse::ui
