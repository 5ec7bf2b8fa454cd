#include "machine_lab.h"

#include <QTest>
#include <future>

using namespace wheelhouse;
using machines::Phase;

using namespace wheelhouse::testing;

class MachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void aMachineBootsIsCutOffStartsAgainAndIsRemoved();
    void aMachineThatDoesNotComeUpIsFailedWithItsConsole();
    void aSlowMachineIsFailedAndBlocksNothingAndMayStillCome();
    void freezeStopsTheGuestAndThawContinuesIt();
};

void MachinesTest::initTestCase() {
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
}

void MachinesTest::aMachineBootsIsCutOffStartsAgainAndIsRemoved() {
    MachineLab lab;
    lab.open();
    const auto spec = MachineLab::spec("vm-1", 1);
    lab.on([&](auto& provider) { provider.ensureRunning(spec); });
    QTRY_VERIFY_WITH_TIMEOUT(lab.phase("vm-1") == Phase::Running || lab.phase("vm-1") == Phase::Failed,
                             bootLimit);
    QVERIFY2(lab.phase("vm-1") == Phase::Running, (lab.state("vm-1").message + console(lab, "vm-1")).c_str());
    for (const auto& step : lab.state("vm-1").steps)
        qInfo("%s %.2f s", step.name.c_str(), std::chrono::duration<double>(step.took).count());

    // What it was given.
    QTRY_VERIFY_WITH_TIMEOUT(contains(console(lab, "vm-1"), "MARK stand-in"), 10'000);
    const std::string first = console(lab, "vm-1");
    QVERIFY(contains(first, R"("nodeName":"vm-1")"));
    QVERIFY(contains(first, R"("link":{"host":"10.0.2.2","port":4242})"));
    QVERIFY(contains(first, "hostname: vm-1"));
    QVERIFY(contains(first, "server = \"http://10.0.2.2:5000\""));
    QVERIFY(contains(first, "boots: 1"));
    const auto pid = static_cast<pid_t>(lab.state("vm-1").pid);
    QVERIFY(pid > 0 && kill(pid, 0) == 0);

    // Asked again, nothing happens.
    lab.on([&](auto& provider) { provider.ensureRunning(spec); });

    lab.on([](auto& provider) { provider.cutPower("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Stopped, 10'000);
    QVERIFY(kill(pid, 0) != 0);
    QCOMPARE(lab.state("vm-1").pid, 0);

    // On again, with the same disk.
    lab.on([&](auto& provider) { provider.ensureRunning(spec); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
    QTRY_VERIFY_WITH_TIMEOUT(contains(console(lab, "vm-1"), "boots: 2"), 10'000);

    std::promise<Result<void>> removed;
    lab.on([&](auto& provider) {
        provider.remove("vm-1", [&](Result<void> result) { removed.set_value(result); });
    });
    QVERIFY(removed.get_future().get().has_value());
    QVERIFY(!std::filesystem::exists(lab.folder() / "machines/vm-1"));
    QVERIFY(libvirt::qemuProcesses(lab.folder().string()).empty());
}

void MachinesTest::aMachineThatDoesNotComeUpIsFailedWithItsConsole() {
    MachineLab lab;
    libvirt::Options options;
    options.kernelArguments = "rdinit=/none root=/dev/none"; // the kernel panics
    lab.open(options);
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Failed, bootLimit);
    const auto state = lab.state("vm-1");
    QVERIFY2(contains(state.message, "Kernel panic"), state.message.c_str());
    QVERIFY2(contains(state.consoleTail, "Kernel panic"), state.consoleTail.c_str());
    QCOMPARE(state.pid, 0);
    QVERIFY(!state.consolePath.empty());
}

void MachinesTest::aSlowMachineIsFailedAndBlocksNothingAndMayStillCome() {
    MachineLab lab;
    libvirt::Options options;
    options.bootDeadline = std::chrono::milliseconds(200);
    lab.open(options);
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Failed, bootLimit);
    QVERIFY2(contains(lab.state("vm-1").message, "did not come up"), lab.state("vm-1").message.c_str());
    std::promise<Result<void>> removed;
    lab.on([&](auto& provider) {
        provider.remove("vm-2", [&](Result<void> result) { removed.set_value(result); });
    });
    QVERIFY(removed.get_future().get().has_value());
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
    QVERIFY(lab.state("vm-1").message.empty());
}

void MachinesTest::freezeStopsTheGuestAndThawContinuesIt() {
    MachineLab lab;
    lab.open();
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_VERIFY_WITH_TIMEOUT(contains(console(lab, "vm-1"), "MARK kernel"), bootLimit);
    lab.on([](auto& provider) { provider.freeze("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.state("vm-1").message, std::string("frozen"), 10'000);
    const std::string before = console(lab, "vm-1");
    QTest::qWait(1500); // tidy: there is nothing to await, nothing may happen
    QCOMPARE(console(lab, "vm-1"), before);
    lab.on([](auto& provider) { provider.thaw("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
}

QTEST_GUILESS_MAIN(MachinesTest)
#include "test_machines.moc"
