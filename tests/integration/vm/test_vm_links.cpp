// Issue 5, point 8: what a Fault does to what two real machines say to each other, and that it is undone.
#include "lab_process.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

QByteArray podOn(const QString& node) {
    return QString("apiVersion: v1\n"
                   "kind: Pod\n"
                   "metadata: {name: on-%1}\n"
                   "spec:\n"
                   "  nodeName: %1\n"
                   "  terminationGracePeriodSeconds: 1\n"
                   "  containers:\n"
                   "  - {name: demo, image: wheelhouse.dev/demo:1, args: [serve], ports: [{containerPort: "
                   "8080}]}\n"
                   "---\n")
        .arg(node)
        .toUtf8();
}

} // namespace

class TestVmLinks : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "vm=2"}};

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_.get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    bool begin(const QString& name, const QString& spec) const {
        const QString text =
            QString(
                "{apiVersion: lab.wheelhouse.dev/v1alpha1, kind: Fault, metadata: {name: %1}, spec: {%2}}")
                .arg(name, spec);
        const Output made = lab_.kubectl({"apply", "-f", "-"}, text.toUtf8());
        if (made.code != 0) qWarning().noquote() << made.err;
        return made.code == 0 &&
               QTest::qWaitFor([&] { return path("fault/" + name, "{.status.phase}") == "Active"; }, 60'000);
    }
    bool end(const QString& name) const {
        return lab_.kubectl({"delete", "fault", name, "--timeout=60s"}, {}, 90).code == 0;
    }
    /// One request of a pod on a node to a pod on the other: whether it was answered.
    bool asks(const QString& from, const QString& to) const {
        const QString url = QString("http://%1:8080/").arg(path("pod/on-" + to, "{.status.podIP}"));
        return lab_.kubectl({"exec", "on-" + from, "--", "/demo", "fetch", url}, {}, 120).code == 0;
    }
    bool ready(const QString& node) const {
        return path("node/" + node, R"({.status.conditions[?(@.type=="Ready")].status})") == "True";
    }

  private slots:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(2, 300));
        QTRY_VERIFY_WITH_TIMEOUT(lab_.kubectl({"get", "sa", "default"}).code == 0, 30'000);
        QCOMPARE(lab_.kubectl({"apply", "-f", "-"}, podOn("vm-1") + podOn("vm-2")).code, 0);
        for (const char* pod : {"pod/on-vm-1", "pod/on-vm-2"})
            QTRY_COMPARE_WITH_TIMEOUT(path(pod, R"({.status.conditions[?(@.type=="Ready")].status})"),
                                      QString("True"), 120'000);
        QTRY_VERIFY_WITH_TIMEOUT(asks("vm-1", "vm-2") && asks("vm-2", "vm-1"), 60'000);
    }

    void whatIsSaidIsLate() {
        QElapsedTimer timer;
        timer.start();
        QVERIFY(asks("vm-1", "vm-2"));
        const qint64 usual = timer.elapsed();
        QVERIFY(
            begin("slow", "nodes: {names: [vm-1]}, link: {to: {names: [vm-2]}, latencyMilliseconds: 1500}"));
        timer.start();
        QVERIFY(asks("vm-1", "vm-2"));
        // A connection, then a question and its answer: there and back twice.
        QVERIFY2(timer.elapsed() > usual + 4'000,
                 qPrintable(QString("%1 and %2 ms").arg(usual).arg(timer.elapsed())));
        QVERIFY(ready("vm-1") && ready("vm-2"));
        QVERIFY(end("slow"));
        timer.start();
        QVERIFY(asks("vm-1", "vm-2"));
        QVERIFY2(timer.elapsed() < usual + 4'000, qPrintable(QString::number(timer.elapsed())));
    }

    void someOfItIsLostAndSentAgain() {
        QVERIFY(begin("lossy", "nodes: {names: [vm-1]}, link: {to: {names: [vm-2]}, lossPercent: 20}"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(asks("vm-1", "vm-2"));
        QVERIFY(end("lossy"));
    }

    void betweenZonesNothingGetsThrough_data() {
        QTest::addColumn<QString>("more");
        QTest::newRow("both ways") << "";
        QTest::newRow("one way") << ", oneWay: true"; // no answer either
    }
    void betweenZonesNothingGetsThrough() {
        QFETCH(QString, more);
        const QString zone = path("node/vm-2", R"({.metadata.labels.topology\.kubernetes\.io/zone})");
        QVERIFY(!zone.isEmpty());
        QVERIFY(begin(
            "cut", QString("nodes: {names: [vm-1]}, link: {to: {zone: %1}, cut: true%2}").arg(zone, more)));
        QVERIFY(!asks("vm-1", "vm-2"));
        QVERIFY(!asks("vm-2", "vm-1"));
        QVERIFY(ready("vm-1") && ready("vm-2")); // the control plane hears them all the same
        QVERIFY(end("cut"));
        QTRY_VERIFY_WITH_TIMEOUT(asks("vm-1", "vm-2") && asks("vm-2", "vm-1"), 60'000);
    }

    void itStops() { QCOMPARE(lab_.stop(), 0); }
};

QTEST_GUILESS_MAIN(TestVmLinks)
#include "test_vm_links.moc"
