// Issue 5, point 8: unmodified kubectl breaks a lab on purpose, sees what becomes of it, and mends it.
#include "kubectl_checks.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const char* const powerCut = R"(apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Fault
metadata: {name: outage}
spec:
  nodes: {names: [sim-1]}
  nodePower: {state: Cut}
)";

const char* const wrong = R"(apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Fault
metadata: {name: wrong}
spec:
  nodes: {names: [sim-1]}
  slowCPU: {percent: 150}
)";

const char* const cutLink = R"(apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Fault
metadata: {name: cable}
spec:
  nodes: {names: [sim-2]}
  link: {controlPlane: true, cut: true}
  durationSeconds: 40
)";

const char* const kill = R"(apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Fault
metadata: {name: kill}
spec:
  containerKill: {namespace: default, selector: {matchLabels: {app: web}}, pods: 1}
)";

} // namespace

class TestKubectlFaults : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "1s", "--node-monitor-grace", "5s",
                     "--default-toleration-seconds", "2"}};

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_.get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    QString readyOf(const QString& node) const {
        return path("node/" + node, R"({.status.conditions[?(@.type=="Ready")].status})");
    }
    /// Where the pods are that nobody has asked to go.
    QStringList podNodes() const {
        const Output listed = lab_.kubectl({"get", "pods", "-l", "app=web", "-o", "json"});
        const QJsonArray pods = QJsonDocument::fromJson(listed.out.toUtf8())["items"].toArray();
        QStringList out;
        for (const QJsonValue& pod : pods)
            if (!pod["metadata"].toObject().contains("deletionTimestamp"))
                out << pod["spec"]["nodeName"].toString();
        return out;
    }
    bool awaited(const std::function<bool()>& condition) const { return QTest::qWaitFor(condition, 60'000); }
    bool allReady() const { return path("deployment/web", "{.status.readyReplicas}") == "6"; }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(3));
        VERIFY_OK(lab_.kubectl({"create", "deployment", "web", "--image=demo", "--replicas=6"}), {"created"});
        QVERIFY(awaited([&] { return allReady(); }));
    }

    void theKindExplainsItself() {
        VERIFY_OK(lab_.kubectl({"explain", "fault.spec.nodePower"}), {"as pulling the plug would"});
        VERIFY_OK(lab_.kubectl({"explain", "fault.spec.link.lossPercent"}), {"in percent"});
    }

    void nonsenseIsRefused() {
        VERIFY_REFUSED(lab_.kubectl({"apply", "-f", "-"}, wrong), {"must be between 1 and 99, inclusive"});
        VERIFY_REFUSED(lab_.kubectl({"get", "fault", "wrong"}), {"NotFound"});
    }

    void aPowerCutMovesPodsAndIsUndone() {
        QVERIFY(podNodes().contains("sim-1"));
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, powerCut), {"created"});
        VERIFY_OK(
            lab_.kubectl({"wait", "fault/outage", "--for=jsonpath={.status.phase}=Active", "--timeout=60s"}));
        VERIFY_OK(lab_.kubectl({"get", "faults"}),
                  {"KIND", "TARGET", "PHASE", "SINCE", "ENDS", "PowerCut", "sim-1", "Active"});
        QVERIFY(awaited([&] { return readyOf("sim-1") == "Unknown"; }));
        VERIFY_OK(lab_.kubectl({"get", "machine", "sim-1", "-o", "jsonpath={.status.message}"}),
                  {"\"outage\""});
        QVERIFY(awaited([&] { return !podNodes().contains("sim-1") && allReady(); }));
        VERIFY_REFUSED(lab_.kubectl({"patch", "fault", "outage", "--type=merge", "-p",
                                     R"({"spec":{"nodePower":{"state":"Frozen"}}})"}),
                       {"field is immutable"});
        VERIFY_OK(lab_.kubectl({"delete", "fault", "outage", "--timeout=60s"}), {"deleted"});
        QVERIFY(awaited([&] { return readyOf("sim-1") == "True"; }));
    }

    void aCutLinkEndsByItself() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, cutLink), {"created"});
        QVERIFY(awaited([&] { return readyOf("sim-2") == "Unknown"; }));
        VERIFY_OK(lab_.kubectl(
            {"wait", "fault/cable", "--for=jsonpath={.status.phase}=Ended", "--timeout=120s"}, {}, 150));
        QVERIFY(awaited([&] { return readyOf("sim-2") == "True"; }));
        VERIFY_OK(lab_.kubectl({"get", "fault", "cable"}), {"LinkCut", "sim-2 <-> control plane", "ago"});
    }

    void oneContainerIsKilled() {
        QVERIFY(awaited([&] { return allReady(); }));
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, kill), {"created"});
        VERIFY_OK(
            lab_.kubectl({"wait", "fault/kill", "--for=jsonpath={.status.phase}=Ended", "--timeout=60s"}));
        QVERIFY(awaited([&] {
            return lab_.get({"get", "pods", "-l", "app=web", "-o",
                             "jsonpath={.items[*].status.containerStatuses[0].restartCount}"})
                       .count('1') == 1;
        }));
        VERIFY_OK(lab_.kubectl({"events", "--for", "fault/kill"}), {"FaultBegan", "FaultEnded"});
    }

    void aProgramThatStopsMendsAndTakesUpAgain() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, powerCut), {"created"});
        VERIFY_OK(
            lab_.kubectl({"wait", "fault/outage", "--for=jsonpath={.status.phase}=Active", "--timeout=60s"}));
        QCOMPARE(lab_.stop(), 0);
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(awaited([&] { return readyOf("sim-3") == "True" && readyOf("sim-1") == "Unknown"; }));
        VERIFY_OK(lab_.kubectl({"delete", "faults", "--all", "--timeout=60s"}), {"deleted"});
        QVERIFY(lab_.nodesReady(3));
    }
};

QTEST_GUILESS_MAIN(TestKubectlFaults)
#include "test_kubectl_faults.moc"
