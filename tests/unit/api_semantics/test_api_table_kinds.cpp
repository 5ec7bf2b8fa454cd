#include "objects.h"

#include "engine/api/table.h"
#include "engine/api/time.h"
#include "kind_samples.h"

#include <span>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace wheelhouse::api::test;

namespace {

QString cellText(const Table::Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return QString::fromStdString(*text);
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return QString::number(*number);
    return std::get<bool>(cell) ? "true" : "false";
}

struct Row {
    const char* sample;
    const char* what;
    const char* change; ///< a merge patch over the defaulted sample
    const char* cells;
};
std::span<const Row> rows();

} // namespace

/// The columns of the kinds of all groups. Raw strings with braces confuse moc: the rows stand below.
class TestTableKinds : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void everyKindHasAsManyCellsAsColumns_data() {
        QTest::addColumn<QString>("sample");
        for (const auto& [name, sample] : kindSamples())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void everyKindHasAsManyCellsAsColumns() {
        QFETCH(QString, sample);
        const Kind& kind = *findKind(kindSamples().at(sample.toStdString()).apiVersion,
                                     kindSamples().at(sample.toStdString()).kind);
        const Table::Row row = rowOf(sample, "{}");
        QCOMPARE(row.cells.size(), tableColumns(kind).size());
        const auto isName = [](const Table::Column& column) { return column.format == "name"; };
        QVERIFY(std::count_if(tableColumns(kind).begin(), tableColumns(kind).end(), isName) == 1);
        for (const Table::Column& column : tableColumns(kind))
            QVERIFY(!column.description.empty());
    }

    void cells_data() {
        QTest::addColumn<QString>("sample");
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("cells");
        for (const Row& row : rows())
            QTest::newRow(qPrintable(QString("%1: %2").arg(row.sample, row.what)))
                << QString(row.sample) << QString(row.change) << QString(row.cells);
    }
    void cells() {
        QFETCH(QString, sample);
        QFETCH(QString, change);
        QFETCH(QString, cells);
        QStringList texts;
        for (const Table::Cell& cell : rowOf(sample, change).cells)
            texts << cellText(cell);
        QCOMPARE(texts.join(" | "), cells);
    }

    void columns() {
        const auto names = [](const char* apiVersion, const char* kind) {
            QStringList out;
            for (const Table::Column& column : tableColumns(*findKind(apiVersion, kind)))
                out << QString::fromStdString(column.name) + (column.priority == 1 ? "*" : "");
            return out.join(',');
        };
        QCOMPARE(names("batch/v1", "Job"),
                 "Name,Status,Completions,Duration,Age,Containers*,Images*,Selector*");
        QCOMPARE(names("batch/v1", "CronJob"),
                 "Name,Schedule,Timezone,Suspend,Active,Last Schedule,Age,Containers*,Images*,Selector*");
        QCOMPARE(names("v1", "PersistentVolume"),
                 "Name,Capacity,Access Modes,Reclaim "
                 "Policy,Status,Claim,StorageClass,VolumeAttributesClass,Reason,"
                 "Age,VolumeMode*");
        QCOMPARE(names("autoscaling/v2", "HorizontalPodAutoscaler"),
                 "Name,Reference,Targets,MinPods,MaxPods,Replicas,Age");
        QCOMPARE(names("rbac.authorization.k8s.io/v1", "RoleBinding"),
                 "Name,Role,Age,Users*,Groups*,ServiceAccounts*");
        QCOMPARE(names("rbac.authorization.k8s.io/v1", "ClusterRole"), "Name,Created At");
    }

  private:
    static Table::Row rowOf(const QString& name, const QString& change) {
        const Sample& sample = kindSamples().at(name.toStdString());
        const Kind& kind = *findKind(sample.apiVersion, sample.kind);
        const auto first = decodeJson(sample.json, kind.descriptor, FieldValidation::Strict);
        applyDefaults(*first->message);
        const auto created = applyPatch(encodeJson(*first->message),
                                        "{\"metadata\":{\"creationTimestamp\":\"2026-01-01T00:00:00Z\"}}",
                                        PatchType::Merge, kind.descriptor);
        const auto json = applyPatch(*created, change.toStdString(), PatchType::Merge, kind.descriptor);
        const auto decoded = decodeJson(*json, kind.descriptor, FieldValidation::Strict);
        if (!decoded) qFatal("test object does not decode: %s", decoded.error().message.c_str());
        return tableRow(Object::of(*decoded->message), *parseTime("2026-01-01T01:00:00Z"));
    }
};

namespace {

const Row allRows[] = {
    {"job", "running", R"({"status":{"startTime":"2026-01-01T00:58:00Z"}})",
     "j | Running | 0/1 | 2m | 60m | a | x | <none>"},
    {"job", "complete",
     R"({"status":{"succeeded":1,"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:00:09Z",
         "conditions":[{"type":"Complete","status":"True"}]}})",
     "j | Complete | 1/1 | 9s | 60m | a | x | <none>"},
    {"job", "work queue", R"({"spec":{"completions":null,"parallelism":3},"status":{"succeeded":2}})",
     "j | Running | 2/1 of 3 |  | 60m | a | x | <none>"},
    {"cronjob", "suspended",
     R"({"spec":{"suspend":true,"timeZone":"Europe/Berlin"},"status":{"lastScheduleTime":"2026-01-01T00:55:00Z"}})",
     "c | */5 * * * * | Europe/Berlin | True | 0 | 5m | 60m | a | x | <none>"},
    {"statefulset", "one of three", R"({"spec":{"replicas":3},"status":{"readyReplicas":1}})",
     "s | 1/3 | 60m | a | x"},
    {"daemonset", "on linux",
     R"({"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/os":"linux"}}}},"status":{"desiredNumberScheduled":3,
         "currentNumberScheduled":2,"numberReady":1,"updatedNumberScheduled":2,"numberAvailable":1}})",
     "s | 3 | 2 | 1 | 2 | 1 | kubernetes.io/os=linux | 60m | a | x | a=b"},
    {"rc", "plain", R"({"status":{"replicas":1}})", "s | 1 | 1 | 0 | 60m | a | x | a=b"},
    {"revision", "of a set",
     R"({"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"u","controller":true}]}})",
     "r | statefulset.apps/web | 1 | 60m"},
    {"hpa", "unknown", "{}", "h | Deployment/web | cpu: <unknown>/80% | 1 | 5 | 0 | 60m"},
    {"hpa", "known",
     R"({"status":{"currentReplicas":2,"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":50}}}]}})",
     "h | Deployment/web | cpu: 50%/80% | 1 | 5 | 2 | 60m"},
    {"pdb", "minimum", R"({"status":{"disruptionsAllowed":1}})", "p | 1 | N/A | 1 | 60m"},
    {"ingress", "with tls",
     R"({"spec":{"ingressClassName":"nginx","tls":[{}]},"status":{"loadBalancer":{"ingress":[{"ip":"10.0.0.1"}]}}})",
     "i | nginx | example.com | 10.0.0.1 | 80, 443 | 60m"},
    {"ingress", "any host", R"({"spec":{"rules":[{}]}})", "i | <none> | * |  | 80 | 60m"},
    {"netpol", "all pods", "{}", "n | <none> | 60m"},
    {"ipaddress", "of a service", "{}", "10.96.0.1 | services/d/k | 60m"},
    {"endpoints", "one", "{}", "e | 10.1.2.3:80 | 60m"},
    {"pv", "bound",
     R"({"spec":{"claimRef":{"namespace":"d","name":"c"},"storageClassName":"fast"},"status":{"phase":"Bound"}})",
     "v | 1Gi | RWO | Retain | Bound | d/c | fast | <unset> |  | 60m | Filesystem"},
    {"pvc", "pending", "{}", "c | Pending |  |  |  |  | <unset> | 60m | Filesystem"},
    {"pvc", "bound",
     R"({"spec":{"volumeName":"v","storageClassName":"fast"},"status":{"phase":"Bound","capacity":{"storage":"2Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"]}})",
     "c | Bound | v | 2Gi | RWO,RWX | fast | <unset> | 60m | Filesystem"},
    {"storageclass", "default",
     R"({"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}}})",
     "s (default) | example.com/disk | Delete | Immediate | false | 60m"},
    {"attachment", "done", R"({"status":{"attached":true}})", "a | d.example.com | v | n | true | 60m"},
    {"csidriver", "plain", "{}", "d.example.com | true | false | false | <unset> | false | Persistent | 60m"},
    {"quota", "used", R"({"status":{"hard":{"pods":"4","limits.cpu":"2"},"used":{"pods":"1"}}})",
     "q | pods: 1/4 | limits.cpu: 0/2 | 60m"},
    {"limitrange", "created", "{}", "l | 2026-01-01T00:00:00Z"},
    {"role", "created", "{}", "system:r | 2026-01-01T00:00:00Z"},
    {"rolebinding", "subjects",
     R"({"subjects":[{"kind":"User","name":"u"},{"kind":"User","name":"v"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]})",
     "b | Role/r | 60m | u, v |  | n/s"},
    {"priorityclass", "plain", "{}", "p | 100 | false | 60m | PreemptLowerPriority"},
    {"csr", "pending", "{}", "c | 60m | example.com/signer |  | <none> | Pending"},
    {"csr", "issued",
     R"({"spec":{"username":"me","expirationSeconds":3600},"status":{"certificate":"eA==","conditions":[{"type":"Approved","status":"True"}]}})",
     "c | 60m | example.com/signer | me | 60m | Approved,Issued"},
    {"mutatingwebhook", "one", "{}", "m | 1 | 60m"},
    {"policy", "plain", "{}", "m | 1 | <unset> | 60m"},
    {"policybinding", "plain", "{}", "b | p | <unset> | 60m"},
    {"apiservice", "local",
     R"({"status":{"conditions":[{"type":"Available","status":"True","reason":"Local"}]}})",
     "v1.example.com | Local | True | 60m"},
    {"flowschema", "plain", "{}", "f | l | 1000 | <none> | 60m | ?"},
    {"prioritylevel", "limited", "{}", "f | Limited | 30 | 64 | 8 | 50 | 60m"},
    {"claim", "pending", "{}", "c | pending | 60m"},
    {"claim", "reserved",
     R"({"status":{"allocation":{},"reservedFor":[{"resource":"pods","name":"p","uid":"u"}]}})",
     "c | allocated,reserved | 60m"},
    {"slice", "plain", "{}", "c | n | gpu.example.com | n | 60m"},
};

std::span<const Row> rows() {
    return allRows;
}

} // namespace

QTEST_APPLESS_MAIN(TestTableKinds)
#include "test_api_table_kinds.moc"
