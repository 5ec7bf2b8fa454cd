#include "agent_bench.h"
#include "usage_meter.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using agent::UsageMeter;
using agent::UsageSnapshot;

namespace {

constexpr WallTime start{std::chrono::hours(100)};

UsageSnapshot snapshot(Duration since, std::vector<std::pair<std::string, std::int64_t>> cpuMillis,
                       std::int64_t nodeMillis = 0) {
    UsageSnapshot out;
    out.node = agent::UsageSample{start + since, nodeMillis * 1'000'000, 1 << 30};
    for (const auto& [id, millis] : cpuMillis)
        out.containers.push_back({id, {start + since, millis * 1'000'000, 32 << 20}});
    return out;
}

std::vector<UsageMeter::RunningPod> running(std::vector<UsageMeter::Running> containers) {
    return {{agent::PodId{"default", "web", Uid("uid-web")}, std::move(containers)}};
}

/// Rounded up, as everybody shows it.
std::uint64_t milliCores(const nodelink::UsageReport& report) {
    return (report.pods(0).containers(0).usage().cpu_nano_cores() + 999'999) / 1'000'000;
}

const nodelink::UsageReport* lastReport(const AgentBench& bench) {
    const nodelink::UsageReport* last = nullptr;
    for (const auto& message : bench.channel->sent)
        if (message.has_usage()) last = &message.usage();
    return last;
}

} // namespace

class AgentUsageTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aRateNeedsTwoLooks();
    void aYoungContainerIsMeasuredFromItsStart();
    void halfAPodIsNotReported();
    void aRestartedContainerBeginsAnew();
    void aClockSetBackTellsNothing();
    void reportsWhatRuns();
    void reportsThroughTheLinkOnly();
    void aRestartOfTheAgentKeepsCounting();
};

void AgentUsageTest::aRateNeedsTwoLooks() {
    UsageMeter meter(30s);
    const auto pods = running({{"c1", "main", start - 1h}});
    QCOMPARE(meter.report(snapshot(0s, {{"c1", 5'000}}, 9'000), pods).pods_size(), 0);
    const auto report = meter.report(snapshot(10s, {{"c1", 7'000}}, 14'000), pods);
    QCOMPARE(report.pods_size(), 1);
    QCOMPARE(report.pods(0).pod().uid(), std::string("uid-web"));
    QCOMPARE(report.pods(0).window_ms(), 10'000U);
    QCOMPARE(report.pods(0).containers(0).name(), std::string("main"));
    QCOMPARE(report.pods(0).containers(0).usage().cpu_nano_cores(), std::uint64_t{200'000'000});
    QCOMPARE(report.pods(0).containers(0).usage().memory_bytes(), std::uint64_t{32 << 20});
    QCOMPARE(report.node().cpu_nano_cores(), std::uint64_t{500'000'000});
    QCOMPARE(report.node().memory_bytes(), std::uint64_t{1 << 30});
}

void AgentUsageTest::aYoungContainerIsMeasuredFromItsStart() {
    UsageMeter meter(30s);
    const auto report = meter.report(snapshot(20s, {{"c1", 1'000}}), running({{"c1", "main", start + 10s}}));
    QCOMPARE(report.pods_size(), 1);
    QCOMPARE(report.pods(0).containers(0).usage().cpu_nano_cores(), std::uint64_t{100'000'000});
    QCOMPARE(report.pods(0).window_ms(), 10'000U);
    QVERIFY(!report.has_node());
}

void AgentUsageTest::halfAPodIsNotReported() {
    UsageMeter meter(30s);
    const auto pods = running({{"c1", "main", start - 1h}, {"c2", "proxy", start - 1h}});
    meter.report(snapshot(0s, {{"c1", 0}}), pods);
    QCOMPARE(meter.report(snapshot(15s, {{"c1", 10}, {"c2", 10}}), pods).pods_size(), 0);
    const auto report = meter.report(snapshot(30s, {{"c1", 20}, {"c2", 40}}), pods);
    QCOMPARE(report.pods_size(), 1);
    QCOMPARE(report.pods(0).containers_size(), 2);
}

void AgentUsageTest::aRestartedContainerBeginsAnew() {
    UsageMeter meter(30s);
    meter.report(snapshot(0s, {{"c1", 9'000}}), running({{"c1", "main", start - 1h}}));
    // Another attempt has another id and a counter of its own.
    const auto report = meter.report(snapshot(15s, {{"c2", 500}}), running({{"c2", "main", start + 5s}}));
    QCOMPARE(report.pods(0).containers(0).usage().cpu_nano_cores(), std::uint64_t{50'000'000});
}

void AgentUsageTest::aClockSetBackTellsNothing() {
    UsageMeter meter(30s);
    const auto pods = running({{"c1", "main", start - 1h}});
    meter.report(snapshot(60s, {{"c1", 9'000}}), pods);
    QCOMPARE(meter.report(snapshot(0s, {{"c1", 9'500}}), pods).pods_size(), 0);
    QCOMPARE(
        meter.report(snapshot(10s, {{"c1", 10'500}}), pods).pods(0).containers(0).usage().cpu_nano_cores(),
        std::uint64_t{100'000'000});
}

void AgentUsageTest::reportsWhatRuns() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "cpu", "250m");
    AgentBench::annotate(pod, "memory", "64Mi");
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    const auto* report = lastReport(bench);
    QVERIFY(report != nullptr);
    QCOMPARE(report->pods_size(), 1);
    QCOMPARE(report->pods(0).pod().name(), std::string("web"));
    QCOMPARE(milliCores(*report), std::uint64_t{250});
    QCOMPARE(report->pods(0).containers(0).usage().memory_bytes(), std::uint64_t{64 << 20});
    QVERIFY(report->node().cpu_nano_cores() >= 250'000'000);
    bench.remove(pod, 0);
    bench.executor.advance(60s);
    QCOMPARE(lastReport(bench)->pods_size(), 0);
}

void AgentUsageTest::reportsThroughTheLinkOnly() {
    AgentBench bench;
    bench.start();
    bench.executor.advance(60s);
    bench.channel->cut();
    const auto sent = bench.channel->sent.size();
    bench.executor.advance(60s);
    QCOMPARE(bench.channel->sent.size(), sent);
    bench.channel->connect();
    bench.executor.advance(20s);
    int reports = 0;
    for (std::size_t i = sent; i < bench.channel->sent.size(); ++i)
        reports += bench.channel->sent[i].has_usage();
    QVERIFY(reports >= 1 && reports <= 2);
}

void AgentUsageTest::aRestartOfTheAgentKeepsCounting() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "cpu", "step(1, 60s, 100m)");
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(10min);
    bench.restartAgent();
    bench.desire(pod);
    bench.synced();
    // Its counter tells of the busy first minute too, which must not show as use of today.
    bench.executor.advance(60s);
    const auto* report = lastReport(bench);
    QVERIFY(report != nullptr);
    QCOMPARE(report->pods_size(), 1);
    QCOMPARE(milliCores(*report), std::uint64_t{100});
}

QTEST_GUILESS_MAIN(AgentUsageTest)
#include "test_usage.moc"
