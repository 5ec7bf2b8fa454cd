// Which columns a table has: put away, brought out, and of the user's own.
#include "../../../ui/views/src/column_panel.h"
#include "engine/api/object_path.h"
#include "stage.h"
#include "ui/views/objects_view.h"

#include <QCheckBox>
#include <QDir>
#include <QLineEdit>
#include <QTableView>
#include <QTemporaryDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestColumns final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void aColumnIsPutAwayAndComesBack();
    void aColumnOfOnesOwn();
    void kubectlsSyntaxIsRead_data();
    void kubectlsSyntaxIsRead();
    void severalAtOnce();
    void whatIsWrongIsSaid();
    void aKindWithoutSchemaHasNone();
    void manyRowsAreFilledBitByBit();
    void choicesAreRemembered();

  private:
    static void open(Stage& stage, const QString& file = {}) {
        stage.open({1440, 900}, false, file);
        QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->layoutOfMap().cards().empty(), soon);
        stage.place("Objects");
        stage.part<ObjectsView>()->openKind("Pod");
        QTRY_VERIFY_WITH_TIMEOUT(stage.part<ObjectsView>()->rows().rowCount() > 5, soon);
    }
    static int columnOf(const Stage& stage, const QString& name) {
        const auto& columns = stage.part<ObjectsView>()->rows().columns();
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i].name == name) return static_cast<int>(i);
        return -1;
    }
    static bool seen(const Stage& stage, const QString& name) {
        const int column = columnOf(stage, name);
        return column >= 0 && !stage.part<ObjectsView>()->tableWidget()->isColumnHidden(column);
    }
    static void add(Stage& stage, const QString& name, const QString& path) {
        auto* panel = stage.part<ObjectsView>()->columnPanel();
        panel->nameField()->setText(name);
        panel->pathField()->setText(path);
        QTest::mouseClick(panel->addButton(), Qt::LeftButton);
    }
    QTemporaryDir folder_;
};

void TestColumns::aColumnIsPutAwayAndComesBack() {
    Stage stage;
    stage.richLab();
    open(stage);
    QVERIFY(seen(stage, "Restarts") && !seen(stage, "IP"));
    stage.press("Columns");
    auto* panel = stage.part<ObjectsView>()->columnPanel();
    panel->box("Restarts")->setChecked(false);
    panel->box("IP")->setChecked(true);
    QVERIFY(!seen(stage, "Restarts") && seen(stage, "IP"));
    panel->hide();
    stage.part<ObjectsView>()->openKind("Node"); // another kind has its own
    stage.part<ObjectsView>()->openKind("Pod");
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<ObjectsView>()->rows().rowCount() > 5, soon);
    QVERIFY(!seen(stage, "Restarts") && seen(stage, "IP"));
    stage.press("Columns");
    panel->box("Restarts")->setChecked(true);
    QVERIFY(seen(stage, "Restarts"));
    panel->hide();
}

void TestColumns::aColumnOfOnesOwn() {
    Stage stage;
    stage.richLab();
    open(stage);
    stage.press("Columns");
    add(stage, "App", ".metadata.labels.app");
    auto* view = stage.part<ObjectsView>();
    QTRY_VERIFY_WITH_TIMEOUT(seen(stage, "App") && view->rows().rowCount() > 5, soon);
    const int column = columnOf(stage, "App");
    for (int row = 0; row < view->rows().rowCount(); ++row)
        QVERIFY(view->rows().row(row).name.startsWith(view->rows().index(row, column).data().toString()));
    QDir().mkpath(shotFolder());
    view->columnPanel()->grab().save(shotFolder() + "/columns-dark.png");
    view->columnPanel()->hide();
    stage.shot("own-column");
    view->filterField()->setText("db"); // it is filtered by, as any other
    QVERIFY(view->rows().rowCount() > 0);
    // News have it, too.
    view->filterField()->clear();
    stage.life.addPod("web", "web-late", "vm-1", "Running");
    const auto late = [&] {
        for (int row = 0; row < view->rows().rowCount(); ++row)
            if (view->rows().row(row).name == u"web-late")
                return view->rows().index(row, column).data().toString();
        return QString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(late(), QStringLiteral("web"), soon);
}

void TestColumns::kubectlsSyntaxIsRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QStringList>("paths");
    QTest::newRow("one") << "APP:.metadata.labels.app" << QStringList{"APP"}
                         << QStringList{".metadata.labels.app"};
    QTest::newRow("two") << "IP:.status.podIP, Node:spec.nodeName" << QStringList{"IP", "Node"}
                         << QStringList{".status.podIP", "spec.nodeName"};
    QTest::newRow("a comma in brackets")
        << R"(R:.status.conditions[?(@.type=="a,b:c")].status,B:.b)" << QStringList{"R", "B"}
        << QStringList{R"(.status.conditions[?(@.type=="a,b:c")].status)", ".b"};
    QTest::newRow("a slice") << "S:.spec.containers[0:2].name" << QStringList{"S"}
                             << QStringList{".spec.containers[0:2].name"};
    QTest::newRow("a path alone") << ".metadata.name" << QStringList() << QStringList();
    QTest::newRow("a slice alone") << ".spec.containers[0:2].name" << QStringList() << QStringList();
    QTest::newRow("no path") << "APP:" << QStringList() << QStringList();
    QTest::newRow("nothing") << "" << QStringList() << QStringList();
}

void TestColumns::kubectlsSyntaxIsRead() {
    QFETCH(QString, text);
    QFETCH(QStringList, names);
    QFETCH(QStringList, paths);
    QStringList gotNames;
    QStringList gotPaths;
    const auto columns = columnsOf(text);
    for (const UserColumn& column : columns) {
        gotNames << column.name;
        gotPaths << column.path;
        QVERIFY2(api::ObjectPath::parse(column.path.toStdString()), qPrintable(column.path));
    }
    QCOMPARE(gotNames, names);
    QCOMPARE(gotPaths, paths);
    QVERIFY(columnsOf(customColumns(columns)) == columns);
}

void TestColumns::severalAtOnce() {
    Stage stage;
    stage.richLab();
    open(stage);
    stage.press("Columns");
    add(stage, "", "APP:.metadata.labels.app,NODE:{.spec.nodeName}");
    QTRY_VERIFY_WITH_TIMEOUT(seen(stage, "APP") && seen(stage, "NODE"), soon);
    auto* view = stage.part<ObjectsView>();
    QCOMPARE(view->command(),
             QStringLiteral("kubectl get pods -A -o custom-columns='NAMESPACE:.metadata.namespace,"
                            "NAME:.metadata.name,APP:.metadata.labels.app,NODE:{.spec.nodeName}'"));
    // One goes again.
    auto* panel = view->columnPanel();
    for (auto* button : panel->findChildren<QPushButton*>())
        if (button->accessibleName() == u"Remove APP") QTest::mouseClick(button, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!seen(stage, "APP") && seen(stage, "NODE"), soon);
    QVERIFY(panel->box("APP") == nullptr);
    panel->hide();
    view->openKind("Node");
    view->setWide(true);
    QCOMPARE(view->command(), QStringLiteral("kubectl get nodes -o wide"));
}

/// An object of a kind nobody has told this program the schema of comes without its fields.
void TestColumns::aKindWithoutSchemaHasNone() {
    const Theme theme(true);
    ColumnPanel panel(theme, nullptr);
    panel.prepare({{"Name", {}}, {"Age", {}}}, {}, false, "not of this one");
    QVERIFY(!panel.addButton()->isEnabled() && !panel.pathField()->isEnabled());
    QCOMPARE(panel.problem(), QStringLiteral("not of this one"));
    panel.prepare({{"Name", {}}, {"Age", {}}}, {}, false, {});
    QVERIFY(panel.addButton()->isEnabled() && panel.problem().isEmpty());
    QVERIFY(!panel.box("Name")->isEnabled() && panel.box("Age")->isEnabled());
}

void TestColumns::whatIsWrongIsSaid() {
    Stage stage;
    stage.richLab();
    open(stage);
    stage.press("Columns");
    auto* panel = stage.part<ObjectsView>()->columnPanel();
    const auto before = stage.part<ObjectsView>()->rows().columns().size();
    add(stage, "", ".a");
    QVERIFY(!panel->problem().isEmpty());
    add(stage, "Name", ".a");
    QVERIFY2(panel->problem().contains("Name"), qPrintable(panel->problem()));
    add(stage, "Mine", "metadata..x");
    QVERIFY2(panel->problem().contains("JSONPath"), qPrintable(panel->problem()));
    add(stage, "A:B", ".a");
    QVERIFY2(panel->problem().contains("colon"), qPrintable(panel->problem()));
    QCOMPARE(stage.part<ObjectsView>()->rows().columns().size(), before);
    panel->hide();
}

void TestColumns::manyRowsAreFilledBitByBit() {
    SystemClock clock;
    SeededRandom random{3};
    UiExecutor executor(clock);
    tests::FakeCluster cluster(executor, random);
    for (int i = 0; i < 1000; ++i) {
        api::core::ConfigMap map;
        map.mutable_metadata()->set_name("map-" + std::to_string(i));
        map.mutable_metadata()->set_namespace_("default");
        (*map.mutable_data())["number"] = std::to_string(i);
        cluster.put(map);
    }
    ObjectTable table(cluster, executor, [&clock] { return clock.wallNow(); });
    table.setUserColumns({{"Number", ".data.number"}, {"Nonsense", "no path"}});
    client::ResourceInfo resource;
    resource.name = {"", "v1", "configmaps"};
    resource.kind = "ConfigMap";
    resource.namespaced = true;
    table.open(resource, {});
    const auto right = [&] {
        if (table.model().rowCount() != 1000) return false;
        const int column = table.model().columnCount() - 1;
        for (int row = 0; row < 1000; ++row)
            if (table.model().row(row).name !=
                QStringLiteral("map-") + table.model().index(row, column).data().toString())
                return false;
        return true;
    };
    QTRY_VERIFY_WITH_TIMEOUT(right(), soon);
    QCOMPARE(table.model().columns().back().name, QStringLiteral("Number"));
}

void TestColumns::choicesAreRemembered() {
    const QString file = folder_.filePath("window.json");
    Stage stage;
    stage.richLab();
    open(stage, file);
    stage.press("Columns");
    add(stage, "App", ".metadata.labels.app");
    stage.part<ObjectsView>()->columnPanel()->box("Restarts")->setChecked(false);
    stage.part<ObjectsView>()->columnPanel()->hide();
    stage.part<ObjectsView>()->setWide(true);
    stage.place("Map"); // where the next one begins
    stage.window->close();
    open(stage, file);
    QTRY_VERIFY_WITH_TIMEOUT(seen(stage, "App") && !seen(stage, "Restarts"), soon);
    QVERIFY(stage.part<ObjectsView>()->wide() && seen(stage, "IP"));
    stage.window->close();
}

QTEST_MAIN(TestColumns)
#include "test_columns.moc"
