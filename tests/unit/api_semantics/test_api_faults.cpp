#include "engine/api/groups/faults.h"
#include "engine/api/table.h"
#include "objects.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

const WallTime now{std::chrono::hours(1)};

QString cells(std::string_view json);
QString faultJson(const QString& spec);

} // namespace

/// What a Fault may say, and how one is shown. Raw strings with braces confuse moc: they stand below.
class TestApiFaults : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void specs_data();
    void specs();
    void specsDoNotChange();
    void tables();
};

namespace {

QString cells(std::string_view json) {
    const Table::Row row = tableRow(Object::of(fromJson<lab::Fault>(json)), now);
    QStringList out;
    for (const Table::Cell& cell : row.cells) {
        if (const auto* text = std::get_if<std::string>(&cell)) out << QString::fromStdString(*text);
        if (const auto* number = std::get_if<std::int64_t>(&cell)) out << QString::number(*number);
    }
    return out.join(" | ");
}

QString faultJson(const QString& spec) {
    return R"({"metadata":{"name":"f"},"spec":{)" + spec + "}}";
}

const QString one = "exactly one of nodePower, slowCPU, fullDisk, memoryPressure, link, containerKill and "
                    "registryDown must be set";
const QString onN1 = R"("nodes":{"names":["n1"]},)";

} // namespace

void TestApiFaults::specs_data() {
    QTest::addColumn<QString>("spec");
    QTest::addColumn<QStringList>("problems");
    const auto good = [](const char* name, const QString& spec) {
        QTest::newRow(name) << spec << QStringList();
    };
    const auto bad = [](const char* name, const QString& spec, const QString& problem) {
        QTest::newRow(name) << spec << QStringList{problem};
    };
    good("power", onN1 + R"("nodePower":{"state":"Cut"},"durationSeconds":60)");
    good("slow", onN1 + R"("slowCPU":{"percent":10})");
    good("disk of all", R"("nodes":{"selector":{}},"fullDisk":{})");
    good("memory", onN1 + R"("memoryPressure":{})");
    good("registry in a zone", R"("nodes":{"zone":"a"},"registryDown":{})");
    good("link", onN1 + R"("link":{"to":{"names":["n2"]},"latencyMilliseconds":100,"oneWay":true})");
    good("plane", onN1 + R"("link":{"controlPlane":true,"cut":true})");
    good("kill", R"("containerKill":{"namespace":"d","pod":"p"},"everySeconds":30)");
    good("repeated", onN1 + R"("fullDisk":{},"durationSeconds":10,"everySeconds":60,"startAfterSeconds":5)");
    bad("nothing", onN1.chopped(1), "spec: Required value: " + one);
    bad("two", onN1 + R"("fullDisk":{},"registryDown":{})", "spec.registryDown: Forbidden: " + one);
    bad("nowhere", R"("fullDisk":{})", "spec.nodes: Required value");
    bad("on nobody", R"("nodes":{},"fullDisk":{})",
        "spec.nodes: Required value: must say which nodes: names, a zone or a selector (an empty selector is "
        "all of "
        "them)");
    bad("state", onN1 + R"("nodePower":{"state":"Half"})",
        "spec.nodePower.state: Unsupported value: \"Half\": supported values: \"Cut\", \"Frozen\"");
    bad("no slower", onN1 + R"("slowCPU":{"percent":100})",
        "spec.slowCPU.percent: Invalid value: 100: must be between 1 and 99, inclusive");
    bad("one end", onN1 + R"("link":{"cut":true})",
        "spec.link: Invalid value: the other end must be either `to` or `controlPlane: true`");
    bad("perfect link", onN1 + R"("link":{"controlPlane":true})",
        "spec.link: Required value: must say what happens: cut, latencyMilliseconds, jitterMilliseconds, "
        "lossPercent "
        "or bandwidthKbit");
    bad("cut and late", onN1 + R"("link":{"controlPlane":true,"cut":true,"latencyMilliseconds":5})",
        "spec.link: Invalid value: nothing is late or slow on a link that is cut");
    bad("loss", onN1 + R"("link":{"controlPlane":true,"lossPercent":101})",
        "spec.link.lossPercent: Invalid value: 101: must be between 0 and 100, inclusive");
    bad("kill on nodes", onN1 + R"("containerKill":{"namespace":"d","pod":"p"})",
        "spec.nodes: Forbidden: containers are found by their pods");
    bad("kill whom", R"("containerKill":{"namespace":"d"})",
        "spec.containerKill: Invalid value: must say which pods: either `pod` or `selector`");
    bad("kill for a while", R"("containerKill":{"namespace":"d","pod":"p"},"durationSeconds":5)",
        "spec.durationSeconds: Forbidden: containers are killed at once");
    bad("for ever again", onN1 + R"("fullDisk":{},"everySeconds":60)",
        "spec.durationSeconds: Required value: what is to begin again must end");
    bad("longer than every", onN1 + R"("fullDisk":{},"durationSeconds":60,"everySeconds":60)",
        "spec.durationSeconds: Invalid value: 60: must be less than `everySeconds`");
    good("by the clock",
         onN1 + R"("fullDisk":{},"durationSeconds":60,"schedule":"0 3 * * 1-5","timeZone":"Europe/Berlin")");
    good("killed by the clock", R"("containerKill":{"namespace":"d","pod":"p"},"schedule":"@every 90m")");
    bad("no schedule", onN1 + R"("fullDisk":{},"durationSeconds":60,"schedule":"often")",
        "spec.schedule: Invalid value: \"often\": expected exactly 5 fields, found 1: [often]");
    bad("lasts for ever", onN1 + R"("fullDisk":{},"schedule":"@daily")",
        "spec.durationSeconds: Required value: what is to begin again must end");
    bad("two rhythms", onN1 + R"("fullDisk":{},"durationSeconds":6,"everySeconds":60,"schedule":"@daily")",
        "spec.everySeconds: Forbidden: may not be set together with `schedule`");
    bad("a zone for nothing", onN1 + R"("fullDisk":{},"timeZone":"Europe/Berlin")",
        "spec.timeZone: Forbidden: may only be set together with `schedule`");
    bad("negative", onN1 + R"("fullDisk":{},"durationSeconds":-1)",
        "spec.durationSeconds: Invalid value: -1: must be between 1 and 31622400, inclusive");
}

void TestApiFaults::specs() {
    QFETCH(QString, spec);
    QFETCH(QStringList, problems);
    QCOMPARE(texts(validateCreate(defaulted<lab::Fault>(faultJson(spec).toStdString()))), problems);
}

void TestApiFaults::specsDoNotChange() {
    const auto old = defaulted<lab::Fault>(faultJson(onN1 + R"("fullDisk":{})").toStdString());
    auto changed = old;
    changed.mutable_metadata()->set_resourceversion("1");
    changed.mutable_status()->set_phase("Active");
    QCOMPARE(texts(validateUpdate(changed, old)), QStringList());
    changed.mutable_spec()->set_durationseconds(5);
    const QStringList problems = texts(validateUpdate(changed, old));
    QCOMPARE(problems.size(), 1);
    QVERIFY2(problems[0].endsWith("field is immutable"), qPrintable(problems[0]));
}

void TestApiFaults::tables() {
    QCOMPARE(cells(R"({"metadata":{"name":"f"},"spec":{"nodes":{"zone":"a"},"fullDisk":{}}})"),
             QString("f | FullDisk | zone a | Pending | <none> | <none> | 0 | "));
    QCOMPARE(
        cells(
            R"({"metadata":{"name":"f"},"spec":{"nodes":{"names":["n1"]},"nodePower":{"state":"Cut"}},"status":{"phase":"Active","since":"1970-01-01T00:59:00Z","ends":"1970-01-01T01:02:00Z","rounds":1,"message":"why","targets":[{"node":"n1"}]}})"),
        QString("f | PowerCut | n1 | Active | 60s | in 2m | 1 | why"));
    QCOMPARE(
        cells(
            R"({"metadata":{"name":"f"},"spec":{"nodes":{"names":["n1"]},"link":{"controlPlane":true,"cut":true,"oneWay":true}},"status":{"phase":"Ended","since":"1970-01-01T00:50:00Z","ends":"1970-01-01T00:55:00Z"}})"),
        QString("f | LinkCut | n1 -> control plane | Ended | 10m | 5m ago | 0 | "));
    QCOMPARE(
        cells(
            R"({"metadata":{"name":"f"},"spec":{"containerKill":{"namespace":"d","pod":"p"}},"status":{"phase":"Active","targets":[{"node":"n1","pod":"d/p","container":"c"}]}})"),
        QString("f | ContainerKill | d/p:c | Active | <none> | <none> | 0 | "));
}

QTEST_GUILESS_MAIN(TestApiFaults)
#include "test_api_faults.moc"
