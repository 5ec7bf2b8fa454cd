#include "plane.h"

#include <QTest>
#include <cstdlib>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;
namespace apps = api::apps;

/// The whole control plane in virtual time, many seeds.
class TestPlane : public QObject {
    Q_OBJECT

    static apps::Deployment deployment(int replicas) {
        apps::Deployment d;
        d.mutable_metadata()->set_namespace_("default");
        d.mutable_metadata()->set_name("web");
        d.mutable_spec()->set_replicas(replicas);
        (*d.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
        auto& podTemplate = *d.mutable_spec()->mutable_template_();
        (*podTemplate.mutable_metadata()->mutable_labels())["app"] = "web";
        auto& container = *podTemplate.mutable_spec()->add_containers();
        container.set_name("main");
        container.set_image("nginx:1.14.2");
        return d;
    }
    template <class M = apps::Deployment>
    static void patch(sim::Plane& plane, const std::string& text) {
        plane.cluster->patch(api::kindOf<M>().name, "default", "web", api::PatchType::Merge, text, {},
                             [](auto) {});
    }
    template <class M>
    static M ofPods(const std::string& app) {
        const auto like = deployment(1);
        M set;
        *set.mutable_metadata() = like.metadata();
        *set.mutable_spec()->mutable_template_() = like.spec().template_();
        (*set.mutable_spec()->mutable_template_()->mutable_metadata()->mutable_labels())["app"] = app;
        (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = app;
        return set;
    }
    static bool rolledOut(sim::Plane& plane, int replicas) {
        const auto d = plane.get<apps::Deployment>("default/web");
        return d && d->status().observedgeneration() == d->metadata().generation() &&
               d->status().updatedreplicas() == replicas && d->status().availablereplicas() == replicas &&
               d->status().replicas() == replicas && static_cast<int>(plane.pods().size()) == replicas;
    }
    static bool daemonsRun(sim::Plane& plane, int nodes, int updated) {
        const auto set = plane.get<apps::DaemonSet>("default/web");
        if (!set) return false;
        const auto& status = set->status();
        return status.observedgeneration() == set->metadata().generation() &&
               status.desirednumberscheduled() == nodes && status.numberavailable() == nodes &&
               status.updatednumberscheduled() == updated && status.numbermisscheduled() == 0;
    }
    static bool statefulsRun(sim::Plane& plane, int replicas) {
        const auto set = plane.get<apps::StatefulSet>("default/web");
        if (!set) return false;
        const auto& status = set->status();
        return status.observedgeneration() == set->metadata().generation() && status.replicas() == replicas &&
               status.readyreplicas() == replicas && status.updatedreplicas() == replicas &&
               status.currentrevision() == status.updaterevision();
    }
    static QString text(const std::vector<std::string>& complaints) {
        QStringList list;
        for (const auto& each : complaints)
            list << QString::fromStdString(each);
        return list.join("\n");
    }
    enum class Fault { None, ActorsCrash, PowerLoss };
    static void strike(sim::Plane& plane, Fault fault) {
        if (fault == Fault::ActorsCrash) plane.restartActors();
        if (fault == Fault::PowerLoss) plane.losePower();
    }
    /// Deploy, scale, roll: the same story for every seed. Gives the trace's hash.
    static std::uint64_t story(std::uint64_t seed, Fault fault, QString& problems) {
        sim::Plane plane(seed, fault == Fault::PowerLoss ? 3ms : 0ms);
        SeededRandom chance(seed * 31 + 7);
        plane.checker.forgiveSurplus = fault != Fault::None;
        for (int i = 0; i < 4; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(deployment(6));
        const auto shake = [&] {
            for (int i = 0; i < 3; ++i) {
                plane.advance(std::chrono::milliseconds(chance.below(900)));
                plane.remember();
                strike(plane, fault);
            }
        };
        shake();
        if (!plane.until([&] { return rolledOut(plane, 6); }, 3min)) problems += "never deployed\n";
        patch(plane, R"({"spec":{"replicas":11}})");
        shake();
        if (!plane.until([&] { return rolledOut(plane, 11); }, 3min)) problems += "never scaled\n";
        patch(plane, R"({"spec":{"template":{"metadata":{"labels":{"app":"web","v":"2"}}}}})");
        shake();
        if (!plane.until([&] { return rolledOut(plane, 11); }, 5min)) problems += "never rolled out\n";
        plane.advance(5s);
        if (!plane.until([&] { return plane.copiesAgree(); }, 10s))
            problems += "an informer's copy of the pods stays different from what the store has\n";
        problems += text(plane.judge());
        return plane.checker.hash;
    }

    /// A daemon set and a stateful set: made, rolled, scaled, a node more, pods deleted by hand.
    static void storyOfSets(std::uint64_t seed, bool restarts, QString& problems) {
        sim::Plane plane(seed);
        SeededRandom chance(seed * 31 + 7);
        plane.checker.forgiveSurplus = restarts;
        for (int i = 0; i < 4; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(ofPods<apps::DaemonSet>("daemon"));
        auto stateful = ofPods<apps::StatefulSet>("stateful");
        stateful.mutable_spec()->set_replicas(4);
        stateful.mutable_spec()->set_podmanagementpolicy(seed % 2 ? "Parallel" : "OrderedReady");
        plane.create(stateful);
        const auto shake = [&] {
            for (int i = 0; restarts && i < 3; ++i) {
                plane.advance(std::chrono::milliseconds(chance.below(900)));
                plane.restartActors();
            }
        };
        const auto settles = [&](int nodes, int replicas, const char* what) {
            shake();
            const auto settled = [&] {
                return daemonsRun(plane, nodes, nodes) && statefulsRun(plane, replicas) &&
                       static_cast<int>(plane.pods().size()) == nodes + replicas;
            };
            if (!plane.until(settled, 5min)) problems += QString("never %1\n").arg(what);
        };
        settles(4, 4, "made");
        patch<apps::DaemonSet>(plane, R"({"spec":{"template":{"metadata":{"labels":{"v":"2"}}}}})");
        patch<apps::StatefulSet>(plane, R"({"spec":{"template":{"metadata":{"labels":{"v":"2"}}}}})");
        settles(4, 4, "rolled");
        plane.addNode("late");
        patch<apps::StatefulSet>(plane, R"({"spec":{"replicas":2}})");
        settles(5, 2, "scaled");
        for (const auto& pod : plane.pods())
            if (chance.below(2) == 0)
                plane.cluster->remove(api::kindOf<core::Pod>().name, "default", pod.metadata().name(), {},
                                      [](auto) {});
        plane.advance(1s);
        settles(5, 2, "replaced");
        plane.advance(5s);
        plane.checker.finish();
        problems += text(plane.checker.complaints);
    }

  private slots:
#ifndef WHEELHOUSE_SEEDED_BUGS
    void convergesWithEverySeed_data() {
        QTest::addColumn<int>("seed");
        const int seeds = qEnvironmentVariableIsSet("WHEELHOUSE_LONG") ? 30'000 : 12;
        for (int seed = 1; seed <= seeds; ++seed)
            QTest::addRow("%d", seed) << seed;
    }
    void convergesWithEverySeed() {
        QFETCH(int, seed);
        QString problems;
        story(static_cast<std::uint64_t>(seed), Fault::None, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    void convergesThoughActorsCrash_data() {
        convergesWithEverySeed_data();
    }
    void convergesThoughActorsCrash() {
        QFETCH(int, seed);
        QString problems;
        story(static_cast<std::uint64_t>(seed), Fault::ActorsCrash, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    /// What was acknowledged is there afterwards, what was not is there whole or not at all, and it goes on.
    void convergesThoughThePowerIsLost_data() {
        convergesWithEverySeed_data();
    }
    void convergesThoughThePowerIsLost() {
        QFETCH(int, seed);
        QString problems;
        story(static_cast<std::uint64_t>(seed), Fault::PowerLoss, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    void setsConvergeWithEverySeed_data() {
        QTest::addColumn<int>("seed");
        QTest::addColumn<bool>("restarts");
        for (int seed = 1; seed <= 8; ++seed) {
            QTest::addRow("%d", seed) << seed << false;
            QTest::addRow("%d with crashes", seed) << seed << true;
        }
    }
    void setsConvergeWithEverySeed() {
        QFETCH(int, seed);
        QFETCH(bool, restarts);
        QString problems;
        storyOfSets(static_cast<std::uint64_t>(seed), restarts, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    /// What makes a failure one can run again: nothing in a run comes from anywhere but its seed.
    void theSameSeedIsTheSameRun_data() {
        QTest::addColumn<int>("seed");
        QTest::addColumn<int>("fault");
        for (int seed = 1; seed <= 4; ++seed)
            for (const int fault : {0, 1, 2})
                QTest::addRow("%d, fault %d", seed, fault) << seed << fault;
    }
    void theSameSeedIsTheSameRun() {
        QFETCH(int, seed);
        QFETCH(int, fault);
        const auto what = static_cast<Fault>(fault);
        QString problems;
        const std::uint64_t once = story(static_cast<std::uint64_t>(seed), what, problems);
        // Other things in memory, so that nothing goes by where an object happens to be.
        const std::vector<std::string> between(static_cast<std::size_t>(seed) * 1000, std::string(100, 'x'));
        QCOMPARE(story(static_cast<std::uint64_t>(seed), what, problems), once);
        QVERIFY(story(static_cast<std::uint64_t>(seed) + 100, what, problems) != once);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
        QCOMPARE(between.size(), static_cast<std::size_t>(seed) * 1000);
    }

    void podsOfALostNodeAreReplaced() {
        sim::Plane plane(3);
        for (int i = 0; i < 3; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(deployment(6));
        QVERIFY(plane.until([&] { return rolledOut(plane, 6); }, 3min));
        plane.node("n0").cut();
        // 50 s until it counts as lost, 300 s of the pods' own toleration.
        const auto elsewhere = [&] {
            int running = 0;
            for (const auto& pod : plane.pods())
                running += pod.spec().nodename() != "n0" && pod.status().phase() == "Running";
            return running == 6;
        };
        QVERIFY(!elsewhere());
        QVERIFY(plane.until(elsewhere, 8min));
        plane.advance(5s);
        plane.checker.finish();
        QVERIFY2(plane.checker.complaints.empty(), qPrintable(text(plane.checker.complaints)));
    }
#else
    /// The proof that the checkers see what they are for.
    void aKnownBugIsCaught_data() {
        QTest::addColumn<QByteArray>("bug");
        QTest::addColumn<QString>("complaint");
        const auto row = [](const char* name, const char* bug, const char* complaint) {
            QTest::newRow(name) << QByteArray(bug) << QString(complaint);
        };
        row("pods made twice", "WHEELHOUSE_BUG_DOUBLE_CREATE", "never wanted more than");
        row("a watch event dropped", "WHEELHOUSE_BUG_DROP_EVENT", "");
        row("two daemons on a node", "WHEELHOUSE_BUG_TWO_DAEMONS", "DaemonSet web has 2 pods on n");
        row("an identity given again too soon", "WHEELHOUSE_BUG_HASTY_IDENTITY", "run at the same time");
    }
    void aKnownBugIsCaught() {
        QFETCH(QByteArray, bug);
        QFETCH(QString, complaint);
        qputenv(bug.constData(), "1");
        QString problems;
        for (std::uint64_t seed = 1; seed <= 8 && problems.isEmpty(); ++seed) {
            story(seed, Fault::None, problems);
            if (problems.isEmpty()) storyOfSets(seed, false, problems);
        }
        qunsetenv(bug.constData());
        QVERIFY2(!problems.isEmpty(), "the bug went unnoticed");
        QVERIFY2(problems.contains(complaint), qPrintable(problems));
    }
#endif
};

QTEST_GUILESS_MAIN(TestPlane)
#include "test_plane.moc"
