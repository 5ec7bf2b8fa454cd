#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

/// What the agent core promises, over any runtime; here over the simulated one, in virtual time.
class AgentTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void saysHelloWithItsNode();
    void runsAPod();
    void reportsQuickChangesOnce();
    void restartsWithGrowingPauses();
    void startsAnewAfterALongRun();
    void neverRestartsWhatShallNot_data();
    void neverRestartsWhatShallNot();
    void stopsGracefullyAndSaysGone();
    void killsWhatDoesNotStop();
    void stopsAtOnceWhenTheObjectIsGone();
    void stopsWhatIsNotAmongTheSynced();
    void deletedWhilePulling();
    void imagePullBackOff();
    void imageNeverPull();
    void initContainersInOrder();
    void failedInitContainer();
    void sidecarRunsBesideAndStopsLast();
    void readinessProbe();
    void livenessProbeRestarts();
    void startupProbeHoldsTheOthers();
    void waitsForAConfigMap();
    void aStepOnTheWayIsToldAfterASecond();
    void missingConfigMapIsSaid();
    void optionalConfigMapIsNot();
    void volumeNotSupportedIsSaid();
    void sandboxLostIsMadeAgain();
    void deadline();
    void imageChangeRestarts();
};

void AgentTest::saysHelloWithItsNode() {
    AgentBench bench;
    bench.start();
    QVERIFY(!bench.channel->sent.empty());
    const auto& first = bench.channel->sent.front();
    QVERIFY(first.has_hello());
    QCOMPARE(first.hello().node_name(), std::string("node-1"));
    QCOMPARE(first.hello().protocol(), 1U);
    core::Node node;
    QVERIFY(node.ParseFromString(first.hello().node()));
    QCOMPARE(node.metadata().labels().at("kind"), std::string("test"));
    QCOMPARE(node.metadata().labels().at("kubernetes.io/hostname"), std::string("node-1"));
    QCOMPARE(node.spec().taints(0).key(), std::string("simulated"));
    QCOMPARE(node.spec().taints(0).effect(), std::string("NoSchedule"));
    QCOMPARE(node.status().nodeinfo().kubeletversion(), std::string("v1.35.0+wheelhouse"));
    QCOMPARE(node.status().allocatable().at("pods").string(), std::string("110"));
    bool ready = false;
    for (const auto& condition : node.status().conditions())
        ready = ready || (condition.type() == "Ready" && condition.status() == "True" &&
                          condition.has_lasttransitiontime());
    QVERIFY(ready);
    int beats = 0;
    bench.executor.advance(60s);
    for (const auto& message : bench.channel->sent)
        beats += message.has_heartbeat();
    QVERIFY2(beats >= 5 && beats <= 7, qPrintable(QString::number(beats)));
}

void AgentTest::runsAPod() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    core::Container& container = *pod.mutable_spec()->mutable_containers(0);
    auto* plain = container.add_env();
    plain->set_name("GREETING");
    plain->set_value("hello $(POD) $(MISSING) $$(POD)");
    auto* field = container.add_env();
    field->set_name("POD");
    field->mutable_valuefrom()->mutable_fieldref()->set_fieldpath("metadata.name");
    auto* ip = container.add_env();
    ip->set_name("IP");
    ip->mutable_valuefrom()->mutable_fieldref()->set_fieldpath("status.podIP");
    container.add_args("--name=$(POD)");
    (*container.mutable_resources()->mutable_limits())["cpu"].set_string("500m");
    (*container.mutable_resources()->mutable_limits())["memory"].set_string("64Mi");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    const core::PodStatus status = bench.status("web");
    QVERIFY(!status.podip().empty());
    QVERIFY(!status.hostip().empty());
    QCOMPARE(status.qosclass(), std::string("Guaranteed"));
    QVERIFY(status.has_starttime());
    for (const char* type :
         {"PodScheduled", "PodReadyToStartContainers", "Initialized", "ContainersReady", "Ready"})
        QCOMPARE(bench.condition("web", type), std::string("True"));
    const core::ContainerStatus main = bench.container("web");
    QVERIFY(main.ready() && main.started() && main.state().has_running());
    QCOMPARE(main.restartcount(), 0);
    QVERIFY(main.containerid().starts_with("containerd://"));
    QVERIFY(!main.imageid().empty());
    const agent::ContainerSpec* spec = bench.runtime.spec(bench.running());
    QVERIFY(spec != nullptr);
    // POD is not known yet where GREETING is made: references see only what stands before them.
    QCOMPARE(spec->env[0].second, std::string("hello $(POD) $(MISSING) $(POD)"));
    QCOMPARE(spec->env[1].second, std::string("web"));
    QCOMPARE(spec->env[2].second, status.podip());
    QCOMPARE(spec->args[0], std::string("--name=web"));
    QCOMPARE(spec->resources.cpuQuota, std::int64_t(50'000));
    QCOMPARE(spec->resources.cpuShares, std::int64_t(512));
    QCOMPARE(spec->resources.memoryLimit, std::int64_t(64) << 20);
    QCOMPARE(spec->resources.oomScoreAdjust, std::int64_t(-997));
    for (const char* reason : {"Pulling", "Pulled", "Created", "Started"})
        QCOMPARE(bench.events(reason), 1);
}

void AgentTest::reportsQuickChangesOnce() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    std::vector<std::string> reports;
    for (const auto& message : bench.channel->sent)
        if (message.has_pod_status()) reports.push_back(message.pod_status().status());
    QVERIFY2(reports.size() <= 2, qPrintable(QString::number(reports.size())));
    for (std::size_t i = 1; i < reports.size(); ++i)
        QVERIFY(reports[i] != reports[i - 1]);
}

void AgentTest::restartsWithGrowingPauses() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("crash");
    AgentBench::annotate(pod, "exit-after", "1s");
    AgentBench::annotate(pod, "exit-code", "3");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("crash"));
    std::vector<int> starts; // in whole seconds
    std::string seen;
    bench.until(
        [&] {
            const std::string id = bench.running();
            if (!id.empty() && id != seen) {
                seen = id;
                starts.push_back(static_cast<int>(
                    std::chrono::duration_cast<std::chrono::seconds>(bench.executor.now().time_since_epoch())
                        .count()));
            }
            return starts.size() == 9;
        },
        30min);
    QCOMPARE(starts.size(), std::size_t(9));
    std::vector<int> pauses;
    for (std::size_t i = 1; i < starts.size(); ++i)
        pauses.push_back(starts[i] - starts[i - 1] - 1);
    const std::vector<int> expected{0, 10, 20, 40, 80, 160, 300, 300};
    for (std::size_t i = 0; i < expected.size(); ++i)
        QVERIFY2(std::abs(pauses[i] - expected[i]) <= 1,
                 qPrintable(QString("pause %1: %2").arg(i).arg(pauses[i])));
    QVERIFY(bench.until([&] {
        return bench.waiting("crash") == "CrashLoopBackOff" && bench.container("crash").restartcount() == 8;
    }));
    const core::ContainerStatus status = bench.container("crash");
    QCOMPARE(status.laststate().terminated().exitcode(), 3);
    QCOMPARE(status.laststate().terminated().reason(), std::string("Error"));
    QVERIFY(status.state().waiting().message().starts_with(
        "back-off 5m0s restarting failed container=main pod=crash_default("));
    QCOMPARE(bench.status("crash").phase(), std::string("Running"));
    QCOMPARE(bench.condition("crash", "Ready"), std::string("False"));
    QVERIFY(bench.runtime.containers().size() <= 2); // the present one and the one before, for its log
}

void AgentTest::startsAnewAfterALongRun() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("slow");
    AgentBench::annotate(pod, "exit-after", "11m");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.container("slow").restartcount() == 3; }, 2h));
    QCOMPARE(bench.events("BackOff"), 0); // ten minutes without a crash forgive everything
}

void AgentTest::neverRestartsWhatShallNot_data() {
    QTest::addColumn<QString>("policy");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("phase");
    QTest::addColumn<int>("restarts");
    QTest::newRow("Never, well") << "Never"
                                 << "0"
                                 << "Succeeded" << 0;
    QTest::newRow("Never, badly") << "Never"
                                  << "2"
                                  << "Failed" << 0;
    QTest::newRow("OnFailure, well") << "OnFailure"
                                     << "0"
                                     << "Succeeded" << 0;
    QTest::newRow("OnFailure, badly") << "OnFailure"
                                      << "2"
                                      << "Running" << 1;
    QTest::newRow("Always, well") << "Always"
                                  << "0"
                                  << "Running" << 1;
}

void AgentTest::neverRestartsWhatShallNot() {
    QFETCH(QString, policy);
    QFETCH(QString, code);
    QFETCH(QString, phase);
    QFETCH(int, restarts);
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("job");
    pod.mutable_spec()->set_restartpolicy(policy.toStdString());
    AgentBench::annotate(pod, "exit-after", "2s");
    AgentBench::annotate(pod, "exit-code", code.toStdString());
    bench.desire(pod);
    bench.executor.advance(6s);
    QCOMPARE(QString::fromStdString(bench.status("job").phase()), phase);
    QCOMPARE(bench.container("job").restartcount(), restarts);
    if (phase == "Succeeded" || phase == "Failed") {
        QVERIFY(bench.container("job").state().has_terminated());
        QVERIFY(!bench.runtime.sandboxes().front().ready);           // its address is free again
        QCOMPARE(bench.runtime.containers().size(), std::size_t(1)); // its log is not
        bench.restartAgent();
        bench.executor.advance(60s);
        QVERIFY(bench.running().empty());
    }
}

void AgentTest::stopsGracefullyAndSaysGone() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "stop-after", "5s");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    const Instant began = bench.executor.now();
    bench.remove(pod, 30);
    QVERIFY(bench.until([&] { return bench.gone("web"); }));
    const Duration took = bench.executor.now() - began;
    QVERIFY(took >= 5s && took < 7s);
    QCOMPARE(bench.events("Killing"), 1);
    QCOMPARE(bench.container("web").state().terminated().exitcode(), 143);
    QCOMPARE(bench.condition("web", "Ready"), std::string("False"));
    QVERIFY(bench.runtime.sandboxes().empty());
    QVERIFY(bench.runtime.containers().empty());
    QVERIFY(bench.disk.records.empty());
    // The last status comes before the end, or nobody could write it.
    bool over = false;
    for (const auto& message : bench.channel->sent) {
        over = over || message.has_pod_gone();
        QVERIFY(!(over && message.has_pod_status()));
    }
}

void AgentTest::killsWhatDoesNotStop() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("stubborn");
    AgentBench::annotate(pod, "stop-after", "1h");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("stubborn"));
    const Instant began = bench.executor.now();
    bench.remove(pod, 3600);
    bench.executor.advance(2s);
    QVERIFY(!bench.gone("stubborn"));
    bench.remove(pod, 4); // somebody has lost patience
    QVERIFY(bench.until([&] { return bench.gone("stubborn"); }));
    QVERIFY(bench.executor.now() - began < 8s);
    QCOMPARE(bench.container("stubborn").state().terminated().exitcode(), 137);
}

void AgentTest::stopsAtOnceWhenTheObjectIsGone() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "stop-after", "20s");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    nodelink::ToAgent message;
    message.mutable_pod_removed()->set_uid("uid-web");
    bench.channel->say(message);
    QVERIFY(bench.until([&] { return bench.runtime.sandboxes().empty(); }, 2s));
    QVERIFY(!bench.gone("web")); // there is nothing left to delete
    QVERIFY(bench.until([&] { return bench.agent->pods().empty(); }, 1s));
}

void AgentTest::stopsWhatIsNotAmongTheSynced() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("stays"));
    bench.desire(AgentBench::pod("goes"));
    QVERIFY(bench.untilRunning("stays") && bench.untilRunning("goes"));
    bench.channel->cut();
    bench.executor.advance(60s);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(2)); // the link is down and everything runs on
    bench.channel->connect();
    bench.desire(AgentBench::pod("stays"));
    bench.executor.advance(5s);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(2)); // perhaps it is still to come
    bench.synced();
    QVERIFY(bench.until([&] { return bench.runtime.sandboxes().size() == 1; }, 5s));
    QCOMPARE(bench.runtime.sandboxes().front().pod.name, std::string("stays"));
}

void AgentTest::deletedWhilePulling() {
    AgentBench bench;
    bench.start();
    const core::Pod pod = AgentBench::pod("web");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.events("Pulling") == 1; }));
    bench.remove(pod, 30);
    QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
    bench.executor.advance(60s);
    QCOMPARE(bench.events("Started"), 0);
    QVERIFY(bench.runtime.containers().empty());
}

void AgentTest::imagePullBackOff() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web", "missing.invalid/none:1"));
    QVERIFY(bench.until([&] { return bench.waiting("web") == "ErrImagePull"; }));
    QVERIFY(bench.until([&] { return bench.waiting("web") == "ImagePullBackOff"; }, 3s));
    QCOMPARE(bench.status("web").phase(), std::string("Pending"));
    QVERIFY(bench.lastEvent("Failed").find("ErrImagePull") != std::string::npos);
    QCOMPARE(bench.events("Pulling"), 1);
    bench.executor.advance(65s);
    QCOMPARE(bench.events("Pulling"), 3); // after 10 s and after 20 s more, not after 40 s yet
    core::Pod mended = AgentBench::pod("web", "demo:1");
    bench.desire(mended);
    QVERIFY(bench.untilRunning("web"));
    QCOMPARE(bench.container("web").restartcount(), 0);
}

void AgentTest::imageNeverPull() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    pod.mutable_spec()->mutable_containers(0)->set_imagepullpolicy("Never");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.waiting("web") == "ErrImageNeverPull"; }));
    QCOMPARE(bench.events("Pulling"), 0);
}

namespace {

core::Container& addInit(core::Pod& pod, const std::string& name) {
    core::Container& container = *pod.mutable_spec()->add_initcontainers();
    container.set_name(name);
    container.set_image("demo:1");
    return container;
}

core::Probe httpProbe(int period = 1, int failures = 2) {
    core::Probe probe;
    probe.mutable_handler()->mutable_httpget()->set_path("/readyz");
    probe.mutable_handler()->mutable_httpget()->mutable_port()->set_intval(8080);
    probe.set_periodseconds(period);
    probe.set_failurethreshold(failures);
    return probe;
}

} // namespace

void AgentTest::initContainersInOrder() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    addInit(pod, "one");
    addInit(pod, "two");
    AgentBench::annotate(pod, "exit-after.one", "3s");
    AgentBench::annotate(pod, "exit-after.two", "3s");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return !bench.running("one").empty(); }));
    bench.executor.advance(500ms);
    QVERIFY(bench.running("two").empty() && bench.running().empty());
    QCOMPARE(bench.condition("web", "Initialized"), std::string("False"));
    QCOMPARE(bench.waiting("web"), std::string("PodInitializing"));
    QVERIFY(bench.until([&] { return !bench.running("two").empty(); }));
    QVERIFY(bench.running("one").empty() && bench.running().empty());
    QVERIFY(bench.untilRunning("web"));
    QCOMPARE(bench.condition("web", "Initialized"), std::string("True"));
    const core::PodStatus status = bench.status("web");
    QCOMPARE(status.initcontainerstatuses_size(), 2);
    QCOMPARE(status.initcontainerstatuses(1).state().terminated().reason(), std::string("Completed"));
    QVERIFY(status.initcontainerstatuses(1).ready());
}

void AgentTest::failedInitContainer() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    pod.mutable_spec()->set_restartpolicy("Never");
    addInit(pod, "one");
    AgentBench::annotate(pod, "exit-after.one", "1s");
    AgentBench::annotate(pod, "exit-code.one", "9");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.status("web").phase() == "Failed"; }));
    QVERIFY(bench.running().empty());
}

void AgentTest::sidecarRunsBesideAndStopsLast() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    addInit(pod, "side").set_restartpolicy("Always");
    AgentBench::annotate(pod, "stop-after", "2s");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    QVERIFY(!bench.running("side").empty() && !bench.running().empty());
    bench.remove(pod, 30);
    QVERIFY(bench.until([&] { return bench.running().empty(); }));
    QVERIFY(!bench.running("side").empty());
    QVERIFY(bench.until([&] { return bench.gone("web"); }));
}

void AgentTest::readinessProbe() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    *pod.mutable_spec()->mutable_containers(0)->mutable_readinessprobe() = httpProbe();
    bench.runtime.setProbesFail(true);
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(5s);
    QVERIFY(!bench.container("web").ready());
    QCOMPARE(bench.condition("web", "Ready"), std::string("False"));
    QVERIFY(bench.events("Unhealthy") > 0);
    bench.runtime.setProbesFail(false);
    QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "True"; }, 3s));
    QCOMPARE(bench.container("web").restartcount(), 0);
    bench.runtime.setProbesFail(true);
    bench.executor.advance(900ms);
    QCOMPARE(bench.condition("web", "Ready"), std::string("True")); // one failure is not two
    QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "False"; }, 3s));
}

void AgentTest::livenessProbeRestarts() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    *pod.mutable_spec()->mutable_containers(0)->mutable_livenessprobe() = httpProbe();
    AgentBench::annotate(pod, "unready-after", "5s");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.container("web").restartcount() == 1; }));
    QVERIFY(bench.lastEvent("Killing").find("failed liveness probe") != std::string::npos);
    QCOMPARE(bench.container("web").laststate().terminated().exitcode(), 143);
}

void AgentTest::startupProbeHoldsTheOthers() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    core::Container& container = *pod.mutable_spec()->mutable_containers(0);
    *container.mutable_livenessprobe() = httpProbe(1, 1);
    *container.mutable_startupprobe() = httpProbe(1, 30);
    bench.runtime.setProbesFail(true);
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(10s);
    QCOMPARE(bench.container("web").restartcount(), 0); // liveness is not asked yet
    QVERIFY(!bench.container("web").started());
    bench.runtime.setProbesFail(false);
    QVERIFY(bench.until([&] { return bench.container("web").started(); }, 3s));
    QCOMPARE(bench.condition("web", "Ready"), std::string("True"));
    bench.runtime.setProbesFail(true);
    QVERIFY(bench.until([&] { return bench.container("web").restartcount() == 1; }, 10s));
}

void AgentTest::waitsForAConfigMap() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    auto* variable = pod.mutable_spec()->mutable_containers(0)->add_env();
    variable->set_name("COLOUR");
    auto* ref = variable->mutable_valuefrom()->mutable_configmapkeyref();
    ref->mutable_localobjectreference()->set_name("settings");
    ref->set_key("colour");
    bench.desire(pod);
    bench.executor.advance(5s);
    QCOMPARE(bench.waiting("web"), std::string("ContainerCreating"));
    core::ConfigMap map;
    (*map.mutable_data())["colour"] = "teal";
    bench.object("ConfigMap", "settings", map.SerializeAsString());
    QVERIFY(bench.until([&] { return bench.status("web").phase() == "Running"; },
                        2s)); // at once, not at the next look
    QCOMPARE(bench.runtime.spec(bench.running())->env[0].second, std::string("teal"));
}

void AgentTest::aStepOnTheWayIsToldAfterASecond() {
    AgentBench bench;
    bench.options.statusDelay = 5ms; // before the sandbox is there
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    auto* variable = pod.mutable_spec()->mutable_containers(0)->add_env();
    variable->set_name("COLOUR");
    auto* ref = variable->mutable_valuefrom()->mutable_configmapkeyref();
    ref->mutable_localobjectreference()->set_name("settings");
    ref->set_key("colour");
    bench.desire(pod);
    bench.executor.advance(500ms);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t{1});
    QCOMPARE(bench.condition("web", "PodReadyToStartContainers"), std::string("False"));
    bench.executor.advance(1s);
    QCOMPARE(bench.condition("web", "PodReadyToStartContainers"), std::string("True"));
    QVERIFY(!bench.status("web").podip().empty());
    QCOMPARE(bench.status("web").phase(), std::string("Pending"));
}

void AgentTest::missingConfigMapIsSaid() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    pod.mutable_spec()
        ->mutable_containers(0)
        ->add_envfrom()
        ->mutable_configmapref()
        ->mutable_localobjectreference()
        ->set_name("settings");
    bench.object("ConfigMap", "settings", "");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.waiting("web") == "CreateContainerConfigError"; }));
    QCOMPARE(bench.container("web").state().waiting().message(),
             std::string("configmap \"settings\" not found"));
}

void AgentTest::optionalConfigMapIsNot() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    auto* from = pod.mutable_spec()->mutable_containers(0)->add_envfrom()->mutable_configmapref();
    from->mutable_localobjectreference()->set_name("settings");
    from->set_optional(true);
    bench.object("ConfigMap", "settings", "");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
}

void AgentTest::volumeNotSupportedIsSaid() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    core::Volume& volume = *pod.mutable_spec()->add_volumes();
    volume.set_name("data");
    volume.mutable_volumesource()->mutable_nfs()->set_server("10.0.0.1");
    bench.desire(pod);
    QVERIFY(bench.until([&] { return bench.events("FailedMount") == 1; }));
    QVERIFY(bench.lastEvent("FailedMount").find("volumes of type nfs are not supported yet") !=
            std::string::npos);
    QVERIFY(bench.until([&] { return bench.status("web").phase() == "Pending"; }, 1s));
    bench.remove(pod, 30);
    QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
}

void AgentTest::sandboxLostIsMadeAgain() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    const std::string before = bench.runtime.sandboxes().front().id;
    bench.runtime.loseSandbox(before);
    QVERIFY(
        bench.until([&] { return bench.container("web").restartcount() == 1 && !bench.running().empty(); }));
    QCOMPARE(bench.events("SandboxChanged"), 1);
    QVERIFY(bench.untilRunning("web"));
}

void AgentTest::deadline() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    pod.mutable_spec()->set_activedeadlineseconds(20);
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    QVERIFY(bench.until([&] { return bench.status("web").phase() == "Failed"; }, 25s));
    QCOMPARE(bench.status("web").reason(), std::string("DeadlineExceeded"));
    QVERIFY(bench.until([&] { return bench.running().empty(); }));
}

void AgentTest::imageChangeRestarts() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    pod.mutable_spec()->mutable_containers(0)->set_image("demo:2");
    bench.desire(pod);
    QVERIFY(
        bench.until([&] { return !bench.running().empty() && bench.container("web").restartcount() == 1; }));
    QCOMPARE(bench.runtime.spec(bench.running())->image, std::string("demo:2"));
}

QTEST_GUILESS_MAIN(AgentTest)
#include "test_agent.moc"
