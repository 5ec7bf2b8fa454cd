#include "engine/base/simulation.h"
#include "engine/loadbalancer/load_balancer.h"
#include "fake_cluster.h"
#include "loopback.h"

#include <QTest>
#include <map>
#include <set>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;
namespace discovery = api::discovery;

namespace {

/// A client that only notices whether it is held.
class FakeSocket final : public loadbalancer::HostSocket {
  public:
    explicit FakeSocket(std::shared_ptr<bool> open) : open_(std::move(open)) {}
    ~FakeSocket() override { *open_ = false; }
    void start(Events) override {}
    void read() override {}
    void write(std::string_view) override {}
    void finish() override {}

  private:
    std::shared_ptr<bool> open_;
};

class FakeFront final : public loadbalancer::HostFront {
  public:
    Result<std::unique_ptr<loadbalancer::HostListener>> listen(const std::string& address, std::uint16_t port,
                                                               OnAccept accept) override {
        const std::string at = address + ":" + std::to_string(port);
        if (taken.contains(at)) return fail(Reason::AlreadyExists, at + " is taken");
        if (!mayUseLowPorts && port < 1024) return fail(Reason::Forbidden, at + " is not for you");
        listening[at] = std::move(accept);
        return std::make_unique<Listener>(*this, at);
    }
    /// Whether somebody holds the connection.
    std::shared_ptr<bool> connect(const std::string& at, const std::string& client = "127.0.0.1") {
        auto open = std::make_shared<bool>(true);
        if (const auto it = listening.find(at); it != listening.end())
            it->second(std::make_unique<FakeSocket>(open), client);
        else
            *open = false;
        return open;
    }
    QString addresses() const {
        QStringList out;
        for (const auto& [at, accept] : listening)
            out << QString::fromStdString(at);
        return out.join(' ');
    }

    std::map<std::string, OnAccept> listening;
    std::set<std::string> taken;
    bool mayUseLowPorts = true;

  private:
    struct Listener final : loadbalancer::HostListener {
        Listener(FakeFront& front, std::string at) : front(front), at(std::move(at)) {}
        ~Listener() override { front.listening.erase(at); }
        FakeFront& front;
        std::string at;
    };
};

/// Remembers what was opened.
class FakeStreams final : public nodelink::PodStreams {
  public:
    std::unique_ptr<nodelink::PodStream> openLog(const NodeName&, const nodelink::LogRequest&,
                                                 std::function<void(std::string_view)>,
                                                 std::function<void(Result<void>)>) override {
        return nullptr;
    }
    std::unique_ptr<nodelink::PodDuplex> openExec(const NodeName&, const nodelink::ExecRequest&,
                                                  nodelink::DuplexEvents) override {
        return nullptr;
    }
    std::unique_ptr<nodelink::PodDuplex> openPort(const NodeName& node, const nodelink::PortRequest& port,
                                                  nodelink::DuplexEvents) override {
        opened << QString("%1/%2:%3%4")
                      .arg(node.value().c_str(), port.pod.c_str())
                      .arg(port.port)
                      .arg(port.ownAddress ? "" : " by loopback");
        return std::make_unique<Duplex>();
    }
    QStringList opened;

  private:
    struct Duplex final : nodelink::PodDuplex {
        std::size_t room() const override { return 0; }
        void write(std::string_view) override {}
        void closeInput() override {}
        void resize(std::uint16_t, std::uint16_t) override {}
    };
};

struct BalancerBench {
    SeededRandom random{7};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    FakeFront front;
    FakeStreams streams;
    std::unique_ptr<client::InformerSet> informers;
    std::unique_ptr<controllers::ControllerSet> set;

    void start() {
        informers = std::make_unique<client::InformerSet>(cluster, executor);
        std::vector<std::unique_ptr<controllers::Controller>> only;
        only.push_back(
            loadbalancer::makeLoadBalancer({cluster, executor, random, *informers, {}, {}}, front, streams));
        set = std::make_unique<controllers::ControllerSet>(*informers, std::move(only));
        set->start();
        settle();
    }
    void restart() {
        set->stop();
        set.reset();
        start();
    }
    void settle(Duration span = 1s) { executor.advance(span); }

    static core::Service service(const std::string& name = "web", const std::string& address = "10.96.7.9") {
        core::Service out;
        out.mutable_metadata()->set_namespace_("default");
        out.mutable_metadata()->set_name(name);
        out.mutable_spec()->set_type("LoadBalancer");
        out.mutable_spec()->set_clusterip(address);
        port(out, "http", 80, "TCP", 30080);
        return out;
    }
    static void port(core::Service& service, const std::string& name, int number, const std::string& protocol,
                     int nodePort = 0) {
        core::ServicePort& port = *service.mutable_spec()->add_ports();
        port.set_name(name);
        port.set_port(number);
        port.set_protocol(protocol);
        if (nodePort != 0) port.set_nodeport(nodePort);
    }
    /// Pods by name; "-" before one that is not ready, "~" before one that ends but serves.
    void pods(const QStringList& names) {
        discovery::EndpointSlice slice;
        slice.mutable_metadata()->set_namespace_("default");
        slice.mutable_metadata()->set_name("web-1");
        (*slice.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = "web";
        slice.set_addresstype("IPv4");
        discovery::EndpointPort& port = *slice.add_ports();
        port.set_name("http");
        port.set_protocol("TCP");
        port.set_port(8080);
        for (const QString& text : names) {
            const bool off = text.startsWith('-');
            const bool ending = text.startsWith('~');
            const std::string name = (off || ending ? text.mid(1) : text).toStdString();
            discovery::Endpoint& endpoint = *slice.add_endpoints();
            endpoint.set_nodename("node-" + name);
            endpoint.mutable_conditions()->set_ready(!off && !ending);
            endpoint.mutable_conditions()->set_serving(!off);
            endpoint.mutable_conditions()->set_terminating(ending);
            endpoint.mutable_targetref()->set_kind("Pod");
            endpoint.mutable_targetref()->set_namespace_("default");
            endpoint.mutable_targetref()->set_name(name);
            endpoint.mutable_targetref()->set_uid("uid-" + name);
        }
        cluster.put(slice);
        settle();
    }
    /// "127.96.7.9 80/TCP", with an error after a port that has one.
    QString status(const std::string& name = "web") const {
        const auto service = cluster.get<core::Service>("default/" + name);
        QStringList out;
        if (service)
            for (const auto& ingress : service->status().loadbalancer().ingress()) {
                out << QString::fromStdString(ingress.ip() +
                                              (ingress.ipmode() == "Proxy" ? "" : " by itself"));
                for (const auto& port : ingress.ports())
                    out << QString("%1/%2%3")
                               .arg(port.port())
                               .arg(port.protocol().c_str(),
                                    port.error().empty() ? "" : (" " + port.error()).c_str());
            }
        return out.join(' ');
    }
    QString events() const {
        QStringList out;
        for (const auto& event : cluster.all<core::Event>())
            out << QString::fromStdString(event.reason());
        out.sort();
        return out.join(' ');
    }
    /// Who is asked by so many connections.
    QStringList asked(int count, const std::string& at = "127.96.7.9:80",
                      const std::string& client = "127.0.0.1") {
        streams.opened.clear();
        for (int i = 0; i < count; ++i)
            front.connect(at, client);
        QStringList out = streams.opened;
        out.removeDuplicates();
        out.sort();
        return out;
    }
};

} // namespace

class LoadBalancerTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aServiceGetsAnAddressOfItsOwn();
    void othersAreLeftAlone_data();
    void othersAreLeftAlone();
    void connectionsGoToPodsThatServe_data();
    void connectionsGoToPodsThatServe();
    void aTakenPortLeadsToAnotherAddress();
    void theAddressIsKept();
    void anAddressMayBeAskedFor();
    void whatCannotBeServedIsSaid();
    void portsComeAndGo();
    void aClientStaysWithItsPod();
    void sourceRangesAreKept();
    void addressesFollowFromClusterIps();
};

void LoadBalancerTest::aServiceGetsAnAddressOfItsOwn() {
    BalancerBench bench;
    bench.start();
    bench.cluster.put(BalancerBench::service());
    bench.settle();
    QCOMPARE(bench.status(), QString("127.96.7.9 80/TCP"));
    QCOMPARE(bench.front.addresses(), QString("127.96.7.9:30080 127.96.7.9:80"));
    QCOMPARE(bench.events(), QString("EnsuredLoadBalancer EnsuringLoadBalancer"));
    const int writes = bench.cluster.count("update", "services");
    bench.settle(1min);
    QCOMPARE(bench.cluster.count("update", "services"), writes); // it is as it shall be
    bench.cluster.drop<core::Service>("default/web");
    bench.settle();
    QCOMPARE(bench.front.addresses(), QString());
}

void LoadBalancerTest::othersAreLeftAlone_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("loadBalancerClass");
    QTest::addColumn<bool>("ours");
    QTest::newRow("node ports") << "NodePort"
                                << "" << false;
    QTest::newRow("foreign class") << "LoadBalancer"
                                   << "example.org/cloud" << false;
    QTest::newRow("our class") << "LoadBalancer"
                               << "wheelhouse.dev/host" << true;
}

void LoadBalancerTest::othersAreLeftAlone() {
    QFETCH(QString, type);
    QFETCH(QString, loadBalancerClass);
    QFETCH(bool, ours);
    BalancerBench bench;
    bench.start();
    core::Service service = BalancerBench::service();
    service.mutable_spec()->set_type(type.toStdString());
    if (!loadBalancerClass.isEmpty())
        service.mutable_spec()->set_loadbalancerclass(loadBalancerClass.toStdString());
    bench.cluster.put(service);
    bench.settle();
    QCOMPARE(!bench.status().isEmpty(), ours);
    QCOMPARE(!bench.front.listening.empty(), ours);
}

void LoadBalancerTest::connectionsGoToPodsThatServe_data() {
    QTest::addColumn<QStringList>("pods");
    QTest::addColumn<QStringList>("asked");
    QTest::newRow("ready ones") << QStringList{"a", "b", "-c", "~d"}
                                << QStringList{"node-a/a:8080", "node-b/b:8080"};
    QTest::newRow("ending ones when none is ready")
        << QStringList{"-c", "~d"} << QStringList{"node-d/d:8080"};
    QTest::newRow("none") << QStringList{"-c"} << QStringList();
}

void LoadBalancerTest::connectionsGoToPodsThatServe() {
    QFETCH(QStringList, pods);
    QFETCH(QStringList, asked);
    BalancerBench bench;
    bench.start();
    bench.cluster.put(BalancerBench::service());
    bench.pods(pods);
    QCOMPARE(bench.asked(30), asked);
    QCOMPARE(bench.asked(30, "127.96.7.9:30080"), asked);
    QCOMPARE(*bench.front.connect("127.96.7.9:80"), !asked.isEmpty());
}

void LoadBalancerTest::aTakenPortLeadsToAnotherAddress() {
    BalancerBench bench;
    bench.front.taken = {"127.96.7.9:30080", "127.97.7.9:80"};
    bench.start();
    bench.cluster.put(BalancerBench::service());
    bench.settle();
    QCOMPARE(bench.status(), QString("127.98.7.9 80/TCP"));
    QCOMPARE(bench.front.addresses(),
             QString("127.98.7.9:30080 127.98.7.9:80")); // nothing is left of the others
}

void LoadBalancerTest::theAddressIsKept() {
    BalancerBench bench;
    bench.front.taken = {"127.96.7.9:80"};
    bench.start();
    bench.cluster.put(BalancerBench::service());
    bench.settle();
    bench.front.taken.clear();
    bench.restart();
    QCOMPARE(bench.status(), QString("127.97.7.9 80/TCP"));
    QCOMPARE(bench.front.addresses(), QString("127.97.7.9:30080 127.97.7.9:80"));
    bench.front.taken = {"127.97.7.9:80"}; // while it was away somebody took it
    bench.restart();
    QCOMPARE(bench.status(), QString("127.98.7.9 80/TCP"));
}

void LoadBalancerTest::anAddressMayBeAskedFor() {
    BalancerBench bench;
    bench.start();
    core::Service service = BalancerBench::service();
    service.mutable_spec()->set_loadbalancerip("127.0.0.1");
    bench.cluster.put(service);
    bench.settle();
    QCOMPARE(bench.status(), QString("127.0.0.1 80/TCP"));
    bench.front.taken = {"127.0.0.2:80"};
    bench.cluster.edit<core::Service>(
        "default/web", [](core::Service& s) { s.mutable_spec()->set_loadbalancerip("127.0.0.2"); });
    bench.settle();
    QVERIFY(bench.events().contains("SyncLoadBalancerFailed")); // that one, or none
    bench.front.taken.clear();
    bench.settle(5min);
    QCOMPARE(bench.status(), QString("127.0.0.2 80/TCP"));
}

void LoadBalancerTest::whatCannotBeServedIsSaid() {
    BalancerBench bench;
    bench.front.mayUseLowPorts = false;
    bench.start();
    core::Service service = BalancerBench::service();
    BalancerBench::port(service, "talk", 9090, "UDP", 30090);
    BalancerBench::port(service, "admin", 8443, "TCP");
    bench.cluster.put(service);
    bench.settle();
    QCOMPARE(bench.status(), QString("127.96.7.9 80/TCP wheelhouse.dev/PortNotPermitted "
                                     "9090/UDP wheelhouse.dev/ProtocolNotSupported 8443/TCP"));
    QCOMPARE(bench.front.addresses(), QString("127.96.7.9:30080 127.96.7.9:8443"));
}

void LoadBalancerTest::portsComeAndGo() {
    BalancerBench bench;
    bench.start();
    bench.cluster.put(BalancerBench::service());
    bench.settle();
    bench.cluster.edit<core::Service>("default/web", [](core::Service& service) {
        service.mutable_spec()->mutable_ports(0)->set_nodeport(30081);
        BalancerBench::port(service, "more", 81, "TCP");
    });
    bench.settle();
    QCOMPARE(bench.front.addresses(), QString("127.96.7.9:30081 127.96.7.9:80 127.96.7.9:81"));
    QCOMPARE(bench.status(), QString("127.96.7.9 80/TCP 81/TCP"));
    bench.cluster.edit<core::Service>(
        "default/web", [](core::Service& service) { service.mutable_spec()->set_type("ClusterIP"); });
    bench.settle();
    QCOMPARE(bench.front.addresses(), QString());
}

void LoadBalancerTest::aClientStaysWithItsPod() {
    BalancerBench bench;
    bench.start();
    core::Service service = BalancerBench::service();
    service.mutable_spec()->set_sessionaffinity("ClientIP");
    service.mutable_spec()->mutable_sessionaffinityconfig()->mutable_clientip()->set_timeoutseconds(60);
    bench.cluster.put(service);
    bench.pods({"a", "b", "c"});
    const QStringList first = bench.asked(20);
    QCOMPARE(first.size(), 1);
    bench.settle(50s);
    QCOMPARE(bench.asked(20), first);
    QSet<QString> all;
    for (int i = 0; i < 20; ++i) { // after so long it may be any
        bench.settle(61s);
        all << bench.asked(1).value(0);
    }
    QCOMPARE(all.size(), 3);
}

void LoadBalancerTest::sourceRangesAreKept() {
    BalancerBench bench;
    bench.start();
    core::Service service = BalancerBench::service();
    service.mutable_spec()->add_loadbalancersourceranges("127.0.0.0/24");
    bench.cluster.put(service);
    bench.pods({"a"});
    QCOMPARE(bench.asked(1).size(), 1);
    QCOMPARE(bench.asked(1, "127.96.7.9:80", "127.0.1.1").size(), 0);
}

void LoadBalancerTest::addressesFollowFromClusterIps() {
    QCOMPARE(loadbalancer::loopbackFor("10.96.0.1"), std::string("127.96.0.1"));
    QCOMPARE(loadbalancer::loopbackFor("fd00::1"), std::string("127.96.0.1"));
    QCOMPARE(loadbalancer::nextLoopback("127.96.0.1"), std::string("127.97.0.1"));
    QCOMPARE(loadbalancer::nextLoopback("127.255.0.1"), std::string("127.1.0.1"));
    QVERIFY(loadbalancer::isLoopback("127.1.2.3") && !loadbalancer::isLoopback("128.0.0.1") &&
            !loadbalancer::isLoopback("localhost"));
}

QTEST_APPLESS_MAIN(LoadBalancerTest)
#include "test_load_balancer.moc"
