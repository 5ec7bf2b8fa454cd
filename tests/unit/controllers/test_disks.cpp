#include "volumes_bench.h"

#include <functional>
#include <map>

using namespace wheelhouse;

namespace {

const std::vector<std::string> everything = {"persistentvolume", "diskprovisioner", "pvcprotection",
                                             "pvprotection"};

} // namespace

/// The lab's own disks, what is in use and stays, and the claims of ephemeral volumes.
class TestDisks : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aNewClusterHasADefaultClass() {
        Bench bench({"diskprovisioner"});
        bench.start();
        bench.settle();
        const auto standard = bench.cluster.get<storage::StorageClass>("standard");
        QVERIFY(standard);
        QCOMPARE(standard->provisioner(), std::string("disk.wheelhouse.dev"));
        QCOMPARE(standard->volumebindingmode(), std::string("WaitForFirstConsumer"));
        QVERIFY(!bench.cluster.get<storage::CSIDriver>("disk.wheelhouse.dev")->spec().attachrequired());
        // What a person deletes stays deleted.
        bench.cluster.drop<storage::StorageClass>("standard");
        bench.restart();
        bench.settle();
        QVERIFY(!bench.cluster.get<storage::StorageClass>("standard"));
    }

    void aDiskIsMadeWhereTheSchedulerSays() {
        Bench bench(everything);
        bench.cluster.put(node("n1"));
        bench.cluster.put(node("n2"));
        bench.start();
        bench.settle();
        bench.cluster.put(claim("c", "3Gi", "standard"));
        bench.settle();
        QVERIFY(says(bench, "WaitForFirstConsumer"));
        QCOMPARE(bench.cluster.all<Volume>().size(), std::size_t(0));
        bench.cluster.edit<Claim>("default/c", [](Claim& c) {
            (*c.mutable_metadata()->mutable_annotations())["volume.kubernetes.io/selected-node"] = "n2";
        });
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
        const auto made = *bench.cluster.get<Volume>(volumeOf(bench, "c"));
        QCOMPARE(made.metadata().name(), "pvc-" + bench.cluster.get<Claim>("default/c")->metadata().uid());
        QCOMPARE(made.spec().capacity().at("storage").string(), std::string("3Gi"));
        QCOMPARE(made.spec().persistentvolumereclaimpolicy(), std::string("Delete"));
        QCOMPARE(made.spec().nodeaffinity().required().nodeselectorterms(0).matchexpressions(0).values(0),
                 std::string("n2"));
        QVERIFY2(says(bench, "Provisioning") && says(bench, "ProvisioningSucceeded"),
                 qPrintable(reasons(bench).join(" ")));
        QCOMPARE(messageOf(bench, "ProvisioningSucceeded"),
                 "Successfully provisioned volume " + made.metadata().name());
    }

    void anImmediateDiskGoesWhereThereAreFewest() {
        Bench bench(everything);
        for (const char* name : {"n1", "n2", "n3"})
            bench.cluster.put(node(name, std::string(name) == "n2" ? "False" : "True"));
        bench.cluster.put(storageClass("now", "disk.wheelhouse.dev"));
        for (int i = 0; i < 4; ++i)
            bench.cluster.put(claim("c" + std::to_string(i), "1Gi", "now"));
        bench.start();
        bench.settle(1min);
        std::map<std::string, int> where;
        for (const auto& each : bench.cluster.all<Volume>())
            ++where[each.spec().nodeaffinity().required().nodeselectorterms(0).matchexpressions(0).values(0)];
        QCOMPARE(where["n1"] + where["n3"], 4);
        QCOMPARE(where["n2"], 0);
    }

    void aNodeThatIsGoneSendsTheClaimBack() {
        Bench bench(everything);
        bench.start();
        bench.settle();
        Claim c = claim("c", "1Gi", "standard");
        (*c.mutable_metadata()->mutable_annotations())["volume.kubernetes.io/selected-node"] = "gone";
        bench.cluster.put(c);
        bench.settle();
        QVERIFY(!bench.cluster.get<Claim>("default/c")
                     ->metadata()
                     .annotations()
                     .contains("volume.kubernetes.io/selected-node"));
        QCOMPARE(bench.cluster.all<Volume>().size(), std::size_t(0));
    }

    void whatNoDiskCanBeIsRefused_data() {
        using Change = std::function<void(Claim&)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("why");
        QTest::newRow("for many nodes")
            << Change([](Claim& c) { c.mutable_spec()->set_accessmodes(0, "ReadWriteMany"); })
            << "ReadWriteMany";
        QTest::newRow("a block device") << Change([](Claim& c) { c.mutable_spec()->set_volumemode("Block"); })
                                        << "volumeMode Block is not supported";
        QTest::newRow("a selector") << Change([](Claim& c) {
            (*c.mutable_spec()->mutable_selector()->mutable_matchlabels())["a"] = "b";
        }) << "claim Selector is not supported";
        QTest::newRow("a copy") << Change([](Claim& c) {
            c.mutable_spec()->mutable_datasource()->set_kind("PersistentVolumeClaim");
            c.mutable_spec()->mutable_datasource()->set_name("d");
        }) << "dataSource is not supported";
    }
    void whatNoDiskCanBeIsRefused() {
        QFETCH(std::function<void(Claim&)>, change);
        QFETCH(QString, why);
        Bench bench(everything);
        bench.cluster.put(node("n1"));
        bench.cluster.put(storageClass("now", "disk.wheelhouse.dev"));
        Claim c = claim("c", "1Gi", "now");
        change(c);
        bench.cluster.put(c);
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Pending"));
        const QString message = QString::fromStdString(messageOf(bench, "ProvisioningFailed"));
        QVERIFY2(message.startsWith("failed to provision volume with StorageClass \"now\": ") &&
                     message.contains(why),
                 qPrintable(message));
    }

    void provisioningSurvivesACrashAfterEveryStep() {
        for (const bool lost : {false, true})
            crashAfterEveryStep(
                everything,
                [](Bench& bench) {
                    bench.cluster.put(node("n1"));
                    Claim c = claim("c", "1Gi", "standard");
                    (*c.mutable_metadata()->mutable_annotations())["volume.kubernetes.io/selected-node"] =
                        "n1";
                    bench.cluster.put(c);
                },
                [](Bench& bench) {
                    QCOMPARE(phase(bench, "c"), std::string("Bound"));
                    QCOMPARE(bench.cluster.all<Volume>().size(), std::size_t(1));
                },
                lost);
    }

    void aDiskGoesWithItsClaimAfterEveryCrash() {
        for (const char* policy : {"Delete", "Retain"})
            crashAfterEveryStep(
                everything,
                [&](Bench& bench) {
                    bench.cluster.put(node("n1"));
                    auto of = storageClass("now", "disk.wheelhouse.dev");
                    of.set_reclaimpolicy(policy);
                    bench.cluster.put(of);
                    Claim c = claim("c", "1Gi", "now");
                    bench.cluster.put(c);
                    bench.start();
                    bench.settle();
                    bench.stop();
                    QCOMPARE(phase(bench, "c"), std::string("Bound"));
                    bench.cluster.edit<Claim>("default/c", [&](Claim& each) {
                        *each.mutable_metadata()->mutable_deletiontimestamp() =
                            api::toTime(bench.executor.wallNow());
                    });
                },
                [&](Bench& bench) {
                    QCOMPARE(phase(bench, "c"), std::string("gone"));
                    QCOMPARE(bench.cluster.all<Volume>().size(),
                             std::size_t(std::string(policy) == "Delete" ? 0 : 1));
                });
    }

    void aDiskGrows() {
        Bench bench(everything);
        bench.cluster.put(node("n1"));
        bench.cluster.put(storageClass("now", "disk.wheelhouse.dev"));
        bench.cluster.put(claim("c", "1Gi", "now"));
        bench.start();
        bench.settle();
        bench.cluster.failNext("update", "persistentvolumes",
                               {.reason = Reason::Conflict, .message = "raced"});
        bench.cluster.edit<Claim>("default/c", [](Claim& c) {
            (*c.mutable_spec()->mutable_resources()->mutable_requests())["storage"].set_string("4Gi");
        });
        bench.settle();
        QCOMPARE(bench.cluster.get<Claim>("default/c")->status().capacity().at("storage").string(),
                 std::string("4Gi"));
        QCOMPARE(bench.cluster.get<Volume>(volumeOf(bench, "c"))->spec().capacity().at("storage").string(),
                 std::string("4Gi"));
        QVERIFY(says(bench, "VolumeResizeSuccessful"));
    }

    void aClaimInUseStays_data() {
        QTest::addColumn<QString>("node");
        QTest::addColumn<bool>("stays");
        QTest::newRow("a pod on a node") << "n1" << true;
        QTest::newRow("a pod that is nowhere yet") << "" << false;
    }
    void aClaimInUseStays() {
        QFETCH(QString, node);
        QFETCH(bool, stays);
        Bench bench({"pvcprotection"});
        bench.cluster.put(podWith("p", "c", node.toStdString()));
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        QCOMPARE(bench.cluster.get<Claim>("default/c")->metadata().finalizers(0),
                 std::string("kubernetes.io/pvc-protection"));
        bench.cluster.edit<Claim>("default/c", [&](Claim& c) {
            *c.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        });
        bench.settle(1min);
        QCOMPARE(phase(bench, "c") == "gone", !stays);
        bench.cluster.drop<core::Pod>("default/p");
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("gone"));
    }

    void aBoundVolumeStays() {
        Bench bench({"persistentvolume", "pvprotection"});
        bench.cluster.put(volume("v"));
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        bench.cluster.edit<Volume>("v", [&](Volume& v) {
            *v.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
        });
        bench.settle(1min);
        QCOMPARE(volumePhase(bench, "v"), std::string("Bound"));
        bench.cluster.drop<Claim>("default/c");
        bench.settle();
        QCOMPARE(volumePhase(bench, "v"), std::string("gone"));
    }

    void anEphemeralVolumeHasItsOwnClaim() {
        Bench bench({"ephemeralvolume"});
        auto p = pod("p");
        auto& each = *p.mutable_spec()->add_volumes();
        each.set_name("scratch");
        auto& model = *each.mutable_volumesource()->mutable_ephemeral()->mutable_volumeclaimtemplate();
        (*model.mutable_metadata()->mutable_labels())["kind"] = "scratch";
        *model.mutable_spec() = claim("x", "2Gi").spec();
        p = bench.cluster.put(p);
        bench.cluster.loseAnswers("create", "persistentvolumeclaims");
        bench.start();
        bench.settle(5s);
        const auto made = bench.cluster.get<Claim>("default/p-scratch");
        QVERIFY(made);
        QCOMPARE(made->metadata().ownerreferences(0).uid(), p.metadata().uid());
        QCOMPARE(made->metadata().labels().at("kind"), std::string("scratch"));
        QCOMPARE(bench.cluster.all<Claim>().size(), std::size_t(1));
    }

    void anotherClaimOfThatNameIsLeftAlone() {
        Bench bench({"ephemeralvolume"});
        bench.cluster.put(claim("p-scratch"));
        auto p = pod("p");
        auto& each = *p.mutable_spec()->add_volumes();
        each.set_name("scratch");
        each.mutable_volumesource()->mutable_ephemeral()->mutable_volumeclaimtemplate();
        bench.cluster.put(p);
        bench.start();
        bench.settle();
        QCOMPARE(messageOf(bench, "FailedBinding"),
                 std::string("ephemeral volume scratch: PVC default/p-scratch was not created for pod "
                             "default/p (pod is not owner)"));
        QVERIFY(bench.cluster.get<Claim>("default/p-scratch")->metadata().ownerreferences().empty());
    }
};

QTEST_GUILESS_MAIN(TestDisks)
#include "test_disks.moc"
