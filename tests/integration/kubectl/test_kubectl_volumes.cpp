// Storage as people use it: claims, the lab's own disks, what is in use and cannot vanish; tokens,
// certificates and address ranges beside it. Real kubectl against the real program and simulated nodes.
#include "kubectl_checks.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const char* const manifests = R"(apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: now}
provisioner: disk.wheelhouse.dev
volumeBindingMode: Immediate
allowVolumeExpansion: true
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: now}
spec:
  storageClassName: now
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: growing}
spec:
  storageClassName: now
  accessModes: [ReadWriteOncePod]
  resources: {requests: {storage: 2Gi}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: usual}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 2Gi}}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: by-hand}
spec:
  capacity: {storage: 5Gi}
  accessModes: [ReadWriteOnce]
  storageClassName: manual
  hostPath: {path: /tmp/by-hand}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: manual}
spec:
  storageClassName: manual
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 3Gi}}
)";

/// A pod that mounts a claim, or with an empty name a volume of its own.
QByteArray podOn(const char* name, const char* claim) {
    const QByteArray source = *claim
                                  ? QByteArray("persistentVolumeClaim: {claimName: ") + claim + "}"
                                  : QByteArray("ephemeral: {volumeClaimTemplate: {spec: {storageClassName: "
                                               "now, accessModes: [ReadWriteOnce], resources: {requests: "
                                               "{storage: 1Gi}}}}}");
    return QByteArray("apiVersion: v1\nkind: Pod\nmetadata: {name: ") + name +
           "}\nspec:\n  terminationGracePeriodSeconds: 1\n  containers:\n  - name: main\n    image: nginx\n"
           "    volumeMounts: [{name: data, mountPath: /data}]\n  volumes:\n  - name: data\n    " +
           source + "\n";
}

} // namespace

class TestKubectlVolumes : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=2", "--heartbeat", "2s"}};

    QString field(const QString& what, const QString& name, const QString& path) {
        return lab_.get({"get", what, name, "-o", "jsonpath=" + path});
    }
    bool bound(const QString& claim) {
        return lab_.kubectl({"wait", "pvc/" + claim, "--for=jsonpath={.status.phase}=Bound", "--timeout=30s"})
                   .code == 0;
    }
    bool ready(const QString& pod) {
        return lab_.kubectl({"wait", "pod/" + pod, "--for=condition=Ready", "--timeout=60s"}, {}, 90).code ==
               0;
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(2));
    }

    void thereIsADefaultClass() {
        const QString classes = lab_.get({"get", "storageclass"});
        QVERIFY2(classes.contains("standard (default)") && classes.contains("disk.wheelhouse.dev") &&
                     classes.contains("WaitForFirstConsumer"),
                 qPrintable(classes));
    }

    void claimsAreBound() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, manifests));
        QVERIFY(bound("now"));
        QVERIFY(bound("manual"));
        QCOMPARE(field("pvc", "manual", "{.spec.volumeName} {.status.capacity.storage}"),
                 QString("by-hand 5Gi"));
        QCOMPARE(field("pvc", "usual", "{.spec.storageClassName} {.status.phase}"),
                 QString("standard Pending"));
        const QString told = lab_.get({"describe", "pvc", "now"});
        for (const char* word : {"ExternalProvisioning", "Provisioning", "ProvisioningSucceeded",
                                 "Successfully provisioned volume pvc-", "kubernetes.io/pvc-protection"})
            QVERIFY2(told.contains(word), qPrintable(told));
        QVERIFY(lab_.get({"describe", "pvc", "usual"})
                    .contains("waiting for first consumer to be created before binding"));
    }

    void aPodRunsOnItsClaim_data() {
        QTest::addColumn<QString>("pod");
        QTest::addColumn<QString>("claim");
        QTest::addColumn<QString>("volumeClaim");
        QTest::newRow("bound already") << "on-now"
                                       << "now"
                                       << "now";
        QTest::newRow("for one pod") << "on-growing"
                                     << "growing"
                                     << "growing";
        QTest::newRow("by hand") << "on-manual"
                                 << "manual"
                                 << "manual";
        QTest::newRow("of its own") << "on-own"
                                    << ""
                                    << "on-own-data";
    }
    void aPodRunsOnItsClaim() {
        QFETCH(QString, pod);
        QFETCH(QString, claim);
        QFETCH(QString, volumeClaim);
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, podOn(qPrintable(pod), qPrintable(claim))));
        QVERIFY2(ready(pod),
                 qPrintable(lab_.get({"describe", "pod", pod}) + lab_.get({"describe", "pvc", volumeClaim})));
        QCOMPARE(field("pvc", volumeClaim, "{.status.phase}"), QString("Bound"));
    }

    void aPodOfTheDefaultClassRuns() {
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"}, podOn("on-usual", "usual")));
        QVERIFY2(ready("on-usual"), qPrintable(lab_.get({"describe", "pod/on-usual", "pvc/usual"})));
        // The disk is on the node the scheduler chose for the pod.
        QCOMPARE(field("pv", field("pvc", "usual", "{.spec.volumeName}"),
                       "{.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}"),
                 field("pod", "on-usual", "{.spec.nodeName}"));
    }

    void whatIsInUseCannotVanish() {
        const QString volume = field("pvc", "now", "{.spec.volumeName}");
        VERIFY_OK(lab_.kubectl({"delete", "pvc/now", "pv/" + volume, "--wait=false"}));
        QVERIFY(lab_.get({"get", "pvc", "now"}).contains("Terminating"));
        QVERIFY(lab_.get({"get", "pv", volume}).contains("Terminating"));
        QVERIFY(field("pod", "on-now", "{.status.phase}") == "Running");
        VERIFY_OK(lab_.kubectl({"delete", "pod/on-now"}));
        VERIFY_OK(lab_.kubectl({"wait", "pvc/now", "pv/" + volume, "--for=delete", "--timeout=30s"}));
        // A volume made by hand is kept with what is on it.
        VERIFY_OK(lab_.kubectl({"delete", "pod/on-manual", "pvc/manual"}));
        VERIFY_OK(
            lab_.kubectl({"wait", "pv/by-hand", "--for=jsonpath={.status.phase}=Released", "--timeout=30s"}));
        // And one of a pod's own goes with the pod.
        VERIFY_OK(lab_.kubectl({"delete", "pod/on-own"}));
        VERIFY_OK(lab_.kubectl({"wait", "pvc/on-own-data", "--for=delete", "--timeout=30s"}));
    }

    void aClaimGrows() {
        const QString grown = R"({"spec":{"resources":{"requests":{"storage":"4Gi"}}}})";
        VERIFY_OK(lab_.kubectl({"patch", "pvc", "growing", "-p", grown}));
        VERIFY_OK(lab_.kubectl(
            {"wait", "pvc/growing", "--for=jsonpath={.status.capacity.storage}=4Gi", "--timeout=30s"}));
        const Output refused = lab_.kubectl(
            {"patch", "pvc", "growing", "-p", R"({"spec":{"resources":{"requests":{"storage":"1Gi"}}}})"});
        QVERIFY(refused.code != 0 && refused.err.contains("field can not be less than status.capacity"));
    }

    /// The example of a disk that goes where its pod goes: here it is given from one simulated node to
    /// another.
    void aDiskFollowsItsPod() {
        VERIFY_OK(
            lab_.kubectl({"apply", "-f", WHEELHOUSE_SOURCE_DIR "/resources/examples/stateful-disk.yaml"}));
        const auto where = [this] {
            return lab_.get({"get", "pod", "ledger-0", "-o",
                             R"(jsonpath={.spec.nodeName} {.status.conditions[?(@.type=="Ready")].status})"});
        };
        const auto attachedTo = [this] {
            return lab_.get({"get", "volumeattachments", "-o",
                             "jsonpath={.items[*].spec.nodeName} {.items[*].status.attached}"});
        };
        QTRY_VERIFY_WITH_TIMEOUT(where().endsWith(" True"), 60'000);
        const QString first = where().section(' ', 0, 0);
        QCOMPARE(attachedTo(), first + " true");
        VERIFY_OK(lab_.kubectl({"cordon", first}));
        VERIFY_OK(lab_.kubectl({"delete", "pod", "ledger-0"}));
        QTRY_VERIFY_WITH_TIMEOUT(where().endsWith(" True") && !where().startsWith(first), 60'000);
        const QString second = where().section(' ', 0, 0);
        QTRY_COMPARE_WITH_TIMEOUT(attachedTo(), second + " true", 30'000);
        VERIFY_OK(lab_.kubectl({"uncordon", first}));
        VERIFY_OK(lab_.kubectl({"delete", "statefulset/ledger", "pvc/data-ledger-0"}));
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "volumeattachments", "-o", "name"}), QString(), 60'000);
    }

    void aRestartChangesNothing() {
        const QString before = lab_.get({"get", "pv,pvc,sc", "-o", "name"});
        QCOMPARE(lab_.stop(), 0);
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QCOMPARE(lab_.get({"get", "pv,pvc,sc", "-o", "name"}), before);
        QVERIFY(ready("on-growing"));
    }

    void aLastingTokenWorks() {
        VERIFY_OK(lab_.kubectl({"create", "serviceaccount", "robot"}));
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"},
                               "apiVersion: v1\nkind: Secret\nmetadata:\n  name: robot\n  annotations:\n    "
                               "kubernetes.io/service-account.name: robot\n"
                               "type: kubernetes.io/service-account-token\n"));
        VERIFY_OK(lab_.kubectl({"wait", "secret/robot", "--for=jsonpath={.data.token}", "--timeout=30s"}));
        const QString token = QByteArray::fromBase64(field("secret", "robot", "{.data.token}").toLatin1());
        const QStringList asRobot = {"--token=" + token, "auth", "whoami", "-o",
                                     "jsonpath={.status.userInfo.username}"};
        QStringList arguments = asRobot;
        // A certificate would decide; the robot has none.
        arguments << "--user=nobody";
        VERIFY_OK(lab_.kubectl({"config", "set-credentials", "nobody"}));
        QCOMPARE(lab_.get(arguments), QString("system:serviceaccount:default:robot"));
        VERIFY_OK(lab_.kubectl({"delete", "serviceaccount", "robot"}));
        VERIFY_OK(lab_.kubectl({"wait", "secret/robot", "--for=delete", "--timeout=30s"}));
        QVERIFY(lab_.kubectl(arguments).code != 0);
    }

    void servicesTakeAddressesFromNewRanges() {
        QCOMPARE(field("servicecidr", "kubernetes", "{.spec.cidrs[0]} {.status.conditions[0].status}"),
                 QString("10.96.0.0/16 True"));
        const QStringList wanted = {"create", "service",  "clusterip",
                                    "far",    "--tcp=80", "--clusterip=10.200.0.9"};
        QVERIFY(lab_.kubectl(wanted).err.contains("is not in the valid range"));
        VERIFY_OK(lab_.kubectl({"apply", "-f", "-"},
                               "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\n"
                               "metadata: {name: far}\nspec: {cidrs: [10.200.0.0/24]}\n"));
        VERIFY_OK(lab_.kubectl({"wait", "servicecidr/far", "--for=condition=Ready", "--timeout=30s"}));
        VERIFY_OK(lab_.kubectl(wanted));
        VERIFY_OK(lab_.kubectl({"wait", "--for=create", "ipaddress/10.200.0.9", "--timeout=30s"}));
        QCOMPARE(field("ipaddress", "10.200.0.9", "{.spec.parentRef.name}"), QString("far"));
        VERIFY_OK(lab_.kubectl({"delete", "servicecidr", "far", "--wait=false"}));
        VERIFY_OK(lab_.kubectl({"wait", "servicecidr/far", "--for=condition=Ready=false", "--timeout=30s"}));
        VERIFY_OK(lab_.kubectl({"delete", "service", "far"}));
        VERIFY_OK(lab_.kubectl({"wait", "servicecidr/far", "--for=delete", "--timeout=40s"}));
    }

    void theClusterIntroducesItself() {
        VERIFY_OK(lab_.kubectl(
            {"wait", "--for=create", "-n", "kube-public", "configmap/cluster-info", "--timeout=30s"}));
        VERIFY_OK(lab_.kubectl({"create", "secret", "generic", "bootstrap-token-abcdef", "-n", "kube-system",
                                "--type=bootstrap.kubernetes.io/token", "--from-literal=token-id=abcdef",
                                "--from-literal=token-secret=0123456789abcdef",
                                "--from-literal=usage-bootstrap-signing=true"}));
        VERIFY_OK(lab_.kubectl({"wait", "-n", "kube-public", "configmap/cluster-info",
                                "--for=jsonpath={.data.jws-kubeconfig-abcdef}", "--timeout=30s"}));
    }
};

QTEST_GUILESS_MAIN(TestKubectlVolumes)
#include "test_kubectl_volumes.moc"
