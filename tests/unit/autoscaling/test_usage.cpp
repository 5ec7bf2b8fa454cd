#include "engine/api/groups/metrics.h"
#include "engine/api/types.h"
#include "engine/autoscaling/metrics_view.h"
#include "engine/autoscaling/usage_board.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace std::chrono_literals;
namespace core = api::core;
namespace metrics = api::metrics;

namespace {

NodeReport reportOf(std::vector<std::string> pods, std::int64_t milli = 100) {
    NodeReport report;
    report.node = Usage{milli * 1'000'000, 512 << 20};
    report.window = 15s;
    for (std::string& pod : pods)
        report.pods.push_back({Uid(std::move(pod)), 15s, {{"main", {milli * 1'000'000, 64 << 20}}}});
    return report;
}

struct Bench {
    SeededRandom random{5};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    UsageBoard board{executor.clock()};
    client::InformerSet informers{cluster, executor};
    MetricsView view{informers, board};

    Bench() { informers.start(); }
    void node(const std::string& name) {
        core::Node node;
        node.mutable_metadata()->set_name(name);
        (*node.mutable_metadata()->mutable_labels())["zone"] = "a";
        cluster.put(node);
        executor.advance(1s);
    }
    void pod(const std::string& nameSpace, const std::string& name) {
        core::Pod pod;
        pod.mutable_metadata()->set_namespace_(nameSpace);
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_uid("uid-" + name);
        (*pod.mutable_metadata()->mutable_labels())["app"] = name;
        cluster.put(pod);
        executor.advance(1s);
    }
};

} // namespace

class UsageTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aReportReplacesTheLast();
    void aPodThatMovedIsItsNewNodes();
    void whatIsOldIsNotKnown();
    void memoryIsThatOfThePresent();
    void showsNodes();
    void showsPodsWithTheirLabels();
    void showsNothingOfWhatIsGone();
};

void UsageTest::aReportReplacesTheLast() {
    SimulatedExecutor executor;
    UsageBoard board(executor.clock());
    board.report(NodeName("n1"), reportOf({"a", "b"}));
    QVERIFY(board.pod(Uid("a")) && board.pod(Uid("b")));
    board.report(NodeName("n1"), reportOf({"b"}, 300));
    QVERIFY(!board.pod(Uid("a")));
    QCOMPARE(board.pod(Uid("b"))->usage->containers[0].usage.cpuNanoCores, std::int64_t{300'000'000});
    QCOMPARE(board.pods(), std::size_t{1});
}

void UsageTest::aPodThatMovedIsItsNewNodes() {
    SimulatedExecutor executor;
    UsageBoard board(executor.clock());
    board.report(NodeName("n1"), reportOf({"a"}, 100));
    board.report(NodeName("n2"), reportOf({"a"}, 200));
    // What the first node has to say no longer is about this pod.
    board.report(NodeName("n1"), reportOf({}));
    QVERIFY(board.pod(Uid("a")));
    QCOMPARE(board.pod(Uid("a"))->usage->containers[0].usage.cpuNanoCores, std::int64_t{200'000'000});
    board.forget(NodeName("n2"));
    QVERIFY(!board.pod(Uid("a")));
}

void UsageTest::whatIsOldIsNotKnown() {
    SimulatedExecutor executor;
    UsageBoard board(executor.clock(), 60s);
    board.report(NodeName("n1"), reportOf({"a"}));
    executor.advance(60s);
    QVERIFY(board.pod(Uid("a")) && board.node(NodeName("n1")));
    executor.advance(1s);
    QVERIFY(!board.pod(Uid("a")));
    QVERIFY(!board.node(NodeName("n1")));
}

void UsageTest::memoryIsThatOfThePresent() {
    SimulatedExecutor executor;
    UsageBoard board(executor.clock(), 60s);
    for (int i = 0; i < 200; ++i) {
        board.report(NodeName("gone-" + std::to_string(i)), reportOf({"pod-" + std::to_string(i)}));
        executor.advance(10s);
    }
    QVERIFY(board.nodes() <= 14);
    QCOMPARE(board.pods(), board.nodes());
}

void UsageTest::showsNodes() {
    Bench bench;
    bench.node("n1");
    bench.node("n2");
    bench.board.report(NodeName("n1"), reportOf({}, 250));
    QCOMPARE(bench.view.nodes(), (std::vector<std::string>{"n1"}));
    QVERIFY(!bench.view.node("n2"));
    const auto made = bench.view.node("n1");
    const auto& shown = static_cast<const metrics::NodeMetrics&>(*made);
    QCOMPARE(shown.metadata().name(), std::string("n1"));
    QCOMPARE(shown.metadata().labels().at("zone"), std::string("a"));
    QCOMPARE(shown.usage().at("cpu").string(), std::string("250000000n"));
    QCOMPARE(shown.usage().at("memory").string(), std::string("524288Ki"));
    QCOMPARE(shown.window().duration(), std::int64_t{15'000'000'000});
}

void UsageTest::showsPodsWithTheirLabels() {
    Bench bench;
    bench.pod("default", "web");
    bench.pod("other", "api");
    bench.pod("default", "silent");
    bench.board.report(NodeName("n1"), reportOf({"uid-web", "uid-api", "uid-nobody"}, 100));
    QCOMPARE(bench.view.pods(""), (std::vector<std::string>{"default/web", "other/api"}));
    QCOMPARE(bench.view.pods("other"), (std::vector<std::string>{"other/api"}));
    QVERIFY(!bench.view.pod("default", "silent"));
    const auto made = bench.view.pod("default", "web");
    const auto& shown = static_cast<const metrics::PodMetrics&>(*made);
    QCOMPARE(shown.metadata().namespace_(), std::string("default"));
    QCOMPARE(shown.metadata().labels().at("app"), std::string("web"));
    QCOMPARE(shown.containers_size(), 1);
    QCOMPARE(shown.containers(0).name(), std::string("main"));
    QCOMPARE(shown.containers(0).usage().at("memory").string(), std::string("65536Ki"));
}

void UsageTest::showsNothingOfWhatIsGone() {
    Bench bench;
    bench.node("n1");
    bench.pod("default", "web");
    bench.board.report(NodeName("n1"), reportOf({"uid-web"}));
    bench.cluster.drop<core::Pod>("default/web");
    bench.executor.advance(1s);
    QVERIFY(!bench.view.pod("default", "web"));
    QVERIFY(bench.view.pods("").empty());
    bench.cluster.drop<core::Node>("n1");
    bench.executor.advance(1s);
    QVERIFY(bench.view.nodes().empty());
    QCOMPARE(bench.board.nodes(), std::size_t{0});
    QCOMPARE(bench.board.pods(), std::size_t{0});
}

QTEST_GUILESS_MAIN(UsageTest)
#include "test_usage.moc"
