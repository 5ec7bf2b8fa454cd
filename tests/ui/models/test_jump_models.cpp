// Where a typed line leads: kinds by their short names, namespaces, nodes, pods, and back again.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/jump_model.h"
#include "ui/models/ui_executor.h"

#include <QAbstractItemModelTester>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

constexpr int soon = 30'000;
using What = JumpEntry::What;

api::core::Pod makePod(const std::string& name, const std::string& nameSpace, const std::string& node) {
    api::core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_(nameSpace);
    pod.mutable_spec()->set_nodename(node);
    pod.mutable_status()->set_phase("Running");
    return pod;
}

} // namespace

class TestJumpModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init();
    void cleanup();
    void linesAreRead_data();
    void linesAreRead();
    void wordsAreWeighed_data();
    void wordsAreWeighed();
    void kindsByAnyName_data();
    void kindsByAnyName();
    void everythingIsSearched();
    void nothingTypedIsWhereOneWas();
    void thereAndBack();

  private:
    QString first(const QString& text) {
        model_->setText(text);
        return model_->rowCount() == 0 ? QString() : model_->entry(0).title;
    }
    SystemClock clock_;
    SeededRandom random_{3};
    UiExecutor executor_{clock_};
    std::unique_ptr<tests::FakeCluster> cluster_;
    std::unique_ptr<ClusterSession> session_;
    std::unique_ptr<JumpModel> model_;
};

void TestJumpModels::init() {
    cluster_ = std::make_unique<tests::FakeCluster>(executor_, random_);
    for (const char* name : {"default", "kube-system", "shop"}) {
        api::core::Namespace space;
        space.mutable_metadata()->set_name(name);
        cluster_->put(space);
    }
    api::core::Node node;
    node.mutable_metadata()->set_name("worker-1");
    cluster_->put(node);
    cluster_->put(makePod("web-5", "shop", "worker-1"));
    cluster_->put(makePod("web-10", "shop", "worker-1"));
    cluster_->put(makePod("old-web", "default", ""));
    session_ = std::make_unique<ClusterSession>(*cluster_, executor_);
    session_->start();
    model_ = std::make_unique<JumpModel>(*session_);
    new QAbstractItemModelTester(model_.get(), QAbstractItemModelTester::FailureReportingMode::QtTest,
                                 model_.get());
    JumpEntry deploy;
    deploy.title = QStringLiteral("Deploy a manifest");
    JumpEntry pause;
    pause.title = QStringLiteral("Pause");
    pause.action = 1;
    model_->setActions({deploy, pause});
    QTRY_VERIFY_WITH_TIMEOUT(session_->map().counts().pods == 3 && session_->map().nodes().size() == 1 &&
                                 session_->namespaces().size() == 3,
                             soon);
}

void TestJumpModels::cleanup() {
    model_.reset();
    session_.reset();
    cluster_.reset();
}

void TestJumpModels::linesAreRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("kind");
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("nameSpace");
    QTest::addColumn<QString>("filter");
    QTest::newRow("words") << "web front" << false << "web front"
                           << ""
                           << "";
    QTest::newRow("kind") << ":pod" << true << "pod"
                          << ""
                          << "";
    QTest::newRow("namespace") << " :po  shop " << true << "po"
                               << "shop"
                               << "";
    QTest::newRow("all namespaces") << ":po all" << true << "po"
                                    << "*"
                                    << "";
    QTest::newRow("expression") << ":pod shop /^web .*$" << true << "pod"
                                << "shop"
                                << "^web .*$";
    QTest::newRow("without") << ":pod /!web" << true << "pod"
                             << ""
                             << "!web";
    QTest::newRow("label") << ":deploy app=web" << true << "deploy"
                           << ""
                           << "-l app=web";
    QTest::newRow("only a colon") << ":" << true << ""
                                  << ""
                                  << "";
    QTest::newRow("nothing") << "  " << false << ""
                             << ""
                             << "";
}

void TestJumpModels::linesAreRead() {
    QFETCH(QString, text);
    QFETCH(bool, kind);
    QFETCH(QString, word);
    QFETCH(QString, nameSpace);
    QFETCH(QString, filter);
    const JumpLine expected{kind, word, nameSpace, filter};
    QVERIFY(readJump(text) == expected);
}

void TestJumpModels::wordsAreWeighed_data() {
    QTest::addColumn<QString>("word");
    QTest::addColumn<QStringList>("bestFirst");
    QTest::newRow("web") << "web" << QStringList{"web", "web-1", "old-web", "cobweb", "w-e-b"};
    QTest::newRow("case") << "SET" << QStringList{"set", "settings", "ReplicaSet", "reset", "s-x-e-t"};
}

void TestJumpModels::wordsAreWeighed() {
    QFETCH(QString, word);
    QFETCH(QStringList, bestFirst);
    for (qsizetype i = 1; i < bestFirst.size(); ++i)
        QVERIFY2(jumpScore(word, bestFirst[i - 1]) > jumpScore(word, bestFirst[i]), qPrintable(bestFirst[i]));
    QCOMPARE(jumpScore(word, "nothing of that"), 0);
}

void TestJumpModels::kindsByAnyName_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("kind");
    QTest::newRow("short") << ":po"
                           << "Pod";
    QTest::newRow("singular") << ":pod"
                              << "Pod";
    QTest::newRow("plural") << ":pods"
                            << "Pod";
    QTest::newRow("service") << ":svc"
                             << "Service";
    QTest::newRow("begun") << ":replicas"
                           << "ReplicaSet";
    QTest::newRow("namespaces") << ":ns"
                                << "Namespace";
    QTest::newRow("none") << ":zebra"
                          << "";
}

void TestJumpModels::kindsByAnyName() {
    QFETCH(QString, text);
    QFETCH(QString, kind);
    QCOMPARE(first(text), kind);
    if (kind.isEmpty()) return;
    QVERIFY(model_->entry(0).what == What::Kind);
    model_->setText(text + QStringLiteral(" shop /x"));
    if (kind == u"Namespace") return; // a namespace is meant, by its name
    QCOMPARE(model_->entry(0).kind, kind);
    QCOMPARE(model_->entry(0).nameSpace, QStringLiteral("shop"));
    QCOMPARE(model_->entry(0).filter, QStringLiteral("x"));
}

void TestJumpModels::everythingIsSearched() {
    QCOMPARE(first("web"), QStringLiteral("web-5"));
    QVERIFY(model_->rowCount() > 3);                            // webhooks too
    QCOMPARE(model_->entry(1).title, QStringLiteral("web-10")); // as people count
    QCOMPARE(model_->entry(model_->rowCount() - 1).title, QStringLiteral("old-web"));
    QCOMPARE(model_->entry(0).nameSpace, QStringLiteral("shop"));
    QVERIFY(session_->map().findPod(model_->entry(0).uid) != nullptr);
    QCOMPARE(first("worker"), QStringLiteral("worker-1"));
    QVERIFY(model_->entry(0).what == What::Node);
    QCOMPARE(first("deploy a"), QStringLiteral("Deploy a manifest"));
    QCOMPARE(first(":ns sh"), QStringLiteral("shop"));
    QVERIFY(model_->entry(0).what == What::Namespace);
    QCOMPARE(first("no such thing at all"), QString());
}

void TestJumpModels::nothingTypedIsWhereOneWas() {
    QCOMPARE(first({}), QStringLiteral("Deploy a manifest"));
    first(":svc shop");
    model_->visited(model_->entry(0));
    first("web-5");
    model_->visited(model_->entry(0));
    QCOMPARE(first({}), QStringLiteral("web-5"));
    QCOMPARE(model_->entry(1).title, QStringLiteral("Service"));
    QCOMPARE(model_->entry(1).nameSpace, QStringLiteral("shop"));
}

void TestJumpModels::thereAndBack() {
    QVERIFY(model_->last() == nullptr && model_->travel(-1) == nullptr && model_->travel(1) == nullptr);
    for (const char* text : {":po", ":svc", ":node"}) {
        first(text);
        model_->visited(model_->entry(0));
    }
    const auto kindOf = [](const JumpEntry* entry) { return entry == nullptr ? QString() : entry->kind; };
    QCOMPARE(kindOf(model_->last()), QStringLiteral("Service"));
    QCOMPARE(kindOf(model_->last()), QStringLiteral("Node"));
    QCOMPARE(kindOf(model_->travel(-1)), QStringLiteral("Service"));
    QCOMPARE(kindOf(model_->travel(-1)), QStringLiteral("Pod"));
    QVERIFY(model_->travel(-1) == nullptr);
    QCOMPARE(kindOf(model_->travel(1)), QStringLiteral("Service"));
    // Going on from the middle forgets what lay ahead.
    first(":cm");
    model_->visited(model_->entry(0));
    QVERIFY(model_->travel(1) == nullptr);
    QCOMPARE(kindOf(model_->travel(-1)), QStringLiteral("Service"));
    for (int i = 0; i < 120; ++i) {
        first(i % 2 == 0 ? ":po" : ":svc");
        model_->visited(model_->entry(0));
    }
    int steps = 0;
    while (model_->travel(-1) != nullptr)
        ++steps;
    QCOMPARE(steps, 49);
}

QTEST_MAIN(TestJumpModels)
#include "test_jump_models.moc"
