// Kubernetes' own conformance suite against the real program with simulated nodes: the specs of passing.txt
// pass, and every other spec stands in unmet.txt with the reason why not.
#include "lab_process.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QtTest>

using namespace wheelhouse::test;

namespace {

const QString here = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/tests/conformance");
constexpr int buildSeconds = 5400;    ///< the suite links most of Kubernetes, and machines are shared
constexpr int specSeconds = 1500;     ///< all of them; a spec that hangs has deadlines of its own
constexpr int processes = 8;          ///< specs mostly wait for the cluster, not for a processor
constexpr int conformanceSpecs = 441; ///< of Kubernetes 1.35

QStringList linesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
}

} // namespace

class TestConformance : public QObject {
    Q_OBJECT
    struct Outcome {
        QString state;
        QString message;
    };
    /// A short history, so that a list can outlive the revision it began at while somebody waits.
    LabProcess lab_{{"--nodes", "simulated=3", "--history", "2m"}};
    QTemporaryDir folder_;
    QStringList passing_;
    QMap<QString, Outcome> outcomes_;

  private slots:
    void initTestCase() {
        const QString go = QStandardPaths::findExecutable("go");
        if (go.isEmpty()) QSKIP("SKIPPED: Go is not installed; the conformance suite is a Go program");
        const Output modules = run(go, {"mod", "download", "-C", here + "/suite"}, {}, buildSeconds);
        if (modules.code != 0)
            QSKIP(qPrintable("SKIPPED: the suite's modules cannot be had: " + modules.err.trimmed()));
        const QString suite = folder_.filePath("conformance.test");
        const QString ginkgo = folder_.filePath("ginkgo");
        Output built = run(go, {"test", "-C", here + "/suite", "-c", "-o", suite, "."}, {}, buildSeconds);
        QVERIFY2(built.code == 0, qPrintable(built.err));
        built = run(go, {"build", "-C", here + "/suite", "-o", ginkgo, "github.com/onsi/ginkgo/v2/ginkgo"},
                    {}, buildSeconds);
        QVERIFY2(built.code == 0, qPrintable(built.err));
        QString why;
        const QString kubectl = kubectlPath(&why);
        QVERIFY2(!kubectl.isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));

        passing_ = linesOf(here + "/passing.txt");
        const QString outcomes = folder_.filePath("outcomes.json");
        const Output told =
            run(ginkgo,
                {"--procs", QString::number(processes), "--no-color", suite, "--", "--specs",
                 here + "/passing.txt", "--outcomes", outcomes, "--kubeconfig", lab_.kubeconfig(),
                 "--kubectl-path", kubectl, "--dump-logs-on-failure=false"},
                {}, specSeconds);
        QFile file(outcomes);
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(told.out.right(4000) + told.err.right(4000)));
        const QJsonArray all = QJsonDocument::fromJson(file.readAll()).array();
        for (const auto& each : all) {
            const QJsonObject one = each.toObject();
            outcomes_[one["name"].toString()] = {one["state"].toString(), one["message"].toString()};
        }
    }
    void cleanupTestCase() {
        if (lab_.running()) QCOMPARE(lab_.stop(), 0);
    }

    void everySpecIsAccountedFor() {
        QSet<QString> listed(passing_.begin(), passing_.end());
        for (const QString& line : linesOf(here + "/unmet.txt")) {
            const QStringList parts = line.split('\t');
            QVERIFY2(parts.size() == 2 && !parts[0].isEmpty(), qPrintable(line));
            QVERIFY2(!listed.contains(parts[1]), qPrintable(parts[1]));
            listed.insert(parts[1]);
        }
        QCOMPARE(listed.size(), conformanceSpecs);
        for (const QString& name : outcomes_.keys())
            QVERIFY2(listed.contains(name), qPrintable(name));
    }

    void passes_data() {
        QTest::addColumn<QString>("name");
        for (const QString& name : passing_)
            QTest::newRow(qPrintable(name)) << name;
    }
    void passes() {
        QFETCH(QString, name);
        const Outcome outcome = outcomes_.value(name);
        QVERIFY2(outcome.state == "passed", qPrintable(outcome.state + ": " + outcome.message));
    }
};

QTEST_GUILESS_MAIN(TestConformance)
#include "test_conformance.moc"
