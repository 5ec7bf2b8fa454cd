// Issue 5, point 2 on real machines: disks that are plugged into the VM where their pod runs, and go with it.
#include "lab_process.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QtTest>
#include <csignal>

using namespace wheelhouse::test;

class TestVmVolumes : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "vm=2", "--node-monitor-grace", "12s", "--heartbeat", "3s",
                     "--default-toleration-seconds", "5"}};

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_.get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    bool ready(const QString& pod = "db-0") const {
        return path("pod/" + pod, R"({.status.conditions[?(@.type=="Ready")].status})") == "True";
    }
    QString node(const QString& pod = "db-0") const { return path("pod/" + pod, "{.spec.nodeName}"); }
    Output demo(const QStringList& words, const QString& pod = "db-0") const {
        return lab_.kubectl(QStringList{"exec", pod, "--", "/demo"} + words);
    }
    /// What a pod kept, with blanks for ends of lines.
    QString kept(const QString& file = "/data/log", const QString& pod = "db-0") const {
        return demo({"show", file}, pod).out.simplified();
    }
    QStringList volumeFiles() const {
        QStringList found;
        for (QDirIterator each(lab_.dataDirectory(), {"*.raw"}, QDir::Files, QDirIterator::Subdirectories);
             each.hasNext();)
            found << each.next();
        return found;
    }
    /// All that may explain why the expected has not come.
    QString story() const {
        return lab_.kubectl({"get", "pods,pvc,pv,volumeattachments,nodes", "-o", "wide"}).out +
               lab_.kubectl({"get", "volumeattachments", "-o", "jsonpath={.items[*].status}"}).out +
               lab_.kubectl({"events"}).out;
    }
    bool runsElsewhere(const QString& before) const { return ready() && node() != before; }
    bool apply(const QByteArray& text) const {
        const Output output = lab_.kubectl({"apply", "-f", "-"}, text);
        if (output.code != 0) qWarning().noquote() << output.err;
        return output.code == 0;
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(2, 500)); // the image may have to be made first
        QTRY_VERIFY_WITH_TIMEOUT(lab_.kubectl({"get", "sa", "default"}).code == 0, 30'000);
    }

    void aStatefulSetHasADiskOfItsOwn() {
        QVERIFY(apply("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n"
                      "  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n"
                      "    metadata: {labels: {app: db}}\n    spec:\n      terminationGracePeriodSeconds: 1\n"
                      "      securityContext: {fsGroup: 2000, runAsUser: 1000, runAsGroup: 1000}\n"
                      "      containers:\n      - name: demo\n        image: wheelhouse.dev/demo:1\n"
                      "        volumeMounts: [{name: data, mountPath: /data}]\n"
                      "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec:\n"
                      "      accessModes: [ReadWriteOnce]\n      storageClassName: disk\n"
                      "      resources: {requests: {storage: 256Mi}}\n"));
        QTRY_VERIFY2_WITH_TIMEOUT(ready(), qPrintable(story()), 180'000);
        const Output done = demo({"keep", "/data/log", "first"});
        QVERIFY2(done.code == 0, qPrintable(done.err)); // not root: the group may write
        QCOMPARE(kept(), QString("first"));
        QCOMPARE(volumeFiles().size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(
            path("node/" + node(), "{.status.volumesInUse[*]}").contains("volume.wheelhouse.dev"), 30'000);
    }

    void itsDiskMovesWithIt() {
        const QString before = node();
        QCOMPARE(lab_.kubectl({"cordon", before}).code, 0);
        QCOMPARE(lab_.kubectl({"delete", "pod", "db-0"}, {}, 120).code, 0);
        QTRY_VERIFY2_WITH_TIMEOUT(runsElsewhere(before), qPrintable(story()), 120'000);
        QCOMPARE(kept(), QString("first"));
        QCOMPARE(demo({"keep", "/data/log", "second"}).code, 0);
        QCOMPARE(lab_.kubectl({"uncordon", before}).code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(path("node/" + before, "{.status.volumesAttached}"), QString(), 30'000);
    }

    void aDiskGrowsWhileItIsUsed() {
        QVERIFY(demo({"room", "/data"}).out.toInt() < 260);
        QCOMPARE(lab_.kubectl({"patch", "pvc", "data-db-0", "-p",
                               R"({"spec":{"resources":{"requests":{"storage":"512Mi"}}}})"})
                     .code,
                 0);
        QTRY_COMPARE_WITH_TIMEOUT(path("pvc/data-db-0", "{.status.capacity.storage}"), QString("512Mi"),
                                  60'000);
        QCOMPARE(QFileInfo(volumeFiles().value(0)).size(), qint64(512) << 20);
        // The file system grows with it, under the pod that uses it.
        QTRY_VERIFY2_WITH_TIMEOUT(demo({"room", "/data"}).out.toInt() > 400, qPrintable(story()), 60'000);
        QCOMPARE(kept(), QString("first second"));
    }

    void aPodGetsTheDeviceItself() {
        QVERIFY(
            apply("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: raw}\nspec:\n"
                  "  accessModes: [ReadWriteOncePod]\n  volumeMode: Block\n  storageClassName: disk\n"
                  "  resources: {requests: {storage: 16Mi}}\n---\n"
                  "apiVersion: v1\nkind: Pod\nmetadata: {name: raw}\nspec:\n"
                  "  terminationGracePeriodSeconds: 1\n  containers:\n"
                  "  - {name: demo, image: wheelhouse.dev/demo:1, volumeDevices: [{name: raw, devicePath: "
                  "/dev/raw0}]}\n  volumes: [{name: raw, persistentVolumeClaim: {claimName: raw}}]\n"));
        QTRY_VERIFY2_WITH_TIMEOUT(ready("raw"), qPrintable(story()), 120'000);
        const Output done = demo({"keep", "/dev/raw0", "bytes"}, "raw");
        QVERIFY2(done.code == 0, qPrintable(done.err));
        QCOMPARE(kept("/dev/raw0", "raw"), QString("bytes"));
        QCOMPARE(lab_.kubectl({"delete", "pod/raw", "pvc/raw", "--timeout=90s"}, {}, 120).code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(volumeFiles().size(), 1, 60'000);
    }

    /// The node dies with the disk mounted; marked out of service, it loses it, and nothing of it is lost.
    void dataSurviveTheDeathOfTheirNode() {
        const QString before = node();
        const int pid = path("machine/" + before, "{.status.pid}").toInt();
        QVERIFY(pid > 1);
        QCOMPARE(::kill(pid, SIGKILL), 0);
        QElapsedTimer timer;
        timer.start();
        QTRY_COMPARE_WITH_TIMEOUT(
            path("node/" + before, R"({.status.conditions[?(@.type=="Ready")].status})"), QString("Unknown"),
            90'000);
        QCOMPARE(lab_.kubectl({"taint", "node", before,
                               "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"})
                     .code,
                 0);
        QTRY_VERIFY2_WITH_TIMEOUT(runsElsewhere(before), qPrintable(story()), 180'000);
        qInfo() << "its data are back" << timer.elapsed() << "ms after the death of the node";
        QCOMPARE(kept(), QString("first second"));
        QCOMPARE(demo({"keep", "/data/log", "third"}).code, 0);
        QCOMPARE(kept(), QString("first second third"));
    }

    void aDiskGoesWithItsClaim() {
        QCOMPARE(lab_.kubectl({"delete", "statefulset/db", "pvc/data-db-0", "--timeout=90s"}, {}, 120).code,
                 0);
        QTRY_VERIFY2_WITH_TIMEOUT(volumeFiles().isEmpty(), qPrintable(story()), 90'000);
        QCOMPARE(lab_.get({"get", "pv,volumeattachments", "-o", "name"}), QString());
    }
};

QTEST_GUILESS_MAIN(TestVmVolumes)
#include "test_vm_volumes.moc"
