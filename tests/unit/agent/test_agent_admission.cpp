// Pods for which the node has no room.
#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

class AgentAdmissionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void takesNoMoreThanItHas_data();
    void takesNoMoreThanItHas();
    void whatHasEndedTakesNoRoom();
    void aRejectedPodStaysRejected();
};

void AgentAdmissionTest::takesNoMoreThanItHas_data() {
    QTest::addColumn<QString>("cpu");
    QTest::addColumn<QString>("resource");
    QTest::addColumn<QString>("protocol");
    QTest::addColumn<QString>("ip");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<QString>("message");
    const QString ports =
        "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
    QTest::newRow("room enough") << "1500m"
                                 << ""
                                 << ""
                                 << ""
                                 << ""
                                 << "";
    QTest::newRow("processors") << "1501m"
                                << ""
                                << ""
                                << ""
                                << "OutOfcpu"
                                << "Node didn't have enough resource: cpu, requested: 1501, used: 2500, "
                                   "capacity: 4000";
    QTest::newRow("huge pages") << "1"
                                << "hugepages-2Mi"
                                << ""
                                << ""
                                << "OutOfhugepages-2Mi"
                                << "Node didn't have enough resource: hugepages-2Mi, requested: 1, used: 0, "
                                   "capacity: 0";
    QTest::newRow("what others gave the node") << "1"
                                               << "example.com/card"
                                               << ""
                                               << ""
                                               << ""
                                               << "";
    QTest::newRow("a port taken") << "1"
                                  << ""
                                  << "TCP"
                                  << ""
                                  << "NodePorts" << ports;
    QTest::newRow("a port of one address") << "1"
                                           << ""
                                           << "TCP"
                                           << "10.0.0.1"
                                           << "NodePorts" << ports;
    QTest::newRow("another protocol") << "1"
                                      << ""
                                      << "UDP"
                                      << ""
                                      << ""
                                      << "";
}

void AgentAdmissionTest::takesNoMoreThanItHas() {
    QFETCH(QString, cpu);
    QFETCH(QString, resource);
    QFETCH(QString, protocol);
    QFETCH(QString, ip);
    QFETCH(QString, reason);
    QFETCH(QString, message);
    AgentBench bench;
    bench.start();
    const auto wants = [](core::Pod& pod, const std::string& name, const std::string& amount) {
        auto& requests = *pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests();
        requests[name].set_string(amount);
    };
    const auto takes = [](core::Pod& pod, const std::string& protocolName, const std::string& address) {
        core::ContainerPort& port = *pod.mutable_spec()->mutable_containers(0)->add_ports();
        port.set_containerport(80);
        port.set_hostport(8080);
        port.set_protocol(protocolName);
        port.set_hostip(address);
    };
    core::Pod first = AgentBench::pod("first");
    wants(first, "cpu", "2500m");
    takes(first, "TCP", "");
    bench.desire(first);
    core::Pod second = AgentBench::pod("second");
    wants(second, "cpu", cpu.toStdString());
    if (!resource.isEmpty()) wants(second, resource.toStdString(), "1");
    if (!protocol.isEmpty()) takes(second, protocol.toStdString(), ip.toStdString());
    bench.desire(second);
    QVERIFY(bench.untilRunning("first"));
    if (reason.isEmpty()) {
        QVERIFY(bench.untilRunning("second"));
        return;
    }
    const core::PodStatus status = bench.status("second");
    QCOMPARE(status.phase(), std::string("Failed"));
    QCOMPARE(QString::fromStdString(status.reason()), reason);
    QCOMPARE(QString::fromStdString(status.message()), "Pod was rejected: " + message);
    QCOMPARE(status.containerstatuses_size(), 0);
    QCOMPARE(QString::fromStdString(bench.lastEvent(reason.toStdString())), message);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(1));
    bench.remove(second, 30);
    QVERIFY(bench.until([&] { return bench.gone("second"); }));
}

void AgentAdmissionTest::whatHasEndedTakesNoRoom() {
    AgentBench bench;
    bench.start();
    const auto big = [](const std::string& name) {
        core::Pod pod = AgentBench::pod(name);
        (*pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests())["cpu"]
            .set_string("3");
        pod.mutable_spec()->set_restartpolicy("Never");
        return pod;
    };
    core::Pod first = big("first");
    AgentBench::annotate(first, "exit-after", "5s");
    bench.desire(first);
    QVERIFY(bench.until([&] { return bench.status("first").phase() == "Succeeded"; }));
    bench.desire(big("second"));
    QVERIFY(bench.untilRunning("second"));
    bench.desire(big("third"));
    QVERIFY(bench.until([&] { return bench.status("third").phase() == "Failed"; }));
    // Its object was taken away at once: nobody counts it any more, though it still stops.
    nodelink::ToAgent removed;
    removed.mutable_pod_removed()->set_uid("uid-second");
    bench.channel->say(removed);
    bench.desire(big("fourth"));
    QVERIFY(bench.untilRunning("fourth"));
}

void AgentAdmissionTest::aRejectedPodStaysRejected() {
    AgentBench bench;
    bench.start();
    for (const char* name : {"first", "second"}) {
        core::Pod pod = AgentBench::pod(name);
        core::ContainerPort& port = *pod.mutable_spec()->mutable_containers(0)->add_ports();
        port.set_containerport(80);
        port.set_hostport(8080);
        bench.desire(pod);
    }
    QVERIFY(bench.untilRunning("first"));
    QCOMPARE(bench.status("second").phase(), std::string("Failed"));
    bench.restartAgent();
    QVERIFY(bench.untilRunning("first"));
    QCOMPARE(bench.status("second").phase(), std::string("Failed"));
    QCOMPARE(bench.status("second").reason(), std::string("NodePorts"));
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(AgentAdmissionTest)
#include "test_agent_admission.moc"
