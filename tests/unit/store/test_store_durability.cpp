// The store over RocksDB: what was acknowledged is there after a restart, a kill, damage is said, one owner
// at a time.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "engine/store/store.h"

#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <csignal>
#include <fstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wheelhouse;
using namespace wheelhouse::store;

namespace {

std::atomic<int> syncs = 0;

} // namespace

/// In the place of the C library's, for the whole program: what it does, and counted.
extern "C" int fdatasync(int file) {
    ++syncs;
    return static_cast<int>(syscall(SYS_fdatasync, file));
}

namespace {

const api::Kind& configMaps() {
    return api::kindOf<api::core::ConfigMap>();
}

ObjectPtr configMap(const std::string& name, const std::string& value, Revision revision) {
    api::core::ConfigMap message;
    message.mutable_metadata()->set_namespace_("ns");
    message.mutable_metadata()->set_name(name);
    message.mutable_metadata()->set_resourceversion(std::to_string(revision));
    (*message.mutable_data())["value"] = value;
    return api::Object::of(message);
}

/// A store on its own control and disk threads, as the program has it.
struct Running {
    ThreadExecutor disk{"disk"};
    ThreadExecutor control{"control"};
    std::unique_ptr<Store> store;

    static Result<std::unique_ptr<Running>> open(const std::filesystem::path& folder) {
        auto running = std::make_unique<Running>();
        Result<std::unique_ptr<Backend>> backend = openRocksDb(folder, running->disk);
        if (!backend) return tl::unexpected<Status>(backend.error());
        Result<void> outcome;
        running->control.run([&] {
            auto opened = Store::open(std::move(*backend), running->control);
            if (opened)
                running->store = std::move(*opened);
            else
                outcome = tl::unexpected<Status>(opened.error());
        });
        if (!outcome) return tl::unexpected<Status>(outcome.error());
        return running;
    }
    ~Running() {
        control.run([&] { store.reset(); });
    }
    void putMany(int count, const std::function<void(Revision)>& acknowledged) {
        std::atomic<int> left = count;
        control.run([&] {
            for (int i = 0; i < count; ++i)
                store->put(
                    {&configMaps(), "ns/k" + std::to_string(i % 97)},
                    [i](const ObjectPtr&, Revision r) {
                        return configMap("k" + std::to_string(i % 97), "v" + std::to_string(r), r);
                    },
                    [&](const Result<ObjectPtr>& r) {
                        if (r) acknowledged((*r)->revision());
                        --left;
                    });
        });
        QTRY_COMPARE_WITH_TIMEOUT(left.load(), 0, 30'000);
    }
};

/// Writes as fast as it can and reports each acknowledged revision through the pipe, until killed.
[[noreturn]] void writeUntilKilled(const std::filesystem::path& folder, int pipe) {
    auto running = Running::open(folder);
    if (!running) _exit(3);
    Store& store = *(*running)->store;
    std::function<void(int)> next = [&](int slot) {
        store.put(
            {&configMaps(), "ns/k" + std::to_string(slot)},
            [slot](const ObjectPtr&, Revision r) {
                return configMap("k" + std::to_string(slot), "v" + std::to_string(r), r);
            },
            [&, slot](const Result<ObjectPtr>& r) {
                const Revision revision = (*r)->revision();
                if (::write(pipe, &revision, sizeof revision) != sizeof revision) _exit(4);
                next(slot);
            });
    };
    (*running)->control.run([&] {
        for (int slot = 0; slot < 16; ++slot)
            next(slot);
    });
    for (;;)
        ::pause();
}

} // namespace

class TestStoreDurability : public QObject {
    Q_OBJECT

    /// Whether the disk was made to keep a write before it was answered.
    static bool answersAfterSync() {
        QTemporaryDir folder;
        auto running = Running::open(folder.filePath("state").toStdString());
        if (!running) return false;
        const int before = syncs;
        std::atomic<int> atAnswer = before;
        (*running)->putMany(1, [&](Revision) { atAnswer = syncs.load(); });
        return atAnswer > before;
    }

  private Q_SLOTS:
#ifdef WHEELHOUSE_SEEDED_BUGS
    void aSkippedSyncIsCaught() {
        qputenv("WHEELHOUSE_BUG_SKIP_FSYNC", "1");
        QVERIFY(!answersAfterSync());
        qunsetenv("WHEELHOUSE_BUG_SKIP_FSYNC");
    }
#endif
    void anAnswerComesAfterASync() {
        QVERIFY(answersAfterSync());
    }
    void acknowledgedWritesSurviveAnOrderlyRestart() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("state").toStdString();
        Revision last = 0;
        {
            auto running = *Running::open(path);
            running->putMany(500, [&](Revision r) { last = std::max(last, r); });
        }
        auto again = *Running::open(path);
        QCOMPARE(again->store->revision(), last);
        QCOMPARE(again->store->count(configMaps()), std::size_t{97});
        QCOMPARE((*again->store->get({&configMaps(), "ns/k0"}, 1))->revision(), Revision{1});
    }

    void compactionSurvivesARestart() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("state").toStdString();
        {
            auto running = *Running::open(path);
            running->putMany(500, [](Revision) {});
            running->control.run([&] { running->store->compact(400); });
        }
        auto again = *Running::open(path);
        QCOMPARE(again->store->compactedRevision(), Revision{400});
        QCOMPARE(again->store->revision(), Revision{500});
        QCOMPARE(again->store->count(configMaps()), std::size_t{97});
    }

    void aSecondOwnerIsRefused() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("state").toStdString();
        auto running = *Running::open(path);
        const auto second = Running::open(path);
        QVERIFY(!second);
        QCOMPARE(second.error().reason, Reason::ServiceUnavailable);
        QVERIFY(second.error().message.find("in use by another process") != std::string::npos);
    }

    // R1: a process killed at a random moment has lost nothing that it acknowledged.
    void killedAtAnyMomentNothingAcknowledgedIsLost() {
        const int rounds = qEnvironmentVariableIsSet("WHEELHOUSE_LONG") ? 20'000 : 200;
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("state").toStdString();
        SeededRandom random(7);
        Revision before = 0;
        for (int round = 0; round < rounds; ++round) {
            int pipe[2];
            QVERIFY(::pipe(pipe) == 0);
            const pid_t child = ::fork();
            QVERIFY(child >= 0);
            if (child == 0) {
                ::close(pipe[0]);
                writeUntilKilled(path, pipe[1]);
            }
            ::close(pipe[1]);
            const std::uint64_t killAfter = 1 + random.below(400);
            Revision acknowledged = before;
            Revision revision = 0;
            std::uint64_t seen = 0;
            while (seen < killAfter && ::read(pipe[0], &revision, sizeof revision) == sizeof revision) {
                acknowledged = std::max(acknowledged, revision);
                ++seen;
            }
            ::kill(child, SIGKILL);
            while (::read(pipe[0], &revision, sizeof revision) == sizeof revision)
                acknowledged = std::max(acknowledged, revision);
            ::close(pipe[0]);
            ::waitpid(child, nullptr, 0);
            QVERIFY2(seen == killAfter, "the writer stopped on its own");
            const auto running = Running::open(path);
            QVERIFY2(running, running ? "" : running.error().message.c_str());
            const Store& store = *(*running)->store;
            QVERIFY2(
                store.revision() >= acknowledged,
                qPrintable(QString("acknowledged %1, found %2").arg(acknowledged).arg(store.revision())));
            QVERIFY(acknowledged > before);
            const auto all = *store.list(configMaps(), "", "", 0, 0);
            for (const ObjectPtr& object : all.items)
                QCOMPARE(object->as<api::core::ConfigMap>().data().at("value"),
                         "v" + std::to_string(object->revision()));
            before = store.revision();
        }
    }

    void damageIsSaidNotServed() {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("state").toStdString();
        {
            auto running = *Running::open(path);
            running->putMany(2000, [](Revision) {});
        }
        // One flipped bit in the middle of the write-ahead log.
        std::filesystem::path log;
        for (const auto& entry : std::filesystem::directory_iterator(path))
            if (entry.path().extension() == ".log" && entry.file_size() > 10'000) log = entry.path();
        QVERIFY(!log.empty());
        std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
        const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(log) / 2);
        file.seekg(middle);
        const char byte = static_cast<char>(file.get());
        file.seekp(middle);
        file.put(static_cast<char>(byte ^ 0x10));
        file.close();
        const auto again = Running::open(path);
        QVERIFY2(!again, "a store with a damaged record in the middle opened as if nothing were missing");
        QVERIFY(again.error().message.find(path.string()) != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestStoreDurability)
#include "test_store_durability.moc"
