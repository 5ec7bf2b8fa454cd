// Issue point 7 on the real engine: the window, connected to the real program over HTTPS as to any cluster,
// clicked through the story of point 4 and 5 with simulated nodes.
#include "engine/base/system.h"
#include "engine/client/remote_cluster.h"
#include "lab_process.h"
#include "ui/models/ui_executor.h"
#include "ui/views/add_node_panel.h"
#include "ui/views/detail_drawer.h"
#include "ui/views/feed_view.h"
#include "ui/views/main_window.h"
#include "ui/views/map_page.h"
#include "ui/views/yaml_pane.h"
#include "ui/widgets/theme.h"

#include <QDir>
#include <QFile>
#include <QPushButton>
#include <QtTest>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

constexpr int soon = 60'000; ///< a deadline for what has gone wrong; nothing takes that long

/// A thread for the client's sockets.
struct Network {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
        boost::asio::make_work_guard(io);
    std::thread thread{[this] { io.run(); }};
    ~Network() {
        work.reset();
        io.stop();
        thread.join();
    }
};

} // namespace

class TestUiLab : public QObject {
    Q_OBJECT
    test::LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "1s", "--node-monitor-grace", "4s",
                           "--default-toleration-seconds", "1"}};
    SystemClock clock_;
    std::unique_ptr<Network> network_;
    std::unique_ptr<UiExecutor> executor_;
    std::unique_ptr<client::Cluster> cluster_;
    std::unique_ptr<MainWindow> window_;

    template <class W>
    W* part() const {
        return window_->findChild<W*>();
    }
    MapView* map() const { return part<MapView>(); }
    bool press(const QString& text) const {
        for (auto* button : window_->findChildren<QPushButton*>()) {
            if (!button->isVisible() || button->text() != text || !button->isEnabled()) continue;
            QTest::mouseClick(button, Qt::LeftButton);
            return true;
        }
        return false;
    }
    QStringList lines(const QStringList& what, const QString& path) const {
        return lab_.get(QStringList{"get"} + what + QStringList{"-o", "jsonpath=" + path})
            .split('\n', Qt::SkipEmptyParts);
    }
    /// "uid node name" of every nginx pod that runs and is not being deleted.
    QStringList running() const {
        QStringList out;
        for (const QString& line :
             lines({"pods", "-l", "app=nginx"},
                   "{range .items[*]}{.metadata.deletionTimestamp}|{.status.phase}|{.metadata.uid} "
                   "{.spec.nodeName} {.metadata.name}{\"\\n\"}{end}"))
            if (line.startsWith("|Running|")) out << line.mid(9);
        return out;
    }
    void select(const QRect& rect, const QPoint& at) const {
        QVERIFY(!rect.isNull());
        QTest::mouseClick(map()->viewport(), Qt::LeftButton, {}, at);
    }
    void act(const char* action) const {
        auto* drawer = part<DetailDrawer>();
        QTRY_VERIFY_WITH_TIMEOUT(drawer->action(action) != nullptr && drawer->action(action)->isVisible(),
                                 soon);
        QTest::mouseClick(drawer->action(action), Qt::LeftButton);
        QVERIFY(drawer->confirmButton()->isVisible());
        QTest::mouseClick(drawer->confirmButton(), Qt::LeftButton);
    }
    void shot(const QString& name) const {
        const QString folder = QStringLiteral(WHEELHOUSE_BINARY_DIR "/screenshots/");
        QDir().mkpath(folder);
        QTRY_VERIFY_WITH_TIMEOUT(!map()->animating(), soon);
        QVERIFY(window_->grab().save(folder + name + ".png"));
    }

  private Q_SLOTS:
    void initTestCase() {
        Theme::prepareApplication();
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        const auto endpoint = client::loadKubeconfig(lab_.kubeconfig().toStdString());
        QVERIFY2(endpoint, endpoint ? "" : endpoint.error().message.c_str());
        network_ = std::make_unique<Network>();
        executor_ = std::make_unique<UiExecutor>(clock_);
        cluster_ = client::connectRemote(*endpoint, network_->io, *executor_);
        MainWindowOptions options;
        options.title = "lab";
        options.appearance = Appearance::Dark;
        window_ = std::make_unique<MainWindow>(options, *cluster_, *executor_);
        window_->resize(1600, 1000);
        window_->show();
    }
    void cleanupTestCase() {
        window_.reset();
        cluster_.reset();
        executor_.reset();
        network_.reset();
        QCOMPARE(lab_.stop(), 0);
    }

    void theMapShowsTheNodes() {
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 3U, soon);
        QTRY_VERIFY_WITH_TIMEOUT(!map()->rectOfNode("sim-1").isNull(), soon);
    }

    void aPastedManifestBecomesRunningPodsOnTheMap() {
        QVERIFY(press("Deploy"));
        auto* yaml = part<YamlPane>();
        QTRY_VERIFY(yaml->isVisible());
        QFile file(QStringLiteral(WHEELHOUSE_SOURCE_DIR "/resources/examples/nginx-deployment.yaml"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        yaml->editor()->setPlainText(QString::fromUtf8(file.readAll()));
        QVERIFY(press("Apply"));
        QTRY_COMPARE_WITH_TIMEOUT(yaml->outcomes().size(), 1, soon);
        QVERIFY2(yaml->outcomes()[0].contains("created"), qPrintable(yaml->outcomes()[0]));
        QTRY_COMPARE_WITH_TIMEOUT(running().size(), 3, soon);
        for (const QString& pod : running()) {
            const Uid uid(pod.section(' ', 0, 0).toStdString());
            QTRY_VERIFY_WITH_TIMEOUT(
                map()->rectOfNode(pod.section(' ', 1, 1)).contains(map()->rectOfPod(uid)), soon);
        }
        shot("lab-running");
    }

    void aPodDeletedFromTheWindowIsReplaced() {
        const QString victim = running().value(0);
        const QRect rect = map()->rectOfPod(Uid(victim.section(' ', 0, 0).toStdString()));
        select(rect, rect.center());
        QTRY_COMPARE_WITH_TIMEOUT(part<DetailDrawer>()->subject().name, victim.section(' ', 2, 2), soon);
        act("delete");
        QTRY_VERIFY_WITH_TIMEOUT(running().size() == 3 && !running().contains(victim), soon);
    }

    void aNodeIsAddedAndRemoved() {
        QVERIFY(press("Add node"));
        auto* panel = part<AddNodePanel>();
        QTRY_VERIFY(panel->isVisible());
        panel->setSimulated(true);
        QTest::mouseClick(panel->addButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 4U, soon);
        QTRY_COMPARE_WITH_TIMEOUT(lines({"nodes"}, "{range .items[*]}{.metadata.name}{\"\\n\"}{end}").size(),
                                  4, soon);
        const QRect card = map()->rectOfNode("sim-4");
        select(card, card.topLeft() + QPoint(30, 14));
        QTRY_COMPARE_WITH_TIMEOUT(part<DetailDrawer>()->subject().name, QString("sim-4"), soon);
        act("delete");
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 3U, soon);
        QVERIFY(!lines({"machines"}, "{range .items[*]}{.metadata.name}{\"\\n\"}{end}").contains("sim-4"));
    }

    void cutPowerMovesThePods() {
        const QString node = running().value(0).section(' ', 1, 1);
        const QRect card = map()->rectOfNode(node);
        select(card, card.topLeft() + QPoint(30, 14));
        QTRY_COMPARE_WITH_TIMEOUT(part<DetailDrawer>()->subject().name, node, soon);
        act("power");
        const auto moved = [&] {
            const QStringList pods = running();
            for (const QString& pod : pods)
                if (pod.section(' ', 1, 1) == node) return false;
            return pods.size() == 3;
        };
        QTRY_VERIFY_WITH_TIMEOUT(moved(), soon);
        QStringList told;
        auto* feed = part<FeedView>()->model();
        for (int row = 0; row < feed->rowCount(); ++row)
            told << feed->index(row, 2).data().toString();
        QVERIFY2(told.join('\n').contains(node), qPrintable(told.join('\n')));
        shot("lab-power-cut");
    }
};

QTEST_MAIN(TestUiLab)
#include "test_ui_lab.moc"
