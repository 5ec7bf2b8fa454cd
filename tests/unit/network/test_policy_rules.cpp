#include "address_ranges.h"
#include "network_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

std::string texts(const network::AddressRanges& ranges) {
    std::string out;
    for (const std::string& text : ranges.texts())
        out += (out.empty() ? "" : " ") + text;
    return out;
}

networking::NetworkPolicyPeer podsOf(const std::string& app) {
    networking::NetworkPolicyPeer peer;
    (*peer.mutable_podselector()->mutable_matchlabels())["app"] = app;
    return peer;
}

networking::NetworkPolicyPeer inTeam(const std::string& team) {
    networking::NetworkPolicyPeer peer;
    (*peer.mutable_namespaceselector()->mutable_matchlabels())["team"] = team;
    return peer;
}

networking::NetworkPolicyPort portOf(int number, const std::string& protocol = "TCP", int end = 0) {
    networking::NetworkPolicyPort port;
    port.set_protocol(protocol);
    port.mutable_port()->set_type(0);
    port.mutable_port()->set_intval(number);
    if (end > 0) port.set_endport(end);
    return port;
}

networking::NetworkPolicyPort portNamed(const std::string& name) {
    networking::NetworkPolicyPort port;
    port.mutable_port()->set_type(1);
    port.mutable_port()->set_strval(name);
    return port;
}

/// web on this node; api on the other one, and in another team's namespace.
struct PolicyBench : NetworkBench {
    PolicyBench() {
        place.ownAddress = {"10.96.0.10"};
        nameSpace("default", {{"team", "red"}});
        nameSpace("far", {{"team", "blue"}});
        nameSpace("kube-system");
        put(listening(pod("web", "10.244.1.5", "node-1"), 80));
        put(listening(pod("api", "10.244.2.6", "node-2"), 8080));
        put(listening(pod("api", "10.244.2.7", "node-2", "far"), 9090));
        core::Pod host = pod("host", "10.77.0.2", "node-2");
        host.mutable_spec()->set_hostnetwork(true);
        put(host);
        core::Pod over = pod("api-done", "10.244.2.8", "node-2");
        (*over.mutable_metadata()->mutable_labels())["app"] = "api";
        over.mutable_status()->set_phase("Succeeded");
        put(over);
    }
    static core::Pod listening(core::Pod pod, int port) {
        core::ContainerPort& made = *pod.mutable_spec()->add_containers()->add_ports();
        made.set_name("http");
        made.set_containerport(port);
        made.set_protocol("TCP");
        return pod;
    }
};

} // namespace

class PolicyRulesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void rangesAreCutAndJoined_data();
    void rangesAreCutAndJoined();
    void withoutPoliciesNobodyIsJudged();
    void defaultDeny();
    void whichDirections_data();
    void whichDirections();
    void peersBySelector_data();
    void peersBySelector();
    void podsOfOtherNodesAreLeftToThem();
    void ports();
    void namesOfPortsAreThoseOfTheTarget();
    void blocks();
    void theNameServerIsAPodOfKubeSystem();
    void podsComeAndGoInSets();
    void severalPoliciesAddUp();
};

void PolicyRulesTest::rangesAreCutAndJoined_data() {
    QTest::addColumn<QStringList>("cidrs"); // "cidr" or "cidr except except"
    QTest::addColumn<QString>("ranges");
    QTest::newRow("one") << QStringList{"10.0.0.7"} << "10.0.0.7";
    QTest::newRow("block") << QStringList{"10.0.0.9/29"} << "10.0.0.8-10.0.0.15";
    QTest::newRow("everything") << QStringList{"0.0.0.0/0"} << "0.0.0.0-255.255.255.255";
    QTest::newRow("neighbours") << QStringList{"10.0.1.0/24", "10.0.0.0/24"} << "10.0.0.0-10.0.1.255";
    QTest::newRow("within") << QStringList{"10.0.0.0/8", "10.1.0.0/16"} << "10.0.0.0-10.255.255.255";
    QTest::newRow("hole") << QStringList{"10.0.0.0/24 10.0.0.128/25"} << "10.0.0.0-10.0.0.127";
    QTest::newRow("two holes") << QStringList{"10.0.0.0/24 10.0.0.0/30 10.0.0.10/32"}
                               << "10.0.0.4-10.0.0.9 10.0.0.11-10.0.0.255";
    QTest::newRow("all hole") << QStringList{"10.0.0.0/24 10.0.0.0/16"} << "";
    QTest::newRow("the last address")
        << QStringList{"255.255.255.255", "0.0.0.0"} << "0.0.0.0 255.255.255.255";
    QTest::newRow("not one") << QStringList{"10.0.0.0/33", "fd00::/8", "10.0.0", ""} << "";
}

void PolicyRulesTest::rangesAreCutAndJoined() {
    QFETCH(QStringList, cidrs);
    network::AddressRanges ranges("ip");
    for (const QString& text : cidrs) {
        QStringList words = text.split(' ');
        const std::string cidr = words.takeFirst().toStdString();
        std::vector<std::string> except;
        for (const QString& word : words)
            except.push_back(word.toStdString());
        ranges.add(cidr, except);
    }
    QTEST(QString::fromStdString(texts(ranges)), "ranges");
    network::AddressRanges six("ip6");
    QVERIFY(six.add("fd00::/126", {"fd00::1"}));
    QCOMPARE(texts(six), std::string("fd00:: fd00::2-fd00::3"));
}

void PolicyRulesTest::withoutPoliciesNobodyIsJudged() {
    PolicyBench bench;
    const auto table = bench.policies();
    QCOMPARE(keys(table, "ingress"), std::string());
    QCOMPARE(keys(table, "egress"), std::string());
}

void PolicyRulesTest::defaultDeny() {
    PolicyBench bench;
    bench.put(NetworkBench::policy("deny", "", {"Ingress"}));
    auto table = bench.policies();
    QCOMPARE(entry(table, "ingress", "10.244.1.5"), std::string("jump in-10.244.1.5"));
    const std::vector<std::string> closed{"ip saddr 10.244.1.5 return", "drop"};
    QVERIFY(table.chains["in-10.244.1.5"].rules == closed);
    QCOMPARE(keys(table, "egress"), std::string());
    // Answers pass, and what no policy speaks of.
    QCOMPARE(table.chains["forward"].rules.front(), std::string("ct direction reply accept"));
    QVERIFY(table.chains["forward"].hook.find("policy accept") != std::string::npos);
}

void PolicyRulesTest::whichDirections_data() {
    QTest::addColumn<QStringList>("types");
    QTest::addColumn<bool>("egressRule");
    QTest::addColumn<bool>("in");
    QTest::addColumn<bool>("out");
    QTest::newRow("said: in") << QStringList{"Ingress"} << false << true << false;
    QTest::newRow("said: out") << QStringList{"Egress"} << false << false << true;
    QTest::newRow("said: both") << QStringList{"Ingress", "Egress"} << false << true << true;
    QTest::newRow("not said") << QStringList{} << false << true << false;
    QTest::newRow("not said, with egress rules") << QStringList{} << true << true << true;
    QTest::newRow("egress rules that do not count") << QStringList{"Ingress"} << true << true << false;
}

void PolicyRulesTest::whichDirections() {
    QFETCH(QStringList, types);
    QFETCH(bool, egressRule);
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {});
    for (const QString& type : types)
        policy.mutable_spec()->add_policytypes(type.toStdString());
    if (egressRule) policy.mutable_spec()->add_egress();
    bench.put(policy);
    const auto table = bench.policies();
    QTEST(keys(table, "ingress") == "10.244.1.5", "in");
    QTEST(keys(table, "egress") == "10.244.1.5", "out");
}

void PolicyRulesTest::peersBySelector_data() {
    QTest::addColumn<QByteArray>("peer");
    QTest::addColumn<QString>("addresses");
    const auto row = [](const char* name, const networking::NetworkPolicyPeer& peer, const char* addresses) {
        QTest::newRow(name) << QByteArray::fromStdString(peer.SerializeAsString()) << addresses;
    };
    row("pods of the policy's namespace", podsOf("api"), "10.244.2.6");
    networking::NetworkPolicyPeer all;
    all.mutable_podselector();
    row("all pods of the namespace", all, "10.244.1.5 10.244.2.6");
    row("all pods of a namespace", inTeam("blue"), "10.244.2.7");
    networking::NetworkPolicyPeer everywhere;
    everywhere.mutable_namespaceselector();
    row("all pods of all namespaces", everywhere, "10.244.1.5 10.244.2.6 10.244.2.7 10.96.0.10");
    networking::NetworkPolicyPeer both = inTeam("blue");
    (*both.mutable_podselector()->mutable_matchlabels())["app"] = "api";
    row("both must hold", both, "10.244.2.7");
    (*both.mutable_podselector()->mutable_matchlabels())["app"] = "web";
    row("and they do not", both, "");
    row("nobody", podsOf("nobody"), "");
}

void PolicyRulesTest::peersBySelector() {
    QFETCH(QByteArray, peer);
    QFETCH(QString, addresses);
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Ingress"});
    policy.mutable_spec()->add_ingress()->add_from()->ParseFromString(peer.toStdString());
    bench.put(policy);
    const auto table = bench.policies();
    QCOMPARE(QString::fromStdString(keys(table, "pods-default/some/in/0")), addresses);
    const std::vector<std::string> wanted{"ip saddr 10.244.1.5 return",
                                          "ip saddr @pods-default/some/in/0 return", "drop"};
    QVERIFY(table.chains.at("in-10.244.1.5").rules == wanted);
}

void PolicyRulesTest::podsOfOtherNodesAreLeftToThem() {
    PolicyBench bench;
    bench.put(NetworkBench::policy("deny", "", {"Ingress", "Egress"}, "far"));
    QCOMPARE(keys(bench.policies(), "ingress"), std::string());
    bench.place.node = "node-2";
    QCOMPARE(keys(bench.policies(), "ingress"), std::string("10.244.2.7"));
}

void PolicyRulesTest::ports() {
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Ingress"});
    auto& rule = *policy.mutable_spec()->add_ingress();
    *rule.add_ports() = portOf(80);
    *rule.add_ports() = portOf(70, "TCP", 90); // covers the first
    *rule.add_ports() = portOf(91);
    *rule.add_ports() = portOf(53, "UDP");
    bench.put(policy);
    QVERIFY(hasRule(bench.policies(), "in-10.244.1.5",
                    "meta l4proto . th dport { tcp . 70-91, udp . 53 } return"));
    networking::NetworkPolicyPort anyUdp;
    anyUdp.set_protocol("UDP");
    *rule.add_ports() = anyUdp;
    bench.put(policy);
    QVERIFY(hasRule(bench.policies(), "in-10.244.1.5", "{ tcp . 70-91, udp . 0-65535 } return"));
}

void PolicyRulesTest::namesOfPortsAreThoseOfTheTarget() {
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Ingress", "Egress"});
    *policy.mutable_spec()->add_ingress()->add_ports() = portNamed("http");
    auto& out = *policy.mutable_spec()->add_egress();
    *out.add_ports() = portNamed("http");
    *out.add_to() = podsOf("api");
    *out.add_to() = inTeam("blue");
    bench.put(policy);
    const auto table = bench.policies();
    QVERIFY(hasRule(table, "in-10.244.1.5", "{ tcp . 80 } return"));
    QCOMPARE(keys(table, "named-default/some/out/0"),
             std::string("10.244.2.6 . tcp . 8080 10.244.2.7 . tcp . 9090"));
    const std::vector<std::string> wanted{
        "ip daddr 10.244.1.5 return", "ip daddr . meta l4proto . th dport @named-default/some/out/0 return",
        "drop"};
    QVERIFY(table.chains.at("out-10.244.1.5").rules == wanted);

    *policy.mutable_spec()->mutable_ingress(0)->mutable_ports(0) = portNamed("unknown");
    bench.put(policy);
    QCOMPARE(bench.policies().chains.at("in-10.244.1.5").rules.size(), std::size_t(2)); // opens nothing
}

void PolicyRulesTest::blocks() {
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Egress"});
    auto& rule = *policy.mutable_spec()->add_egress();
    auto& block = *rule.add_to()->mutable_ipblock();
    block.set_cidr("192.0.2.0/24");
    block.add_except("192.0.2.0/25");
    *rule.add_to() = podsOf("api");
    *rule.add_ports() = portOf(443);
    bench.put(policy);
    const auto table = bench.policies();
    QCOMPARE(keys(table, "blocks-default/some/out/0"), std::string("192.0.2.128-192.0.2.255"));
    QVERIFY(hasRule(table, "out-10.244.1.5",
                    "meta l4proto . th dport { tcp . 443 } ip daddr @blocks-default/some/out/0 return"));
    QVERIFY(hasRule(table, "out-10.244.1.5", "ip daddr @pods-default/some/out/0 return"));
}

void PolicyRulesTest::theNameServerIsAPodOfKubeSystem() {
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Egress"});
    auto& rule = *policy.mutable_spec()->add_egress();
    networking::NetworkPolicyPeer& peer = *rule.add_to();
    peer.mutable_namespaceselector();
    (*peer.mutable_podselector()->mutable_matchlabels())["k8s-app"] = "kube-dns";
    *rule.add_ports() = portOf(53, "UDP");
    bench.put(policy);
    const auto table = bench.policies();
    QCOMPARE(keys(table, "pods-default/some/out/0"), std::string("10.96.0.10"));
    QCOMPARE(keys(table, "own"), std::string("10.96.0.10"));
    QVERIFY(hasRule(table, "input", "ip daddr @own ip saddr vmap @egress"));
}

void PolicyRulesTest::podsComeAndGoInSets() {
    PolicyBench bench;
    auto policy = NetworkBench::policy("some", "web", {"Ingress"});
    *policy.mutable_spec()->add_ingress()->add_from() = podsOf("api");
    bench.put(policy);
    const auto before = bench.policies();
    core::Pod more = NetworkBench::pod("api-2", "10.244.2.9", "node-2");
    (*more.mutable_metadata()->mutable_labels())["app"] = "api";
    bench.put(more);
    QCOMPARE(network::changeScript(before, bench.policies()),
             std::string("add element ip wheelhouse-policy pods-default/some/in/0 { 10.244.2.9 }\n"));
    QCOMPARE(network::changeScript(bench.policies(), before),
             std::string("delete element ip wheelhouse-policy pods-default/some/in/0 { 10.244.2.9 }\n"));
}

void PolicyRulesTest::severalPoliciesAddUp() {
    PolicyBench bench;
    bench.put(NetworkBench::policy("deny", "", {"Ingress"}));
    auto open = NetworkBench::policy("open", "web", {"Ingress"});
    open.mutable_spec()->add_ingress(); // from anybody to any port
    bench.put(open);
    const std::vector<std::string> wanted{"ip saddr 10.244.1.5 return", "return", "drop"};
    QVERIFY(bench.policies().chains.at("in-10.244.1.5").rules == wanted);
}

QTEST_APPLESS_MAIN(PolicyRulesTest)
#include "test_policy_rules.moc"
