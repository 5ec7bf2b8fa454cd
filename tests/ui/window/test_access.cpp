// Who can do what, clicked through against a cluster in memory.
#include "engine/api/groups/rbac.h"
#include "stage.h"
#include "ui/views/access_page.h"
#include "ui/views/detail_drawer.h"

#include <QComboBox>
#include <QLineEdit>
#include <QTableView>

using namespace wheelhouse;
using namespace wheelhouse::ui;
namespace rbac = wheelhouse::api::rbac;

namespace {

void addRule(google::protobuf::RepeatedPtrField<rbac::PolicyRule>& rules,
             const std::vector<std::string>& verbs, const std::string& group,
             const std::vector<std::string>& resources, const std::string& name = {}) {
    auto& rule = *rules.Add();
    for (const auto& verb : verbs)
        rule.add_verbs(verb);
    rule.add_apigroups(group);
    for (const auto& resource : resources)
        rule.add_resources(resource);
    if (!name.empty()) rule.add_resourcenames(name);
}

template <class Binding>
void bind(Stage& stage, const std::string& nameSpace, const std::string& name, const std::string& roleKind,
          const std::string& role, const std::string& kind, const std::string& who) {
    Binding binding;
    binding.mutable_metadata()->set_name(name);
    if (!nameSpace.empty()) binding.mutable_metadata()->set_namespace_(nameSpace);
    binding.mutable_roleref()->set_kind(roleKind);
    binding.mutable_roleref()->set_name(role);
    auto& subject = *binding.add_subjects();
    subject.set_kind(kind);
    subject.set_name(who);
    if (kind == "ServiceAccount") subject.set_namespace_(nameSpace);
    stage.cluster.put(binding);
}

void people(Stage& stage) {
    rbac::ClusterRole view;
    view.mutable_metadata()->set_name("view");
    addRule(*view.mutable_rules(), {"get", "list", "watch"}, "",
            {"pods", "pods/log", "services", "configmaps"});
    addRule(*view.mutable_rules(), {"get", "list", "watch"}, "apps", {"deployments", "replicasets"});
    stage.cluster.put(view);
    rbac::ClusterRole admin;
    admin.mutable_metadata()->set_name("cluster-admin");
    addRule(*admin.mutable_rules(), {"*"}, "*", {"*"});
    stage.cluster.put(admin);
    rbac::Role deploy;
    deploy.mutable_metadata()->set_name("deploy");
    deploy.mutable_metadata()->set_namespace_("default");
    addRule(*deploy.mutable_rules(), {"create", "update", "patch", "delete"}, "apps", {"deployments"});
    addRule(*deploy.mutable_rules(), {"get", "update"}, "", {"secrets"}, "registry-login");
    addRule(*deploy.mutable_rules(), {"create", "delete", "deletecollection"}, "batch", {"jobs"});
    stage.cluster.put(deploy);
    bind<rbac::ClusterRoleBinding>(stage, "", "admins", "ClusterRole", "cluster-admin", "Group",
                                   "platform-team");
    bind<rbac::ClusterRoleBinding>(stage, "", "ada-views", "ClusterRole", "view", "User", "ada@example.com");
    bind<rbac::ClusterRoleBinding>(stage, "", "managers", "ClusterRole", "cluster-admin", "User",
                                   "system:kube-controller-manager");
    bind<rbac::RoleBinding>(stage, "default", "deployers", "Role", "deploy", "ServiceAccount", "ci");
    bind<rbac::RoleBinding>(stage, "default", "ci-views", "ClusterRole", "view", "ServiceAccount", "ci");
}

} // namespace

class TestAccess final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }

    void whoMayDoWhat() {
        Stage stage;
        stage.smallLab();
        people(stage);
        stage.open();
        stage.place("Access");
        auto* page = stage.part<AccessPage>();
        QTRY_COMPARE_WITH_TIMEOUT(page->model().subjects().rowCount(), 3, soon);
        QTest::mouseClick(page->systemButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(page->model().subjects().rowCount(), 4, soon);
        QTest::mouseClick(page->systemButton(), Qt::LeftButton);
        const auto pick = [&](QTableView* view, const QString& text, int column) {
            for (int row = 0; row < view->model()->rowCount(); ++row) {
                if (view->model()->index(row, 0).data().toString() != text) continue;
                const QModelIndex at = view->model()->index(row, column);
                view->scrollTo(at);
                QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(at).center());
                return true;
            }
            return false;
        };
        QVERIFY(pick(page->subjectList(), "default/ci", 0));
        QTRY_VERIFY_WITH_TIMEOUT(page->model().rights().rowCount() > 5, soon);
        QCOMPARE(page->command(),
                 QStringLiteral("kubectl auth can-i --list --as=system:serviceaccount:default:ci"));
        // A right that is pressed says where it comes from, and becomes the question.
        QVERIFY(pick(page->rightList(), "deployments.apps", AccessModel::FirstVerb + 3));
        QVERIFY2(page->explanation().contains("default/deployers → deploy"), qPrintable(page->explanation()));
        QCOMPARE(page->verbField()->currentText(), QStringLiteral("create"));
        QCOMPARE(page->resourceField()->currentText(), QStringLiteral("deployments.apps"));
        QCOMPARE(page->namespaceField()->currentText(), QStringLiteral("default"));
        stage.cluster.mayDo = [](const api::authorization::SubjectAccessReview& review) {
            return review.spec().resourceattributes().verb() == "create";
        };
        QTest::mouseClick(page->askButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(page->model().answer().has_value(), soon);
        QVERIFY(page->model().answer()->allowed);
        QCOMPARE(page->command(), QStringLiteral("kubectl auth can-i create deployments.apps -n default "
                                                 "--as=system:serviceaccount:default:ci"));
        stage.shot("access");
        // Who else can?
        QTest::mouseClick(page->whoButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(page->model().subjects().rowCount(), 3, soon);
        page->namespaceField()->setEditText("kube-system");
        QTRY_COMPARE_WITH_TIMEOUT(page->model().subjects().rowCount(), 2, soon);
        // Return opens the binding.
        QVERIFY(pick(page->rightList(), "pods", 0));
        QTest::keyClick(page->rightList(), Qt::Key_Return);
        auto* drawer = stage.part<DetailDrawer>();
        QTRY_VERIFY_WITH_TIMEOUT(drawer->isVisible() && drawer->subject().name == "ci-views", soon);
    }

    void wordsOfAQuestion_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("group");
        QTest::newRow("core") << "pods"
                              << "pods"
                              << "";
        QTest::newRow("group") << "deployments.apps"
                               << "deployments"
                               << "apps";
        QTest::newRow("long group") << "roles.rbac.authorization.k8s.io"
                                    << "roles"
                                    << "rbac.authorization.k8s.io";
        QTest::newRow("subresource") << "pods/log"
                                     << "pods/log"
                                     << "";
        QTest::newRow("both") << "deployments/scale.apps"
                              << "deployments/scale"
                              << "apps";
        QTest::newRow("nothing") << ""
                                 << ""
                                 << "";
    }
    void wordsOfAQuestion() {
        QFETCH(QString, text);
        const AccessQuestion question = AccessPage::questionOf("get", text, "", "");
        QTEST(question.resource, "resource");
        QTEST(question.apiGroup, "group");
    }
};

QTEST_MAIN(TestAccess)
#include "test_access.moc"
