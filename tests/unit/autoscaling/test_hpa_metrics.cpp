#include "hpa_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace wheelhouse::autoscaling::bench;

/// Metrics other than the processors of all containers.
class HpaMetricsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void severalMetrics();
    void podsMetric();
    void objectMetric();
    void externalMetric();
    void noCustomMetrics();
};

void HpaMetricsTest::severalMetrics() {
    Bench bench;
    bench.withCustom = true;
    bench.restart();
    bench.load = 50; // asks for 2 of 4
    bench.deployment(4);
    Autoscaler hpa = Bench::autoscaler(1, 10);
    auto& metric = *hpa.mutable_spec()->add_metrics();
    metric.set_type("External");
    metric.mutable_external()->mutable_metric()->set_name("queue");
    metric.mutable_external()->mutable_target()->set_type("AverageValue");
    metric.mutable_external()->mutable_target()->mutable_averagevalue()->set_string("10");
    bench.metrics.whole = 60'000; // asks for 6
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(bench.replicas(), 6); // the metric that asks for most wins
    QCOMPARE(bench.hpa().status().currentmetrics_size(), 2);
    QVERIFY(bench.events().contains(
        "Normal SuccessfulRescale: New size: 6; reason: external metric queue(nil) above target"));
    // One metric fails: the other may make it grow, but not shrink.
    bench.withCustom = false;
    bench.restart();
    bench.run(400s);
    QCOMPARE(bench.replicas(), 6);
    QVERIFY(bench.condition("ScalingActive").startsWith("False FailedGetExternalMetric"));
    bench.load = 150;
    bench.run(15s);
    QCOMPARE(bench.replicas(), 9);
}

void HpaMetricsTest::podsMetric() {
    Bench bench;
    bench.withCustom = true;
    bench.restart();
    bench.deployment(2);
    bench.metrics.pods = {{"web-0", 30'000}, {"web-1", 60'000}};
    Autoscaler hpa = Bench::autoscaler(1, 10);
    hpa.mutable_spec()->clear_metrics();
    auto& metric = *hpa.mutable_spec()->add_metrics();
    metric.set_type("Pods");
    metric.mutable_pods()->mutable_metric()->set_name("requests");
    (*metric.mutable_pods()->mutable_metric()->mutable_selector()->mutable_matchlabels())["verb"] = "GET";
    metric.mutable_pods()->mutable_target()->set_type("AverageValue");
    metric.mutable_pods()->mutable_target()->mutable_averagevalue()->set_string("30");
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(QString::fromStdString(bench.metrics.asked), QString("default app=web requests verb=GET"));
    QCOMPARE(bench.replicas(), 3);
    QCOMPARE(bench.hpa().status().currentmetrics(0).pods().current().averagevalue().string(),
             std::string("45"));
}

void HpaMetricsTest::objectMetric() {
    Bench bench;
    bench.withCustom = true;
    bench.restart();
    bench.deployment(2);
    bench.metrics.whole = 40'000;
    Autoscaler hpa = Bench::autoscaler(1, 10);
    hpa.mutable_spec()->clear_metrics();
    auto& metric = *hpa.mutable_spec()->add_metrics();
    metric.set_type("Object");
    metric.mutable_object()->mutable_describedobject()->set_kind("Ingress");
    metric.mutable_object()->mutable_describedobject()->set_name("main");
    metric.mutable_object()->mutable_metric()->set_name("hits");
    metric.mutable_object()->mutable_target()->set_type("Value");
    metric.mutable_object()->mutable_target()->mutable_value()->set_string("20");
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(QString::fromStdString(bench.metrics.asked), QString("default Ingress/main hits "));
    QCOMPARE(bench.replicas(), 4);
    QVERIFY(bench.events().contains(
        "Normal SuccessfulRescale: New size: 4; reason: Ingress metric hits above target"));
}

void HpaMetricsTest::externalMetric() {
    Bench bench;
    bench.withCustom = true;
    bench.restart();
    bench.deployment(2);
    bench.metrics.whole = 60'000;
    Autoscaler hpa = Bench::autoscaler(1, 10);
    hpa.mutable_spec()->clear_metrics();
    auto& metric = *hpa.mutable_spec()->add_metrics();
    metric.set_type("External");
    metric.mutable_external()->mutable_metric()->set_name("queue");
    metric.mutable_external()->mutable_target()->set_type("Value");
    metric.mutable_external()->mutable_target()->mutable_value()->set_string("40");
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(bench.replicas(), 3); // 60 where 40 are wanted, by two ready pods
    QCOMPARE(bench.hpa().status().currentmetrics(0).external().current().value().string(), std::string("60"));
}

void HpaMetricsTest::noCustomMetrics() {
    Bench bench;
    bench.deployment(2);
    Autoscaler hpa = Bench::autoscaler(1, 10);
    hpa.mutable_spec()->clear_metrics();
    auto& metric = *hpa.mutable_spec()->add_metrics();
    metric.set_type("Pods");
    metric.mutable_pods()->mutable_metric()->set_name("requests");
    metric.mutable_pods()->mutable_target()->mutable_averagevalue()->set_string("30");
    bench.cluster.put(hpa);
    bench.run(5s);
    QCOMPARE(
        bench.condition("ScalingActive"),
        QString("False FailedGetPodsMetric: the HPA was unable to compute the replica count: unable to get "
                "metric requests: unable to fetch metrics from custom metrics API: no custom metrics API "
                "(custom.metrics.k8s.io) registered"));
}

QTEST_GUILESS_MAIN(HpaMetricsTest)
#include "test_hpa_metrics.moc"
