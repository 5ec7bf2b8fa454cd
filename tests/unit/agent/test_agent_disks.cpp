#include "log_links.h"
#include "node_room.h"
#include "pod_files.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>

using namespace wheelhouse;
using namespace wheelhouse::agent;
namespace fs = std::filesystem;

/// What outlives the pods that use it.
class TestAgentDisks : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    SystemProcesses processes_;
    AttachedDisks attached_{root() / "attached", processes_};
    fs::path root() const { return folder_.path().toStdString(); }

    Result<std::map<std::string, std::string>> mount(PodFiles& files, const std::string& pod,
                                                     const std::string& disk) {
        VolumePlan plan;
        plan.name = "data";
        plan.kind = VolumePlan::Kind::Disk;
        plan.disk = disk;
        return files.make({"default", pod, Uid(pod)}, {plan});
    }

  private Q_SLOTS:
    void aDiskOutlivesItsPods() {
        PodFiles files(root() / "pods", root() / "disks", attached_);
        const auto first = mount(files, "p", "pvc-1");
        QVERIFY(first);
        std::ofstream(fs::path(first->at("data")) / "file") << "kept";
        QVERIFY(files.remove({"default", "p", Uid("p")}));
        const auto second = mount(files, "q", "pvc-1");
        QVERIFY(second);
        QCOMPARE(first->at("data"), second->at("data"));
        QVERIFY(fs::exists(fs::path(second->at("data")) / "file"));
    }

    void onlyWhatIsNotListedGoes() {
        PodFiles files(root() / "pods", root() / "disks", attached_);
        for (const char* disk : {"listed", "gone", "retained"})
            QVERIFY(mount(files, "p", disk));
        const auto there = [&](const char* disk) { return fs::is_directory(root() / "disks" / disk); };
        QVERIFY(files.keepDisks({{"listed", false}, {"gone", true}, {"retained", true}}));
        QVERIFY(there("listed") && there("gone") && there("retained"));
        // The policy changes, and then the volumes go.
        QVERIFY(files.keepDisks({{"listed", false}, {"gone", false}, {"retained", true}}));
        QVERIFY(files.keepDisks({{"listed", false}}));
        QVERIFY(there("listed") && !there("gone") && there("retained"));
        QVERIFY(files.keepDisks({}));
        QVERIFY(!there("listed") && there("retained"));
    }

    void everyLogHasALink() {
        const fs::path logs = root() / "log/pods";
        const fs::path links = logLinkFolder(logs);
        QCOMPARE(links, root() / "log/containers");
        const PodId pod{"shop", "web", Uid("u1")};
        const auto link = [&](const std::string& container, const std::string& id, const char* attempt) {
            const fs::path log = logs / "shop_web_u1" / container / attempt;
            fs::create_directories(log.parent_path());
            std::ofstream(log) << id;
            linkLog(links, logLinkName(pod, container, id), log);
        };
        link("main", "abc", "0.log");
        link("main", "def", "1.log");
        link("side", "123", "0.log");
        std::string text;
        std::ifstream(links / "web_shop_main-def.log") >> text;
        QCOMPARE(text, std::string("def"));
        unlinkLog(links, "abc");
        QVERIFY(!fs::is_symlink(links / "web_shop_main-abc.log"));
        QVERIFY(fs::is_symlink(links / "web_shop_main-def.log"));
        unlinkLogsBelow(links, logs / "shop_web_u");
        QVERIFY(fs::is_symlink(links / "web_shop_main-def.log"));
        unlinkLogsBelow(links, logs / "shop_web_u1");
        QVERIFY(fs::is_empty(links));
        QCOMPARE(logLinkName(pod, std::string(300, 'c'), "id").size(), std::size_t(255));
    }

    void whatAPodHasIsMeasured() {
        const PodFolders folders{root() / "measured/pods", root() / "measured/logs",
                                 root() / "measured/cgroups"};
        const std::string bytes(300'000, 'x');
        const auto write = [&bytes](const fs::path& path) {
            fs::create_directories(path.parent_path());
            std::ofstream(path) << bytes;
        };
        write(folders.volumes / "u1/volumes/data/below/file");
        write(folders.volumes / "u1/volumes/data/file");
        fs::create_directories(folders.volumes / "u1/volumes/empty");
        write(folders.logs / "ns_pod_u1/main/0.log");
        write(folders.logs / "ns_pod_u1/side/0.log");
        write(folders.logs / "ns_pod_u1/side/1.log");
        const auto shares =
            podSharesOf(folders, {{Uid("u1"), {.diskBytes = 7, .containers = {{"main", {0, 7}}}}}});
        const PodShare& share = shares.at(Uid("u1"));
        const auto about = [](std::int64_t measured, std::int64_t files) {
            return measured >= files * 300'000 && measured < files * 300'000 + 60'000;
        };
        QVERIFY(about(share.volumes.at("data"), 2));
        QVERIFY(about(share.volumes.at("empty"), 0));
        QVERIFY(about(share.containers.at("main").logs, 1));
        QVERIFY(about(share.containers.at("side").logs, 2));
        QCOMPARE(share.containers.at("main").written, std::int64_t(7));
        QCOMPARE(share.diskBytes, share.volumes.at("data") + share.volumes.at("empty") +
                                      share.containers.at("main").logs + share.containers.at("side").logs +
                                      7);
    }

    void aDiskCannotBeElsewhere_data() {
        QTest::addColumn<QString>("handle");
        for (const char* handle : {"", "..", "../pods", "/etc", "a/b", "pvc-1.retain"})
            QTest::newRow(handle) << handle;
    }
    void aDiskCannotBeElsewhere() {
        QFETCH(QString, handle);
        PodFiles files(root() / "pods", root() / "disks", attached_);
        const auto made = mount(files, "p", handle.toStdString());
        QVERIFY(!made);
        QCOMPARE(made.error().reason, Reason::Invalid);
    }
};

QTEST_GUILESS_MAIN(TestAgentDisks)
#include "test_agent_disks.moc"
