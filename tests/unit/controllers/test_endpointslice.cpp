#include "bench.h"

#include <set>

using namespace wheelhouse;
namespace discovery = api::discovery;

class TestEndpointSlice : public QObject {
    Q_OBJECT

    static core::Service service(const std::string& target = "80") {
        core::Service service;
        service.mutable_metadata()->set_namespace_("default");
        service.mutable_metadata()->set_name("web");
        (*service.mutable_spec()->mutable_selector())["app"] = "web";
        auto& port = *service.mutable_spec()->add_ports();
        port.set_name("http");
        port.set_port(8080);
        port.set_protocol("TCP");
        const bool number = target.find_first_not_of("0123456789") == std::string::npos;
        port.mutable_targetport()->set_type(number ? 0 : 1);
        if (number)
            port.mutable_targetport()->set_intval(std::stoi(target));
        else
            port.mutable_targetport()->set_strval(target);
        return service;
    }
    static core::Pod ready(Bench& bench, const std::string& name, const std::string& ip,
                           bool isReady = true) {
        auto each = pod(name, "web", "n1");
        each.mutable_status()->set_phase("Running");
        each.mutable_status()->set_podip(ip);
        bench.setReady(each, isReady);
        return each;
    }
    static std::vector<discovery::EndpointSlice> slices(Bench& bench) {
        return bench.cluster.all<discovery::EndpointSlice>();
    }

  private Q_SLOTS:
    void listsPodsWithTheirConditions() {
        Bench bench({"endpointslice"});
        bench.cluster.put(node("n1", "True", "east"));
        bench.cluster.put(service());
        bench.cluster.put(ready(bench, "a", "10.244.0.1"));
        bench.cluster.put(ready(bench, "b", "10.244.0.2", false));
        bench.cluster.put(pod("no-address", "web", "n1"));
        auto other = ready(bench, "other", "10.244.0.9");
        (*other.mutable_metadata()->mutable_labels())["app"] = "db";
        bench.cluster.put(other);
        bench.start();
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(1));
        const auto slice = slices(bench).front();
        QCOMPARE(slice.metadata().labels().at("kubernetes.io/service-name"), std::string("web"));
        QCOMPARE(slice.ports(0).port(), 80);
        QCOMPARE(slice.ports(0).name(), std::string("http"));
        QCOMPARE(slice.endpoints_size(), 2);
        for (const auto& endpoint : slice.endpoints()) {
            const bool isA = endpoint.targetref().name() == "a";
            QCOMPARE(endpoint.addresses(0), std::string(isA ? "10.244.0.1" : "10.244.0.2"));
            QCOMPARE(endpoint.conditions().ready(), isA);
            QCOMPARE(endpoint.conditions().serving(), isA);
            QCOMPARE(endpoint.conditions().terminating(), false);
            QCOMPARE(endpoint.nodename(), std::string("n1"));
            QCOMPARE(endpoint.zone(), std::string("east"));
        }
    }

    void trafficIsKeptNearWhereThatIsPreferred_data() {
        QTest::addColumn<QString>("distribution");
        QTest::addColumn<QString>("hints"); // of the ready endpoint
        QTest::newRow("anywhere") << ""
                                  << "";
        QTest::newRow("close") << "PreferClose"
                               << "zone east";
        QTest::newRow("same zone") << "PreferSameZone"
                                   << "zone east";
        QTest::newRow("same node") << "PreferSameNode"
                                   << "zone east node n1";
    }
    void trafficIsKeptNearWhereThatIsPreferred() {
        QFETCH(QString, distribution);
        QFETCH(QString, hints);
        const auto hintsOf = [](const discovery::Endpoint& endpoint) {
            QStringList out;
            for (const auto& zone : endpoint.hints().forzones())
                out << "zone" << QString::fromStdString(zone.name());
            for (const auto& node : endpoint.hints().fornodes())
                out << "node" << QString::fromStdString(node.name());
            return out.join(' ');
        };
        Bench bench({"endpointslice"});
        bench.cluster.put(node("n1", "True", "east"));
        bench.cluster.put(service());
        bench.cluster.put(ready(bench, "a", "10.244.0.1"));
        bench.cluster.put(ready(bench, "b", "10.244.0.2", false));
        bench.start();
        bench.settle();
        bench.cluster.edit<core::Service>("default/web", [&](core::Service& it) {
            if (!distribution.isEmpty())
                it.mutable_spec()->set_trafficdistribution(distribution.toStdString());
        });
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(1));
        const auto hinted = slices(bench).front();
        for (const auto& endpoint : hinted.endpoints())
            QCOMPARE(hintsOf(endpoint), endpoint.targetref().name() == "a" ? hints : QString());
        bench.cluster.edit<core::Service>(
            "default/web", [](core::Service& it) { it.mutable_spec()->clear_trafficdistribution(); });
        bench.settle();
        const auto plain = slices(bench).front();
        for (const auto& endpoint : plain.endpoints())
            QCOMPARE(hintsOf(endpoint), QString()); // and forgotten
    }

    void aTerminatingPodServesButIsNotReady() {
        Bench bench({"endpointslice"});
        bench.cluster.put(service());
        bench.cluster.put(ready(bench, "a", "10.244.0.1"));
        bench.start();
        bench.settle();
        bench.cluster.remove(api::kindOf<core::Pod>().name, "default", "a", {}, [](auto) {});
        bench.settle();
        const auto conditions = slices(bench).front().endpoints(0).conditions();
        QVERIFY(!conditions.ready());
        QVERIFY(conditions.serving());
        QVERIFY(conditions.terminating());
        bench.cluster.drop<core::Pod>("default/a");
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(1));
        QCOMPARE(slices(bench).front().endpoints_size(), 0);
    }

    void namedPortsAreResolvedInEachPod() {
        Bench bench({"endpointslice"});
        bench.cluster.put(service("web"));
        for (int i = 0; i < 3; ++i) {
            auto each = ready(bench, "p" + std::to_string(i), "10.244.0." + std::to_string(i + 1));
            auto& port = *each.mutable_spec()->mutable_containers(0)->add_ports();
            port.set_name(i == 2 ? "else" : "web");
            port.set_containerport(9000 + i);
            bench.cluster.put(each);
        }
        bench.start();
        bench.settle();
        std::set<int> ports;
        for (const auto& slice : slices(bench)) {
            QCOMPARE(slice.endpoints_size(), 1);
            ports.insert(slice.ports(0).port());
        }
        QCOMPARE(ports, std::set<int>({9000, 9001}));
    }

    void aHundredToASliceAndOneWriteForOneChange() {
        Bench bench({"endpointslice"});
        bench.cluster.put(service());
        for (int i = 0; i < 250; ++i)
            bench.cluster.put(ready(bench, "p" + std::to_string(i), "10.244.1." + std::to_string(i)));
        bench.start();
        bench.settle();
        QCOMPARE(slices(bench).size(), std::size_t(3));
        bench.cluster.calls.clear();
        bench.cluster.edit<core::Pod>("default/p17", [&](auto& p) { bench.setReady(p, false); });
        bench.settle();
        QCOMPARE(bench.cluster.count("update", "endpointslices"), 1);
        QCOMPARE(bench.cluster.count("create", "endpointslices"), 0);
        std::set<std::string> uids;
        for (const auto& slice : slices(bench))
            for (const auto& endpoint : slice.endpoints())
                uids.insert(endpoint.targetref().uid());
        QCOMPARE(uids.size(), std::size_t(250));
    }

    /// Of many, what happens at about the same time is written together.
    void manyChangesAreFewWrites() {
        Bench bench({"endpointslice"});
        bench.cluster.put(service());
        for (int i = 0; i < 250; ++i)
            bench.cluster.put(ready(bench, "p" + std::to_string(i), "10.244.1." + std::to_string(i)));
        bench.start();
        bench.settle();
        bench.cluster.calls.clear();
        for (int i = 0; i < 50; ++i) {
            bench.cluster.edit<core::Pod>("default/p" + std::to_string(i),
                                          [&](auto& p) { bench.setReady(p, false); });
            bench.settle(1ms);
        }
        bench.settle(1s);
        const int writes = bench.cluster.count("update", "endpointslices");
        QVERIFY2(writes <= 15, qPrintable(QString("%1 writes").arg(writes)));
        int serving = 0;
        for (const auto& slice : slices(bench))
            for (const auto& endpoint : slice.endpoints())
                serving += endpoint.conditions().serving();
        QCOMPARE(serving, 200);
    }

    void crashesAndConflictsMakeNoSecondSlice() {
        Bench bench({"endpointslice"});
        bench.cluster.setLatency(5ms);
        bench.cluster.put(service());
        bench.start();
        for (int i = 0; i < 30; ++i) {
            bench.cluster.put(ready(bench, "p" + std::to_string(i), "10.244.1." + std::to_string(i)));
            if (i % 3 == 0) bench.cluster.failNext("update", "endpointslices", {.reason = Reason::Conflict});
            bench.settle(7ms);
            if (i % 7 == 6) {
                bench.settle(1s);
                bench.restart();
            }
        }
        bench.settle(10s);
        QCOMPARE(slices(bench).size(), std::size_t(1));
        QCOMPARE(slices(bench).front().endpoints_size(), 30);
    }

    void leavesOtherPeoplesSlicesAlone() {
        Bench bench({"endpointslice"});
        discovery::EndpointSlice foreign;
        foreign.mutable_metadata()->set_namespace_("default");
        foreign.mutable_metadata()->set_name("by-hand");
        (*foreign.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = "web";
        bench.cluster.put(foreign);
        auto headless = service();
        headless.mutable_spec()->clear_selector();
        bench.cluster.put(headless);
        bench.start();
        bench.settle();
        QCOMPARE(
            bench.cluster.count("create") + bench.cluster.count("update") + bench.cluster.count("delete"), 0);
    }
};

QTEST_GUILESS_MAIN(TestEndpointSlice)
#include "test_endpointslice.moc"
