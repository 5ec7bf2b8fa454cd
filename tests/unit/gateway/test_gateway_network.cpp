#include "engine/api/groups/networking.h"
#include "engine/api/kind.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "node_gateway.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using namespace std::chrono_literals;
namespace core = api::core;

namespace {

/// A node's end of a link in the hands of a test: what it was sent of the network.
class Wire final : public nodelink::LinkTransport {
  public:
    void send(nodelink::ToAgent message) override {
        synced = synced || message.has_synced();
        if (!message.has_object()) return;
        const nodelink::PodRef& ref = message.object().object();
        const std::string nameSpace = ref.namespace_().empty() ? "" : ref.namespace_() + "/";
        const QString key = QString::fromStdString(message.object().kind() + " " + nameSpace + ref.name());
        said << key;
        bytes[key] = message.object().bytes();
    }
    void close(const Status& /*why*/) override {}

    bool synced = false;
    QStringList said;
    std::map<QString, std::string> bytes;
};

struct NetworkGatewayBench {
    SimulatedExecutor executor;
    SeededRandom random{11};
    FakeCluster cluster{executor, random};
    nodelink::NodeHub hub{executor};
    client::InformerSet informers{cluster, executor};
    controlplane::NodeGateway gateway{cluster, hub, informers, executor};

    NetworkGatewayBench() { informers.start(); }
    /// A node that has connected and been sent everything.
    std::shared_ptr<Wire> node(const std::string& name, const std::string& engine = "containerd://1") {
        core::Node node;
        node.mutable_metadata()->set_name(name);
        node.mutable_status()->mutable_nodeinfo()->set_containerruntimeversion(engine);
        nodelink::FromAgent hello;
        hello.mutable_hello()->set_node_name(name);
        hello.mutable_hello()->set_protocol(1);
        hello.mutable_hello()->set_node(node.SerializeAsString());
        auto wire = std::make_shared<Wire>();
        hub.received(hub.attach(NodeName(name), wire), hello);
        return until([&] { return wire->synced; }) ? wire : nullptr;
    }
    bool until(const std::function<bool()>& condition) { return executor.runUntil(condition, 60s); }

    static core::Service service(const std::string& name) {
        core::Service service;
        service.mutable_metadata()->set_name(name);
        service.mutable_metadata()->set_namespace_("default");
        service.mutable_spec()->set_clusterip("10.96.0.9");
        return service;
    }
};

} // namespace

class GatewayNetworkTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void realNodesAreSentServices();
    void podsAreSentOnceThereArePolicies();
    void simulatedNodesAreSentNothing();
    void nodesHearWhomToAskForNames();
};

void GatewayNetworkTest::realNodesAreSentServices() {
    NetworkGatewayBench bench;
    bench.cluster.put(NetworkGatewayBench::service("web"));
    const auto node = bench.node("vm-1");
    QVERIFY(node);
    QCOMPARE(node->said, QStringList("Service default/web")); // before Synced
    // What no node acts on is nobody's news.
    core::Service changed = *bench.cluster.get<core::Service>("default/web");
    (*changed.mutable_metadata()->mutable_annotations())["note"] = "x";
    bench.cluster.put(changed);
    api::discovery::EndpointSlice slice;
    slice.mutable_metadata()->set_name("web-1");
    slice.mutable_metadata()->set_namespace_("default");
    bench.cluster.put(slice);
    QVERIFY(bench.until([&] { return node->said.size() >= 2; }));
    QCOMPARE(node->said, (QStringList{"Service default/web", "EndpointSlice default/web-1"}));
    core::Service sent;
    QVERIFY(sent.ParseFromString(node->bytes["Service default/web"]));
    QCOMPARE(sent.spec().clusterip(), std::string("10.96.0.9"));

    changed.mutable_spec()->set_sessionaffinity("ClientIP");
    changed.mutable_metadata()->clear_resourceversion();
    bench.cluster.put(changed);
    QVERIFY(bench.until([&] { return node->said.size() == 3; }));
    QVERIFY(sent.ParseFromString(node->bytes["Service default/web"]));
    QCOMPARE(sent.spec().sessionaffinity(), std::string("ClientIP"));

    bench.cluster.remove(api::kindOf<core::Service>().name, "default", "web", {}, [](const auto&) {});
    QVERIFY(bench.until([&] { return node->said.size() == 4; }));
    QCOMPARE(node->bytes["Service default/web"], std::string()); // gone
    // A second connection hears what there is now, all of it.
    const auto again = bench.node("vm-1");
    QVERIFY(again);
    QCOMPARE(again->said, QStringList("EndpointSlice default/web-1"));
    bench.cluster.put(NetworkGatewayBench::service("more"));
    QVERIFY(bench.until([&] { return again->said.size() == 2; }));
    QCOMPARE(node->said.size(), 4); // the older connection hears no more
}

void GatewayNetworkTest::podsAreSentOnceThereArePolicies() {
    NetworkGatewayBench bench;
    const auto node = bench.node("vm-1");
    QVERIFY(node);
    core::Pod pod;
    pod.mutable_metadata()->set_name("far");
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_spec()->set_nodename("vm-2");
    pod.mutable_spec()->add_containers()->set_image("secret:1");
    pod.mutable_status()->set_podip("10.244.2.5");
    bench.cluster.put(pod);
    core::Namespace nameSpace;
    nameSpace.mutable_metadata()->set_name("default");
    bench.cluster.put(nameSpace);
    bench.executor.advance(1s);
    QCOMPARE(node->said, QStringList());

    api::networking::NetworkPolicy policy;
    policy.mutable_metadata()->set_name("deny");
    policy.mutable_metadata()->set_namespace_("default");
    bench.cluster.put(policy);
    QVERIFY(bench.until([&] { return node->said.size() == 3; }));
    QCOMPARE(node->said, (QStringList{"Namespace default", "Pod default/far", "NetworkPolicy default/deny"}));
    core::Pod sent;
    QVERIFY(sent.ParseFromString(node->bytes["Pod default/far"]));
    QCOMPARE(sent.status().podip(), std::string("10.244.2.5"));
    QCOMPARE(sent.spec().nodename(), std::string("vm-2"));
    QCOMPARE(sent.spec().containers_size(), 0); // it is another node's

    pod.mutable_status()->set_message("news nobody acts on");
    bench.cluster.put(pod);
    bench.executor.advance(1s);
    QCOMPARE(node->said.size(), 3);
    pod.mutable_status()->set_phase("Succeeded");
    bench.cluster.put(pod);
    QVERIFY(bench.until([&] { return node->said.size() == 4; }));
    const auto late = bench.node("vm-3");
    QVERIFY(late);
    QCOMPARE(late->said.size(), 3);
}

void GatewayNetworkTest::simulatedNodesAreSentNothing() {
    NetworkGatewayBench bench;
    bench.cluster.put(NetworkGatewayBench::service("web"));
    const auto node = bench.node("sim-1", "simulated://1");
    QVERIFY(node);
    bench.cluster.put(NetworkGatewayBench::service("more"));
    bench.executor.advance(1s);
    QCOMPARE(node->said, QStringList());
}

void GatewayNetworkTest::nodesHearWhomToAskForNames() {
    NetworkGatewayBench bench;
    const auto settings = [](const std::string& nameSpace, const std::string& name,
                             const std::string& value) {
        core::ConfigMap map;
        map.mutable_metadata()->set_namespace_(nameSpace);
        map.mutable_metadata()->set_name(name);
        (*map.mutable_data())["upstreamNameservers"] = value;
        return map;
    };
    bench.cluster.put(settings("kube-system", "kube-dns", R"(["192.0.2.1"])"));
    bench.cluster.put(settings("default", "kube-dns", "another"));
    const auto node = bench.node("vm-1");
    QVERIFY(node);
    QCOMPARE(node->said, QStringList("NameSettings kube-system/kube-dns"));
    bench.cluster.put(settings("default", "kube-dns", "changed"));
    bench.cluster.put(settings("kube-system", "kube-dns", R"(["192.0.2.2"])"));
    QVERIFY(bench.until([&] { return node->said.size() >= 2; }));
    QCOMPARE(node->said,
             (QStringList{"NameSettings kube-system/kube-dns", "NameSettings kube-system/kube-dns"}));
    core::ConfigMap sent;
    QVERIFY(sent.ParseFromString(node->bytes["NameSettings kube-system/kube-dns"]));
    QCOMPARE(sent.data().at("upstreamNameservers"), std::string(R"(["192.0.2.2"])"));
}

QTEST_APPLESS_MAIN(GatewayNetworkTest)
#include "test_gateway_network.moc"
