// Issue point 1: unmodified kubectl with everything that keeps pods running: made, scaled, rolled out,
// undone, restarted, deleted with and without what it owns.
#include "kubectl_checks.h"

#include <QtTest>

using namespace wheelhouse::test;

namespace {

/// `kind` keeps pods labelled app=NAME; `more` is what else its spec says, in lines of YAML.
QByteArray manifest(const QByteArray& apiVersion, const QByteArray& kind, const QByteArray& name,
                    const QByteArray& more = {}) {
    const QByteArray labels = "{app: " + name + "}";
    const QByteArray selector = kind == "ReplicationController" ? labels : "{matchLabels: " + labels + "}";
    return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: " + name +
           "}\nspec:\n  selector: " + selector + "\n" + more +
           "  template:\n    metadata:\n      labels: " + labels +
           "\n    spec:\n      terminationGracePeriodSeconds: 1\n"
           "      containers:\n      - {name: main, image: 'nginx:1.14.2', args: ['-c', 'a < b && c > d']}\n";
}

} // namespace

class TestKubectlWorkloads : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "2s"}};

    QString field(const QString& object, const QString& path) const {
        return lab_.get({"get", object, "-o", "jsonpath={" + path + "}"});
    }
    /// The uids of the pods of an app, sorted.
    QStringList pods(const QString& app) const {
        QStringList uids = lab_.get({"get", "pods", "-l", "app=" + app, "-o",
                                     "jsonpath={range .items[*]}{.metadata.uid} {end}"})
                               .split(' ', Qt::SkipEmptyParts);
        uids.sort();
        return uids;
    }
    Output rollout(const QStringList& arguments) const {
        return lab_.kubectl(QStringList{"rollout"} + arguments, {}, 150);
    }
    void awaitRollout(const QString& object, const QString& says) const {
        VERIFY_OK(rollout({"status", object, "--timeout=120s"}), {says});
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(3));
    }

    void aReplicationController() {
        const QByteArray yaml = manifest("v1", "ReplicationController", "rc", "  replicas: 2\n");
        VERIFY_OK(lab_.kubectl({"create", "-f", "-"}, yaml), {"replicationcontroller/rc created"});
        QTRY_COMPARE_WITH_TIMEOUT(field("rc/rc", ".status.readyReplicas"), QString("2"), 60'000);
        VERIFY_OK(lab_.kubectl({"scale", "rc/rc", "--replicas=4"}), {"scaled"});
        QTRY_COMPARE_WITH_TIMEOUT(field("rc/rc", ".status.readyReplicas"), QString("4"), 60'000);
        VERIFY_OK(lab_.kubectl({"describe", "rc", "rc"}),
                  {"4 current / 4 desired", "SuccessfulCreate", "replication-controller"});
        VERIFY_OK(lab_.kubectl({"scale", "rc/rc", "--replicas=1"}), {"scaled"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("rc").size(), 1, 60'000);
        const QStringList before = pods("rc");
        VERIFY_OK(lab_.kubectl({"delete", "rc/rc", "--cascade=orphan"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(field("pods", ".items[*].metadata.ownerReferences"), QString(), 30'000);
        QCOMPARE(pods("rc"), before);
        VERIFY_OK(lab_.kubectl({"create", "-f", "-"}, yaml), {"created"});
        QTRY_COMPARE_WITH_TIMEOUT(field("rc/rc", ".status.readyReplicas"), QString("2"), 60'000);
        QVERIFY(pods("rc").contains(before.front()));
        VERIFY_OK(lab_.kubectl({"delete", "rc/rc"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("rc"), QStringList(), 60'000);
    }

    void aDaemonSet() {
        const QByteArray yaml = manifest("apps/v1", "DaemonSet", "agent");
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, yaml), {"daemonset.apps/agent created"});
        awaitRollout("ds/agent", "successfully rolled out");
        QCOMPARE(lab_.get({"get", "pods", "-l", "app=agent", "-o",
                           "jsonpath={range .items[*]}{.spec.nodeName} {end}"})
                     .split(' ', Qt::SkipEmptyParts)
                     .size(),
                 3);
        VERIFY_OK(lab_.kubectl({"get", "ds", "agent"}), {"DESIRED", "UP-TO-DATE"});
        VERIFY_OK(lab_.kubectl({"set", "image", "ds/agent", "main=nginx:1.16.1"}), {"image updated"});
        awaitRollout("ds/agent", "successfully rolled out");
        VERIFY_OK(rollout({"history", "ds/agent"}), {"REVISION", "1 ", "2 "});
        VERIFY_OK(rollout({"history", "ds/agent", "--revision=1"}), {"nginx:1.14.2"});
        VERIFY_OK(rollout({"undo", "ds/agent", "--to-revision=2"}), {"skipped rollback"});
        VERIFY_OK(rollout({"undo", "ds/agent"}), {"rolled back"});
        awaitRollout("ds/agent", "successfully rolled out");
        QCOMPARE(field("ds/agent", "..image"), QString("nginx:1.14.2"));
        QCOMPARE(lab_.get({"get", "pods", "-l", "app=agent", "-o", "jsonpath={..spec.containers[*].image}"}),
                 QString("nginx:1.14.2 nginx:1.14.2 nginx:1.14.2"));
        const QStringList old = pods("agent");
        VERIFY_OK(rollout({"restart", "ds/agent"}), {"restarted"});
        awaitRollout("ds/agent", "successfully rolled out");
        for (const QString& uid : pods("agent"))
            QVERIFY(!old.contains(uid));
        const QStringList before = pods("agent");
        VERIFY_OK(lab_.kubectl({"delete", "ds/agent", "--cascade=orphan"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(field("pods", ".items[*].metadata.ownerReferences"), QString(), 30'000);
        QCOMPARE(pods("agent"), before);
    }

    void aDaemonSetTakesBackItsPods() {
        // The manifest of the beginning: the restart's annotation is not in it, so its pods are replaced one
        // by one.
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, manifest("apps/v1", "DaemonSet", "agent")), {"created"});
        awaitRollout("ds/agent", "successfully rolled out");
        QCOMPARE(pods("agent").size(), 3);
        QVERIFY(lab_.get({"get", "controllerrevisions", "-o", "name"}).count("/agent-") >= 3);
        VERIFY_OK(lab_.kubectl({"delete", "ds/agent"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("agent"), QStringList(), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "controllerrevisions", "-o", "name"}), QString(), 30'000);
    }

    void aStatefulSet() {
        const QByteArray yaml =
            manifest("apps/v1", "StatefulSet", "db", "  serviceName: peers\n  replicas: 3\n");
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, yaml), {"statefulset.apps/db created"});
        awaitRollout("sts/db", "roll out complete");
        QTRY_COMPARE_WITH_TIMEOUT(field("sts/db", ".status.readyReplicas"), QString("3"), 60'000);
        QCOMPARE(lab_.get({"get", "pods", "-l", "app=db", "-o", "name"}).simplified(),
                 QString("pod/db-0 pod/db-1 pod/db-2"));
        VERIFY_OK(lab_.kubectl({"get", "sts", "db"}), {"3/3"});
        VERIFY_OK(lab_.kubectl({"describe", "sts", "db"}),
                  {"create Pod db-2 in StatefulSet db successful", "statefulset-controller"});
        VERIFY_OK(lab_.kubectl({"scale", "sts/db", "--replicas=2"}), {"scaled"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("db").size(), 2, 60'000);
        VERIFY_OK(lab_.kubectl({"set", "image", "sts/db", "main=nginx:1.16.1"}), {"image updated"});
        awaitRollout("sts/db", "roll out complete: 2 new pods");
        VERIFY_OK(rollout({"history", "sts/db"}), {"REVISION", "1 ", "2 "});
        VERIFY_OK(rollout({"undo", "sts/db", "--to-revision=2"}), {"skipped rollback"});
        VERIFY_OK(rollout({"undo", "sts/db"}), {"rolled back"});
        awaitRollout("sts/db", "roll out complete");
        QTRY_COMPARE_WITH_TIMEOUT(
            lab_.get({"get", "pods", "-l", "app=db", "-o", "jsonpath={..spec.containers[*].image}"}),
            QString("nginx:1.14.2 nginx:1.14.2"), 60'000);
        const QStringList old = pods("db");
        VERIFY_OK(rollout({"restart", "sts/db"}), {"restarted"});
        awaitRollout("sts/db", "roll out complete");
        QTRY_VERIFY_WITH_TIMEOUT(pods("db").size() == 2 && !old.contains(pods("db").front()) &&
                                     !old.contains(pods("db").back()),
                                 60'000);
        const QStringList before = pods("db");
        VERIFY_OK(lab_.kubectl({"delete", "sts/db", "--cascade=orphan"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(field("pods", ".items[*].metadata.ownerReferences"), QString(), 30'000);
        QCOMPARE(pods("db"), before);
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, yaml), {"created"});
        QTRY_COMPARE_WITH_TIMEOUT(field("sts/db", ".status.updatedReplicas"), QString("3"), 120'000);
        VERIFY_OK(lab_.kubectl({"delete", "sts/db"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("db"), QStringList(), 60'000);
    }

    void aStatefulSetMakesClaims() {
        const QByteArray more =
            "  serviceName: peers\n  replicas: 2\n  podManagementPolicy: Parallel\n"
            "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n"
            "  volumeClaimTemplates:\n  - metadata: {name: data}\n    spec:\n"
            "      accessModes: [ReadWriteOnce]\n      resources: {requests: {storage: 1Gi}}\n";
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, manifest("apps/v1", "StatefulSet", "vault", more)),
                  {"created"});
        QTRY_COMPARE_WITH_TIMEOUT(
            lab_.get({"get", "pvc", "-o", "name"}).simplified(),
            QString("persistentvolumeclaim/data-vault-0 persistentvolumeclaim/data-vault-1"), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(pods("vault").size(), 2, 30'000);
        QCOMPARE(field("pod/vault-1", ".spec.volumes[0].persistentVolumeClaim.claimName"),
                 QString("data-vault-1"));
        QCOMPARE(field("pvc/data-vault-0", ".metadata.ownerReferences[*].kind"), QString("StatefulSet"));
        VERIFY_OK(lab_.kubectl({"delete", "sts/vault"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "pvc", "-o", "name"}), QString(), 60'000);
    }

    void aDeployment() {
        const QByteArray yaml = manifest("apps/v1", "Deployment", "web", "  replicas: 3\n");
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, yaml), {"created"});
        awaitRollout("deploy/web", "successfully rolled out");
        VERIFY_OK(rollout({"pause", "deploy/web"}), {"paused"});
        VERIFY_OK(lab_.kubectl({"set", "image", "deploy/web", "main=nginx:1.16.1"}), {"image updated"});
        VERIFY_OK(lab_.kubectl({"scale", "deploy/web", "--replicas=2"}), {"scaled"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("web").size(), 2, 60'000);
        QCOMPARE(lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={..spec.containers[*].image}"}),
                 QString("nginx:1.14.2 nginx:1.14.2"));
        VERIFY_OK(rollout({"resume", "deploy/web"}), {"resumed"});
        awaitRollout("deploy/web", "successfully rolled out");
        VERIFY_OK(rollout({"restart", "deploy/web"}), {"restarted"});
        awaitRollout("deploy/web", "successfully rolled out");
        VERIFY_OK(rollout({"history", "deploy/web"}), {"1 ", "2 ", "3 "});
        VERIFY_OK(rollout({"undo", "deploy/web", "--to-revision=1"}), {"rolled back"});
        awaitRollout("deploy/web", "successfully rolled out");
        QCOMPARE(field("deploy/web", "..image"), QString("nginx:1.14.2"));
        VERIFY_OK(lab_.kubectl({"delete", "deploy/web", "--cascade=orphan"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(field("rs", ".items[*].metadata.ownerReferences"), QString(), 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(pods("web").size(), 2, 60'000);
        const QStringList before = pods("web");
        VERIFY_OK(
            lab_.kubectl({"apply", "-f", "-"}, manifest("apps/v1", "Deployment", "web", "  replicas: 2\n")),
            {"created"});
        awaitRollout("deploy/web", "successfully rolled out");
        QCOMPARE(pods("web"), before);
        VERIFY_OK(lab_.kubectl({"delete", "deploy/web"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(pods("web"), QStringList(), 60'000);
    }
};

QTEST_GUILESS_MAIN(TestKubectlWorkloads)
#include "test_kubectl_workloads.moc"
