#include "volumes_bench.h"

#include <functional>
#include <set>

using namespace wheelhouse;

namespace {

const std::vector<std::string> binder = {"persistentvolume"};

} // namespace

/// How claims and volumes come together, and part.
class TestVolumes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theSmallestFittingVolumeIsTaken_data() {
        using Change = std::function<void(Volume&, Claim&)>;
        QTest::addColumn<Change>("change");
        QTest::addColumn<bool>("fits");
        const auto row = [](const char* name, bool fits, Change change) {
            QTest::newRow(name) << change << fits;
        };
        row("as asked", true, [](Volume&, Claim&) {});
        row("larger", true,
            [](Volume& v, Claim&) { (*v.mutable_spec()->mutable_capacity())["storage"].set_string("5Gi"); });
        row("too small", false, [](Volume& v, Claim&) {
            (*v.mutable_spec()->mutable_capacity())["storage"].set_string("1023Mi");
        });
        row("more access modes", true,
            [](Volume& v, Claim&) { v.mutable_spec()->add_accessmodes("ReadOnlyMany"); });
        row("an access mode too few", false,
            [](Volume&, Claim& c) { c.mutable_spec()->add_accessmodes("ReadWriteMany"); });
        row("another class", false,
            [](Volume& v, Claim&) { v.mutable_spec()->set_storageclassname("slow"); });
        row("the same class", true, [](Volume& v, Claim& c) {
            v.mutable_spec()->set_storageclassname("slow");
            c.mutable_spec()->set_storageclassname("slow");
        });
        row("another volume mode", false,
            [](Volume& v, Claim&) { v.mutable_spec()->set_volumemode("Block"); });
        row("the default volume mode, said", true,
            [](Volume& v, Claim&) { v.mutable_spec()->set_volumemode("Filesystem"); });
        row("a selector that matches", true, [](Volume& v, Claim& c) {
            (*v.mutable_metadata()->mutable_labels())["disk"] = "ssd";
            (*c.mutable_spec()->mutable_selector()->mutable_matchlabels())["disk"] = "ssd";
        });
        row("a selector that does not", false, [](Volume&, Claim& c) {
            (*c.mutable_spec()->mutable_selector()->mutable_matchlabels())["disk"] = "ssd";
        });
        row("reserved for it", true, [](Volume& v, Claim&) {
            v.mutable_spec()->mutable_claimref()->set_namespace_("default");
            v.mutable_spec()->mutable_claimref()->set_name("c");
        });
        row("reserved for another", false, [](Volume& v, Claim&) {
            v.mutable_spec()->mutable_claimref()->set_namespace_("default");
            v.mutable_spec()->mutable_claimref()->set_name("d");
        });
        row("of other attributes", false,
            [](Volume&, Claim& c) { c.mutable_spec()->set_volumeattributesclassname("gold"); });
    }
    void theSmallestFittingVolumeIsTaken() {
        QFETCH(std::function<void(Volume&, Claim&)>, change);
        QFETCH(bool, fits);
        Bench bench(binder);
        Volume v = volume("v");
        Claim c = claim("c");
        change(v, c);
        bench.cluster.put(v);
        bench.cluster.put(c);
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string(fits ? "Bound" : "Pending"));
        QCOMPARE(volumeOf(bench, "c"), std::string(fits ? "v" : ""));
        if (fits) QCOMPARE(volumePhase(bench, "v"), std::string("Bound"));
    }

    void amongSeveralTheSmallestWithTheFewestModes() {
        Bench bench(binder);
        bench.cluster.put(volume("a-many-modes", "1Gi", "", "ReadWriteOnce ReadOnlyMany"));
        bench.cluster.put(volume("b-large", "9Gi"));
        bench.cluster.put(volume("c-small", "2Gi"));
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        QCOMPARE(volumeOf(bench, "c"), std::string("c-small"));
        const auto bound = *bench.cluster.get<Claim>("default/c");
        QCOMPARE(bound.status().capacity().at("storage").string(), std::string("2Gi"));
        QCOMPARE(bound.status().accessmodes_size(), 1);
        QVERIFY(bound.metadata().annotations().contains("pv.kubernetes.io/bind-completed"));
        QVERIFY(bound.metadata().annotations().contains("pv.kubernetes.io/bound-by-controller"));
        QCOMPARE(bench.cluster.get<Volume>("c-small")->spec().claimref().uid(), bound.metadata().uid());
    }

    void everyVolumeIsBoundOnce() {
        Bench bench(binder);
        for (int i = 0; i < 10; ++i) {
            bench.cluster.put(claim("c" + std::to_string(i)));
            bench.cluster.put(volume("v" + std::to_string(i)));
        }
        bench.start();
        bench.settle(1min);
        std::set<std::string> used;
        for (int i = 0; i < 10; ++i) {
            QCOMPARE(phase(bench, "c" + std::to_string(i)), std::string("Bound"));
            used.insert(volumeOf(bench, "c" + std::to_string(i)));
        }
        QCOMPARE(used.size(), std::size_t(10));
    }

    void aClaimMayAskForAVolumeByName_data() {
        QTest::addColumn<QString>("size");
        QTest::addColumn<QString>("holder");
        QTest::addColumn<QString>("wanted");
        QTest::addColumn<QString>("event");
        QTest::newRow("free") << "1Gi"
                              << ""
                              << "Bound"
                              << "";
        QTest::newRow("too small") << "1Mi"
                                   << ""
                                   << "Pending"
                                   << "Cannot bind to requested volume \"v\": requested PV is too small";
        QTest::newRow("somebody else's") << "1Gi"
                                         << "other"
                                         << "Pending"
                                         << "volume \"v\" already bound to a different claim.";
    }
    void aClaimMayAskForAVolumeByName() {
        QFETCH(QString, size);
        QFETCH(QString, holder);
        QFETCH(QString, wanted);
        QFETCH(QString, event);
        Bench bench(binder);
        Volume v = volume("v", size.toStdString());
        if (!holder.isEmpty()) {
            v.mutable_spec()->mutable_claimref()->set_namespace_("default");
            v.mutable_spec()->mutable_claimref()->set_name(holder.toStdString());
        }
        bench.cluster.put(v);
        Claim c = claim("c");
        c.mutable_spec()->set_volumename("v");
        bench.cluster.put(c);
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), wanted.toStdString());
        if (event.isEmpty()) {
            QVERIFY(!bench.cluster.get<Claim>("default/c")
                         ->metadata()
                         .annotations()
                         .contains("pv.kubernetes.io/bound-by-controller"));
            return;
        }
        QCOMPARE(bench.cluster.all<core::Event>().front().message(), event.toStdString());
    }

    void aBindingSurvivesACrashAfterEveryStep() {
        for (const bool lost : {false, true})
            crashAfterEveryStep(
                binder,
                [](Bench& bench) {
                    bench.cluster.put(volume("v"));
                    bench.cluster.put(volume("w"));
                    bench.cluster.put(claim("c"));
                },
                [](Bench& bench) {
                    QCOMPARE(phase(bench, "c"), std::string("Bound"));
                    QCOMPARE(volumePhase(bench, "v"), std::string("Bound"));
                    QCOMPARE(volumePhase(bench, "w"), std::string("Available"));
                },
                lost);
    }

    void aVolumeTakenForAClaimThatGotAnotherIsLetGo() {
        Bench bench(binder);
        const Claim c = bench.cluster.put(claim("c"));
        Volume v = volume("v");
        v.mutable_spec()->mutable_claimref()->set_namespace_("default");
        v.mutable_spec()->mutable_claimref()->set_name("c");
        v.mutable_spec()->mutable_claimref()->set_uid(c.metadata().uid());
        (*v.mutable_metadata()->mutable_annotations())["pv.kubernetes.io/bound-by-controller"] = "yes";
        Volume w = v;
        w.mutable_metadata()->set_name("w");
        bench.cluster.put(v);
        bench.cluster.put(w);
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
        const std::string other = volumeOf(bench, "c") == "v" ? "w" : "v";
        QCOMPARE(volumePhase(bench, other), std::string("Available"));
        QVERIFY(!bench.cluster.get<Volume>(other)->spec().has_claimref());
    }

    void whatBecomesOfAReleasedVolume_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("madeBy");
        QTest::addColumn<QString>("wanted");
        QTest::newRow("retained") << "Retain"
                                  << ""
                                  << "Released";
        QTest::newRow("nobody to delete it") << "Delete"
                                             << ""
                                             << "Failed";
        QTest::newRow("its provisioner deletes it") << "Delete"
                                                    << "example.com/disk"
                                                    << "Released";
        QTest::newRow("an old provisioner's") << "Delete"
                                              << "kubernetes.io/aws-ebs"
                                              << "Failed";
        QTest::newRow("nobody to recycle it") << "Recycle"
                                              << ""
                                              << "Failed";
    }
    void whatBecomesOfAReleasedVolume() {
        QFETCH(QString, policy);
        QFETCH(QString, madeBy);
        QFETCH(QString, wanted);
        Bench bench(binder);
        Volume v = volume("v");
        v.mutable_spec()->set_persistentvolumereclaimpolicy(policy.toStdString());
        if (!madeBy.isEmpty())
            (*v.mutable_metadata()->mutable_annotations())["pv.kubernetes.io/provisioned-by"] =
                madeBy.toStdString();
        bench.cluster.put(v);
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
        bench.cluster.drop<Claim>("default/c");
        bench.settle();
        QCOMPARE(volumePhase(bench, "v"), wanted.toStdString());
        // Another claim of the same name does not get it.
        bench.cluster.put(claim("c"));
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Pending"));
    }

    void aClaimWhoseVolumeHasGoneIsLost() {
        Bench bench(binder);
        bench.cluster.put(volume("v"));
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        bench.cluster.drop<Volume>("v");
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Lost"));
        QCOMPARE(messageOf(bench, "ClaimLost"),
                 std::string("Bound claim has lost its PersistentVolume. Data on the volume is lost!"));
    }

    void aVolumeThatComesLaterIsFound() {
        Bench bench(binder);
        bench.cluster.put(claim("c"));
        bench.start();
        bench.settle();
        QCOMPARE(messageOf(bench, "FailedBinding"),
                 std::string("no persistent volumes available for this claim and no storage class is set"));
        Volume v = volume("v");
        v.mutable_status()->clear_phase();
        bench.cluster.put(v);
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
    }

    void theDefaultClassIsGivenLater() {
        Bench bench(binder);
        bench.cluster.put(claim("silent"));
        bench.cluster.put(claim("none", "1Gi", ""));
        bench.start();
        bench.settle();
        bench.cluster.put(storageClass("std", "example.com/disk", "Immediate", true));
        bench.settle();
        QCOMPARE(bench.cluster.get<Claim>("default/silent")->spec().storageclassname(), std::string("std"));
        QCOMPARE(bench.cluster.get<Claim>("default/none")->spec().storageclassname(), std::string());
        QCOMPARE(bench.cluster.get<Claim>("default/silent")
                     ->metadata()
                     .annotations()
                     .at("volume.kubernetes.io/storage-provisioner"),
                 std::string("example.com/disk"));
        QVERIFY(says(bench, "ExternalProvisioning"));
    }

    void whatAClaimWaitsForIsSaid_data() {
        QTest::addColumn<QString>("className");
        QTest::addColumn<int>("pods");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("message");
        QTest::newRow("nobody uses it yet") << "late" << 0 << "WaitForFirstConsumer"
                                            << "waiting for first consumer to be created before binding";
        QTest::newRow("a pod that is nowhere yet") << "late" << 1 << "WaitForPodScheduled"
                                                   << "waiting for pod p0 to be scheduled";
        QTest::newRow("two of them") << "late" << 2 << "WaitForPodScheduled"
                                     << "waiting for pods p0,p1 to be scheduled";
        QTest::newRow("a class that is not there") << "missing" << 0 << "ProvisioningFailed"
                                                   << "storageclass.storage.k8s.io \"missing\" not found";
        QTest::newRow("a class without provisioner")
            << "manual" << 0 << "ProvisioningFailed"
            << "no volume plugin matched name: kubernetes.io/no-provisioner";
    }
    void whatAClaimWaitsForIsSaid() {
        QFETCH(QString, className);
        QFETCH(int, pods);
        QFETCH(QString, reason);
        QFETCH(QString, message);
        Bench bench(binder);
        bench.cluster.put(storageClass("late", "example.com/disk", "WaitForFirstConsumer"));
        bench.cluster.put(storageClass("manual", "kubernetes.io/no-provisioner"));
        for (int i = 0; i < pods; ++i)
            bench.cluster.put(podWith("p" + std::to_string(i), "c", ""));
        bench.cluster.put(claim("c", "1Gi", className.toStdString()));
        bench.start();
        bench.settle();
        QCOMPARE(messageOf(bench, reason.toStdString()), message.toStdString());
        QCOMPARE(phase(bench, "c"), std::string("Pending"));
    }

    void aVolumeOfALateClassWaitsForTheScheduler() {
        Bench bench(binder);
        bench.cluster.put(storageClass("late", "example.com/disk", "WaitForFirstConsumer"));
        bench.cluster.put(volume("v", "1Gi", "late"));
        bench.cluster.put(claim("c", "1Gi", "late"));
        bench.start();
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Pending"));
        // The scheduler reserves the volume it has chosen.
        bench.cluster.edit<Volume>("v", [&](Volume& v) {
            v.mutable_spec()->mutable_claimref()->set_namespace_("default");
            v.mutable_spec()->mutable_claimref()->set_name("c");
        });
        bench.settle();
        QCOMPARE(phase(bench, "c"), std::string("Bound"));
    }
};

QTEST_GUILESS_MAIN(TestVolumes)
#include "test_volumes.moc"
