#include "machine_lab.h"

#include "engine/base/files.h"

#include <algorithm>
#include <fmt/format.h>
#include <future>

using namespace wheelhouse;
using machines::Phase;
using testing::MachineLab;

namespace {

constexpr int bootLimit = 60'000; // milliseconds; software emulation on a busy computer

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string console(const MachineLab& lab, const std::string& name) {
    return readFile(lab.folder() / "machines" / name / "console.log").value_or("");
}

} // namespace

class MachinesTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase();
    void aMachineBootsIsCutOffStartsAgainAndIsRemoved();
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
    QTRY_VERIFY_WITH_TIMEOUT(lab.phase("vm-1") == Phase::Running || lab.phase("vm-1") == Phase::Failed, bootLimit);
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
    lab.on([&](auto& provider) { provider.remove("vm-1", [&](Result<void> result) { removed.set_value(result); }); });
    QVERIFY(removed.get_future().get().has_value());
    QVERIFY(!std::filesystem::exists(lab.folder() / "machines/vm-1"));
    QVERIFY(libvirt::qemuProcesses(lab.folder().string()).empty());
}

QTEST_GUILESS_MAIN(MachinesTest)
#include "test_machines.moc"
