// Rows marked with Space, and what is done with all of them.
#include "../../../ui/views/src/mark_bar.h"
#include "stage.h"
#include "ui/models/kubectl.h"
#include "ui/views/logs_view.h"
#include "ui/views/objects_view.h"

#include <QLineEdit>
#include <QTableView>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestMarks final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void marksAreKept();
    void marksOfWhatIsGoneGo();
    void commandsNameAll();
    void severalAreDeletedAtOnce();
    void nodesAreCordonedTogether();

  private:
    static void open(Stage& stage, const QString& kind) {
        stage.richLab();
        stage.open();
        QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->layoutOfMap().cards().empty(), soon);
        stage.place("Objects");
        stage.part<ObjectsView>()->openKind(kind);
        QTRY_VERIFY_WITH_TIMEOUT(stage.part<ObjectsView>()->rows().rowCount() > 5, soon);
    }
    static void mark(Stage& stage, int row) {
        auto* view = stage.part<ObjectsView>();
        view->tableWidget()->setCurrentIndex(view->rows().index(row, 0));
        QTest::keyClick(view->tableWidget(), Qt::Key_Space);
    }
};

void TestMarks::marksAreKept() {
    Stage stage;
    open(stage, "Pod");
    auto* view = stage.part<ObjectsView>();
    mark(stage, 1);
    mark(stage, 3);
    QCOMPARE(view->marks().size(), 2U);
    QVERIFY(view->markBar()->isVisible());
    stage.shot("marked");
    // One moves on, sorts and filters; the marks stay.
    QTest::keyClick(view->tableWidget(), Qt::Key_Down);
    QCOMPARE(view->marks().size(), 2U);
    view->filterField()->setText("no such pod");
    QCOMPARE(view->rows().rowCount(), 0);
    QCOMPARE(view->marks().size(), 2U);
    view->filterField()->clear();
    mark(stage, 3); // again: no longer
    QCOMPARE(view->marks().size(), 1U);
    view->tableWidget()->selectAll(); // several at once: all of them
    QTest::keyClick(view->tableWidget(), Qt::Key_Space);
    QCOMPARE(view->marks().size(), static_cast<std::size_t>(view->rows().rowCount()));
    QTest::keyClick(view->tableWidget(), Qt::Key_Space);
    QVERIFY(view->marks().empty());
    mark(stage, 2);
    // Another takes it away: it is not marked any more.
    const std::string key =
        view->marks().marks()[0].nameSpace.toStdString() + '/' + view->marks().marks()[0].name.toStdString();
    stage.cluster.drop<api::core::Pod>(key);
    QTRY_VERIFY_WITH_TIMEOUT(view->marks().empty(), soon);
    mark(stage, 2);
    view->openKind("Node");
    QVERIFY(view->marks().empty() && !view->markBar()->isVisible());
}

void TestMarks::marksOfWhatIsGoneGo() {
    RowMarks marks;
    marks.toggle({{"a", {"shop", "web-2"}}, {"b", {"shop", "web-1"}}});
    marks.toggle({{"b", {"shop", "web-1"}}, {"c", {"default", "db-0"}}}); // not all were: now they are
    QCOMPARE(marks.size(), 3U);
    marks.keep({"b", "c", "d"});
    QVERIFY((marks.marks() == std::vector<RowMarks::Mark>{{"default", "db-0"}, {"shop", "web-1"}}));
    marks.clear();
    QVERIFY(marks.empty());
}

void TestMarks::commandsNameAll() {
    QCOMPARE(kubectl::removeMany("pod", {{"default", {"db-0"}}, {"shop", {"web-1", "web-2"}}}),
             QStringLiteral("kubectl delete pod -n default db-0; kubectl delete pod -n shop web-1 web-2"));
    QCOMPARE(kubectl::removeMany("node", {{"", {"vm-1", "vm-2"}}}),
             QStringLiteral("kubectl delete node vm-1 vm-2"));
}

void TestMarks::severalAreDeletedAtOnce() {
    Stage stage;
    open(stage, "Pod");
    auto* view = stage.part<ObjectsView>();
    mark(stage, 0);
    mark(stage, 2);
    mark(stage, 4);
    const auto marked = view->marks().marks();
    QTest::keyClick(view->tableWidget(), Qt::Key_D, Qt::ControlModifier);
    QVERIFY(view->markBar()->asks());
    QVERIFY2(view->command().startsWith("kubectl delete pod -n default ") &&
                 view->command().contains(marked[1].name),
             qPrintable(view->command()));
    stage.shot("marked-delete");
    stage.press("Cancel");
    QVERIFY(!view->markBar()->asks());
    QVERIFY(view->command().startsWith("kubectl get pods"));
    stage.press("Delete…");
    stage.press("Delete 3");
    QVERIFY(view->marks().empty());
    for (const RowMarks::Mark& mark : marked) {
        const std::string key = (mark.nameSpace + '/' + mark.name).toStdString();
        const auto gone = [&] {
            const auto pod = stage.cluster.get<api::core::Pod>(key);
            return !pod || pod->metadata().has_deletiontimestamp();
        };
        QTRY_VERIFY_WITH_TIMEOUT(gone(), soon);
    }
}

void TestMarks::nodesAreCordonedTogether() {
    Stage stage;
    open(stage, "Node");
    mark(stage, 0);
    mark(stage, 1);
    auto* view = stage.part<ObjectsView>();
    const auto marked = view->marks().marks();
    QTest::keyClick(view->tableWidget(), Qt::Key_U); // the key is about all of them
    for (const RowMarks::Mark& mark : marked)
        QTRY_VERIFY_WITH_TIMEOUT(
            stage.cluster.get<api::core::Node>(mark.name.toStdString())->spec().unschedulable(), soon);
    stage.press("Uncordon");
    for (const RowMarks::Mark& mark : marked)
        QTRY_VERIFY_WITH_TIMEOUT(
            !stage.cluster.get<api::core::Node>(mark.name.toStdString())->spec().unschedulable(), soon);
}

QTEST_MAIN(TestMarks)
#include "test_marks.moc"
