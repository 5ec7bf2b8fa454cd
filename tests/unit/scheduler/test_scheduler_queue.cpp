#include "builders.h"
#include "plugin_set.h"
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

  private Q_SLOTS:
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

    void changesOfItsOwn_data() {
        QTest::addColumn<QString>("refusedBy");
        QTest::addColumn<QString>("change");
        QTest::addColumn<bool>("tried");
        // What Kubernetes' plug-ins are registered for.
        const std::map<std::string, std::string> helpedBy = {{"NodeUnschedulable", "tolerations"},
                                                             {"TaintToleration", "tolerations"},
                                                             {"NodeResourcesFit", "less"},
                                                             {"PodTopologySpread", "labels"},
                                                             {"InterPodAffinity", "labels"},
                                                             {"NodeAffinity", ""},
                                                             {"NodePorts", ""},
                                                             {"VolumeBinding", ""}};
        for (const auto& [plugin, helps] : helpedBy) {
            for (const char* change : {"tolerations", "less", "more", "labels", "image"})
                QTest::newRow((plugin + ", " + change).c_str())
                    << QString::fromStdString(plugin) << change << (helps == change);
        }
    }
    void changesOfItsOwn() {
        QFETCH(QString, refusedBy);
        QFETCH(QString, change);
        QFETCH(bool, tried);
        const PluginSet plugins(Profile::standard());
        const auto filter =
            std::find_if(plugins.filters.begin(), plugins.filters.end(),
                         [&](const auto& each) { return each->name() == refusedBy.toStdString(); });
        QVERIFY(filter != plugins.filters.end());
        Queue queue = made();
        queue.unschedulable(info(pod("p", R"({"cpu":"2"})")), 1, {(*filter)->helpedBy(), {filter->get()}},
                            at(0s));
        core::Pod now = pod("p",
                            change == "less"   ? R"({"cpu":"1"})"
                            : change == "more" ? R"({"cpu":"3"})"
                                               : R"({"cpu":"2"})",
                            change == "tolerations" ? R"({"tolerations":[{"operator":"Exists"}]})" : "{}",
                            change == "labels" ? R"({"a":"b"})" : "{}");
        if (change == "image") now.mutable_spec()->mutable_containers(0)->set_image("other:1");
        queue.put(info(now), at(10s));
        QCOMPARE(next(queue), std::string(tried ? "p" : ""));
    }

    /// Nobody is active: who was helped need not sit out its back-off; of one second the most important
    /// first.
    void idleTimeIsUsed() {
        Queue queue = made();
        for (const auto& [name, priority, attempts] :
             {std::tuple{"later", 100, 3}, std::tuple{"low", 0, 1}, std::tuple{"high", 5, 1}})
            queue.unschedulable(plain(name, priority), attempts, {events::podRemoved, {}}, at(0s));
        queue.backOff(plain("failed", 1000), 1, at(0s));
        QVERIFY(!queue.ready());
        queue.wake(happening(events::podRemoved), cache_, at(100ms));
        queue.put(plain("new"), at(100ms));
        for (const char* expected : {"new", "high", "low", "later", ""})
            QCOMPARE(next(queue), std::string(expected));
        // An error is sat out.
        QVERIFY(!queue.ready());
        QCOMPARE(queue.backOffSize(), std::size_t(1));
        queue.flush(at(1s));
        QCOMPARE(next(queue), std::string("failed"));
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
