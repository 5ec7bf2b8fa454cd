// The past on the tape, and what autoscalers decided, from the window.
#include "engine/api/groups/autoscaling2.h"
#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/time.h"
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/map_page.h"
#include "ui/views/scaling_page.h"
#include "ui/views/timeline_view.h"
#include "ui/widgets/controls.h"

#include <QLineEdit>
#include <QTableView>
#include <algorithm>
#include <cmath>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestHistory final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void thePastIsShownAndLeftAgain();
    void keysOnTheTape();
    void historyThatIsGoneIsSaid();
    void anAutoscalersTraceIsDrawn();
    void aPoolIsResized();

  private:
    static void story(Stage& stage) {
        stage.smallLab();
        stage.open({1600, 1000}, true);
        QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 2U, soon);
        stage.life.event("NodeNotReady", "Node is not ready", "Node", "vm-2", "node-controller", "", 90);
        for (int i = 1; i <= 6; ++i) {
            stage.life.addPod("web", "web-" + std::to_string(i), i % 2 == 0 ? "vm-1" : "vm-2", "Running");
            QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 2U, soon);
            QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfPod(Uid(last(stage).metadata().uid())).isNull(),
                                     soon);
        }
        stage.dock("Timeline");
    }
    static api::core::Pod last(const Stage& stage) {
        const auto pods = stage.pods();
        return *std::max_element(pods.begin(), pods.end(), [](const auto& a, const auto& b) {
            return std::stoull(a.metadata().resourceversion()) < std::stoull(b.metadata().resourceversion());
        });
    }
};

static QStringList chips(const Stage& stage) {
    QStringList out;
    for (const auto* chip : stage.window->findChildren<StateChip*>())
        out << chip->accessibleName();
    return out;
}

void TestHistory::thePastIsShownAndLeftAgain() {
    Stage stage;
    story(stage);
    auto* page = stage.part<MapPage>();
    auto* tape = stage.part<TimelineView>();
    QTRY_VERIFY_WITH_TIMEOUT(tape->isVisible(), soon);
    // Taken to the left, where the tape begins.
    QTest::mouseClick(tape, Qt::LeftButton, {}, QPoint(24, tape->height() / 2));
    QTRY_VERIFY_WITH_TIMEOUT(page->showsPast(), soon);
    QVERIFY(tape->head().has_value());
    QVERIFY(stage.button("Back to the present") != nullptr);
    QVERIFY(!stage.button("Deploy")->isEnabled());
    QVERIFY(chips(stage).contains("past") && !chips(stage).contains("live"));
    stage.shot("past");
    // The present goes on meanwhile, unseen.
    stage.life.addPod("web", "web-late", "vm-1", "Running");
    stage.press("Back to the present");
    QTRY_VERIFY_WITH_TIMEOUT(!page->showsPast(), soon);
    QVERIFY(stage.button("Deploy")->isEnabled());
    QVERIFY(chips(stage).contains("live") && !chips(stage).contains("past"));
    QVERIFY(!tape->head().has_value());
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfPod(Uid(last(stage).metadata().uid())).isNull(), soon);
    // Another place is the present as well.
    QTest::mouseClick(tape, Qt::LeftButton, {}, QPoint(24, tape->height() / 2));
    QTRY_VERIFY_WITH_TIMEOUT(page->showsPast(), soon);
    stage.place("Objects");
    QVERIFY(!page->showsPast());
}

void TestHistory::keysOnTheTape() {
    Stage stage;
    story(stage);
    auto* page = stage.part<MapPage>();
    auto* tape = stage.part<TimelineView>();
    QTest::keyClick(tape, Qt::Key_Left);
    QTRY_VERIFY_WITH_TIMEOUT(page->showsPast() && tape->head().has_value(), soon);
    const Revision first = *tape->head();
    QTest::keyClick(tape, Qt::Key_Left);
    QVERIFY(*tape->head() < first);
    QVERIFY(tape->accessibleDescription().contains(QString::number(*tape->head())));
    QTest::keyClick(tape, Qt::Key_Right);
    QCOMPARE(*tape->head(), first);
    QTest::keyClick(tape, Qt::Key_Home);
    const Revision oldest = *tape->head();
    QVERIFY(oldest < first);
    // Played fast, it ends in the present by itself.
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(tape, Qt::Key_Plus);
    QTest::keyClick(tape, Qt::Key_Space);
    QVERIFY(tape->playing());
    QTRY_VERIFY_WITH_TIMEOUT(!tape->head().has_value() && !tape->playing(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(!page->showsPast(), soon);
    QTest::keyClick(tape, Qt::Key_Left);
    QTRY_VERIFY_WITH_TIMEOUT(page->showsPast(), soon);
    QTest::keyClick(tape, Qt::Key_L);
    QTRY_VERIFY_WITH_TIMEOUT(!page->showsPast(), soon);
}

void TestHistory::historyThatIsGoneIsSaid() {
    Stage stage;
    story(stage);
    auto* tape = stage.part<TimelineView>();
    stage.cluster.compact();
    QTest::keyClick(tape, Qt::Key_Home);
    QTRY_VERIFY_WITH_TIMEOUT(!tape->head().has_value(), soon);
    QVERIFY(!stage.part<MapPage>()->showsPast());
    const auto said = [&] {
        for (auto* label : stage.window->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains("is gone")) return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(said(), soon);
}

void TestHistory::anAutoscalersTraceIsDrawn() {
    Stage stage;
    stage.smallLab();
    api::autoscaling2::HorizontalPodAutoscaler autoscaler;
    autoscaler.mutable_metadata()->set_name("shop");
    autoscaler.mutable_metadata()->set_namespace_("default");
    autoscaler.mutable_spec()->mutable_scaletargetref()->set_kind("Deployment");
    autoscaler.mutable_spec()->mutable_scaletargetref()->set_name("shop");
    autoscaler.mutable_spec()->set_minreplicas(1);
    autoscaler.mutable_spec()->set_maxreplicas(20);
    stage.cluster.put(autoscaler);
    api::lab::AutoscalingDecision decision;
    decision.mutable_metadata()->set_name("shop");
    decision.mutable_metadata()->set_namespace_("default");
    decision.set_target("Deployment/shop");
    int replicas = 2;
    for (int i = 0; i < 24; ++i) {
        auto& step = *decision.add_decisions();
        const double ratio = 0.7 + 0.9 * std::sin(i / 4.0) * std::sin(i / 4.0);
        const int proposed = std::max(1, static_cast<int>(std::ceil(replicas * ratio)));
        const int next = proposed > replicas ? std::min(proposed, replicas + 3)
                         : i % 6 == 5        ? proposed
                                             : replicas;
        *step.mutable_time() = api::toMicroTime(stage.clock.wallNow() - std::chrono::seconds(15 * (24 - i)));
        step.set_result(next > replicas ? "Up" : next < replicas ? "Down" : "Unchanged");
        step.set_current(replicas);
        step.set_desired(next);
        step.set_message("cpu is " + std::to_string(static_cast<int>(ratio * 60)) + "% of 60%");
        auto& metric = *step.add_metrics();
        metric.set_name("cpu resource utilization (percentage of request)");
        metric.set_value(std::to_string(static_cast<int>(ratio * 60)) + "%");
        metric.set_target("60%");
        metric.set_ratio(ratio);
        for (const auto& [name, value] : {std::pair{"Metrics", proposed}, std::pair{"Stabilization", next}}) {
            auto& rule = *step.add_rules();
            rule.set_name(name);
            rule.set_replicas(value);
        }
        replicas = next;
    }
    std::reverse(decision.mutable_decisions()->begin(), decision.mutable_decisions()->end());
    stage.cluster.put(decision);
    stage.open();
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 2U, soon);
    stage.place("Scaling");
    auto* page = stage.part<ScalingPage>();
    QTRY_COMPARE_WITH_TIMEOUT(page->autoscalers().rowCount(), 1, soon);
    stage.shot("scaling-empty");
    QTest::mouseClick(page->autoscalerList()->viewport(), Qt::LeftButton, {},
                      page->autoscalerList()->visualRect(page->autoscalers().index(0, 0)).center());
    QTRY_COMPARE_WITH_TIMEOUT(page->trace().rowCount(), 24, soon);
    QCOMPARE(page->command(), QStringLiteral("kubectl get autoscalingdecision shop -n default -o yaml"));
    stage.shot("scaling");
    // A new decision joins the chart.
    auto& step = *decision.mutable_decisions()->Add();
    *step.mutable_time() = api::toMicroTime(stage.clock.wallNow());
    step.set_current(replicas);
    step.set_desired(replicas);
    stage.cluster.put(decision);
    QTRY_COMPARE_WITH_TIMEOUT(page->trace().rowCount(), 25, soon);
    QCOMPARE(page->trace().points().size(), 25U);
}

void TestHistory::aPoolIsResized() {
    Stage stage;
    stage.smallLab();
    api::lab::NodePool pool;
    pool.mutable_metadata()->set_name("burst");
    pool.mutable_spec()->set_provider("simulated");
    pool.mutable_spec()->set_replicas(2);
    pool.mutable_spec()->set_max(6);
    pool.mutable_status()->set_replicas(2);
    pool.mutable_status()->set_readyreplicas(2);
    stage.cluster.put(pool);
    stage.open();
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 2U, soon);
    stage.place("Scaling");
    auto* page = stage.part<ScalingPage>();
    QTRY_COMPARE_WITH_TIMEOUT(page->pools().rowCount(), 1, soon);
    QVERIFY(!page->poolSize()->isVisible());
    QTest::mouseClick(page->poolList()->viewport(), Qt::LeftButton, {},
                      page->poolList()->visualRect(page->pools().index(0, 0)).center());
    QTRY_VERIFY_WITH_TIMEOUT(page->poolSize()->isVisible(), soon);
    QCOMPARE(page->poolSize()->value(), 2);
    stage.shot("scaling-pool");
    page->poolSize()->setValue(4);
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.get<api::lab::NodePool>("burst")->spec().replicas(), 4, soon);
}

QTEST_MAIN(TestHistory)
#include "test_history.moc"
