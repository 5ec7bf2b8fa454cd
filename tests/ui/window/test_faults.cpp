// Failures from the window: chosen, dragged, shown on the map, explained and mended.
#include "engine/api/groups/faults.h"
#include "engine/api/groups/links.h"
#include "engine/api/time.h"
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/fault_panel.h"
#include "ui/views/faults_page.h"
#include "ui/views/map_drag.h"
#include "ui/views/yaml_pane.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMimeData>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestFaults final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void chosenOnItsPageAndMended();
    void draggedOntoANode();
    void fromANodesMenu();
    void aLinkIsPressedToCutAndToMendIt();
    void whatTheServerRefusesIsSaid();
    void keysReachIt();
    void anotherClusterHasNone();

  private:
    static constexpr int soon = 30'000; ///< for a machine that is busy with other things

    static void drop(const Stage& stage, const char* id, const QPoint& at) {
        QMimeData data;
        data.setData(MapDrag::faultMime, id);
        QWidget* onto = stage.map()->viewport();
        QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &enter);
        QVERIFY(enter.isAccepted());
        QDragMoveEvent move(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &move);
        QDropEvent event(QPointF(at), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &event);
        QVERIFY(event.isAccepted());
    }
    /// What the fault controller would do.
    static void begin(Stage& stage, const std::string& name, const std::vector<std::string>& nodes) {
        stage.cluster.edit<api::lab::Fault>(name, [&](api::lab::Fault& fault) {
            auto& status = *fault.mutable_status();
            status.set_phase("Active");
            for (const std::string& node : nodes)
                status.add_targets()->set_node(node);
            if (fault.spec().has_durationseconds())
                *status.mutable_ends() =
                    api::toTime(stage.clock.wallNow() + std::chrono::seconds(fault.spec().durationseconds()));
        });
    }
    static void open(Stage& stage) {
        stage.smallLab();
        stage.life.addPod("web", "web-1", "vm-1", "Running");
        stage.open({1600, 1000}, true);
        QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), soon);
        QTRY_VERIFY_WITH_TIMEOUT(stage.window->findChild<QPushButton*>("palette.break")->isEnabled(), soon);
    }
    static std::vector<api::lab::Fault> faults(const Stage& stage) {
        return stage.cluster.all<api::lab::Fault>();
    }
    static void pressItem(const Stage& stage, const QString& name) {
        auto* item = stage.window->findChild<QAbstractButton*>(name);
        QVERIFY2(item != nullptr && item->isVisible(), qPrintable(name));
        QTest::mouseClick(item, Qt::LeftButton);
    }
};

void TestFaults::chosenOnItsPageAndMended() {
    Stage stage;
    open(stage);
    stage.place("Failures");
    auto* page = stage.part<FaultsPage>();
    QTRY_VERIFY_WITH_TIMEOUT(page->isVisible(), soon);
    QVERIFY(!page->mendAllButton()->isVisible()); // nothing is broken
    stage.shot("faults-none");
    pressItem(stage, "fault.power");
    auto* panel = stage.part<FaultPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QVERIFY(!panel->breakButton()->isEnabled()); // nobody is named
    QTest::keyClicks(panel->focusWidget(), "vm-1");
    QVERIFY2(panel->breakButton()->isEnabled(), qPrintable(panel->problem()));
    QVERIFY2(panel->command().contains("name: power-vm-1") && panel->command().contains("kubectl apply"),
             qPrintable(panel->command()));
    stage.shot("fault-panel");
    QTest::mouseClick(panel->breakButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible() && faults(stage).size() == 1, soon);
    QCOMPARE(faults(stage)[0].spec().nodepower().state(), std::string("Cut"));
    QCOMPARE(faults(stage)[0].spec().durationseconds(), std::int64_t{60});
    begin(stage, "power-vm-1", {"vm-1"});
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->faults().contains("vm-1"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(page->effects().rowCount() > 0, soon);
    QCOMPARE(page->list()->model()->index(0, FaultModel::What).data().toString(),
             QStringLiteral("power cut"));
    QTRY_VERIFY_WITH_TIMEOUT(
        page->list()->model()->index(0, FaultModel::Left).data().toString().startsWith("ends in"), soon);
    stage.shot("faults");
    page->list()->setCurrentIndex(page->list()->model()->index(0, 0));
    QCOMPARE(page->command(), QStringLiteral("kubectl delete fault power-vm-1"));
    QTest::mouseClick(page->mendButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).empty(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->faults().empty() && !page->mendAllButton()->isVisible(), soon);
}

void TestFaults::draggedOntoANode() {
    Stage stage;
    open(stage);
    QTest::mouseClick(stage.window->findChild<QPushButton*>("palette.break"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(stage.window->findChild<QWidget*>("palette.late")->isVisible(), soon);
    auto* panel = stage.part<FaultPanel>();
    drop(stage, "late", stage.map()->rectOfNode("vm-2").center());
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->wish().where, (FaultPlace{FaultPlace::Kind::Nodes, "vm-2"}));
    QCOMPARE(panel->wish().strength, 800);
    panel->strength()->setValue(0);
    panel->duration()->setValue(100); // until mended
    stage.shot("fault-panel-link");
    QTest::mouseClick(panel->breakButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).size() == 1, soon);
    QVERIFY(faults(stage)[0].spec().link().controlplane());
    QCOMPARE(faults(stage)[0].spec().link().latencymilliseconds(), 50);
    QVERIFY(!faults(stage)[0].spec().has_durationseconds());
    begin(stage, "late-vm-2", {"vm-2"});
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->faults().contains("vm-2"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), soon);
    stage.shot("map-faults");
    // A zone goes down as a whole; a container is killed where the pod is.
    drop(stage, "zone", stage.map()->rectOfNode("vm-1").center());
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->wish().where, (FaultPlace{FaultPlace::Kind::Zone, "a"}));
    QTest::keyClick(panel, Qt::Key_Escape);
    QVERIFY(!panel->isVisible());
    drop(stage, "kill", stage.map()->rectOfPod(Uid(stage.pods()[0].metadata().uid())).center());
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->podsField()->text(), QStringLiteral("web-1"));
    stage.press("Open in the editor");
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<YamlPane>()->text().contains("pod: web-1"), soon);
}

void TestFaults::fromANodesMenu() {
    Stage stage;
    open(stage);
    Q_EMIT stage.map()->nodeMenu("vm-1", stage.window->mapToGlobal(QPoint(500, 300)));
    auto* menu = stage.window->findChild<QMenu*>();
    const auto findAction = [](QMenu* in, const QString& text) -> QAction* {
        for (QAction* action : in->actions())
            if (action->text() == text) return action;
        return nullptr;
    };
    QMenu* found = nullptr;
    for (auto* each : stage.window->findChildren<QMenu*>())
        if (findAction(each, QString::fromUtf8("Freeze…")) != nullptr) found = each;
    QVERIFY(menu != nullptr && found != nullptr);
    findAction(found, QString::fromUtf8("Freeze…"))->trigger();
    auto* panel = stage.part<FaultPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->wish().where.text, QStringLiteral("vm-1"));
    QTest::keyClick(panel->focusWidget(), Qt::Key_Return); // the keyboard alone does
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).size() == 1, soon);
    begin(stage, "freeze-vm-1", {"vm-1"});
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->faults().contains("vm-1"), soon);
    Q_EMIT stage.map()->nodeMenu("vm-1", stage.window->mapToGlobal(QPoint(500, 300)));
    QAction* mend = nullptr;
    for (auto* each : stage.window->findChildren<QMenu*>())
        if (auto* action = findAction(each, "Mend: frozen")) mend = action;
    QVERIFY(mend != nullptr);
    mend->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).empty(), soon);
}

void TestFaults::aLinkIsPressedToCutAndToMendIt() {
    Stage stage;
    const auto count = [&](const char* from, const char* to, std::int64_t bytes) {
        api::lab::LinkTraffic traffic;
        traffic.mutable_metadata()->set_name(std::string(from) + ".to." + to);
        traffic.set_from(from);
        if (*to != 0) traffic.set_to(to);
        traffic.set_sentbytes(bytes);
        stage.cluster.put(traffic);
    };
    open(stage);
    count("vm-1", "", 1000);
    count("vm-2", "", 1000);
    count("vm-1", "vm-2", 1000);
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->links().size(), 3U, soon);
    const auto rate = [&] {
        double most = 0;
        for (const MapLink& link : stage.map()->links())
            most = std::max(most, link.bytesPerSecond);
        return most;
    };
    std::int64_t bytes = 1000;
    const auto flows = [&] {
        count("vm-1", "vm-2", bytes += 200'000);
        return rate() > 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(flows(), soon);
    stage.shot("map-links");
    const auto between = [&] {
        for (const MapLink& link : stage.map()->links())
            if (!link.to.isEmpty()) return link;
        return MapLink();
    };
    const auto pressLink = [&](const QString& action) {
        QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, stage.map()->pointOfLink(between()));
        for (auto* menu : stage.window->findChildren<QMenu*>("link.menu"))
            for (QAction* each : menu->actions())
                if (each->text() == action) return each->trigger(), menu->close(), true;
        return false;
    };
    QVERIFY(pressLink(QString::fromUtf8("Cut link…")));
    auto* panel = stage.part<FaultPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->wish().other, (FaultPlace{FaultPlace::Kind::Nodes, "vm-2"}));
    QTest::mouseClick(panel->breakButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).size() == 1, soon);
    stage.cluster.edit<api::lab::Fault>("cut-vm-1", [](api::lab::Fault& fault) {
        fault.mutable_status()->set_phase("Active");
        fault.mutable_status()->add_targets()->set_node("vm-1");
        auto& far = *fault.mutable_status()->add_targets();
        far.set_node("vm-2");
        far.set_otherend(true);
    });
    QTRY_COMPARE_WITH_TIMEOUT(between().state, MapLink::State::Cut, soon);
    QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), soon);
    stage.shot("map-link-cut");
    QVERIFY(pressLink(QStringLiteral("Mend: cut-vm-1")));
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).empty(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(between().state, MapLink::State::Whole, soon);
    // Nobody asks for traffic that nobody sees.
    stage.place("Objects");
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->links().empty(), soon);
}

void TestFaults::whatTheServerRefusesIsSaid() {
    Stage stage;
    open(stage);
    auto* panel = stage.part<FaultPanel>();
    drop(stage, "disk", stage.map()->rectOfNode("vm-2").center());
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    for (const char* verb : {"create", "patch", "update"})
        stage.cluster.failNext(verb, "faults", {.reason = Reason::Forbidden, .message = "not today"});
    QTest::mouseClick(panel->breakButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(panel->problem().contains("not today"), soon);
    QVERIFY(panel->isVisible() && panel->breakButton()->isEnabled() && faults(stage).empty());
}

void TestFaults::keysReachIt() {
    Stage stage;
    open(stage);
    api::lab::Fault fault;
    fault.mutable_metadata()->set_name("dark");
    fault.mutable_spec()->mutable_nodes()->set_zone("a");
    fault.mutable_spec()->mutable_nodepower()->set_state("Cut");
    stage.cluster.put(fault);
    begin(stage, "dark", {"vm-1"});
    stage.window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(stage.window.get(), soon));
    QTest::keyClick(stage.window.get(), Qt::Key_5, Qt::ControlModifier);
    auto* page = stage.part<FaultsPage>();
    QTRY_VERIFY_WITH_TIMEOUT(page->isVisible() && page->list()->model()->rowCount() == 1, soon);
    page->list()->setFocus();
    page->list()->setCurrentIndex(page->list()->model()->index(0, 0));
    QTest::keyClick(page->list(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(stage.part<DetailDrawer>()->subject().name, QStringLiteral("dark"), soon);
    QTest::keyClick(page->list(), Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(faults(stage).empty(), soon);
}

void TestFaults::anotherClusterHasNone() {
    Stage stage;
    stage.cluster.unserved.insert("faults");
    stage.smallLab();
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), soon);
    QVERIFY(!stage.window->findChild<QPushButton*>("palette.break")->isEnabled());
    stage.place("Failures");
    auto* item = stage.window->findChild<QAbstractButton*>("fault.power");
    QTRY_VERIFY_WITH_TIMEOUT(item->isVisible() && !item->isEnabled(), soon);
    stage.shot("faults-elsewhere");
}

QTEST_MAIN(TestFaults)
#include "test_faults.moc"
