#include "machine_lab.h"

#include <QProcess>
#include <QTest>
#include <future>

using namespace wheelhouse;
using machines::Phase;
using namespace wheelhouse::testing;

/// What is done to machines behind the program's back, and to the program behind theirs: each is adopted or
/// cleaned up, none is lost and none is there twice. libvirt's driver is part of the program, so that libvirt
/// ends and starts again with it. A program of its own, as test_machines_adopted.
class KilledMachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void aProgramKilledWhileItMakesAMachineLeavesOneMachine();
    void aMachineDestroyedByHandIsOffAndStartsAgain();
    void aHypervisorSuspendedByHandHoldsUpNobodyElse();
    void aSuspendedHypervisorCanBeCutOffAndNothingIsLeft();

  private:
    bool remove(const std::string& name) {
        std::promise<bool> removed;
        lab_->on([&](auto& provider) {
            provider.remove(name, [&](const Result<void>& result) { removed.set_value(result.has_value()); });
        });
        return removed.get_future().get();
    }
    std::vector<libvirt::QemuProcess> processes() const {
        return libvirt::qemuProcesses(lab_->folder().string());
    }
    std::unique_ptr<MachineLab> lab_;
};

void KilledMachinesTest::initTestCase() {
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
    lab_ = std::make_unique<MachineLab>();
}

void KilledMachinesTest::aProgramKilledWhileItMakesAMachineLeavesOneMachine() {
    // Killed as soon as there is anything of the machine, then with its hypervisor just there, then again.
    const std::function<bool()> moments[] = {
        [&] { return std::filesystem::exists(lab_->folder() / "machines/vm-1"); },
        [&] { return std::filesystem::exists(lab_->folder() / "machines/vm-1/machine.json"); },
        [&] { return !processes().empty(); },
        [&] { return contains(console(*lab_, "vm-1"), "MARK kernel"); },
    };
    for (const auto& moment : moments) {
        QProcess host;
        host.start(WHEELHOUSE_MACHINE_HOST, {QString::fromStdString(lab_->folder().string()), "vm-1", "1"});
        QTRY_VERIFY_WITH_TIMEOUT(moment(), bootLimit);
        host.kill();
        QVERIFY(host.waitForFinished());
        QVERIFY(processes().size() <= 1);
    }
    lab_->open();
    lab_->on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Running, bootLimit);
    QCOMPARE(processes().size(), std::size_t(1));
    QCOMPARE(static_cast<qint64>(processes()[0].pid), lab_->state("vm-1").pid);
}

void KilledMachinesTest::aMachineDestroyedByHandIsOffAndStartsAgain() {
    QCOMPARE(kill(static_cast<pid_t>(lab_->state("vm-1").pid), SIGKILL), 0);
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Stopped, 30'000);
    lab_->on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Running, bootLimit);
    QCOMPARE(processes().size(), std::size_t(1));
}

void KilledMachinesTest::aHypervisorSuspendedByHandHoldsUpNobodyElse() {
    const auto suspended = static_cast<pid_t>(lab_->state("vm-1").pid);
    QCOMPARE(kill(suspended, SIGSTOP), 0);
    lab_->on([](auto& provider) { provider.freeze("vm-1"); }); // waits for an answer that does not come
    QVERIFY(remove("vm-2"));
    QCOMPARE(kill(suspended, SIGCONT), 0);
    QTRY_COMPARE_WITH_TIMEOUT(lab_->state("vm-1").message, std::string("frozen"), 60'000);
    lab_->on([](auto& provider) { provider.thaw("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->state("vm-1").message, std::string(), 60'000);
    QCOMPARE(lab_->state("vm-1").pid, static_cast<std::int64_t>(suspended));
}

void KilledMachinesTest::aSuspendedHypervisorCanBeCutOffAndNothingIsLeft() {
    QCOMPARE(kill(static_cast<pid_t>(lab_->state("vm-1").pid), SIGSTOP), 0);
    lab_->on([](auto& provider) { provider.cutPower("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Stopped, 120'000);
    QVERIFY(processes().empty());
    QVERIFY(remove("vm-1"));
    QVERIFY(!std::filesystem::exists(lab_->folder() / "machines/vm-1"));
}

QTEST_GUILESS_MAIN(KilledMachinesTest)
#include "test_machines_killed.moc"
