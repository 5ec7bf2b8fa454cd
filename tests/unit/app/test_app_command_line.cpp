// The command line: what it understands, and one clear line for what it does not.
#include "command_line.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::app;
using namespace std::chrono_literals;

class TestAppCommandLine : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyOptionIsUnderstood() {
        const auto parsed = parseCommandLine({"serve",
                                              "--data-dir",
                                              "/tmp/d",
                                              "--listen=127.0.0.1:7443",
                                              "--kubeconfig",
                                              "/tmp/k",
                                              "--nodes",
                                              "vm=2",
                                              "--nodes",
                                              "simulated=3",
                                              "--registry-mirror",
                                              "docker.io=http://127.0.0.1:5000",
                                              "--node-monitor-grace",
                                              "1m30s",
                                              "--heartbeat",
                                              "500ms",
                                              "--history",
                                              "2m",
                                              "--ready-file",
                                              "/tmp/r",
                                              "--keep-machines"});
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        QVERIFY(parsed->command == Command::Serve);
        QCOMPARE(parsed->listenHost, std::string("127.0.0.1"));
        QCOMPARE(parsed->listenPort, std::uint16_t{7443});
        QCOMPARE(parsed->nodes.at("vm"), 2);
        QCOMPARE(parsed->nodes.at("simulated"), 3);
        QCOMPARE(parsed->registryMirrors.at("docker.io"), std::string("http://127.0.0.1:5000"));
        QVERIFY(parsed->nodeMonitorGrace == 90s);
        QVERIFY(parsed->heartbeat == 500ms);
        QVERIFY(parsed->history == 120s);
        QVERIFY(parsed->keepMachines);
        QCOMPARE(parsed->readyFile.string(), std::string("/tmp/r"));
    }

    void defaultsAreSafe() {
        const auto parsed = parseCommandLine({});
        QVERIFY(parsed && parsed->command == Command::Window);
        QCOMPARE(parsed->listenHost, std::string("127.0.0.1"));
        QVERIFY(parsed->nodeMonitorGrace == 50s);
        QVERIFY(parsed->kubeconfig == parsed->dataDirectory / "kubeconfig");
    }

    void mistakesAreSaidInOneLine_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("named");
        QTest::newRow("unknown option") << QStringList{"--frob"} << "--frob";
        QTest::newRow("unknown command") << QStringList{"sevre"} << "sevre";
        QTest::newRow("missing value") << QStringList{"--listen"} << "--listen";
        QTest::newRow("no port") << QStringList{"--listen", "127.0.0.1"} << "127.0.0.1";
        QTest::newRow("port too large") << QStringList{"--listen", "127.0.0.1:70000"} << "70000";
        QTest::newRow("unknown provider") << QStringList{"--nodes", "docker=1"} << "docker=1";
        QTest::newRow("negative count") << QStringList{"--nodes", "vm=-1"} << "vm=-1";
        QTest::newRow("mirror without scheme")
            << QStringList{"--registry-mirror", "docker.io=localhost"} << "docker.io=localhost";
        QTest::newRow("no time") << QStringList{"--node-monitor-grace", "soon"} << "soon";
        QTest::newRow("value for a flag") << QStringList{"--keep-machines=yes"} << "--keep-machines";
    }
    void mistakesAreSaidInOneLine() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, named);
        std::vector<std::string> plain;
        for (const QString& argument : arguments)
            plain.push_back(argument.toStdString());
        const auto parsed = parseCommandLine(plain);
        QVERIFY(!parsed);
        const QString message = QString::fromStdString(parsed.error().message);
        QVERIFY2(message.contains(named) && !message.contains('\n'), qPrintable(message));
    }
};

QTEST_GUILESS_MAIN(TestAppCommandLine)
#include "test_app_command_line.moc"
