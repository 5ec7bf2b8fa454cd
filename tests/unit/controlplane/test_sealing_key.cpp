// The key Secrets are kept with: made once, private, never replaced by another.
#include "engine/base/files.h"
#include "engine/base/simulation.h"
#include "sealing_key.h"

#include <QTemporaryDir>
#include <QtTest>
#include <sys/stat.h>

using namespace wheelhouse;
using controlplane::openOrCreateSealingKey;

class TestSealingKey : public QObject {
    Q_OBJECT
    static std::filesystem::path in(const QTemporaryDir& folder) {
        return std::filesystem::path(folder.path().toStdString()) / "secrets.key";
    }

  private Q_SLOTS:
    void isMadeOnceAndPrivate() {
        const QTemporaryDir folder;
        SeededRandom random(1);
        const auto made = openOrCreateSealingKey(in(folder), random);
        QVERIFY(made.has_value());
        QCOMPARE(made->size(), std::size_t(32));
        struct stat facts {};
        QCOMPARE(::stat(in(folder).c_str(), &facts), 0);
        QCOMPARE(facts.st_mode & 0777U, 0600U);
        ::chmod(in(folder).c_str(), 0644);
        QCOMPARE(*openOrCreateSealingKey(in(folder), random), *made);
        QCOMPARE(::stat(in(folder).c_str(), &facts), 0);
        QCOMPARE(facts.st_mode & 0777U, 0600U);
        const QTemporaryDir other;
        QVERIFY(*openOrCreateSealingKey(in(other), random) != *made);
    }

    void whatIsNoKeyIsLeftAlone_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("short") << QByteArray(62, 'a');
        QTest::newRow("long") << QByteArray(66, 'a');
        QTest::newRow("other digits") << QByteArray(64, 'g');
    }
    void whatIsNoKeyIsLeftAlone() {
        QFETCH(QByteArray, text);
        const QTemporaryDir folder;
        SeededRandom random(1);
        QVERIFY(writeFileAtomically(in(folder), text.toStdString(), 0600).has_value());
        const auto opened = openOrCreateSealingKey(in(folder), random);
        QVERIFY(!opened.has_value());
        QVERIFY(opened.error().message.find("secrets.key") != std::string::npos);
        QCOMPARE(*readFile(in(folder)), text.toStdString());
    }
};

QTEST_APPLESS_MAIN(TestSealingKey)
#include "test_sealing_key.moc"
