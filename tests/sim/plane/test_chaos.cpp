#include "chaos.h"

#include <QTest>
#include <cstdlib>

using namespace wheelhouse;

/// Hundreds of nodes of which many fail at once, in virtual time, many seeds.
class TestChaos : public QObject {
    Q_OBJECT

    static QString story(std::uint64_t seed, int nodes, sim::ZoneFault fault, bool actorsCrash) {
        sim::Chaos chaos(seed, nodes, fault, actorsCrash);
        QString problems;
        if (!chaos.settle()) problems += "never came up\n";
        chaos.rage(12);
        if (!chaos.recover()) problems += "never recovered\n";
        if (chaos.givenUpThoughAllIsLost() != 0)
            problems +=
                QString("%1 nodes are given up when all are lost\n").arg(chaos.givenUpThoughAllIsLost());
        const auto& counts = chaos.zones().counts;
        if (fault == sim::ZoneFault::AllOfALargeOne &&
            (!counts.contains("large-b") || counts.at("large-b") < 20))
            problems += "a zone that is wholly lost is hardly given up\n";
        for (const auto& each : chaos.complaints())
            problems += QString::fromStdString(each) + "\n";
        return problems;
    }
    static sim::ZoneFault faultOf(int seed) { return static_cast<sim::ZoneFault>(seed % 4); }

  private slots:
#ifndef WHEELHOUSE_SEEDED_BUGS
    void whatFailedComesBack_data() {
        const bool isLong = qEnvironmentVariableIsSet("WHEELHOUSE_LONG");
        QTest::addColumn<int>("seed");
        QTest::addColumn<int>("nodes");
        for (int seed = 1; seed <= (isLong ? 200 : 20); ++seed)
            QTest::addRow("%d", seed) << seed << (isLong ? 1000 : 220);
    }
    void whatFailedComesBack() {
        QFETCH(int, seed);
        QFETCH(int, nodes);
        const QString problems =
            story(static_cast<std::uint64_t>(seed), nodes, faultOf(seed), seed / 4 % 2 == 1);
        QVERIFY2(problems.isEmpty(), qPrintable(problems.left(4000)));
    }
#else
    /// The proof that the checkers see what they are for.
    void aKnownBugIsCaught_data() {
        QTest::addColumn<QByteArray>("bug");
        QTest::addColumn<QString>("complaint");
        QTest::newRow("zones given up at full speed")
            << QByteArray("WHEELHOUSE_BUG_HASTY_ZONES") << QString("is given up too soon");
        QTest::newRow("room counted late")
            << QByteArray("WHEELHOUSE_BUG_FORGET_ROOM") << QString("over-committed");
    }
    void aKnownBugIsCaught() {
        QFETCH(QByteArray, bug);
        QFETCH(QString, complaint);
        qputenv(bug.constData(), "1");
        QString problems;
        for (int seed = 1; seed <= 4 && problems.isEmpty(); ++seed)
            problems = story(static_cast<std::uint64_t>(seed), 200, faultOf(seed), false);
        qunsetenv(bug.constData());
        QVERIFY2(!problems.isEmpty(), "the bug went unnoticed");
        QVERIFY2(problems.contains(complaint), qPrintable(problems.left(4000)));
    }
#endif
};

QTEST_GUILESS_MAIN(TestChaos)
#include "test_chaos.moc"
