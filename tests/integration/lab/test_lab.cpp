// Issue points 2 and 6 and the bad weather around them: start, stop, kill, restart, one owner, a thousand
// simulated nodes.
#include "lab_process.h"

#include <QElapsedTimer>
#include <QFileInfo>
#include <QRegularExpression>
#include <QTcpServer>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString program = QStringLiteral(WHEELHOUSE_BINARY_DIR "/bin/wheelhouse");

/// A refusal: a code other than 0 and one line on standard error that says all of `words`.
bool refusedClearly(const Output& output, const QStringList& words) {
    bool all = output.code > 0 && output.err.trimmed().count('\n') == 0;
    for (const QString& word : words)
        all = all && output.err.contains(word);
    if (!all) qWarning().noquote() << "code" << output.code << "said:" << output.err;
    return all;
}

} // namespace

class TestLab : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
    }

    void itSaysWhereItServesAndStopsInOrder() {
        LabProcess lab({"--nodes", "simulated=2"});
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        QVERIFY(lab.ready()["url"].toString().startsWith("https://127.0.0.1:"));
        QCOMPARE(lab.ready()["kubeconfig"].toString(), lab.kubeconfig());
        QVERIFY(lab.ready()["pid"].toInt() > 0);
        QVERIFY(lab.kubectl({"get", "--raw", "/readyz"}).out == "ok");
        QCOMPARE(lab.stop(), 0);
    }

    void nothingListensOffLoopback() {
        LabProcess lab({"--nodes", "simulated=1"});
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        const QString pid = QString("pid=%1,").arg(lab.ready()["pid"].toInt());
        const Output sockets = run("ss", {"-H", "-ltunp"});
        QCOMPARE(sockets.code, 0);
        int seen = 0;
        for (const QString& line : sockets.out.split('\n')) {
            if (!line.contains(pid)) continue;
            ++seen;
            const QString local = line.split(QRegularExpression("\\s+")).value(4);
            QVERIFY2(local.startsWith("127.") || local.startsWith("[::1]") ||
                         local.startsWith("[::ffff:127."),
                     qPrintable(line));
        }
        QVERIFY(seen >= 2); // the API and the node link
    }

    void whatWasAcknowledgedSurvivesAKill() {
        LabProcess lab({"--nodes", "simulated=2", "--heartbeat", "1s"});
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        QCOMPARE(lab.kubectl({"create", "deployment", "web", "--image=x", "--replicas=4"}).code, 0);
        int acknowledged = 0;
        for (; acknowledged < 20; ++acknowledged)
            if (lab.kubectl({"create", "configmap", QString("c%1").arg(acknowledged), "--from-literal=n=1"})
                    .code != 0)
                break;
        QCOMPARE(acknowledged, 20);
        const QString uid = lab.get({"get", "deployment", "web", "-o", "jsonpath={.metadata.uid}"});
        lab.kill();
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        QCOMPARE(lab.get({"get", "deployment", "web", "-o", "jsonpath={.metadata.uid}"}), uid);
        QCOMPARE(lab.get({"get", "configmaps", "-o", "name"}).count("configmap/c"), 20);
        QCOMPARE(lab.kubectl({"rollout", "status", "deployment/web", "--timeout=60s"}, {}, 70).code, 0);
        QCOMPARE(lab.get({"get", "machines", "-o", "name"}).count("machine"), 2);
    }

    void oneDataFolderHasOneOwner() {
        LabProcess lab({"--nodes", "simulated=1"});
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        const Output second = run(program, {"serve", "--data-dir", lab.dataDirectory()});
        QVERIFY(refusedClearly(
            second, {lab.dataDirectory(), QString::number(lab.ready()["pid"].toInt()), "--data-dir"}));
        QVERIFY(lab.kubectl({"get", "nodes"}).code == 0);
    }

    void aTakenPortIsSaid() {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        const QTemporaryDir folder;
        const QString address = QString("127.0.0.1:%1").arg(taken.serverPort());
        const Output output =
            run(program, {"serve", "--data-dir", folder.filePath("d"), "--listen", address});
        QVERIFY(refusedClearly(output, {address, "--listen"}));
        QVERIFY(!QFileInfo::exists(folder.filePath("d/kubeconfig")));
    }

    void aComputerWithoutQemuIsToldSo() {
        const QTemporaryDir folder;
        const Output output = run("env", {"PATH=/nonexistent", program, "serve", "--nodes", "vm=1",
                                          "--data-dir", folder.filePath("d")});
        QVERIFY(refusedClearly(output, {"qemu-system-x86", "install"}));
        QVERIFY(!QFileInfo::exists(folder.filePath("d")));
    }

    void anUnusableFolderAndOptionAreSaid() {
        QVERIFY(refusedClearly(run(program, {"serve", "--data-dir", "/proc/nowhere"}),
                               {"/proc/nowhere", "--data-dir"}));
        QVERIFY(refusedClearly(run(program, {"serve", "--nodes", "docker=3"}), {"docker=3"}));
        QVERIFY(refusedClearly(run(program, {"srve"}), {"srve"}));
    }

    void aThousandNodesAndTenThousandPodsComeUp() {
        LabProcess lab({"--nodes", "simulated=1000"});
        QElapsedTimer timer;
        timer.start();
        QVERIFY2(lab.start(), qPrintable(lab.error()));
        const auto count = [&](const QStringList& what, const QString& word) {
            return lab.get(what).count(word);
        };
        QTRY_COMPARE_WITH_TIMEOUT(count({"get", "nodes", "--no-headers"}, " Ready "), 1000, 120'000);
        qInfo() << "1000 nodes Ready after" << timer.restart() << "ms";
        QCOMPARE(lab.kubectl({"create", "deployment", "big", "--image=x", "--replicas=10000"}).code, 0);
        QTRY_COMPARE_WITH_TIMEOUT(
            lab.get({"get", "deployment", "big", "-o", "jsonpath={.status.readyReplicas}"}), QString("10000"),
            300'000);
        qInfo() << "10000 pods Running after" << timer.restart() << "ms";
        QCOMPARE(lab.stop(), 0);
    }
};

QTEST_GUILESS_MAIN(TestLab)
#include "test_lab.moc"
