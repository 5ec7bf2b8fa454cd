// Issue point 8: the audit log on disk: rotation, rights, a disk that refuses.
#include "audit_file.h"
#include "engine/base/files.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"

#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace wheelhouse;
using controlplane::AuditFile;

namespace {

std::filesystem::path in(const QTemporaryDir& folder, const char* name) {
    return std::filesystem::path(folder.path().toStdString()) / name;
}

mode_t modeOf(const std::filesystem::path& file) {
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 0777 : 0;
}

} // namespace

class TestAuditFile : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void writesInBatches() {
        const QTemporaryDir folder;
        SimulatedExecutor disk;
        auto file = AuditFile::open(in(folder, "deep/audit.log"), {}, disk);
        QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
        (*file)->write("{\"a\":1}");
        (*file)->write("{\"b\":2}");
        QCOMPARE(*readFile(in(folder, "deep/audit.log")), std::string());
        disk.advance(std::chrono::milliseconds(200));
        QCOMPARE(*readFile(in(folder, "deep/audit.log")), std::string("{\"a\":1}\n{\"b\":2}\n"));
        QCOMPARE(modeOf(in(folder, "deep/audit.log")), mode_t{0600});
        // It ends by waiting for a disk that runs on its own, which this one does not.
        Q_UNUSED(file->release());
    }

    void writesWhatIsWaitingAtTheEnd() {
        const QTemporaryDir folder;
        ThreadExecutor disk{"disk"};
        {
            auto file = AuditFile::open(in(folder, "audit.log"), {}, disk);
            QVERIFY(file.has_value());
            (*file)->write("last");
        }
        QCOMPARE(*readFile(in(folder, "audit.log")), std::string("last\n"));
    }

    void goesOnWhereItStopped() {
        const QTemporaryDir folder;
        ThreadExecutor disk{"disk"};
        for (const char* line : {"one", "two"}) {
            auto file = AuditFile::open(in(folder, "audit.log"), {}, disk);
            QVERIFY(file.has_value());
            (*file)->write(line);
        }
        QCOMPARE(*readFile(in(folder, "audit.log")), std::string("one\ntwo\n"));
    }

    void putsFullFilesAsideAndDropsTheOldest() {
        const QTemporaryDir folder;
        ThreadExecutor disk{"disk"};
        AuditFile::Limits limits;
        limits.fileBytes = 1000;
        limits.backups = 2;
        {
            auto file = AuditFile::open(in(folder, "audit.log"), limits, disk);
            QVERIFY(file.has_value());
            for (int i = 0; i < 100; ++i)
                (*file)->write(std::to_string(1000 + i) + std::string(95, 'x'));
        }
        int files = 0;
        for (const auto& each : std::filesystem::directory_iterator(in(folder, ""))) {
            ++files;
            QVERIFY(each.file_size() <= 1000);
            QCOMPARE(modeOf(each.path()), mode_t{0600});
        }
        QCOMPARE(files, 3);
        QVERIFY(readFile(in(folder, "audit.log"))->find("1099x") != std::string::npos);
        QVERIFY(readFile(in(folder, "audit.1.log"))->starts_with("10"));
        QVERIFY(std::filesystem::exists(in(folder, "audit.2.log")));
    }

    void dropsAndCountsWhatTheDiskCannotTake() {
        const QTemporaryDir folder;
        SimulatedExecutor disk;
        AuditFile::Limits limits;
        limits.waitingBytes = 1000;
        auto file = AuditFile::open(in(folder, "audit.log"), limits, disk);
        QVERIFY(file.has_value());
        for (int i = 0; i < 20; ++i)
            (*file)->write(std::string(100, 'x'));
        QCOMPARE((*file)->dropped(), std::size_t{10});
        disk.advance(std::chrono::seconds(1));
        QCOMPARE(readFile(in(folder, "audit.log"))->size(), std::size_t{1010});
        (*file)->write("again");
        disk.advance(std::chrono::seconds(1));
        QVERIFY(readFile(in(folder, "audit.log"))->ends_with("again\n"));
        Q_UNUSED(file->release());
    }

    void aFullDiskStopsNothing() {
        if (!std::filesystem::exists("/dev/full")) QSKIP("this system has no /dev/full");
        SimulatedExecutor disk;
        auto file = AuditFile::open("/dev/full", {}, disk);
        QVERIFY2(file.has_value(), file ? "" : file.error().message.c_str());
        (*file)->write(std::string(100'000, 'x'));
        disk.advance(std::chrono::seconds(1));
        QCOMPARE((*file)->dropped(), std::size_t{1});
        Q_UNUSED(file->release());
    }

    void aPlaceThatCannotBeWrittenIsNamed() {
        SimulatedExecutor disk;
        const auto file = AuditFile::open("/proc/nowhere/audit.log", {}, disk);
        QVERIFY(!file);
        QVERIFY2(file.error().message.find("/proc/nowhere") != std::string::npos,
                 file.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestAuditFile)
#include "test_audit_file.moc"
