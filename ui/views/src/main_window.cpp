#include "main_window_impl.h"
#include "ui/models/words.h"

#include <QCloseEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {

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
    impl_->connectAll();
    impl_->recall();
    impl_->applyTheme();
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
    top = new TopBar(session, actions, keys, theme, options.title, options.place, root);
    column->addWidget(top);
    unreachable = new Banner(theme, "banner", QStringLiteral("warning"), Tone::Bad, root);
    failure = new Banner(theme, "banner", QStringLiteral("warning"), Tone::Bad, root);
    notice = new Banner(theme, "notice", QStringLiteral("info"), Tone::Accent, root);
    stopped = new Banner(theme, "notice", QStringLiteral("pause"), Tone::Warning, root);
    draining = new Banner(theme, "notice", QStringLiteral("node"), Tone::Accent, root);
    past = new Banner(theme, "notice", QStringLiteral("clock"), Tone::Warning, root);
    past->stay();
    auto* retry = unreachable->addButton(MainWindow::tr("Try now"));
    QObject::connect(retry, &QPushButton::clicked, &session, &ClusterSession::retryNow);
    for (Banner* banner : {unreachable, past, stopped, draining, failure, notice})
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
    addPanel = new AddNodePanel(theme, host, session.map(), &self);
    deployPanel = new DeployPanel(actions, theme, root);
    deployPanel->setNamespace(options.defaultNamespace);
    jump = new JumpPanel(session, theme, root);
    faultPanel = new FaultPanel(actions, theme, root);
    help = new HelpPanel(keys, theme, root);
}

QWidget* MainWindow::Impl::buildRail() {
    auto* rail = new QWidget(&self);
    rail->setObjectName(QStringLiteral("rail"));
    rail->setAttribute(Qt::WA_StyledBackground);
    // Some languages' names of places are longer than others'.
    const auto widen = [this, rail] {
        int width = theme.px(metrics::railWidth);
        for (const RailButton* button : railPlaces)
            width = std::max(width, button->sizeHint().width());
        rail->setFixedWidth(width);
    };
    QObject::connect(&theme, &Theme::changed, rail, widen);
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
    const auto add = [&](const char* icon, const QString& name, const QString& tip) {
        auto* button = new RailButton(theme, QString::fromLatin1(icon), name, rail);
        // In the order of the deeds, too.
        const Deed deed = static_cast<Deed>(static_cast<int>(Deed::ShowMap) + railPlaces.size());
        railPlaces.push_back(button);
        const auto hint = [this, button, tip, deed] { button->setToolTip(keys.hint(tip, deed)); };
        hint();
        QObject::connect(&keys, &KeyTable::changed, button, hint);
        column->addWidget(button);
    };
    // In the order of `Place`.
    add("map", MainWindow::tr("Map"), MainWindow::tr("The cluster as a map"));
    add("objects", MainWindow::tr("Objects"), MainWindow::tr("Everything as tables"));
    add("verdict", MainWindow::tr("Verdicts"), MainWindow::tr("Why every pod is where it is"));
    add("scaling", MainWindow::tr("Scaling"), MainWindow::tr("Autoscalers and pools of nodes"));
    add("fault", MainWindow::tr("Failures"), MainWindow::tr("Break things on purpose"));
    add("access", MainWindow::tr("Access"), MainWindow::tr("Who can do what"));
    column->addStretch(1);
    add("wheel", MainWindow::tr("Start"),
        MainWindow::tr("What this computer can do, and nodes to begin with"));
    widen();
    railPlaces.front()->setChecked(true);
    return rail;
}

QWidget* MainWindow::Impl::buildCentre() {
    horizontal = new QSplitter(Qt::Horizontal, &self);
    horizontal->setHandleWidth(1);
    horizontal->setChildrenCollapsible(false);
    places = new QStackedWidget(horizontal);
    mapPage = new MapPage(session, keys, theme, places);
    mapPage->map()->setReducedMotion(options.reducedMotion);
    objects = new ObjectsView(session, theme, places);
    places->addWidget(mapPage);
    verdicts = new VerdictsPage(session, theme, places);
    places->addWidget(objects);
    scaling = new ScalingPage(session, actions, theme, places);
    places->addWidget(verdicts);
    places->addWidget(scaling);
    faultsPage = new FaultsPage(session, faults, actions, theme, places);
    places->addWidget(faultsPage);
    access = new AccessPage(session, theme, places);
    places->addWidget(access);
    start = new StartPage(session, host, theme, places);
    places->addWidget(start);
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
    dockTabs->addTab(MainWindow::tr("Timeline"));
    dockTabs->addTab(MainWindow::tr("Feed"));
    dockTabs->addTab(MainWindow::tr("Next"));
    dockTabs->addTab(MainWindow::tr("Logs"));
    dockTabs->addTab(MainWindow::tr("Terminal"));
    dockTabs->addTab(MainWindow::tr("Forwards"));
    dockTabs->addTab(MainWindow::tr("YAML"));
    auto* tabs = new QHBoxLayout;
    tabs->setContentsMargins(20, 0, 16, 0);
    tabs->addWidget(dockTabs);
    tabs->addStretch(1);
    column->addLayout(tabs);
    dockPages = new QStackedWidget(dock);
    timeline = new TimelineView(
        session.timeline(), session.executor(), [this] { return session.now(); }, keys, theme, dockPages);
    feed = new FeedView(session.feed(), theme, dockPages);
    next = new NextView(session, actions, theme, dockPages);
    logs = new LogsView(session.cluster(), session.executor(), theme, dockPages);
    terminals = new TerminalView(session.cluster(), theme, dockPages);
    forwards = new ForwardsView(session.cluster(), theme, dockPages);
    yaml = new YamlPane(actions, keys, theme, dockPages);
    yaml->setNamespace(options.defaultNamespace);
    for (QWidget* page :
         std::initializer_list<QWidget*>{timeline, feed, next, logs, terminals, forwards, yaml})
        dockPages->addWidget(page);
    dockTabs->setCurrentIndex(Feed);
    dockPages->setCurrentIndex(Feed);
    column->addWidget(dockPages, 1);
    return dock;
}

void MainWindow::Impl::applyTheme() {
    theme.setLook({isDark(), vision, projector});
    self.setPalette(theme.palette());
    self.setFont(theme.body());
    self.setStyleSheet(theme.styleSheet());
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
    if (!impl_->mayClose()) return event->ignore();
    impl_->remember();
    event->accept();
    Q_EMIT closing();
}

void MainWindow::present() {
    setWindowState(windowState() & ~Qt::WindowMinimized);
    show();
    raise();
    activateWindow();
}

bool MainWindow::leavesMachines() const {
    return impl_->leaveMachines;
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    // Only the desktop's palette counts; ours changes through applyTheme().
    if (event->type() == QEvent::ApplicationPaletteChange && impl_ &&
        impl_->options.appearance == Appearance::System && impl_->isDark() != impl_->theme.isDark())
        impl_->applyTheme();
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && impl_->drawer->isVisible()) return impl_->hideDrawer();
    const DetailDrawer::Subject& shown = impl_->drawer->subject();
    if (impl_->drawer->isVisible() &&
        impl_->rowKey(event->key(), event->modifiers(), QString::fromStdString(shown.resource.kind),
                      shown.nameSpace, shown.name))
        return;
    QMainWindow::keyPressEvent(event);
}

} // namespace wheelhouse::ui
