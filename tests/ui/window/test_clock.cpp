// The lab's time from the window: stop, step, slow and fast, and who acts next.
#include "engine/api/groups/clock.h"
#include "engine/api/time.h"
#include "stage.h"
#include "ui/models/cluster_actions.h"
#include "ui/views/feed_view.h"
#include "ui/views/next_view.h"

#include <QAbstractItemModelTester>
#include <QListView>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestClock final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void aClusterWithoutAClockIsGreyedOutWithTheReason();
    void timeIsStoppedSteppedAndLetGoOn();
    void speedsAreAClickAway();
    void keysDoTheSame();
    void whoActsNext();

  private:
    static api::lab::ClusterClock clockOf(const Stage& stage) {
        return stage.cluster.get<api::lab::ClusterClock>("cluster").value_or(api::lab::ClusterClock());
    }
    static void addClock(Stage& stage) {
        api::lab::ClusterClock clock;
        clock.mutable_metadata()->set_name("cluster");
        clock.mutable_spec()->set_speed("1");
        clock.mutable_spec()->set_steps(4);
        stage.cluster.put(clock);
    }
    static QPushButton* part(const Stage& stage, const char* name) {
        return stage.window->findChild<QPushButton*>(QString::fromLatin1(name));
    }
    static void addQueue(Stage& stage, const std::string& name,
                         const std::vector<std::tuple<std::string, std::string, int>>& keys) {
        api::lab::ReconcileQueue queue;
        queue.mutable_metadata()->set_name(name);
        for (const auto& [key, reason, seconds] : keys) {
            auto& one = *queue.add_keys();
            one.set_key(key);
            one.set_reason(reason);
            if (reason == "BackOff") {
                one.set_failures(3);
                one.set_lasterror("the node does not answer");
            }
            *one.mutable_due() = api::toMicroTime(stage.clock.wallNow() + std::chrono::seconds(seconds));
        }
        queue.set_waiting(static_cast<int>(keys.size()));
        stage.cluster.put(queue);
    }
};

void TestClock::aClusterWithoutAClockIsGreyedOutWithTheReason() {
    Stage stage;
    stage.smallLab();
    stage.open();
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 2U, soon);
    QVERIFY(!part(stage, "clock.pause")->isEnabled());
    QVERIFY(!part(stage, "clock.step")->isEnabled());
    QVERIFY(part(stage, "clock.pause")->toolTip().contains("no clock"));
}

void TestClock::timeIsStoppedSteppedAndLetGoOn() {
    Stage stage;
    stage.smallLab();
    addClock(stage);
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(part(stage, "clock.pause")->isEnabled(), soon);
    QVERIFY(!part(stage, "clock.step")->isEnabled());
    QTest::mouseClick(part(stage, "clock.pause"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(clockOf(stage).spec().paused(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(part(stage, "clock.step")->isEnabled(), soon);
    // The banner says so and takes steps, as many as were asked for, however fast.
    QTRY_VERIFY_WITH_TIMEOUT(stage.button("Go on") != nullptr, soon);
    QTest::mouseClick(part(stage, "clock.step"), Qt::LeftButton);
    QTest::mouseClick(part(stage, "clock.step"), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(clockOf(stage).spec().steps(), std::int64_t{6}, soon);
    QCOMPARE(QString::fromStdString(clockOf(stage).spec().stepof()), QString());
    auto* next = stage.part<NextView>();
    QTRY_VERIFY_WITH_TIMEOUT(next->isVisible(), soon);
    QTest::mouseClick(next->stepButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(clockOf(stage).spec().steps(), std::int64_t{7}, soon);
    stage.shot("clock-paused");
    stage.press("Go on");
    QTRY_VERIFY_WITH_TIMEOUT(!clockOf(stage).spec().paused(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button("Go on") == nullptr, soon);
    QTRY_VERIFY_WITH_TIMEOUT(!part(stage, "clock.step")->isEnabled(), soon);
    // What was done stands in the feed with its command.
    auto* feed = stage.part<FeedView>()->model();
    QTRY_VERIFY_WITH_TIMEOUT(feed->rowCount() >= 5, soon);
    QStringList commands;
    for (int row = 0; row < feed->rowCount(); ++row)
        commands << feed->index(row, 0).data(LiveTableModel::ExtraRole).toString();
    QVERIFY2(commands.contains(
                 "kubectl patch clusterclock cluster --type merge -p '{\"spec\":{\"paused\":true}}'"),
             qPrintable(commands.join('\n')));
}

void TestClock::speedsAreAClickAway() {
    Stage stage;
    stage.smallLab();
    addClock(stage);
    stage.open();
    const auto press = [&](const char* text) {
        QTRY_VERIFY_WITH_TIMEOUT(stage.button(QString::fromUtf8(text)) != nullptr, soon);
        stage.press(QString::fromUtf8(text));
    };
    press("100×");
    QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(clockOf(stage).spec().speed()), QStringLiteral("100"),
                              soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button(QString::fromUtf8("100×"))->isChecked(), soon);
    QVERIFY(!stage.button(QString::fromUtf8("1×"))->isChecked());
    press("0.1×");
    QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(clockOf(stage).spec().speed()), QStringLiteral("0.1"),
                              soon);
    // A narrow window shows the present speed alone.
    stage.window->resize(1100, 700);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button(QString::fromUtf8("100×")) == nullptr, soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button(QString::fromUtf8("0.1×")) != nullptr, soon);
    QVERIFY(stage.button(QString::fromUtf8("0.1×"))->menu() != nullptr);
    stage.shot("clock-narrow");
}

void TestClock::keysDoTheSame() {
    Stage stage;
    stage.smallLab();
    addClock(stage);
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(part(stage, "clock.pause")->isEnabled(), soon);
    stage.window->activateWindow();
    QTRY_VERIFY_WITH_TIMEOUT(QTest::qWaitForWindowActive(stage.window.get(), soon), soon);
    QTest::keyClick(stage.window.get(), Qt::Key_BracketRight, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(clockOf(stage).spec().speed()), QStringLiteral("2"),
                              soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button(QString::fromUtf8("2×")) != nullptr, soon);
    QTest::keyClick(stage.window.get(), Qt::Key_BracketLeft, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(clockOf(stage).spec().speed()), QStringLiteral("1"),
                              soon);
    QTest::keyClick(stage.window.get(), Qt::Key_Space, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(part(stage, "clock.step")->isEnabled(), soon);
    QTest::keyClick(stage.window.get(), Qt::Key_Period, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(clockOf(stage).spec().steps(), std::int64_t{5}, soon);
}

void TestClock::whoActsNext() {
    Stage stage;
    stage.smallLab();
    addClock(stage);
    addQueue(stage, "deployment", {{"shop/web", "Ready", -1}, {"shop/api", "BackOff", 6}});
    addQueue(stage, "node-lifecycle", {{"vm-2", "Timer", 31}, {"evict vm-2", "Timer", 269}});
    addQueue(stage, "scheduler", {{"shop/db-0", "Unschedulable", 290}, {"shop/web-1", "Binding", 0}});
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(part(stage, "clock.pause")->isEnabled(), soon);
    auto* next = stage.part<NextView>();
    QVERIFY(!next->rows().following());
    stage.dock("Next");
    QTRY_VERIFY_WITH_TIMEOUT(next->isVisible(), soon);
    QAbstractItemModelTester tester(&next->rows(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    QTRY_COMPARE_WITH_TIMEOUT(next->rows().rowCount(), 6, soon);
    const auto text = [&](int row, int column) { return next->rows().index(row, column).data().toString(); };
    QCOMPARE(text(0, NextActionsModel::When), QStringLiteral("now"));
    QCOMPARE(text(0, NextActionsModel::What), QStringLiteral("shop/web"));
    QCOMPARE(text(2, NextActionsModel::Why), QStringLiteral("failed 3 times: the node does not answer"));
    QVERIFY(text(4, NextActionsModel::When).startsWith("in 4:"));
    stage.shot("clock-next");
    // The chosen queue takes the step, once time stands still.
    QTest::mouseClick(part(stage, "clock.pause"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(next->stepQueueButton()->isVisible(), soon);
    QVERIFY(!next->stepQueueButton()->isEnabled());
    QTest::mouseClick(next->list()->viewport(), Qt::LeftButton, {},
                      next->list()->visualRect(next->rows().index(3, 0)).center());
    QTRY_VERIFY_WITH_TIMEOUT(next->stepQueueButton()->isEnabled(), soon);
    QTest::mouseClick(next->stepQueueButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(QString::fromStdString(clockOf(stage).spec().stepof()),
                              QStringLiteral("node-lifecycle"), soon);
    // A queue that has nothing left has no rows left.
    addQueue(stage, "node-lifecycle", {});
    QTRY_COMPARE_WITH_TIMEOUT(next->rows().rowCount(), 4, soon);
}

QTEST_MAIN(TestClock)
#include "test_clock.moc"
