#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using namespace std::chrono_literals;

namespace {

struct AgentNetworkBench : AgentBench {
    void service(const std::string& name, const std::string& address, int port = 80) {
        core::Service service;
        service.mutable_metadata()->set_name(name);
        service.mutable_metadata()->set_namespace_("default");
        service.mutable_spec()->set_clusterip(address);
        core::ServicePort& made = *service.mutable_spec()->add_ports();
        made.set_port(port);
        made.set_protocol("TCP");
        object("Service", name, service.SerializeAsString());
    }
    /// The services the runtime was last told of.
    QString services() {
        executor.advance(100ms);
        if (!runtime.traffic()) return "nothing";
        QStringList out;
        for (const auto& [name, service] : runtime.traffic()->services)
            out << QString::fromStdString(name.substr(8) + "=" + service->spec().clusterip());
        return out.join(' ');
    }
};

} // namespace

class AgentNetworkTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theRuntimeHearsOfChanges();
    void whatIsNotNamedAgainIsForgotten();
    void itServesWithoutTheLink();
    void portsOfTheNodeFollowItsPods();
    void containersFindServices();
    void badNameSettingsChangeNothing();
};

void AgentNetworkTest::theRuntimeHearsOfChanges() {
    AgentNetworkBench bench;
    bench.start();
    QCOMPARE(bench.services(), QString("nothing"));
    bench.service("web", "10.96.0.9");
    bench.service("db", "10.96.0.8");
    QCOMPARE(bench.services(), QString("db=10.96.0.8 web=10.96.0.9"));
    const auto* told = bench.runtime.traffic();
    bench.service("web", "10.96.0.9"); // says nothing new
    QCOMPARE(bench.services(), QString("db=10.96.0.8 web=10.96.0.9"));
    QCOMPARE(bench.runtime.traffic(), told);
    bench.object("Service", "db", "");
    QCOMPARE(bench.services(), QString("web=10.96.0.9"));
}

void AgentNetworkTest::badNameSettingsChangeNothing() {
    AgentNetworkBench bench;
    bench.start();
    const auto settings = [&bench](const std::string& upstream) {
        core::ConfigMap map;
        (*map.mutable_data())["upstreamNameservers"] = upstream;
        bench.object("NameSettings", "kube-dns", map.SerializeAsString());
        bench.executor.advance(100ms);
    };
    const auto known = [&bench] {
        const auto& all = bench.runtime.traffic()->nameSettings;
        return all.empty() ? std::string() : all.begin()->second->data().at("upstreamNameservers");
    };
    settings(R"(["192.0.2.1"])");
    QCOMPARE(known(), std::string(R"(["192.0.2.1"])"));
    settings("192.0.2.2");
    QCOMPARE(known(), std::string(R"(["192.0.2.1"])"));
    QCOMPARE(
        bench.lastEvent("DNSConfigForming"),
        std::string("ConfigMap default/kube-dns: upstreamNameservers is no JSON; names are asked for where "
                    "they were before"));
    settings(R"(["192.0.2.3"])");
    QCOMPARE(known(), std::string(R"(["192.0.2.3"])"));
    QCOMPARE(bench.events("DNSConfigForming"), 1);
    bench.object("NameSettings", "kube-dns", "");
    bench.executor.advance(100ms);
    QCOMPARE(known(), std::string());
}

void AgentNetworkTest::whatIsNotNamedAgainIsForgotten() {
    AgentNetworkBench bench;
    bench.start();
    bench.service("web", "10.96.0.9");
    bench.service("db", "10.96.0.8");
    bench.synced();
    QCOMPARE(bench.services(), QString("db=10.96.0.8 web=10.96.0.9"));
    bench.channel->cut();
    QCOMPARE(bench.services(), QString("db=10.96.0.8 web=10.96.0.9"));
    bench.channel->connect();
    bench.service("web", "10.96.0.9");
    QCOMPARE(bench.services(), QString("db=10.96.0.8 web=10.96.0.9")); // not all has been said yet
    bench.synced();
    QCOMPARE(bench.services(), QString("web=10.96.0.9"));
    bench.restartAgent(false);
    QCOMPARE(bench.services(), QString("web=10.96.0.9")); // nor does it come back from the disk
}

void AgentNetworkTest::itServesWithoutTheLink() {
    AgentNetworkBench bench;
    bench.start();
    bench.service("web", "10.96.0.9");
    bench.synced();
    const auto* told = bench.runtime.traffic();
    bench.restartAgent(false);
    QCOMPARE(bench.services(), QString("web=10.96.0.9"));
    QVERIFY(bench.runtime.traffic() != told); // told anew
}

void AgentNetworkTest::portsOfTheNodeFollowItsPods() {
    AgentNetworkBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    core::ContainerPort& port = *pod.mutable_spec()->mutable_containers(0)->add_ports();
    port.set_containerport(8080);
    port.set_hostport(18080);
    core::Container& sidecar = *pod.mutable_spec()->add_initcontainers();
    sidecar = pod.spec().containers(0);
    sidecar.set_name("sidecar");
    sidecar.set_restartpolicy("Always");
    sidecar.mutable_ports(0)->set_hostport(18081);
    sidecar.mutable_ports(0)->set_protocol("UDP");
    const auto ports = [&] {
        QStringList out;
        for (int i = 0; i < 100; ++i)
            bench.executor.advance(100ms);
        for (const network::HostPort& each : bench.runtime.traffic()->hostPorts)
            out << QString("%1 %2").arg(each.protocol.c_str()).arg(each.hostPort) +
                       (each.podIp == bench.status("web").podip() && each.podPort == 8080 ? ""
                                                                                          : " elsewhere");
        return out;
    };
    const QStringList both{"TCP 18080", "UDP 18081"};
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("web"));
    QCOMPARE(ports(), both);
    bench.restartAgent();
    bench.desire(pod);
    QCOMPARE(ports(), both);
    bench.remove(pod, 1);
    QCOMPARE(ports(), QStringList());
}

void AgentNetworkTest::containersFindServices() {
    AgentNetworkBench bench;
    bench.start();
    bench.service("my-web", "10.96.0.9", 8080);
    core::Pod pod = AgentBench::pod("client");
    core::Container& container = *pod.mutable_spec()->mutable_containers(0);
    const auto variable = [&](const char* name, const char* value) {
        core::EnvVar& made = *container.add_env();
        made.set_name(name);
        made.set_value(value);
    };
    variable("URL", "http://$(MY_WEB_SERVICE_HOST):$(MY_WEB_SERVICE_PORT)/");
    variable("MY_WEB_PORT", "mine");
    for (const char* word : {"sh", "-c", "echo $URL $MY_WEB_PORT $MY_WEB_PORT_8080_TCP_ADDR; sleep 1000"})
        container.add_command(word);
    bench.desire(pod);
    bench.synced();
    QVERIFY(bench.untilRunning("client"));
    bench.executor.advance(1s);
    nodelink::ToAgent open;
    open.mutable_open_log()->set_stream(7);
    open.mutable_open_log()->mutable_pod()->set_uid("uid-client");
    open.mutable_open_log()->set_container("main");
    open.mutable_open_log()->set_tail_lines(-1);
    bench.channel->say(open);
    bench.executor.advance(1s);
    std::string text;
    for (const auto& message : bench.channel->sent)
        if (message.has_stream_data()) text += message.stream_data().data();
    QCOMPARE(text, std::string("http://10.96.0.9:8080/ mine 10.96.0.9\n"));
}

QTEST_APPLESS_MAIN(AgentNetworkTest)
#include "test_agent_network.moc"
