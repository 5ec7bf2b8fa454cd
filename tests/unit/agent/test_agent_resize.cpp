// What a running pod may use, changed while it runs.
#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

void gives(core::Pod& pod, const std::string& cpu, const std::string& memory = "64Mi", int container = 0) {
    auto& resources = *pod.mutable_spec()->mutable_containers(container)->mutable_resources();
    for (auto* amounts : {resources.mutable_requests(), resources.mutable_limits()}) {
        (*amounts)["cpu"].set_string(cpu);
        (*amounts)["memory"].set_string(memory);
    }
}

void restartsFor(core::Pod& pod, const std::string& resource) {
    auto& policy = *pod.mutable_spec()->mutable_containers(0)->add_resizepolicy();
    policy.set_resourcename(resource);
    policy.set_restartpolicy("RestartContainer");
}

std::string allocated(const AgentBench& bench, const std::string& pod, const std::string& resource = "cpu") {
    const core::ContainerStatus status = bench.container(pod);
    const auto found = status.allocatedresources().find(resource);
    return found == status.allocatedresources().end() ? "" : found->second.string();
}

std::string inUse(const AgentBench& bench, const std::string& pod, const std::string& resource = "cpu") {
    const core::ContainerStatus status = bench.container(pod);
    const auto found = status.resources().limits().find(resource);
    return found == status.resources().limits().end() ? "" : found->second.string();
}

std::string pendingFor(const AgentBench& bench, const std::string& pod) {
    const core::PodStatus status = bench.status(pod);
    for (const auto& condition : status.conditions())
        if (condition.type() == "PodResizePending") return condition.reason();
    return {};
}

} // namespace

class AgentResizeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void inPlaceOrByRestart_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("restarts");
        QTest::newRow("in place") << "" << 0;
        QTest::newRow("restart for memory only") << "memory" << 0;
        QTest::newRow("restart") << "cpu" << 1;
    }
    void inPlaceOrByRestart() {
        QFETCH(QString, policy);
        QFETCH(int, restarts);
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        gives(pod, "500m");
        if (!policy.isEmpty()) restartsFor(pod, policy.toStdString());
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        QCOMPARE(allocated(bench, "web"), std::string("500m"));
        QCOMPARE(inUse(bench, "web"), std::string("500m"));
        gives(pod, "1500m");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return inUse(bench, "web") == "1500m"; }));
        QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "True"; }));
        QCOMPARE(allocated(bench, "web"), std::string("1500m"));
        QCOMPARE(bench.container("web").restartcount(), restarts);
        QCOMPARE(bench.condition("web", "PodResizeInProgress"), std::string("none"));
        QCOMPARE(bench.runtime.spec(bench.running())->resources.cpuQuota, std::int64_t(150'000));
        QCOMPARE(bench.events("ResizeStarted"), 1);
        // The same amounts in other words are the same.
        gives(pod, "1.5", "65536Ki");
        bench.desire(pod);
        bench.executor.advance(5s);
        QCOMPARE(bench.container("web").restartcount(), restarts);
        QCOMPARE(bench.events("ResizeStarted"), 1);
    }

    void whatIsNotThereIsNotGiven() {
        AgentBench bench; // four processors
        bench.start();
        core::Pod other = AgentBench::pod("other");
        gives(other, "2");
        bench.desire(other);
        core::Pod pod = AgentBench::pod("web");
        gives(pod, "1");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web") && bench.untilRunning("other"));
        gives(pod, "5");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return pendingFor(bench, "web") == "Infeasible"; }));
        gives(pod, "3");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return pendingFor(bench, "web") == "Deferred"; }));
        QCOMPARE(allocated(bench, "web"), std::string("1"));
        QCOMPARE(inUse(bench, "web"), std::string("1"));
        QCOMPARE(bench.events("ResizeInfeasible"), 1);
        QCOMPARE(bench.events("ResizeDeferred"), 1);
        // A pod that came meanwhile is measured by what was given, not by what is wished for.
        core::Pod third = AgentBench::pod("third");
        gives(third, "1");
        bench.desire(third);
        QVERIFY(bench.untilRunning("third"));
        bench.remove(other, 0);
        bench.remove(third, 0);
        QVERIFY(bench.until([&] { return inUse(bench, "web") == "3"; }));
        QCOMPARE(allocated(bench, "web"), std::string("3"));
        QCOMPARE(pendingFor(bench, "web"), std::string());
        QCOMPARE(bench.container("web").restartcount(), 0);
    }

    void aRestartOfTheAgentGivesNothingAway() {
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        gives(pod, "1");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        *pod.mutable_status() = bench.status("web");
        gives(pod, "5");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return pendingFor(bench, "web") == "Infeasible"; }));
        bench.restartAgent();
        QVERIFY(bench.until([&] { return pendingFor(bench, "web") == "Infeasible"; }));
        QCOMPARE(allocated(bench, "web"), std::string("1"));
        QCOMPARE(bench.runtime.spec(bench.running())->resources.cpuQuota, std::int64_t(100'000));
        QCOMPARE(bench.condition("web", "PodResizeInProgress"), std::string("none"));
    }
};

QTEST_GUILESS_MAIN(AgentResizeTest)
#include "test_agent_resize.moc"
