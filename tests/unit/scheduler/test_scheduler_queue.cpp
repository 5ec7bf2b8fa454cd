#include "builders.h"
#include "queue.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;
using namespace std::chrono_literals;

class TestQueue : public QObject {
    Q_OBJECT

    ClusterCache cache_;
    PodInfoPtr info(const core::Pod& pod) { return PodInfo::of(api::Object::of(pod), cache_.shapes); }
    static Happening happening(Events what) { return {what, nullptr, nullptr, std::nullopt}; }
    PodInfoPtr plain(const std::string& name, int priority = 0) {
        auto made = pod(name);
        made.mutable_spec()->set_priority(priority);
        return info(made);
    }
    static std::string next(Queue& queue) {
        const auto popped = queue.pop();
        return popped ? popped->pod->name() : "";
    }
    static Instant at(Duration time) { return Instant(time); }
    static Queue made() { return Queue({1s, 10s, 300s}); }

  private slots:
    void priorityThenTime() {
        Queue queue = made();
        queue.put(plain("late"), at(2s));
        queue.put(plain("early"), at(1s));
        queue.put(plain("vip", 10), at(3s));
        queue.put(plain("early2"), at(1s));
        QCOMPARE(next(queue), std::string("vip"));
        QCOMPARE(next(queue), std::string("early"));
        QCOMPARE(next(queue), std::string("early2"));
        QCOMPARE(next(queue), std::string("late"));
        QCOMPARE(next(queue), std::string());
    }

    void backOffDoublesUpToTen_data() {
        QTest::addColumn<int>("attempts");
        QTest::addColumn<int>("seconds");
        QTest::newRow("first") << 1 << 1;
        QTest::newRow("second") << 2 << 2;
        QTest::newRow("fourth") << 4 << 8;
        QTest::newRow("fifth") << 5 << 10;
        QTest::newRow("hundredth") << 100 << 10;
    }
    void backOffDoublesUpToTen() {
        QFETCH(int, attempts);
        QFETCH(int, seconds);
        Queue queue = made();
        queue.backOff(plain("p"), attempts, at(0s));
        QCOMPARE(*queue.flush(at(0s)), at(std::chrono::seconds(seconds)));
        queue.flush(at(std::chrono::seconds(seconds) - 1ns));
        QCOMPARE(queue.activeSize(), std::size_t(0));
        queue.flush(at(std::chrono::seconds(seconds)));
        const auto popped = queue.pop();
        QVERIFY(popped);
        QCOMPARE(popped->attempts, attempts);
    }

    void onlyWhatHelpsWakes() {
        Queue queue = made();
        queue.unschedulable(plain("p"), 1, {events::podRemoved, {}}, at(0s));
        queue.wake(happening(events::nodeLabels | events::podPlaced), cache_, at(5s));
        QCOMPARE(queue.unschedulableSize(), std::size_t(1));
        queue.wake(happening(events::podRemoved), cache_, at(5s));
        QCOMPARE(next(queue), std::string("p"));
    }

    void wokenWithinItsBackOffItStillWaits() {
        Queue queue = made();
        queue.unschedulable(plain("p"), 1, {events::podRemoved, {}}, at(0s));
        queue.wake(happening(events::podRemoved), cache_, at(500ms));
        QCOMPARE(queue.activeSize(), std::size_t(0));
        QCOMPARE(queue.backOffSize(), std::size_t(1));
        queue.flush(at(1s));
        QCOMPARE(next(queue), std::string("p"));
    }

    void patienceEnds() {
        Queue queue = made();
        queue.unschedulable(plain("p"), 1, {}, at(0s));
        QCOMPARE(*queue.flush(at(299s)), at(300s));
        queue.flush(at(300s));
        QCOMPARE(next(queue), std::string("p"));
    }

    void updates() {
        Queue queue = made();
        queue.unschedulable(info(pod("p")), 1, {}, at(0s));
        auto reported = pod("p");
        auto& condition = *reported.mutable_status()->add_conditions();
        condition.set_type("PodScheduled");
        condition.set_status("False");
        queue.put(info(reported), at(10s));
        QCOMPARE(queue.unschedulableSize(), std::size_t(1));
        queue.put(info(pod("p", "{}", R"({"tolerations":[{"operator":"Exists"}]})")), at(10s));
        QCOMPARE(next(queue), std::string("p"));
    }

    void removedFromAnyPlace() {
        Queue queue = made();
        queue.put(plain("a"), at(0s));
        queue.backOff(plain("b"), 1, at(0s));
        queue.unschedulable(plain("c"), 1, {}, at(0s));
        for (const char* name : {"pod-a", "pod-b", "pod-c"})
            queue.remove(Uid(name));
        QCOMPARE(queue.activeSize() + queue.backOffSize() + queue.unschedulableSize(), std::size_t(0));
        QVERIFY(!queue.flush(at(1000s)));
        QVERIFY(!queue.pop());
    }
};

QTEST_GUILESS_MAIN(TestQueue)
#include "test_scheduler_queue.moc"
