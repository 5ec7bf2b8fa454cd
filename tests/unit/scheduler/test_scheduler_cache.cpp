#include "builders.h"
#include "decision_log.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

class TestCache : public QObject {
    Q_OBJECT

  private slots:
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
        QCOMPARE(bench.cache.node(slot).pods, 1U);
        QVERIFY(!bench.cache.isAssumed(waiting->uid));
        QCOMPARE(bench.cache.forget(waiting->uid), Events(0));
        QCOMPARE(bench.cache.removePod(waiting->uid), Events(events::podRemoved));
        QCOMPARE(bench.cache.node(slot).requested.milliCpu, 0);
        QCOMPARE(bench.cache.node(slot).requested.pods, 0);
    }

    void forgettingGivesTheRoomBack() {
        Bench bench;
        bench.add(node("n"));
        const auto waiting = bench.info(pod("p", R"({"cpu":"3"})"));
        bench.cache.assume(waiting, bench.cache.live().front());
        QCOMPARE(bench.cache.forget(waiting->uid), Events(events::podRemoved));
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
        QVERIFY((bench.cache.putNode(api::Object::of(node("n"))) & events::nodeAdded) != 0);
        const auto changed = node("n", spec.toStdString(), labels.toStdString(), allocatable.toStdString());
        QCOMPARE(bench.cache.putNode(api::Object::of(changed)), Events(expected));
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
        const auto selector = api::LabelSelector::equalTo({{"app", "w"}});
        const auto& counts = bench.cache.countMatching("default", selector);
        const auto& zones = bench.cache.topology("zone");
        QCOMPARE(counts, std::vector<std::int32_t>({1}));
        bench.add(node("b", "{}", R"({"zone":"y"})"));
        bench.add(on(pod("w2", "{}", "{}", R"({"app":"w"})"), "b"));
        bench.add(on(pod("other", "{}", "{}", R"({"app":"o"})"), "b"));
        QCOMPARE(counts, std::vector<std::int32_t>({1, 1}));
        QCOMPARE(zones.valueOf, std::vector<std::int32_t>({0, 1}));
        bench.cache.removePod(Uid("pod-w1"));
        bench.add(node("a", "{}", R"({"zone":"y"})"));
        QCOMPARE(counts, std::vector<std::int32_t>({0, 1}));
        QCOMPARE(zones.valueOf, std::vector<std::int32_t>({1, 1}));
        QCOMPARE(bench.cache.countMatching("elsewhere", selector), std::vector<std::int32_t>({0, 0}));
    }

    void decisionsAreBounded() {
        DecisionLog log(3, 200);
        const auto decision = [](const char* pod, int attempt, std::size_t nodes) {
            SchedulingDecision out;
            out.pod = Uid(pod);
            out.attempt = attempt;
            out.nodes.resize(nodes);
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
