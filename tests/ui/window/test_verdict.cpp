// Why a pod is where it is, and what if things were otherwise, from the window.
#include "engine/api/groups/decisions.h"
#include "engine/api/time.h"
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/verdicts_page.h"

#include <QLineEdit>
#include <QTableView>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

const std::vector<std::pair<const char*, int>> scorers = {
    {"TaintToleration", 3},   {"NodeAffinity", 2},     {"NodeResourcesFit", 1},
    {"PodTopologySpread", 2}, {"InterPodAffinity", 2}, {"NodeResourcesBalancedAllocation", 1},
    {"ImageLocality", 1}};

void addRun(api::lab::SchedulingAttempt& attempt, const char* plugin, const char* stage, double micros) {
    auto& run = *attempt.add_plugins();
    run.set_plugin(plugin);
    run.set_stage(stage);
    run.set_microseconds(micros);
}

api::lab::SchedulingAttempt attemptOf(int number, const std::vector<std::string>& fitting,
                                      const std::vector<std::string>& tainted,
                                      const std::vector<std::string>& full) {
    api::lab::SchedulingAttempt attempt;
    attempt.set_number(number);
    *attempt.mutable_time() = api::toMicroTime(SystemClock().wallNow());
    attempt.set_result(fitting.empty() ? "Unschedulable" : "Scheduled");
    if (!fitting.empty()) attempt.set_node(fitting[0]);
    attempt.set_nodes(static_cast<int>(fitting.size() + tainted.size() + full.size()));
    attempt.set_feasible(static_cast<int>(fitting.size()));
    attempt.set_microseconds(412);
    for (const char* filter : {"NodeUnschedulable", "TaintToleration", "NodeAffinity", "NodePorts",
                               "NodeResourcesFit", "VolumeBinding", "PodTopologySpread", "InterPodAffinity"})
        addRun(attempt, filter, "Filter", 4.2);
    int place = 0;
    for (const std::string& name : fitting) {
        auto& node = *attempt.add_scored();
        node.set_node(name);
        for (std::size_t i = 0; i < scorers.size(); ++i) {
            auto& score = *node.add_scores();
            score.set_plugin(scorers[i].first);
            score.set_raw(place);
            score.set_weight(scorers[i].second);
            score.set_normalised(i == 3   ? 90 - place * 25
                                 : i == 2 ? 70 - place * 12
                                 : i == 6 ? place * 10
                                          : 100);
            score.set_weighted(score.normalised() * score.weight());
            node.set_total(node.total() + score.weighted());
        }
        ++place;
    }
    const auto refuse = [&](const char* plugin, const char* reason, const std::vector<std::string>& nodes) {
        if (nodes.empty()) return;
        auto& refused = *attempt.add_refused();
        refused.set_plugin(plugin);
        refused.add_reasons(reason);
        refused.set_count(static_cast<int>(nodes.size()));
        for (const std::string& node : nodes)
            refused.add_nodes(node);
    };
    refuse("TaintToleration", "node(s) had untolerated taint(s)", tainted);
    refuse("NodeResourcesFit", "Insufficient cpu", full);
    return attempt;
}

void addDecision(Stage& stage, const std::string& pod,
                 const std::vector<api::lab::SchedulingAttempt>& attempts) {
    api::lab::SchedulingDecision decision;
    decision.mutable_metadata()->set_name(pod);
    decision.mutable_metadata()->set_namespace_("default");
    for (const auto& attempt : attempts)
        *decision.add_attempts() = attempt;
    stage.cluster.put(decision);
}

} // namespace

class TestVerdict final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void aWaitingPodOpensWithItsVerdict();
    void whatIfIsAskedAtOnce();
    void everyPodsVerdictOnOnePage();
    void aClusterThatTellsNothingSaysSo();

  private:
    static void lab(Stage& stage) {
        stage.smallLab();
        stage.life.addMachine("vm-3", "c", false, true);
        stage.life.addNode("vm-3", "c", false, 2, 2048);
        stage.life.addPod("web", "web-1", "vm-1", "Running");
        stage.life.addPod("db", "db-0", "", "Unschedulable");
        addDecision(
            stage, "web-1",
            {attemptOf(2, {"vm-1", "vm-2"}, {"vm-3"}, {}), attemptOf(1, {}, {"vm-3"}, {"vm-1", "vm-2"})});
        addDecision(stage, "db-0", {attemptOf(1, {}, {"vm-3"}, {"vm-1", "vm-2"})});
    }
    static api::core::Pod pod(const Stage& stage, const char* name) {
        for (const auto& pod : stage.pods())
            if (pod.metadata().name() == name) return pod;
        return {};
    }
};

void TestVerdict::aWaitingPodOpensWithItsVerdict() {
    Stage stage;
    lab(stage);
    stage.open();
    const Uid uid(pod(stage, "db-0").metadata().uid());
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfPod(uid).isNull(), soon);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, stage.map()->rectOfPod(uid).center());
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->verdict()->isVisible() && drawer->verdict()->attempts() == 1, soon);
    QCOMPARE(drawer->verdict()->rows().rowCount(), 3);
    QVERIFY2(drawer->verdict()->sentence().startsWith("It fitted nowhere."),
             qPrintable(drawer->verdict()->sentence()));
    QCOMPARE(drawer->command(), QStringLiteral("kubectl get schedulingdecision db-0 -n default -o yaml"));
    QCOMPARE(drawer->verdict()->edits().size(), 2U); // what might help
    stage.shot("verdict-drawer-waiting");
    // One that runs opens with its status; its verdict is a tab away, older attempts a click more.
    const Uid running(pod(stage, "web-1").metadata().uid());
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, stage.map()->rectOfPod(running).center());
    QTRY_COMPARE_WITH_TIMEOUT(drawer->subject().name, QStringLiteral("web-1"), soon);
    QVERIFY(!drawer->verdict()->isVisible());
    drawer->openTab(DetailDrawer::Verdict);
    QTRY_COMPARE_WITH_TIMEOUT(drawer->verdict()->attempts(), 2, soon);
    QVERIFY(drawer->verdict()->sentence().startsWith("It went to vm-1."));
    stage.shot("verdict-drawer");
    drawer->verdict()->showAttempt(1);
    QVERIFY(drawer->verdict()->sentence().startsWith("It fitted nowhere."));
}

void TestVerdict::whatIfIsAskedAtOnce() {
    Stage stage;
    lab(stage);
    std::vector<api::lab::WhatIf> asked;
    stage.cluster.whatIf = [&asked](const std::string&, api::lab::WhatIf& question) {
        const bool tolerant =
            question.spec().has_pod() && question.spec().pod().spec().tolerations_size() > 0;
        *question.mutable_status()->mutable_attempt() = tolerant
                                                            ? attemptOf(1, {"vm-3"}, {}, {"vm-1", "vm-2"})
                                                            : attemptOf(1, {}, {"vm-3"}, {"vm-1", "vm-2"});
        question.mutable_status()->set_fits(tolerant);
        asked.push_back(question);
    };
    stage.open();
    const Uid uid(pod(stage, "db-0").metadata().uid());
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfPod(uid).isNull(), soon);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, stage.map()->rectOfPod(uid).center());
    auto* pane = stage.part<DetailDrawer>()->verdict();
    QTRY_VERIFY_WITH_TIMEOUT(pane->isVisible() && pane->attempts() == 1, soon);
    // A suggestion, tried with one click.
    QTRY_VERIFY_WITH_TIMEOUT(stage.button("tolerates everything") != nullptr, soon);
    stage.press("tolerates everything");
    QTRY_VERIFY_WITH_TIMEOUT(pane->supposes(), soon);
    QVERIFY2(pane->sentence().startsWith("It would go to vm-3."), qPrintable(pane->sentence()));
    QVERIFY(pane->command().contains("kind: WhatIf"));
    stage.shot("verdict-what-if");
    // And left again.
    stage.press("tolerates everything");
    QTRY_VERIFY_WITH_TIMEOUT(!pane->supposes(), soon);
    QVERIFY(pane->sentence().startsWith("It fitted nowhere."));
    // One's own, by keyboard; a mistake is told beside it and asks nothing.
    const std::size_t before = asked.size();
    QTest::keyClicks(pane->editField(), "a lot");
    QTest::keyClick(pane->editField(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(pane->editField()->text() == "a lot", soon);
    pane->editField()->clear();
    QTest::keyClicks(pane->editField(), "50m");
    QTest::keyClick(pane->editField(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(asked.size(), before + 1, soon);
    QCOMPARE(asked.back().spec().pod().spec().containers(0).resources().requests().at("cpu").string(),
             std::string("50m"));
    QTRY_VERIFY_WITH_TIMEOUT(pane->sentence().startsWith("It would fit nowhere."), soon);
}

void TestVerdict::everyPodsVerdictOnOnePage() {
    Stage stage;
    lab(stage);
    stage.open();
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 3U, soon);
    stage.place("Verdicts");
    auto* page = stage.part<VerdictsPage>();
    QTRY_COMPARE_WITH_TIMEOUT(page->rows().rowCount(), 2, soon);
    QTest::mouseClick(page->tableWidget()->viewport(), Qt::LeftButton, {},
                      page->tableWidget()->visualRect(page->rows().index(1, 0)).center());
    QTRY_COMPARE_WITH_TIMEOUT(page->pane()->attempts(), 2, soon);
    QCOMPARE(page->pane()->rows().rowOf("vm-3"), 2);
    stage.shot("verdicts");
    stage.press("all plug-ins");
    QVERIFY(page->pane()->rows().plugins().size() > 8);
    stage.shot("verdicts-all");
    // Up and down choose, as in every list.
    QTest::keyClick(page->tableWidget(), Qt::Key_Up);
    QTRY_COMPARE_WITH_TIMEOUT(page->pane()->attempts(), 1, soon);
    // New attempts appear while one looks.
    addDecision(stage, "db-0",
                {attemptOf(2, {"vm-2"}, {"vm-3"}, {"vm-1"}), attemptOf(1, {}, {"vm-3"}, {"vm-1", "vm-2"})});
    QTRY_VERIFY_WITH_TIMEOUT(page->pane()->sentence().startsWith("It went to vm-2."), soon);
}

void TestVerdict::aClusterThatTellsNothingSaysSo() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    stage.open();
    const auto shown = [&] {
        return !stage.pods().empty() &&
               !stage.map()->rectOfPod(Uid(stage.pods()[0].metadata().uid())).isNull();
    };
    QTRY_VERIFY_WITH_TIMEOUT(shown(), soon);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {},
                      stage.map()->rectOfPod(Uid(stage.pods()[0].metadata().uid())).center());
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_COMPARE_WITH_TIMEOUT(drawer->subject().name, QStringLiteral("web-1"), soon);
    drawer->openTab(DetailDrawer::Verdict);
    QTRY_VERIFY_WITH_TIMEOUT(drawer->verdict()->isVisible(), soon);
    QVERIFY(stage.button("Ask now") != nullptr);
    // Nobody answers: that is said in place, and nothing else changes.
    stage.press("Ask now");
    const auto told = [&] {
        for (auto* label : drawer->verdict()->findChildren<QLabel*>())
            if (label->isVisible() && label->property("kind") == "bad" && !label->text().isEmpty())
                return true;
        return drawer->verdict()->supposes();
    };
    QTRY_VERIFY_WITH_TIMEOUT(told(), soon);
}

QTEST_MAIN(TestVerdict)
#include "test_verdict.moc"
