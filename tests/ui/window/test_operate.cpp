// Working with pods by hand against a cluster in memory: their terminals, logs and ports.
#include "stage.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/forwards_view.h"
#include "ui/views/logs_view.h"
#include "ui/views/objects_view.h"
#include "ui/views/terminal_view.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLineEdit>
#include <QSpinBox>
#include <QTableView>
#include <QTcpSocket>
#include <QTemporaryDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestOperate final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void aShellFromTheDrawer();
    void aShellByItsKey();
    void shellsEndAndBeginAgain();
    void keysActOnRows();
    void logsOfManyPods();
    void portsAreForwarded();

  private:
    static void selectPod(Stage& stage, int index = 0);
    static tests::FakeSession& far(Stage& stage) { return *stage.cluster.sessions.back(); }
};

void TestOperate::selectPod(Stage& stage, int index) {
    const auto rect = [&] {
        const auto pods = stage.pods();
        return pods.size() <= static_cast<std::size_t>(index)
                   ? QRect()
                   : stage.map()->rectOfPod(Uid(pods[static_cast<std::size_t>(index)].metadata().uid()));
    };
    QTRY_VERIFY_WITH_TIMEOUT(!rect().isNull() && !stage.map()->animating(), soon);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {}, rect().center());
    QTRY_VERIFY_WITH_TIMEOUT(stage.part<DetailDrawer>()->isVisible(), soon);
}

void TestOperate::aShellFromTheDrawer() {
    Stage stage;
    stage.richLab();
    stage.open();
    selectPod(stage);
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->action("shell") != nullptr, soon);
    QVERIFY(drawer->action("shell")->property("command").toString().startsWith("kubectl exec -it "));
    QTest::mouseClick(drawer->action("shell"), Qt::LeftButton);
    auto* terminals = stage.part<TerminalView>();
    QTRY_COMPARE_WITH_TIMEOUT(terminals->count(), 1, soon);
    QTRY_VERIFY_WITH_TIMEOUT(terminals->isVisible() && terminals->screen()->isVisible(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(terminals->screen()->height() > 60, soon);
    // It is told how large it is.
    QTRY_VERIFY_WITH_TIMEOUT(far(stage).sizes.back().first == terminals->current()->grid().columns() &&
                                 far(stage).sizes.back().second == terminals->current()->grid().rows(),
                             soon);
    QVERIFY(terminals->current()->grid().columns() > 80);
    far(stage).say("\x1b[1;32mroot@web\x1b[0m:\x1b[1;34m/app\x1b[0m# ");
    const auto type = [&](const QString& text) { QTest::keyClicks(terminals->screen(), text); };
    type("ls -la /");
    QTest::keyClick(terminals->screen(), Qt::Key_Return);
    QTest::keyClick(terminals->screen(), Qt::Key_Tab);
    QTest::keyClick(terminals->screen(), Qt::Key_Escape);
    QTest::keyClick(terminals->screen(), Qt::Key_T, Qt::ControlModifier);
    QCOMPARE(far(stage).input, std::string("ls -la /\r\t\x1b\x14"));
    QVERIFY(drawer->isVisible()); // Escape was the program's
    far(stage).say(
        "ls -la /\r\ntotal 24\r\n"
        "drwxr-xr-x    2 root     root    4096 Nov 30 11:02 \x1b[1;34mbin\x1b[0m\r\n"
        "-rwxr-xr-x    1 root     root     812 Nov 30 11:02 \x1b[1;32mentrypoint.sh\x1b[0m\r\n"
        "drwxr-xr-x    3 root     root    4096 Nov 30 11:02 \x1b[1;34metc\x1b[0m\r\n"
        "lrwxrwxrwx    1 root     root      11 Nov 30 11:02 \x1b[1;36mlog\x1b[0m -> /var/log/app\r\n"
        "-rw-r-----    1 root     root       0 Nov 30 11:03 \x1b[31mfailed.lock\x1b[0m\r\n"
        "\x1b[7m 5 entries \x1b[0m  \x1b[33mwarning: disk at 82%\x1b[0m\r\n"
        "\x1b[1;32mroot@web\x1b[0m:\x1b[1;34m/app\x1b[0m# ");
    QTRY_VERIFY_WITH_TIMEOUT(terminals->current()->grid().text().contains("82%"), soon);
    QCOMPARE(terminals->status(), QStringLiteral("running"));
    QVERIFY(terminals->command().startsWith("kubectl exec -it "));
    stage.shot("terminal");
    // Copied as seen, pasted as typed.
    QTest::keyClick(terminals->screen(), Qt::Key_A, Qt::ControlModifier | Qt::ShiftModifier);
    QTest::keyClick(terminals->screen(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(QApplication::clipboard()->text().contains("entrypoint.sh"));
    far(stage).input.clear();
    QApplication::clipboard()->setText("date\nid");
    QTest::keyClick(terminals->screen(), Qt::Key_V, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(far(stage).input, std::string("date\rid"));
    // It runs on while something else is looked at.
    stage.dock("Feed");
    QVERIFY(far(stage).open);
    terminals->closeCurrent();
    QVERIFY(!far(stage).open);
    QCOMPARE(terminals->count(), 0);
}

void TestOperate::aShellByItsKey() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    stage.life.addPod("web", "web-2", "vm-2", "Running");
    stage.open();
    selectPod(stage);
    auto* terminals = stage.part<TerminalView>();
    QTest::keyClick(stage.map(), Qt::Key_S);
    QTRY_COMPARE_WITH_TIMEOUT(terminals->count(), 1, soon);
    // The same again shows what there is; another pod gets its own.
    QTest::keyClick(stage.map(), Qt::Key_S);
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    objects->openKind("Pod");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 2, soon);
    objects->tableWidget()->setCurrentIndex(objects->rows().index(1, 0));
    QTest::keyClick(objects->tableWidget(), Qt::Key_S);
    QTRY_COMPARE_WITH_TIMEOUT(terminals->count(), 2, soon);
    QCOMPARE(stage.cluster.sessions.size(), std::size_t(2));
    QVERIFY(stage.cluster.sessions[0]->pod != stage.cluster.sessions[1]->pod);
}

void TestOperate::shellsEndAndBeginAgain() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    stage.open();
    selectPod(stage);
    QTest::keyClick(stage.map(), Qt::Key_S);
    auto* terminals = stage.part<TerminalView>();
    QTRY_COMPARE_WITH_TIMEOUT(terminals->count(), 1, soon);
    far(stage).end(127);
    QTRY_COMPARE_WITH_TIMEOUT(terminals->status(), QStringLiteral("ended with exit code 127"), soon);
    terminals->programField()->setText("ash -c 'echo \"a b\"'");
    QTest::keyClick(terminals->programField(), Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.sessions.size(), std::size_t(2), soon);
    QVERIFY(far(stage).options.command.size() == 3 && far(stage).options.command[0] == "ash");
    far(stage).end(fail(Reason::ServiceUnavailable, "node vm-1 is not connected"));
    QTRY_COMPARE_WITH_TIMEOUT(terminals->status(), QStringLiteral("node vm-1 is not connected"), soon);
    stage.press("Run again");
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.sessions.size(), std::size_t(3), soon);
}

void TestOperate::keysActOnRows() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    stage.open();
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    auto* drawer = stage.part<DetailDrawer>();
    objects->openKind("Pod");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    auto* table = objects->tableWidget();
    table->setFocus();
    table->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(table, Qt::Key_Y);
    QTRY_VERIFY_WITH_TIMEOUT(drawer->yamlText().contains("web-1"), soon);
    QTest::keyClick(table, Qt::Key_D, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(drawer->confirmButton()->isVisible(), soon);
    QVERIFY(drawer->command().startsWith("kubectl delete pod web-1"));
    objects->openKind("Node");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 2, soon);
    table->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(table, Qt::Key_U);
    const auto cordoned = [&] {
        for (const auto& node : stage.cluster.all<api::core::Node>())
            if (node.spec().unschedulable()) return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(cordoned(), soon);
}

void TestOperate::logsOfManyPods() {
    Stage stage;
    stage.smallLab();
    const char* says[] = {"INFO  GET /cart 200 12ms", "WARN  upstream api is slow: 812ms",
                          "INFO  GET /cart/items 200 9ms", "ERROR cannot reach db-0: connection refused",
                          "INFO  POST /order 201 31ms"};
    for (int pod = 0; pod < 3; ++pod) {
        const std::string name = "web-7d9f8c5b6-" + std::string(1, static_cast<char>('a' + pod)) + "2x8c";
        stage.life.addPod("web", name, pod % 2 == 0 ? "vm-1" : "vm-2", "Running");
        for (int i = 0; i < 20; ++i)
            stage.cluster.written[name + "/web"].write("2026-11-30T11:02:" + std::to_string(10 + i) + "." +
                                                       std::to_string(pod * 3 + 100) + "Z " +
                                                       says[(i + pod * 2) % 5] + "\n");
    }
    api::apps::Deployment deployment;
    deployment.mutable_metadata()->set_name("web");
    deployment.mutable_metadata()->set_namespace_("default");
    (*deployment.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
    (*deployment.mutable_spec()->mutable_template_()->mutable_metadata()->mutable_labels())["app"] = "web";
    deployment.mutable_spec()->set_replicas(3);
    stage.cluster.put(deployment);
    stage.open();
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    objects->openKind("Deployment");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(objects->tableWidget(), Qt::Key_L);
    LogsView* logs = nullptr;
    const auto visible = [&] {
        for (auto* view : stage.window->findChildren<LogsView*>())
            if (view->isVisible()) logs = view;
        return logs != nullptr;
    };
    QTRY_VERIFY_WITH_TIMEOUT(visible(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(logs->logs().lines().size(), std::size_t(60), soon);
    QTRY_COMPARE_WITH_TIMEOUT(logs->status(), QStringLiteral("live, 3 logs"), soon);
    QCOMPARE(logs->text().section('\n', 0, 0),
             QStringLiteral("web-7d9f8c5b6-a2x8c  INFO  GET /cart 200 12ms"));
    QVERIFY(logs->command().startsWith("kubectl logs -l app=web -f --prefix"));
    stage.shot("logs-many");
    // Only what matches, and as it is shown to a file.
    logs->searchField()->setText("ERROR");
    QTest::mouseClick(logs->onlyMatchesButton(), Qt::LeftButton);
    QCOMPARE(logs->text().count('\n') + 1, 12);
    QTemporaryDir folder;
    QVERIFY(logs->saveTo(folder.filePath("web.log")));
    QFile saved(folder.filePath("web.log"));
    QVERIFY(saved.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(saved.readAll()), logs->text() + '\n');
    QVERIFY(!logs->saveTo(folder.filePath("none/web.log")));
    logs->searchField()->clear();
    // Two pods chosen in the table are read together as well.
    objects->openKind("Pod");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 3, soon);
    objects->tableWidget()->setFocus();
    objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(objects->tableWidget(), Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(objects->tableWidget(), Qt::Key_L);
    QTRY_COMPARE_WITH_TIMEOUT(logs->logs().wanted(), std::size_t(2), soon);
    QTRY_COMPARE_WITH_TIMEOUT(logs->logs().lines().size(), std::size_t(40), soon);
    QVERIFY(logs->command().startsWith("for p in web-7d9f8c5b6-a2x8c "));
}

void TestOperate::portsAreForwarded() {
    Stage stage;
    stage.smallLab();
    stage.life.addPod("web", "web-1", "vm-1", "Running");
    api::core::Service service;
    service.mutable_metadata()->set_name("web");
    service.mutable_metadata()->set_namespace_("default");
    (*service.mutable_spec()->mutable_selector())["app"] = "web";
    service.mutable_spec()->add_ports()->set_port(18080);
    stage.cluster.put(service);
    stage.open();
    stage.place("Objects");
    auto* objects = stage.part<ObjectsView>();
    objects->openKind("Service");
    QTRY_COMPARE_WITH_TIMEOUT(objects->rows().rowCount(), 1, soon);
    objects->tableWidget()->setFocus();
    objects->tableWidget()->setCurrentIndex(objects->rows().index(0, 0));
    QTest::keyClick(objects->tableWidget(), Qt::Key_F, Qt::ShiftModifier);
    auto* forwards = stage.part<ForwardsView>();
    QTRY_VERIFY_WITH_TIMEOUT(forwards->startButton()->isVisible(), soon);
    QVERIFY(forwards->command().startsWith("kubectl port-forward service/web "));
    // The keyboard is where it goes on, whether or not a window manager has made the window active.
    QTRY_COMPARE_WITH_TIMEOUT(stage.window->focusWidget(), forwards->startButton(), soon);
    QTest::keyClick(forwards->startButton(), Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(forwards->model().rowCount(), 1, soon);
    const int port = forwards->model().at(0).localPort;
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(port));
    socket.write("GET / HTTP/1.1\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.sessions.size(), std::size_t(1), soon);
    QCOMPARE(QString::fromStdString(far(stage).pod), QStringLiteral("web-1"));
    far(stage).say("HTTP/1.1 200 OK\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(socket.bytesAvailable(), 19, soon);
    // A port that is taken is refused in place.
    stage.place("Map");
    selectPod(stage);
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->action("forward") != nullptr, soon);
    QTest::mouseClick(drawer->action("forward"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(forwards->startButton()->isVisible(), soon);
    forwards->portField()->setEditText("8080");
    forwards->localField()->setValue(port);
    QTest::mouseClick(forwards->startButton(), Qt::LeftButton);
    QVERIFY(forwards->problem().contains(QString::number(port)));
    forwards->localField()->setValue(0);
    QTest::mouseClick(forwards->startButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(forwards->model().rowCount(), 2, soon);
    QTcpSocket refused;
    refused.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(forwards->model().at(1).localPort));
    QTRY_COMPARE_WITH_TIMEOUT(stage.cluster.sessions.size(), std::size_t(2), soon);
    far(stage).end(fail(Reason::ServiceUnavailable, "nobody listens on port 8080 of pod web-1"));
    QTRY_VERIFY_WITH_TIMEOUT(!forwards->model().at(1).problem.isEmpty(), soon);
    stage.shot("forwards");
    QTest::mouseClick(forwards->stopButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(forwards->model().rowCount(), 1, soon);
}

QTEST_MAIN(TestOperate)
#include "test_operate.moc"
