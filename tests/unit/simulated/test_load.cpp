#include "container_load.h"
#include "load_pattern.h"
#include "vmnodes/simulated/shared_loads.h"

#include <QTest>
#include <cmath>

using namespace wheelhouse;
using namespace wheelhouse::simulated;
using namespace std::chrono_literals;

namespace {

LoadPattern pattern(const char* text) {
    return LoadPattern::parse(text).value_or(LoadPattern());
}

bool near(double a, double b) {
    return std::abs(a - b) < 1e-6;
}

LoadPlan planOf(const std::map<std::string, std::string>& annotations, std::int64_t quota = 0) {
    agent::ContainerSpec spec;
    spec.name = "main";
    for (const auto& [key, value] : annotations)
        spec.annotations["simulated.wheelhouse.dev/" + key] = value;
    spec.resources.cpuQuota = quota;
    spec.resources.cpuPeriod = 100'000;
    agent::SandboxSpec sandbox;
    sandbox.pod.nameSpace = "default";
    sandbox.pod.name = "web-1";
    sandbox.labels["app"] = "web";
    return planLoad(spec, sandbox);
}

constexpr Instant zero{1h};

} // namespace

class LoadTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void patterns_data();
    void patterns();
    void badPatterns_data();
    void badPatterns();
    void sumsAreTheIntegral();
    void aShareShrinksWithMembers();
    void aNewPatternBeginsAnew();
    void memoryFollowsItsPattern();
    void burnsForAWhile();
    void neverMoreThanTheLimit();
    void countsNothingAfterTheEnd();
    void anIdleContainerUsesLittle();
    void sharesWithOthers();
};

void LoadTest::patterns_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("seconds");
    QTest::addColumn<double>("amount");
    QTest::newRow("constant") << "200m" << 1000 << 0.2;
    QTest::newRow("bytes") << "64Mi" << 0 << 67108864.0;
    QTest::newRow("sine begins low") << "sine(100m, 900m, 4m)" << 0 << 0.1;
    QTest::newRow("sine, a quarter") << "sine(100m, 900m, 4m)" << 60 << 0.5;
    QTest::newRow("sine, half way") << "sine(100m, 900m, 4m)" << 120 << 0.9;
    QTest::newRow("sine, once round") << "sine(100m,900m,4m)" << 240 << 0.1;
    QTest::newRow("step, first") << "step(100m, 60s, 2, 3m, 50m)" << 59 << 0.1;
    QTest::newRow("step, second") << "step(100m, 60s, 2, 3m, 50m)" << 60 << 2.0;
    QTest::newRow("step, last") << "step(100m, 60s, 2, 3m, 50m)" << 100'000 << 0.05;
    QTest::newRow("step of one") << "step(3)" << 5 << 3.0;
}

void LoadTest::patterns() {
    QFETCH(QString, text);
    QFETCH(int, seconds);
    QFETCH(double, amount);
    const auto parsed = LoadPattern::parse(text.toStdString());
    QVERIFY(parsed);
    QVERIFY(near(parsed->at(std::chrono::seconds(seconds)), amount));
}

void LoadTest::badPatterns_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"", "lots", "-1", "sine(1, 2)", "sine(1, 2, 0s)", "step(1, 60s)", "step()",
                             "step(1, 60s, 2", "ramp(1, 2, 3)"})
        QTest::newRow(text) << text;
}

void LoadTest::badPatterns() {
    QFETCH(QString, text);
    const auto parsed = LoadPattern::parse(text.toStdString());
    QVERIFY(!parsed);
    QVERIFY(!parsed.error().message.empty());
}

void LoadTest::sumsAreTheIntegral() {
    for (const char* text : {"200m", "sine(100m, 900m, 4m)", "step(100m, 60s, 2, 3m, 50m)"}) {
        const LoadPattern load = pattern(text);
        double total = 0;
        for (int i = 0; i < 40'000; ++i) {
            const Duration middle = 10ms * i + 5ms;
            total += load.at(middle) * 0.01;
        }
        QVERIFY2(std::abs(load.sum(400s) - total) < 0.05, text);
    }
}

void LoadTest::aShareShrinksWithMembers() {
    SharedLoads loads;
    loads.join("web", "1", zero);
    QVERIFY(near(loads.share("web", zero + 10s), 10));
    loads.join("web", "1", zero + 10s);
    QVERIFY(near(loads.share("web", zero + 20s), 15));
    loads.leave("web", zero + 20s);
    QVERIFY(near(loads.share("web", zero + 30s), 25));
    loads.leave("web", zero + 30s);
    QVERIFY(near(loads.share("web", zero + 40s), 0));
}

void LoadTest::aNewPatternBeginsAnew() {
    SharedLoads loads;
    loads.join("web", "step(1, 60s, 0)", zero);
    QVERIFY(near(loads.share("web", zero + 120s), 60));
    loads.join("web", "step(2, 60s, 0)", zero + 120s);
    QVERIFY(near(loads.share("web", zero + 150s), 90));
}

void LoadTest::memoryFollowsItsPattern() {
    ContainerLoad load(planOf({{"memory", "step(10Mi, 30s, 20Mi)"}}), std::make_shared<SharedLoads>(), zero);
    QCOMPARE(load.memoryBytes(zero + 10s), std::int64_t{10 << 20});
    QCOMPARE(load.memoryBytes(zero + 40s), std::int64_t{20 << 20});
    QCOMPARE(load.hold(5 << 20), std::int64_t{5 << 20});
    QCOMPARE(load.memoryBytes(zero + 40s), std::int64_t{25 << 20});
}

void LoadTest::burnsForAWhile() {
    ContainerLoad load(planOf({{"cpu", "100m"}}), std::make_shared<SharedLoads>(), zero);
    load.burn(2, 10s, zero + 5s);
    QCOMPARE(load.cpuNanoseconds(zero + 10s) / 1'000'000, std::int64_t{11'000});
    QCOMPARE(load.cpuNanoseconds(zero + 100s) / 1'000'000, std::int64_t{30'000});
    QCOMPARE(load.cpuNanoseconds(zero + 100s) / 1'000'000, std::int64_t{30'000});
}

void LoadTest::neverMoreThanTheLimit() {
    ContainerLoad load(planOf({{"cpu", "2"}}, 50'000), std::make_shared<SharedLoads>(), zero);
    QCOMPARE(load.cpuNanoseconds(zero + 10s) / 1'000'000, std::int64_t{5'000});
    QCOMPARE(load.cpuNanoseconds(zero + 20s) / 1'000'000, std::int64_t{10'000});
}

void LoadTest::countsNothingAfterTheEnd() {
    auto shared = std::make_shared<SharedLoads>();
    ContainerLoad first(planOf({{"cpu-shared", "1"}}), shared, zero);
    ContainerLoad second(planOf({{"cpu-shared", "1"}}), shared, zero);
    first.end(zero + 10s);
    QCOMPARE(second.cpuNanoseconds(zero + 20s) / 1'000'000, std::int64_t{15'000});
    QCOMPARE(first.cpuNanoseconds(zero + 10s) / 1'000'000, std::int64_t{5'000});
}

void LoadTest::anIdleContainerUsesLittle() {
    ContainerLoad load(planOf({}), std::make_shared<SharedLoads>(), zero);
    QCOMPARE(load.cpuNanoseconds(zero + 100s) / 1'000'000, std::int64_t{100});
    QCOMPARE(load.memoryBytes(zero), std::int64_t{16 << 20});
}

void LoadTest::sharesWithOthers() {
    auto shared = std::make_shared<SharedLoads>();
    std::vector<std::unique_ptr<ContainerLoad>> replicas;
    replicas.push_back(std::make_unique<ContainerLoad>(planOf({{"cpu-shared", "800m"}}), shared, zero));
    QCOMPARE(replicas[0]->cpuNanoseconds(zero + 10s) / 1'000'000, std::int64_t{8'000});
    for (int i = 0; i < 3; ++i)
        replicas.push_back(
            std::make_unique<ContainerLoad>(planOf({{"cpu-shared", "800m"}}), shared, zero + 10s));
    std::vector<std::int64_t> before;
    for (const auto& replica : replicas)
        before.push_back(replica->cpuNanoseconds(zero + 20s));
    for (std::size_t i = 0; i < replicas.size(); ++i)
        QCOMPARE((replicas[i]->cpuNanoseconds(zero + 30s) - before[i]) / 1'000'000, std::int64_t{2'000});
    replicas.resize(2);
    const std::int64_t then = replicas[0]->cpuNanoseconds(zero + 40s);
    QCOMPARE((replicas[0]->cpuNanoseconds(zero + 50s) - then) / 1'000'000, std::int64_t{4'000});
}

QTEST_GUILESS_MAIN(LoadTest)
#include "test_load.moc"
