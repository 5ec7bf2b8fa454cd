// The seams everything else stands on: executors, virtual time, chance, files, reasons.
#include "engine/base/files.h"
#include "engine/base/programs.h"
#include "engine/base/simulation.h"
#include "engine/base/status.h"
#include "engine/base/system.h"

#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <set>
#include <sys/stat.h>

using namespace wheelhouse;
using namespace std::chrono_literals;

class TestBase : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void programsAreFoundWhereTheyAre() {
        const QByteArray path = qgetenv("PATH");
        QTemporaryDir folder;
        QFile file(folder.filePath("wh-program"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        qputenv("PATH", ("/nowhere::" + folder.path()).toUtf8());
        QVERIFY(!programExists("wh-program")); // nobody may run it
        file.setPermissions(QFile::ReadOwner | QFile::ExeOwner | QFile::ExeGroup | QFile::ExeOther);
        QVERIFY(programExists("wh-program"));
        QVERIFY(!programExists("wh-other-program"));
        qputenv("PATH", "/nowhere");
        QVERIFY(!programExists("wh-program"));
        qputenv("PATH", path);
    }
    void virtualTimeRunsTasksInDueOrder() {
        SimulatedExecutor executor;
        std::vector<int> order;
        executor.postAfter(2s, [&] { order.push_back(3); });
        executor.post([&] {
            order.push_back(1);
            executor.post([&] { order.push_back(2); });
        });
        const TimerId cancelled = executor.postAfter(1s, [&] { order.push_back(99); });
        executor.cancel(cancelled);
        executor.advance(2s);
        QCOMPARE(order, (std::vector<int>{1, 2, 3}));
        QVERIFY(executor.now().time_since_epoch() == 2s);
    }

    void aSeedDecidesTiesAndRepeats() {
        const auto orderFor = [](std::uint64_t seed) {
            SeededRandom random(seed);
            SimulatedExecutor executor(&random);
            std::vector<int> order;
            for (int i = 0; i < 20; ++i)
                executor.post([&order, i] { order.push_back(i); });
            executor.advance(0s);
            return order;
        };
        QCOMPARE(orderFor(1), orderFor(1));
        QVERIFY(orderFor(1) != orderFor(2));
    }

    void runUntilStopsAtItsLimit() {
        SimulatedExecutor executor;
        std::function<void()> again = [&] { executor.postAfter(1s, again); };
        again();
        QVERIFY(!executor.runUntil([] { return false; }, 10s));
        QVERIFY(executor.now().time_since_epoch() <= 10s);
    }

    void aThreadRunsOneTaskAtATimeInOrder() {
        ThreadExecutor executor("test");
        std::vector<int> order;
        for (int i = 0; i < 1000; ++i)
            executor.post([&order, i] { order.push_back(i); });
        executor.run([&] { QVERIFY(executor.isCurrent()); });
        QCOMPARE(order.size(), std::size_t{1000});
        QVERIFY(std::is_sorted(order.begin(), order.end()));
        QVERIFY(!executor.isCurrent());
    }

    void timersAreNotEarlyAndCanBeCancelled() {
        ThreadExecutor executor("test");
        std::atomic<bool> ran = false;
        std::atomic<bool> cancelledRan = false;
        const Instant start = executor.clock().now();
        Instant when{};
        executor.postAfter(30ms, [&] {
            when = executor.clock().now();
            ran = true;
        });
        const TimerId id = executor.postAfter(10ms, [&] { cancelledRan = true; });
        executor.run([&] { executor.cancel(id); });
        QTRY_VERIFY(ran);
        QVERIFY(when - start >= 30ms);
        QVERIFY(!cancelledRan);
    }

    void destructionDropsWhatHasNotBegun() {
        auto witness = std::make_shared<int>(1);
        {
            ThreadExecutor executor("test");
            executor.postAfter(1h, [witness] {});
        }
        QCOMPARE(witness.use_count(), 1L);
    }

    void uuidsAreVersion4AndDiffer() {
        SystemRandom random;
        std::set<std::string> seen;
        for (int i = 0; i < 1000; ++i) {
            const std::string uuid = makeUuid(random);
            QCOMPARE(uuid.size(), std::size_t{36});
            QCOMPARE(uuid[14], '4');
            QVERIFY(std::string("89ab").find(uuid[19]) != std::string::npos);
            seen.insert(uuid);
        }
        QCOMPARE(seen.size(), std::size_t{1000});
    }

    void filesAreReplacedWholeAndPrivate() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("secret").toStdString();
        QVERIFY(writeFileAtomically(path, "one", 0600));
        QVERIFY(writeFileAtomically(path, "two", 0600));
        QCOMPARE(*readFile(path), std::string("two"));
        struct stat info {};
        QVERIFY(::stat(path.c_str(), &info) == 0);
        QCOMPARE(info.st_mode & 0777, mode_t{0600});
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 1);
        const auto refused = writeFileAtomically("/nonexistent/x", "y");
        QVERIFY(!refused);
        QVERIFY(refused.error().message.find("/nonexistent") != std::string::npos);
    }

    void everyReasonHasAnHttpCodeAndAName() {
        for (int i = 0; i <= static_cast<int>(Reason::Timeout); ++i) {
            const auto reason = static_cast<Reason>(i);
            QVERIFY(httpCode(reason) >= 400);
            QVERIFY(reasonFromName(reasonName(reason)) == reason);
        }
        QVERIFY(reasonFromHttp(418) == Reason::BadRequest);
        QVERIFY(reasonFromHttp(502) == Reason::InternalError);
    }
};

QTEST_GUILESS_MAIN(TestBase)
#include "test_base.moc"
