// The lab's time and who acts next, as models.
#include "engine/api/groups/clock.h"
#include "engine/api/time.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "ui/models/clock_model.h"
#include "ui/models/next_actions_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>
#include <map>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestClockModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void timeGoesAsTheClockSays();
    void stepsAreCountedOn();
    void countdowns_data();
    void countdowns();
    void nextActionsAgainstNaive();
};

void TestClockModels::timeGoesAsTheClockSays() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    ClockModel model(cluster, executor);
    QSignalSpy changed(&model, &ClockModel::changed);
    const auto now = [&] { return executor.clock().wallNow(); };
    model.start();
    executor.advance(1s);
    QVERIFY(!model.known());
    QVERIFY(model.now() == now());

    api::lab::ClusterClock clock;
    clock.mutable_metadata()->set_name("cluster");
    clock.mutable_status()->set_speed("10");
    const WallTime began = now();
    *clock.mutable_status()->mutable_realtime() = api::toMicroTime(began);
    *clock.mutable_status()->mutable_clustertime() = api::toMicroTime(began + 1h);
    cluster.put(clock);
    executor.advance(3s);
    QCOMPARE(changed.size(), 1);
    QVERIFY(model.known() && !model.paused());
    QCOMPARE(model.speed(), 10.0);
    const auto ahead = model.now() - (began + 1h + 30s);
    QVERIFY(ahead > -1ms && ahead < 1ms);

    clock.mutable_status()->set_paused(true);
    cluster.put(clock);
    executor.advance(3s);
    QVERIFY(model.paused());
    const WallTime stands = model.now();
    executor.advance(1h);
    QVERIFY(model.now() == stands);

    cluster.drop<api::lab::ClusterClock>("cluster");
    executor.advance(1s);
    QVERIFY(!model.known() && !model.paused());
    QVERIFY(model.now() == now());
}

void TestClockModels::stepsAreCountedOn() {
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    api::lab::ClusterClock clock;
    clock.mutable_metadata()->set_name("cluster");
    clock.mutable_spec()->set_steps(7);
    cluster.put(clock);
    ClockModel model(cluster, executor);
    model.start();
    executor.advance(1s);
    QCOMPARE(model.takeStepNumber(), std::int64_t{8});
    QCOMPARE(model.takeStepNumber(), std::int64_t{9}); // asked for before the first was heard of
    clock.mutable_spec()->set_steps(8);
    cluster.put(clock);
    executor.advance(1s);
    QCOMPARE(model.takeStepNumber(), std::int64_t{10});
    clock.mutable_spec()->set_steps(20); // somebody else's
    cluster.put(clock);
    executor.advance(1s);
    QCOMPARE(model.takeStepNumber(), std::int64_t{21});
}

void TestClockModels::countdowns_data() {
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("past") << qint64{-5000} << "now";
    QTest::newRow("now") << qint64{0} << "now";
    QTest::newRow("soon") << qint64{1} << "in 1 s";
    QTest::newRow("seconds") << qint64{59'000} << "in 59 s";
    QTest::newRow("minutes") << qint64{269'000} << "in 4:29";
    QTest::newRow("hours") << qint64{7'500'000} << "in 2 h 5 min";
}

void TestClockModels::countdowns() {
    QFETCH(qint64, milliseconds);
    QFETCH(QString, text);
    QCOMPARE(countdownText(std::chrono::milliseconds(milliseconds)), text);
}

void TestClockModels::nextActionsAgainstNaive() {
    const WallTime zero{};
    NextActionsModel model([zero] { return zero; });
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    SeededRandom random(29);
    std::map<std::string, std::map<std::string, int>> naive;
    for (int round = 0; round < 120; ++round) {
        for (std::uint64_t change = random.below(4); change > 0; --change) {
            const std::string name = "queue-" + std::to_string(random.below(5));
            auto& keys = naive[name];
            keys.clear();
            api::lab::ReconcileQueue queue;
            queue.mutable_metadata()->set_name(name);
            queue.mutable_metadata()->set_uid(name);
            const bool gone = random.below(6) == 0;
            for (std::uint64_t n = gone ? 0 : random.below(70); n > 0; --n) {
                const std::string key = "shop/" + std::to_string(n);
                const int due = static_cast<int>(random.below(100'000));
                keys[key] = due;
                auto& one = *queue.add_keys();
                one.set_key(key);
                one.set_reason(due % 2 == 0 ? "Timer" : "BackOff");
                *one.mutable_due() = api::toMicroTime(zero + std::chrono::milliseconds(due));
            }
            model.queue(gone ? Change::Removed : Change::Modified, api::Object::of(queue));
        }
        model.flush();
        std::vector<std::pair<int, QString>> all;
        for (const auto& [name, keys] : naive)
            for (const auto& [key, due] : keys)
                all.emplace_back(due, QString::fromStdString(name + " " + key));
        std::sort(all.begin(), all.end());
        all.resize(std::min(all.size(), NextActionsModel::most));
        QCOMPARE(model.rowCount(), static_cast<int>(all.size()));
        std::vector<std::pair<int, QString>> shown;
        for (int row = 0; row < model.rowCount(); ++row) {
            const auto due =
                std::chrono::duration_cast<std::chrono::milliseconds>(*model.row(row).born - zero).count();
            shown.emplace_back(static_cast<int>(due),
                               model.index(row, NextActionsModel::Who).data().toString() + ' ' +
                                   model.index(row, NextActionsModel::What).data().toString());
            QVERIFY(row == 0 || shown[static_cast<std::size_t>(row) - 1].first <= due);
        }
        // The last of the soonest may be any of those due at the same time.
        for (std::size_t i = 0; i < all.size(); ++i)
            QCOMPARE(shown[i].first, all[i].first);
    }
}

QTEST_MAIN(TestClockModels)
#include "test_clock_models.moc"
