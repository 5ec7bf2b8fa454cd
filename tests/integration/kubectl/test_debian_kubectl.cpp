// An older, unmodified kubectl (1.20 in Debian 12, 1.32 in Debian 13): other discovery, OpenAPI version 2,
// SPDY instead of WebSockets.
#include "kubectl_checks.h"

#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString manifest = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/resources/examples/nginx-deployment.yaml");
const QString name = QStringLiteral("nginx-deployment");

} // namespace

class TestDebianKubectl : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=2"}};
    QTemporaryDir folder_;

    QString pod() const {
        return lab_.get({"get", "pods", "-l", "app=nginx", "-o", "jsonpath={.items[0].metadata.name}"});
    }
    Output rolledOut() const {
        return lab_.kubectl({"rollout", "status", "deployment/" + name, "--timeout=60s"});
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        const QString program = debianKubectlPath(&why);
        QVERIFY2(!program.isEmpty(), qPrintable(why));
        lab_.setKubectl(program);
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        const Output version = lab_.kubectl({"version"});
        VERIFY_OK(version, {"v1.35"});
        QVERIFY2(!version.out.section("Server", 0, 0).contains("1.35"), qPrintable(version.out));
        QVERIFY(lab_.nodesReady(2));
    }

    void discovery() {
        VERIFY_OK(lab_.kubectl({"api-versions"}), {"apps/v1", "batch/v1", "events.k8s.io/v1"});
        VERIFY_OK(lab_.kubectl({"api-resources", "-o", "wide"}),
                  {"deployments", "deploy", "customresourcedefinitions"});
        VERIFY_OK(lab_.kubectl({"cluster-info"}), {"is running at"});
        VERIFY_OK(lab_.kubectl({"explain", "deployment.spec.strategy"}), {"rollingUpdate", "DESCRIPTION"});
        VERIFY_OK(lab_.kubectl({"explain", "pod.spec.containers.image"}), {"image", "<string>"});
        VERIFY_OK(lab_.kubectl({"auth", "can-i", "create", "pods"}), {"yes"});
    }

    void aDeploymentRollsOut() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", manifest}), {"deployment.apps/nginx-deployment created"});
        VERIFY_OK(rolledOut(), {"successfully rolled out"});
        VERIFY_OK(lab_.kubectl({"apply", "-f", manifest}), {"unchanged"});
        VERIFY_OK(lab_.kubectl({"apply", "--server-side", "--force-conflicts", "-f", manifest}),
                  {"serverside-applied"});
        VERIFY_OK(lab_.kubectl({"diff", "-f", manifest}), {});
        VERIFY_OK(lab_.kubectl({"get", "deploy,rs,pods", "-o", "wide"}), {"3/3", "nginx:1.14.2", "Running"});
        VERIFY_OK(lab_.kubectl({"get", "deployment", name, "-o", "yaml"}), {"kind: Deployment", "uid: "});
        VERIFY_OK(lab_.kubectl({"describe", "deployment", name}),
                  {"RollingUpdate", "ScalingReplicaSet", "3 available"});
        VERIFY_OK(lab_.kubectl({"describe", "pod", pod()}), {"Scheduled", "Started", "QoS Class"});
        VERIFY_OK(lab_.kubectl({"describe", "nodes"}), {"Allocated resources", "KubeletReady"});
    }

    void changes() {
        VERIFY_OK(lab_.kubectl({"scale", "deployment/" + name, "--replicas=4"}), {"scaled"});
        VERIFY_OK(rolledOut(), {"successfully rolled out"});
        for (const char* type : {"strategic", "merge"})
            VERIFY_OK(lab_.kubectl({"patch", "deployment", name, "--type", type, "-p",
                                    QString("{\"metadata\":{\"labels\":{\"by\":\"%1\"}}}").arg(type)}),
                      {"patched"});
        VERIFY_OK(lab_.kubectl({"patch", "deployment", name, "--type=json", "-p",
                                "[{\"op\":\"remove\",\"path\":\"/metadata/labels/by\"}]"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"annotate", "deployment", name, "a=b"}), {"annotated"});
        VERIFY_OK(lab_.kubectl({"label", "deployment", name, "tier=web"}), {"labeled"});
        VERIFY_OK(lab_.kubectl({"set", "image", "deployment/" + name, "nginx=nginx:1.16.1"}),
                  {"image updated"});
        VERIFY_OK(rolledOut(), {"successfully rolled out"});
        VERIFY_OK(lab_.kubectl({"rollout", "history", "deployment/" + name}), {"REVISION", "2"});
        VERIFY_OK(lab_.kubectl({"rollout", "undo", "deployment/" + name}), {"rolled back"});
        VERIFY_OK(rolledOut(), {"successfully rolled out"});
        QCOMPARE(lab_.get({"get", "deployment", name, "-o", "jsonpath={..image}"}), QString("nginx:1.14.2"));
    }

    void mistakesAreTold() {
        const Output unknown = lab_.kubectl(
            {"create", "-f", "-"}, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nnonsense: 1\n");
        QVERIFY(unknown.code != 0);
        QVERIFY2(unknown.err.contains("unknown field") && unknown.err.contains("nonsense"),
                 qPrintable(unknown.err));
        const Output invalid =
            lab_.kubectl({"create", "-f", "-"}, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: C}\n");
        QVERIFY2(invalid.err.contains("metadata.name: Invalid value: \"C\""), qPrintable(invalid.err));
        QVERIFY(lab_.kubectl({"get", "configmap", "c"}).err.contains("NotFound"));
    }

    void generatorsSendProtobuf() {
        VERIFY_OK(lab_.kubectl({"create", "configmap", "cm", "--from-literal=a=b"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "secret", "generic", "s", "--from-literal=key=value"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"create", "clusterrole", "reader", "--verb=get", "--resource=pods"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"create", "quota", "q", "--hard=pods=100"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "job", "j", "--image=nginx:1.14.2"}), {"created"});
        VERIFY_OK(lab_.kubectl({"autoscale", "deployment", name, "--max=5", "--cpu-percent=50"}),
                  {"autoscaled"});
        VERIFY_OK(lab_.kubectl({"expose", "deployment", name, "--port=80"}), {"exposed"});
        QCOMPARE(lab_.get({"get", "secret", "s", "-o", "jsonpath={.data.key}"}), QString("dmFsdWU="));
        VERIFY_OK(lab_.kubectl({"delete", "hpa,job,quota", "--all"}), {"deleted"});
    }

    void aWatchShowsWhatHappens() {
        const auto watch = lab_.kubectlStarted({"get", "configmaps", "-w", "--output-watch-events"});
        QVERIFY(watch);
        QByteArray seen;
        const auto sees = [&](const char* text) {
            watch->waitForReadyRead(50);
            seen += watch->readAllStandardOutput();
            return seen.contains(text);
        };
        QTRY_VERIFY_WITH_TIMEOUT(sees("ADDED      cm"), 20'000);
        VERIFY_OK(lab_.kubectl({"label", "configmap", "cm", "x=y"}), {"labeled"});
        QTRY_VERIFY_WITH_TIMEOUT(sees("MODIFIED   cm"), 20'000);
        VERIFY_OK(lab_.kubectl({"delete", "configmap", "cm"}), {"deleted"});
        QTRY_VERIFY_WITH_TIMEOUT(sees("DELETED    cm"), 20'000);
        watch->kill();
        watch->waitForFinished();
    }

    void streams() {
        const QString target = pod();
        const Output logs = lab_.kubectl({"logs", target});
        QVERIFY2(logs.code == 0 && !logs.out.isEmpty(), qPrintable(logs.err));
        QCOMPARE(lab_.get({"exec", target, "--", "hostname"}), target);
        const Output failed = lab_.kubectl({"exec", target, "--", "sh", "-c", "exit 7"});
        QCOMPARE(failed.code, 7);
        const Output piped = lab_.kubectl({"exec", "-i", target, "--", "cat"}, QByteArray(200'000, 'x'));
        QCOMPARE(piped.out.size(), 200'000);
        QFile file(folder_.filePath("there"));
        QVERIFY(file.open(QFile::WriteOnly) && file.write("a file\n") == 7);
        file.close();
        VERIFY_OK(lab_.kubectl({"cp", file.fileName(), target + ":/tmp/copy"}), {});
        VERIFY_OK(lab_.kubectl({"exec", target, "--", "cat", "/tmp/copy"}), {"a file"});
    }

    void portsAreForwarded() {
        const auto forward = lab_.kubectlStarted({"port-forward", "deployment/" + name, ":80"});
        QVERIFY(forward);
        static const QRegularExpression said("127.0.0.1:(\\d+) ->");
        QByteArray out;
        const auto port = [&] {
            forward->waitForReadyRead(50);
            out += forward->readAllStandardOutput();
            return said.match(QString::fromUtf8(out)).captured(1).toInt();
        };
        QTRY_VERIFY_WITH_TIMEOUT(port() > 0, 20'000);
        const Output answer = run("curl", {"-sS", QString("http://127.0.0.1:%1/hostname").arg(port())});
        QVERIFY2(answer.out.startsWith(name), qPrintable(answer.err));
        forward->terminate();
        forward->waitForFinished();
    }

    void nodesAreDrained() {
        const QString node = lab_.get({"get", "pod", pod(), "-o", "jsonpath={.spec.nodeName}"});
        VERIFY_OK(lab_.kubectl({"drain", node, "--ignore-daemonsets", "--timeout=60s"}),
                  {"pod/nginx-deployment", "evicted"});
        VERIFY_OK(lab_.kubectl({"get", "nodes"}), {"SchedulingDisabled"});
        VERIFY_OK(lab_.kubectl({"uncordon", node}), {"uncordoned"});
    }

    void deletingTakesEverythingAlong() {
        VERIFY_OK(lab_.kubectl({"delete", "-f", manifest}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "rs,pods", "-o", "name"}), QString(), 60'000);
        VERIFY_OK(lab_.kubectl({"delete", "service", name}), {"deleted"});
    }
};

QTEST_GUILESS_MAIN(TestDebianKubectl)
#include "test_debian_kubectl.moc"
