#include "lab_process.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

bool writeFile(const QString& path, const QByteArray& text) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
}

QByteArray pod(const QByteArray& name, const QByteArray& cpu, const QByteArray& rest = {}) {
    return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
           "}\nspec:\n  terminationGracePeriodSeconds: 1\n" + rest +
           "  containers:\n  - {name: c, image: wheelhouse.dev/demo:1, resources: {requests: {cpu: \"" + cpu +
           "\"}}}\n";
}

} // namespace

/// How pods are placed, as somebody with kubectl sees it: the real program on simulated nodes.
class TestScheduling : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<LabProcess> lab_;

    bool apply(const QByteArray& yaml) { return lab_->kubectl({"apply", "-f", "-"}, yaml).code == 0; }
    QString of(const QString& pod, const QString& path) {
        return lab_->get({"get", "pod", pod, "-o", "jsonpath={" + path + "}"}).trimmed();
    }
    QString because(const QString& pod) {
        return of(pod, ".status.conditions[?(@.type==\"PodScheduled\")].message");
    }

  private Q_SLOTS:
    void initTestCase() {
        const QString file = folder_.filePath("scheduler.yaml");
        QVERIFY(writeFile(file, "apiVersion: kubescheduler.config.k8s.io/v1\n"
                                "kind: KubeSchedulerConfiguration\n"
                                "profiles:\n"
                                "- schedulerName: default-scheduler\n"
                                "- schedulerName: careful\n"
                                "  plugins: {postFilter: {disabled: [{name: DefaultPreemption}]}}\n"));
        lab_ =
            std::make_unique<LabProcess>(QStringList{"--nodes", "simulated=1", "--scheduler-config", file});
        QVERIFY2(lab_->start(), qPrintable(lab_->error()));
        QTRY_VERIFY_WITH_TIMEOUT(lab_->get({"get", "nodes"}).contains(" Ready"), 30'000);
    }

    void saysWhyAPodWaits() {
        QVERIFY(apply(pod("huge", "1000")));
        const QString message =
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 "
            "Preemption is not helpful for scheduling.";
        QTRY_COMPARE_WITH_TIMEOUT(because("huge"), message, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(lab_->get({"describe", "pod", "huge"}).contains(message), 10'000);
        QCOMPARE(lab_->kubectl({"delete", "pod", "huge"}).code, 0);
    }

    void theMoreImportantGoFirst() {
        QVERIFY(apply("apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: "
                      "urgent}\nvalue: 1000\n"));
        const QByteArray room =
            lab_->get({"get", "nodes", "-o", "jsonpath={.items[0].status.allocatable.cpu}"})
                .trimmed()
                .toUtf8();
        QVERIFY(apply(pod("low", room)));
        QTRY_COMPARE_WITH_TIMEOUT(of("low", ".status.phase"), QString("Running"), 20'000);
        // A profile without preemption waits.
        QVERIFY(apply(pod("patient", "1", "  priorityClassName: urgent\n  schedulerName: careful\n")));
        QTRY_COMPARE_WITH_TIMEOUT(because("patient"), QString("0/1 nodes are available: 1 Insufficient cpu."),
                                  10'000);
        QCOMPARE(lab_->kubectl({"delete", "pod", "patient"}).code, 0);
        QVERIFY(apply(pod("vip", "1", "  priorityClassName: urgent\n")));
        QTRY_COMPARE_WITH_TIMEOUT(of("vip", ".status.phase"), QString("Running"), 30'000);
        QVERIFY(lab_->kubectl({"get", "pod", "low"}).code != 0);
        QVERIFY(lab_->get({"get", "events"}).contains("Preempted by pod"));
    }

    void aBadFileIsOneLineAndNothingStarts() {
        const QString file = folder_.filePath("bad.yaml");
        QVERIFY(writeFile(file,
                          "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
                          "profiles: [{plugins: {score: {enabled: [{name: Best}]}}}]\n"));
        LabProcess lab{{"--nodes", "simulated=0", "--scheduler-config", file}};
        QVERIFY(!lab.start());
        QVERIFY2(lab.log().contains("profiles[0].plugins.score.enabled[0].name: no plug-in \"Best\""),
                 qPrintable(lab.log()));
    }
};

QTEST_GUILESS_MAIN(TestScheduling)
#include "test_scheduling.moc"
