// The tape of time, the cluster as it was, and what an autoscaler decided, against naive ones.
#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "ui/models/scaling_model.h"
#include "ui/models/time_travel.h"
#include "ui/models/timeline_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>
#include <map>
#include <numeric>
#include <set>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

class TestHistoryModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void theTapeAgainstNaive();
    void clocksThatGoBackDoNot();
    void troubleIsFlagged();
    void thePastIsAsItWas();
    void onlyTheLastQuestionCounts();
    void historyThatIsGone();
    void decisionsAgainstNaive();
    void decisionsAsNumbers();

  private:
    static void putNode(tests::FakeCluster& cluster, const std::string& name) {
        api::core::Node node;
        node.mutable_metadata()->set_name(name);
        cluster.put(node);
    }
    static void putPod(tests::FakeCluster& cluster, const std::string& name, const std::string& node) {
        api::core::Pod pod;
        pod.mutable_metadata()->set_name(name);
        pod.mutable_metadata()->set_namespace_("shop");
        pod.mutable_spec()->set_nodename(node);
        if (const auto old = cluster.get<api::core::Pod>("shop/" + name))
            pod.mutable_metadata()->set_uid(old->metadata().uid());
        cluster.put(pod);
    }
    static std::set<QString> seen(ClusterMapModel& map) {
        std::set<QString> out;
        for (const auto& [name, node] : map.nodes()) {
            out.insert(name);
            for (const MapPod* pod : node.pods)
                out.insert(name + '/' + pod->name);
        }
        for (const MapPod* pod : map.queue())
            out.insert('/' + pod->name);
        return out;
    }
};

void TestHistoryModels::theTapeAgainstNaive() {
    SeededRandom random(17);
    TimelineModel model;
    std::map<Revision, WallTime> naive;
    const WallTime zero{};
    QCOMPARE(model.revisionAt(zero), Revision{0});
    for (int i = 0; i < 400; ++i) {
        const Revision revision = 1 + static_cast<Revision>(random.below(10'000));
        const WallTime time = zero + std::chrono::seconds(static_cast<std::int64_t>(revision) * 3);
        model.mark(revision, time);
        naive.emplace(revision, time);
    }
    QCOMPARE(model.oldest(), naive.begin()->first);
    QCOMPARE(model.newest(), naive.rbegin()->first);
    for (int i = 0; i < 500; ++i) {
        const WallTime at = zero + std::chrono::seconds(random.below(31'000));
        Revision expected = naive.begin()->first;
        for (const auto& [revision, time] : naive)
            if (time <= at) expected = revision;
        QCOMPARE(model.revisionAt(at), expected);
        const auto after = naive.upper_bound(expected);
        QCOMPARE(model.after(expected), after == naive.end() ? expected : after->first);
        const auto here = naive.find(expected);
        QCOMPARE(model.before(expected), here == naive.begin() ? expected : std::prev(here)->first);
        QVERIFY(model.timeOf(expected) == naive.at(expected));
    }
    const auto bars = model.activity(model.first(), model.last(), 37);
    QCOMPARE(std::accumulate(bars.begin(), bars.end(), 0), static_cast<int>(naive.size()));
    const Revision middle = std::next(naive.begin(), static_cast<std::ptrdiff_t>(naive.size() / 2))->first;
    model.forget(middle);
    QCOMPARE(model.oldest(), middle);
}

void TestHistoryModels::clocksThatGoBackDoNot() {
    TimelineModel model;
    const WallTime zero{};
    model.mark(10, zero + 100s);
    model.mark(20, zero + 50s);
    model.mark(5, zero + 300s);
    QVERIFY(model.timeOf(5) <= model.timeOf(10) && model.timeOf(10) <= model.timeOf(20));
}

void TestHistoryModels::troubleIsFlagged() {
    TimelineModel model;
    QSignalSpy changed(&model, &TimelineModel::changed);
    SimulatedExecutor executor;
    SeededRandom random(3);
    tests::FakeCluster cluster(executor, random);
    const auto event = [&](const char* name, const char* reason, const char* type) {
        api::core::Event event;
        event.mutable_metadata()->set_name(name);
        event.mutable_metadata()->set_namespace_("default");
        event.set_reason(reason);
        event.set_type(type);
        event.mutable_involvedobject()->set_kind("Node");
        event.mutable_involvedobject()->set_name("vm-4");
        *event.mutable_lasttimestamp() = api::toTime(executor.wallNow());
        cluster.put(event);
        model.event(*cluster.all(api::kindOf<api::core::Event>().name).back());
    };
    event("a", "RegisteredNode", "Normal");
    QVERIFY(model.incidents().empty());
    event("b", "NodeNotReady", "Warning");
    QCOMPARE(model.incidents().size(), 1U);
    QVERIFY2(model.incidents()[0].text.contains("vm-4"), qPrintable(model.incidents()[0].text));
    QCOMPARE(model.incidents()[0].revision, model.newest());
    QTRY_COMPARE(changed.size(), 1); // however much came
}

void TestHistoryModels::thePastIsAsItWas() {
    SimulatedExecutor executor;
    SeededRandom random(23);
    tests::FakeCluster cluster(executor, random);
    std::map<Revision, std::set<QString>> history;
    ClusterMapModel present;
    for (int i = 0; i < 60; ++i) {
        const std::string node = "vm-" + std::to_string(random.below(4));
        const std::string pod = "web-" + std::to_string(random.below(8));
        switch (random.below(4)) {
        case 0:
            putNode(cluster, node);
            break;
        case 1:
            cluster.drop<api::core::Pod>("shop/" + pod);
            break;
        default:
            putPod(cluster, pod, random.below(3) == 0 ? "" : node);
        }
        std::set<QString> now;
        for (const auto& each : cluster.all<api::core::Node>())
            now.insert(QString::fromStdString(each.metadata().name()));
        for (const auto& each : cluster.all<api::core::Pod>()) {
            const QString where = QString::fromStdString(each.spec().nodename());
            if (where.isEmpty() || now.count(where) > 0)
                now.insert(where + '/' + QString::fromStdString(each.metadata().name()));
        }
        history[cluster.revision()] = now;
    }
    TimeTravel travel(cluster);
    QSignalSpy arrived(&travel, &TimeTravel::arrived);
    std::vector<Revision> revisions;
    for (const auto& [revision, state] : history)
        revisions.push_back(revision);
    for (int i = 0; i < 40; ++i) {
        const Revision revision = revisions[random.below(revisions.size())];
        travel.goTo(revision, false);
        executor.advance(1s);
        QCOMPARE(travel.revision(), revision);
        std::set<QString> shown = seen(travel.map());
        QCOMPARE(shown, history[revision]);
    }
    QVERIFY(arrived.size() > 10);
    travel.leave();
    QVERIFY(!travel.away());
}

void TestHistoryModels::onlyTheLastQuestionCounts() {
    SimulatedExecutor executor;
    SeededRandom random(23);
    tests::FakeCluster cluster(executor, random);
    for (int i = 0; i < 20; ++i)
        putNode(cluster, "vm-" + std::to_string(i));
    cluster.setLatency(100ms);
    TimeTravel travel(cluster);
    QSignalSpy arrived(&travel, &TimeTravel::arrived);
    for (Revision revision = 1; revision <= 20; ++revision)
        travel.goTo(revision, false);
    executor.advance(5s);
    QCOMPARE(travel.revision(), Revision{20});
    QCOMPARE(arrived.size(), 2); // the first, which was on its way, and the last
    QCOMPARE(travel.map().nodes().size(), 20U);
    travel.goTo(3, false);
    travel.leave();
    executor.advance(5s);
    QCOMPARE(arrived.size(), 2); // one who left sees nothing arrive
}

void TestHistoryModels::historyThatIsGone() {
    SimulatedExecutor executor;
    SeededRandom random(23);
    tests::FakeCluster cluster(executor, random);
    for (int i = 0; i < 5; ++i)
        putNode(cluster, "vm-" + std::to_string(i));
    cluster.compact();
    putNode(cluster, "late");
    TimeTravel travel(cluster);
    QSignalSpy failed(&travel, &TimeTravel::failed);
    travel.goTo(2, false);
    executor.advance(1s);
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed.first().at(1).value<Status>().reason, Reason::Expired);
    QVERIFY(!travel.away());
    travel.goTo(cluster.revision(), false);
    executor.advance(1s);
    QCOMPARE(travel.map().nodes().size(), 6U);
}

void TestHistoryModels::decisionsAgainstNaive() {
    SeededRandom random(31);
    ScalingModel model([] { return WallTime{}; });
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    std::map<std::int64_t, int> naive;
    std::int64_t now = 0;
    for (int round = 0; round < 150; ++round) {
        // As the cluster tells it: the last 40, newest first, one or more of them new.
        for (std::uint64_t fresh = random.below(4); fresh > 0; --fresh)
            naive[now += 15] = static_cast<int>(random.below(10));
        api::lab::AutoscalingDecision decision;
        decision.set_target("Deployment/web");
        for (auto it = naive.rbegin(); it != naive.rend() && decision.decisions_size() < 40; ++it) {
            auto& step = *decision.add_decisions();
            *step.mutable_time() = api::toMicroTime(WallTime{} + std::chrono::seconds(it->first));
            step.set_current(it->second);
            step.set_desired(it->second + 1);
            step.set_message(std::to_string(it->first));
        }
        model.take(*api::Object::of(decision));
        QCOMPARE(model.rowCount(), static_cast<int>(naive.size()));
        QCOMPARE(model.points().size(), naive.size());
        std::size_t at = 0;
        for (const auto& [time, current] : naive) {
            QCOMPARE(model.points()[at].current, current);
            QCOMPARE(model.row(model.rowCount() - 1 - static_cast<int>(at)).cells[ScalingModel::Why],
                     QString::number(time));
            ++at;
        }
    }
    QCOMPARE(model.target(), QStringLiteral("Deployment/web"));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestHistoryModels::decisionsAsNumbers() {
    api::lab::AutoscalingDecision decision;
    auto& step = *decision.add_decisions();
    step.set_result("Up");
    step.set_current(2);
    step.set_desired(4);
    step.set_message("cpu is too high");
    auto& metric = *step.add_metrics();
    metric.set_name("cpu resource utilization (percentage of request)");
    metric.set_value("78%");
    metric.set_target("60%");
    metric.set_ratio(1.3);
    metric.set_ratiowithunmeasured(1.2);
    auto& other = *step.add_metrics();
    other.set_name("memory");
    other.set_error("nothing is measured");
    for (const auto& [name, replicas] :
         {std::pair{"Metrics", 6}, std::pair{"Stabilization", 5}, std::pair{"Limits", 4}}) {
        auto& rule = *step.add_rules();
        rule.set_name(name);
        rule.set_replicas(replicas);
    }
    ScalingModel model([] { return WallTime{}; });
    model.take(*api::Object::of(decision));
    const ScalingPoint& point = model.points().at(0);
    QCOMPARE(*point.ratio, 1.2);
    QCOMPARE(*point.proposed, 6);
    QCOMPARE(*point.stabilised, 5);
    QCOMPARE(point.desired, 4);
    QCOMPARE(model.metric(),
             QStringLiteral("cpu resource utilization: 78% of 60%; memory: nothing is measured"));
    QCOMPARE(model.sentence(), QStringLiteral("cpu is too high"));
    QCOMPARE(model.index(0, ScalingModel::Outcome).data().toString(), QString::fromUtf8("2 → 4"));
}

QTEST_MAIN(TestHistoryModels)
#include "test_history_models.moc"
