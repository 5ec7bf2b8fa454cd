// Getting anywhere by typing: `:` for kinds, Ctrl+K for everything, back and forth, all by keyboard.
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/jump_panel.h"
#include "ui/views/objects_view.h"
#include "ui/views/yaml_pane.h"

#include <QLineEdit>
#include <QListView>
#include <QTableView>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestJump final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void kindsByTheirShortNames();
    void anythingByItsName();
    void thingsToDo();
    void aColonInTextIsText();
    void pictures();

  private:
    static void type(Stage& stage, const QString& text) {
        auto* panel = stage.part<JumpPanel>();
        QTRY_VERIFY_WITH_TIMEOUT(panel->field()->hasFocus(), soon);
        QTest::keyClicks(panel->field(), text);
    }
    static void open(Stage& stage) {
        stage.richLab();
        stage.open();
        stage.window->activateWindow(); // shortcuts are the active window's
        QVERIFY(QTest::qWaitForWindowActive(stage.window.get(), soon));
        QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 9U, soon);
    }
};

void TestJump::kindsByTheirShortNames() {
    Stage stage;
    open(stage);
    auto* objects = stage.part<ObjectsView>();
    QTest::keyClick(stage.map(), Qt::Key_Colon);
    type(stage, "po default /web-7d9f8c5b6-k");
    QTest::keyClick(stage.part<JumpPanel>()->field(), Qt::Key_Return);
    QVERIFY(!stage.part<JumpPanel>()->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(objects->isVisible(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    QCOMPARE(objects->rows().row(0).name, QStringLiteral("web-7d9f8c5b6-k2x8c"));
    QVERIFY(stage.button("default") != nullptr); // the namespace is chosen for everything
    QTest::keyClick(objects->tableWidget(), Qt::Key_Colon);
    type(stage, "no all");
    QTest::keyClick(stage.part<JumpPanel>()->field(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 8, soon);
    QCOMPARE(objects->filterField()->text(), QString());
    QTest::keyClick(objects->tableWidget(), Qt::Key_Minus); // where one was last
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    QTest::keyClick(objects->tableWidget(), Qt::Key_BracketRight);
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 8, soon);
}

void TestJump::anythingByItsName() {
    Stage stage;
    open(stage);
    QTest::keyClick(stage.map(), Qt::Key_K, Qt::ControlModifier);
    auto* panel = stage.part<JumpPanel>();
    type(stage, "k2x8c");
    QTRY_COMPARE_WITH_TIMEOUT(panel->model().rowCount(), 1, soon);
    QTest::keyClick(panel->field(), Qt::Key_Return);
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->isVisible(), soon);
    QCOMPARE(drawer->subject().name, QStringLiteral("web-7d9f8c5b6-k2x8c"));
    QTest::keyClick(stage.map(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
    type(stage, "sim-2");
    QTest::keyClick(panel->field(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(drawer->subject().name, QStringLiteral("sim-2"), soon);
    QTest::keyClick(stage.map(), Qt::Key_K, Qt::ControlModifier);
    type(stage, "no such thing");
    QTRY_COMPARE_WITH_TIMEOUT(panel->model().rowCount(), 0, soon);
    QTest::keyClick(panel->field(), Qt::Key_Return); // goes nowhere and stays
    QVERIFY(panel->isVisible());
    QTest::keyClick(panel->field(), Qt::Key_Escape);
    QVERIFY(!panel->isVisible());
}

void TestJump::thingsToDo() {
    Stage stage;
    open(stage);
    QTest::keyClick(stage.map(), Qt::Key_K, Qt::ControlModifier);
    type(stage, "deploy a");
    auto* panel = stage.part<JumpPanel>();
    QTest::keyClick(panel->field(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<YamlPane>()->isVisible(), soon);
    QTest::keyClick(stage.window.get(), Qt::Key_K, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
    QCOMPARE(panel->model().entry(0).title, QStringLiteral("Deploy a manifest")); // the newest first
    type(stage, "scaling");
    QTest::keyClick(panel->field(), Qt::Key_Down);
    QTest::keyClick(panel->field(), Qt::Key_Up);
    QTest::keyClick(panel->field(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->isVisible(), soon);
}

void TestJump::aColonInTextIsText() {
    Stage stage;
    open(stage);
    stage.press("Deploy");
    auto* yaml = stage.part<YamlPane>();
    QTRY_VERIFY_WITH_TIMEOUT(yaml->isVisible(), soon);
    yaml->editor()->clear();
    yaml->editor()->setFocus();
    QTRY_VERIFY_WITH_TIMEOUT(yaml->editor()->hasFocus(), soon);
    QTest::keyClicks(yaml->editor(), "kind: [a-b]");
    QCOMPARE(yaml->editor()->toPlainText(), QStringLiteral("kind: [a-b]"));
    QVERIFY(!stage.part<JumpPanel>()->isVisible());
}

void TestJump::pictures() {
    Stage stage;
    open(stage);
    QTest::keyClick(stage.map(), Qt::Key_K, Qt::ControlModifier);
    stage.shot("jump");
    type(stage, "web");
    stage.shot("jump-web");
    auto* panel = stage.part<JumpPanel>();
    panel->field()->setText(":de default app=web");
    stage.shot("jump-kind");
}

QTEST_MAIN(TestJump)
#include "test_jump.moc"
