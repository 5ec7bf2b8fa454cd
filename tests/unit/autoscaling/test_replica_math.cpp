#include "engine/api/time.h"
#include "hpa/replica_math.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace std::chrono_literals;
namespace core = api::core;

namespace {

const WallTime now{std::chrono::hours(1)};
const ReplicaMath::Rules rules;

/// A pod as the table rows write it: "<milli-cpu used>" or "-" (no reading), then any of: unready, pending,
/// failed, deleted, young (started a moment ago), fresh (young, and ready only just now), never (old, and
/// never ready).
struct Fleet {
    ReplicaMath::Pods pods;
    Readings readings;

    explicit Fleet(const QStringList& rows, std::int64_t request = 1000) {
        for (const QString& row : rows)
            add(row.split(' ', Qt::SkipEmptyParts), request);
    }
    void add(const QStringList& words, std::int64_t request) {
        core::Pod pod;
        const std::string name = "p" + std::to_string(pods.size());
        pod.mutable_metadata()->set_name(name);
        auto& container = *pod.mutable_spec()->add_containers();
        container.set_name("main");
        if (request > 0)
            (*container.mutable_resources()->mutable_requests())["cpu"].set_string(std::to_string(request) +
                                                                                   "m");
        const bool young = words.contains("young") || words.contains("fresh");
        const WallTime started = now - (young ? 60s : 3000s);
        pod.mutable_status()->set_phase(words.contains("pending")  ? "Pending"
                                        : words.contains("failed") ? "Failed"
                                                                   : "Running");
        *pod.mutable_status()->mutable_starttime() = api::toTime(started);
        auto& ready = *pod.mutable_status()->add_conditions();
        ready.set_type("Ready");
        ready.set_status(words.contains("unready") || words.contains("never") ? "False" : "True");
        const WallTime changed = words.contains("fresh")   ? now - 5s
                                 : words.contains("never") ? started
                                                           : started + 40s;
        *ready.mutable_lasttransitiontime() = api::toTime(changed);
        if (words.contains("deleted"))
            *pod.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(now);
        pods.push_back(pod);
        if (words.value(0) != "-") readings[name] = {words.value(0).toLongLong(), now, 15s};
    }
};

} // namespace

class ReplicaMathTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void utilization_data();
    void utilization();
    void average_data();
    void average();
    void countsThoseMeasured();
    void requestsThatAreMissing();
    void sidecarsCount();
    void oneContainer();
    void memoryOfYoungPodsCounts();
    void noPods();
    void toleranceIsPerDirection();
    void whole_data();
    void whole();
    void perReplica_data();
    void perReplica();
};

void ReplicaMathTest::utilization_data() {
    QTest::addColumn<QStringList>("pods");
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("target"); // percent
    QTest::addColumn<int>("replicas");

    QTest::newRow("up") << QStringList{"300", "500", "700"} << 3 << 30 << 5;
    QTest::newRow("down") << QStringList{"100", "300", "500", "250", "250"} << 5 << 50 << 3;
    QTest::newRow("within tolerance above") << QStringList{"1010", "1030", "1020"} << 3 << 100 << 3;
    QTest::newRow("within tolerance below") << QStringList{"950", "960", "910"} << 3 << 100 << 3;
    QTest::newRow("just outside") << QStringList{"1120", "1110", "1130"} << 3 << 100 << 4;
    // An unready pod counts as using nothing when the rest would make it grow.
    QTest::newRow("unready, less growth") << QStringList{"400 unready young", "500", "700"} << 3 << 30 << 4;
    QTest::newRow("unready, no growth")
        << QStringList{"400 unready young", "500", "500 unready young"} << 3 << 30 << 3;
    QTest::newRow("pending, less growth") << QStringList{"500", "700", "- pending"} << 3 << 30 << 4;
    QTest::newRow("unready is left aside on the way down")
        << QStringList{"100", "100", "800 unready young"} << 3 << 50 << 1;
    // A reading from before the pod was ready says nothing.
    QTest::newRow("fresh") << QStringList{"600 fresh", "600 fresh", "600"} << 3 << 50 << 3;
    QTest::newRow("young but long ready") << QStringList{"600 young", "600 young", "600"} << 3 << 50 << 4;
    QTest::newRow("old and never ready") << QStringList{"900 never", "450", "450"} << 3 << 30 << 3;
    QTest::newRow("old, was ready, is not now") << QStringList{"900 unready", "300", "300"} << 3 << 30 << 5;
    // A missing reading is nothing when growing, everything when shrinking.
    QTest::newRow("missing, less growth") << QStringList{"1000", "1000", "-"} << 3 << 50 << 4;
    QTest::newRow("missing, growth undone") << QStringList{"580", "-", "-"} << 3 << 50 << 3;
    QTest::newRow("missing, less shrinking") << QStringList{"100", "100", "100", "-"} << 4 << 50 << 3;
    QTest::newRow("missing, shrinking undone") << QStringList{"450", "350", "-"} << 3 << 50 << 3;
    QTest::newRow("missing counts as the target when that is more than the request")
        << QStringList{"1200", "1200", "-"} << 3 << 200 << 3;
    QTest::newRow("deleted and failed do not count")
        << QStringList{"600", "600", "2000 deleted", "2000 failed"} << 2 << 50 << 3;
    QTest::newRow("fewer readings than replicas") << QStringList{"1000"} << 2 << 50 << 2;
}

void ReplicaMathTest::utilization() {
    QFETCH(QStringList, pods);
    QFETCH(int, current);
    QFETCH(int, target);
    const Fleet fleet(pods);
    const ReplicaMath math(now, rules, fleet.pods);
    const auto proposal = math.utilization(current, target, "cpu", "", fleet.readings, {});
    QVERIFY2(proposal, proposal ? "" : proposal.error().message.c_str());
    QTEST(proposal->replicas, "replicas");
}

void ReplicaMathTest::average_data() {
    QTest::addColumn<QStringList>("pods");
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("target"); // thousandths
    QTest::addColumn<int>("replicas");

    QTest::newRow("up") << QStringList{"20000", "10000", "30000"} << 3 << 15000 << 4;
    QTest::newRow("down") << QStringList{"12000", "12000", "12000", "12000", "12000"} << 5 << 20000 << 3;
    QTest::newRow("tolerance") << QStringList{"20000", "21000", "21000"} << 3 << 20000 << 3;
    QTest::newRow("missing, growth") << QStringList{"60000", "60000", "-"} << 3 << 20000 << 6;
    QTest::newRow("missing, shrinking") << QStringList{"5000", "5000", "-"} << 3 << 20000 << 2;
    // Readiness matters for processor use only.
    QTest::newRow("unready counts") << QStringList{"50000 unready young", "15000", "30000"} << 3 << 15000
                                    << 7;
    QTest::newRow("pending") << QStringList{"50000", "- pending"} << 2 << 15000 << 4;
}

void ReplicaMathTest::average() {
    QFETCH(QStringList, pods);
    QFETCH(int, current);
    QFETCH(int, target);
    const Fleet fleet(pods);
    const auto proposal =
        ReplicaMath(now, rules, fleet.pods).average(current, target, "", fleet.readings, {});
    QVERIFY(proposal);
    QTEST(proposal->replicas, "replicas");
}

void ReplicaMathTest::countsThoseMeasured() {
    const Fleet fleet({"1000", "- pending", "-", "400 unready young"});
    const auto proposal =
        ReplicaMath(now, rules, fleet.pods).utilization(4, 20, "cpu", "", fleet.readings, {});
    QVERIFY(proposal);
    QCOMPARE(proposal->measured, 1);
    QCOMPARE(proposal->ignored, 2);
    QCOMPARE(proposal->unmeasured, 1);
    QCOMPARE(proposal->percent, std::optional<std::int32_t>(100));
    QCOMPARE(proposal->milli, std::int64_t{1000});
    QCOMPARE(proposal->ratio, 5.0);
    QVERIFY(proposal->ratioWithUnmeasured);
    QCOMPARE(*proposal->ratioWithUnmeasured, 1.25);
    QCOMPARE(proposal->beforeTolerance, 5);
}

void ReplicaMathTest::requestsThatAreMissing() {
    const Fleet fleet({"300"}, 0);
    const auto proposal =
        ReplicaMath(now, rules, fleet.pods).utilization(1, 30, "cpu", "", fleet.readings, {});
    QVERIFY(!proposal);
    QCOMPARE(proposal.error().message, std::string("missing request for cpu in container main of Pod p0"));
}

void ReplicaMathTest::sidecarsCount() {
    Fleet fleet({"750"}, 1000);
    auto& sidecar = *fleet.pods[0].mutable_spec()->add_initcontainers();
    sidecar.set_name("proxy");
    sidecar.set_restartpolicy("Always");
    (*sidecar.mutable_resources()->mutable_requests())["cpu"].set_string("500m");
    auto& setup = *fleet.pods[0].mutable_spec()->add_initcontainers();
    setup.set_name("setup"); // over before the pod runs, and asked for nothing
    const auto proposal =
        ReplicaMath(now, rules, fleet.pods).utilization(1, 50, "cpu", "", fleet.readings, {});
    QVERIFY(proposal);
    QCOMPARE(proposal->percent, std::optional<std::int32_t>(50));
}

void ReplicaMathTest::oneContainer() {
    Fleet fleet({"900"}, 1000);
    auto& other = *fleet.pods[0].mutable_spec()->add_containers();
    other.set_name("other");
    const ReplicaMath math(now, rules, fleet.pods);
    const auto proposal = math.utilization(1, 30, "cpu", "main", fleet.readings, {});
    QVERIFY(proposal);
    QCOMPARE(proposal->replicas, 3);
    const auto missing = math.utilization(1, 30, "cpu", "nobody", fleet.readings, {});
    QVERIFY(!missing);
    QCOMPARE(missing.error().message, std::string("container nobody not found in Pod p0"));
}

void ReplicaMathTest::memoryOfYoungPodsCounts() {
    Fleet fleet({"600 fresh", "600 unready young"});
    for (core::Pod& pod : fleet.pods)
        (*pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests())["memory"]
            .set_string("1");
    const auto proposal =
        ReplicaMath(now, rules, fleet.pods).utilization(2, 30, "memory", "", fleet.readings, {});
    QVERIFY(proposal);
    QCOMPARE(proposal->replicas, 4);
}

void ReplicaMathTest::noPods() {
    const Fleet none({});
    const ReplicaMath math(now, rules, none.pods);
    QCOMPARE(math.utilization(1, 30, "cpu", "", {}, {}).error().message,
             std::string("no pods returned by selector while calculating replica count"));
    const Fleet unready({"300 unready young"});
    QCOMPARE(ReplicaMath(now, rules, unready.pods)
                 .utilization(1, 30, "cpu", "", unready.readings, {})
                 .error()
                 .message,
             std::string("did not receive metrics for targeted pods (pods might be unready)"));
}

void ReplicaMathTest::toleranceIsPerDirection() {
    const Fleet up({"550", "550"});
    const Fleet down({"450", "450", "450", "450", "450"});
    const Tolerance wideUp{0.05, 0.2};
    QCOMPARE(ReplicaMath(now, rules, up.pods).utilization(2, 50, "cpu", "", up.readings, wideUp)->replicas,
             2);
    QCOMPARE(
        ReplicaMath(now, rules, up.pods).utilization(2, 50, "cpu", "", up.readings, {0.2, 0.05})->replicas,
        3);
    QCOMPARE(
        ReplicaMath(now, rules, down.pods).utilization(6, 50, "cpu", "", down.readings, wideUp)->replicas, 5);
    QCOMPARE(ReplicaMath(now, rules, down.pods)
                 .utilization(5, 50, "cpu", "", down.readings, {0.2, 0.05})
                 ->replicas,
             5);
}

void ReplicaMathTest::whole_data() {
    QTest::addColumn<QStringList>("pods");
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("value");
    QTest::addColumn<int>("target");
    QTest::addColumn<int>("replicas");
    QTest::newRow("up") << QStringList{"1", "1", "1"} << 3 << 20000 << 15000 << 4;
    QTest::newRow("ready pods alone")
        << QStringList{"1", "1 unready", "1 unready"} << 3 << 30000 << 15000 << 2;
    QTest::newRow("tolerance") << QStringList{"1", "1", "1"} << 3 << 15500 << 15000 << 3;
    QTest::newRow("from nothing") << QStringList{} << 0 << 20000 << 15000 << 2;
    QTest::newRow("to nothing") << QStringList{"1", "1"} << 2 << 0 << 15000 << 0;
}

void ReplicaMathTest::whole() {
    QFETCH(QStringList, pods);
    QFETCH(int, current);
    QFETCH(int, value);
    QFETCH(int, target);
    const Fleet fleet(pods);
    const auto proposal = ReplicaMath(now, rules, fleet.pods).whole(current, target, value, {});
    QVERIFY(proposal);
    QTEST(proposal->replicas, "replicas");
}

void ReplicaMathTest::perReplica_data() {
    QTest::addColumn<int>("actual");
    QTest::addColumn<int>("value");
    QTest::addColumn<int>("target");
    QTest::addColumn<int>("replicas");
    QTest::addColumn<int>("average");
    QTest::newRow("up") << 3 << 8600 << 2150 << 4 << 2867;
    QTest::newRow("down") << 5 << 8600 << 2867 << 3 << 1720;
    QTest::newRow("tolerance") << 4 << 8700 << 2150 << 4 << 2175;
    QTest::newRow("from nothing") << 0 << 8600 << 2150 << 4 << 0;
    QTest::newRow("nothing for nobody") << 0 << 0 << 2150 << 0 << 0;
}

void ReplicaMathTest::perReplica() {
    QFETCH(int, actual);
    QFETCH(int, value);
    QFETCH(int, target);
    const Proposal proposal = ReplicaMath::perReplica(actual, target, value, {});
    QTEST(proposal.replicas, "replicas");
    QTEST(static_cast<int>(proposal.milli), "average");
}

QTEST_GUILESS_MAIN(ReplicaMathTest)
#include "test_replica_math.moc"
