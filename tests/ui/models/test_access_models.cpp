// Who may do what, as far as roles and bindings say, and the server's own answer.
#include "engine/api/groups/authorization.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/access_model.h"
#include "ui/models/ui_executor.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;
namespace rbac = wheelhouse::api::rbac;

namespace {

constexpr int soon = 30'000; ///< a deadline for what has gone wrong; nothing takes that long
using Kind = AccessSubject::Kind;

struct Rule {
    std::vector<std::string> verbs;
    std::vector<std::string> groups;
    std::vector<std::string> resources;
    std::vector<std::string> names;
    std::vector<std::string> paths;
};

template <class Role>
Role roleOf(const std::string& nameSpace, const std::string& name, const std::vector<Rule>& rules) {
    Role role;
    role.mutable_metadata()->set_name(name);
    if (!nameSpace.empty()) role.mutable_metadata()->set_namespace_(nameSpace);
    for (const Rule& rule : rules) {
        auto& made = *role.add_rules();
        for (const auto& each : rule.verbs)
            made.add_verbs(each);
        for (const auto& each : rule.groups)
            made.add_apigroups(each);
        for (const auto& each : rule.resources)
            made.add_resources(each);
        for (const auto& each : rule.names)
            made.add_resourcenames(each);
        for (const auto& each : rule.paths)
            made.add_nonresourceurls(each);
    }
    return role;
}

template <class Binding>
Binding bindingOf(const std::string& nameSpace, const std::string& name, const std::string& roleKind,
                  const std::string& role, const std::vector<AccessSubject>& subjects) {
    Binding binding;
    binding.mutable_metadata()->set_name(name);
    if (!nameSpace.empty()) binding.mutable_metadata()->set_namespace_(nameSpace);
    binding.mutable_roleref()->set_apigroup("rbac.authorization.k8s.io");
    binding.mutable_roleref()->set_kind(roleKind);
    binding.mutable_roleref()->set_name(role);
    for (const AccessSubject& subject : subjects) {
        auto& made = *binding.add_subjects();
        const char* kinds[] = {"User", "Group", "ServiceAccount"};
        made.set_kind(kinds[static_cast<int>(subject.kind)]);
        made.set_name(subject.name.toStdString());
        if (!subject.nameSpace.isEmpty()) made.set_namespace_(subject.nameSpace.toStdString());
    }
    return binding;
}

const AccessSubject ada{Kind::User, {}, "ada"};
const AccessSubject devs{Kind::Group, {}, "devs"};
const AccessSubject builder{Kind::ServiceAccount, "shop", "builder"};
const AccessSubject scheduler{Kind::User, {}, "system:kube-scheduler"};

/// A cluster in which ada reads everything, builders run shop, and whoever has signed in sees the version.
struct Bench {
    SystemClock clock;
    SeededRandom random{3};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    AccessModel model{cluster, executor};
    QAbstractItemModelTester subjects{&model.subjects(),
                                      QAbstractItemModelTester::FailureReportingMode::Fatal};
    QAbstractItemModelTester rights{&model.rights(), QAbstractItemModelTester::FailureReportingMode::Fatal};

    Bench() {
        cluster.put(roleOf<rbac::ClusterRole>(
            "", "view", {{{"get", "list", "watch"}, {""}, {"pods", "pods/log"}, {}, {}}}));
        cluster.put(roleOf<rbac::ClusterRole>("", "version", {{{"get"}, {}, {}, {}, {"/version"}}}));
        cluster.put(roleOf<rbac::ClusterRole>("", "all", {{{"*"}, {"*"}, {"*"}, {}, {"*"}}}));
        cluster.put(roleOf<rbac::Role>("shop", "build",
                                       {{{"create", "delete"}, {"", "batch"}, {"pods", "jobs"}, {}, {}},
                                        {{"update"}, {""}, {"configmaps"}, {"settings"}, {}}}));
        bind<rbac::ClusterRoleBinding>("", "ada-views", "ClusterRole", "view", {ada});
        bind<rbac::ClusterRoleBinding>("", "version", "ClusterRole", "version",
                                       {{Kind::Group, {}, "system:authenticated"}});
        bind<rbac::ClusterRoleBinding>("", "scheduling", "ClusterRole", "all", {scheduler});
        bind<rbac::RoleBinding>("shop", "builders", "Role", "build", {builder, devs});
        bind<rbac::RoleBinding>("shop", "viewers", "ClusterRole", "view", {builder});
    }
    template <class B>
    void bind(const std::string& nameSpace, const std::string& name, const std::string& kind,
              const std::string& role, const std::vector<AccessSubject>& to) {
        cluster.put(bindingOf<B>(nameSpace, name, kind, role, to));
    }
    bool start() {
        model.start();
        return QTest::qWaitFor([this] { return model.loaded() && model.subjects().rowCount() > 0; }, soon);
    }
    QStringList shown() {
        QStringList out;
        for (int i = 0; i < model.subjects().rowCount(); ++i)
            out << model.subjects().index(i, 0).data().toString();
        out.sort();
        return out;
    }
    /// "resource|where|verbs|by" of every row.
    QStringList rightsOf(const AccessSubject& subject) {
        model.choose(subject);
        QStringList out;
        for (int i = 0; i < model.rights().rowCount(); ++i) {
            const auto cell = [&](int column) { return model.rights().index(i, column).data().toString(); };
            QStringList verbs;
            for (int v = 0; v < AccessModel::verbs().size(); ++v)
                if (!cell(AccessModel::FirstVerb + v).isEmpty()) verbs << AccessModel::verbs()[v];
            const int other = AccessModel::FirstVerb + static_cast<int>(AccessModel::verbs().size());
            if (!cell(other).isEmpty()) verbs << cell(other);
            out << QStringList{cell(0), cell(1), verbs.join(u' '), cell(other + 1)}.join(u'|');
        }
        out.sort();
        return out;
    }
};

} // namespace

class TestAccessModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everybodyABindingNames() {
        Bench bench;
        QVERIFY(bench.start());
        QCOMPARE(bench.shown(), (QStringList{"ada", "devs", "shop/builder"}));
        bench.model.setSystemShown(true);
        QCOMPARE(bench.shown(), (QStringList{"ada", "devs", "shop/builder", "system:authenticated",
                                             "system:kube-scheduler"}));
        // An account called by its user name is the account.
        bench.bind<rbac::ClusterRoleBinding>("", "by-name", "ClusterRole", "view",
                                             {{Kind::User, {}, "system:serviceaccount:shop:builder"}});
        QTRY_COMPARE_WITH_TIMEOUT(bench.model.book().grantsOf(builder).size(), std::size_t(4), soon);
        QCOMPARE(bench.shown().size(), 5);
    }

    void rightsAndWhoGivesThem() {
        Bench bench;
        QVERIFY(bench.start());
        QCOMPARE(bench.rightsOf(ada), (QStringList{"/version|everywhere|get|version",
                                                   "pods/log|everywhere|get list watch|ada-views",
                                                   "pods|everywhere|get list watch|ada-views"}));
        QCOMPARE(
            bench.rightsOf(builder),
            (QStringList{
                "/version|everywhere|get|version", "configmaps (settings)|shop|update|shop/builders",
                "jobs.batch|shop|create delete|shop/builders", "jobs|shop|create delete|shop/builders",
                "pods.batch|shop|create delete|shop/builders", "pods/log|shop|get list watch|shop/viewers",
                "pods|shop|get list watch create delete|shop/builders, shop/viewers"}));
        QCOMPARE(bench.rightsOf(scheduler).filter("everything"),
                 QStringList{"everything|everywhere|get list watch create update patch delete *|scheduling"});
        // Each binding says what it gives.
        bench.model.choose(builder);
        for (int i = 0; i < bench.model.rights().rowCount(); ++i) {
            const QString told = bench.model.rights().index(i, 0).data(LiveTableModel::ExtraRole).toString();
            if (bench.model.rights().index(i, 0).data() != "pods") continue;
            QVERIFY2(told.contains("shop/builders → build: create, delete\n"), qPrintable(told));
            QVERIFY2(told.endsWith("shop/viewers → view: get, list, watch"), qPrintable(told));
            QCOMPARE(bench.model.grantsAt(i).front().kind, QStringLiteral("RoleBinding"));
        }
    }

    void whatIsAllowed_data() {
        QTest::addColumn<QString>("who");
        QTest::addColumn<QString>("verb");
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("by");
        const auto row = [](const char* title, const char* who, const char* verb, const char* group,
                            const char* resource, const char* where, const char* name, const char* by) {
            QTest::newRow(title) << who << verb << group << resource << where << name << by;
        };
        row("everywhere", "ada", "get", "", "pods", "", "", "ada-views");
        row("in a namespace too", "ada", "get", "", "pods", "shop", "web", "ada-views");
        row("another verb", "ada", "delete", "", "pods", "shop", "", "");
        row("another group", "ada", "get", "apps", "pods", "", "", "");
        row("a subresource", "ada", "get", "", "pods/log", "shop", "", "ada-views");
        row("a subresource nobody named", "ada", "get", "", "pods/exec", "shop", "", "");
        row("a role's own namespace", "builder", "create", "batch", "jobs", "shop", "", "builders");
        row("not elsewhere", "builder", "create", "batch", "jobs", "other", "", "");
        row("not everywhere", "builder", "create", "batch", "jobs", "", "", "");
        row("by its name", "builder", "update", "", "configmaps", "shop", "settings", "builders");
        row("by another name", "builder", "update", "", "configmaps", "shop", "other", "");
        row("by any name", "builder", "update", "", "configmaps", "shop", "", "");
        row("all of it", "scheduler", "bind", "x.io", "widgets/status", "", "w", "scheduling");
        row("a group", "devs", "delete", "", "pods", "shop", "", "builders");
    }
    void whatIsAllowed() {
        QFETCH(QString, who);
        QFETCH(QString, verb);
        QFETCH(QString, group);
        QFETCH(QString, resource);
        QFETCH(QString, where);
        QFETCH(QString, name);
        QFETCH(QString, by);
        static Bench bench;
        if (bench.model.subjects().rowCount() == 0) QVERIFY(bench.start());
        const AccessSubject subject = who == "ada"       ? ada
                                      : who == "builder" ? builder
                                      : who == "devs"    ? devs
                                                         : scheduler;
        const auto grants = bench.model.book().allows(subject, {verb, group, resource, where, name});
        QCOMPARE(grants.empty() ? QString() : grants.front().name, by);
    }

    void whoCan() {
        Bench bench;
        QVERIFY(bench.start());
        bench.model.setOnly(AccessQuestion{"delete", "", "pods", "shop", ""});
        // Accounts of the cluster itself can as well.
        QCOMPARE(bench.shown(), (QStringList{"devs", "shop/builder", "system:kube-scheduler"}));
        bench.model.setOnly(std::nullopt);
        QCOMPARE(bench.shown().size(), 3);
    }

    void changesAreFollowed() {
        Bench bench;
        QVERIFY(bench.start());
        QCOMPARE(bench.rightsOf(devs).size(), 6);
        bench.cluster.put(roleOf<rbac::Role>("shop", "build", {{{"get"}, {""}, {"secrets"}, {}, {}}}));
        QTRY_COMPARE_WITH_TIMEOUT(
            bench.rightsOf(devs),
            (QStringList{"/version|everywhere|get|version", "secrets|shop|get|shop/builders"}), soon);
        bench.cluster.drop<rbac::RoleBinding>("shop/builders");
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), (QStringList{"ada", "shop/builder"}), soon);
        // What was dropped while nobody looked is gone as well.
        bench.model.stop();
        bench.cluster.drop<rbac::ClusterRoleBinding>("ada-views");
        QVERIFY(bench.start());
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), QStringList{"shop/builder"}, soon);
    }

    void theServersAnswer() {
        Bench bench;
        QVERIFY(bench.start());
        api::authorization::SubjectAccessReview asked;
        bench.cluster.mayDo = [&](const api::authorization::SubjectAccessReview& review) {
            asked = review;
            return true;
        };
        const AccessQuestion question{"get", "apps", "deployments/scale", "shop", "web"};
        bench.model.choose(builder);
        bench.model.ask(question);
        QVERIFY(bench.model.asking());
        QTRY_VERIFY_WITH_TIMEOUT(bench.model.answer() && bench.model.answer()->allowed, soon);
        QCOMPARE(asked.spec().user(), std::string("system:serviceaccount:shop:builder"));
        QCOMPARE(asked.spec().groups_size(), 3);
        QCOMPARE(asked.spec().resourceattributes().resource(), std::string("deployments"));
        QCOMPARE(asked.spec().resourceattributes().subresource(), std::string("scale"));
        QCOMPARE(asked.spec().resourceattributes().namespace_(), std::string("shop"));
        QCOMPARE(AccessModel::command(builder, question),
                 QStringLiteral("kubectl auth can-i get deployments.apps/web --subresource=scale -n shop "
                                "--as=system:serviceaccount:shop:builder"));
        QCOMPARE(AccessModel::command(devs, std::nullopt),
                 QStringLiteral("kubectl auth can-i --list --as=somebody --as-group=devs"));
        // The answer about somebody else is no answer.
        bench.model.ask(question);
        bench.model.choose(devs);
        QVERIFY(!bench.model.asking() && !bench.model.answer());
        bench.cluster.mayDo = [](const auto&) { return false; };
        bench.model.ask(question);
        QTRY_VERIFY_WITH_TIMEOUT(bench.model.answer().has_value(), soon);
        QVERIFY(!bench.model.answer()->allowed && !bench.model.answer()->failed);
    }
};

QTEST_MAIN(TestAccessModels)
#include "test_access_models.moc"
