#include "dns_message.h"
#include "network_bench.h"
#include "vmnodes/network/cluster_names.h"

#include <QTest>
#include <fmt/format.h>

using namespace wheelhouse;
using namespace wheelhouse::tests;
namespace dns = network::dns;

namespace {

std::uint16_t number(const std::string& bytes, std::size_t at) {
    return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes.at(at)) << 8 |
                                      static_cast<unsigned char>(bytes.at(at + 1)));
}

std::string query(const std::string& name, std::uint16_t type, std::size_t udpSize = 0) {
    std::string out;
    for (const std::size_t field : {0x1234, 0x0100, 1, 0, 0, udpSize > 0 ? 1 : 0})
        dns::put16(out, field);
    out += dns::wireName(name);
    dns::put16(out, type);
    dns::put16(out, 1);
    if (udpSize == 0) return out;
    out += '\0';
    dns::put16(out, dns::OPT);
    dns::put16(out, udpSize);
    out.append(6, '\0');
    return out;
}

std::string readName(const std::string& message, std::size_t& at) {
    std::string out;
    while (message.at(at) != '\0') {
        if ((static_cast<unsigned char>(message.at(at)) & 0xc0) == 0xc0) {
            std::size_t there = number(message, at) & 0x3fff;
            at += 2;
            return out + (out.empty() ? "" : ".") + readName(message, there);
        }
        const auto length = static_cast<std::size_t>(message.at(at));
        out += (out.empty() ? "" : ".") + message.substr(at + 1, length);
        at += length + 1;
    }
    ++at;
    return out;
}

std::string readData(const std::string& message, std::uint16_t type, std::size_t at, std::size_t size) {
    if (type == dns::A)
        return fmt::format("{}.{}.{}.{}", message.at(at) & 0xff, message.at(at + 1) & 0xff,
                           message.at(at + 2) & 0xff, message.at(at + 3) & 0xff);
    if (type == dns::SRV) {
        std::size_t name = at + 6;
        return fmt::format("{}:{}", readName(message, name), number(message, at + 4));
    }
    if (type == dns::PTR || type == dns::CNAME || type == dns::NS) return readName(message, at);
    if (type == dns::SOA) return "soa";
    if (type == dns::TXT) return message.substr(at + 1, size - 1);
    std::string out;
    for (std::size_t i = 0; i < size; ++i)
        out += fmt::format("{:02x}", message.at(at + i) & 0xff);
    return out;
}

/// A response as one line: the code, then "name=data" of each record, sections parted by '|'.
std::string tell(const std::string& message) {
    if (message.size() < 12) return "nothing";
    std::size_t at = 12;
    readName(message, at);
    at += 4;
    std::string out = std::to_string(number(message, 2) & 0xf);
    if ((number(message, 2) & 0x0200) != 0) out += " cut";
    for (const std::size_t section : {6U, 8U, 10U}) {
        out += section == 6 ? "" : " |";
        for (int i = 0; i < number(message, section); ++i) {
            const std::string name = readName(message, at);
            const std::uint16_t type = number(message, at);
            const std::size_t size = number(message, at + 8);
            at += 10;
            if (type != dns::OPT) out += " " + name + "=" + readData(message, type, at, size);
            at += size;
        }
    }
    while (out.ends_with(" |"))
        out.resize(out.size() - 2);
    return out;
}

struct NamesBench : NetworkBench {
    NamesBench() {
        web({{"10.244.1.5", "node-1"}});
        put(service("db", "None"));
        discovery::EndpointSlice slice = NetworkBench::slice("db");
        endpoint(slice, "10.244.2.6").set_hostname("db-0");
        endpoint(slice, "10.244.2.7");
        endpoint(slice, "10.244.2.8").mutable_conditions()->set_ready(false);
        put(slice);
        core::Service outside = service("outside", "", "ExternalName");
        outside.mutable_spec()->set_externalname("www.Example.org");
        put(outside);
        core::Service inside = service("inside", "", "ExternalName");
        inside.mutable_spec()->set_externalname("web.default.svc.cluster.local.");
        put(inside);
        core::Service both = service("both", "10.96.0.20");
        both.mutable_spec()->add_clusterips("fd00::20");
        put(both);
        put(service("empty", "None"));
    }
    network::ClusterNames names() const { return {objects, "cluster.local", "10.96.0.10"}; }
    std::string ask(const std::string& name, std::uint16_t type) const {
        return tell(names().reply(query(name, type), true).answer);
    }
};

const std::string dbNames = "db.default.svc.cluster.local";

} // namespace

class ClusterNamesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void answers_data();
    void answers();
    void othersAreAskedAboutTheRest();
    void anAliasIsFollowedOutside();
    void domainsMayHaveServersOfTheirOwn();
    void settingsThatCannotBeRead_data();
    void settingsThatCannotBeRead();
    void longAnswersAreCutOverUdp();
    void theQuestionComesBackAsItWasAsked();
    void whatCannotBeReadIsAnError_data();
    void whatCannotBeReadIsAnError();
    void nothingCanMakeItReadOutside();
};

void ClusterNamesTest::answers_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("type");
    QTest::addColumn<QString>("told");
    const auto row = [](const char* what, const char* name, int type, const char* told) {
        QTest::newRow(what) << name << type << told;
    };
    row("a service", "web.default.svc.cluster.local", dns::A, "0 web.default.svc.cluster.local=10.96.0.9");
    row("in any case", "WEB.Default.svc.CLUSTER.local", dns::A, "0 WEB.Default.svc.CLUSTER.local=10.96.0.9");
    row("no such type", "web.default.svc.cluster.local", dns::AAAA, "0 | cluster.local=soa");
    row("both families", "both.default.svc.cluster.local", dns::AAAA,
        "0 both.default.svc.cluster.local=fd000000000000000000000000000020");
    row("no such service", "nobody.default.svc.cluster.local", dns::A, "3 | cluster.local=soa");
    row("a namespace", "default.svc.cluster.local", dns::A, "0 | cluster.local=soa");
    row("no such namespace", "nobody.svc.cluster.local", dns::A, "3 | cluster.local=soa");
    row("a port", "_http._tcp.web.default.svc.cluster.local", dns::SRV,
        "0 _http._tcp.web.default.svc.cluster.local=web.default.svc.cluster.local:80 | | "
        "web.default.svc.cluster.local=10.96.0.9");
    row("no such port", "_https._tcp.web.default.svc.cluster.local", dns::SRV, "3 | cluster.local=soa");
    row("headless", "db.default.svc.cluster.local", dns::A,
        "0 db.default.svc.cluster.local=10.244.2.6 db.default.svc.cluster.local=10.244.2.7");
    row("headless without anybody", "empty.default.svc.cluster.local", dns::A, "0 | cluster.local=soa");
    row("a host of it", "db-0.db.default.svc.cluster.local", dns::A,
        "0 db-0.db.default.svc.cluster.local=10.244.2.6");
    row("one without a name", "10-244-2-7.db.default.svc.cluster.local", dns::A,
        "0 10-244-2-7.db.default.svc.cluster.local=10.244.2.7");
    row("one that is not ready", "10-244-2-8.db.default.svc.cluster.local", dns::A, "3 | cluster.local=soa");
    row("ports of it", "_http._tcp.db.default.svc.cluster.local", dns::SRV,
        "0 _http._tcp.db.default.svc.cluster.local=db-0.db.default.svc.cluster.local:8080 "
        "_http._tcp.db.default.svc.cluster.local=10-244-2-7.db.default.svc.cluster.local:8080 | | "
        "db-0.db.default.svc.cluster.local=10.244.2.6 10-244-2-7.db.default.svc.cluster.local=10.244.2.7");
    row("an alias within", "inside.default.svc.cluster.local", dns::A,
        "0 inside.default.svc.cluster.local=web.default.svc.cluster.local "
        "web.default.svc.cluster.local=10.96.0.9");
    row("the alias itself", "outside.default.svc.cluster.local", dns::CNAME,
        "0 outside.default.svc.cluster.local=www.example.org");
    row("the address of a service", "9.0.96.10.in-addr.arpa", dns::PTR,
        "0 9.0.96.10.in-addr.arpa=web.default.svc.cluster.local");
    row("the address of a host", "6.2.244.10.in-addr.arpa", dns::PTR,
        "0 6.2.244.10.in-addr.arpa=db-0.db.default.svc.cluster.local");
    row("a long address", "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa",
        dns::PTR,
        "0 0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa="
        "both.default.svc.cluster.local");
    row("a pod", "10-244-1-5.default.pod.cluster.local", dns::A,
        "0 10-244-1-5.default.pod.cluster.local=10.244.1.5");
    row("a pod of six", "fd00--5.default.pod.cluster.local", dns::AAAA,
        "0 fd00--5.default.pod.cluster.local=fd000000000000000000000000000005");
    row("no pod", "web.default.pod.cluster.local", dns::A, "3 | cluster.local=soa");
    row("the server", "ns.dns.cluster.local", dns::A, "0 ns.dns.cluster.local=10.96.0.10");
    row("the version", "dns-version.cluster.local", dns::TXT, "0 dns-version.cluster.local=1.1.0");
    row("the zone", "cluster.local", dns::NS, "0 cluster.local=ns.dns.cluster.local");
    // What a resolver tries first on its way through the search path.
    row("search path", "web.default.svc.cluster.local.default.svc.cluster.local", dns::A,
        "3 | cluster.local=soa");
}

void ClusterNamesTest::answers() {
    QFETCH(QString, name);
    QFETCH(int, type);
    NamesBench bench;
    QTEST(QString::fromStdString(bench.ask(name.toStdString(), static_cast<std::uint16_t>(type))), "told");
}

void ClusterNamesTest::othersAreAskedAboutTheRest() {
    const NamesBench bench;
    for (const char* name : {"www.example.org", "notcluster.local", "1.2.0.192.in-addr.arpa", ""}) {
        const std::string asked = query(name, dns::A);
        const auto reply = bench.names().reply(asked, true);
        QCOMPARE(reply.answer, std::string());
        QCOMPARE(reply.ask, asked);
        QVERIFY(!reply.alias);
        QCOMPARE(tell(network::ClusterNames::unanswered(asked, true)), std::string("5"));
        QCOMPARE(tell(network::ClusterNames::unanswered(asked, false)), std::string("2"));
    }
}

void ClusterNamesTest::anAliasIsFollowedOutside() {
    const NamesBench bench;
    const std::string asked = query("outside.default.svc.cluster.local", dns::A, 1232);
    const auto reply = bench.names().reply(asked, true);
    QVERIFY(reply.alias);
    const auto onward = dns::parseQuery(reply.ask);
    QVERIFY(onward);
    QCOMPARE(onward->name, std::string("www.example.org"));
    QCOMPARE(onward->id, std::uint16_t(0x1234));
    dns::Response theirs;
    theirs.answers = {{"www.example.org", dns::CNAME, 60, dns::wireName("edge.example.net")},
                      {"edge.example.net", dns::A, 60, std::string("\xc0\x00\x02\x07", 4)}};
    const std::string response = dns::encode(reply.ask, *onward, theirs, 512);
    QCOMPARE(
        tell(bench.names().completed(asked, response, true)),
        std::string("0 outside.default.svc.cluster.local=www.example.org www.example.org=edge.example.net "
                    "edge.example.net=192.0.2.7"));
    theirs = {dns::NoSuchName, true, {}, {}, {}};
    const std::string none = dns::encode(reply.ask, *onward, theirs, 512);
    QCOMPARE(tell(bench.names().completed(asked, none, true)),
             std::string("3 outside.default.svc.cluster.local=www.example.org"));
    QCOMPARE(tell(bench.names().completed(asked, "nonsense", true)), std::string("2"));
}

void ClusterNamesTest::domainsMayHaveServersOfTheirOwn() {
    NamesBench bench;
    core::ConfigMap settings;
    settings.mutable_metadata()->set_namespace_("kube-system");
    settings.mutable_metadata()->set_name("kube-dns");
    (*settings.mutable_data())["stubDomains"] =
        R"({"Corp.Example": ["192.0.2.53", "192.0.2.54:5353"], "lab.corp.example.": ["[2001:db8::1]:53"], )"
        R"("example.org": ["2001:db8::2"]})";
    (*settings.mutable_data())["upstreamNameservers"] = R"(["192.0.2.1"])";
    QVERIFY(bench.objects.set(network::nameSettingsKind, "kube-system", "kube-dns",
                              settings.SerializeAsString()));
    const auto asked = [&](const std::string& name) {
        QStringList out;
        for (const std::string& server : bench.names().reply(query(name, dns::A), true).servers)
            out << QString::fromStdString(server);
        return out.join(' ');
    };
    QCOMPARE(asked("corp.example"), QString("192.0.2.53 192.0.2.54:5353"));
    QCOMPARE(asked("a.b.CORP.example"), QString("192.0.2.53 192.0.2.54:5353"));
    QCOMPARE(asked("git.lab.corp.example"), QString("[2001:db8::1]:53"));
    QCOMPARE(asked("xcorp.example"), QString("192.0.2.1"));
    QCOMPARE(asked("outside.default.svc.cluster.local"), QString("2001:db8::2")); // www.example.org
    QCOMPARE(asked("web.default.svc.cluster.local"), QString());                  // is known
    QVERIFY(bench.objects.set(network::nameSettingsKind, "kube-system", "kube-dns", ""));
    QCOMPARE(asked("corp.example"), QString()); // the node's own servers
}

void ClusterNamesTest::settingsThatCannotBeRead_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("says");
    QTest::newRow("no JSON") << "stubDomains"
                             << "corp.example: 192.0.2.53"
                             << "stubDomains is no JSON";
    QTest::newRow("no servers") << "stubDomains"
                                << R"({"corp.example": []})"
                                << "stubDomains[corp.example] must be a list of name servers";
    QTest::newRow("a name") << "stubDomains"
                            << R"({"corp.example": ["ns.corp.example"]})"
                            << "\"ns.corp.example\" is no address of a name server";
    QTest::newRow("a port too many") << "upstreamNameservers"
                                     << R"(["192.0.2.1:70000"])"
                                     << "upstreamNameservers: \"192.0.2.1:70000\"";
    QTest::newRow("no list") << "upstreamNameservers"
                             << R"({"a": "b"})"
                             << "upstreamNameservers must be a list";
    QTest::newRow("no domain") << "stubDomains"
                               << R"({"": ["192.0.2.53"]})"
                               << "\"\" is no domain";
}

void ClusterNamesTest::settingsThatCannotBeRead() {
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, says);
    core::ConfigMap settings;
    (*settings.mutable_data())[key.toStdString()] = value.toStdString();
    const auto routes = network::NameRoutes::of(settings);
    QVERIFY(!routes);
    QVERIFY2(QString::fromStdString(routes.error().message).contains(says), routes.error().message.c_str());
}

void ClusterNamesTest::longAnswersAreCutOverUdp() {
    NamesBench bench;
    discovery::EndpointSlice slice = NetworkBench::slice("db");
    for (int i = 0; i < 100; ++i)
        NetworkBench::endpoint(slice, fmt::format("10.244.3.{}", i));
    bench.put(slice);
    const auto names = bench.names();
    for (const std::size_t size : {0, 1232, 60'000}) {
        const std::string answer = names.reply(query(dbNames, dns::A, size), true).answer;
        QVERIFY(answer.size() <= std::max<std::size_t>(512, std::min<std::size_t>(size, 1232)));
        QVERIFY(tell(answer).starts_with("0 cut"));
        QVERIFY(number(answer, 6) > (size == 0 ? 20 : 60));
    }
    const std::string whole = names.reply(query(dbNames, dns::A), false).answer;
    QVERIFY(!tell(whole).starts_with("0 cut"));
    QCOMPARE(number(whole, 6), std::uint16_t(100));
}

void ClusterNamesTest::theQuestionComesBackAsItWasAsked() {
    const std::string asked = query("Web.Default.svc.cluster.LOCAL", dns::A, 4096);
    const std::string answer = NamesBench().names().reply(asked, true).answer;
    QCOMPARE(answer.substr(0, 2), asked.substr(0, 2));
    QCOMPARE(number(answer, 2), std::uint16_t(0x8580)); // response, authoritative, recursion wished and there
    QCOMPARE(answer.substr(12, 35), asked.substr(12, 35));
    QCOMPARE(number(answer, 10), std::uint16_t(1)); // EDNS is answered by EDNS
}

void ClusterNamesTest::whatCannotBeReadIsAnError_data() {
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QString>("told");
    const std::string good = query("web.default.svc.cluster.local", dns::A);
    QTest::newRow("nothing") << QByteArray() << "nothing";
    QTest::newRow("half a header") << QByteArray::fromStdString(good.substr(0, 11)) << "nothing";
    QTest::newRow("header alone") << QByteArray::fromStdString(good.substr(0, 12)) << "1";
    QTest::newRow("half a name") << QByteArray::fromStdString(good.substr(0, 20)) << "1";
    QByteArray response = QByteArray::fromStdString(good);
    response[2] = '\x81';
    QTest::newRow("a response") << response << "nothing";
    QByteArray update = QByteArray::fromStdString(good);
    update[2] = '\x28';
    QTest::newRow("an update") << update << "1";
    QByteArray two = QByteArray::fromStdString(good);
    two[5] = 2;
    QTest::newRow("two questions") << two << "1";
    QByteArray loop = QByteArray::fromStdString(good.substr(0, 12)) + QByteArray("\xc0\x0c\0\1\0\1", 6);
    QTest::newRow("a name that is itself") << loop << "1";
    QByteArray dotted = QByteArray::fromStdString(good);
    dotted[14] = '.';
    QTest::newRow("a dot within a label") << dotted << "1";
}

void ClusterNamesTest::whatCannotBeReadIsAnError() {
    QFETCH(QByteArray, message);
    const std::string answer = NamesBench().names().reply(message.toStdString(), true).answer;
    const std::string told = answer.size() == 12 ? std::to_string(number(answer, 2) & 0xf) : tell(answer);
    QTEST(QString::fromStdString(told), "told");
}

void ClusterNamesTest::nothingCanMakeItReadOutside() {
    const auto names = NamesBench().names();
    const std::string good = query("outside.default.svc.cluster.local", dns::A, 1232);
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const int value : {0x00, 0x01, 0x3f, 0x40, 0xc0, 0xff}) {
            std::string bad = good;
            bad[at] = static_cast<char>(value);
            const auto reply = names.reply(bad, true);
            QVERIFY(reply.answer.size() <= 1232);
            names.completed(bad, bad, true);
            bad[2] |= '\x80'; // as a response
            names.completed(good, bad, true);
            for (const std::size_t size : {at, good.size() - at})
                names.completed(good, bad.substr(0, size), false);
        }
}

QTEST_APPLESS_MAIN(ClusterNamesTest)
#include "test_cluster_names.moc"
