#include "agent_bench.h"

#include <QTest>
#include <algorithm>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using agent::ContainerInfo;

namespace {

constexpr std::int64_t gibi = std::int64_t{1} << 30;

/// A node whose disk of images is this full.
void fill(AgentBench& bench, int percent) {
    agent::NodeRoom room;
    room.node = {100 * gibi, (100 - percent) * gibi, 1'000'000, 1'000'000};
    room.images = room.node;
    bench.runtime.setRoom(room);
}

} // namespace

/// Containers and images nobody needs any more.
class AgentGarbageTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void oneDeadContainerOfEachIsKept();
    void whatAnEarlierAgentLeftGoes();
    void replacedSandboxesGo();
    void volumesOfAPodThatIsOverGo();
    void imagesUnusedForLongestGoFirst();
    void thereMayBeTooFewImagesToFreeEnough();
    void aFailureIsSaid();
    void imagesInUseAndYoungOnesStay();
    void oldImagesGoIfThatIsWanted();
};

void AgentGarbageTest::oneDeadContainerOfEachIsKept() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    for (int i = 0; i < 3; ++i) {
        QVERIFY(bench.runtime.crashContainer(bench.running(), 1));
        QVERIFY(bench.until([&] { return bench.container("web").restartcount() == i + 1; }, 5min));
        QVERIFY(bench.until([&] { return !bench.running().empty(); }, 5min));
    }
    bench.executor.advance(2min);
    const auto containers = bench.runtime.containers();
    QCOMPARE(containers.size(), std::size_t(2));
    const auto dead = std::find_if(containers.begin(), containers.end(), [](const ContainerInfo& each) {
        return each.state == ContainerInfo::State::Exited;
    });
    QVERIFY(dead != containers.end());
    QCOMPARE(dead->attempt, std::uint32_t(2));
}

void AgentGarbageTest::whatAnEarlierAgentLeftGoes() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.disk.records.clear();
    bench.restartAgent();
    bench.synced();
    bench.executor.advance(10s);
    QVERIFY(bench.runtime.containers().empty());
    QVERIFY(bench.runtime.sandboxes().empty());
}

void AgentGarbageTest::replacedSandboxesGo() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.runtime.loseSandbox(bench.runtime.sandboxes().front().id);
    QVERIFY(bench.until([&] { return !bench.running().empty(); }, 5min));
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(2));
    bench.executor.advance(2min);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(1));
    QVERIFY(bench.runtime.sandboxes().front().ready);
    QVERIFY(!bench.running().empty());
}

void AgentGarbageTest::volumesOfAPodThatIsOverGo() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("job");
    pod.mutable_spec()->set_restartpolicy("Never");
    core::Volume& volume = *pod.mutable_spec()->add_volumes();
    volume.set_name("scratch");
    volume.mutable_volumesource()->mutable_emptydir();
    AgentBench::annotate(pod, "exit-after", "20s");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("job"));
    QCOMPARE(bench.runtime.volumeCount(), std::size_t(1));
    QVERIFY(bench.until([&] { return bench.status("job").phase() == "Succeeded"; }));
    QVERIFY(bench.until([&] { return bench.runtime.volumeCount() == 0; }, 10s));
    QCOMPARE(bench.runtime.containers().size(), std::size_t(1)); // its log can still be read
}

void AgentGarbageTest::imagesUnusedForLongestGoFirst() {
    AgentBench bench;
    bench.options.housekeeping.thresholds.clear();
    bench.start();
    core::Pod pod = AgentBench::pod("web", "used:1");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.runtime.addImage("used:1", 3 * gibi);
    bench.runtime.addImage("never:1", 4 * gibi);
    bench.executor.advance(11min); // both have been seen
    bench.remove(pod, 1);
    QVERIFY(bench.until([&] { return bench.gone("web"); }));
    bench.executor.advance(6min);
    fill(bench, 83); // between low and high: nothing is to be done
    bench.executor.advance(6min);
    QVERIFY(bench.runtime.hasImage("never:1"));
    fill(bench, 86); // from 86 to 80: 6 GiB
    bench.executor.advance(6min);
    QVERIFY(!bench.runtime.hasImage("never:1"));
    QVERIFY(!bench.runtime.hasImage("used:1")); // 4 are not enough
    QCOMPARE(bench.events("FreeDiskSpaceFailed"), 0);
}

void AgentGarbageTest::thereMayBeTooFewImagesToFreeEnough() {
    AgentBench bench;
    bench.options.housekeeping.thresholds.clear();
    bench.runtime.addImage("small:1", gibi);
    bench.start();
    bench.executor.advance(3min);
    fill(bench, 90);
    bench.executor.advance(6min);
    QVERIFY(!bench.runtime.hasImage("small:1"));
    QCOMPARE(bench.lastEvent("FreeDiskSpaceFailed"),
             std::string("Failed to garbage collect required amount of images. Attempted to free 10737418240 "
                         "bytes, but only found 1073741824 bytes eligible to free."));
}

void AgentGarbageTest::aFailureIsSaid() {
    AgentBench bench;
    bench.options.housekeeping.thresholds.clear();
    bench.runtime.addImage("stuck:1", 20 * gibi);
    bench.runtime.setRemovalFails(true);
    bench.start();
    bench.executor.advance(3min);
    fill(bench, 90);
    bench.executor.advance(6min);
    QVERIFY(bench.runtime.hasImage("stuck:1"));
    QVERIFY(bench.events("ImageGCFailed") > 0);
    for (const auto& message : bench.channel->sent) {
        if (!message.has_event() || message.event().reason() != "ImageGCFailed") continue;
        QVERIFY(!message.event().has_pod()); // it is about the node
        QCOMPARE(message.event().type(), std::string("Warning"));
    }
}

void AgentGarbageTest::imagesInUseAndYoungOnesStay() {
    AgentBench bench;
    bench.options.housekeeping.thresholds.clear();
    bench.start();
    bench.desire(AgentBench::pod("web", "used:1"));
    core::Pod done = AgentBench::pod("done", "ended:1");
    done.mutable_spec()->set_restartpolicy("Never");
    AgentBench::annotate(done, "exit-after", "1s");
    bench.desire(done);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(9min);
    fill(bench, 95);
    bench.runtime.addImage("young:1", gibi);
    bench.executor.advance(90s); // over the next look, which is the first to see it
    QVERIFY(bench.runtime.hasImage("young:1"));
    QVERIFY(bench.runtime.hasImage("used:1"));
    QVERIFY(bench.runtime.hasImage("ended:1")); // a container still has it
    bench.executor.advance(6min);
    QVERIFY(!bench.runtime.hasImage("young:1"));
    QVERIFY(bench.runtime.hasImage("used:1"));
}

void AgentGarbageTest::oldImagesGoIfThatIsWanted() {
    AgentBench bench;
    bench.options.housekeeping.imageMaxAge = 1h;
    bench.runtime.addImage("old:1", gibi);
    bench.start();
    bench.desire(AgentBench::pod("web", "used:1"));
    bench.executor.advance(55min);
    QVERIFY(bench.runtime.hasImage("old:1"));
    bench.executor.advance(20min);
    QVERIFY(!bench.runtime.hasImage("old:1"));
    QVERIFY(bench.runtime.hasImage("used:1"));
}

QTEST_GUILESS_MAIN(AgentGarbageTest)
#include "test_agent_garbage.moc"
