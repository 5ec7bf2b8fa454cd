// Jobs, CronJobs, disruption budgets and Endpoints: unmodified kubectl against the real program, with
// simulated nodes.
#include "kubectl_checks.h"

#include <QtTest>

using namespace wheelhouse::test;

namespace {

/// A Job whose simulated containers end after a while with an exit code.
QByteArray jobManifest(const QByteArray& name, const QByteArray& spec, const QByteArray& exitCode = "0",
                       const QByteArray& exitAfter = "1s") {
    return "apiVersion: batch/v1\n"
           "kind: Job\n"
           "metadata: {name: " +
           name + "}\nspec:\n" + spec +
           "  template:\n"
           "    metadata:\n"
           "      annotations: {simulated.wheelhouse.dev/exit-after: \"" +
           exitAfter + "\", simulated.wheelhouse.dev/exit-code: \"" + exitCode +
           "\"}\n"
           "    spec:\n"
           "      restartPolicy: Never\n"
           "      terminationGracePeriodSeconds: 1\n"
           "      containers: [{name: main, image: \"nginx:1.14.2\"}]\n";
}

} // namespace

class TestKubectlJobs : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3", "--heartbeat", "2s"}};

    Output apply(const QByteArray& manifest) { return lab_.kubectl({"apply", "-f", "-"}, manifest); }
    QString field(const QString& what, const QString& path) {
        return lab_.get({"get", what, "-o", "jsonpath={" + path + "}"});
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.nodesReady(3));
        // Looked at last: its minute comes while the others are at work.
        VERIFY_OK(lab_.kubectl({"create", "cronjob", "tick", "--image=nginx:1.14.2", "--schedule=* * * * *"}),
                  {"cronjob.batch/tick created"});
    }

    void aJobRunsToCompletion() {
        VERIFY_OK(apply(jobManifest("plain", "  completions: 5\n  parallelism: 2\n")),
                  {"job.batch/plain created"});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Complete", "job/plain", "--timeout=60s"}),
                  {"condition met"});
        VERIFY_OK(lab_.kubectl({"get", "jobs"}), {"plain", "Complete", "5/5"});
        VERIFY_OK(lab_.kubectl({"describe", "job", "plain"}),
                  {"SuccessfulCreate", "Completed", "5 Succeeded", "Job completed"});
        QCOMPARE(lab_.get({"get", "pods", "-l", "job-name=plain", "--field-selector=status.phase=Succeeded",
                           "-o", "name"})
                     .count("pod/plain-"),
                 5);
        QCOMPARE(field("job/plain", ".status.uncountedTerminatedPods"), QString("{}"));
        QVERIFY(lab_.kubectl({"logs", "job/plain"}).code == 0);
        VERIFY_OK(lab_.kubectl({"delete", "job", "plain"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "pods", "-l", "job-name=plain", "-o", "name"}), QString(),
                                  30'000);
    }

    void indexedJobs() {
        VERIFY_OK(
            apply(jobManifest("indexed", "  completions: 4\n  parallelism: 4\n  completionMode: Indexed\n")),
            {});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Complete", "job/indexed", "--timeout=60s"}), {});
        QCOMPARE(field("job/indexed", ".status.completedIndexes"), QString("0-3"));
        const QString hosts =
            lab_.get({"get", "pods", "-l", "job-name=indexed", "-o", "jsonpath={..hostname}"});
        for (int i = 0; i < 4; ++i)
            QVERIFY(hosts.contains("indexed-" + QString::number(i)));
    }

    void aJobFails() {
        const QByteArray spec = "  completions: 1\n"
                                "  podFailurePolicy:\n"
                                "    rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]\n";
        VERIFY_OK(apply(jobManifest("picky", spec, "42")), {});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Failed", "job/picky", "--timeout=60s"}), {});
        QCOMPARE(field("job/picky", ".status.conditions[?(@.type==\"Failed\")].reason"),
                 QString("PodFailurePolicy"));
        QCOMPARE(field("job/picky", ".status.failed"), QString("1"));
        VERIFY_OK(apply(jobManifest("limited", "  backoffLimit: 0\n", "1")), {});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Failed", "job/limited", "--timeout=60s"}), {});
        VERIFY_OK(lab_.kubectl({"describe", "job", "limited"}), {"BackoffLimitExceeded"});
    }

    void suspendAndResume() {
        VERIFY_OK(apply(jobManifest("sleeper", "  completions: 2\n  parallelism: 2\n  suspend: true\n")), {});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Suspended", "job/sleeper", "--timeout=30s"}), {});
        QCOMPARE(lab_.get({"get", "pods", "-l", "job-name=sleeper", "-o", "name"}), QString());
        VERIFY_OK(lab_.kubectl({"patch", "job", "sleeper", "-p", "{\"spec\":{\"suspend\":false}}"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"wait", "--for=condition=Complete", "job/sleeper", "--timeout=60s"}), {});
        VERIFY_OK(lab_.kubectl({"describe", "job", "sleeper"}), {"Suspended", "Resumed"});
    }

    void finishedJobsGo() {
        VERIFY_OK(apply(jobManifest("brief", "  ttlSecondsAfterFinished: 1\n")), {});
        VERIFY_OK(lab_.kubectl({"wait", "--for=delete", "job/brief", "--timeout=60s"}), {});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "pods", "-l", "job-name=brief", "-o", "name"}), QString(),
                                  30'000);
    }

    void drainObeysTheBudget() {
        VERIFY_OK(lab_.kubectl({"create", "deployment", "web", "--image=nginx:1.14.2", "--replicas=6"}), {});
        VERIFY_OK(
            lab_.kubectl({"patch", "deployment", "web", "-p",
                          "{\"spec\":{\"template\":{\"spec\":{\"terminationGracePeriodSeconds\":1}}}}"}),
            {});
        VERIFY_OK(lab_.kubectl({"create", "pdb", "web", "--selector=app=web", "--min-available=6"}),
                  {"created"});
        VERIFY_OK(lab_.kubectl({"rollout", "status", "deployment/web", "--timeout=60s"}), {});
        QTRY_COMPARE_WITH_TIMEOUT(field("pdb/web", ".status.currentHealthy"), QString("6"), 20'000);
        QCOMPARE(field("pdb/web", ".status.disruptionsAllowed"), QString("0"));
        const QString node =
            lab_.get({"get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].spec.nodeName}"});
        const Output refused =
            lab_.kubectl({"drain", node, "--ignore-daemonsets", "--force", "--timeout=7s"}, {}, 60);
        QVERIFY(refused.code != 0);
        QVERIFY(contains(refused, {"Cannot evict pod as it would violate the pod's disruption budget"}));
        QTRY_COMPARE_WITH_TIMEOUT(
            lab_.get({"get", "deployment", "web", "-o", "jsonpath={.status.readyReplicas}"}), QString("6"),
            20'000);
        VERIFY_OK(lab_.kubectl({"patch", "pdb", "web", "-p", "{\"spec\":{\"minAvailable\":5}}"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"drain", node, "--ignore-daemonsets", "--force", "--timeout=120s"}, {}, 150),
                  {"drained"});
        QCOMPARE(lab_.get({"get", "pods", "-l", "app=web", "--field-selector=spec.nodeName=" + node, "-o",
                           "name"}),
                 QString());
        VERIFY_OK(lab_.kubectl({"uncordon", node}), {"uncordoned"});
        VERIFY_OK(lab_.kubectl({"get", "pdb"}), {"web", "5", "ALLOWED DISRUPTIONS"});
    }

    void endpointsAndTheirMirrors() {
        VERIFY_OK(lab_.kubectl({"expose", "deployment", "web", "--port=80"}), {"exposed"});
        QTRY_COMPARE_WITH_TIMEOUT(field("endpoints/web", ".subsets[0].addresses[*].ip").split(' ').size(), 6,
                                  30'000);
        VERIFY_OK(apply("apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {ports: [{port: 5432}]}\n"
                        "---\n"
                        "apiVersion: v1\nkind: Endpoints\nmetadata: {name: db}\n"
                        "subsets: [{addresses: [{ip: 192.0.2.7}], ports: [{port: 5432}]}]\n"),
                  {});
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "endpointslices", "-l", "kubernetes.io/service-name=db",
                                            "-o", "jsonpath={..endpoints[0].addresses[0]}"}),
                                  QString("192.0.2.7"), 20'000);
        VERIFY_OK(lab_.kubectl({"delete", "service", "web"}), {});
        QTRY_VERIFY_WITH_TIMEOUT(lab_.kubectl({"get", "endpoints", "web"}).err.contains("NotFound"), 20'000);
    }

    void cronJobsMakeJobs() {
        VERIFY_OK(lab_.kubectl({"create", "job", "by-hand", "--from=cronjob/tick"}),
                  {"job.batch/by-hand created"});
        QCOMPARE(field("job/by-hand", ".metadata.annotations.cronjob\\.kubernetes\\.io/instantiate"),
                 QString("manual"));
        const Output bad =
            lab_.kubectl({"create", "cronjob", "bad", "--image=nginx:1.14.2", "--schedule=61 * * * *"});
        QVERIFY(bad.code != 0 && bad.err.contains("above maximum (59)"));
        QTRY_VERIFY_WITH_TIMEOUT(!field("cronjob/tick", ".status.lastScheduleTime").isEmpty(), 75'000);
        const QString made = lab_.get({"get", "jobs", "-o",
                                       "jsonpath={.items[?(@.metadata.annotations.batch\\.kubernetes\\.io/"
                                       "cronjob-scheduled-timestamp)].metadata.name}"});
        QVERIFY2(made.startsWith("tick-"), qPrintable(made));
        VERIFY_OK(lab_.kubectl({"describe", "cronjob", "tick"}), {"SuccessfulCreate", "* * * * *"});
        const Output zone =
            lab_.kubectl({"patch", "cronjob", "tick", "-p", "{\"spec\":{\"timeZone\":\"Mars/Olympus\"}}"});
        QVERIFY(zone.code != 0 && zone.err.contains("unknown time zone Mars/Olympus"));
        VERIFY_OK(lab_.kubectl({"patch", "cronjob", "tick", "-p",
                                "{\"spec\":{\"timeZone\":\"Europe/Berlin\",\"suspend\":true}}"}),
                  {"patched"});
        VERIFY_OK(lab_.kubectl({"delete", "cronjob", "tick"}), {"deleted"});
        QTRY_COMPARE_WITH_TIMEOUT(
            lab_.get({"get", "pods", "-l", "job-name=" + made.split(' ').first(), "-o", "name"}), QString(),
            45'000);
    }
};

QTEST_GUILESS_MAIN(TestKubectlJobs)
#include "test_kubectl_jobs.moc"
