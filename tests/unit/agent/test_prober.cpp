// Probes of HTTP, HTTPS and TCP against servers on loopback.
#include "prober.h"
#include "stream_socket.h"

#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <future>

using namespace wheelhouse;

namespace {

constexpr auto patience = std::chrono::seconds(30);

/// Says one thing to everybody.
struct PlainServer : QTcpServer {
    explicit PlainServer(const QByteArray& says) {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, says] {
            QTcpSocket* client = nextPendingConnection();
            connect(client, &QTcpSocket::readyRead, client, [client, says] {
                client->readAll();
                client->write(says);
            });
        });
    }
};

/// A server with a certificate that nobody knows.
class TlsServer {
  public:
    /// False where there is no openssl.
    bool start() {
        const QString key = folder_.filePath("key");
        const QString certificate = folder_.filePath("certificate");
        QProcess make;
        make.start("openssl", {"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj",
                               "/CN=somebody", "-keyout", key, "-out", certificate});
        if (!make.waitForFinished(60'000) || make.exitCode() != 0) return false;
        server_.start("openssl",
                      {"s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"});
        QByteArray said;
        while (!said.contains("ACCEPT ") || !said.endsWith('\n')) {
            if (!server_.waitForReadyRead(30'000)) return false;
            said += server_.readAllStandardOutput();
        }
        port = said.mid(said.indexOf("ACCEPT ")).trimmed().split(':').last().split('\n').first().toInt();
        return port > 0;
    }
    ~TlsServer() {
        server_.kill();
        server_.waitForFinished();
    }
    int port = 0;

  private:
    QTemporaryDir folder_;
    QProcess server_;
};

agent::ProbeTarget target(int port, bool https = false) {
    agent::ProbeTarget out;
    out.host = "127.0.0.1";
    out.port = port;
    out.path = "/";
    out.https = https;
    return out;
}

} // namespace

class ProberTest : public QObject {
    Q_OBJECT
    agent::StreamThread streams_;

    agent::ProbeAnswer ask(const agent::ProbeTarget& what) {
        auto promise = std::make_shared<std::promise<agent::ProbeAnswer>>();
        auto answer = promise->get_future();
        agent::askNetwork(streams_.io(), what, patience,
                          [promise](agent::ProbeAnswer given) { promise->set_value(std::move(given)); });
        // The servers live on this thread.
        while (answer.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
            QCoreApplication::processEvents();
        return answer.get();
    }

  private Q_SLOTS:
    void httpIsJudgedByItsCode_data();
    void httpIsJudgedByItsCode();
    void tcpIsJudgedByTheConnection();
    void httpsIsAskedWithoutALookAtCertificates();
};

void ProberTest::httpIsJudgedByItsCode_data() {
    QTest::addColumn<QByteArray>("says");
    QTest::addColumn<bool>("good");
    QTest::addColumn<bool>("hook");
    QTest::newRow("200") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") << true << true;
    QTest::newRow("302") << QByteArray("HTTP/1.1 302 Found\r\n\r\n") << true << true;
    QTest::newRow("500") << QByteArray("HTTP/1.1 500 Oh\r\n\r\n") << false << true;
    QTest::newRow("no HTTP") << QByteArray("220 mail.example.org ESMTP\r\n") << false << false;
}

void ProberTest::httpIsJudgedByItsCode() {
    QFETCH(QByteArray, says);
    QFETCH(bool, good);
    QFETCH(bool, hook);
    PlainServer server(says);
    agent::ProbeTarget what = target(server.serverPort());
    QCOMPARE(ask(what).ok, good);
    what.hook = true;
    QCOMPARE(ask(what).ok, hook);
}

void ProberTest::tcpIsJudgedByTheConnection() {
    auto server = std::make_unique<PlainServer>("");
    agent::ProbeTarget what = target(server->serverPort());
    what.kind = agent::ProbeTarget::Kind::Tcp;
    QVERIFY(ask(what).ok);
    server.reset();
    const agent::ProbeAnswer refused = ask(what);
    QVERIFY2(!refused.ok && refused.text.find("connection refused") != std::string::npos,
             refused.text.c_str());
}

void ProberTest::httpsIsAskedWithoutALookAtCertificates() {
    TlsServer server;
    if (!server.start()) QSKIP("SKIPPED: there is no openssl to serve HTTPS with");
    const agent::ProbeAnswer good = ask(target(server.port, true));
    QVERIFY2(good.ok, good.text.c_str());
    PlainServer plain("HTTP/1.1 200 OK\r\n\r\n"); // speaks no TLS
    const agent::ProbeAnswer bad = ask(target(plain.serverPort(), true));
    QVERIFY2(!bad.ok && bad.text.starts_with("Get \"https://127.0.0.1:"), bad.text.c_str());
}

QTEST_GUILESS_MAIN(ProberTest)
#include "test_prober.moc"
