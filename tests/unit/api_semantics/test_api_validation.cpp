#include "objects.h"

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

/// `base` with a merge patch over it, defaulted.
template <class M>
M variant(std::string_view base, const QString& change) {
    const auto json = applyPatch(base, change.toStdString(), PatchType::Merge, M::descriptor());
    if (!json) qFatal("test change does not apply: %s", json.error().message.c_str());
    return defaulted<M>(*json);
}

constexpr std::string_view podJson = R"({"metadata":{"name":"web","namespace":"default"},
    "spec":{"containers":[{"name":"a","image":"nginx:1"}]}})";
constexpr std::string_view deploymentJson = R"({"metadata":{"name":"web","namespace":"default"},
    "spec":{"selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},
    "spec":{"containers":[{"name":"nginx","image":"nginx:1.14.2"}]}}}})";
constexpr std::string_view serviceJson = R"({"metadata":{"name":"web","namespace":"default"},
    "spec":{"ports":[{"port":80}],"selector":{"app":"nginx"}}})";
constexpr std::string_view machineJson = R"({"metadata":{"name":"vm-1"},"spec":{"provider":"vm"}})";

constexpr auto labelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr auto subdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

QString container(const char* fields) {
    return QString(R"({"spec":{"containers":[{"name":"a","image":"nginx:1",%1}]}})").arg(fields);
}

QString sysctls(const QStringList& names, bool ofHost = false) {
    QStringList all;
    for (const QString& name : names)
        all.append(QString(R"({"name":"%1","value":"1"})").arg(name));
    return QString(R"({"spec":{"hostNetwork":%1,"hostIPC":%1,"securityContext":{"sysctls":[%2]}}})")
        .arg(ofHost ? "true" : "false", all.join(","));
}

} // namespace

class TestValidation : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void validObjects() {
        QCOMPARE(texts(validateCreate(defaulted<core::Pod>(podJson))), QStringList());
        QCOMPARE(texts(validateCreate(defaulted<apps::Deployment>(deploymentJson))), QStringList());
        QCOMPARE(texts(validateCreate(defaulted<core::Service>(serviceJson))), QStringList());
        QCOMPARE(texts(validateCreate(defaulted<lab::Machine>(machineJson))), QStringList());
    }

    void pods_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const QString& change, const QStringList& expected) {
            QTest::newRow(name) << change << expected;
        };
        row("no image", R"({"spec":{"containers":[{"name":"a"}]}})",
            {"spec.containers[0].image: Required value"});
        row("no containers", R"({"spec":{"containers":null}})", {"spec.containers: Required value"});
        row("no name", R"({"metadata":{"name":null}})",
            {"metadata.name: Required value: name or generateName is required"});
        row("bad name", R"({"metadata":{"name":"Web_1"}})",
            {QString("metadata.name: Invalid value: \"Web_1\": ") + subdomainRule});
        row("bad container name", R"({"spec":{"containers":[{"name":"A","image":"x"}]}})",
            {QString("spec.containers[0].name: Invalid value: \"A\": ") + labelRule});
        row("same name twice",
            R"({"spec":{"containers":[{"name":"a","image":"x"},{"name":"a","image":"x"}]}})",
            {"spec.containers[1].name: Duplicate value: \"a\""});
        row("restart policy", R"({"spec":{"restartPolicy":"Sometimes"}})",
            {"spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", "
             "\"OnFailure\", \"Never\""});
        row("pull policy", container(R"("imagePullPolicy":"Maybe")"),
            {"spec.containers[0].imagePullPolicy: Unsupported value: \"Maybe\": supported values: "
             "\"Always\", "
             "\"IfNotPresent\", \"Never\""});
        row("port", container(R"("ports":[{"containerPort":70000}])"),
            {"spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, "
             "inclusive"});
        row("protocol", container(R"("ports":[{"containerPort":80,"protocol":"tcp"}])"),
            {"spec.containers[0].ports[0].protocol: Unsupported value: \"tcp\": supported values: \"SCTP\", "
             "\"TCP\", "
             "\"UDP\""});
        row("host port twice",
            container(
                R"("ports":[{"containerPort":80,"hostPort":8080},{"containerPort":81,"hostPort":8080}])"),
            {"spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//8080\""});
        row("env name", container(R"("env":[{"name":"A=B","value":"1"}])"),
            {"spec.containers[0].env[0].name: Invalid value: \"A=B\": a valid environment variable name must "
             "consist only "
             "of printable ASCII characters other than '='"});
        row("env field",
            container(R"("env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.foo"}}}])"),
            {"spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"spec.foo\": "
             "supported values: "
             "\"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", "
             "\"spec.serviceAccountName\", "
             "\"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\""});
        row("mount of nothing", container(R"("volumeMounts":[{"name":"v","mountPath":"/v"}])"),
            {"spec.containers[0].volumeMounts[0].name: Not found: \"v\""});
        row("requests over limits", container(R"("resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}})"),
            {"spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu "
             "limit of 1"});
        row("negative quantity", container(R"("resources":{"requests":{"cpu":"-1"}})"),
            {"spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be greater than or "
             "equal to 0"});
        row("unknown resource", container(R"("resources":{"requests":{"coffee":"1"}})"),
            {"spec.containers[0].resources.requests[coffee]: Invalid value: \"coffee\": must be a standard "
             "resource for "
             "containers"});
        row("two handlers",
            container(R"("livenessProbe":{"exec":{"command":["x"]},"tcpSocket":{"port":80}})"),
            {"spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler "
             "type"});
        row("no handler", container(R"("readinessProbe":{"periodSeconds":5})"),
            {"spec.containers[0].readinessProbe: Required value: must specify a handler type"});
        row("two volume types",
            R"({"spec":{"volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}}]}})",
            {"spec.volumes[0].emptyDir: Forbidden: may not specify more than 1 volume type"});
        row("label key", R"({"metadata":{"labels":{"/x":"1"}}})",
            {"metadata.labels: Invalid value: \"/x\": prefix part must be non-empty"});
        row("init probe",
            R"({"spec":{"initContainers":[{"name":"i","image":"x","livenessProbe":{"tcpSocket":{"port":1}}}]}})",
            {"spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without "
             "restartPolicy=Always"});
        row("toleration", R"({"spec":{"tolerations":[{"operator":"Equal","value":"x"}]}})",
            {"spec.tolerations[0].operator: Invalid value: \"Equal\": operator must be Exists when `key` is "
             "empty, which "
             "means \"match all values and all keys\""});
        const QString sysctlRule =
            "must have at most 253 characters and match regex "
            R"(^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$)";
        row("sysctls",
            sysctls({"kernel.shm_rmid_forced", "net/ipv4/conf/eth0.1/rp_filter", "safe-and-unsafe", "a"}),
            {});
        row("sysctls that cannot be", sysctls({"foo-", "bar..", "Kernel.sem", "", "/a"}),
            {"spec.securityContext.sysctls[0].name: Invalid value: \"foo-\": " + sysctlRule,
             "spec.securityContext.sysctls[1].name: Invalid value: \"bar..\": " + sysctlRule,
             "spec.securityContext.sysctls[2].name: Invalid value: \"Kernel.sem\": " + sysctlRule,
             "spec.securityContext.sysctls[3].name: Required value",
             "spec.securityContext.sysctls[4].name: Invalid value: \"/a\": " + sysctlRule});
        row("a sysctl twice", sysctls({"kernel.sem", "kernel.sem"}),
            {"spec.securityContext.sysctls[1].name: Duplicate value: \"kernel.sem\""});
        row("sysctls of the host", sysctls({"net/core.somaxconn", "kernel.msgmax"}, true),
            {"spec.securityContext.sysctls[0].name: Invalid value: \"net/core.somaxconn\": may not be "
             "specified when 'hostNetwork' is true",
             "spec.securityContext.sysctls[1].name: Invalid value: \"kernel.msgmax\": may not be specified "
             "when 'hostIPC' is true"});
        row("users and groups",
            R"({"spec":{"securityContext":{"runAsUser":-1,"fsGroup":2147483648,"supplementalGroups":[0,-5]}}})",
            {"spec.securityContext.fsGroup: Invalid value: 2147483648: must be between 0 and 2147483647, "
             "inclusive",
             "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
             "spec.securityContext.supplementalGroups[1]: Invalid value: -5: must be between 0 and "
             "2147483647, inclusive"});
        const QString signal = R"("containers":[{"name":"c","image":"i","lifecycle":{"stopSignal":"%1"}}])";
        const QString at = "spec.containers[0].lifecycle.stopSignal: ";
        row("a signal of no system", "{\"spec\":{" + signal.arg("SIGUSR1") + "}}",
            {at + "Forbidden: may not be set for containers with empty `spec.os.name`"});
        row("a signal", R"({"spec":{"os":{"name":"linux"},)" + signal.arg("SIGRTMIN+3") + "}}", {});
        row("no signal there", R"({"spec":{"os":{"name":"windows"},)" + signal.arg("SIGUSR1") + "}}",
            {at + "Unsupported value: \"SIGUSR1\": supported values: \"SIGKILL\", \"SIGTERM\""});
        row("schema enumeration", R"({"spec":{"os":{"name":"plan9"}}})",
            {"spec.os.name: Unsupported value: \"plan9\": supported values: \"linux\", \"windows\""});
    }
    void pods() {
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(validateCreate(variant<core::Pod>(podJson, change))), expected);
    }

    void longNamesAndAnnotations() {
        auto pod = defaulted<core::Pod>(podJson);
        pod.mutable_metadata()->set_name(std::string(254, 'a'));
        (*pod.mutable_metadata()->mutable_annotations())["big"] = std::string(256 * 1024, 'x');
        (*pod.mutable_metadata()->mutable_labels())["l"] = std::string(64, 'x');
        const QStringList all = texts(validateCreate(pod));
        QVERIFY2(all.contains("metadata.annotations: Too long: may not be more than 262144 bytes"),
                 qPrintable(all.join('\n')));
        QVERIFY(all.contains("metadata.labels: Invalid value: \"" + QString(64, 'x') +
                             "\": must be no more than 63 bytes"));
        QVERIFY(all.contains("metadata.name: Invalid value: \"" + QString(254, 'a') +
                             "\": must be no more than 253 bytes"));
    }

    void podUpdates_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("expected");
        QTest::newRow("image")
            << container("\"imagePullPolicy\":\"IfNotPresent\"").replace("nginx:1", "nginx:2") << "";
        QTest::newRow("added toleration") << R"({"spec":{"tolerations":[{"key":"k","operator":"Exists"}]}})"
                                          << "";
        QTest::newRow("deadline") << R"({"spec":{"activeDeadlineSeconds":10}})"
                                  << "";
        QTest::newRow("labels") << R"({"metadata":{"labels":{"a":"b"}}})"
                                << "";
        QTest::newRow("command") << container(R"("command":["x"])")
                                 << "pod updates may not change fields other than";
        QTest::newRow("user") << R"({"spec":{"securityContext":{"runAsUser":0}}})"
                              << "pod updates may not change fields other than";
        QTest::newRow("node") << R"({"spec":{"nodeName":"n"}})"
                              << "changed: spec.nodeName";
        QTest::newRow("more containers")
            << R"({"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"x"}]}})"
            << "spec.containers: Forbidden: pod updates may not add or remove containers";
        QTest::newRow("uid") << R"({"metadata":{"uid":"other"}})"
                             << "metadata.uid: Invalid value: \"other\": field is immutable";
    }
    void podUpdates() {
        QFETCH(QString, change);
        QFETCH(QString, expected);
        const auto old = defaulted<core::Pod>(podJson);
        const QStringList all = texts(validateUpdate(variant<core::Pod>(podJson, change), old));
        if (expected.isEmpty()) {
            QCOMPARE(all, QStringList());
        } else {
            QCOMPARE(all.size(), 1);
            QVERIFY2(all.front().contains(expected), qPrintable(all.front()));
        }
    }

    void deployments_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("no selector") << R"({"spec":{"selector":null}})"
                                     << QStringList{"spec.selector: Required value"};
        QTest::newRow("empty selector")
            << R"({"spec":{"selector":{"matchLabels":null}}})"
            << QStringList{"spec.selector: Invalid value: {}: empty selector is invalid for deployment"};
        QTest::newRow("labels do not match")
            << R"({"spec":{"template":{"metadata":{"labels":{"app":"other"}}}}})"
            << QStringList{"spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: `selector` "
                           "does not match "
                           "template `labels`"};
        QTest::newRow("restart policy")
            << R"({"spec":{"template":{"spec":{"restartPolicy":"Never"}}}})"
            << QStringList{"spec.template.spec.restartPolicy: Unsupported value: \"Never\": "
                           "supported values: \"Always\""};
        QTest::newRow("replicas")
            << R"({"spec":{"replicas":-1}})"
            << QStringList{"spec.replicas: Invalid value: -1: must be greater than or equal to 0"};
        QTest::newRow("no progress possible")
            << R"({"spec":{"strategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":0}}}})"
            << QStringList{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when "
                           "`maxSurge` is 0"};
        QTest::newRow("recreate with limits")
            << R"({"spec":{"strategy":{"type":"Recreate","rollingUpdate":{"maxSurge":1}}}})"
            << QStringList{"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy "
                           "`type` is 'Recreate'"};
        QTest::newRow("strategy") << R"({"spec":{"strategy":{"type":"Yolo"}}})"
                                  << QStringList{
                                         "spec.strategy.type: Unsupported value: \"Yolo\": supported values: "
                                         "\"Recreate\", \"RollingUpdate\""};
        QTest::newRow("deadline")
            << R"({"spec":{"minReadySeconds":600}})"
            << QStringList{"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than "
                           "minReadySeconds"};
    }
    void deployments() {
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(validateCreate(variant<apps::Deployment>(deploymentJson, change))), expected);
    }

    void selectorIsImmutable() {
        const auto old = defaulted<apps::Deployment>(deploymentJson);
        const auto now = variant<apps::Deployment>(
            deploymentJson,
            R"({"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}}}}})");
        QCOMPARE(texts(validateUpdate(now, old)),
                 QStringList{
                     "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: field is immutable"});
    }

    void services_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("no ports") << R"({"spec":{"ports":null}})"
                                  << QStringList{"spec.ports: Required value"};
        QTest::newRow("headless without ports")
            << R"({"spec":{"ports":null,"clusterIP":"None"}})" << QStringList{};
        QTest::newRow("unnamed ports") << R"({"spec":{"ports":[{"port":80,"name":"a"},{"port":81}]}})"
                                       << QStringList{"spec.ports[1].name: Required value"};
        QTest::newRow("type")
            << R"({"spec":{"type":"Open"}})"
            << QStringList{"spec.type: Unsupported value: \"Open\": supported values: \"ClusterIP\", "
                           "\"ExternalName\", \"LoadBalancer\", \"NodePort\""};
        QTest::newRow("traffic distribution")
            << R"({"spec":{"trafficDistribution":"Far"}})"
            << QStringList{
                   "spec.trafficDistribution: Unsupported value: \"Far\": supported values: \"PreferClose\", "
                   "\"PreferSameNode\", \"PreferSameZone\""};
        QTest::newRow("health port")
            << R"({"spec":{"type":"NodePort","healthCheckNodePort":30000}})"
            << QStringList{"spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is "
                           "'LoadBalancer' and `externalTrafficPolicy` is 'Local'"};
        QTest::newRow("node port")
            << R"({"spec":{"ports":[{"port":80,"nodePort":30000}]}})"
            << QStringList{"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"};
        QTest::newRow("address")
            << R"({"spec":{"clusterIP":"10.0.0"}})"
            << QStringList{"spec.clusterIPs[0]: Invalid value: \"10.0.0\": must be a valid IP address, "
                           "(e.g. 10.9.8.7 or 2001:db8::ffff)"};
        QTest::newRow("name begins with a digit")
            << R"({"metadata":{"name":"1web"}})"
            << QStringList{"metadata.name: Invalid value: \"1web\": a DNS-1035 label must consist of lower "
                           "case alphanumeric "
                           "characters or '-', start with an alphabetic character, and end with an "
                           "alphanumeric character "
                           "(e.g. 'my-name',  or 'abc-123', regex used for validation is "
                           "'[a-z]([-a-z0-9]*[a-z0-9])?')"};
    }
    void services() {
        QFETCH(QString, change);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(validateCreate(variant<core::Service>(serviceJson, change))), expected);
    }

    void machines() {
        const auto old = defaulted<lab::Machine>(machineJson);
        const auto off = variant<lab::Machine>(machineJson, R"({"spec":{"power":"Off"}})");
        QCOMPARE(texts(validateUpdate(off, old)), QStringList());
        const auto bigger = variant<lab::Machine>(machineJson, R"({"spec":{"cpus":4,"zone":"z"}})");
        QCOMPARE(texts(validateUpdate(bigger, old)),
                 QStringList({"spec.cpus: Invalid value: 4: field is immutable",
                              "spec.zone: Invalid value: \"z\": field is immutable"}));
        const auto odd =
            variant<lab::Machine>(machineJson, R"({"spec":{"provider":"cloud","nodeTaints":["a=b"]}})");
        QCOMPARE(texts(validateCreate(odd)),
                 QStringList(
                     {"spec.provider: Unsupported value: \"cloud\": supported values: \"simulated\", \"vm\"",
                      "spec.nodeTaints[0]: Invalid value: \"a=b\": must be key=value:Effect with effect "
                      "NoSchedule, "
                      "PreferNoSchedule or NoExecute"}));
    }

    void configurationCanBeMadeImmutable() {
        const auto old = defaulted<core::ConfigMap>(
            R"({"metadata":{"name":"c","namespace":"d"},"immutable":true,"data":{"a":"1"}})");
        auto now = old;
        QCOMPARE(texts(validateUpdate(now, old)), QStringList());
        (*now.mutable_data())["a"] = "2";
        now.clear_immutable();
        QCOMPARE(texts(validateUpdate(now, old)),
                 QStringList({"immutable: Forbidden: field is immutable when `immutable` is set",
                              "data: Forbidden: field is immutable when `immutable` is set"}));
    }

    void secretTypesNeedTheirKeys() {
        const auto secret = defaulted<core::Secret>(
            R"({"metadata":{"name":"s","namespace":"d"},"type":"kubernetes.io/tls","data":{"tls.crt":""}})");
        QCOMPARE(texts(validateCreate(secret)), QStringList{"data[tls.key]: Required value"});
    }

    void wordsOfTheStatus() {
        const Kind& pod = kindOf<core::Pod>();
        const Status one =
            invalid(pod, "x", {{"FieldValueRequired", "Required value", "spec.containers[0].image"}});
        QCOMPARE(one.message, std::string("Pod \"x\" is invalid: spec.containers[0].image: Required value"));
        QCOMPARE(one.kind, std::string("Pod"));
        QCOMPARE(one.reason, wheelhouse::Reason::Invalid);
        const Status two = invalid(kindOf<apps::Deployment>(), "w",
                                   {{"FieldValueRequired", "Required value", "a"},
                                    {"FieldValueRequired", "Required value", "b"},
                                    {"FieldValueRequired", "Required value", "b"}});
        QCOMPARE(two.message,
                 std::string("Deployment.apps \"w\" is invalid: [a: Required value, b: Required value]"));
        QCOMPARE(two.group, std::string("apps"));
    }
};

QTEST_GUILESS_MAIN(TestValidation)
#include "test_api_validation.moc"
