// From one session to the next: what the window remembers, and what becomes of machines when it is closed.
#include "main_window_impl.h"

#include <QLineEdit>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

/// In the order of Place.
const QStringList pageNames = {QStringLiteral("Map"),      QStringLiteral("Objects"),
                               QStringLiteral("Verdicts"), QStringLiteral("Scaling"),
                               QStringLiteral("Failures"), QStringLiteral("Access"),
                               QStringLiteral("Start")};

} // namespace

void MainWindow::Impl::recall() {
    memory = WindowMemory::load(options.stateFile);
    closePanel = new ClosePanel(theme, self.centralWidget());
    QObject::connect(closePanel, &ClosePanel::chosen, &self, [this](bool leave, bool remember) {
        if (remember) memory.onClose = leave ? OnClose::LeaveMachines : OnClose::StopMachines;
        leaveMachines = leave;
        closing = true;
        self.close();
    });
    if (options.stateFile.isEmpty()) return;
    self.restoreGeometry(memory.geometry);
    for (const auto& [splitter, sizes] :
         {std::pair(vertical, memory.vertical), {horizontal, memory.horizontal}})
        if (sizes.size() == splitter->count()) splitter->setSizes(sizes);
    if (options.appearance == Appearance::System && !memory.appearance.isEmpty())
        options.appearance = memory.appearance == u"light" ? Appearance::Light : Appearance::Dark;
    keys.restore(memory.keys);
    vision = memory.colors == u"red-green"     ? ColorVision::RedGreen
             : memory.colors == u"blue-yellow" ? ColorVision::BlueYellow
                                               : ColorVision::Usual;
    projector = memory.projector;
    setMotion(options.reducedMotion || memory.reducedMotion);
    const auto grouping = static_cast<MapGrouping>(memory.grouping);
    mapPage->setGrouping(grouping);
    mapPage->setOnlyTrouble(memory.onlyTrouble);
    objects->setColumnChoices(memory.columns);
    objects->setWide(memory.wide);
    if (!memory.kind.isEmpty()) objects->openKind(memory.kind);
    objects->filterField()->setText(memory.filter);
    if (!memory.nameSpace.isEmpty()) top->choose(memory.nameSpace);
    if (const qsizetype page = pageNames.indexOf(memory.page); page > 0) place(static_cast<int>(page));
}

void MainWindow::Impl::remember() {
    if (options.stateFile.isEmpty()) return;
    memory.geometry = self.saveGeometry();
    memory.vertical = vertical->sizes();
    if (drawer->isVisible()) memory.horizontal = horizontal->sizes();
    memory.page = pageNames.value(places->currentIndex());
    memory.kind = objects->kind();
    memory.filter = objects->filterField()->text();
    memory.nameSpace = top->chosenNamespace();
    memory.grouping = static_cast<int>(mapPage->map()->grouping());
    memory.onlyTrouble = mapPage->onlyTrouble();
    memory.appearance = options.appearance == Appearance::System  ? QString()
                        : options.appearance == Appearance::Light ? QStringLiteral("light")
                                                                  : QStringLiteral("dark");
    memory.columns = objects->columnChoices();
    memory.wide = objects->wide();
    memory.colors = vision == ColorVision::RedGreen     ? QStringLiteral("red-green")
                    : vision == ColorVision::BlueYellow ? QStringLiteral("blue-yellow")
                                                        : QString();
    memory.projector = projector;
    memory.reducedMotion = options.reducedMotion;
    memory.keys = keys.kept();
    memory.save(options.stateFile);
}

/// False when a question was put instead: the answer closes the window.
bool MainWindow::Impl::mayClose() {
    if (closing || !options.ownsMachines) return true;
    const auto& nodes = session.map().nodes();
    const auto running = std::count_if(nodes.begin(), nodes.end(), [](const auto& each) {
        const MapNode& node = each.second;
        return node.hasMachine && node.provider == u"vm" && node.look != NodeLook::Stopped &&
               node.look != NodeLook::Failed;
    });
    leaveMachines = memory.onClose == OnClose::LeaveMachines;
    if (running == 0 || memory.onClose != OnClose::Ask) return true;
    closePanel->ask(static_cast<int>(running));
    return false;
}

} // namespace wheelhouse::ui
