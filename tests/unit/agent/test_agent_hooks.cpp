// Life-cycle hooks of containers, and gRPC probes.
#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

namespace {

/// "sleep 5", "exec SCRIPT", "http PORT" or "tcp".
core::LifecycleHandler hook(const QString& what) {
    core::LifecycleHandler handler;
    const QString rest = what.section(' ', 1);
    if (what.startsWith("sleep")) handler.mutable_sleep()->set_seconds(rest.toInt());
    if (what.startsWith("exec"))
        for (const std::string& word : {std::string("sh"), std::string("-c"), rest.toStdString()})
            handler.mutable_exec()->add_command(word);
    if (what.startsWith("http")) {
        auto& port = *handler.mutable_httpget()->mutable_port();
        port.set_type(rest.toInt() > 0 ? 0 : 1);
        port.set_intval(rest.toInt());
        port.set_strval(rest.toStdString());
    }
    if (what.startsWith("tcp")) handler.mutable_tcpsocket()->mutable_port()->set_intval(80);
    return handler;
}

core::Lifecycle& lifecycleOf(core::Pod& pod) {
    return *pod.mutable_spec()->mutable_containers(0)->mutable_lifecycle();
}

core::Pod withPostStart(const QString& what) {
    core::Pod pod = AgentBench::pod("web");
    *lifecycleOf(pod).mutable_poststart() = hook(what);
    return pod;
}

core::Pod withPreStop(const QString& what) {
    core::Pod pod = AgentBench::pod("web");
    *lifecycleOf(pod).mutable_prestop() = hook(what);
    return pod;
}

} // namespace

class AgentHooksTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void postStartHoldsTheContainerBack_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("seconds");
        QTest::newRow("sleep") << "sleep 5" << 5;
        QTest::newRow("command") << "exec sleep 7" << 7;
        QTest::newRow("no pause at all") << "sleep 0" << 0;
        QTest::newRow("request") << "http 8080" << 0;
    }
    void postStartHoldsTheContainerBack() {
        QFETCH(QString, what);
        QFETCH(int, seconds);
        AgentBench bench;
        bench.start();
        bench.desire(withPostStart(what));
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        if (seconds > 0) {
            bench.executor.advance(std::chrono::seconds(seconds) - 500ms);
            QVERIFY(!bench.running().empty());
            QCOMPARE(bench.waiting("web"), std::string("ContainerCreating"));
            QCOMPARE(bench.status("web").phase(), std::string("Pending"));
            QVERIFY(!bench.container("web").started());
        }
        bench.executor.advance(1s);
        QVERIFY(bench.container("web").state().has_running());
        QVERIFY(bench.container("web").started());
        QCOMPARE(bench.status("web").phase(), std::string("Running"));
        QCOMPARE(bench.condition("web", "Ready"), std::string("True"));
        QCOMPARE(bench.events("FailedPostStartHook"), 0);
    }

    void probesWaitForPostStart() {
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart("sleep 10");
        core::Probe& probe = *pod.mutable_spec()->mutable_containers(0)->mutable_livenessprobe();
        probe.mutable_handler()->mutable_tcpsocket()->mutable_port()->set_intval(80);
        probe.set_periodseconds(1);
        probe.set_failurethreshold(1);
        AgentBench::annotate(pod, "unready-after", "5s"); // so any question fails
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        bench.executor.advance(9s);
        QCOMPARE(bench.events("Unhealthy"), 0);
        bench.executor.advance(3s);
        QVERIFY(bench.events("Unhealthy") > 0);
    }

    void aFailedPostStartKills_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("policy");
        QTest::newRow("command") << "exec exit 1"
                                 << "Always";
        QTest::newRow("command, never again") << "exec exit 1"
                                              << "Never";
        QTest::newRow("no such port") << "http web"
                                      << "Always";
        QTest::newRow("TCP") << "tcp"
                             << "OnFailure";
    }
    void aFailedPostStartKills() {
        QFETCH(QString, what);
        QFETCH(QString, policy);
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart(what);
        pod.mutable_spec()->set_restartpolicy(policy.toStdString());
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("FailedPostStartHook") == 1; }));
        QCOMPARE(bench.lastEvent("FailedPostStartHook"), std::string("PostStartHook failed"));
        QCOMPARE(bench.lastEvent("Killing"), std::string("FailedPostStartHook"));
        if (policy == "Never") {
            QVERIFY(bench.until([&] { return bench.status("web").phase() == "Failed"; }));
            bench.executor.advance(10min);
            QCOMPARE(bench.events("Started"), 1);
            return;
        }
        QVERIFY(bench.until([&] { return bench.waiting("web") == "CrashLoopBackOff"; }));
        QVERIFY(bench.until([&] { return bench.container("web").restartcount() == 2; }));
        QVERIFY(bench.events("FailedPostStartHook") >= 2);
    }

    void theHookRunsInTheContainer() {
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart("exec echo hello > /greeting");
        pod.mutable_spec()->set_restartpolicy("Never");
        core::Container& container = *pod.mutable_spec()->mutable_containers(0);
        for (const char* word : {"sh", "-c", "while ! grep -q hello /greeting; do sleep 1; done"})
            container.add_command(word);
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.status("web").phase() == "Succeeded"; }));
    }

    void laterContainersWait() {
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart("sleep 5");
        core::Container later = pod.spec().containers(0);
        later.clear_lifecycle();
        later.set_name("second");
        *pod.mutable_spec()->add_containers() = later;
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        bench.executor.advance(4s);
        QVERIFY(bench.running("second").empty());
        bench.executor.advance(2s);
        QVERIFY(!bench.running("second").empty());
        // Where the first cannot be started at all, nobody waits for its hook.
        pod = withPostStart("sleep 5");
        pod.mutable_metadata()->set_name("other");
        pod.mutable_metadata()->set_uid("uid-other");
        later.set_name("third");
        *pod.mutable_spec()->add_containers() = later;
        pod.mutable_spec()->mutable_containers(0)->set_image("missing.invalid/none:1");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return !bench.running("third").empty(); }, 5s));
    }

    void preStopComesBeforeTheSignal_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("cause");
        for (const char* cause : {"deletion", "liveness", "other image", "failed postStart"}) {
            QTest::addRow("sleep, %s", cause) << "sleep 5" << cause;
            QTest::addRow("command, %s", cause) << "exec sleep 5" << cause;
        }
    }
    void preStopComesBeforeTheSignal() {
        QFETCH(QString, what);
        QFETCH(QString, cause);
        AgentBench bench;
        bench.start();
        core::Pod pod = withPreStop(what);
        core::Container& container = *pod.mutable_spec()->mutable_containers(0);
        if (cause == "liveness") {
            core::Probe& probe = *container.mutable_livenessprobe();
            probe.mutable_handler()->mutable_tcpsocket()->mutable_port()->set_intval(80);
            probe.set_periodseconds(1);
            probe.set_failurethreshold(1);
            AgentBench::annotate(pod, "unready-after", "3s");
        }
        if (cause == "failed postStart") *lifecycleOf(pod).mutable_poststart() = hook("exec exit 1");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        bench.executor.advance(500ms);
        if (cause == "deletion") bench.remove(pod, 30);
        if (cause == "other image") {
            container.set_image("demo:2");
            bench.desire(pod);
        }
        QVERIFY(bench.until([&] { return bench.events("Killing") == 1; }));
        const std::string id = bench.running();
        bench.executor.advance(4s);
        QCOMPARE(bench.running(), id);
        bench.executor.advance(1500ms);
        QVERIFY(bench.running() != id);
        QCOMPARE(bench.events("FailedPreStopHook"), 0);
        if (cause != "failed postStart") QCOMPARE(bench.events("Killing"), 1);
    }

    void graceOfAHook_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("grace");
        QTest::addColumn<int>("killedAfter");
        QTest::addColumn<int>("failures");
        QTest::newRow("some of it") << "sleep 4" << 10 << 10 << 0;
        QTest::newRow("all of it") << "sleep 60" << 10 << 12 << 1;
        QTest::newRow("a command, all of it") << "exec sleep 60" << 10 << 12 << 1;
        QTest::newRow("nearly all") << "sleep 9" << 10 << 11 << 0;
        QTest::newRow("it fails") << "exec exit 3" << 10 << 10 << 1;
        QTest::newRow("TCP") << "tcp" << 10 << 10 << 1;
        QTest::newRow("no grace, no hook") << "sleep 60" << 0 << 0 << 0;
    }
    void graceOfAHook() {
        QFETCH(QString, what);
        QFETCH(int, grace);
        QFETCH(int, killedAfter);
        QFETCH(int, failures);
        AgentBench bench;
        bench.start();
        core::Pod pod = withPreStop(what);
        AgentBench::annotate(pod, "stop-after", "1h"); // it hears no SIGTERM
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        bench.remove(pod, grace);
        if (killedAfter > 0) bench.executor.advance(std::chrono::seconds(killedAfter) - 200ms);
        if (killedAfter > 0) QVERIFY(!bench.running().empty());
        bench.executor.advance(400ms);
        QVERIFY(bench.running().empty());
        QVERIFY(bench.until([&] { return bench.gone("web"); }));
        QCOMPARE(bench.events("FailedPreStopHook"), failures);
        if (failures > 0) QCOMPARE(bench.lastEvent("FailedPreStopHook"), std::string("PreStopHook failed"));
    }

    void lessGraceCutsAHookShort() {
        AgentBench bench;
        bench.start();
        const core::Pod pod = withPreStop("sleep 300");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        bench.remove(pod, 600);
        bench.executor.advance(10s);
        QVERIFY(!bench.running().empty());
        bench.remove(pod, 5);
        bench.executor.advance(4s);
        QVERIFY(!bench.running().empty());
        bench.executor.advance(2s);
        QVERIFY(bench.running().empty());
        QCOMPARE(bench.events("Killing"), 1);
    }

    void deletionCutsPostStartShort() {
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart("sleep 300");
        *lifecycleOf(pod).mutable_prestop() = hook("sleep 3");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        bench.remove(pod, 30);
        bench.executor.advance(2s);
        QVERIFY(!bench.running().empty());
        QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
        QCOMPARE(bench.events("FailedPostStartHook"), 0);
    }

    void aContainerThatEndsEndsItsHooks() {
        AgentBench bench;
        bench.start();
        core::Pod pod = withPostStart("sleep 300");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        QVERIFY(bench.runtime.crashContainer(bench.running(), 4));
        QVERIFY(bench.until([&] { return bench.container("web").restartcount() == 1; }));
        QCOMPARE(bench.container("web").laststate().terminated().exitcode(), 4);
        QVERIFY(bench.until([&] { return !bench.running().empty(); }));
        bench.executor.advance(200s); // the hook of the first is not the second's
        QCOMPARE(bench.status("web").phase(), std::string("Running")); // it had run before
        QVERIFY(!bench.container("web").started());
        *lifecycleOf(pod).mutable_prestop() = hook("sleep 300");
        bench.desire(pod);
        bench.remove(pod, 600);
        QVERIFY(bench.runtime.crashContainer(bench.running(), 4));
        QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
    }

    void anotherAgentTakesPostStartForDone() {
        AgentBench bench;
        bench.start();
        bench.desire(withPostStart("sleep 300"));
        QVERIFY(bench.until([&] { return bench.events("Started") == 1; }));
        const std::string id = bench.running();
        bench.restartAgent();
        QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "True"; }, 5s));
        QCOMPARE(bench.running(), id);
        QCOMPARE(bench.container("web").restartcount(), 0);
    }

    void anotherAgentBeginsPreStopAgain() {
        AgentBench bench;
        bench.start();
        const core::Pod pod = withPreStop("sleep 10");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        bench.remove(pod, 30);
        bench.executor.advance(8s);
        bench.restartAgent();
        bench.executor.advance(8s);
        QVERIFY(!bench.running().empty());
        QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
        QVERIFY(bench.runtime.containers().empty());
    }

    void grpcProbes_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("liveness") << "liveness";
        QTest::newRow("readiness") << "readiness";
        QTest::newRow("startup") << "startup";
    }
    void grpcProbes() {
        QFETCH(QString, kind);
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        core::Container& container = *pod.mutable_spec()->mutable_containers(0);
        core::Probe& probe = kind == "liveness"    ? *container.mutable_livenessprobe()
                             : kind == "readiness" ? *container.mutable_readinessprobe()
                                                   : *container.mutable_startupprobe();
        probe.mutable_handler()->mutable_grpc()->set_port(5000);
        probe.mutable_handler()->mutable_grpc()->set_service("shop");
        probe.set_periodseconds(1);
        probe.set_failurethreshold(3);
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "True"; }, 5s));
        QCOMPARE(bench.events("Unhealthy") + bench.events("ProbeWarning"), 0);
        bench.runtime.setProbesFail(true);
        bench.executor.advance(5s);
        const QString failure = kind + " probe failed: service unhealthy (responded with \"NOT_SERVING\")";
        if (kind != "startup") // asked no more once it has been answered well
            QVERIFY(QString::fromStdString(bench.lastEvent("Unhealthy")).toLower() == failure.toLower());
        QCOMPARE(bench.container("web").restartcount() > 0, kind == "liveness");
        QCOMPARE(bench.condition("web", "Ready") == "False", kind == "readiness");
    }

    void aProbesOwnGrace() {
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        core::Probe& probe = *pod.mutable_spec()->mutable_containers(0)->mutable_livenessprobe();
        probe.mutable_handler()->mutable_grpc()->set_port(5000);
        probe.set_periodseconds(1);
        probe.set_failurethreshold(1);
        probe.set_terminationgraceperiodseconds(3);
        AgentBench::annotate(pod, "unready-after", "5s");
        AgentBench::annotate(pod, "stop-after", "1h");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.events("Killing") == 1; }));
        const std::string id = bench.running();
        bench.executor.advance(2800ms);
        QCOMPARE(bench.running(), id);
        bench.executor.advance(400ms);
        QVERIFY(bench.running() != id);
    }
};

QTEST_GUILESS_MAIN(AgentHooksTest)
#include "test_agent_hooks.moc"
