// From one session of the window to the next, and what closing it does to machines.
#include "stage.h"
#include "ui/views/faults_page.h"
#include "ui/views/objects_view.h"

#include <QCheckBox>
#include <QFile>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestSession final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void itOpensAsItWasLeft();
    void nonsenseIsForgotten_data();
    void nonsenseIsForgotten();
    void closingAsksForRunningMachines();
    void aChoiceIsRemembered();

  private:
    static constexpr int patient = 30'000;

    static void open(Stage& stage, const QString& file, bool owns) {
        MainWindowOptions options;
        options.title = "lab";
        options.stateFile = file;
        options.ownsMachines = owns;
        stage.window = std::make_unique<MainWindow>(options, stage.cluster, stage.executor);
        stage.window->show();
    }
    QTemporaryDir folder_;
};

void TestSession::itOpensAsItWasLeft() {
    const QString file = folder_.filePath("state/wheelhouse/window.json");
    Stage stage;
    stage.smallLab();
    open(stage, file, false);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), patient);
    stage.window->resize(1234, 789);
    stage.press("pool");
    stage.press("only trouble");
    stage.place("Objects");
    stage.part<ObjectsView>()->openKind("ConfigMap");
    stage.part<ObjectsView>()->filterField()->setText("shop");
    stage.place("Failures");
    stage.window->setAppearance(Appearance::Light);
    QSignalSpy closing(stage.window.get(), &MainWindow::closing);
    stage.window->close();
    QCOMPARE(closing.size(), 1);
    stage.window.reset();
    QVERIFY(QFile::exists(file));

    open(stage, file, false);
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<FaultsPage>()->isVisible(), patient);
    QCOMPARE(stage.window->size(), QSize(1234, 789));
    QCOMPARE(stage.map()->grouping(), MapGrouping::Pool);
    QVERIFY(stage.part<MapPage>()->onlyTrouble());
    QCOMPARE(stage.part<ObjectsView>()->kind(), QStringLiteral("ConfigMap"));
    QCOMPARE(stage.part<ObjectsView>()->filterField()->text(), QStringLiteral("shop"));
    QVERIFY(stage.window->palette().color(QPalette::Window).lightness() > 128);
    stage.window->close();
}

void TestSession::nonsenseIsForgotten_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("binary") << QByteArray("\0\1\2", 3);
    QTest::newRow("list") << QByteArray("[1, 2]");
    QTest::newRow("wrong types") << QByteArray(
        R"({"geometry": 7, "vertical": "x", "horizontal": [-1, 3], "page": "Nowhere", "grouping": 99,)"
        R"( "kind": "NoSuchKind", "onClose": "never", "appearance": "pink"})");
}

void TestSession::nonsenseIsForgotten() {
    QFETCH(QByteArray, text);
    const QString path = folder_.filePath("broken.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
    file.close();
    Stage stage;
    stage.smallLab();
    open(stage, path, false);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), patient);
    QVERIFY(stage.map()->isVisible());
    QCOMPARE(stage.map()->grouping(), MapGrouping::Zone);
    stage.window->close();
}

void TestSession::closingAsksForRunningMachines() {
    Stage stage;
    stage.smallLab();
    open(stage, {}, true);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), patient);
    QSignalSpy closing(stage.window.get(), &MainWindow::closing);
    stage.window->close();
    QVERIFY(stage.window->isVisible() && closing.empty());
    QVERIFY(stage.button("Stop them") != nullptr);
    stage.shot("close");
    stage.press("Cancel");
    QVERIFY(stage.window->isVisible());
    stage.window->close();
    stage.press("Stop them");
    QTRY_COMPARE_WITH_TIMEOUT(closing.size(), 1, patient);
    QVERIFY(!stage.window->leavesMachines());
    // A window that owns none does not ask.
    Stage other;
    other.smallLab();
    open(other, {}, false);
    QTRY_VERIFY_WITH_TIMEOUT(!other.map()->rectOfNode("vm-2").isNull(), patient);
    QSignalSpy gone(other.window.get(), &MainWindow::closing);
    other.window->close();
    QCOMPARE(gone.size(), 1);
}

void TestSession::aChoiceIsRemembered() {
    const QString file = folder_.filePath("choice.json");
    Stage stage;
    stage.smallLab();
    open(stage, file, true);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), patient);
    stage.window->close();
    auto* box = stage.window->findChild<QCheckBox*>();
    QVERIFY(box != nullptr && box->isVisible());
    box->setChecked(true);
    stage.press("Leave them running");
    QTRY_VERIFY_WITH_TIMEOUT(!stage.window->isVisible(), patient);
    QVERIFY(stage.window->leavesMachines());
    stage.window.reset();
    open(stage, file, true);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), patient);
    QSignalSpy closing(stage.window.get(), &MainWindow::closing);
    stage.window->close();
    QCOMPARE(closing.size(), 1);
    QVERIFY(stage.window->leavesMachines());
}

QTEST_MAIN(TestSession)
#include "test_session.moc"
