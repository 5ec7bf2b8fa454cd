#include "engine/api/schedule.h"
#include "engine/api/time.h"
#include "engine/api/time_zone.h"

#include <QFile>
#include <QTest>

using namespace wheelhouse;

/// When schedules are due, and how far zones are from UTC.
class TestApiSchedule : public QObject {
    Q_OBJECT
    std::shared_ptr<const api::TimeZones> zones_;

    /// The next `count` times as the text of the zone's offset says, joined by spaces.
    QString nextTimes(const QByteArray& schedule, const QByteArray& from, const QByteArray& zone, int count) {
        const auto parsed = api::Schedule::parse(schedule.toStdString());
        if (!parsed) return QString::fromStdString(parsed.error().message);
        const api::TimeZone* in = zones_->find(zone.toStdString());
        if (!in) return "no such zone";
        QStringList times;
        WallTime at = *api::parseTime(from.toStdString());
        for (int i = 0; i < count; ++i) {
            const auto next = parsed->next(at, *in);
            if (!next) {
                times << "never";
                break;
            }
            at = *next;
            times << QString::fromStdString(api::formatTime(at));
        }
        return times.join(' ');
    }

  private Q_SLOTS:
    void initTestCase() {
        zones_ = api::TimeZones::read("/usr/share/zoneinfo");
        QVERIFY2(zones_, "this computer has no time zones (package tzdata)");
    }

    void next_data() {
        QTest::addColumn<QByteArray>("schedule");
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QString>("times");
        const auto row = [](const char* name, const char* schedule, const char* from, const char* times,
                            const char* zone = "UTC") {
            QTest::newRow(name) << QByteArray(schedule) << QByteArray(from) << QByteArray(zone)
                                << QString(times);
        };
        row("each minute", "* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z 2026-01-01T00:02:00Z");
        row("seconds do not count", "* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z");
        row("a step", "*/25 * * * *", "2026-01-01T00:00:00Z",
            "2026-01-01T00:25:00Z 2026-01-01T00:50:00Z 2026-01-01T01:00:00Z");
        row("a step from somewhere", "5/25 * * * *", "2026-01-01T00:00:00Z",
            "2026-01-01T00:05:00Z 2026-01-01T00:30:00Z 2026-01-01T00:55:00Z 2026-01-01T01:05:00Z");
        row("lists and ranges", "0 8-9,17 * * *", "2026-01-01T00:00:00Z",
            "2026-01-01T08:00:00Z 2026-01-01T09:00:00Z 2026-01-01T17:00:00Z 2026-01-02T08:00:00Z");
        row("names", "0 0 1 feb,MAR *", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z");
        row("days of the week", "0 12 * * mon-fri", "2026-01-02T13:00:00Z", "2026-01-05T12:00:00Z");
        row("day of month or of week", "0 0 13 * fri", "2026-02-07T00:00:00Z",
            "2026-02-13T00:00:00Z 2026-02-20T00:00:00Z");
        row("a star says nothing", "0 0 */1 * fri", "2026-02-07T00:00:00Z", "2026-02-13T00:00:00Z");
        row("question mark", "0 0 ? * fri", "2026-02-07T00:00:00Z", "2026-02-13T00:00:00Z");
        row("leap days", "0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z");
        row("a day that never is", "0 0 31 2 *", "2026-01-01T00:00:00Z", "never");
        row("hourly", "@hourly", "2026-01-01T00:30:00Z", "2026-01-01T01:00:00Z");
        row("weekly", "@weekly", "2026-01-01T00:30:00Z", "2026-01-04T00:00:00Z");
        row("monthly", "@monthly", "2026-01-01T00:30:00Z", "2026-02-01T00:00:00Z");
        row("yearly", "@annually", "2026-01-01T00:30:00Z", "2027-01-01T00:00:00Z");
        row("every", "@every 1h30m", "2026-01-01T00:00:10Z", "2026-01-01T01:30:10Z 2026-01-01T03:00:10Z");
        row("every moment", "@every 1ms", "2026-01-01T00:00:10Z", "2026-01-01T00:00:11Z");
        row("a skipped hour", "30 2 * * *", "2026-03-28T10:00:00Z",
            "2026-03-30T00:30:00Z 2026-03-31T00:30:00Z", "Europe/Berlin");
        row("a repeated hour", "30 2 * * *", "2026-10-24T10:00:00Z",
            "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-26T01:30:00Z", "Europe/Berlin");
        row("each hour goes on", "0 * * * *", "2026-03-29T00:30:00Z",
            "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z", "Europe/Berlin");
        row("a skipped midnight", "0 0 * * *", "2018-11-03T10:00:00Z", "2018-11-05T02:00:00Z",
            "America/Sao_Paulo");
        row("far ahead", "0 12 * * *", "2090-07-01T00:00:00Z", "2090-07-01T10:00:00Z", "Europe/Berlin");
        row("the other half of the year", "0 12 * * *", "2090-01-01T20:00:00Z", "2090-01-02T01:00:00Z",
            "Australia/Sydney");
    }
    void next() {
        QFETCH(QByteArray, schedule);
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, zone);
        QFETCH(QString, times);
        QCOMPARE(nextTimes(schedule, from, zone, times.count(' ') + 1), times);
    }

    void refused_data() {
        QTest::addColumn<QByteArray>("schedule");
        QTest::addColumn<QString>("why");
        QTest::newRow("empty") << QByteArray("") << "empty spec string";
        QTest::newRow("few") << QByteArray("* * *") << "expected exactly 5 fields, found 3: [* * *]";
        QTest::newRow("high") << QByteArray("60 * * * *") << "end of range (60) above maximum (59): 60";
        QTest::newRow("low") << QByteArray("* * 0 * *") << "beginning of range (0) below minimum (1): 0";
        QTest::newRow("backwards") << QByteArray("9-5 * * * *")
                                   << "beginning of range (9) beyond end of range (5): 9-5";
        QTest::newRow("no step") << QByteArray("*/0 * * * *")
                                 << "step of range should be a positive number: */0";
        QTest::newRow("sunday is 0") << QByteArray("* * * * 7") << "end of range (7) above maximum (6): 7";
        QTest::newRow("every never") << QByteArray("@every x")
                                     << "failed to parse duration @every x: time: invalid duration \"x\"";
        QTest::newRow("reboot") << QByteArray("@reboot") << "unrecognized descriptor: @reboot";
    }
    void refused() {
        QFETCH(QByteArray, schedule);
        QFETCH(QString, why);
        const auto parsed = api::Schedule::parse(schedule.toStdString());
        QVERIFY(!parsed);
        QCOMPARE(QString::fromStdString(parsed.error().message), why);
    }

    void offsets_data() {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("at");
        QTest::addColumn<int>("minutes");
        const auto row = [](const char* zone, const char* at, int minutes) {
            QTest::addRow("%s %s", zone, at) << QByteArray(zone) << QByteArray(at) << minutes;
        };
        row("UTC", "2026-06-01T00:00:00Z", 0);
        row("Europe/Berlin", "2026-03-29T00:59:59Z", 60);
        row("Europe/Berlin", "2026-03-29T01:00:00Z", 120);
        row("Europe/Berlin", "2075-06-01T00:00:00Z", 120);
        row("America/New_York", "2026-11-01T05:59:59Z", -240);
        row("America/New_York", "2026-11-01T06:00:00Z", -300);
        row("Asia/Kathmandu", "2026-06-01T00:00:00Z", 345);
        row("Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660);
        row("Australia/Lord_Howe", "2076-07-01T00:00:00Z", 630);
        row("Europe/Dublin", "2060-01-01T00:00:00Z", 0);
        row("Europe/Dublin", "2060-07-01T00:00:00Z", 60);
        row("Etc/GMT+5", "2060-07-01T00:00:00Z", -300);
    }
    void offsets() {
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, at);
        QFETCH(int, minutes);
        const api::TimeZone* in = zones_->find(zone.toStdString());
        QVERIFY(in);
        const auto second = std::chrono::floor<std::chrono::seconds>(*api::parseTime(at.toStdString()))
                                .time_since_epoch()
                                .count();
        QCOMPARE(in->at(second).offset, std::int64_t{60} * minutes);
        QVERIFY(in->at(second).until > second);
    }

    void damagedFilesAreRefused() {
        QVERIFY(!api::TimeZone::parse(""));
        QVERIFY(!api::TimeZone::parse("TZif2"));
        QFile file("/usr/share/zoneinfo/Europe/Berlin");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const std::string whole = file.readAll().toStdString();
        QVERIFY(api::TimeZone::parse(whole));
        for (std::size_t length = 0; length < whole.size(); ++length)
            (void)api::TimeZone::parse(std::string_view(whole).substr(0, length));
        for (std::size_t at = 0; at < std::min<std::size_t>(whole.size(), 400); ++at) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
            (void)api::TimeZone::parse(damaged);
        }
        QVERIFY(api::TimeZones::read("/nowhere") == nullptr);
    }
};

QTEST_GUILESS_MAIN(TestApiSchedule)
#include "test_api_schedule.moc"
