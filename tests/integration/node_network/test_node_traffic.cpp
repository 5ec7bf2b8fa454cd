// What the agent does with a node's tables and names: the kernel's tables through its own hands, and the name
// server through real sockets.
#include "health_ports.h"
#include "name_server.h"
#include "node_bench.h"
#include "stream_socket.h"
#include "traffic.h"

#include <QCoreApplication>
#include <QTest>
#include <cstdio>
#include <sched.h>
#include <unistd.h>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

constexpr auto dnsAddress = "10.96.0.10";
constexpr auto upstreamAddress = "127.0.0.53";

/// Programs as they are, and what was run.
class CountingProcesses final : public agent::Processes {
  public:
    Result<std::string> run(const std::vector<std::string>& command, const std::string& input,
                            Duration limit) override {
        commands << QString::fromStdString(command.front());
        if (command.front() == "nft") scripts << QString::fromStdString(input);
        return system_.run(command, input, limit);
    }
    QStringList commands;
    QStringList scripts;

  private:
    agent::SystemProcesses system_;
};

agent::CriOptions options() {
    agent::CriOptions out;
    out.nodeName = "node-1";
    out.dnsAddress = dnsAddress;
    return out;
}

QString table() {
    return runProgram("nft", {"list", "table", "ip", "wheelhouse-services"}).out;
}

/// Asks a name server: by "udp" or "tcp".
QString resolve(const char* protocol, const QString& name) {
    const Ran ran = runProgram("python3", {Host::peer(), "resolve", protocol, dnsAddress, name});
    return ran.out.trimmed() + ran.err;
}

} // namespace

class NodeTrafficTest : public QObject {
    Q_OBJECT
    const agent::CriOptions options_ = options();
    NetworkBench bench_;
    std::shared_ptr<const network::NetworkObjects> objects() const {
        return std::make_shared<network::NetworkObjects>(bench_.objects);
    }

  private Q_SLOTS:
    void init() {
        bench_ = NetworkBench();
        bench_.web({{"10.244.1.5", "node-1"}});
        CountingProcesses processes;
        QVERIFY(agent::Traffic(options_, processes).apply(objects())); // makes the name server's address
    }
    void rulesComeWithThePodNetwork();
    void aChangeIsSmallAndAFailureMakesAllAnew();
    void aNewAgentTakesOver();
    void namesAreServed();
    void healthPortsAreServed();
    void othersAreAskedForTheRest();
    void domainsHaveServersOfTheirOwn();
    void whereNobodyIsAskedItRefuses();
    void resolvConfIsRead();
};

void NodeTrafficTest::rulesComeWithThePodNetwork() {
    CountingProcesses processes;
    agent::Traffic traffic(options_, processes);
    QVERIFY(traffic.apply(objects()));
    QVERIFY(!processes.commands.contains("nft")); // whose pods?
    QVERIFY(traffic.setPodCidr("10.244.1.0/24"));
    QVERIFY2(table().contains("10.244.1.5:8080"), qPrintable(table()));
    QVERIFY(table().contains("ip saddr != 10.244.1.0/24"));
}

void NodeTrafficTest::aChangeIsSmallAndAFailureMakesAllAnew() {
    CountingProcesses processes;
    agent::Traffic traffic(options_, processes);
    QVERIFY(traffic.setPodCidr("10.244.1.0/24"));
    QVERIFY(traffic.apply(objects()));
    QVERIFY(traffic.apply(objects()));
    QCOMPARE(processes.scripts.size(), 1); // nothing had changed
    bench_.web({{"10.244.1.5", "node-1"}, {"10.244.1.6", "node-1"}});
    QVERIFY(traffic.apply(objects()));
    QCOMPARE(processes.scripts.size(), 2);
    QVERIFY(!processes.scripts[1].contains("delete table"));
    QCOMPARE(runProgram("nft", {"delete", "table", "ip", "wheelhouse-services"}).code, 0); // somebody meddles
    bench_.web({{"10.244.1.6", "node-1"}});
    QVERIFY(!traffic.apply(objects()));
    QVERIFY(traffic.apply(objects()));
    QVERIFY(table().contains("10.244.1.6:8080") && !table().contains("10.244.1.5:8080"));
}

void NodeTrafficTest::aNewAgentTakesOver() {
    CountingProcesses processes;
    {
        agent::Traffic before(options_, processes);
        QVERIFY(before.setPodCidr("10.244.1.0/24"));
        QVERIFY(before.apply(objects()));
    }
    bench_.web({{"10.244.1.7", "node-1"}});
    agent::Traffic after(options_, processes);
    QVERIFY(after.setPodCidr("10.244.1.0/24"));
    QVERIFY(after.apply(objects()));
    QVERIFY(table().contains("10.244.1.7:8080") && !table().contains("10.244.1.5:8080"));
}

void NodeTrafficTest::namesAreServed() {
    CountingProcesses processes;
    agent::Traffic traffic(options_, processes);
    agent::StreamThread streams;
    agent::NameServer server(streams.io(), dnsAddress, {});
    auto names = traffic.apply(objects());
    QVERIFY(names);
    server.serve(*names);
    for (const char* protocol : {"udp", "tcp"}) {
        QCOMPARE(resolve(protocol, "web.default.svc.cluster.local"), QString("0 10.96.0.9"));
        QCOMPARE(resolve(protocol, "nobody.default.svc.cluster.local"), QString("3"));
    }
    bench_.put(NetworkBench::service("nobody", "10.96.0.8")); // somebody after all
    names = traffic.apply(objects());
    QVERIFY(names);
    server.serve(*names);
    QCOMPARE(resolve("udp", "nobody.default.svc.cluster.local"), QString("0 10.96.0.8"));
}

void NodeTrafficTest::healthPortsAreServed() {
    agent::StreamThread streams;
    agent::HealthPorts ports(streams.io());
    const auto code = [](int port) {
        return runProgram("curl", {"-sS", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}",
                                   QString("http://127.0.0.1:%1/healthz").arg(port)})
            .out;
    };
    ports.serve({{30100, {"default", "web", 2}}, {30101, {"default", "db", 0}}});
    QTRY_COMPARE_WITH_TIMEOUT(code(30100), QString("200"), 30'000);
    QCOMPARE(code(30101), QString("503"));
    ports.serve({{30101, {"default", "db", 1}}});
    QTRY_COMPARE_WITH_TIMEOUT(code(30100), QString("000"), 30'000); // nobody listens
    QCOMPARE(code(30101), QString("200"));
}

void NodeTrafficTest::othersAreAskedForTheRest() {
    core::Service outside = NetworkBench::service("outside", "", "ExternalName");
    outside.mutable_spec()->set_externalname("web.default.svc.example.org");
    bench_.put(outside);
    agent::StreamThread streams;
    agent::NameServer server(streams.io(), dnsAddress, {"127.0.0.54", upstreamAddress}); // one is not there
    agent::NameServer upstream(streams.io(), upstreamAddress, {});
    server.serve(std::make_shared<network::ClusterNames>(bench_.objects, "cluster.local", dnsAddress));
    upstream.serve(std::make_shared<network::ClusterNames>(bench_.objects, "example.org", upstreamAddress));
    for (const char* protocol : {"udp", "tcp"}) {
        QCOMPARE(resolve(protocol, "web.default.svc.example.org"), QString("0 10.96.0.9"));
        QCOMPARE(resolve(protocol, "nobody.default.svc.example.org"), QString("3"));
        QCOMPARE(resolve(protocol, "outside.default.svc.cluster.local"), QString("0 10.96.0.9"));
    }
}

void NodeTrafficTest::domainsHaveServersOfTheirOwn() {
    core::ConfigMap settings;
    settings.mutable_metadata()->set_namespace_("kube-system");
    settings.mutable_metadata()->set_name("kube-dns");
    (*settings.mutable_data())["stubDomains"] =
        QString(R"({"example.org": ["127.0.0.54", "%1:5353"]})").arg(upstreamAddress).toStdString();
    network::NetworkObjects objects = bench_.objects;
    QVERIFY(objects.set(network::nameSettingsKind, "kube-system", "kube-dns", settings.SerializeAsString()));
    agent::StreamThread streams;
    agent::NameServer server(streams.io(), dnsAddress, {}); // the node itself has nobody to ask
    agent::NameServer upstream(streams.io(), upstreamAddress, {}, 5353);
    server.serve(std::make_shared<network::ClusterNames>(objects, "cluster.local", dnsAddress));
    upstream.serve(std::make_shared<network::ClusterNames>(bench_.objects, "example.org", upstreamAddress));
    for (const char* protocol : {"udp", "tcp"})
        QCOMPARE(resolve(protocol, "web.default.svc.example.org"), QString("0 10.96.0.9"));
    QCOMPARE(resolve("udp", "www.example.net"), QString("5"));
}

void NodeTrafficTest::whereNobodyIsAskedItRefuses() {
    agent::StreamThread streams;
    agent::NameServer server(streams.io(), dnsAddress, {});
    server.serve(std::make_shared<network::ClusterNames>(bench_.objects, "cluster.local", dnsAddress));
    QCOMPARE(resolve("udp", "www.example.org"), QString("5"));
    agent::NameServer other(streams.io(), "127.0.0.11", {"127.0.0.54"});
    other.serve(std::make_shared<network::ClusterNames>(bench_.objects, "cluster.local", "127.0.0.11"));
    const Ran ran = runProgram("python3", {Host::peer(), "resolve", "udp", "127.0.0.11", "www.example.org"});
    QCOMPARE(ran.out.trimmed(), QString("2")); // nobody answers: said, not waited for
}

void NodeTrafficTest::resolvConfIsRead() {
    const auto servers =
        agent::nameServersOf("# nameserver 192.0.2.9\nsearch example.org\nnameserver 10.0.2.3\n"
                             "nameserver\nnameserver 10.96.0.10\nnameserver  fd00::1 x\n",
                             dnsAddress);
    QVERIFY((servers == std::vector<std::string>{"10.0.2.3", "fd00::1"}));
}

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    qputenv("PATH", qgetenv("PATH") + ":/usr/sbin:/sbin");
    QString reason = missing({"nft", "ip", "python3", "curl"});
    if (reason.isEmpty()) reason = ownNetwork();
    if (!reason.isEmpty()) {
        std::printf("SKIPPED: %s\n", qPrintable(reason));
        return 0;
    }
    NodeTrafficTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_node_traffic.moc"
