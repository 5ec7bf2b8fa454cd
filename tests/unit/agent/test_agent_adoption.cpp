#include "agent_bench.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

/// Restarts of the agent, a link that is down, and log streams.
class AgentAdoptionTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void adoptsWhatRuns();
    void carriesOnWithoutALink();
    void restartsACrashedContainerWithoutALink();
    void noticesWhatEndedMeanwhile();
    void finishesADeletionAfterARestart();
    void saysGoneAgainWhenNobodyHeard();
    void sweepsWhatNobodyRemembers();
    void repeatedMessagesChangeNothing();
    void streamsALog();
    void followsUntilTheEnd();
    void tailAndSince();
    void aSlowReaderHoldsTheLog();
    void previousLog();
    void noSuchContainer();

  private:
    static nodelink::ToAgent open(std::uint64_t stream, const std::string& pod) {
        nodelink::ToAgent message;
        auto& open = *message.mutable_open_log();
        open.set_stream(stream);
        open.mutable_pod()->set_uid("uid-" + pod);
        open.mutable_pod()->set_name(pod);
        open.set_container("main");
        open.set_tail_lines(-1);
        return message;
    }
    static std::string text(const AgentBench& bench, std::uint64_t stream) {
        std::string out;
        for (const auto& message : bench.channel->sent)
            if (message.has_stream_data() && message.stream_data().stream() == stream)
                out += message.stream_data().data();
        return out;
    }
    static std::optional<std::string> end(const AgentBench& bench, std::uint64_t stream) {
        for (const auto& message : bench.channel->sent)
            if (message.has_stream_end() && message.stream_end().stream() == stream)
                return message.stream_end().error();
        return std::nullopt;
    }
};

void AgentAdoptionTest::adoptsWhatRuns() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    const std::string before = bench.running();
    const core::PodStatus status = bench.status("web");
    bench.executor.advance(1h);
    bench.restartAgent();
    QVERIFY(bench.until([&] { return bench.status("web").phase() == "Running"; }, 1s));
    QCOMPARE(bench.channel->sent.front().hello().pods_size(), 1);
    QCOMPARE(bench.running(), before);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(1));
    QCOMPARE(bench.status("web").podip(), status.podip());
    QCOMPARE(bench.container("web").restartcount(), 0);
    QCOMPARE(bench.container("web").containerid(), status.containerstatuses(0).containerid());
    QCOMPARE(bench.events("Started"), 0);
}

void AgentAdoptionTest::carriesOnWithoutALink() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.restartAgent(false);
    bench.executor.advance(10min);
    QVERIFY(!bench.running().empty());
    QVERIFY(bench.channel->sent.empty());
}

void AgentAdoptionTest::restartsACrashedContainerWithoutALink() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.channel->cut();
    const std::string before = bench.running();
    QVERIFY(bench.runtime.crashContainer(before, 1));
    QVERIFY(bench.until([&] { return !bench.running().empty() && bench.running() != before; }, 5s));
    bench.channel->connect();
    QVERIFY(bench.until([&] { return bench.container("web").restartcount() == 1; }, 1s));
}

void AgentAdoptionTest::noticesWhatEndedMeanwhile() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    const std::string before = bench.running();
    bench.agent.reset();
    QVERIFY(bench.runtime.crashContainer(before, 7));
    bench.executor.advance(1s);
    bench.channel = std::make_unique<FakeChannel>();
    bench.start();
    QVERIFY(
        bench.until([&] { return bench.container("web").restartcount() == 1 && !bench.running().empty(); }));
    QCOMPARE(bench.container("web").laststate().terminated().exitcode(), 7);
}

void AgentAdoptionTest::finishesADeletionAfterARestart() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "stop-after", "10s");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.remove(pod, 30);
    bench.executor.advance(1s);
    bench.restartAgent();
    QVERIFY(bench.until([&] { return bench.gone("web"); }, 40s));
    QVERIFY(bench.runtime.sandboxes().empty());
}

void AgentAdoptionTest::saysGoneAgainWhenNobodyHeard() {
    AgentBench bench;
    bench.start();
    const core::Pod pod = AgentBench::pod("web");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.remove(pod, 30);
    bench.channel->cut();
    QVERIFY(bench.until([&] { return bench.runtime.sandboxes().empty(); }, 5s));
    QVERIFY(!bench.gone("web"));
    bench.channel->connect();
    bench.remove(pod, 30); // the control plane still has it
    bench.synced();
    QVERIFY(bench.until([&] { return bench.gone("web"); }, 5s));
    QVERIFY(bench.runtime.sandboxes().empty());
}

void AgentAdoptionTest::sweepsWhatNobodyRemembers() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.disk.records.clear();
    bench.restartAgent();
    QVERIFY(bench.until([&] { return bench.runtime.sandboxes().empty(); }, 5s));
}

void AgentAdoptionTest::repeatedMessagesChangeNothing() {
    AgentBench bench;
    bench.start();
    for (int i = 0; i < 5; ++i)
        bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    for (int i = 0; i < 5; ++i) {
        bench.desire(AgentBench::pod("web"));
        bench.synced();
        bench.executor.advance(1s);
    }
    QCOMPARE(bench.events("Started"), 1);
    QCOMPARE(bench.runtime.sandboxes().size(), std::size_t(1));
}

void AgentAdoptionTest::streamsALog() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(3500ms);
    bench.channel->say(open(5, "web"));
    QVERIFY(bench.until([&] { return end(bench, 5).has_value(); }, 1s));
    QCOMPARE(*end(bench, 5), std::string());
    QVERIFY(text(bench, 5).starts_with("web main: line 1\nweb main: line 2\n"));
}

void AgentAdoptionTest::followsUntilTheEnd() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    nodelink::ToAgent message = open(5, "web");
    message.mutable_open_log()->set_follow(true);
    bench.channel->say(message);
    bench.executor.advance(2500ms);
    const std::size_t soFar = text(bench, 5).size();
    QVERIFY(soFar > 0 && !end(bench, 5));
    bench.executor.advance(3s);
    QVERIFY(text(bench, 5).size() > soFar);
    QVERIFY(bench.runtime.crashContainer(bench.running(), 0));
    QVERIFY(bench.until([&] { return end(bench, 5).has_value(); }, 1s));
}

void AgentAdoptionTest::tailAndSince() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s);
    nodelink::ToAgent tail = open(1, "web");
    tail.mutable_open_log()->set_tail_lines(2);
    bench.channel->say(tail);
    nodelink::ToAgent since = open(2, "web");
    since.mutable_open_log()->set_since_time(api::formatTime(bench.executor.wallNow() - 10s));
    since.mutable_open_log()->set_timestamps(true);
    bench.channel->say(since);
    bench.executor.advance(100ms);
    const auto lines = [&](std::uint64_t stream) {
        const std::string all = text(bench, stream);
        return std::count(all.begin(), all.end(), '\n');
    };
    QCOMPARE(lines(1), 2);
    QVERIFY(lines(2) >= 10 && lines(2) <= 12);
    QVERIFY(text(bench, 2).starts_with("2026-"));
}

void AgentAdoptionTest::aSlowReaderHoldsTheLog() {
    AgentBench bench;
    bench.start();
    core::Pod pod = AgentBench::pod("web");
    AgentBench::annotate(pod, "log-every", "1ms");
    bench.desire(pod);
    QVERIFY(bench.untilRunning("web"));
    bench.executor.advance(60s); // about a megabyte
    bench.channel->say(open(9, "web"));
    bench.executor.advance(1s);
    const std::size_t first = text(bench, 9).size();
    QVERIFY2(first >= 256 * 1024 && first < 320 * 1024, qPrintable(QString::number(first)));
    QVERIFY(!end(bench, 9));
    nodelink::ToAgent credit;
    credit.mutable_credit()->set_stream(9);
    credit.mutable_credit()->set_bytes(100'000);
    bench.channel->say(credit);
    bench.executor.advance(1s);
    QVERIFY(text(bench, 9).size() > first && text(bench, 9).size() < first + 150'000);
    nodelink::ToAgent close;
    close.set_close_stream(9);
    bench.channel->say(close);
    const std::size_t closed = text(bench, 9).size();
    bench.channel->say(credit);
    bench.executor.advance(1s);
    QCOMPARE(text(bench, 9).size(), closed);
}

void AgentAdoptionTest::previousLog() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web"));
    QVERIFY(bench.untilRunning("web"));
    nodelink::ToAgent previous = open(1, "web");
    previous.mutable_open_log()->set_previous(true);
    bench.channel->say(previous);
    bench.executor.advance(100ms);
    QVERIFY(end(bench, 1)->find("previous terminated container \"main\" in pod \"web\" not found") !=
            std::string::npos);
    bench.executor.advance(3s);
    bench.runtime.crashContainer(bench.running(), 1);
    QVERIFY(
        bench.until([&] { return bench.container("web").restartcount() == 1 && !bench.running().empty(); }));
    previous.mutable_open_log()->set_stream(2);
    bench.channel->say(previous);
    bench.executor.advance(100ms);
    QCOMPARE(*end(bench, 2), std::string());
    QVERIFY(text(bench, 2).size() > 0);
}

void AgentAdoptionTest::noSuchContainer() {
    AgentBench bench;
    bench.start();
    bench.desire(AgentBench::pod("web", "missing.invalid/none:1"));
    bench.executor.advance(1s);
    bench.channel->say(open(1, "web"));
    bench.channel->say(open(2, "nobody"));
    bench.executor.advance(100ms);
    QVERIFY(end(bench, 1)->find("is waiting to start") != std::string::npos);
    QVERIFY(end(bench, 2)->find("is not on this node") != std::string::npos);
}

QTEST_GUILESS_MAIN(AgentAdoptionTest)
#include "test_agent_adoption.moc"
