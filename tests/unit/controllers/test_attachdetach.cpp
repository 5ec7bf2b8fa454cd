#include "engine/api/groups/storage.h"
#include "steps.h"

#include <QCryptographicHash>

using namespace wheelhouse;
namespace storage = api::storage;

namespace {

using Attachment = storage::VolumeAttachment;

constexpr const char* uniqueName = "kubernetes.io/csi/csi.example.com^handle-v";

void addVolume(Bench& bench, const std::string& mode = "ReadWriteOnce") {
    core::PersistentVolumeClaim claim;
    claim.mutable_metadata()->set_namespace_("default");
    claim.mutable_metadata()->set_name("c");
    claim.mutable_spec()->set_volumename("v");
    claim.mutable_status()->set_phase("Bound");
    claim = bench.cluster.put(claim);
    core::PersistentVolume volume;
    volume.mutable_metadata()->set_name("v");
    volume.mutable_spec()->add_accessmodes(mode);
    auto& reference = *volume.mutable_spec()->mutable_claimref();
    reference.set_namespace_("default");
    reference.set_name("c");
    reference.set_uid(claim.metadata().uid());
    auto& csi = *volume.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
    csi.set_driver("csi.example.com");
    csi.set_volumehandle("handle-v");
    bench.cluster.put(volume);
}

void addPod(Bench& bench, const std::string& name, const std::string& node,
            const std::string& phase = "Running") {
    auto made = pod(name, "web", node);
    made.mutable_status()->set_phase(phase);
    auto& volume = *made.mutable_spec()->add_volumes();
    volume.set_name("data");
    volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname("c");
    bench.cluster.put(made);
}

/// Plays the driver: attaches what it is asked to.
void attachAll(Bench& bench) {
    for (auto& each : bench.cluster.all<Attachment>()) {
        each.mutable_status()->set_attached(true);
        bench.cluster.put(each);
    }
    bench.settle();
}

QStringList attachedTo(Bench& bench) {
    QStringList nodes;
    for (const auto& each : bench.cluster.all<Attachment>())
        nodes << QString::fromStdString(each.spec().nodename());
    nodes.sort();
    return nodes;
}

QStringList told(Bench& bench, const std::string& node) {
    QStringList names;
    const auto found = *bench.cluster.get<core::Node>(node);
    for (const auto& each : found.status().volumesattached())
        names << QString::fromStdString(each.name());
    return names;
}

void mounts(Bench& bench, const std::string& node, bool mounted) {
    bench.cluster.edit<core::Node>(node, [&](core::Node& each) {
        each.mutable_status()->clear_volumesinuse();
        if (mounted) each.mutable_status()->add_volumesinuse(uniqueName);
    });
}

const std::vector<std::string> names = {"attachdetach"};

} // namespace

/// Which volume is attached to which node.
class TestAttachDetach : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aPodsVolumeIsAttachedAndReported() {
        Bench bench(names);
        bench.cluster.put(node("n1"));
        addVolume(bench);
        addPod(bench, "p", "n1");
        bench.start();
        bench.settle();
        QCOMPARE(attachedTo(bench), QStringList({"n1"}));
        const auto made = bench.cluster.all<Attachment>().front();
        // The name node agents look for: SHA-256 of handle, driver and node.
        QCOMPARE(made.metadata().name(),
                 std::string("csi-") +
                     QCryptographicHash::hash("handle-vcsi.example.comn1", QCryptographicHash::Sha256)
                         .toHex()
                         .toStdString());
        QCOMPARE(made.spec().attacher(), std::string("csi.example.com"));
        QCOMPARE(told(bench, "n1"), QStringList());
        attachAll(bench);
        QCOMPARE(told(bench, "n1"), QStringList({uniqueName}));
        QCOMPARE(bench.cluster.all<core::Event>().front().reason(), std::string("SuccessfulAttachVolume"));
    }

    void attachmentsOfOthersStay() {
        Bench bench(names);
        bench.cluster.put(node("n1"));
        const std::string own = "csi-" + std::string(64, 'a');
        for (const std::string& name : {std::string("by-hand"), std::string("csi-mine"), own}) {
            Attachment attachment;
            attachment.mutable_metadata()->set_name(name);
            attachment.mutable_spec()->set_nodename("n1");
            attachment.mutable_spec()->set_attacher("csi.example.com");
            attachment.mutable_spec()->mutable_source()->set_persistentvolumename("none");
            bench.cluster.put(attachment);
        }
        bench.start();
        bench.settle();
        QStringList left;
        for (const auto& each : bench.cluster.all<Attachment>())
            left << QString::fromStdString(each.metadata().name());
        left.sort();
        QCOMPARE(left, QStringList({"by-hand", "csi-mine"}));
    }

    void whatNeedsNoAttachment_data() {
        QTest::addColumn<QString>("what");
        for (const char* what : {"driver", "pending claim", "ended pod", "waiting pod"})
            QTest::newRow(what) << what;
    }
    void whatNeedsNoAttachment() {
        QFETCH(QString, what);
        Bench bench(names);
        bench.cluster.put(node("n1"));
        addVolume(bench);
        addPod(bench, "p", what == "waiting pod" ? "" : "n1", what == "ended pod" ? "Succeeded" : "Running");
        if (what == "driver") {
            storage::CSIDriver driver;
            driver.mutable_metadata()->set_name("csi.example.com");
            driver.mutable_spec()->set_attachrequired(false);
            bench.cluster.put(driver);
        }
        if (what == "pending claim")
            bench.cluster.edit<core::PersistentVolumeClaim>(
                "default/c", [](auto& claim) { claim.mutable_status()->set_phase("Pending"); });
        bench.start();
        bench.settle(10s);
        QCOMPARE(attachedTo(bench), QStringList());
    }

    void oneNodeAtATimeUnlessTheVolumeIsForMany_data() {
        QTest::addColumn<QString>("mode");
        QTest::addColumn<QStringList>("nodes");
        QTest::newRow("one") << "ReadWriteOnce" << QStringList({"n1"});
        QTest::newRow("one pod") << "ReadWriteOncePod" << QStringList({"n1"});
        QTest::newRow("many readers") << "ReadOnlyMany" << QStringList({"n1", "n2"});
        QTest::newRow("many writers") << "ReadWriteMany" << QStringList({"n1", "n2"});
    }
    void oneNodeAtATimeUnlessTheVolumeIsForMany() {
        QFETCH(QString, mode);
        QFETCH(QStringList, nodes);
        Bench bench(names);
        bench.cluster.put(node("n1"));
        bench.cluster.put(node("n2"));
        addVolume(bench, mode.toStdString());
        addPod(bench, "p", "n1");
        bench.start();
        bench.settle();
        attachAll(bench);
        addPod(bench, "q", "n2");
        bench.settle();
        QCOMPARE(attachedTo(bench), nodes);
        if (nodes.size() == 2) return;
        QCOMPARE(bench.cluster.all<core::Event>().back().message(),
                 std::string("Multi-Attach error for volume \"v\" Volume is already used by pod(s) p"));
        bench.cluster.drop<core::Pod>("default/p");
        bench.settle(10s);
        QCOMPARE(attachedTo(bench), QStringList({"n2"}));
    }

    void aMountedVolumeIsNotDetached_data() {
        QTest::addColumn<QString>("node");
        QTest::addColumn<int>("soon");   ///< attachments left after a minute
        QTest::addColumn<int>("atLast"); ///< and after seven
        QTest::newRow("ready") << "ready" << 1 << 1;
        QTest::newRow("not ready") << "not ready" << 1 << 0;
        QTest::newRow("out of service") << "out of service" << 0 << 0;
        QTest::newRow("gone") << "gone" << 1 << 0;
        QTest::newRow("unmounted") << "unmounted" << 0 << 0;
    }
    void aMountedVolumeIsNotDetached() {
        QFETCH(QString, node);
        QFETCH(int, soon);
        QFETCH(int, atLast);
        Bench bench(names);
        bench.cluster.put(wheelhouse::node("n1"));
        addVolume(bench);
        addPod(bench, "p", "n1");
        bench.start();
        bench.settle();
        attachAll(bench);
        mounts(bench, "n1", node != "unmounted");
        if (node == "not ready" || node == "out of service")
            bench.cluster.edit<core::Node>("n1", [&](core::Node& each) {
                each.mutable_status()->mutable_conditions(0)->set_status("Unknown");
                if (node != "out of service") return;
                auto& taint = *each.mutable_spec()->add_taints();
                taint.set_key("node.kubernetes.io/out-of-service");
                taint.set_effect("NoExecute");
            });
        if (node == "gone") bench.cluster.drop<core::Node>("n1");
        bench.cluster.drop<core::Pod>("default/p");
        bench.settle(1min);
        QCOMPARE(attachedTo(bench).size(), soon);
        if (soon == 0) QCOMPARE(told(bench, "n1"), QStringList());
        bench.settle(6min);
        QCOMPARE(attachedTo(bench).size(), atLast);
        if (node != "ready") return;
        mounts(bench, "n1", false);
        bench.settle(10s);
        QCOMPARE(attachedTo(bench).size(), 0);
    }

    void aMoveSurvivesACrashAfterEveryStep() {
        crashAfterEveryStep(
            names,
            [](Bench& bench) {
                bench.cluster.put(node("n1"));
                bench.cluster.put(node("n2"));
                addVolume(bench);
                addPod(bench, "p", "n1");
                bench.start();
                bench.settle();
                attachAll(bench);
                bench.stop();
                bench.cluster.drop<core::Pod>("default/p");
                addPod(bench, "q", "n2");
            },
            [](Bench& bench) {
                attachAll(bench);
                QCOMPARE(attachedTo(bench), QStringList({"n2"}));
                QCOMPARE(told(bench, "n1"), QStringList());
                QCOMPARE(told(bench, "n2"), QStringList({uniqueName}));
            });
    }
};

QTEST_GUILESS_MAIN(TestAttachDetach)
#include "test_attachdetach.moc"
