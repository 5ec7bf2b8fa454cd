#include "hpa/scaling_history.h"

#include <QTest>
#include <limits>

using namespace wheelhouse;
using namespace wheelhouse::autoscaling;
using namespace std::chrono_literals;

namespace {

constexpr Instant now{1h};
using Rules = ScalingHistory::Rules;

/// "Max Pods 4 15, Percent 100 15": the selection, then policies.
Rules rulesOf(const QString& text) {
    Rules rules;
    const int space = text.indexOf(' ');
    rules.set_selectpolicy(text.left(space).toStdString());
    if (space < 0) return rules;
    for (const QString& part : text.mid(space + 1).split(", ")) {
        const QStringList words = part.split(' ');
        auto& policy = *rules.add_policies();
        policy.set_type(words[0].toStdString());
        policy.set_value(words[1].toInt());
        policy.set_periodseconds(words[2].toInt());
    }
    return rules;
}

} // namespace

class ScalingHistoryTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void upLimit_data();
    void upLimit();
    void downLimit_data();
    void downLimit();
    void stabilizesDownward();
    void stabilizesBothWays();
    void withoutWindowsNothingIsHeldBack();
    void bounds_data();
    void bounds();
    void forgets();
};

void ScalingHistoryTest::upLimit_data() {
    QTest::addColumn<QString>("rules");
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("added10"); // ten seconds ago
    QTest::addColumn<int>("limit");
    QTest::newRow("defaults, few") << "Max Pods 4 15, Percent 100 15" << 1 << 0 << 5;
    QTest::newRow("defaults, many") << "Max Pods 4 15, Percent 100 15" << 10 << 0 << 20;
    QTest::newRow("least of both") << "Min Pods 4 15, Percent 100 15" << 10 << 0 << 14;
    QTest::newRow("percent is rounded up") << "Max Percent 10 60" << 3 << 0 << 4;
    QTest::newRow("disabled") << "Disabled Pods 4 15" << 3 << 0 << 3;
    QTest::newRow("what was added counts") << "Max Pods 4 60" << 13 << 3 << 14;
    QTest::newRow("what was added used it up") << "Max Pods 4 60" << 14 << 4 << 14;
    QTest::newRow("more was added than is allowed") << "Max Pods 4 60" << 20 << 10 << 20;
    QTest::newRow("the period is over") << "Max Pods 4 10" << 14 << 4 << 18;
    QTest::newRow("what was taken away in the period counts") << "Max Pods 4 60" << 7 << -3 << 14;
}

void ScalingHistoryTest::upLimit() {
    QFETCH(QString, rules);
    QFETCH(int, current);
    QFETCH(int, added10);
    ScalingHistory history;
    if (added10 != 0) history.scaled(current - added10, current, now - 10s);
    QTEST(history.upLimit(current, rulesOf(rules), now), "limit");
}

void ScalingHistoryTest::downLimit_data() {
    QTest::addColumn<QString>("rules");
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("removed10");
    QTest::addColumn<int>("limit");
    QTest::newRow("default") << "Max Percent 100 15" << 10 << 0 << 0;
    QTest::newRow("pods") << "Max Pods 5 60" << 10 << 0 << 5;
    QTest::newRow("percent is cut off") << "Max Percent 50 60" << 7 << 0 << 3;
    QTest::newRow("farthest of both") << "Max Pods 2 60, Percent 50 60" << 10 << 0 << 5;
    QTest::newRow("nearest of both") << "Min Pods 2 60, Percent 50 60" << 10 << 0 << 8;
    QTest::newRow("disabled") << "Disabled" << 10 << 0 << 10;
    QTest::newRow("what was removed counts") << "Max Pods 5 60" << 7 << 3 << 5;
    QTest::newRow("more was removed than is allowed") << "Max Pods 2 60" << 4 << 6 << 4;
    QTest::newRow("never below nothing") << "Max Pods 50 60" << 7 << 0 << 0;
}

void ScalingHistoryTest::downLimit() {
    QFETCH(QString, rules);
    QFETCH(int, current);
    QFETCH(int, removed10);
    ScalingHistory history;
    if (removed10 != 0) history.scaled(current + removed10, current, now - 10s);
    QTEST(history.downLimit(current, rulesOf(rules), now), "limit");
}

void ScalingHistoryTest::stabilizesDownward() {
    ScalingHistory history;
    history.recommended(10, now - 301s);
    history.recommended(7, now - 200s);
    history.recommended(5, now - 100s);
    const Ruling held = history.stabilize(3, 300s, now);
    QCOMPARE(held.replicas, 7);
    QCOMPARE(held.reason, std::string("ScaleDownStabilized"));
    QCOMPARE(held.message,
             std::string("recent recommendations were higher than current one, applying the highest "
                         "recent recommendation"));
    const Ruling free = history.stabilize(8, 300s, now);
    QCOMPARE(free.replicas, 8);
    QCOMPARE(free.reason, std::string("ReadyForNewScale"));
}

void ScalingHistoryTest::stabilizesBothWays() {
    ScalingHistory history;
    history.recommended(4, now - 50s);
    history.recommended(8, now - 20s);
    // Growing: no higher than the lowest wish of the last minute.
    const Ruling up = history.stabilize(3, 9, 60s, 300s, now);
    QCOMPARE(up.replicas, 4);
    QCOMPARE(up.reason, std::string("ScaleUpStabilized"));
    QCOMPARE(up.message,
             std::string("recent recommendations were lower than current one, applying the lowest "
                         "recent recommendation"));
    // Shrinking: no lower than the highest of the last five minutes.
    const Ruling down = history.stabilize(10, 2, 0s, 300s, now);
    QCOMPARE(down.replicas, 8);
    QCOMPARE(down.reason, std::string("ScaleDownStabilized"));
    // In between, it stays where it is.
    const Ruling stays = history.stabilize(6, 7, 60s, 300s, now);
    QCOMPARE(stays.replicas, 6);
}

void ScalingHistoryTest::withoutWindowsNothingIsHeldBack() {
    ScalingHistory history;
    history.recommended(10, now - 1s);
    history.recommended(1, now - 1s);
    QCOMPARE(history.stabilize(5, 7, 0s, 0s, now).replicas, 7);
    QCOMPARE(history.stabilize(5, 2, 0s, 0s, now).replicas, 2);
}

void ScalingHistoryTest::bounds_data() {
    QTest::addColumn<int>("current");
    QTest::addColumn<int>("desired");
    QTest::addColumn<int>("downLimit");
    QTest::addColumn<int>("upLimit");
    QTest::addColumn<int>("replicas");
    QTest::addColumn<QString>("reason");
    // Between 2 and 10 replicas.
    QTest::newRow("within") << 4 << 6 << 0 << 8 << 6 << "DesiredWithinRange";
    QTest::newRow("too fast up") << 2 << 9 << 0 << 4 << 4 << "ScaleUpLimit";
    QTest::newRow("too many") << 8 << 12 << 0 << 16 << 10 << "TooManyReplicas";
    QTest::newRow("both, the maximum is nearer") << 9 << 30 << 0 << 18 << 10 << "TooManyReplicas";
    QTest::newRow("too fast down") << 9 << 3 << 7 << 18 << 7 << "ScaleDownLimit";
    QTest::newRow("too few") << 4 << 1 << 0 << 8 << 2 << "TooFewReplicas";
    QTest::newRow("unchanged") << 4 << 4 << 4 << 4 << 4 << "DesiredWithinRange";
}

void ScalingHistoryTest::bounds() {
    QFETCH(int, current);
    QFETCH(int, desired);
    QFETCH(int, downLimit);
    QFETCH(int, upLimit);
    const Ruling ruling = withinBounds(current, desired, 2, 10, downLimit, upLimit);
    QTEST(ruling.replicas, "replicas");
    QTEST(QString::fromStdString(ruling.reason), "reason");
    QVERIFY(!ruling.message.empty());
}

void ScalingHistoryTest::forgets() {
    ScalingHistory history;
    history.recommended(10, now - 100s);
    history.scaled(1, 10, now - 100s);
    history.forget(now - 99s);
    QVERIFY(history.empty());
    QCOMPARE(history.upLimit(10, rulesOf("Max Pods 4 1800"), now), 14);
}

QTEST_GUILESS_MAIN(ScalingHistoryTest)
#include "test_scaling_history.moc"
