// Things dragged onto the map and away from it, from the window.
#include "engine/api/groups/decisions.h"
#include "stage.h"
#include "ui/views/deploy_panel.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/feed_view.h"
#include "ui/views/map_drag.h"
#include "ui/views/yaml_pane.h"

#include <QDragEnterEvent>
#include <QFile>
#include <QLineEdit>
#include <QMimeData>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QUrl>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestDeploy final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void nodesShowWhetherItFitsWhileDragging();
    void aTemplateIsDroppedNamedAndApplied();
    void aFileFromTheFileManager();
    void pressedInsteadOfDragged();
    void aPodDraggedOffItsNodeIsEvicted();
    void aNodeInTheBinIsDrainedAndRemoved();
    void aPullIsADragAndAClickOpens();

  private:
    /// A person drags `data` over the map and, if `release` is set, lets it go there.
    static bool drag(QWidget* onto, const QMimeData& data, const QPoint& at, bool release) {
        QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &enter);
        if (!enter.isAccepted()) return false;
        QDragMoveEvent move(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &move);
        if (!release) return true;
        QDropEvent drop(QPointF(at), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(onto, &drop);
        return drop.isAccepted();
    }
    static void leave(QWidget* from) {
        QDragLeaveEvent leave;
        QCoreApplication::sendEvent(from, &leave);
    }
    static void templateData(QMimeData& data, const char* id) { data.setData(MapDrag::templateMime, id); }
    static void answerWhatIfs(Stage& stage) {
        stage.cluster.whatIf = [](const std::string&, api::lab::WhatIf& question) {
            auto& attempt = *question.mutable_status()->mutable_attempt();
            attempt.set_result("Scheduled");
            attempt.set_node("vm-1");
            attempt.add_scored()->set_node("vm-1");
            auto& refused = *attempt.add_refused();
            refused.set_plugin("NodeResourcesFit");
            refused.add_reasons("Insufficient memory");
            refused.set_count(1);
            refused.add_nodes("vm-2");
        };
    }
    static void open(Stage& stage) {
        answerWhatIfs(stage);
        stage.smallLab();
        stage.life.addPod("web", "web-1", "vm-1", "Running");
        stage.open({1600, 1000}, true);
        const auto shown = [&] {
            return !stage.pods().empty() && !stage.map()->rectOfPod(uidOf(stage)).isNull();
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown() && !stage.map()->rectOfNode("vm-2").isNull(), soon);
    }
    static Uid uidOf(const Stage& stage) { return Uid(stage.pods()[0].metadata().uid()); }
};

void TestDeploy::nodesShowWhetherItFitsWhileDragging() {
    Stage stage;
    open(stage);
    QMimeData data;
    templateData(data, "web");
    const QPoint at = stage.map()->rectOfNode("vm-1").center();
    QVERIFY(drag(stage.map()->viewport(), data, at, false));
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->hints().size(), 2U, soon);
    QVERIFY(stage.map()->hints().at("vm-1").fits && stage.map()->hints().at("vm-1").best);
    QCOMPARE(stage.map()->hints().at("vm-2").reason, QStringLiteral("Insufficient memory"));
    stage.shot("drag-preview");
    leave(stage.map()->viewport());
    QVERIFY(stage.map()->hints().empty());
    // What is no manifest is not taken at all.
    QMimeData words;
    words.setText("hello");
    QVERIFY(!drag(stage.map()->viewport(), words, at, false));
}

void TestDeploy::aTemplateIsDroppedNamedAndApplied() {
    Stage stage;
    open(stage);
    QMimeData data;
    templateData(data, "web");
    QVERIFY(drag(stage.map()->viewport(), data, stage.map()->rectOfNode("vm-1").center(), true));
    auto* panel = stage.part<DeployPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->nameField()->text(), QStringLiteral("web-2")); // "web" is in use
    QTRY_VERIFY_WITH_TIMEOUT(panel->applyButton()->isEnabled(), soon);
    QVERIFY2(panel->difference().contains("deployment.apps/web-2 in namespace default would be created") &&
                 panel->difference().contains("+ kind: Deployment"),
             qPrintable(panel->difference()));
    QVERIFY(stage.cluster.all<api::apps::Deployment>().empty()); // a dry run changes nothing
    panel->nameField()->setText("Shop!");
    QVERIFY(!panel->applyButton()->isEnabled());
    panel->nameField()->setText("shop");
    panel->replicas()->setValue(2);
    QTRY_VERIFY_WITH_TIMEOUT(panel->applyButton()->isEnabled() && panel->difference().contains("/shop "),
                             soon);
    QVERIFY(panel->command().startsWith("kubectl apply -f - <<'EOF'"));
    const QImage diff = panel->findChild<QTextBrowser*>()->grab().toImage();
    QVERIFY(diff.pixelColor(diff.width() / 2, diff.height() - 4).lightness() < 96); // dark in the dark
    stage.shot("deploy-panel");
    QTest::mouseClick(panel->applyButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), soon);
    const auto deployments = stage.cluster.all<api::apps::Deployment>();
    QCOMPARE(deployments.size(), 1U);
    QCOMPARE(deployments[0].spec().replicas(), 2);
    QCOMPARE(deployments[0].spec().template_().spec().nodeselector().at("kubernetes.io/hostname"),
             std::string("vm-1"));
    // The same name again: now the difference is a change.
    QVERIFY(drag(stage.map()->viewport(), data, stage.map()->rectOfNode("vm-1").center(), true));
    panel->nameField()->setText("shop");
    panel->replicas()->setValue(5);
    QTRY_VERIFY_WITH_TIMEOUT(panel->difference().contains("would change"), soon);
    QVERIFY2(panel->difference().contains("-   replicas: 2") &&
                 panel->difference().contains("+   replicas: 5"),
             qPrintable(panel->difference()));
    QTest::keyClick(panel, Qt::Key_Escape);
    QVERIFY(!panel->isVisible());
}

void TestDeploy::aFileFromTheFileManager() {
    Stage stage;
    open(stage);
    QTemporaryDir folder;
    QFile file(folder.filePath("nginx.yaml"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(manifest().toUtf8());
    file.close();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(file.fileName())});
    QVERIFY(drag(stage.map()->viewport(), data, stage.map()->rectOfNode("vm-2").center(), true));
    auto* panel = stage.part<DeployPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible() && panel->applyButton()->isEnabled(), soon);
    QCOMPARE(panel->manifest(), manifest());
    QVERIFY(panel->command().startsWith("kubectl apply -f ") && panel->command().contains("nginx.yaml"));
    stage.press("Open in the editor");
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<YamlPane>()->isVisible(), soon);
    QCOMPARE(stage.part<YamlPane>()->text(), manifest());
}

void TestDeploy::pressedInsteadOfDragged() {
    Stage stage;
    open(stage);
    stage.place("Job");
    auto* panel = stage.part<DeployPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QVERIFY(panel->manifest().contains("kind: Job") && !panel->manifest().contains("nodeSelector"));
    QTRY_VERIFY_WITH_TIMEOUT(panel->applyButton()->isEnabled(), soon);
    QTest::keyClick(panel->nameField(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.all(api::ResourceName{"batch", "v1", "jobs"}).size(), 1U, soon);
}

void TestDeploy::aPodDraggedOffItsNodeIsEvicted() {
    Stage stage;
    open(stage);
    const std::unique_ptr<QMimeData> data(MapDrag::podData(uidOf(stage)));
    // Back onto its own node: nothing happens.
    QVERIFY(!drag(stage.map()->viewport(), *data, stage.map()->rectOfNode("vm-1").center(), true));
    QVERIFY(drag(stage.map()->viewport(), *data, stage.map()->rectOfNode("vm-2").center(), true));
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->isVisible() && drawer->confirmButton()->isVisible(), soon);
    QCOMPARE(drawer->confirmButton()->text(), QStringLiteral("Evict"));
    QVERIFY(drawer->command().contains("/api/v1/namespaces/default/pods/web-1/eviction"));
    stage.shot("evict");
    QTest::mouseClick(drawer->confirmButton(), Qt::LeftButton);
    const auto evicted = [&] {
        for (const auto& call : stage.cluster.calls)
            if (call.subresource == "eviction" && call.name == "web-1") return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(evicted(), soon);
}

void TestDeploy::aNodeInTheBinIsDrainedAndRemoved() {
    Stage stage;
    open(stage);
    QWidget* bin = nullptr;
    for (auto* widget : stage.window->findChildren<QWidget*>())
        if (widget->accessibleName() == u"Bin") bin = widget;
    QVERIFY(bin != nullptr && bin->isVisible());
    const std::unique_ptr<QMimeData> data(MapDrag::nodeData("vm-1"));
    QVERIFY(
        !drag(stage.map()->viewport(), *data, stage.map()->rectOfNode("vm-2").center(), true)); // not there
    QVERIFY(drag(bin, *data, bin->rect().center(), true));
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->isVisible() && drawer->confirmButton()->isVisible(), soon);
    QCOMPARE(
        drawer->command(),
        QStringLiteral(
            "kubectl drain vm-1 --ignore-daemonsets --delete-emptydir-data && kubectl delete machine vm-1"));
    QTest::mouseClick(drawer->confirmButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.cluster.get<api::lab::Machine>("vm-1"), 2 * soon);
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 1U, soon);
    QStringList told;
    auto* feed = stage.part<FeedView>()->model();
    for (int row = 0; row < feed->rowCount(); ++row)
        told << feed->index(row, 2).data().toString();
    QVERIFY2(told.contains("drained vm-1 and removed it."), qPrintable(told.join('\n')));
}

void TestDeploy::aPullIsADragAndAClickOpens() {
    Stage stage;
    open(stage);
    QSignalSpy pods(stage.map(), &MapView::podActivated);
    QSignalSpy nodes(stage.map(), &MapView::nodeActivated);
    // A press alone opens nothing; only the release does.
    QTest::mousePress(stage.map()->viewport(), Qt::LeftButton, {}, stage.map()->rectOfNode("vm-2").center());
    QCOMPARE(nodes.size(), 0);
    QTest::mouseRelease(stage.map()->viewport(), Qt::LeftButton, {},
                        stage.map()->rectOfNode("vm-2").center());
    QCOMPARE(nodes.size(), 1);
    QCOMPARE(pods.size(), 0);
}

QTEST_MAIN(TestDeploy)
#include "test_deploy.moc"
