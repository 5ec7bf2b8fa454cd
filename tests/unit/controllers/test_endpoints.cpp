#include "bench.h"

using namespace wheelhouse;
namespace discovery = api::discovery;

/// Endpoints made from Services, and EndpointSlices made from Endpoints.
class TestEndpoints : public QObject {
    Q_OBJECT

    static core::Service service(const std::string& name, bool selector = true) {
        core::Service service;
        service.mutable_metadata()->set_namespace_("default");
        service.mutable_metadata()->set_name(name);
        service.mutable_spec()->set_clusterip("10.96.0.9");
        if (selector) (*service.mutable_spec()->mutable_selector())["app"] = "web";
        auto& port = *service.mutable_spec()->add_ports();
        port.set_name("http");
        port.set_port(80);
        port.mutable_targetport()->set_intval(8080);
        return service;
    }
    static core::Pod webPod(Bench& bench, const std::string& name, const std::string& ip, bool ready = true) {
        auto each = pod(name, "web", "n1");
        each.mutable_status()->set_phase("Running");
        each.mutable_status()->set_podip(ip);
        bench.setReady(each, ready);
        return bench.cluster.put(each);
    }
    static std::optional<core::Endpoints> endpoints(const Bench& bench, const std::string& name = "web") {
        return bench.cluster.get<core::Endpoints>("default/" + name);
    }
    static core::Endpoints byHand(const std::string& name, const std::vector<std::string>& ips) {
        core::Endpoints made;
        made.mutable_metadata()->set_namespace_("default");
        made.mutable_metadata()->set_name(name);
        auto& subset = *made.add_subsets();
        for (const auto& ip : ips)
            subset.add_addresses()->set_ip(ip);
        auto& port = *subset.add_ports();
        port.set_port(5432);
        port.set_protocol("TCP");
        return made;
    }
    static std::vector<discovery::EndpointSlice> slices(const Bench& bench) {
        return bench.cluster.all<discovery::EndpointSlice>();
    }

  private Q_SLOTS:
    void readyAndNotReady() {
        Bench bench({"endpoints"});
        bench.cluster.put(service("web"));
        webPod(bench, "b", "10.0.0.2");
        webPod(bench, "a", "10.0.0.1");
        webPod(bench, "slow", "10.0.0.3", false);
        bench.start();
        bench.settle();
        const auto made = *endpoints(bench);
        QCOMPARE(made.subsets_size(), 1);
        const auto& subset = made.subsets(0);
        QCOMPARE(subset.addresses_size(), 2);
        QCOMPARE(subset.addresses(0).ip(), std::string("10.0.0.1"));
        QCOMPARE(subset.addresses(0).targetref().name(), std::string("a"));
        QCOMPARE(subset.addresses(0).nodename(), std::string("n1"));
        QCOMPARE(subset.notreadyaddresses(0).ip(), std::string("10.0.0.3"));
        QCOMPARE(subset.ports(0).port(), 8080);
        QCOMPARE(subset.ports(0).name(), std::string("http"));
        QCOMPARE(made.metadata().labels().at("endpoints.kubernetes.io/managed-by"),
                 std::string("endpoint-controller"));
    }

    void publishNotReadyShowsAll() {
        Bench bench({"endpoints"});
        auto all = service("web");
        all.mutable_spec()->set_publishnotreadyaddresses(true);
        bench.cluster.put(all);
        webPod(bench, "slow", "10.0.0.3", false);
        bench.start();
        bench.settle();
        QCOMPARE(endpoints(bench)->subsets(0).addresses_size(), 1);
    }

    void endedPodsAndThoseThatGoAreLeftOut() {
        Bench bench({"endpoints"});
        bench.cluster.put(service("web"));
        auto ended = webPod(bench, "ended", "10.0.0.1");
        ended.mutable_status()->set_phase("Succeeded");
        bench.cluster.put(ended);
        auto going = webPod(bench, "going", "10.0.0.2");
        *going.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        going.mutable_metadata()->set_deletiongraceperiodseconds(30);
        bench.cluster.put(going);
        bench.start();
        bench.settle();
        QVERIFY(endpoints(bench));
        QCOMPARE(endpoints(bench)->subsets_size(), 0);
    }

    void headlessServices() {
        Bench bench({"endpoints"});
        auto headless = service("web");
        headless.mutable_spec()->set_clusterip("None");
        headless.mutable_spec()->clear_ports();
        bench.cluster.put(headless);
        auto named = webPod(bench, "a", "10.0.0.1");
        named.mutable_spec()->set_hostname("first");
        named.mutable_spec()->set_subdomain("web");
        bench.cluster.put(named);
        bench.start();
        bench.settle();
        const auto made = *endpoints(bench);
        QVERIFY(made.metadata().labels().contains("service.kubernetes.io/headless"));
        QCOMPARE(made.subsets(0).ports_size(), 0);
        QCOMPARE(made.subsets(0).addresses(0).hostname(), std::string("first"));
    }

    void onlyServicesWithASelectorHaveThem() {
        Bench bench({"endpoints"});
        bench.cluster.put(service("web", false));
        bench.cluster.put(byHand("web", {"192.0.2.1"}));
        bench.start();
        bench.settle();
        QCOMPARE(endpoints(bench)->subsets(0).addresses(0).ip(), std::string("192.0.2.1"));
    }

    void aThousandAtMost_data() {
        QTest::addColumn<int>("ready");
        QTest::addColumn<int>("others");
        QTest::addColumn<int>("readyLeft");
        QTest::addColumn<int>("othersLeft");
        QTest::addColumn<bool>("cut");
        QTest::newRow("just fits") << 600 << 400 << 600 << 400 << false;
        QTest::newRow("those not ready first") << 900 << 300 << 900 << 100 << true;
        QTest::newRow("ready ones too") << 1200 << 5 << 1000 << 0 << true;
    }
    void aThousandAtMost() {
        QFETCH(int, ready);
        QFETCH(int, others);
        QFETCH(int, readyLeft);
        QFETCH(int, othersLeft);
        QFETCH(bool, cut);
        Bench bench({"endpoints"});
        bench.cluster.put(service("web"));
        for (int i = 0; i < ready + others; ++i)
            webPod(bench, "p" + std::to_string(i),
                   "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), i < ready);
        bench.start();
        bench.settle();
        const auto made = *endpoints(bench);
        QCOMPARE(made.subsets(0).addresses_size(), readyLeft);
        QCOMPARE(made.subsets(0).notreadyaddresses_size(), othersLeft);
        QCOMPARE(made.metadata().annotations().contains("endpoints.kubernetes.io/over-capacity"), cut);
    }

    void theyFollowTheirService() {
        Bench bench({"endpoints"});
        bench.cluster.put(service("web"));
        webPod(bench, "a", "10.0.0.1");
        bench.start();
        bench.settle();
        bench.cluster.edit<core::Service>("default/web", [](auto& s) {
            (*s.mutable_metadata()->mutable_labels())["tier"] = "front";
            s.mutable_spec()->mutable_ports(0)->mutable_targetport()->set_intval(9090);
        });
        bench.settle();
        QCOMPARE(endpoints(bench)->subsets(0).ports(0).port(), 9090);
        QCOMPARE(endpoints(bench)->metadata().labels().at("tier"), std::string("front"));
        // Nothing is written when nothing changes.
        const Revision before = bench.cluster.revision();
        bench.restart();
        bench.settle(1min);
        QCOMPARE(bench.cluster.revision(), before);
        bench.cluster.drop<core::Service>("default/web");
        bench.settle();
        QVERIFY(!endpoints(bench));
    }

    void leftoversGoAtTheStart() {
        Bench bench({"endpoints"});
        bench.cluster.put(byHand("stray", {"192.0.2.1"}));
        auto election = byHand("election", {});
        (*election.mutable_metadata()->mutable_annotations())["control-plane.alpha.kubernetes.io/leader"] =
            "{}";
        bench.cluster.put(election);
        bench.start();
        bench.settle();
        QVERIFY(!endpoints(bench, "stray"));
        QVERIFY(endpoints(bench, "election"));
        // Made now, they may be waiting for their Service.
        bench.cluster.put(byHand("early", {"192.0.2.1"}));
        bench.settle();
        QVERIFY(endpoints(bench, "early"));
    }

    void handMadeOnesAreMirrored() {
        Bench bench({"endpointslicemirroring"});
        bench.cluster.put(service("db", false));
        auto made = byHand("db", {"192.0.2.1", "2001:db8::1", "nonsense"});
        made.mutable_subsets(0)->add_notreadyaddresses()->set_ip("192.0.2.2");
        (*made.mutable_metadata()->mutable_labels())["tier"] = "data";
        made = bench.cluster.put(made);
        bench.start();
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(2));
        for (const auto& slice : slices(bench)) {
            QCOMPARE(slice.metadata().labels().at("kubernetes.io/service-name"), std::string("db"));
            QCOMPARE(slice.metadata().labels().at("endpointslice.kubernetes.io/managed-by"),
                     std::string("endpointslicemirroring-controller.k8s.io"));
            QCOMPARE(slice.metadata().labels().at("tier"), std::string("data"));
            QCOMPARE(slice.metadata().ownerreferences(0).uid(), made.metadata().uid());
            QCOMPARE(slice.ports(0).port(), 5432);
            const bool old = slice.addresstype() == "IPv4";
            QCOMPARE(slice.endpoints_size(), old ? 2 : 1);
            QCOMPARE(slice.endpoints(0).addresses(0), std::string(old ? "192.0.2.1" : "2001:db8::1"));
            if (old) QVERIFY(!slice.endpoints(1).conditions().ready());
        }
    }

    void mirroredSlicesFollow() {
        Bench bench({"endpointslicemirroring"});
        bench.cluster.setLatency(20ms);
        bench.cluster.put(service("db", false));
        bench.cluster.put(byHand("db", {"192.0.2.1"}));
        bench.start();
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(1));
        const std::string name = slices(bench).front().metadata().name();
        bench.cluster.edit<core::Endpoints>(
            "default/db", [](auto& e) { e.mutable_subsets(0)->add_addresses()->set_ip("192.0.2.7"); });
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(1));
        QCOMPARE(slices(bench).front().metadata().name(), name);
        QCOMPARE(slices(bench).front().endpoints_size(), 2);
        // Somebody gives the Service a selector: these are not by hand any more.
        bench.cluster.edit<core::Service>(
            "default/db", [](auto& s) { (*s.mutable_spec()->mutable_selector())["a"] = "b"; });
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(0));
    }

    void mirroringCanBeRefused_data() {
        QTest::addColumn<QByteArray>("what");
        QTest::newRow("by label") << QByteArray("label");
        QTest::newRow("an election") << QByteArray("election");
        QTest::newRow("no service") << QByteArray("service");
    }
    void mirroringCanBeRefused() {
        QFETCH(QByteArray, what);
        Bench bench({"endpointslicemirroring"});
        if (what != "service") bench.cluster.put(service("db", false));
        auto made = byHand("db", {"192.0.2.1"});
        auto& metadata = *made.mutable_metadata();
        if (what == "label") (*metadata.mutable_labels())["endpointslice.kubernetes.io/skip-mirror"] = "true";
        if (what == "election")
            (*metadata.mutable_annotations())["control-plane.alpha.kubernetes.io/leader"] = "{}";
        bench.cluster.put(made);
        bench.start();
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(0));
    }

    void aCrashOrALostAnswerMakesNoSecondSlice() {
        Bench bench({"endpointslicemirroring"});
        bench.cluster.setLatency(20ms);
        bench.cluster.put(service("db", false));
        bench.cluster.put(byHand("db", {"192.0.2.1"}));
        bench.cluster.loseAnswers("create", "endpointslices");
        bench.start();
        QVERIFY(bench.until([&] { return !slices(bench).empty(); }));
        bench.restart();
        bench.settle(1min);
        QCOMPARE(slices(bench).size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestEndpoints)
#include "test_endpoints.moc"
