#pragma once

#include "chrome.h"
#include "close_panel.h"
#include "help_panel.h"
#include "mark_bar.h"
#include "palette_bar.h"
#include "ui/models/helm_chart.h"
#include "ui/models/host_model.h"
#include "ui/models/node_drain.h"
#include "ui/models/time_travel.h"
#include "ui/views/access_page.h"
#include "ui/views/add_node_panel.h"
#include "ui/views/deploy_panel.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/fault_panel.h"
#include "ui/views/faults_page.h"
#include "ui/views/forwards_view.h"
#include "ui/views/jump_panel.h"
#include "ui/views/main_window.h"
#include "ui/views/map_page.h"
#include "ui/views/next_view.h"
#include "ui/views/objects_view.h"
#include "ui/views/scaling_page.h"
#include "ui/views/start_page.h"
#include "ui/views/terminal_view.h"
#include "ui/views/timeline_view.h"
#include "ui/views/verdicts_page.h"
#include "ui/views/yaml_pane.h"
#include "window_memory.h"

class QMenu;
class QShortcut;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace wheelhouse::ui {

/// The parts of the window and what ties them together: `main_window.cpp` builds it, `main_window_links.cpp`
/// connects it, `main_window_pods.cpp` says how pods are worked with, `main_window_jump.cpp` what can be
/// typed, `main_window_keys.cpp` what keys do, `main_window_look.cpp` how it looks, `main_window_start.cpp`
/// how one begins.
struct MainWindow::Impl {
    enum Dock { Timeline, Feed, Next, Logs, Terminal, Forwards, Yaml };
    enum Place { Map, Objects, Verdicts, Scaling, Failures, Access, Start };

    Impl(MainWindow& window, MainWindowOptions given, client::Cluster& cluster, Executor& executor)
        : self(window), options(std::move(given)), theme(isDark()), session(cluster, executor),
          actions(cluster), host(options.host), drain(cluster, executor), travel(cluster),
          faults([this] { return session.now(); }), links(faults, [this] { return session.now(); }) {}

    bool isDark() const {
        return options.appearance == Appearance::System ? Theme::systemIsDark()
                                                        : options.appearance == Appearance::Dark;
    }
    void build();
    QWidget* buildRail();
    QWidget* buildCentre();
    QWidget* buildDock();
    void connectAll();
    void connectBars();
    void connectMap();
    void connectObjects();
    void connectReports();
    void connectClock();
    void connectDeploy();
    void connectDrain();
    void connectTimeline();
    void connectFaults();
    void connectStart();
    void useSimulatedNodes();
    void makeSampleLab();
    void connectKeys();
    /// Everything that can be done wherever one is.
    void makeDeeds();
    void makeClockDeeds();
    void makePlaceDeeds();
    /// Binds the keys of the table anew.
    void bindKeys();
    /// Where in the key table the focus is.
    KeyPlace keyPlace() const;
    void connectPods();
    void connectMarks();
    bool markedKey(Deed deed);
    void cordonMarked(bool cordon);
    void openLogsOfMarked();
    void connectJump();
    void jumpTo(const JumpEntry& entry);
    void connectEditor();
    void openEditor(const QString& kind, const QString& nameSpace, const QString& name);
    void applyTheme();
    void buildViewMenu();
    void setMotion(bool reduced);
    void openDock(Dock tab);
    void showObject(const QString& kind, const QString& nameSpace, const QString& name,
                    DetailDrawer::Tab tab = DetailDrawer::Status);
    void showPod(const Uid& uid, DetailDrawer::Tab tab = DetailDrawer::Status);
    void showNode(const QString& name);
    void hideDrawer();
    void addNodes(QWidget* near);
    void podMenu(const Uid& uid, const QPoint& at);
    void nodeMenu(const QString& name, const QPoint& at);
    /// What a key does to the object selected; false where it means nothing.
    bool rowKey(int key, Qt::KeyboardModifiers modifiers, const QString& kind, const QString& nameSpace,
                const QString& name);
    void openShell(const QString& nameSpace, const QString& pod);
    /// Asks which port of a pod or service to forward.
    void openForward(const QString& kind, const QString& nameSpace, const QString& name);
    /// The log of a pod, of the pods chosen in the table, or of those an object chooses; false where it
    /// chooses none.
    bool openLogs(const QString& kind, const QString& nameSpace, const QString& name);
    void breakSomething(const QString& id, const DeployPlace& place, const Uid& pod);
    void openFaultPanel(const FaultWish& wish);
    void addFaultActions(QMenu& menu, const QString& node);
    /// Asks for the traffic of links while few enough of them can be seen.
    void followLinks();
    void linkMenu(const MapLink& link, const QPoint& at);
    void addKillAction(QMenu& menu, const Uid& pod);
    void chooseNamespace(const QString& nameSpace);
    void deploy();
    void renderChart(const QString& folder);
    void place(int index);
    /// Shows the cluster as it was; nothing can be changed meanwhile.
    void goBack(Revision revision);
    void goLive();
    std::vector<QString> takenNames();
    std::vector<QString> takenNodes();
    /// The window as it was left.
    void recall();
    void remember();
    bool mayClose();

    MainWindow& self;
    MainWindowOptions options;
    Theme theme;
    ClusterSession session;
    ClusterActions actions;
    KeyTable keys;
    HostModel host;
    HelmChart chart;
    NodeDrain drain;
    TimeTravel travel;
    FaultModel faults;
    LinkModel links;
    TopBar* top = nullptr;
    Banner* unreachable = nullptr;
    Banner* failure = nullptr;
    Banner* notice = nullptr;
    Banner* stopped = nullptr;
    Banner* draining = nullptr;
    Banner* past = nullptr;
    std::vector<RailButton*> railPlaces; ///< by Place
    QStackedWidget* places = nullptr;
    MapPage* mapPage = nullptr;
    ObjectsView* objects = nullptr;
    VerdictsPage* verdicts = nullptr;
    ScalingPage* scaling = nullptr;
    FaultsPage* faultsPage = nullptr;
    FaultPanel* faultPanel = nullptr;
    AccessPage* access = nullptr;
    StartPage* start = nullptr;
    TimelineView* timeline = nullptr;
    DeployPanel* deployPanel = nullptr;
    JumpPanel* jump = nullptr;
    HelpPanel* help = nullptr;
    std::map<Deed, std::function<void()>> deeds;
    std::vector<QShortcut*> shortcuts;
    QString drained;
    DetailDrawer* drawer = nullptr;
    QTabBar* dockTabs = nullptr;
    QStackedWidget* dockPages = nullptr;
    FeedView* feed = nullptr;
    NextView* next = nullptr;
    LogsView* logs = nullptr;
    TerminalView* terminals = nullptr;
    ForwardsView* forwards = nullptr;
    std::unique_ptr<YamlAssistant> assistant;
    YamlPane* yaml = nullptr;
    AddNodePanel* addPanel = nullptr;
    ClosePanel* closePanel = nullptr;
    WindowMemory memory;
    bool closing = false; ///< the question was answered
    bool leaveMachines = false;
    QSplitter* vertical = nullptr;
    QSplitter* horizontal = nullptr;
    bool timeStands = false;
    ColorVision vision = ColorVision::Usual;
    bool projector = false;
};

} // namespace wheelhouse::ui
