#include "engine/api/types.h"
#include "engine/client/event_recorder.h"
#include "fake_cluster.h"

#include <QTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;

class TestEvents : public QObject {
    Q_OBJECT
    SimulatedExecutor executor_;
    SeededRandom random_{1};

    static core::Pod pod(const std::string& name) {
        core::Pod pod;
        pod.mutable_metadata()->set_namespace_("shop");
        pod.mutable_metadata()->set_name(name);
        return pod;
    }

  private Q_SLOTS:
    void theSameThingAgainRaisesTheCount() {
        tests::FakeCluster cluster(executor_, random_);
        const auto about = cluster.store(pod("p"));
        client::EventRecorder recorder(cluster, executor_, "tester");
        for (int i = 0; i < 5; ++i)
            recorder.record(about, client::EventRecorder::Type::Warning, "Broken", "it broke");
        recorder.record(about, client::EventRecorder::Type::Normal, "Mended", "it works");
        executor_.advance(1s);
        const auto events = cluster.all<core::Event>();
        QCOMPARE(events.size(), std::size_t(2));
        const auto& broken = events[0].reason() == "Broken" ? events[0] : events[1];
        QCOMPARE(broken.count(), 5);
        QCOMPARE(broken.type(), std::string("Warning"));
        QCOMPARE(broken.involvedobject().uid(), about->uid().value());
        QCOMPARE(broken.metadata().namespace_(), std::string("shop"));
        QCOMPARE(broken.source().component(), std::string("tester"));
        QCOMPARE(cluster.count("create", "events"), 2);
    }

    void anEventThatExpiredBeginsANewOne() {
        tests::FakeCluster cluster(executor_, random_);
        const auto about = cluster.store(pod("p"));
        client::EventRecorder recorder(cluster, executor_, "tester");
        recorder.record(about, client::EventRecorder::Type::Normal, "Seen", "again");
        executor_.advance(1s);
        const auto first = cluster.all<core::Event>().front().metadata().name();
        cluster.drop<core::Event>("shop/" + first);
        recorder.record(about, client::EventRecorder::Type::Normal, "Seen", "again");
        executor_.advance(1s);
        const auto events = cluster.all<core::Event>();
        QCOMPARE(events.size(), std::size_t(1));
        QVERIFY(events[0].metadata().name() != first);
        QCOMPARE(events[0].count(), 1);
    }

    void aFloodAboutOneObjectIsStopped() {
        tests::FakeCluster cluster(executor_, random_);
        const auto loud = cluster.store(pod("loud"));
        const auto quiet = cluster.store(pod("quiet"));
        client::EventRecorder recorder(cluster, executor_, "tester");
        for (int i = 0; i < 100; ++i)
            recorder.record(loud, client::EventRecorder::Type::Normal, "Noise", std::to_string(i));
        recorder.record(quiet, client::EventRecorder::Type::Normal, "Noise", "one");
        executor_.advance(1s);
        QCOMPARE(cluster.all<core::Event>().size(), std::size_t(26));
        executor_.advance(5min + 1s);
        recorder.record(loud, client::EventRecorder::Type::Normal, "Noise", "later");
        executor_.advance(1s);
        QCOMPARE(cluster.all<core::Event>().size(), std::size_t(27));
    }
};

QTEST_GUILESS_MAIN(TestEvents)
#include "test_events.moc"
