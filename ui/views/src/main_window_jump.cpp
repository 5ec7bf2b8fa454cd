// Getting anywhere and doing anything by typing: what there is to do, and how one gets there and back.
#include "main_window_impl.h"

#include <QLineEdit>
#include <QShortcut>
#include <QTableView>

namespace wheelhouse::ui {

std::vector<MainWindow::Impl::Deed> MainWindow::Impl::makeDeeds() {
    const auto shows = [this](Place which) { return [this, which] { place(which); }; };
    const auto opens = [this](Dock which) { return [this, which] { openDock(which); }; };
    return {
        {MainWindow::tr("Map"), QStringLiteral("Ctrl+1"), shows(Map)},
        {MainWindow::tr("Objects"), QStringLiteral("Ctrl+2"), shows(Objects)},
        {MainWindow::tr("Verdicts"), QStringLiteral("Ctrl+3"), shows(Verdicts)},
        {MainWindow::tr("Scaling"), QStringLiteral("Ctrl+4"), shows(Scaling)},
        {MainWindow::tr("Failures"), QStringLiteral("Ctrl+5"), shows(Failures)},
        {MainWindow::tr("Access"), QStringLiteral("Ctrl+6"), shows(Access)},
        {MainWindow::tr("Start: this computer, a sample lab, first nodes"), QStringLiteral("Ctrl+7"),
         shows(Start)},
        {MainWindow::tr("Deploy a manifest"), {}, [this] { deploy(); }},
        {MainWindow::tr("Add a node"),
         {},
         [this] {
             place(Map);
             if (mapPage->addNodeButton()->isEnabled()) addNodes(mapPage->addNodeButton());
         }},
        {MainWindow::tr("Pause or resume the cluster's time"), QStringLiteral("Ctrl+Space"),
         [this] { top->clock()->togglePause(); }},
        {MainWindow::tr("Let one step happen"), QStringLiteral("Ctrl+."), [this] { top->clock()->step(); }},
        {MainWindow::tr("Show only trouble"),
         {},
         [this] {
             place(Map);
             mapPage->setOnlyTrouble(true);
         }},
        {MainWindow::tr("Timeline"), QStringLiteral("Ctrl+T"), opens(Timeline)},
        {MainWindow::tr("Feed"), {}, opens(Feed)},
        {MainWindow::tr("Who acts next"), {}, opens(Next)},
        {MainWindow::tr("Logs"), {}, opens(Logs)},
        {MainWindow::tr("Terminal"), {}, opens(Terminal)},
        {MainWindow::tr("Forwarded ports"), {}, opens(Forwards)},
        {MainWindow::tr("Light or dark"),
         {},
         [this] { self.setAppearance(theme.isDark() ? Appearance::Light : Appearance::Dark); }},
    };
}

void MainWindow::Impl::connectJump() {
    deeds = makeDeeds();
    std::vector<JumpEntry> entries;
    for (const Deed& deed : deeds) {
        JumpEntry entry;
        entry.action = static_cast<int>(entries.size());
        entry.title = deed.title;
        entry.note = deed.keys;
        entries.push_back(std::move(entry));
    }
    jump->model().setActions(std::move(entries));
    const auto key = [this](const QKeySequence& sequence, auto act) {
        QObject::connect(new QShortcut(sequence, &self), &QShortcut::activated, &self, act);
    };
    const auto go = [this](const JumpEntry* entry) {
        if (entry != nullptr) jumpTo(*entry);
    };
    key(QKeySequence(Qt::CTRL | Qt::Key_K), [this] { jump->open(); });
    key(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P), [this] { jump->open(); });
    key(QKeySequence(Qt::Key_Colon), [this] { jump->open(QStringLiteral(":")); });
    key(QKeySequence(Qt::Key_Minus), [this, go] { go(jump->model().last()); });
    key(QKeySequence(Qt::Key_BracketLeft), [this, go] { go(jump->model().travel(-1)); });
    key(QKeySequence(Qt::Key_BracketRight), [this, go] { go(jump->model().travel(1)); });
    QObject::connect(top, &TopBar::searchRequested, &self, [this] { jump->open(); });
    QObject::connect(jump, &JumpPanel::chosen, &self, [this](const JumpEntry& entry) { jumpTo(entry); });
}

void MainWindow::Impl::jumpTo(const JumpEntry& entry) {
    switch (entry.what) {
    case JumpEntry::What::Kind:
        if (!entry.nameSpace.isEmpty()) top->choose(entry.nameSpace == u"*" ? QString() : entry.nameSpace);
        place(Objects);
        objects->openKind(entry.kind);
        objects->filterField()->setText(entry.filter);
        objects->tableWidget()->setFocus(Qt::ShortcutFocusReason);
        return;
    case JumpEntry::What::Namespace:
        return top->choose(entry.nameSpace);
    case JumpEntry::What::Node:
        return showNode(entry.name);
    case JumpEntry::What::Pod:
        return showPod(entry.uid);
    case JumpEntry::What::Action:
        return deeds[static_cast<std::size_t>(entry.action)].run();
    }
}

} // namespace wheelhouse::ui
