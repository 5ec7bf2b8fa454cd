// What a node and a pod use, as charts in the drawer.
#include "../../../ui/views/src/usage_page.h"
#include "engine/api/groups/metrics.h"
#include "stage.h"
#include "ui/views/detail_drawer.h"

#include <QDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestUsage final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void aNodeHasCharts();
    void aPodHasCharts();
    void chartsAreAsHighAsTheyNeed();
    void whereNothingIsMeasuredItIsSaid();

  private:
    template <class M>
    static void measure(Stage& stage, M of, int at, int cpuMilli, int mib) {
        of.mutable_timestamp()->set_seconds(at);
        auto& usage = [&]() -> auto& {
            if constexpr (std::is_same_v<M, api::metrics::NodeMetrics>)
                return *of.mutable_usage();
            else
                return *of.add_containers()->mutable_usage();
        }
        ();
        usage["cpu"].set_string(std::to_string(cpuMilli) + "m");
        usage["memory"].set_string(std::to_string(mib) + "Mi");
        stage.cluster.put(of);
    }
    static constexpr int then = 1'700'000'000;
};

void TestUsage::aNodeHasCharts() {
    Stage stage;
    stage.richLab();
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-1").isNull(), soon);
    api::metrics::NodeMetrics of;
    of.mutable_metadata()->set_name("vm-1");
    measure(stage, of, then, 800, 900);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {},
                      stage.map()->rectOfNode("vm-1").topLeft() + QPoint(30, 14));
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_COMPARE_WITH_TIMEOUT(drawer->subject().name, QStringLiteral("vm-1"), soon);
    auto* page = stage.part<UsagePage>();
    const auto opened = [&] {
        drawer->openTab(DetailDrawer::Usage);
        return page->isVisible();
    };
    QTRY_VERIFY_WITH_TIMEOUT(opened(), soon);
    QCOMPARE(drawer->command(), QStringLiteral("kubectl top node vm-1"));
    QTRY_COMPARE_WITH_TIMEOUT(page->cpu()->points(), 1, soon);
    QVERIFY2(page->cpuText().contains("of 4"), qPrintable(page->cpuText()));
    stage.shot("usage-node");
    // Another page, and it is asked no more.
    drawer->openTab(DetailDrawer::Status);
    QVERIFY(!page->isVisible());
}

void TestUsage::chartsAreAsHighAsTheyNeed() {
    SimulatedExecutor executor;
    SeededRandom random{7};
    tests::FakeCluster cluster(executor, random);
    UsageModel model(cluster, executor);
    Theme theme(true);
    UsagePage page(model, theme, nullptr);
    page.setStyleSheet(theme.styleSheet());
    page.setPalette(theme.palette());
    page.setAutoFillBackground(true);
    page.resize(400, 560);
    page.show();
    page.setBounds({200, 2000, qint64{64} << 20, qint64{512} << 20});
    model.follow("Node", {}, "vm-1");
    for (int i = 0; i < 40; ++i) {
        api::metrics::NodeMetrics of;
        of.mutable_metadata()->set_name("vm-1");
        of.mutable_timestamp()->set_seconds(then + i * 10);
        (*of.mutable_usage())["cpu"].set_string(std::to_string(150 + (i * 137) % 200) + "m");
        (*of.mutable_usage())["memory"].set_string(std::to_string(60 + i) + "Mi");
        cluster.put(of);
        executor.advance(std::chrono::seconds(11));
    }
    QCOMPARE(page.cpu()->points(), 40);
    QCOMPARE(page.memory()->points(), 40);
    // What may be used at most is far above: the axis ends near what is used, and the words tell the rest.
    QVERIFY2(page.cpu()->top() > 0.3 && page.cpu()->top() < 0.6,
             qPrintable(QString::number(page.cpu()->top())));
    QVERIFY2(page.cpuText().contains("of 2"), qPrintable(page.cpuText()));
    QDir().mkpath(shotFolder());
    QVERIFY(page.grab().save(shotFolder() + "/usage-page-dark.png"));
    page.setBounds({200, 500, 0, 0});
    QVERIFY(page.cpu()->top() > 0.5);
}

void TestUsage::aPodHasCharts() {
    Stage stage;
    stage.richLab();
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-1").isNull(), soon);
    api::core::Pod pod;
    for (const auto& each : stage.pods())
        if (each.spec().nodename() == "vm-1" && each.status().phase() == "Running") pod = each;
    api::metrics::PodMetrics of;
    of.mutable_metadata()->set_name(pod.metadata().name());
    of.mutable_metadata()->set_namespace_(pod.metadata().namespace_());
    measure(stage, of, then, 42, 30);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {},
                      stage.map()->rectOfPod(Uid(pod.metadata().uid())).center());
    auto* drawer = stage.part<DetailDrawer>();
    auto* page = stage.part<UsagePage>();
    const auto opened = [&] {
        drawer->openTab(DetailDrawer::Usage);
        return page->isVisible();
    };
    QTRY_VERIFY_WITH_TIMEOUT(opened(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(page->cpu()->points(), 1, soon);
    QVERIFY2(page->cpuText().contains("42m"), qPrintable(page->cpuText()));
}

void TestUsage::whereNothingIsMeasuredItIsSaid() {
    Stage stage;
    stage.richLab();
    stage.open();
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-1").isNull(), soon);
    QTest::mouseClick(stage.map()->viewport(), Qt::LeftButton, {},
                      stage.map()->rectOfNode("vm-1").topLeft() + QPoint(30, 14));
    auto* drawer = stage.part<DetailDrawer>();
    QTRY_COMPARE_WITH_TIMEOUT(drawer->subject().name, QStringLiteral("vm-1"), soon);
    QTRY_VERIFY_WITH_TIMEOUT(drawer->facts().state.size() > 0, soon);
    // Nothing was measured: the page says so.
    const auto opened = [&] {
        drawer->openTab(DetailDrawer::Usage);
        return stage.part<UsagePage>()->isVisible();
    };
    QTRY_VERIFY_WITH_TIMEOUT(opened(), soon);
    stage.shot("usage-nothing");
}

QTEST_MAIN(TestUsage)
#include "test_usage.moc"
