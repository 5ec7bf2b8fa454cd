#pragma once

#include "engine/api/groups/autoscaling2.h"
#include "engine/api/time.h"
#include "engine/autoscaling/autoscaling.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include <QTest>
#include <algorithm>

namespace wheelhouse::autoscaling::bench {

using namespace std::chrono_literals;
namespace apps = api::apps;
namespace core = api::core;
namespace hpa2 = api::autoscaling2;
using Autoscaler = hpa2::HorizontalPodAutoscaler;

/// Answers for every custom metric with what a test says.
class FakeMetrics final : public CustomMetrics {
  public:
    explicit FakeMetrics(Executor& executor) : executor_(executor) {}
    std::map<std::string, std::int64_t> pods; ///< by pod
    std::int64_t whole = 0;
    std::string asked;

    void ofPods(const std::string& nameSpace, const std::string& selector, const std::string& metric,
                const std::string& metricSelector, Values done) override {
        asked = nameSpace + " " + selector + " " + metric + " " + metricSelector;
        std::vector<Value> values;
        for (const auto& [pod, milli] : pods)
            values.push_back({pod, milli, executor_.clock().wallNow()});
        executor_.post([done = std::move(done), values] { done(values); });
    }
    void ofObject(const std::string& nameSpace, const hpa2::CrossVersionObjectReference& object,
                  const std::string& metric, const std::string& metricSelector, Values done) override {
        asked = nameSpace + " " + object.kind() + "/" + object.name() + " " + metric + " " + metricSelector;
        executor_.post([done = std::move(done), whole = whole] {
            done(std::vector<Value>{{"", whole, {}}});
        });
    }
    void external(const std::string& nameSpace, const std::string& metric, const std::string& metricSelector,
                  Values done) override {
        asked = nameSpace + " " + metric + " " + metricSelector;
        executor_.post([done = std::move(done), whole = whole] {
            done(std::vector<Value>{{"", whole / 2, {}}, {"", whole / 2, {}}});
        });
    }

  private:
    Executor& executor_;
};

/// A deployment "web" whose pods a test makes ready and loads, and one autoscaler.
struct Bench {
    SeededRandom random{7};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    UsageBoard board{executor.clock()};
    ScalingDecisions decisions;
    FakeMetrics metrics{executor};
    bool withCustom = false;
    std::unique_ptr<client::InformerSet> informers;
    std::unique_ptr<controllers::ControllerSet> set;
    std::int64_t load = 100; ///< thousandths of a core of each pod
    std::int64_t work = 0;   ///< of all pods together; 0 = each has `load`

    Bench() {
        executor.advance(24h);
        start();
    }
    void start() {
        informers = std::make_unique<client::InformerSet>(cluster, executor);
        const controllers::Deps deps{cluster, executor, random, *informers, {}, {}};
        set = std::make_unique<controllers::ControllerSet>(
            *informers, makeAutoscalers(deps, {board, withCustom ? &metrics : nullptr, decisions}));
        set->start();
    }
    void restart() {
        set.reset();
        informers.reset();
        start();
    }
    void deployment(int replicas) {
        apps::Deployment web;
        web.mutable_metadata()->set_namespace_("default");
        web.mutable_metadata()->set_name("web");
        web.mutable_spec()->set_replicas(replicas);
        (*web.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        cluster.put(web);
        runPods();
    }
    /// Plays deployment controller and nodes: as many ready pods, long running, as are wanted.
    void runPods() {
        const int wanted = replicas();
        for (int i = 0; i < 60; ++i) {
            const std::string name = "web-" + std::to_string(i);
            if (i >= wanted) {
                cluster.drop<core::Pod>("default/" + name);
                continue;
            }
            if (cluster.get<core::Pod>("default/" + name)) continue;
            core::Pod pod;
            pod.mutable_metadata()->set_namespace_("default");
            pod.mutable_metadata()->set_name(name);
            pod.mutable_metadata()->set_uid("uid-" + name);
            (*pod.mutable_metadata()->mutable_labels())["app"] = "web";
            auto& container = *pod.mutable_spec()->add_containers();
            container.set_name("main");
            (*container.mutable_resources()->mutable_requests())["cpu"].set_string("200m");
            pod.mutable_status()->set_phase("Running");
            *pod.mutable_status()->mutable_starttime() = api::toTime(executor.wallNow() - 1h);
            auto& ready = *pod.mutable_status()->add_conditions();
            ready.set_type("Ready");
            ready.set_status("True");
            *ready.mutable_lasttransitiontime() = api::toTime(executor.wallNow() - 1h);
            cluster.put(pod);
        }
        cluster.edit<apps::Deployment>("default/web",
                                       [&](auto& web) { web.mutable_status()->set_replicas(wanted); });
        if (work > 0 && wanted > 0) load = work / wanted;
        NodeReport report;
        for (int i = 0; i < wanted; ++i)
            report.pods.push_back(
                {Uid("uid-web-" + std::to_string(i)), 15s, {{"main", {load * 1'000'000, 64 << 20}}}});
        board.report(NodeName("n1"), std::move(report));
    }
    int replicas() const { return cluster.get<apps::Deployment>("default/web")->spec().replicas(); }
    static Autoscaler autoscaler(int least, int most, int percent = 50) {
        Autoscaler hpa;
        hpa.mutable_metadata()->set_namespace_("default");
        hpa.mutable_metadata()->set_name("web");
        auto& target = *hpa.mutable_spec()->mutable_scaletargetref();
        target.set_apiversion("apps/v1");
        target.set_kind("Deployment");
        target.set_name("web");
        hpa.mutable_spec()->set_minreplicas(least);
        hpa.mutable_spec()->set_maxreplicas(most);
        auto& metric = *hpa.mutable_spec()->add_metrics();
        metric.set_type("Resource");
        metric.mutable_resource()->set_name("cpu");
        metric.mutable_resource()->mutable_target()->set_type("Utilization");
        metric.mutable_resource()->mutable_target()->set_averageutilization(percent);
        return hpa;
    }
    /// Reports and pods keep up with the world for so long.
    void run(Duration span) {
        for (Duration passed{}; passed < span; passed += 5s) {
            runPods();
            executor.advance(5s);
        }
        runPods();
    }
    Autoscaler hpa() const { return cluster.get<Autoscaler>("default/web").value_or(Autoscaler()); }
    QString condition(const std::string& type) const {
        const Autoscaler now = hpa();
        for (const auto& each : now.status().conditions())
            if (each.type() == type)
                return QString::fromStdString(each.status() + " " + each.reason() + ": " + each.message());
        return "none";
    }
    QStringList events() const {
        QStringList out;
        for (const core::Event& event : cluster.all<core::Event>())
            out << QString::fromStdString(event.type() + " " + event.reason() + ": " + event.message());
        return out;
    }
    api::lab::AutoscalingDecision trace() const {
        const auto made = decisions.object("default", "web");
        return made ? static_cast<const api::lab::AutoscalingDecision&>(*made)
                    : api::lab::AutoscalingDecision();
    }
};

} // namespace wheelhouse::autoscaling::bench
