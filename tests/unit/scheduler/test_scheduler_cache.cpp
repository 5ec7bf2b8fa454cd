#include "builders.h"
#include "decision_log.h"

#include <set>

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

class TestCache : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void assumedPodsTakeRoomOnce() {
        Bench bench;
        bench.add(node("n"));
        const auto waiting = bench.info(pod("p", R"({"cpu":"3"})"));
        const Slot slot = bench.cache.live().front();
        bench.cache.assume(waiting, slot);
        QCOMPARE(bench.cache.node(slot).requested.milliCpu, 3000);
        QVERIFY(bench.cache.isAssumed(waiting->uid));
        // The watch confirms: no second helping.
        bench.add(on(pod("p", R"({"cpu":"3"})"), "n"));
        QCOMPARE(bench.cache.node(slot).requested.milliCpu, 3000);
        QCOMPARE(bench.cache.node(slot).pods.size(), std::size_t(1));
        QVERIFY(!bench.cache.isAssumed(waiting->uid));
        QCOMPARE(bench.cache.forget(waiting->uid).what, Events(0));
        QCOMPARE(bench.cache.removePod(waiting->uid).what, Events(events::podRemoved));
        QCOMPARE(bench.cache.node(slot).requested.milliCpu, 0);
        QCOMPARE(bench.cache.node(slot).requested.pods, 0);
    }

    void forgettingGivesTheRoomBack() {
        Bench bench;
        bench.add(node("n"));
        const auto waiting = bench.info(pod("p", R"({"cpu":"3"})"));
        bench.cache.assume(waiting, bench.cache.live().front());
        QCOMPARE(bench.cache.forget(waiting->uid).what, Events(events::podRemoved));
        QCOMPARE(bench.cache.node(bench.cache.live().front()).requested.milliCpu, 0);
    }

    void changesOfNodesAreTold_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("labels");
        QTest::addColumn<QString>("allocatable");
        QTest::addColumn<unsigned>("expected");
        const QString room = R"({"cpu":"4","memory":"8Gi","pods":"110"})";
        QTest::newRow("nothing") << "{}"
                                 << "{}" << room << 0U;
        QTest::newRow("room") << "{}"
                              << "{}"
                              << R"({"cpu":"8","memory":"8Gi","pods":"110"})" << events::nodeRoom;
        QTest::newRow("device") << "{}"
                                << "{}"
                                << R"({"cpu":"4","memory":"8Gi","pods":"110","x.io/y":"1"})"
                                << events::nodeRoom;
        QTest::newRow("labels") << "{}"
                                << R"({"a":"b"})" << room << events::nodeLabels;
        QTest::newRow("taints") << R"({"taints":[{"key":"k","effect":"NoSchedule"}]})"
                                << "{}" << room << events::nodeTaints;
        QTest::newRow("cordon") << R"({"unschedulable":true})"
                                << "{}" << room << events::nodeSchedulable;
    }
    void changesOfNodesAreTold() {
        QFETCH(QString, spec);
        QFETCH(QString, labels);
        QFETCH(QString, allocatable);
        QFETCH(unsigned, expected);
        Bench bench;
        QVERIFY((bench.cache.putNode(api::Object::of(node("n"))).what & events::nodeAdded) != 0);
        const auto changed = node("n", spec.toStdString(), labels.toStdString(), allocatable.toStdString());
        QCOMPARE(bench.cache.putNode(api::Object::of(changed)).what, Events(expected));
    }

    void podsMayComeBeforeTheirNode() {
        Bench bench;
        bench.add(on(pod("p", R"({"cpu":"3"})"), "n"));
        QVERIFY(bench.cache.live().empty());
        bench.add(node("n"));
        QCOMPARE(bench.cache.node(bench.cache.live().front()).requested.milliCpu, 3000);
        // And stay when it goes, until they go too; then the slot is free for another.
        bench.cache.removeNode("n");
        QVERIFY(bench.cache.live().empty());
        bench.add(node("n"));
        QCOMPARE(bench.cache.node(bench.cache.live().front()).requested.milliCpu, 3000);
        bench.cache.removeNode("n");
        bench.cache.removePod(Uid("pod-p"));
        bench.add(node("m"));
        QCOMPARE(bench.cache.nodes().size(), std::size_t(1));
        QCOMPARE(bench.cache.node(0).requested.milliCpu, 0);
        QCOMPARE(bench.cache.node(0).name, std::string("m"));
    }

    void countsAndTopologyStayUpToDate() {
        Bench bench;
        bench.add(node("a", "{}", R"({"zone":"x"})"));
        bench.add(on(pod("w1", "{}", "{}", R"({"app":"w"})"), "a"));
        const auto workers = [](const std::string& nameSpace) {
            return std::vector{podsOf(nameSpace, api::LabelSelector::equalTo({{"app", "w"}}))};
        };
        const auto& counts = bench.cache.tallies.matching(workers("default"), true).bySlot;
        const auto& byZone = bench.cache.tallies.matchingBy(workers("default"), "zone");
        const auto zones = bench.cache.topology("zone");
        QCOMPARE(counts, std::vector<std::int32_t>({1}));
        bench.add(node("b", "{}", R"({"zone":"y"})"));
        bench.add(on(pod("w2", "{}", "{}", R"({"app":"w"})"), "b"));
        bench.add(on(pod("other", "{}", "{}", R"({"app":"o"})"), "b"));
        QCOMPARE(counts, std::vector<std::int32_t>({1, 1}));
        QCOMPARE(byZone.byValue, std::vector<std::int64_t>({1, 1}));
        QCOMPARE(zones->valueOf, std::vector<std::int32_t>({0, 1}));
        bench.cache.removePod(Uid("pod-w1"));
        bench.add(node("a", "{}", R"({"zone":"y"})"));
        QCOMPARE(counts, std::vector<std::int32_t>({0, 1}));
        QCOMPARE(zones->valueOf, std::vector<std::int32_t>({1, 1}));
        QCOMPARE(byZone.byValue, std::vector<std::int64_t>({0, 1}));
        bench.add(node("b", "{}", R"({"zone":"x"})"));
        QCOMPARE(byZone.byValue, std::vector<std::int64_t>({1, 0}));
        bench.add(node("b"));
        QCOMPARE(byZone.total, std::int64_t(0));
        QCOMPARE(bench.cache.tallies.matching(workers("elsewhere"), true).bySlot,
                 std::vector<std::int32_t>({0, 0}));
    }

    void aPodBeingDeletedCountsForSomeOnly() {
        Bench bench;
        bench.add(node("a"));
        const std::vector workers{podsOf("default", api::LabelSelector::equalTo({{"app", "w"}}))};
        auto leaving = on(pod("w", "{}", "{}", R"({"app":"w"})"), "a");
        bench.add(leaving);
        const auto& staying = bench.cache.tallies.matching(workers, true).bySlot;
        const auto& all = bench.cache.tallies.matching(workers, false).bySlot;
        QCOMPARE(staying[0], 1);
        leaving.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1);
        bench.add(leaving);
        QCOMPARE(staying[0], 0);
        QCOMPARE(all[0], 1);
    }

    void podsAlikeShareTheirShape() {
        Bench bench;
        const auto a = bench.info(pod("a", R"({"cpu":"1"})"));
        const auto b = bench.info(pod("b", R"({"cpu":"1"})"));
        QVERIFY(a->shape == b->shape);
        QVERIFY(a->shape != bench.info(pod("c", R"({"cpu":"2"})"))->shape);
        QVERIFY(a->shape != bench.info(pod("d", R"({"cpu":"1"})", "{}", R"({"a":"b"})"))->shape);
        QVERIFY(a->shape != bench.info(pod("e", R"({"cpu":"1"})", R"({"priority":1})"))->shape);
        // Where it runs and how it does are no part of it.
        auto running = on(pod("f", R"({"cpu":"1"})"), "n");
        running.mutable_status()->set_phase("Running");
        QVERIFY(a->shape == bench.info(running)->shape);
    }

    void theJournalTellsWhatChanged() {
        Bench bench;
        bench.add(node("a"));
        bench.add(node("b"));
        const std::uint64_t epoch = bench.cache.epoch();
        const std::uint64_t mark = bench.cache.mark();
        const auto changed = [&] {
            std::vector<Slot> found;
            return bench.cache.changedSince(mark, found) ? std::set<Slot>(found.begin(), found.end())
                                                         : std::set<Slot>{99};
        };
        QCOMPARE(changed(), std::set<Slot>{});
        bench.add(on(pod("p"), "b"));
        QCOMPARE(changed(), std::set<Slot>{1});
        QCOMPARE(bench.cache.epoch(), epoch);
        bench.add(node("a", "{}", R"({"x":"y"})"));
        QVERIFY(bench.cache.epoch() != epoch);
        // What is too long ago cannot be told any more.
        const auto moving = bench.info(on(pod("p"), "b"));
        for (int i = 0; i < 40'000; ++i) {
            bench.cache.removePod(moving->uid);
            bench.cache.putPod(moving);
        }
        QCOMPARE(changed(), (std::set<Slot>{99}));
    }

    void aDecisionComesOutOfTheLogAsItWasPutIn() {
        DecisionRecord in;
        in.head.pod = Uid("a");
        in.head.attempt = 7;
        in.head.at = WallTime(std::chrono::seconds(5));
        in.head.chosen = "n1";
        in.head.message = "because";
        in.head.nominated = "n0";
        in.head.preemption = "none needed";
        in.head.candidates = {{1, {"ns/victim"}, 2}};
        in.head.scorers = {{"Same", 3}, {"Own", 2}};
        in.head.times = {{"Same", "Score", std::chrono::microseconds(4)}};
        in.head.nodeNames = std::make_shared<std::vector<std::string>>(std::vector<std::string>{"n0", "n1"});
        in.head.rejections = std::make_shared<std::vector<SchedulingDecision::Rejection>>(1);
        in.columns.live = std::make_shared<std::vector<Slot>>(std::vector<Slot>{0, 1});
        in.columns.verdicts = std::make_shared<std::vector<std::uint32_t>>(2, 0);
        in.columns.scorers.push_back({nullptr, nullptr, 50});
        in.columns.scorers.push_back(
            {std::make_shared<std::vector<std::uint8_t>>(std::vector<std::uint8_t>{1, 9}),
             std::make_shared<std::vector<std::int64_t>>(std::vector<std::int64_t>{10, 90})});
        const SchedulingDecision before = in.expand();
        DecisionLog log(3, 200);
        log.add(in);
        log.add(in);
        QCOMPARE(log.of(Uid("a"))->size(), std::size_t(2));
        const SchedulingDecision& after = log.of(Uid("a"))->back();
        QCOMPARE(after.pod, before.pod);
        QCOMPARE(after.attempt, 7);
        QVERIFY(after.at == before.at);
        QCOMPARE(after.chosen + after.message + after.nominated + after.preemption,
                 std::string("n1becausen0none needed"));
        QCOMPARE(after.candidates.size(), std::size_t(1));
        QCOMPARE(after.candidates[0].victims, std::vector<std::string>{"ns/victim"});
        QCOMPARE(after.candidates[0].budgetsBroken, 2U);
        QCOMPARE(after.scorers.size(), std::size_t(2));
        QCOMPARE(after.scorers[1].plugin, std::string("Own"));
        QCOMPARE(after.times.size(), std::size_t(1));
        QCOMPARE(std::string(after.times[0].plugin), std::string("Same"));
        QVERIFY(after.times[0].time == before.times[0].time);
        QCOMPARE(after.scores, before.scores);
        QCOMPARE(after.scores, (std::vector<std::uint8_t>{50, 1, 50, 9}));
        QCOMPARE(after.rawScores, before.rawScores);
        QCOMPARE(after.nodes[1].total, before.nodes[1].total);
        QCOMPARE(after.nodeNames, before.nodeNames);
    }

    void decisionsAreBounded() {
        DecisionLog log(3, 200);
        const auto decision = [](const char* pod, int attempt, std::size_t nodes) {
            DecisionRecord out;
            out.head.pod = Uid(pod);
            out.head.attempt = attempt;
            out.columns.live = std::make_shared<std::vector<Slot>>(nodes, 0);
            out.columns.verdicts = std::make_shared<std::vector<std::uint32_t>>(1, 1);
            return out;
        };
        for (int i = 1; i <= 5; ++i)
            log.add(decision("a", i, 1));
        QCOMPARE(log.of(Uid("a"))->size(), std::size_t(3));
        QCOMPARE(log.of(Uid("a"))->front().attempt, 3);
        log.add(decision("b", 1, 100));
        QCOMPARE(log.of(Uid("a"))->size(), std::size_t(2));
        QCOMPARE(log.of(Uid("b"))->size(), std::size_t(1));
        log.forget(Uid("a"));
        QVERIFY(log.of(Uid("a")) == nullptr);
        log.add(decision("c", 1, 160));
        QVERIFY(log.of(Uid("b")) == nullptr);
        QVERIFY(log.of(Uid("c")) != nullptr);
    }
};

QTEST_GUILESS_MAIN(TestCache)
#include "test_scheduler_cache.moc"
