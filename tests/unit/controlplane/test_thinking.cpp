#include "engine/api/time.h"
#include "lab_bench.h"

using namespace wheelhouse;
using namespace wheelhouse::controlplane::test;
using namespace std::chrono_literals;

namespace {

const std::string labV1 = "lab.wheelhouse.dev/v1alpha1";

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

Result<lab::WhatIf> ask(LabBench& bench, const std::string& spec) {
    const auto answer =
        bench.make(labV1, "whatifs", "default",
                   J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'WhatIf','spec':" + spec + "}"));
    if (!answer) return fail(answer.error());
    return static_cast<const lab::WhatIf&>(*answer->answer);
}

const std::string smallPod =
    "'pod':{'spec':{'containers':[{'name':'c','image':'demo','resources':{'requests':{'cpu':'100m'}}}]}}";
const std::string hugePod =
    "'pod':{'spec':{'containers':[{'name':'c','image':'demo','resources':{'requests':{'cpu':'64'}}}]}}";

} // namespace

/// Why the scheduler did what it did, what it would do, and who acts next; through the API.
class TestThinking : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void aDecisionSaysWhyAPodWentWhere() {
        LabBench bench;
        QVERIFY(bench.make("v1", "pods", "default", podJson("web")));
        QVERIFY(bench.until([&] { return !bench.pods()[0].spec().nodename().empty(); }, 5s));
        const auto decision = bench.ask<lab::SchedulingDecision>("default", "web");
        QVERIFY(decision);
        QCOMPARE(decision->metadata().uid(), bench.pods()[0].metadata().uid());
        QCOMPARE(decision->attempts_size(), 1);
        const auto& attempt = decision->attempts(0);
        QCOMPARE(q(attempt.result()), QString("Scheduled"));
        QCOMPARE(attempt.node(), bench.pods()[0].spec().nodename());
        QCOMPARE(attempt.nodes(), 2);
        QCOMPARE(attempt.feasible(), 2);
        QCOMPARE(attempt.scored_size(), 2);
        QCOMPARE(attempt.scored(0).node(), attempt.node());
        for (const auto& node : attempt.scored()) {
            std::int64_t sum = 0;
            for (const auto& score : node.scores()) {
                QCOMPARE(score.weighted(), score.normalised() * score.weight());
                sum += score.weighted();
            }
            QVERIFY(node.scores_size() > 3);
            QCOMPARE(sum, node.total());
        }
    }

    void aDecisionSaysWhyAPodWaits() {
        LabBench bench;
        QVERIFY(bench.make("v1", "pods", "default", podJson("picky", "'nodeSelector':{'disk':'ssd'},")));
        QVERIFY(bench.until(
            [&] { return bench.ask<lab::SchedulingDecision>("default", "picky").has_value(); }, 5s));
        auto decision = bench.ask<lab::SchedulingDecision>("default", "picky");
        const auto& attempt = decision->attempts(0);
        QCOMPARE(q(attempt.result()), QString("Unschedulable"));
        QCOMPARE(attempt.feasible(), 0);
        QCOMPARE(attempt.refused_size(), 1);
        QCOMPARE(q(attempt.refused(0).plugin()), QString("NodeAffinity"));
        QCOMPARE(attempt.refused(0).count(), 2);
        QCOMPARE(attempt.refused(0).nodes_size(), 2);
        QVERIFY(attempt.message().find("0/2 nodes are available") == 0);
        // Once it helps, there is a second attempt, and it stands first.
        QVERIFY(
            bench.patch(api::kindOf<core::Node>(), "", "sim-2", "{'metadata':{'labels':{'disk':'ssd'}}}"));
        QVERIFY(bench.until([&] { return !bench.pods()[0].spec().nodename().empty(); }, 30s));
        decision = bench.ask<lab::SchedulingDecision>("default", "picky");
        QVERIFY(decision->attempts_size() >= 2);
        QCOMPARE(q(decision->attempts(0).node()), QString("sim-2"));
        QCOMPARE(decision->attempts(decision->attempts_size() - 1).number(), 1);
    }

    void decisionsAreWatchedAndGoWithTheirPods() {
        LabBench bench;
        std::string story;
        const auto watch = bench.life->cluster->watch(
            api::kindOf<lab::SchedulingDecision>().name, {},
            {[&](const client::WatchEvent& event) {
                 static constexpr const char* names[] = {"ADDED", "MODIFIED", "DELETED", "BOOKMARK"};
                 story += std::string(names[static_cast<int>(event.type)]) + " " + event.object->name() + " ";
             },
             {}});
        bench.advance(100ms);
        QVERIFY(bench.make("v1", "pods", "default", podJson("web", "'nodeSelector':{'disk':'ssd'},")));
        QVERIFY(bench.until([&] { return !story.empty(); }, 5s));
        bool removed = false;
        bench.life->cluster->remove(api::kindOf<core::Pod>().name, "default", "web", {},
                                    [&](const Result<client::Written>&) { removed = true; });
        QVERIFY(bench.until([&] { return removed; }, 1s));
        bench.advance(200ms);
        QCOMPARE(q(story), QString("ADDED web DELETED web "));
        QVERIFY(!bench.ask<lab::SchedulingDecision>("default", "web"));
    }

    void whatIfAsThingsAre() {
        LabBench bench;
        const auto fits = ask(bench, "{" + smallPod + "}");
        QVERIFY2(fits.has_value(), fits ? "" : fits.error().message.c_str());
        QVERIFY(fits->status().fits());
        QCOMPARE(fits->status().attempt().nodes(), 2);
        QVERIFY(!fits->status().attempt().node().empty());
        const auto refused = ask(bench, "{" + hugePod + "}");
        QVERIFY(refused && !refused->status().fits());
        QCOMPARE(q(refused->status().attempt().refused(0).plugin()), QString("NodeResourcesFit"));
        // Nothing came of it.
        QVERIFY(bench.pods().empty());
        QVERIFY(!bench.ask<lab::SchedulingDecision>("default", "what-if"));
    }

    void whatIfThingsWereOtherwise_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("node"); // empty = does not fit
        const QString small = q(smallPod);
        const QString huge = q(hugePod);
        QTest::newRow("one node is not there") << "{" + small + ",'nodes':[{'name':'sim-1','remove':true}]}"
                                               << "sim-2";
        QTest::newRow("no node is there")
            << "{" + small + ",'nodes':[{'name':'sim-1','remove':true},{'name':'sim-2','remove':true}]}"
            << "";
        QTest::newRow("one is tainted") << "{" + small +
                                               ",'nodes':[{'name':'sim-2','taints':[{'key':'no','effect':"
                                               "'NoSchedule'}]}]}"
                                        << "sim-1";
        QTest::newRow("one is cordoned") << "{" + small + ",'nodes':[{'name':'sim-1','unschedulable':true}]}"
                                         << "sim-2";
        QTest::newRow("a larger one joins")
            << "{" + huge + ",'nodes':[{'name':'big','copyOf':'sim-1','allocatable':{'cpu':'128'}}]}"
            << "big";
        QTest::newRow("one from nothing joins")
            << "{" + huge +
                   ",'nodes':[{'name':'big','allocatable':{'cpu':'128','memory':'1Ti','pods':'10'}}]}"
            << "big";
        QTest::newRow("a label makes the difference")
            << "{'pod':{'spec':{'nodeSelector':{'disk':'ssd'},'containers':[{'name':'c','image':'demo'}]}},"
               "'nodes':[{'name':'sim-2','labels':{'disk':'ssd'}}]}"
            << "sim-2";
        QTest::newRow("a label is taken away")
            << "{'pod':{'spec':{'nodeSelector':{'kubernetes.io/hostname':'sim-1'},'containers':[{'name':'c',"
               "'image':'demo'}]}},'nodes':[{'name':'sim-1','withoutLabels':['kubernetes.io/hostname']}]}"
            << "";
    }
    void whatIfThingsWereOtherwise() {
        QFETCH(QString, spec);
        QFETCH(QString, node);
        LabBench bench;
        const auto before = ask(bench, "{" + smallPod + "}");
        const auto answer = ask(bench, spec.toStdString());
        QVERIFY2(answer.has_value(), answer ? "" : answer.error().message.c_str());
        QCOMPARE(answer->status().fits(), !node.isEmpty());
        QCOMPARE(q(answer->status().attempt().node()), node);
        // And the cluster is as it was.
        const auto after = ask(bench, "{" + smallPod + "}");
        QCOMPARE(after->status().attempt().nodes(), before->status().attempt().nodes());
        QCOMPARE(after->status().attempt().feasible(), before->status().attempt().feasible());
        QVERIFY(bench.make("v1", "pods", "default", podJson("web")));
        QVERIFY(bench.until([&] { return !bench.pods()[0].spec().nodename().empty(); }, 5s));
    }

    void whatIfAPodWereMovedOrGone() {
        LabBench bench(1);
        const std::string three = "'requests':{'cpu':'3'}";
        QVERIFY(bench.make("v1", "pods", "default",
                           J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'web'},'spec':{'containers':"
                             "[{'name':'c','image':'demo','resources':{" +
                             three + "}}]}}")));
        QVERIFY(bench.until([&] { return !bench.pods()[0].spec().nodename().empty(); }, 5s));
        bench.advance(1s);
        // It would go where it is, for its own room is free then.
        const auto again = ask(bench, "{'podName':'web'}");
        QVERIFY(again && again->status().fits());
        const std::string another =
            "'pod':{'spec':{'containers':[{'name':'c','image':'demo','resources':{" + three + "}}]}}";
        QVERIFY(!ask(bench, "{" + another + "}")->status().fits());
        QVERIFY(ask(bench, "{" + another + ",'withoutPods':['default/web']}")->status().fits());
        QVERIFY(!ask(bench, "{" + another + "}")->status().fits());
    }

    void whatIfItWereEarlier() {
        LabBench bench(1);
        const Revision before = bench.store->revision();
        QVERIFY(bench.patch(api::kindOf<core::Node>(), "", "sim-1", "{'spec':{'unschedulable':true}}"));
        bench.advance(1s);
        QVERIFY(!ask(bench, "{" + smallPod + "}")->status().fits());
        const auto then = ask(bench, "{" + smallPod + ",'resourceVersion':'" + std::to_string(before) + "'}");
        QVERIFY2(then.has_value(), then ? "" : then.error().message.c_str());
        QVERIFY(then->status().fits());
        QCOMPARE(then->status().resourceversion(), std::to_string(before));
        const auto never = ask(bench, "{" + smallPod + ",'resourceVersion':'999999999'}");
        QVERIFY(!never);
    }

    /// Everything that decides is as it was then: classes of priority and of storage, volumes, claims,
    /// budgets.
    void whatIfItWereEarlierInEveryRespect() {
        LabBench bench(1);
        const auto make = [&](const char* version, const char* resource, const char* nameSpace,
                              const std::string& json) {
            const auto made = bench.make(version, resource, nameSpace, J(json));
            QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        };
        const std::string claiming =
            "{'pod':{'spec':{'volumes':[{'name':'v','persistentVolumeClaim':{'claimName':"
            "'data'}}],'containers':[{'name':'c','image':'demo'}]}}";
        const Revision none = bench.store->revision();
        make("scheduling.k8s.io/v1", "priorityclasses", "",
             "{'apiVersion':'scheduling.k8s.io/"
             "v1','kind':'PriorityClass','metadata':{'name':'high'},'value':9}");
        make("storage.k8s.io/v1", "storageclasses", "",
             "{'apiVersion':'storage.k8s.io/"
             "v1','kind':'StorageClass','metadata':{'name':'late'},'provisioner':"
             "'example.com/disk','volumeBindingMode':'WaitForFirstConsumer'}");
        make("v1", "persistentvolumeclaims", "default",
             "{'apiVersion':'v1','kind':'PersistentVolumeClaim','metadata':{'name':'data'},'spec':{"
             "'storageClassName':'late','accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'"
             "1Gi'}}}}");
        bench.advance(1s);
        const std::string high =
            "{'pod':{'spec':{'priorityClassName':'high','containers':[{'name':'c','image':"
            "'demo'}]}}";
        const Revision then = bench.store->revision();
        const auto at = [](Revision revision) {
            return ",'resourceVersion':'" + std::to_string(revision) + "'}";
        };
        QVERIFY(ask(bench, high + "}"));
        QVERIFY(ask(bench, claiming + "}")->status().fits());
        const auto unknown = ask(bench, high + at(none));
        QVERIFY(!unknown);
        QCOMPARE(q(unknown.error().message),
                 QString("pods \"what-if\" is forbidden: no PriorityClass with name high was found"));
        const auto early = ask(bench, claiming + at(none));
        QVERIFY(early && !early->status().fits());
        QVERIFY(early->status().attempt().message().find("persistentvolumeclaim \"data\" not found") !=
                std::string::npos);
        const auto later = ask(bench, claiming + at(then));
        QVERIFY2(later.has_value(), later ? "" : later.error().message.c_str());
        QVERIFY(later->status().fits());
        QVERIFY(ask(bench, high + at(then))->status().fits());
    }

    /// A pod that is only asked about gets what it would be created with: by limit ranges, by its runtime
    /// class.
    void whatIfItWereCreated() {
        LabBench bench(1); // of four processors
        const Revision before = bench.store->revision();
        const std::string plain = "{'pod':{'spec':{'containers':[{'name':'c','image':'demo'}]}}";
        const std::string boxed =
            "{'pod':{'spec':{'runtimeClassName':'box','containers':[{'name':'c','image':'demo'}]}}";
        const auto fits = [&](const std::string& spec) {
            const auto answer = ask(bench, spec);
            return !answer                   ? q(answer.error().message)
                   : answer->status().fits() ? QString("fits")
                                             : q(answer->status().attempt().message());
        };
        QCOMPARE(fits(plain + "}"), QString("fits"));
        QCOMPARE(fits(boxed + "}"),
                 QString("pods \"what-if\" is forbidden: pod rejected: RuntimeClass \"box\" not found"));
        QVERIFY(bench.make("node.k8s.io/v1", "runtimeclasses", "",
                           J("{'apiVersion':'node.k8s.io/v1','kind':'RuntimeClass','metadata':{'name':'box'},"
                             "'handler':'box','overhead':{'podFixed':{'cpu':'10'}}}")));
        bench.advance(1s);
        QVERIFY2(fits(boxed + "}").contains("Insufficient cpu"), qPrintable(fits(boxed + "}")));
        QCOMPARE(fits(plain + "}"), QString("fits"));
        QVERIFY(
            bench.make("v1", "limitranges", "default",
                       J("{'apiVersion':'v1','kind':'LimitRange','metadata':{'name':'l'},'spec':{'limits':[{"
                         "'type':'Container','max':{'memory':'1Gi'},'defaultRequest':{'cpu':'8'},'default':{"
                         "'cpu':'8','memory':'1Gi'}}]}}")));
        bench.advance(1s);
        QVERIFY2(fits(plain + "}").contains("Insufficient cpu"), qPrintable(fits(plain + "}")));
        const std::string wide =
            "{'pod':{'spec':{'containers':[{'name':'c','image':'demo','resources':{'requests':{'cpu':'100m'},"
            "'limits':{'cpu':'100m','memory':'2Gi'}}}]}}}";
        QCOMPARE(
            fits(wide),
            QString("pods \"what-if\" is forbidden: maximum memory usage per Container is 1Gi, but limit is "
                    "2Gi"));
        // Other namespaces have other limits, and earlier there were none.
        QVERIFY(bench.make("v1", "namespaces", "",
                           J("{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'b'}}")));
        const auto elsewhere = bench.make(
            labV1, "whatifs", "b",
            J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'WhatIf','spec':" + plain + "}}"));
        QVERIFY(elsewhere && static_cast<const lab::WhatIf&>(*elsewhere->answer).status().fits());
        QCOMPARE(fits(plain + ",'resourceVersion':'" + std::to_string(before) + "'}"), QString("fits"));
    }

    /// Who would have to go is decided by the budgets and sets of that time.
    void whatIfSomebodyHadToGoEarlier() {
        LabBench bench(1); // of four processors
        const auto make = [&](const char* version, const char* resource, const char* nameSpace,
                              const std::string& json) {
            const auto made = bench.make(version, resource, nameSpace, J(json));
            QVERIFY2(made.has_value(), made ? "" : made.error().message.c_str());
        };
        make("scheduling.k8s.io/v1", "priorityclasses", "",
             "{'apiVersion':'scheduling.k8s.io/"
             "v1','kind':'PriorityClass','metadata':{'name':'high'},'value':9}");
        const auto replicas = [](const std::string& name) {
            return "{'apiVersion':'apps/v1','kind':'ReplicaSet','metadata':{'name':'" + name +
                   "'},'spec':{'replicas':1,'selector':{'matchLabels':{'app':'" + name +
                   "'}},'template':{'metadata':{'labels':{'app':'" + name +
                   "'}},'spec':{'containers':[{'name':'c','image':'demo','resources':{'requests':{'cpu':'"
                   "1500m'}}}]}"
                   "}}}";
        };
        for (const char* name : {"a", "b"})
            make("apps/v1", "replicasets", "default", replicas(name));
        QVERIFY(bench.until(
            [&] {
                int ready = 0;
                for (const core::Pod& pod : bench.pods())
                    for (const auto& condition : pod.status().conditions())
                        ready += condition.type() == "Ready" && condition.status() == "True" ? 1 : 0;
                return ready == 2;
            },
            30s));
        // One of the two has to make room: which one is the budgets' word.
        const std::string high = "{'pod':{'spec':{'priorityClassName':'high','containers':[{'name':'c','"
                                 "image':'demo','resources':{"
                                 "'requests':{'cpu':'2'}}}]}}";
        const auto victim = [&](Revision at) {
            const auto answer =
                ask(bench, high + (at > 0 ? ",'resourceVersion':'" + std::to_string(at) + "'}" : "}"));
            if (!answer) return q(answer.error().message);
            if (answer->status().attempt().candidates_size() != 1) return QString("no candidate");
            const auto& candidate = answer->status().attempt().candidates(0);
            QStringList names;
            for (const std::string& each : candidate.victims())
                names << q(each.substr(0, std::string("default/x").size()));
            return names.join(" ") + (candidate.budgetsbroken() > 0 ? " broken" : "");
        };
        const auto keep = [&](const std::string& name) {
            make("policy/v1", "poddisruptionbudgets", "default",
                 "{'apiVersion':'policy/v1','kind':'PodDisruptionBudget','metadata':{'name':'keep-" + name +
                     "'},'spec':{'minAvailable':1,'selector':{'matchLabels':{'app':'" + name + "'}}}}");
            bench.advance(2s); // its controller has counted
        };
        keep("a");
        const Revision onlyA = bench.store->revision();
        QCOMPARE(victim(0), QString("default/b"));
        keep("b");
        const Revision both = bench.store->revision();
        QVERIFY2(victim(0).endsWith(" broken"), qPrintable(victim(0)));
        std::optional<Result<client::Written>> removed;
        bench.life->cluster->remove(api::kindOf<api::policy::PodDisruptionBudget>().name, "default", "keep-a",
                                    {}, [&](Result<client::Written> done) { removed = std::move(done); });
        QVERIFY(bench.until([&] { return removed.has_value(); }, 1s));
        bench.advance(1s);
        QCOMPARE(victim(0), QString("default/a"));
        // Then as then.
        QCOMPARE(victim(onlyA), QString("default/b"));
        QVERIFY2(victim(both).endsWith(" broken"), qPrintable(victim(both)));
        // The sets are scaled away: now there is room, then there was none.
        for (const char* name : {"a", "b"})
            QVERIFY(bench.patch(api::kindOf<api::apps::ReplicaSet>(), "default", name,
                                "{'spec':{'replicas':0}}"));
        QVERIFY(bench.until([&] { return bench.pods().empty(); }, 60s));
        bench.advance(1s);
        QCOMPARE(victim(0), QString("no candidate"));
        QVERIFY(ask(bench, high + "}")->status().fits());
        QCOMPARE(victim(onlyA), QString("default/b"));
    }

    void refusesQuestionsThatMakeNoSense_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<int>("reason");
        const auto row = [](const char* name, const std::string& spec, Reason reason) {
            QTest::newRow(name) << q(spec) << static_cast<int>(reason);
        };
        row("no pod", "{}", Reason::Invalid);
        row("two pods", "{" + smallPod + ",'podName':'web'}", Reason::Invalid);
        row("no such pod", "{'podName':'nobody'}", Reason::NotFound);
        row("no such node", "{" + smallPod + ",'nodes':[{'name':'x','remove':true}]}", Reason::NotFound);
        row("no such model", "{" + smallPod + ",'nodes':[{'name':'x','copyOf':'y'}]}", Reason::NotFound);
        row("a nameless node", "{" + smallPod + ",'nodes':[{'remove':true}]}", Reason::Invalid);
        row("a pod without containers", "{'pod':{'spec':{'containers':[]}}}", Reason::Invalid);
        row("no revision", "{" + smallPod + ",'resourceVersion':'x'}", Reason::Invalid);
        row("no namespace", "{" + smallPod + ",'withoutPods':['x']}", Reason::Invalid);
    }
    void refusesQuestionsThatMakeNoSense() {
        QFETCH(QString, spec);
        QFETCH(int, reason);
        LabBench bench(1);
        const auto answer = ask(bench, spec.toStdString());
        QVERIFY(!answer);
        QCOMPARE(static_cast<int>(answer.error().reason), reason);
        QVERIFY(ask(bench, "{" + smallPod + "}")->status().fits());
    }

    void queuesSayWhoActsNext() {
        LabBench bench(1);
        QVERIFY(bench.ask<lab::ReconcileQueue>("", "deployment"));
        QVERIFY(!bench.ask<lab::ReconcileQueue>("", "nobody"));
        QVERIFY(bench.make("v1", "pods", "default", podJson("picky", "'nodeSelector':{'disk':'ssd'},")));
        bench.advance(1s);
        const auto waiting = bench.ask<lab::ReconcileQueue>("", "scheduler");
        QCOMPARE(waiting->waiting(), 1);
        QCOMPARE(q(waiting->keys(0).key()), QString("default/picky"));
        QCOMPARE(q(waiting->keys(0).reason()), QString("Unschedulable"));
        QVERIFY(waiting->keys(0).failures() > 0);
        // A node's next look at its lease is a matter of time.
        const auto nodes = bench.ask<lab::ReconcileQueue>("", "nodelifecycle");
        bool timed = false;
        for (const auto& key : nodes->keys())
            timed = timed || (key.key() == "sim-1" && key.reason() == "Timer" &&
                              api::fromTime(key.due()) > bench.life->time.wallNow());
        QVERIFY(timed);
    }

    /// What is only a matter of time stands in its controller's queue, with the time.
    void queuesShowWhatTimeWillBring() {
        LabBench bench(1);
        const auto seconds = [&](const std::string& queue, const std::string& key) {
            const auto asked = bench.ask<lab::ReconcileQueue>("", queue);
            if (asked)
                for (const auto& each : asked->keys())
                    if (each.key() == key && each.reason() == "Timer")
                        return std::chrono::duration<double>(api::fromTime(each.due()) -
                                                             bench.life->time.wallNow())
                            .count();
            return -1.0;
        };
        // A lease that is not renewed.
        const double lease = seconds("nodelifecycle", "sim-1");
        QVERIFY2(lease > 0 && lease <= 60, qPrintable(QString::number(lease)));
        // A pod that tolerates a taint for five minutes, as every pod does.
        QVERIFY(bench.make("v1", "pods", "default", podJson("web")));
        QVERIFY(bench.until([&] { return !bench.pods()[0].spec().nodename().empty(); }, 5s));
        QVERIFY(bench.patch(api::kindOf<core::Node>(), "", "sim-1",
                            "{'spec':{'taints':[{'key':'node.kubernetes.io/unreachable','effect':'NoExecute',"
                            "'timeAdded':'" +
                                api::formatTime(bench.life->time.wallNow()) + "'}]}}"));
        QVERIFY(bench.until([&] { return seconds("tainteviction", "default/web") > 0; }, 5s));
        const double eviction = seconds("tainteviction", "default/web");
        QVERIFY2(eviction > 280 && eviction <= 300, qPrintable(QString::number(eviction)));
        // An autoscaler's next look.
        QVERIFY(bench.make(
            "autoscaling/v2", "horizontalpodautoscalers", "default",
            J("{'apiVersion':'autoscaling/v2','kind':'HorizontalPodAutoscaler','metadata':{'name':'web'},"
              "'spec':{'scaleTargetRef':{'apiVersion':'apps/v1','kind':'Deployment','name':'web'},"
              "'maxReplicas':3}}")));
        QVERIFY(bench.until([&] { return seconds("horizontalpodautoscaler", "default/web") > 0; }, 20s));
        QVERIFY(seconds("horizontalpodautoscaler", "default/web") <= 15);
        // A job that ends by its deadline.
        QVERIFY(bench.make(
            "batch/v1", "jobs", "default",
            J("{'apiVersion':'batch/v1','kind':'Job','metadata':{'name':'slow'},'spec':{"
              "'activeDeadlineSeconds':100,'template':{'spec':{'restartPolicy':'Never','containers':"
              "[{'name':'c','image':'demo'}]}}}}")));
        QVERIFY(bench.until([&] { return seconds("job", "default/slow") > 60; }, 20s));
        QVERIFY(seconds("job", "default/slow") <= 100);
    }

    void queuesAreWatched() {
        LabBench bench(1);
        int told = 0;
        client::WatchOptions options;
        options.fieldSelector = "metadata.name=scheduler";
        const auto watch =
            bench.life->cluster->watch(api::kindOf<lab::ReconcileQueue>().name, options,
                                       {[&](const client::WatchEvent& event) {
                                            told = event.object->as<lab::ReconcileQueue>().waiting();
                                        },
                                        {}});
        bench.advance(1s);
        QVERIFY(bench.make("v1", "pods", "default", podJson("picky", "'nodeSelector':{'disk':'ssd'},")));
        QVERIFY(bench.until([&] { return told == 1; }, 5s));
    }
};

QTEST_GUILESS_MAIN(TestThinking)
#include "test_thinking.moc"
