#include "machine_lab.h"

#include <QProcess>
#include <QTest>

using namespace wheelhouse;
using machines::Phase;
using namespace wheelhouse::testing;

/// A program of its own: the embedded driver of the program that was killed must have been the only one.
class AdoptedMachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void aMachineOutlivesTheProgramAndIsAdopted();
};

void AdoptedMachinesTest::initTestCase() {
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
}

void AdoptedMachinesTest::aMachineOutlivesTheProgramAndIsAdopted() {
    MachineLab lab;
    QProcess host;
    host.setProcessChannelMode(QProcess::SeparateChannels);
    host.start(WHEELHOUSE_MACHINE_HOST, {QString::fromStdString(lab.folder().string()), "vm-1", "1"});
    QTRY_VERIFY_WITH_TIMEOUT(host.bytesAvailable() > 0 || host.state() == QProcess::NotRunning, bootLimit);
    const QByteArray line = host.readAllStandardOutput();
    QVERIFY2(line.startsWith("running "), line + host.readAllStandardError());
    const qint64 pid = line.trimmed().mid(8).toLongLong();
    host.kill();
    QVERIFY(host.waitForFinished());
    QCOMPARE(kill(static_cast<pid_t>(pid), 0), 0);

    lab.open();
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
    QCOMPARE(lab.state("vm-1").pid, pid);
    QVERIFY(!contains(console(lab, "vm-1"), "boots: 2"));
    QVERIFY(!lab.state("vm-1").accelerator.empty());

    // Ours in full: it is frozen, thawed and stopped like any other.
    lab.on([](auto& provider) { provider.freeze("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.state("vm-1").message, std::string("frozen"), 10'000);
    lab.close(true);
    QCOMPARE(kill(static_cast<pid_t>(pid), 0), 0);
    lab.open();
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
    QCOMPARE(lab.state("vm-1").pid, pid);
    lab.close(false);
    QVERIFY(kill(static_cast<pid_t>(pid), 0) != 0);
}

QTEST_GUILESS_MAIN(AdoptedMachinesTest)
#include "test_machines_adopted.moc"
