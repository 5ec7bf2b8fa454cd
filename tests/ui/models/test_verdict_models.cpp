// A scheduling attempt as a table, in words, and the questions a person may ask about it.
#include "engine/api/groups/decisions.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "ui/models/verdict_model.h"
#include "ui/models/what_if.h"

#include <QAbstractItemModelTester>
#include <QtTest>
#include <map>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using Mark = VerdictModel::Mark;

namespace {

void addRun(api::lab::SchedulingAttempt& attempt, const char* plugin, const char* stage, double micros) {
    auto& run = *attempt.add_plugins();
    run.set_plugin(plugin);
    run.set_stage(stage);
    run.set_microseconds(micros);
}

void addScore(api::lab::ScoredNode& node, const char* plugin, int raw, int normalised, int weight) {
    auto& score = *node.add_scores();
    score.set_plugin(plugin);
    score.set_raw(raw);
    score.set_normalised(normalised);
    score.set_weight(weight);
    score.set_weighted(normalised * weight);
    node.set_total(node.total() + normalised * weight);
}

/// n1 leads n2 by its spread; n3 has a taint; n4, n5 and three more lack CPU.
api::lab::SchedulingAttempt sample() {
    api::lab::SchedulingAttempt attempt;
    attempt.set_number(2);
    attempt.set_result("Scheduled");
    attempt.set_node("n1");
    attempt.set_nodes(8);
    attempt.set_feasible(2);
    for (const char* plugin :
         {"NodeUnschedulable", "TaintToleration", "NodeResourcesFit", "PodTopologySpread"})
        addRun(attempt, plugin, "Filter", 3.5);
    addRun(attempt, "PodTopologySpread", "Score", 1200);
    for (const auto& [name, spread] : {std::pair{"n1", 90}, std::pair{"n2", 40}}) {
        auto& node = *attempt.add_scored();
        node.set_node(name);
        addScore(node, "TaintToleration", 0, 100, 3);
        addScore(node, "PodTopologySpread", 7, spread, 2);
        addScore(node, "ImageLocality", 0, 0, 1);
    }
    auto& tainted = *attempt.add_refused();
    tainted.set_plugin("TaintToleration");
    tainted.add_reasons("node(s) had untolerated taint(s)");
    tainted.set_count(1);
    tainted.add_nodes("n3");
    auto& full = *attempt.add_refused();
    full.set_plugin("NodeResourcesFit");
    full.add_reasons("Insufficient cpu");
    full.set_count(5);
    full.add_nodes("n4");
    full.add_nodes("n5");
    return attempt;
}

api::ObjectPtr podOf(const std::string& node) {
    api::core::Pod pod;
    pod.mutable_metadata()->set_name("web-1");
    pod.mutable_metadata()->set_namespace_("shop");
    (*pod.mutable_metadata()->mutable_labels())["app"] = "web";
    pod.mutable_spec()->set_nodename(node);
    auto& container = *pod.mutable_spec()->add_containers();
    container.set_name("web");
    (*container.mutable_resources()->mutable_requests())["cpu"].set_string("100m");
    (*container.mutable_resources()->mutable_limits())["cpu"].set_string("200m");
    return api::Object::of(pod);
}

} // namespace

class TestVerdictModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nodesByPlugins();
    void onlyWhatTells();
    void inWords();
    void againstNaive();
    void edits_data();
    void edits();
    void questions();
    void suggestions();
};

void TestVerdictModels::nodesByPlugins() {
    VerdictModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setAttempt(sample());
    QCOMPARE(model.plugins(), QStringList({"NodeUnschedulable", "TaintToleration", "NodeResourcesFit",
                                           "PodTopologySpread", "ImageLocality"}));
    QCOMPARE(model.rowCount(), 6); // n1 n2, n3, n4 n5 and those without a name
    QCOMPARE(model.columnCount(), 7);
    const auto mark = [&](int row, int plugin) {
        return static_cast<Mark>(model.index(row, plugin + 1).data(VerdictModel::MarkRole).toInt());
    };
    QCOMPARE(mark(0, 0), Mark::Passed);
    QCOMPARE(mark(0, 1), Mark::Scored);
    QCOMPARE(mark(0, 2), Mark::Passed);
    QCOMPARE(mark(0, 4), Mark::Scored);
    const int tainted = model.rowOf("n3");
    QCOMPARE(mark(tainted, 0), Mark::Passed);
    QCOMPARE(mark(tainted, 1), Mark::Refused);
    QCOMPARE(mark(tainted, 2), Mark::None); // filters end with the first that refuses
    QVERIFY(model.index(tainted, 2).data(Qt::ToolTipRole).toString().contains("untolerated"));
    QCOMPARE(model.index(0, 6).data().toString(), QStringLiteral("480"));
    QCOMPARE(model.index(tainted, 6).data().toString(), QString::fromUtf8("–"));
    QVERIFY(model.index(0, 0).data(VerdictModel::ChosenRole).toBool());
    QVERIFY(!model.index(1, 0).data(VerdictModel::ChosenRole).toBool());
    QCOMPARE(model.index(5, 0).data().toString(), QStringLiteral("3 more refused"));
    QCOMPARE(model.index(0, 4).data(Qt::ToolTipRole).toString(),
             QStringLiteral("PodTopologySpread: counted 7, that is 90 of 100, times weight 2 = 180"));
    const QString head = model.headerData(4, Qt::Horizontal, Qt::ToolTipRole).toString();
    QVERIFY2(head.contains("weight 2") && head.contains("1.20 ms"), qPrintable(head));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestVerdictModels::onlyWhatTells() {
    VerdictModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setOnlyTelling(true);
    model.setAttempt(sample());
    // The taint and the CPU refuse, the spread tells n1 from n2; the others say the same of all.
    QCOMPARE(model.plugins(), QStringList({"TaintToleration", "NodeResourcesFit", "PodTopologySpread"}));
    QCOMPARE(model.quietPlugins(), 2);
    model.setOnlyTelling(false);
    QCOMPARE(model.plugins().size(), 5);
}

void TestVerdictModels::inWords() {
    auto attempt = sample();
    QCOMPARE(whyOf(attempt),
             QStringLiteral("480 against 380 of n2: spread +100. n3 is out: node(s) had untolerated "
                            "taint(s). 5 nodes are out: Insufficient cpu."));
    attempt.mutable_scored(1)->set_total(480);
    QVERIFY(whyOf(attempt).startsWith("2 nodes have the same score of 480: the lot decided."));
    attempt.mutable_scored()->DeleteSubrange(1, 1);
    attempt.set_feasible(1);
    QVERIFY(whyOf(attempt).startsWith("It is the only node that fits."));
    auto& candidate = *attempt.add_candidates();
    candidate.set_node("n4");
    candidate.add_victims("default/job-114");
    candidate.set_budgetsbroken(1);
    QCOMPARE(victimsOf(attempt),
             QStringList({"n4 would have to lose default/job-114 (against 1 disruption budgets)"}));
    QCOMPARE(whyOf({}), QStringLiteral("There is no node."));
}

/// Any attempt at all: every node once, each cell what its group says.
void TestVerdictModels::againstNaive() {
    SeededRandom random(5);
    VerdictModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const char* names[] = {"TaintToleration", "NodeAffinity", "NodeResourcesFit", "PodTopologySpread",
                           "Unheard"};
    for (int round = 0; round < 200; ++round) {
        api::lab::SchedulingAttempt attempt;
        std::map<QString, QString> refusedBy;
        std::set<QString> feasible;
        int serial = 0;
        for (std::uint64_t i = random.below(5); i > 0; --i)
            addRun(attempt, names[i - 1], "Filter", 1);
        for (std::uint64_t i = random.below(4); i > 0; --i) {
            auto& refused = *attempt.add_refused();
            refused.set_plugin(names[random.below(5)]);
            for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
                const std::string node = "n" + std::to_string(++serial);
                refused.add_nodes(node);
                refusedBy[QString::fromStdString(node)] = QString::fromStdString(refused.plugin());
            }
            refused.set_count(refused.nodes_size());
        }
        for (std::uint64_t n = random.below(5); n > 0; --n) {
            auto& node = *attempt.add_scored();
            node.set_node("n" + std::to_string(++serial));
            feasible.insert(QString::fromStdString(node.node()));
            for (std::uint64_t s = random.below(5); s > 0; --s)
                addScore(node, names[s - 1], 1, static_cast<int>(random.below(101)), 1);
        }
        attempt.set_feasible(attempt.scored_size());
        attempt.set_nodes(serial);
        model.setOnlyTelling(random.below(2) == 0);
        model.setAttempt(attempt);
        QCOMPARE(model.rowCount(), serial);
        for (const auto& [node, plugin] : refusedBy) {
            const int column = static_cast<int>(model.plugins().indexOf(plugin)) + 1;
            QVERIFY(column > 0); // one that refuses always tells
            QCOMPARE(static_cast<Mark>(
                         model.index(model.rowOf(node), column).data(VerdictModel::MarkRole).toInt()),
                     Mark::Refused);
        }
        for (const QString& node : feasible)
            for (int column = 1; column < model.columnCount() - 1; ++column)
                QVERIFY(static_cast<Mark>(
                            model.index(model.rowOf(node), column).data(VerdictModel::MarkRole).toInt()) !=
                        Mark::Refused);
    }
}

void TestVerdictModels::edits_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    const auto row = [](WhatIfEdit::Kind kind, const char* text, bool good) {
        QTest::addRow("%d %s", static_cast<int>(kind), text)
            << static_cast<int>(kind) << QString(text) << good;
    };
    row(WhatIfEdit::Cpu, "400m", true);
    row(WhatIfEdit::Cpu, "four", false);
    row(WhatIfEdit::Cpu, "-1", false);
    row(WhatIfEdit::Cpu, "", false);
    row(WhatIfEdit::Memory, "1Gi", true);
    row(WhatIfEdit::PodLabel, "app=web", true);
    row(WhatIfEdit::PodLabel, "app", false);
    row(WhatIfEdit::PodLabel, "=web", false);
    row(WhatIfEdit::PodNode, "zone=c", true);
    row(WhatIfEdit::Toleration, "*", true);
    row(WhatIfEdit::Toleration, "a=b:NoSchedule", true);
    row(WhatIfEdit::NodeLabel, "vm-1 zone=c", true);
    row(WhatIfEdit::NodeLabel, "vm-1", false);
    row(WhatIfEdit::NodeTaint, "vm-1 a=b:NoSchedule", true);
    row(WhatIfEdit::NodeTaint, "vm-1 a=b:Never", false);
    row(WhatIfEdit::NodeUntaint, "vm-1 a", true);
    row(WhatIfEdit::NodeUntaint, "vm-1", false);
    row(WhatIfEdit::NodeGone, "vm-1", true);
    row(WhatIfEdit::NodeGone, "vm-1 vm-2", false);
    row(WhatIfEdit::Without, "shop/web-1", true);
    row(WhatIfEdit::Without, "web-1", false);
}

void TestVerdictModels::edits() {
    QFETCH(int, kind);
    QFETCH(QString, text);
    QFETCH(bool, good);
    const WhatIfEdit edit{static_cast<WhatIfEdit::Kind>(kind), text, true};
    QCOMPARE(problemOf(edit).isEmpty(), good);
    if (good) QVERIFY(!describe(edit).isEmpty() && !nameOf(edit.kind).isEmpty());
}

void TestVerdictModels::questions() {
    // Only nodes change: the pod is asked about by name.
    auto question = whatIfOf(*podOf("vm-1"),
                             {{WhatIfEdit::NodeTaint, "vm-1 a=b:NoSchedule", true},
                              {WhatIfEdit::NodeLabel, "vm-2 zone=c", true},
                              {WhatIfEdit::NodeCopy, "vm-2", true},
                              {WhatIfEdit::NodeGone, "vm-3", false},
                              {WhatIfEdit::Cpu, "four", true},
                              {WhatIfEdit::Without, "shop/web-2", true}},
                             true);
    QCOMPARE(question.spec().podname(), std::string("web-1"));
    QVERIFY(!question.spec().has_pod() && question.spec().matrix());
    QCOMPARE(question.spec().nodes_size(), 3);
    QCOMPARE(question.spec().nodes(0).taints(0).effect(), std::string("NoSchedule"));
    QCOMPARE(question.spec().nodes(1).labels().at("zone"), std::string("c"));
    QCOMPARE(question.spec().nodes(2).copyof(), std::string("vm-2"));
    QCOMPARE(question.spec().withoutpods_size(), 1);
    // The pod changes: it is given as it would be, and the one there is does not stand in its way.
    question = whatIfOf(*podOf("vm-1"),
                        {{WhatIfEdit::Cpu, "400m", true},
                         {WhatIfEdit::Toleration, "a=b:NoSchedule", true},
                         {WhatIfEdit::PodNode, "zone=c", true},
                         {WhatIfEdit::PodLabel, "app=api", true}},
                        false);
    QVERIFY(question.spec().podname().empty());
    const auto& pod = question.spec().pod();
    QVERIFY(pod.spec().nodename().empty());
    const auto& resources = pod.spec().containers(0).resources();
    QCOMPARE(resources.requests().at("cpu").string(), std::string("400m"));
    QCOMPARE(resources.limits().at("cpu").string(), std::string("400m")); // or the request would be above it
    QCOMPARE(pod.spec().tolerations(0).operator_(), std::string("Equal"));
    QCOMPARE(pod.spec().nodeselector().at("zone"), std::string("c"));
    QCOMPARE(pod.metadata().labels().at("app"), std::string("api"));
    QCOMPARE(question.spec().withoutpods(0), std::string("shop/web-1"));
    const QString command = whatIfCommand(question, "shop");
    QVERIFY2(command.startsWith("kubectl create -n shop -o yaml -f - <<'EOF'\n") &&
                 command.contains("kind: WhatIf") && command.contains("cpu: 400m"),
             qPrintable(command));
    // One that waits has no place to be taken from.
    question = whatIfOf(*podOf(""), {{WhatIfEdit::Cpu, "50m", true}}, false);
    QCOMPARE(question.spec().withoutpods_size(), 0);
    QCOMPARE(question.spec().pod().spec().containers(0).resources().limits().at("cpu").string(),
             std::string("200m"));
}

void TestVerdictModels::suggestions() {
    auto attempt = sample();
    QVERIFY(suggestedEdits(attempt).empty()); // it found its place
    attempt.clear_node();
    const auto edits = suggestedEdits(attempt);
    QCOMPARE(edits.size(), 2U);
    QCOMPARE(edits[0], (WhatIfEdit{WhatIfEdit::Toleration, "*", false}));
    QCOMPARE(edits[1], (WhatIfEdit{WhatIfEdit::NodeCopy, "n4", false}));
}

QTEST_MAIN(TestVerdictModels)
#include "test_verdict_models.moc"
