#include "engine/api/groups/apiextensions.h"
#include "engine/autoscaling/measured_metrics.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace std::chrono_literals;
namespace core = api::core;
namespace lab = api::lab;

namespace {

api::LabelSelector selector(const std::string& text) {
    return api::LabelSelector::parse(text).value_or(api::LabelSelector());
}

struct Bench {
    SeededRandom random{5};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    UsageBoard board{executor.clock()};
    client::InformerSet informers{cluster, executor};
    MeasuredMetrics metrics{informers, board, executor};

    Bench() { informers.start(); }
    void pod(const std::string& name, const std::string& app = "web", const std::string& nameSpace = "d") {
        core::Pod pod;
        pod.mutable_metadata()->set_namespace_(nameSpace);
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_uid("uid-" + name);
        (*pod.mutable_metadata()->mutable_labels())["app"] = app;
        cluster.put(pod);
        executor.advance(1s);
    }
    /// Of "Kind/name", or external.
    void say(const std::string& name, const std::string& metric, const std::string& of,
             const std::string& value, const std::map<std::string, std::string>& labels = {}) {
        lab::Metric made;
        made.mutable_metadata()->set_namespace_("d");
        made.mutable_metadata()->set_name(name);
        if (metric != name) made.mutable_spec()->set_metric(metric);
        if (const auto slash = of.find('/'); slash != std::string::npos) {
            made.mutable_spec()->mutable_describedobject()->set_kind(of.substr(0, slash));
            made.mutable_spec()->mutable_describedobject()->set_name(of.substr(slash + 1));
        }
        made.mutable_spec()->mutable_labels()->insert(labels.begin(), labels.end());
        made.mutable_spec()->mutable_value()->set_string(value);
        cluster.put(made);
        executor.advance(1s);
    }
    void published(const std::string& pod, std::vector<Measure> measures) {
        NodeReport report;
        report.measures.push_back({Uid("uid-" + pod), std::move(measures)});
        board.report(NodeName("node-of-" + pod), std::move(report));
    }
    /// "Pod/a=30 Pod/b=5", in thousandths, or why not.
    QString found(const std::string& resource, const std::string& name, const std::string& metric,
                  const std::string& labels = {}, const std::string& series = {}) const {
        const auto values = metrics.find({"d", resource, name, selector(labels), metric, selector(series)});
        if (!values) return QString::fromStdString(values.error().message);
        QStringList out;
        for (const auto& each : *values)
            out << QString::fromStdString(each.object.kind() + "/" + each.object.name() + "=" +
                                          std::to_string(each.milli));
        return out.join(' ');
    }
    QString external(const std::string& metric, const std::string& labels = {}) const {
        const auto values = metrics.findExternal("d", metric, selector(labels));
        if (!values) return QString::fromStdString(values.error().message);
        QStringList out;
        for (const auto& each : *values)
            out << QString::number(each.milli);
        return out.join(' ');
    }
    /// What an autoscaler is answered: "a=30 b=5", or why not.
    QString answer(const std::function<void(CustomMetrics::Values)>& ask) {
        QString out = "no answer";
        bool inside = true;
        ask([&](const Result<std::vector<CustomMetrics::Value>>& values) {
            if (inside) out = "answered inside the call";
            if (inside) return;
            QStringList texts;
            if (!values) texts << QString::fromStdString(values.error().message);
            if (values)
                for (const auto& value : *values)
                    texts << QString::fromStdString(value.pod + "=" + std::to_string(value.milli));
            out = texts.join(' ');
        });
        inside = false;
        executor.advance(1ms);
        return out;
    }
};

} // namespace

class MeasuredMetricsTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void podsByWhatTheyPublish();
    void podsByLabels();
    void seriesByTheirLabels();
    void aRateHasItsWindow();
    void anObjectsWordGoesFirst();
    void whatIsOldOrGoneIsNotKnown();
    void objectsByMetrics();
    void objectsByLabels();
    void namespaces();
    void customKinds();
    void externalSeries();
    void names();
    void hugeNumbersAddUp();
    void autoscalersArePods();
    void autoscalersAreObjects();
    void autoscalersAreExternal();
};

void MeasuredMetricsTest::podsByWhatTheyPublish() {
    Bench bench;
    bench.pod("a");
    bench.pod("b");
    bench.pod("c");
    bench.published("a", {{"queue", {}, 30'000}, {"other", {}, 1'000}});
    bench.published("b", {{"queue", {}, 500}});
    QCOMPARE(bench.found("pods", "*", "queue"), QString("Pod/a=30000 Pod/b=500"));
    QCOMPARE(bench.found("pods", "b", "queue"), QString("Pod/b=500"));
    QCOMPARE(bench.found("pods", "c", "queue"),
             QString("the server could not find the metric queue for pods c"));
    QCOMPARE(bench.found("pods", "*", "nothing"),
             QString("the server could not find the metric nothing for pods"));
}

void MeasuredMetricsTest::podsByLabels() {
    Bench bench;
    bench.pod("a");
    bench.pod("b", "other");
    bench.pod("e", "web", "elsewhere");
    for (const char* pod : {"a", "b", "e"})
        bench.published(pod, {{"queue", {}, 1'000}});
    QCOMPARE(bench.found("pods", "*", "queue", "app=web"), QString("Pod/a=1000"));
    QCOMPARE(bench.found("pods", "*", "queue", "app in (web,other)"), QString("Pod/a=1000 Pod/b=1000"));
}

void MeasuredMetricsTest::seriesByTheirLabels() {
    Bench bench;
    bench.pod("a");
    bench.published("a", {{"hits", {{"code", "200"}}, 3'000}, {"hits", {{"code", "500"}}, 400}});
    QCOMPARE(bench.found("pods", "a", "hits"), QString("Pod/a=3400"));
    QCOMPARE(bench.found("pods", "a", "hits", "", "code=500"), QString("Pod/a=400"));
    QCOMPARE(bench.found("pods", "a", "hits", "", "code=404"),
             QString("the server could not find the metric hits for pods a with selector code=404"));
}

void MeasuredMetricsTest::aRateHasItsWindow() {
    Bench bench;
    bench.pod("a");
    bench.published("a", {{"hits", {}, 3'000, 15s}, {"queue", {}, 1}});
    QCOMPARE(bench.metrics.find({"d", "pods", "a", {}, "hits", {}})->front().window, Duration(15s));
    QCOMPARE(bench.metrics.find({"d", "pods", "a", {}, "queue", {}})->front().window, Duration{});
    QCOMPARE(bench.metrics.find({"d", "pods", "a", {}, "queue", {}})->front().at, bench.executor.wallNow());
}

void MeasuredMetricsTest::anObjectsWordGoesFirst() {
    Bench bench;
    bench.pod("a");
    bench.pod("b");
    bench.published("a", {{"queue", {}, 1'000}});
    bench.published("b", {{"queue", {}, 2'000}});
    bench.say("m", "queue", "Pod/a", "7");
    bench.say("n", "queue", "Pod/gone", "9");
    QCOMPARE(bench.found("pods", "*", "queue"), QString("Pod/a=7000 Pod/b=2000"));
    QCOMPARE(bench.found("pods", "gone", "queue"),
             QString("the server could not find the metric queue for pods gone"));
}

void MeasuredMetricsTest::whatIsOldOrGoneIsNotKnown() {
    Bench bench;
    bench.pod("a");
    bench.pod("b");
    bench.published("a", {{"queue", {}, 1'000}});
    bench.executor.advance(40s);
    bench.published("b", {{"queue", {}, 1'000}});
    bench.executor.advance(40s);
    QCOMPARE(bench.found("pods", "*", "queue"), QString("Pod/b=1000"));
    bench.published("b", {});
    QVERIFY(bench.metrics.names().empty());
    bench.published("b", {{"queue", {}, 1'000}});
    bench.cluster.drop<core::Pod>("d/b");
    bench.executor.advance(1s);
    QVERIFY(!bench.metrics.find({"d", "pods", "*", {}, "queue", {}}));
}

void MeasuredMetricsTest::objectsByMetrics() {
    Bench bench;
    bench.say("one", "hits", "Service/web", "3", {{"code", "200"}});
    bench.say("two", "hits", "Service/web", "500m", {{"code", "500"}});
    bench.say("three", "hits", "Service/api", "1");
    bench.say("four", "hits", "Ingress/web", "9");
    QCOMPARE(bench.found("services", "web", "hits"), QString("Service/web=3500"));
    QCOMPARE(bench.found("services", "web", "hits", "", "code=500"), QString("Service/web=500"));
    QCOMPARE(bench.found("services", "*", "hits"), QString("Service/api=1000 Service/web=3500"));
    QCOMPARE(bench.found("ingresses.networking.k8s.io", "web", "hits"), QString("Ingress/web=9000"));
    QVERIFY(!bench.metrics.find({"other", "services", "web", {}, "hits", {}}));
    bench.say("three", "hits", "Service/api", "2");
    QCOMPARE(bench.found("services", "api", "hits"), QString("Service/api=2000"));
}

void MeasuredMetricsTest::objectsByLabels() {
    Bench bench;
    for (const char* name : {"web", "api"}) {
        core::Service service;
        service.mutable_metadata()->set_namespace_("d");
        service.mutable_metadata()->set_name(name);
        (*service.mutable_metadata()->mutable_labels())["app"] = name;
        bench.cluster.put(service);
    }
    bench.say("one", "hits", "Service/web", "3");
    bench.say("two", "hits", "Service/api", "1");
    bench.say("three", "hits", "Service/gone", "5");
    QCOMPARE(bench.found("services", "*", "hits"),
             QString("Service/api=1000 Service/gone=5000 Service/web=3000"));
    QCOMPARE(bench.found("services", "*", "hits", "app=web"), QString("Service/web=3000"));
    QCOMPARE(bench.found("services", "*", "hits", "app!=web"), QString("Service/api=1000"));
    QCOMPARE(bench.found("services", "*", "hits", "app=none"),
             QString("the server could not find the metric hits for services"));
    // Whoever names the object has chosen.
    QCOMPARE(bench.found("services", "api", "hits", "app=web"), QString("Service/api=1000"));

    core::Service relabelled;
    relabelled.mutable_metadata()->set_namespace_("d");
    relabelled.mutable_metadata()->set_name("api");
    (*relabelled.mutable_metadata()->mutable_labels())["app"] = "web";
    bench.cluster.put(relabelled);
    bench.executor.advance(1s);
    QCOMPARE(bench.found("services", "*", "hits", "app=web"), QString("Service/api=1000 Service/web=3000"));
}

void MeasuredMetricsTest::namespaces() {
    Bench bench;
    bench.say("m", "load", "Namespace/d", "4");
    const auto found = bench.metrics.find({"d", "namespaces", "d", {}, "load", {}});
    QVERIFY(found);
    QCOMPARE(found->front().milli, std::int64_t{4000});
    QVERIFY(found->front().object.namespace_().empty());
}

void MeasuredMetricsTest::customKinds() {
    Bench bench;
    bench.say("m", "load", "Thing/a", "4");
    QVERIFY(bench.metrics.names().empty());
    api::apiextensions::CustomResourceDefinition definition;
    definition.mutable_metadata()->set_name("things.example.com");
    definition.mutable_spec()->set_group("example.com");
    definition.mutable_spec()->mutable_names()->set_kind("Thing");
    definition.mutable_spec()->mutable_names()->set_plural("things");
    definition.mutable_spec()->add_versions()->set_name("v1");
    bench.cluster.put(definition);
    bench.executor.advance(1s);
    QCOMPARE(bench.found("things.example.com", "a", "load"), QString("Thing/a=4000"));
    QCOMPARE(QString::fromStdString(bench.metrics.find({"d", "things.example.com", "a", {}, "load", {}})
                                        ->front()
                                        .object.apiversion()),
             QString("example.com/v1"));
    QVERIFY(bench.metrics.names().contains("things.example.com/load"));
}

void MeasuredMetricsTest::externalSeries() {
    Bench bench;
    bench.say("mail", "queue", "", "30", {{"queue", "mail"}});
    bench.say("jobs", "queue", "", "5", {{"queue", "jobs"}});
    bench.say("of-a-service", "queue", "Service/web", "100");
    QCOMPARE(bench.external("queue"), QString("5000 30000"));
    QCOMPARE(bench.external("queue", "queue=mail"), QString("30000"));
    QCOMPARE(bench.external("queue", "queue=none"), QString());
    QCOMPARE(bench.external("nothing"),
             QString("the server could not find the metric nothing for namespaces d"));
}

void MeasuredMetricsTest::names() {
    Bench bench;
    bench.pod("a");
    bench.published("a", {{"queue", {}, 1'000}});
    bench.say("m", "hits", "Service/web", "1");
    bench.say("depth", "depth", "", "1");
    QCOMPARE(bench.metrics.names(), (std::set<std::string>{"pods/queue", "services/hits"}));
    QCOMPARE(bench.metrics.externalNames(), std::set<std::string>{"depth"});
}

void MeasuredMetricsTest::hugeNumbersAddUp() {
    Bench bench;
    bench.say("one", "hits", "Service/web", "9E");
    bench.say("two", "hits", "Service/web", "9E");
    QCOMPARE(bench.found("services", "web", "hits"), QString("Service/web=9223372036854775807"));
}

void MeasuredMetricsTest::autoscalersArePods() {
    Bench bench;
    bench.pod("a");
    bench.pod("b");
    bench.published("a", {{"queue", {{"n", "x"}}, 30'000}});
    const auto ask = [&](const std::string& metric) {
        return bench.answer([&](CustomMetrics::Values done) {
            bench.metrics.ofPods("d", "app=web", metric, "n=x", std::move(done));
        });
    };
    QCOMPARE(ask("queue"), QString("a=30000"));
    QCOMPARE(ask("none"),
             QString("unable to fetch metrics from custom metrics API: the server could not find the "
                     "metric none for pods with selector n=x"));
}

void MeasuredMetricsTest::autoscalersAreObjects() {
    Bench bench;
    bench.say("m", "hits", "Ingress/main", "12");
    bench.say("n", "load", "Namespace/d", "4");
    const auto ask = [&](const std::string& version, const std::string& kind, const std::string& name,
                         const std::string& metric) {
        api::autoscaling2::CrossVersionObjectReference object;
        object.set_apiversion(version);
        object.set_kind(kind);
        object.set_name(name);
        return bench.answer([&](CustomMetrics::Values done) {
            bench.metrics.ofObject("d", object, metric, "", std::move(done));
        });
    };
    QCOMPARE(ask("networking.k8s.io/v1", "Ingress", "main", "hits"), QString("=12000"));
    QCOMPARE(ask("v1", "Namespace", "d", "load"), QString("=4000"));
    QCOMPARE(
        ask("networking.k8s.io/v1", "Ingress", "other", "hits"),
        QString(
            "unable to fetch metrics from custom metrics API: the server could not find the metric hits for "
            "ingresses.networking.k8s.io other"));
    QCOMPARE(ask("example.com/v1", "Ingress", "main", "hits"),
             QString("no matches for kind \"Ingress\" in group \"example.com\""));
}

void MeasuredMetricsTest::autoscalersAreExternal() {
    Bench bench;
    bench.say("m", "queue", "", "12", {{"n", "x"}});
    const auto ask = [&](const std::string& metric, const std::string& labels) {
        return bench.answer([&](CustomMetrics::Values done) {
            bench.metrics.external("d", metric, labels, std::move(done));
        });
    };
    QCOMPARE(ask("queue", "n=x"), QString("=12000"));
    QCOMPARE(ask("queue", "n=y"), QString("no metrics returned from external metrics API"));
    QCOMPARE(ask("none", ""),
             QString("unable to fetch metrics from external metrics API: the server could not find "
                     "the metric none for namespaces d"));
}

QTEST_GUILESS_MAIN(MeasuredMetricsTest)
#include "test_measured_metrics.moc"
