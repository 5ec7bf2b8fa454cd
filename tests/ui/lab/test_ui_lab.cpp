// Issue point 7 on the real engine: the window, connected to the real program over HTTPS as to any cluster,
// clicked through the story of point 4 and 5 with simulated nodes.
#include "ui/views/add_node_panel.h"
#include "ui/views/feed_view.h"
#include "ui/views/forwards_view.h"
#include "ui/views/logs_view.h"
#include "ui/views/map_page.h"
#include "ui/views/next_view.h"
#include "ui/views/objects_view.h"
#include "ui/views/terminal_view.h"
#include "ui/views/timeline_view.h"
#include "window_lab.h"

#include <QLineEdit>
#include <QPushButton>
#include <QTabBar>
#include <QTableView>
#include <QTcpSocket>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestUiLab : public WindowLab {
    Q_OBJECT
  public:
    TestUiLab()
        : WindowLab({"--nodes", "simulated=3", "--heartbeat", "1s", "--node-monitor-grace", "4s",
                     "--default-toleration-seconds", "1"}) {}

  private Q_SLOTS:
    void initTestCase() { open(); }
    void cleanupTestCase() { close(); }

    void theMapShowsTheNodes() {
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 3U, soon);
        QTRY_VERIFY_WITH_TIMEOUT(!map()->rectOfNode("sim-1").isNull(), soon);
    }

    void aPastedManifestBecomesRunningPodsOnTheMap() {
        deployExample();
        QTRY_COMPARE_WITH_TIMEOUT(running().size(), 3, soon);
        for (const QString& pod : running()) {
            const Uid uid(pod.section(' ', 0, 0).toStdString());
            QTRY_VERIFY_WITH_TIMEOUT(
                map()->rectOfNode(pod.section(' ', 1, 1)).contains(map()->rectOfPod(uid)), soon);
        }
        shot("lab-running");
    }

    void theDrawerHoldsWhatItShows() {
        selectPod(running().value(0));
        auto* drawer = part<DetailDrawer>();
        auto* tabs = drawer->findChild<QTabBar*>();
        QTRY_COMPARE_WITH_TIMEOUT(tabs->count(), 6, soon);
        QCoreApplication::processEvents();
        QTRY_VERIFY_WITH_TIMEOUT(!tabs->visibleRegion().isEmpty() && tabs->height() > 10, soon);
        for (int tab = 0; tab < tabs->count(); ++tab) {
            QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(tab).center());
            QCOMPARE(tabs->currentIndex(), tab);
            QCoreApplication::processEvents(); // the page is laid out
            shot(QString("lab-drawer-%1").arg(tabs->tabText(tab).toLower()));
            for (auto* child : drawer->findChildren<QWidget*>()) {
                if (!child->isVisible() || child->parentWidget()->inherits("QAbstractScrollArea")) continue;
                if (!qobject_cast<QPushButton*>(child) && !qobject_cast<QTabBar*>(child) &&
                    !qobject_cast<QLineEdit*>(child))
                    continue;
                const QRect rect(child->mapTo(drawer, QPoint()), child->size());
                const QString what = QString("%1 %2 at %3,%4 %5x%6, least width %7, in a drawer of %8")
                                         .arg(tabs->tabText(tab), child->accessibleName())
                                         .arg(rect.x())
                                         .arg(rect.y())
                                         .arg(rect.width())
                                         .arg(rect.height())
                                         .arg(child->minimumSizeHint().width())
                                         .arg(drawer->width());
                QVERIFY2(drawer->rect().contains(rect), qPrintable(what));
                QVERIFY2(rect.width() >= child->minimumSizeHint().width() && rect.height() > 10,
                         qPrintable(what));
            }
        }
        QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(0).center());
    }

    /// Typed into a container, and what it answers; the size of the terminal is told.
    void aShellInAContainer() {
        selectPod(running().value(0));
        auto* drawer = part<DetailDrawer>();
        QTRY_VERIFY_WITH_TIMEOUT(drawer->action("shell") != nullptr, soon);
        QTest::mouseClick(drawer->action("shell"), Qt::LeftButton);
        auto* terminals = part<TerminalView>();
        const auto text = [&] {
            return terminals->current() == nullptr ? QString() : terminals->current()->grid().text();
        };
        QTRY_VERIFY_WITH_TIMEOUT(text().contains(":/#"), soon);
        const auto type = [&](const QString& line) {
            QTest::keyClicks(terminals->screen(), line);
            QTest::keyClick(terminals->screen(), Qt::Key_Return);
        };
        type("echo one and two");
        QTRY_VERIFY_WITH_TIMEOUT(text().contains("\none and two\n"), soon);
        type("stty size");
        const TerminalGrid& grid = terminals->current()->grid();
        const auto size = [&] { return QString("\n%1 %2\n").arg(grid.rows()).arg(grid.columns()); };
        QTRY_VERIFY_WITH_TIMEOUT(text().contains(size()), soon);
        shot("lab-terminal");
        type("exit 3");
        QTRY_COMPARE_WITH_TIMEOUT(terminals->status(), QString("ended with exit code 3"), soon);
        terminals->closeCurrent();
    }

    void aPortOfAPodIsHere() {
        selectPod(running().value(0));
        const QString pod = part<DetailDrawer>()->subject().name;
        QTest::keyClick(map(), Qt::Key_F, Qt::ShiftModifier);
        auto* forwards = part<ForwardsView>();
        QTRY_VERIFY_WITH_TIMEOUT(forwards->startButton()->isVisible(), soon);
        QTest::mouseClick(forwards->startButton(), Qt::LeftButton);
        QCOMPARE(forwards->model().rowCount(), 1);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost,
                             static_cast<quint16>(forwards->model().at(0).localPort));
        socket.write("GET /hostname HTTP/1.1\r\nHost: x\r\n\r\n");
        // It answers and hangs up.
        QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, soon);
        const QByteArray answer = socket.readAll();
        QVERIFY2(answer.startsWith("HTTP/1.1 200 OK") && answer.contains(pod.toUtf8()), answer.constData());
        QTRY_COMPARE_WITH_TIMEOUT(forwards->model().at(0).connections, 0, soon);
        QVERIFY2(forwards->model().at(0).problem.isEmpty(), qPrintable(forwards->model().at(0).problem));
        forwards->model().stop(0);
    }

    void theLogsOfADeploymentAreReadTogether() {
        QTest::keyClick(window_.get(), Qt::Key_2, Qt::ControlModifier);
        auto* objects = part<ObjectsView>();
        objects->openKind("Deployment");
        QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
        objects->tableWidget()->setFocus();
        objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
        QTest::keyClick(objects->tableWidget(), Qt::Key_L);
        const auto live = [&] {
            for (auto* view : window_->findChildren<LogsView*>())
                if (view->isVisible() && view->status() == "live, 3 logs") return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(live(), soon);
        QTest::keyClick(window_.get(), Qt::Key_1, Qt::ControlModifier);
    }

    void aPodDeletedFromTheWindowIsReplaced() {
        const QString victim = running().value(0);
        selectPod(victim);
        act("delete");
        QTRY_VERIFY_WITH_TIMEOUT(running().size() == 3 && !running().contains(victim), soon);
    }

    /// The scheduler's own record, and its answer to a question, of a pod that runs.
    void theVerdictOfAPodIsShown() {
        const QString pod = running().value(0);
        selectPod(pod);
        auto* drawer = part<DetailDrawer>();
        drawer->openTab(DetailDrawer::Verdict);
        auto* verdict = drawer->verdict();
        QTRY_VERIFY_WITH_TIMEOUT(verdict->attempts() >= 1, soon);
        const QString node = pod.section(' ', 1, 1);
        QVERIFY2(verdict->sentence().contains(node), qPrintable(verdict->sentence()));
        QCOMPARE(verdict->rows().rowCount(), 3);
        shot("lab-verdict");
        verdict->addEdit({WhatIfEdit::NodeCordon, node, true});
        QTRY_VERIFY_WITH_TIMEOUT(verdict->supposes(), soon);
        QVERIFY2(!verdict->sentence().contains("go to " + node), qPrintable(verdict->sentence()));
        shot("lab-what-if");
    }

    /// While time stands still a deleted pod is not replaced; step by step it is.
    void timeStandsStillAndGoesOnStepByStep() {
        auto* pause = window_->findChild<QPushButton*>("clock.pause");
        auto* step = window_->findChild<QPushButton*>("clock.step");
        QTRY_VERIFY_WITH_TIMEOUT(pause->isEnabled(), soon);
        QTest::mouseClick(pause, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(step->isEnabled(), soon);
        QCOMPARE(lines({"clusterclock", "cluster"}, "{.status.paused}").value(0), QString("true"));
        for (auto* tabs : window_->findChildren<QTabBar*>())
            for (int tab = 0; tab < tabs->count(); ++tab)
                if (tabs->tabText(tab) == u"Next")
                    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(tab).center());
        auto* next = part<NextView>();
        QTRY_VERIFY_WITH_TIMEOUT(next->isVisible() && next->rows().rowCount() > 0, soon);
        shot("lab-clock-paused");
        const auto madeSteps = [this] {
            return lines({"clusterclock", "cluster"}, "{.status.steps}").value(0).toLongLong();
        };
        const qint64 before = madeSteps();
        QTest::mouseClick(step, Qt::LeftButton);
        QTest::mouseClick(step, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(madeSteps(), before + 2, soon);
        QTest::mouseClick(pause, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!step->isEnabled(), soon);
        QVERIFY(lines({"clusterclock", "cluster"}, "{.status.paused}").value(0) != "true");
    }

    /// The tape taken back: the map as it was, from lists at an exact revision.
    void thePastIsShownAndThePresentAgain() {
        auto* tape = part<TimelineView>();
        auto* page = part<MapPage>();
        tape->window()->activateWindow();
        QTest::keyClick(window_.get(), Qt::Key_T, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(tape->isVisible(), soon);
        QTest::keyClick(tape, Qt::Key_Left);
        QTRY_VERIFY_WITH_TIMEOUT(page->showsPast(), soon);
        QTRY_COMPARE_WITH_TIMEOUT(page->pastMap()->layoutOfMap().cards().size(), 3U, soon);
        shot("lab-past");
        QTest::keyClick(tape, Qt::Key_L);
        QTRY_VERIFY_WITH_TIMEOUT(!page->showsPast(), soon);
    }

    void aNodeIsAddedAndRemoved() {
        QVERIFY(press("Add node"));
        auto* panel = part<AddNodePanel>();
        QTRY_VERIFY(panel->isVisible());
        panel->form()->setSimulated(true);
        QTest::mouseClick(panel->addButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 4U, soon);
        QTRY_COMPARE_WITH_TIMEOUT(lines({"nodes"}, "{range .items[*]}{.metadata.name}{\"\\n\"}{end}").size(),
                                  4, soon);
        selectNode("sim-4");
        act("delete");
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 3U, soon);
        QVERIFY(!lines({"machines"}, "{range .items[*]}{.metadata.name}{\"\\n\"}{end}").contains("sim-4"));
    }

    void cutPowerMovesThePods() {
        const QString node = running().value(0).section(' ', 1, 1);
        selectNode(node);
        act("power");
        const auto moved = [&] {
            const QStringList pods = running();
            for (const QString& pod : pods)
                if (pod.section(' ', 1, 1) == node) return false;
            return pods.size() == 3;
        };
        QTRY_VERIFY_WITH_TIMEOUT(moved(), soon);
        QStringList told;
        auto* feed = part<FeedView>()->model();
        for (int row = 0; row < feed->rowCount(); ++row)
            told << feed->index(row, 2).data().toString();
        QVERIFY2(told.join('\n').contains(node), qPrintable(told.join('\n')));
        shot("lab-power-cut");
    }
};

QTEST_MAIN(TestUiLab)
#include "test_ui_lab.moc"
