#include "ui/views/main_window.h"

#include "chrome.h"
#include "ui/models/words.h"
#include "ui/views/add_node_panel.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/map_page.h"
#include "ui/views/objects_view.h"
#include "ui/views/yaml_pane.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <set>

namespace wheelhouse::ui {

struct MainWindow::Impl {
    enum Dock { Feed, Logs, Yaml };

    Impl(MainWindow& window, MainWindowOptions given, client::Cluster& cluster, Executor& executor)
        : self(window), options(std::move(given)), theme(isDark()), session(cluster, executor),
          actions(cluster) {}

    bool isDark() const {
        return options.appearance == Appearance::System ? Theme::systemIsDark()
                                                        : options.appearance == Appearance::Dark;
    }
    void build();
    QWidget* buildRail();
    QWidget* buildCentre();
    QWidget* buildDock();
    void connectAll();
    void applyTheme();
    void openDock(Dock tab);
    void showObject(const QString& kind, const QString& nameSpace, const QString& name,
                    DetailDrawer::Tab tab = DetailDrawer::Status);
    void showPod(const Uid& uid, DetailDrawer::Tab tab = DetailDrawer::Status);
    void showNode(const QString& name);
    void hideDrawer();
    void addNodes(QWidget* near);
    void podMenu(const Uid& uid, const QPoint& at);
    void nodeMenu(const QString& name, const QPoint& at);
    void chooseNamespace(const QString& nameSpace);
    void deploy();
    void place(int index);

    MainWindow& self;
    MainWindowOptions options;
    Theme theme;
    ClusterSession session;
    ClusterActions actions;
    TopBar* top = nullptr;
    Banner* unreachable = nullptr;
    Banner* failure = nullptr;
    Banner* notice = nullptr;
    RailButton* mapPlace = nullptr;
    RailButton* objectsPlace = nullptr;
    QStackedWidget* places = nullptr;
    MapPage* mapPage = nullptr;
    ObjectsView* objects = nullptr;
    DetailDrawer* drawer = nullptr;
    QTabBar* dockTabs = nullptr;
    QStackedWidget* dockPages = nullptr;
    FeedView* feed = nullptr;
    LogsView* logs = nullptr;
    YamlPane* yaml = nullptr;
    AddNodePanel* addPanel = nullptr;
    QSplitter* vertical = nullptr;
    QSplitter* horizontal = nullptr;
};

MainWindow::MainWindow(MainWindowOptions options, client::Cluster& cluster, Executor& executor,
                       QWidget* parent)
    : QMainWindow(parent) {
    Theme::prepareApplication();
    impl_ = std::make_unique<Impl>(*this, std::move(options), cluster, executor);
    if (impl_->options.place.isEmpty()) impl_->options.place = QString::fromStdString(cluster.address());
    setWindowTitle(tr("%1 – Wheelhouse").arg(impl_->options.title));
    resize(1440, 900);
    setMinimumSize(960, 620);
    impl_->build();
    impl_->applyTheme();
    impl_->connectAll();
    setNotice(impl_->options.notice);
    impl_->mapPage->map()->setFocus(Qt::OtherFocusReason);
    // The first picture comes before the first question to the cluster.
    executor.post([self = QPointer(this)] {
        if (self) self->impl_->session.start();
    });
}

MainWindow::~MainWindow() {
    // Views refer to the session and the theme: they go first.
    delete takeCentralWidget();
    delete impl_->addPanel;
}

void MainWindow::Impl::build() {
    auto* root = new QWidget(&self);
    root->setObjectName(QStringLiteral("root"));
    auto* row = new QHBoxLayout(root);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(buildRail());
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    top = new TopBar(session, theme, options.title, options.place, root);
    column->addWidget(top);
    unreachable = new Banner(theme, "banner", QStringLiteral("warning"), Tone::Bad, root);
    failure = new Banner(theme, "banner", QStringLiteral("warning"), Tone::Bad, root);
    notice = new Banner(theme, "notice", QStringLiteral("info"), Tone::Accent, root);
    auto* retry = unreachable->addButton(MainWindow::tr("Try now"));
    QObject::connect(retry, &QPushButton::clicked, &session, &ClusterSession::retryNow);
    for (Banner* banner : {unreachable, failure, notice})
        column->addWidget(banner);
    vertical = new QSplitter(Qt::Vertical, root);
    vertical->setHandleWidth(1);
    vertical->setChildrenCollapsible(false);
    vertical->addWidget(buildCentre());
    vertical->addWidget(buildDock());
    vertical->setStretchFactor(0, 1);
    vertical->setStretchFactor(1, 0);
    vertical->setSizes({660, 196});
    column->addWidget(vertical, 1);
    row->addLayout(column, 1);
    self.setCentralWidget(root);
    addPanel = new AddNodePanel(theme, &self);
}

QWidget* MainWindow::Impl::buildRail() {
    auto* rail = new QWidget(&self);
    rail->setObjectName(QStringLiteral("rail"));
    rail->setAttribute(Qt::WA_StyledBackground);
    rail->setFixedWidth(metrics::railWidth);
    auto* column = new QVBoxLayout(rail);
    column->setContentsMargins(0, 0, 0, 12);
    column->setSpacing(4);
    auto* wheel = new QLabel(rail);
    wheel->setAlignment(Qt::AlignCenter);
    wheel->setFixedHeight(metrics::topBarHeight);
    const auto draw = [this, wheel] {
        wheel->setPixmap(
            theme.pixmap(QStringLiteral("wheel"), 32, theme.tokens().accent, self.devicePixelRatioF()));
    };
    draw();
    QObject::connect(&theme, &Theme::changed, wheel, draw);
    column->addWidget(wheel);
    column->addSpacing(12);
    mapPlace = new RailButton(theme, QStringLiteral("map"), MainWindow::tr("Map"), rail);
    mapPlace->setToolTip(MainWindow::tr("The cluster as a map (Ctrl+1)"));
    mapPlace->setChecked(true);
    objectsPlace = new RailButton(theme, QStringLiteral("objects"), MainWindow::tr("Objects"), rail);
    objectsPlace->setToolTip(MainWindow::tr("Everything as tables (Ctrl+2)"));
    column->addWidget(mapPlace);
    column->addWidget(objectsPlace);
    column->addStretch(1);
    return rail;
}

QWidget* MainWindow::Impl::buildCentre() {
    horizontal = new QSplitter(Qt::Horizontal, &self);
    horizontal->setHandleWidth(1);
    horizontal->setChildrenCollapsible(false);
    places = new QStackedWidget(horizontal);
    mapPage = new MapPage(session, theme, places);
    mapPage->map()->setReducedMotion(options.reducedMotion);
    objects = new ObjectsView(session, theme, places);
    places->addWidget(mapPage);
    places->addWidget(objects);
    drawer = new DetailDrawer(session, actions, theme, horizontal);
    drawer->setMinimumWidth(320);
    drawer->hide();
    horizontal->addWidget(places);
    horizontal->addWidget(drawer);
    horizontal->setStretchFactor(0, 1);
    horizontal->setStretchFactor(1, 0);
    horizontal->setSizes({1000, 400});
    return horizontal;
}

QWidget* MainWindow::Impl::buildDock() {
    auto* dock = new QWidget(&self);
    dock->setObjectName(QStringLiteral("dock"));
    dock->setAttribute(Qt::WA_StyledBackground);
    dock->setMinimumHeight(140);
    auto* column = new QVBoxLayout(dock);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(4);
    dockTabs = new QTabBar(dock);
    dockTabs->setDrawBase(false);
    dockTabs->setExpanding(false);
    dockTabs->setUsesScrollButtons(false);
    dockTabs->setAccessibleName(MainWindow::tr("Dock"));
    dockTabs->addTab(MainWindow::tr("Feed"));
    dockTabs->addTab(MainWindow::tr("Logs"));
    dockTabs->addTab(MainWindow::tr("YAML"));
    auto* tabs = new QHBoxLayout;
    tabs->setContentsMargins(20, 0, 16, 0);
    tabs->addWidget(dockTabs);
    tabs->addStretch(1);
    column->addLayout(tabs);
    dockPages = new QStackedWidget(dock);
    feed = new FeedView(session.feed(), theme, dockPages);
    logs = new LogsView(session.cluster(), session.executor(), theme, dockPages);
    yaml = new YamlPane(actions, theme, dockPages);
    yaml->setNamespace(options.defaultNamespace);
    for (QWidget* page : std::initializer_list<QWidget*>{feed, logs, yaml})
        dockPages->addWidget(page);
    column->addWidget(dockPages, 1);
    return dock;
}

void MainWindow::Impl::connectAll() {
    QObject::connect(mapPlace, &QAbstractButton::clicked, &self, [this] { place(0); });
    QObject::connect(objectsPlace, &QAbstractButton::clicked, &self, [this] { place(1); });
    QObject::connect(top, &TopBar::namespaceChosen, &self,
                     [this](const QString& name) { chooseNamespace(name); });
    QObject::connect(top, &TopBar::deployRequested, &self, [this] { deploy(); });
    QObject::connect(objects, &ObjectsView::deployRequested, &self, [this] { deploy(); });
    QObject::connect(top, &TopBar::nodesRequested, &self, [this] { place(0); });
    QObject::connect(top, &TopBar::podsRequested, &self, [this] {
        place(1);
        objects->openKind(QStringLiteral("Pod"));
    });
    QObject::connect(top, &TopBar::troubleRequested, &self, [this] {
        place(0);
        mapPage->setOnlyTrouble(true);
    });
    QObject::connect(top, &TopBar::appearanceRequested, &self,
                     [this] { self.setAppearance(theme.isDark() ? Appearance::Light : Appearance::Dark); });
    QObject::connect(dockTabs, &QTabBar::currentChanged, &self,
                     [this](int index) { openDock(static_cast<Dock>(index)); });
    MapView* map = mapPage->map();
    QObject::connect(map, &MapView::podActivated, &self, [this](const Uid& uid) { showPod(uid); });
    QObject::connect(map, &MapView::nodeActivated, &self, [this](const QString& name) { showNode(name); });
    QObject::connect(map, &MapView::nothingActivated, &self, [this] { hideDrawer(); });
    QObject::connect(map, &MapView::podMenu, &self,
                     [this](const Uid& uid, const QPoint& at) { podMenu(uid, at); });
    QObject::connect(map, &MapView::nodeMenu, &self,
                     [this](const QString& name, const QPoint& at) { nodeMenu(name, at); });
    QObject::connect(mapPage, &MapPage::addNodeRequested, &self, [this](QWidget* near) { addNodes(near); });
    QObject::connect(addPanel, &AddNodePanel::chosen, &self, [this] {
        std::vector<QString> taken;
        for (const auto& [name, node] : session.map().nodes())
            taken.push_back(name);
        actions.addMachines(addPanel->wanted(), taken);
    });
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
    QObject::connect(&actions, &ClusterActions::done, &self,
                     [this](const QString& what, const QString& command) {
                         session.feed().note(MainWindow::tr("You"), what, Tone::Warning, command);
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
    const auto key = [this](const QKeySequence& sequence, auto act) {
        QObject::connect(new QShortcut(sequence, &self), &QShortcut::activated, &self, act);
    };
    key(QKeySequence(Qt::CTRL | Qt::Key_1), [this] { place(0); });
    key(QKeySequence(Qt::CTRL | Qt::Key_2), [this] { place(1); });
}

void MainWindow::Impl::place(int index) {
    places->setCurrentIndex(index);
    (index == 0 ? mapPlace : objectsPlace)->setChecked(true);
}

void MainWindow::Impl::applyTheme() {
    theme.setDark(isDark());
    self.setPalette(theme.palette());
    self.setFont(theme.body());
    self.setStyleSheet(theme.styleSheet());
}

/// The editor and logs want more room than the feed.
void MainWindow::Impl::openDock(Dock tab) {
    dockTabs->setCurrentIndex(tab);
    dockPages->setCurrentIndex(tab);
    const QList<int> sizes = vertical->sizes();
    const int total = sizes[0] + sizes[1];
    const int wanted = tab == Yaml   ? std::max(300, total * 2 / 5)
                       : tab == Logs ? std::max(240, total / 3)
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
    yaml->setNamespace(nameSpace.isEmpty() ? options.defaultNamespace : nameSpace);
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
    showObject(QStringLiteral("Pod"), pod->nameSpace, pod->name, tab);
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
    std::vector<QString> taken;
    std::set<QString> zones;
    for (const auto& [name, node] : session.map().nodes()) {
        taken.push_back(name);
        if (!node.zone.isEmpty()) zones.insert(node.zone);
    }
    addPanel->prepare(std::move(taken), QStringList(zones.begin(), zones.end()));
    addPanel->adjustSize();
    const QPoint corner = near->mapToGlobal(QPoint(near->width(), near->height() + 6));
    addPanel->move(corner - QPoint(addPanel->width(), 0));
    addPanel->show();
}

void MainWindow::Impl::podMenu(const Uid& uid, const QPoint& at) {
    auto* menu = new QMenu(&self);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(MainWindow::tr("Open"), &self, [this, uid] { showPod(uid); });
    menu->addAction(MainWindow::tr("Logs"), &self, [this, uid] {
        showPod(uid);
        openDock(Logs);
    });
    menu->addSeparator();
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
    if (node->hasNode) {
        const bool cordoned = node->look == NodeLook::Cordoned;
        menu->addAction(cordoned ? MainWindow::tr("Uncordon") : MainWindow::tr("Cordon"), &self,
                        [this, name, cordoned] { actions.setCordoned(name, !cordoned); });
    }
    menu->addAction(MainWindow::tr("Remove…"), &self, [this, name] {
        showNode(name);
        drawer->askDelete();
    });
    menu->popup(at);
}

void MainWindow::setAppearance(Appearance appearance) {
    impl_->options.appearance = appearance;
    impl_->applyTheme();
}

void MainWindow::setNotice(const QString& text) {
    impl_->notice->say(text);
}

void MainWindow::openManifest(const QString& text, const QString& name) {
    impl_->openDock(Impl::Yaml);
    impl_->yaml->setText(text, name);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    event->accept();
    Q_EMIT closing();
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    // Only the desktop's palette counts; ours changes through applyTheme().
    if (event->type() == QEvent::ApplicationPaletteChange && impl_ &&
        impl_->options.appearance == Appearance::System && impl_->isDark() != impl_->theme.isDark())
        impl_->applyTheme();
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Slash) {
        impl_->place(1);
        impl_->objects->focusFilter();
        return;
    }
    if (event->key() == Qt::Key_Escape && impl_->drawer->isVisible()) return impl_->hideDrawer();
    if (event->key() == Qt::Key_Delete && impl_->drawer->isVisible()) return impl_->drawer->askDelete();
    QMainWindow::keyPressEvent(event);
}

} // namespace wheelhouse::ui
