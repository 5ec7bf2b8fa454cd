// What is broken on purpose: from the palette, from menus and by dragging, and how the map shows it.
#include "main_window_impl.h"

#include <QMenu>
#include <QStackedWidget>
#include <set>

namespace wheelhouse::ui {
namespace {

/// With more nodes than this, lines to the control plane would hide what they join.
constexpr std::size_t mostLinked = 40;

} // namespace

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
    QObject::connect(&links, &LinkModel::changed, &self, [this] { mapPage->map()->setLinks(links.links()); });
    QObject::connect(mapPage->map(), &MapView::linkActivated, &self,
                     [this](const MapLink& link, const QPoint& at) { linkMenu(link, at); });
    QObject::connect(&session.map(), &ClusterMapModel::changed, &self, [this] { followLinks(); });
    QObject::connect(places, &QStackedWidget::currentChanged, &self, [this] { followLinks(); });
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

void MainWindow::Impl::followLinks() {
    const std::size_t nodes = session.map().nodes().size();
    const bool wanted = nodes > 0 && nodes <= mostLinked && places->currentIndex() == Map &&
                        session.resourceOfKind(QStringLiteral("LinkTraffic")) != nullptr;
    wanted ? links.follow(session.cluster(), session.executor()) : links.unfollow();
}

void MainWindow::Impl::linkMenu(const MapLink& link, const QPoint& at) {
    if (!faults.following()) return;
    auto* menu = new QMenu(&self);
    menu->setObjectName(QStringLiteral("link.menu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const QString& fault : link.faults)
        menu->addAction(theme.icon(QStringLiteral("mend"), Tone::Good), MainWindow::tr("Mend: %1").arg(fault),
                        &self, [this, fault] { actions.mend(fault); });
    if (!link.faults.isEmpty()) menu->addSeparator();
    for (const FaultTemplate& each : faultTemplates()) {
        if (each.about != FaultTemplate::About::Link) continue;
        menu->addAction(theme.icon(each.icon), each.name + u'…', &self, [this, id = each.id, link] {
            FaultWish wish = wishOf(*findFaultTemplate(id));
            wish.where.text = link.from;
            if (!link.to.isEmpty()) wish.other = {FaultPlace::Kind::Nodes, link.to};
            openFaultPanel(wish);
        });
    }
    menu->popup(at);
}

/// Opens the form for a fault, filled in with what it was dropped on or asked for.
void MainWindow::Impl::breakSomething(const QString& id, const DeployPlace& place, const Uid& pod) {
    const FaultTemplate* what = findFaultTemplate(id);
    if (what == nullptr) return;
    FaultWish wish = wishOf(*what);
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
    openFaultPanel(wish);
}

void MainWindow::Impl::openFaultPanel(const FaultWish& wish) {
    FaultPanel::Known known;
    std::set<QString> zones;
    for (const auto& [name, node] : session.map().nodes()) {
        known.nodes << name;
        if (!node.zone.isEmpty()) zones.insert(node.zone);
    }
    known.zones = QStringList(zones.begin(), zones.end());
    known.namespaces = session.namespaces();
    known.faults = faults.taken();
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
