#include "engine/api/time.h"
#include "gateway_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using namespace std::chrono_literals;
namespace core = api::core;
namespace coordination = api::coordination;

class GatewayTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void registersANode();
    void keepsWhatOthersSet();
    void renewsTheLease();
    void leasesAreRenewedTogether();
    void mendsWhatWasSaidDuringSilence();
    void podsAreReadyAgainAfterSilence();
    void runsAPodToTheEnd();
    void writesEachStatusOnce();
    void aPodOfTheSameNameIsAnother();
    void keepsConditionsOfOthers();
    void sendsConfigMapsOnlyWhereNeeded();
    void powerCutAndBack();
    void aDeletedNodeStaysDeleted();
    void routesOfRealNodesOnly();
    void logs();
    void commandsAndPorts();
    void aLostLinkEndsWhatIsOpen();
    void passesOnWhatIsUsed();
    void whoSetWhatIsNoMatterOfNodes();
    void manyNodes();
};

void GatewayTest::registersANode() {
    GatewayBench bench;
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    const auto node = bench.cluster.get<core::Node>("sim-1");
    QCOMPARE(node->metadata().labels().at("kind"), std::string("simulated"));
    QCOMPARE(node->metadata().labels().at("topology.kubernetes.io/zone"), std::string("a"));
    QCOMPARE(node->spec().taints(0).key(), std::string("simulated"));
    QCOMPARE(node->status().capacity().at("cpu").string(), std::string("4"));
}

void GatewayTest::keepsWhatOthersSet() {
    GatewayBench bench;
    core::Node node;
    node.mutable_metadata()->set_name("sim-1");
    (*node.mutable_metadata()->mutable_labels())["team"] = "blue";
    (*node.mutable_metadata()->mutable_labels())["kind"] = "old";
    node.mutable_spec()->set_unschedulable(true);
    node.mutable_spec()->set_podcidr("10.244.9.0/24");
    core::NodeCondition& network = *node.mutable_status()->add_conditions();
    network.set_type("NetworkUnavailable");
    network.set_status("False");
    bench.cluster.put(node);
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    const auto now = bench.cluster.get<core::Node>("sim-1");
    QCOMPARE(now->metadata().labels().at("team"), std::string("blue"));
    QCOMPARE(now->metadata().labels().at("kind"), std::string("simulated"));
    QVERIFY(now->spec().unschedulable());
    QCOMPARE(now->spec().taints_size(), 0); // taints are set at the first registration only
    bool kept = false;
    for (const core::NodeCondition& condition : now->status().conditions())
        kept = kept || condition.type() == "NetworkUnavailable";
    QVERIFY(kept);
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    const auto pod = bench.cluster.get<core::Pod>("default/web");
    QVERIFY2(pod->status().podip().starts_with("10.244.9."), pod->status().podip().c_str());
}

void GatewayTest::renewsTheLease() {
    GatewayBench bench;
    bench.machine("sim-1");
    QVERIFY(bench.until(
        [&] { return bench.cluster.get<coordination::Lease>("kube-node-lease/sim-1").has_value(); }));
    const auto renewed = [&] {
        return api::fromTime(
            bench.cluster.get<coordination::Lease>("kube-node-lease/sim-1")->spec().renewtime());
    };
    const WallTime first = renewed();
    bench.executor.advance(60s);
    QVERIFY(renewed() - first >= 45s);
    QVERIFY(bench.executor.wallNow() - renewed() <= 11s);
    bench.provider.cutPower("sim-1");
    bench.executor.advance(1s);
    const WallTime last = renewed();
    bench.executor.advance(60s);
    QCOMPARE(renewed(), last); // silence is what a power cut looks like
}

void GatewayTest::leasesAreRenewedTogether() {
    GatewayBench bench;
    controlplane::GatewayWriter writer(bench.cluster, bench.executor, bench.informers.of<core::Node>(),
                                       bench.informers.of<core::Pod>(), 40s);
    const auto renewed = [&](const std::string& node) {
        const auto lease = bench.cluster.get<coordination::Lease>("kube-node-lease/" + node);
        return lease ? api::fromTime(lease->spec().renewtime()) : WallTime();
    };
    for (const char* name : {"a", "b", "c"}) {
        core::Node node;
        node.mutable_metadata()->set_name(name);
        writer.registerNode(node);
        QVERIFY(bench.until([&] { return renewed(name) != WallTime(); }));
    }
    bench.executor.advance(10s);
    writer.heartbeat("a");
    bench.executor.advance(50ms);
    writer.heartbeat("b");
    bench.executor.advance(25ms);
    writer.heartbeat("c");
    writer.forgetNode("c");
    const WallTime said = bench.executor.wallNow();
    bench.executor.advance(30ms);
    QVERIFY(renewed("a") >= said);
    QCOMPARE(renewed("a"), renewed("b"));
    QVERIFY(renewed("c") < said);
    bench.executor.advance(1s);
    writer.heartbeat("a");
    bench.executor.advance(100ms);
    QVERIFY(renewed("a") > renewed("b"));
}

void GatewayTest::mendsWhatWasSaidDuringSilence() {
    GatewayBench bench;
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    bench.provider.freeze("sim-1");
    bench.executor.advance(60s);
    bench.cluster.edit<core::Node>("sim-1", [](core::Node& node) {
        for (core::NodeCondition& condition : *node.mutable_status()->mutable_conditions())
            condition.set_status("Unknown");
    });
    bench.executor.advance(20s);
    QCOMPARE(bench.ready("sim-1"), std::string("Unknown"));
    bench.provider.thaw("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }, 15s));
}

/// A node that stood still keeps its link and knows of nothing: its pods were marked not ready meanwhile.
void GatewayTest::podsAreReadyAgainAfterSilence() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    const auto ready = [&] {
        const auto pod = bench.cluster.get<core::Pod>("default/web");
        for (const core::PodCondition& condition : pod->status().conditions())
            if (condition.type() == "Ready") return condition.status();
        return std::string("none");
    };
    QVERIFY(bench.until([&] { return ready() == "True"; }, 30s));
    bench.provider.freeze("sim-1");
    bench.executor.advance(60s);
    bench.cluster.edit<core::Pod>("default/web", [](core::Pod& pod) {
        for (core::PodCondition& condition : *pod.mutable_status()->mutable_conditions())
            if (condition.type() == "Ready") {
                condition.set_status("False");
                condition.set_reason("NodeNotReady");
            }
    });
    bench.executor.advance(20s);
    QCOMPARE(ready(), std::string("False"));
    bench.provider.thaw("sim-1");
    QVERIFY(bench.until([&] { return ready() == "True"; }, 30s));
    // Said once: the link stays from then on.
    const int writes = bench.cluster.count("update", "pods", "web");
    bench.executor.advance(2min);
    QCOMPARE(bench.cluster.count("update", "pods", "web"), writes);
}

void GatewayTest::runsAPodToTheEnd() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    auto pod = bench.cluster.get<core::Pod>("default/web");
    QVERIFY(!pod->status().podip().empty());
    QVERIFY(pod->status().containerstatuses(0).ready());
    QVERIFY(bench.until([&] { return bench.cluster.all<core::Event>().size() >= 4; }));
    for (const core::Event& event : bench.cluster.all<core::Event>()) {
        QCOMPARE(event.involvedobject().uid(), pod->metadata().uid());
        QCOMPARE(event.involvedobject().fieldpath(), std::string("spec.containers{main}"));
        QCOMPARE(event.source().host(), std::string("sim-1"));
    }
    bench.cluster.remove(api::kindOf<core::Pod>().name, "default", "web", {}, [](auto) {});
    QVERIFY(bench.until([&] { return bench.phase("web") == "none"; }, 10s));
    bench.executor.advance(60s);
    QCOMPARE(bench.cluster.count("delete", "pods", "web"), 2); // the person's and the node's last
}

void GatewayTest::writesEachStatusOnce() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(4min);
    const int writes = bench.cluster.count("update", "pods", "web");
    QVERIFY2(writes <= 5, qPrintable(QString::number(writes)));
    const int nodeWrites = bench.cluster.count("update", "nodes", "sim-1");
    QVERIFY2(nodeWrites <= 3, qPrintable(QString::number(nodeWrites)));
}

void GatewayTest::aPodOfTheSameNameIsAnother() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    const std::string old = bench.cluster.get<core::Pod>("default/web")->metadata().uid();
    bench.cluster.drop<core::Pod>("default/web");
    bench.cluster.put(bench.pod("web", "sim-1"));
    const std::string now = bench.cluster.get<core::Pod>("default/web")->metadata().uid();
    QVERIFY(old != now);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    QCOMPARE(bench.cluster.get<core::Pod>("default/web")->metadata().uid(), now);
    QCOMPARE(bench.phase("web"), std::string("Running"));
}

void GatewayTest::keepsConditionsOfOthers() {
    GatewayBench bench;
    bench.machine("sim-1");
    core::Pod pod = bench.pod("web", "sim-1");
    core::PodCondition& scheduled = *pod.mutable_status()->add_conditions();
    scheduled.set_type("PodScheduled");
    scheduled.set_status("True");
    scheduled.mutable_lasttransitiontime()->set_seconds(1'700'000'000);
    core::PodCondition& gate = *pod.mutable_status()->add_conditions();
    gate.set_type("example.com/gate");
    gate.set_status("False");
    pod.mutable_spec()->add_readinessgates()->set_conditiontype("example.com/gate");
    bench.cluster.put(pod);
    QVERIFY(bench.untilRunning("web"));
    const auto condition = [&](const std::string& type) {
        const auto now = bench.cluster.get<core::Pod>("default/web");
        for (const core::PodCondition& known : now->status().conditions())
            if (known.type() == type) return known;
        return core::PodCondition();
    };
    QCOMPARE(condition("PodScheduled").lasttransitiontime().seconds(), std::int64_t(1'700'000'000));
    QCOMPARE(condition("example.com/gate").status(), std::string("False"));
    QCOMPARE(condition("ContainersReady").status(), std::string("True"));
    QCOMPARE(condition("Ready").status(), std::string("False"));
    bench.cluster.edit<core::Pod>("default/web", [](core::Pod& open) {
        for (core::PodCondition& known : *open.mutable_status()->mutable_conditions())
            if (known.type() == "example.com/gate") known.set_status("True");
    });
    QVERIFY(bench.until([&] { return condition("Ready").status() == "True"; }, 5s));
}

void GatewayTest::sendsConfigMapsOnlyWhereNeeded() {
    GatewayBench bench;
    bench.machine("sim-1");
    core::Pod pod = bench.pod("web", "sim-1");
    pod.mutable_spec()
        ->mutable_containers(0)
        ->add_envfrom()
        ->mutable_configmapref()
        ->mutable_localobjectreference()
        ->set_name("settings");
    bench.cluster.put(pod);
    const auto waiting = [&] {
        const auto now = bench.cluster.get<core::Pod>("default/web");
        return now->status().containerstatuses_size() == 0
                   ? std::string()
                   : now->status().containerstatuses(0).state().waiting().reason();
    };
    QVERIFY(bench.until([&] { return waiting() == "CreateContainerConfigError"; }));
    core::ConfigMap map;
    map.mutable_metadata()->set_name("settings");
    map.mutable_metadata()->set_namespace_("default");
    (*map.mutable_data())["COLOUR"] = "teal";
    bench.cluster.put(map);
    QVERIFY(bench.until([&] { return bench.phase("web") == "Running"; }, 3s));
}

void GatewayTest::powerCutAndBack() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    bench.provider.cutPower("sim-1");
    bench.executor.advance(5s);
    QVERIFY(!bench.hub.connected(NodeName("sim-1")));
    QCOMPARE(bench.phase("web"), std::string("Running")); // nobody is there to say otherwise
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.hub.connected(NodeName("sim-1")); }));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(10s);
    QCOMPARE(bench.phase("web"), std::string("Running"));
}

void GatewayTest::aDeletedNodeStaysDeleted() {
    GatewayBench bench;
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    bench.cluster.drop<core::Node>("sim-1");
    bench.cluster.drop<coordination::Lease>("kube-node-lease/sim-1");
    bench.executor.advance(60s);
    QCOMPARE(bench.ready("sim-1"), std::string("none"));
    QVERIFY(!bench.cluster.get<coordination::Lease>("kube-node-lease/sim-1"));
}

void GatewayTest::routesOfRealNodesOnly() {
    using controlplane::NodeRoute;
    const std::vector<NodeRoute> all{{"vm-1", "10.244.0.0/24", "10.100.0.2", false},
                                     {"vm-2", "10.244.1.0/24", "10.100.0.3", false},
                                     {"vm-3", "", "10.100.0.4", false},
                                     {"sim-1", "10.244.2.0/24", "10.128.0.1", true}};
    const auto network = controlplane::networkOf(all[0], all);
    QCOMPARE(network.pod_cidr(), std::string("10.244.0.0/24"));
    QCOMPARE(network.routes_size(), 1);
    QCOMPARE(network.routes(0).via(), std::string("10.100.0.3"));
    QCOMPARE(controlplane::networkOf(all[3], all).routes_size(), 0);
}

void GatewayTest::logs() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(3s);
    nodelink::LogRequest request;
    request.nameSpace = "default";
    request.pod = "web";
    request.podUid = Uid(bench.cluster.get<core::Pod>("default/web")->metadata().uid());
    request.container = "main";
    std::string text;
    std::optional<Result<void>> end;
    const auto stream = bench.hub.openLog(
        NodeName("sim-1"), request, [&](std::string_view data) { text += data; },
        [&](Result<void> result) { end = result; });
    QVERIFY(text.empty() && !end); // never inside the call
    QVERIFY(bench.until([&] { return end.has_value(); }, 5s));
    QVERIFY(end->has_value());
    QVERIFY(text.starts_with("web main: line 1\n"));
    std::optional<Result<void>> noNode;
    const auto none = bench.hub.openLog(
        NodeName("sim-9"), request, [](std::string_view) {}, [&](Result<void> result) { noNode = result; });
    QVERIFY(bench.until([&] { return noNode.has_value(); }, 5s));
    QVERIFY(!noNode->has_value());
    QVERIFY(noNode->error().reason == Reason::ServiceUnavailable);
    request.follow = true;
    end.reset();
    const auto followed = bench.hub.openLog(
        NodeName("sim-1"), request, [](std::string_view) {}, [&](Result<void> result) { end = result; });
    bench.executor.advance(5s);
    QVERIFY(!end);
    bench.provider.cutPower("sim-1");
    QVERIFY(bench.until([&] { return end.has_value(); }, 5s));
    QVERIFY(!end->has_value());
}

namespace {

/// One two-way stream with a pod and what it said.
struct Duplex {
    std::string out, err;
    std::optional<Result<int>> end;
    std::unique_ptr<nodelink::PodDuplex> stream;
    bool takes = true; ///< gives back at once what comes

    nodelink::DuplexEvents events() {
        return {.onData =
                    [this](int channel, std::string_view bytes) {
                        (channel == 2 ? err : out) += bytes;
                        if (takes) stream->taken(bytes.size());
                    },
                .onRoom = [] {},
                .onEnd = [this](const Result<int>& result) { end = result; }};
    }
};

nodelink::ExecRequest execOf(GatewayBench& bench, std::vector<std::string> command) {
    nodelink::ExecRequest request;
    request.nameSpace = "default";
    request.pod = "web";
    request.podUid = Uid(bench.cluster.get<core::Pod>("default/web")->metadata().uid());
    request.container = "main";
    request.command = std::move(command);
    request.stdIn = request.stdOut = request.stdErr = true;
    return request;
}

} // namespace

void GatewayTest::commandsAndPorts() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    const NodeName node("sim-1");
    Duplex failing;
    failing.stream = bench.hub.openExec(node, execOf(bench, {"cat", "/none"}), failing.events());
    QVERIFY(bench.until([&] { return failing.end.has_value(); }, 5s));
    QCOMPARE(failing.end->value(), 1);
    QVERIFY(failing.err.find("/none") != std::string::npos);

    // Much more than the credit of either direction, both of which come back only as it is taken.
    Duplex echo;
    echo.takes = false;
    echo.stream = bench.hub.openExec(node, execOf(bench, {"cat"}), echo.events());
    const std::string piece(100'000, 'x');
    std::size_t sent = 0, given = 0;
    constexpr std::size_t all = 3'000'000;
    while (echo.out.size() < all) {
        const std::size_t now = std::min({echo.stream->room(), piece.size(), all - sent});
        if (now > 0) echo.stream->write(std::string_view(piece).substr(0, now));
        sent += now;
        bench.executor.advance(1ms);
        QVERIFY(echo.out.size() - given <= 256 * 1024);
        QVERIFY(sent - echo.out.size() <= 3 * 256 * 1024);
        if (now == 0) {
            QVERIFY2(echo.out.size() > given, "both sides wait for the other");
            echo.stream->taken(echo.out.size() - given);
            given = echo.out.size();
        }
    }
    echo.stream->closeInput();
    QVERIFY(bench.until([&] { return echo.end.has_value(); }, 5s));
    QCOMPARE(echo.end->value(), 0);

    Duplex port;
    nodelink::PortRequest request;
    request.nameSpace = "default";
    request.pod = "web";
    request.podUid = execOf(bench, {}).podUid;
    request.port = 80;
    port.stream = bench.hub.openPort(node, request, port.events());
    port.stream->write("GET /hostname HTTP/1.1\r\n\r\n");
    QVERIFY(bench.until([&] { return port.end.has_value(); }, 5s));
    QVERIFY2(port.out.starts_with("HTTP/1.1 200 OK"), port.out.c_str());

    Duplex nobody;
    auto wrong = execOf(bench, {"ls"});
    wrong.container = "other";
    nobody.stream = bench.hub.openExec(node, wrong, nobody.events());
    QVERIFY(bench.until([&] { return nobody.end.has_value(); }, 5s));
    QCOMPARE(nobody.end->error().message,
             std::string("unable to upgrade connection: container not found (\"other\")"));
}

void GatewayTest::aLostLinkEndsWhatIsOpen() {
    GatewayBench bench;
    bench.machine("sim-1");
    bench.cluster.put(bench.pod("web", "sim-1"));
    QVERIFY(bench.untilRunning("web"));
    Duplex sleeping, nowhere;
    sleeping.stream =
        bench.hub.openExec(NodeName("sim-1"), execOf(bench, {"sleep", "infinity"}), sleeping.events());
    nowhere.stream = bench.hub.openExec(NodeName("sim-9"), execOf(bench, {"ls"}), nowhere.events());
    QVERIFY(!nowhere.end); // never inside the call
    bench.executor.advance(5s);
    QVERIFY(!sleeping.end);
    QCOMPARE(nowhere.end->error().message, std::string("node \"sim-9\" is not connected"));
    bench.provider.cutPower("sim-1");
    QVERIFY(bench.until([&] { return sleeping.end.has_value(); }, 5s));
    QCOMPARE(sleeping.end->error().message, std::string("the connection to node \"sim-1\" was lost"));
    sleeping.stream->write("too late"); // and without effect
    sleeping.stream.reset();
}

void GatewayTest::passesOnWhatIsUsed() {
    GatewayBench bench;
    std::map<std::string, nodelink::UsageReport> heard;
    bench.gateway.setUsageListener(
        [&](const NodeName& node, const nodelink::UsageReport& report) { heard[node.value()] = report; });
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    core::Pod pod = bench.pod("web", "sim-1");
    (*pod.mutable_metadata()->mutable_annotations())["simulated.wheelhouse.dev/cpu"] = "300m";
    bench.cluster.put(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(45s);
    QCOMPARE(heard.size(), std::size_t{1});
    QCOMPARE(heard["sim-1"].pods_size(), 1);
    QCOMPARE(heard["sim-1"].pods(0).pod().name(), std::string("web"));
    const auto nanoCores = heard["sim-1"].pods(0).containers(0).usage().cpu_nano_cores();
    QVERIFY(nanoCores > 299'000'000 && nanoCores < 301'000'000);
    QVERIFY(heard["sim-1"].node().cpu_nano_cores() > nanoCores);
}

void GatewayTest::whoSetWhatIsNoMatterOfNodes() {
    GatewayBench bench;
    const auto agent = std::make_shared<Listening>();
    const auto session = bench.hub.attach(NodeName("vm-1"), agent);
    nodelink::FromAgent hello;
    hello.mutable_hello()->set_node_name("vm-1");
    hello.mutable_hello()->set_protocol(1);
    bench.hub.received(session, hello);
    core::Pod pod = bench.pod("web", "vm-1");
    pod.mutable_metadata()->add_managedfields()->set_manager("kubectl");
    bench.cluster.put(pod);
    core::Pod sent;
    QVERIFY(bench.until([&] {
        for (const nodelink::ToAgent& message : agent->heard)
            if (message.has_pod()) return sent.ParseFromString(message.pod().pod());
        return false;
    }));
    QCOMPARE(sent.spec().containers(0).image(), std::string("demo:1"));
    QCOMPARE(sent.metadata().managedfields_size(), 0);
    bench.hub.detached(session);
}

void GatewayTest::manyNodes() {
    GatewayBench bench;
    constexpr int nodes = 100;
    for (int i = 0; i < nodes; ++i)
        bench.machine("sim-" + std::to_string(i));
    for (int i = 0; i < nodes * 10; ++i)
        bench.cluster.put(bench.pod("pod-" + std::to_string(i), "sim-" + std::to_string(i % nodes)));
    QVERIFY(bench.until(
        [&] {
            for (int i = 0; i < nodes * 10; i += 37)
                if (bench.phase("pod-" + std::to_string(i)) != "Running") return false;
            return true;
        },
        60s));
    bench.executor.advance(30s);
    for (int i = 0; i < nodes * 10; ++i)
        QCOMPARE(bench.phase("pod-" + std::to_string(i)), std::string("Running"));
}

QTEST_GUILESS_MAIN(GatewayTest)
#include "test_gateway.moc"
