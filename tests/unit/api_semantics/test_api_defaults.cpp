#include "objects.h"

using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

class TestDefaults : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void pullPolicyFollowsTheTag_data() {
        QTest::addColumn<QString>("image");
        QTest::addColumn<QString>("policy");
        QTest::newRow("no tag") << "nginx"
                                << "Always";
        QTest::newRow("latest") << "nginx:latest"
                                << "Always";
        QTest::newRow("fixed") << "nginx:1.14.2"
                               << "IfNotPresent";
        QTest::newRow("registry port, no tag") << "localhost:5000/nginx"
                                               << "Always";
        QTest::newRow("registry port and tag") << "localhost:5000/nginx:1"
                                               << "IfNotPresent";
        QTest::newRow("digest") << "nginx@sha256:0123"
                                << "IfNotPresent";
    }
    void pullPolicyFollowsTheTag() {
        QFETCH(QString, image);
        QFETCH(QString, policy);
        const auto pod = defaulted<core::Pod>(R"({"spec":{"containers":[{"name":"a","image":")" +
                                              image.toStdString() + R"("}]}})");
        QCOMPARE(QString::fromStdString(pod.spec().containers(0).imagepullpolicy()), policy);
    }

    void podSpec() {
        const auto pod = defaulted<core::Pod>(R"({"spec":{"containers":[{"name":"a","image":"x:1",
            "ports":[{"containerPort":80}],
            "env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "livenessProbe":{"httpGet":{"port":80}},
            "resources":{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":"1"}}}],
            "serviceAccount":"robot",
            "volumes":[{"name":"e"},{"name":"s","secret":{"secretName":"s"}},{"name":"c","configMap":{"name":"c"}},
              {"name":"h","hostPath":{"path":"/x"}},
              {"name":"p","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}})");
        const core::PodSpec& spec = pod.spec();
        QCOMPARE(spec.restartpolicy(), std::string("Always"));
        QCOMPARE(spec.dnspolicy(), std::string("ClusterFirst"));
        QCOMPARE(spec.schedulername(), std::string("default-scheduler"));
        QCOMPARE(spec.terminationgraceperiodseconds(), 30);
        QVERIFY(spec.has_securitycontext());
        QVERIFY(spec.enableservicelinks());
        QCOMPARE(spec.serviceaccountname(), std::string("robot"));
        const core::Container& container = spec.containers(0);
        QCOMPARE(container.terminationmessagepath(), std::string("/dev/termination-log"));
        QCOMPARE(container.terminationmessagepolicy(), std::string("File"));
        QCOMPARE(container.ports(0).protocol(), std::string("TCP"));
        QCOMPARE(container.ports(0).hostport(), 0);
        QCOMPARE(container.env(0).valuefrom().fieldref().apiversion(), std::string("v1"));
        QCOMPARE(container.livenessprobe().timeoutseconds(), 1);
        QCOMPARE(container.livenessprobe().periodseconds(), 10);
        QCOMPARE(container.livenessprobe().successthreshold(), 1);
        QCOMPARE(container.livenessprobe().failurethreshold(), 3);
        QCOMPARE(container.livenessprobe().handler().httpget().path(), std::string("/"));
        QCOMPARE(container.livenessprobe().handler().httpget().scheme(), std::string("HTTP"));
        QCOMPARE(container.resources().requests().at("cpu").string(), std::string("1"));
        QCOMPARE(container.resources().requests().at("memory").string(), std::string("1Gi"));
        QVERIFY(spec.volumes(0).volumesource().has_emptydir());
        QCOMPARE(spec.volumes(1).volumesource().secret().defaultmode(), 420);
        QCOMPARE(spec.volumes(2).volumesource().configmap().defaultmode(), 420);
        QVERIFY(spec.volumes(3).volumesource().hostpath().has_type());
        QCOMPARE(spec.volumes(4).volumesource().projected().defaultmode(), 420);
        QCOMPARE(
            spec.volumes(4).volumesource().projected().sources(0).serviceaccounttoken().expirationseconds(),
            3600);
    }

    void hostNetworkTakesTheHostsPorts() {
        const auto pod = defaulted<core::Pod>(
            R"({"spec":{"hostNetwork":true,"containers":[{"name":"a","image":"x","ports":[{"containerPort":80}]}]}})");
        QCOMPARE(pod.spec().containers(0).ports(0).hostport(), 80);
    }

    void deployment() {
        const auto deployment = defaulted<apps::Deployment>(
            R"({"spec":{"template":{"spec":{"containers":[{"name":"a","image":"nginx:1.14.2"}]}}}})");
        const apps::DeploymentSpec& spec = deployment.spec();
        QCOMPARE(spec.replicas(), 1);
        QCOMPARE(spec.strategy().type(), std::string("RollingUpdate"));
        QCOMPARE(spec.strategy().rollingupdate().maxunavailable().strval(), std::string("25%"));
        QCOMPARE(spec.strategy().rollingupdate().maxsurge().strval(), std::string("25%"));
        QCOMPARE(spec.revisionhistorylimit(), 10);
        QCOMPARE(spec.progressdeadlineseconds(), 600);
        QCOMPARE(spec.template_().spec().containers(0).imagepullpolicy(), std::string("IfNotPresent"));
        QVERIFY(!spec.has_selector());
    }

    void recreateHasNoRollingUpdate() {
        const auto deployment =
            defaulted<apps::Deployment>(R"({"spec":{"replicas":0,"strategy":{"type":"Recreate"}}})");
        QVERIFY(!deployment.spec().strategy().has_rollingupdate());
        QCOMPARE(deployment.spec().replicas(), 0);
    }

    void service() {
        const auto service = defaulted<core::Service>(R"({"spec":{"ports":[{"port":80}]}})");
        const core::ServiceSpec& spec = service.spec();
        QCOMPARE(spec.type(), std::string("ClusterIP"));
        QCOMPARE(spec.sessionaffinity(), std::string("None"));
        QCOMPARE(spec.ports(0).protocol(), std::string("TCP"));
        QCOMPARE(spec.ports(0).targetport().intval(), 80);
        QCOMPARE(spec.internaltrafficpolicy(), std::string("Cluster"));
        QCOMPARE(spec.ipfamilypolicy(), std::string("SingleStack"));
        QCOMPARE(spec.ipfamilies(0), std::string("IPv4"));
        QVERIFY(spec.externaltrafficpolicy().empty());
        const auto exposed = defaulted<core::Service>(
            R"({"spec":{"type":"NodePort","ports":[{"port":80,"targetPort":"web"}]}})");
        QCOMPARE(exposed.spec().externaltrafficpolicy(), std::string("Cluster"));
        QCOMPARE(exposed.spec().ports(0).targetport().strval(), std::string("web"));
    }

    void secretTextBecomesData() {
        const auto secret =
            defaulted<core::Secret>(R"({"data":{"a":"b2xk","b":"Yg=="},"stringData":{"a":"new"}})");
        QCOMPARE(secret.type(), std::string("Opaque"));
        QCOMPARE(secret.data().at("a"), std::string("new"));
        QCOMPARE(secret.data().at("b"), std::string("b"));
        QVERIFY(secret.stringdata().empty());
    }

    void namespaceAndMachine() {
        const auto space = defaulted<core::Namespace>(R"({"metadata":{"name":"shop"}})");
        QCOMPARE(space.metadata().labels().at("kubernetes.io/metadata.name"), std::string("shop"));
        QCOMPARE(space.status().phase(), std::string("Active"));
        const auto machine = defaulted<lab::Machine>(R"({"spec":{"provider":"vm","cpus":2}})");
        QCOMPARE(machine.spec().cpus(), 2);
        QCOMPARE(machine.spec().memorymib(), 512);
        QCOMPARE(machine.spec().diskgib(), 8);
        QCOMPARE(machine.spec().power(), std::string("On"));
    }

    /// Clients that write protobuf send every plain text, also the empty ones.
    void emptyTextsCountAsAbsent() {
        core::Service service;
        core::ServicePort& port = *service.mutable_spec()->add_ports();
        port.set_port(80);
        port.set_protocol("");
        service.mutable_spec()->set_type("");
        applyDefaults(service);
        QCOMPARE(service.spec().ports(0).protocol(), std::string("TCP"));
        QCOMPARE(service.spec().type(), std::string("ClusterIP"));
    }

    void idempotent() {
        auto pod = defaulted<core::Pod>(
            R"({"spec":{"containers":[{"name":"a","image":"x"}],"volumes":[{"name":"v"}]}})");
        const std::string once = encodeJson(pod);
        applyDefaults(pod);
        QCOMPARE(encodeJson(pod), once);
    }
};

QTEST_GUILESS_MAIN(TestDefaults)
#include "test_api_defaults.moc"
