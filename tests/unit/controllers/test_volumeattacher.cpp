#include "machines.h"
#include "volumes_bench.h"

#include <algorithm>

using namespace wheelhouse;

namespace {

using Attachment = storage::VolumeAttachment;

constexpr const char* driver = "volume.wheelhouse.dev";
constexpr const char* outOfService = "node.kubernetes.io/out-of-service";
const std::vector<std::string> everything = {"volumeattacher", "attachdetach", "persistentvolume",
                                             "diskprovisioner"};

core::Node nodeOf(const std::string& name, const std::string& provider = "vm") {
    core::Node made = node(name);
    (*made.mutable_metadata()->mutable_labels())["wheelhouse.dev/provider"] = provider;
    return made;
}

/// Two machines and a claim of class `disk` that a pod on the first one uses.
struct Lab : Bench {
    FakeProvider vm{executor};

    Lab() : Bench(everything) {
        providers["vm"] = &vm;
        for (const char* name : {"n1", "n2"}) {
            cluster.put(nodeOf(name));
            api::lab::Machine made = machine(name);
            made.mutable_status()->set_phase("Running");
            cluster.put(made);
        }
        Claim made = claim("c", "1Gi", "disk");
        (*made.mutable_metadata()->mutable_annotations())["volume.kubernetes.io/selected-node"] = "n1";
        cluster.put(made);
        cluster.put(running("p", "n1"));
    }
    ~Lab() { stop(); }

    static core::Pod running(const std::string& name, const std::string& node) {
        core::Pod made = podWith(name, "c", node);
        made.mutable_status()->set_phase("Running");
        return made;
    }
    std::string handle() { return cluster.get<Claim>("default/c")->metadata().uid(); }
    std::string holder() {
        const auto it = vm.holders.find(handle());
        return it == vm.holders.end() ? "nobody" : it->second;
    }
    /// "n1 attached" and the like, of every attachment.
    QStringList attachments() {
        QStringList out;
        for (const auto& each : cluster.all<Attachment>())
            out << QString::fromStdString(each.spec().nodename()) +
                       (each.status().attached() ? " attached" : " not");
        out.sort();
        return out;
    }
    std::string detachError() {
        for (const auto& each : cluster.all<Attachment>())
            if (each.status().has_detacherror()) return each.status().detacherror().message();
        return {};
    }
    void mounts(const std::string& node, bool mounted) {
        cluster.edit<core::Node>(node, [&](core::Node& each) {
            each.mutable_status()->clear_volumesinuse();
            if (mounted)
                each.mutable_status()->add_volumesinuse(std::string("kubernetes.io/csi/") + driver + "^" +
                                                        handle());
        });
    }
    void silence(const std::string& node) {
        cluster.edit<core::Node>(node, [](core::Node& each) {
            for (auto& condition : *each.mutable_status()->mutable_conditions())
                if (condition.type() == "Ready") condition.set_status("Unknown");
        });
    }
    /// The pod is gone from the first node, and one on the second wants the volume.
    void move() {
        cluster.drop<core::Pod>("default/p");
        cluster.put(running("q", "n2"));
    }
};

} // namespace

/// The lab's own volumes: made by a provider of machines, and given to one machine at a time.
class TestVolumeAttacher : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void onlyALabWithMachinesHasTheClass() {
        Bench none(everything);
        none.start();
        none.settle();
        QVERIFY(!none.cluster.get<storage::StorageClass>("disk"));
        Lab bench;
        bench.start();
        bench.settle();
        const auto made = bench.cluster.get<storage::StorageClass>("disk");
        QVERIFY(made && made->provisioner() == driver && made->allowvolumeexpansion());
        QVERIFY(bench.cluster.get<storage::CSIDriver>(driver)->spec().attachrequired());
    }

    void aVolumeIsMadeAndAttachedWhereItsPodIs() {
        Lab bench;
        bench.start();
        bench.settle(10s);
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
        QCOMPARE(bench.vm.volumes[bench.handle()], std::int64_t{1} << 30);
        const auto made = *bench.cluster.get<Volume>(volumeOf(bench, "c"));
        QCOMPARE(made.spec().persistentvolumesource().csi().fstype(), std::string("ext4"));
        const auto& where = made.spec().nodeaffinity().required().nodeselectorterms(0).matchexpressions(0);
        QCOMPARE(where.key() + "=" + where.values(0), std::string("wheelhouse.dev/provider=vm"));
        QCOMPARE(bench.attachments(), QStringList{"n1 attached"});
        QCOMPARE(bench.holder(), std::string("n1"));
    }

    void itFollowsItsPodOnceItIsUnmounted() {
        Lab bench;
        bench.start();
        bench.settle(10s);
        bench.mounts("n1", true);
        bench.settle();
        bench.move();
        bench.settle(30s);
        QCOMPARE(bench.holder(), std::string("n1")); // still mounted
        bench.mounts("n1", false);
        bench.settle(30s);
        QCOMPARE(bench.holder(), std::string("n2"));
        QCOMPARE(bench.attachments(), QStringList{"n2 attached"});
    }

    /// What is mounted on a node nobody hears of is taken only when it is certain that it does not write.
    void aSilentNodeKeepsWhatItMayWriteTo_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<bool>("taken");
        QTest::newRow("silent for long") << "" << false;
        QTest::newRow("its machine is off") << "off" << true;
        QTest::newRow("marked out of service") << "marked" << true;
        QTest::newRow("its machine has gone") << "machine gone" << true;
        QTest::newRow("the node has gone") << "node gone" << true;
    }
    void aSilentNodeKeepsWhatItMayWriteTo() {
        QFETCH(QString, what);
        QFETCH(bool, taken);
        Lab bench;
        bench.start();
        bench.settle(10s);
        bench.mounts("n1", true);
        bench.silence("n1");
        bench.settle();
        bench.move();
        // After six minutes the attach/detach controller gives up on the node; the driver does not.
        bench.settle(8min);
        QCOMPARE(bench.holder(), std::string("n1"));
        QVERIFY2(bench.detachError().find("may still write") != std::string::npos,
                 bench.detachError().c_str());
        if (what == "off")
            bench.cluster.edit<api::lab::Machine>(
                "n1", [](api::lab::Machine& each) { each.mutable_status()->set_phase("Stopped"); });
        if (what == "marked")
            bench.cluster.edit<core::Node>("n1", [](core::Node& each) {
                auto& taint = *each.mutable_spec()->add_taints();
                taint.set_key(outOfService);
                taint.set_effect("NoExecute");
            });
        if (what == "machine gone") bench.cluster.drop<api::lab::Machine>("n1");
        if (what == "node gone") bench.cluster.drop<core::Node>("n1");
        bench.settle(2min);
        QCOMPARE(bench.holder(), std::string(taken ? "n2" : "n1"));
        QCOMPARE(bench.attachments().contains("n2 attached"), taken);
    }

    void aRefusalIsSaidAndTriedAgain() {
        Lab bench;
        bench.start();
        bench.settle(10s);
        bench.vm.refusal = "the bus is full";
        bench.mounts("n1", false);
        bench.move();
        bench.settle(10s);
        QCOMPARE(bench.detachError(), std::string("the bus is full"));
        QCOMPARE(bench.attachments(), QStringList{"n1 attached"});
        bench.vm.refusal.clear();
        bench.settle(2min);
        QCOMPARE(bench.attachments(), QStringList{"n2 attached"});

        Lab other;
        other.start();
        other.until([&] { return !other.cluster.all<Volume>().empty(); });
        other.vm.refusal = "the bus is full";
        other.settle(10s);
        QCOMPARE(other.attachments(), QStringList{"n1 not"});
        QCOMPARE(messageOf(other, "FailedAttachVolume").find("the bus is full") != std::string::npos, true);
        other.vm.refusal.clear();
        other.settle(2min);
        QCOMPARE(other.attachments(), QStringList{"n1 attached"});
    }

    void whatWasGivenIsAskedForAgainAfterARestart() {
        Lab bench;
        bench.start();
        bench.settle(10s);
        bench.stop();
        bench.vm.holders.clear();
        bench.start();
        bench.settle();
        QCOMPARE(bench.holder(), std::string("n1"));
    }

    void itGrowsAndGoesWithItsClaim() {
        Lab bench;
        bench.start();
        bench.settle(10s);
        bench.cluster.edit<Claim>("default/c", [](Claim& c) {
            (*c.mutable_spec()->mutable_resources()->mutable_requests())["storage"].set_string("3Gi");
        });
        bench.settle(10s);
        const std::string handle = bench.handle();
        QCOMPARE(bench.vm.volumes[handle], std::int64_t{3} << 30);
        QCOMPARE(bench.cluster.get<Claim>("default/c")->status().capacity().at("storage").string(),
                 std::string("3Gi"));
        bench.mounts("n1", true);
        bench.cluster.drop<Claim>("default/c");
        bench.settle(1min);
        QVERIFY(bench.vm.volumes.contains(handle)); // still mounted
        bench.cluster.drop<core::Pod>("default/p");
        bench.cluster.edit<core::Node>("n1",
                                       [](core::Node& each) { each.mutable_status()->clear_volumesinuse(); });
        bench.settle(10min);
        QVERIFY(!bench.vm.volumes.contains(handle));
        QCOMPARE(bench.cluster.all<Volume>().size(), std::size_t(0));
        QCOMPARE(bench.attachments(), QStringList());
    }

    void aNodeThatIsNoMachineGetsNone() {
        Lab bench;
        bench.cluster.edit<core::Node>("n1",
                                       [](core::Node& each) { each.mutable_metadata()->clear_labels(); });
        bench.start();
        bench.settle(10s);
        QCOMPARE(phase(bench, "c"), std::string("Pending"));
        const auto events = bench.cluster.all<core::Event>();
        QVERIFY(std::any_of(events.begin(), events.end(), [](const auto& each) {
            return each.reason() == "ProvisioningFailed" &&
                   each.message().find("node \"n1\" is no machine of this lab") != std::string::npos;
        }));
        QVERIFY(bench.vm.volumes.empty());
    }

    /// Crashes after every write, while the volume moves: never two holders, and at the end the right one.
    void aMoveSurvivesACrashAfterEveryStep() {
        for (int step = 1;; ++step) {
            Lab bench;
            bench.start();
            bench.settle(10s);
            bench.move();
            const int before = writesOf(bench);
            const bool reached = bench.until([&] { return writesOf(bench) - before >= step; }, 2min);
            bench.restart();
            bench.settle(2min);
            QCOMPARE(bench.attachments(), QStringList{"n2 attached"});
            QCOMPARE(bench.holder(), std::string("n2"));
            if (!reached) return;
            QVERIFY2(step < 100, "the story never ends");
        }
    }
};

QTEST_GUILESS_MAIN(TestVolumeAttacher)
#include "test_volumeattacher.moc"
