#include "kubectl_checks.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

using namespace wheelhouse::test;

namespace {

QByteArray deployment(const QString& name, const QString& annotations) {
    return QString(R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: %1}
spec:
  replicas: 1
  selector: {matchLabels: {app: %1}}
  template:
    metadata:
      labels: {app: %1}
      annotations: {%2}
    spec:
      terminationGracePeriodSeconds: 1
      tolerations: [{key: wheelhouse.dev/simulated, operator: Exists}]
      containers:
      - name: main
        image: demo:1
        ports: [{containerPort: 8080}]
---
)")
        .arg(name, annotations)
        .toUtf8();
}

QByteArray autoscaler(const QString& name, const QString& metric) {
    return QString(R"(
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: %1}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: %1}
  minReplicas: 1
  maxReplicas: 8
  behavior: {scaleDown: {stabilizationWindowSeconds: 0}}
  metrics:
  - %2
---
)")
        .arg(name, metric)
        .toUtf8();
}

constexpr const char* metrics = R"(
apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Metric
metadata: {name: mail-queue}
spec: {metric: queue_length, labels: {queue: mail}, value: "30"}
---
apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Metric
metadata: {name: other-queue}
spec: {metric: queue_length, labels: {queue: other}, value: "1000"}
---
apiVersion: lab.wheelhouse.dev/v1alpha1
kind: Metric
metadata: {name: hits}
spec: {describedObject: {apiVersion: v1, kind: Service, name: shop}, value: "40"}
---
apiVersion: v1
kind: Service
metadata: {name: shop, labels: {tier: front}}
spec: {ports: [{port: 80}]}
)";

const QString custom = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/default/";
const QString external = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/";

} // namespace

/// Autoscalers by what pods publish, and by numbers set by hand.
class KubectlMetricsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void byHand();
    void badMetrics();
    void external_();
    void object();
    void pods();
    void discovery();
    void rights();
    void unknown();

  private:
    QJsonObject raw(const QString& path) const {
        return QJsonDocument::fromJson(lab_.kubectl({"get", "--raw", path}).out.toUtf8()).object();
    }
    /// Waits until the deployment is wanted to have so many replicas.
    bool scaledTo(const QString& name, int replicas) const {
        return until(
            [&] {
                return lab_.get({"get", "deploy", name, "-o", "jsonpath={.spec.replicas}"}).toInt() ==
                       replicas;
            },
            120);
    }
    QString described(const QString& name) const { return lab_.kubectl({"describe", "hpa", name}).out; }
    LabProcess lab_{{"--nodes", "simulated=2"}};
};

void KubectlMetricsTest::initTestCase() {
    QString why;
    if (kubectlPath(&why).isEmpty()) QSKIP(qPrintable(why));
    QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    const QByteArray all =
        deployment("mail", "") + deployment("shop", "") +
        deployment("web", "prometheus.io/scrape: 'true', "
                          "simulated.wheelhouse.dev/metric-shared-requests_total: '60', "
                          "simulated.wheelhouse.dev/metric-temperature: '20'") +
        autoscaler("mail", "{type: External, external: {metric: {name: queue_length, selector: {matchLabels: "
                           "{queue: mail}}}, target: {type: AverageValue, averageValue: 10}}}") +
        autoscaler("shop",
                   "{type: Object, object: {describedObject: {apiVersion: v1, kind: Service, name: shop}, "
                   "metric: {name: hits}, target: {type: AverageValue, averageValue: 10}}}") +
        autoscaler("web", "{type: Pods, pods: {metric: {name: requests}, target: {type: AverageValue, "
                          "averageValue: 20}}}") +
        metrics;
    const Output made = lab_.kubectl({"apply", "-f", "-"}, all);
    QVERIFY2(made.code == 0, qPrintable(made.err));
}

void KubectlMetricsTest::byHand() {
    const QString table = lab_.kubectl({"get", "metrics", "-o", "wide"}).out;
    QVERIFY2(table.contains("queue_length") && table.contains("Service/shop") &&
                 table.contains("<external>") && table.contains("queue=mail"),
             qPrintable(table));
    QVERIFY(lab_.kubectl({"explain", "metric.spec.describedObject"}).out.contains("external"));
    const QJsonObject hits = raw(custom + "services/shop/hits");
    QCOMPARE(hits["kind"].toString(), QString("MetricValueList"));
    QCOMPARE(hits["items"][0]["value"].toString(), QString("40"));
    QCOMPARE(hits["items"][0]["describedObject"]["kind"].toString(), QString("Service"));
    QCOMPARE(hits["items"][0]["metric"]["name"].toString(), QString("hits"));
    QCOMPARE(raw(custom + "services/*/hits?labelSelector=tier%3Dfront")["items"].toArray().size(), 1);
    QVERIFY2(lab_.kubectl({"get", "--raw", custom + "services/*/hits?labelSelector=tier%3Dback"})
                 .err.contains("could not find the metric hits for services"),
             "a selector is ignored");
    const QJsonObject older =
        raw("/apis/custom.metrics.k8s.io/v1beta1/namespaces/default/services/shop/hits");
    QCOMPARE(older["items"][0]["metricName"].toString(), QString("hits"));
    const QJsonObject queues = raw(external + "queue_length");
    QCOMPARE(queues["kind"].toString(), QString("ExternalMetricValueList"));
    QCOMPARE(queues["items"].toArray().size(), 2);
    const QJsonObject mail = raw(external + "queue_length?labelSelector=queue%3Dmail");
    QCOMPARE(mail["items"].toArray().size(), 1);
    QCOMPARE(mail["items"][0]["value"].toString(), QString("30"));
    QCOMPARE(mail["items"][0]["metricLabels"]["queue"].toString(), QString("mail"));
}

void KubectlMetricsTest::badMetrics() {
    const auto refusal = [this](const QString& spec) {
        const Output out = lab_.kubectl(
            {"apply", "-f", "-"},
            ("{apiVersion: lab.wheelhouse.dev/v1alpha1, kind: Metric, metadata: {name: bad}, spec: " + spec +
             "}")
                .toUtf8());
        return out.code != 0 ? out.err : QString();
    };
    QVERIFY2(refusal("{}").contains("spec.value: Required"), qPrintable(refusal("{}")));
    QVERIFY(refusal("{value: many}").contains("\"many\" is no quantity"));
    QVERIFY(refusal("{value: -1}").contains("spec.value"));
    QVERIFY(refusal("{value: 1, describedObject: {apiVersion: v1, kind: Node, name: a}}")
                .contains("spec.describedObject.kind"));
    QVERIFY(lab_.kubectl({"get", "metric", "bad"}).code != 0);
}

/// A teacher turns the length of a queue by hand.
void KubectlMetricsTest::external_() {
    QVERIFY2(scaledTo("mail", 3), qPrintable(described("mail")));
    const Output turned =
        lab_.kubectl({"patch", "metric", "mail-queue", "--type=merge", "-p", R"({"spec":{"value":"55"}})"});
    QVERIFY2(turned.code == 0, qPrintable(turned.err));
    QVERIFY2(scaledTo("mail", 6), qPrintable(described("mail")));
    QVERIFY(lab_.kubectl({"patch", "metric", "mail-queue", "--type=merge", "-p", R"({"spec":{"value":"0"}})"})
                .code == 0);
    QVERIFY2(scaledTo("mail", 1), qPrintable(described("mail")));
    QVERIFY2(described("mail").contains("ValidMetricFound"), qPrintable(described("mail")));
}

void KubectlMetricsTest::object() {
    QVERIFY2(scaledTo("shop", 4), qPrintable(described("shop")));
    const QString shown = described("shop");
    QVERIFY2(shown.contains("\"hits\" on Service/shop"), qPrintable(shown));
}

/// What the pods publish is scraped by their nodes; their work is shared by all of them.
void KubectlMetricsTest::pods() {
    QVERIFY2(scaledTo("web", 3), qPrintable(described("web")));
    QVERIFY2(until(
                 [&] {
                     const QJsonArray items =
                         raw(custom + "pods/*/requests?labelSelector=app%3Dweb")["items"].toArray();
                     return items.size() == 3 && items[0]["value"].toString() == "20";
                 },
                 120),
             qPrintable(lab_.kubectl({"get", "--raw", custom + "pods/*/requests"}).out));
    QVERIFY(raw(custom + "pods/*/requests")["items"][0]["windowSeconds"].toInt() > 0);
    const QString pod =
        lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"});
    const QJsonObject one = raw(custom + "pods/" + pod + "/temperature");
    QCOMPARE(one["items"][0]["value"].toString(), QString("20"));
    QCOMPARE(one["items"][0]["describedObject"]["name"].toString(), pod);
    // What the node asked is there for anybody who may ask the pod.
    const QString page =
        lab_.kubectl({"get", "--raw", "/api/v1/namespaces/default/pods/" + pod + "/proxy/metrics"}).out;
    QVERIFY2(page.contains("# TYPE requests_total counter"), qPrintable(page));
}

void KubectlMetricsTest::discovery() {
    const QString versions = lab_.kubectl({"api-versions"}).out;
    QVERIFY2(versions.contains("custom.metrics.k8s.io/v1beta2") &&
                 versions.contains("custom.metrics.k8s.io/v1beta1") &&
                 versions.contains("external.metrics.k8s.io/v1beta1"),
             qPrintable(versions));
    const QString known =
        QJsonDocument(raw("/apis/custom.metrics.k8s.io/v1beta2")).toJson(QJsonDocument::Compact);
    for (const char* name : {"\"pods/requests\"", "\"pods/temperature\"", "\"services/hits\""})
        QVERIFY2(known.contains(name), qPrintable(known));
    // They are no pods and services of their own.
    QVERIFY(lab_.kubectl({"get", "pods", "-l", "app=web"}).out.contains("web-"));
    QVERIFY(!lab_.kubectl({"api-resources"}).out.contains("custom.metrics"));
    QVERIFY(
        lab_.kubectl({"api-resources", "--api-group=external.metrics.k8s.io"}).out.contains("queue_length"));
}

void KubectlMetricsTest::rights() {
    const Output refused = lab_.kubectl({"get", "--raw", custom + "services/shop/hits", "--as=anna"});
    QVERIFY(refused.code != 0);
    QVERIFY2(refused.err.contains("services/hits"), qPrintable(refused.err));
    QVERIFY(lab_.kubectl({"create", "rolebinding", "anna", "--clusterrole=view", "--user=anna"}).code == 0);
    QVERIFY(until(
        [&] {
            return lab_.kubectl({"get", "--raw", custom + "services/shop/hits", "--as=anna"}).code == 0;
        },
        20));
    QVERIFY(lab_.kubectl({"patch", "metric", "hits", "--type=merge", "-p", "{}", "--as=anna"}).code != 0);
    QVERIFY(lab_.kubectl({"create", "rolebinding", "bert", "--clusterrole=edit", "--user=bert"}).code == 0);
    QVERIFY(until(
        [&] {
            return lab_.kubectl({"patch", "metric", "hits", "--type=merge", "-p", "{}", "--as=bert"}).code ==
                   0;
        },
        20));
}

void KubectlMetricsTest::unknown() {
    const Output out = lab_.kubectl({"get", "--raw", custom + "pods/*/nothing"});
    QVERIFY(out.code != 0);
    QVERIFY2(out.err.contains("could not find the metric nothing for pods"), qPrintable(out.err));
    QVERIFY(lab_.kubectl({"delete", "metric", "hits"}).code == 0);
    QVERIFY2(until([&] { return described("shop").contains("FailedGetObjectMetric"); }, 60),
             qPrintable(described("shop")));
    // What cannot be measured is left as it is.
    QCOMPARE(lab_.get({"get", "deploy", "shop", "-o", "jsonpath={.spec.replicas}"}), QString("4"));
}

QTEST_GUILESS_MAIN(KubectlMetricsTest)
#include "test_kubectl_metrics.moc"
