// Bad input through real clients: the right Status, and nothing changed.
#include "lab_process.h"

#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString header = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: victim\n";

/// Nine levels of nine aliases each: 3·10^8 nodes once expanded.
QString aliasBomb() {
    QString out = header + "data:\n  a: &a \"x\"\n";
    QString below = "a";
    for (char level = 'b'; level < 'k'; ++level) {
        const QString reference = "*" + below;
        out += QString("  %1: &%1 [%2]\n").arg(QChar(level)).arg(QStringList(9, reference).join(","));
        below = QChar(level);
    }
    return out;
}

} // namespace

class TestBadInput : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=1"}};
    QTemporaryDir folder_;

    /// POSTs raw bytes with the administrator's certificate, as no well-behaved client would.
    Output post(const QString& path, const QByteArray& body, const QString& contentType) {
        const auto field = [&](const char* name) {
            return QByteArray::fromBase64(
                lab_.get({"config", "view", "--raw", "-o", QString("jsonpath={..%1}").arg(name)}).toUtf8());
        };
        const auto write = [&](const QString& name, const QByteArray& bytes) {
            QFile file(folder_.filePath(name));
            if (file.open(QIODevice::WriteOnly)) file.write(bytes);
            return file.fileName();
        };
        const QString certificate = write("crt", field("client-certificate-data"));
        const QString key = write("key", field("client-key-data"));
        return run("curl", {"-sk", "--cert", certificate, "--key", key, "-H", "Content-Type: " + contentType,
                            "--data-binary", "@" + write("body", body), "-w", "\n%{http_code}",
                            lab_.ready()["url"].toString() + path});
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    }

    void everyMistakeGetsItsStatus_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("contentType");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("words");
        const QString path = "/api/v1/namespaces/default/configmaps";
        const auto row = [&](const char* name, const QString& body, const QString& type, const QString& where,
                             int code, const QString& words) {
            QTest::newRow(name) << body.toUtf8() << type << where << code << words;
        };
        row("broken YAML", "metadata: [", "application/yaml", path, 400, "BadRequest");
        row("broken JSON", "{\"metadata\":", "application/json", path, 400, "BadRequest");
        row("alias bomb", aliasBomb(), "application/yaml", path, 400, "BadRequest");
        row("deep JSON", QString("[").repeated(100'000), "application/json", path, 400, "BadRequest");
        row("unknown kind", "apiVersion: v1\nkind: Nonsense\n", "application/yaml", path, 400, "Nonsense");
        row("unknown resource", header, "application/yaml", "/api/v1/namespaces/default/nonsense", 404,
            "NotFound");
        row("unknown field, strict", header + "nonsense: 1\n", "application/yaml",
            path + "?fieldValidation=Strict", 400, "unknown field \\\"nonsense\\\"");
        row("duplicate field, strict", header + "data: {a: b}\ndata: {a: c}\n", "application/yaml",
            path + "?fieldValidation=Strict", 400, "data");
        row("invalid name", QString(header).replace("victim", "Not_A_Name"), "application/yaml", path, 422,
            "RFC 1123");
        row("wrong type", header + "data: 7\n", "application/yaml", path, 400, "data");
        row("missing name", "apiVersion: v1\nkind: ConfigMap\n", "application/yaml", path, 422,
            "name or generateName is required");
        row("missing namespace", header, "application/yaml", "/api/v1/namespaces/nowhere/configmaps", 404,
            "namespaces \\\"nowhere\\\" not found");
        row("unknown content type", header, "text/plain", path, 415, "UnsupportedMediaType");
        row("truncated protobuf", QString("k8s"), "application/vnd.kubernetes.protobuf", path, 400,
            "BadRequest");
        QTest::newRow("over 3 MiB") << QByteArray(3 * 1024 * 1024 + 100, 'x') << "application/json" << path
                                    << 413 << "RequestEntityTooLarge";
    }
    void everyMistakeGetsItsStatus() {
        QFETCH(QByteArray, body);
        QFETCH(QString, contentType);
        QFETCH(QString, path);
        QFETCH(int, code);
        QFETCH(QString, words);
        const Output answer = post(path, body, contentType);
        const int seen = answer.out.section('\n', -1).toInt();
        QVERIFY2(seen == code, qPrintable(answer.out));
        QVERIFY2(answer.out.contains("\"kind\":\"Status\"") && answer.out.contains(words),
                 qPrintable(answer.out));
        QVERIFY(lab_.kubectl({"get", "configmap", "victim"}).err.contains("NotFound"));
    }

    /// Whoever can reach a port is still nobody: loopback is no credential.
    void cve_2020_8558_everyPortAsksWhoYouAre() {
        const QString mine = QString("pid=%1,").arg(lab_.ready()["pid"].toInt());
        int ports = 0;
        const QStringList listening = run("ss", {"-ltnpH"}).out.split('\n');
        for (const QString& line : listening) {
            if (!line.contains(mine)) continue;
            const QString address = line.simplified().section(' ', 3, 3);
            const QString host = address.section(':', 0, -2);
            QVERIFY2(host == "127.0.0.1" || host == "[::1]" || host == "[::ffff:127.0.0.1]",
                     qPrintable(line));
            const QString port = "127.0.0.1:" + address.section(':', -1);
            ++ports;
            for (const char* scheme : {"http://", "https://"}) {
                const QStringList ask{"-sk", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}"};
                for (const char* path : {"/api/v1/secrets", "/metrics", "/debug/pprof/", "/pods"}) {
                    const QString code = run("curl", ask + QStringList{scheme + port + path}).out;
                    // 000: it did not come as far as an answer.
                    QVERIFY2(code == "401" || code == "000" || code == "400",
                             qPrintable(scheme + port + path + code));
                }
            }
        }
        QVERIFY2(ports >= 1, qPrintable(listening.join('\n')));
    }

    void anUnknownFieldIsAWarningWhenAskedSo() {
        const Output applied =
            lab_.kubectl({"apply", "--validate=warn", "-f", "-"}, (header + "nonsense: 1\n").toUtf8());
        QCOMPARE(applied.code, 0);
        QVERIFY2(applied.err.contains("unknown field \"nonsense\""), qPrintable(applied.err));
        QVERIFY(lab_.kubectl({"apply", "-f", "-"}, (header + "nonsense: 1\n").toUtf8()).code != 0);
        QCOMPARE(lab_.kubectl({"delete", "configmap", "victim"}).code, 0);
    }

    void aStaleResourceVersionConflicts() {
        QCOMPARE(lab_.kubectl({"create", "configmap", "stale", "--from-literal=a=1"}).code, 0);
        const QString before = lab_.kubectl({"get", "configmap", "stale", "-o", "json"}).out;
        QCOMPARE(lab_.kubectl({"patch", "configmap", "stale", "-p", "{\"data\":{\"a\":\"2\"}}"}).code, 0);
        const Output replaced = lab_.kubectl({"replace", "-f", "-"}, before.toUtf8());
        QVERIFY(replaced.code != 0);
        QVERIFY2(replaced.err.contains("the object has been modified"), qPrintable(replaced.err));
        QCOMPARE(lab_.get({"get", "configmap", "stale", "-o", "jsonpath={.data.a}"}), QString("2"));
    }

    void nothingElseHappened() {
        const QStringList kept = lab_.get({"get", "configmaps", "-o", "name"}).split('\n');
        QCOMPARE(kept, (QStringList{"configmap/kube-root-ca.crt", "configmap/stale"}));
        QVERIFY(lab_.running());
    }
};

QTEST_GUILESS_MAIN(TestBadInput)
#include "test_bad_input.moc"
