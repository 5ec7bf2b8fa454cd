#include "job_bench.h"

using namespace wheelhouse;

/// Jobs as Kubernetes documents them: numbers, endings, suspension, and that no pod is ever counted twice.
class TestJob : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void runsToCompletion_data() {
        QTest::addColumn<int>("completions");
        QTest::addColumn<int>("parallelism");
        QTest::newRow("one") << 1 << 1;
        QTest::newRow("one after another") << 5 << 1;
        QTest::newRow("side by side") << 9 << 3;
        QTest::newRow("more room than work") << 2 << 10;
        QTest::newRow("nothing to do") << 0 << 3;
        QTest::newRow("more than one status holds") << 700 << 700;
    }
    void runsToCompletion() {
        QFETCH(int, completions);
        QFETCH(int, parallelism);
        JobBench bench;
        bench.cluster.put(job("j", completions, parallelism));
        bench.start();
        int most = 0;
        bench.settle();
        for (int i = 0; i < 40 && !bench.hasCondition("Complete"); ++i) {
            most = std::max(most, static_cast<int>(bench.active().size()));
            bench.play();
            bench.settle();
        }
        QVERIFY(bench.hasCondition("Complete", "CompletionsReached"));
        QVERIFY(bench.hasCondition("SuccessCriteriaMet"));
        const auto status = bench.status();
        QCOMPARE(status.succeeded(), completions);
        QCOMPARE(status.failed(), 0);
        QCOMPARE(status.active(), 0);
        QCOMPARE(status.uncountedterminatedpods().succeeded_size(), 0);
        QVERIFY(status.has_starttime() && status.has_completiontime());
        QCOMPARE(static_cast<int>(bench.succeeded.size()), completions);
        QCOMPARE(bench.cluster.count("create", "pods"), completions);
        QVERIFY(most <= parallelism);
        QVERIFY(bench.released());
    }

    void podsAreMadeAsTheTemplateSays() {
        JobBench bench;
        const auto made = bench.cluster.put(job("j", 1, 1));
        bench.start();
        bench.settle();
        const auto pods = bench.cluster.all<core::Pod>();
        QCOMPARE(pods.size(), std::size_t(1));
        QVERIFY(pods[0].metadata().name().starts_with("j-"));
        QCOMPARE(pods[0].metadata().ownerreferences(0).uid(), made.metadata().uid());
        QCOMPARE(pods[0].metadata().ownerreferences(0).kind(), std::string("Job"));
        QCOMPARE(pods[0].metadata().finalizers(0), std::string(trackingFinalizer));
        QCOMPARE(pods[0].spec().restartpolicy(), std::string("Never"));
        bench.play();
        bench.settle();
        QCOMPARE(bench.status().active(), 1);
        QCOMPARE(bench.status().ready(), 1);
    }

    /// Without completions one success is enough, and nobody is replaced after it.
    void aWorkQueueEndsWithItsPods() {
        JobBench bench;
        auto queue = job("j", 1, 3);
        queue.mutable_spec()->clear_completions();
        bench.cluster.put(queue);
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle();
        bench.play();
        QCOMPARE(bench.active().size(), std::size_t(3));
        bench.end(bench.active().front(), 0);
        bench.settle();
        QCOMPARE(bench.active().size(), std::size_t(2));
        QVERIFY(!bench.hasCondition("Complete"));
        bench.end(bench.active().front(), 1);
        bench.settle(1min);
        QCOMPARE(bench.active().size(), std::size_t(1));
        bench.end(bench.active().front(), 0);
        bench.settle();
        QVERIFY(bench.hasCondition("Complete"));
        QCOMPARE(bench.status().succeeded(), 2);
        QCOMPARE(bench.status().failed(), 1);
    }

    void failuresAreTriedAgainUpToTheLimit_data() {
        QTest::addColumn<int>("limit");
        QTest::newRow("none") << 0;
        QTest::newRow("some") << 2;
        QTest::newRow("the default") << 6;
    }
    void failuresAreTriedAgainUpToTheLimit() {
        QFETCH(int, limit);
        JobBench bench;
        auto doomed = job("j", 1, 1);
        doomed.mutable_spec()->set_backofflimit(limit);
        bench.cluster.put(doomed);
        bench.ends = [](const core::Pod&) { return 1; };
        bench.start();
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", "BackoffLimitExceeded"));
        QVERIFY(bench.hasCondition("FailureTarget", "BackoffLimitExceeded"));
        QCOMPARE(bench.status().failed(), limit + 1);
        QCOMPARE(bench.cluster.count("create", "pods"), limit + 1);
        QVERIFY(bench.released());
    }

    /// 10 s, 20 s, 40 s … after each failure in a row.
    void replacementsWaitLongerAndLonger() {
        JobBench bench;
        bench.cluster.put(job("j", 1, 1));
        bench.ends = [](const core::Pod&) { return 1; };
        bench.start();
        bench.settle();
        std::vector<int> waits;
        for (int i = 0; i < 4; ++i) {
            bench.play();
            bench.settle(10ms);
            bench.play();
            const int before = bench.cluster.count("create", "pods");
            const auto since = bench.executor.now();
            QVERIFY(bench.until([&] { return bench.cluster.count("create", "pods") > before; }, 15min));
            waits.push_back(static_cast<int>(
                std::chrono::round<std::chrono::seconds>(bench.executor.now() - since).count()));
        }
        for (std::size_t i = 0; i < waits.size(); ++i)
            QVERIFY2(std::abs(waits[i] - (10 << i)) <= 1, qPrintable(QString::number(waits[i])));
    }

    void restartsInPlaceCountToo() {
        JobBench bench;
        auto restarting = job("j", 1, 1);
        restarting.mutable_spec()->set_backofflimit(3);
        restarting.mutable_spec()->mutable_template_()->mutable_spec()->set_restartpolicy("OnFailure");
        bench.cluster.put(restarting);
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle();
        bench.play();
        for (int restarts = 1; restarts <= 3; ++restarts) {
            bench.settle();
            QVERIFY(!bench.hasCondition("FailureTarget"));
            auto pod = bench.active().front();
            pod.mutable_status()->clear_containerstatuses();
            pod.mutable_status()->add_containerstatuses()->set_restartcount(restarts);
            bench.cluster.put(pod);
        }
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", "BackoffLimitExceeded"));
    }

    void aDeadlineEndsIt() {
        JobBench bench;
        auto late = job("j", 5, 2);
        late.mutable_spec()->set_activedeadlineseconds(60);
        bench.cluster.put(late);
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle();
        bench.play();
        bench.settle(50s);
        QVERIFY(!bench.hasCondition("FailureTarget"));
        bench.settle(15s);
        QVERIFY(bench.hasCondition("FailureTarget", "DeadlineExceeded"));
        // Its pods still end; only then it has failed.
        QVERIFY(!bench.hasCondition("Failed"));
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", "DeadlineExceeded"));
        QCOMPARE(bench.status().failed(), 2);
        QCOMPARE(bench.pods(), std::size_t(0));
    }

    void suspendingStopsAndResumingStartsAnew() {
        JobBench bench;
        auto sleeping = job("j", 3, 3);
        sleeping.mutable_spec()->set_suspend(true);
        sleeping.mutable_spec()->set_activedeadlineseconds(100);
        bench.cluster.put(sleeping);
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle(200s);
        QCOMPARE(bench.pods(), std::size_t(0));
        QVERIFY(!bench.status().has_starttime());
        QVERIFY(bench.hasCondition("Suspended", "JobSuspended"));
        const auto suspend = [&](bool on) {
            bench.cluster.edit<batch::Job>("default/j", [&](auto& j) { j.mutable_spec()->set_suspend(on); });
            bench.settle();
        };
        suspend(false);
        QCOMPARE(bench.active().size(), std::size_t(3));
        QVERIFY(!bench.hasCondition("Suspended"));
        bench.play();
        bench.settle(80s);
        const auto first = bench.status().starttime().seconds();
        suspend(true);
        QCOMPARE(bench.active().size(), std::size_t(0));
        bench.play();
        bench.settle(200s);
        QVERIFY(bench.hasCondition("Suspended"));
        suspend(false);
        // Active without a break for 100 s is what the deadline is about.
        QVERIFY(bench.status().starttime().seconds() > first + 200);
        QVERIFY(!bench.hasCondition("FailureTarget"));
        QCOMPARE(bench.active().size(), std::size_t(3));
        // Suspended pods have not failed.
        QCOMPARE(bench.status().failed(), 0);
        bench.ends = [](const core::Pod&) { return 0; };
        QVERIFY(bench.finish());
        QCOMPARE(bench.status().succeeded(), 3);
    }

    void parallelismFollowsTheSpec() {
        JobBench bench;
        bench.cluster.put(job("j", 10, 2));
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        for (const int wanted : {2, 6, 1, 0, 4}) {
            bench.cluster.edit<batch::Job>("default/j",
                                           [&](auto& j) { j.mutable_spec()->set_parallelism(wanted); });
            bench.settle();
            QCOMPARE(static_cast<int>(bench.active().size()), wanted);
            bench.play();
            bench.settle();
        }
        QCOMPARE(bench.status().failed(), 0);
    }

    void whenADeletedPodIsReplaced_data() {
        QTest::addColumn<QByteArray>("policy");
        QTest::addColumn<int>("whileTerminating");
        QTest::newRow("at once") << QByteArray("TerminatingOrFailed") << 1;
        QTest::newRow("when it has ended") << QByteArray("Failed") << 0;
    }
    void whenADeletedPodIsReplaced() {
        QFETCH(QByteArray, policy);
        QFETCH(int, whileTerminating);
        JobBench bench;
        auto careful = job("j", 1, 1);
        careful.mutable_spec()->set_podreplacementpolicy(policy.toStdString());
        bench.cluster.put(careful);
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle();
        bench.play();
        bench.cluster.edit<core::Pod>("default/" + bench.active().front().metadata().name(), [&](auto& pod) {
            *pod.mutable_metadata()->mutable_deletiontimestamp() = api::toTime(bench.executor.wallNow());
            pod.mutable_metadata()->set_deletiongraceperiodseconds(30);
        });
        bench.settle(15s);
        QCOMPARE(static_cast<int>(bench.active().size()), whileTerminating);
        QCOMPARE(bench.status().terminating(), 1);
        bench.play();
        bench.settle(15s);
        QCOMPARE(bench.active().size(), std::size_t(1));
        QCOMPARE(bench.status().failed(), 1);
        QCOMPARE(bench.status().terminating(), 0);
    }

    void aJobOfSomebodyElseIsLeftAlone() {
        JobBench bench;
        auto foreign = job("j", 1, 1);
        foreign.mutable_spec()->set_managedby("example.com/other");
        bench.cluster.put(foreign);
        bench.start();
        bench.settle(1min);
        QCOMPARE(bench.pods(), std::size_t(0));
        QVERIFY(!bench.status().has_starttime());
    }

    void aPodThatLosesItsOwnerIsTakenBackAsItWas() {
        JobBench bench;
        bench.cluster.put(job("j", 4, 2));
        bench.start();
        bench.settle();
        const std::string name = bench.cluster.all<core::Pod>().front().metadata().name();
        for (int i = 0; i < 5; ++i) {
            bench.cluster.edit<core::Pod>("default/" + name,
                                          [](auto& p) { p.mutable_metadata()->clear_ownerreferences(); });
            bench.settle();
            const auto pod = bench.cluster.get<core::Pod>("default/" + name);
            QVERIFY(pod && !pod->metadata().has_deletiontimestamp());
            QCOMPARE(pod->metadata().ownerreferences_size(), 1);
            QCOMPARE(pod->metadata().finalizers_size(), 1);
        }
        QCOMPARE(bench.cluster.count("create", "pods"), 2);
        QCOMPARE(bench.cluster.count("delete", "pods"), 0);
    }

    void aPodNobodyWillAdoptIsLetGo() {
        JobBench bench;
        bench.cluster.put(job("j", 1, 1));
        auto orphan = pod("orphan", "j");
        orphan.mutable_metadata()->add_finalizers(trackingFinalizer);
        orphan.mutable_metadata()->mutable_labels()->clear();
        bench.cluster.put(orphan);
        bench.start();
        bench.settle();
        QCOMPARE(bench.cluster.get<core::Pod>("default/orphan")->metadata().finalizers_size(), 0);
    }

    void adoptsAndReleasesByLabels() {
        JobBench bench;
        bench.cluster.put(pod("orphan", "j"));
        const auto made = bench.cluster.put(job("j", 2, 2));
        bench.start();
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(2));
        auto orphan = *bench.cluster.get<core::Pod>("default/orphan");
        QCOMPARE(orphan.metadata().ownerreferences(0).uid(), made.metadata().uid());
        QCOMPARE(orphan.metadata().finalizers_size(), 1);
        bench.cluster.edit<core::Pod>(
            "default/orphan", [](auto& p) { (*p.mutable_metadata()->mutable_labels())["app"] = "x"; });
        bench.settle();
        QCOMPARE(bench.pods(), std::size_t(3));
        orphan = *bench.cluster.get<core::Pod>("default/orphan");
        QCOMPARE(orphan.metadata().ownerreferences_size(), 0);
        QCOMPARE(orphan.metadata().finalizers_size(), 0);
    }

    void podsOfAJobThatIsGoneMayGo() {
        JobBench bench;
        bench.cluster.put(job("j", 3, 3));
        bench.ends = [](const core::Pod&) { return std::nullopt; };
        bench.start();
        bench.settle();
        bench.play();
        QVERIFY(!bench.released());
        bench.cluster.drop<batch::Job>("default/j");
        bench.settle();
        QVERIFY(bench.released());
    }

    void aRefusedPodIsAskedForAgain() {
        JobBench bench;
        bench.cluster.put(job("j", 50, 50));
        bench.cluster.failNext("create", "pods", {.reason = Reason::Forbidden, .message = "quota"}, 3);
        bench.start();
        bench.settle(3ms);
        QVERIFY(bench.cluster.count("create", "pods") <= 3);
        bench.settle(1min);
        QCOMPARE(bench.active().size(), std::size_t(50));
    }
};

QTEST_GUILESS_MAIN(TestJob)
#include "test_job.moc"
