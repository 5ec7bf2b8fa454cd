#include "auth_bench.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}
const std::string pods = "/api/v1/namespaces/default/pods";
const std::string secrets = "/api/v1/namespaces/default/secrets";
const Headers strategic{{"content-type", "application/strategic-merge-patch+json"}};

std::string node(const std::string& name, const std::string& metadata = "") {
    return J("{'apiVersion':'v1','kind':'Node','metadata':{'name':'" + name + "'" + metadata + "}}");
}

} // namespace

/// What nodes may do: their own, and nothing more.
class TestAuthNodes : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        api = std::make_unique<ApiBench>();
        n1 = {"system:node:n1", {"system:nodes"}};
        QCOMPARE(q(make(*api, "/api/v1/nodes", node("n1"))), QString());
        QCOMPARE(q(make(*api, "/api/v1/nodes", node("n2"))), QString());
        for (const char* name : {"used", "unused"})
            QCOMPARE(q(make(*api, secrets, J("{'metadata':{'name':'" + std::string(name) + "'}}"))),
                     QString());
        QCOMPARE(
            q(make(*api, pods,
                   pod("p", "'nodeName':'n1','volumes':[{'name':'v','secret':{'secretName':'used'}}],"))),
            QString());
        QCOMPARE(q(make(*api, pods, pod("q", "'nodeName':'n2',"))), QString());
    }

    void secretsOnlyOfOwnPods() {
        QCOMPARE(api->send("GET", secrets + "/used", {}, {}, n1).code, 200);
        const Answer refused = api->send("GET", secrets + "/unused", {}, {}, n1);
        QCOMPARE(refused.code, 403);
        QCOMPARE(
            q(refused.at("message")),
            "secrets \"unused\" is forbidden: User \"system:node:n1\" cannot get resource \"secrets\" in API "
            "group \"\" in the namespace \"default\": no relationship found between node 'n1' and this "
            "object");
        QCOMPARE(api->send("GET", secrets, {}, {}, n1).code, 403);
        QCOMPARE(api->send("GET", secrets + "/used", {}, {}, User{"system:node:n2", {"system:nodes"}}).code,
                 403);
        // Without the group a name is only a name.
        QCOMPARE(api->send("GET", secrets + "/used", {}, {}, person("system:node:n1")).code, 403);
        // The way ends with the pod.
        QCOMPARE(api->send("DELETE", pods + "/p?gracePeriodSeconds=0").code, 200);
        QCOMPARE(api->send("GET", secrets + "/used", {}, {}, n1).code, 403);
    }

    void podsNodesAndLeasesOnlyOwn() {
        QCOMPARE(api->send("GET", pods + "/p", {}, {}, n1).code, 200);
        QCOMPARE(api->send("GET", pods + "/q", {}, {}, n1).code, 403);
        QCOMPARE(api->send("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1", {}, {}, n1).code, 200);
        QCOMPARE(api->send("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn2", {}, {}, n1).code, 403);
        QCOMPARE(api->send("GET", "/api/v1/pods", {}, {}, n1).code, 403);
        QCOMPARE(api->send("GET", "/api/v1/nodes/n1", {}, {}, n1).code, 200);
        QCOMPARE(api->send("GET", "/api/v1/nodes/n2", {}, {}, n1).code, 403);
        const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        QCOMPARE(api->send("POST", leases, J("{'metadata':{'name':'n1'}}"), json, n1).code, 201);
        QCOMPARE(api->send("POST", leases, J("{'metadata':{'name':'n2'}}"), json, n1).code, 403);
        QCOMPARE(api->send("GET", leases + "/n2", {}, {}, n1).code, 403);
    }

    void podStatusOnlyOfOwnPods() {
        const std::string status = J("{'status':{'phase':'Running'}}");
        QCOMPARE(api->send("PATCH", pods + "/p/status", status, strategic, n1).code, 200);
        const Answer refused = api->send("PATCH", pods + "/q/status", status, strategic, n1);
        QCOMPARE(refused.code, 403);
        QVERIFY(refused.at("message").find(
                    "node \"n1\" can only update pod status for pods with spec.nodeName set to itself") !=
                std::string::npos);
        QCOMPARE(api->send("DELETE", pods + "/q", {}, {}, n1).code, 403);
        QCOMPARE(api->send("POST", pods, pod("mine"), json, n1).code, 403);
    }

    void labelsAndTaintsAreNotTheirsToChoose() {
        const auto patched = [&](const std::string& name, const std::string& body) {
            return api->send("PATCH", "/api/v1/nodes/" + name, J(body), mergePatch, n1);
        };
        QCOMPARE(patched("n1", "{'metadata':{'labels':{'kubernetes.io/arch':'amd64','own':'x'}}}").code, 200);
        QCOMPARE(patched("n2", "{'metadata':{'labels':{'own':'x'}}}").code, 403);
        const Answer label =
            patched("n1", "{'metadata':{'labels':{'node-restriction.kubernetes.io/team':'red'}}}");
        QCOMPARE(label.code, 403);
        QCOMPARE(q(label.at("message")), "nodes \"n1\" is forbidden: is not allowed to modify labels: "
                                         "node-restriction.kubernetes.io/team");
        QCOMPARE(patched("n1", "{'metadata':{'labels':{'node-role.kubernetes.io/control-plane':''}}}").code,
                 403);
        QCOMPARE(q(patched("n1", "{'spec':{'taints':[{'key':'a','effect':'NoSchedule'}]}}").at("message")),
                 "nodes \"n1\" is forbidden: node \"n1\" is not allowed to modify taints");
    }

    void cve_2025_5187_noOwnersForOneself() {
        const Answer refused = api->send("PATCH", "/api/v1/nodes/n1",
                                         J("{'metadata':{'ownerReferences':[{'apiVersion':'v1','kind':'"
                                           "ConfigMap','name':'gone','uid':'1'}]}}"),
                                         mergePatch, n1);
        QCOMPARE(refused.code, 403);
        QCOMPARE(q(refused.at("message")),
                 "nodes \"n1\" is forbidden: node \"n1\" is not allowed to modify ownerReferences");
        QCOMPARE(api->send("DELETE", "/api/v1/nodes/n1", {}, {}, n1).code, 403);
        QCOMPARE(api->send("GET", "/api/v1/nodes/n1").code, 200);
    }

    void tokensOnlyForOwnPods() {
        QCOMPARE(
            q(make(*api, "/api/v1/namespaces/default/serviceaccounts", J("{'metadata':{'name':'default'}}"))),
            QString());
        const std::string uid = api->send("GET", pods + "/p").at("metadata.uid");
        const std::string other = api->send("GET", pods + "/q").at("metadata.uid");
        const auto asked = [&](const std::string& reference) {
            return api->send("POST", "/api/v1/namespaces/default/serviceaccounts/default/token",
                             J("{'apiVersion':'authentication.k8s.io/v1','kind':'TokenRequest','spec':{" +
                               reference + "}}"),
                             json, n1);
        };
        QCOMPARE(
            asked("'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p','uid':'" + uid + "'}").code,
            201);
        QCOMPARE(asked("").code, 403);
        QCOMPARE(asked("'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'p'}").code, 403);
        const Answer wrong =
            asked("'boundObjectRef':{'apiVersion':'v1','kind':'Pod','name':'q','uid':'" + other + "'}");
        QVERIFY(wrong.at("message").find("bound to a pod scheduled on a different node") !=
                std::string::npos);
        QCOMPARE(
            api->send("POST", "/api/v1/namespaces/default/serviceaccounts/none/token", "{}", json, n1).code,
            403);
    }

  private:
    std::unique_ptr<ApiBench> api;
    User n1;
};

QTEST_GUILESS_MAIN(TestAuthNodes)
#include "test_auth_nodes.moc"
