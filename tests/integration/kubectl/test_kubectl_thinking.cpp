// Issue points 3 and 5: unmodified kubectl asks the scheduler for its reasons and for what would happen, sees
// who acts next, and stops, steps and speeds up the cluster's clock.
#include "kubectl_checks.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const char* const picky = R"(apiVersion: v1
kind: Pod
metadata: {name: picky}
spec:
  nodeSelector: {disk: ssd}
  containers: [{name: c, image: demo}]
)";

const char* const question = R"(apiVersion: lab.wheelhouse.dev/v1alpha1
kind: WhatIf
spec:
  podName: plain
  nodes:
  - {name: sim-1, taints: [{key: closed, effect: NoSchedule}]}
  - {name: sim-2, remove: true}
)";

const char* const limited = R"(apiVersion: v1
kind: ResourceQuota
metadata: {name: one, namespace: tight}
spec: {hard: {pods: "1"}}
)";

/// Fills most of one node; of `name`, in `nameSpace`, on `node`, with `cores` processors.
QByteArray large(const char* name, const char* nameSpace, int cores, const char* more = "") {
    return QString(R"(apiVersion: v1
kind: Pod
metadata: {name: %1, namespace: %2}
spec:
  terminationGracePeriodSeconds: 1
  nodeSelector: {kubernetes.io/hostname: sim-1}
  %4
  containers: [{name: c, image: demo, resources: {requests: {cpu: %3}}}]
)")
        .arg(name, nameSpace)
        .arg(cores)
        .arg(more)
        .toUtf8();
}

const char* const highClass = R"(apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: high}
value: 1000
)";

/// Waits until `done` holds; false after `seconds`.
bool waitFor(const std::function<bool()>& done, int seconds) {
    return QTest::qWaitFor(done, seconds * 1000);
}

} // namespace

class TestKubectlThinking : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "2s"}};
    QTemporaryDir folder_;

    QString file(const QString& name, const QByteArray& text) {
        QFile out(folder_.filePath(name));
        if (!out.open(QIODevice::WriteOnly)) qFatal("no temporary file");
        out.write(text);
        return out.fileName();
    }
    QJsonObject json(QStringList arguments) const {
        arguments << "-o"
                  << "json";
        return QJsonDocument::fromJson(lab_.kubectl(arguments).out.toUtf8()).object();
    }
    bool setClock(const QString& spec) const {
        return lab_.kubectl(
                       {"patch", "clusterclock", "cluster", "--type=merge", "-p", R"({"spec":)" + spec + "}"})
                   .code == 0;
    }
    QJsonObject clockStatus() const { return json({"get", "clusterclock", "cluster"})["status"].toObject(); }
    bool step(const QString& of) const {
        const int steps = clockStatus()["steps"].toInt() + 1;
        return setClock(QString(R"({"steps":%1,"stepOf":"%2"})").arg(steps).arg(of)) &&
               waitFor([&] { return clockStatus()["steps"].toInt() == steps; }, 30);
    }
    int replicasOfSet() const {
        const QJsonArray items = json({"get", "rs", "-l", "app=web"})["items"].toArray();
        return items.isEmpty() ? -1 : items[0]["spec"]["replicas"].toInt();
    }
    int webPods() const { return json({"get", "pods", "-l", "app=web"})["items"].toArray().size(); }
    int readyWebs() const {
        return lab_.get({"get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"}).toInt();
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(3));
        QVERIFY(waitFor([&] { return lab_.kubectl({"get", "sa", "default"}).code == 0; }, 30));
    }

    void theKindsAreKnown() {
        VERIFY_OK(lab_.kubectl({"api-resources", "--api-group=lab.wheelhouse.dev"}), {"schedulingdecisions"});
        VERIFY_OK(lab_.kubectl({"explain", "schedulingdecision"}), {"how the scheduler came to place a pod"});
        VERIFY_OK(lab_.kubectl({"explain", "whatif"}), {"Nothing is"});
        VERIFY_REFUSED(lab_.kubectl({"delete", "reconcilequeue", "deployment"}), {"MethodNotAllowed"});
    }

    void aDecisionOfAPodThatFits() {
        VERIFY_OK(lab_.kubectl({"run", "plain", "--image=demo"}), {"created"});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Ready", "pod/plain", "--timeout=60s"}),
                  {"condition met"});
        VERIFY_OK(lab_.kubectl({"get", "schedulingdecision", "plain"}), {"Scheduled"});
        VERIFY_OK(lab_.kubectl({"get", "sd", "plain", "-o", "wide"}), {"3/3"});
        const QJsonObject attempt = json({"get", "sd", "plain"})["attempts"][0].toObject();
        QCOMPARE(attempt["node"].toString(),
                 lab_.get({"get", "pod", "plain", "-o", "jsonpath={.spec.nodeName}"}));
        QCOMPARE(attempt["scored"].toArray().size(), 3);
        QVERIFY(!attempt["scored"][0]["scores"].toArray().isEmpty());
        VERIFY_OK(lab_.kubectl({"describe", "sd", "plain"}), {"Normalised"});
        VERIFY_OK(
            lab_.kubectl(
                {"get", "--raw",
                 "/apis/lab.wheelhouse.dev/v1alpha1/namespaces/default/schedulingdecisions/plain/matrix"}),
            {"\"scored\""});
    }

    void aDecisionOfAPodThatDoesNot() {
        VERIFY_OK(lab_.kubectl({"create", "-f", file("picky.yaml", picky)}), {"created"});
        QVERIFY(waitFor([&] { return lab_.kubectl({"get", "sd", "picky"}).code == 0; }, 30));
        VERIFY_OK(lab_.kubectl({"get", "sd", "picky"}), {"Unschedulable"});
        const QJsonObject refused = json({"get", "sd", "picky"})["attempts"][0]["refused"][0].toObject();
        QCOMPARE(refused["plugin"].toString(), QString("NodeAffinity"));
        QCOMPARE(refused["count"].toInt(), 3);
        QVERIFY(
            lab_.get({"get", "sd", "-o", "name"}).contains("schedulingdecision.lab.wheelhouse.dev/picky"));
        VERIFY_OK(lab_.kubectl({"get", "reconcilequeue", "scheduler", "-o", "yaml"}), {"Unschedulable"});
    }

    void whatIf() {
        const Output answer = lab_.kubectl({"create", "-f", file("if.yaml", question), "-o", "json"});
        QVERIFY2(answer.code == 0, qPrintable(answer.err));
        const QJsonObject status = QJsonDocument::fromJson(answer.out.toUtf8()).object()["status"].toObject();
        QVERIFY(status["fits"].toBool());
        QCOMPARE(status["attempt"]["node"].toString(), QString("sim-3"));
        QCOMPARE(status["attempt"]["nodes"].toInt(), 2);
        QByteArray closed = question;
        closed.replace("{name: sim-2, remove: true}",
                       "{name: sim-2, remove: true}\n  - {name: sim-3, unschedulable: true}");
        VERIFY_OK(lab_.kubectl({"create", "-f", file("if.yaml", closed), "-o", "yaml"}), {"fits: false"});
        VERIFY_REFUSED(
            lab_.kubectl({"create", "-f",
                          file("if.yaml", QByteArray(question).replace("podName: plain", "matrix: true"))}),
            {"exactly one of pod and podName"});
        // Nothing of it happened.
        VERIFY_OK(lab_.kubectl({"get", "node", "sim-2", "-o", "name"}), {"sim-2"});
    }

    /// Who had to make room is told to who may list them; of the others only how many there are.
    void doesNotTellOfOtherNamespaces() {
        const int cores =
            lab_.get({"get", "node", "sim-1", "-o", "jsonpath={.status.allocatable.cpu}"}).toInt();
        QVERIFY(cores >= 2);
        const int most = cores * 2 / 3 + 1; // two of them do not fit together
        VERIFY_OK(lab_.kubectl({"create", "namespace", "secret"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "-f", "-"}, highClass), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "rolebinding", "anna", "--clusterrole=edit", "--user=anna"}),
                  {"created"});
        QVERIFY(waitFor(
            [&] {
                return lab_.kubectl({"get", "sa", "default", "-n", "secret"}).code == 0;
            },
            30));
        VERIFY_OK(lab_.kubectl({"create", "-f", "-"}, large("hidden", "secret", most)), {"created"});
        VERIFY_OK(
            lab_.kubectl({"wait", "-n", "secret", "--for=condition=Ready", "pod/hidden", "--timeout=60s"}),
            {"condition met"});
        QByteArray question = large("x", "default", most, "priorityClassName: high");
        question.replace("apiVersion: v1\nkind: Pod\n", "");
        question.replace("\n", "\n    ");
        question = "apiVersion: lab.wheelhouse.dev/v1alpha1\nkind: WhatIf\nspec:\n  pod:\n    " + question;
        question.replace("metadata: {name: x, namespace: default}", "metadata: {labels: {a: b}}");
        const auto answered = [&](const QStringList& as) {
            return lab_.kubectl(QStringList{"create", "-f", "-", "-o", "json"} + as, question);
        };
        VERIFY_OK(answered({}), {"secret/hidden"});
        const Output annas = answered({"--as=anna", "--validate=false"});
        VERIFY_OK(annas, {"1 pod in other namespaces"});
        QVERIFY2(!annas.out.contains("hidden"), qPrintable(annas.out));
        QByteArray without = question;
        without.replace("spec:\n  pod:", "spec:\n  withoutPods: [secret/hidden]\n  pod:");
        VERIFY_REFUSED(lab_.kubectl({"create", "-f", "-", "--as=anna", "--validate=false"}, without),
                       {"cannot list resource \"pods\"", "in the namespace \"secret\""});

        VERIFY_OK(
            lab_.kubectl({"create", "-f", "-"}, large("pushy", "default", most, "priorityClassName: high")),
            {"created"});
        QVERIFY(waitFor(
            [&] {
                return lab_.kubectl({"get", "sd", "pushy", "-o", "yaml"}).out.contains("secret/hidden");
            },
            30));
        const Output shown = lab_.kubectl({"get", "sd", "pushy", "-o", "yaml", "--as=anna"});
        VERIFY_OK(shown, {"1 pod in other namespaces"});
        QVERIFY2(!shown.out.contains("hidden"), qPrintable(shown.out));
        VERIFY_OK(lab_.kubectl({"delete", "pod", "pushy"}), {"deleted"});
        VERIFY_OK(lab_.kubectl({"delete", "namespace", "secret"}), {"deleted"});
    }

    void aQueueShowsWhatBacksOff() {
        VERIFY_OK(lab_.kubectl({"create", "namespace", "tight"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "-f", file("quota.yaml", limited)}), {"created"});
        VERIFY_OK(
            lab_.kubectl({"create", "deployment", "greedy", "--image=demo", "--replicas=3", "-n", "tight"}),
            {"created"});
        QVERIFY(waitFor(
            [&] {
                for (const QJsonValue key : json({"get", "reconcilequeue", "replicaset"})["keys"].toArray())
                    if (key["reason"].toString() == "BackOff" &&
                        key["key"].toString().startsWith("tight/greedy-"))
                        return key["failures"].toInt() > 0 && key["lastError"].toString().contains("quota");
                return false;
            },
            60));
        VERIFY_OK(lab_.kubectl({"get", "reconcilequeues"}), {"BACKING OFF"});
        VERIFY_OK(lab_.kubectl({"delete", "namespace", "tight"}), {"deleted"});
    }

    void pauseStepAndGoOn() {
        VERIFY_OK(lab_.kubectl({"create", "deployment", "web", "--image=demo"}), {"created"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/web", "--timeout=60s"}),
                  {"successfully rolled out"});
        QVERIFY(setClock(R"({"paused":true})"));
        QVERIFY(waitFor([&] { return clockStatus()["paused"].toBool(); }, 10));
        VERIFY_OK(lab_.kubectl({"get", "clusterclocks"}), {"Paused"});
        VERIFY_OK(lab_.kubectl({"scale", "deployment/web", "--replicas=2"}), {"scaled"});
        // The API answers, and a pause outlasts every lease.
        QVERIFY(waitFor(
            [&] {
                for (const QJsonValue next : clockStatus()["next"].toArray())
                    if (next["queue"].toString() == "deployment" && next["key"].toString() == "default/web")
                        return true;
                return false;
            },
            10));
        QVERIFY(!waitFor([&] { return replicasOfSet() != 1; }, 3));
        QCOMPARE(webPods(), 1);

        QVERIFY(step("deployment"));
        QVERIFY(waitFor([&] { return replicasOfSet() == 2; }, 10));
        QCOMPARE(webPods(), 1);
        QCOMPARE(clockStatus()["lastStep"].toString(), QString("deployment default/web"));
        for (int i = 0; i < 10 && webPods() == 1; ++i)
            QVERIFY(step("replicaset"));
        QCOMPARE(webPods(), 2);
        VERIFY_OK(lab_.kubectl({"get", "pods", "-l", "app=web"}), {"Pending"});
        QVERIFY(step("scheduler"));
        QVERIFY(waitFor(
            [&] {
                return !lab_.get({"get", "pods", "-l", "app=web", "-o", "wide"})
                            .contains("<none> <none> <none>");
            },
            5));

        QVERIFY(setClock(R"({"paused":false})"));
        QVERIFY(waitFor([&] { return readyWebs() == 2; }, 60));
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Ready", "node", "--all", "--timeout=5s"}),
                  {"condition met"});
    }

    void fastForward() {
        const QString node = lab_.get({"get", "pod", "plain", "-o", "jsonpath={.spec.nodeName}"});
        VERIFY_OK(
            lab_.kubectl({"patch", "machine", node, "--type=merge", "-p", R"({"spec":{"power":"Off"}})"}),
            {"patched"});
        QElapsedTimer timer;
        timer.start();
        QVERIFY(setClock(R"({"speed":"100"})"));
        // 50 s until the node counts as lost and 300 s of toleration.
        QVERIFY(waitFor(
            [&] {
                const QString deleted =
                    lab_.get({"get", "pod", "plain", "-o", "jsonpath={.metadata.deletionTimestamp}"});
                return !deleted.isEmpty();
            },
            30));
        qInfo("the pod was evicted after %lld ms", static_cast<long long>(timer.elapsed()));
        QVERIFY(setClock(R"({"speed":"1"})"));
        QCOMPARE(
            lab_.get({"get", "node", node, "-o", "jsonpath={.status.conditions[?(@.type=='Ready')].status}"}),
            QString("Unknown"));
        QVERIFY(waitFor([&] { return readyWebs() == 2; }, 60));
    }
};

QTEST_GUILESS_MAIN(TestKubectlThinking)
#include "test_kubectl_thinking.moc"
