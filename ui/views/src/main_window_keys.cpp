// What can be done wherever one is, the keys for it, and the help that shows them.
#include "main_window_impl.h"

#include <QApplication>
#include <QShortcut>
#include <QTabBar>
#include <QTableView>

namespace wheelhouse::ui {

void MainWindow::Impl::makePlaceDeeds() {
    const std::pair<Deed, Place> pages[] = {
        {Deed::ShowMap, Map},         {Deed::ShowObjects, Objects},   {Deed::ShowVerdicts, Verdicts},
        {Deed::ShowScaling, Scaling}, {Deed::ShowFailures, Failures}, {Deed::ShowAccess, Access},
        {Deed::ShowStart, Start},
    };
    for (const auto& [deed, which] : pages)
        deeds[deed] = [this, which = which] { place(which); };
    const std::pair<Deed, Dock> tabs[] = {{Deed::ShowFeed, Feed},
                                          {Deed::ShowNext, Next},
                                          {Deed::ShowLogs, Logs},
                                          {Deed::ShowTerminal, Terminal},
                                          {Deed::ShowForwards, Forwards}};
    for (const auto& [deed, which] : tabs)
        deeds[deed] = [this, which = which] { openDock(which); };
    deeds[Deed::ShowTimeline] = [this] {
        openDock(Timeline);
        timeline->setFocus(Qt::ShortcutFocusReason);
    };
    deeds[Deed::OnlyTrouble] = [this] {
        place(Map);
        mapPage->setOnlyTrouble(true);
    };
    deeds[Deed::Filter] = [this] {
        place(Objects);
        objects->focusFilter();
    };
}

void MainWindow::Impl::makeClockDeeds() {
    deeds[Deed::Pause] = [this] { top->clock()->togglePause(); };
    deeds[Deed::Step] = [this] { top->clock()->step(); };
    deeds[Deed::Faster] = [this] { top->clock()->changeSpeed(1); };
    deeds[Deed::Slower] = [this] { top->clock()->changeSpeed(-1); };
}

void MainWindow::Impl::makeDeeds() {
    makePlaceDeeds();
    makeClockDeeds();
    const auto go = [this](const JumpEntry* entry) {
        if (entry != nullptr) jumpTo(*entry);
    };
    deeds[Deed::Search] = [this] { jump->open(); };
    deeds[Deed::SearchKind] = [this] { jump->open(QStringLiteral(":")); };
    deeds[Deed::GoLast] = [this, go] { go(jump->model().last()); };
    deeds[Deed::GoBack] = [this, go] { go(jump->model().travel(-1)); };
    deeds[Deed::GoForward] = [this, go] { go(jump->model().travel(1)); };
    deeds[Deed::Help] = [this] { help->isVisible() ? help->hide() : help->open(keyPlace()); };
    deeds[Deed::Deploy] = [this] { deploy(); };
    deeds[Deed::AddNode] = [this] {
        place(Map);
        if (mapPage->addNodeButton()->isEnabled()) addNodes(mapPage->addNodeButton());
    };
    deeds[Deed::Appearance] = [this] {
        self.setAppearance(theme.isDark() ? Appearance::Light : Appearance::Dark);
    };
}

void MainWindow::Impl::connectKeys() {
    makeDeeds();
    bindKeys();
    QObject::connect(&keys, &KeyTable::changed, &self, [this] { bindKeys(); });
}

void MainWindow::Impl::bindKeys() {
    for (QShortcut* shortcut : std::exchange(shortcuts, {})) {
        shortcut->setEnabled(false); // it is still there until the event loop deletes it
        shortcut->deleteLater();
    }
    for (const KeyAction& action : keys.actions()) {
        const auto deed = deeds.find(action.deed);
        if (deed == deeds.end()) continue;
        for (const QKeySequence& key : action.keys) {
            auto* shortcut = new QShortcut(key, &self);
            QObject::connect(shortcut, &QShortcut::activated, &self, deed->second);
            shortcuts.push_back(shortcut);
        }
    }
}

KeyPlace MainWindow::Impl::keyPlace() const {
    const QWidget* focus = QApplication::focusWidget();
    const auto within = [focus](const QWidget* widget) {
        return focus != nullptr && (focus == widget || widget->isAncestorOf(focus));
    };
    if (within(timeline)) return KeyPlace::Timeline;
    if (within(yaml)) return KeyPlace::Editor;
    if (within(objects) || within(drawer)) return KeyPlace::Row;
    if (within(mapPage)) return drawer->isVisible() ? KeyPlace::Row : KeyPlace::Map;
    return KeyPlace::Everywhere;
}

} // namespace wheelhouse::ui
