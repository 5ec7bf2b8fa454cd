#include "stateful_bench.h"

using namespace wheelhouse;

/// The claims of a StatefulSet's pods: made, kept, owned, waited for.
class TestStatefulSetClaims : public QObject {
    Q_OBJECT

    using Set = StatefulBench;

  private Q_SLOTS:
    void eachPodHasItsOwn() {
        Set bench;
        auto set = Set::statefulSet(2);
        Set::addClaim(set, "data");
        Set::addClaim(set, "log");
        auto& volume = *set.mutable_spec()->mutable_template_()->mutable_spec()->add_volumes();
        volume.set_name("data"); // of the same name as a claim: the claim wins
        volume.mutable_volumesource()->mutable_emptydir();
        auto& other = *set.mutable_spec()->mutable_template_()->mutable_spec()->add_volumes();
        other.set_name("scratch");
        other.mutable_volumesource()->mutable_emptydir();
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        for (const char* name : {"data-db-0", "log-db-0", "data-db-1", "log-db-1"}) {
            QVERIFY2(bench.claimOf(name), name);
            QCOMPARE(bench.claimOf(name)->metadata().labels().at("app"), std::string("db"));
            QCOMPARE(bench.claimOf(name)->spec().accessmodes(0), std::string("ReadWriteOnce"));
            QCOMPARE(bench.ownersOf(name), QString());
        }
        QStringList volumes;
        const auto pod = *bench.podOf(1);
        for (const auto& each : pod.spec().volumes())
            volumes << QString::fromStdString(each.name() + "=" +
                                              each.volumesource().persistentvolumeclaim().claimname());
        QCOMPARE(volumes, QStringList({"data=data-db-1", "log=log-db-1", "scratch="}));
    }

    void theyOutliveTheirPodAndServeTheNext() {
        Set bench;
        auto set = Set::statefulSet(2);
        Set::addClaim(set, "data");
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        const auto uid = bench.claimOf("data-db-1")->metadata().uid();
        bench.setReplicas(1);
        bench.converge();
        bench.setReplicas(2);
        bench.converge();
        QCOMPARE(bench.claimOf("data-db-1")->metadata().uid(), uid);
        QCOMPARE(bench.cluster.count("create", "persistentvolumeclaims"), 2);
        QCOMPARE(bench.cluster.count("delete", "persistentvolumeclaims"), 0);
    }

    void ownedAsThePolicySays_data() {
        QTest::addColumn<QByteArray>("whenDeleted");
        QTest::addColumn<QByteArray>("whenScaled");
        QTest::addColumn<QString>("kept");
        QTest::addColumn<QString>("scaledAway");
        QTest::newRow("kept for good") << QByteArray("Retain") << QByteArray("Retain") << ""
                                       << "";
        QTest::newRow("go with the set") << QByteArray("Delete") << QByteArray("Retain") << "StatefulSet/db"
                                         << "StatefulSet/db";
        QTest::newRow("go with their pod") << QByteArray("Retain") << QByteArray("Delete") << ""
                                           << "Pod/db-1";
        QTest::newRow("go with either") << QByteArray("Delete") << QByteArray("Delete") << "StatefulSet/db"
                                        << "Pod/db-1";
    }
    void ownedAsThePolicySays() {
        QFETCH(QByteArray, whenDeleted);
        QFETCH(QByteArray, whenScaled);
        QFETCH(QString, kept);
        QFETCH(QString, scaledAway);
        Set bench;
        auto set = Set::statefulSet(2);
        Set::addClaim(set, "data", whenDeleted.toStdString(), whenScaled.toStdString());
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        QCOMPARE(bench.ownersOf("data-db-0"), kept);
        QCOMPARE(bench.ownersOf("data-db-1"), kept);
        bench.setReplicas(1);
        bench.settle(); // its pod is on its way out but not gone
        QVERIFY(bench.podOf(1));
        QCOMPARE(bench.ownersOf("data-db-0"), kept);
        QCOMPARE(bench.ownersOf("data-db-1"), scaledAway);
        const auto claim = *bench.claimOf("data-db-1");
        for (const auto& each : claim.metadata().ownerreferences())
            QVERIFY(each.controller() && each.blockownerdeletion());
        // Scaled up again too late for it: the old pod still has to go.
        bench.setReplicas(2);
        bench.settle();
        if (!scaledAway.startsWith("Pod/")) return;
        bench.cluster.drop<core::Pod>("default/db-1");
        bench.settle(10min);
        QVERIFY(!bench.podOf(1)); // the old claim is about to be collected: a new pod would lose it
        bench.cluster.drop<core::PersistentVolumeClaim>("default/data-db-1");
        bench.settle(1s);
        QVERIFY(bench.podOf(1));
        QCOMPARE(bench.ownersOf("data-db-1"), kept);
    }

    void aChangedPolicyReachesClaimsThereAre() {
        Set bench;
        auto set = Set::statefulSet(2);
        Set::addClaim(set, "data");
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        bench.edit([](auto& spec) {
            spec.mutable_persistentvolumeclaimretentionpolicy()->set_whendeleted("Delete");
        });
        bench.settle();
        QCOMPARE(bench.ownersOf("data-db-0"), QString("StatefulSet/db"));
        QCOMPARE(bench.ownersOf("data-db-1"), QString("StatefulSet/db"));
        bench.edit([](auto& spec) {
            spec.mutable_persistentvolumeclaimretentionpolicy()->set_whendeleted("Retain");
        });
        bench.settle();
        QCOMPARE(bench.ownersOf("data-db-0"), QString());
    }

    void aClaimSomebodyElseControlsIsLeftAlone() {
        Set bench;
        core::PersistentVolumeClaim claim;
        claim.mutable_metadata()->set_namespace_("default");
        claim.mutable_metadata()->set_name("data-db-0");
        auto& owner = *claim.mutable_metadata()->add_ownerreferences();
        owner.set_apiversion("example.com/v1");
        owner.set_kind("Vault");
        owner.set_name("v");
        owner.set_uid("u");
        owner.set_controller(true);
        bench.cluster.put(claim);
        auto set = Set::statefulSet(1);
        Set::addClaim(set, "data", "Delete", "Delete");
        bench.cluster.put(set);
        bench.start();
        bench.converge();
        QCOMPARE(bench.ownersOf("data-db-0"), QString("Vault/v"));
        bool told = false;
        for (const auto& event : bench.cluster.all<core::Event>())
            told |= event.reason() == "ConflictingController";
        QVERIFY(told);
    }

    void aClaimThatCannotBeMadeHoldsThePodBack() {
        Set bench;
        auto set = Set::statefulSet(1);
        Set::addClaim(set, "data");
        bench.cluster.put(set);
        bench.cluster.failNext("create", "persistentvolumeclaims",
                               {.reason = Reason::Forbidden, .message = "quota"}, 3);
        bench.start();
        bench.settle(3ms);
        QCOMPARE(bench.pods(), std::size_t(0));
        bench.settle(1min);
        QCOMPARE(bench.pods(), std::size_t(1));
        QVERIFY(bench.claimOf("data-db-0"));
    }

    void aMissingClaimOfAPendingPodIsMade() {
        Set bench;
        auto set = Set::statefulSet(1);
        Set::addClaim(set, "data");
        bench.cluster.put(set);
        bench.start();
        bench.settle();
        bench.cluster.drop<core::PersistentVolumeClaim>("default/data-db-0");
        bench.settle();
        QVERIFY(bench.claimOf("data-db-0"));
    }
};

QTEST_GUILESS_MAIN(TestStatefulSetClaims)
#include "test_statefulset_claims.moc"
