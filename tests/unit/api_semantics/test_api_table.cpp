#include "objects.h"

#include "engine/api/table.h"
#include "engine/api/time.h"

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

QString cellText(const Table::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return QString::fromStdString(*text);
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return QString::number(*number);
    return std::get<bool>(cell) ? "true" : "false";
}

template <class M>
QString row(const QString& json) {
    const auto object = Object::of(fromJson<M>(json.toStdString()));
    const Table::Row out = tableRow(object, *parseTime("2026-01-01T01:00:00Z"));
    if (out.cells.size() != tableColumns(object->kind()).size()) return "cells and columns differ";
    QStringList texts;
    for (const Table::Cell& cell : out.cells)
        texts << cellText(cell);
    return texts.join(" | ");
}

// Raw strings with unbalanced braces inside the class body confuse moc, so the rows stand after it.
void podRows();
void kindRows();

} // namespace

class TestTable : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void ages_data() {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<QString>("expected");
        const std::vector<std::pair<qint64, const char*>> rows = {
            {-5, "<invalid>"},     {-1, "0s"},          {0, "0s"},
            {119, "119s"},         {120, "2m"},         {125, "2m5s"},
            {600, "10m"},          {10799, "179m"},     {10800, "3h"},
            {11220, "3h7m"},       {8 * 3600, "8h"},    {47 * 3600, "47h"},
            {48 * 3600, "2d"},     {50 * 3600, "2d2h"}, {8 * 86400, "8d"},
            {729 * 86400, "729d"}, {730 * 86400, "2y"}, {800 * 86400, "2y70d"},
            {3000 * 86400LL, "8y"}};
        for (const auto& [seconds, expected] : rows)
            QTest::newRow(expected) << seconds << expected;
    }
    void ages() {
        QFETCH(qint64, seconds);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(humanDuration(std::chrono::seconds(seconds))), expected);
    }

    void pods_data() { podRows(); }
    void pods() {
        QFETCH(QString, extra);
        QFETCH(QString, status);
        QFETCH(QString, expected);
        const QString json =
            QString(
                R"({"metadata":{"name":"p","creationTimestamp":"2026-01-01T00:59:00Z"},"spec":{%1},"status":%2})")
                .arg(extra, status);
        QCOMPARE(row<core::Pod>(json), "p | " + expected + " | 60s | <none> | <none> | <none> | <none>");
    }

    void deletedPods() {
        const QString base =
            R"({"metadata":{"name":"p","deletionTimestamp":"2026-01-01T00:59:00Z"},"spec":{"nodeName":"n"},"status":%1})";
        QVERIFY(row<core::Pod>(base.arg(R"({"phase":"Running"})")).contains("| Terminating |"));
        QVERIFY(
            row<core::Pod>(base.arg(R"({"phase":"Running","reason":"NodeLost"})")).contains("| Unknown |"));
        QVERIFY(row<core::Pod>(base.arg(R"({"phase":"Succeeded","podIPs":[{"ip":"10.1.0.4"}]})"))
                    .contains("| Succeeded |"));
        QVERIFY(row<core::Pod>(base.arg(R"({"podIPs":[{"ip":"10.1.0.4"}]})"))
                    .endsWith("10.1.0.4 | n | <none> | <none>"));
    }

    void kinds_data() { kindRows(); }
    void kinds() {
        QFETCH(QString, actual);
        QFETCH(QString, expected);
        QCOMPARE(actual, expected);
    }

    void columns() {
        QStringList names;
        for (const Table::Column& column : tableColumns(kindOf<core::Pod>())) {
            names << QString::fromStdString(column.name) + (column.priority == 1 ? "*" : "");
        }
        QCOMPARE(names.join(','),
                 "Name,Ready,Status,Restarts,Age,IP*,Node*,Nominated Node*,Readiness Gates*");
        QCOMPARE(tableColumns(kindOf<core::Pod>()).front().format, std::string("name"));
    }
};

namespace {

void podRows() {
    QTest::addColumn<QString>("extra");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("expected");
    const QString none = "{}";
    const auto add = [](const char* name, const QString& extra, const QString& status,
                        const QString& expected) { QTest::newRow(name) << extra << status << expected; };
    const QString two = R"("containers":[{"name":"a"},{"name":"b"}])";
    const QString init = R"("initContainers":[{"name":"i"},{"name":"k"}],"containers":[{"name":"a"}])";
    add("pending", two, R"({"phase":"Pending"})", "0/2 | Pending | 0");
    add("creating", two,
        R"({"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]})",
        "0/2 | ContainerCreating | 0");
    add("running", two,
        R"({"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}},{"name":"b","ready":true,"state":{"running":{}}}]})",
        "2/2 | Running | 0");
    add("restarted", two,
        R"({"phase":"Running","containerStatuses":[{"name":"a","ready":true,"restartCount":3,"state":{"running":{}},
              "lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-01-01T00:50:00Z"}}}]})",
        "1/2 | Running | 3 (10m ago)");
    add("crash loop", two,
        R"({"phase":"Running","containerStatuses":[{"name":"a","restartCount":1,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
        "0/2 | CrashLoopBackOff | 1");
    add("image", two,
        R"({"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ImagePullBackOff"}}}]})",
        "0/2 | ImagePullBackOff | 0");
    add("completed", two,
        R"({"phase":"Succeeded","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]})",
        "0/2 | Completed | 0");
    add("one ended, one runs, not ready", two,
        R"({"phase":"Running","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]})",
        "1/2 | NotReady | 0");
    add("exit code", two,
        R"({"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]})",
        "0/2 | ExitCode:3 | 0");
    add("signal", two,
        R"({"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]})",
        "0/2 | Signal:9 | 0");
    add("evicted", two, R"({"phase":"Failed","reason":"Evicted"})", "0/2 | Evicted | 0");
    add("init", init,
        R"({"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"k","state":{"running":{}}}],
              "containerStatuses":[{"name":"a","state":{"waiting":{"reason":"PodInitializing"}}}]})",
        "0/1 | Init:1/2 | 0");
    add("init failed", init,
        R"({"phase":"Pending","initContainerStatuses":[{"name":"i","restartCount":2,"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]})",
        "0/1 | Init:Error | 2");
    add("init crash loop", init,
        R"({"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]})",
        "0/1 | Init:CrashLoopBackOff | 0");
    add("sidecar", R"("initContainers":[{"name":"s","restartPolicy":"Always"}],"containers":[{"name":"a"}])",
        R"({"phase":"Running","initContainerStatuses":[{"name":"s","started":true,"ready":true,"restartCount":1,"state":{"running":{}}}],
              "containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]})",
        "2/2 | Running | 1");
    add("gated", two,
        R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]})",
        "0/2 | SchedulingGated | 0");
}

void kindRows() {
    QTest::addColumn<QString>("actual");
    QTest::addColumn<QString>("expected");
    const QString meta = R"("metadata":{"name":"x","creationTimestamp":"2026-01-01T00:00:00Z"})";
    const QString workload =
        R"("selector":{"matchLabels":{"app":"w"}},"template":{"spec":{"containers":[{"name":"a","image":"i:1"},{"name":"b","image":"k"}]}})";
    QTest::newRow("deployment")
        << row<apps::Deployment>(
               "{" + meta + R"(,"spec":{"replicas":3,)" + workload +
               R"(},"status":{"readyReplicas":2,"updatedReplicas":3,"availableReplicas":1}})")
        << "x | 2/3 | 3 | 1 | 60m | a,b | i:1,k | app=w";
    QTest::newRow("replica set") << row<apps::ReplicaSet>("{" + meta + R"(,"spec":{"replicas":3,)" +
                                                          workload +
                                                          R"(},"status":{"replicas":2,"readyReplicas":1}})")
                                 << "x | 3 | 2 | 1 | 60m | a,b | i:1,k | app=w";
    QTest::newRow("service")
        << row<core::Service>("{" + meta +
                              R"(,"spec":{"type":"NodePort","clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"],
              "ports":[{"port":80,"nodePort":30080,"protocol":"TCP"},{"port":53,"protocol":"UDP"}],"selector":{"b":"2","a":"1"}}})")
        << "x | NodePort | 10.0.0.1 | <none> | 80:30080/TCP,53/UDP | 60m | a=1,b=2";
    QTest::newRow("load balancer") << row<core::Service>("{" + meta + R"(,"spec":{"type":"LoadBalancer"}})")
                                   << "x | LoadBalancer | <none> | <pending> | <none> | 60m | <none>";
    QTest::newRow("slice") << row<discovery::EndpointSlice>(
                                  "{" + meta + R"(,"addressType":"IPv4","ports":[{"name":"","port":80}],
              "endpoints":[{"addresses":["1.1.1.1"]},{"addresses":["1.1.1.2"]},{"addresses":["1.1.1.3"]},{"addresses":["1.1.1.4"]}]})")
                           << "x | IPv4 | 80 | 1.1.1.1,1.1.1.2,1.1.1.3 + 1 more... | 60m";
    QTest::newRow("empty slice") << row<discovery::EndpointSlice>("{" + meta + R"(,"addressType":"IPv4"})")
                                 << "x | IPv4 | <unset> | <unset> | 60m";
    QTest::newRow("node")
        << row<core::Node>(
               R"({"metadata":{"name":"x","labels":{"node-role.kubernetes.io/worker":"","node-role.kubernetes.io/edge":""}},
              "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"True"}],
              "addresses":[{"type":"InternalIP","address":"10.0.0.9"}],"nodeInfo":{"kubeletVersion":"v1","osImage":"Debian","kernelVersion":"6","containerRuntimeVersion":"containerd://1"}}})")
        << "x | Ready,SchedulingDisabled | edge,worker | <unknown> | v1 | 10.0.0.9 | <none> | Debian | 6 "
           "| containerd://1";
    QTest::newRow("silent node")
        << row<core::Node>(
               R"({"metadata":{"name":"x"},"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}})")
        << "x | NotReady | <none> | <unknown> |  | <none> | <none> | <unknown> | <unknown> | <unknown>";
    QTest::newRow("namespace") << row<core::Namespace>("{" + meta + R"(,"status":{"phase":"Active"}})")
                               << "x | Active | 60m";
    QTest::newRow("secret") << row<core::Secret>("{" + meta + R"(,"type":"Opaque","data":{"a":"","b":""}})")
                            << "x | Opaque | 2 | 60m";
    QTest::newRow("config map") << row<core::ConfigMap>("{" + meta +
                                                        R"(,"data":{"a":""},"binaryData":{"b":""}})")
                                << "x | 2 | 60m";
    QTest::newRow("account") << row<core::ServiceAccount>("{" + meta + "}") << "x | 0 | 60m";
    QTest::newRow("lease") << row<coordination::Lease>("{" + meta + R"(,"spec":{"holderIdentity":"me"}})")
                           << "x | me | 60m";
    QTest::newRow("event") << row<core::Event>(
                                  "{" + meta +
                                  R"(,"type":"Normal","reason":"Scheduled","message":" done\n","count":4,
              "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:59:00Z","source":{"component":"s"},
              "involvedObject":{"kind":"Pod","name":"p"}})")
                           << "60s | Normal | Scheduled | pod/p |  | s | done | 60m | 4 | x";
    QTest::newRow("machine")
        << row<lab::Machine>(
               "{" + meta +
               R"(,"spec":{"provider":"vm","cpus":2,"memoryMiB":512,"zone":"a"},"status":{"phase":"Booting","accelerator":"tcg"}})")
        << "x | vm | Booting | a | tcg | 60m | 2 | 512Mi | ";
}

} // namespace

QTEST_GUILESS_MAIN(TestTable)
#include "test_api_table.moc"
