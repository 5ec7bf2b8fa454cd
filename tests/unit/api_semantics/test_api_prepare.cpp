#include "objects.h"

using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

class TestPrepare : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aNewPodIsPending_data() {
        QTest::addColumn<QString>("resources");
        QTest::addColumn<QString>("qos");
        QTest::newRow("none") << "{}"
                              << "BestEffort";
        QTest::newRow("some") << R"({"requests":{"cpu":"1"}})"
                              << "Burstable";
        QTest::newRow("limits equal requests") << R"({"limits":{"cpu":"1","memory":"1Gi"}})"
                                               << "Guaranteed";
        QTest::newRow("same amount, other words")
            << R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1000m","memory":"1024Mi"}})"
            << "Guaranteed";
    }
    void aNewPodIsPending() {
        QFETCH(QString, resources);
        QFETCH(QString, qos);
        auto pod = defaulted<core::Pod>(R"({"spec":{"containers":[{"name":"a","image":"x","resources":)" +
                                        resources.toStdString() +
                                        R"(}]},"status":{"phase":"Running","podIP":"1.2.3.4"}})");
        prepareCreate(pod);
        QCOMPARE(pod.status().phase(), std::string("Pending"));
        QVERIFY(pod.status().podip().empty());
        QCOMPARE(QString::fromStdString(pod.status().qosclass()), qos);
        QCOMPARE(pod.metadata().generation(), 1);
    }

    void nodesRegisterWithTheirStatus() {
        auto node = defaulted<core::Node>(R"({"metadata":{"name":"n"},"status":{"capacity":{"cpu":"2"}}})");
        prepareCreate(node);
        QCOMPARE(node.status().allocatable().at("cpu").string(), std::string("2"));
        auto machine = defaulted<lab::Machine>(R"({"metadata":{"name":"m"},"status":{"phase":"Running"}})");
        prepareCreate(machine);
        QVERIFY(!machine.has_status());
    }

    void aNewNamespaceHasItsFinalizer() {
        auto space = defaulted<core::Namespace>(R"({"metadata":{"name":"n"}})");
        prepareCreate(space);
        prepareCreate(space);
        QCOMPARE(space.spec().finalizers_size(), 1);
        QCOMPARE(space.spec().finalizers(0), std::string("kubernetes"));
        // A main write cannot take it away.
        auto now = space;
        now.mutable_spec()->clear_finalizers();
        prepareUpdate(now, space, false);
        QCOMPARE(now.spec().finalizers_size(), 1);
    }

    void aDaemonSetsTemplatesAreCounted() {
        const std::string count = "deprecated.daemonset.template.generation";
        auto old = defaulted<apps::DaemonSet>(
            R"({"metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":[{"name":"a","image":"x"}]}}}})");
        (*old.mutable_metadata()->mutable_annotations())[count] = "7";
        prepareCreate(old);
        QCOMPARE(old.metadata().annotations().at(count), std::string("1"));
        auto now = old;
        now.mutable_metadata()->clear_annotations();
        prepareUpdate(now, old, false);
        QCOMPARE(now.metadata().annotations().at(count), std::string("1"));
        now.mutable_spec()->mutable_template_()->mutable_spec()->mutable_containers(0)->set_image("y");
        prepareUpdate(now, old, false);
        QCOMPARE(now.metadata().annotations().at(count), std::string("2"));
    }

    void aRevisionInOtherWordsStaysAsItWasWritten() {
        apps::ControllerRevision old;
        old.mutable_data()->set_raw(R"({"a":"\u003c","b":1})");
        auto now = old;
        now.mutable_data()->set_raw(R"({"b":1,"a":"<"})");
        prepareUpdate(now, old, false);
        QCOMPARE(now.data().raw(), old.data().raw());
        now.mutable_data()->set_raw(R"({"b":2,"a":"<"})");
        prepareUpdate(now, old, false);
        QVERIFY(now.data().raw() != old.data().raw()); // and is refused
    }

    void specAndStatusAreSeparate() {
        const auto old = defaulted<apps::Deployment>(
            R"({"metadata":{"name":"w","generation":3,"uid":"u"},"spec":{"replicas":1},"status":{"replicas":1}})");
        auto now = old;
        now.mutable_metadata()->clear_uid();
        now.mutable_metadata()->clear_generation();
        now.mutable_spec()->set_replicas(2);
        now.mutable_status()->set_replicas(9);
        auto statusWrite = now;
        prepareUpdate(now, old, false);
        QCOMPARE(now.spec().replicas(), 2);
        QCOMPARE(now.status().replicas(), 1);
        QCOMPARE(now.metadata().generation(), 4);
        QCOMPARE(now.metadata().uid(), std::string("u"));
        prepareUpdate(statusWrite, old, true);
        QCOMPARE(statusWrite.spec().replicas(), 1);
        QCOMPARE(statusWrite.status().replicas(), 9);
        QCOMPARE(statusWrite.metadata().generation(), 3);
    }

    void unchangedSpecKeepsItsGeneration() {
        const auto old =
            defaulted<lab::Machine>(R"({"metadata":{"name":"m","generation":2},"spec":{"provider":"vm"}})");
        auto now = old;
        (*now.mutable_metadata()->mutable_labels())["a"] = "b";
        now.mutable_spec()->set_zone("");
        prepareUpdate(now, old, false);
        QCOMPARE(now.metadata().generation(), 2);
        now.mutable_spec()->set_power("Off");
        prepareUpdate(now, old, false);
        QCOMPARE(now.metadata().generation(), 3);
    }

    void servicesKeepTheirAddress() {
        const auto old = defaulted<core::Service>(
            R"({"metadata":{"name":"s"},"spec":{"type":"NodePort","clusterIP":"10.0.0.5","ports":[{"port":80,"nodePort":30080}]}})");
        auto now = defaulted<core::Service>(
            R"({"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"port":80}]}})");
        prepareUpdate(now, old, false);
        QCOMPARE(now.spec().clusterip(), std::string("10.0.0.5"));
        QCOMPARE(now.spec().clusterips(0), std::string("10.0.0.5"));
        QCOMPARE(now.spec().ports(0).nodeport(), 30080);
    }

    void servicesLoseWhatTheirTypeHadAlone() {
        const auto old = defaulted<core::Service>(
            R"({"metadata":{"name":"s"},"spec":{"type":"LoadBalancer","clusterIP":"10.0.0.5",
                "clusterIPs":["10.0.0.5"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
                "externalTrafficPolicy":"Local","healthCheckNodePort":31000,"loadBalancerClass":"a/b",
                "allocateLoadBalancerNodePorts":true,"ports":[{"port":80,"nodePort":30080}]},
                "status":{"loadBalancer":{"ingress":[{"ip":"1.2.3.4"}]}}})");
        auto now = old;
        now.mutable_spec()->set_type("ClusterIP");
        prepareUpdate(now, old, false);
        QCOMPARE(now.spec().clusterip(), std::string("10.0.0.5"));
        QCOMPARE(now.spec().ports(0).nodeport(), 0);
        QCOMPARE(now.spec().healthchecknodeport(), 0);
        QCOMPARE(now.spec().externaltrafficpolicy(), std::string());
        QVERIFY(!now.spec().has_loadbalancerclass() && !now.spec().has_allocateloadbalancernodeports());
        QVERIFY(now.status().loadbalancer().ingress().empty());
        QVERIFY(now.spec().has_ipfamilypolicy());

        now = old;
        now.mutable_spec()->set_type("ExternalName");
        now.mutable_spec()->set_externaltrafficpolicy("Cluster"); // said anew: validation's business
        prepareUpdate(now, old, false);
        QCOMPARE(now.spec().clusterip(), std::string());
        QVERIFY(now.spec().clusterips().empty() && now.spec().ipfamilies().empty());
        QVERIFY(!now.spec().has_ipfamilypolicy());
        QCOMPARE(now.spec().externaltrafficpolicy(), std::string("Cluster"));
    }
};

QTEST_GUILESS_MAIN(TestPrepare)
#include "test_api_prepare.moc"
