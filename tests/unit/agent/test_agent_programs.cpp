// Programs in containers as the agent sees them: their ends, their last words, their files; ephemeral
// containers.
#include "agent_bench.h"
#include "engine/nodelink/token_name.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

class AgentProgramsTest : public QObject {
    Q_OBJECT

    static core::Pod scripted(const std::string& name, const std::string& script) {
        core::Pod pod = AgentBench::pod(name);
        pod.mutable_spec()->set_restartpolicy("Never");
        auto& container = *pod.mutable_spec()->mutable_containers(0);
        container.add_command("sh");
        container.add_command("-c");
        container.add_args(script);
        container.set_terminationmessagepath("/dev/termination-log");
        return pod;
    }
    static core::ContainerStateTerminated endOf(AgentBench& bench, const std::string& name) {
        bench.until([&] { return bench.container(name).state().has_terminated(); });
        return bench.container(name).state().terminated();
    }

  private slots:
    void aScriptEndsThePod() {
        AgentBench bench;
        bench.start();
        bench.desire(scripted("good", "echo fine"));
        bench.desire(scripted("bad", "exit 3"));
        QVERIFY(bench.until([&] { return bench.status("good").phase() == "Succeeded"; }));
        QVERIFY(bench.until([&] { return bench.status("bad").phase() == "Failed"; }));
        QCOMPARE(endOf(bench, "bad").exitcode(), 3);
        QCOMPARE(endOf(bench, "bad").reason(), std::string("Error"));
    }

    void lastWords() {
        AgentBench bench;
        bench.start();
        bench.desire(scripted("file", "echo -n DONE > /dev/termination-log"));
        core::Pod fromLog = scripted("log", "echo -n GONE; exit 1");
        fromLog.mutable_spec()->mutable_containers(0)->set_terminationmessagepolicy("FallbackToLogsOnError");
        bench.desire(fromLog);
        core::Pod well = scripted("well", "echo -n FINE");
        well.mutable_spec()->mutable_containers(0)->set_terminationmessagepolicy("FallbackToLogsOnError");
        bench.desire(well);
        QCOMPARE(endOf(bench, "file").message(), std::string("DONE"));
        QCOMPARE(endOf(bench, "log").message(), std::string("GONE"));
        QCOMPARE(endOf(bench, "well").message(), std::string());
    }

    void aTokenIsInItsFile() {
        AgentBench bench;
        bench.start();
        core::Pod pod = scripted("web", "cat /var/token > /dev/termination-log");
        pod.mutable_spec()->set_serviceaccountname("robot");
        core::Volume& volume = *pod.mutable_spec()->add_volumes();
        volume.set_name("access");
        auto& source = *volume.mutable_volumesource()->mutable_projected()->add_sources();
        source.mutable_serviceaccounttoken()->set_path("token");
        source.mutable_serviceaccounttoken()->set_expirationseconds(600);
        source.mutable_serviceaccounttoken()->set_audience("vault");
        auto& mount = *pod.mutable_spec()->mutable_containers(0)->add_volumemounts();
        mount.set_name("access");
        mount.set_mountpath("/var");
        bench.desire(pod);
        bench.executor.advance(5s);
        QCOMPARE(bench.status("web").phase(), std::string("Pending"));
        const nodelink::TokenName name{"uid-web", "web", "robot", 600, "vault"};
        bench.object(nodelink::tokenKind, name.text(), "secret.to.keep");
        QCOMPARE(endOf(bench, "web").message(), std::string("secret.to.keep"));
        QVERIFY(bench.disk.records.contains("object/Token/default/" + name.text()));
        bench.remove(pod, 0);
        QVERIFY(bench.until([&] { return bench.gone("web"); }));
        QVERIFY(!bench.disk.records.contains("object/Token/default/" + name.text()));
    }

    void labelsInAFileFollowThePod() {
        AgentBench bench;
        bench.start();
        core::Pod pod = scripted("web", "while ! grep -q blue /info/labels; do sleep 1; done");
        (*pod.mutable_metadata()->mutable_labels())["team"] = "red";
        core::Volume& volume = *pod.mutable_spec()->add_volumes();
        volume.set_name("info");
        auto& file = *volume.mutable_volumesource()->mutable_downwardapi()->add_items();
        file.set_path("labels");
        file.mutable_fieldref()->set_fieldpath("metadata.labels");
        auto& mount = *pod.mutable_spec()->mutable_containers(0)->add_volumemounts();
        mount.set_name("info");
        mount.set_mountpath("/info");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        bench.executor.advance(1min);
        QCOMPARE(bench.status("web").phase(), std::string("Running"));
        (*pod.mutable_metadata()->mutable_labels())["team"] = "blue";
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.status("web").phase() == "Succeeded"; }, 5s));
    }

    void tokenNamesAreReadBack() {
        const nodelink::TokenName name{"u-1", "web-0", "default", 3607, "https://a/b"};
        const auto parsed = nodelink::TokenName::parse(name.text());
        QVERIFY(parsed);
        QCOMPARE(parsed->text(), name.text());
        QCOMPARE(parsed->audience, std::string("https://a/b"));
        QVERIFY(!nodelink::TokenName::parse("u-1/web-0/default/soon/"));
        QVERIFY(!nodelink::TokenName::parse("u-1"));
    }

    void anEphemeralContainerJoinsARunningPod() {
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("web"));
        auto& added = *pod.mutable_spec()->add_ephemeralcontainers()->mutable_ephemeralcontainercommon();
        added.set_name("debugger");
        added.set_image("busybox:1");
        added.set_imagepullpolicy("IfNotPresent");
        added.add_command("sleep");
        added.add_args("60");
        bench.desire(pod);
        const auto debugger = [&] {
            const core::PodStatus status = bench.status("web");
            return status.ephemeralcontainerstatuses_size() == 0 ? core::ContainerStatus()
                                                                 : status.ephemeralcontainerstatuses(0);
        };
        QVERIFY(bench.until([&] { return debugger().state().has_running(); }));
        QVERIFY(bench.until([&] { return debugger().state().has_terminated(); }, 2min));
        bench.executor.advance(10min);
        QCOMPARE(debugger().restartcount(), 0); // it has had its time
        QCOMPARE(bench.status("web").phase(), std::string("Running"));
        QCOMPARE(bench.condition("web", "Ready"), std::string("True"));
    }

    void aDeletedPodTakesItsEphemeralContainersAlong() {
        AgentBench bench;
        bench.start();
        core::Pod pod = AgentBench::pod("web");
        auto& added = *pod.mutable_spec()->add_ephemeralcontainers()->mutable_ephemeralcontainercommon();
        added.set_name("debugger");
        added.set_image("busybox:1");
        bench.desire(pod);
        QVERIFY(bench.until([&] { return !bench.running("debugger").empty(); }));
        bench.remove(pod, 30);
        QVERIFY(bench.until([&] { return bench.gone("web"); }));
        QVERIFY(bench.runtime.containers().empty());
    }
};

QTEST_GUILESS_MAIN(AgentProgramsTest)
#include "test_agent_programs.moc"
