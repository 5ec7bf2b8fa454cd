// How one begins: an empty lab is met with what this computer can do and what the lab could begin with.
#include "main_window_impl.h"
#include "ui/models/sample_lab.h"
#include "ui/models/words.h"

#include <QPointer>
#include <QStackedWidget>

namespace wheelhouse::ui {

void MainWindow::Impl::connectStart() {
    QObject::connect(start, &StartPage::sampleWanted, &self, [this] { makeSampleLab(); });
    QObject::connect(start, &StartPage::simulatedWanted, &self, [this] { useSimulatedNodes(); });
    QObject::connect(start, &StartPage::nodesWanted, &self,
                     [this](const ClusterActions::NewMachines& wanted) {
                         memory.begun = true;
                         actions.addMachines(wanted, takenNodes());
                     });
    QObject::connect(start, &StartPage::mapWanted, &self, [this] { place(Map); });
    QObject::connect(start, &StartPage::skipped, &self, [this] {
        memory.begun = true;
        place(Map);
    });
    QObject::connect(places, &QStackedWidget::currentChanged, &self, [this](int index) {
        if (index == Start) start->setApplications(takenNames());
    });
    QObject::connect(&host, &HostModel::failed, &self,
                     [this](const QString& problem) { failure->say(problem); });
    QObject::connect(&session, &ClusterSession::loadedChanged, &self, [this] {
        const bool untouched = session.isLab() && session.map().nodes().empty();
        if (options.guide && !memory.begun && untouched && places->currentIndex() == Map) place(Start);
    });
}

std::vector<QString> MainWindow::Impl::takenNodes() {
    std::vector<QString> names;
    for (const auto& [name, node] : session.map().nodes())
        names.push_back(name);
    return names;
}

void MainWindow::Impl::useSimulatedNodes() {
    memory.begun = true;
    actions.addMachines(simulatedNodes(), takenNodes());
    place(Map);
}

void MainWindow::Impl::makeSampleLab() {
    memory.begun = true;
    const SampleLab sample = sampleLab(takenNames());
    actions.addMachines(sample.machines, takenNodes());
    actions.apply(sample.manifest, {}, options.defaultNamespace, false,
                  [this, alive = QPointer(&self)](const Result<std::vector<client::ManifestOutcome>>& made) {
                      if (alive && !made)
                          failure->say(
                              MainWindow::tr("The shop could not be made: %1").arg(errorLine(made.error())));
                  });
    place(Map);
}

} // namespace wheelhouse::ui
