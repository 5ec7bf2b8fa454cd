#include "bench.h"

#include <algorithm>

using namespace wheelhouse;

class TestDeployment : public QObject {
    Q_OBJECT

    static apps::Deployment deployment(int replicas, const std::string& image = "nginx:1") {
        apps::Deployment d;
        d.mutable_metadata()->set_namespace_("default");
        d.mutable_metadata()->set_name("web");
        d.mutable_spec()->set_replicas(replicas);
        d.mutable_spec()->set_progressdeadlineseconds(600);
        (*d.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        *d.mutable_spec()->mutable_template_() = podTemplate("web", image);
        return d;
    }
    static void setImage(Bench& bench, const std::string& image) {
        bench.cluster.edit<apps::Deployment>("default/web", [&](auto& d) {
            d.mutable_spec()->mutable_template_()->mutable_spec()->mutable_containers(0)->set_image(image);
        });
    }
    static apps::ReplicaSet setOf(Bench& bench, const std::string& image) {
        for (auto& set : bench.cluster.all<apps::ReplicaSet>())
            if (set.spec().template_().spec().containers(0).image() == image) return set;
        return {};
    }
    static std::string conditionOf(Bench& bench, const std::string& type) {
        const auto d = *bench.cluster.get<apps::Deployment>("default/web");
        for (const auto& condition : d.status().conditions())
            if (condition.type() == type) return condition.status() + "/" + condition.reason();
        return {};
    }

  private Q_SLOTS:
    void becomesPodsAndSaysSo() {
        Bench bench({"deployment", "replicaset"});
        bench.cluster.put(deployment(3));
        bench.start();
        bench.converge();
        QCOMPARE(bench.pods(), std::size_t(3));
        const auto d = *bench.cluster.get<apps::Deployment>("default/web");
        QCOMPARE(d.status().replicas(), 3);
        QCOMPARE(d.status().updatedreplicas(), 3);
        QCOMPARE(d.status().availablereplicas(), 3);
        QCOMPARE(d.status().unavailablereplicas(), 0);
        QCOMPARE(d.status().observedgeneration(), d.metadata().generation());
        QCOMPARE(d.metadata().annotations().at("deployment.kubernetes.io/revision"), std::string("1"));
        QCOMPARE(conditionOf(bench, "Available"), std::string("True/MinimumReplicasAvailable"));
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("True/NewReplicaSetAvailable"));
        const auto set = bench.cluster.all<apps::ReplicaSet>().front();
        const auto hash = set.metadata().labels().at("pod-template-hash");
        QCOMPARE(set.metadata().name(), "web-" + hash);
        QCOMPARE(bench.cluster.all<core::Pod>().front().metadata().labels().at("pod-template-hash"), hash);
    }

    void rollsInsideItsFence_data() {
        QTest::addColumn<QString>("surge");
        QTest::addColumn<QString>("unavailable");
        QTest::addColumn<int>("most");
        QTest::addColumn<int>("least");
        QTest::newRow("defaults") << "25%"
                                  << "25%" << 13 << 8;
        QTest::newRow("one by one") << "1"
                                    << "0" << 11 << 10;
        QTest::newRow("in place") << "0"
                                  << "2" << 10 << 8;
        QTest::newRow("both zero") << "0"
                                   << "0" << 10 << 9;
        QTest::newRow("all at once") << "100%"
                                     << "100%" << 20 << 0;
    }
    void rollsInsideItsFence() {
        QFETCH(QString, surge);
        QFETCH(QString, unavailable);
        QFETCH(int, most);
        QFETCH(int, least);
        const auto fill = [](auto& value, const QString& text) {
            value.set_type(text.endsWith('%') ? 1 : 0);
            if (text.endsWith('%'))
                value.set_strval(text.toStdString());
            else
                value.set_intval(text.toInt());
        };
        Bench bench({"deployment", "replicaset"});
        auto d = deployment(10);
        d.mutable_spec()->mutable_strategy()->set_type("RollingUpdate");
        fill(*d.mutable_spec()->mutable_strategy()->mutable_rollingupdate()->mutable_maxsurge(), surge);
        fill(*d.mutable_spec()->mutable_strategy()->mutable_rollingupdate()->mutable_maxunavailable(),
             unavailable);
        bench.cluster.put(d);
        bench.start();
        bench.converge();
        setImage(bench, "nginx:2");
        int highest = 0, lowest = 100;
        for (int i = 0; i < 400; ++i) {
            // One pod becomes ready or goes at a time, so that every intermediate state is seen.
            bench.settle(100ms);
            int active = 0, ready = 0;
            bool moved = false;
            for (auto& each : bench.cluster.all<core::Pod>()) {
                const std::string key = "default/" + each.metadata().name();
                if (each.metadata().has_deletiontimestamp()) {
                    if (!moved) bench.cluster.drop<core::Pod>(key);
                    moved = true;
                    continue;
                }
                ++active;
                if (each.status().phase() == "Running") {
                    ++ready;
                } else if (!moved) {
                    moved = true;
                    each.mutable_spec()->set_nodename("n1");
                    each.mutable_status()->set_phase("Running");
                    bench.setReady(each, true);
                    bench.cluster.put(each);
                }
            }
            highest = std::max(highest, active);
            lowest = std::min(lowest, ready);
        }
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 10);
        QCOMPARE(setOf(bench, "nginx:1").spec().replicas(), 0);
        QCOMPARE(bench.pods(), std::size_t(10));
        QVERIFY2(highest <= most, qPrintable(QString("%1 pods").arg(highest)));
        QVERIFY2(lowest >= least, qPrintable(QString("%1 ready").arg(lowest)));
        QCOMPARE(setOf(bench, "nginx:2").metadata().annotations().at("deployment.kubernetes.io/revision"),
                 std::string("2"));
    }

    void anUndoneRolloutIsTheNextRevisionOfTheOldSet() {
        Bench bench({"deployment", "replicaset"});
        bench.cluster.put(deployment(2));
        bench.start();
        bench.converge();
        setImage(bench, "nginx:2");
        bench.converge();
        setImage(bench, "nginx:1");
        bench.converge();
        QCOMPARE(bench.cluster.all<apps::ReplicaSet>().size(), std::size_t(2));
        const auto set = setOf(bench, "nginx:1");
        QCOMPARE(set.spec().replicas(), 2);
        QCOMPARE(set.metadata().annotations().at("deployment.kubernetes.io/revision"), std::string("3"));
        QCOMPARE(set.metadata().annotations().at("deployment.kubernetes.io/revision-history"),
                 std::string("1"));
        QCOMPARE(bench.cluster.get<apps::Deployment>("default/web")
                     ->metadata()
                     .annotations()
                     .at("deployment.kubernetes.io/revision"),
                 std::string("3"));
    }

    void revisionsAreAsLongAsTheyWere() {
        Bench bench({"deployment", "replicaset"});
        bench.cluster.put(deployment(1));
        bench.start();
        bench.converge();
        bench.cluster.edit<apps::ReplicaSet>(
            "default/" + setOf(bench, "nginx:1").metadata().name(), [](auto& set) {
                (*set.mutable_metadata()->mutable_annotations())["deployment.kubernetes.io/revision"] =
                    "3546343826724305832";
            });
        setImage(bench, "nginx:2");
        bench.converge();
        QCOMPARE(setOf(bench, "nginx:2").metadata().annotations().at("deployment.kubernetes.io/revision"),
                 std::string("3546343826724305833"));
    }

    void theRollbackAnnotationIsHonoured_data() {
        QTest::addColumn<QByteArray>("revision");
        QTest::addColumn<QByteArray>("image");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("the one before")
            << QByteArray("0") << QByteArray("nginx:2") << QByteArray("RollbackDone");
        QTest::newRow("a given one") << QByteArray("1") << QByteArray("nginx:1")
                                     << QByteArray("RollbackDone");
        QTest::newRow("the present one")
            << QByteArray("3") << QByteArray("nginx:3") << QByteArray("RollbackTemplateUnchanged");
        QTest::newRow("one there is not")
            << QByteArray("9") << QByteArray("nginx:3") << QByteArray("RollbackRevisionNotFound");
    }
    void theRollbackAnnotationIsHonoured() {
        QFETCH(QByteArray, revision);
        QFETCH(QByteArray, image);
        QFETCH(QByteArray, reason);
        Bench bench({"deployment", "replicaset"});
        bench.cluster.put(deployment(2));
        bench.start();
        for (int i = 1; i <= 3; ++i) {
            setImage(bench, "nginx:" + std::to_string(i));
            bench.cluster.edit<apps::Deployment>("default/web", [&](auto& d) {
                (*d.mutable_metadata()->mutable_annotations())["kubernetes.io/change-cause"] =
                    std::to_string(i);
            });
            bench.converge();
        }
        bench.cluster.edit<apps::Deployment>("default/web", [&](auto& d) {
            (*d.mutable_metadata()->mutable_annotations())["deprecated.deployment.rollback.to"] =
                revision.toStdString();
        });
        bench.converge();
        const auto d = *bench.cluster.get<apps::Deployment>("default/web");
        QCOMPARE(d.spec().template_().spec().containers(0).image(), image.toStdString());
        QVERIFY(!d.spec().template_().metadata().labels().contains("pod-template-hash"));
        QVERIFY(!d.metadata().annotations().contains("deprecated.deployment.rollback.to"));
        QCOMPARE(d.metadata().annotations().at("kubernetes.io/change-cause"), image.mid(6).toStdString());
        QCOMPARE(setOf(bench, image.toStdString()).status().availablereplicas(), 2);
        bool told = false;
        for (const auto& event : bench.cluster.all<core::Event>())
            told |= event.reason() == reason.toStdString();
        QVERIFY(told);
    }

    void recreateWaitsForTheOldPodsToBeGone() {
        Bench bench({"deployment", "replicaset"});
        auto d = deployment(3);
        d.mutable_spec()->mutable_strategy()->set_type("Recreate");
        bench.cluster.put(d);
        bench.start();
        bench.converge();
        setImage(bench, "nginx:2");
        bench.settle(30s);
        // The old pods are asked to go but have not gone.
        QCOMPARE(bench.pods(), std::size_t(3));
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 0);
        bench.converge();
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 3);
        QCOMPARE(bench.pods(), std::size_t(3));
    }

    void pausedItScalesButDoesNotRoll() {
        Bench bench({"deployment", "replicaset"});
        bench.cluster.put(deployment(2));
        bench.start();
        bench.converge();
        bench.cluster.edit<apps::Deployment>("default/web", [](auto& d) {
            d.mutable_spec()->set_paused(true);
            d.mutable_spec()->set_replicas(4);
            d.mutable_spec()->mutable_template_()->mutable_spec()->mutable_containers(0)->set_image(
                "nginx:2");
        });
        bench.converge();
        QCOMPARE(setOf(bench, "nginx:1").spec().replicas(), 4);
        QVERIFY(setOf(bench, "nginx:2").metadata().name().empty());
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("Unknown/DeploymentPaused"));
        bench.cluster.edit<apps::Deployment>("default/web",
                                             [](auto& d) { d.mutable_spec()->set_paused(false); });
        bench.converge();
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 4);
        QCOMPARE(setOf(bench, "nginx:1").spec().replicas(), 0);
    }

    void scalesInProportionInTheMiddleOfARollout() {
        Bench bench({"deployment"});
        bench.cluster.put(deployment(10));
        bench.start();
        bench.settle(5s);
        const auto fullyAvailable = [&](const std::string& image) {
            auto set = setOf(bench, image);
            set.mutable_status()->set_replicas(set.spec().replicas());
            set.mutable_status()->set_availablereplicas(set.spec().replicas());
            set.mutable_status()->set_observedgeneration(set.metadata().generation());
            bench.cluster.put(set);
        };
        fullyAvailable("nginx:1");
        bench.settle(5s);
        setImage(bench, "nginx:2");
        bench.settle(5s);
        // 25 % of 10: 13 at most, 8 available at least.
        QCOMPARE(setOf(bench, "nginx:1").spec().replicas(), 8);
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 5);
        bench.cluster.edit<apps::Deployment>("default/web",
                                             [](auto& d) { d.mutable_spec()->set_replicas(20); });
        bench.until([&] { return setOf(bench, "nginx:1").spec().replicas() != 8; });
        const int old = setOf(bench, "nginx:1").spec().replicas();
        bench.settle(5s);
        QVERIFY2(old >= 15 && old <= 16, qPrintable(QString::number(old)));
        QVERIFY(setOf(bench, "nginx:2").spec().replicas() >= 9);
        QCOMPARE(setOf(bench, "nginx:1").spec().replicas() + setOf(bench, "nginx:2").spec().replicas(), 25);
    }

    void keepsOnlySoMuchHistory() {
        Bench bench({"deployment", "replicaset"});
        auto d = deployment(1);
        d.mutable_spec()->set_revisionhistorylimit(2);
        bench.cluster.put(d);
        bench.start();
        for (int i = 1; i <= 6; ++i) {
            setImage(bench, "nginx:" + std::to_string(i));
            bench.converge();
        }
        QCOMPARE(bench.cluster.all<apps::ReplicaSet>().size(), std::size_t(3));
        QVERIFY(!setOf(bench, "nginx:4").metadata().name().empty());
    }

    void theProgressDeadlinePasses() {
        Bench bench({"deployment", "replicaset"});
        auto d = deployment(1);
        d.mutable_spec()->set_progressdeadlineseconds(60);
        bench.cluster.put(d);
        bench.start();
        bench.settle(30s);
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("True/ReplicaSetUpdated"));
        bench.settle(60s);
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("False/ProgressDeadlineExceeded"));
        bench.converge();
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("True/NewReplicaSetAvailable"));
    }

    void aNameTakenBySomebodyElseIsACollision() {
        Bench first({"deployment"});
        first.cluster.put(deployment(1));
        first.start();
        first.settle();
        auto squatter = first.cluster.all<apps::ReplicaSet>().front();
        Bench bench({"deployment"});
        squatter.mutable_metadata()->clear_ownerreferences();
        squatter.mutable_metadata()->clear_labels();
        squatter.mutable_metadata()->clear_uid();
        bench.cluster.put(squatter);
        bench.cluster.put(deployment(1));
        bench.start();
        bench.settle(5s);
        QCOMPARE(bench.cluster.get<apps::Deployment>("default/web")->status().collisioncount(), 1);
        QCOMPARE(bench.cluster.all<apps::ReplicaSet>().size(), std::size_t(2));
    }

    void survivesCrashesAndConflictsAnywhere() {
        Bench bench({"deployment", "replicaset"});
        bench.cluster.setLatency(3ms);
        bench.cluster.put(deployment(4));
        bench.start();
        bench.converge();
        setImage(bench, "nginx:2");
        SeededRandom chance(11);
        for (int i = 0; i < 60; ++i) {
            for (std::uint64_t steps = chance.below(40); steps > 0; --steps)
                bench.executor.step();
            if (chance.below(3) == 0)
                bench.cluster.failNext("update", "", {.reason = Reason::Conflict, .message = "raced"});
            if (chance.below(3) == 0) bench.cluster.loseAnswers("update", "");
            if (chance.below(4) == 0) bench.runPods();
            if (chance.below(4) == 0) bench.restart();
        }
        bench.converge();
        QCOMPARE(bench.cluster.all<apps::ReplicaSet>().size(), std::size_t(2));
        QCOMPARE(setOf(bench, "nginx:2").spec().replicas(), 4);
        QCOMPARE(bench.pods(), std::size_t(4));
        QCOMPARE(conditionOf(bench, "Progressing"), std::string("True/NewReplicaSetAvailable"));
    }
};

QTEST_GUILESS_MAIN(TestDeployment)
#include "test_deployment.moc"
