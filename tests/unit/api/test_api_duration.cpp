#include "engine/api/duration.h"

#include <QTest>
#include <string>

using namespace wheelhouse;
using namespace wheelhouse::api;
using namespace std::chrono_literals;

class TestApiDuration : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void reads_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qlonglong>("nanoseconds");
        const auto row = [](const char* text, Duration span) {
            QTest::newRow(text) << text << qlonglong(span.count());
        };
        row("0", 0s);
        row("90s", 90s);
        row("1h30m", 90min);
        row("1.5ms", 1500us);
        row("2us", 2us);
        row("2\xC2\xB5s", 2us);
        row("-10s", -10s);
        row("+1m", 1min);
        row("2540400h", 2540400h);
    }
    void reads() {
        QFETCH(QString, text);
        QFETCH(qlonglong, nanoseconds);
        const auto span = parseDuration(text.toStdString());
        QVERIFY(span);
        QCOMPARE(qlonglong(span->count()), nanoseconds);
        QCOMPARE(parseSpan(text.toStdString()), span);
    }

    void refuses_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "-", "s", "1d", "1 s", "1..5s", "1s2", "1e3s", "9300000h", "one hour"})
            QTest::newRow(text) << text;
    }
    void refuses() {
        QFETCH(QString, text);
        QVERIFY(!parseDuration(text.toStdString()));
        QVERIFY(!parseSpan(text.toStdString()));
    }

    void aNumberAloneIsSecondsWherePeopleWriteIt() {
        QVERIFY(!parseDuration("90"));
        QCOMPARE(parseSpan("90"), std::optional<Duration>(90s));
        QCOMPARE(parseSpan("0.25"), std::optional<Duration>(250ms));
    }
};

QTEST_GUILESS_MAIN(TestApiDuration)
#include "test_api_duration.moc"
