#include "machines.h"
#include "volumes_bench.h"

using namespace wheelhouse;

namespace {

core::Node nodeOf(const std::string& name, const std::string& provider) {
    core::Node made = node(name);
    if (!provider.empty()) (*made.mutable_metadata()->mutable_labels())["wheelhouse.dev/provider"] = provider;
    return made;
}

struct Lab : Bench {
    FakeProvider vm{executor};
    FakeProvider endless{executor};

    Lab() : Bench({"csinode"}) {
        vm.most = 3;
        providers["vm"] = &vm;
        providers["endless"] = &endless;
        cluster.put(nodeOf("n1", "vm"));
    }
    ~Lab() { stop(); }

    std::optional<storage::CSINodeDriver> driver(const std::string& node) {
        const auto found = cluster.get<storage::CSINode>(node);
        if (!found) return std::nullopt;
        for (const auto& each : found->spec().drivers())
            if (each.name() == "volume.wheelhouse.dev") return each;
        return std::nullopt;
    }
};

} // namespace

class TestCsiNode : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aNodeSaysHowManyVolumesItTakes() {
        Lab lab;
        lab.start();
        lab.settle();
        QVERIFY(lab.driver("n1"));
        QCOMPARE(lab.driver("n1")->allocatable().count(), 3);
        QCOMPARE(lab.driver("n1")->nodeid(), std::string("n1"));
        const auto owner = lab.cluster.get<storage::CSINode>("n1")->metadata().ownerreferences(0);
        QCOMPARE(owner.kind(), std::string("Node"));
        QCOMPARE(owner.uid(), lab.cluster.get<core::Node>("n1")->metadata().uid());
        lab.cluster.put(nodeOf("n2", "vm"));
        lab.settle();
        QVERIFY(lab.driver("n2"));
    }

    void whereThereIsNoLimitNothingIsSaid() {
        Lab lab;
        lab.cluster.put(nodeOf("n2", "endless"));
        lab.cluster.put(nodeOf("n3", ""));
        lab.cluster.put(nodeOf("n4", "unknown"));
        lab.start();
        lab.settle();
        QCOMPARE(lab.cluster.all<storage::CSINode>().size(), std::size_t(1));
    }

    void whatOthersEnteredStays() {
        Lab lab;
        storage::CSINode csi;
        csi.mutable_metadata()->set_name("n1");
        auto& other = *csi.mutable_spec()->add_drivers();
        other.set_name("other.example");
        other.set_nodeid("i-1");
        lab.cluster.put(csi);
        lab.start();
        lab.settle();
        QVERIFY(lab.driver("n1"));
        QCOMPARE(lab.cluster.get<storage::CSINode>("n1")->spec().drivers(0).name(),
                 std::string("other.example"));
    }

    void whatSomebodyBrokeIsMended() {
        Lab lab;
        lab.start();
        lab.settle();
        auto csi = *lab.cluster.get<storage::CSINode>("n1");
        csi.mutable_spec()->mutable_drivers(0)->mutable_allocatable()->set_count(100);
        lab.cluster.put(csi);
        lab.settle();
        QCOMPARE(lab.driver("n1")->allocatable().count(), 3);
        lab.cluster.drop<storage::CSINode>("n1");
        lab.settle();
        QVERIFY(lab.driver("n1"));
    }
};

QTEST_GUILESS_MAIN(TestCsiNode)
#include "test_csinode.moc"
