#include "bench.h"
#include "engine/api/groups/batch.h"
#include "engine/api/time_zone.h"

using namespace wheelhouse;
namespace batch = api::batch;

/// CronJobs and Jobs that are removed some time after they ended.
class TestCronJob : public QObject {
    Q_OBJECT

    struct CronBench : Bench {
        explicit CronBench(const char* start = "2026-03-02T08:59:30Z") : Bench({"cronjob"}) {
            executor.advance(*api::parseTime(start) - executor.wallNow());
        }
        batch::CronJob cron() const { return *cluster.get<batch::CronJob>("default/c"); }
        std::vector<std::string> jobNames() const {
            std::vector<std::string> result;
            for (const auto& job : cluster.all<batch::Job>())
                result.push_back(job.metadata().name());
            return result;
        }
        void end(const std::string& name, const char* how = "Complete") {
            cluster.edit<batch::Job>("default/" + name, [&](auto& job) {
                auto& condition = *job.mutable_status()->add_conditions();
                condition.set_type(how);
                condition.set_status("True");
                *condition.mutable_lasttransitiontime() = api::toTime(executor.wallNow());
                if (std::string(how) == "Complete")
                    *job.mutable_status()->mutable_completiontime() = api::toTime(executor.wallNow());
            });
        }
        void endAll() {
            for (const auto& job : cluster.all<batch::Job>())
                if (job.status().conditions_size() == 0) end(job.metadata().name());
        }
        /// When each Job was made for, "HH:MM" in UTC.
        QStringList times() const {
            QStringList list;
            for (const auto& job : cluster.all<batch::Job>()) {
                const auto& text =
                    job.metadata().annotations().at("batch.kubernetes.io/cronjob-scheduled-timestamp");
                list << QString::fromStdString(api::formatTime(*api::parseTime(text))).mid(11, 5);
            }
            return list;
        }
    };

    static batch::CronJob cron(const std::string& schedule, const std::string& policy = "Allow") {
        batch::CronJob cron;
        cron.mutable_metadata()->set_namespace_("default");
        cron.mutable_metadata()->set_name("c");
        auto& spec = *cron.mutable_spec();
        spec.set_schedule(schedule);
        spec.set_concurrencypolicy(policy);
        spec.set_suspend(false);
        (*spec.mutable_jobtemplate()->mutable_metadata()->mutable_labels())["from"] = "cron";
        *spec.mutable_jobtemplate()->mutable_spec()->mutable_template_() = podTemplate("c");
        return cron;
    }

  private Q_SLOTS:
    void initTestCase() {
        const auto zones = api::TimeZones::read("/usr/share/zoneinfo");
        QVERIFY2(zones, "this computer has no time zones (package tzdata)");
        api::useTimeZones(zones);
    }

    void makesAJobAtItsTime() {
        CronBench bench;
        const auto made = bench.cluster.put(cron("*/5 * * * *"));
        bench.start();
        bench.settle(29s);
        QCOMPARE(bench.jobNames().size(), std::size_t(0));
        bench.settle(2s);
        QCOMPARE(bench.jobNames().size(), std::size_t(1));
        const auto job = bench.cluster.all<batch::Job>().front();
        const auto minutes =
            api::fromTime(bench.cron().status().lastscheduletime()).time_since_epoch() / 1min;
        QCOMPARE(job.metadata().name(), "c-" + std::to_string(minutes));
        QCOMPARE(job.metadata().labels().at("from"), std::string("cron"));
        QCOMPARE(job.metadata().annotations().at("batch.kubernetes.io/cronjob-scheduled-timestamp"),
                 std::string("2026-03-02T09:00:00Z"));
        QCOMPARE(job.metadata().ownerreferences(0).uid(), made.metadata().uid());
        QCOMPARE(bench.cron().status().active_size(), 1);
        QCOMPARE(bench.cron().status().active(0).uid(), job.metadata().uid());
        bench.settle(5min);
        QCOMPARE(bench.times(), (QStringList{"09:00", "09:05"}));
        bench.endAll();
        bench.settle(1s);
        QCOMPARE(bench.cron().status().active_size(), 0);
        QVERIFY(bench.cron().status().has_lastsuccessfultime());
    }

    void aSuspendedOneWaits() {
        CronBench bench;
        auto waiting = cron("* * * * *");
        waiting.mutable_spec()->set_suspend(true);
        bench.cluster.put(waiting);
        bench.start();
        bench.settle(10min);
        QCOMPARE(bench.jobNames().size(), std::size_t(0));
        bench.cluster.edit<batch::CronJob>("default/c",
                                           [](auto& c) { c.mutable_spec()->set_suspend(false); });
        bench.settle(1s);
        // Of the missed times the last.
        QCOMPARE(bench.times(), QStringList{"09:09"});
    }

    void concurrency_data() {
        QTest::addColumn<QByteArray>("policy");
        QTest::addColumn<QStringList>("left");
        QTest::newRow("side by side") << QByteArray("Allow") << QStringList{"09:00", "09:01", "09:02"};
        QTest::newRow("one at a time") << QByteArray("Forbid") << QStringList{"09:00"};
        QTest::newRow("the newest") << QByteArray("Replace") << QStringList{"09:02"};
    }
    void concurrency() {
        QFETCH(QByteArray, policy);
        QFETCH(QStringList, left);
        CronBench bench;
        bench.cluster.put(cron("* * * * *", policy.toStdString()));
        bench.start();
        bench.settle(3min);
        QCOMPARE(bench.times(), left);
        QCOMPARE(bench.cron().status().active_size(), static_cast<int>(left.size()));
        // When the way is free, the time that was held up is made up for.
        if (policy != "Forbid") return;
        bench.endAll();
        bench.settle(1s);
        QCOMPARE(bench.times(), (QStringList{"09:00", "09:02"}));
    }

    void missedTimes_data() {
        QTest::addColumn<int>("deadline");
        QTest::addColumn<int>("awayMinutes");
        QTest::addColumn<QStringList>("made");
        QTest::newRow("a few, no deadline") << 0 << 14 << QStringList{"09:10"};
        QTest::newRow("hundreds, no deadline") << 0 << 3000 << QStringList{"10:55"};
        QTest::newRow("within the deadline") << 300 << 14 << QStringList{"09:10"};
        QTest::newRow("after the deadline") << 100 << 14 << QStringList{};
    }
    /// Nobody was there for a while.
    void missedTimes() {
        QFETCH(int, deadline);
        QFETCH(int, awayMinutes);
        QFETCH(QStringList, made);
        CronBench bench;
        auto away = cron("*/5 * * * *");
        if (deadline > 0) away.mutable_spec()->set_startingdeadlineseconds(deadline);
        bench.cluster.put(away);
        bench.settle(std::chrono::minutes(awayMinutes));
        bench.start();
        bench.settle(1s);
        QCOMPARE(bench.times(), made);
    }

    void timeZones_data() {
        QTest::addColumn<QByteArray>("start");
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("schedule");
        QTest::addColumn<int>("hours");
        QTest::addColumn<QStringList>("utc");
        QTest::newRow("Berlin's winter") << QByteArray("2026-01-10T00:00:30Z") << QByteArray("Europe/Berlin")
                                         << QByteArray("0 9 * * *") << 24 << QStringList{"08:00"};
        QTest::newRow("Berlin's summer") << QByteArray("2026-07-10T00:00:30Z") << QByteArray("Europe/Berlin")
                                         << QByteArray("0 9 * * *") << 24 << QStringList{"07:00"};
        QTest::newRow("half an hour off") << QByteArray("2026-07-10T00:00:30Z") << QByteArray("Asia/Kolkata")
                                          << QByteArray("0 9 * * *") << 24 << QStringList{"03:30"};
        QTest::newRow("a time that is skipped")
            << QByteArray("2026-03-28T12:00:30Z") << QByteArray("Europe/Berlin") << QByteArray("30 2 * * *")
            << 40 << QStringList{"00:30"};
        QTest::newRow("a time that comes twice")
            << QByteArray("2026-10-24T12:00:30Z") << QByteArray("Europe/Berlin") << QByteArray("30 2 * * *")
            << 24 << QStringList{"00:30", "01:30"};
    }
    void timeZones() {
        QFETCH(QByteArray, start);
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, schedule);
        QFETCH(int, hours);
        QFETCH(QStringList, utc);
        CronBench bench(start.constData());
        auto local = cron(schedule.toStdString());
        local.mutable_spec()->set_timezone(zone.toStdString());
        bench.cluster.put(local);
        bench.start();
        bench.settle(std::chrono::hours(hours));
        QCOMPARE(bench.times(), utc);
    }

    void anotherScheduleCountsFromNow() {
        CronBench bench;
        bench.cluster.put(cron("0 12 * * *"));
        bench.start();
        bench.settle(90s);
        bench.cluster.edit<batch::CronJob>("default/c",
                                           [](auto& c) { c.mutable_spec()->set_schedule("*/10 * * * *"); });
        bench.settle(8min);
        QCOMPARE(bench.jobNames().size(), std::size_t(0));
        bench.settle(2min);
        QCOMPARE(bench.times(), QStringList{"09:10"});
    }

    void historyIsLimited() {
        CronBench bench;
        auto busy = cron("* * * * *");
        busy.mutable_spec()->set_successfuljobshistorylimit(2);
        busy.mutable_spec()->set_failedjobshistorylimit(1);
        bench.cluster.put(busy);
        bench.start();
        for (int i = 0; i < 8; ++i) {
            bench.settle(1min);
            for (const auto& job : bench.cluster.all<batch::Job>())
                if (job.status().conditions_size() == 0)
                    bench.end(job.metadata().name(), i % 2 ? "Failed" : "Complete");
        }
        bench.settle(1s);
        QCOMPARE(bench.times(), (QStringList{"09:04", "09:06", "09:07"}));
    }

    void aCrashBeforeTheStatusMakesNoSecondJob_data() {
        QTest::addColumn<int>("lostUpdates");
        QTest::newRow("crash") << 0;
        QTest::newRow("lost answers") << 3;
    }
    void aCrashBeforeTheStatusMakesNoSecondJob() {
        QFETCH(int, lostUpdates);
        CronBench bench;
        bench.cluster.setLatency(20ms);
        bench.cluster.put(cron("*/2 * * * *", "Forbid"));
        if (lostUpdates > 0) bench.cluster.loseAnswers("create", "jobs", lostUpdates);
        bench.start();
        for (int i = 0; i < 4; ++i) {
            const int before = bench.cluster.count("create", "jobs");
            QVERIFY(bench.until([&] { return bench.cluster.count("create", "jobs") > before; }, 5min));
            // The Job is there; that it is, is written nowhere yet.
            bench.restart();
            bench.settle(1s);
            QCOMPARE(bench.cron().status().active_size(), 1);
            bench.endAll();
            bench.settle(1s);
        }
        QCOMPARE(bench.times(), (QStringList{"09:00", "09:02", "09:04", "09:06"}));
    }

    /// The maker did not come to write anything down and is back only after another time has come.
    void aForgottenJobCountsAsRunning() {
        CronBench bench;
        bench.cluster.put(cron("*/2 * * * *", "Forbid"));
        bench.cluster.setLatency(20ms);
        bench.start();
        QVERIFY(bench.until([&] { return bench.cluster.count("create", "jobs") > 0; }, 5min));
        bench.stop();
        QCOMPARE(bench.cron().status().active_size(), 0);
        bench.settle(3min);
        bench.start();
        bench.settle(1s);
        QCOMPARE(bench.times(), QStringList{"09:00"});
        QCOMPARE(bench.cron().status().active_size(), 1);
    }

    void whatItDoesNotKnowIsTold_data() {
        QTest::addColumn<QByteArray>("schedule");
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("schedule") << QByteArray("* * *") << QByteArray() << QByteArray("UnparseableSchedule");
        QTest::newRow("zone") << QByteArray("* * * * *") << QByteArray("Mars/Olympus")
                              << QByteArray("UnknownTimeZone");
    }
    void whatItDoesNotKnowIsTold() {
        QFETCH(QByteArray, schedule);
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, reason);
        CronBench bench;
        auto wrong = cron(schedule.toStdString());
        if (!zone.isEmpty()) wrong.mutable_spec()->set_timezone(zone.toStdString());
        bench.cluster.put(wrong);
        bench.start();
        bench.settle(5min);
        QCOMPARE(bench.jobNames().size(), std::size_t(0));
        bool told = false;
        for (const auto& event : bench.cluster.all<core::Event>())
            told = told || event.reason() == reason.toStdString();
        QVERIFY(told);
    }

    void finishedJobsGoAfterTheirTime_data() {
        QTest::addColumn<int>("ttl");
        QTest::addColumn<bool>("finished");
        QTest::addColumn<bool>("gone");
        QTest::newRow("at once") << 0 << true << true;
        QTest::newRow("after a minute") << 60 << true << true;
        QTest::newRow("not yet") << 600 << true << false;
        QTest::newRow("still running") << 0 << false << false;
        QTest::newRow("no limit") << -1 << true << false;
    }
    void finishedJobsGoAfterTheirTime() {
        QFETCH(int, ttl);
        QFETCH(bool, finished);
        QFETCH(bool, gone);
        CronBench bench;
        bench.names = {"ttlafterfinished"};
        batch::Job job;
        job.mutable_metadata()->set_namespace_("default");
        job.mutable_metadata()->set_name("j");
        if (ttl >= 0) job.mutable_spec()->set_ttlsecondsafterfinished(ttl);
        bench.cluster.put(job);
        if (finished) bench.end("j");
        bench.start();
        if (ttl == 60) {
            bench.settle(58s);
            QVERIFY(!bench.cluster.get<batch::Job>("default/j")->metadata().has_deletiontimestamp());
            bench.restart();
        }
        bench.settle(2min);
        const auto left = bench.cluster.get<batch::Job>("default/j");
        // In the foreground: its pods go first.
        QCOMPARE(!left || left->metadata().has_deletiontimestamp(), gone);
        if (left && gone) QCOMPARE(left->metadata().finalizers(0), std::string("foregroundDeletion"));
    }
};

QTEST_GUILESS_MAIN(TestCronJob)
#include "test_cronjob.moc"
