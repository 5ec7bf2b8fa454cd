#include "window.h"

#include "engine/base/system.h"
#include "lab.h"
#include "local_host.h"
#include "paths.h"
#include "serve.h"
#include "single_instance.h"
#include "ui/models/ui_executor.h"
#include "ui/views/main_window.h"
#include "ui/widgets/language.h"

#include <QApplication>
#include <QMessageBox>
#include <thread>

namespace wheelhouse::app {
namespace {

ui::Appearance appearanceOf(const std::string& name) {
    return name == "light"  ? ui::Appearance::Light
           : name == "dark" ? ui::Appearance::Dark
                            : ui::Appearance::System;
}

/// Ends the event loop when the system asks the program to stop.
void quitOnStopSignal() {
    std::thread([] {
        waitForStop();
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    }).detach();
}

} // namespace

int window(const CommandLine& options, int& argc, char** argv) {
    holdStopSignals();
    QApplication application(argc, argv);
    QApplication::setApplicationName("wheelhouse");
    QApplication::setDesktopFileName("dev.wheelhouse.Wheelhouse");
    ui::useLanguage(QLocale::system());
    SingleInstance single(options.dataDirectory);
    if (single.handOver()) return 0;
    quitOnStopSignal();
    Result<std::unique_ptr<Lab>> lab = Lab::open(options);
    if (!lab) {
        const QString message = QString::fromStdString(lab.error().message);
        fprintf(stderr, "wheelhouse: %s\n", qPrintable(message));
        QMessageBox::critical(nullptr, QObject::tr("Wheelhouse"), message);
        return 1;
    }
    single.listen();
    SystemClock clock;
    int code = 0;
    {
        ui::UiExecutor executor(clock);
        const std::unique_ptr<client::Cluster> cluster = (*lab)->connect(executor, "wheelhouse-window");
        LocalHost host(executor, options.dataDirectory);
        ui::MainWindowOptions shown;
        shown.host = &host;
        shown.guide = options.nodes.empty();
        shown.title = QString::fromStdString(options.dataDirectory.filename().string());
        shown.place = QObject::tr("this computer");
        shown.appearance = appearanceOf(options.appearance);
        shown.stateFile = QString::fromStdString((stateDirectory() / "window.json").string());
        shown.ownsMachines = !options.keepMachines;
        ui::MainWindow mainWindow(shown, *cluster, executor);
        QObject::connect(&mainWindow, &ui::MainWindow::closing, &application, &QApplication::quit);
        QObject::connect(&single, &SingleInstance::startedAgain, &mainWindow, &ui::MainWindow::present);
        mainWindow.show();
        (*lab)->start([&executor, &mainWindow, &lab](const Result<void>& started) {
            executor.post([&mainWindow, &lab, started] {
                const Result<void> outcome = started ? announce(**lab) : started;
                if (!outcome) mainWindow.setNotice(QString::fromStdString(outcome.error().message));
            });
        });
        code = QApplication::exec();
        if (mainWindow.leavesMachines()) (*lab)->leaveMachines();
        mainWindow.hide();
    }
    (*lab)->stop();
    return code;
}

} // namespace wheelhouse::app
