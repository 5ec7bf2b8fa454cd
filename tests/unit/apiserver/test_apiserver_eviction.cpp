#include "api_bench.h"

#include <QtTest>

using namespace wheelhouse::apiserver::test;

namespace {
const std::string pods = "/api/v1/namespaces/default/pods";
const std::string budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
QString q(const std::string& text) {
    return QString::fromStdString(text);
}
} // namespace

/// Evictions and the budgets they spend.
class TestApiserverEviction : public QObject {
    Q_OBJECT

    static void addPod(ApiBench& bench, const std::string& name, const std::string& phase = "Running",
                       bool ready = true) {
        QCOMPARE(bench
                     .send("POST", pods,
                           J("{'metadata':{'name':'" + name +
                             "','labels':{'app':'web'}},'spec':{'nodeName':'n1','containers':[{'name':'c',"
                             "'image':'nginx'}]}}"),
                           json)
                     .code,
                 201);
        const std::string status =
            J("{'status':{'phase':'" + phase + "','conditions':[{'type':'Ready','status':'" +
              (ready ? "True" : "False") + "'}]}}");
        QCOMPARE(bench.send("PATCH", pods + "/" + name + "/status", status, mergePatch).code, 200);
    }
    /// As the controller would have left it.
    static void addBudget(ApiBench& bench, const std::string& name, int allowed, int healthy, int desired,
                          const std::string& spec = "'minAvailable':1", bool computed = true) {
        QCOMPARE(bench
                     .send("POST", budgets,
                           J("{'metadata':{'name':'" + name +
                             "'},'spec':{'selector':{'matchLabels':{'app':'web'}}," + spec + "}}"),
                           json)
                     .code,
                 201);
        const std::string status = J("{'status':{'observedGeneration':" + std::to_string(computed ? 1 : 0) +
                                     ",'disruptionsAllowed':" + std::to_string(allowed) +
                                     ",'currentHealthy':" + std::to_string(healthy) +
                                     ",'desiredHealthy':" + std::to_string(desired) + ",'expectedPods':3}}");
        QCOMPARE(bench.send("PATCH", budgets + "/" + name + "/status", status, mergePatch).code, 200);
    }
    static std::string eviction(const std::string& pod, const std::string& options = {}) {
        return J("{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'" + pod +
                 "','namespace':'default'}" + (options.empty() ? "" : ",'deleteOptions':" + options) + "}");
    }
    static Answer evict(ApiBench& bench, const std::string& pod, const std::string& options = {},
                        const std::string& query = {}) {
        return bench.send("POST", pods + "/" + pod + "/eviction" + query, eviction(pod, options), json);
    }
    static bool deleting(ApiBench& bench, const std::string& pod) {
        return !bench.send("GET", pods + "/" + pod).at("metadata.deletionTimestamp").empty();
    }

  private Q_SLOTS:
    void anEvictionSpendsTheBudget() {
        ApiBench bench;
        addPod(bench, "a");
        addPod(bench, "b");
        addBudget(bench, "web", 1, 2, 1);
        QCOMPARE(evict(bench, "a").code, 201);
        QVERIFY(deleting(bench, "a"));
        const Answer budget = bench.send("GET", budgets + "/web");
        QCOMPARE(q(budget.at("status.disruptionsAllowed")), QString("0"));
        QVERIFY(!budget.at("status.disruptedPods.a").empty());
        QCOMPARE(q(budget.at("status.conditions.0.reason")), QString("InsufficientPods"));
        const Answer pod = bench.send("GET", pods + "/a");
        QVERIFY(q(pod.body).contains("EvictionByEvictionAPI"));
        const Answer refused = evict(bench, "b");
        QCOMPARE(refused.code, 429);
        QCOMPARE(q(refused.at("reason")), QString("TooManyRequests"));
        QCOMPARE(q(refused.at("message")),
                 QString("Cannot evict pod as it would violate the pod's disruption budget."));
        QCOMPARE(q(refused.at("details.causes.0.reason")), QString("DisruptionBudget"));
        QCOMPARE(q(refused.at("details.causes.0.message")),
                 QString("The disruption budget web needs 1 healthy pods and has 2 currently"));
        QVERIFY(!deleting(bench, "b"));
    }

    /// Sent before either is durable.
    void twoAtOnceSpendItOnce() {
        ApiBench bench;
        addPod(bench, "a");
        addPod(bench, "b");
        addBudget(bench, "web", 1, 2, 1);
        std::vector<std::shared_ptr<FakeExchange>> both;
        for (const char* name : {"a", "b"})
            both.push_back(bench.open("POST", pods + "/" + name + "/eviction", eviction(name), json));
        bench.settle();
        QCOMPARE(both[0]->response->code, 201);
        QCOMPARE(both[1]->response->code, 429);
    }

    void whoNeedsNoBudget_data() {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<bool>("ready");
        QTest::addColumn<int>("healthy");
        QTest::addColumn<QString>("spec");
        QTest::addColumn<int>("code");
        const QString plain = "'minAvailable':1";
        const QString always = plain + ",'unhealthyPodEvictionPolicy':'AlwaysAllow'";
        QTest::newRow("running and ready") << "Running" << true << 1 << plain << 429;
        QTest::newRow("pending") << "Pending" << false << 0 << plain << 201;
        QTest::newRow("succeeded") << "Succeeded" << false << 0 << plain << 201;
        QTest::newRow("failed") << "Failed" << false << 0 << plain << 201;
        QTest::newRow("not ready, others healthy") << "Running" << false << 1 << plain << 201;
        QTest::newRow("not ready, nor others") << "Running" << false << 0 << plain << 429;
        QTest::newRow("not ready, always allowed") << "Running" << false << 0 << always << 201;
        QTest::newRow("ready, always allowed") << "Running" << true << 1 << always << 429;
    }
    void whoNeedsNoBudget() {
        QFETCH(QString, phase);
        QFETCH(bool, ready);
        QFETCH(int, healthy);
        QFETCH(QString, spec);
        QFETCH(int, code);
        ApiBench bench;
        addPod(bench, "a", phase.toStdString(), ready);
        addBudget(bench, "web", 0, healthy, 1, spec.toStdString());
        QCOMPARE(evict(bench, "a").code, code);
        QCOMPARE(q(bench.send("GET", budgets + "/web").at("status.disruptedPods.a")), QString());
    }

    void aBudgetNotComputedYetAllowsNothing() {
        ApiBench bench;
        addPod(bench, "a");
        addBudget(bench, "web", 1, 2, 1, "'minAvailable':1", false);
        const Answer refused = evict(bench, "a");
        QCOMPARE(refused.code, 429);
        QCOMPARE(q(refused.at("details.retryAfterSeconds")), QString("10"));
        QCOMPARE(q(refused.at("details.causes.0.message")),
                 QString("The disruption budget web is still being processed by the server."));
        bool hinted = false;
        for (const auto& [name, value] : refused.headers)
            hinted = hinted || (name == "retry-after" && value == "10");
        QVERIFY(hinted);
    }

    void aBudgetThatCouldNotBeComputedSaysWhy() {
        ApiBench bench;
        addPod(bench, "a");
        addBudget(bench, "web", 0, 0, 0);
        const std::string failed = J("{'status':{'conditions':[{'type':'DisruptionAllowed','status':'False','"
                                     "reason':'SyncFailed','message':"
                                     "'no owner','lastTransitionTime':'2026-01-01T00:00:00Z'}]}}");
        QCOMPARE(bench.send("PATCH", budgets + "/web/status", failed, mergePatch).code, 200);
        QCOMPARE(q(evict(bench, "a").at("details.causes.0.message")),
                 QString("The disruption budget web does not allow evicting pods currently because it failed "
                         "sync: no owner"));
    }

    void twoBudgetsAreTooMany() {
        ApiBench bench;
        addPod(bench, "a");
        addBudget(bench, "one", 1, 2, 1);
        addBudget(bench, "two", 1, 2, 1);
        const Answer refused = evict(bench, "a");
        QCOMPARE(refused.code, 500);
        QVERIFY(q(refused.at("message")).contains("more than one PodDisruptionBudget"));
        QVERIFY(!deleting(bench, "a"));
    }

    void whatIsRefusedOrTriedSpendsNothing_data() {
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::newRow("dry run of the request") << ""
                                                << "?dryRun=All" << 201;
        QTest::newRow("dry run in the body") << "{'dryRun':['All']}"
                                             << "" << 201;
        QTest::newRow("another pod was meant") << "{'preconditions':{'uid':'x'}}"
                                               << "" << 409;
        QTest::newRow("no such policy") << "{'propagationPolicy':'Sideways'}"
                                        << "" << 422;
    }
    void whatIsRefusedOrTriedSpendsNothing() {
        QFETCH(QString, options);
        QFETCH(QString, query);
        QFETCH(int, code);
        ApiBench bench;
        addPod(bench, "a");
        addBudget(bench, "web", 1, 2, 1);
        const auto before = bench.store->revision();
        QCOMPARE(evict(bench, "a", options.toStdString(), query.toStdString()).code, code);
        QCOMPARE(bench.store->revision(), before);
    }

    void aDryRunMeetsTheBudgetToo() {
        ApiBench bench;
        addPod(bench, "a");
        addBudget(bench, "web", 0, 1, 1);
        QCOMPARE(evict(bench, "a", {}, "?dryRun=All").code, 429);
    }

    void graceAndPreconditionsReachTheDeletion() {
        ApiBench bench;
        addPod(bench, "a");
        const Answer pod = bench.send("GET", pods + "/a");
        QCOMPARE(evict(bench, "a",
                       "{'gracePeriodSeconds':7,'preconditions':{'uid':'" + pod.at("metadata.uid") +
                           "','resourceVersion':'" + pod.at("metadata.resourceVersion") + "'}}")
                     .code,
                 201);
        QCOMPARE(q(bench.send("GET", pods + "/a").at("metadata.deletionGracePeriodSeconds")), QString("7"));
        QCOMPARE(evict(bench, "nobody").code, 404);
        QCOMPARE(bench.send("POST", pods + "/a/eviction", eviction("b"), json).code, 400);
    }
};

QTEST_GUILESS_MAIN(TestApiserverEviction)
#include "test_apiserver_eviction.moc"
