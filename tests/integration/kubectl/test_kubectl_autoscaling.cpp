#include "kubectl_checks.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace wheelhouse::test;

namespace {

QByteArray deployment(const QString& name, int replicas, const QString& annotations, const QString& cpu) {
    return QString(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: %1}
spec:
  replicas: %2
  selector: {matchLabels: {app: %1}}
  template:
    metadata:
      labels: {app: %1}
      annotations: {%3}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [{key: wheelhouse.dev/simulated, operator: Exists}]
      containers:
      - name: main
        image: demo:1
        resources: {requests: {cpu: %4, memory: 32Mi}}
)")
        .arg(name)
        .arg(replicas)
        .arg(annotations, cpu)
        .toUtf8();
}

} // namespace

class KubectlAutoscalingTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void top();
    void metricsAsTables();
    void burning();
    void horizontal();
    void decisions();
    void explains();
    void pool();
    void poolByHand();

  private:
    int number(const QStringList& arguments) const { return lab_.get(arguments).toInt(); }
    LabProcess lab_{{"--nodes", "simulated=2"}};
};

void KubectlAutoscalingTest::initTestCase() {
    QString why;
    if (kubectlPath(&why).isEmpty()) QSKIP(qPrintable(why));
    QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    const Output made = lab_.kubectl(
        {"apply", "-f", "-"},
        deployment("web", 2, "simulated.wheelhouse.dev/cpu: 200m, simulated.wheelhouse.dev/memory: 64Mi",
                   "100m"));
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QVERIFY(until(
        [&] {
            return number({"get", "deploy", "web", "-o", "jsonpath={.status.readyReplicas}"}) == 2;
        },
        120));
}

void KubectlAutoscalingTest::top() {
    QVERIFY(until([&] { return lab_.kubectl({"top", "pods", "--no-headers"}).out.count('\n') == 2; }, 120));
    const QString pods = lab_.kubectl({"top", "pods"}).out;
    QVERIFY2(pods.startsWith("NAME"), qPrintable(pods));
    QVERIFY2(pods.contains("64Mi"), qPrintable(pods));
    QVERIFY2(until(
                 [&] {
                     return lab_.kubectl({"top", "pods"}).out.count("200m") == 2;
                 },
                 120),
             qPrintable(lab_.kubectl({"top", "pods"}).out));
    const QString containers = lab_.kubectl({"top", "pods", "--containers", "-l", "app=web"}).out;
    QVERIFY2(containers.contains("main") && containers.contains("64Mi"), qPrintable(containers));
    QVERIFY(lab_.kubectl({"top", "pods", "-l", "app=nobody"}).err.contains("No resources found"));
    // A rate takes two measurements, which each node makes in its own time.
    QVERIFY2(until(
                 [&] {
                     return lab_.kubectl({"top", "nodes"}).out.count('\n') == 3;
                 },
                 120),
             qPrintable(lab_.kubectl({"top", "nodes"}).err));
    QVERIFY(lab_.kubectl({"top", "nodes"}).out.contains("CPU(cores)"));
}

void KubectlAutoscalingTest::metricsAsTables() {
    const QString pods = lab_.kubectl({"get", "pods.metrics.k8s.io"}).out;
    QVERIFY2(pods.startsWith("NAME") && pods.contains("WINDOW") && pods.contains("64Mi"), qPrintable(pods));
    const QString nodes = lab_.kubectl({"get", "nodes.metrics.k8s.io"}).out;
    QVERIFY2(nodes.contains("MEMORY"), qPrintable(nodes));
    const auto listed =
        QJsonDocument::fromJson(
            lab_.kubectl({"get", "--raw", "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods?limit=1"})
                .out.toUtf8())
            .object();
    QCOMPARE(listed["items"].toArray().size(), 1);
    QCOMPARE(listed["kind"].toString(), QString("PodMetricsList"));
    // They can be read and nothing else.
    const Output deleted = lab_.kubectl({"delete", "pods.metrics.k8s.io", "--all"});
    QVERIFY(deleted.code != 0);
}

void KubectlAutoscalingTest::burning() {
    const QString pod =
        lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"});
    const Output burnt = lab_.kubectl(
        {"get", "--raw", "/api/v1/namespaces/default/pods/" + pod + "/proxy/burn?seconds=300&cores=1"});
    QVERIFY2(burnt.out.contains("burning"), qPrintable(burnt.out + burnt.err));
    QVERIFY2(until(
                 [&] {
                     return lab_.kubectl({"top", "pod", pod, "--no-headers"}).out.contains("1200m");
                 },
                 120),
             qPrintable(lab_.kubectl({"top", "pod", pod}).out));
}

/// The work of the application is shared by its pods: more of them, less for each.
void KubectlAutoscalingTest::horizontal() {
    QVERIFY(lab_.kubectl({"apply", "-f", "-"},
                         deployment("shop", 1, "simulated.wheelhouse.dev/cpu-shared: 'step(600m, 90s, 20m)'",
                                    "200m"))
                .code == 0);
    const Output made = lab_.kubectl({"autoscale", "deployment", "shop", "--cpu=80%", "--min=1", "--max=8"});
    QVERIFY2(made.code == 0, qPrintable(made.err));
    // Shrinking after the usual five minutes would make this a long test.
    const Output patched =
        lab_.kubectl({"patch", "hpa", "shop", "--type=merge", "-p",
                      R"({"spec":{"behavior":{"scaleDown":{"stabilizationWindowSeconds":20}}}})"});
    QVERIFY2(patched.code == 0, qPrintable(patched.err));
    QVERIFY(until(
        [&] {
            return number({"get", "deploy", "shop", "-o", "jsonpath={.spec.replicas}"}) >= 4;
        },
        180));
    QVERIFY(until(
        [&] {
            return number({"get", "deploy", "shop", "-o", "jsonpath={.status.readyReplicas}"}) >= 4;
        },
        120));
    const QString shown = lab_.kubectl({"get", "hpa", "shop"}).out;
    QVERIFY2(shown.contains("Deployment/shop") && shown.contains("/80%"), qPrintable(shown));
    const QString described = lab_.kubectl({"describe", "hpa", "shop"}).out;
    QVERIFY2(described.contains("SuccessfulRescale"), qPrintable(described));
    QVERIFY2(described.contains("ValidMetricFound"), qPrintable(described));
    QVERIFY(until(
        [&] {
            return number({"get", "deploy", "shop", "-o", "jsonpath={.spec.replicas}"}) == 1;
        },
        480));
}

void KubectlAutoscalingTest::decisions() {
    const QString table = lab_.kubectl({"get", "autoscalingdecisions", "-o", "wide"}).out;
    QVERIFY2(table.contains("shop") && table.contains("Deployment/shop"), qPrintable(table));
    const auto decision =
        QJsonDocument::fromJson(
            lab_.kubectl({"get", "autoscalingdecisions", "shop", "-o", "json"}).out.toUtf8())
            .object();
    // The next look at it stands in the queue, as that of every controller does.
    const QString queue = lab_.get({"get", "reconcilequeue", "horizontalpodautoscaler", "-o", "yaml"});
    QVERIFY2(queue.contains("default/shop"), qPrintable(queue));
    bool up = false;
    bool down = false;
    for (const auto& each : decision["decisions"].toArray()) {
        up = up || each.toObject()["result"] == "Up";
        down = down || each.toObject()["result"] == "Down";
    }
    QVERIFY(up && down);
    QVERIFY(lab_.kubectl({"delete", "hpa", "shop"}).code == 0);
    QVERIFY(until([&] { return !lab_.kubectl({"get", "autoscalingdecisions"}).out.contains("shop"); }, 60));
}

void KubectlAutoscalingTest::explains() {
    QVERIFY(lab_.kubectl({"explain", "nodepool.spec.idleSeconds"}).out.contains("600"));
    QVERIFY(lab_.kubectl({"explain", "autoscalingdecisions.decisions.metrics"}).out.contains("ratio"));
}

void KubectlAutoscalingTest::pool() {
    const Output made = lab_.kubectl({"apply", "-f", "-"}, R"(
apiVersion: lab.wheelhouse.dev/v1alpha1
kind: NodePool
metadata: {name: burst}
spec: {provider: simulated, min: 0, max: 4, cpus: 2, memoryMiB: 4096, idleSeconds: 10, coolDownSeconds: 10, nodeLabels: {tier: burst}}
)");
    QVERIFY2(made.code == 0, qPrintable(made.err));
    QByteArray jobs = deployment("jobs", 3, "", "1500m");
    jobs.replace("      containers:", "      nodeSelector: {tier: burst}\n      containers:");
    QVERIFY(lab_.kubectl({"apply", "-f", "-"}, jobs).code == 0);
    QVERIFY2(until(
                 [&] {
                     return number({"get", "deploy", "jobs", "-o", "jsonpath={.status.readyReplicas}"}) == 3;
                 },
                 180),
             qPrintable(lab_.kubectl({"get", "nodepool,machines,pods", "-o", "wide"}).out));
    QCOMPARE(number({"get", "nodepool", "burst", "-o", "jsonpath={.spec.replicas}"}), 3);
    QVERIFY(lab_.kubectl({"describe", "nodepool", "burst"}).out.contains("ScaledUpGroup"));
    QCOMPARE(lab_.get({"get", "nodepool", "burst", "-o", "jsonpath={.status.decisions[0].action}"}),
             QString("ScaleUp"));
    QVERIFY(lab_.kubectl({"delete", "deploy", "jobs"}).code == 0);
    QVERIFY2(until(
                 [&] {
                     return number({"get", "nodepool", "burst", "-o", "jsonpath={.spec.replicas}"}) == 0;
                 },
                 240),
             qPrintable(lab_.kubectl({"get", "nodepool", "burst", "-o", "yaml"}).out));
    QVERIFY(until(
        [&] {
            return lab_.kubectl({"get", "nodes", "-l", "tier=burst", "-o", "name"}).out.isEmpty();
        },
        120));
}

void KubectlAutoscalingTest::poolByHand() {
    QVERIFY(lab_.kubectl({"apply", "-f", "-"}, R"(
apiVersion: lab.wheelhouse.dev/v1alpha1
kind: NodePool
metadata: {name: fixed}
spec: {provider: simulated, replicas: 1}
)")
                .code == 0);
    const Output scaled = lab_.kubectl({"scale", "nodepool", "fixed", "--replicas=3"});
    QVERIFY2(scaled.code == 0, qPrintable(scaled.err));
    QVERIFY(until(
        [&] {
            return number({"get", "nodepool", "fixed", "-o", "jsonpath={.status.readyReplicas}"}) == 3;
        },
        120));
    const Output bad =
        lab_.kubectl({"patch", "nodepool", "fixed", "--type=merge", "-p", R"({"spec":{"max":-1}})"});
    QVERIFY(bad.code != 0);
    QVERIFY2(bad.err.contains("spec.max"), qPrintable(bad.err));
    QVERIFY(lab_.kubectl({"delete", "nodepool", "fixed"}).code == 0);
    QVERIFY(until([&] { return !lab_.kubectl({"get", "machines"}).out.contains("fixed-"); }, 120));
}

QTEST_GUILESS_MAIN(KubectlAutoscalingTest)
#include "test_kubectl_autoscaling.moc"
