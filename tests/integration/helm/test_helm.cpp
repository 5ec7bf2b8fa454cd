// Issue point "Checked against real clients": helm 4 with a chart that has hooks and a
// CustomResourceDefinition, and with what `helm create` makes.
#include "kubectl_checks.h"

#include <QDir>
#include <QFileInfo>
#include <QtTest>

using namespace wheelhouse::test;

class TestHelm : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=2", "--heartbeat", "2s"}};
    QTemporaryDir folder_;
    const QString greeter_ = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/tests/integration/helm/greeter");

    Output helm(const QStringList& arguments) {
        return run(QFileInfo(kubectlPath()).dir().filePath("helm"),
                   QStringList{"--kubeconfig", lab_.kubeconfig(), "--repository-cache",
                               folder_.filePath("cache"), "--repository-config",
                               folder_.filePath("repositories.yaml")} +
                       arguments,
                   {}, 120);
    }
    QString value(const QString& kind, const QString& name, const QString& path) {
        return lab_.get({"get", kind, name, "-o", "jsonpath={" + path + "}"});
    }
    /// The revision in which the hook of this kind last ran; empty when it has not.
    QString ranIn(const QString& hook) {
        return lab_.get(
            {"get", "configmap", "hi-" + hook, "--ignore-not-found", "-o", "jsonpath={.data.revision}"});
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "nodes", "-o", "name"}).count("node/"), 2, 30'000);
    }

    void installs() {
        VERIFY_OK(helm({"install", "hi", greeter_, "--wait", "--timeout", "90s"}), {"STATUS: deployed"});
        QCOMPARE(value("crd", "greetings.helm.example.com",
                       ".status.conditions[?(@.type==\"Established\")].status"),
                 QString("True"));
        QCOMPARE(value("greeting", "hi", ".spec"),
                 QString("{\"text\":\"hello\",\"times\":3,\"to\":[{\"loud\":false,\"name\":\"world\"}]}"));
        QCOMPARE(value("deployment", "hi", ".status.readyReplicas"), QString("1"));
        QCOMPARE(ranIn("post-install"), QString("1"));
        QCOMPARE(ranIn("post-upgrade"), QString());
        // It ran, or helm would not have gone on; it succeeded, so helm took it away.
        QCOMPARE(lab_.get({"get", "pod", "hi-prepare", "--ignore-not-found", "-o", "name"}), QString());
        VERIFY_OK(helm({"test", "hi", "--timeout", "60s"}), {"Phase:          Succeeded"});
    }

    void upgrades() {
        VERIFY_OK(helm({"upgrade", "hi", greeter_, "--set", "text=welcome,replicas=2", "--wait", "--timeout",
                        "90s"}),
                  {"REVISION: 2"});
        QCOMPARE(value("greeting", "hi", ".spec.text"), QString("welcome"));
        QCOMPARE(value("greeting", "hi", ".spec.to[*].name"), QString("world everybody"));
        QCOMPARE(value("deployment", "hi", ".status.readyReplicas"), QString("2"));
        QCOMPARE(ranIn("post-upgrade"), QString("2"));
        // A mistake in a custom object is the server's to find, and changes nothing.
        const Output refused = helm({"upgrade", "hi", greeter_, "--set", "text=", "--timeout", "60s"});
        QVERIFY(refused.code != 0);
        QVERIFY2(refused.err.contains("spec.text in body should be at least 1 chars long"),
                 qPrintable(refused.err));
        QCOMPARE(value("greeting", "hi", ".spec.text"), QString("welcome"));
    }

    void rollsBack() {
        VERIFY_OK(helm({"rollback", "hi", "1", "--wait", "--timeout", "90s"}), {"Rollback was a success"});
        QCOMPARE(value("greeting", "hi", ".spec.text"), QString("hello"));
        QCOMPARE(value("greeting", "hi", ".spec.to[*].name"), QString("world"));
        QCOMPARE(value("deployment", "hi", ".spec.replicas"), QString("1"));
        QVERIFY(!ranIn("pre-rollback").isEmpty());
        QVERIFY(!ranIn("post-rollback").isEmpty());
        VERIFY_OK(helm({"history", "hi"}), {"superseded"});
    }

    void uninstalls() {
        VERIFY_OK(helm({"uninstall", "hi", "--wait", "--timeout", "90s"}), {"uninstalled"});
        QVERIFY(!ranIn("pre-delete").isEmpty());
        QVERIFY(!ranIn("post-delete").isEmpty());
        QCOMPARE(lab_.get({"get", "greetings,deployments,services", "-l", "app=hi", "-o", "name"}),
                 QString());
        QCOMPARE(lab_.get({"get", "greetings", "-o", "name"}), QString());
        // Definitions outlive the releases that brought them.
        QCOMPARE(lab_.get({"get", "crd", "-o", "name"}),
                 QString("customresourcedefinition.apiextensions.k8s.io/greetings.helm.example.com"));
    }

    /// With everything it can make switched on.
    void theChartHelmCreates() {
        const QString chart = folder_.filePath("made");
        VERIFY_OK(helm({"create", chart}), {"Creating"});
        const QStringList all{"--set", "autoscaling.enabled=true,ingress.enabled=true"};
        VERIFY_OK(helm(QStringList{"install", "made", chart, "--wait", "--timeout", "90s"} + all),
                  {"STATUS: deployed"});
        QCOMPARE(value("deployment", "made", ".status.readyReplicas"), QString("1"));
        QCOMPARE(value("hpa", "made", ".spec.maxReplicas"), QString("100"));
        QCOMPARE(
            value("horizontalpodautoscalers.v1.autoscaling", "made", ".spec.targetCPUUtilizationPercentage"),
            QString("80"));
        QCOMPARE(value("ingress", "made", ".spec.rules[0].host"), QString("chart-example.local"));
        VERIFY_OK(helm(QStringList{"upgrade", "made", chart, "--set", "autoscaling.maxReplicas=7", "--wait",
                                   "--timeout", "90s"} +
                       all),
                  {"REVISION: 2"});
        QCOMPARE(value("hpa", "made", ".spec.maxReplicas"), QString("7"));
        VERIFY_OK(helm({"rollback", "made", "1", "--wait", "--timeout", "90s"}), {"Rollback was a success"});
        QCOMPARE(value("hpa", "made", ".spec.maxReplicas"), QString("100"));
        VERIFY_OK(helm({"uninstall", "made", "--wait", "--timeout", "90s"}), {"uninstalled"});
        // Helm waits for what it made; the pods of its deployment end in their own time.
        const QStringList left{
            "get", "all,ingress,serviceaccount", "-l", "app.kubernetes.io/instance=made", "-o", "name"};
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get(left), QString(), 60'000);
    }
};

QTEST_GUILESS_MAIN(TestHelm)
#include "test_helm.moc"
