#include "gateway_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;
using namespace std::chrono_literals;
namespace core = api::core;

/// What nodes are told of volumes, and when.
class GatewayVolumesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aPodWaitsForTheVolumeBehindItsClaim();
    void aVolumeIsSentWhileItIsAttached();
    void disksAreSortedByHost();
};

void GatewayVolumesTest::aPodWaitsForTheVolumeBehindItsClaim() {
    GatewayBench bench;
    bench.machine("sim-1");
    core::Pod pod = bench.pod("db", "sim-1");
    core::Volume& mounted = *pod.mutable_spec()->add_volumes();
    mounted.set_name("data");
    mounted.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname("data");
    bench.cluster.put(pod);
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    bench.executor.advance(10s);
    QCOMPARE(bench.phase("db"), std::string("Pending"));
    core::PersistentVolumeClaim claim;
    claim.mutable_metadata()->set_name("data");
    claim.mutable_metadata()->set_namespace_("default");
    claim.mutable_spec()->set_volumename("disk");
    claim = bench.cluster.put(claim);
    core::PersistentVolume volume;
    volume.mutable_metadata()->set_name("disk");
    auto& source = *volume.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
    source.set_driver("disk.wheelhouse.dev");
    source.set_volumehandle("disk");
    volume.mutable_spec()->mutable_claimref()->set_namespace_("default");
    volume.mutable_spec()->mutable_claimref()->set_name("data");
    volume.mutable_spec()->mutable_claimref()->set_uid(claim.metadata().uid());
    bench.cluster.put(volume);
    bench.executor.advance(10s);
    QCOMPARE(bench.phase("db"), std::string("Pending")); // named, but not bound
    claim.mutable_status()->set_phase("Bound");
    bench.cluster.put(claim);
    QVERIFY(bench.untilRunning("db"));
}

void GatewayVolumesTest::aVolumeIsSentWhileItIsAttached() {
    GatewayBench bench;
    bench.machine("sim-1");
    QVERIFY(bench.until([&] { return bench.ready("sim-1") == "True"; }));
    core::PersistentVolumeClaim claim;
    claim.mutable_metadata()->set_name("data");
    claim.mutable_metadata()->set_namespace_("default");
    claim.mutable_spec()->set_volumename("volume");
    claim.mutable_status()->set_phase("Bound");
    claim = bench.cluster.put(claim);
    core::PersistentVolume volume;
    volume.mutable_metadata()->set_name("volume");
    auto& source = *volume.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
    source.set_driver("volume.wheelhouse.dev");
    source.set_volumehandle("handle");
    volume.mutable_spec()->mutable_claimref()->set_namespace_("default");
    volume.mutable_spec()->mutable_claimref()->set_name("data");
    volume.mutable_spec()->mutable_claimref()->set_uid(claim.metadata().uid());
    bench.cluster.put(volume);
    const auto podOf = [&](const std::string& name) {
        core::Pod pod = bench.pod(name, "sim-1");
        core::Volume& mounted = *pod.mutable_spec()->add_volumes();
        mounted.set_name("data");
        mounted.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname("data");
        return pod;
    };
    bench.cluster.put(podOf("db"));
    bench.executor.advance(30s);
    QCOMPARE(bench.phase("db"), std::string("Pending"));
    const auto attach = [&](bool attached) {
        bench.cluster.edit<core::Node>("sim-1", [&](core::Node& node) {
            node.mutable_status()->clear_volumesattached();
            if (attached)
                node.mutable_status()->add_volumesattached()->set_name(
                    "kubernetes.io/csi/volume.wheelhouse.dev^handle");
        });
    };
    attach(true);
    QVERIFY(bench.untilRunning("db"));
    const auto used = [&] { return bench.cluster.get<core::Node>("sim-1")->status().volumesinuse(); };
    QVERIFY(bench.until([&] { return used().size() == 1; }));
    QCOMPARE(used().Get(0), std::string("kubernetes.io/csi/volume.wheelhouse.dev^handle"));
    QCOMPARE(bench.cluster.get<core::Node>("sim-1")->status().volumesattached_size(), 1);
    // On its way out nobody new may have it.
    attach(false);
    bench.executor.advance(1s);
    bench.cluster.put(podOf("late"));
    bench.executor.advance(30s);
    QCOMPARE(bench.phase("late"), std::string("Pending"));
    QCOMPARE(bench.phase("db"), std::string("Running"));
}

void GatewayVolumesTest::disksAreSortedByHost() {
    const auto disk = [](const std::string& name, const std::string& driver, const std::string& host,
                         const std::string& policy) {
        core::PersistentVolume volume;
        volume.mutable_metadata()->set_name(name);
        volume.mutable_spec()->set_persistentvolumereclaimpolicy(policy);
        auto& source = *volume.mutable_spec()->mutable_persistentvolumesource()->mutable_csi();
        source.set_driver(driver);
        source.set_volumehandle(name);
        auto& expression = *volume.mutable_spec()
                                ->mutable_nodeaffinity()
                                ->mutable_required()
                                ->add_nodeselectorterms()
                                ->add_matchexpressions();
        expression.set_key("kubernetes.io/hostname");
        expression.set_operator_("In");
        expression.add_values(host);
        return api::Object::of(volume);
    };
    const auto disks = controlplane::disksByHost(
        {disk("b", "disk.wheelhouse.dev", "n1", "Retain"), disk("a", "disk.wheelhouse.dev", "n1", "Delete"),
         disk("c", "disk.wheelhouse.dev", "n2", "Delete"), disk("d", "csi.example.com", "n2", "Delete")});
    QCOMPARE(disks.size(), std::size_t(2));
    QCOMPARE(disks.at("n1").disks_size(), 2);
    QCOMPARE(disks.at("n1").disks(0).handle(), std::string("a"));
    QVERIFY(!disks.at("n1").disks(0).retain());
    QVERIFY(disks.at("n1").disks(1).retain());
    QCOMPARE(disks.at("n2").disks_size(), 1);
}

QTEST_GUILESS_MAIN(GatewayVolumesTest)
#include "test_gateway_volumes.moc"
