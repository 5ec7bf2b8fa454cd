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

  private slots:
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
