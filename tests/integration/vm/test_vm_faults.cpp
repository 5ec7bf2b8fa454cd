// Issue 5, point 8 on a real machine: what a Fault does to a VM, its agent and its containerd, and that it is
// undone.
#include "lab_faults.h"

#include <QtTest>

using namespace wheelhouse::test;

class TestVmFaults : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "vm=1", "--node-monitor-grace", "12s", "--heartbeat", "3s"}};
    LabFaults faults_{lab_};

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_.get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    QString condition(const QString& type) const {
        return path("node/vm-1", QString(R"({.status.conditions[?(@.type=="%1")].status})").arg(type));
    }
    QString container() const { return path("pod/demo", "{.status.containerStatuses[0].containerID}"); }
    bool ready() const {
        return path("pod/demo", R"({.status.conditions[?(@.type=="Ready")].status})") == "True";
    }

    int run(const QString& name, const QString& priority) const {
        const QString text =
            QString("{apiVersion: v1, kind: Pod, metadata: {name: %1, labels: {run: %1}}, spec: "
                    "{priorityClassName: \"%2\", containers: [{name: %1, image: "
                    "\"wheelhouse.dev/demo:1\"}]}}")
                .arg(name, priority);
        return lab_.kubectl({"apply", "-f", "-"}, text.toUtf8()).code;
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(1, 300));
        QTRY_VERIFY_WITH_TIMEOUT(lab_.kubectl({"get", "sa", "default"}).code == 0, 30'000);
        // A node without memory or disk evicts what it can do without; this one it cannot.
        QCOMPARE(run("demo", "system-node-critical"), 0);
        QTRY_VERIFY_WITH_TIMEOUT(ready(), 120'000);
    }

    void aContainerIsKilledAndStartsAgain() {
        const QString before = container();
        QCOMPARE(
            lab_.kubectl({"apply", "-f", "-"},
                         "{apiVersion: lab.wheelhouse.dev/v1alpha1, kind: Fault, metadata: {name: kill}, "
                         "spec: {containerKill: {namespace: default, pod: demo}}}")
                .code,
            0);
        QVERIFY(faults_.awaitPhase("kill", "Ended"));
        QTRY_VERIFY_WITH_TIMEOUT(ready() && container() != before, 120'000);
        QCOMPARE(path("pod/demo", "{.status.containerStatuses[0].restartCount}"), QString("1"));
        QCOMPARE(path("pod/demo", "{.status.containerStatuses[0].lastState.terminated.exitCode}"),
                 QString("137"));
    }

    void theNodeSaysWhatItLacks_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("resource");
        QTest::newRow("disk") << "fullDisk: {}"
                              << "DiskPressure"
                              << "ephemeral-storage";
        QTest::newRow("memory") << "memoryPressure: {}"
                                << "MemoryPressure"
                                << "memory";
    }
    void theNodeSaysWhatItLacks() {
        QFETCH(QString, what);
        QFETCH(QString, type);
        QFETCH(QString, resource);
        QCOMPARE(condition(type), QString("False"));
        QCOMPARE(run("guest", ""), 0);
        QTRY_COMPARE_WITH_TIMEOUT(path("pod/guest", "{.status.phase}"), QString("Running"), 120'000);
        QVERIFY(faults_.begin("lack", "nodes: {names: [vm-1]}, " + what));
        QTRY_COMPARE_WITH_TIMEOUT(condition(type), QString("True"), 60'000);
        QCOMPARE(faults_.problem("lack"), QString());
        QTRY_COMPARE_WITH_TIMEOUT(path("pod/guest", "{.status.reason}"), QString("Evicted"), 60'000);
        const QString why = path("pod/guest", "{.status.message}");
        QVERIFY2(why.startsWith("The node was low on resource: " + resource + ". Threshold quantity: "),
                 qPrintable(why));
        QVERIFY(lab_.get({"describe", "node", "vm-1"}).contains("EvictionThresholdMet"));
        QVERIFY(faults_.end("lack"));
        QTRY_COMPARE_WITH_TIMEOUT(condition(type), QString("False"), 60'000);
        QVERIFY(ready());
        QCOMPARE(lab_.kubectl({"delete", "pod", "guest"}).code, 0);
        QCOMPARE(condition("Ready"), QString("True"));
    }

    void slowProcessorsAndNoRegistryAreTakenByTheNode() {
        QVERIFY(faults_.begin("slow", "nodes: {names: [vm-1]}, slowCPU: {percent: 20}"));
        QVERIFY(faults_.begin("alone", "nodes: {names: [vm-1]}, registryDown: {}"));
        QCOMPARE(lab_.kubectl({"run", "stranger", "--image=127.0.0.1:1/none:1"}).code, 0);
        QTRY_VERIFY_WITH_TIMEOUT(
            lab_.kubectl({"events", "--for", "pod/stranger"}).out.contains("the registry does not answer"),
            60'000);
        QCOMPARE(faults_.problem("slow") + faults_.problem("alone"), QString());
        QVERIFY(ready());
        QVERIFY(faults_.end("slow") && faults_.end("alone"));
        QCOMPARE(lab_.kubectl({"delete", "pod", "stranger", "--grace-period=1"}).code, 0);
    }

    void aNodeIsCutOffOrStandsStillAndItsPodsAreKept_data() {
        QTest::addColumn<QString>("what");
        QTest::newRow("link cut") << "link: {controlPlane: true, cut: true}";
        QTest::newRow("frozen") << "nodePower: {state: Frozen}";
    }
    void aNodeIsCutOffOrStandsStillAndItsPodsAreKept() {
        QFETCH(QString, what);
        const QString before = container();
        QVERIFY(faults_.begin("away", "nodes: {names: [vm-1]}, " + what));
        QTRY_COMPARE_WITH_TIMEOUT(condition("Ready"), QString("Unknown"), 90'000);
        QVERIFY(faults_.end("away"));
        QTRY_COMPARE_WITH_TIMEOUT(condition("Ready"), QString("True"), 90'000);
        QTRY_VERIFY_WITH_TIMEOUT(ready(), 60'000);
        QCOMPARE(container(), before);
    }

    void aPowerCutBootsItAgain() {
        const QString boot = path("node/vm-1", "{.status.nodeInfo.bootID}");
        QVERIFY(faults_.begin("dark", "nodes: {names: [vm-1]}, nodePower: {state: Cut}"));
        QTRY_COMPARE_WITH_TIMEOUT(path("machine/vm-1", "{.status.phase}"), QString("Stopped"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(condition("Ready"), QString("Unknown"), 90'000);
        QVERIFY(faults_.end("dark"));
        QTRY_COMPARE_WITH_TIMEOUT(condition("Ready"), QString("True"), 240'000);
        QTRY_VERIFY_WITH_TIMEOUT(path("node/vm-1", "{.status.nodeInfo.bootID}") != boot, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(ready(), 120'000);
    }
};

QTEST_GUILESS_MAIN(TestVmFaults)
#include "test_vm_faults.moc"
