#include "builders.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {

const char* const zone = "topology.kubernetes.io/zone";

std::string rule(const std::string& rest, const std::string& when = "DoNotSchedule",
                 const std::string& key = zone) {
    return R"({"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":")" + key +
           R"(","whenUnsatisfiable":")" + when + R"(","labelSelector":{"matchLabels":{"app":"w"}})" + rest +
           "}]}";
}

core::Pod worker(const std::string& name, const std::string& spec = "{}",
                 const std::string& labels = R"({"app":"w"})") {
    return pod(name, "{}", spec, labels);
}

/// Zones a and b with one node each, and one node in no zone.
struct Zones : Bench {
    explicit Zones(Profile profile = Profile::standard()) : Bench(std::move(profile)) {
        add(node("a", "{}", R"({"topology.kubernetes.io/zone":"a"})"));
        add(node("b", "{}", R"({"topology.kubernetes.io/zone":"b"})"));
        add(node("none"));
    }
    std::string feasible() const {
        std::string out;
        for (const char* name : {"a", "b", "none"})
            out += refusal(name).empty() ? std::string(out.empty() ? "" : " ") + name : "";
        return out;
    }
};

api::core::Service service(const std::string& name, const std::string& selector) {
    return fromJson<api::core::Service>(R"({"metadata":{"name":")" + name +
                                        R"(","namespace":"default"},"spec":{"selector":)" + selector + "}}");
}

} // namespace

class TestSpread : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void minDomains() {
        Zones bench;
        bench.place(worker("p", rule(R"(,"minDomains":2)")));
        QCOMPARE(bench.feasible(), std::string("a b"));
        bench.add(on(worker("w1"), "a"));
        bench.add(on(worker("w2"), "b"));
        bench.place(worker("p", rule(R"(,"minDomains":2)")));
        QCOMPARE(bench.feasible(), std::string("a b"));
        // A third zone is wanted: until there is one, the least is taken to be none at all.
        bench.place(worker("p", rule(R"(,"minDomains":3)")));
        QCOMPARE(bench.feasible(), std::string());
        bench.add(node("c", "{}", R"({"topology.kubernetes.io/zone":"c"})"));
        QVERIFY(bench.place(worker("p", rule(R"(,"minDomains":3)"))).node);
        QCOMPARE(bench.decision.chosen, std::string("c"));
    }

    void nodesThatDoNotTakePart_data() {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QString>("spec"); ///< of node b
        QTest::addColumn<QString>("feasible");
        const QString tainted = R"({"taints":[{"key":"k","effect":"NoSchedule"}]})";
        // There is a worker in a. Where b counts as the emptier zone, a is refused.
        QTest::newRow("taints ignored") << "" << tainted << "";
        QTest::newRow("taints honoured") << R"(,"nodeTaintsPolicy":"Honor")" << tainted << "a";
        QTest::newRow("choice honoured") << ""
                                         << "only-a"
                                         << "a";
        QTest::newRow("choice ignored") << R"(,"nodeAffinityPolicy":"Ignore")"
                                        << "only-a"
                                        << "";
    }
    void nodesThatDoNotTakePart() {
        QFETCH(QString, rest);
        QFETCH(QString, spec);
        QFETCH(QString, feasible);
        Zones bench;
        bench.add(on(worker("w1"), "a"));
        auto next = worker("p", rule(rest.toStdString()));
        if (spec == "only-a") {
            (*next.mutable_spec()->mutable_nodeselector())[zone] = "a";
        } else {
            bench.add(node("b", spec.toStdString(), R"({"topology.kubernetes.io/zone":"b"})"));
        }
        bench.place(next);
        QCOMPARE(QString::fromStdString(bench.feasible()), feasible);
    }

    void generationsBySelfAndKeys() {
        Zones bench;
        bench.add(on(worker("old1", "{}", R"({"app":"w","rev":"1"})"), "a"));
        bench.add(on(worker("old2", "{}", R"({"app":"w","rev":"1"})"), "a"));
        const auto next = worker("p", rule(R"(,"matchLabelKeys":["rev"])"), R"({"app":"w","rev":"2"})");
        bench.place(next);
        QCOMPARE(bench.feasible(), std::string("a b"));
        bench.place(worker("p", rule(""), R"({"app":"w","rev":"2"})"));
        QCOMPARE(bench.feasible(), std::string("b"));
    }

    void aPodThatDoesNotCountItself() {
        Zones bench;
        bench.add(on(worker("w1"), "a"));
        bench.place(pod("p", "{}", rule("")));
        QCOMPARE(bench.feasible(), std::string("a b"));
        bench.add(on(worker("w2"), "a"));
        bench.place(pod("p", "{}", rule("")));
        QCOMPARE(bench.feasible(), std::string("b"));
    }

    void podsBeingDeletedDoNotCount() {
        Zones bench;
        auto leaving = on(worker("w1"), "a");
        leaving.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1);
        bench.add(leaving);
        bench.place(worker("p", rule("")));
        QCOMPARE(bench.feasible(), std::string("a b"));
    }

    void softRulesRank() {
        Zones bench;
        bench.add(on(worker("w1"), "a"));
        bench.place(worker("p", rule("", "ScheduleAnyway")));
        QCOMPARE(bench.feasible(), std::string("a b none"));
        QCOMPARE(bench.score("b", "PodTopologySpread"), 100);
        QCOMPARE(bench.score("a", "PodTopologySpread"), 0);
        QCOMPARE(bench.score("none", "PodTopologySpread"), 0);
    }

    void whoBelongsTogether() {
        Zones bench;
        const auto next = worker("p");
        // Nothing selects the pod: there is nobody to be spread among.
        bench.add(on(worker("w1"), "a"));
        bench.place(next);
        QCOMPARE(bench.score("a", "PodTopologySpread"), 0);
        QCOMPARE(bench.score("b", "PodTopologySpread"), 0);
        // A service does: the emptier the better, over hosts and zones.
        bench.addCompanions(service("s", R"({"app":"w"})"));
        bench.place(next);
        QCOMPARE(bench.score("none", "PodTopologySpread"), 100);
        QCOMPARE(bench.score("b", "PodTopologySpread"), 55);
        QCOMPARE(bench.score("a", "PodTopologySpread"), 22);
        // One that selects others does not.
        Zones others;
        others.add(on(worker("w1"), "a"));
        others.addCompanions(service("s", R"({"app":"x"})"));
        others.place(next);
        QCOMPARE(others.score("b", "PodTopologySpread"), 0);
    }

    void serviceAndControllerTogether() {
        Zones bench;
        bench.addCompanions(service("s", R"({"app":"w"})"));
        bench.addCompanions(replicaSet("rs", R"({"rev":"2"})"));
        bench.add(on(worker("old", "{}", R"({"app":"w","rev":"1"})"), "a"));
        const auto next = ownedBy(worker("p", "{}", R"({"app":"w","rev":"2"})"), "rs");
        bench.place(next);
        QCOMPARE(bench.score("a", "PodTopologySpread"), bench.score("b", "PodTopologySpread"));
        bench.add(on(worker("new", "{}", R"({"app":"w","rev":"2"})"), "a"));
        bench.place(next);
        QVERIFY(bench.score("a", "PodTopologySpread") < bench.score("b", "PodTopologySpread"));
    }

    void theProfilesOwnRules() {
        Profile profile = Profile::standard();
        profile.arguments.systemSpread = false;
        auto& constraint = profile.arguments.defaultConstraints.emplace_back();
        constraint.set_maxskew(1);
        constraint.set_topologykey(zone);
        constraint.set_whenunsatisfiable("DoNotSchedule");
        Zones bench(profile);
        bench.addCompanions(service("s", R"({"app":"w"})"));
        bench.add(on(worker("w1"), "a"));
        bench.place(worker("p"));
        QCOMPARE(bench.feasible(), std::string("b"));
        // A pod with rules of its own is not under the profile's.
        bench.place(worker("q", rule("", "ScheduleAnyway", "kubernetes.io/hostname")));
        QCOMPARE(bench.feasible(), std::string("a b none"));
        // Nor one nothing selects.
        bench.place(pod("r"));
        QCOMPARE(bench.feasible(), std::string("a b none"));
    }

    void imagesDraw() {
        Bench bench;
        for (const char* name : {"has", "lacks"}) {
            auto made = node(name);
            if (std::string(name) == "has") {
                auto& image = *made.mutable_status()->add_images();
                image.add_names("registry/app:latest");
                image.set_sizebytes(1023LL << 20);
            }
            bench.add(made);
        }
        auto next = pod("p");
        next.mutable_spec()->mutable_containers(0)->set_image("registry/app");
        bench.place(next);
        // Half of the nodes have it: half of its size counts, from 23 to 1000 MiB.
        QCOMPARE(bench.score("has", "ImageLocality"), 50);
        QCOMPARE(bench.score("lacks", "ImageLocality"), 0);
        auto other = node("lacks");
        auto& image = *other.mutable_status()->add_images();
        image.add_names("registry/app:latest");
        image.set_sizebytes(1023LL << 20);
        bench.add(other);
        bench.place(next);
        QCOMPARE(bench.score("lacks", "ImageLocality"), 100);
        bench.cache.removeNode("has");
        bench.place(next);
        QCOMPARE(bench.score("lacks", "ImageLocality"), 100);
    }
};

QTEST_GUILESS_MAIN(TestSpread)
#include "test_scheduler_spread.moc"
