#include "network_bench.h"
#include "vmnodes/network/health_checks.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

/// The addresses a list of backends has, with a blank between.
QString addresses(const std::vector<network::Backend>& backends) {
    QStringList out;
    for (const network::Backend& backend : backends)
        out << QString::fromStdString(backend.address);
    return out.join(' ');
}

} // namespace

class ServiceRulesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aServiceSpreadsOverItsBackends();
    void leavesNoTrace_data();
    void leavesNoTrace();
    void whoAnswers_data();
    void whoAnswers();
    void portsAreFoundByName();
    void oneEndpointInTwoSlicesCountsOnce();
    void withoutBackendsItRefuses();
    void nodePortsAndTheirPolicy();
    void internalTrafficStaysOnTheNode();
    void affinityKeepsItsClientsInSets();
    void loadBalancersLetInWhomTheyShall();
    void healthPortsCountWhatIsHere();
    void hostPortsLeadToPods();
    void sixHasAddressesOfItsOwn();
    void aChangeTouchesOnlyWhatDiffers();
    void aChangeOfTypeMakesTheTableAnew();
    void namesAreCutAndStayApart();
};

void ServiceRulesTest::aServiceSpreadsOverItsBackends() {
    NetworkBench bench;
    bench.web({{"10.244.1.5", "node-1"}, {"10.244.2.5", "node-2"}});
    const auto table = bench.services();
    QCOMPARE(entry(table, "service-ips", "10.96.0.9 . tcp . 80"), std::string("goto svc-default/web/tcp/80"));
    QCOMPARE(entry(table, "cluster-ips", "10.96.0.9"), std::string());
    QVERIFY(hasRule(table, "svc-default/web/tcp/80", "ip saddr != 10.244.1.0/24 jump mark-out"));
    QVERIFY(hasRule(table, "all-default/web/tcp/80",
                    "numgen random mod 2 vmap { 0 : goto ep-default/web/tcp/80/10.244.1.5/8080, "
                    "1 : goto ep-default/web/tcp/80/10.244.2.5/8080 }"));
    const std::string backend = "ep-default/web/tcp/80/10.244.2.5/8080";
    QVERIFY(hasRule(table, backend, "ip saddr 10.244.2.5 jump mark-out")); // a pod that reaches itself
    QVERIFY(hasRule(table, backend, "meta l4proto tcp dnat to 10.244.2.5:8080"));
    QVERIFY(!table.chains.contains("near-default/web/tcp/80"));
}

void ServiceRulesTest::leavesNoTrace_data() {
    QTest::addColumn<QByteArray>("bytes");
    core::Service headless = NetworkBench::service("web", "None");
    QTest::newRow("headless") << QByteArray::fromStdString(headless.SerializeAsString());
    core::Service external = NetworkBench::service("web", "", "ExternalName");
    QTest::newRow("ExternalName") << QByteArray::fromStdString(external.SerializeAsString());
    core::Service foreign = NetworkBench::service("web", "10.96.0.9");
    (*foreign.mutable_metadata()->mutable_labels())["service.kubernetes.io/service-proxy-name"] = "other";
    QTest::newRow("another proxy's") << QByteArray::fromStdString(foreign.SerializeAsString());
    core::Service own = NetworkBench::service("web", "10.96.0.10");
    QTest::newRow("answered by the node") << QByteArray::fromStdString(own.SerializeAsString());
    core::Service six = NetworkBench::service("web", "fd00::9");
    QTest::newRow("no address") << QByteArray::fromStdString(
        NetworkBench::service("web", "").SerializeAsString());
}

void ServiceRulesTest::leavesNoTrace() {
    QFETCH(QByteArray, bytes);
    NetworkBench bench;
    bench.place.ownAddress = {"10.96.0.10"};
    const auto before = bench.services();
    bench.web({{"10.244.1.5", "node-1"}});
    QVERIFY(bench.services() != before); // the bench itself can make rules
    bench.objects.set(network::serviceKind, "default", "web", bytes.toStdString());
    QVERIFY(bench.services() == before);
}

void ServiceRulesTest::whoAnswers_data() {
    QTest::addColumn<QString>("endpoints"); // address@node, then letters; see below
    QTest::addColumn<QString>("cluster");
    QTest::addColumn<QString>("local");
    // r = ready, e = ending but serving, x = not ready, n/m = hint for node-1/node-2, a/b = hint for zone-a/b
    QTest::newRow("ready ones") << "1@1r 2@2r 3@2x"
                                << "1 2"
                                << "1";
    QTest::newRow("ending ones only when none is ready") << "1@1e 2@2r"
                                                         << "2"
                                                         << "1";
    QTest::newRow("all ending") << "1@1e 2@2e 3@2x"
                                << "1 2"
                                << "1";
    QTest::newRow("none at all") << "1@1x 2@2x"
                                 << ""
                                 << "";
    QTest::newRow("near ones") << "1@1ra 2@2rb 3@2ra"
                               << "1 3"
                               << "1";
    QTest::newRow("a hint is missing") << "1@1ra 2@2r"
                                       << "1 2"
                                       << "1";
    QTest::newRow("no hint for here") << "1@1rb 2@2rb"
                                      << "1 2"
                                      << "1";
    QTest::newRow("hints of those not ready do not count") << "1@1ra 2@2rb 3@2x"
                                                           << "1"
                                                           << "1";
    QTest::newRow("same node before same zone") << "1@1rna 2@2rma"
                                                << "1"
                                                << "1";
    QTest::newRow("same zone where no node is meant") << "1@2rma 2@2rmb"
                                                      << "1"
                                                      << "";
}

void ServiceRulesTest::whoAnswers() {
    QFETCH(QString, endpoints);
    NetworkBench bench;
    const core::Service service = NetworkBench::service("web", "10.96.0.9");
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    for (const QString& word : endpoints.split(' ')) {
        discovery::Endpoint& made =
            NetworkBench::endpoint(slice, word.left(1).toStdString(), "node-" + word.mid(2, 1).toStdString());
        const QString letters = word.mid(3);
        made.mutable_conditions()->set_ready(letters.contains('r'));
        if (letters.contains('e')) NetworkBench::ending(made);
        if (letters.contains('x')) made.mutable_conditions()->set_serving(false);
        for (const auto& [letter, node] : {std::pair('n', "node-1"), std::pair('m', "node-2")})
            if (letters.contains(letter)) made.mutable_hints()->add_fornodes()->set_name(node);
        for (const auto& [letter, zone] : {std::pair('a', "zone-a"), std::pair('b', "zone-b")})
            if (letters.contains(letter)) made.mutable_hints()->add_forzones()->set_name(zone);
    }
    bench.put(slice);
    const auto found = network::backendsOf(bench.objects, service, service.spec().ports(0), bench.place);
    QTEST(addresses(found.cluster), "cluster");
    QTEST(addresses(found.local), "local");
    QCOMPARE(found.any, !found.cluster.empty() || !found.local.empty());
}

void ServiceRulesTest::portsAreFoundByName() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("web", "10.96.0.9");
    NetworkBench::port(service, "dns", 53, "UDP");
    NetworkBench::port(service, "dns-tcp", 53, "TCP");
    NetworkBench::port(service, "sig", 9, "SCTP");
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    NetworkBench::port(slice, "dns", 5353, "UDP");
    NetworkBench::port(slice, "dns-tcp", 5354, "TCP");
    NetworkBench::port(slice, "sig", 99, "SCTP");
    NetworkBench::endpoint(slice, "10.244.2.5");
    bench.put(service);
    bench.put(slice);
    const auto table = bench.services();
    QVERIFY(
        hasRule(table, "ep-default/web/tcp/80/10.244.2.5/8080", "meta l4proto tcp dnat to 10.244.2.5:8080"));
    QVERIFY(
        hasRule(table, "ep-default/web/udp/53/10.244.2.5/5353", "meta l4proto udp dnat to 10.244.2.5:5353"));
    QVERIFY(
        hasRule(table, "ep-default/web/tcp/53/10.244.2.5/5354", "meta l4proto tcp dnat to 10.244.2.5:5354"));
    QVERIFY(hasRule(table, "ep-default/web/sctp/9/10.244.2.5/99", "meta l4proto sctp dnat to 10.244.2.5:99"));
    QCOMPARE(entry(table, "service-ips", "10.96.0.9 . udp . 53"), std::string("goto svc-default/web/udp/53"));
}

void ServiceRulesTest::oneEndpointInTwoSlicesCountsOnce() {
    NetworkBench bench;
    bench.put(NetworkBench::service("web", "10.96.0.9"));
    discovery::EndpointSlice old = NetworkBench::slice("web", "old");
    NetworkBench::ending(NetworkBench::endpoint(old, "10.244.2.5"));
    discovery::EndpointSlice now = NetworkBench::slice("web", "now");
    NetworkBench::endpoint(now, "10.244.2.5");
    bench.put(old);
    bench.put(now);
    QVERIFY(hasRule(bench.services(), "all-default/web/tcp/80", "mod 1 "));
    bench.objects.set(network::sliceKind, "default", "web-now", "");
    QVERIFY(hasRule(bench.services(), "all-default/web/tcp/80", "mod 1 ")); // the other one still has it
    bench.objects.set(network::sliceKind, "default", "web-old", "");
    QVERIFY(!bench.services().chains.contains("all-default/web/tcp/80"));
}

void ServiceRulesTest::withoutBackendsItRefuses() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("web", "10.96.0.9", "NodePort");
    service.mutable_spec()->mutable_ports(0)->set_nodeport(30080);
    service.mutable_spec()->add_externalips("192.0.2.7");
    bench.put(service);
    auto table = bench.services();
    QCOMPARE(keys(table, "service-ips"), std::string());
    QCOMPARE(keys(table, "node-ports"), std::string());
    QCOMPARE(keys(table, "cluster-ips"), std::string("10.96.0.9"));
    QCOMPARE(keys(table, "refused-ips"), std::string("192.0.2.7 . tcp . 80"));
    QCOMPARE(keys(table, "refused-ports"), std::string("tcp . 30080"));
    QVERIFY(hasRule(table, "refuse", "ip daddr @cluster-ips reject"));
    QVERIFY(hasRule(table, "filter-forward", "jump refuse"));
    QVERIFY(hasRule(table, "filter-output", "jump refuse"));

    discovery::EndpointSlice slice = NetworkBench::slice("web");
    NetworkBench::endpoint(slice, "10.244.2.5");
    bench.put(slice);
    table = bench.services();
    QCOMPARE(keys(table, "service-ips"), std::string("10.96.0.9 . tcp . 80 192.0.2.7 . tcp . 80"));
    QCOMPARE(keys(table, "node-ports"), std::string("tcp . 30080"));
    QCOMPARE(keys(table, "refused-ips"), std::string());
    QCOMPARE(keys(table, "refused-ports"), std::string());
}

void ServiceRulesTest::nodePortsAndTheirPolicy() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("web", "10.96.0.9", "NodePort");
    service.mutable_spec()->mutable_ports(0)->set_nodeport(30080);
    discovery::EndpointSlice slice = NetworkBench::slice("web");
    NetworkBench::endpoint(slice, "10.244.1.5", "node-1");
    NetworkBench::endpoint(slice, "10.244.2.5", "node-2");
    bench.put(slice);
    bench.put(service);
    const std::string outside = "ext-default/web/tcp/80";
    auto table = bench.services();
    QCOMPARE(entry(table, "node-ports", "tcp . 30080"), "goto " + outside);
    QVERIFY(hasRule(table, outside, "jump mark-out"));
    QVERIFY(hasRule(table, outside, "goto all-default/web/tcp/80"));

    service.mutable_spec()->set_externaltrafficpolicy("Local");
    bench.put(service);
    table = bench.services();
    const std::vector<std::string> wanted{
        "ip saddr 10.244.1.0/24 goto all-default/web/tcp/80", "fib saddr type local jump mark-out",
        "fib saddr type local goto all-default/web/tcp/80", "goto near-default/web/tcp/80"};
    QVERIFY(table.chains[outside].rules == wanted); // the client's address stays
    QVERIFY(
        hasRule(table, "near-default/web/tcp/80", "mod 1 vmap { 0 : goto ep-default/web/tcp/80/10.244.1.5"));
    // Pods within the cluster reach all of it.
    QVERIFY(hasRule(table, "svc-default/web/tcp/80", "goto all-"));

    bench.place.node = "node-3";
    QVERIFY(bench.services().chains["near-default/web/tcp/80"].rules == std::vector<std::string>{"drop"});
}

void ServiceRulesTest::internalTrafficStaysOnTheNode() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("web", "10.96.0.9");
    service.mutable_spec()->set_internaltrafficpolicy("Local");
    bench.web({{"10.244.1.5", "node-1"}, {"10.244.2.5", "node-2"}});
    bench.put(service);
    QVERIFY(hasRule(bench.services(), "svc-default/web/tcp/80", "goto near-default/web/tcp/80"));
    QVERIFY(hasRule(bench.services(), "near-default/web/tcp/80", "mod 1 "));
    bench.place.node = "node-3";
    // There are some, elsewhere: nobody is told that there is nothing.
    QVERIFY(bench.services().chains["near-default/web/tcp/80"].rules == std::vector<std::string>{"drop"});
    QCOMPARE(keys(bench.services(), "service-ips"), std::string("10.96.0.9 . tcp . 80"));
}

void ServiceRulesTest::affinityKeepsItsClientsInSets() {
    NetworkBench bench;
    bench.web({{"10.244.1.5", "node-1"}, {"10.244.2.5", "node-2"}});
    core::Service service = NetworkBench::service("web", "10.96.0.9");
    service.mutable_spec()->set_sessionaffinity("ClientIP");
    bench.put(service);
    auto table = bench.services();
    const std::string clients = "clients-default/web/tcp/80/10.244.2.5/8080";
    QVERIFY(table.sets.contains(clients));
    QVERIFY(table.sets[clients].type.find("timeout 10800s") != std::string::npos);
    const auto& spread = table.chains["all-default/web/tcp/80"].rules;
    QCOMPARE(spread.size(), std::size_t(3)); // known clients first, chance last
    QCOMPARE(spread[1], "ip saddr @" + clients + " goto ep-default/web/tcp/80/10.244.2.5/8080");
    QVERIFY(hasRule(table, "ep-default/web/tcp/80/10.244.2.5/8080", "update @" + clients + " { ip saddr }"));

    service.mutable_spec()->mutable_sessionaffinityconfig()->mutable_clientip()->set_timeoutseconds(60);
    bench.put(service);
    QVERIFY(bench.services().sets[clients].type.find("timeout 60s") != std::string::npos);
}

void ServiceRulesTest::loadBalancersLetInWhomTheyShall() {
    NetworkBench bench;
    bench.web({{"10.244.2.5", "node-2"}});
    core::Service service = NetworkBench::service("web", "10.96.0.9", "LoadBalancer");
    service.mutable_status()->mutable_loadbalancer()->add_ingress()->set_ip("192.0.2.80");
    bench.put(service);
    QCOMPARE(entry(bench.services(), "service-ips", "192.0.2.80 . tcp . 80"),
             std::string("goto ext-default/web/tcp/80"));
    service.mutable_spec()->add_loadbalancersourceranges("198.51.100.0/24");
    bench.put(service);
    auto table = bench.services();
    QCOMPARE(entry(table, "service-ips", "192.0.2.80 . tcp . 80"),
             std::string("goto from-default/web/tcp/80"));
    const std::vector<std::string> gate{"ip saddr { 198.51.100.0/24 } goto ext-default/web/tcp/80", "drop"};
    QVERIFY(table.chains["from-default/web/tcp/80"].rules == gate);
    service.mutable_status()->mutable_loadbalancer()->mutable_ingress(0)->set_ipmode("Proxy");
    bench.put(service);
    QCOMPARE(entry(bench.services(), "service-ips", "192.0.2.80 . tcp . 80"), std::string("-"));
}

void ServiceRulesTest::healthPortsCountWhatIsHere() {
    NetworkBench bench;
    bench.web({{"10.244.1.5", "node-1"}, {"10.244.2.5", "node-2"}});
    QVERIFY(network::healthChecks(bench.objects, bench.place).empty());
    core::Service service = NetworkBench::service("web", "10.96.0.9", "LoadBalancer");
    service.mutable_spec()->set_externaltrafficpolicy("Local");
    service.mutable_spec()->set_healthchecknodeport(30100);
    bench.put(service);
    discovery::EndpointSlice more = NetworkBench::slice("web", "2");
    NetworkBench::endpoint(more, "10.244.1.5", "node-1"); // the same once more
    NetworkBench::endpoint(more, "10.244.1.6", "node-1");
    NetworkBench::ending(NetworkBench::endpoint(more, "10.244.1.7", "node-1"));
    bench.put(more);
    const std::map<int, network::HealthCheck> expected{{30100, {"default", "web", 2}}};
    QVERIFY(network::healthChecks(bench.objects, bench.place) == expected);
    const std::string good = network::healthAnswer(expected.at(30100));
    QVERIFY(good.starts_with("HTTP/1.1 200 OK\r\n") &&
            good.find("\"localEndpoints\": 2,") != std::string::npos);
    bench.place.node = "node-3";
    const auto none = network::healthChecks(bench.objects, bench.place).at(30100);
    QVERIFY(network::healthAnswer(none).starts_with("HTTP/1.1 503 "));
}

void ServiceRulesTest::hostPortsLeadToPods() {
    NetworkBench bench;
    bench.objects.hostPorts = {{"TCP", "", 18080, "10.244.1.5", 8080},
                               {"UDP", "127.0.0.1", 53, "10.244.1.6", 5353},
                               {"TCP", "", 443, "fd01::5", 8443}};
    auto table = bench.services();
    const std::string chain = "ep-host/tcp/18080/10.244.1.5/8080";
    QCOMPARE(keys(table, "host-ports"), std::string("tcp . 18080"));
    QCOMPARE(entry(table, "host-ports", "tcp . 18080"), "goto " + chain);
    // Whoever is not the pod itself, nor on the node's loopback, is seen by the pod as who they are.
    const std::vector<std::string> leads{"ip saddr { 127.0.0.0/8, 10.244.1.5 } jump mark-out",
                                         "meta l4proto tcp dnat to 10.244.1.5:8080"};
    QVERIFY(table.chains[chain].rules == leads);
    QCOMPARE(keys(table, "host-addresses"), std::string("127.0.0.1 . udp . 53"));
    QVERIFY(hasRule(table, "ep-host/udp/53/10.244.1.6/5353", "dnat to 10.244.1.6:5353"));
    bench.place.family = "ip6";
    table = bench.services();
    QCOMPARE(keys(table, "host-ports"), std::string("tcp . 443"));
    QCOMPARE(keys(table, "host-addresses"), std::string());
    QVERIFY(hasRule(table, "ep-host/tcp/443/fd01__5/8443", "dnat to [fd01::5]:8443"));
}

void ServiceRulesTest::sixHasAddressesOfItsOwn() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("web", "10.96.0.9");
    service.mutable_spec()->add_clusterips("fd00::9");
    discovery::EndpointSlice four = NetworkBench::slice("web", "4");
    NetworkBench::endpoint(four, "10.244.2.5");
    discovery::EndpointSlice six = NetworkBench::slice("web", "6");
    six.set_addresstype("IPv6");
    NetworkBench::endpoint(six, "fd01::5");
    bench.put(service);
    bench.put(four);
    bench.put(six);
    QCOMPARE(keys(bench.services(), "cluster-ips"), std::string("10.96.0.9"));
    bench.place.family = "ip6";
    bench.place.podCidr = "fd01::/64";
    const auto table = bench.services();
    QCOMPARE(keys(table, "cluster-ips"), std::string("fd00::9"));
    QVERIFY(hasRule(table, "ep-default/web/tcp/80/fd01__5/8080", "dnat to [fd01::5]:8080"));
    QVERIFY(hasRule(table, "services", "ip6 daddr . meta l4proto"));
}

void ServiceRulesTest::aChangeTouchesOnlyWhatDiffers() {
    NetworkBench bench;
    bench.web({{"10.244.1.5", "node-1"}});
    bench.put(NetworkBench::service("other", "10.96.0.8"));
    const auto before = bench.services();
    QCOMPARE(network::changeScript(before, before), std::string());
    bench.web({{"10.244.2.6", "node-2"}});
    const std::string script = network::changeScript(before, bench.services());
    const std::string of = "ip wheelhouse-services ";
    QCOMPARE(script, "add chain " + of +
                         "ep-default/web/tcp/80/10.244.2.6/8080\n"
                         "flush chain " +
                         of +
                         "all-default/web/tcp/80\n"
                         "add rule " +
                         of +
                         "all-default/web/tcp/80 numgen random mod 1 vmap { 0 : goto "
                         "ep-default/web/tcp/80/10.244.2.6/8080 }\n"
                         "add rule " +
                         of +
                         "ep-default/web/tcp/80/10.244.2.6/8080 ip saddr 10.244.2.6 jump mark-out\n"
                         "add rule " +
                         of +
                         "ep-default/web/tcp/80/10.244.2.6/8080 meta l4proto tcp dnat to 10.244.2.6:8080\n"
                         "flush chain " +
                         of +
                         "ep-default/web/tcp/80/10.244.1.5/8080\n"
                         "delete chain " +
                         of + "ep-default/web/tcp/80/10.244.1.5/8080\n");
}

void ServiceRulesTest::aChangeOfTypeMakesTheTableAnew() {
    NetworkBench bench;
    bench.web({{"10.244.1.5", "node-1"}});
    const auto before = bench.services();
    auto after = before;
    after.sets["cluster-ips"].type = "type ipv4_addr; flags interval;";
    QCOMPARE(network::changeScript(before, after), network::createScript(after));
    QVERIFY(network::createScript(after).starts_with(
        "add table ip wheelhouse-services\ndelete table ip wheelhouse-services\nadd table"));
}

void ServiceRulesTest::namesAreCutAndStayApart() {
    QCOMPARE(network::nameForNft("fd00::1/web"), std::string("fd00__1/web"));
    const std::string base(200, 'a');
    const std::string one = network::nameForNft(base + "1");
    const std::string two = network::nameForNft(base + "2");
    QVERIFY(one.size() <= 160 && two.size() <= 160);
    QVERIFY(one != two);
    QCOMPARE(network::nameForNft(base + "1"), one);
}

QTEST_APPLESS_MAIN(ServiceRulesTest)
#include "test_service_rules.moc"
