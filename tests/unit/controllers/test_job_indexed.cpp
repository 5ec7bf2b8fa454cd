#include "job_bench.h"

using namespace wheelhouse;

/// Indexed Jobs, the policies about failure and success, and restarts at every step.
class TestJobIndexed : public QObject {
    Q_OBJECT

    static void addRule(batch::Job& job, const char* action, const std::vector<int>& exitCodes,
                        const char* condition = nullptr) {
        auto& rule = *job.mutable_spec()->mutable_podfailurepolicy()->add_rules();
        rule.set_action(action);
        job.mutable_spec()->set_podreplacementpolicy("Failed");
        if (condition) {
            auto& pattern = *rule.add_onpodconditions();
            pattern.set_type(condition);
            pattern.set_status("True");
            return;
        }
        rule.mutable_onexitcodes()->set_operator_("In");
        for (const int code : exitCodes)
            rule.mutable_onexitcodes()->add_values(code);
    }

  private Q_SLOTS:
    void eachIndexHasItsPod() {
        JobBench bench;
        bench.cluster.put(indexedJob("j", 5, 3));
        bench.start();
        bench.settle();
        std::set<int> seen;
        for (const auto& pod : bench.active()) {
            const int index = indexOf(pod);
            seen.insert(index);
            const std::string number = std::to_string(index);
            QVERIFY(pod.metadata().name().starts_with("j-" + number + "-"));
            QCOMPARE(pod.spec().hostname(), "j-" + number);
            QCOMPARE(pod.metadata().labels().at("batch.kubernetes.io/job-completion-index"), number);
            const auto& env = pod.spec().containers(0).env(0);
            QCOMPARE(env.name(), std::string("JOB_COMPLETION_INDEX"));
            QCOMPARE(env.valuefrom().fieldref().fieldpath(),
                     std::string("metadata.labels['batch.kubernetes.io/job-completion-index']"));
        }
        QCOMPARE(seen, (std::set<int>{0, 1, 2}));
        QVERIFY(bench.finish());
        QCOMPARE(bench.status().completedindexes(), std::string("0-4"));
        QCOMPARE(bench.status().succeeded(), 5);
    }

    void completedIndexesAreRanges_data() {
        QTest::addColumn<QList<int>>("done");
        QTest::addColumn<QString>("text");
        QTest::newRow("one") << QList<int>{3} << "3";
        QTest::newRow("two") << QList<int>{3, 4} << "3,4";
        QTest::newRow("range") << QList<int>{3, 4, 5} << "3-5";
        QTest::newRow("mixed") << QList<int>{0, 2, 3, 4, 7} << "0,2-4,7";
    }
    void completedIndexesAreRanges() {
        QFETCH(QList<int>, done);
        QFETCH(QString, text);
        JobBench bench;
        bench.cluster.put(indexedJob("j", 10, 10));
        bench.ends = [&](const core::Pod& pod) {
            return done.contains(indexOf(pod)) ? std::optional<int>(0) : std::nullopt;
        };
        bench.start();
        for (int i = 0; i < 3; ++i) {
            bench.settle();
            bench.play();
        }
        bench.settle();
        QCOMPARE(QString::fromStdString(bench.status().completedindexes()), text);
        QCOMPARE(bench.status().succeeded(), static_cast<int>(done.size()));
        // No index is run twice.
        QCOMPARE(bench.active().size(), std::size_t(10 - done.size()));
    }

    void elasticJobsGrowAndShrink() {
        JobBench bench;
        bench.cluster.put(indexedJob("j", 3, 3));
        bench.ends = [](const core::Pod& pod) {
            return indexOf(pod) == 0 ? std::optional<int>(0) : std::nullopt;
        };
        bench.start();
        const auto resize = [&](int size) {
            bench.cluster.edit<batch::Job>("default/j", [&](auto& j) {
                j.mutable_spec()->set_completions(size);
                j.mutable_spec()->set_parallelism(size);
            });
            for (int i = 0; i < 3; ++i) {
                bench.settle();
                bench.play();
            }
            bench.settle();
        };
        resize(6);
        QCOMPARE(bench.active().size(), std::size_t(5));
        resize(2);
        QCOMPARE(bench.active().size(), std::size_t(1));
        QCOMPARE(indexOf(bench.active().front()), 1);
        bench.ends = [](const core::Pod&) { return 0; };
        QVERIFY(bench.finish());
        QCOMPARE(bench.status().completedindexes(), std::string("0,1"));
    }

    void anIndexMayFailForGood() {
        JobBench bench;
        auto some = indexedJob("j", 4, 4);
        some.mutable_spec()->set_backofflimitperindex(1);
        some.mutable_spec()->set_backofflimit(1000);
        bench.cluster.put(some);
        bench.ends = [](const core::Pod& pod) { return indexOf(pod) % 2; };
        bench.start();
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", "FailedIndexes"));
        QCOMPARE(bench.status().failedindexes(), std::string("1,3"));
        QCOMPARE(bench.status().completedindexes(), std::string("0,2"));
        // One try and one replacement each.
        QCOMPARE(bench.attempts[1], 2);
        QCOMPARE(bench.attempts[3], 2);
        QCOMPARE(bench.status().failed(), 4);
        QVERIFY(bench.released());
    }

    void tooManyFailedIndexesEndTheJob() {
        JobBench bench;
        auto some = indexedJob("j", 10, 2);
        some.mutable_spec()->set_backofflimitperindex(0);
        some.mutable_spec()->set_backofflimit(1000);
        some.mutable_spec()->set_maxfailedindexes(2);
        bench.cluster.put(some);
        bench.ends = [](const core::Pod&) { return 1; };
        bench.start();
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", "MaxFailedIndexesExceeded"));
        QVERIFY(bench.attempts.size() <= 4);
    }

    void aReplacementCarriesTheFailureCount() {
        JobBench bench;
        auto some = indexedJob("j", 1, 1);
        some.mutable_spec()->set_backofflimitperindex(5);
        some.mutable_spec()->set_backofflimit(1000);
        bench.cluster.put(some);
        bench.ends = [](const core::Pod&) { return 1; };
        bench.start();
        for (const char* count : {"0", "1", "2"}) {
            QVERIFY(bench.until([&] { return !bench.active().empty(); }, 5min));
            QCOMPARE(bench.active().front().metadata().annotations().at(
                         "batch.kubernetes.io/job-index-failure-count"),
                     std::string(count));
            bench.play();
            bench.settle();
            bench.play();
            bench.settle();
        }
    }

    void failurePolicy_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("reason");
        QTest::addColumn<int>("failed");
        QTest::newRow("the job fails at once") << 42 << QByteArray("PodFailurePolicy") << 1;
        QTest::newRow("counted as ever") << 1 << QByteArray("BackoffLimitExceeded") << 3;
        QTest::newRow("counted by rule") << 7 << QByteArray("BackoffLimitExceeded") << 3;
    }
    void failurePolicy() {
        QFETCH(int, code);
        QFETCH(QByteArray, reason);
        QFETCH(int, failed);
        JobBench bench;
        auto picky = job("j", 1, 1);
        picky.mutable_spec()->set_backofflimit(2);
        addRule(picky, "FailJob", {42});
        addRule(picky, "Count", {7});
        bench.cluster.put(picky);
        bench.ends = [&](const core::Pod&) { return code; };
        bench.start();
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Failed", reason.toStdString()));
        QCOMPARE(bench.status().failed(), failed);
        if (code != 42) return;
        const auto message = bench.status().conditions(bench.status().conditions_size() - 1).message();
        QVERIFY(message.starts_with("Container main for pod default/j-"));
        QVERIFY(message.ends_with("failed with exit code 42 matching FailJob rule at index 0"));
    }

    void ignoredFailuresDoNotCount() {
        JobBench bench;
        auto patient = job("j", 1, 1);
        patient.mutable_spec()->set_backofflimit(0);
        addRule(patient, "Ignore", {}, "DisruptionTarget");
        bench.cluster.put(patient);
        int left = 3;
        bench.ends = [&](const core::Pod&) { return left-- > 0 ? 137 : 0; };
        bench.start();
        bench.settle();
        for (int i = 0; i < 3; ++i) {
            QVERIFY(bench.until([&] { return !bench.active().empty(); }, 15min));
            auto pod = bench.active().front();
            auto& condition = *pod.mutable_status()->add_conditions();
            condition.set_type("DisruptionTarget");
            condition.set_status("True");
            bench.end(bench.cluster.put(pod), 137);
            bench.settle();
        }
        left = 0;
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Complete"));
        QCOMPARE(bench.status().failed(), 0);
    }

    void aRuleFailsAnIndex() {
        JobBench bench;
        auto some = indexedJob("j", 2, 2);
        some.mutable_spec()->set_backofflimitperindex(9);
        some.mutable_spec()->set_backofflimit(1000);
        addRule(some, "FailIndex", {3});
        bench.cluster.put(some);
        bench.ends = [](const core::Pod& pod) { return indexOf(pod) == 1 ? 3 : 0; };
        bench.start();
        QVERIFY(bench.finish());
        QCOMPARE(bench.status().failedindexes(), std::string("1"));
        QCOMPARE(bench.attempts[1], 1);
    }

    void successPolicy_data() {
        QTest::addColumn<QByteArray>("indexes");
        QTest::addColumn<int>("count");
        QTest::addColumn<QList<int>>("succeed");
        QTest::addColumn<bool>("met");
        QTest::newRow("the leader") << QByteArray("0") << 0 << QList<int>{0} << true;
        QTest::newRow("somebody else") << QByteArray("0") << 0 << QList<int>{1, 2} << false;
        QTest::newRow("any two") << QByteArray() << 2 << QList<int>{1, 4} << true;
        QTest::newRow("only one") << QByteArray() << 2 << QList<int>{1} << false;
        QTest::newRow("two of these") << QByteArray("0-2") << 2 << QList<int>{0, 2} << true;
        QTest::newRow("one of these") << QByteArray("0-2") << 2 << QList<int>{0, 4} << false;
        QTest::newRow("all of these") << QByteArray("0-2") << 0 << QList<int>{0, 1, 2} << true;
    }
    void successPolicy() {
        QFETCH(QByteArray, indexes);
        QFETCH(int, count);
        QFETCH(QList<int>, succeed);
        QFETCH(bool, met);
        JobBench bench;
        auto enough = indexedJob("j", 5, 5);
        auto& rule = *enough.mutable_spec()->mutable_successpolicy()->add_rules();
        if (!indexes.isEmpty()) rule.set_succeededindexes(indexes.toStdString());
        if (count > 0) rule.set_succeededcount(count);
        bench.cluster.put(enough);
        bench.ends = [&](const core::Pod& pod) {
            return succeed.contains(indexOf(pod)) ? std::optional<int>(0) : std::nullopt;
        };
        bench.start();
        QCOMPARE(bench.finish(2min), met);
        if (!met) return;
        QVERIFY(bench.hasCondition("SuccessCriteriaMet", "SuccessPolicy"));
        QVERIFY(bench.hasCondition("Complete", "SuccessPolicy"));
        QCOMPARE(bench.status().succeeded(), static_cast<int>(succeed.size()));
        QCOMPARE(bench.status().failed(), 0);
        QCOMPARE(bench.active().size(), std::size_t(0));
        QVERIFY(bench.released());
    }

    void restartsAtEveryStepCountOnce_data() {
        QTest::addColumn<bool>("indexed");
        QTest::addColumn<int>("latencyMs");
        QTest::newRow("by uid") << false << 0;
        QTest::newRow("by index") << true << 0;
        QTest::newRow("by uid, slow answers") << false << 20;
        QTest::newRow("by index, slow answers") << true << 20;
    }
    /// A crash after each single write, wherever it is: the same pods, counted once.
    void restartsAtEveryStepCountOnce() {
        QFETCH(bool, indexed);
        QFETCH(int, latencyMs);
        JobBench bench;
        bench.cluster.setLatency(std::chrono::milliseconds(latencyMs));
        auto work = indexed ? indexedJob("j", 6, 3) : job("j", 6, 3);
        bench.cluster.put(work);
        std::set<int> failedOnce;
        int runs = 0;
        bench.ends = [&](const core::Pod&) { return ++runs % 4 == 0 ? 1 : 0; };
        bench.start();
        for (int i = 0; i < 2000 && !bench.hasCondition("Complete"); ++i) {
            const Revision before = bench.cluster.revision();
            if (!bench.until([&] { return bench.cluster.revision() > before; }, 20s)) {
                bench.play();
                continue;
            }
            bench.restart();
            QVERIFY(bench.status().succeeded() <= static_cast<int>(bench.succeeded.size()));
            QVERIFY(bench.status().failed() <= static_cast<int>(bench.failed.size()));
            QVERIFY(bench.active().size() <= 3);
        }
        QVERIFY(bench.hasCondition("Complete"));
        QCOMPARE(bench.status().succeeded(), 6);
        QCOMPARE(bench.status().succeeded(), static_cast<int>(bench.succeeded.size()));
        QCOMPARE(bench.status().failed(), static_cast<int>(bench.failed.size()));
        bench.settle(1min);
        QVERIFY(bench.released());
    }

    void lostAnswersCountOnce_data() {
        QTest::addColumn<QByteArray>("verb");
        QTest::addColumn<QByteArray>("resource");
        QTest::newRow("pods made") << QByteArray("create") << QByteArray("pods");
        QTest::newRow("finalizers off") << QByteArray("patch") << QByteArray("pods");
        QTest::newRow("status") << QByteArray("update") << QByteArray("jobs");
        QTest::newRow("pods deleted") << QByteArray("delete") << QByteArray("pods");
    }
    void lostAnswersCountOnce() {
        QFETCH(QByteArray, verb);
        QFETCH(QByteArray, resource);
        JobBench bench;
        bench.cluster.put(job("j", 8, 4));
        int runs = 0;
        bench.ends = [&](const core::Pod&) { return ++runs % 5 == 0 ? 1 : 0; };
        bench.cluster.loseAnswers(verb.toStdString(), resource.toStdString(), 7);
        bench.start();
        QVERIFY(bench.finish());
        QVERIFY(bench.hasCondition("Complete"));
        // A pod made twice by a lost answer may have been counted too, but only if it really succeeded.
        QVERIFY(bench.status().succeeded() >= 8);
        QCOMPARE(bench.status().succeeded(), static_cast<int>(bench.succeeded.size()));
        QCOMPARE(bench.status().failed(), static_cast<int>(bench.failed.size()));
    }
};

QTEST_GUILESS_MAIN(TestJobIndexed)
#include "test_job_indexed.moc"
