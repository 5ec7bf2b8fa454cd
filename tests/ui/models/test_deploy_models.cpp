// What can be deployed by hand, what that would change, where it would fit, and how a node is emptied.
#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "ui/models/deploy_template.h"
#include "ui/models/node_drain.h"
#include "ui/models/placement_preview.h"
#include "ui/models/text_diff.h"

#include <QSignalSpy>
#include <QtTest>
#include <algorithm>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestDeployModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void templatesAreGoodManifests_data();
    void templatesAreGoodManifests();
    void names();
    void podsOfAManifest();
    void hints();
    void differencesRebuildTheText();
    void readable();
    void previewAnswersTheLastQuestion();
    void aNodeIsEmptiedAndRemoved();
    void aBudgetIsWaitedFor();
    void stoppedAndRefused();

  private:
    static api::core::Pod podOn(const std::string& node, const std::string& name) {
        api::core::Pod pod;
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_namespace_("shop");
        pod.mutable_spec()->set_nodename(node);
        pod.mutable_status()->set_phase("Running");
        return pod;
    }
    static void addNode(tests::FakeCluster& cluster, const std::string& name) {
        api::core::Node node;
        node.mutable_metadata()->set_name(name);
        cluster.put(node);
        api::lab::Machine machine;
        machine.mutable_metadata()->set_name(name);
        cluster.put(machine);
    }
};

void TestDeployModels::templatesAreGoodManifests_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("objects");
    QTest::addColumn<int>("pods");
    QTest::newRow("web") << "web" << 2 << 1;
    QTest::newRow("web-database") << "web-database" << 4 << 2;
    QTest::newRow("stateful") << "stateful" << 2 << 1;
    QTest::newRow("job") << "job" << 1 << 1;
    QTest::newRow("cronjob") << "cronjob" << 1 << 1;
    QCOMPARE(deployTemplates().size(), 5U);
}

void TestDeployModels::templatesAreGoodManifests() {
    QFETCH(QString, id);
    QFETCH(int, objects);
    QFETCH(int, pods);
    QVERIFY(findTemplate(id) != nullptr);
    for (const DeployPlace& place : {DeployPlace{}, DeployPlace{"a", {}}, DeployPlace{{}, "vm-1"}}) {
        const QString text = manifestOf(id, "shop-7", 4, place);
        const auto documents = api::yamlToJson(text.toStdString());
        QVERIFY2(documents, documents ? "" : documents.error().message.c_str());
        QCOMPARE(static_cast<int>(documents->size()), objects);
        for (const std::string& document : *documents) {
            const auto decoded = api::decodeJson(document, api::FieldValidation::Strict);
            QVERIFY2(decoded, decoded ? "" : (decoded.error().message + "\n" + document).c_str());
        }
        QCOMPARE(objectsOf(text).size(), objects);
        const auto templates = podTemplatesOf(text);
        QCOMPARE(static_cast<int>(templates.size()), pods);
        for (const auto& pod : templates) {
            const auto& selector = pod.spec().nodeselector();
            QCOMPARE(selector.size(), place == DeployPlace{} ? 0U : 1U);
            if (!place.zone.isEmpty()) QCOMPARE(selector.at("topology.kubernetes.io/zone"), std::string("a"));
            if (!place.node.isEmpty()) QCOMPARE(selector.at("kubernetes.io/hostname"), std::string("vm-1"));
            QCOMPARE(pod.spec().containers(0).resources().requests().count("cpu"), 1U);
        }
    }
}

void TestDeployModels::names() {
    QVERIFY(problemOfName("web").isEmpty());
    QVERIFY(problemOfName("web-2").isEmpty());
    for (const char* bad : {"", "Web", "web_1", "-web", "web-", "2web", "w b"})
        QVERIFY2(!problemOfName(bad).isEmpty(), bad);
    QVERIFY(!problemOfName(QString(53, u'a')).isEmpty());
    QCOMPARE(freeName("web", {}), QStringLiteral("web"));
    QCOMPARE(freeName("web", {"web", "web-2"}), QStringLiteral("web-3"));
}

void TestDeployModels::podsOfAManifest() {
    QVERIFY(podTemplatesOf("no: manifest").empty());
    QVERIFY(podTemplatesOf("{{{").empty());
    const auto pods =
        podTemplatesOf("apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n  containers:\n  - name: "
                       "c\n    image: i\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n");
    QCOMPARE(pods.size(), 1U);
    QCOMPARE(pods[0].spec().containers(0).image(), std::string("i"));
}

void TestDeployModels::hints() {
    api::lab::SchedulingAttempt attempt;
    attempt.set_node("a");
    attempt.add_scored()->set_node("a");
    attempt.add_scored()->set_node("b");
    auto& refused = *attempt.add_refused();
    refused.add_reasons("Insufficient cpu");
    refused.add_nodes("c");
    const PlacementHints first = hintsOf(attempt);
    QCOMPARE(first.at("a"), (PlacementHint{true, true, {}}));
    QCOMPARE(first.at("b"), (PlacementHint{true, false, {}}));
    QCOMPARE(first.at("c"), (PlacementHint{false, false, "Insufficient cpu"}));
    // Both pods must fit.
    const PlacementHints both = joined({first, {{"a", {false, false, "taint"}}, {"b", {true, true, {}}}}});
    QCOMPARE(both.at("a"), (PlacementHint{false, false, "taint"}));
    QCOMPARE(both.at("b"), (PlacementHint{true, true, {}}));
    QCOMPARE(both.at("c"), (PlacementHint{false, false, "Insufficient cpu"}));
}

/// Whatever the texts: taking the removed lines away leaves the new text, the added ones the old; and what is
/// skipped is equal in both.
void TestDeployModels::differencesRebuildTheText() {
    SeededRandom random(41);
    for (int round = 0; round < 300; ++round) {
        QStringList before;
        for (std::uint64_t n = random.below(12); n > 0; --n)
            before << QString::number(random.below(5));
        QStringList after = before;
        for (std::uint64_t n = random.below(5); n > 0; --n) {
            if (!after.isEmpty() && random.below(2) == 0)
                after.removeAt(
                    static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(after.size()))));
            else
                after.insert(
                    static_cast<qsizetype>(random.below(static_cast<std::uint64_t>(after.size()) + 1)),
                    QString::number(random.below(5)));
        }
        const auto lines = diffOf(before.join('\n') + '\n', after.join('\n') + '\n', 1000);
        QStringList old;
        QStringList fresh;
        for (const DiffLine& line : lines) {
            if (line.kind == DiffLine::Skipped) { // only where nothing differs at all
                QCOMPARE(before, after);
                old = fresh = before;
                break;
            }
            if (line.kind != DiffLine::Added) old << line.text;
            if (line.kind != DiffLine::Removed) fresh << line.text;
        }
        if (before.isEmpty()) old.removeAll(QString());
        if (after.isEmpty()) fresh.removeAll(QString());
        QCOMPARE(old, before);
        QCOMPARE(fresh, after);
    }
    // Far apart changes have a gap between them.
    QStringList many;
    for (int i = 0; i < 40; ++i)
        many << QString::number(i);
    QStringList changed = many;
    changed[2] = "x";
    changed[30] = "y";
    const auto lines = diffOf(many.join('\n'), changed.join('\n'), 2);
    QCOMPARE(
        std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.kind == DiffLine::Skipped; }),
        2);
    QCOMPARE(
        std::count_if(lines.begin(), lines.end(), [](const auto& l) { return l.kind == DiffLine::Added; }),
        2);
}

void TestDeployModels::readable() {
    const QString text = readableYaml(
        R"({"kind":"Pod","metadata":{"name":"a","managedFields":[{"manager":"x"}],"annotations":)"
        R"({"kubectl.kubernetes.io/last-applied-configuration":"{}"}}})");
    QVERIFY2(text.contains("name: a") && !text.contains("managedFields") && !text.contains("annotations"),
             qPrintable(text));
    QCOMPARE(readableYaml({}), QString());
}

void TestDeployModels::previewAnswersTheLastQuestion() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    cluster.setLatency(50ms);
    cluster.whatIf = [](const std::string&, api::lab::WhatIf& question) {
        auto& attempt = *question.mutable_status()->mutable_attempt();
        attempt.set_node(question.spec().podname());
        attempt.add_scored()->set_node(question.spec().podname());
    };
    PlacementPreview preview(cluster);
    QSignalSpy changed(&preview, &PlacementPreview::changed);
    preview.askAbout("shop", "first");
    preview.askAbout("shop", "second");
    executor.advance(1s);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(preview.hints().size(), 1U);
    QVERIFY(preview.hints().at("second").best);
    preview.askAbout("shop", "third");
    preview.clear();
    executor.advance(1s);
    QVERIFY(preview.hints().empty());
}

void TestDeployModels::aNodeIsEmptiedAndRemoved() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    addNode(cluster, "vm-1");
    cluster.put(podOn("vm-1", "web-1"));
    cluster.put(podOn("vm-1", "web-2"));
    cluster.put(podOn("vm-2", "elsewhere"));
    auto daemon = podOn("vm-1", "daemon");
    auto& owner = *daemon.mutable_metadata()->add_ownerreferences();
    owner.set_kind("DaemonSet");
    owner.set_controller(true);
    cluster.put(daemon);
    auto finished = podOn("vm-1", "finished");
    finished.mutable_status()->set_phase("Succeeded");
    cluster.put(finished);
    NodeDrain drain(cluster, executor);
    QSignalSpy progressed(&drain, &NodeDrain::progressed);
    QSignalSpy done(&drain, &NodeDrain::finished);
    drain.start({"vm-1", true, true});
    drain.start({"vm-1", true, true}); // once is enough
    executor.advance(500ms);
    QVERIFY(drain.draining("vm-1"));
    QVERIFY(cluster.get<api::core::Node>("vm-1")->spec().unschedulable());
    QCOMPARE(progressed.first().at(1).toInt(), 2);
    // The node's agent says when they are gone.
    for (const char* pod : {"shop/web-1", "shop/web-2"})
        cluster.drop<api::core::Pod>(pod);
    executor.advance(5s);
    QCOMPARE(done.size(), 1);
    QVERIFY(done.first().at(1).toBool());
    QVERIFY(!cluster.get<api::lab::Machine>("vm-1"));
    QVERIFY(cluster.get<api::core::Pod>("shop/daemon") && cluster.get<api::core::Pod>("shop/finished") &&
            cluster.get<api::core::Pod>("shop/elsewhere"));
    QCOMPARE(
        NodeDrain::command({"vm-1", true, true}),
        QStringLiteral(
            "kubectl drain vm-1 --ignore-daemonsets --delete-emptydir-data && kubectl delete machine vm-1"));
}

void TestDeployModels::aBudgetIsWaitedFor() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    addNode(cluster, "vm-1");
    cluster.put(podOn("vm-1", "web-1"));
    Status busy;
    busy.reason = Reason::TooManyRequests;
    busy.message = "Cannot evict pod as it would violate the pod's disruption budget.";
    cluster.failNext("create", "pods", busy, 3);
    NodeDrain drain(cluster, executor);
    QSignalSpy progressed(&drain, &NodeDrain::progressed);
    QSignalSpy done(&drain, &NodeDrain::finished);
    drain.start({"vm-1", false, true});
    executor.advance(2500ms);
    QVERIFY(cluster.get<api::core::Pod>("shop/web-1")->metadata().deletiontimestamp().seconds() == 0);
    QVERIFY(progressed.last().at(2).toString().contains("disruption budget"));
    executor.advance(10s);
    const auto pod = cluster.get<api::core::Pod>("shop/web-1");
    if (pod) cluster.drop<api::core::Pod>("shop/web-1");
    executor.advance(5s);
    QCOMPARE(done.size(), 1);
    QVERIFY(!done.first().at(1).toBool());
    QVERIFY(cluster.get<api::lab::Machine>("vm-1")); // only emptied
}

void TestDeployModels::stoppedAndRefused() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    addNode(cluster, "vm-1");
    cluster.put(podOn("vm-1", "web-1"));
    Status forbidden;
    forbidden.reason = Reason::Forbidden;
    forbidden.message = "no";
    NodeDrain drain(cluster, executor);
    QSignalSpy failed(&drain, &NodeDrain::failed);
    cluster.failNext("patch", "nodes", forbidden);
    drain.start({"vm-1", true, true});
    executor.advance(5s);
    QCOMPARE(failed.size(), 1);
    QVERIFY(!drain.draining("vm-1") && cluster.get<api::lab::Machine>("vm-1"));
    // Stopped in the middle: the machine stays, however long one waits.
    drain.start({"vm-1", true, true});
    executor.advance(1500ms);
    QVERIFY(drain.draining("vm-1"));
    drain.stop("vm-1");
    cluster.drop<api::core::Pod>("shop/web-1");
    executor.advance(1min);
    QVERIFY(cluster.get<api::lab::Machine>("vm-1"));
}

QTEST_MAIN(TestDeployModels)
#include "test_deploy_models.moc"
