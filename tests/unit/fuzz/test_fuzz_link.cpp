// R10: hostile messages of the node link, in both directions, and hostile frames on the network between
// nodes. What one node says must never touch what belongs to another.
#include "agent_bench.h"
#include "fake_cluster.h"
#include "fuzz.h"
#include "node_gateway.h"
#include "vmnodes/fabric/fabric.h"

#include <QtTest>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace wheelhouse;
using namespace wheelhouse::test;
using namespace wheelhouse::tests;
using namespace std::chrono_literals;
using nodelink::FromAgent;
using nodelink::ToAgent;

namespace {

/// Takes what is said to a node and forgets it.
struct DeafTransport final : nodelink::LinkTransport {
    void send(ToAgent) override {}
    void close(const Status&) override { closed = true; }
    bool closed = false;
};

template <class M>
std::string made(const std::function<void(M&)>& fill) {
    M message;
    fill(message);
    return message.SerializeAsString();
}

void name(nodelink::PodRef& pod, const char* nameOfPod, const std::string& uid) {
    pod.set_namespace_("default");
    pod.set_name(nameOfPod);
    pod.set_uid(uid);
}

/// The control plane's end, with two nodes and a pod on each.
struct HubBench {
    SimulatedExecutor executor;
    SeededRandom random{11};
    FakeCluster cluster{executor, random};
    nodelink::NodeHub hub{executor};
    client::InformerSet informers{cluster, executor};
    controlplane::NodeGateway gateway{cluster, hub, informers, executor};
    std::shared_ptr<DeafTransport> transport = std::make_shared<DeafTransport>();
    nodelink::NodeHub::SessionId session = 0;
    std::unique_ptr<nodelink::PodStream> log;

    HubBench() {
        for (const char* node : {"n1", "n2"}) {
            core::Node made;
            made.mutable_metadata()->set_name(node);
            cluster.put(made);
            core::Pod pod = AgentBench::pod(std::string("on-") + node);
            pod.mutable_metadata()->clear_uid();
            pod.mutable_spec()->set_nodename(node);
            cluster.put(pod);
        }
        informers.start();
        executor.advance(1s);
        connect();
    }
    void connect() {
        transport = std::make_shared<DeafTransport>();
        session = hub.attach(NodeName("n1"), transport);
        hub.received(session, hello());
        executor.advance(1s);
        log = hub.openLog(
            NodeName("n1"), {}, [this](std::string_view text) { log->taken(text.size()); }, [](auto) {});
    }
    static FromAgent hello() {
        FromAgent message;
        message.mutable_hello()->set_node_name("n1");
        message.mutable_hello()->set_protocol(1);
        core::Node node;
        node.mutable_metadata()->set_name("n1");
        message.mutable_hello()->set_node(node.SerializeAsString());
        return message;
    }
    std::string uid(const char* pod) const {
        return cluster.get<core::Pod>(std::string("default/") + pod)->metadata().uid();
    }
    /// Everything that is not this node's.
    std::string others() const {
        return cluster.get<core::Node>("n2")->SerializeAsString() +
               cluster.get<core::Pod>("default/on-n2")->SerializeAsString();
    }
    std::vector<std::string> corpus() const {
        core::PodStatus running;
        running.set_phase("Running");
        running.set_podip("10.244.1.2");
        core::NodeStatus status;
        (*status.mutable_capacity())["cpu"].set_string("4");
        return {hello().SerializeAsString(),
                made<FromAgent>([&](auto& m) { m.set_node_status(status.SerializeAsString()); }),
                made<FromAgent>([&](auto& m) { m.mutable_heartbeat(); }),
                made<FromAgent>([&](auto& m) {
                    name(*m.mutable_pod_status()->mutable_pod(), "on-n1", uid("on-n1"));
                    m.mutable_pod_status()->set_status(running.SerializeAsString());
                }),
                made<FromAgent>([&](auto& m) {
                    name(*m.mutable_pod_status()->mutable_pod(), "on-n2", uid("on-n2"));
                    m.mutable_pod_status()->set_status(running.SerializeAsString());
                }),
                made<FromAgent>(
                    [&](auto& m) { name(*m.mutable_pod_gone()->mutable_pod(), "on-n2", uid("on-n2")); }),
                made<FromAgent>([&](auto& m) {
                    name(*m.mutable_event()->mutable_pod(), "on-n1", uid("on-n1"));
                    m.mutable_event()->set_type("Warning");
                    m.mutable_event()->set_reason("BackOff");
                }),
                made<FromAgent>([&](auto& m) {
                    m.mutable_stream_data()->set_stream(1);
                    m.mutable_stream_data()->set_data("text");
                }),
                made<FromAgent>([&](auto& m) { m.mutable_stream_end()->set_stream(1); }),
                made<FromAgent>([&](auto& m) {
                    m.mutable_stream_credit()->set_stream(1);
                    m.mutable_stream_credit()->set_bytes(1 << 30);
                })};
    }
};

/// A machine's end of a cable.
class Cable {
  public:
    explicit Cable(fabric::Cable cable) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        const auto own = loopback(cable.machine), peer = loopback(cable.fabric);
        up_ = ::bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0 &&
              ::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) == 0;
    }
    Cable(const Cable&) = delete;
    Cable& operator=(const Cable&) = delete;
    ~Cable() { ::close(fd_); }
    bool up() const { return up_; }
    void send(const std::string& frame) const { ::send(fd_, frame.data(), frame.size(), 0); }
    /// The next frame, or nothing within a fifth of a second.
    std::string receive() const {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 200) <= 0) return {};
        std::string frame(70'000, '\0');
        const auto size = ::recv(fd_, frame.data(), frame.size(), 0);
        frame.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return frame;
    }

  private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }
    int fd_;
    bool up_ = false;
};

} // namespace

class TestFuzzLink : public QObject {
    Q_OBJECT

  public:
    static void initMain() { qputenv("QTEST_FUNCTION_TIMEOUT", "3600000"); }

  private Q_SLOTS:
    void whatNodesSay() {
        HubBench bench;
        const std::string others = bench.others();
        QVERIFY(bench.hub.connected(NodeName("n1")));
        checkDecoder(
            [&](const std::string& input) -> std::string {
                FromAgent message;
                if (!message.ParseFromString(input)) return "";
                bench.hub.received(bench.session, message);
                bench.executor.advance(20ms);
                if (bench.transport->closed) {
                    bench.executor.advance(1s);
                    bench.connect();
                }
                if (!bench.hub.connected(NodeName("n1"))) return "the node cannot come back";
                return bench.others() == others ? "" : "one node changed what is another's";
            },
            bench.corpus(), 20'000);
        // Events are the only thing a node can add to, and those are limited.
        QVERIFY(bench.cluster.all<core::Event>().size() < 2000);
    }

    void whatTheControlPlaneSays() {
        AgentBench bench;
        bench.start();
        const std::string pod = AgentBench::pod("web").SerializeAsString();
        const auto target = [](nodelink::PodRef& ref) { name(ref, "web", "uid-web"); };
        const std::vector<std::string> corpus{
            made<ToAgent>([&](auto& m) { m.mutable_pod()->set_pod(pod); }),
            made<ToAgent>([&](auto& m) { target(*m.mutable_pod_removed()); }),
            made<ToAgent>([&](auto& m) { m.mutable_synced(); }),
            made<ToAgent>([&](auto& m) { m.mutable_welcome()->set_heartbeat_seconds(10); }),
            made<ToAgent>([&](auto& m) {
                m.mutable_network()->set_pod_cidr("10.244.1.0/24");
                auto& route = *m.mutable_network()->add_routes();
                route.set_pod_cidr("10.244.2.0/24");
                route.set_via("192.168.0.2");
            }),
            made<ToAgent>([&](auto& m) {
                m.mutable_open_log()->set_stream(1);
                target(*m.mutable_open_log()->mutable_pod());
                m.mutable_open_log()->set_tail_lines(-1);
            }),
            made<ToAgent>([&](auto& m) {
                m.mutable_open_exec()->set_stream(2);
                target(*m.mutable_open_exec()->mutable_pod());
                m.mutable_open_exec()->add_command("cat");
                m.mutable_open_exec()->set_stdin(true);
            }),
            made<ToAgent>([&](auto& m) {
                m.mutable_open_port()->set_stream(3);
                target(*m.mutable_open_port()->mutable_pod());
                m.mutable_open_port()->set_port(80);
            }),
            made<ToAgent>([&](auto& m) {
                m.mutable_input()->set_stream(2);
                m.mutable_input()->set_data("text");
            }),
            made<ToAgent>([&](auto& m) { m.mutable_resize()->set_stream(2); }),
            made<ToAgent>([&](auto& m) { m.set_close_stream(2); }),
            made<ToAgent>([&](auto& m) {
                m.mutable_object()->set_kind("ConfigMap");
                m.mutable_object()->set_bytes("x");
            })};
        checkDecoder(
            [&](const std::string& input) -> std::string {
                ToAgent message;
                if (!message.ParseFromString(input)) return "";
                bench.channel->say(message);
                bench.executor.advance(20ms);
                bench.channel->sent.clear();
                return "";
            },
            corpus, 20'000);
        // After all that it still runs what it is asked to.
        bench.desire(AgentBench::pod("after"));
        bench.executor.advance(10s);
        QCOMPARE(QString::fromStdString(bench.status("after").phase()), QString("Running"));
    }

    void framesBetweenNodes() {
        SeededRandom random(7);
        const auto network = std::move(*fabric::Fabric::create(random));
        const Cable a(*network->plug("a")), b(*network->plug("b"));
        QVERIFY(a.up() && b.up());
        const std::string ethernet = std::string(6, '\xff') + std::string("\x52\x54\0\x77\0\x01\x08\x00", 8);
        Mutator inputs(
            {ethernet + std::string(60, 'x'), ethernet + std::string(9000, 'j'), std::string(14, '\0')},
            random, 20'000);
        // What the kernel has no room for is lost, as on any network: then it is sent again.
        const auto passes = [&](int i) {
            const std::string good = ethernet + "good " + std::to_string(i);
            for (int attempt = 0; attempt < 20; ++attempt) {
                a.send(good);
                for (std::string got = b.receive(); !got.empty(); got = b.receive())
                    if (got == good) return true;
            }
            return false;
        };
        const int lots = runs(250);
        for (int i = 0; i < lots; ++i) {
            for (int k = 0; k < 20; ++k)
                a.send(inputs.next());
            QVERIFY2(passes(i), std::to_string(i).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestFuzzLink)
#include "test_fuzz_link.moc"
