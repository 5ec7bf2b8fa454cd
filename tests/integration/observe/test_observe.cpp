// Issue point 8 against real clients: a real Prometheus scrapes a lab over TLS, real kubectl leaves an audit
// log.
#include "lab_process.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

QString prometheusProgram(const QString& name, QString* why) {
    const Output found = run(WHEELHOUSE_SOURCE_DIR "/tests/support/unpack", {"prometheus", name}, {}, 300);
    if (found.code != 0) *why = found.err;
    return found.code == 0 ? found.out.trimmed() : QString();
}

QByteArray credential(const LabProcess& lab, const QString& what) {
    return QByteArray::fromBase64(
        lab.get({"config", "view", "--raw", "-o", "jsonpath={" + what + "}"}).toUtf8());
}

bool writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

QList<QJsonObject> auditEvents(const QString& path) {
    QList<QJsonObject> out;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return out;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (!line.isEmpty()) out.append(QJsonDocument::fromJson(line).object());
    return out;
}

} // namespace

class TestObserve : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=1", "--heartbeat", "2s"}};
    QTemporaryDir folder_;

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    }

    void promtoolFindsNothingWrong() {
        QString why;
        const QString promtool = prometheusProgram("promtool", &why);
        QVERIFY2(!promtool.isEmpty(), qPrintable(why));
        lab_.get({"get", "pods", "-A"});
        const Output metrics = lab_.kubectl({"get", "--raw", "/metrics"});
        QVERIFY2(metrics.code == 0, qPrintable(metrics.err));
        for (const char* name : {"apiserver_request_total{", "apiserver_request_duration_seconds_bucket{",
                                 "apiserver_current_inflight_requests{", "apiserver_storage_objects{",
                                 "process_cpu_seconds_total", "process_resident_memory_bytes",
                                 "process_open_fds", "process_start_time_seconds", "kubernetes_build_info{"})
            QVERIFY2(metrics.out.contains(name), name);
        const Output checked = run(promtool, {"check", "metrics"}, metrics.out.toUtf8());
        // Names are upstream's, so what the tool has to say about taste is let stand; what it cannot read is
        // not.
        QVERIFY2(!checked.err.contains("error while linting") && !checked.err.contains("text format"),
                 qPrintable(checked.err));
        QVERIFY2(checked.code == 0 || checked.code == 3, qPrintable(checked.err));
    }

    void prometheusScrapesIt() {
        QString why;
        const QString program = prometheusProgram("prometheus", &why);
        QVERIFY2(!program.isEmpty(), qPrintable(why));
        QVERIFY(writeFile(folder_.filePath("ca.pem"),
                          credential(lab_, ".clusters[0].cluster.certificate-authority-data")));
        QVERIFY(writeFile(folder_.filePath("cert.pem"),
                          credential(lab_, ".users[0].user.client-certificate-data")));
        QVERIFY(writeFile(folder_.filePath("key.pem"), credential(lab_, ".users[0].user.client-key-data")));
        const QString target = lab_.ready()["url"].toString().mid(QStringLiteral("https://").size());
        const QString config = QString("global: {scrape_interval: 1s}\n"
                                       "scrape_configs:\n"
                                       "- job_name: apiserver\n"
                                       "  scheme: https\n"
                                       "  tls_config: {ca_file: %1/ca.pem, cert_file: %1/cert.pem, "
                                       "key_file: %1/key.pem}\n"
                                       "  static_configs: [{targets: ['%2']}]\n")
                                   .arg(folder_.path(), target);
        QVERIFY(writeFile(folder_.filePath("prometheus.yml"), config.toUtf8()));
        const QString address = QString("127.0.0.1:%1").arg(freePort());
        QProcess prometheus;
        prometheus.start(program, {"--config.file=" + folder_.filePath("prometheus.yml"),
                                   "--storage.tsdb.path=" + folder_.filePath("data"),
                                   "--web.listen-address=" + address});
        QVERIFY(prometheus.waitForStarted());
        const auto query = [&](const QString& text) {
            return run("curl", {"-s", "--get", "--data-urlencode", "query=" + text,
                                "http://" + address + "/api/v1/query"})
                .out;
        };
        QTRY_VERIFY_WITH_TIMEOUT(query("up{job=\"apiserver\"}").contains(",\"1\"]"), 60'000);
        lab_.get({"create", "configmap", "scraped"});
        QTRY_VERIFY_WITH_TIMEOUT(
            query("apiserver_request_total{verb=\"POST\",resource=\"configmaps\",code=\"201\"}")
                .contains("\"code\":\"201\""),
            60'000);
        const Output targets = run("curl", {"-s", "http://" + address + "/api/v1/targets"});
        QVERIFY2(targets.out.contains("\"lastError\":\"\""), qPrintable(targets.out));
        prometheus.terminate();
        QVERIFY(prometheus.waitForFinished(30'000));
    }

    void kubectlLeavesAnAuditLog() {
        lab_.get({"create", "configmap", "audited"});
        lab_.get({"delete", "configmap", "audited", "--as", "jane", "--as-group", "system:masters"});
        const QString path = lab_.dataDirectory() + "/audit/audit.log";
        const auto find = [&](const QString& verb) {
            for (const QJsonObject& event : auditEvents(path))
                if (event["verb"].toString() == verb &&
                    event["objectRef"]["resource"].toString() == "configmaps" &&
                    event["requestURI"].toString().contains("/namespaces/default/"))
                    if (verb == "create" || event["objectRef"]["name"].toString() == "audited") return event;
            return QJsonObject();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!find("delete").isEmpty(), 10'000);
        const QJsonObject made = find("create");
        QCOMPARE(made["user"]["username"].toString(), QString("kubernetes-admin"));
        QCOMPARE(made["responseStatus"]["code"].toInt(), 201);
        QCOMPARE(made["sourceIPs"].toArray()[0].toString(), QString("127.0.0.1"));
        QVERIFY(made["userAgent"].toString().startsWith("kubectl/v1.35"));
        const QJsonObject gone = find("delete");
        QCOMPARE(gone["impersonatedUser"]["username"].toString(), QString("jane"));
        QVERIFY(!(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther)));
    }

    void aPolicyOfOnesOwnDecides() {
        const QString policy = folder_.filePath("policy.yaml");
        const QString file = folder_.filePath("own.log");
        QVERIFY(writeFile(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n"
                                  "- {level: RequestResponse, omitStages: [RequestReceived], "
                                  "resources: [{resources: [secrets]}]}\n"));
        LabProcess lab{{"--nodes", "simulated=0", "--audit-policy-file", policy, "--audit-log-path", file}};
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        lab.get({"create", "configmap", "unseen"});
        lab.get({"create", "secret", "generic", "seen", "--from-literal=a=b"});
        QCOMPARE(lab.stop(), 0);
        const auto events = auditEvents(file);
        QCOMPARE(events.size(), 1);
        QCOMPARE(events[0]["requestObject"]["metadata"]["name"].toString(), QString("seen"));
        QCOMPARE(events[0]["responseObject"]["data"]["a"].toString(), QString("Yg=="));
    }

    void aBadPolicyIsOneLineAndNothingStarts() {
        const QString policy = folder_.filePath("bad.yaml");
        QVERIFY(writeFile(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Loud}]\n"));
        LabProcess lab{{"--nodes", "simulated=0", "--audit-policy-file", policy}};
        QVERIFY(!lab.start());
        QVERIFY2(lab.log().contains("rules[0].level: \"Loud\" is none of"), qPrintable(lab.log()));
    }
};

QTEST_GUILESS_MAIN(TestObserve)
#include "test_observe.moc"
