#include "engine/api/quantity.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;

class TestApiQuantity : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void parsesAndPrints_data();
    void parsesAndPrints();
    void refuses_data();
    void refuses();
    void comparesByValue();
    void addsAndSubtracts();
};

void TestApiQuantity::parsesAndPrints_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    QTest::addColumn<qlonglong>("milli");
    QTest::addColumn<qlonglong>("units");
    const auto row = [](const char* text, const char* canonical, qlonglong milli, qlonglong units) {
        QTest::newRow(text) << text << canonical << milli << units;
    };
    const qlonglong most = INT64_MAX;
    row("0", "0", 0, 0);
    row("100m", "100m", 100, 1);
    row("0.5", "500m", 500, 1);
    row(".5", "500m", 500, 1);
    row("5.", "5", 5000, 5);
    row("1.5", "1500m", 1500, 2);
    row("1000m", "1", 1000, 1);
    row("1000", "1k", 1'000'000, 1000);
    row("2500", "2500", 2'500'000, 2500);
    row("1G", "1G", 1'000'000'000'000, 1'000'000'000);
    row("1Gi", "1Gi", 1'073'741'824'000, 1'073'741'824);
    row("1.5Gi", "1536Mi", 1'610'612'736'000, 1'610'612'736);
    row("512Ki", "512Ki", 524'288'000, 524'288);
    row("1024Ki", "1Mi", 1'048'576'000, 1'048'576);
    row("0.5Ki", "512", 512'000, 512);
    row("1.0001Ki", "1024102400u", 1'024'103, 1025);
    row("2e3", "2e3", 2'000'000, 2000);
    row("2E3", "2e3", 2'000'000, 2000);
    row("1e-3", "1e-3", 1, 1);
    row("12e4", "120e3", 120'000'000, 120'000);
    row("2E", "2E", most, 2'000'000'000'000'000'000);
    row("-1.5", "-1500m", -1500, -2);
    row("+3", "3", 3000, 3);
    row("1n", "1n", 1, 1);
    row("1.1n", "2n", 1, 1);
    row("0.0000000001", "1n", 1, 1);
    row("1000000n", "1m", 1, 1);
    row("8Ei", "9223372036854775807", most, most);
    row("99999999999999999999999999999999999999999999", "9223372036854775807", most, most);
    row("1e1000", "9223372036854775807e0", most, most);
    row("1e-1000", "1e-9", 1, 1);
    row("-9Ei", "-9223372036854775807", -most, -most);
}

void TestApiQuantity::parsesAndPrints() {
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    QFETCH(qlonglong, milli);
    QFETCH(qlonglong, units);
    const auto quantity = Quantity::parse(text.toStdString());
    QVERIFY2(quantity, quantity ? "" : quantity.error().message.c_str());
    QCOMPARE(QString::fromStdString(quantity->toString()), canonical.remove("e0"));
    QCOMPARE(qlonglong(quantity->milli()), milli);
    QCOMPARE(qlonglong(quantity->units()), units);
    // What is canonical stays as it is.
    const auto again = Quantity::parse(quantity->toString());
    QVERIFY(again);
    QCOMPARE(again->toString(), quantity->toString());
    QVERIFY(*again == *quantity);
}

void TestApiQuantity::refuses_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"",    "m",    ".",    "-",   "1.2.3", "1 Gi", " 1",  "1K", "1ki", "1mi", "1e",
                             "1e+", "1ee3", "0x10", "1_0", "--1",   "1-",   "NaN", "1i", "e3",  "1Gi2"})
        QTest::newRow(text) << text;
}

void TestApiQuantity::refuses() {
    QFETCH(QString, text);
    // A bare "E" is a suffix (exa), "e" with nothing behind it is none.
    QVERIFY(!Quantity::parse(text.toStdString()));
}

void TestApiQuantity::comparesByValue() {
    QVERIFY(*Quantity::parse("1Gi") == *Quantity::parse("1073741824"));
    QVERIFY(*Quantity::parse("1Gi") > *Quantity::parse("1G"));
    QVERIFY(*Quantity::parse("1000m") == Quantity::fromUnits(1));
    QVERIFY(Quantity::fromMilli(1) < Quantity::fromUnits(1));
    QVERIFY(*Quantity::parse("-1") < Quantity());
}

void TestApiQuantity::addsAndSubtracts() {
    QCOMPARE((*Quantity::parse("100m") + *Quantity::parse("1")).toString(), "1100m");
    QCOMPARE((Quantity() + *Quantity::parse("64Mi")).toString(), "64Mi");
    QCOMPARE((*Quantity::parse("1Gi") - *Quantity::parse("512Mi")).toString(), "512Mi");
    QCOMPARE((*Quantity::parse("1") - *Quantity::parse("3")).toString(), "-2");
    QCOMPARE((Quantity::fromUnits(INT64_MAX) + Quantity::fromUnits(1)).units(), INT64_MAX);
    QCOMPARE(Quantity::fromBytes(256 * 1024 * 1024).toString(), "256Mi");
    QCOMPARE(Quantity::fromMilli(2500).toString(), "2500m");
}

QTEST_GUILESS_MAIN(TestApiQuantity)
#include "test_api_quantity.moc"
