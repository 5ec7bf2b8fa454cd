// Services, names, ports of nodes, policies and a rolling update between two real machines.
#include "lab_process.h"

#include <QRegularExpression>
#include <QSet>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

/// Two pods of the demo image, one a node, and services before them. A pod that is to end answers on for as
/// long as it may take until every node has heard of it.
constexpr auto web = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 20
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule,
         matchLabelKeys: [pod-template-hash], labelSelector: {matchLabels: {app: web}}}
      containers:
      - name: demo
        image: wheelhouse.dev/demo:1
        args: [serve]
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 1}
        lifecycle: {preStop: {sleep: {seconds: 5}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: LoadBalancer
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}]
---
apiVersion: v1
kind: Service
metadata: {name: sticky}
spec:
  selector: {app: web}
  sessionAffinity: ClientIP
  ports: [{port: 80, targetPort: http}]
---
apiVersion: v1
kind: Service
metadata: {name: headless}
spec:
  clusterIP: None
  selector: {app: web}
  ports: [{port: 8080}]
)";

/// A pod to send from, on each node; the one of vm-1 has a port of its node.
QByteArray podToSendFrom(const QString& node) {
    return QString("apiVersion: v1\n"
                   "kind: Pod\n"
                   "metadata: {name: from-%1, labels: {app: sender}}\n"
                   "spec:\n"
                   "  nodeName: %1\n"
                   "  terminationGracePeriodSeconds: 1\n"
                   "  containers:\n"
                   "  - name: demo\n"
                   "    image: wheelhouse.dev/demo:1\n"
                   "    args: [serve]\n"
                   "    ports: [{containerPort: 8080%2}]\n")
        .arg(node, node == "vm-1" ? ", hostPort: 18080" : "")
        .toUtf8();
}

/// Asks the service without a pause, from the node's point of view.
constexpr auto steadyClient = R"(
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  nodeName: vm-2
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  containers:
  - name: demo
    image: wheelhouse.dev/demo:1
    args: [ask, URL, --pause, "20"]
)";

constexpr auto closed = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
)";

constexpr auto forFriends = R"(
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: for-friends}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {friend: "yes"}}}]
    ports: [{port: http}]
)";

} // namespace

class TestVmNetwork : public QObject {
    Q_OBJECT
    LabProcess lab_;

    bool apply(const QByteArray& text) {
        const Output output = lab_.kubectl({"apply", "-f", "-"}, text);
        if (output.code != 0) qWarning().noquote() << output.err;
        return output.code == 0;
    }
    bool wait(const QStringList& arguments, int seconds) {
        const Output output =
            lab_.kubectl(QStringList{"wait"} + arguments + QStringList{QString("--timeout=%1s").arg(seconds)},
                         {}, seconds + 30);
        if (output.code != 0)
            qWarning().noquote() << output.err << lab_.kubectl({"get", "pods,svc,endpointslices,events"}).out;
        return output.code == 0;
    }
    Output demo(const QString& node, const QStringList& command) {
        return lab_.kubectl(QStringList{"exec", "from-" + node, "--", "/demo"} + command, {}, 90);
    }
    /// What a pod on that node gets from the address.
    Output fetch(const QString& node, const QString& url) { return demo(node, {"fetch", url}); }
    QString address(const QString& node) {
        return lab_.get(
            {"get", "node", node, "-o", "jsonpath={.status.addresses[?(@.type=='InternalIP')].address}"});
    }
    /// The pods that answer, by the demo's pages.
    static QSet<QString> podsOf(const QString& text) {
        QSet<QString> out;
        auto found = QRegularExpression("^pod (\\S+)", QRegularExpression::MultilineOption).globalMatch(text);
        while (found.hasNext())
            out << found.next().captured(1);
        return out;
    }
    static QString podOf(const Output& page) { return podsOf(page.out).values().value(0); }
    /// Who answers many requests in a row, none of which may fail.
    QSet<QString> askOften(const QString& node, const QString& url) {
        const Output output = demo(node, {"ask", url, "--pause", "0", "--count", "30"});
        if (output.code != 0) qWarning().noquote() << output.out << output.err;
        return output.code == 0 ? podsOf(output.out) : QSet<QString>();
    }
    /// Of the steady client: how many it has asked so far, and how many of them failed.
    std::pair<int, int> asked() {
        const auto last =
            QRegularExpression("asked (\\d+), failed (\\d+)")
                .match(lab_.get({"logs", "--tail=40", "client"}).section("asked ", -1).prepend("asked "));
        return {last.captured(1).toInt(), last.hasMatch() ? last.captured(2).toInt() : -1};
    }
    QSet<QString> webPods() {
        const QString names =
            lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].metadata.name}"});
        const QStringList list = names.split(' ', Qt::SkipEmptyParts);
        return {list.begin(), list.end()};
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        lab_.setArguments({"--nodes", "vm=2"});
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QTRY_COMPARE_WITH_TIMEOUT(
            lab_.get({"get", "nodes", "-l", "wheelhouse.dev/provider=vm", "-o", "name"}).count("node/"), 2,
            240'000);
        QVERIFY(wait({"--for=condition=Ready", "node/vm-1", "node/vm-2"}, 120));
        QVERIFY(apply(web));
        QVERIFY(apply(podToSendFrom("vm-1") + "---\n" + podToSendFrom("vm-2")));
        QVERIFY(wait({"--for=condition=Available", "deployment/web"}, 180));
        QVERIFY(wait({"--for=condition=Ready", "pod/from-vm-1", "pod/from-vm-2"}, 120));
        const QStringList nodes =
            lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.nodeName}"}).split(' ');
        QVERIFY2(nodes.contains("vm-1") && nodes.contains("vm-2"), qPrintable(nodes.join(' ')));
    }

    void noPodAskedForItsImageInVain() {
        const QString events = lab_.get({"get", "events", "-o", "jsonpath={.items[*].reason}"});
        QVERIFY2(!events.contains("Failed") && !events.contains("BackOff"), qPrintable(events));
    }
    void aServiceIsReachedByName_data() {
        QTest::addColumn<QString>("host");
        QTest::newRow("short") << "web";
        QTest::newRow("with namespace") << "web.default";
        QTest::newRow("in full") << "web.default.svc.cluster.local";
    }
    void aServiceIsReachedByName() {
        QFETCH(QString, host);
        const Output page = fetch("vm-1", "http://" + host + "/");
        QVERIFY2(page.code == 0 && podOf(page).startsWith("web-"), qPrintable(page.out + page.err));
    }
    void itReachesThePodsOfAllNodes() {
        const QString clusterIp = lab_.get({"get", "svc", "web", "-o", "jsonpath={.spec.clusterIP}"});
        for (const char* node : {"vm-1", "vm-2"})
            QTRY_COMPARE_WITH_TIMEOUT(askOften(node, "http://" + clusterIp + "/"), webPods(), 60'000);
    }
    void aClientStaysWithOnePod() {
        const QSet<QString> first = askOften("vm-1", "http://sticky/");
        QCOMPARE(first.size(), 1);
        QCOMPARE(askOften("vm-1", "http://sticky/"), first);
    }
    void aHeadlessServiceIsItsPods() {
        QStringList found = demo("vm-2", {"lookup", "headless"}).out.split('\n', Qt::SkipEmptyParts);
        QStringList pods =
            lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].status.podIP}"}).split(' ');
        found.sort();
        pods.sort();
        QCOMPARE(found, pods);
        QVERIFY(podOf(fetch("vm-2", "http://headless:8080/")).startsWith("web-"));
    }
    void namesThatAreNoneAreToldAtOnce() {
        const Output page = fetch("vm-1", "http://nobody.default.svc.cluster.local/");
        QVERIFY2(page.code != 0 && page.err.contains("no such host"), qPrintable(page.out + page.err));
    }
    void theApiIsReachedByItsService() {
        // It speaks TLS and this is no TLS: what counts is who answers.
        const Output page = fetch("vm-2", "http://kubernetes.default:443/");
        QVERIFY2(!page.err.contains("no such host") && !page.err.contains("refused") &&
                     !page.err.contains("timed out"),
                 qPrintable(page.out + page.err));
    }
    void portsOfNodesLeadToServicesAndPods() {
        for (const char* node : {"vm-1", "vm-2"}) {
            const Output page = fetch("vm-2", QString("http://%1:30080/").arg(address(node)));
            QVERIFY2(podOf(page).startsWith("web-"), qPrintable(page.out + page.err));
        }
        const Output page = fetch("vm-2", QString("http://%1:18080/").arg(address("vm-1")));
        QVERIFY2(podOf(page) == "from-vm-1", qPrintable(page.out + page.err));
    }
    void aLoadBalancerIsReachedFromHere() {
        const QString at =
            lab_.get({"get", "svc", "web", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}"});
        QVERIFY2(at.startsWith("127."), qPrintable(at));
        QSet<QString> pods;
        const auto ask = [&] {
            pods += podsOf(run("curl", {"-sS", "-m", "30", "http://" + at + ":30080/"}).out);
            return pods.size() == 2;
        };
        QTRY_VERIFY_WITH_TIMEOUT(ask(), 60'000);
        QCOMPARE(pods, webPods());
    }
    void aRollingUpdateFailsNoRequest() {
        const QSet<QString> before = webPods();
        QVERIFY(apply(QByteArray(steadyClient).replace("URL", "\"http://web/\"")));
        QTRY_VERIFY_WITH_TIMEOUT(asked().first > 20, 90'000);
        QCOMPARE(lab_.kubectl({"set", "env", "deployment/web", "DEMO_VERSION=2"}).code, 0);
        const Output rolled =
            lab_.kubectl({"rollout", "status", "deployment/web", "--timeout=180s"}, {}, 200);
        QVERIFY2(rolled.code == 0, qPrintable(rolled.out + rolled.err));
        QTRY_VERIFY_WITH_TIMEOUT(webPods().size() == 2 && !webPods().intersects(before), 120'000);
        const int then = asked().first;
        QTRY_VERIFY_WITH_TIMEOUT(asked().first > then + 20, 60'000);
        const Output log = lab_.kubectl({"logs", "client"});
        QVERIFY2(!log.out.contains("failed:"), qPrintable(log.out));
        QCOMPARE(asked().second, 0);
        const QSet<QString> answered = podsOf(log.out);
        QVERIFY2(answered.contains(before) && answered.contains(webPods()), qPrintable(log.out));
        qInfo() << asked().first << "requests during a rolling update, none failed";
        lab_.kubectl({"delete", "pod", "client", "--wait=false"});
    }
    void policiesAreEnforcedAcrossNodes() {
        QVERIFY(apply(closed));
        QTRY_VERIFY_WITH_TIMEOUT(fetch("vm-1", "http://web/").code != 0, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(fetch("vm-2", "http://web/").code != 0, 60'000);
        // The nodes' probes still get through.
        QCOMPARE(lab_.get({"get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"}),
                 QString("2"));
        QVERIFY(apply(forFriends));
        QCOMPARE(lab_.kubectl({"label", "pod", "from-vm-1", "friend=yes"}).code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(askOften("vm-1", "http://web/"), webPods(), 60'000); // on both nodes
        QVERIFY(fetch("vm-2", "http://web/").code != 0);
        QCOMPARE(lab_.kubectl({"delete", "networkpolicy", "closed", "for-friends"}).code, 0);
        QTRY_VERIFY_WITH_TIMEOUT(fetch("vm-2", "http://web/").code == 0, 60'000);
    }
    void itStops() { QCOMPARE(lab_.stop(), 0); }
};

QTEST_GUILESS_MAIN(TestVmNetwork)
#include "test_vm_network.moc"
