#include "engine/api/groups/batch.h"
#include "work_checker.h"

#include <QTest>
#include <cstdlib>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;
namespace apps = api::apps;
namespace batch = api::batch;
namespace policy = api::policy;

/// Jobs and evictions on the whole control plane in virtual time, many seeds.
class TestWork : public QObject {
    Q_OBJECT

    static void fill(core::PodTemplateSpec& podTemplate, const std::string& app) {
        (*podTemplate.mutable_metadata()->mutable_labels())["app"] = app;
        auto& container = *podTemplate.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image("nginx:1.14.2");
    }
    static batch::Job job(const std::string& name, int completions, int parallelism, bool indexed) {
        batch::Job job;
        job.mutable_metadata()->set_namespace_("default");
        job.mutable_metadata()->set_name(name);
        auto& spec = *job.mutable_spec();
        spec.set_completions(completions);
        spec.set_parallelism(parallelism);
        spec.set_backofflimit(1000);
        if (indexed) spec.set_completionmode("Indexed");
        fill(*spec.mutable_template_(), name);
        spec.mutable_template_()->mutable_spec()->set_restartpolicy("Never");
        return job;
    }
    static apps::Deployment deployment(int replicas) {
        apps::Deployment d;
        d.mutable_metadata()->set_namespace_("default");
        d.mutable_metadata()->set_name("web");
        d.mutable_spec()->set_replicas(replicas);
        (*d.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        fill(*d.mutable_spec()->mutable_template_(), "web");
        return d;
    }
    static policy::PodDisruptionBudget budget(int minAvailable) {
        policy::PodDisruptionBudget b;
        b.mutable_metadata()->set_namespace_("default");
        b.mutable_metadata()->set_name("web");
        b.mutable_spec()->mutable_minavailable()->set_intval(minAvailable);
        (*b.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        return b;
    }
    static bool isComplete(const sim::Plane& plane, const std::string& name) {
        const auto job = plane.get<batch::Job>("default/" + name);
        if (!job) return false;
        const auto& conditions = job->status().conditions();
        return std::any_of(conditions.begin(), conditions.end(), [](const auto& each) {
            return each.type() == "Complete" && each.status() == "True";
        });
    }
    static int ready(const sim::Plane& plane) {
        const auto d = plane.get<apps::Deployment>("default/web");
        return d ? d->status().availablereplicas() : 0;
    }
    static void evict(sim::Plane& plane, const std::string& pod) {
        policy::Eviction eviction;
        eviction.mutable_metadata()->set_namespace_("default");
        eviction.mutable_metadata()->set_name(pod);
        client::WriteOptions options;
        options.subresource = "eviction";
        plane.cluster->create(api::kindOf<core::Pod>().name, "default", client::body(std::move(eviction)),
                              options, [](auto) {});
    }

    /// Two Jobs run while somebody keeps draining a Deployment that has a budget.
    static QString story(std::uint64_t seed, bool restarts) {
        sim::Plane plane(seed);
        sim::WorkChecker checker;
        plane.alsoTold = [&](const store::Change& change) { checker.saw(change); };
        plane.checker.forgiveSurplus = restarts;
        SeededRandom chance(seed * 17 + 3);
        QString problems;
        for (int i = 0; i < 3; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(deployment(6));
        plane.create(budget(4));
        plane.create(job("plain", 12, 4, false));
        plane.create(job("indexed", 9, 3, true));
        if (!plane.until([&] { return ready(plane) == 6; }, 3min)) problems += "never deployed\n";
        for (int round = 0; round < 12; ++round) {
            // Several who know nothing of each other.
            for (const auto& pod : plane.pods())
                if (pod.metadata().labels().at("app") == "web" && chance.below(2) == 0)
                    evict(plane, pod.metadata().name());
            plane.advance(std::chrono::milliseconds(chance.below(1500)));
            if (!restarts) continue;
            // In the middle of something.
            auto steps = chance.below(300);
            plane.until([&] { return steps-- == 0; }, 1s);
            plane.restartActors();
        }
        const auto done = [&] { return isComplete(plane, "plain") && isComplete(plane, "indexed"); };
        if (!plane.until(done, 5h)) problems += "the jobs were never complete\n";
        if (!plane.until([&] { return ready(plane) == 6; }, 10min))
            problems += "evicted pods were not replaced\n";
        plane.advance(5s);
        for (const auto& pod : plane.pods())
            if (pod.metadata().finalizers_size() > 0) problems += "a pod of a finished job is held\n";
        plane.alsoTold = nullptr;
        for (const auto& each : checker.judge())
            problems += QString::fromStdString(each) + "\n";
        for (const auto& each : plane.checker.complaints)
            problems += QString::fromStdString(each) + "\n";
        return problems;
    }

  private Q_SLOTS:
#ifndef WHEELHOUSE_SEEDED_BUGS
    void convergesWithEverySeed_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 10; ++seed)
            QTest::addRow("%d", seed) << seed;
    }
    void convergesWithEverySeed() {
        QFETCH(int, seed);
        const QString problems = story(static_cast<std::uint64_t>(seed), false);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    void convergesThoughActorsCrash_data() {
        convergesWithEverySeed_data();
    }
    void convergesThoughActorsCrash() {
        QFETCH(int, seed);
        const QString problems = story(static_cast<std::uint64_t>(seed), true);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }
#else
    void aKnownBugIsCaught_data() {
        QTest::addColumn<QByteArray>("bug");
        QTest::newRow("pods counted twice") << QByteArray("WHEELHOUSE_BUG_COUNT_TWICE");
        QTest::newRow("pods lost to a crash") << QByteArray("WHEELHOUSE_BUG_COUNT_LATE");
        QTest::newRow("evictions that cost nothing") << QByteArray("WHEELHOUSE_BUG_FREE_EVICTION");
    }
    void aKnownBugIsCaught() {
        QFETCH(QByteArray, bug);
        qputenv(bug.constData(), "1");
        QString problems;
        for (std::uint64_t seed = 1; seed <= 8 && problems.isEmpty(); ++seed)
            problems = story(seed, true);
        qunsetenv(bug.constData());
        QVERIFY2(!problems.isEmpty(), "the bug went unnoticed");
    }
#endif
};

QTEST_GUILESS_MAIN(TestWork)
#include "test_work.moc"
