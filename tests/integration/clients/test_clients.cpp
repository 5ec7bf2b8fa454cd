// Programs as people write them, with client-go and @kubernetes/client-node, against the real program: what
// they do all day works as on Kubernetes. The stories are in go/ and node/.
#include "lab_process.h"

#include <QStandardPaths>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString here = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/tests/integration/clients");
constexpr int buildSeconds = 600; ///< client-go is large, and machines are shared
constexpr int storySeconds = 120;

} // namespace

class TestClients : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=3"}};
    QTemporaryDir folder_;
    QString goProgram_;
    QString nodeFolder_;
    QString whyNoNode_;

    static void rows(const QStringList& names) {
        QTest::addColumn<QString>("story");
        for (const QString& name : names)
            QTest::newRow(qPrintable(name)) << name;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        const QString go = QStandardPaths::findExecutable("go");
        if (!go.isEmpty()) {
            const Output built = run(
                go, {"build", "-C", here + "/go", "-o", folder_.filePath("clients"), "."}, {}, buildSeconds);
            QVERIFY2(built.code == 0, qPrintable(built.err));
            goProgram_ = folder_.filePath("clients");
        }
        const Output node = run(QStringLiteral(WHEELHOUSE_SOURCE_DIR "/tests/support/node-client"),
                                {here + "/node"}, {}, 300);
        nodeFolder_ = node.code == 0 ? node.out.trimmed() : QString();
        whyNoNode_ = node.err.trimmed();
        QTRY_COMPARE_WITH_TIMEOUT(lab_.get({"get", "nodes", "-o", "name"}).count("node/"), 3, 60'000);
    }
    void cleanupTestCase() { QCOMPARE(lab_.stop(), 0); }

    void clientGo_data() {
        rows({"typed", "protobuf", "discovery", "informers", "pager", "retry", "dynamic", "metadata",
              "leader", "apply", "pods", "custom", "definitions", "aliases", "exec", "portforward"});
    }
    void clientGo() {
        if (goProgram_.isEmpty()) QSKIP("SKIPPED: Go is not installed; nothing but this test needs it");
        QFETCH(QString, story);
        const Output told = run(goProgram_, {lab_.kubeconfig(), story}, {}, storySeconds);
        QVERIFY2(told.code == 0, qPrintable(told.err));
    }

    void clientNode_data() {
        rows({"typed", "watch", "informer", "deployment", "objects", "exec", "attach", "cp", "portforward"});
    }
    void clientNode() {
        QVERIFY2(!nodeFolder_.isEmpty(), qPrintable(whyNoNode_));
        QFETCH(QString, story);
        const Output told =
            run("node", {nodeFolder_ + "/main.mjs", lab_.kubeconfig(), story}, {}, storySeconds);
        QVERIFY2(told.code == 0, qPrintable(told.err));
    }
};

QTEST_GUILESS_MAIN(TestClients)
#include "test_clients.moc"
