#include "engine/api/groups/links.h"
#include "lab_bench.h"
#include "link_traffics.h"

using namespace wheelhouse;
using namespace wheelhouse::controlplane;
using namespace wheelhouse::controlplane::test;
using namespace std::chrono_literals;

namespace {

struct CountingFabric final : machines::LinkFabric {
    void setFault(const std::string&, const std::string&, const machines::LinkFault&) override {}
    std::vector<machines::LinkTraffic> traffic() const override {
        return {{.from = "b", .to = "a", .frames = 2, .bytes = 200, .dropped = 3},
                {.from = "a", .to = "b", .frames = 3, .bytes = 300, .dropped = 1},
                {.from = "a", .to = "c", .frames = 1, .bytes = 60, .dropped = 0}};
    }
};

} // namespace

/// How much goes over links, through the API.
class TestLinkTraffic : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nodeLinksAreCountedWhileSomebodyWatches() {
        LabBench bench;
        auto link = bench.ask<lab::LinkTraffic>("", "sim-1");
        QVERIFY(link.has_value());
        QCOMPARE(link->from(), std::string("sim-1"));
        QVERIFY(!link->has_to());
        QCOMPARE(link->sentbytes() + link->receivedbytes(), std::int64_t{0}); // nobody watches
        std::map<std::string, std::int64_t> heard;
        auto watch = bench.life->cluster->watch(api::kindOf<lab::LinkTraffic>().name, {},
                                                {[&](const client::WatchEvent& event) {
                                                     if (event.object)
                                                         heard[event.object->name()] =
                                                             event.object->as<lab::LinkTraffic>().sentbytes();
                                                 },
                                                 {}});
        bench.advance(2s);
        QVERIFY(bench.make("v1", "pods", "default", podJson("web")));
        QVERIFY(bench.until([&] { return heard["sim-1"] > 0 && heard["sim-2"] > 0; }, 60s));
        link = bench.ask<lab::LinkTraffic>("", "sim-1");
        QVERIFY(link->sentbytes() > 0);
        watch.reset();
        bench.advance(2s);
        const auto before = bench.ask<lab::LinkTraffic>("", "sim-1")->sentbytes();
        bench.advance(60s);
        QCOMPARE(bench.ask<lab::LinkTraffic>("", "sim-1")->sentbytes(), before);
        QVERIFY(!bench.ask<lab::LinkTraffic>("", "sim-9"));
    }

    void linksBetweenMachinesAreOneEachWay() {
        SimulatedExecutor executor;
        SeededRandom random(3);
        const auto store = std::move(*store::Store::open(store::makeMemoryBackend(), executor));
        nodelink::NodeHub hub(executor);
        apiserver::ApiServer server(*store, executor, random, &hub, {}, nullptr);
        const CountingFabric fabric;
        LinkTraffics links(server, hub, &fabric, executor);
        QCOMPARE(links.keys(""), (std::vector<std::string>{"a.to.b", "a.to.c"}));
        const auto message = links.object("", "a.to.b", "");
        const auto& link = static_cast<const lab::LinkTraffic&>(*message);
        QCOMPARE(link.from() + " " + link.to(), std::string("a b"));
        QCOMPARE(link.sentbytes(), std::int64_t{300});
        QCOMPARE(link.receivedbytes(), std::int64_t{200});
        QCOMPARE(link.lostframes(), std::int64_t{4});
        QVERIFY(links.object("", "b.to.a", "") == nullptr);
    }
};

QTEST_GUILESS_MAIN(TestLinkTraffic)
#include "test_link_traffic.moc"
