// What nodes and pods use, as long as somebody looks.
#include "engine/api/groups/metrics.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "ui/models/usage_model.h"

#include <QSignalSpy>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

namespace {

constexpr qint64 mib = qint64{1} << 20;

template <class Map>
void set(Map& map, const char* resource, const char* amount) {
    map[resource].set_string(amount);
}

} // namespace

class TestUsageModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void init() {
        executor_ = std::make_unique<SimulatedExecutor>();
        cluster_ = std::make_unique<tests::FakeCluster>(*executor_, random_);
    }
    void cleanup() {
        cluster_.reset();
        executor_.reset();
    }
    void boundsOfPods();
    void boundsOfNodes();
    void aNodeIsFollowed();
    void aPodIsTheSumOfItsContainers();
    void nothingMeasuredSaysWhy();
    void anotherBeginsAnew();
    void itKeepsWithinBounds();

  private:
    void measure(const char* node, const char* cpu, const char* memory, int at) {
        api::metrics::NodeMetrics of;
        of.mutable_metadata()->set_name(node);
        of.mutable_timestamp()->set_seconds(at);
        set(*of.mutable_usage(), "cpu", cpu);
        set(*of.mutable_usage(), "memory", memory);
        cluster_->put(of);
    }
    int asked() const { return cluster_->count("get", "nodes"); }
    SeededRandom random_{5};
    std::unique_ptr<SimulatedExecutor> executor_;
    std::unique_ptr<tests::FakeCluster> cluster_;
};

void TestUsageModels::boundsOfPods() {
    api::core::Pod pod;
    auto* one = pod.mutable_spec()->add_containers();
    set(*one->mutable_resources()->mutable_requests(), "cpu", "100m");
    set(*one->mutable_resources()->mutable_limits(), "cpu", "500m");
    set(*one->mutable_resources()->mutable_limits(), "memory", "64Mi");
    auto* two = pod.mutable_spec()->add_containers();
    set(*two->mutable_resources()->mutable_requests(), "cpu", "1");
    set(*two->mutable_resources()->mutable_requests(), "memory", "32Mi");
    set(*two->mutable_resources()->mutable_limits(), "memory", "64Mi");
    // One container may have all processors: together they have no limit.
    QVERIFY((usageBoundsOf(*api::Object::of(pod)) == UsageBounds{1100, 0, 32 * mib, 128 * mib}));
    QVERIFY(usageBoundsOf(*api::Object::of(api::core::Pod())) == UsageBounds{});
    // What only begins does not count, what stays beside does.
    auto* begins = pod.mutable_spec()->add_initcontainers();
    set(*begins->mutable_resources()->mutable_requests(), "cpu", "3");
    auto* beside = pod.mutable_spec()->add_initcontainers();
    beside->set_restartpolicy("Always");
    set(*beside->mutable_resources()->mutable_requests(), "cpu", "50m");
    set(*beside->mutable_resources()->mutable_limits(), "memory", "8Mi");
    QVERIFY((usageBoundsOf(*api::Object::of(pod)) == UsageBounds{1150, 0, 32 * mib, 136 * mib}));
    // The pod as a whole comes first.
    set(*pod.mutable_spec()->mutable_resources()->mutable_limits(), "cpu", "2");
    set(*pod.mutable_spec()->mutable_resources()->mutable_requests(), "memory", "100Mi");
    QVERIFY((usageBoundsOf(*api::Object::of(pod)) == UsageBounds{1150, 2000, 100 * mib, 136 * mib}));
}

void TestUsageModels::boundsOfNodes() {
    api::core::Node node;
    set(*node.mutable_status()->mutable_allocatable(), "cpu", "3800m");
    set(*node.mutable_status()->mutable_allocatable(), "memory", "3Gi");
    set(*node.mutable_status()->mutable_capacity(), "cpu", "4");
    QVERIFY((usageBoundsOf(*api::Object::of(node)) == UsageBounds{0, 3800, 0, 3072 * mib}));
    QVERIFY(usageBoundsOf(*api::Object::of(api::core::ConfigMap())) == UsageBounds{});
}

void TestUsageModels::aNodeIsFollowed() {
    UsageModel model(*cluster_, *executor_);
    QSignalSpy changed(&model, &UsageModel::changed);
    measure("vm-1", "250m", "512Mi", 100);
    model.follow("Node", {}, "vm-1");
    executor_->advance(1s);
    QCOMPARE(model.points().size(), 1U);
    QCOMPARE(model.points()[0].cpuMilli, 250);
    QCOMPARE(model.points()[0].memoryBytes, 512 * mib);
    executor_->advance(30s);
    QCOMPARE(model.points().size(), 1U); // measured once, told often
    QVERIFY(asked() > 2);
    measure("vm-1", "1500m", "600Mi", 110);
    executor_->advance(11s);
    QCOMPARE(model.points().size(), 2U);
    QCOMPARE(model.points()[1].cpuMilli, 1500);
    model.unfollow();
    const int before = asked();
    executor_->advance(60s);
    QCOMPARE(asked(), before); // nobody looks, nobody asks
    model.follow("Node", {}, "vm-1");
    executor_->advance(1s);
    QCOMPARE(model.points().size(), 2U); // it goes on where it was
    QVERIFY(asked() > before);
}

void TestUsageModels::aPodIsTheSumOfItsContainers() {
    api::metrics::PodMetrics of;
    of.mutable_metadata()->set_name("web-1");
    of.mutable_metadata()->set_namespace_("shop");
    of.mutable_timestamp()->set_seconds(100);
    for (const char* cpu : {"10m", "15m"}) {
        auto* container = of.add_containers();
        set(*container->mutable_usage(), "cpu", cpu);
        set(*container->mutable_usage(), "memory", "8Mi");
    }
    cluster_->put(of);
    UsageModel model(*cluster_, *executor_);
    model.follow("Pod", "shop", "web-1");
    executor_->advance(1s);
    QCOMPARE(model.points().size(), 1U);
    QCOMPARE(model.points()[0].cpuMilli, 25);
    QCOMPARE(model.points()[0].memoryBytes, 16 * mib);
}

void TestUsageModels::nothingMeasuredSaysWhy() {
    UsageModel model(*cluster_, *executor_);
    model.follow("Node", {}, "vm-1");
    executor_->advance(1s);
    QVERIFY(model.points().empty() && !model.problem().isEmpty());
    measure("vm-1", "1", "1Gi", 100);
    executor_->advance(11s);
    QCOMPARE(model.points().size(), 1U);
    QCOMPARE(model.problem(), QString());
}

void TestUsageModels::anotherBeginsAnew() {
    measure("vm-1", "1", "1Gi", 100);
    measure("vm-2", "2", "1Gi", 100);
    UsageModel model(*cluster_, *executor_);
    model.follow("Node", {}, "vm-1");
    model.follow("Node", {}, "vm-2"); // before the first has answered
    executor_->advance(1s);
    QCOMPARE(model.points().size(), 1U);
    QCOMPARE(model.points()[0].cpuMilli, 2000);
    model.unfollow();
    model.follow("Node", {}, "vm-1");
    executor_->advance(1s);
    model.unfollow();
    cluster_->failNext("get", "nodes", Status{Reason::Forbidden, "no"}, 10);
    model.follow("Node", {}, "vm-2"); // it is remembered, whatever is answered now
    QCOMPARE(model.points().size(), 1U);
    QCOMPARE(model.points()[0].cpuMilli, 2000);
    for (int i = 0; i < static_cast<int>(UsageModel::mostSubjects); ++i)
        model.follow("Node", {}, QStringLiteral("other-%1").arg(i));
    model.follow("Node", {}, "vm-1"); // not for ever
    QVERIFY(model.points().empty());
}

void TestUsageModels::itKeepsWithinBounds() {
    UsageModel model(*cluster_, *executor_);
    model.follow("Node", {}, "vm-1");
    for (int at = 0; at < static_cast<int>(UsageModel::mostPoints) + 20; ++at) {
        measure("vm-1", "1", "1Gi", 100 + at);
        executor_->advance(11s);
    }
    QCOMPARE(model.points().size(), UsageModel::mostPoints);
}

QTEST_MAIN(TestUsageModels)
#include "test_usage_models.moc"
