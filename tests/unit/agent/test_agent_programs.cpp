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

  private Q_SLOTS:
    void aContainerIsStoppedByItsOwnSignal() {
        AgentBench bench;
        bench.start();
        core::Pod pod = scripted("own", "trap 'exit 5' USR1; while true; do sleep 1; done");
        pod.mutable_spec()->mutable_containers(0)->mutable_lifecycle()->set_stopsignal("SIGUSR1");
        bench.desire(pod);
        QVERIFY(bench.untilRunning("own"));
        QCOMPARE(bench.container("own").stopsignal(), std::string("SIGUSR1"));
        bench.remove(pod, 30);
        QCOMPARE(endOf(bench, "own").exitcode(), 5);
        core::Pod plain = AgentBench::pod("plain");
        plain.mutable_spec()->mutable_containers(0)->mutable_lifecycle()->set_stopsignal("SIGINT");
        bench.desire(plain);
        QVERIFY(bench.untilRunning("plain"));
        bench.remove(plain, 30);
        QCOMPARE(endOf(bench, "plain").exitcode(), 130);
    }

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

    void anHttpProbeAsksForAFile_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("readOnly");
        QTest::addColumn<QString>("meanwhile");
        QTest::newRow("a file") << "/healthz?verbose" << false << "False";
        QTest::newRow("the root") << "/" << false << "True";
        QTest::newRow("a root nobody may write") << "/healthz" << true << "True";
        QTest::newRow("a file of a volume") << "/data/healthz" << false << "True";
    }
    void anHttpProbeAsksForAFile() {
        QFETCH(QString, path);
        QFETCH(bool, readOnly);
        QFETCH(QString, meanwhile);
        AgentBench bench;
        bench.start();
        core::Pod pod =
            scripted("web", "sleep 10; mv -v /healthz /tmp/; sleep 10; mv /tmp/healthz /; sleep 60");
        auto& container = *pod.mutable_spec()->mutable_containers(0);
        container.mutable_securitycontext()->set_readonlyrootfilesystem(readOnly);
        pod.mutable_spec()->add_volumes()->set_name("data");
        pod.mutable_spec()->mutable_volumes(0)->mutable_volumesource()->mutable_emptydir();
        auto& mount = *container.add_volumemounts();
        mount.set_name("data");
        mount.set_mountpath("/data");
        auto& probe = *container.mutable_readinessprobe();
        probe.set_periodseconds(1);
        probe.set_failurethreshold(1);
        probe.mutable_handler()->mutable_httpget()->set_path(path.toStdString());
        probe.mutable_handler()->mutable_httpget()->mutable_port()->set_intval(80);
        bench.desire(pod);
        QVERIFY(bench.until([&] { return bench.condition("web", "Ready") == "True"; }, 5s));
        bench.executor.advance(15s);
        QCOMPARE(QString::fromStdString(bench.condition("web", "Ready")), meanwhile);
        bench.executor.advance(10s);
        QCOMPARE(bench.condition("web", "Ready"), std::string("True"));
        QCOMPARE(bench.container("web").restartcount(), 0);
    }

    void hostsOfAPod_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("hosts");
        const QString managed = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"
                                "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
                                "fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";
        QTest::newRow("plain") << "" << managed + "IP\tweb\n";
        QTest::newRow("subdomain") << "subdomain"
                                   << managed + "IP\tweb.nginx.default.svc.cluster.local\tweb\n";
        QTest::newRow("aliases") << "aliases"
                                 << managed + "IP\tweb\n\n# Entries added by HostAliases.\n"
                                              "10.1.2.3\tfoo\tbar\n";
        QTest::newRow("the node's network") << "hostNetwork"
                                            << "127.0.0.1\tlocalhost\n";
        QTest::newRow("the node's file mounted there") << "mount"
                                                       << "127.0.0.1\tlocalhost\n";
    }
    void hostsOfAPod() {
        QFETCH(QString, what);
        QFETCH(QString, hosts);
        AgentBench bench;
        bench.start();
        core::Pod pod = scripted("web", "cat /etc/hosts > /dev/termination-log");
        if (what == "subdomain") pod.mutable_spec()->set_subdomain("nginx");
        if (what == "hostNetwork") pod.mutable_spec()->set_hostnetwork(true);
        if (what == "aliases") {
            core::HostAlias& alias = *pod.mutable_spec()->add_hostaliases();
            alias.set_ip("10.1.2.3");
            alias.add_hostnames("foo");
            alias.add_hostnames("bar");
        }
        if (what == "mount") {
            core::Volume& volume = *pod.mutable_spec()->add_volumes();
            volume.set_name("hosts");
            volume.mutable_volumesource()->mutable_hostpath()->set_path("/etc/hosts");
            volume.mutable_volumesource()->mutable_hostpath()->set_type("FileOrCreate");
            auto& mount = *pod.mutable_spec()->mutable_containers(0)->add_volumemounts();
            mount.set_name("hosts");
            mount.set_mountpath("/etc/hosts");
        }
        bench.desire(pod);
        const QString said = QString::fromStdString(endOf(bench, "web").message());
        QCOMPARE(said, hosts.replace("IP", QString::fromStdString(bench.status("web").podip())));
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
