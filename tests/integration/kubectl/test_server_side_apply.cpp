// Issue points 1 and 3: server-side apply and the record of who set what, through unmodified kubectl 1.35 and
// helm 4.
#include "kubectl_checks.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

QByteArray web(int replicas, const QString& image = "nginx:1.14.2") {
    return QString(
               "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: %1\n"
               "  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n"
               "        app: web\n    spec:\n      containers:\n      - name: web\n        image: %2\n")
        .arg(replicas)
        .arg(image)
        .toUtf8();
}

} // namespace

class TestServerSideApply : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=2", "--heartbeat", "2s"}};
    QTemporaryDir folder_;

    Output apply(const QByteArray& manifest, const QStringList& more = {}) {
        return lab_.kubectl(QStringList{"apply", "--server-side", "-f", "-"} + more, manifest);
    }
    /// Each entry of the record as "manager operation subresource".
    QStringList owners(const QString& kind, const QString& name) {
        const QString json = lab_.get({"get", kind, name, "-o", "json", "--show-managed-fields"});
        QStringList out;
        const auto metadata = QJsonDocument::fromJson(json.toUtf8()).object()["metadata"].toObject();
        for (const auto& each : metadata["managedFields"].toArray()) {
            const QJsonObject entry = each.toObject();
            out << QString("%1 %2 %3")
                       .arg(entry["manager"].toString(), entry["operation"].toString(),
                            entry["subresource"].toString())
                       .trimmed();
        }
        out.sort();
        return out;
    }
    Output helm(const QStringList& arguments) {
        return run(QFileInfo(kubectlPath()).dir().filePath("helm"),
                   QStringList{"--kubeconfig", lab_.kubeconfig(), "--repository-cache",
                               folder_.filePath("cache"), "--repository-config",
                               folder_.filePath("repositories.yaml")} +
                       arguments,
                   {}, 120);
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "nodes", "-o", "name"}).count("node/"), 2, 30'000);
    }

    void appliesAndSaysWhatItDid() {
        VERIFY_OK(apply(web(2)), {"deployment.apps/web serverside-applied"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/web", "--timeout=60s"}),
                  {"successfully rolled out"});
        const QStringList generation{"get", "deployment", "web", "-o", "jsonpath={.metadata.generation}"};
        const QString before = lab_.get(generation);
        VERIFY_OK(apply(web(2)), {"serverside-applied"});
        QCOMPARE(lab_.get(generation), before);
    }

    void theRecordIsShownOnlyWhenAskedFor() {
        VERIFY_OK(lab_.kubectl({"get", "deployment", "web", "-o", "yaml", "--show-managed-fields"}),
                  {"managedFields:", "manager: kubectl", "operation: Apply", "f:replicas: {}",
                   "manager: kube-controller-manager", "subresource: status"});
        QVERIFY(!lab_.get({"get", "deployment", "web", "-o", "yaml"}).contains("managedFields"));
        const QString pod =
            lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}"});
        QCOMPARE(owners("pod", pod),
                 QStringList({"kube-controller-manager Update", "kubelet Update status"}));
        QVERIFY(owners("namespace", "kube-system").contains("kube-apiserver Update"));
    }

    void conflictsAreRefusedAndCanBeForced() {
        VERIFY_REFUSED(
            apply(web(3), {"--field-manager=other"}),
            {"Apply failed with 1 conflict: conflict with \"kubectl\": .spec.replicas", "--force-conflicts"});
        QCOMPARE(lab_.get({"get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"}), QString("2"));
        VERIFY_OK(apply(web(3), {"--field-manager=other", "--force-conflicts"}), {"serverside-applied"});
        QCOMPARE(lab_.get({"get", "deployment", "web", "-o", "jsonpath={.spec.replicas}"}), QString("3"));
        VERIFY_REFUSED(apply(web(2)), {"conflict with \"other\": .spec.replicas"});
    }

    void scalingTakesTheReplicas() {
        VERIFY_OK(lab_.kubectl({"scale", "deployment/web", "--replicas=1"}), {"scaled"});
        QVERIFY(owners("deployment", "web").contains("kubectl Update scale"));
        VERIFY_REFUSED(
            apply(web(3), {"--field-manager=other"}),
            {"conflict with \"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas"});
    }

    void aDryRunChangesNothing() {
        const QString before = lab_.get({"get", "deployment", "web", "-o", "jsonpath={.spec}"});
        VERIFY_OK(apply(web(7), {"--force-conflicts", "--dry-run=server"}), {"(server dry run)"});
        QCOMPARE(lab_.get({"get", "deployment", "web", "-o", "jsonpath={.spec}"}), before);
        VERIFY_REFUSED(apply("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: wrong\ndota: {}\n"),
                       {".dota: field not declared in schema"});
    }

    /// Client-side apply first, then --server-side: kubectl hands its fields over by itself.
    void clientSideApplyIsMigrated() {
        const QByteArray first =
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: moved\ndata:\n  a: '1'\n  b: '1'\n";
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, first), {"configmap/moved created"});
        QCOMPARE(owners("configmap", "moved"), QStringList{"kubectl-client-side-apply Update"});
        VERIFY_OK(apply("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: moved\ndata:\n  a: '2'\n"),
                  {"serverside-applied"});
        QCOMPARE(lab_.get({"get", "configmap", "moved", "-o", "jsonpath={.data}"}), QString("{\"a\":\"2\"}"));
        QVERIFY(owners("configmap", "moved").contains("kubectl Apply"));
        QVERIFY(!owners("configmap", "moved").contains("kubectl-client-side-apply Update"));
        // And back: the annotation was kept in step.
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, first), {"configmap/moved configured"});
        QCOMPARE(lab_.get({"get", "configmap", "moved", "-o", "jsonpath={.data.b}"}), QString("1"));
    }

    /// The chart `helm create` makes, with a hook beside it. Helm 4 applies on the server's side.
    void helmInstallsUpgradesRollsBackAndUninstalls() {
        VERIFY_OK(helm({"create", folder_.filePath("shop")}), {"Creating"});
        QFile hook(folder_.filePath("shop/templates/hook.yaml"));
        QVERIFY(hook.open(QIODevice::WriteOnly));
        hook.write(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-hook\n  annotations:\n"
            "    \"helm.sh/hook\": pre-install,pre-upgrade\n"
            "    \"helm.sh/hook-delete-policy\": before-hook-creation\ndata:\n"
            "  revision: \"{{ .Release.Revision }}\"\n");
        hook.close();
        const QString chart = folder_.filePath("shop");
        VERIFY_OK(helm({"install", "shop", chart, "--wait", "--timeout", "60s"}), {"STATUS: deployed"});
        QCOMPARE(lab_.get({"get", "deployment", "shop", "-o", "jsonpath={.status.readyReplicas}"}),
                 QString("1"));
        QCOMPARE(lab_.get({"get", "configmap", "shop-hook", "-o", "jsonpath={.data.revision}"}),
                 QString("1"));
        QVERIFY(owners("service", "shop").contains("helm Apply"));
        VERIFY_OK(helm({"upgrade", "shop", chart, "--set", "replicaCount=2", "--wait", "--timeout", "60s"}),
                  {"STATUS: deployed", "REVISION: 2"});
        QCOMPARE(lab_.get({"get", "deployment", "shop", "-o", "jsonpath={.status.readyReplicas}"}),
                 QString("2"));
        QCOMPARE(lab_.get({"get", "configmap", "shop-hook", "-o", "jsonpath={.data.revision}"}),
                 QString("2"));
        VERIFY_OK(helm({"rollback", "shop", "1", "--wait", "--timeout", "60s"}), {"Rollback was a success"});
        QCOMPARE(lab_.get({"get", "deployment", "shop", "-o", "jsonpath={.spec.replicas}"}), QString("1"));
        VERIFY_OK(helm({"list"}), {"shop", "deployed"});
        VERIFY_OK(helm({"uninstall", "shop", "--wait", "--timeout", "60s"}), {"uninstalled"});
        VERIFY_REFUSED(lab_.kubectl({"get", "deployment", "shop"}), {"NotFound"});
    }
};

QTEST_GUILESS_MAIN(TestServerSideApply)
#include "test_server_side_apply.moc"
