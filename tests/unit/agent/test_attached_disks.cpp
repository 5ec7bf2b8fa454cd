#include "agent_bench.h"
#include "attached_disks.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace wheelhouse;
using namespace wheelhouse::agent;
using namespace wheelhouse::tests;
namespace fs = std::filesystem;

namespace {

/// Remembers what it was told to run, and does nothing.
class FakeProcesses final : public Processes {
  public:
    Result<std::string> run(const std::vector<std::string>& command, const std::string&, Duration) override {
        ran << QString::fromStdString(command.front());
        return std::string();
    }
    QStringList ran;
};

/// The start of an ext4 file system of so many blocks of 4 KiB.
std::string ext4(std::uint32_t blocks) {
    std::string start(1 << 20, '\0');
    for (std::size_t i = 0; i < 4; ++i)
        start[1024 + 4 + i] = static_cast<char>(blocks >> (8 * i));
    start[1024 + 24] = 2;
    start[1024 + 0x38] = '\x53';
    start[1024 + 0x39] = '\xef';
    return start;
}

constexpr const char* uniqueName = "kubernetes.io/csi/volume.wheelhouse.dev^handle";

core::PersistentVolume volume(const std::string& mode = "Filesystem") {
    core::PersistentVolume made;
    made.mutable_spec()->set_volumemode(mode);
    auto& csi = *made.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
    csi.set_driver("volume.wheelhouse.dev");
    csi.set_volumehandle("handle");
    return made;
}

core::Pod podWith(const std::string& name, const std::string& restart = "Always") {
    core::Pod pod = AgentBench::pod(name);
    pod.mutable_spec()->set_restartpolicy(restart);
    auto& each = *pod.mutable_spec()->add_volumes();
    each.set_name("data");
    each.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname("c");
    return pod;
}

/// What the node last said it has mounted.
QStringList inUse(const AgentBench& bench) {
    core::NodeStatus status;
    for (const auto& message : bench.channel->sent)
        if (!message.node_status().empty()) status.ParseFromString(message.node_status());
    QStringList names;
    for (const std::string& name : status.volumesinuse())
        names << QString::fromStdString(name);
    return names;
}

} // namespace

/// Disks that are attached to the node for as long as its pods need them.
class TestAttachedDisks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase() { qputenv("PATH", qgetenv("PATH") + ":/usr/sbin:/sbin"); }

    void contentsAreTold() {
        QVERIFY(contentOf(std::string(4096, '\0')) == DiskContent::Empty);
        QVERIFY(contentOf(ext4(10)) == DiskContent::Ext4);
        QVERIFY(contentOf(std::string(3000, '\0') + "x") == DiskContent::Other);
        QCOMPARE(ext4Size(ext4(262'144)), std::int64_t{1} << 30);
        QCOMPARE(ext4Size(std::string(4096, '\0')), std::int64_t{0});
    }

    /// Whenever the power goes, the disk is either empty, or says that it was being formatted, or is done;
    /// and whatever it is, formatting goes well after that.
    void aFormatThatWasCutShortIsRecognisedAndRedone_data() {
        QTest::addColumn<int>("steps");
        for (int steps = 0; steps <= 4; ++steps)
            QTest::addRow("%d", steps) << steps;
    }
    void aFormatThatWasCutShortIsRecognisedAndRedone() {
        QFETCH(int, steps);
        const QTemporaryDir folder;
        const std::string device = folder.filePath("disk").toStdString();
        const fs::path image = folder.filePath("image").toStdString();
        constexpr std::int64_t size = std::int64_t{600} << 20;
        std::ofstream(device).close();
        fs::resize_file(device, size);
        SystemProcesses processes;
        QVERIFY(makeImage(processes, image, size));
        const std::vector<std::function<Result<void>()>> all{
            [&] { return markBegun(device); }, [&] { return copyAllButStart(image, device); },
            [&] { return copyStart(image, device); }, [&] { return clearMark(device); }};
        for (int i = 0; i < steps; ++i)
            QVERIFY(all[static_cast<std::size_t>(i)]());
        const auto content = [&] {
            std::string start(1 << 20, '\0');
            std::ifstream(device).read(start.data(), static_cast<std::streamsize>(start.size()));
            return contentOf(start);
        };
        QVERIFY(content() == (steps == 0   ? DiskContent::Empty
                              : steps == 4 ? DiskContent::Ext4
                                           : DiskContent::Begun));
        if (steps < 4) QVERIFY(formatDisk(processes, device, size, image));
        QVERIFY(content() == DiskContent::Ext4);
        QVERIFY(steps == 4 || !fs::exists(image));
        const auto checked = processes.run({"e2fsck", "-f", "-n", device}, {}, 60s);
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
    }

    void aDiskIsToldByItsSerialNumber() {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const auto put = [&](const std::string& file, const std::string& text) {
            fs::create_directories((root / file).parent_path());
            std::ofstream(root / file) << text;
        };
        put("vda/serial", "base\n");
        put("sda/device/vpd_pg80", std::string("\0\x80\0\x08", 4) + "handle-1");
        put("sdb/device/vpd_pg80", std::string("\0\x80\0\x08", 4) + "handle-2");
        fs::create_directories(root / "loop0");
        FakeProcesses processes;
        AttachedDisks disks(root / "attached", processes, root);
        QCOMPARE(disks.find("handle-2").value_or("none"), std::string("/dev/sdb"));
        QCOMPARE(disks.find("base").value_or("none"), std::string("/dev/vda"));
        QVERIFY(!disks.find("handle"));
        VolumePlan plan;
        plan.kind = VolumePlan::Kind::Attached;
        plan.disk = "handle-3";
        QCOMPARE(disks.take(Uid("p"), plan).error().reason, Reason::ServiceUnavailable);
        plan.disk = "../handle-1";
        QCOMPARE(disks.take(Uid("p"), plan).error().reason, Reason::Invalid);
        QCOMPARE(processes.ran, QStringList());
        // The device itself, for two pods; nothing is left after the last.
        plan.disk = "handle-1";
        plan.block = true;
        QCOMPARE(disks.take(Uid("p"), plan).value(), std::string("/dev/sda"));
        QCOMPARE(disks.take(Uid("q"), plan).value(), std::string("/dev/sda"));
        QVERIFY(disks.release(Uid("p")) && fs::exists(root / "attached/handle-1"));
        QVERIFY(disks.release(Uid("p")) && disks.release(Uid("q")));
        QVERIFY(!fs::exists(root / "attached/handle-1"));
        QCOMPARE(processes.ran, QStringList());
    }

    void aVolumeIsGivenToItsGroup() {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        fs::create_directories(root / "a/b");
        std::ofstream(root / "a/file") << "x";
        ::chmod((root / "a/file").c_str(), 0600);
        ::chmod((root / "a/b").c_str(), 0700);
        const std::int64_t group = ::getegid();
        QVERIFY(giveToGroup(root / "a", group));
        struct stat found {};
        QCOMPARE(::stat((root / "a/file").c_str(), &found), 0);
        QCOMPARE(found.st_mode & 07777U, 0660U);
        QCOMPARE(::stat((root / "a/b").c_str(), &found), 0);
        QCOMPARE(found.st_mode & 07777U, 02770U);
        // It is the group's already: what its owner then changes stays.
        ::chmod((root / "a/file").c_str(), 0600);
        QVERIFY(giveToGroup(root / "a", group));
        QCOMPARE(::stat((root / "a/file").c_str(), &found), 0);
        QCOMPARE(found.st_mode & 07777U, 0600U);
    }

    void theNodeSaysWhatIsMountedUntilItIsNot() {
        AgentBench bench;
        bench.start();
        bench.desire(podWith("db"));
        bench.synced();
        bench.executor.advance(30s);
        QCOMPARE(bench.status("db").phase(), std::string("Pending")); // its volume is not attached
        QCOMPARE(inUse(bench), QStringList());
        bench.object("PersistentVolumeClaim", "c", volume().SerializeAsString());
        bench.executor.advance(1ms);
        QCOMPARE(inUse(bench), QStringList{uniqueName}); // before it runs
        QVERIFY(bench.untilRunning("db"));
        bench.restartAgent();
        bench.desire(podWith("db"));
        bench.synced();
        bench.executor.advance(1s);
        QCOMPARE(inUse(bench), QStringList{uniqueName});
        bench.remove(podWith("db"), 1);
        QVERIFY(bench.until([&] { return bench.gone("db"); }));
        QCOMPARE(inUse(bench), QStringList());
    }

    void aPodThatIsOverHoldsNoVolume() {
        AgentBench bench;
        bench.start();
        core::Pod job = podWith("job", "Never");
        AgentBench::annotate(job, "exit-after", "5s");
        bench.object("PersistentVolumeClaim", "c", volume().SerializeAsString());
        bench.desire(job);
        bench.synced();
        QVERIFY(bench.untilRunning("job"));
        QCOMPARE(inUse(bench), QStringList{uniqueName});
        QVERIFY(bench.until([&] { return bench.status("job").phase() == "Succeeded"; }));
        QVERIFY(bench.until([&] { return inUse(bench).isEmpty(); }));
        QVERIFY(!bench.gone("job")); // it is still there to be looked at
    }
};

QTEST_GUILESS_MAIN(TestAttachedDisks)
#include "test_attached_disks.moc"
