// Getting anywhere and doing anything by typing.
#include "main_window_impl.h"

#include <QLineEdit>
#include <QTableView>

namespace wheelhouse::ui {

void MainWindow::Impl::connectJump() {
    const auto offer = [this] {
        std::vector<JumpEntry> entries;
        for (const KeyAction& action : keys.actions()) {
            // What goes through history is of no use from a list of what there is.
            const bool moves = action.deed >= Deed::Search && action.deed <= Deed::GoForward;
            if (!deeds.contains(action.deed) || moves) continue;
            JumpEntry entry;
            entry.action = static_cast<int>(action.deed);
            entry.title = action.title;
            entry.note = keys.textOf(action.deed);
            entries.push_back(std::move(entry));
        }
        jump->model().setActions(std::move(entries));
    };
    offer();
    QObject::connect(&keys, &KeyTable::changed, &self, offer);
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
        return deeds.at(static_cast<Deed>(entry.action))();
    }
}

} // namespace wheelhouse::ui
