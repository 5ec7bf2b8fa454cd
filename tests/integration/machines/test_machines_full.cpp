#include "machine_lab.h"

#include <QTest>
#include <fcntl.h>
#include <future>
#include <sys/mount.h>
#include <sys/statvfs.h>

using namespace wheelhouse;
using machines::Phase;
using namespace wheelhouse::testing;

/// What becomes of machines where this computer's disk is full: a small disk of the test's own, in memory. A
/// program of its own, as test_machines_adopted.
class FullDiskMachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase();
    void aMachineThereIsNoRoomForFailsAndIsMadeWhenThereIs();
    void cleanupTestCase();

  private:
    static constexpr const char* size = "size=600m";
    std::string filler() const { return lab_->folder() / "filler"; }
    /// Leaves so many bytes.
    bool fill(std::uint64_t left) const {
        struct statvfs disk {};
        if (::statvfs(lab_->folder().c_str(), &disk) != 0) return false;
        const std::uint64_t free = disk.f_bavail * disk.f_frsize;
        const int file = ::open(filler().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        const bool filled = file >= 0 && ::posix_fallocate(file, 0, static_cast<off_t>(free - left)) == 0;
        ::close(file);
        return filled;
    }
    std::size_t processes() const { return libvirt::qemuProcesses(lab_->folder().string()).size(); }
    std::unique_ptr<MachineLab> lab_;
    bool mounted_ = false;
};

void FullDiskMachinesTest::initTestCase() {
    if (::geteuid() != 0) QSKIP("a disk of its own needs root");
    const auto image = image::buildOrReuse(MachineLab::imageOptions(), {});
    QVERIFY2(image.has_value(), image ? "" : image.error().message.c_str());
    mounted_ = ::mount("tmpfs", MachineLab::processFolder().c_str(), "tmpfs", 0, size) == 0;
    QVERIFY(mounted_);
    lab_ = std::make_unique<MachineLab>();
}

void FullDiskMachinesTest::aMachineThereIsNoRoomForFailsAndIsMadeWhenThereIs() {
    lab_->open();
    QVERIFY(fill(300 * 1024));
    lab_->on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Failed, bootLimit);
    QVERIFY2(contains(lab_->state("vm-1").message, "No space left on device"),
             lab_->state("vm-1").message.c_str());
    QCOMPARE(processes(), std::size_t(0));
    std::filesystem::remove(filler());
    lab_->on([](auto& provider) { provider.ensureRunning(MachineLab::spec("vm-1", 1)); });
    QTRY_COMPARE_WITH_TIMEOUT(lab_->phase("vm-1"), Phase::Running, bootLimit);
    QCOMPARE(processes(), std::size_t(1));
    std::promise<bool> removed;
    lab_->on([&](auto& provider) {
        provider.remove("vm-1", [&](const Result<void>& result) { removed.set_value(result.has_value()); });
    });
    QVERIFY(removed.get_future().get());
    QCOMPARE(processes(), std::size_t(0));
    QVERIFY(!std::filesystem::exists(lab_->folder() / "machines/vm-1"));
}

void FullDiskMachinesTest::cleanupTestCase() {
    lab_.reset();
    if (mounted_) ::umount2(MachineLab::processFolder().c_str(), MNT_DETACH);
}

QTEST_GUILESS_MAIN(FullDiskMachinesTest)
#include "test_machines_full.moc"
