#include "http.h"

#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <memory>

using namespace wheelhouse::demo;

namespace {

/// The real, static program, serving on a free port of the loopback.
struct Server {
    QProcess process;
    QString url;

    Server() {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("POD_NAME", "web-1");
        environment.insert("POD_NAMESPACE", "shop");
        environment.insert("NODE_NAME", "vm-1");
        process.setProcessEnvironment(environment);
        process.start(WHEELHOUSE_DEMO, {"serve", "--port", "0", "--loopback"});
        QString line;
        while (!line.endsWith('\n') && process.waitForReadyRead(10'000))
            line += process.readLine();
        url = "http://127.0.0.1:" + line.trimmed().section(' ', -1);
    }
    ~Server() {
        process.kill();
        process.waitForFinished();
    }
};

struct Outcome {
    int code = -1;
    QString out;
    QString errors;
};

Outcome fetch(const QString& url, const QStringList& more = {}) {
    QProcess process;
    process.start(WHEELHOUSE_DEMO, QStringList{"fetch", url} + more);
    process.waitForFinished(20'000);
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class DemoTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void requestLinesAreParsed_data();
    void requestLinesAreParsed();
    void numbersAreBounded();
    void saysWhoItIs();
    void obeysItsSwitches();
    void crashesWhenAsked();
    void endsInOrder();
    void linesAreKept();
    void asksSteadilyAndCounts();
    void looksUpNames();
    void fetchReportsFailures_data();
    void fetchReportsFailures();
    void programsAreStaticAndSmall();
};

void DemoTest::requestLinesAreParsed_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("seconds");
    QTest::newRow("plain") << "GET / HTTP/1.1"
                           << "/"
                           << "";
    QTest::newRow("query") << "GET /burn?seconds=3&cores=2 HTTP/1.0"
                           << "/burn"
                           << "3";
    QTest::newRow("no value") << "GET /burn?seconds HTTP/1.0"
                              << "/burn"
                              << "";
    QTest::newRow("odd query") << "GET /burn?&&=&seconds=1& HTTP/1.0"
                               << "/burn"
                               << "1";
    QTest::newRow("not HTTP") << "GET /"
                              << ""
                              << "";
    QTest::newRow("no path") << "GET  HTTP/1.1"
                             << ""
                             << "";
    QTest::newRow("no slash") << "GET http://x HTTP/1.1"
                              << ""
                              << "";
    QTest::newRow("empty") << ""
                           << ""
                           << "";
    QTest::newRow("spaces") << "  "
                            << ""
                            << "";
}

void DemoTest::requestLinesAreParsed() {
    QFETCH(QString, line);
    QFETCH(QString, path);
    QFETCH(QString, seconds);
    auto request = parseRequestLine(line.toStdString());
    QCOMPARE(request.has_value(), !path.isEmpty());
    if (!request) return;
    QCOMPARE(QString::fromStdString(request->path), path);
    QCOMPARE(QString::fromStdString(request->query["seconds"]), seconds);
}

void DemoTest::numbersAreBounded() {
    const auto number = [](const char* text) {
        return numberOf({"GET", "/", {{"n", text}}}, "n", 10, 0, 100);
    };
    QCOMPARE(number("5"), 5.0);
    QCOMPARE(number("1e9"), 100.0);
    for (const char* bad : {"", "x", "5x", "-1", "nan"})
        QCOMPARE(number(bad), 10.0);
}

void DemoTest::saysWhoItIs() {
    Server server;
    const auto first = fetch(server.url);
    QCOMPARE(first.code, 0);
    QCOMPARE(first.out, "pod web-1\nnamespace shop\nnode vm-1\nversion 1\nserved 1\n");
    QVERIFY(fetch(server.url + "/").out.endsWith("served 2\n"));
}

void DemoTest::obeysItsSwitches() {
    Server server;
    QCOMPARE(fetch(server.url + "/readyz").code, 0);
    QCOMPARE(fetch(server.url + "/unready").code, 0);
    const auto unready = fetch(server.url + "/readyz");
    QCOMPARE(unready.code, 1);
    QVERIFY2(unready.errors.contains("503"), qPrintable(unready.errors));
    QCOMPARE(fetch(server.url + "/livez").code, 0);
    QCOMPARE(fetch(server.url + "/ready").code, 0);
    QCOMPARE(fetch(server.url + "/readyz").code, 0);
    QCOMPARE(fetch(server.url + "/unlive").code, 0);
    QCOMPARE(fetch(server.url + "/livez").code, 1);
    QCOMPARE(fetch(server.url + "/eat?mib=3").out, "holding 3 MiB\n");
    QVERIFY(fetch(server.url + "/metrics")
                .out.contains("\n# TYPE demo_held_mebibytes gauge\ndemo_held_mebibytes 3\n"));
    QVERIFY(fetch(server.url + "/metrics")
                .out.contains("# TYPE demo_requests_total counter\ndemo_requests_total "));
    QCOMPARE(fetch(server.url + "/burn?seconds=0&cores=2").out, "burning 2 core(s) for 0 s\n");
    QCOMPARE(fetch(server.url + "/nowhere").code, 1);
}

void DemoTest::crashesWhenAsked() {
    Server server;
    QCOMPARE(fetch(server.url + "/crash").code, 1);
    QVERIFY(server.process.waitForFinished(10'000));
    QCOMPARE(server.process.exitStatus(), QProcess::CrashExit);
}

void DemoTest::endsInOrder() {
    for (const char* command : {"serve", "sleep"}) {
        QProcess process;
        process.start(WHEELHOUSE_DEMO, {command, "--port", "0", "--loopback"});
        QVERIFY(process.waitForStarted());
        if (command == std::string("serve")) QVERIFY(process.waitForReadyRead());
        // The signal may come before the handler is there; process 1 would not even notice it.
        QTRY_VERIFY((process.terminate(), process.state() == QProcess::NotRunning));
        if (command == std::string("serve")) QCOMPARE(process.exitCode(), 0);
    }
    QProcess pause;
    pause.start(WHEELHOUSE_PAUSE, QStringList());
    QVERIFY(pause.waitForStarted());
    QTRY_VERIFY((pause.terminate(), pause.state() == QProcess::NotRunning));
}

void DemoTest::asksSteadilyAndCounts() {
    auto server = std::make_unique<Server>();
    QProcess client;
    client.start(WHEELHOUSE_DEMO, {"ask", server->url, "--pause", "10"});
    QString said;
    const auto says = [&](const QString& text) {
        client.waitForReadyRead(100);
        said += client.readAllStandardOutput();
        return said.contains(text);
    };
    QTRY_VERIFY_WITH_TIMEOUT(says("pod web-1\n") && says(", failed 0\n"), 20'000);
    QCOMPARE(said.count("pod web-1"), 1); // only when it changes
    QProcess three;
    three.start(WHEELHOUSE_DEMO, {"ask", server->url, "--pause", "0", "--count", "3"});
    QVERIFY(three.waitForFinished(20'000));
    QCOMPARE(three.exitCode(), 0);
    QVERIFY(three.readAllStandardOutput().endsWith("asked 3, failed 0\n"));
    server.reset();
    QTRY_VERIFY_WITH_TIMEOUT(says("failed: 127.0.0.1:"), 20'000);
    QTRY_VERIFY_WITH_TIMEOUT((client.terminate(), client.state() == QProcess::NotRunning), 20'000);
    QCOMPARE(client.exitCode(), 1);
    said += client.readAllStandardOutput();
    QVERIFY2(!said.trimmed().section('\n', -1).endsWith("failed 0"), qPrintable(said));
}

void DemoTest::looksUpNames() {
    const auto lookup = [](const QString& name) {
        QProcess process;
        process.start(WHEELHOUSE_DEMO, {"lookup", name});
        process.waitForFinished(20'000);
        return QString::number(process.exitCode()) + " " + process.readAllStandardOutput();
    };
    QCOMPARE(lookup("localhost"), QString("0 127.0.0.1\n"));
    QCOMPARE(lookup("10.1.2.3"), QString("0 10.1.2.3\n"));
}

void DemoTest::fetchReportsFailures_data() {
    QTest::addColumn<QString>("url");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    QTest::newRow("refused") << "http://127.0.0.1:9/" << 1 << "Connection refused";
    QTest::newRow("by name") << "http://localhost:9/" << 1 << "Connection refused";
    QTest::newRow("no scheme") << "127.0.0.1:8080" << 2 << "not an http:// address";
    QTest::newRow("bad port") << "http://x:99999/" << 2 << "not an http:// address";
}

void DemoTest::fetchReportsFailures() {
    QFETCH(QString, url);
    QFETCH(int, code);
    QFETCH(QString, says);
    const auto outcome = fetch(url, {"--retry", "1"});
    QCOMPARE(outcome.code, code);
    QVERIFY2(outcome.errors.contains(says), qPrintable(outcome.errors));
    QCOMPARE(outcome.errors.count(says), code == 1 ? 2 : 1); // tried again
}

void DemoTest::programsAreStaticAndSmall() {
    for (const char* program : {WHEELHOUSE_DEMO, WHEELHOUSE_PAUSE}) {
        QVERIFY(QFileInfo(program).size() < 2 << 20);
        QProcess ldd;
        ldd.setProcessChannelMode(QProcess::MergedChannels);
        ldd.start("ldd", {program});
        QVERIFY(ldd.waitForFinished());
        QVERIFY(ldd.readAll().contains("not a dynamic executable"));
    }
}

void DemoTest::linesAreKept() {
    const QTemporaryDir folder;
    const QString file = folder.filePath("log");
    const auto demo = [](const QStringList& words) {
        QProcess process;
        process.start(WHEELHOUSE_DEMO, words);
        process.waitForFinished(20'000);
        return std::pair(process.exitCode(), process.readAllStandardOutput());
    };
    QCOMPARE(demo({"show", file}).first, 1);
    QCOMPARE(demo({"keep", file, "one"}).first, 0);
    QCOMPARE(demo({"keep", file, "two words"}).first, 0);
    QCOMPARE(demo({"show", file}), std::pair(0, QByteArray("one\ntwo words\n")));
    QCOMPARE(demo({"keep", folder.filePath("no/such/folder"), "x"}).first, 1);
    QCOMPARE(demo({"keep", file}).first, 2);
    QVERIFY(demo({"room", file}).second.toLongLong() > 0);
    QCOMPARE(demo({"room", folder.filePath("no/such")}).first, 1);
}

QTEST_GUILESS_MAIN(DemoTest)
#include "test_demo.moc"
