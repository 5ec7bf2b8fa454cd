#include "engine/api/types.h"
#include "engine/client/manifests.h"
#include "fake_cluster.h"

#include <QTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;
namespace apps = api::apps;
using Action = client::ManifestOutcome::Action;

class TestManifests : public QObject {
    Q_OBJECT
    std::unique_ptr<SimulatedExecutor> executor_;
    SeededRandom random_{1};
    std::unique_ptr<tests::FakeCluster> cluster_;

    Result<std::vector<client::ManifestOutcome>> apply(const std::string& text, bool dryRun = false) {
        std::optional<Result<std::vector<client::ManifestOutcome>>> answer;
        client::applyManifests(*cluster_, text, "default", dryRun,
                               [&](auto result) { answer = std::move(result); });
        if (answer) return fail(Reason::InternalError, "answered inside the call");
        executor_->runUntil([&] { return answer.has_value(); }, 1min);
        return answer ? *answer : fail(Reason::Timeout, "no answer");
    }
    static std::string deployment(const std::string& containers, const std::string& more = "") {
        return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n" +
               more +
               "  selector:\n    matchLabels:\n      app: web\n  template:\n    metadata:\n      labels:\n   "
               "     app: web\n"
               "    spec:\n      containers:\n" +
               containers;
    }

  private Q_SLOTS:
    void init() {
        executor_ = std::make_unique<SimulatedExecutor>();
        cluster_ = std::make_unique<tests::FakeCluster>(*executor_, random_);
    }

    void createsThenSaysUnchangedThenConfigured() {
        const std::string text = deployment("      - name: web\n        image: nginx:1\n");
        auto first = apply(text);
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(first->front().action, Action::Created);
        QCOMPARE(first->front().what, std::string("deployment.apps/web in namespace default"));
        const auto revision = cluster_->revision();
        auto second = apply(text);
        QCOMPARE(second->front().action, Action::Unchanged);
        QCOMPARE(cluster_->revision(), revision);
        auto third = apply(deployment("      - name: web\n        image: nginx:2\n"));
        QCOMPARE(third->front().action, Action::Configured);
        QCOMPARE(
            cluster_->get<apps::Deployment>("default/web")->spec().template_().spec().containers(0).image(),
            std::string("nginx:2"));
    }

    void keepsWhatOthersSetAndRemovesWhatIsNoLongerWritten() {
        apply(deployment("      - name: web\n        image: nginx:1\n      - name: old\n        image: x\n",
                         "  minReadySeconds: 5\n"));
        cluster_->edit<apps::Deployment>("default/web", [](auto& d) {
            d.mutable_spec()->set_replicas(7);
            (*d.mutable_metadata()->mutable_labels())["team"] = "blue";
            auto& side = *d.mutable_spec()->mutable_template_()->mutable_spec()->add_containers();
            side.set_name("injected");
            side.set_image("mesh");
        });
        // Replicas are written again, minReadySeconds and the container "old" are not.
        auto outcome = apply(deployment("      - name: web\n        image: nginx:1\n"));
        QVERIFY(outcome);
        QCOMPARE(outcome->front().action, Action::Configured);
        const auto now = *cluster_->get<apps::Deployment>("default/web");
        QCOMPARE(now.spec().replicas(), 3);
        QCOMPARE(now.spec().minreadyseconds(), 0);
        QCOMPARE(now.metadata().labels().at("team"), std::string("blue"));
        QStringList names;
        for (const auto& container : now.spec().template_().spec().containers())
            names << QString::fromStdString(container.name());
        names.sort();
        QCOMPARE(names, QStringList({"injected", "web"}));
    }

    void anotherStrategyDropsTheDefaultsOfTheFirst() {
        apply(deployment("      - name: web\n        image: nginx:1\n"));
        cluster_->edit<apps::Deployment>("default/web", [](auto& d) {
            d.mutable_spec()->mutable_strategy()->set_type("RollingUpdate");
            d.mutable_spec()->mutable_strategy()->mutable_rollingupdate()->mutable_maxsurge()->set_intval(1);
        });
        auto outcome = apply(
            deployment("      - name: web\n        image: nginx:1\n", "  strategy:\n    type: Recreate\n"));
        QVERIFY(outcome);
        const auto now = *cluster_->get<apps::Deployment>("default/web");
        QCOMPARE(now.spec().strategy().type(), std::string("Recreate"));
        QVERIFY(!now.spec().strategy().has_rollingupdate());
    }

    void everyDocumentAndEveryListItem() {
        auto outcome =
            apply("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\n---\n"
                  "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n"
                  "    name: b\n- apiVersion: nowhere/v1\n  kind: Nothing\n  metadata:\n    name: c\n---\n"
                  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: d\n");
        QVERIFY(outcome);
        QCOMPARE(outcome->size(), std::size_t(4));
        QCOMPARE((*outcome)[0].what, std::string("configmap/a in namespace shop"));
        QCOMPARE((*outcome)[1].action, Action::Created);
        QCOMPARE((*outcome)[2].action, Action::Failed);
        QCOMPARE((*outcome)[2].error.reason, Reason::NotFound);
        QCOMPARE((*outcome)[3].what, std::string("namespace/d"));
        QVERIFY(cluster_->find(api::kindOf<core::ConfigMap>().name, "default/b"));
    }

    void textThatDoesNotParseChangesNothing_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("broken") << "apiVersion: v1\nkind: ConfigMap\nmetadata: [\n";
        QTest::newRow("second broken")
            << "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\nkind: }{\n";
        QTest::newRow("no kind") << "apiVersion: v1\nmetadata:\n  name: a\n";
        QTest::newRow("a list") << "- a\n- b\n";
        QTest::newRow("empty") << "\n";
    }
    void textThatDoesNotParseChangesNothing() {
        QFETCH(QString, text);
        const auto outcome = apply(text.toStdString());
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().reason, Reason::BadRequest);
        QCOMPARE(cluster_->revision(), Revision(0));
    }

    void conflictsAreTriedAgain() {
        apply(deployment("      - name: web\n        image: nginx:1\n"));
        cluster_->failNext("patch", "deployments", {.reason = Reason::Conflict, .message = "raced"}, 2);
        auto outcome = apply(deployment("      - name: web\n        image: nginx:2\n"));
        QCOMPARE(outcome->front().action, Action::Configured);
        cluster_->failNext("patch", "deployments", {.reason = Reason::Forbidden, .message = "no"});
        outcome = apply(deployment("      - name: web\n        image: nginx:3\n"));
        QCOMPARE(outcome->front().action, Action::Failed);
        QCOMPARE(outcome->front().error.reason, Reason::Forbidden);
    }

    void aDryRunChangesNothing() {
        auto outcome = apply(deployment("      - name: web\n        image: nginx:1\n"), true);
        QCOMPARE(outcome->front().action, Action::Created);
        QCOMPARE(cluster_->revision(), Revision(0));
    }
};

QTEST_GUILESS_MAIN(TestManifests)
#include "test_manifests.moc"
