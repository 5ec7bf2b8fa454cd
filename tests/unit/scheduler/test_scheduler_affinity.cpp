#include "builders.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {

const char* const aloneText = "node(s) didn't match pod affinity rules";
const char* const crowdedText = "node(s) didn't match pod anti-affinity rules";
const char* const unwelcomeText = "node(s) didn't satisfy existing pods anti-affinity rules";

std::string term(const std::string& key, const std::string& labels, const std::string& rest = "") {
    return R"({"topologyKey":")" + key + R"(","labelSelector":{"matchLabels":)" + labels + "}" + rest + "}";
}

std::string required(const char* kind, const std::string& terms) {
    return std::string(R"({"affinity":{")") + kind +
           R"(":{"requiredDuringSchedulingIgnoredDuringExecution":[)" + terms + "]}}}";
}

std::string preferred(const char* kind, int weight, const std::string& term) {
    return std::string(R"({"affinity":{")") + kind +
           R"(":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":)" + std::to_string(weight) +
           R"(,"podAffinityTerm":)" + term + "}]}}}";
}

core::Pod inNamespace(core::Pod pod, const std::string& nameSpace) {
    pod.mutable_metadata()->set_namespace_(nameSpace);
    pod.mutable_metadata()->set_uid(nameSpace + "/" + pod.metadata().name());
    return pod;
}

core::Namespace nameSpace(const std::string& name, const std::string& labels) {
    return fromJson<core::Namespace>(R"({"metadata":{"name":")" + name + R"(","labels":)" + labels + "}}");
}

/// Nodes a1, a2 in zone a; b1 in zone b; none without a zone.
struct Zones : Bench {
    explicit Zones(Profile profile = Profile::standard()) : Bench(std::move(profile)) {
        add(node("a1", "{}", R"({"zone":"a"})"));
        add(node("a2", "{}", R"({"zone":"a"})"));
        add(node("b1", "{}", R"({"zone":"b"})"));
        add(node("none"));
    }
    /// The refusals of the four nodes, shortened.
    std::string refusals() const {
        std::string out;
        for (const char* name : {"a1", "a2", "b1", "none"}) {
            const std::string text = refusal(name);
            out += text.empty() ? "." : text == aloneText ? "n" : text == crowdedText ? "f" : "e";
            QTEST_ASSERT(text.empty() || text == aloneText || text == crowdedText || text == unwelcomeText);
        }
        return out;
    }
};

} // namespace

class TestAffinity : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void near() {
        Zones bench;
        const auto next = pod("p", "{}", required("podAffinity", term("zone", R"({"app":"db"})")));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("nnnn"));
        bench.add(on(pod("db", "{}", "{}", R"({"app":"db"})"), "a1"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("..nn"));
        QVERIFY(bench.decision.chosen == "a1" || bench.decision.chosen == "a2");
        bench.cache.removePod(Uid("pod-db"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("nnnn"));
    }

    void theFirstOfAGroupGoesAnywhereLabelled() {
        Zones bench;
        const auto spec = required("podAffinity", term("zone", R"({"app":"db"})"));
        bench.place(pod("p", "{}", spec, R"({"app":"db"})"));
        QCOMPARE(bench.refusals(), std::string("...n"));
        bench.add(on(pod("p0", "{}", spec, R"({"app":"db"})"), "b1"));
        bench.place(pod("p", "{}", spec, R"({"app":"db"})"));
        QCOMPARE(bench.refusals(), std::string("nn.n"));
    }

    void companyMustMatchEveryTerm() {
        Zones bench;
        const auto spec = required("podAffinity", term("zone", R"({"app":"db"})") + "," +
                                                      term("kubernetes.io/hostname", R"({"tier":"back"})"));
        bench.add(on(pod("half", "{}", "{}", R"({"app":"db"})"), "a1"));
        bench.add(on(pod("other", "{}", "{}", R"({"tier":"back"})"), "a1"));
        bench.place(pod("p", "{}", spec));
        QCOMPARE(bench.refusals(), std::string("nnnn"));
        bench.add(on(pod("whole", "{}", "{}", R"({"app":"db","tier":"back"})"), "a2"));
        bench.place(pod("p", "{}", spec));
        QCOMPARE(bench.refusals(), std::string("n.nn"));
    }

    void far() {
        Zones bench;
        const auto next = pod("p", "{}", required("podAntiAffinity", term("zone", R"({"app":"x"})")));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("...."));
        bench.add(on(pod("x", "{}", "{}", R"({"app":"x"})"), "a1"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("ff.."));
        // On a node in no zone there is nobody to keep away from.
        bench.add(on(pod("x2", "{}", "{}", R"({"app":"x"})"), "none"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("ff.."));
    }

    void placedPodsKeepOthersOff() {
        Zones bench;
        bench.add(on(pod("loner", "{}", required("podAntiAffinity", term("zone", R"({"app":"x"})"))), "b1"));
        const auto next = pod("p", "{}", "{}", R"({"app":"x"})");
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("..e."));
        bench.place(pod("q", "{}", "{}", R"({"app":"y"})"));
        QCOMPARE(bench.refusals(), std::string("...."));
        bench.cache.removePod(Uid("pod-loner"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("...."));
    }

    void relabelledNodesMoveTheirPods() {
        Zones bench;
        bench.add(on(pod("x", "{}", "{}", R"({"app":"x"})"), "a1"));
        const auto next = pod("p", "{}", required("podAntiAffinity", term("zone", R"({"app":"x"})")));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("ff.."));
        bench.add(node("a1", "{}", R"({"zone":"b"})"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("f.f."));
        bench.add(node("a1"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("...."));
    }

    void namespaces_data() {
        QTest::addColumn<QString>("rest");
        QTest::addColumn<QString>("refusals");
        QTest::newRow("its own") << ""
                                 << "ff..";
        QTest::newRow("named") << R"(,"namespaces":["other"])"
                               << "..f.";
        QTest::newRow("by label") << R"(,"namespaceSelector":{"matchLabels":{"team":"t"}})"
                                  << "..f.";
        QTest::newRow("by label, none") << R"(,"namespaceSelector":{"matchLabels":{"team":"u"}})"
                                        << "....";
        QTest::newRow("every") << R"(,"namespaceSelector":{})"
                               << "fff.";
        QTest::newRow("named and by label")
            << R"(,"namespaces":["default"],"namespaceSelector":{"matchLabels":{"team":"t"}})"
            << "fff.";
    }
    void namespaces() {
        QFETCH(QString, rest);
        QFETCH(QString, refusals);
        Zones bench;
        bench.add(nameSpace("default", "{}"));
        bench.add(nameSpace("other", R"({"team":"t"})"));
        bench.add(on(pod("x", "{}", "{}", R"({"app":"x"})"), "a1"));
        bench.add(on(inNamespace(pod("x", "{}", "{}", R"({"app":"x"})"), "other"), "b1"));
        const auto next =
            pod("p", "{}", required("podAntiAffinity", term("zone", R"({"app":"x"})", rest.toStdString())));
        bench.place(next);
        QCOMPARE(QString::fromStdString(bench.refusals()), refusals);
    }

    void aNamespaceMayChangeItsLabels() {
        Zones bench;
        bench.add(nameSpace("other", R"({"team":"u"})"));
        bench.add(on(inNamespace(pod("x", "{}", "{}", R"({"app":"x"})"), "other"), "b1"));
        const auto next =
            pod("p", "{}",
                required("podAntiAffinity", term("zone", R"({"app":"x"})",
                                                 R"(,"namespaceSelector":{"matchLabels":{"team":"t"}})")));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("...."));
        bench.add(nameSpace("other", R"({"team":"t"})"));
        bench.place(next);
        QCOMPARE(bench.refusals(), std::string("..f."));
    }

    void generationsByLabelKeys() {
        Zones bench;
        bench.add(on(pod("old", "{}", "{}", R"({"app":"x","rev":"1"})"), "a1"));
        bench.add(on(pod("new", "{}", "{}", R"({"app":"x","rev":"2"})"), "b1"));
        const auto with = [](const std::string& keys) {
            const std::string generation = ",\"" + keys + "\":[\"rev\"]";
            return pod("p", "{}", required("podAntiAffinity", term("zone", R"({"app":"x"})", generation)),
                       R"({"app":"x","rev":"2"})");
        };
        bench.place(with("matchLabelKeys"));
        QCOMPARE(bench.refusals(), std::string("..f."));
        bench.place(with("mismatchLabelKeys"));
        QCOMPARE(bench.refusals(), std::string("ff.."));
    }

    void preferences() {
        Zones bench;
        bench.add(on(pod("x1", "{}", "{}", R"({"app":"x"})"), "a1"));
        bench.add(on(pod("x2", "{}", "{}", R"({"app":"x"})"), "a2"));
        bench.add(on(pod("x3", "{}", "{}", R"({"app":"x"})"), "b1"));
        bench.place(pod("p", "{}", preferred("podAffinity", 10, term("zone", R"({"app":"x"})"))));
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 100);
        QCOMPARE(bench.score("b1", "InterPodAffinity"), 50);
        QCOMPARE(bench.score("none", "InterPodAffinity"), 0);
        bench.place(pod("p", "{}", preferred("podAntiAffinity", 10, term("zone", R"({"app":"x"})"))));
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 0);
        QCOMPARE(bench.score("b1", "InterPodAffinity"), 50);
        QCOMPARE(bench.score("none", "InterPodAffinity"), 100);
    }

    void preferencesOfPlacedPods() {
        Zones bench;
        const auto next = pod("p", "{}", "{}", R"({"app":"x"})");
        bench.place(next);
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 0);
        bench.add(on(pod("fan", "{}", preferred("podAffinity", 40, term("zone", R"({"app":"x"})"))), "a1"));
        bench.add(
            on(pod("foe", "{}", preferred("podAntiAffinity", 20, term("zone", R"({"app":"x"})"))), "b1"));
        bench.place(next);
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 100);
        QCOMPARE(bench.score("a2", "InterPodAffinity"), 100);
        QCOMPARE(bench.score("none", "InterPodAffinity"), 33);
        QCOMPARE(bench.score("b1", "InterPodAffinity"), 0);
        bench.cache.removePod(Uid("pod-fan"));
        bench.cache.removePod(Uid("pod-foe"));
        bench.place(next);
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 0);
        // A required term of a placed pod counts a little too.
        bench.add(on(pod("needs", "{}", required("podAffinity", term("zone", R"({"app":"x"})"))), "b1"));
        bench.place(next);
        QCOMPARE(bench.score("b1", "InterPodAffinity"), 100);
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 0);
    }

    void othersPreferencesMayBeIgnored() {
        Profile profile = Profile::standard();
        profile.arguments.ignorePreferredTermsOfExistingPods = true;
        Zones bench(profile);
        bench.add(on(pod("fan", "{}", preferred("podAffinity", 40, term("zone", R"({"app":"x"})"))), "a1"));
        bench.place(pod("p", "{}", "{}", R"({"app":"x"})"));
        QCOMPARE(bench.score("a1", "InterPodAffinity"), 0);
    }

    void whoIsWoken_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("labels");
        QTest::addColumn<bool>("removed");
        QTest::addColumn<QString>("otherSpec");
        QTest::addColumn<QString>("otherLabels");
        QTest::addColumn<bool>("woken");
        const auto near = QString::fromStdString(required("podAffinity", term("zone", R"({"app":"x"})")));
        const auto far = QString::fromStdString(required("podAntiAffinity", term("zone", R"({"app":"x"})")));
        const QString x = R"({"app":"x"})";
        const QString y = R"({"app":"y"})";
        QTest::newRow("company came") << near << y << false << "{}" << x << true;
        QTest::newRow("a stranger came") << near << y << false << "{}" << y << false;
        QTest::newRow("a rival left") << far << y << true << "{}" << x << true;
        QTest::newRow("a stranger left") << far << y << true << "{}" << y << false;
        QTest::newRow("a rival came") << far << y << false << "{}" << x << false;
        QTest::newRow("who kept it off left") << "{}" << x << true << far << y << true;
        QTest::newRow("who kept others off left") << "{}" << y << true << far << y << false;
    }
    void whoIsWoken() {
        QFETCH(QString, spec);
        QFETCH(QString, labels);
        QFETCH(bool, removed);
        QFETCH(QString, otherSpec);
        QFETCH(QString, otherLabels);
        QFETCH(bool, woken);
        Zones bench;
        const auto waiting = bench.info(pod("p", "{}", spec.toStdString(), labels.toStdString()));
        const auto other =
            bench.info(on(pod("o", "{}", otherSpec.toStdString(), otherLabels.toStdString()), "a1"));
        const Happening happening{removed ? events::podRemoved : events::podPlaced, other, nullptr, 0};
        const PluginSet plugins(Profile::standard());
        for (const auto& filter : plugins.filters) {
            if (filter->name() != "InterPodAffinity") continue;
            QCOMPARE(filter->helps(happening, *waiting->shape, bench.cache), woken);
            return;
        }
        QFAIL("no such filter");
    }
};

QTEST_GUILESS_MAIN(TestAffinity)
#include "test_scheduler_affinity.moc"
