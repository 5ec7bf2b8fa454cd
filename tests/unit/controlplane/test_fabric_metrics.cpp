#include "process_metrics.h"

#include <QtTest>
#include <prometheus/metric_family.h>

using namespace wheelhouse;

namespace {

struct CountingFabric final : machines::LinkFabric {
    void setFault(const std::string&, const std::string&, const machines::LinkFault&) override {}
    std::vector<machines::LinkTraffic> traffic() const override {
        return {{.from = "a", .to = "b", .frames = 3, .bytes = 300, .dropped = 1},
                {.from = "b", .to = "a", .frames = 2, .bytes = 200, .dropped = 0}};
    }
};

} // namespace

class TestFabricMetrics : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void eachDirectionIsCounted() {
        const CountingFabric fabric;
        const auto families = controlplane::FabricMetrics(fabric).Collect();
        QCOMPARE(families.size(), std::size_t(3));
        QCOMPARE(families[1].name, std::string("wheelhouse_fabric_bytes_total"));
        QCOMPARE(families[1].metric.size(), std::size_t(2));
        QCOMPARE(families[1].metric[0].counter.value, 300.0);
        QCOMPARE(families[1].metric[0].label[0].value, std::string("a"));
        QCOMPARE(families[1].metric[0].label[1].value, std::string("b"));
        QCOMPARE(families[2].metric[1].counter.value, 0.0);
    }
};

QTEST_GUILESS_MAIN(TestFabricMetrics)
#include "test_fabric_metrics.moc"
