#include "engine/base/simulation.h"
#include "engine/client/work_queue.h"

#include <QTest>
#include <map>

using namespace wheelhouse;
using namespace std::chrono_literals;

class TestQueue : public QObject {
    Q_OBJECT
    SimulatedExecutor executor_;

  private Q_SLOTS:
    void aKeyAddedOftenIsOneKey() {
        int runs = 0;
        client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) {
            ++runs;
            done({});
        });
        for (int i = 0; i < 10; ++i)
            queue.add("a");
        executor_.advance(1s);
        QCOMPARE(runs, 1);
        QVERIFY(queue.pending().empty());
    }

    void aKeyAddedWhileItRunsRunsOnceMoreAndNeverTwiceAtOnce() {
        int running = 0, most = 0, runs = 0;
        std::vector<client::WorkQueue::Done> waiting;
        client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) {
            ++runs;
            most = std::max(most, ++running);
            waiting.push_back(done);
        });
        queue.add("a");
        executor_.advance(1ms);
        queue.add("a");
        queue.add("a");
        executor_.advance(1ms);
        QCOMPARE(runs, 1);
        QVERIFY(queue.pending().front().running);
        --running;
        waiting[0]({});
        executor_.advance(1ms);
        QCOMPARE(runs, 2);
        --running;
        waiting[1]({});
        executor_.advance(1s);
        QCOMPARE(runs, 2);
        QCOMPARE(most, 1);
    }

    void failuresBackOffExponentiallyAndSuccessForgetsThem() {
        std::vector<Instant> at;
        bool broken = true;
        client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) {
            at.push_back(executor_.now());
            done(broken ? Result<void>(fail(Reason::Timeout, "no")) : Result<void>());
        });
        queue.add("a");
        executor_.advance(160ms); // 0, 5, 15, 35, 75, 155
        QCOMPARE(at.size(), std::size_t(6));
        for (int i = 1; i < 6; ++i)
            QCOMPARE((at[i] - at[i - 1]).count(), Duration(5ms * (1 << (i - 1))).count());
        QCOMPARE(queue.pending().front().failures, 6);
        QCOMPARE(queue.pending().front().lastError, std::string("no"));
        broken = false;
        executor_.advance(1s);
        QCOMPARE(at.size(), std::size_t(7));
        QVERIFY(queue.pending().empty());
    }

    void backOffHasALimit() {
        int runs = 0;
        client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) {
            ++runs;
            done(fail(Reason::Timeout, "no"));
        });
        queue.add("a");
        executor_.advance(1h);
        const int before = runs;
        executor_.advance(3h);
        QVERIFY2(runs - before >= 10 && runs - before <= 11, "one try each 1000 s");
    }

    void theEarlierTimeWins() {
        std::vector<Instant> at;
        client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) {
            at.push_back(executor_.now());
            done({});
        });
        const Instant begin = executor_.now();
        queue.addAfter("a", 10s);
        queue.addAfter("a", 2s);
        queue.addAfter("a", 5s);
        executor_.advance(1min);
        QCOMPARE(at.size(), std::size_t(1));
        QCOMPARE((at[0] - begin).count(), Duration(2s).count());
    }

    void onlySoManyRunAtOnce() {
        int running = 0, most = 0;
        std::vector<client::WorkQueue::Done> waiting;
        client::WorkQueue queue(
            "q", executor_,
            [&](const std::string&, auto done) {
                most = std::max(most, ++running);
                waiting.push_back(done);
            },
            2);
        for (const char* key : {"a", "b", "c", "d"})
            queue.add(key);
        for (std::size_t i = 0; i < 4; ++i) {
            executor_.advance(1ms);
            --running;
            waiting[i]({});
        }
        QCOMPARE(most, 2);
        QCOMPARE(waiting.size(), std::size_t(4));
    }

    void anAnswerAfterTheQueueIsGoneIsIgnored() {
        client::WorkQueue::Done kept;
        {
            client::WorkQueue queue("q", executor_, [&](const std::string&, auto done) { kept = done; });
            queue.add("a");
            executor_.advance(1ms);
            queue.addAfter("b", 1s);
        }
        kept({});
        executor_.advance(1min);
        QVERIFY(!executor_.step());
    }
};

QTEST_GUILESS_MAIN(TestQueue)
#include "test_queue.moc"
