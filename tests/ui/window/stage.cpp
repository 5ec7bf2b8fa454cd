#include "stage.h"

#include <QAbstractButton>
#include <QDir>
#include <QFile>
#include <QTabBar>

namespace wheelhouse::ui {

QString shotFolder() {
    const QString part = qEnvironmentVariable("WHEELHOUSE_SHOTS");
    return QStringLiteral(WHEELHOUSE_BINARY_DIR "/screenshots/") + part;
}

QString manifest() {
    QFile file(QStringLiteral(WHEELHOUSE_SOURCE_DIR "/resources/examples/nginx-deployment.yaml"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

Stage::Stage(bool namespaces) {
    if (!namespaces) return;
    for (const char* name : {"default", "kube-system", "shop"}) {
        api::core::Namespace space;
        space.mutable_metadata()->set_name(name);
        space.mutable_status()->set_phase("Active");
        cluster.put(space);
    }
}

void Stage::open(QSize size, bool reducedMotion, const QString& stateFile) {
    MainWindowOptions options;
    options.title = "classroom lab";
    options.place = "local";
    options.appearance = Appearance::Dark;
    options.reducedMotion = reducedMotion;
    options.stateFile = stateFile;
    window = std::make_unique<MainWindow>(options, cluster, executor);
    window->resize(size);
    window->show();
}

QPushButton* Stage::button(const QString& text) const {
    for (auto* button : window->findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == text) return button;
    return nullptr;
}

void Stage::press(const QString& text) const {
    auto* found = button(text);
    QVERIFY2(found != nullptr, qPrintable("no button " + text));
    QVERIFY2(found->isEnabled(), qPrintable("disabled " + text));
    QTest::mouseClick(found, Qt::LeftButton);
}

void Stage::place(const QString& text) const {
    for (auto* button : window->findChildren<QAbstractButton*>())
        if (button->isVisible() && button->text() == text) return QTest::mouseClick(button, Qt::LeftButton);
    QFAIL(qPrintable("no place " + text));
}

void Stage::dock(const QString& text) const {
    for (auto* tabs : window->findChildren<QTabBar*>())
        for (int tab = 0; tabs->accessibleName() == u"Dock" && tab < tabs->count(); ++tab)
            if (tabs->tabText(tab) == text)
                return QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(tab).center());
    QFAIL(qPrintable("no tab " + text));
}

void Stage::shot(const QString& name) const {
    for (const bool dark : {true, false}) {
        window->setAppearance(dark ? Appearance::Dark : Appearance::Light);
        QCoreApplication::processEvents();
        QDir().mkpath(shotFolder());
        QVERIFY(window->grab().save(
            QStringLiteral("%1/%2-%3.png").arg(shotFolder(), name, dark ? "dark" : "light")));
    }
    window->setAppearance(Appearance::Dark);
}

int Stage::countPods(const std::string& phase) const {
    int count = 0;
    for (const auto& pod : cluster.all<api::core::Pod>())
        count += pod.status().phase() == phase && !pod.metadata().has_deletiontimestamp();
    return count;
}

void Stage::smallLab() {
    life.addMachine("vm-1", "a", false, true);
    life.addNode("vm-1", "a", false, 2, 2048);
    life.addMachine("vm-2", "b", false, true);
    life.addNode("vm-2", "b", false, 2, 2048);
    life.start();
}

/// A lab as a class might leave it: three zones, every kind of node, trouble here and there.
void Stage::richLab() {
    const char* zones[] = {"a", "b", "c"};
    const char* applications[] = {"web", "api", "db", "cache", "job"};
    int serial = 0;
    for (int n = 1; n <= 5; ++n) {
        const std::string name = "vm-" + std::to_string(n);
        const std::string zone = zones[(n - 1) % 3];
        life.addMachine(name, zone, false, true);
        life.addNode(name, zone, false, 4, 4096);
        for (int p = 0; p < 9 + (n * 5) % 13; ++p) {
            const std::string app = applications[(n + p * 3) % 5];
            const bool trouble = (n * 17 + p) % 23 == 0;
            life.addPod(app, app + "-7d9f8c5b6-" + std::to_string(++serial), name,
                        trouble                 ? "CrashLoopBackOff"
                        : (n * 7 + p) % 19 == 0 ? "ContainerCreating"
                                                : "Running");
        }
    }
    for (int n = 1; n <= 3; ++n) {
        const std::string name = "sim-" + std::to_string(n);
        life.addMachine(name, zones[n - 1], true, true);
        life.addNode(name, zones[n - 1], true, 8, 8192);
        for (int p = 0; p < 26 + n * 7; ++p) {
            const std::string app = applications[(n * 2 + p) % 5];
            life.addPod(app, app + "-5c6d7-" + std::to_string(++serial), name, "Running");
        }
    }
    life.setReady("vm-4", "Unknown", 19);
    life.addPod("web", "web-7d9f8c5b6-k2x8c", "", "");
    life.addPod("web", "web-7d9f8c5b6-v7qwl", "", "");
    life.addPod("db", "db-0", "", "Unschedulable");
    life.addMachine("vm-6", "c", false, false);
    cluster.edit<api::lab::Machine>("vm-6", [](auto& machine) {
        machine.mutable_status()->set_phase("Booting");
        const std::pair<const char*, int> steps[] = {{"disk made", 212}, {"kernel", 1730}, {"containerd", 0}};
        for (const auto& [name, took] : steps) {
            auto* step = machine.mutable_status()->add_steps();
            step->set_name(name);
            step->set_milliseconds(took);
            step->set_done(took > 0);
        }
    });
    life.event("Scheduled", "Successfully assigned default/web-7d9f8c5b6-1 to vm-1", "Pod", "web-7d9f8c5b6-1",
               "scheduler", "", 64);
    life.event("Started", "Started container web", "Pod", "web-7d9f8c5b6-1", "agent", "vm-1", 58);
    life.event("BackOff", "restarting failed container after 40 s", "Pod", "cache-7d9f8c5b6-12", "agent",
               "vm-2", 41);
    life.event("RegisteredNode", "Node joined", "Node", "sim-3", "node-controller", "", 33);
    life.event("NodeNotReady", "Node is not ready", "Node", "vm-4", "node-controller", "", 19);
    life.event("FailedScheduling", "8 nodes have too little CPU left.", "Pod", "db-0", "scheduler", "", 6);
}

} // namespace wheelhouse::ui
