// The logs of one pod and of many, merged.
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/pod_logs.h"
#include "ui/models/ui_executor.h"

#include <QSignalSpy>
#include <QtTest>
#include <algorithm>

using namespace wheelhouse;
using namespace wheelhouse::ui;
namespace core = wheelhouse::api::core;

namespace {

constexpr int soon = 20'000; ///< a deadline for what has gone wrong; nothing takes that long

core::Pod podOf(const std::string& name, const std::string& app, const QStringList& containers = {"c"}) {
    core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("shop");
    (*pod.mutable_metadata()->mutable_labels())["app"] = app;
    for (const QString& container : containers)
        pod.mutable_spec()->add_containers()->set_name(container.toStdString());
    return pod;
}

/// A cluster whose pods have the logs the test writes, and the lines somebody would see.
struct Bench {
    SystemClock clock;
    SeededRandom random{7};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    PodLogs logs{cluster, executor};

    QStringList shown() const {
        QStringList out;
        for (const auto& line : logs.lines())
            out << line.source + u'|' + line.text;
        return out;
    }
    void write(const std::string& pod, const std::string& text, const std::string& container = "c") {
        cluster.written[pod + "/" + container].write(text);
    }
};

LogTarget targetOf(const QString& selector, const QStringList& pods = {}) {
    LogTarget target;
    target.nameSpace = "shop";
    target.title = "x";
    target.selector = selector;
    target.pods = pods;
    return target;
}

std::string at(int seconds, const std::string& text) {
    char stamp[64];
    std::snprintf(stamp, sizeof stamp, "2026-11-30T11:%02d:%02d.5Z ", seconds / 60, seconds % 60);
    return stamp + text + "\n";
}

} // namespace

class TestLogModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whoChoosesPods() {
        api::apps::Deployment deployment;
        auto* selector = deployment.mutable_spec()->mutable_selector();
        (*selector->mutable_matchlabels())["tier"] = "front";
        (*selector->mutable_matchlabels())["app"] = "web";
        auto* in = selector->add_matchexpressions();
        in->set_key("zone");
        in->set_operator_("In");
        in->add_values("a");
        in->add_values("b");
        auto* not_ = selector->add_matchexpressions();
        not_->set_key("old");
        not_->set_operator_("DoesNotExist");
        Bench bench;
        const auto selectorOf = [&](const auto& message) {
            const auto object = bench.cluster.store(message);
            return podSelectorOf(*object);
        };
        deployment.mutable_metadata()->set_name("web");
        QCOMPARE(selectorOf(deployment), QStringLiteral("app=web,tier=front,zone in (a,b),!old"));
        core::Service service;
        service.mutable_metadata()->set_name("web");
        QCOMPARE(selectorOf(service), QString());
        (*service.mutable_spec()->mutable_selector())["app"] = "web";
        QCOMPARE(selectorOf(service), QStringLiteral("app=web"));
        // This one chooses volumes.
        core::PersistentVolumeClaim claim;
        claim.mutable_metadata()->set_name("c");
        (*claim.mutable_spec()->mutable_selector()->mutable_matchlabels())["disk"] = "fast";
        QCOMPARE(selectorOf(claim), QString());
        QCOMPARE(selectorOf(podOf("p", "web")), QString());
    }

    void linesOfManyAreMergedByTime() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web"));
        bench.cluster.put(podOf("web-2", "web"));
        bench.cluster.put(podOf("db-1", "db"));
        bench.write("web-1", at(1, "one") + at(3, "three"));
        bench.write("web-2", at(2, "two") + at(4, "four"));
        bench.write("db-1", at(2, "not this"));
        bench.logs.open(targetOf("app=web"));
        const QStringList wanted{"web-1|one", "web-2|two", "web-1|three", "web-2|four"};
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), wanted, soon);
        QCOMPARE(bench.logs.wanted(), std::size_t(2));
        QVERIFY(bench.logs.lines()[0].hue != bench.logs.lines()[1].hue);
        QSignalSpy appended(&bench.logs, &PodLogs::appended);
        bench.write("web-1", at(5, "five"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().value(4), QStringLiteral("web-1|five"), soon);
        QCOMPARE(appended.size(), 1);
        QCOMPARE(bench.logs.command(),
                 QStringLiteral("kubectl logs -l app=web -f --prefix --all-containers -n shop "
                                "--max-log-requests=40"));
    }

    void podsComeAndGo() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web"));
        bench.write("web-1", at(1, "one"));
        bench.logs.open(targetOf("app=web"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 1, soon);
        bench.write("web-2", at(2, "two"));
        bench.cluster.put(podOf("web-2", "web"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 2, soon);
        // What a pod says on its way out is still heard; then nobody asks for it any more.
        bench.cluster.drop<core::Pod>("shop/web-1");
        bench.write("web-1", at(3, "last words"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 3, soon);
        bench.cluster.written["web-1/c"].end({});
        QTRY_COMPARE_WITH_TIMEOUT(bench.logs.open(), std::size_t(1), soon);
        QCOMPARE(bench.logs.wanted(), std::size_t(1));
    }

    /// A log that ends is read again from where it ended, and no line is shown twice.
    void aLogReadAgainShowsNothingTwice() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web"));
        bench.write("web-1", at(1, "one") + at(2, "two"));
        bench.logs.open(targetOf({}, {"web-1"}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 2, soon);
        bench.cluster.written["web-1/c"].end(fail(Reason::ServiceUnavailable, "the link is down"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.logs.trouble(), QStringLiteral("the link is down"), soon);
        bench.write("web-1", at(3, "three"));
        const QStringList wanted{"web-1|one", "web-1|two", "web-1|three"};
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), wanted, soon);
        QCOMPARE(bench.logs.trouble(), QString());
        QCOMPARE(bench.cluster.written["web-1/c"].asked.back().sinceTime,
                 std::string("2026-11-30T11:00:02.500000000Z"));
    }

    void containersAreNamedWhereThereAreSeveral() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web", {"app", "proxy"}));
        bench.write("web-1", at(1, "a"), "app");
        bench.write("web-1", at(2, "p"), "proxy");
        bench.logs.open(targetOf("app=web"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), (QStringList{"web-1/app|a", "web-1/proxy|p"}), soon);
        LogTarget one = targetOf({}, {"web-1"});
        one.container = "proxy";
        bench.logs.open(one);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown(), QStringList{"web-1|p"}, soon);
        QCOMPARE(bench.logs.command(), QStringLiteral("kubectl logs -f web-1 -n shop -c proxy"));
    }

    void previousRunsAreReadOnce() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web"));
        bench.write("web-1", at(1, "before"));
        LogTarget target = targetOf({}, {"web-1"});
        target.previous = true;
        bench.logs.open(target);
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 1, soon);
        QVERIFY(bench.cluster.written["web-1/c"].asked.back().previous);
        bench.cluster.written["web-1/c"].end({});
        QTRY_VERIFY_WITH_TIMEOUT(bench.logs.ended(), soon);
        QCOMPARE(bench.cluster.written["web-1/c"].asked.size(), std::size_t(1));
    }

    /// Who writes nothing more is not asked again, however often others are.
    void aPodThatIsOverIsReadOnce() {
        Bench bench;
        core::Pod over = podOf("job-1", "job");
        over.mutable_status()->set_phase("Succeeded");
        bench.cluster.put(over);
        bench.cluster.put(podOf("job-2", "job"));
        bench.write("job-1", at(1, "done"));
        bench.write("job-2", at(2, "working"));
        bench.logs.open(targetOf("app=job"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.shown().size(), 2, soon);
        bench.cluster.written["job-1/c"].end({});
        bench.cluster.written["job-2/c"].end({});
        QTRY_COMPARE_WITH_TIMEOUT(bench.cluster.written["job-2/c"].asked.size(), std::size_t(2), soon);
        QCOMPARE(bench.cluster.written["job-1/c"].asked.size(), std::size_t(1));
    }

    void memoryIsBounded() {
        Bench bench;
        bench.cluster.put(podOf("web-1", "web"));
        std::string flood;
        for (std::size_t i = 0; i < PodLogs::mostLines + 500; ++i)
            flood += "line " + std::to_string(i) + "\n";
        bench.write("web-1", flood);
        bench.logs.open(targetOf({}, {"web-1"}));
        QTRY_COMPARE_WITH_TIMEOUT(bench.logs.lines().size(), PodLogs::mostLines, soon);
        QCOMPARE(bench.logs.lines().back().text, QStringLiteral("line 10499"));
        // One line without an end does not grow either.
        bench.write("web-1", std::string(3 * PodLogs::mostLine, 'x') + "\nend\n");
        QTRY_COMPARE_WITH_TIMEOUT(bench.logs.lines().back().text, QStringLiteral("end"), soon);
        QCOMPARE(bench.logs.lines()[PodLogs::mostLines - 2].text.size(), PodLogs::mostLine);
    }

    void levels_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("level");
        const auto row = [](const char* text, PodLogs::Level level) {
            QTest::newRow(text) << QString::fromUtf8(text) << static_cast<int>(level);
        };
        row("E1130 11:02:03.1 1 main.go:12] no", PodLogs::Level::Error);
        row("W1130 11:02:03.1 1 main.go:12] hm", PodLogs::Level::Warning);
        row("2026/11/30 ERROR cannot open", PodLogs::Level::Error);
        row("{\"level\":\"error\",\"msg\":\"x\"}", PodLogs::Level::Error);
        row("level=warn msg=slow", PodLogs::Level::Warning);
        row("GET /errors HTTP/1.1 200", PodLogs::Level::Plain);
        row("Every 1130 seconds", PodLogs::Level::Plain);
    }
    void levels() {
        QFETCH(QString, text);
        QTEST(static_cast<int>(PodLogs::levelOf(text)), "level");
    }
};

QTEST_MAIN(TestLogModels)
#include "test_log_models.moc"
