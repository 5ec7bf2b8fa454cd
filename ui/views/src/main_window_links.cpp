// What happens when something in the window is pressed, chosen, dropped or heard of.
#include "main_window_impl.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>

namespace wheelhouse::ui {

void MainWindow::Impl::connectAll() {
    connectBars();
    connectMap();
    connectObjects();
    connectReports();
    connectClock();
    connectDeploy();
    connectDrain();
    connectTimeline();
    connectFaults();
    connectStart();
    connectKeys();
    connectPods();
    connectJump();
    connectEditor();
}

void MainWindow::Impl::connectBars() {
    for (int index = 0; index < static_cast<int>(railPlaces.size()); ++index)
        QObject::connect(railPlaces[static_cast<std::size_t>(index)], &QAbstractButton::clicked, &self,
                         [this, index] { place(index); });
    QObject::connect(top, &TopBar::namespaceChosen, &self,
                     [this](const QString& name) { chooseNamespace(name); });
    QObject::connect(top, &TopBar::deployRequested, &self, [this] { deploy(); });
    QObject::connect(objects, &ObjectsView::deployRequested, &self, [this] { deploy(); });
    QObject::connect(top, &TopBar::nodesRequested, &self, [this] { place(Map); });
    QObject::connect(top, &TopBar::podsRequested, &self, [this] {
        place(Objects);
        objects->openKind(QStringLiteral("Pod"));
    });
    QObject::connect(top, &TopBar::troubleRequested, &self, [this] {
        place(Map);
        mapPage->setOnlyTrouble(true);
    });
    buildViewMenu();
    QObject::connect(dockTabs, &QTabBar::currentChanged, &self,
                     [this](int index) { openDock(static_cast<Dock>(index)); });
}

void MainWindow::Impl::connectMap() {
    MapView* map = mapPage->map();
    QObject::connect(map, &MapView::podActivated, &self, [this](const Uid& uid) { showPod(uid); });
    QObject::connect(map, &MapView::nodeActivated, &self, [this](const QString& name) { showNode(name); });
    QObject::connect(map, &MapView::ownerActivated, &self,
                     [this](const QString& nameSpace, const QString& kind, const QString& name) {
                         showObject(kind, nameSpace, name);
                     });
    QObject::connect(map, &MapView::nothingActivated, &self, [this] { hideDrawer(); });
    QObject::connect(map, &MapView::podMenu, &self,
                     [this](const Uid& uid, const QPoint& at) { podMenu(uid, at); });
    QObject::connect(map, &MapView::nodeMenu, &self,
                     [this](const QString& name, const QPoint& at) { nodeMenu(name, at); });
    QObject::connect(mapPage, &MapPage::addNodeRequested, &self, [this](QWidget* near) { addNodes(near); });
    QObject::connect(addPanel, &AddNodePanel::chosen, &self,
                     [this] { actions.addMachines(addPanel->form()->wanted(), takenNodes()); });
}

void MainWindow::Impl::connectObjects() {
    QObject::connect(
        objects, &ObjectsView::objectActivated, &self,
        [this](const client::ResourceInfo& resource, const QString& nameSpace, const QString& name) {
            showObject(QString::fromStdString(resource.kind), nameSpace, name);
        });
    QObject::connect(feed, &FeedView::objectActivated, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         showObject(kind, nameSpace, name);
                     });
    QObject::connect(drawer, &DetailDrawer::closed, &self, [this] { hideDrawer(); });
    QObject::connect(drawer, &DetailDrawer::editRequested, &self,
                     [this](const QString& text, const QString&) { self.openManifest(text, {}); });
    QObject::connect(access, &AccessPage::objectActivated, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         showObject(kind, nameSpace, name);
                     });
    QObject::connect(scaling, &ScalingPage::objectActivated, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         showObject(kind, nameSpace, name);
                     });
}

void MainWindow::Impl::connectReports() {
    QObject::connect(&actions, &ClusterActions::done, &self,
                     [this](const QString& what, const QString& command) {
                         session.feed().note(MainWindow::tr("You"), what, Tone::Warning, command);
                         session.timeline().note(what, Tone::Accent, session.now());
                     });
    QObject::connect(&actions, &ClusterActions::failed, &self,
                     [this](const QString& what, const Status& status, const QString& command) {
                         session.feed().note(MainWindow::tr("Refused"), what + u' ' + errorLine(status),
                                             Tone::Bad, command);
                         failure->say(MainWindow::tr("Not done: %1 %2").arg(what, errorLine(status)));
                     });
    QObject::connect(&session, &ClusterSession::connectionChanged, &self, [this] {
        const bool away = session.connection() == ClusterSession::Connection::Unreachable;
        unreachable->say(away ? MainWindow::tr("%1 does not answer: %2. What you see is the last known "
                                               "state; it is tried again by itself.")
                                    .arg(options.place, session.connectionError())
                              : QString());
    });
}

void MainWindow::Impl::connectClock() {
    QObject::connect(stopped->addButton(MainWindow::tr("Next step")), &QPushButton::clicked, &self,
                     [this] { top->clock()->step(); });
    QObject::connect(stopped->addButton(MainWindow::tr("Go on")), &QPushButton::clicked, &self,
                     [this] { top->clock()->togglePause(); });
    QObject::connect(&session.clock(), &ClockModel::changed, &self, [this] {
        const bool stands = session.clock().paused();
        if (stands == std::exchange(timeStands, stands)) return;
        stopped->say(
            stands ? MainWindow::tr("The cluster's time stands still: controllers, the scheduler and leases "
                                    "wait. You can still change things.")
                   : QString());
        if (stands && dockTabs->currentIndex() == Feed) openDock(Next);
    });
}

std::vector<QString> MainWindow::Impl::takenNames() {
    std::vector<QString> names;
    for (const auto& [name, pods] : session.map().applications(1000))
        names.push_back(name);
    return names;
}

void MainWindow::Impl::connectDeploy() {
    QObject::connect(mapPage->drag(), &MapDrag::templateDropped, &self,
                     [this](const QString& id, const DeployPlace& place) {
                         deployPanel->openTemplate(id, place, takenNames());
                     });
    QObject::connect(
        mapPage->drag(), &MapDrag::manifestDropped, &self,
        [this](const QString& text, const QString& file) { deployPanel->openManifest(text, file); });
    QObject::connect(mapPage->drag(), &MapDrag::chartDropped, &self,
                     [this](const QString& folder) { renderChart(folder); });
    QObject::connect(mapPage->drag(), &MapDrag::refused, &self,
                     [this](const QString& why) { failure->say(why); });
    const auto askEvict = [this](const Uid& uid) {
        if (session.map().findPod(uid) == nullptr) return;
        showPod(uid);
        drawer->askEvict();
    };
    QObject::connect(mapPage->drag(), &MapDrag::podDropped, &self, askEvict);
    PaletteBar* palette = mapPage->palette();
    QObject::connect(palette, &PaletteBar::templateChosen, &self,
                     [this](const QString& id) { deployPanel->openTemplate(id, {}, takenNames()); });
    QObject::connect(palette, &PaletteBar::fileWanted, &self, [this] { deploy(); });
    QObject::connect(palette->bin(), &NodeBin::podDropped, &self,
                     [askEvict](const QString& uid) { askEvict(Uid(uid.toStdString())); });
    QObject::connect(palette->bin(), &NodeBin::nodeDropped, &self, [this](const QString& name) {
        if (session.map().findNode(name) == nullptr) return;
        showNode(name);
        drawer->askDrain(true);
    });
    QObject::connect(deployPanel, &DeployPanel::editRequested, &self,
                     [this](const QString& text, const QString& file) { self.openManifest(text, file); });
}

void MainWindow::Impl::renderChart(const QString& folder) {
    const QString nameSpace = deployPanel->nameSpace();
    chart.render(folder, nameSpace, [this, folder, nameSpace](const Result<QString>& text) {
        if (!text) return failure->say(errorLine(text.error()));
        deployPanel->openChart(*text, folder, HelmChart::command(folder, nameSpace));
    });
}

void MainWindow::Impl::connectDrain() {
    QObject::connect(drawer, &DetailDrawer::drainRequested, &self,
                     [this](const QString& node, bool remove, bool hasMachine) {
                         drained = node;
                         const NodeDrain::Wish wish{node, remove, hasMachine};
                         drain.start(wish);
                         session.feed().note(MainWindow::tr("You"),
                                             MainWindow::tr("began to drain %1.").arg(node), Tone::Warning,
                                             NodeDrain::command(wish));
                     });
    QObject::connect(
        draining->addButton(MainWindow::tr("Stop draining")), &QPushButton::clicked, &self, [this] {
            drain.stop(drained);
            draining->say({});
            session.feed().note(MainWindow::tr("You"), MainWindow::tr("stopped draining %1.").arg(drained),
                                Tone::Warning, kubectl::cordon(drained, false));
        });
    QObject::connect(&drain, &NodeDrain::progressed, &self,
                     [this](const QString& node, int pods, const QString& waiting) {
                         const QString left =
                             pods == 1 ? MainWindow::tr("Draining %1: one pod is left.").arg(node)
                                       : MainWindow::tr("Draining %1: %2 pods are left.").arg(node).arg(pods);
                         draining->say(waiting.isEmpty() ? left : left + u' ' + waiting);
                     });
    QObject::connect(&drain, &NodeDrain::finished, &self, [this](const QString& node, bool removed) {
        draining->say({});
        session.feed().note(MainWindow::tr("You"),
                            removed ? MainWindow::tr("drained %1 and removed it.").arg(node)
                                    : MainWindow::tr("drained %1.").arg(node),
                            Tone::Good, {});
    });
    QObject::connect(&drain, &NodeDrain::failed, &self, [this](const QString& node, const Status& status) {
        draining->say({});
        failure->say(MainWindow::tr("%1 is not drained: %2").arg(node, errorLine(status)));
    });
}

void MainWindow::Impl::connectTimeline() {
    QObject::connect(timeline, &TimelineView::wanted, &self, [this](Revision revision) { goBack(revision); });
    QObject::connect(timeline, &TimelineView::liveWanted, &self, [this] { goLive(); });
    QObject::connect(past->addButton(MainWindow::tr("Copy kubectl command")), &QPushButton::clicked, &self,
                     [this] { QApplication::clipboard()->setText(kubectl::podsAt(travel.revision())); });
    QObject::connect(past->addButton(MainWindow::tr("Back to the present")), &QPushButton::clicked, &self,
                     [this] { goLive(); });
    QObject::connect(&travel, &TimeTravel::arrived, &self, [this](Revision revision) {
        const auto seconds =
            std::chrono::floor<std::chrono::seconds>(session.timeline().timeOf(revision).time_since_epoch())
                .count();
        past->say(MainWindow::tr("The past: %1, revision %2. It can be looked at, not changed.")
                      .arg(QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss")))
                      .arg(revision));
        mapPage->showPast(&travel.map());
    });
    QObject::connect(&travel, &TimeTravel::failed, &self, [this](Revision revision, const Status& status) {
        if (status.reason == Reason::Expired || status.reason == Reason::Gone) {
            session.timeline().forget(revision + 1);
            failure->say(MainWindow::tr("The history of revision %1 is gone; the tape begins later now.")
                             .arg(revision));
        } else {
            failure->say(MainWindow::tr("The past cannot be shown: %1").arg(errorLine(status)));
        }
        if (!travel.away()) return goLive();
        timeline->setHead(travel.revision());
    });
}

void MainWindow::Impl::goBack(Revision revision) {
    if (!travel.away()) {
        place(Map);
        hideDrawer();
        deployPanel->hide();
        faultPanel->hide();
        top->deployButton()->setEnabled(false);
        top->showPast(true);
    }
    travel.goTo(revision, session.isLab());
}

void MainWindow::Impl::goLive() {
    timeline->setHead(std::nullopt);
    travel.leave();
    past->say({});
    top->deployButton()->setEnabled(true);
    top->showPast(false);
    mapPage->showPast(nullptr);
}

void MainWindow::Impl::place(int index) {
    if (index != Map) goLive();
    places->setCurrentIndex(index);
    railPlaces[static_cast<std::size_t>(index)]->setChecked(true);
}

/// The editor and logs want more room than the feed.
void MainWindow::Impl::openDock(Dock tab) {
    dockTabs->setCurrentIndex(tab);
    dockPages->setCurrentIndex(tab);
    const QList<int> sizes = vertical->sizes();
    const int total = sizes[0] + sizes[1];
    const int wanted = tab == Yaml                                         ? std::max(300, total * 2 / 5)
                       : tab == Logs || tab == Terminal || tab == Forwards ? std::max(280, total / 3)
                                                                           : sizes[1];
    if (sizes[1] < wanted) vertical->setSizes({total - wanted, wanted});
}

void MainWindow::Impl::deploy() {
    openDock(Yaml);
    yaml->editor()->setFocus();
}

void MainWindow::Impl::chooseNamespace(const QString& nameSpace) {
    session.map().setNamespace(nameSpace);
    objects->setNamespace(nameSpace);
    verdicts->setNamespace(nameSpace);
    scaling->setNamespace(nameSpace);
    travel.map().setNamespace(nameSpace);
    const QString target = nameSpace.isEmpty() ? options.defaultNamespace : nameSpace;
    yaml->setNamespace(target);
    deployPanel->setNamespace(target);
    mapPage->drag()->setNamespace(target);
}

void MainWindow::Impl::showObject(const QString& kind, const QString& nameSpace, const QString& name,
                                  DetailDrawer::Tab tab) {
    if (kind == u"Node" || kind == u"Machine") return showNode(name);
    const auto* resource = session.resourceOfKind(kind);
    if (resource == nullptr) return;
    drawer->show({*resource, resource->namespaced ? nameSpace : QString(), name, false});
    drawer->setVisible(true);
    drawer->openTab(tab);
}

void MainWindow::Impl::showPod(const Uid& uid, DetailDrawer::Tab tab) {
    const MapPod* pod = session.map().findPod(uid);
    if (pod == nullptr) return;
    const bool waits = pod->node.isEmpty() && tab == DetailDrawer::Status;
    showObject(QStringLiteral("Pod"), pod->nameSpace, pod->name, waits ? DetailDrawer::Verdict : tab);
    if (const auto object = session.map().findPod(uid)) logs->open(object->nameSpace, object->name, {});
    mapPage->map()->select(pod->node, uid);
}

void MainWindow::Impl::showNode(const QString& name) {
    const auto* resource = session.resourceOfKind(QStringLiteral("Node"));
    if (resource == nullptr) return;
    drawer->show({*resource, {}, name, session.isLab()});
    drawer->setVisible(true);
    mapPage->map()->select(name, {});
}

void MainWindow::Impl::hideDrawer() {
    drawer->hide();
    drawer->clear();
    mapPage->map()->select({}, {});
}

void MainWindow::Impl::addNodes(QWidget* near) {
    addPanel->prepare();
    addPanel->openBelow(*near);
}

void MainWindow::Impl::podMenu(const Uid& uid, const QPoint& at) {
    auto* menu = new QMenu(&self);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(MainWindow::tr("Open"), &self, [this, uid] { showPod(uid); });
    menu->addAction(MainWindow::tr("Logs"), &self, [this, uid] {
        showPod(uid);
        openDock(Logs);
    });
    if (const MapPod* pod = session.map().findPod(uid))
        menu->addAction(MainWindow::tr("Shell"), &self,
                        [this, nameSpace = pod->nameSpace, name = pod->name] { openShell(nameSpace, name); });
    if (const MapPod* pod = session.map().findPod(uid))
        menu->addAction(MainWindow::tr("Forward a port…"), &self,
                        [this, nameSpace = pod->nameSpace, name = pod->name] {
                            openForward(QStringLiteral("Pod"), nameSpace, name);
                        });
    menu->addSeparator();
    addKillAction(*menu, uid);
    menu->addAction(MainWindow::tr("Evict…"), &self, [this, uid] {
        showPod(uid);
        drawer->askEvict();
    });
    menu->addAction(MainWindow::tr("Delete pod…"), &self, [this, uid] {
        showPod(uid);
        drawer->askDelete();
    });
    menu->popup(at);
}

void MainWindow::Impl::nodeMenu(const QString& name, const QPoint& at) {
    const MapNode* node = session.map().findNode(name);
    if (node == nullptr) return;
    auto* menu = new QMenu(&self);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(MainWindow::tr("Open"), &self, [this, name] { showNode(name); });
    menu->addSeparator();
    const bool off = node->look == NodeLook::Stopped || node->look == NodeLook::Frozen;
    auto* power = menu->addAction(off ? MainWindow::tr("Power on") : MainWindow::tr("Cut power…"), &self,
                                  [this, name, off] {
                                      showNode(name);
                                      drawer->askPower(off);
                                  });
    power->setEnabled(node->hasMachine);
    addFaultActions(*menu, name);
    if (node->hasNode) {
        const bool cordoned = node->look == NodeLook::Cordoned;
        menu->addAction(cordoned ? MainWindow::tr("Uncordon") : MainWindow::tr("Cordon"), &self,
                        [this, name, cordoned] { actions.setCordoned(name, !cordoned); });
    }
    for (const bool remove : {false, true})
        menu->addAction(remove ? MainWindow::tr("Drain and remove…") : MainWindow::tr("Drain…"), &self,
                        [this, name, remove] {
                            showNode(name);
                            drawer->askDrain(remove);
                        });
    menu->addAction(MainWindow::tr("Remove…"), &self, [this, name] {
        showNode(name);
        drawer->askDelete();
    });
    menu->popup(at);
}

} // namespace wheelhouse::ui
