#include "engine/base/simulation.h"
#include "link_weather.h"

#include <QtTest>
#include <vector>

using namespace wheelhouse;
using namespace wheelhouse::controlplane;
using namespace std::chrono_literals;
using machines::LinkFault;
using Way = nodelink::LinkFilter::Way;

class TestLinkWeather : public QObject {
    Q_OBJECT

    struct Sky {
        SimulatedExecutor executor;
        SeededRandom random{3};
        LinkWeather weather{executor, random};
        NodeName node{"n"};
        std::vector<std::pair<int, Instant>> arrived;

        void say(int what, std::size_t bytes = 100, Way way = Way::ToNode) {
            weather.pass(node, way, bytes, [this, what] { arrived.emplace_back(what, executor.now()); });
        }
    };

  private Q_SLOTS:
    void fairWeatherIsNoDelay() {
        Sky sky;
        sky.say(1);
        QCOMPARE(sky.arrived.size(), std::size_t(1));
    }

    void lateAndInOrder() {
        Sky sky;
        sky.weather.set(sky.node, Way::ToNode, LinkFault{.delay = 100ms, .jitter = 50ms});
        const Instant began = sky.executor.now();
        for (int i = 0; i < 100; ++i)
            sky.say(i);
        sky.say(1000, 1, Way::FromNode); // the other way is fair
        QCOMPARE(sky.arrived.size(), std::size_t(1));
        sky.executor.advance(99ms);
        QCOMPARE(sky.arrived.size(), std::size_t(1));
        sky.executor.advance(51ms);
        QCOMPARE(sky.arrived.size(), std::size_t(101));
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(sky.arrived[static_cast<std::size_t>(i) + 1].first, i);
            QVERIFY(sky.arrived[static_cast<std::size_t>(i) + 1].second - began >= 100ms);
        }
    }

    void bandwidthTakesItsTime() {
        Sky sky;
        sky.weather.set(sky.node, Way::ToNode, LinkFault{.bitsPerSecond = 8000});
        for (int i = 0; i < 5; ++i)
            sky.say(i, 1000);
        sky.executor.advance(2500ms);
        QCOMPARE(sky.arrived.size(), std::size_t(2));
        sky.executor.advance(2500ms);
        QCOMPARE(sky.arrived.size(), std::size_t(5));
    }

    void whatIsLostIsSaidAgain() {
        Sky sky;
        sky.weather.set(sky.node, Way::ToNode, LinkFault{.loss = 0.5});
        for (int i = 0; i < 200; ++i)
            sky.say(i);
        const std::size_t atOnce = sky.arrived.size();
        QVERIFY(atOnce < 10); // those behind a lost one wait for it
        sky.executor.advance(2min);
        QCOMPARE(sky.arrived.size(), std::size_t(200));
        for (int i = 0; i < 200; ++i)
            QCOMPARE(sky.arrived[static_cast<std::size_t>(i)].first, i);
    }

    void aCutLosesAll_data() {
        QTest::addColumn<bool>("byLoss");
        QTest::newRow("cut") << false;
        QTest::newRow("all lost") << true;
    }
    void aCutLosesAll() {
        QFETCH(bool, byLoss);
        Sky sky;
        const LinkFault cut = byLoss ? LinkFault{.loss = 1} : LinkFault{.cut = true};
        sky.weather.set(sky.node, Way::ToNode, cut);
        QVERIFY(sky.weather.admits(sky.node)); // one way only
        sky.say(1);
        sky.weather.set(sky.node, Way::FromNode, cut);
        QVERIFY(!sky.weather.admits(sky.node));
        sky.weather.set(sky.node, Way::ToNode, {});
        sky.say(2);
        sky.executor.advance(1h);
        QCOMPARE(sky.arrived.size(), std::size_t(1));
        QCOMPARE(sky.arrived[0].first, 2);
    }

    void nothingOvertakesWhatIsOnItsWay() {
        Sky sky;
        sky.weather.set(sky.node, Way::ToNode, LinkFault{.delay = 1s});
        sky.say(1);
        sky.weather.set(sky.node, Way::ToNode, {});
        sky.say(2);
        QVERIFY(sky.arrived.empty());
        sky.executor.advance(1s);
        QCOMPARE(sky.arrived.size(), std::size_t(2));
        QCOMPARE(sky.arrived[0].first, 1);
    }
};

QTEST_GUILESS_MAIN(TestLinkWeather)
#include "test_link_weather.moc"
