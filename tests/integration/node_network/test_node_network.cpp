// The tables of vmnodes/network in a kernel: what connections between namespaces make of them.
#include "node_bench.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QTest>
#include <cstdio>
#include <random>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

constexpr auto serviceAddress = "10.96.0.9";

QStringList sorted(QStringList list) {
    list.removeDuplicates();
    list.sort();
    return list;
}

/// The next line a program writes.
QByteArray lineOf(QProcess& program) {
    for (int i = 0; i < 100 && !program.canReadLine(); ++i)
        program.waitForReadyRead(100);
    return program.readLine().trimmed();
}

/// What the held connection's far end makes of a word.
QByteArray says(QProcess& end, const QByteArray& word) {
    end.write(word + "\n");
    return lineOf(end);
}

/// A table as the kernel tells it, in an order of its own and without what it learnt itself.
QStringList listed(const char* table) {
    QString out = runProgram("nft", {"-s", "list", "table", "ip", table}).out;
    out.remove(QRegularExpression("\\s*elements = \\{[^}]*expires[^}]*\\}"));
    QStringList parts = out.split("\n\n");
    for (QString& part : parts)
        part = part.remove(QString("table ip %1 {\n").arg(table)).remove("\n}\n");
    parts.sort();
    return parts;
}

} // namespace

class NodeNetworkTest : public QObject {
    Q_OBJECT
    Node node_;
    Host web_;    // 10.244.1.5, on this node
    Host client_; // 10.244.1.6, on this node
    NetworkBench bench_;
    network::NftTable services_;
    network::NftTable policies_;

    /// Brings the kernel from what it was told last to what the objects say now, by the smaller script.
    bool apply() {
        const auto services = bench_.services();
        const auto policies = bench_.policies();
        const std::string script =
            network::changeScript(services_, services) + network::changeScript(policies_, policies);
        services_ = services;
        policies_ = policies;
        const Ran ran = runProgram("nft", {"-f", "-"}, QByteArray::fromStdString(script));
        if (ran.code != 0) qWarning().noquote() << ran.err << script.c_str();
        return ran.code == 0;
    }
    void put(const networking::NetworkPolicy& policy) {
        bench_.put(policy);
        QVERIFY(apply());
    }

  private Q_SLOTS:
    void initTestCase();
    void init();
    void aServiceReachesAllItsBackends();
    void aPodReachesItselfThroughItsService();
    void theNodeReachesServices();
    void udpIsServedToo();
    void nodePortsFromOutside();
    void portsOfTheNodeLeadToItsPods();
    void withNobodyBehindItIsRefused();
    void aClientStaysWithItsBackend();
    void aConnectionOutlivesChanges();
    void deniedIsSilent();
    void allowedBySelectorPortAndBlock();
    void egressIsJudgedBehindTheService();
    void aPolicyEndsWhatItForbidsAndNothingElse();
    void manySmallChangesMakeTheSameTable();
    void tablesOfTheLongFamilyLoad();
};

void NodeNetworkTest::initTestCase() {
    QString why;
    QVERIFY2(node_.make(why), qPrintable(why));
    QVERIFY2(node_.pod(web_, "web", "10.244.1.5", why), qPrintable(why));
    QVERIFY2(node_.pod(client_, "client", "10.244.1.6", why), qPrintable(why));
    QVERIFY2(Node::inside(node_.outside, "ip addr add 10.244.2.5/32 dev eth0", why), qPrintable(why));
    QVERIFY(web_.serve("web", {"8080", "9090"}));
    QVERIFY(node_.outside.serve("far", {"8080", "9090"}));
}

void NodeNetworkTest::init() {
    bench_ = NetworkBench();
    bench_.nameSpace("default", {{"team", "red"}});
    bench_.put(NetworkBench::pod("web", "10.244.1.5", "node-1"));
    bench_.put(NetworkBench::pod("client", "10.244.1.6", "node-1"));
    bench_.put(NetworkBench::pod("far", "10.244.2.5", "node-2"));
    bench_.web({{"10.244.1.5", "node-1"}, {"10.244.2.5", "node-2"}});
    QVERIFY(apply());
}

void NodeNetworkTest::aServiceReachesAllItsBackends() {
    // The backends see the client's own address.
    QCOMPARE(sorted(client_.ask(serviceAddress, 80, 20)), QStringList({"far 10.244.1.6", "web 10.244.1.6"}));
}

void NodeNetworkTest::aPodReachesItselfThroughItsService() {
    bench_.web({{"10.244.1.5", "node-1"}});
    QVERIFY(apply());
    QCOMPARE(web_.ask(serviceAddress, 80), QStringList("web 10.244.1.1"));
}

void NodeNetworkTest::theNodeReachesServices() {
    const QString ask = QString("python3 %1 ask tcp %2 80 20").arg(Host::peer(), serviceAddress);
    const QStringList answers = runProgram("sh", {"-c", ask}).out.split('\n', Qt::SkipEmptyParts);
    QCOMPARE(sorted(answers), QStringList({"far 10.77.0.1", "web 10.244.1.1"}));
}

void NodeNetworkTest::udpIsServedToo() {
    core::Service service = NetworkBench::service("web", serviceAddress);
    NetworkBench::port(service, "talk", 90, "UDP");
    bench_.put(service);
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    NetworkBench::port(slice, "talk", 9090, "UDP");
    NetworkBench::endpoint(slice, "10.244.1.5", "node-1");
    bench_.put(slice);
    QVERIFY(apply());
    QCOMPARE(client_.ask(serviceAddress, 90, 1, "udp"), QStringList("web 10.244.1.6"));
    QCOMPARE(client_.ask(serviceAddress, 90), QStringList("refused")); // not by TCP
}

void NodeNetworkTest::nodePortsFromOutside() {
    core::Service service = NetworkBench::service("web", serviceAddress, "NodePort");
    service.mutable_spec()->mutable_ports(0)->set_nodeport(30080);
    bench_.put(service);
    bench_.web({{"10.244.1.5", "node-1"}});
    bench_.put(service);
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 30080), QStringList("web 10.244.1.1"));
    service.mutable_spec()->set_externaltrafficpolicy("Local");
    bench_.put(service);
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 30080), QStringList("web 10.77.0.2"));
    bench_.web({{"10.244.2.5", "node-2"}}); // this node has none
    bench_.put(service);
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 30080), QStringList("silence"));
    QCOMPARE(client_.ask("10.77.0.1", 30080), QStringList("far 10.244.1.6")); // pods are not outside
    bench_.objects.set(network::sliceKind, "default", "web-1", "");
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 30080), QStringList("refused"));
}

void NodeNetworkTest::portsOfTheNodeLeadToItsPods() {
    QString why;
    QVERIFY2(node_.shell("echo 1 >/proc/sys/net/ipv4/conf/wheelhouse0/route_localnet", why), qPrintable(why));
    const auto askHere = [](const QString& address, int port) {
        const QString line = QString("python3 %1 ask tcp %2 %3 1").arg(Host::peer(), address).arg(port);
        return runProgram("sh", {"-c", line}).out.trimmed();
    };
    bench_.objects.hostPorts = {{"TCP", "", 18080, "10.244.1.5", 8080},
                                {"TCP", "127.0.0.1", 18090, "10.244.1.5", 9090}};
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 18080), QStringList("web 10.77.0.2"));
    QCOMPARE(client_.ask("10.77.0.1", 18080), QStringList("web 10.244.1.6"));
    QCOMPARE(web_.ask("10.77.0.1", 18080), QStringList("web 10.244.1.1")); // itself
    QCOMPARE(askHere("10.77.0.1", 18080), QString("web 10.77.0.1"));
    for (const int port : {18080, 18090})
        QCOMPARE(askHere("127.0.0.1", port), QString("web 10.244.1.1"));
    QCOMPARE(node_.outside.ask("10.77.0.1", 18090), QStringList("refused")); // of loopback alone
    bench_.objects.hostPorts.clear();
    QVERIFY(apply());
    QCOMPARE(node_.outside.ask("10.77.0.1", 18080), QStringList("refused"));
}

void NodeNetworkTest::withNobodyBehindItIsRefused() {
    QCOMPARE(client_.ask(serviceAddress, 81), QStringList("refused")); // no such port
    bench_.objects.set(network::sliceKind, "default", "web-1", "");
    QVERIFY(apply());
    QCOMPARE(client_.ask(serviceAddress, 80), QStringList("refused"));
}

void NodeNetworkTest::aClientStaysWithItsBackend() {
    core::Service service = NetworkBench::service("web", serviceAddress);
    service.mutable_spec()->set_sessionaffinity("ClientIP");
    bench_.put(service);
    QVERIFY(apply());
    const QStringList first = sorted(client_.ask(serviceAddress, 80, 10));
    QCOMPARE(first.size(), 1);
    // Another service's change takes nothing from what the kernel has learnt.
    bench_.put(NetworkBench::service("other", "10.96.0.8"));
    QVERIFY(apply());
    QCOMPARE(sorted(client_.ask(serviceAddress, 80, 10)), first);
}

void NodeNetworkTest::aConnectionOutlivesChanges() {
    bench_.web({{"10.244.1.5", "node-1"}});
    QVERIFY(apply());
    QProcess& held = client_.start({"python3", Host::peer(), "hold", serviceAddress, "80"});
    QCOMPARE(lineOf(held), QByteArray("web 10.244.1.6"));
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    NetworkBench::ending(NetworkBench::endpoint(slice, "10.244.1.5", "node-1"));
    NetworkBench::endpoint(slice, "10.244.2.5");
    bench_.put(slice);
    QVERIFY(apply());
    QCOMPARE(sorted(client_.ask(serviceAddress, 80, 10)), QStringList("far 10.244.1.6")); // new ones
    QCOMPARE(says(held, "still there"), QByteArray("still there"));
    bench_.objects.set(network::serviceKind, "default", "web", "");
    QVERIFY(apply());
    QCOMPARE(says(held, "even now"), QByteArray("even now"));
}

void NodeNetworkTest::deniedIsSilent() {
    put(NetworkBench::policy("deny", "web", {"Ingress"}));
    QCOMPARE(client_.ask("10.244.1.5", 8080), QStringList("silence")); // over the bridge
    QCOMPARE(node_.outside.ask("10.244.1.5", 8080), QStringList("silence"));
    // The node itself gets through: it asks how its pods are.
    const QString ask = QString("python3 %1 ask tcp 10.244.1.5 8080 1").arg(Host::peer());
    QCOMPARE(runProgram("sh", {"-c", ask}).out.trimmed(), QString("web 10.244.1.1"));
    QCOMPARE(web_.ask("10.244.2.5", 8080), QStringList("far 10.244.1.5")); // its own connections are free
    put(NetworkBench::policy("deny", "web", {"Ingress", "Egress"}));
    QCOMPARE(web_.ask("10.244.2.5", 8080), QStringList("silence"));
    bench_.objects.set(network::policyKind, "default", "deny", "");
    QVERIFY(apply());
    QCOMPARE(client_.ask("10.244.1.5", 8080), QStringList("web 10.244.1.6"));
}

void NodeNetworkTest::allowedBySelectorPortAndBlock() {
    auto policy = NetworkBench::policy("some", "web", {"Ingress"});
    auto& rule = *policy.mutable_spec()->add_ingress();
    (*rule.add_from()->mutable_podselector()->mutable_matchlabels())["app"] = "client";
    auto& port = *rule.add_ports();
    port.mutable_port()->set_intval(8000);
    port.set_endport(8100);
    put(policy);
    QCOMPARE(client_.ask("10.244.1.5", 8080), QStringList("web 10.244.1.6"));
    QCOMPARE(client_.ask("10.244.1.5", 9090), QStringList("silence"));
    QCOMPARE(node_.outside.ask("10.244.1.5", 8080), QStringList("silence"));
    auto& block = *rule.add_from()->mutable_ipblock();
    block.set_cidr("10.77.0.0/16");
    put(policy);
    QCOMPARE(node_.outside.ask("10.244.1.5", 8080), QStringList("web 10.77.0.2"));
    block.add_except("10.77.0.2/31");
    put(policy);
    QCOMPARE(node_.outside.ask("10.244.1.5", 8080), QStringList("silence"));
    block.set_cidr("0.0.0.0/0");
    block.clear_except();
    put(policy);
    QCOMPARE(node_.outside.ask("10.244.1.5", 8080), QStringList("web 10.77.0.2"));
    // The client's label goes, and with it what it was allowed.
    rule.mutable_from()->DeleteSubrange(1, 1);
    put(policy);
    core::Pod renamed = NetworkBench::pod("client", "10.244.1.6", "node-1");
    (*renamed.mutable_metadata()->mutable_labels())["app"] = "stranger";
    bench_.put(renamed);
    QVERIFY(apply());
    QCOMPARE(client_.ask("10.244.1.5", 8080), QStringList("silence"));
}

void NodeNetworkTest::egressIsJudgedBehindTheService() {
    auto policy = NetworkBench::policy("some", "client", {"Egress"});
    auto& rule = *policy.mutable_spec()->add_egress();
    (*rule.add_to()->mutable_podselector()->mutable_matchlabels())["app"] = "far";
    rule.add_ports()->mutable_port()->set_intval(8080); // the pod's port, not the service's
    put(policy);
    bench_.web({{"10.244.2.5", "node-2"}});
    QVERIFY(apply());
    QCOMPARE(client_.ask(serviceAddress, 80), QStringList("far 10.244.1.6"));
    bench_.web({{"10.244.1.5", "node-1"}});
    QVERIFY(apply());
    QCOMPARE(client_.ask(serviceAddress, 80), QStringList("silence"));
}

void NodeNetworkTest::aPolicyEndsWhatItForbidsAndNothingElse() {
    QProcess& near = client_.start({"python3", Host::peer(), "hold", "10.244.1.5", "8080"});
    QProcess& far = node_.outside.start({"python3", Host::peer(), "hold", "10.244.1.5", "8080"});
    QCOMPARE(lineOf(near), QByteArray("web 10.244.1.6"));
    QCOMPARE(lineOf(far), QByteArray("web 10.77.0.2"));
    auto policy = NetworkBench::policy("some", "web", {"Ingress"});
    (*policy.mutable_spec()->add_ingress()->add_from()->mutable_podselector()->mutable_matchlabels())["app"] =
        "client";
    put(policy);
    QCOMPARE(says(near, "allowed"), QByteArray("allowed"));
    QCOMPARE(says(far, "forbidden"), QByteArray("lost"));
    policy.mutable_spec()->add_ingress()->add_ports()->mutable_port()->set_intval(1);
    put(policy);
    QCOMPARE(says(near, "still"), QByteArray("still"));
}

void NodeNetworkTest::manySmallChangesMakeTheSameTable() {
    std::mt19937 dice(7);
    const auto roll = [&](int sides) { return static_cast<int>(dice() % static_cast<unsigned>(sides)); };
    for (int step = 0; step < 60; ++step) {
        const std::string name = "svc-" + std::to_string(roll(4));
        core::Service service = NetworkBench::service(name, "10.96.1." + name.substr(4), "NodePort");
        if (roll(2) == 0) service.mutable_spec()->mutable_ports(0)->set_nodeport(30100 + name.back());
        if (roll(3) == 0) service.mutable_spec()->set_sessionaffinity("ClientIP");
        if (roll(3) == 0) service.mutable_spec()->set_externaltrafficpolicy("Local");
        discovery::EndpointSlice slice = NetworkBench::slice(name);
        for (int i = roll(4); i > 0; --i)
            NetworkBench::endpoint(slice, "10.244.1." + std::to_string(roll(9)), "node-1");
        if (roll(5) == 0) service.Clear();
        bench_.objects.set(network::serviceKind, "default", name, service.SerializeAsString());
        bench_.put(slice);
        auto policy = NetworkBench::policy("p-" + std::to_string(roll(4)), roll(2) == 0 ? "web" : "", {});
        auto& rule = *policy.mutable_spec()->add_ingress();
        if (roll(2) == 0) (*rule.add_from()->mutable_podselector()->mutable_matchlabels())["app"] = "far";
        if (roll(2) == 0)
            rule.add_from()->mutable_ipblock()->set_cidr("10." + std::to_string(roll(3)) + ".0.0/" +
                                                         std::to_string(14 + roll(4)));
        if (roll(2) == 0) rule.add_ports()->mutable_port()->set_intval(80 + roll(3));
        bench_.put(policy);
        if (roll(3) == 0) bench_.objects.set(network::policyKind, "default", policy.metadata().name(), "");
        QVERIFY2(apply(), qPrintable(QString("step %1").arg(step)));
    }
    const QStringList services = listed("wheelhouse-services");
    const QStringList policies = listed("wheelhouse-policy");
    const std::string fresh = network::createScript(services_) + network::createScript(policies_);
    QCOMPARE(runProgram("nft", {"-f", "-"}, QByteArray::fromStdString(fresh)).code, 0);
    QCOMPARE(services, listed("wheelhouse-services"));
    QCOMPARE(policies, listed("wheelhouse-policy"));
}

void NodeNetworkTest::tablesOfTheLongFamilyLoad() {
    NetworkBench bench;
    bench.place.family = "ip6";
    bench.place.podCidr = "fd01::/64";
    bench.place.ownAddress = {"fd00::10"};
    core::Service service = NetworkBench::service("web", "fd00::9", "NodePort");
    service.mutable_spec()->mutable_ports(0)->set_nodeport(30080);
    service.mutable_spec()->set_sessionaffinity("ClientIP");
    service.mutable_spec()->set_externaltrafficpolicy("Local");
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    slice.set_addresstype("IPv6");
    NetworkBench::endpoint(slice, "fd01::5", "node-1");
    bench.put(service);
    bench.put(slice);
    bench.put(NetworkBench::pod("web", "fd01::5", "node-1"));
    auto policy = NetworkBench::policy("some", "", {"Ingress", "Egress"});
    policy.mutable_spec()->add_ingress()->add_from()->mutable_ipblock()->set_cidr("::/0");
    bench.put(policy);
    for (const auto& table : {bench.services(), bench.policies()}) {
        const Ran ran = runProgram("nft", {"-f", "-"}, QByteArray::fromStdString(createScript(table)));
        QVERIFY2(ran.code == 0, qPrintable(ran.err));
        QCOMPARE(runProgram("nft", {"delete", "table", "ip6", QString::fromStdString(table.name)}).code, 0);
    }
}

int main(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    qputenv("PATH", qgetenv("PATH") + ":/usr/sbin:/sbin");
    QString reason = missing({"nft", "ip", "bridge", "nsenter", "unshare", "python3"});
    if (reason.isEmpty()) reason = ownNetwork();
    if (reason.isEmpty() && !QFile::exists("/proc/sys/net/bridge/bridge-nf-call-iptables"))
        reason = "the kernel does not show bridged packets to nftables (br_netfilter)";
    if (!reason.isEmpty()) {
        std::printf("SKIPPED: %s\n", qPrintable(reason));
        return 0;
    }
    NodeNetworkTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_node_network.moc"
