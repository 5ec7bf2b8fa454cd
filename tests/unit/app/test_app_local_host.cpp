// What the window is told of the computer it runs on.
#include "engine/base/system.h"
#include "local_host.h"

#include <QCoreApplication>
#include <QTemporaryDir>
#include <QtTest>
#include <condition_variable>
#include <mutex>
#include <optional>

using namespace wheelhouse;
using namespace wheelhouse::app;

class TestLocalHost final : public QObject {
    Q_OBJECT
    static constexpr std::int64_t mib = std::int64_t{1} << 20;

  private Q_SLOTS:
    void memoryIsRead_data() {
        QTest::addColumn<QString>("limit");
        QTest::addColumn<QString>("used");
        QTest::addColumn<qint64>("total");
        QTest::addColumn<qint64>("available");
        QTest::newRow("no group") << ""
                                  << "" << 16000 * qint64{mib} << 9000 * qint64{mib};
        QTest::newRow("no limit") << "max\n"
                                  << "5\n"
                                  << 16000 * qint64{mib} << 9000 * qint64{mib};
        QTest::newRow("limit") << QString::number(4000 * mib) << QString::number(1000 * mib)
                               << 4000 * qint64{mib} << 3000 * qint64{mib};
        QTest::newRow("limit reached")
            << QString::number(4000 * mib) << QString::number(4100 * mib) << 4000 * qint64{mib} << qint64{0};
        QTest::newRow("wide limit") << QString::number(64000 * mib) << QString::number(1000 * mib)
                                    << 16000 * qint64{mib} << 9000 * qint64{mib};
    }
    void memoryIsRead() {
        QFETCH(QString, limit);
        QFETCH(QString, used);
        QFETCH(qint64, total);
        QFETCH(qint64, available);
        const std::string meminfo = "MemTotal:       16384000 kB\nMemFree:          100 kB\n"
                                    "MemAvailable:    9216000 kB\nHugePages_Total:       0\n";
        const Memory memory = memoryOf(meminfo, limit.toStdString(), used.toStdString());
        QCOMPARE(qint64{memory.total}, total);
        QCOMPARE(qint64{memory.available}, available);
    }
    void nonsenseIsNoMemory() {
        QCOMPARE(memoryOf("", "", "").total, 0);
        QCOMPARE(memoryOf("MemTotal: lots\nMemAvailable:", "x", "y").total, 0);
    }

    void thisComputerIsLookedAt() {
        QTemporaryDir folder;
        ThreadExecutor answers{"answers"};
        std::mutex mutex;
        std::condition_variable told;
        std::optional<ui::HostFacts> facts;
        bool onThread = false;
        {
            LocalHost host(answers, folder.path().toStdString());
            host.look([&](const ui::HostFacts& found) {
                const std::lock_guard lock(mutex);
                onThread = answers.isCurrent();
                facts = found;
                told.notify_one();
            });
            std::unique_lock lock(mutex);
            QVERIFY(told.wait_for(lock, std::chrono::seconds(30), [&] { return facts.has_value(); }));
        }
        QVERIFY(onThread);
        QVERIFY(facts->memory > 0 && facts->memoryFree > 0 && facts->memoryFree <= facts->memory);
        QVERIFY(facts->diskFree > 0);
        QVERIFY(facts->processors >= 1 && !facts->user.isEmpty() && !facts->imagePlace.isEmpty());
        QCOMPARE(facts->diskPlace, folder.path());
        QCOMPARE(facts->kvm == ui::HostFacts::Kvm::Works, facts->kvmReason.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestLocalHost)
#include "test_app_local_host.moc"
