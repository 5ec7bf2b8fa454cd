// Issue 5, point 1: what kubectl shows of a node that runs out of memory, and of the settings for it.
#include "kubectl_checks.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const char* const configuration = R"(apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
evictionHard: {memory.available: 2Gi, nodefs.available: 10%}
evictionPressureTransitionPeriod: 5s
)";

const char* const pods = R"(apiVersion: v1
kind: Pod
metadata: {name: greedy, annotations: {simulated.wheelhouse.dev/memory: 31Gi}}
spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: demo}]}
---
apiVersion: v1
kind: Pod
metadata: {name: modest}
spec: {containers: [{name: main, image: demo, resources: {requests: {memory: 64Mi}}}]}
)";

const char* const limitedPod = R"(apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: demo
    command: [sh, -c, "seq 1 30000 > /data/numbers; sleep 600"]
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, emptyDir: {sizeLimit: 100Ki}}]
)";

bool writeFile(const QString& name, const QByteArray& text) {
    QFile file(name);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

} // namespace

class TestKubectlEviction : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    std::unique_ptr<LabProcess> lab_;

    QString path(const QString& what, const QString& jsonPath) const {
        return lab_->get({"get", what, "-o", "jsonpath=" + jsonPath});
    }
    QString pressure() const {
        return path("node/sim-1", R"({.status.conditions[?(@.type=="MemoryPressure")].status})");
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        const QString file = folder_.filePath("kubelet.yaml");
        QVERIFY(writeFile(file, configuration));
        lab_ = std::make_unique<LabProcess>(QStringList{"--nodes", "simulated=1", "--kubelet-config", file});
        QVERIFY2(lab_->start(), qPrintable(lab_->error()));
        QVERIFY(lab_->nodesReady(1));
        QTRY_VERIFY_WITH_TIMEOUT(lab_->kubectl({"get", "sa", "default"}).code == 0, 30'000);
    }

    void theGreedyPodIsEvicted() {
        VERIFY_OK(lab_->kubectl({"apply", "-f", "-"}, pods), {"created"});
        QTRY_COMPARE_WITH_TIMEOUT(path("pod/greedy", "{.status.reason}"), QString("Evicted"), 60'000);
        // The table has what the containers say before what the pod says.
        VERIFY_OK(lab_->kubectl({"get", "pods"}), {"greedy   0/1     Error", "modest   1/1     Running"});
        VERIFY_OK(lab_->kubectl({"describe", "pod", "greedy"}),
                  {"The node was low on resource: memory. Threshold quantity: 2Gi",
                   "Container main was using 31Gi, request is 0", "DisruptionTarget"});
        QCOMPARE(path("pod/greedy", "{.status.phase}"), QString("Failed"));
    }

    void theNodeSaysSoAndIsTaintedForAsLong() {
        VERIFY_OK(lab_->kubectl({"describe", "node", "sim-1"}),
                  {"EvictionThresholdMet", "Attempting to reclaim memory", "NodeHasInsufficientMemory"});
        QTRY_COMPARE_WITH_TIMEOUT(pressure(), QString("False"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(path("node/sim-1", "{.spec.taints}"), QString(), 30'000);
        VERIFY_OK(lab_->kubectl({"describe", "node", "sim-1"}), {"NodeHasSufficientMemory"});
        VERIFY_OK(lab_->kubectl({"delete", "pod", "greedy"}), {"deleted"});
    }

    void aPodBeyondItsOwnLimitIsEvicted() {
        VERIFY_OK(lab_->kubectl({"apply", "-f", "-"}, limitedPod), {"created"});
        QTRY_COMPARE_WITH_TIMEOUT(path("pod/writer", "{.status.reason}"), QString("Evicted"), 90'000);
        VERIFY_OK(lab_->kubectl({"describe", "pod", "writer"}),
                  {"Usage of EmptyDir volume \"data\" exceeds the limit \"100Ki\".", "Failed"});
        VERIFY_OK(lab_->kubectl({"delete", "pod", "writer"}), {"deleted"});
    }

    void aBadFileIsOneLineAndNothingStarts() {
        const QString file = folder_.filePath("bad.yaml");
        QVERIFY(writeFile(file, "kind: KubeletConfiguration\nevictionHard: {memory.free: 1Gi}\n"));
        LabProcess other{{"--nodes", "simulated=0", "--kubelet-config", file}};
        QVERIFY(!other.start());
        QVERIFY2(other.log().contains("bad.yaml: KubeletConfiguration: evictionHard[memory.free]: no such "
                                      "signal is known here"),
                 qPrintable(other.log()));
    }
};

QTEST_GUILESS_MAIN(TestKubectlEviction)
#include "test_kubectl_eviction.moc"
