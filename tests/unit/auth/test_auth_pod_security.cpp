#include "auth_bench.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

std::string space(const std::string& name, const std::string& labels) {
    return J("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'" + name + "','labels':{" + labels +
             "}}}");
}

std::string podOf(const std::string& spec, const std::string& container,
                  const std::string& annotations = "") {
    return J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'p','annotations':{" + annotations +
             "}},'spec':{" + spec + "'containers':[{'name':'c','image':'nginx'" + container + "}]}}");
}

const char* careful = ",'securityContext':{'allowPrivilegeEscalation':false,'runAsNonRoot':true,"
                      "'seccompProfile':{'type':'RuntimeDefault'},'capabilities':{'drop':['ALL']}}";

} // namespace

/// The Pod Security Standards as namespaces ask for them.
class TestAuthPodSecurity : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        api = std::make_unique<ApiBench>();
        for (const char* level : {"baseline", "restricted"})
            QCOMPARE(
                q(make(*api, "/api/v1/namespaces",
                       space(level, std::string("'pod-security.kubernetes.io/enforce':'") + level + "'"))),
                QString());
    }

    void refuses_data() {
        QTest::addColumn<QString>("level");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* level, const std::string& spec, const std::string& container,
                            const char* says, const std::string& annotations = "") {
            QTest::newRow(says) << QString(level)
                                << QByteArray::fromStdString(podOf(spec, container, annotations))
                                << QString(says);
        };
        row("baseline", "'hostNetwork':true,'hostPID':true,", "",
            "host namespaces (hostNetwork=true, hostPID=true)");
        row("baseline", "", ",'securityContext':{'privileged':true}",
            "privileged (container \"c\" must not set securityContext.privileged=true)");
        row("baseline", "", ",'securityContext':{'capabilities':{'add':['SYS_ADMIN','NET_RAW']}}",
            "non-default capabilities (container \"c\" must not include \"NET_RAW\", \"SYS_ADMIN\" in "
            "securityContext.capabilities.add)");
        row("baseline", "'volumes':[{'name':'h','hostPath':{'path':'/'}}],", "",
            "hostPath volumes (volume \"h\")");
        row("baseline", "", ",'ports':[{'containerPort':80,'hostPort':80}]",
            "hostPort (container \"c\" uses hostPort 80)");
        row("baseline", "'securityContext':{'seccompProfile':{'type':'Unconfined'}},", "",
            "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")");
        row("baseline", "'securityContext':{'sysctls':[{'name':'kernel.msgmax','value':'1'}]},", "",
            "forbidden sysctls (kernel.msgmax)");
        row("baseline", "", ",'securityContext':{'procMount':'Unmasked'}",
            "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")");
        row("baseline", "'securityContext':{'seLinuxOptions':{'user':'root'}},", "",
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set)");
        row("baseline", "'securityContext':{'appArmorProfile':{'type':'Unconfined'}},", "",
            "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")");
        row("baseline", "", ",'livenessProbe':{'tcpSocket':{'port':80,'host':'1.2.3.4'}}",
            "probe or lifecycle host (container \"c\" uses probe or lifecycle host \"1.2.3.4\")");
        row("baseline", "'initContainers':[{'name':'i','image':'x','securityContext':{'privileged':true}}],",
            "", "privileged (container \"i\" must not set securityContext.privileged=true)");
        row("restricted", "", "",
            "allowPrivilegeEscalation != false (container \"c\" must set "
            "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container \"c\" "
            "must set "
            "securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or container \"c\" must "
            "set "
            "securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set "
            "securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
        row("restricted", "'volumes':[{'name':'n','nfs':{'server':'s','path':'/'}}],", careful,
            "restricted volume types (volume \"n\" uses restricted volume type \"nfs\")");
        row("restricted", "'securityContext':{'runAsUser':0},", careful,
            "runAsUser=0 (pod must not set runAsUser=0)");
    }

    void refuses() {
        QFETCH(QString, level);
        QFETCH(QByteArray, body);
        QFETCH(QString, says);
        const Answer answer = api->send("POST", "/api/v1/namespaces/" + level.toStdString() + "/pods",
                                        body.toStdString(), json);
        QCOMPARE(answer.code, 403);
        QCOMPARE(q(answer.at("message")),
                 "pods \"p\" is forbidden: violates PodSecurity \"" + level + ":latest\": " + says);
    }

    void admits() {
        QCOMPARE(q(make(*api, "/api/v1/namespaces/baseline/pods", podOf("", ""))), QString());
        QCOMPARE(q(make(*api, "/api/v1/namespaces/restricted/pods", podOf("", careful))), QString());
        // A pod's own setting stands for its containers'.
        const std::string asPod = podOf(
            "'securityContext':{'runAsNonRoot':true,'seccompProfile':{'type':'RuntimeDefault'}},",
            ",'securityContext':{'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL'],'add':["
            "'NET_BIND_SERVICE']}}");
        QCOMPARE(api->send("DELETE", "/api/v1/namespaces/restricted/pods/p?gracePeriodSeconds=0").code, 200);
        QCOMPARE(q(make(*api, "/api/v1/namespaces/restricted/pods", asPod)), QString());
    }

    /// Containers that come in later, by a door of their own, are looked at as the others.
    void cve_2023_2727_ephemeralContainersAreLookedAt() {
        const std::string pods = "/api/v1/namespaces/baseline/pods";
        const auto debugger = [](const std::string& more) {
            return J("{'spec':{'ephemeralContainers':[{'name':'d','image':'x'" + more + "}]}}");
        };
        const Headers strategic{{"content-type", "application/strategic-merge-patch+json"}};
        QCOMPARE(
            q(make(*api, pods,
                   J("{'metadata':{'name':'debugged'},'spec':{'containers':[{'name':'c','image':'x'}]}}"))),
            QString());
        const Answer refused = api->send("PATCH", pods + "/debugged/ephemeralcontainers",
                                         debugger(",'securityContext':{'privileged':true}"), strategic);
        QCOMPARE(refused.code, 403);
        QCOMPARE(
            q(refused.at("message")),
            "pods \"debugged\" is forbidden: violates PodSecurity \"baseline:latest\": privileged (container "
            "\"d\" must not set securityContext.privileged=true)");
        QCOMPARE(api->send("PATCH", pods + "/debugged/ephemeralcontainers", debugger(""), strategic).code,
                 200);
    }

    void versionsHaveTheirOwnRules() {
        QCOMPARE(q(make(*api, "/api/v1/namespaces",
                        space("old", "'pod-security.kubernetes.io/enforce':'restricted',"
                                     "'pod-security.kubernetes.io/enforce-version':'v1.18'"))),
                 QString());
        const Answer answer = api->send("POST", "/api/v1/namespaces/old/pods", podOf("", ""), json);
        QCOMPARE(
            q(answer.at("message")),
            "pods \"p\" is forbidden: violates PodSecurity \"restricted:v1.18\": allowPrivilegeEscalation != "
            "false (container \"c\" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot "
            "!= "
            "true (pod or container \"c\" must set securityContext.runAsNonRoot=true)");
    }

    void workloadsAreWarnedAbout() {
        QCOMPARE(q(make(*api, "/api/v1/namespaces",
                        space("warned", "'pod-security.kubernetes.io/warn':'baseline'"))),
                 QString());
        const std::string body =
            J("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'d'},'spec':{"
              "'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'"
              "}},'spec':{'hostIPC':true,'containers':[{'name':'c','image':'x'}]}}}}");
        const Answer answer = api->send("POST", "/apis/apps/v1/namespaces/warned/deployments", body, json);
        QCOMPARE(answer.code, 201);
        QCOMPARE(q(answer.header("warning")),
                 "299 - \"would violate PodSecurity \\\"baseline:latest\\\": host "
                 "namespaces (hostIPC=true)\"");
        const Answer pods =
            api->send("POST", "/api/v1/namespaces/warned/pods", podOf("'hostIPC':true,", ""), json);
        QCOMPARE(pods.code, 201);
        QVERIFY(pods.header("warning").find("would violate PodSecurity") != std::string::npos);
    }

    void labelsAreChecked() {
        const Answer answer =
            api->send("POST", "/api/v1/namespaces",
                      space("wrong", "'pod-security.kubernetes.io/enforce':'strict'"), json);
        QCOMPARE(answer.code, 422);
        QCOMPARE(q(answer.at("details.causes.0.message")),
                 "Invalid value: \"strict\": must be one of privileged, baseline, restricted");
        QCOMPARE(api->send("POST", "/api/v1/namespaces",
                           space("wrong", "'pod-security.kubernetes.io/warn-version':'1.2'"), json)
                     .code,
                 422);
    }

    void raisingTheLevelTellsWhichPodsWouldFail() {
        QCOMPARE(q(make(*api, "/api/v1/namespaces", space("grows", ""))), QString());
        QCOMPARE(q(make(*api, "/api/v1/namespaces/grows/pods", podOf("'hostPID':true,", ""))), QString());
        const Answer answer = api->send(
            "PATCH", "/api/v1/namespaces/grows",
            J("{'metadata':{'labels':{'pod-security.kubernetes.io/enforce':'baseline'}}}"), mergePatch);
        QCOMPARE(answer.code, 200);
        QStringList warnings;
        for (const auto& [name, value] : answer.headers)
            if (name == "warning") warnings << q(value);
        QCOMPARE(warnings.size(), 2);
        QVERIFY(warnings[0].contains("violate the new PodSecurity enforce level"));
        QCOMPARE(warnings[1], "299 - \"p: host namespaces\"");
    }

    void cleanupTestCase() { api.reset(); }

  private:
    std::unique_ptr<ApiBench> api;
};

QTEST_GUILESS_MAIN(TestAuthPodSecurity)
#include "test_auth_pod_security.moc"
