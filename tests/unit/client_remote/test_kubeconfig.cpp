#include "engine/base/files.h"
#include "engine/client/remote_cluster.h"

#include <QTemporaryDir>
#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::client;

namespace {

std::string config(const std::string& cluster, const std::string& user) {
    return "apiVersion: v1\nkind: Config\ncurrent-context: one\n"
           "contexts:\n- {name: one, context: {cluster: c, user: u}}\n- {name: two, context: {cluster: c}}\n"
           "- {name: lost, context: {cluster: nowhere}}\n- {name: nobody, context: {cluster: c, user: "
           "nobody}}\n"
           "clusters:\n- {name: c, cluster: {" +
           cluster + "}}\nusers:\n- {name: u, user: {" + user + "}}\n";
}

const std::string server = "server: \"https://127.0.0.1:6443\"";

} // namespace

class TestKubeconfig : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void readsInlineData() {
        write(config(server + ", certificate-authority-data: Q0E=, tls-server-name: k8s",
                     "client-certificate-data: Q0VSVA==, client-key-data: S0VZ, token: t0"));
        const auto endpoint = loadKubeconfig(file());
        QVERIFY2(endpoint, endpoint ? "" : endpoint.error().message.c_str());
        QCOMPARE(endpoint->url, std::string("https://127.0.0.1:6443"));
        QCOMPARE(endpoint->caPem, std::string("CA"));
        QCOMPARE(endpoint->tlsServerName, std::string("k8s"));
        QCOMPARE(endpoint->clientCertificatePem, std::string("CERT"));
        QCOMPARE(endpoint->clientKeyPem, std::string("KEY"));
        QCOMPARE(endpoint->bearerToken, std::string("t0"));
        QCOMPARE(endpoint->contextName, std::string("one"));
    }

    void readsFilesBesideIt() {
        const auto folder = file().parent_path();
        QVERIFY(writeFileAtomically(folder / "ca.crt", "CA"));
        QVERIFY(writeFileAtomically(folder / "me.crt", "CERT"));
        QVERIFY(writeFileAtomically(folder / "me.key", "KEY"));
        QVERIFY(writeFileAtomically(folder / "token", "t1\n"));
        write(config(server + ", certificate-authority: ca.crt",
                     "client-certificate: me.crt, client-key: " + (folder / "me.key").string() +
                         ", tokenFile: token"));
        const auto endpoint = loadKubeconfig(file());
        QVERIFY2(endpoint, endpoint ? "" : endpoint.error().message.c_str());
        QCOMPARE(endpoint->caPem + endpoint->clientCertificatePem + endpoint->clientKeyPem,
                 std::string("CACERTKEY"));
        QCOMPARE(endpoint->bearerToken, std::string("t1"));
    }

    void takesTheContextAsked() {
        write(config(server, "token: secret"));
        const auto endpoint = loadKubeconfig(file(), "two");
        QVERIFY(endpoint);
        QCOMPARE(endpoint->contextName, std::string("two"));
        QVERIFY(endpoint->bearerToken.empty());
    }

    void errorsNameFileAndPart_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("context");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const std::string& text, const char* says,
                            const char* context = "") {
            QTest::newRow(name) << QByteArray(text.c_str()) << QByteArray(context) << QByteArray(says);
        };
        row("not YAML", "a: [", "is no kubeconfig");
        row("a list", "- 1", "is no kubeconfig");
        row("empty", "", "is no kubeconfig");
        row("no current context", "kind: Config", "current-context is not set");
        row("unknown context", config(server, ""), "no context \"three\"", "three");
        row("unknown cluster", config(server, ""), "no cluster \"nowhere\"", "lost");
        row("unknown user", config(server, ""), "no user \"nobody\"", "nobody");
        row("plain http", config("server: \"http://127.0.0.1\"", ""), "must be an https:// URL");
        row("no server", config("", ""), "must be an https:// URL");
        row("not base64", config(server + ", certificate-authority-data: \"?\"", ""), "-data is not base64");
        row("missing file", config(server + ", certificate-authority: gone.crt", ""), "gone.crt");
        row("no key", config(server, "client-certificate-data: Q0E="), "client-key is missing");
        row("no certificate", config(server, "client-key-data: Q0E="), "client-certificate is missing");
        row("insecure", config(server + ", insecure-skip-tls-verify: true", ""), "insecure-skip-tls-verify");
        row("proxy", config(server + ", proxy-url: \"http://p\"", ""), "proxy-url");
        row("plug-in", config(server, "exec: {command: x}"), "exec is not supported");
        row("header injection", config(server, "token: \"a\\r\\nb: c\""), "the token is malformed");
    }
    void errorsNameFileAndPart() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, context);
        QFETCH(QByteArray, says);
        write(text.toStdString());
        const auto endpoint = loadKubeconfig(file(), context.toStdString());
        QVERIFY(!endpoint);
        const auto& message = endpoint.error().message;
        QVERIFY2(message.find(says.toStdString()) != std::string::npos, message.c_str());
        QVERIFY2(message.find(file().parent_path().string()) != std::string::npos, message.c_str());
        QVERIFY(message.find("secret") == std::string::npos);
    }

    void missingFile() {
        const auto endpoint = loadKubeconfig(file() / "gone");
        QVERIFY(!endpoint);
        QVERIFY(endpoint.error().message.find("gone") != std::string::npos);
    }

    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

  private:
    std::filesystem::path file() const { return folder_->path().toStdString() + "/config"; }
    void write(const std::string& text) { QVERIFY(writeFileAtomically(file(), text)); }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_GUILESS_MAIN(TestKubeconfig)
#include "test_kubeconfig.moc"
