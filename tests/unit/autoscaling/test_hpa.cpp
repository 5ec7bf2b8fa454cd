#include "hpa_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace wheelhouse::autoscaling::bench;

/// What an autoscaler does with a deployment whose load changes.
class HpaTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void grows();
    void growsNoFasterThanTheLimit();
    void shrinksAfterTheWindow();
    void withinToleranceNothingHappens();
    void keepsToTheBounds();
    void raisesToTheMinimum();
    void aTargetOfZeroIsLeftAlone();
    void behaviourPolicies();
    void behaviourTolerance();
    void noMetrics();
    void noTarget();
    void noKind();
    void refusedScale();
    void aLostAnswerIsNotActedOnTwice();
    void rivals();
    void aRestartShrinksNothing();
    void restartAfterEveryStep();
    void tellsWhy();
    void forgetsWithTheAutoscaler();
};

void HpaTest::grows() {
    Bench bench;
    bench.load = 150; // of 200m requested: 75 percent, where 50 are wanted
    bench.deployment(2);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(10s);
    QCOMPARE(bench.replicas(), 3);
    const auto status = bench.hpa().status();
    QCOMPARE(status.currentreplicas(), 2);
    QCOMPARE(status.desiredreplicas(), 3);
    QVERIFY(status.has_lastscaletime());
    QCOMPARE(status.currentmetrics_size(), 1);
    QCOMPARE(status.currentmetrics(0).resource().current().averageutilization(), 75);
    QCOMPARE(status.currentmetrics(0).resource().current().averagevalue().string(), std::string("150m"));
    QCOMPARE(bench.condition("AbleToScale"),
             QString("True SucceededRescale: the HPA controller was able to update the target scale to 3"));
    QCOMPARE(
        bench.condition("ScalingActive"),
        QString("True ValidMetricFound: the HPA was able to successfully calculate a replica count from cpu "
                "resource utilization (percentage of request)"));
    QCOMPARE(bench.condition("ScalingLimited"),
             QString("False DesiredWithinRange: the desired count is within the acceptable range"));
    QVERIFY(bench.events().contains("Normal SuccessfulRescale: New size: 3; reason: cpu resource utilization "
                                    "(percentage of request) above target"));
}

void HpaTest::growsNoFasterThanTheLimit() {
    Bench bench;
    bench.load = 2000;
    bench.deployment(3);
    bench.cluster.put(Bench::autoscaler(1, 50));
    bench.run(5s);
    QCOMPARE(bench.replicas(), 6);
    QVERIFY(bench.condition("ScalingLimited").startsWith("True ScaleUpLimit"));
    bench.run(15s);
    QCOMPARE(bench.replicas(), 12);
}

void HpaTest::shrinksAfterTheWindow() {
    Bench bench;
    bench.load = 100;
    bench.deployment(8);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(30s);
    QCOMPARE(bench.replicas(), 8);
    bench.load = 20;
    bench.run(60s);
    QCOMPARE(bench.replicas(), 8);
    QVERIFY(bench.condition("AbleToScale").startsWith("True ScaleDownStabilized"));
    bench.run(300s);
    QCOMPARE(bench.replicas(), 2);
    QVERIFY(
        bench.events().contains("Normal SuccessfulRescale: New size: 2; reason: All metrics below target"));
}

void HpaTest::withinToleranceNothingHappens() {
    Bench bench;
    bench.load = 109;
    bench.deployment(4);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(60s);
    QCOMPARE(bench.replicas(), 4);
    QCOMPARE(bench.cluster.count("patch", "deployments"), 0);
    // Nothing new is nothing to write.
    const int written = bench.cluster.count("update", "horizontalpodautoscalers");
    bench.run(120s);
    QCOMPARE(bench.cluster.count("update", "horizontalpodautoscalers"), written);
    // The condition for growing.
    bench.load = 112;
    bench.run(15s);
    QCOMPARE(bench.replicas(), 5);
}

void HpaTest::keepsToTheBounds() {
    Bench bench;
    bench.load = 400;
    bench.deployment(2);
    bench.cluster.put(Bench::autoscaler(1, 3));
    bench.run(5s);
    QCOMPARE(bench.replicas(), 3);
    QCOMPARE(
        bench.condition("ScalingLimited"),
        QString("True TooManyReplicas: the desired replica count is more than the maximum replica count"));
    bench.cluster.edit<Autoscaler>("default/web", [](auto& hpa) { hpa.mutable_spec()->set_maxreplicas(2); });
    bench.run(5s); // a changed spec is looked at at once
    QCOMPARE(bench.replicas(), 2);
    QVERIFY(bench.events().contains(
        "Normal SuccessfulRescale: New size: 2; reason: Current number of replicas above Spec.MaxReplicas"));
}

void HpaTest::raisesToTheMinimum() {
    Bench bench;
    bench.deployment(1);
    bench.cluster.put(Bench::autoscaler(4, 10));
    bench.run(5s);
    QCOMPARE(bench.replicas(), 4);
    QVERIFY(bench.events().contains(
        "Normal SuccessfulRescale: New size: 4; reason: Current number of replicas below Spec.MinReplicas"));
}

void HpaTest::aTargetOfZeroIsLeftAlone() {
    Bench bench;
    bench.deployment(0);
    bench.cluster.put(Bench::autoscaler(2, 10));
    bench.run(30s);
    QCOMPARE(bench.replicas(), 0);
    QCOMPARE(
        bench.condition("ScalingActive"),
        QString("False ScalingDisabled: scaling is disabled since the replica count of the target is zero"));
    QCOMPARE(bench.trace().decisions(0).result(), std::string("Disabled"));
}

void HpaTest::behaviourPolicies() {
    Bench bench;
    bench.load = 2000;
    bench.deployment(4);
    Autoscaler hpa = Bench::autoscaler(1, 50);
    auto& up = *hpa.mutable_spec()->mutable_behavior()->mutable_scaleup();
    up.set_stabilizationwindowseconds(0);
    up.set_selectpolicy("Max");
    auto& policy = *up.add_policies();
    policy.set_type("Pods");
    policy.set_value(2);
    policy.set_periodseconds(60);
    auto& down = *hpa.mutable_spec()->mutable_behavior()->mutable_scaledown();
    down.set_stabilizationwindowseconds(0);
    down.set_selectpolicy("Max");
    auto& downPolicy = *down.add_policies();
    downPolicy.set_type("Percent");
    downPolicy.set_value(50);
    downPolicy.set_periodseconds(60);
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(bench.replicas(), 6);
    bench.run(45s);
    QCOMPARE(bench.replicas(), 6); // two a minute, and no more
    QVERIFY(bench.condition("ScalingLimited").startsWith("True ScaleUpLimit"));
    bench.run(30s);
    QCOMPARE(bench.replicas(), 8);
    bench.load = 1;
    bench.run(120s);
    QVERIFY(bench.replicas() <= 4);
    bench.run(200s);
    QCOMPARE(bench.replicas(), 1);
}

void HpaTest::behaviourTolerance() {
    Bench bench;
    bench.load = 104;
    bench.deployment(10);
    Autoscaler hpa = Bench::autoscaler(1, 20);
    auto& up = *hpa.mutable_spec()->mutable_behavior()->mutable_scaleup();
    up.mutable_tolerance()->set_string("0.03");
    up.set_stabilizationwindowseconds(0);
    auto& policy = *up.add_policies();
    policy.set_type("Percent");
    policy.set_value(100);
    policy.set_periodseconds(15);
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(bench.replicas(), 11);
}

void HpaTest::noMetrics() {
    Bench bench;
    bench.deployment(2);
    bench.board.report(NodeName("n1"), {});
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.executor.advance(5s);
    QCOMPARE(
        bench.condition("ScalingActive"),
        QString(
            "False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get "
            "cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource "
            "metrics API"));
    QVERIFY(bench.events().contains(
        "Warning FailedGetResourceMetric: failed to get cpu utilization: unable to get "
        "metrics for resource cpu: no metrics returned from resource metrics API"));
    QVERIFY(bench.events().contains("Warning FailedComputeMetricsReplicas: invalid metrics (1 invalid out of "
                                    "1), first error is: failed to get "
                                    "cpu resource metric value: failed to get cpu utilization: unable to get "
                                    "metrics for resource cpu: no "
                                    "metrics returned from resource metrics API"));
    QCOMPARE(bench.hpa().status().currentreplicas(), 2);
    QCOMPARE(bench.trace().decisions(0).result(), std::string("Failed"));
    QVERIFY(!bench.trace().decisions(0).metrics(0).error().empty());
    QCOMPARE(bench.replicas(), 2);
}

void HpaTest::noTarget() {
    Bench bench;
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.executor.advance(5s);
    QVERIFY(bench.condition("AbleToScale")
                .startsWith(
                    "False FailedGetScale: the HPA controller was unable to get the target's current scale: "
                    "deployments.apps \"web\" not found"));
    const int asked = bench.cluster.count("get", "deployments");
    bench.executor.advance(60s);
    QCOMPARE(bench.cluster.count("get", "deployments"), asked + 4); // every 15 s, however often it fails
}

void HpaTest::noKind() {
    Bench bench;
    Autoscaler hpa = Bench::autoscaler(1, 10);
    hpa.mutable_spec()->mutable_scaletargetref()->set_kind("Windmill");
    hpa.mutable_spec()->mutable_scaletargetref()->set_apiversion("example.com/v1");
    bench.cluster.put(hpa);
    bench.executor.advance(5s);
    QVERIFY(
        bench.condition("AbleToScale").endsWith("no matches for kind \"Windmill\" in group \"example.com\""));
}

void HpaTest::refusedScale() {
    Bench bench;
    bench.load = 400;
    bench.deployment(2);
    bench.cluster.failNext("patch", "deployments", {.reason = Reason::Forbidden, .message = "not allowed"});
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(5s);
    QCOMPARE(bench.replicas(), 2);
    QCOMPARE(bench.condition("AbleToScale"),
             QString("False FailedUpdateScale: the HPA controller was unable to update the target scale: not "
                     "allowed"));
    QVERIFY(bench.events().filter("FailedRescale: New size: 4").size() == 1);
    bench.run(15s);
    QCOMPARE(bench.replicas(), 4);
}

void HpaTest::aLostAnswerIsNotActedOnTwice() {
    Bench bench;
    bench.load = 150;
    bench.deployment(2);
    bench.cluster.loseAnswers("patch", "deployments");
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(5s);
    QCOMPARE(bench.replicas(), 3);
    bench.load = 100;
    bench.run(60s);
    QCOMPARE(bench.replicas(), 3);
    QCOMPARE(bench.cluster.count("patch", "deployments"), 1);
}

void HpaTest::rivals() {
    Bench bench;
    bench.load = 150;
    bench.deployment(2);
    bench.cluster.put(Bench::autoscaler(2, 2));
    bench.run(5s);
    Autoscaler other = Bench::autoscaler(1, 10);
    other.mutable_metadata()->set_name("zweb");
    bench.cluster.put(other);
    bench.run(5s);
    QCOMPARE(bench.replicas(), 2);
    QVERIFY(bench.events()
                .filter("AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: "
                        "[default/web default/zweb]")
                .size() == 1);
    bench.cluster.drop<Autoscaler>("default/web");
    bench.run(20s);
    QCOMPARE(bench.replicas(), 3);
}

void HpaTest::aRestartShrinksNothing() {
    Bench bench;
    bench.load = 100;
    bench.deployment(8);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(30s);
    bench.load = 20;
    bench.run(200s);
    bench.restart();
    bench.run(200s);
    QCOMPARE(bench.replicas(), 8); // the window begins anew
    bench.run(120s);
    QCOMPARE(bench.replicas(), 2);
}

void HpaTest::restartAfterEveryStep() {
    for (int steps = 1; steps < 60; ++steps) {
        Bench bench;
        bench.work = 300; // 150 percent of what two should have
        bench.deployment(2);
        bench.cluster.put(Bench::autoscaler(1, 10));
        int left = steps;
        bench.executor.runUntil([&] { return --left <= 0; }, 10s);
        bench.restart();
        bench.run(60s);
        QCOMPARE(bench.replicas(), 3);
        QCOMPARE(bench.cluster.count("patch", "deployments"), 1);
    }
}

void HpaTest::tellsWhy() {
    Bench bench;
    bench.load = 150;
    bench.deployment(2);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(5s);
    bench.load = 100;
    bench.run(15s);
    const auto trace = bench.trace();
    QCOMPARE(trace.target(), std::string("Deployment/web"));
    QCOMPARE(trace.decisions_size(), 2);
    const auto& first = trace.decisions(1);
    QCOMPARE(first.result(), std::string("Up"));
    QCOMPARE(first.current(), 2);
    QCOMPARE(first.desired(), 3);
    QCOMPARE(first.metrics_size(), 1);
    QCOMPARE(first.metrics(0).value(), std::string("75%"));
    QCOMPARE(first.metrics(0).target(), std::string("50%"));
    QCOMPARE(first.metrics(0).ratio(), 1.5);
    QCOMPARE(first.metrics(0).beforetolerance(), 3);
    QCOMPARE(first.metrics(0).measuredpods(), 2);
    QCOMPARE(first.rules_size(), 3);
    QCOMPARE(first.rules(0).name(), std::string("Metrics"));
    QCOMPARE(first.rules(2).name(), std::string("Limits"));
    QCOMPARE(first.message(),
             std::string("From 2 to 3 replicas: cpu resource utilization (percentage of request) "
                         "above target."));
    const auto& second = trace.decisions(0);
    QCOMPARE(second.result(), std::string("Unchanged"));
    QCOMPARE(second.desired(), 3);
    bench.run(Duration(15s) * 60);
    QCOMPARE(bench.trace().decisions_size(), static_cast<int>(ScalingDecisions::kept));
}

void HpaTest::forgetsWithTheAutoscaler() {
    Bench bench;
    bench.deployment(2);
    bench.cluster.put(Bench::autoscaler(1, 10));
    bench.run(5s);
    QCOMPARE(bench.decisions.keys(""), (std::vector<std::string>{"default/web"}));
    QVERIFY(bench.decisions.keys("defaul").empty());
    bench.cluster.drop<Autoscaler>("default/web");
    bench.run(20s);
    QVERIFY(bench.decisions.keys("").empty());
    QVERIFY(!bench.decisions.object("default", "web"));
}

QTEST_GUILESS_MAIN(HpaTest)
#include "test_hpa.moc"
