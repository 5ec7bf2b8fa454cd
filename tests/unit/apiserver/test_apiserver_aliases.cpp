// Two rows, one stored object: events of both groups and autoscalers of both versions.
#include "api_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

const std::string oldEvents = "/api/v1/namespaces/default/events";
const std::string newEvents = "/apis/events.k8s.io/v1/namespaces/default/events";
const std::string oldScalers = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
const std::string newScalers = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";

std::string newEvent(const std::string& name, const std::string& more = "") {
    return J("{'apiVersion':'events.k8s.io/v1','kind':'Event','metadata':{'name':'") + name +
           J("'},'eventTime':'2026-01-01T00:00:00.000001Z','reportingController':'test','reportingInstance':"
             "'test-1','action':'Do','reason':'Tested','type':'Normal','note':'it happened','regarding':{"
             "'kind':'Pod','namespace':'default','name':'web'}") +
           J(more) + "}";
}

std::string oldScaler(int percent) {
    return J("{'apiVersion':'autoscaling/v1','kind':'HorizontalPodAutoscaler','metadata':{'name':'web'},"
             "'spec':{'maxReplicas':5,'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':"
             "'web'},'targetCPUUtilizationPercentage':") +
           std::to_string(percent) + "}}";
}

const Headers protobuf{{"accept", "application/vnd.kubernetes.protobuf"}};

} // namespace

class TestApiserverAliases : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void eventsAreTheSameInBothGroups() {
        ApiBench bench;
        const auto watch = bench.open("GET", newEvents + "?watch=true&fieldSelector=regarding.name%3Dweb");
        const Answer made = bench.send("POST", newEvents, newEvent("a"));
        QCOMPARE(made.code, 201);
        QCOMPARE(made.at("apiVersion") + " " + made.at("note"), std::string("events.k8s.io/v1 it happened"));
        const Answer old = bench.send("GET", oldEvents + "/a");
        QCOMPARE(old.at("apiVersion") + " " + old.at("message"), std::string("v1 it happened"));
        QCOMPARE(old.at("involvedObject.name"), std::string("web"));
        QCOMPARE(old.at("metadata.uid"), made.at("metadata.uid"));
        bench.settle();
        QCOMPARE(story(*watch), std::string("ADDED a"));
        QCOMPARE(Answer::textAt(events(*watch).front(), "object.note"), std::string("it happened"));
        const Answer list = bench.send("GET", newEvents + "?fieldSelector=reportingController%3Dtest");
        QCOMPARE(list.at("apiVersion") + " " + list.at("kind"), std::string("events.k8s.io/v1 EventList"));
        QCOMPARE(list.at("items.0.regarding.name"), std::string("web"));
        QCOMPARE(bench.send("GET", newEvents + "?fieldSelector=spec.x%3D1").code, 400);
        // Both forms of protobuf are their own.
        const std::string ours = bench.send("GET", newEvents + "/a", "", protobuf).body;
        QVERIFY(ours.find("events.k8s.io/v1") != std::string::npos);
        QVERIFY(ours != bench.send("GET", oldEvents + "/a", "", protobuf).body);
        const Headers body{{"content-type", "application/vnd.kubernetes.protobuf"}};
        QCOMPARE(bench.send("PUT", newEvents + "/a", ours, body).at("metadata.resourceVersion"),
                 made.at("metadata.resourceVersion"));
        const Headers table{{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}};
        QCOMPARE(bench.send("GET", newEvents, "", table).at("columnDefinitions.0.name"),
                 std::string("Last Seen"));
        QCOMPARE(bench.send("DELETE", newEvents).code, 200);
        QCOMPARE(bench.send("GET", oldEvents + "/a").code, 404);
    }

    void theNewerGroupIsStricter() {
        ApiBench bench;
        const Answer counted = bench.send("POST", newEvents, newEvent("a", ",'deprecatedCount':1"));
        QCOMPARE(counted.code, 422);
        QVERIFY(counted.at("message").find("count: Invalid value: \"\": needs to be unset") !=
                std::string::npos);
        QCOMPARE(bench.send("POST", newEvents, newEvent("a", ",'series':{'count':1}")).code, 422);
        QCOMPARE(bench.send("POST", newEvents, newEvent("a")).code, 201);
        const Answer changed = bench.send("PATCH", newEvents + "/a", J("{'note':'other'}"), mergePatch);
        QCOMPARE(changed.code, 422);
        QVERIFY(changed.at("message").find("message: Invalid value: \"other\": field is immutable") !=
                std::string::npos);
        QCOMPARE(bench.send("PATCH", oldEvents + "/a", J("{'message':'other'}"), mergePatch).code, 200);
        const Answer counting =
            bench.send("PATCH", newEvents + "/a",
                       J("{'series':{'count':2,'lastObservedTime':'2026-01-01T00:00:01.000000Z'}}"),
                       {{"content-type", "application/strategic-merge-patch+json"}});
        QCOMPARE(counting.at("series.count"), std::string("2"));
        const std::string incomplete = J("{'apiVersion':'v1','kind':'Event','metadata':{'name':'b'},'"
                                         "eventTime':'2026-01-01T00:00:00.000001Z',"
                                         "'involvedObject':{'namespace':'default'}}");
        const Answer refused = bench.send("POST", oldEvents, incomplete);
        QCOMPARE(refused.code, 422);
        QVERIFY(refused.at("message").find("reportingComponent: Required value") != std::string::npos);
    }

    void autoscalersAreTheSameInBothVersions() {
        ApiBench bench;
        const Answer made = bench.send("POST", oldScalers, oldScaler(70));
        QCOMPARE(made.code, 201);
        QCOMPARE(made.at("spec.targetCPUUtilizationPercentage"), std::string("70"));
        QCOMPARE(
            bench.send("GET", newScalers + "/web").at("spec.metrics.0.resource.target.averageUtilization"),
            std::string("70"));
        const Answer patched = bench.send("PATCH", oldScalers + "/web",
                                          J("{'spec':{'targetCPUUtilizationPercentage':80}}"), mergePatch);
        QCOMPARE(patched.at("spec.targetCPUUtilizationPercentage"), std::string("80"));
        const Answer applied = bench.send("PATCH", oldScalers + "/web?fieldManager=m&force=true",
                                          oldScaler(60), {{"content-type", "application/apply-patch+yaml"}});
        QCOMPARE(applied.code, 200);
        QCOMPARE(applied.at("apiVersion") + applied.at("spec.targetCPUUtilizationPercentage"),
                 std::string("autoscaling/v160"));
        QCOMPARE(applied.at("metadata.managedFields.0.apiVersion"), std::string("autoscaling/v2"));
        const Answer status =
            bench.send("PATCH", oldScalers + "/web/status",
                       J("{'status':{'currentReplicas':2,'desiredReplicas':3}}"), mergePatch);
        QCOMPARE(status.at("status.currentReplicas"), std::string("2"));
        QCOMPARE(bench.send("GET", newScalers + "/web").at("status.desiredReplicas"), std::string("3"));
        const Answer group = bench.send("GET", "/apis/autoscaling");
        QCOMPARE(group.at("preferredVersion.version"), std::string("v2"));
    }
};

QTEST_APPLESS_MAIN(TestApiserverAliases)
#include "test_apiserver_aliases.moc"
