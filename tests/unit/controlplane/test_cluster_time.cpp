#include "engine/base/simulation.h"
#include "paced_executor.h"

#include <QtTest>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::controlplane;
using namespace std::chrono_literals;

namespace {

struct Bench {
    SimulatedExecutor real;
    ClusterTime time{real};
    WorkGate gate{real};
    PacedExecutor paced{real, time, &gate};
    std::string story;

    Task note(const std::string& what) {
        return [this, what] { story += what + " "; };
    }
    Work piece(const std::string& what, bool does = true) {
        return [this, what, does] {
            story += what + " ";
            return does;
        };
    }
    /// Cluster time that passes while real time does.
    Duration passes(Duration span) {
        const Instant before = time.now();
        real.advance(span);
        return time.now() - before;
    }
};

bool about(Duration a, Duration b) {
    const auto difference = a > b ? a - b : b - a;
    return difference <= b / 50 + 1ms;
}

} // namespace

/// Time that can be stopped, what waits for it, and the gate before work.
class TestClusterTime : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void goesLikeRealTimeAtFirst() {
        Bench bench;
        QCOMPARE(bench.passes(10s).count(), Duration(10s).count());
        QCOMPARE(bench.time.wallNow().time_since_epoch().count(),
                 bench.real.wallNow().time_since_epoch().count());
    }

    void standsStillAndGoesOn() {
        Bench bench;
        bench.real.advance(1s);
        bench.time.setSpeed(0);
        const WallTime stopped = bench.time.wallNow();
        QCOMPARE(bench.passes(1h).count(), Duration().count());
        QVERIFY(bench.time.wallNow() == stopped);
        bench.time.setSpeed(1);
        QCOMPARE(bench.passes(5s).count(), Duration(5s).count());
        QVERIFY(bench.time.wallNow() == stopped + 5s);
        QVERIFY(bench.real.wallNow() - bench.time.wallNow() == 1h);
    }

    void speeds_data() {
        QTest::addColumn<double>("speed");
        for (const double speed : {0.1, 0.5, 2.0, 10.0, 100.0})
            QTest::newRow(std::to_string(speed).c_str()) << speed;
    }
    void speeds() {
        QFETCH(double, speed);
        Bench bench;
        bench.time.setSpeed(speed);
        const auto expected = Duration(static_cast<std::int64_t>(speed * 3e9));
        QVERIFY(about(bench.passes(3s), expected));
    }

    /// A thread that is stuck does not find that its leases have run out meanwhile.
    void fastTimeWaitsForItsFollowers() {
        SimulatedExecutor real;
        ClusterTime time(real);
        time.follow([] {}); // never says that it keeps up
        time.setSpeed(100);
        const Instant before = time.now();
        real.advance(10s);
        QVERIFY(time.now() - before <= 5s);
        time.setSpeed(1);
        const Instant later = time.now();
        real.advance(1s);
        QCOMPARE((time.now() - later).count(), Duration(1s).count());
    }

    void timersGoByIt() {
        Bench bench;
        bench.paced.postAfter(10s, bench.note("ten"));
        bench.paced.postAfter(5s, bench.note("five"));
        const TimerId never = bench.paced.postAfter(7s, bench.note("never"));
        bench.real.advance(4s);
        bench.time.setSpeed(0);
        bench.real.advance(1h);
        QCOMPARE(bench.story, std::string());
        bench.paced.post(bench.note("posted"));
        bench.paced.postAfter(0s, bench.note("now"));
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("posted now "));
        bench.paced.cancel(never);
        bench.time.setSpeed(1);
        bench.real.advance(1s);
        QCOMPARE(bench.story, std::string("posted now five "));
        bench.time.setSpeed(10);
        bench.real.advance(510ms);
        QCOMPARE(bench.story, std::string("posted now five ten "));
    }

    void timersKeepTheirOrder() {
        Bench bench;
        for (int i = 0; i < 100; ++i)
            bench.paced.postAfter(1s, bench.note(std::to_string(i)));
        bench.real.advance(2s);
        std::string expected;
        for (int i = 0; i < 100; ++i)
            expected += std::to_string(i) + " ";
        QCOMPARE(bench.story, expected);
    }

    void timersOfAboutTheSameTimeWakeItOnce() {
        SimulatedExecutor real;
        ClusterTime time(real);
        PacedExecutor paced(real, time, nullptr, 4ms);
        std::set<Instant> turns;
        std::string story;
        for (int i = 1; i <= 10; ++i)
            paced.postAfter(i * 1ms, [&, i] {
                turns.insert(real.clock().now());
                QVERIFY(time.now() >= Instant() + i * 1ms);
                QVERIFY(time.now() <= Instant() + i * 1ms + 4ms);
                story += std::to_string(i) + " ";
            });
        real.advance(1s);
        QCOMPARE(story, std::string("1 2 3 4 5 6 7 8 9 10 "));
        QCOMPARE(turns.size(), std::size_t(3));
        // What is far away is as punctual as ever.
        const Instant before = time.now();
        Instant ran;
        paced.postAfter(1s, [&] { ran = time.now(); });
        real.advance(2s);
        QCOMPARE((ran - before).count(), Duration(1s).count());
    }

    void dropsWhatIsLeftAtItsEnd() {
        SimulatedExecutor real;
        ClusterTime time(real);
        bool ran = false;
        {
            PacedExecutor paced(real, time);
            paced.postAfter(1s, [&] { ran = true; });
        }
        real.advance(10s);
        QVERIFY(!ran);
    }

    void theGateHoldsWorkBack() {
        Bench bench;
        bench.paced.postWork("a", bench.piece("open"));
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("open "));
        bench.gate.hold();
        QVERIFY(bench.paced.holdsWork());
        bench.paced.postWork("a", bench.piece("a1"));
        bench.paced.postWork("b", bench.piece("b1"));
        bench.paced.postWork("a", bench.piece("a2"));
        bench.paced.post(bench.note("task"));
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("open task "));
        bench.gate.allow(1, "");
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("open task a1 "));
        bench.gate.allow(1, "a");
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("open task a1 a2 "));
        bench.gate.release();
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("open task a1 a2 b1 "));
        QVERIFY(!bench.paced.holdsWork());
    }

    void workThatDoesNothingIsNotCounted() {
        Bench bench;
        bench.gate.hold();
        std::string pieces;
        bool starved = false;
        bench.gate.setListener(
            {{}, [&](const std::string& who) { pieces += who; }, [&] { starved = true; }, {}});
        bench.paced.postWork("a", bench.piece("idle", false));
        bench.paced.postWork("b", bench.piece("busy"));
        bench.real.advance(1ms);
        bench.gate.allow(1, "");
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("idle busy "));
        QCOMPARE(pieces, std::string("b"));
        QVERIFY(!starved);
        // Nobody is there: whoever comes next goes through, and nobody after it.
        bench.gate.allow(1, "");
        bench.real.advance(1ms);
        QVERIFY(starved);
        bench.paced.postWork("c", bench.piece("c1"));
        bench.paced.postWork("c", bench.piece("c2"));
        bench.real.advance(1ms);
        QCOMPARE(bench.story, std::string("idle busy c1 "));
        QCOMPARE(bench.gate.allowed(), std::int64_t(0));
    }
};

QTEST_GUILESS_MAIN(TestClusterTime)
#include "test_cluster_time.moc"
