// Issue point 1: unmodified kubectl with the kinds beyond pods and deployments: made, shown, changed,
// explained, deleted.
#include "kubectl_checks.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

extern const char* const manifests;

} // namespace

class TestKubectlKinds : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=1", "--heartbeat", "2s"}};
    QTemporaryDir folder_;

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QFile file(folder_.filePath("kinds.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(manifests);
    }

    void discoversThem() {
        VERIFY_OK(lab_.kubectl({"api-resources"}),
                  {"horizontalpodautoscalers", "cronjobs", "ingresses", "networkpolicies", "rolebindings",
                   "storageclasses", "priorityclasses", "customresourcedefinitions", "subjectaccessreviews"});
        VERIFY_OK(lab_.kubectl({"api-versions"}), {"batch/v1", "autoscaling/v2", "policy/v1",
                                                   "resource.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1"});
    }

    void createsThemByCommand() {
        VERIFY_OK(lab_.kubectl({"create", "job", "once", "--image=busybox", "--", "true"}),
                  {"job.batch/once created"});
        VERIFY_OK(lab_.kubectl({"create", "cronjob", "often", "--image=busybox", "--schedule=0 0 29 2 *"}),
                  {"cronjob.batch/often created"});
        VERIFY_OK(lab_.kubectl({"create", "role", "reader", "--verb=get,list", "--resource=pods"}),
                  {"role.rbac.authorization.k8s.io/reader created"});
        VERIFY_OK(lab_.kubectl({"create", "rolebinding", "readers", "--role=reader", "--user=jane"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"create", "clusterrole", "all-reader", "--verb=get", "--resource=nodes"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"create", "ingress", "web", "--rule=example.com/*=web:80"}),
                  {"ingress.networking.k8s.io/web created"});
        VERIFY_OK(lab_.kubectl(
                      {"create", "poddisruptionbudget", "some", "--selector=app=web", "--min-available=1"}),
                  {"poddisruptionbudget.policy/some created"});
        VERIFY_OK(lab_.kubectl({"create", "priorityclass", "high", "--value=1000"}), {"created"});
        VERIFY_OK(lab_.kubectl({"create", "quota", "limits", "--hard=pods=10,requests.cpu=2"}),
                  {"resourcequota/limits created"});
        VERIFY_OK(lab_.kubectl({"create", "deployment", "web", "--image=nginx"}), {"created"});
        VERIFY_OK(lab_.kubectl({"autoscale", "deployment", "web", "--max=5", "--cpu=70%"}), {"autoscaled"});
    }

    void showsThem() {
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Complete", "job/once", "--timeout=60s"}), {});
        VERIFY_OK(lab_.kubectl({"get", "job", "once", "-o", "wide"}),
                  {"COMPLETIONS", "DURATION", "1/1", "busybox"});
        VERIFY_OK(lab_.kubectl({"get", "cronjob"}), {"LAST SCHEDULE", "0 0 29 2 *", "<none>"});
        VERIFY_OK(lab_.kubectl({"get", "rolebinding", "-o", "wide"}), {"Role/reader", "jane"});
        VERIFY_OK(lab_.kubectl({"get", "ingress"}), {"example.com", "<none>", "80"});
        VERIFY_OK(lab_.kubectl({"get", "pdb"}), {"MIN AVAILABLE", "N/A"});
        VERIFY_OK(lab_.kubectl({"get", "hpa"}), {"Deployment/web", "cpu: <unknown>/70%"});
        VERIFY_OK(lab_.kubectl({"get", "pc"}), {"1000", "PreemptLowerPriority"});
        VERIFY_OK(lab_.kubectl({"get", "all"}),
                  {"deployment.apps/web", "job.batch/once", "cronjob.batch/often",
                   "horizontalpodautoscaler.autoscaling/web"});
        VERIFY_OK(lab_.kubectl({"describe", "job", "once"}),
                  {"Pods Statuses", "batch.kubernetes.io/job-name=once"});
        VERIFY_OK(lab_.kubectl({"describe", "ingress", "web"}), {"example.com", "web:80"});
        VERIFY_OK(lab_.kubectl({"describe", "role", "reader"}), {"pods", "[get list]"});
        VERIFY_OK(lab_.kubectl({"get", "quota"}), {"limits", "REQUEST"});
    }

    void appliesAndChangesThem() {
        const QString file = folder_.filePath("kinds.yaml");
        VERIFY_OK(lab_.kubectl({"apply", "-f", file}),
                  {"statefulset.apps/db created", "daemonset.apps/agent created",
                   "networkpolicy.networking.k8s.io/deny created", "persistentvolume/disk created",
                   "persistentvolumeclaim/claim created", "storageclass.storage.k8s.io/fast created",
                   "limitrange/bounds created", "runtimeclass.node.k8s.io/kata created"});
        VERIFY_OK(lab_.kubectl({"apply", "-f", file}),
                  {"daemonset.apps/agent unchanged", "persistentvolumeclaim/claim unchanged"});
        VERIFY_OK(lab_.kubectl({"get", "sts,ds,pv,pvc,sc,netpol", "-A"}),
                  {"db", "/2", "kubernetes.io/os=linux", "1Gi", "RWO", "example.com/disk"});
        VERIFY_OK(lab_.kubectl({"scale", "statefulset", "db", "--replicas=3"}), {"scaled"});
        QCOMPARE(lab_.get({"get", "sts", "db", "-o", "jsonpath={.spec.replicas}"}), QString("3"));
        VERIFY_OK(lab_.kubectl({"label", "cronjob", "often", "team=a"}), {"labeled"});
        VERIFY_OK(lab_.kubectl({"patch", "cronjob", "often", "-p", "{\"spec\":{\"suspend\":true}}"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"get", "cronjob", "often"}), {"True"});
        VERIFY_OK(lab_.kubectl({"get", "jobs", "--field-selector=status.successful=1"}), {"once"});
    }

    void refusesBadOnes() {
        VERIFY_REFUSED(lab_.kubectl({"create", "cronjob", "bad", "--image=x", "--schedule=61 * * * *"}),
                       {"spec.schedule: Invalid value", "above maximum (59)"});
        VERIFY_REFUSED(lab_.kubectl({"patch", "sts", "db", "-p", "{\"spec\":{\"serviceName\":\"other\"}}"}),
                       {"updates to statefulset spec for fields other than"});
        VERIFY_REFUSED(lab_.kubectl({"patch", "rolebinding", "readers", "--type=merge", "-p",
                                     "{\"roleRef\":{\"name\":\"other\"}}"}),
                       {"cannot change roleRef"});
        VERIFY_REFUSED(lab_.kubectl({"patch", "pc", "high", "-p", "{\"value\":7}"}),
                       {"may not be changed in an update."});
        VERIFY_REFUSED(lab_.kubectl({"create", "job", "Bad_Name", "--image=x"}),
                       {"a lowercase RFC 1123 subdomain"});
    }

    void partsOfTheControlPlane() {
        VERIFY_OK(lab_.kubectl({"get", "cs"}), {"etcd-0", "scheduler", "controller-manager", "Healthy"});
    }

    void explainsThem() {
        VERIFY_OK(lab_.kubectl({"explain", "cronjob.spec.schedule"}), {"Five fields"});
        VERIFY_OK(lab_.kubectl({"explain", "job.spec", "--recursive"}),
                  {"podFailurePolicy", "succeededIndexes"});
        VERIFY_OK(lab_.kubectl({"explain", "ingress.spec.rules.http.paths.backend"}),
                  {"resource", "service"});
        VERIFY_OK(lab_.kubectl({"explain", "hpa.spec.metrics"}), {"containerResource"});
        VERIFY_OK(lab_.kubectl({"explain", "role.rules.verbs"}), {"What may be done"});
        VERIFY_OK(lab_.kubectl({"explain", "pvc.spec.resources"}), {"requests"});
        VERIFY_OK(lab_.kubectl({"explain", "crd.spec.versions.schema"}), {"openAPIV3Schema"});
    }

    void deletesThem() {
        VERIFY_OK(lab_.kubectl({"delete", "cronjob/often", "job/once", "ingress/web", "hpa/web", "pdb/some",
                                "role/reader", "rolebinding/readers", "--timeout=30s"}),
                  {"cronjob.batch \"often\" deleted", "job.batch \"once\" deleted"});
        VERIFY_OK(lab_.kubectl({"delete", "-f", folder_.filePath("kinds.yaml"), "--timeout=30s"}),
                  {"deleted"});
        QCOMPARE(lab_.get({"get", "cronjob,ingress,hpa,sts,ds,netpol", "-o", "name"}), QString());
    }
};

namespace {

const char* const manifests = R"(apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
      - name: db
        image: postgres
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 1Gi}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      nodeSelector: {kubernetes.io/os: linux}
      containers: [{name: agent, image: agent}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: disk}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  hostPath: {path: /tmp/disk}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: example.com/disk
---
apiVersion: v1
kind: LimitRange
metadata: {name: bounds}
spec: {limits: [{type: Container, max: {cpu: "2"}}]}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata
)";

} // namespace

QTEST_GUILESS_MAIN(TestKubectlKinds)
#include "test_kubectl_kinds.moc"
