#include "storm.h"

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
    /// How long things may take. Where nothing was heard of nodes for long, their pods are replaced before
    /// all is well; and who failed often waits long.
    static Duration patience(unsigned faults) {
        const bool silent = (faults & (sim::badLine | sim::cutOff | sim::suspended | sim::slowDisk)) != 0;
        return silent ? 20min : 3min;
    }

    static QString text(const std::vector<std::string>& complaints) {
        QStringList list;
        for (const auto& each : complaints)
            list << QString::fromStdString(each);
        return list.join("\n");
    }
    /// Everything is calm: what was broken, and what does not become as it should be, is added to `problems`.
    static void conclude(sim::Plane& plane, QString& problems) {
        plane.advance(5s);
        if (!plane.until([&] { return plane.copiesAgree(); }, 40s))
            problems += "an informer's copy of the pods stays different from what the store has\n";
        plane.advance(1s);
        problems += text(plane.judge());
    }
    /// Deploy, scale, roll: the same story for every seed. Gives the trace's hash.
    static std::uint64_t story(std::uint64_t seed, unsigned faults, QString& problems) {
        sim::Plane plane(seed, (faults & sim::powerLoss) != 0 ? 3ms : 0ms);
        SeededRandom chance(seed * 31 + 7);
        sim::Storm storm(plane, chance, faults);
        for (int i = 0; i < 4; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(deployment(6));
        if (!plane.until([&] { return plane.get<apps::Deployment>("default/web").has_value(); }, 5s))
            problems += "never made\n";
        storm.rage(3);
        if (!plane.until([&] { return rolledOut(plane, 6); }, patience(faults)))
            problems += "never deployed\n";
        const auto scale = [&] { patch(plane, R"({"spec":{"replicas":11}})"); };
        scale();
        storm.rage(3);
        scale(); // it may have been lost
        if (!plane.until([&] { return rolledOut(plane, 11); }, patience(faults)))
            problems += "never scaled\n";
        const auto roll = [&] {
            patch(plane, R"({"spec":{"template":{"metadata":{"labels":{"app":"web","v":"2"}}}}})");
        };
        roll();
        storm.rage(3);
        roll();
        if (!plane.until([&] { return rolledOut(plane, 11); }, patience(faults)))
            problems += "never rolled out\n";
        conclude(plane, problems);
        return plane.checker.hash;
    }

    /// A daemon set and a stateful set: made, rolled, scaled, a node more, pods deleted by hand.
    static std::uint64_t storyOfSets(std::uint64_t seed, unsigned faults, QString& problems) {
        sim::Plane plane(seed, (faults & sim::powerLoss) != 0 ? 3ms : 0ms);
        SeededRandom chance(seed * 31 + 7);
        sim::Storm storm(plane, chance, faults);
        for (int i = 0; i < 4; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(ofPods<apps::DaemonSet>("daemon"));
        auto stateful = ofPods<apps::StatefulSet>("stateful");
        stateful.mutable_spec()->set_replicas(4);
        stateful.mutable_spec()->set_podmanagementpolicy(seed % 2 ? "Parallel" : "OrderedReady");
        plane.create(stateful);
        const auto made = [&] {
            return plane.get<apps::DaemonSet>("default/web") && plane.get<apps::StatefulSet>("default/web");
        };
        if (!plane.until(made, 5s)) problems += "never stored\n";
        const auto nothing = [] {};
        const auto settles = [&](const std::function<void()>& wish, int nodes, int replicas,
                                 const char* what) {
            wish();
            storm.rage(3);
            wish(); // it may have been lost
            const auto settled = [&] {
                return daemonsRun(plane, nodes, nodes) && statefulsRun(plane, replicas) &&
                       static_cast<int>(plane.pods().size()) == nodes + replicas;
            };
            if (!plane.until(settled, patience(faults))) problems += QString("never %1\n").arg(what);
        };
        settles(nothing, 4, 4, "made");
        const auto roll = [&] {
            patch<apps::DaemonSet>(plane, R"({"spec":{"template":{"metadata":{"labels":{"v":"2"}}}}})");
            patch<apps::StatefulSet>(plane, R"({"spec":{"template":{"metadata":{"labels":{"v":"2"}}}}})");
        };
        settles(roll, 4, 4, "rolled");
        plane.addNode("late");
        settles([&] { patch<apps::StatefulSet>(plane, R"({"spec":{"replicas":2}})"); }, 5, 2, "scaled");
        for (const auto& pod : plane.pods())
            if (chance.below(2) == 0)
                plane.cluster->remove(api::kindOf<core::Pod>().name, "default", pod.metadata().name(), {},
                                      [](auto) {});
        plane.advance(1s);
        settles(nothing, 5, 2, "replaced");
        conclude(plane, problems);
        return plane.checker.hash;
    }

    /// Schedulers that crash while their bindings are on a slow way, each followed at once by one that knows
    /// nothing of them.
    static void storyOfBindings(std::uint64_t seed, QString& problems) {
        sim::Plane plane(seed);
        SeededRandom chance(seed * 31 + 7);
        plane.checker.forgiveSurplus = true;
        for (int i = 0; i < 6; ++i)
            plane.addNode("n" + std::to_string(i));
        plane.advance(2s);
        plane.create(deployment(40));
        plane.trouble.longestDelay = 400ms;
        for (int i = 0; i < 12; ++i) {
            plane.advance(std::chrono::milliseconds(100 + chance.below(600)));
            plane.restartActors();
        }
        plane.trouble = {};
        if (!plane.until([&] { return rolledOut(plane, 40); }, 3min)) problems += "never deployed\n";
        conclude(plane, problems);
    }

  private Q_SLOTS:
#ifndef WHEELHOUSE_SEEDED_BUGS
    /// Rows of seeds: of each kind of faults `few`, of all of them together `most`.
    static void rows(int few, int most) {
        const int factor = qEnvironmentVariableIsSet("WHEELHOUSE_LONG") ? 100 : 1;
        const int first = qEnvironmentVariableIntValue("WHEELHOUSE_FIRST_SEED");
        QTest::addColumn<int>("seed");
        QTest::addColumn<unsigned>("faults");
        const auto add = [&](const char* what, unsigned faults, int seeds) {
            for (int seed = first + 1; seed <= first + seeds * factor; ++seed)
                QTest::addRow("%d, %s", seed, what) << seed << faults;
        };
        add("no faults", sim::noFaults, few);
        add("actors crash", sim::actorsCrash, few);
        add("actors pass on", sim::actorsPassOn, few);
        // What was acknowledged is there afterwards, what was not is there whole or not at all.
        add("power is lost", sim::powerLoss | sim::diskFull | sim::slowDisk | sim::compaction, few);
        add("the line is bad", sim::badLine | sim::cutOff, few);
        add("the clock jumps", sim::clockSet | sim::suspended, few);
        add("everything", sim::everyFault, most);
    }
    void convergesWithEverySeed_data() {
        rows(25, 230);
    }
    void convergesWithEverySeed() {
        QFETCH(int, seed);
        QFETCH(unsigned, faults);
        QString problems;
        story(static_cast<std::uint64_t>(seed), faults, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    void setsConvergeWithEverySeed_data() {
        rows(25, 230);
    }
    void setsConvergeWithEverySeed() {
        QFETCH(int, seed);
        QFETCH(unsigned, faults);
        QString problems;
        storyOfSets(static_cast<std::uint64_t>(seed), faults, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }

    void aPodIsBoundOnce() {
        QString problems;
        for (std::uint64_t seed = 1; seed <= 5; ++seed)
            storyOfBindings(seed, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.left(4000)));
    }

    /// What makes a failure one can run again: nothing in a run comes from anywhere but its seed.
    void theSameSeedIsTheSameRun_data() {
        rows(1, 4);
    }
    void theSameSeedIsTheSameRun() {
        QFETCH(int, seed);
        QFETCH(unsigned, faults);
        const auto number = static_cast<std::uint64_t>(seed);
        QString problems;
        const std::uint64_t once = story(number, faults, problems);
        const std::uint64_t sets = storyOfSets(number, faults, problems);
        // Other things in memory, so that nothing goes by where an object happens to be.
        const std::vector<std::string> between(number * 1000, std::string(100, 'x'));
        QCOMPARE(story(number, faults, problems), once);
        QCOMPARE(storyOfSets(number, faults, problems), sets);
        QVERIFY(story(number + 100, faults, problems) != once);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
        QCOMPARE(between.size(), number * 1000);
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
        QString problems;
        conclude(plane, problems);
        QVERIFY2(problems.isEmpty(), qPrintable(problems));
    }
#else
    /// The proof that the checkers see what they are for.
    void aKnownBugIsCaught_data() {
        QTest::addColumn<QByteArray>("bug");
        QTest::addColumn<unsigned>("faults");
        QTest::addColumn<QString>("complaint");
        const auto row = [](const char* name, const char* bug, unsigned faults, const char* complaint) {
            QTest::newRow(name) << QByteArray(bug) << faults << QString(complaint);
        };
        row("pods made twice", "WHEELHOUSE_BUG_DOUBLE_CREATE", sim::noFaults, "never wanted more than");
        row("a watch event lost on its way", "WHEELHOUSE_BUG_DROP_EVENT", sim::noFaults, "");
        row("a watch event not told", "WHEELHOUSE_BUG_SKIP_CHANGE", sim::noFaults, "was to be told");
        row("two daemons on a node", "WHEELHOUSE_BUG_TWO_DAEMONS", sim::noFaults,
            "DaemonSet web has 2 pods on n");
        row("an identity given again too soon", "WHEELHOUSE_BUG_HASTY_IDENTITY", sim::noFaults,
            "run at the same time");
        row("a list of another moment", "WHEELHOUSE_BUG_LIST_LATE", sim::noFaults, "that were told");
        row("an answer before the sync", "WHEELHOUSE_BUG_EARLY_ANSWER", sim::powerLoss | sim::slowDisk,
            "was lost");
    }
    void aKnownBugIsCaught() {
        QFETCH(QByteArray, bug);
        QFETCH(unsigned, faults);
        QFETCH(QString, complaint);
        qputenv(bug.constData(), "1");
        QString problems;
        for (std::uint64_t seed = 1; seed <= 20 && (problems.isEmpty() || !problems.contains(complaint));
             ++seed) {
            story(seed, faults, problems);
            if (problems.isEmpty()) storyOfSets(seed, faults, problems);
        }
        qunsetenv(bug.constData());
        QVERIFY2(!problems.isEmpty(), "the bug went unnoticed");
        QVERIFY2(problems.contains(complaint), qPrintable(problems.left(4000)));
    }
    void aPodBoundTwiceIsCaught() {
        qputenv("WHEELHOUSE_BUG_BIND_AGAIN", "1");
        QString problems;
        for (std::uint64_t seed = 1; seed <= 20 && problems.isEmpty(); ++seed)
            storyOfBindings(seed, problems);
        qunsetenv("WHEELHOUSE_BUG_BIND_AGAIN");
        QVERIFY2(problems.contains("and then to"), qPrintable(problems.left(4000)));
    }
#endif
};

QTEST_GUILESS_MAIN(TestPlane)
#include "test_plane.moc"
