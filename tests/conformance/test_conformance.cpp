// Kubernetes' own conformance suite against the real program with simulated nodes: the specs of passing.txt
// pass, and every other spec stands in unmet.txt with the reason why not.
#include "lab_process.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QtTest>
#include <algorithm>
#include <memory>
#include <vector>

using namespace wheelhouse::test;

namespace {

const QString here = QStringLiteral(WHEELHOUSE_SOURCE_DIR "/tests/conformance");
constexpr int buildSeconds = 5400;    ///< the suite links most of Kubernetes, and machines are shared
constexpr int specSeconds = 1800;     ///< all of them; a spec that hangs has deadlines of its own
constexpr int processes = 8;          ///< specs mostly wait for the cluster, not for a processor
constexpr std::size_t serialLabs = 4; ///< some serial specs take minutes to see that nothing happens
constexpr int conformanceSpecs = 441; ///< of Kubernetes 1.35

QStringList linesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts);
}

/// One cluster and the specs that run on it.
struct Part {
    explicit Part(int at) : processes(at) {}

    const int processes; ///< at once
    /// A short history, so that a list can outlive the revision it began at while somebody waits.
    LabProcess lab{{"--nodes", "simulated=3", "--history", "2m"}};
    QStringList specs;
    QString outcomes;
    QProcess ginkgo;
};

bool write(const QString& path, const QStringList& lines) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(lines.join('\n').toUtf8() + '\n') > 0;
}

} // namespace

class TestConformance : public QObject {
    Q_OBJECT
    struct Outcome {
        QString state;
        QString message;
    };
    QTemporaryDir folder_;
    QStringList passing_;
    QMap<QString, Outcome> outcomes_;
    std::vector<std::unique_ptr<Part>> parts_;

    /// Specs that want a cluster to themselves are dealt out to clusters of their own, on which they run one
    /// after another while the rest run on one together.
    void deal() {
        parts_.push_back(std::make_unique<Part>(processes));
        for (std::size_t i = 0; i < serialLabs; ++i)
            parts_.push_back(std::make_unique<Part>(1));
        std::size_t next = 0;
        for (const QString& name : std::as_const(passing_))
            parts_[name.contains("[Serial]") ? 1 + next++ % serialLabs : 0]->specs << name;
    }
    void start(Part& part, const QString& suite, const QString& ginkgo, const QString& kubectl) {
        const QString specs = part.lab.dataDirectory() + ".specs";
        part.outcomes = part.lab.dataDirectory() + ".outcomes";
        QVERIFY(write(specs, part.specs));
        QVERIFY2(part.lab.start(), qPrintable(part.lab.error()));
        QVERIFY2(part.lab.nodesReady(3), qPrintable(part.lab.log()));
        part.ginkgo.setProcessChannelMode(QProcess::MergedChannels);
        part.ginkgo.start(ginkgo, {"--procs", QString::number(part.processes), "--no-color", "--timeout",
                                   QString("%1s").arg(specSeconds), suite, "--", "--specs", specs,
                                   "--outcomes", part.outcomes, "--kubeconfig", part.lab.kubeconfig(),
                                   "--kubectl-path", kubectl, "--dump-logs-on-failure=false"});
    }
    void collect(Part& part) {
        QFile file(part.outcomes);
        QVERIFY2(file.open(QIODevice::ReadOnly), part.ginkgo.readAll().right(8000).constData());
        const QJsonArray all = QJsonDocument::fromJson(file.readAll()).array();
        for (const auto& each : all) {
            const QJsonObject one = each.toObject();
            if (one["state"] != "skipped")
                outcomes_[one["name"].toString()] = {one["state"].toString(), one["message"].toString()};
        }
    }

  private Q_SLOTS:
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
        passing_ = linesOf(here + "/passing.txt");
        deal();
        for (const auto& part : parts_)
            if (!part->specs.isEmpty()) start(*part, suite, ginkgo, kubectl);
        const auto over = [](const auto& part) { return part->ginkgo.state() == QProcess::NotRunning; };
        // The suite ends itself by then; what it has found out until then counts.
        QVERIFY(QTest::qWaitFor([&] { return std::all_of(parts_.begin(), parts_.end(), over); },
                                (specSeconds + 120) * 1000));
        for (const auto& part : parts_)
            if (!part->specs.isEmpty()) collect(*part);
    }
    void cleanupTestCase() {
        for (const auto& part : parts_)
            if (part->lab.running()) QCOMPARE(part->lab.stop(), 0);
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
