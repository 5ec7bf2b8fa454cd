#include "api_bench.h"
#include "engine/api/time.h"

#include <QtTest>

using namespace wheelhouse::apiserver::test;

namespace {
const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string pods = "/api/v1/namespaces/default/pods";
const std::string deployments = "/apis/apps/v1/namespaces/default/deployments";
QString q(const std::string& text) {
    return QString::fromStdString(text);
}
} // namespace

/// What each verb does, seen as a client sees it.
class TestApiserverVerbs : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void bootstrapsEveryClustersObjects() {
        ApiBench bench;
        QVERIFY(bench.started);
        const Answer list = bench.send("GET", "/api/v1/namespaces");
        QCOMPARE(list.code, 200);
        QCOMPARE(list.json().at("items").as_array().size(), 4u);
        QCOMPARE(q(bench.send("GET", "/api/v1/namespaces/default").at("status.phase")), QString("Active"));
        const Answer service = bench.send("GET", "/api/v1/namespaces/default/services/kubernetes");
        QCOMPARE(q(service.at("spec.clusterIP")), QString("10.96.0.1"));
        QCOMPARE(q(bench.send("GET", "/readyz").body), QString("ok"));
    }

    void createsReadsUpdatesAndDeletes() {
        ApiBench bench;
        const Answer created = bench.send("POST", maps, configMap("a", "{}", J("{'k':'1'}")), json);
        QCOMPARE(created.code, 201);
        QVERIFY(!created.at("metadata.uid").empty());
        QVERIFY(!created.at("metadata.creationTimestamp").empty());
        QCOMPARE(q(created.at("metadata.namespace")), QString("default"));
        const Answer read = bench.send("GET", maps + "/a");
        QCOMPARE(read.code, 200);
        QCOMPARE(q(read.body), q(created.body));

        Answer updated = bench.send("PUT", maps + "/a", configMap("a", "{}", J("{'k':'2'}")), json);
        QCOMPARE(updated.code, 200);
        QCOMPARE(q(updated.at("metadata.uid")), q(created.at("metadata.uid")));
        QVERIFY(updated.at("metadata.resourceVersion") != created.at("metadata.resourceVersion"));
        const Answer same = bench.send("PUT", maps + "/a", configMap("a", "{}", J("{'k':'2'}")), json);
        QCOMPARE(q(same.at("metadata.resourceVersion")), q(updated.at("metadata.resourceVersion")));

        const Answer deleted = bench.send("DELETE", maps + "/a");
        QCOMPARE(deleted.code, 200);
        QCOMPARE(q(deleted.at("status")), QString("Success"));
        QCOMPARE(q(deleted.at("details.uid")), q(created.at("metadata.uid")));
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
    }

    void generatesNames() {
        ApiBench bench;
        const std::string body = J("{'metadata':{'generateName':'job-'}}");
        const Answer a = bench.send("POST", maps, body, json);
        const Answer b = bench.send("POST", maps, body, json);
        QCOMPARE(a.code, 201);
        QCOMPARE(a.at("metadata.name").size(), 9u);
        QVERIFY(a.at("metadata.name").rfind("job-", 0) == 0);
        QVERIFY(a.at("metadata.name") != b.at("metadata.name"));
    }

    void dryRunChangesNothing() {
        ApiBench bench;
        const auto before = bench.store->revision();
        QCOMPARE(bench.send("POST", maps + "?dryRun=All", configMap("a"), json).code, 201);
        QCOMPARE(bench.store->revision(), before);
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
        QCOMPARE(bench.send("POST", maps + "?dryRun=Some", configMap("a"), json).code, 422);
    }

    void staleWritesConflict() {
        ApiBench bench;
        const Answer created = bench.send("POST", maps, configMap("a"), json);
        std::string body = created.body;
        QCOMPARE(bench.send("PATCH", maps + "/a", J("{'data':{'x':'y'}}"), mergePatch).code, 200);
        const Answer stale = bench.send("PUT", maps + "/a", body, json);
        QCOMPARE(stale.code, 409);
        QCOMPARE(q(stale.at("reason")), QString("Conflict"));
        QCOMPARE(q(stale.at("message")), QString("Operation cannot be fulfilled on configmaps \"a\": the "
                                                 "object has been modified; please apply "
                                                 "your changes to the latest version and try again"));
        QCOMPARE(q(stale.at("details.kind")), QString("configmaps"));
        QCOMPARE(q(stale.at("details.name")), QString("a"));
    }

    /// Two updates of the same revision, sent before either is durable: one wins.
    void concurrentUpdatesOneWins() {
        ApiBench bench;
        const Answer created = bench.send("POST", maps, configMap("a"), json);
        const std::string version = created.at("metadata.resourceVersion");
        std::vector<std::shared_ptr<FakeExchange>> both;
        for (const char* value : {"1", "2"})
            both.push_back(bench.open("PUT", maps + "/a",
                                      J("{'metadata':{'name':'a','resourceVersion':'") + version +
                                          J("'},'data':{'k':'") + value + J("'}}"),
                                      json));
        bench.settle();
        QCOMPARE(both[0]->response->code, 200);
        QCOMPARE(both[1]->response->code, 409);
        QCOMPARE(q(bench.send("GET", maps + "/a").at("data.k")), QString("1"));
    }

    void patchesInThreeWays_data() {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("patch");
        QTest::addColumn<int>("containers");
        QTest::newRow("json") << "application/json-patch+json"
                              << q(J("[{'op':'replace','path':'/spec/replicas','value':5}]")) << 1;
        QTest::newRow("merge") << "application/merge-patch+json" << q(J("{'spec':{'replicas':5}}")) << 1;
        QTest::newRow("strategic") << "application/strategic-merge-patch+json"
                                   << q(J("{'spec':{'replicas':5,'template':{'spec':{'containers':[{'name':'"
                                          "d','image':'busybox'}]}}}}"))
                                   << 2;
    }
    void patchesInThreeWays() {
        QFETCH(QString, type);
        QFETCH(QString, patch);
        QFETCH(int, containers);
        ApiBench bench;
        QCOMPARE(bench.send("POST", deployments, deployment("web", 3), json).code, 201);
        const Answer patched = bench.send("PATCH", deployments + "/web", patch.toStdString(),
                                          {{"content-type", type.toStdString()}});
        QVERIFY2(patched.code == 200, patched.body.c_str());
        QCOMPARE(q(patched.at("spec.replicas")), QString("5"));
        QCOMPARE(q(patched.at("metadata.generation")), QString("2"));
        QCOMPARE(int(patched.json().at("spec").at("template").at("spec").at("containers").as_array().size()),
                 containers);
    }

    void statusAndSpecAreWrittenApart() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", deployments, deployment("web", 3), json).code, 201);
        const Answer status =
            bench.send("PATCH", deployments + "/web/status",
                       J("{'spec':{'replicas':9},'status':{'readyReplicas':2}}"), mergePatch);
        QVERIFY2(status.code == 200, status.body.c_str());
        QCOMPARE(q(status.at("spec.replicas")), QString("3"));
        QCOMPARE(q(status.at("status.readyReplicas")), QString("2"));
        QCOMPARE(q(status.at("metadata.generation")), QString("1"));
        const Answer spec = bench.send("PATCH", deployments + "/web",
                                       J("{'spec':{'replicas':9},'status':{'readyReplicas':7}}"), mergePatch);
        QCOMPARE(q(spec.at("spec.replicas")), QString("9"));
        QCOMPARE(q(spec.at("status.readyReplicas")), QString("2"));
    }

    void scales() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", deployments, deployment("web", 3), json).code, 201);
        const Answer read = bench.send("GET", deployments + "/web/scale");
        QCOMPARE(q(read.at("kind")), QString("Scale"));
        QCOMPARE(q(read.at("apiVersion")), QString("autoscaling/v1"));
        QCOMPARE(q(read.at("spec.replicas")), QString("3"));
        QCOMPARE(q(read.at("status.selector")), QString("app=x"));
        const Answer patched =
            bench.send("PATCH", deployments + "/web/scale", J("{'spec':{'replicas':7}}"), mergePatch);
        QVERIFY2(patched.code == 200, patched.body.c_str());
        QCOMPARE(q(patched.at("spec.replicas")), QString("7"));
        QCOMPARE(q(bench.send("GET", deployments + "/web").at("spec.replicas")), QString("7"));
        const std::string stale =
            J("{'kind':'Scale','apiVersion':'autoscaling/"
              "v1','metadata':{'name':'web','resourceVersion':'1'},'spec':{'replicas':1}}");
        QCOMPARE(bench.send("PUT", deployments + "/web/scale", stale, json).code, 409);
        QCOMPARE(
            bench.send("PATCH", deployments + "/web/scale", J("{'spec':{'replicas':-1}}"), mergePatch).code,
            422);
    }

    void podsGetWhatAdmissionGives() {
        ApiBench bench;
        const Answer created = bench.send("POST", pods, pod("p"), json);
        QVERIFY2(created.code == 201, created.body.c_str());
        QCOMPARE(q(created.at("spec.serviceAccountName")), QString("default"));
        QCOMPARE(q(created.at("spec.priority")), QString("0"));
        QCOMPARE(created.json().at("spec").at("tolerations").as_array().size(), 2u);
        QCOMPARE(q(created.at("spec.tolerations.0.tolerationSeconds")), QString("300"));
        QCOMPARE(q(created.at("status.phase")), QString("Pending"));
    }

    void bindsOnce() {
        ApiBench bench;
        const std::string binding = J("{'apiVersion':'v1','kind':'Binding','metadata':{'name':'p'},'target':{"
                                      "'kind':'Node','name':'n1'}}");
        QCOMPARE(bench.send("POST", pods, pod("p"), json).code, 201);
        const Answer bound = bench.send("POST", pods + "/p/binding", binding, json);
        QVERIFY2(bound.code == 201, bound.body.c_str());
        const Answer read = bench.send("GET", pods + "/p");
        QCOMPARE(q(read.at("spec.nodeName")), QString("n1"));
        QCOMPARE(q(read.at("status.conditions.0.type")), QString("PodScheduled"));
        const Answer again = bench.send("POST", pods + "/p/binding", binding, json);
        QCOMPARE(again.code, 409);
        QCOMPARE(q(again.at("message")),
                 QString("Operation cannot be fulfilled on pods/binding \"p\": pod p is already "
                         "assigned to node \"n1\""));
    }

    void tolerationsOfNodesInTroubleComeBack() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", pods, pod("p"), json).code, 201);
        const std::string others = J(
            "{'spec':{'tolerations':[{'key':'mine','operator':'Equal','value':'x','effect':'NoSchedule'}]}}");
        const Answer changed = bench.send("PATCH", pods + "/p", others, mergePatch);
        QCOMPARE(changed.code, 200);
        QCOMPARE(q(changed.at("spec.tolerations.0.key")), QString("mine"));
        QCOMPARE(q(changed.at("spec.tolerations.1.key")), QString("node.kubernetes.io/not-ready"));
        QCOMPARE(q(changed.at("spec.tolerations.2.key")), QString("node.kubernetes.io/unreachable"));
    }

    void podsGoInTwoSteps() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", pods, pod("free"), json).code, 201);
        const Answer free = bench.send("DELETE", pods + "/free");
        QCOMPARE(free.code, 200);
        QCOMPARE(q(free.at("kind")), QString("Pod"));
        QCOMPARE(bench.send("GET", pods + "/free").code, 404);

        QCOMPARE(bench.send("POST", pods, pod("held", J("'nodeName':'n1',")), json).code, 201);
        const Answer asked = bench.send("DELETE", pods + "/held");
        QCOMPARE(q(asked.at("metadata.deletionGracePeriodSeconds")), QString("30"));
        QVERIFY(!asked.at("metadata.deletionTimestamp").empty());
        const Answer twice = bench.send("DELETE", pods + "/held");
        QCOMPARE(q(twice.at("metadata.resourceVersion")), q(asked.at("metadata.resourceVersion")));
        const Answer confirmed = bench.send("DELETE", pods + "/held", J("{'gracePeriodSeconds':0}"), json);
        QCOMPARE(confirmed.code, 200);
        QCOMPARE(bench.send("GET", pods + "/held").code, 404);
    }

    void evictionDeletes() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", pods, pod("p"), json).code, 201);
        const std::string eviction =
            J("{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'p','namespace':'default'}}");
        QCOMPARE(bench.send("POST", pods + "/p/eviction", eviction, json).code, 201);
        QCOMPARE(bench.send("GET", pods + "/p").code, 404);
        // As clients from before policy/v1 ask for it; no other version is one.
        QCOMPARE(bench.send("POST", pods, pod("p"), json).code, 201);
        const auto version = [&](const char* name) {
            return J(std::string("{'apiVersion':'") + name + "','kind':'Eviction','metadata':{'name':'p'}}");
        };
        QCOMPARE(bench.send("POST", pods + "/p/eviction", version("policy/v2"), json).code, 400);
        QCOMPARE(bench.send("POST", pods + "/p/eviction", version("policy/v1beta1"), json).code, 201);
    }

    void finalizersHoldAnObject() {
        ApiBench bench;
        const std::string body = J("{'metadata':{'name':'a','finalizers':['example.com/hold']}}");
        QCOMPARE(bench.send("POST", maps, body, json).code, 201);
        const Answer asked = bench.send("DELETE", maps + "/a");
        QCOMPARE(asked.code, 200);
        QCOMPARE(q(asked.at("kind")), QString("ConfigMap"));
        QVERIFY(!asked.at("metadata.deletionTimestamp").empty());
        QCOMPARE(bench.send("GET", maps + "/a").code, 200);
        QCOMPARE(bench.send("PATCH", maps + "/a", J("{'metadata':{'finalizers':null}}"), mergePatch).code,
                 200);
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
    }

    void propagationBecomesAFinalizer_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<QString>("finalizers");
        QTest::newRow("foreground") << "Foreground" << q(J("['foregroundDeletion']"));
        QTest::newRow("orphan") << "Orphan" << q(J("['orphan']"));
    }
    void propagationBecomesAFinalizer() {
        QFETCH(QString, policy);
        QFETCH(QString, finalizers);
        ApiBench bench;
        QCOMPARE(bench.send("POST", deployments, deployment("web", 1), json).code, 201);
        const Answer deleted = bench.send("DELETE", deployments + "/web",
                                          J("{'propagationPolicy':'") + policy.toStdString() + J("'}"), json);
        QCOMPARE(q(deleted.at("metadata.finalizers")), finalizers);
        QCOMPARE(bench.send("GET", deployments + "/web").code, 200);
    }

    void deletePreconditionsHold() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", maps, configMap("a"), json).code, 201);
        const Answer wrong = bench.send("DELETE", maps + "/a", J("{'preconditions':{'uid':'other'}}"), json);
        QCOMPARE(wrong.code, 409);
        QCOMPARE(bench.send("GET", maps + "/a").code, 200);
    }

    void deletesCollectionsBySelector() {
        ApiBench bench;
        bench.send("POST", maps, configMap("a", J("{'app':'x'}")), json);
        bench.send("POST", maps, configMap("b", J("{'app':'y'}")), json);
        const Answer deleted = bench.send("DELETE", maps + "?labelSelector=app%3Dx");
        QCOMPARE(deleted.code, 200);
        QCOMPARE(deleted.json().at("items").as_array().size(), 1u);
        QCOMPARE(bench.send("GET", maps + "/a").code, 404);
        QCOMPARE(bench.send("GET", maps + "/b").code, 200);
    }

    void namespacesTerminate() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", "/api/v1/namespaces", J("{'metadata':{'name':'shop'}}"), json).code, 201);
        const Answer asked = bench.send("DELETE", "/api/v1/namespaces/shop");
        QCOMPARE(q(asked.at("status.phase")), QString("Terminating"));
        const Answer refused = bench.send("POST", "/api/v1/namespaces/shop/configmaps", configMap("a"), json);
        QCOMPARE(refused.code, 403);
        QCOMPARE(q(refused.at("details.causes.0.reason")), QString("NamespaceTerminating"));
        std::string body = asked.body;
        const std::string finalizers = J("'finalizers':['kubernetes']");
        QVERIFY2(body.find(finalizers) != std::string::npos, body.c_str());
        body.replace(body.find(finalizers), finalizers.size(), J("'finalizers':[]"));
        QCOMPARE(bench.send("PUT", "/api/v1/namespaces/shop/finalize", body, json).code, 200);
        QCOMPARE(bench.send("GET", "/api/v1/namespaces/shop").code, 404);
        const Answer immortal = bench.send("DELETE", "/api/v1/namespaces/kube-system");
        QCOMPARE(immortal.code, 403);
        QCOMPARE(q(immortal.at("message")),
                 QString("namespaces \"kube-system\" is forbidden: this namespace may not be deleted"));
    }

    void servicesGetAddresses() {
        ApiBench bench;
        const std::string services = "/api/v1/namespaces/default/services";
        const auto service = [](const std::string& name, const std::string& spec) {
            return J("{'metadata':{'name':'") + name + J("'},'spec':{") + spec + J("'ports':[{'port':80}]}}");
        };
        const Answer plain = bench.send("POST", services, service("a", ""), json);
        QVERIFY2(plain.code == 201, plain.body.c_str());
        const std::string address = plain.at("spec.clusterIP");
        QVERIFY2(address.rfind("10.96.", 0) == 0, address.c_str());
        QCOMPARE(q(plain.at("spec.clusterIPs")), q("[\"" + address + "\"]"));
        const Answer taken =
            bench.send("POST", services, service("b", J("'clusterIP':'") + address + J("',")), json);
        QCOMPARE(taken.code, 422);
        QVERIFY2(taken.at("message").find("provided IP is already allocated") != std::string::npos,
                 taken.body.c_str());
        const Answer headless = bench.send("POST", services, service("c", J("'clusterIP':'None',")), json);
        QCOMPARE(q(headless.at("spec.clusterIP")), QString("None"));
        const Answer kept = bench.send("PUT", services + "/a", service("a", ""), json);
        QVERIFY2(kept.code == 200, kept.body.c_str());
        QCOMPARE(q(kept.at("spec.clusterIP")), q(address));
        QCOMPARE(bench.send("DELETE", services + "/a").code, 200);
        QCOMPARE(
            bench.send("POST", services, service("b", J("'clusterIP':'") + address + J("',")), json).code,
            201);
        const Answer nodePort = bench.send("POST", services, service("d", J("'type':'NodePort',")), json);
        const int port = std::stoi("0" + nodePort.at("spec.ports.0.nodePort"));
        QVERIFY(port >= 30000 && port <= 32767);
    }

    void localLoadBalancersHaveAHealthPort() {
        ApiBench bench;
        const std::string services = "/api/v1/namespaces/default/services";
        const auto service = [](const std::string& name, const char* spec) {
            return J("{'metadata':{'name':'") + name + J("'},'spec':{'type':'LoadBalancer',") + J(spec) +
                   J("'ports':[{'port':80}]}}");
        };
        const char* local = "'externalTrafficPolicy':'Local',";
        const Answer made = bench.send("POST", services, service("a", local), json);
        QVERIFY2(made.code == 201, made.body.c_str());
        const std::string port = made.at("spec.healthCheckNodePort");
        QVERIFY2(std::stoi("0" + port) >= 30000 && port != made.at("spec.ports.0.nodePort"),
                 made.body.c_str());
        QCOMPARE(
            q(bench.send("PUT", services + "/a", service("a", local), json).at("spec.healthCheckNodePort")),
            q(port)); // kept by who does not mention it
        const std::string same = local + ("'healthCheckNodePort':" + port + ",");
        const Answer taken = bench.send("POST", services, service("b", same.c_str()), json);
        QCOMPARE(taken.code, 500);
        QCOMPARE(q(taken.at("message")), q("failed to allocate requested HealthCheck NodePort " + port +
                                           ": provided port is already allocated"));
        const Answer open = bench.send("PUT", services + "/a", service("a", ""), json);
        QCOMPARE(q(open.at("spec.healthCheckNodePort")), QString());
        QCOMPARE(bench.send("POST", services, service("b", same.c_str()), json).code, 201); // given back
        const Answer plain = bench.send("POST", services, service("c", ""), json);
        QCOMPARE(q(plain.at("spec.healthCheckNodePort")), QString());
    }

    void theNamesOfTheClusterHaveAService() {
        ApiBench bench;
        const Answer dns = bench.send("GET", "/api/v1/namespaces/kube-system/services/kube-dns");
        QVERIFY2(dns.code == 200, dns.body.c_str());
        QCOMPARE(q(dns.at("spec.clusterIP")), QString("10.96.0.10"));
        QCOMPARE(q(dns.at("spec.ports.0.name") + dns.at("spec.ports.1.name")), QString("dnsdns-tcp"));
        QCOMPARE(q(dns.at("metadata.labels.k8s-app")), QString("kube-dns"));
    }

    void eventsGoAnHourAfterTheyLastHappened() {
        using namespace std::chrono_literals;
        ApiBench bench;
        const std::string all = "/api/v1/namespaces/default/events";
        const auto event = [](const char* name) {
            return J("{'metadata':{'name':'") + name +
                   J("'},'involvedObject':{'kind':'Pod','namespace':'default','name':'p'},'reason':'Seen',"
                     "'type':'Normal'}");
        };
        QCOMPARE(bench.send("POST", all, event("once"), json).code, 201);
        QCOMPARE(bench.send("POST", all, event("again"), json).code, 201);
        const auto watch = bench.open("GET", all + "?watch=1&resourceVersion=1&timeoutSeconds=99999");
        bench.settle(40min);
        const std::string time = wheelhouse::api::formatTime(bench.executor.clock().wallNow());
        QCOMPARE(
            bench.send("PATCH", all + "/again", J("{'lastTimestamp':'") + time + J("'}"), mergePatch).code,
            200);
        bench.settle(18min);
        QCOMPARE(bench.send("GET", all + "/once").code, 200);
        bench.settle(4min);
        QCOMPARE(bench.send("GET", all + "/once").code, 404);
        QCOMPARE(bench.send("GET", all + "/again").code, 200);
        bench.settle(40min);
        QCOMPARE(bench.send("GET", all + "/again").code, 404);
        QVERIFY2(story(*watch).ends_with("DELETED once, DELETED again"), story(*watch).c_str());
    }

    void logsStream() {
        ApiBench bench;
        QCOMPARE(bench.send("POST", pods, pod("p", J("'nodeName':'n1',")), json).code, 201);
        const Answer early = bench.send("GET", pods + "/p/log");
        QCOMPARE(early.code, 400);
        QCOMPARE(q(early.at("message")),
                 QString("container \"c\" in pod \"p\" is waiting to start: ContainerCreating"));
        const std::string running = J("{'status':{'containerStatuses':[{'name':'c','image':'i','imageID':'','"
                                      "ready':true,'restartCount':0,'state':{'running':{}}}]}}");
        QCOMPARE(bench.send("PATCH", pods + "/p/status", running, mergePatch).code, 200);
        const auto log = bench.open("GET", pods + "/p/log?follow=true&tailLines=3");
        bench.settle();
        QCOMPARE(q(bench.streams.node.value()), QString("n1"));
        QVERIFY(bench.streams.request.follow);
        QCOMPARE(bench.streams.request.tailLines.value_or(0), 3);
        bench.streams.onData("hello\n");
        QCOMPARE(log->streamCode, 200);
        QCOMPARE(q(log->streamed), QString("hello\n"));
        bench.streams.onEnd({});
        bench.settle();
        QVERIFY(log->ended);
        QCOMPARE(bench.send("GET", pods + "/p/log?container=zzz").code, 400);
    }
};

QTEST_GUILESS_MAIN(TestApiserverVerbs)
#include "test_apiserver_verbs.moc"
