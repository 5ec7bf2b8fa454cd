#include "objects.h"

#include "engine/api/groups/autoscaling_lab.h"
#include "engine/api/groups/metric_lab.h"
#include "engine/api/groups/metrics.h"
#include "engine/api/table.h"
#include "engine/api/time.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

const WallTime now{std::chrono::hours(1)};

template <class M>
QString cells(std::string_view json) {
    const Table::Row row = tableRow(Object::of(fromJson<M>(json)), now);
    QStringList out;
    for (const Table::Cell& cell : row.cells) {
        if (const auto* text = std::get_if<std::string>(&cell)) out << QString::fromStdString(*text);
        if (const auto* number = std::get_if<std::int64_t>(&cell)) out << QString::number(*number);
    }
    return out.join(" | ");
}

QString poolJson(const QString& spec);

} // namespace

/// Node pools, and how measured use and scaling decisions are shown. Raw strings with braces confuse moc:
/// they stand below.
class TestApiScaling : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void poolDefaults();
    void pools_data();
    void pools();
    void poolNames();
    void metricsByHand_data();
    void metricsByHand();
    void poolChanges();
    void tables();
};

namespace {

QString poolJson(const QString& spec) {
    return R"({"metadata":{"name":"p"},"spec":{"provider":"simulated")" + (spec.isEmpty() ? "" : "," + spec) +
           "}}";
}

} // namespace

void TestApiScaling::poolDefaults() {
    const auto pool = defaulted<lab::NodePool>(poolJson("\"min\":2").toStdString());
    QCOMPARE(pool.spec().replicas(), 2);
    QCOMPARE(pool.spec().cpus(), 1);
    QCOMPARE(pool.spec().idleseconds(), 600);
    QCOMPARE(pool.spec().idlebelowpercent(), 50);
    QVERIFY(!pool.spec().has_max()); // not autoscaled unless it is said
    const auto bare = defaulted<lab::NodePool>(poolJson("\"replicas\":3").toStdString());
    QCOMPARE(bare.spec().replicas(), 3);
    QCOMPARE(bare.spec().min(), 0);
    QVERIFY(!defaulted<lab::NodePool>(R"({"metadata":{"name":"p"}})").has_spec());
}

void TestApiScaling::pools_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QStringList>("problems");
    QTest::newRow("fine") << R"("min":1,"max":5,"nodeTaints":["a=b:NoSchedule"],"nodeLabels":{"a":"b"})"
                          << QStringList();
    QTest::newRow("max below min")
        << R"("min":3,"max":2)"
        << QStringList{"spec.max: Invalid value: 2: must be greater than or equal to `min`"};
    QTest::newRow("negative") << R"("min":-1)"
                              << QStringList{
                                     "spec.replicas: Invalid value: -1: must be between 0 and 100000, "
                                     "inclusive",
                                     "spec.min: Invalid value: -1: must be between 0 and 100000, inclusive"};
    QTest::newRow("fewer than no processors")
        << R"("cpus":-1)"
        << QStringList{"spec.cpus: Invalid value: -1: must be between 1 and 256, inclusive"};
    QTest::newRow("odd taint") << R"("nodeTaints":["a=b"])"
                               << QStringList{
                                      "spec.nodeTaints[0]: Invalid value: \"a=b\": must be key=value:Effect "
                                      "with effect NoSchedule, PreferNoSchedule or NoExecute"};
    QTest::newRow("percent") << R"("idleBelowPercent":101)"
                             << QStringList{
                                    "spec.idleBelowPercent: Invalid value: 101: must be between 0 and 100, "
                                    "inclusive"};
}

void TestApiScaling::pools() {
    QFETCH(QString, spec);
    QFETCH(QStringList, problems);
    QCOMPARE(texts(validateCreate(defaulted<lab::NodePool>(poolJson(spec).toStdString()))), problems);
}

void TestApiScaling::poolNames() {
    auto pool = defaulted<lab::NodePool>(poolJson("").toStdString());
    pool.mutable_metadata()->set_name(std::string(58, 'a'));
    QCOMPARE(texts(validateCreate(pool)).size(), 1); // its machines' names would be too long for a host
    pool.mutable_metadata()->set_name(std::string(57, 'a'));
    QVERIFY(validateCreate(pool).empty());
}

void TestApiScaling::poolChanges() {
    const auto old = defaulted<lab::NodePool>(poolJson("").toStdString());
    auto changed = old;
    changed.mutable_metadata()->set_resourceversion("1");
    changed.mutable_spec()->set_cpus(8);
    changed.mutable_spec()->set_max(9);
    QCOMPARE(texts(validateUpdate(changed, old)), QStringList());
    changed.mutable_spec()->set_provider("vm");
    QCOMPARE(texts(validateUpdate(changed, old)),
             QStringList{"spec.provider: Invalid value: \"vm\": field is immutable"});
}

void TestApiScaling::metricsByHand_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QStringList>("problems");
    QTest::newRow("external") << R"("value":"30","labels":{"queue":"mail"})" << QStringList();
    QTest::newRow("of an object")
        << R"("value":"1500m","metric":"http_requests","describedObject":{"apiVersion":"v1","kind":"Service","name":"web"})"
        << QStringList();
    QTest::newRow("of a custom object")
        << R"("value":"1","describedObject":{"apiVersion":"example.com/v1","kind":"Thing","name":"a"})"
        << QStringList();
    QTest::newRow("of the namespace")
        << R"("value":"1","describedObject":{"kind":"Namespace","name":"d"})" << QStringList();
    QTest::newRow("of another namespace")
        << R"("value":"1","describedObject":{"kind":"Namespace","name":"e"})"
        << QStringList{
               "spec.describedObject.name: Invalid value: \"e\": must be the namespace of this object"};
    QTest::newRow("of a node")
        << R"("value":"1","describedObject":{"apiVersion":"v1","kind":"Node","name":"n"})"
        << QStringList{"spec.describedObject.kind: Invalid value: \"Node\": must be of an object of the same "
                       "namespace, or of the namespace itself"};
    QTest::newRow("of nothing") << R"("value":"1","describedObject":{})"
                                << QStringList{"spec.describedObject.kind: Required value",
                                               "spec.describedObject.name: Required value"};
    QTest::newRow("nothing of it") << R"("value":"0")" << QStringList();
    QTest::newRow("no value") << R"("metric":"a")" << QStringList{"spec.value: Required value"};
    QTest::newRow("negative") << R"("value":"-1")"
                              << QStringList{
                                     "spec.value: Invalid value: \"-1\": must be greater than or equal to 0"};
    QTest::newRow("a name no path can hold")
        << R"("value":"1","metric":"a/b")"
        << QStringList{"spec.metric: Invalid value: \"a/b\": may not contain '/'"};
}

void TestApiScaling::metricsByHand() {
    QFETCH(QString, spec);
    QFETCH(QStringList, problems);
    const std::string json =
        R"({"metadata":{"name":"m","namespace":"d"},"spec":{)" + spec.toStdString() + "}}";
    QCOMPARE(texts(validateCreate(defaulted<lab::Metric>(json))), problems);
}

void TestApiScaling::tables() {
    QCOMPARE(
        cells<lab::Metric>(
            R"({"metadata":{"name":"m","namespace":"d","creationTimestamp":"1970-01-01T00:00:30Z"},"spec":{"value":"30","labels":{"b":"c","a":"b"}}})"),
        QString("m | m | <external> | 30 | 59m | a=b,b=c"));
    QCOMPARE(
        cells<lab::Metric>(
            R"({"metadata":{"name":"m","namespace":"d","creationTimestamp":"1970-01-01T00:00:30Z"},"spec":{"metric":"hits","value":"1500m","describedObject":{"kind":"Service","name":"web"}}})"),
        QString("m | hits | Service/web | 1500m | 59m | <none>"));
    QCOMPARE(
        cells<lab::Metric>(
            R"({"metadata":{"name":"m","namespace":"d","creationTimestamp":"1970-01-01T00:00:30Z"},"spec":{"value":"0"}})"),
        QString("m | m | <external> | 0 | 59m | <none>"));
    QCOMPARE(
        cells<metrics::NodeMetrics>(
            R"({"metadata":{"name":"n1"},"timestamp":null,"window":"15.5s","usage":{"cpu":"250000000n","memory":"1048576Ki"}})"),
        QString("n1 | 250m | 1Gi | 15.5s"));
    QCOMPARE(
        cells<metrics::PodMetrics>(
            R"({"metadata":{"name":"w","namespace":"d"},"timestamp":null,"window":"15s","containers":[{"name":"a","usage":{"cpu":"1500000n","memory":"10Mi"}},{"name":"b","usage":{"cpu":"1","memory":"6Mi"}}]})"),
        QString("w | 1001500u | 16Mi | 15s"));
    QCOMPARE(
        cells<lab::AutoscalingDecision>(
            R"({"metadata":{"name":"w","namespace":"d"},"target":"Deployment/w","decisions":[{"time":"1970-01-01T00:59:30.000000Z","result":"Up","current":2,"desired":3,"message":"because"}]})"),
        QString("w | Deployment/w | Up | 2 → 3 | 30s | because"));
    QCOMPARE(
        cells<lab::NodePool>(
            R"({"metadata":{"name":"p","creationTimestamp":"1970-01-01T00:00:30Z"},"spec":{"provider":"vm","replicas":2,"min":1,"max":4,"cpus":2,"memoryMiB":1024},"status":{"replicas":2,"readyReplicas":1,"message":"1 of 2 nodes are ready"}})"),
        QString("p | vm | 2 | 1 | 1 | 4 | 59m | 2 cpu, 1024Mi | <none> | 1 of 2 nodes are ready"));
}

QTEST_GUILESS_MAIN(TestApiScaling)
#include "test_api_scaling.moc"
