#include "engine/base/simulation.h"
#include "vmnodes/simulated/simulated_provider.h"

#include <QTest>
#include <map>

using namespace wheelhouse;
using namespace std::chrono_literals;
using machines::MachineSpec;
using machines::MachineState;
using machines::Phase;

namespace {

/// Remembers who came, who went and what they said.
class Witness final : public nodelink::NodeListener {
  public:
    void onConnected(const NodeName& node, const nodelink::Hello&) override { ++connected[node.value()]; }
    void onMessage(const NodeName& node, const nodelink::FromAgent& message) override {
        ++messages[node.value()];
        beats += message.has_heartbeat();
    }
    void onDisconnected(const NodeName& node) override { ++disconnected[node.value()]; }
    std::map<std::string, int> connected, disconnected, messages;
    int beats = 0;
};

struct Bench {
    SimulatedExecutor executor;
    SeededRandom random{3};
    nodelink::NodeHub hub{executor};
    Witness witness;
    simulated::SimulatedProvider provider{hub.port(), executor, executor, random};
    std::map<std::string, std::vector<MachineState>> heard;

    Bench() {
        hub.setListener(&witness);
        provider.setListener([this](const MachineState& state) { heard[state.name].push_back(state); });
    }
    ~Bench() {
        hub.setListener(nullptr);
        provider.shutdown(false, [] {});
        executor.advance(1s);
    }
    static MachineSpec spec(const std::string& name) {
        MachineSpec spec;
        spec.name = name;
        return spec;
    }
};

} // namespace

class SimulatedTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void boots();
    void ensureRunningIsIdempotent();
    void cutPowerSilencesAtOnce();
    void cutWhileBooting();
    void freezeAndThaw();
    void removeAnswersAlways();
    void aSecondStreamEndsTheFirst();
    void hubRefusesAnotherName();
    void heartbeatsAreSpread();
};

void SimulatedTest::boots() {
    Bench bench;
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(1s);
    QCOMPARE(bench.witness.connected["sim-1"], 1);
    QCOMPARE(bench.heard["sim-1"].back().phase, Phase::Running);
    QCOMPARE(bench.heard["sim-1"].front().phase, Phase::Booting);
    QCOMPARE(bench.heard["sim-1"].back().accelerator, std::string("simulated"));
}

void SimulatedTest::ensureRunningIsIdempotent() {
    Bench bench;
    for (int i = 0; i < 5; ++i) {
        bench.provider.ensureRunning(Bench::spec("sim-1"));
        bench.executor.advance(70ms);
    }
    bench.executor.advance(5s);
    QCOMPARE(bench.witness.connected["sim-1"], 1);
    QCOMPARE(bench.witness.disconnected["sim-1"], 0);
}

void SimulatedTest::cutPowerSilencesAtOnce() {
    Bench bench;
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(30s);
    bench.provider.cutPower("sim-1");
    bench.executor.advance(1ms);
    const int said = bench.witness.messages["sim-1"];
    bench.executor.advance(120s);
    QCOMPARE(bench.witness.messages["sim-1"], said);
    QCOMPARE(bench.witness.disconnected["sim-1"], 1);
    QCOMPARE(bench.heard["sim-1"].back().phase, Phase::Stopped);
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(1s);
    QCOMPARE(bench.witness.connected["sim-1"], 2);
}

void SimulatedTest::cutWhileBooting() {
    Bench bench;
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(10ms);
    bench.provider.cutPower("sim-1");
    bench.executor.advance(10s);
    QCOMPARE(bench.witness.connected["sim-1"], 0);
    QCOMPARE(bench.heard["sim-1"].back().phase, Phase::Stopped);
}

void SimulatedTest::freezeAndThaw() {
    Bench bench;
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(15s);
    bench.provider.freeze("sim-1");
    bench.executor.advance(1ms);
    const int said = bench.witness.messages["sim-1"];
    bench.executor.advance(60s);
    QCOMPARE(bench.witness.messages["sim-1"], said);
    QCOMPARE(bench.witness.disconnected["sim-1"], 0);
    bench.provider.thaw("sim-1");
    bench.executor.advance(11s);
    QVERIFY(bench.witness.messages["sim-1"] > said);
}

void SimulatedTest::removeAnswersAlways() {
    Bench bench;
    bench.provider.ensureRunning(Bench::spec("sim-1"));
    bench.executor.advance(1s);
    int answers = 0;
    for (const char* name : {"sim-1", "sim-1", "nobody"})
        bench.provider.remove(name, [&](Result<void> result) { answers += result.has_value(); });
    QCOMPARE(answers, 0);
    bench.executor.advance(1s);
    QCOMPARE(answers, 3);
    QVERIFY(bench.hub.nodes().empty());
}

namespace {

class Line final : public nodelink::LinkTransport {
  public:
    void send(nodelink::ToAgent) override { ++sent; }
    void close(const Status& why) override { closed = why; }
    int sent = 0;
    std::optional<Status> closed;
};

nodelink::FromAgent hello(const std::string& name) {
    nodelink::FromAgent message;
    message.mutable_hello()->set_node_name(name);
    message.mutable_hello()->set_protocol(1);
    return message;
}

} // namespace

void SimulatedTest::aSecondStreamEndsTheFirst() {
    Bench bench;
    const auto first = std::make_shared<Line>();
    const auto second = std::make_shared<Line>();
    const auto one = bench.hub.attach(NodeName("n"), first);
    bench.hub.received(one, hello("n"));
    const auto two = bench.hub.attach(NodeName("n"), second);
    QVERIFY(!first->closed); // it has not said who it is yet
    bench.hub.received(two, hello("n"));
    QVERIFY(first->closed && !second->closed);
    QVERIFY(bench.hub.send(NodeName("n"), {}));
    QCOMPARE(second->sent, 1);
    bench.hub.detached(one); // late news of the first must not end the second
    QVERIFY(bench.hub.connected(NodeName("n")));
    QCOMPARE(bench.witness.connected["n"], 2);
    QCOMPARE(bench.witness.disconnected["n"], 1);
    bench.hub.detached(two);
}

void SimulatedTest::hubRefusesAnotherName() {
    Bench bench;
    const auto line = std::make_shared<Line>();
    bench.hub.received(bench.hub.attach(NodeName("n"), line), hello("somebody-else"));
    QVERIFY(line->closed);
    QVERIFY(line->closed->reason == Reason::Forbidden);
    const auto mute = std::make_shared<Line>();
    nodelink::FromAgent beat;
    beat.mutable_heartbeat();
    bench.hub.received(bench.hub.attach(NodeName("n"), mute), beat);
    QVERIFY(mute->closed);
    QVERIFY(bench.hub.nodes().empty());
    QVERIFY(bench.witness.connected.empty());
}

void SimulatedTest::heartbeatsAreSpread() {
    Bench bench;
    for (int i = 0; i < 200; ++i)
        bench.provider.ensureRunning(Bench::spec("sim-" + std::to_string(i)));
    bench.executor.advance(15s);
    int most = 0;
    for (int second = 0; second < 10; ++second) {
        const int before = bench.witness.beats;
        bench.executor.advance(1s);
        most = std::max(most, bench.witness.beats - before);
    }
    QVERIFY2(most < 50, qPrintable(QString::number(most))); // 20 a second on average
}

QTEST_GUILESS_MAIN(SimulatedTest)
#include "test_simulated.moc"
