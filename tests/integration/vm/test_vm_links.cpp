// Issue 5, point 8: what a Fault does to what two real machines say to each other, and that it is undone.
#include "lab_faults.h"

#include <QElapsedTimer>
#include <QtTest>
#include <algorithm>
#include <limits>

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
    LabFaults faults_{lab_};

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_.get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    /// One request of a pod on a node to a pod on the other: whether it was answered.
    bool asks(const QString& from, const QString& to) const {
        const QString url = QString("http://%1:8080/").arg(path("pod/on-" + to, "{.status.podIP}"));
        return lab_.kubectl({"exec", "on-" + from, "--", "/demo", "fetch", url}, {}, 120).code == 0;
    }
    bool ready(const QString& node) const {
        return path("node/" + node, R"({.status.conditions[?(@.type=="Ready")].status})") == "True";
    }

  private Q_SLOTS:
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
        const auto takes = [this] {
            QElapsedTimer timer;
            timer.start();
            return asks("vm-1", "vm-2") ? timer.elapsed() : std::numeric_limits<qint64>::max();
        };
        const qint64 usual = std::min({takes(), takes(), takes()});
        QVERIFY(faults_.begin(
            "slow", "nodes: {names: [vm-1]}, link: {to: {names: [vm-2]}, latencyMilliseconds: 1500}"));
        // A connection, then a question and its answer: there and back twice.
        const qint64 late = std::min(takes(), takes());
        QVERIFY2(late > usual + 4'000 && late < 120'000,
                 qPrintable(QString("%1 and %2 ms").arg(usual).arg(late)));
        QVERIFY(ready("vm-1") && ready("vm-2"));
        QVERIFY(faults_.end("slow"));
        QTRY_VERIFY_WITH_TIMEOUT(takes() < usual + 4'000, 60'000);
    }

    void someOfItIsLostAndSentAgain() {
        QVERIFY(
            faults_.begin("lossy", "nodes: {names: [vm-1]}, link: {to: {names: [vm-2]}, lossPercent: 20}"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(asks("vm-1", "vm-2"));
        QVERIFY(faults_.end("lossy"));
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
        QVERIFY(faults_.begin(
            "cut", QString("nodes: {names: [vm-1]}, link: {to: {zone: %1}, cut: true%2}").arg(zone, more)));
        QVERIFY(!asks("vm-1", "vm-2"));
        QVERIFY(!asks("vm-2", "vm-1"));
        QVERIFY(ready("vm-1") && ready("vm-2")); // the control plane hears them all the same
        QVERIFY(faults_.end("cut"));
        QTRY_VERIFY_WITH_TIMEOUT(asks("vm-1", "vm-2") && asks("vm-2", "vm-1"), 60'000);
    }

    void itStops() { QCOMPARE(lab_.stop(), 0); }
};

QTEST_GUILESS_MAIN(TestVmLinks)
#include "test_vm_links.moc"
