#include "builders.h"

#include "engine/api/groups/storage.h"
#include "volume_plan.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {

namespace storage = api::storage;

core::PersistentVolumeClaim claim(const std::string& name, const std::string& volume = "",
                                  const std::string& className = "wait",
                                  const std::string& mode = "ReadWriteOnce") {
    const std::string bound =
        volume.empty() ? "" : R"(,"annotations":{"pv.kubernetes.io/bind-completed":"yes"})";
    return fromJson<core::PersistentVolumeClaim>(
        R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":"c-)" + name + "\"" + bound +
        R"(},"spec":{"accessModes":[")" + mode + R"("],"storageClassName":")" + className +
        R"(","volumeName":")" + volume + R"(","resources":{"requests":{"storage":"5Gi"}}}})");
}

core::PersistentVolume volume(const std::string& name, const std::string& zone = "",
                              const std::string& className = "wait", const std::string& size = "10Gi",
                              const std::string& rest = "") {
    std::string affinity;
    if (!zone.empty()) {
        affinity =
            R"(,"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":[")" +
            zone + R"("]}]}]}})";
    }
    auto out = fromJson<core::PersistentVolume>(
        R"({"metadata":{"name":")" + name +
        R"("},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":")" + size +
        R"("},"storageClassName":")" + className + "\"" + affinity + rest + "}}");
    out.mutable_status()->set_phase("Available");
    return out;
}

storage::StorageClass storageClass(const std::string& name, const std::string& provisioner,
                                   const std::string& mode = "WaitForFirstConsumer",
                                   const std::string& rest = "") {
    return fromJson<storage::StorageClass>(R"({"metadata":{"name":")" + name + R"("},"provisioner":")" +
                                           provisioner + R"(","volumeBindingMode":")" + mode + "\"" + rest +
                                           "}");
}

core::Pod claiming(const std::string& name, const std::vector<std::string>& claims) {
    core::Pod out = pod(name);
    for (const std::string& each : claims) {
        auto& made = *out.mutable_spec()->add_volumes();
        made.set_name(each);
        made.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(each);
    }
    return out;
}

struct Zones : Bench {
    Zones() {
        add(node("a", "{}", R"({"zone":"a"})"));
        add(node("b", "{}", R"({"zone":"b"})"));
        addVolumeObject(storageClass("wait", "kubernetes.io/no-provisioner"));
        addVolumeObject(storageClass("made", "csi.example.com"));
        addVolumeObject(storageClass("now", "csi.example.com", "Immediate"));
    }
};

const char* const elsewhere = "node(s) didn't match PersistentVolume's node affinity";
const char* const unbindable = "node(s) didn't find available persistent volumes to bind";
const char* const unhelpful =
    " preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.";

} // namespace

class TestVolumes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void claimsThatHoldAPodUp_data() {
        QTest::addColumn<QString>("why");
        QTest::newRow("missing") << "persistentvolumeclaim \"c\" not found";
        QTest::newRow("lost") << "persistentvolumeclaim \"c\" bound to non-existent persistentvolume \"v\"";
        QTest::newRow("going") << "persistentvolumeclaim \"c\" is being deleted";
        QTest::newRow("immediate") << "pod has unbound immediate PersistentVolumeClaims";
    }
    void claimsThatHoldAPodUp() {
        QFETCH(QString, why);
        Zones bench;
        auto made = claim("c", "", "now");
        const QString row = QTest::currentDataTag();
        if (row == "lost") {
            made = claim("c", "v");
            made.mutable_status()->set_phase("Lost");
        } else if (row == "going") {
            made.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1);
        }
        if (row != "missing") bench.addVolumeObject(made);
        const Outcome outcome = bench.place(claiming("p", {"c"}));
        QVERIFY(!outcome.node);
        QCOMPARE(QString::fromStdString(outcome.message),
                 "0/2 nodes are available: " + why + "." + QString(unhelpful));
        QVERIFY((outcome.helpedBy & events::claims) != 0);
    }

    void boundVolumesSayWhere() {
        Zones bench;
        bench.addVolumeObject(claim("c", "v"));
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.refusal("a"),
                 std::string("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"));
        bench.addVolumeObject(volume("v", "b"));
        QVERIFY(bench.place(claiming("p", {"c"})).node);
        QCOMPARE(bench.decision.chosen, std::string("b"));
        QCOMPARE(bench.refusal("a"), std::string(elsewhere));
    }

    void theSmallestVolumeThatWillDo() {
        Zones bench;
        bench.addVolumeObject(claim("c"));
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.refusal("a"), std::string(unbindable));
        bench.addVolumeObject(volume("large", "a", "wait", "100Gi"));
        bench.addVolumeObject(volume("fits", "a", "wait", "6Gi"));
        bench.addVolumeObject(volume("small", "a", "wait", "1Gi"));
        bench.addVolumeObject(volume("other", "a", "another", "5Gi"));
        QVERIFY(bench.place(claiming("p", {"c"})).node);
        QCOMPARE(bench.decision.chosen, std::string("a"));
        const auto shape = bench.info(claiming("p", {"c"}))->shape;
        const auto plan = VolumePlan::of(PodClaims::of(*shape, bench.cache.volumes), bench.cache.node(0),
                                         bench.cache.volumes);
        QCOMPARE(plan.bind.size(), std::size_t(1));
        QCOMPARE(plan.bind[0].second, std::string("fits"));
        // One that another pod was promised is taken.
        bench.cache.volumes.reserveVolume("fits", "default/another");
        const auto second = VolumePlan::of(PodClaims::of(*shape, bench.cache.volumes), bench.cache.node(0),
                                           bench.cache.volumes);
        QCOMPARE(second.bind[0].second, std::string("large"));
    }

    void twoClaimsNeedTwoVolumes() {
        Zones bench;
        bench.addVolumeObject(claim("c1"));
        bench.addVolumeObject(claim("c2"));
        bench.addVolumeObject(volume("v1", "a"));
        bench.addVolumeObject(volume("v2", "b"));
        QVERIFY(!bench.place(claiming("p", {"c1", "c2"})).node);
        bench.addVolumeObject(volume("v3", "b"));
        QVERIFY(bench.place(claiming("p", {"c1", "c2"})).node);
        QCOMPARE(bench.decision.chosen, std::string("b"));
    }

    void volumesToBeMade() {
        Zones bench;
        bench.addVolumeObject(claim("c", "", "made"));
        QVERIFY(bench.place(claiming("p", {"c"})).node);
        // Only where the class allows it.
        bench.addVolumeObject(storageClass(
            "made", "csi.example.com", "WaitForFirstConsumer",
            R"(,"allowedTopologies":[{"matchLabelExpressions":[{"key":"zone","values":["b"]}]}])"));
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.decision.chosen, std::string("b"));
        QCOMPARE(bench.refusal("a"), std::string(unbindable));
        // And where the driver has room, if it says so.
        bench.addVolumeObject(fromJson<storage::CSIDriver>(
            R"({"metadata":{"name":"csi.example.com"},"spec":{"storageCapacity":true}})"));
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.refusal("b"), std::string("node(s) did not have enough free storage"));
        bench.addVolumeObject(fromJson<storage::CSIStorageCapacity>(
            R"({"metadata":{"name":"x","namespace":"kube-system"},"storageClassName":"made","capacity":"6Gi","nodeTopology":{"matchLabels":{"zone":"b"}}})"));
        QVERIFY(bench.place(claiming("p", {"c"})).node);
    }

    void aNodeOnceChosenStays() {
        Zones bench;
        auto made = claim("c", "", "made");
        (*made.mutable_metadata()->mutable_annotations())["volume.kubernetes.io/selected-node"] = "b";
        bench.addVolumeObject(made);
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.decision.chosen, std::string("b"));
        // Also before it is written.
        Zones early;
        early.addVolumeObject(claim("c", "", "made"));
        early.cache.volumes.reserveNode("default/c", "a");
        early.place(claiming("p", {"c"}));
        QCOMPARE(early.decision.chosen, std::string("a"));
    }

    void oneHolderAtATime() {
        Zones bench;
        bench.addVolumeObject(claim("c", "v", "wait", "ReadWriteOncePod"));
        bench.addVolumeObject(volume("v"));
        bench.add(on(claiming("first", {"c"}), "a"));
        const Outcome outcome = bench.place(claiming("p", {"c"}));
        QVERIFY(!outcome.node);
        for (const char* name : {"a", "b"}) {
            QCOMPARE(bench.refusal(name),
                     std::string("node has pod using PersistentVolumeClaim with the same name and "
                                 "ReadWriteOncePod access mode"));
        }
        bench.cache.removePod(Uid("pod-first"));
        QVERIFY(bench.place(claiming("p", {"c"})).node);
    }

    void disksNamedInThePod() {
        Zones bench;
        const auto withDisk = [](const char* name, bool readOnly) {
            core::Pod out = pod(name);
            auto& made = *out.mutable_spec()->add_volumes();
            made.set_name("d");
            auto& disk = *made.mutable_volumesource()->mutable_gcepersistentdisk();
            disk.set_pdname("disk");
            disk.set_readonly(readOnly);
            return out;
        };
        bench.add(on(withDisk("x", true), "a"));
        QVERIFY(bench.place(withDisk("p", true)).node);
        QCOMPARE(bench.refusal("a"), std::string());
        bench.place(withDisk("p", false));
        QCOMPARE(bench.refusal("a"), std::string("node(s) had no available disk"));
        QCOMPARE(bench.refusal("b"), std::string());
    }

    void asManyAsTheDriverTakes() {
        Zones bench;
        bench.addVolumeObject(fromJson<storage::CSINode>(
            R"({"metadata":{"name":"a"},"spec":{"drivers":[{"name":"csi.example.com","nodeID":"a","allocatable":{"count":1}}]}})"));
        for (const char* name : {"1", "2"}) {
            bench.addVolumeObject(claim(std::string("c") + name, std::string("v") + name));
            bench.addVolumeObject(
                volume(std::string("v") + name, "", "wait", "10Gi",
                       std::string(R"(,"csi":{"driver":"csi.example.com","volumeHandle":")") + name + "\"}"));
        }
        bench.add(on(claiming("x", {"c1"}), "a"));
        bench.place(claiming("p", {"c2"}));
        QCOMPARE(bench.refusal("a"), std::string("node(s) exceed max volume count"));
        QCOMPARE(bench.refusal("b"), std::string());
        // The same volume again is no second one.
        QVERIFY(bench.place(claiming("p", {"c1"})).node);
        QCOMPARE(bench.refusal("a"), std::string());
    }

    void zonesOfVolumes() {
        Bench bench;
        bench.add(node("a", "{}", R"({"topology.kubernetes.io/zone":"a"})"));
        bench.add(node("b", "{}", R"({"topology.kubernetes.io/zone":"b"})"));
        bench.add(node("none"));
        bench.addVolumeObject(claim("c", "v"));
        auto made = volume("v");
        (*made.mutable_metadata()->mutable_labels())["failure-domain.beta.kubernetes.io/zone"] = "b__c";
        bench.addVolumeObject(made);
        bench.place(claiming("p", {"c"}));
        QCOMPARE(bench.refusal("a"), std::string("node(s) had no available volume zone"));
        QCOMPARE(bench.refusal("b"), std::string());
        QCOMPARE(bench.refusal("none"), std::string());
    }
};

QTEST_GUILESS_MAIN(TestVolumes)
#include "test_scheduler_volumes.moc"
