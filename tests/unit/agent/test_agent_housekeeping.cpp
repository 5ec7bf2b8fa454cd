#include "agent_bench.h"
#include "vmnodes/agent/housekeeping.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using agent::ContainerInfo;

namespace {

constexpr std::int64_t mebi = std::int64_t{1} << 20;
constexpr std::int64_t gibi = std::int64_t{1} << 30;

agent::NodeRoom disk(std::int64_t freeBytes, std::int64_t freeInodes = 1'000'000) {
    agent::NodeRoom room;
    room.node = {10 * gibi, freeBytes, 1'000'000, freeInodes};
    room.images = room.node;
    return room;
}

core::Pod asking(const std::string& name, const std::string& uses, const std::string& asks = {},
                 int priority = 0) {
    core::Pod pod = AgentBench::pod(name);
    AgentBench::annotate(pod, "memory", uses);
    if (!asks.empty())
        (*pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests())["memory"]
            .set_string(asks);
    pod.mutable_spec()->set_priority(priority);
    return pod;
}

std::string nodeCondition(const AgentBench& bench, const std::string& type, bool reason = false) {
    core::NodeStatus status;
    for (const auto& message : bench.channel->sent)
        if (message.has_node_status()) status.ParseFromString(message.node_status());
    for (const auto& condition : status.conditions())
        if (condition.type() == type) return reason ? condition.reason() : condition.status();
    return "none";
}

bool evicted(const AgentBench& bench, const std::string& name) {
    return bench.status(name).phase() == "Failed" && bench.status(name).reason() == "Evicted";
}

} // namespace

class AgentHousekeepingTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void thresholdsAreTheKubelets();
    void aConfigurationIsRead();
    void whatIsWrongWithAConfigurationIsSaid_data();
    void whatIsWrongWithAConfigurationIsSaid();

    void memoryIsTakenFromWhomeverUsesMoreThanItAskedFor();
    void priorityComesBeforeUse();
    void theCriticalStay();
    void softThresholdsWaitAndLeaveTimeForTheEnd();
    void pressureLastsForItsPeriod();
    void asMuchAsSaidIsReclaimed();
    void noNewPodOnANodeUnderPressure();
    void anEvictedPodStaysSoForTheNextAgent();
    void whoHasMostOnDiskGoes();
    void diskIsFreedOfWhatNobodyNeedsBeforeAnyPodGoes();
    void inodesCountToo();
    void processesCountIfTheyAreToldTo();

    void whoIsBeyondItsOwnLimitGoes_data();
    void whoIsBeyondItsOwnLimitGoes();
    void aPodWithinItsLimitsStays();
    void writtenFilesCount();
    void whatIsOnAPersistentVolumeIsNotThePods();
    void anEmptyDirInMemoryIsFullAtItsLimit();
};

void AgentHousekeepingTest::thresholdsAreTheKubelets() {
    const auto all = agent::defaultThresholds();
    QCOMPARE(all.size(), std::size_t(5));
    QCOMPARE(all[0].least.of(gibi), 100 * mebi);
    QCOMPARE(all[1].least.of(gibi), gibi / 10);
    for (const auto& each : all)
        QVERIFY(!each.soft && each.reclaim.of(gibi) == 0);
}

void AgentHousekeepingTest::aConfigurationIsRead() {
    const auto read = agent::readKubeletConfiguration(R"({
        "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration",
        "evictionHard": {"memory.available": "200Mi", "nodefs.available": "0%"},
        "evictionSoft": {"memory.available": "10%"},
        "evictionSoftGracePeriod": {"memory.available": "1m30s"},
        "evictionMinimumReclaim": {"memory.available": "50Mi"},
        "evictionPressureTransitionPeriod": "5m", "evictionMaxPodGracePeriod": 20,
        "imageGCHighThresholdPercent": 70, "imageGCLowThresholdPercent": 60, "imageMinimumGCAge": "0s"})");
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QCOMPARE(read->thresholds.size(), std::size_t(2));
    QCOMPARE(read->thresholds[0].least.of(gibi), 200 * mebi);
    QVERIFY(read->thresholds[1].soft);
    QCOMPARE(read->thresholds[1].grace, Duration(90s));
    QCOMPARE(read->thresholds[1].reclaim.of(gibi), 50 * mebi);
    QCOMPARE(read->pressureTransition, Duration(5min));
    QCOMPARE(read->maxPodGrace, Duration(20s));
    QCOMPARE(read->imageHighPercent, 70);
    QCOMPARE(read->imageMinAge, Duration(0s));
    const auto merged = agent::readKubeletConfiguration(
        R"({"evictionHard": {"memory.available": "200Mi"}, "mergeDefaultEvictionSettings": true})");
    QVERIFY(merged);
    QCOMPARE(merged->thresholds.size(), std::size_t(5));
}

void AgentHousekeepingTest::whatIsWrongWithAConfigurationIsSaid_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("says");
    QTest::newRow("a signal nobody knows") << R"({"evictionHard": {"memory.free": "1Mi"}})"
                                           << "evictionHard[memory.free]";
    QTest::newRow("no amount") << R"({"evictionHard": {"memory.available": "much"}})"
                               << "\"much\"";
    QTest::newRow("too many percent") << R"({"evictionHard": {"memory.available": "101%"}})"
                                      << "between 0% and 100%";
    QTest::newRow("soft without grace") << R"({"evictionSoft": {"memory.available": "1Mi"}})"
                                        << "evictionSoftGracePeriod";
    QTest::newRow("no time") << R"({"evictionPressureTransitionPeriod": "soon"})"
                             << "1m30s";
    QTest::newRow("low above high") << R"({"imageGCHighThresholdPercent": 50})"
                                    << "imageGCLowThresholdPercent";
    QTest::newRow("a field that does nothing here") << R"({"podPidsLimit": 5})"
                                                    << "podPidsLimit";
    QTest::newRow("another kind") << R"({"kind": "Pod"})"
                                  << "must be KubeletConfiguration";
}

void AgentHousekeepingTest::whatIsWrongWithAConfigurationIsSaid() {
    QFETCH(QString, json);
    QFETCH(QString, says);
    const auto read = agent::readKubeletConfiguration(json.toStdString());
    QVERIFY(!read);
    QVERIFY2(QString::fromStdString(read.error().message).contains(says), read.error().message.c_str());
}

void AgentHousekeepingTest::memoryIsTakenFromWhomeverUsesMoreThanItAskedFor() {
    AgentBench bench; // 32 GiB
    bench.start();
    bench.desire(asking("modest", "20Gi", "21Gi"));
    bench.desire(asking("some", "5Gi", "1Gi"));
    bench.desire(asking("greedy", "6912Mi"));
    QVERIFY(bench.until([&] { return evicted(bench, "greedy"); }, 60s));
    const core::PodStatus status = bench.status("greedy");
    QCOMPARE(
        status.message(),
        std::string("The node was low on resource: memory. Threshold quantity: 100Mi, available: 0. "
                    "Container main was using 6912Mi, request is 0, has larger consumption of memory. "));
    QCOMPARE(bench.condition("greedy", "DisruptionTarget"), std::string("True"));
    QCOMPARE(bench.lastEvent("Evicted"), status.message());
    QCOMPARE(bench.lastEvent("EvictionThresholdMet"), std::string("Attempting to reclaim memory"));
    QVERIFY(bench.until([&] { return bench.container("greedy").state().has_terminated(); }));
    QCOMPARE(nodeCondition(bench, "MemoryPressure"), std::string("True"));
    QCOMPARE(nodeCondition(bench, "MemoryPressure", true), std::string("KubeletHasInsufficientMemory"));
    bench.executor.advance(2min);
    QCOMPARE(nodeCondition(bench, "MemoryPressure"), std::string("False"));
    QCOMPARE(bench.events("NodeHasSufficientMemory"), 1);
    QCOMPARE(bench.status("some").phase(), std::string("Running"));
    QCOMPARE(bench.status("modest").phase(), std::string("Running"));
}

void AgentHousekeepingTest::priorityComesBeforeUse() {
    AgentBench bench;
    bench.start();
    bench.desire(asking("dear", "20Gi", {}, 10));
    bench.desire(asking("cheap", "12Gi", {}, 0));
    QVERIFY(bench.until([&] { return evicted(bench, "cheap"); }, 60s));
    bench.executor.advance(1min);
    QCOMPARE(bench.status("dear").phase(), std::string("Running"));
}

void AgentHousekeepingTest::theCriticalStay() {
    AgentBench bench;
    bench.start();
    bench.desire(asking("needed", "33Gi", {}, 2'000'000'000));
    bench.desire(asking("poor", "16Mi"));
    QVERIFY(bench.until([&] { return evicted(bench, "poor"); }, 60s));
    bench.executor.advance(2min);
    QCOMPARE(bench.status("needed").phase(), std::string("Running"));
    QCOMPARE(nodeCondition(bench, "MemoryPressure"), std::string("True"));
}

void AgentHousekeepingTest::softThresholdsWaitAndLeaveTimeForTheEnd() {
    AgentBench bench;
    bench.options.housekeeping.thresholds = {{.signal = agent::Signal::MemoryAvailable,
                                              .least = {.number = 2 * gibi},
                                              .reclaim = {},
                                              .soft = true,
                                              .grace = 90s}};
    bench.options.housekeeping.maxPodGrace = 15s;
    bench.start();
    core::Pod slow = asking("slow", "31Gi");
    AgentBench::annotate(slow, "stop-after", "60s");
    bench.desire(slow);
    QVERIFY(bench.until([&] { return nodeCondition(bench, "MemoryPressure") == "True"; }, 30s));
    bench.executor.advance(80s);
    QCOMPARE(bench.status("slow").phase(), std::string("Running"));
    QVERIFY(bench.until([&] { return evicted(bench, "slow"); }, 30s));
    bench.executor.advance(10s);
    QVERIFY(!bench.running().empty());
    bench.executor.advance(10s);
    QVERIFY(bench.running().empty());
}

void AgentHousekeepingTest::pressureLastsForItsPeriod() {
    AgentBench bench;
    bench.options.housekeeping.pressureTransition = 5min;
    bench.start();
    bench.desire(asking("greedy", "33Gi"));
    QVERIFY(bench.until([&] { return evicted(bench, "greedy"); }, 60s));
    bench.executor.advance(4min);
    QCOMPARE(nodeCondition(bench, "MemoryPressure"), std::string("True"));
    bench.executor.advance(2min);
    QCOMPARE(nodeCondition(bench, "MemoryPressure"), std::string("False"));
}

void AgentHousekeepingTest::asMuchAsSaidIsReclaimed() {
    AgentBench bench;
    bench.options.housekeeping.thresholds[0].reclaim = {.number = 4 * gibi};
    bench.start();
    bench.desire(asking("first", "3Gi"));
    bench.desire(asking("second", "2Gi"));
    bench.desire(asking("rest", "27Gi", "28Gi"));
    QVERIFY(bench.until([&] { return evicted(bench, "first"); }, 60s));
    QVERIFY(bench.until([&] { return evicted(bench, "second"); }, 60s)); // 3 GiB are less than 4
    bench.executor.advance(2min);
    QCOMPARE(bench.status("rest").phase(), std::string("Running"));
}

void AgentHousekeepingTest::noNewPodOnANodeUnderPressure() {
    AgentBench bench;
    bench.start();
    bench.desire(asking("needed", "33Gi", {}, 2'000'000'000));
    QVERIFY(bench.until([&] { return nodeCondition(bench, "MemoryPressure") == "True"; }, 60s));
    bench.desire(AgentBench::pod("late"));
    QVERIFY(bench.until([&] { return evicted(bench, "late"); }, 5s));
    QCOMPARE(bench.status("late").message(),
             std::string("Pod was rejected: The node had condition: [MemoryPressure]. "));
    core::Pod bearing = AgentBench::pod("bearing");
    auto& toleration = *bearing.mutable_spec()->add_tolerations();
    toleration.set_key("node.kubernetes.io/memory-pressure");
    toleration.set_operator_("Exists");
    bench.desire(bearing);
    bench.executor.advance(1s);
    QVERIFY(bench.status("bearing").reason().empty());
    QCOMPARE(bench.status("bearing").phase(), std::string("Running"));
}

void AgentHousekeepingTest::anEvictedPodStaysSoForTheNextAgent() {
    AgentBench bench;
    bench.start();
    bench.desire(asking("greedy", "33Gi"));
    QVERIFY(bench.until([&] { return evicted(bench, "greedy"); }, 60s));
    const std::string message = bench.status("greedy").message();
    bench.executor.advance(2min);
    bench.restartAgent(false);
    bench.executor.advance(1min);
    QVERIFY(bench.running().empty());
    bench.restartAgent();
    bench.desire(asking("greedy", "33Gi")); // the control plane has not heard of its end
    bench.synced();
    bench.executor.advance(1min);
    QVERIFY(bench.running().empty());
    QVERIFY(evicted(bench, "greedy"));
    QCOMPARE(bench.status("greedy").message(), message);
}

void AgentHousekeepingTest::whoHasMostOnDiskGoes() {
    AgentBench bench;
    bench.start();
    for (const char* name : {"small", "large"})
        bench.desire(AgentBench::pod(name));
    QVERIFY(bench.untilRunning("small") && bench.untilRunning("large"));
    bench.runtime.setShares(
        {{Uid("uid-small"), {.diskBytes = mebi}}, {Uid("uid-large"), {.diskBytes = gibi}}});
    bench.runtime.setRoom(disk(gibi / 2));
    QVERIFY(bench.until([&] { return evicted(bench, "large"); }, 60s));
    QCOMPARE(
        bench.status("large").message(),
        std::string("The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: "
                    "512Mi. Pod large was using 1Gi, request is 0, has larger consumption of "
                    "ephemeral-storage. "));
    bench.runtime.setRoom(disk(5 * gibi));
    QCOMPARE(nodeCondition(bench, "DiskPressure"), std::string("True"));
    bench.executor.advance(2min);
    QCOMPARE(nodeCondition(bench, "DiskPressure"), std::string("False"));
    QCOMPARE(bench.status("small").phase(), std::string("Running"));
}

void AgentHousekeepingTest::diskIsFreedOfWhatNobodyNeedsBeforeAnyPodGoes() {
    AgentBench bench;
    bench.runtime.addImage("unused:1", 60 * gibi);
    bench.runtime.addImage("unused:2", 20 * gibi); // of 100 GiB
    bench.options.housekeeping.imageHighPercent = 100;
    bench.start();
    core::Pod done = AgentBench::pod("done");
    done.mutable_spec()->set_restartpolicy("Never");
    AgentBench::annotate(done, "exit-after", "1s");
    bench.desire(done);
    bench.desire(AgentBench::pod("stays"));
    QVERIFY(bench.until([&] { return bench.status("done").phase() == "Succeeded"; }));
    bench.executor.advance(11min); // they are known for long enough to go
    QVERIFY(bench.runtime.hasImage("unused:1"));
    QCOMPARE(bench.runtime.containers().size(), std::size_t(2));
    bench.runtime.addImage("young:1", 6 * gibi);
    QVERIFY(bench.until([&] { return !bench.runtime.hasImage("unused:1"); }, 60s));
    QVERIFY(bench.until([&] { return !bench.runtime.hasImage("unused:2"); }, 1s));
    QVERIFY(bench.runtime.hasImage("young:1"));
    QVERIFY(bench.runtime.hasImage("demo:1"));
    QVERIFY(bench.runtime.hasImage("wheelhouse.dev/demo:1")); // it came with the node
    QCOMPARE(bench.runtime.containers().size(), std::size_t(1));
    bench.executor.advance(2min);
    QCOMPARE(bench.status("stays").phase(), std::string("Running"));
    QCOMPARE(bench.status("done").phase(), std::string("Succeeded"));
    bench.restartAgent();
    bench.executor.advance(1min);
    QCOMPARE(bench.runtime.containers().size(), std::size_t(1)); // what is done is not done again
}

void AgentHousekeepingTest::inodesCountToo() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("many"));
    QVERIFY(bench.untilRunning("many"));
    bench.runtime.setRoom(disk(5 * gibi, 10'000));
    QVERIFY(bench.until([&] { return evicted(bench, "many"); }, 60s));
    QCOMPARE(bench.status("many").message(),
             std::string("The node was low on resource: inodes. Threshold quantity: 50k, available: 10k. "));
}

void AgentHousekeepingTest::processesCountIfTheyAreToldTo() {
    AgentBench bench;
    bench.options.housekeeping.thresholds.push_back(
        {.signal = agent::Signal::PidAvailable, .least = {.part = 0.1}, .reclaim = {}});
    bench.start();
    for (const char* name : {"few", "many"})
        bench.desire(AgentBench::pod(name));
    QVERIFY(bench.untilRunning("few") && bench.untilRunning("many"));
    bench.runtime.setShares({{Uid("uid-few"), {.processes = 2}}, {Uid("uid-many"), {.processes = 900}}});
    agent::NodeRoom room;
    room.processes = 1'000;
    room.freeProcesses = 50;
    bench.runtime.setRoom(room);
    QVERIFY(bench.until([&] { return evicted(bench, "many"); }, 60s));
    QCOMPARE(nodeCondition(bench, "PIDPressure"), std::string("True"));
    QVERIFY(!evicted(bench, "few"));
}

namespace {

core::Pod limited(const std::string& name, const std::string& mainLimit, const std::string& sideLimit = {}) {
    core::Pod pod = AgentBench::pod(name);
    core::Container& side = *pod.mutable_spec()->add_containers();
    side = pod.spec().containers(0);
    side.set_name("side");
    const std::pair<int, std::string> limits[] = {{0, mainLimit}, {1, sideLimit}};
    for (const auto& [at, limit] : limits)
        if (!limit.empty())
            (*pod.mutable_spec()
                  ->mutable_containers(at)
                  ->mutable_resources()
                  ->mutable_limits())["ephemeral-storage"]
                .set_string(limit);
    return pod;
}

core::Volume& addEmptyDir(core::Pod& pod, const std::string& name, const std::string& sizeLimit,
                          const std::string& medium = {}) {
    core::Volume& volume = *pod.mutable_spec()->add_volumes();
    volume.set_name(name);
    auto& source = *volume.mutable_volumesource()->mutable_emptydir();
    source.set_medium(medium);
    if (!sizeLimit.empty()) source.mutable_sizelimit()->set_string(sizeLimit);
    core::VolumeMount& mount = *pod.mutable_spec()->mutable_containers(0)->add_volumemounts();
    mount.set_name(name);
    mount.set_mountpath("/" + name);
    return volume;
}

} // namespace

Q_DECLARE_METATYPE(agent::PodShare)
Q_DECLARE_METATYPE(core::Pod)

void AgentHousekeepingTest::whoIsBeyondItsOwnLimitGoes_data() {
    QTest::addColumn<core::Pod>("pod");
    QTest::addColumn<agent::PodShare>("share");
    QTest::addColumn<QString>("message");
    core::Pod withVolume = limited("one", "");
    addEmptyDir(withVolume, "data", "100Mi");
    QTest::newRow("an emptyDir") << withVolume
                                 << agent::PodShare{.diskBytes = 101 * mebi,
                                                    .volumes = {{"data", 101 * mebi}}}
                                 << "Usage of EmptyDir volume \"data\" exceeds the limit \"100Mi\". ";
    QTest::newRow("all of the pod")
        << limited("one", "100Mi", "50Mi") << agent::PodShare{.diskBytes = 151 * mebi}
        << "Pod ephemeral local storage usage exceeds the total limit of containers 150Mi. ";
    QTest::newRow("one container") << limited("one", "100Mi", "1Gi")
                                   << agent::PodShare{.diskBytes = 101 * mebi,
                                                      .containers = {{"main", {60 * mebi, 41 * mebi}}}}
                                   << "Container main exceeded its local ephemeral storage limit \"100Mi\". ";
}

void AgentHousekeepingTest::whoIsBeyondItsOwnLimitGoes() {
    QFETCH(core::Pod, pod);
    QFETCH(agent::PodShare, share);
    QFETCH(QString, message);
    AgentBench bench;
    bench.start();
    bench.desire(pod);
    bench.desire(AgentBench::pod("other"));
    QVERIFY(bench.untilRunning("one") && bench.untilRunning("other"));
    bench.runtime.setShares({{Uid("uid-one"), share}, {Uid("uid-other"), {.diskBytes = 10 * gibi}}});
    QVERIFY(bench.until([&] { return evicted(bench, "one"); }, 15s));
    QCOMPARE(QString::fromStdString(bench.status("one").message()), message);
    QCOMPARE(QString::fromStdString(bench.lastEvent("Evicted")), message);
    QCOMPARE(bench.condition("one", "DisruptionTarget"), std::string("True"));
    bench.executor.advance(1min);
    QCOMPARE(bench.status("other").phase(), std::string("Running"));
    QCOMPARE(nodeCondition(bench, "DiskPressure"), std::string("False"));
}

void AgentHousekeepingTest::aPodWithinItsLimitsStays() {
    AgentBench bench;
    bench.start();
    core::Pod pod = limited("one", "100Mi", "100Mi");
    addEmptyDir(pod, "data", "100Mi");
    addEmptyDir(pod, "memory", "1Mi", "Memory");
    core::Pod critical = limited("needed", "1Mi");
    critical.mutable_spec()->set_priority(2'000'000'000);
    bench.desire(pod);
    bench.desire(critical);
    QVERIFY(bench.untilRunning("one") && bench.untilRunning("needed"));
    bench.runtime.setShares({{Uid("uid-one"),
                              {.diskBytes = 200 * mebi,
                               .containers = {{"main", {50 * mebi, 50 * mebi}}},
                               .volumes = {{"data", 100 * mebi}, {"memory", 2 * mebi}}}},
                             {Uid("uid-needed"), {.diskBytes = gibi}}});
    bench.executor.advance(1min);
    QCOMPARE(bench.status("one").phase(), std::string("Running"));
    QCOMPARE(bench.status("needed").phase(), std::string("Running"));
}

void AgentHousekeepingTest::writtenFilesCount() {
    AgentBench bench;
    bench.start();
    core::Pod writer = AgentBench::pod("writer");
    addEmptyDir(writer, "data", "100Ki");
    auto& container = *writer.mutable_spec()->mutable_containers(0);
    for (const char* word : {"sh", "-c", "sleep 30; seq 1 30000 > /data/numbers; sleep 600"})
        container.add_command(word);
    core::Pod logger = limited("logger", "1Gi");
    AgentBench::annotate(logger, "disk", "step(1Mi, 60s, 2Gi)");
    bench.desire(writer);
    bench.desire(logger);
    bench.executor.advance(25s);
    QCOMPARE(bench.status("writer").phase(), std::string("Running"));
    QVERIFY(bench.until([&] { return evicted(bench, "writer"); }, 25s));
    QCOMPARE(bench.status("logger").phase(), std::string("Running"));
    QVERIFY(bench.until([&] { return evicted(bench, "logger"); }, 40s));
}

void AgentHousekeepingTest::whatIsOnAPersistentVolumeIsNotThePods() {
    AgentBench bench;
    core::PersistentVolume volume;
    volume.mutable_metadata()->set_name("pv-1");
    auto& csi = *volume.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
    csi.set_driver("disk.wheelhouse.dev");
    csi.set_volumehandle("pv-1");
    bench.start();
    bench.object("PersistentVolumeClaim", "data", volume.SerializeAsString());
    core::Pod pod = limited("one", "100Ki");
    addEmptyDir(pod, "data", {});
    (*pod.mutable_spec()->mutable_volumes(0)->mutable_volumesource()) = {};
    pod.mutable_spec()
        ->mutable_volumes(0)
        ->mutable_volumesource()
        ->mutable_persistentvolumeclaim()
        ->set_claimname("data");
    for (const char* word : {"sh", "-c", "seq 1 30000 > /data/numbers; sleep 600"})
        pod.mutable_spec()->mutable_containers(0)->add_command(word);
    // All containers are limited, so that the pod is as a whole.
    (*pod.mutable_spec()->mutable_containers(1)->mutable_resources()->mutable_limits())["ephemeral-storage"]
        .set_string("1Ki");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("one"));
    bench.executor.advance(1min);
    QCOMPARE(bench.status("one").phase(), std::string("Running"));
}

void AgentHousekeepingTest::anEmptyDirInMemoryIsFullAtItsLimit() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("one");
    pod.mutable_spec()->set_restartpolicy("Never");
    addEmptyDir(pod, "memory", "100Ki", "Memory");
    auto& container = *pod.mutable_spec()->mutable_containers(0);
    for (const char* word : {"sh", "-c",
                             "seq 1 1000 > /memory/few; grep 1000 /memory/few || exit 2; "
                             "seq 1 30000 > /memory/many; grep 30000 /memory/many || exit 3"})
        container.add_command(word);
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.status("one").phase() == "Failed"; }, 30s));
    QCOMPARE(bench.container("one").state().terminated().exitcode(), 3);
}

QTEST_GUILESS_MAIN(AgentHousekeepingTest)
#include "test_agent_housekeeping.moc"
