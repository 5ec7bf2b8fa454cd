#include "machine_lab.h"

#include <QProcess>
#include <QTest>

using namespace wheelhouse;
using machines::Phase;
using namespace wheelhouse::testing;

/// A program of its own, as test_machines_adopted.
class SweptMachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void aMachineNobodyKnowsIsSwept();
};

void SweptMachinesTest::initTestCase() {
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
}

void SweptMachinesTest::aMachineNobodyKnowsIsSwept() {
    MachineLab lab;
    QProcess host;
    host.start(WHEELHOUSE_MACHINE_HOST, {QString::fromStdString(lab.folder().string()), "vm-1", "1"});
    // Killed in the middle of its creation, and its record is lost.
    QTRY_VERIFY_WITH_TIMEOUT(!libvirt::qemuProcesses(lab.folder().string()).empty(), bootLimit);
    host.kill();
    QVERIFY(host.waitForFinished());
    std::filesystem::remove(lab.folder() / "machines/vm-1/machine.json");

    lab.open();
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-2", 2)); });
    QTRY_VERIFY_WITH_TIMEOUT(lab.phase("vm-2") == Phase::Booting, bootLimit);
    const auto left = libvirt::qemuProcesses(lab.folder().string());
    QCOMPARE(left.size(), 1u);
    QCOMPARE(left[0].uuid, MachineLab::spec("vm-2", 2).uuid);
}

QTEST_GUILESS_MAIN(SweptMachinesTest)
#include "test_machines_swept.moc"
