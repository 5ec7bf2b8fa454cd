// Issue point 3: unmodified kubectl 1.35 against the real program, with simulated nodes.
#include "kubectl_checks.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString manifest = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/resources/examples/nginx-deployment.yaml");

} // namespace

class TestKubectl : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "2s"}};

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(3));
    }

    void theKubeconfigIsPrivateAndAnonymousIsRefused() {
        QVERIFY(QFile::permissions(lab_.kubeconfig()) ==
                (QFile::ReadOwner | QFile::WriteOwner | QFile::ReadUser | QFile::WriteUser));
        const QString url = lab_.ready()["url"].toString();
        const Output anonymous =
            run("curl", {"-sk", "-o", "/dev/null", "-w", "%{http_code}", url + "/api/v1/nodes"});
        QCOMPARE(anonymous.out, QString("401"));
    }

    void versionAndDiscovery() {
        VERIFY_OK(lab_.kubectl({"version"}), {"Server Version: v1.35"});
        VERIFY_OK(lab_.kubectl({"api-resources"}),
                  {"deployments", "deploy", "apps/v1", "endpointslices", "leases", "machines"});
        VERIFY_OK(lab_.kubectl({"api-versions"}),
                  {"apps/v1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "v1"});
        VERIFY_OK(lab_.kubectl({"cluster-info"}), {"is running at"});
    }

    void explainReadsTheSchema() {
        VERIFY_OK(lab_.kubectl({"explain", "deployment.spec.strategy"}), {"rollingUpdate", "DESCRIPTION"});
        VERIFY_OK(lab_.kubectl({"explain", "pod.spec.containers.image"}), {"FIELD: image <string>"});
        VERIFY_OK(lab_.kubectl({"explain", "machine.spec", "--recursive"}), {"provider", "power"});
    }

    void aDeploymentRollsOut() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", manifest}), {"deployment.apps/nginx-deployment created"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/nginx-deployment", "--timeout=60s"}),
                  {"successfully rolled out"});
        VERIFY_OK(lab_.kubectl({"get", "deploy,rs,pods", "-o", "wide"}),
                  {"3/3", "nginx:1.14.2", "Running", "app=nginx"});
        VERIFY_OK(lab_.kubectl({"apply", "-f", manifest}), {"unchanged"});
        VERIFY_OK(lab_.kubectl({"diff", "-f", manifest}), {});
        VERIFY_OK(lab_.kubectl({"describe", "deployment", "nginx-deployment"}),
                  {"RollingUpdate", "ScalingReplicaSet", "3 available"});
        VERIFY_OK(lab_.kubectl({"describe", "pods", "-l", "app=nginx"}),
                  {"Scheduled", "Started", "QoS Class"});
        VERIFY_OK(lab_.kubectl({"describe", "nodes"}), {"Allocated resources", "Lease", "KubeletReady"});
    }

    void scalePatchAndRollback() {
        VERIFY_OK(lab_.kubectl({"scale", "deployment/nginx-deployment", "--replicas=5"}), {"scaled"});
        VERIFY_OK(lab_.kubectl({"wait", "--for=jsonpath={.status.readyReplicas}=5",
                                "deployment/nginx-deployment", "--timeout=60s"}),
                  {"condition met"});
        VERIFY_OK(
            lab_.kubectl({"patch", "deployment", "nginx-deployment", "-p", "{\"spec\":{\"replicas\":2}}"}),
            {"patched"});
        VERIFY_OK(
            lab_.kubectl({"patch", "deployment", "nginx-deployment", "--type=json", "-p",
                          "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"tier\":\"web\"}}]"}),
            {"patched"});
        VERIFY_OK(lab_.kubectl({"patch", "deployment", "nginx-deployment", "--type=merge", "-p",
                                "{\"metadata\":{\"labels\":{\"tier\":null}}}"}),
                  {"patched"});
        QCOMPARE(lab_.get({"get", "deployment", "nginx-deployment", "-o", "jsonpath={.metadata.labels}"}),
                 QString());
        VERIFY_OK(lab_.kubectl({"set", "image", "deployment/nginx-deployment", "nginx=nginx:1.16.1"}),
                  {"image updated"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/nginx-deployment", "--timeout=60s"}),
                  {"successfully rolled out"});
        VERIFY_OK(lab_.kubectl({"rollout", "history", "deployment/nginx-deployment"}), {"REVISION", "2"});
        VERIFY_OK(lab_.kubectl({"rollout", "undo", "deployment/nginx-deployment"}), {"rolled back"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/nginx-deployment", "--timeout=60s"}),
                  {"successfully rolled out"});
        QCOMPARE(lab_.get({"get", "deployment", "nginx-deployment", "-o", "jsonpath={..image}"}),
                 QString("nginx:1.14.2"));
    }

    void protobufBodiesFromGenerators() {
        VERIFY_OK(lab_.kubectl({"create", "namespace", "shop"}), {"namespace/shop created"});
        VERIFY_OK(lab_.kubectl({"create", "configmap", "cm", "-n", "shop", "--from-literal=a=b"}),
                  {"created"});
        VERIFY_OK(
            lab_.kubectl({"create", "secret", "generic", "s", "-n", "shop", "--from-literal=key=value"}),
            {"created"});
        VERIFY_OK(lab_.kubectl({"create", "serviceaccount", "robot", "-n", "shop"}), {"created"});
        VERIFY_OK(lab_.kubectl(
                      {"create", "deployment", "web", "-n", "shop", "--image=nginx:1.14.2", "--replicas=2"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"expose", "deployment", "web", "-n", "shop", "--port=80"}), {"exposed"});
        QCOMPARE(lab_.get({"get", "secret", "s", "-n", "shop", "-o", "jsonpath={.data.key}"}),
                 QString("dmFsdWU="));
        QVERIFY(lab_.get({"get", "service", "web", "-n", "shop", "-o", "jsonpath={.spec.clusterIP}"})
                    .startsWith("10.96."));
        VERIFY_OK(lab_.kubectl(
                      {"wait", "--for=condition=Available", "deployment/web", "-n", "shop", "--timeout=60s"}),
                  {"condition met"});
        VERIFY_OK(lab_.kubectl({"get", "cm,secret,sa,svc,endpointslices,leases,events", "-n", "shop"}),
                  {"cm", "Opaque", "robot", "ClusterIP", "web-"});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "endpointslices", "-n", "shop", "-o",
                                            "jsonpath={.items[0].endpoints[*].conditions.ready}"}),
                                  QString("true true"), 20'000);
    }

    void yamlJsonNamesAndSelectors() {
        const auto json =
            QJsonDocument::fromJson(lab_.kubectl({"get", "pods", "-A", "-o", "json"}).out.toUtf8()).object();
        QCOMPARE(json["kind"].toString(), QString("List"));
        QVERIFY(json["items"].toArray().size() >= 4);
        VERIFY_OK(lab_.kubectl({"get", "deployment", "web", "-n", "shop", "-o", "yaml"}),
                  {"apiVersion: apps/v1", "kind: Deployment", "uid:"});
        QCOMPARE(lab_.get({"get", "pods", "-n", "shop", "-l", "app=web", "-o", "name"}).count("pod/web-"), 2);
        QCOMPARE(lab_.get({"get", "pods", "-n", "shop", "-l", "app!=web", "-o", "name"}), QString());
        QCOMPARE(lab_.get({"get", "pods", "-A", "--field-selector", "status.phase!=Running", "-o", "name"}),
                 QString());
        QCOMPARE(lab_.get({"get", "pods", "-n", "shop", "--chunk-size=1", "-o", "name"}).count("pod/"), 2);
    }

    void aWatchShowsWhatHappens() {
        const auto watch =
            lab_.kubectlStarted({"get", "configmaps", "-n", "shop", "-w", "--output-watch-events"});
        QVERIFY(watch);
        QByteArray seen;
        const auto sees = [&](const char* text) {
            watch->waitForReadyRead(50); // what came while events were processed counts too
            seen += watch->readAllStandardOutput();
            return seen.contains(text);
        };
        QTRY_VERIFY_WITH_TIMEOUT(sees("ADDED      cm"), 20'000);
        VERIFY_OK(lab_.kubectl({"create", "configmap", "late", "-n", "shop", "--from-literal=a=b"}),
                  {"created"});
        QTRY_VERIFY_WITH_TIMEOUT(sees("ADDED      late"), 20'000);
        VERIFY_OK(lab_.kubectl({"label", "configmap", "late", "-n", "shop", "x=y"}), {"labeled"});
        QTRY_VERIFY_WITH_TIMEOUT(sees("MODIFIED   late"), 20'000);
        VERIFY_OK(lab_.kubectl({"delete", "configmap", "late", "-n", "shop"}), {"deleted"});
        QTRY_VERIFY_WITH_TIMEOUT(sees("DELETED    late"), 20'000);
        watch->kill();
        watch->waitForFinished();
    }

    void logsStream() {
        const QString pod = lab_.get(
            {"get", "pods", "-n", "shop", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"});
        const Output once = lab_.kubectl({"logs", "-n", "shop", pod});
        QVERIFY2(once.code == 0 && !once.out.isEmpty(), qPrintable(once.err));
        const auto follow = lab_.kubectlStarted({"logs", "-f", "-n", "shop", pod});
        QTRY_VERIFY_WITH_TIMEOUT(follow->waitForReadyRead(50) || follow->bytesAvailable() > 0, 20'000);
        QVERIFY(follow->state() == QProcess::Running);
        follow->kill();
        follow->waitForFinished();
    }

    void deletingTakesEverythingAlong() {
        VERIFY_OK(lab_.kubectl({"delete", "-f", manifest}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "rs,pods", "-o", "name"}), QString(), 60'000);
        VERIFY_OK(lab_.kubectl({"delete", "namespace", "shop", "--timeout=60s"}, {}, 90), {"deleted"});
        const Output gone = lab_.kubectl({"get", "namespace", "shop"});
        QVERIFY(gone.code != 0 && gone.err.contains("NotFound"));
        QCOMPARE(lab_.get({"get", "pods", "-n", "shop", "-o", "name"}), QString());
    }
};

QTEST_GUILESS_MAIN(TestKubectl)
#include "test_kubectl.moc"
