#include "api_endpoints.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"

#include <QtTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;
namespace discovery = api::discovery;

class TestApiEndpoints : public QObject {
    Q_OBJECT
    SimulatedExecutor executor_;
    SeededRandom random_{5};

    Result<void> publish(tests::FakeCluster& cluster, std::uint16_t port) {
        std::optional<Result<void>> outcome;
        controlplane::publishApiEndpoints(cluster, "10.0.2.2", port,
                                          [&](Result<void> told) { outcome = std::move(told); });
        executor_.runUntil([&] { return outcome.has_value(); }, 10s);
        return outcome.value_or(fail(Reason::Timeout, "no answer"));
    }

  private Q_SLOTS:
    void saysWhereTheApiIs() {
        tests::FakeCluster cluster(executor_, random_);
        QVERIFY(publish(cluster, 6443));
        const auto endpoints = *cluster.get<core::Endpoints>("default/kubernetes");
        QCOMPARE(endpoints.subsets(0).addresses(0).ip(), std::string("10.0.2.2"));
        QCOMPARE(endpoints.subsets(0).ports(0).port(), 6443);
        const auto slice = *cluster.get<discovery::EndpointSlice>("default/kubernetes");
        QCOMPARE(slice.metadata().labels().at("kubernetes.io/service-name"), std::string("kubernetes"));
        QCOMPARE(slice.endpoints(0).addresses(0), std::string("10.0.2.2"));
        QCOMPARE(slice.ports(0).port(), 6443);
    }

    void saysSoAnewWhereItHasMoved() {
        tests::FakeCluster cluster(executor_, random_);
        QVERIFY(publish(cluster, 6443));
        QVERIFY(publish(cluster, 7443));
        QCOMPARE(cluster.get<core::Endpoints>("default/kubernetes")->subsets(0).ports(0).port(), 7443);
        QCOMPARE(cluster.get<discovery::EndpointSlice>("default/kubernetes")->ports(0).port(), 7443);
    }

    void failuresAreToldOf() {
        tests::FakeCluster cluster(executor_, random_);
        cluster.failNext("create", "endpoints", {.reason = Reason::ServiceUnavailable, .message = "away"});
        const auto outcome = publish(cluster, 6443);
        QVERIFY(!outcome);
        QCOMPARE(outcome.error().message, std::string("away"));
    }
};

QTEST_GUILESS_MAIN(TestApiEndpoints)
#include "test_api_endpoints.moc"
