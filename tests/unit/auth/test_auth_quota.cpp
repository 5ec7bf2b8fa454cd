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
const std::string quotas = "/api/v1/namespaces/default/resourcequotas";
const std::string ranges = "/api/v1/namespaces/default/limitranges";

std::string quota(const std::string& name, const std::string& hard, const std::string& more = "") {
    return J("{'apiVersion':'v1','kind':'ResourceQuota','metadata':{'name':'" + name + "'},'spec':{'hard':{" +
             hard + "}" + more + "}}");
}
std::string limits(const std::string& items) {
    return J("{'apiVersion':'v1','kind':'LimitRange','metadata':{'name':'l'},'spec':{'limits':[" + items +
             "]}}");
}
std::string podWith(const std::string& name, const std::string& resources, const std::string& spec = "") {
    return J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'" + name + "'},'spec':{" + spec +
             "'containers':[{'name':'c','image':'x','resources':{" + resources + "}}]}}");
}

} // namespace

/// Quotas and limit ranges.
class TestAuthQuota : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() { api = std::make_unique<ApiBench>(); }

    void countsAreKeptAndRefusalsSayWhy() {
        QCOMPARE(q(make(*api, quotas, quota("q", "'pods':'2','requests.cpu':'1','count/configmaps':'1'"))),
                 QString());
        QCOMPARE(q(refusal(podWith("silent", ""))),
                 "pods \"silent\" is forbidden: failed quota: q: must specify requests.cpu for: c");
        QCOMPARE(q(make(*api, pods, podWith("a", "'requests':{'cpu':'600m'}"))), QString());
        QCOMPARE(q(refusal(podWith("b", "'requests':{'cpu':'500m'}"))),
                 "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: "
                 "requests.cpu=600m, limited: requests.cpu=1");
        QCOMPARE(q(make(*api, pods, podWith("b", "'requests':{'cpu':'400m'}"))), QString());
        QCOMPARE(
            q(refusal(podWith("c", "'requests':{'cpu':'0'}"))),
            "pods \"c\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2");
        // What has ended makes room, and what is deleted too.
        QCOMPARE(
            api->send("PATCH", pods + "/a/status", J("{'status':{'phase':'Succeeded'}}"), mergePatch).code,
            200);
        QCOMPARE(q(make(*api, pods, podWith("c", "'requests':{'cpu':'600m'}"))), QString());
        QCOMPARE(api->send("DELETE", pods + "/b?gracePeriodSeconds=0").code, 200);
        QCOMPARE(q(make(*api, pods, podWith("d", "'requests':{'cpu':'400m'}"))), QString());
        const std::string maps = "/api/v1/namespaces/default/configmaps";
        QCOMPARE(q(make(*api, maps, configMap("m"))), QString());
        QCOMPARE(api->send("POST", maps, configMap("n"), json).code, 403);
        QCOMPARE(api->send("DELETE", maps + "/m").code, 200);
        QCOMPARE(q(make(*api, maps, configMap("n"))), QString());
        // Another namespace has its own.
        QCOMPARE(q(make(*api, "/api/v1/namespaces/kube-public/pods", podWith("a", ""))), QString());
    }

    void theLastPlaceIsTakenOnce() {
        QCOMPARE(q(make(*api, quotas, quota("q", "'pods':'5'"))), QString());
        std::vector<std::shared_ptr<FakeExchange>> asked;
        for (int i = 0; i < 20; ++i) // all before any is durable
            asked.push_back(api->open("POST", pods, podWith("p" + std::to_string(i), ""), json));
        api->settle(std::chrono::seconds(1));
        int made = 0;
        for (const auto& each : asked)
            if (each->response && each->response->code == 201) ++made;
        QCOMPARE(made, 5);
        // A dry run takes nothing.
        for (int i = 0; i < 5; ++i)
            QCOMPARE(api->send("DELETE", pods + "/p" + std::to_string(i) + "?gracePeriodSeconds=0").code,
                     200);
        for (int i = 0; i < 9; ++i)
            QCOMPARE(api->send("POST", pods + "?dryRun=All", podWith("dry", ""), json).code, 201);
        QCOMPARE(q(make(*api, pods, podWith("real", ""))), QString());
    }

    void aQuotaCountsWhatWasThereAndChangesAtOnce() {
        for (int i = 0; i < 3; ++i)
            QCOMPARE(q(make(*api, pods, podWith("p" + std::to_string(i), ""))), QString());
        QCOMPARE(q(make(*api, quotas, quota("q", "'pods':'3'"))), QString());
        QVERIFY(refusal(podWith("more", "")).find("used: pods=3, limited: pods=3") != std::string::npos);
        QCOMPARE(api->send("PATCH", quotas + "/q", J("{'spec':{'hard':{'pods':'4'}}}"), mergePatch).code,
                 200);
        QCOMPARE(q(make(*api, pods, podWith("more", ""))), QString());
        QCOMPARE(api->send("DELETE", quotas + "/q").code, 200);
        QCOMPARE(q(make(*api, pods, podWith("most", ""))), QString());
    }

    /// What a quota says holds for what is asked after it, also before it is on the disk.
    void aQuotaOnItsWayHolds() {
        QCOMPARE(q(make(*api, quotas, quota("q", "'pods':'3'"))), QString());
        QCOMPARE(q(make(*api, pods, podWith("a", ""))), QString());
        const auto lowered =
            api->open("PATCH", quotas + "/q", J("{'spec':{'hard':{'pods':'1'}}}"), mergePatch);
        const auto refused = api->open("POST", pods, podWith("b", ""), json);
        const auto raised =
            api->open("PATCH", quotas + "/q", J("{'spec':{'hard':{'pods':'2'}}}"), mergePatch);
        const auto fits = api->open("POST", pods, podWith("c", ""), json);
        api->settle(std::chrono::seconds(1));
        for (const auto& each : {lowered, refused, raised, fits})
            QVERIFY(each->response);
        QCOMPARE(lowered->response->code, 200);
        QCOMPARE(refused->response->code, 403);
        QCOMPARE(raised->response->code, 200);
        QCOMPARE(fits->response->code, 201);
    }

    void scopesChooseWhatCounts() {
        QCOMPARE(q(make(*api, quotas, quota("best", "'pods':'0'", ",'scopes':['BestEffort']"))), QString());
        QCOMPARE(api->send("POST", pods, podWith("a", ""), json).code, 403);
        QCOMPARE(q(make(*api, pods, podWith("a", "'requests':{'cpu':'1'}"))), QString());
        QCOMPARE(
            q(make(*api, quotas,
                   quota("critical", "'pods':'0'",
                         ",'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In',"
                         "'values':['system-node-critical']}]}"))),
            QString());
        QCOMPARE(
            api->send("POST", pods,
                      podWith("b", "'requests':{'cpu':'1'}", "'priorityClassName':'system-node-critical',"),
                      json)
                .code,
            403);
        QCOMPARE(q(make(*api, pods, podWith("b", "'requests':{'cpu':'1'}"))), QString());
    }

    void limitRangesFillInAndRefuse() {
        QCOMPARE(
            q(make(*api, ranges,
                   limits("{'type':'Container','default':{'cpu':'500m','memory':'100Mi'},'defaultRequest':{"
                          "'cpu':'100m'},'max':{'cpu':'1'},'min':{'cpu':'50m'},'maxLimitRequestRatio':{"
                          "'cpu':'10'}},{'type':'Pod','max':{'memory':'300Mi'}}"))),
            QString());
        const Answer filled = api->send("POST", pods, podWith("a", ""), json);
        QCOMPARE(filled.code, 201);
        QCOMPARE(q(filled.at("spec.containers.0.resources.limits.cpu")), "500m");
        QCOMPARE(q(filled.at("spec.containers.0.resources.requests.cpu")), "100m");
        QVERIFY(filled.at("metadata.annotations.kubernetes|io/limit-ranger")
                    .starts_with("LimitRanger plugin set: cpu"));
        QCOMPARE(q(refusal(podWith("b", "'limits':{'cpu':'2'},'requests':{'cpu':'1'}"))),
                 "pods \"b\" is forbidden: maximum cpu usage per Container is 1, but limit is 2");
        QCOMPARE(
            q(refusal(podWith("c", "'limits':{'cpu':'400m'},'requests':{'cpu':'10m'}"))),
            "pods \"c\" is forbidden: [minimum cpu usage per Container is 50m, but request is 10m, cpu max "
            "limit to request ratio per Container is 10, but provided ratio is 40.000000]");
        QCOMPARE(q(refusal(podWith("d", "'limits':{'memory':'400Mi'}"))),
                 "pods \"d\" is forbidden: maximum memory usage per Pod is 300Mi, but limit is 400Mi");
    }

    void claimsHaveLimitsToo() {
        QCOMPARE(
            q(make(
                *api, ranges,
                limits("{'type':'PersistentVolumeClaim','min':{'storage':'1Gi'},'max':{'storage':'2Gi'}}"))),
            QString());
        const auto claim = [](const std::string& size) {
            return J("{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'c'},'spec':{"
                     "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'" +
                     size + "'}}}}");
        };
        const std::string path = "/api/v1/namespaces/default/persistentvolumeclaims";
        QCOMPARE(
            q(api->send("POST", path, claim("3Gi"), json).at("message")),
            "persistentvolumeclaims \"c\" is forbidden: maximum storage usage per PersistentVolumeClaim is "
            "2Gi, but request is 3Gi");
        QCOMPARE(q(make(*api, path, claim("1Gi"))), QString());
        const auto grow = [&] {
            return api->send("PATCH", path + "/c", J("{'spec':{'resources':{'requests':{'storage':'2Gi'}}}}"),
                             mergePatch);
        };
        QCOMPARE(grow().code, 422); // not bound, so it cannot grow
        QCOMPARE(api->send("PATCH", path + "/c/status", J("{'status':{'phase':'Bound'}}"), mergePatch).code,
                 200);
        QCOMPARE(q(grow().at("message")),
                 "persistentvolumeclaims \"c\" is forbidden: only dynamically provisioned pvc can be resized "
                 "and the storageclass that provisions the pvc must support resize");
    }

  private:
    std::string refusal(const std::string& body) {
        const Answer answer = api->send("POST", pods, body, json);
        return answer.code == 403 ? answer.at("message") : std::to_string(answer.code) + answer.body;
    }
    std::unique_ptr<ApiBench> api;
};

QTEST_GUILESS_MAIN(TestAuthQuota)
#include "test_auth_quota.moc"
