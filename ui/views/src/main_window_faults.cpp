// What is broken on purpose: from the palette, from menus and by dragging, and how the map shows it.
#include "main_window_impl.h"

#include <QMenu>
#include <set>

namespace wheelhouse::ui {

void MainWindow::Impl::connectFaults() {
    PaletteBar* palette = mapPage->palette();
    const auto choose = [this](const QString& id) { breakSomething(id, {}, {}); };
    QObject::connect(faultsPage, &FaultsPage::faultChosen, &self, choose);
    QObject::connect(palette, &PaletteBar::faultChosen, &self, choose);
    QObject::connect(mapPage->drag(), &MapDrag::faultDropped, &self,
                     [this](const QString& id, const DeployPlace& place, const Uid& pod) {
                         breakSomething(id, place, pod);
                     });
    QObject::connect(faultsPage, &FaultsPage::objectActivated, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         showObject(kind, nameSpace, name);
                     });
    QObject::connect(faultPanel, &FaultPanel::editRequested, &self,
                     [this](const QString& text) { self.openManifest(text, {}); });
    QObject::connect(&faults, &FaultModel::faultsChanged, &self,
                     [this] { mapPage->map()->setFaults(faults.byNode()); });
    const auto offer = [this, palette] {
        const bool possible = session.resourceOfKind(QStringLiteral("Fault")) != nullptr;
        if (possible) faults.follow(session.cluster(), session.executor());
        palette->setFaultsPossible(
            possible, possible ? MainWindow::tr("Faults to drag onto nodes, zones and pods")
                               : MainWindow::tr("Only a Wheelhouse lab can break things on purpose"));
    };
    QObject::connect(&session, &ClusterSession::resourcesChanged, &self, offer);
    offer();
}

/// Opens the form for a fault, filled in with what it was dropped on or asked for.
void MainWindow::Impl::breakSomething(const QString& id, const DeployPlace& place, const Uid& pod) {
    const FaultTemplate* what = findFaultTemplate(id);
    if (what == nullptr) return;
    FaultWish wish = wishOf(*what);
    FaultPanel::Known known;
    std::set<QString> zones;
    for (const auto& [name, node] : session.map().nodes()) {
        known.nodes << name;
        if (!node.zone.isEmpty()) zones.insert(node.zone);
    }
    known.zones = QStringList(zones.begin(), zones.end());
    known.namespaces = session.namespaces();
    known.faults = faults.taken();
    const MapNode* node = session.map().findNode(place.node);
    const QString zone = node != nullptr ? node->zone : place.zone;
    if (!place.node.isEmpty() && wish.where.kind == FaultPlace::Kind::Nodes)
        wish.where.text = place.node;
    else if (!zone.isEmpty())
        wish.where = {FaultPlace::Kind::Zone, zone};
    wish.nameSpace = options.defaultNamespace;
    if (const MapPod* victim = session.map().findPod(pod)) {
        wish.nameSpace = victim->nameSpace;
        wish.pods = victim->name;
    }
    faultPanel->open(wish, std::move(known));
}

void MainWindow::Impl::addFaultActions(QMenu& menu, const QString& node) {
    if (!faults.following()) return;
    auto* breaking = menu.addMenu(theme.icon(QStringLiteral("fault"), Tone::Bad), MainWindow::tr("Break"));
    for (const FaultTemplate& each : faultTemplates())
        if (each.about != FaultTemplate::About::Pods)
            breaking->addAction(theme.icon(each.icon), each.name + u'…', &self, [this, id = each.id, node] {
                breakSomething(id, {{}, node}, {});
            });
    const auto found = faults.byNode().find(node);
    if (found == faults.byNode().end()) return;
    for (const NodeFault& fault : found->second)
        menu.addAction(theme.icon(QStringLiteral("mend"), Tone::Good),
                       MainWindow::tr("Mend: %1").arg(fault.text), &self,
                       [this, name = fault.fault] { actions.mend(name); });
}

void MainWindow::Impl::addKillAction(QMenu& menu, const Uid& pod) {
    if (!faults.following()) return;
    menu.addAction(theme.icon(QStringLiteral("kill"), Tone::Bad), MainWindow::tr("Kill its containers…"),
                   &self, [this, pod] { breakSomething(QStringLiteral("kill"), {}, pod); });
}

} // namespace wheelhouse::ui
