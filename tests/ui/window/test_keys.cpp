// The keys of the window: what ? shows, what a press does, and another key for it.
#include "../../../ui/views/src/help_panel.h"
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/jump_panel.h"
#include "ui/views/objects_view.h"
#include "ui/views/timeline_view.h"
#include "ui/views/yaml_pane.h"

#include <QLineEdit>
#include <QListView>
#include <QTableView>
#include <QTemporaryDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestKeys final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void helpBeginsWhereOneIs();
    void aKeyIsChanged();
    void aClashIsSaid();
    void keysAreRemembered();
    void theMapGoesByTheTable();
    void theEditorGoesByTheTable();
    void theTapeHasItsKeysFirst();

  private:
    static void open(Stage& stage, const QString& file = {}) {
        stage.open({1440, 900}, false, file);
        stage.window->activateWindow(); // shortcuts are the active window's
        QVERIFY(QTest::qWaitForWindowActive(stage.window.get(), soon));
        QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->layoutOfMap().cards().empty(), soon);
    }
    static QString firstHeading(const Stage& stage) {
        return stage.part<HelpPanel>()->here()->model()->index(0, 0).data().toString();
    }
    /// Chooses the line of an action and presses a key.
    static void give(Stage& stage, QListView* list, Deed deed, Qt::Key key, Qt::KeyboardModifiers with = {}) {
        const QModelIndex line = static_cast<HelpModel*>(list->model())->indexOf(deed);
        QVERIFY(line.isValid());
        list->scrollTo(line);
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(line).center());
        QVERIFY(stage.part<HelpPanel>()->asks());
        list->setFocus();
        QTest::keyClick(list, key, with);
    }
    QTemporaryDir folder_;
};

void TestKeys::helpBeginsWhereOneIs() {
    Stage stage;
    stage.richLab();
    open(stage);
    auto* help = stage.part<HelpPanel>();
    stage.map()->setFocus();
    QTest::keyClick(stage.map(), Qt::Key_Question);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    QCOMPARE(firstHeading(stage), KeyTable::placeText(KeyPlace::Map));
    stage.shot("help-map");
    QTest::keyClick(help, Qt::Key_Escape);
    QVERIFY(!help->isVisible());
    stage.place("Objects");
    auto* table = stage.part<ObjectsView>()->tableWidget();
    table->setFocus();
    QTest::keyClick(table, Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    QCOMPARE(firstHeading(stage), KeyTable::placeText(KeyPlace::Row));
    QTest::keyClick(help->here(), Qt::Key_F1); // and away again
    QTRY_VERIFY_WITH_TIMEOUT(!help->isVisible(), soon);
    // In a field it is a letter.
    auto* filter = stage.part<ObjectsView>()->filterField();
    filter->setFocus();
    QTest::keyClicks(filter, "?");
    QCOMPARE(filter->text(), QStringLiteral("?"));
    QVERIFY(!help->isVisible());
}

void TestKeys::aKeyIsChanged() {
    Stage stage;
    stage.richLab();
    open(stage);
    auto* help = stage.part<HelpPanel>();
    QTest::keyClick(stage.map(), Qt::Key_Question);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    give(stage, help->everywhere(), Deed::ShowFeed, Qt::Key_J, Qt::ControlModifier);
    QCOMPARE(help->problem(), QString());
    give(stage, help->here(), Deed::Describe, Qt::Key_I);
    stage.shot("help-changed");
    // A key that does something is the answer while it is asked for, not what it does.
    give(stage, help->everywhere(), Deed::Search, Qt::Key_K, Qt::ControlModifier);
    QVERIFY(help->isVisible() && !stage.part<JumpPanel>()->isVisible());
    QTest::keyClick(help, Qt::Key_Escape);
    stage.dock("Timeline");
    QTest::keyClick(stage.map(), Qt::Key_J, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<FeedView>()->isVisible(), soon);
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    objects->openKind("Pod");
    QTRY_VERIFY_WITH_TIMEOUT(objects->rows().rowCount() > 0, soon);
    objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
    auto* drawer = stage.part<DetailDrawer>();
    QTest::keyClick(objects->tableWidget(), Qt::Key_D);
    QVERIFY(!drawer->isVisible()); // no longer
    QTest::keyClick(objects->tableWidget(), Qt::Key_I);
    QTRY_VERIFY_WITH_TIMEOUT(drawer->isVisible(), soon);
}

void TestKeys::aClashIsSaid() {
    Stage stage;
    stage.richLab();
    open(stage);
    auto* help = stage.part<HelpPanel>();
    QTest::keyClick(stage.map(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    give(stage, help->here(), Deed::Logs, Qt::Key_E);
    QVERIFY2(help->problem().contains("Edit"), qPrintable(help->problem()));
    QVERIFY(help->asks()); // for another
    stage.shot("help-clash");
    QTest::keyClick(help->here(), Qt::Key_Escape);
    QVERIFY(!help->asks() && help->isVisible());
    give(stage, help->here(), Deed::Logs, Qt::Key_Backspace); // none
    QTRY_COMPARE_WITH_TIMEOUT(
        help->here()->model()->index(5, 0).data(HelpModel::KeysRole).toStringList().isEmpty() ||
            help->problem().isEmpty(),
        true, soon);
    stage.press("Standard keys");
    const auto* model = static_cast<HelpModel*>(help->here()->model());
    QCOMPARE(model->indexOf(Deed::Logs).data(HelpModel::KeysRole).toStringList(), QStringList{"L"});
}

void TestKeys::keysAreRemembered() {
    const QString file = folder_.filePath("window.json");
    Stage stage;
    stage.richLab();
    open(stage, file);
    auto* help = stage.part<HelpPanel>();
    QTest::keyClick(stage.map(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    give(stage, help->everywhere(), Deed::SearchKind, Qt::Key_G, Qt::ControlModifier);
    stage.window->close();
    open(stage, file);
    QTest::keyClick(stage.map(), Qt::Key_Colon);
    QTest::keyClick(stage.map(), Qt::Key_G, Qt::ControlModifier);
    auto* jump = stage.part<JumpPanel>();
    QTRY_VERIFY_WITH_TIMEOUT(jump->isVisible(), soon);
    QCOMPARE(jump->field()->text(), QStringLiteral(":")); // once, by the new key
    stage.window->close();
}

void TestKeys::theMapGoesByTheTable() {
    Stage stage;
    stage.richLab();
    open(stage);
    auto* help = stage.part<HelpPanel>();
    auto* drawer = stage.part<DetailDrawer>();
    /// The node one is on after a key.
    const auto after = [&](Qt::Key key) {
        QTest::keyClick(stage.map(), key);
        QTest::keyClick(stage.map(), Qt::Key_Return);
        QCoreApplication::processEvents();
        return drawer->isVisible() ? drawer->subject().name : QString();
    };
    (void)after(Qt::Key_Right); // the drawer takes its room
    const QString first = after(Qt::Key_Left);
    const QString second = after(Qt::Key_Right);
    QVERIFY(!first.isEmpty() && first != second);
    QCOMPARE(after(Qt::Key_Left), first);
    QTest::keyClick(stage.map(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    give(stage, help->here(), Deed::MapRight, Qt::Key_Slash); // elsewhere it filters
    QCOMPARE(help->problem(), QString());
    QTest::keyClick(help, Qt::Key_Escape);
    stage.map()->setFocus();
    QCOMPARE(after(Qt::Key_Right), first); // no longer
    QCOMPARE(after(Qt::Key_Slash), second);
    QVERIFY(stage.map()->isVisible());
}

void TestKeys::theEditorGoesByTheTable() {
    Stage stage;
    stage.richLab();
    open(stage);
    auto* pane = stage.part<YamlPane>();
    auto* help = stage.part<HelpPanel>();
    stage.window->openManifest(manifest(), {});
    QTRY_VERIFY_WITH_TIMEOUT(pane->isVisible(), soon);
    QTest::keyClick(stage.map(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    give(stage, help->here(), Deed::EditorDryRun, Qt::Key_T, Qt::ControlModifier); // elsewhere: the timeline
    QCOMPARE(help->problem(), QString());
    QTest::keyClick(help, Qt::Key_Escape);
    pane->editor()->setFocus();
    QTest::keyClick(pane->editor(), Qt::Key_F1);
    QTRY_VERIFY_WITH_TIMEOUT(help->isVisible(), soon);
    QCOMPARE(firstHeading(stage), KeyTable::placeText(KeyPlace::Editor));
    stage.shot("help-editor");
    QTest::keyClick(help, Qt::Key_Escape);
    pane->editor()->setFocus();
    QTest::keyClick(pane->editor(), Qt::Key_T, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(!pane->busy() && !pane->outcomes().isEmpty(), soon);
    QVERIFY(pane->isVisible());
    QVERIFY(stage.cluster.all<api::apps::Deployment>().empty()); // a dry run
    QTest::keyClick(pane->editor(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.cluster.all<api::apps::Deployment>().empty(), soon);
    QCOMPARE(pane->text(), manifest()); // no key wrote into it
}

void TestKeys::theTapeHasItsKeysFirst() {
    Stage stage;
    stage.richLab();
    open(stage);
    QTest::keyClick(stage.map(), Qt::Key_T, Qt::ControlModifier);
    auto* tape = stage.part<TimelineView>();
    QTRY_VERIFY_WITH_TIMEOUT(tape->hasFocus(), soon);
    const double before = tape->speed();
    QTest::keyClick(tape, Qt::Key_Plus);
    QCOMPARE(tape->speed(), before * 2);
    QTest::keyClick(tape, Qt::Key_Minus); // elsewhere it goes where one was last
    QCOMPARE(tape->speed(), before);
}

QTEST_MAIN(TestKeys)
#include "test_keys.moc"
