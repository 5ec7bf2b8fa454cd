#include "machine_lab.h"

#include "engine/base/files.h"

#include <QProcess>
#include <QTest>
#include <algorithm>
#include <fmt/format.h>
#include <future>

using namespace wheelhouse;
using machines::Phase;
using testing::MachineLab;

namespace {

constexpr int bootLimit = 240'000; // milliseconds; software emulation on a busy computer

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string console(const MachineLab& lab, const std::string& name) {
    return readFile(lab.folder() / "machines" / name / "console.log").value_or("");
}

} // namespace

class MachinesTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void aMachineBootsIsCutOffStartsAgainAndIsRemoved();
    void aMachineOutlivesTheProgramAndIsAdopted();
    void aMachineThatDoesNotComeUpIsFailedWithItsConsole();
    void aMachineNobodyKnowsIsSwept();
    void freezeStopsTheGuestAndThawContinuesIt();
};

void MachinesTest::initTestCase() {
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
}

void MachinesTest::aMachineBootsIsCutOffStartsAgainAndIsRemoved() {
    MachineLab lab(MachineLab::makeFolder());
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

void MachinesTest::aMachineOutlivesTheProgramAndIsAdopted() {
    MachineLab lab(MachineLab::makeFolder());
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

void MachinesTest::aMachineThatDoesNotComeUpIsFailedWithItsConsole() {
    MachineLab lab(MachineLab::makeFolder());
    libvirt::Options options;
    options.bootDeadline = std::chrono::seconds(3);
    options.kernelArguments = "init=/none rdinit=/none root=/dev/none"; // panics, and then waits for ever
    lab.open(options);
    lab.on([](auto& provider) {
        provider.ensureRunning(MachineLab::spec("vm-1", 1));
        provider.remove("vm-2", {}); // another machine's affairs go on meanwhile
    });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Failed, bootLimit);
    const auto state = lab.state("vm-1");
    QVERIFY2(!state.message.empty(), state.message.c_str());
    QVERIFY2(contains(state.consoleTail, "anic"), state.consoleTail.c_str());
    lab.close(false);
    QVERIFY(libvirt::qemuProcesses(lab.folder().string()).empty());
}

void MachinesTest::aMachineNobodyKnowsIsSwept() {
    MachineLab lab(MachineLab::makeFolder());
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

void MachinesTest::freezeStopsTheGuestAndThawContinuesIt() {
    MachineLab lab(MachineLab::makeFolder());
    lab.open();
    lab.on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_VERIFY_WITH_TIMEOUT(contains(console(lab, "vm-1"), "MARK kernel"), bootLimit);
    lab.on([](auto& provider) { provider.freeze("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.state("vm-1").message, std::string("frozen"), 10'000);
    const std::string before = console(lab, "vm-1");
    QTest::qWait(1500); // nothing to wait for: nothing may happen
    QCOMPARE(console(lab, "vm-1"), before);
    lab.on([](auto& provider) { provider.thaw("vm-1"); });
    QTRY_COMPARE_WITH_TIMEOUT(lab.phase("vm-1"), Phase::Running, bootLimit);
}

QTEST_GUILESS_MAIN(MachinesTest)
#include "test_machines.moc"
