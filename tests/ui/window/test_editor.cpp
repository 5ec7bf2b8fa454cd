// The manifest editor with a server behind it: what could be written, what is wrong, what would change, undo.
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/objects_view.h"
#include "ui/views/yaml_pane.h"

#include <QAbstractItemView>
#include <QDir>
#include <QLabel>
#include <QTableView>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestEditor final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void whatCouldBeWritten();
    void whatIsWrong();
    void whatWouldChangeAndBack();
    void aRowIsEdited();

  private:
    static void cursorAfter(YamlPane& pane, const QString& text) {
        QTextCursor cursor = pane.editor()->document()->find(text);
        cursor.setPosition(cursor.selectionEnd());
        pane.editor()->setTextCursor(cursor);
    }
};

void TestEditor::whatCouldBeWritten() {
    Stage stage;
    stage.smallLab();
    stage.open();
    stage.dock("YAML");
    auto* pane = stage.part<YamlPane>();
    pane->setText(
        "apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - ",
        {});
    cursorAfter(*pane, "- ");
    auto* help = pane->assistance();
    // The first time, the server is asked; the list comes with its answer at hand.
    const auto offers = [&](const QString& wanted) {
        if (!help->offered().contains(wanted))
            QTest::keyClick(pane->editor(), Qt::Key_Space, Qt::ControlModifier);
        return help->offered().contains(wanted);
    };
    QTRY_VERIFY_WITH_TIMEOUT(offers("imagePullPolicy: "), soon);
    QVERIFY(QDir().mkpath(shotFolder()));
    QVERIFY(help->list()->grab().save(shotFolder() + "/editor-list-dark.png"));
    const auto type = [&](const QString& text) {
        for (const QChar c : text)
            QTest::keyClick(help->list()->isVisible() ? static_cast<QWidget*>(help->list()) : pane->editor(),
                            c.toLatin1());
    };
    type("imageP");
    QTRY_COMPARE_WITH_TIMEOUT(help->offered(), QStringList{"imagePullPolicy: "}, soon);
    QTest::keyClick(help->list(), Qt::Key_Return);
    QVERIFY2(pane->text().endsWith("      - imagePullPolicy: "), qPrintable(pane->text()));
    // Its values come by themselves as one types.
    type("A");
    QTRY_COMPARE_WITH_TIMEOUT(help->offered(), QStringList{"Always"}, soon);
    QTest::keyClick(help->list(), Qt::Key_Return);
    QVERIFY2(pane->text().endsWith("imagePullPolicy: Always"), qPrintable(pane->text()));
    QVERIFY(help->offered().isEmpty());
    // What a field means is told where the mouse rests.
    QVERIFY(help->told(6, 10).contains("IfNotPresent"));
}

void TestEditor::whatIsWrong() {
    Stage stage;
    stage.smallLab();
    stage.open();
    stage.dock("YAML");
    auto* pane = stage.part<YamlPane>();
    auto* help = pane->assistance();
    pane->setText("apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicaz: 3\n", {});
    QTRY_COMPARE_WITH_TIMEOUT(help->problems().size(), std::size_t(1), soon);
    QCOMPARE(help->problems()[0].line, 3);
    QVERIFY(help->told(3, 4).contains("replicaz"));
    QVERIFY(pane->findChildren<QLabel*>().size() > 1);
    const auto said = [&] {
        for (const auto* label : pane->findChildren<QLabel*>())
            if (label->isVisible() && label->text() == "Line 4: no field replicaz here") return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(said(), soon);
    cursorAfter(*pane, "replicaz");
    QTest::keyClick(pane->editor(), Qt::Key_Backspace);
    QTest::keyClick(pane->editor(), 's');
    QTRY_VERIFY_WITH_TIMEOUT(help->problems().empty() && !said(), soon);
}

void TestEditor::whatWouldChangeAndBack() {
    Stage stage;
    stage.smallLab();
    stage.open();
    stage.dock("YAML");
    auto* pane = stage.part<YamlPane>();
    const auto map = [](const QString& value) {
        return QStringLiteral(
                   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: default\n"
                   "data:\n  mode: %1\n")
            .arg(value);
    };
    const auto mode = [&] {
        for (const auto& each : stage.cluster.all<api::core::ConfigMap>())
            if (each.metadata().name() == "settings") return QString::fromStdString(each.data().at("mode"));
        return QString();
    };
    pane->setText(map("calm"), {});
    pane->apply(false);
    QTRY_COMPARE_WITH_TIMEOUT(mode(), QStringLiteral("calm"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->busy(), soon);
    pane->editor()->setPlainText(map("storm"));
    pane->apply(true);
    const auto shows = [&](const QString& line) {
        for (const auto* label : pane->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(line)) return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(shows("−   mode: calm"), soon);
    QVERIFY(shows("+   mode: storm"));
    QCOMPARE(mode(), QStringLiteral("calm"));
    stage.shot("editor-diff");
    pane->apply(false);
    QTRY_COMPARE_WITH_TIMEOUT(mode(), QStringLiteral("storm"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->busy() && pane->undoButton()->isVisible(), soon);
    QTest::mouseClick(pane->undoButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(mode(), QStringLiteral("calm"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->busy(), soon);
    // What was created goes.
    pane->setText("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: default\n", {});
    QVERIFY(!pane->undoButton()->isVisible());
    const auto maps = [&] { return stage.cluster.all<api::core::ConfigMap>().size(); };
    const std::size_t before = maps();
    pane->apply(false);
    QTRY_COMPARE_WITH_TIMEOUT(maps(), before + 1, soon);
    QTRY_VERIFY_WITH_TIMEOUT(pane->undoButton()->isVisible(), soon);
    pane->undo();
    QTRY_COMPARE_WITH_TIMEOUT(maps(), before, soon);
}

void TestEditor::aRowIsEdited() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    stage.open();
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    objects->openKind("Pod");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    objects->tableWidget()->setFocus();
    objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(objects->tableWidget(), Qt::Key_E);
    auto* pane = stage.part<YamlPane>();
    QTRY_VERIFY_WITH_TIMEOUT(pane->isVisible() && pane->text().contains("web-1"), soon);
}

QTEST_MAIN(TestEditor)
#include "test_editor.moc"
