#include "engine/api/usage.h"

#include <QTest>
#include <functional>

using namespace wheelhouse;
using namespace wheelhouse::api;

namespace {

using ChangePod = std::function<void(core::PodSpec&)>;
using ChangeClaim = std::function<void(core::PersistentVolumeClaim&)>;

core::ResourceQuotaSpec scoped(const QString& scope, const QString& op = {}, const QStringList& values = {}) {
    core::ResourceQuotaSpec quota;
    if (op.isEmpty()) {
        quota.add_scopes(scope.toStdString());
        return quota;
    }
    auto& term = *quota.mutable_scopeselector()->add_matchexpressions();
    term.set_scopename(scope.toStdString());
    term.set_operator_(op.toStdString());
    for (const QString& value : values)
        term.add_values(value.toStdString());
    return quota;
}

} // namespace

/// Which objects a quota with scopes counts.
class TestApiQuotaScopes : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void pods_data() {
        QTest::addColumn<QString>("scope");
        QTest::addColumn<QString>("op");
        QTest::addColumn<QStringList>("values");
        QTest::addColumn<ChangePod>("change");
        QTest::addColumn<bool>("covered");
        const ChangePod nothing = [](core::PodSpec&) {};
        const ChangePod ends = [](core::PodSpec& spec) { spec.set_activedeadlineseconds(5); };
        const ChangePod asks = [](core::PodSpec& spec) {
            (*spec.mutable_containers(0)->mutable_resources()->mutable_requests())["cpu"].set_string("1");
        };
        const ChangePod asksStorage = [](core::PodSpec& spec) {
            (*spec.mutable_containers(0)->mutable_resources()->mutable_requests())["ephemeral-storage"]
                .set_string("1Gi");
        };
        const ChangePod high = [](core::PodSpec& spec) { spec.set_priorityclassname("high"); };
        const auto near = [](bool across) {
            return ChangePod([across](core::PodSpec& spec) {
                auto& term = *spec.mutable_affinity()
                                  ->mutable_podantiaffinity()
                                  ->add_preferredduringschedulingignoredduringexecution()
                                  ->mutable_podaffinityterm();
                if (across) term.mutable_namespaceselector();
            });
        };
        const auto row = [](const char* name, const char* scope, const ChangePod& change, bool covered,
                            const char* op = "", const QStringList& values = {}) {
            QTest::newRow(name) << scope << op << values << change << covered;
        };
        row("ends", "Terminating", ends, true);
        row("goes on", "Terminating", nothing, false);
        row("goes on, so it is counted", "NotTerminating", nothing, true);
        row("ends, so it is not", "NotTerminating", ends, false);
        row("asks for nothing", "BestEffort", nothing, true);
        row("storage is no quality of service", "BestEffort", asksStorage, true);
        row("asks for something", "BestEffort", asks, false);
        row("asks, so it is counted", "NotBestEffort", asks, true);
        row("looks at other namespaces", "CrossNamespacePodAffinity", near(true), true);
        row("looks at its own", "CrossNamespacePodAffinity", near(false), false);
        row("looks at nothing", "CrossNamespacePodAffinity", nothing, false);
        row("any class", "PriorityClass", high, true, "Exists");
        row("no class", "PriorityClass", nothing, false, "Exists");
        row("one of them", "PriorityClass", high, true, "In", {"low", "high"});
        row("none of them", "PriorityClass", high, false, "In", {"low"});
        row("but these", "PriorityClass", high, false, "NotIn", {"high"});
        row("without a class", "PriorityClass", nothing, true, "DoesNotExist");
        row("a scope of claims", "VolumeAttributesClass", nothing, false, "Exists");
    }
    void pods() {
        QFETCH(QString, scope);
        QFETCH(QString, op);
        QFETCH(QStringList, values);
        QFETCH(ChangePod, change);
        QFETCH(bool, covered);
        core::Pod pod;
        pod.mutable_spec()->add_containers();
        change(*pod.mutable_spec());
        QCOMPARE(quotaCovers(scoped(scope, op, values), kindOf<core::Pod>(), pod), covered);
    }

    void claims_data() {
        QTest::addColumn<QString>("scope");
        QTest::addColumn<QString>("op");
        QTest::addColumn<QStringList>("values");
        QTest::addColumn<ChangeClaim>("change");
        QTest::addColumn<bool>("covered");
        const ChangeClaim nothing = [](core::PersistentVolumeClaim&) {};
        const ChangeClaim gold = [](core::PersistentVolumeClaim& claim) {
            claim.mutable_spec()->set_volumeattributesclassname("gold");
        };
        const ChangeClaim changing = [](core::PersistentVolumeClaim& claim) {
            claim.mutable_spec()->set_volumeattributesclassname("gold");
            claim.mutable_status()->set_currentvolumeattributesclassname("silver");
        };
        const auto row = [](const char* name, const char* scope, const char* op, const QStringList& values,
                            const ChangeClaim& change, bool covered) {
            QTest::newRow(name) << scope << op << values << change << covered;
        };
        const char* attributes = "VolumeAttributesClass";
        row("has one", attributes, "Exists", {}, gold, true);
        row("has none", attributes, "Exists", {}, nothing, false);
        row("none wanted", attributes, "DoesNotExist", {}, nothing, true);
        row("this one", attributes, "In", {"gold"}, gold, true);
        row("the one it had", attributes, "In", {"silver"}, changing, true);
        row("another", attributes, "In", {"silver"}, gold, false);
        row("but another", attributes, "NotIn", {"silver"}, gold, true);
        row("but this", attributes, "NotIn", {"gold"}, gold, false);
        row("a scope of pods", "PriorityClass", "Exists", {}, gold, false);
    }
    void claims() {
        QFETCH(QString, scope);
        QFETCH(QString, op);
        QFETCH(QStringList, values);
        QFETCH(ChangeClaim, change);
        QFETCH(bool, covered);
        core::PersistentVolumeClaim claim;
        change(claim);
        QCOMPARE(quotaCovers(scoped(scope, op, values), kindOf<core::PersistentVolumeClaim>(), claim),
                 covered);
    }

    void whatAGrowingClaimHasSetAsideCounts() {
        core::PersistentVolumeClaim claim;
        (*claim.mutable_spec()->mutable_resources()->mutable_requests())["storage"].set_string("2Gi");
        (*claim.mutable_status()->mutable_allocatedresources())["storage"].set_string("5Gi");
        const Amounts used = quotaUsage(kindOf<core::PersistentVolumeClaim>(), claim);
        QCOMPARE(used.at("requests.storage").toString(), std::string("5Gi"));
    }
};

QTEST_GUILESS_MAIN(TestApiQuotaScopes)
#include "test_api_quota_scopes.moc"
