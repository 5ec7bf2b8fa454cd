#include "exposition.h"
#include "measure_meter.h"

#include <QTest>
#include <cmath>

using namespace wheelhouse;
using namespace wheelhouse::agent;
using namespace std::chrono_literals;

namespace {

/// "name{a=b} value counter"
QString shown(const ExposedSample& sample) {
    QString labels;
    for (const auto& [key, value] : sample.labels)
        labels += QString::fromStdString((labels.isEmpty() ? "" : ",") + key + "=" + value);
    return QString::fromStdString(sample.name) + (labels.isEmpty() ? "" : "{" + labels + "}") + " " +
           QString::number(sample.value) + (sample.counter ? " counter" : "");
}

QString shown(const nodelink::Measure& measure) {
    QString labels;
    for (const auto& [key, value] :
         std::map<std::string, std::string>(measure.labels().begin(), measure.labels().end()))
        labels += QString::fromStdString((labels.isEmpty() ? "" : ",") + key + "=" + value);
    return QString::fromStdString(measure.name()) + (labels.isEmpty() ? "" : "{" + labels + "}") + " " +
           QString::number(measure.value()) + " " + QString::number(measure.window_ms());
}

QStringList measured(MeasureMeter& meter, const char* page, Duration at) {
    QStringList out;
    const auto samples = parseExposition(page);
    if (!samples) return {QString::fromStdString(samples.error().message)};
    for (const auto& each : meter.take(Uid("web"), *samples, Instant(at)))
        out << shown(each);
    return out;
}

} // namespace

class ExpositionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void refusesTooMuch();
    void aGaugeIsWhatItIs();
    void aCounterIsItsGrowth();
    void aCounterThatBeganAnew();
    void seriesAreKeptApart();
    void aPlainNameGoesFirst();
    void histogramsAreTheirSumAndCount();
    void whoIsForgottenBeginsAnew();
};

void ExpositionTest::reads_data() {
    QTest::addColumn<QString>("page");
    QTest::addColumn<QStringList>("samples");
    QTest::newRow("nothing") << "" << QStringList{};
    QTest::newRow("plain") << "queue 30\n" << QStringList{"queue 30"};
    QTest::newRow("no newline at the end") << "queue 30" << QStringList{"queue 30"};
    QTest::newRow("blanks") << "\n  queue \t 30  \n\n" << QStringList{"queue 30"};
    QTest::newRow("other line ends") << "a 1\r\nb 2\r\n" << QStringList{"a 1", "b 2"};
    QTest::newRow("labels") << "queue{name=\"mail\",zone=\"a\"} 3"
                            << QStringList{"queue{name=mail,zone=a} 3"};
    QTest::newRow("blanks among labels")
        << "queue { name = \"mail\" , zone = \"a\" , } 3" << QStringList{"queue{name=mail,zone=a} 3"};
    QTest::newRow("no labels in braces") << "queue{} 3" << QStringList{"queue 3"};
    QTest::newRow("escapes") << "q{a=\"x\\\\y\\\"z\\nw\",b=\"}, #\"} 1"
                             << QStringList{"q{a=x\\y\"z\nw,b=}, #} 1"};
    QTest::newRow("an escape of nothing") << "q{a=\"x\\dy\"} 1" << QStringList{"q{a=x\\dy} 1"};
    QTest::newRow("not ASCII") << "q{a=\"München\"} 1" << QStringList{"q{a=München} 1"};
    QTest::newRow("timestamp") << "queue 30 1395066363000\nb 1 -5" << QStringList{"queue 30", "b 1"};
    QTest::newRow("numbers") << "a 1.5e3\nb -2\nc +4\nd .5\ne 1e-2"
                             << QStringList{"a 1500", "b -2", "c 4", "d 0.5", "e 0.01"};
    QTest::newRow("no numbers") << "a NaN\nb +Inf\nc -Inf\nd 1" << QStringList{"d 1"};
    QTest::newRow("colons") << "job:queue:sum 2" << QStringList{"job:queue:sum 2"};
    QTest::newRow("comments") << "# just so\n#\n# HELP a is {that} \"thing\"\n# TYPE a gauge\na 1\n# EOF"
                              << QStringList{"a 1"};
    QTest::newRow("counter by type") << "# TYPE a counter\na 1" << QStringList{"a 1 counter"};
    QTest::newRow("counter by name") << "a_total 1\n# TYPE b_total untyped\nb_total 2"
                                     << QStringList{"a_total 1 counter", "b_total 2 counter"};
    QTest::newRow("a gauge whatever its name")
        << "# TYPE a_total gauge\na_total 1" << QStringList{"a_total 1"};
    QTest::newRow("histogram")
        << "# TYPE t histogram\nt_bucket{le=\"0.1\"} 3\nt_bucket{le=\"+Inf\"} 9\nt_sum 4.5\nt_count 9"
        << QStringList{"t_sum 4.5 counter", "t_count 9 counter"};
    QTest::newRow("summary") << "# TYPE t summary\nt{quantile=\"0.5\"} 0.2\nt_sum 4.5\nt_count 9"
                             << QStringList{"t{quantile=0.5} 0.2", "t_sum 4.5 counter", "t_count 9 counter"};
    QTest::newRow("a sum that is none's")
        << "bill_sum 4\nhead_count 2" << QStringList{"bill_sum 4", "head_count 2"};
}

void ExpositionTest::reads() {
    QFETCH(QString, page);
    QFETCH(QStringList, samples);
    const auto read = parseExposition(page.toStdString());
    QVERIFY2(read, read ? "" : read.error().message.c_str());
    QStringList got;
    for (const ExposedSample& sample : *read)
        got << shown(sample);
    QCOMPARE(got, samples);
}

void ExpositionTest::refuses_data() {
    QTest::addColumn<QByteArray>("page");
    QTest::addColumn<QString>("problem");
    QTest::newRow("no name") << QByteArray("a 1\n9lives 1") << "line 2: a name is expected";
    QTest::newRow("a page of another kind") << QByteArray("<html>") << "line 1: a name is expected";
    QTest::newRow("no value") << QByteArray("a") << "line 1: a number is expected";
    QTest::newRow("a word") << QByteArray("a much") << "line 1: a number is expected";
    QTest::newRow("half a number") << QByteArray("a 1x") << "line 1: a number is expected";
    QTest::newRow("timestamp") << QByteArray("a 1 now") << "line 1: a timestamp in milliseconds is expected";
    QTest::newRow("too many words") << QByteArray("a 1 2 3") << "line 1: something follows the timestamp";
    QTest::newRow("open label") << QByteArray("a{b=\"c} 1")
                                << "line 1: a quoted value of a label is expected";
    QTest::newRow("open escape") << QByteArray("a{b=\"c\\")
                                 << "line 1: a quoted value of a label is expected";
    QTest::newRow("no quotes") << QByteArray("a{b=c} 1") << "line 1: a quoted value of a label is expected";
    QTest::newRow("no label") << QByteArray("a{=\"c\"} 1") << "line 1: a label is expected";
    QTest::newRow("no comma") << QByteArray("a{b=\"c\" d=\"e\"} 1")
                              << "line 1: a comma or a brace is expected";
    QTest::newRow("open braces") << QByteArray("a{b=\"c\",") << "line 1: a label is expected";
    QTest::newRow("twice") << QByteArray("a{b=\"c\",b=\"d\"} 1")
                           << "line 1: the label \"b\" stands there twice";
    QTest::newRow("no text") << QByteArray("a{b=\"\xff\xfe\"} 1") << "line 1: a label's value is no UTF-8";
    QTest::newRow("type") << QByteArray("# TYPE a gaugette") << "line 1: there is no type \"gaugette\"";
}

void ExpositionTest::refuses() {
    QFETCH(QByteArray, page);
    QFETCH(QString, problem);
    const auto read = parseExposition(page.toStdString());
    QVERIFY(!read);
    QCOMPARE(QString::fromStdString(read.error().message), problem);
}

void ExpositionTest::refusesTooMuch() {
    std::string page;
    for (int i = 0; i < 1000; ++i)
        page += "a{n=\"" + std::to_string(i) + "\"} 1\n";
    // Buckets are not counted: nobody gets them.
    page += "# TYPE t histogram\n";
    for (int i = 0; i < 1000; ++i)
        page += "t_bucket{le=\"" + std::to_string(i) + "\"} 1\n";
    QCOMPARE(parseExposition(page)->size(), std::size_t{1000});
    QVERIFY(!parseExposition(page + "b 1\n"));
    QVERIFY(!parseExposition("a{b=\"" + std::string(5000, 'x') + "\"} 1"));
}

void ExpositionTest::aGaugeIsWhatItIs() {
    MeasureMeter meter;
    QCOMPARE(measured(meter, "queue{n=\"a\"} 30\nqueue{n=\"b\"} 4", 0s),
             (QStringList{"queue{n=a} 30 0", "queue{n=b} 4 0"}));
}

void ExpositionTest::aCounterIsItsGrowth() {
    MeasureMeter meter;
    QCOMPARE(measured(meter, "hits_total 1000\ncpu_seconds_total 5", 0s), QStringList{});
    QCOMPARE(measured(meter, "hits_total 1030\ncpu_seconds_total 6", 10s),
             (QStringList{"hits 3 10000", "cpu 0.1 10000"}));
    // A counter that is new takes its time.
    QCOMPARE(measured(meter, "hits_total 1030\nmisses_total 9", 20s), QStringList{"hits 0 10000"});
    QCOMPARE(measured(meter, "# TYPE hits counter\nhits 5", 30s), QStringList{});
    QCOMPARE(measured(meter, "# TYPE hits counter\nhits 15", 40s), QStringList{"hits 1 10000"});
    // Looked at again at once it tells nothing.
    QCOMPARE(measured(meter, "# TYPE hits counter\nhits 16", 40s + 100ms), QStringList{});
}

void ExpositionTest::aCounterThatBeganAnew() {
    MeasureMeter meter;
    measured(meter, "hits_total 1000", 0s);
    QCOMPARE(measured(meter, "hits_total 50", 10s), QStringList{"hits 5 10000"});
}

void ExpositionTest::seriesAreKeptApart() {
    MeasureMeter meter;
    measured(meter, "hits_total{code=\"200\"} 10\nhits_total{code=\"500\"} 100", 0s);
    QCOMPARE(measured(meter, "hits_total{code=\"500\"} 110\nhits_total{code=\"200\"} 40", 10s),
             (QStringList{"hits{code=500} 1 10000", "hits{code=200} 3 10000"}));
}

void ExpositionTest::aPlainNameGoesFirst() {
    MeasureMeter meter;
    measured(meter, "hits_total 10\nhits 7", 0s);
    QCOMPARE(measured(meter, "hits_total 20\nhits 8", 10s), QStringList{"hits 8 0"});
}

void ExpositionTest::histogramsAreTheirSumAndCount() {
    MeasureMeter meter;
    measured(meter, "# TYPE t histogram\nt_bucket{le=\"+Inf\"} 10\nt_sum 2\nt_count 10", 0s);
    QCOMPARE(measured(meter, "# TYPE t histogram\nt_bucket{le=\"+Inf\"} 30\nt_sum 7\nt_count 30", 10s),
             (QStringList{"t_sum 0.5 10000", "t_count 2 10000"}));
}

void ExpositionTest::whoIsForgottenBeginsAnew() {
    MeasureMeter meter;
    measured(meter, "hits_total 10", 0s);
    meter.keepOnly({Uid("other")});
    QCOMPARE(measured(meter, "hits_total 20", 10s), QStringList{});
    meter.keepOnly({Uid("web")});
    QCOMPARE(measured(meter, "hits_total 30", 20s), QStringList{"hits 1 10000"});
}

QTEST_GUILESS_MAIN(ExpositionTest)
#include "test_exposition.moc"
