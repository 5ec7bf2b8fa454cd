#include "engine/api/types.h"
#include "engine/client/informer.h"
#include "fake_cluster.h"

#include <QTest>

using namespace wheelhouse;
using namespace std::chrono_literals;
namespace core = api::core;

namespace {

core::ConfigMap configMap(const std::string& name, const std::string& value = "1") {
    core::ConfigMap map;
    map.mutable_metadata()->set_namespace_("default");
    map.mutable_metadata()->set_name(name);
    (*map.mutable_data())["k"] = value;
    return map;
}

} // namespace

/// What a handler heard, as "+a", "~a", "-a".
class TestInformer : public QObject {
    Q_OBJECT
    std::unique_ptr<SimulatedExecutor> executor_;
    SeededRandom random_{1};
    std::unique_ptr<tests::FakeCluster> cluster_;
    std::unique_ptr<client::Informer> informer_;
    std::string heard_;

    void listen(client::Informer& informer) {
        informer.addHandler(
            {.onAdd = [this](const auto& o) { heard_ += "+" + o->name() + " "; },
             .onUpdate = [this](const auto&, const auto& o) { heard_ += "~" + o->name() + " "; },
             .onDelete = [this](const auto& o) { heard_ += "-" + o->name() + " "; }});
    }
    std::string take() { return std::exchange(heard_, {}); }
    void settle(Duration span = 1s) { executor_->advance(span); }

  private Q_SLOTS:
    void init() {
        executor_ = std::make_unique<SimulatedExecutor>();
        cluster_ = std::make_unique<tests::FakeCluster>(*executor_, random_);
        informer_ =
            std::make_unique<client::Informer>(*cluster_, *executor_, api::kindOf<core::ConfigMap>().name);
        heard_.clear();
    }
    void cleanup() {
        informer_.reset();
        cluster_.reset();
        executor_.reset();
    }

    void followsTheCluster() {
        cluster_->put(configMap("a"));
        listen(*informer_);
        informer_->start();
        QVERIFY(!informer_->synced());
        settle();
        QVERIFY(informer_->synced());
        QCOMPARE(take(), std::string("+a "));
        cluster_->put(configMap("b"));
        cluster_->edit<core::ConfigMap>("default/a", [](auto& map) { (*map.mutable_data())["k"] = "2"; });
        settle();
        QCOMPARE(take(), std::string("+b ~a "));
        cluster_->drop<core::ConfigMap>("default/a");
        settle();
        QCOMPARE(take(), std::string("-a "));
        QCOMPARE(informer_->size(), std::size_t(1));
        QVERIFY(informer_->get("default/b"));
    }

    void nothingIsVisibleHalfSynced() {
        cluster_->put(configMap("a"));
        cluster_->put(configMap("b"));
        listen(*informer_);
        informer_->start();
        while (!informer_->synced()) {
            QCOMPARE(heard_, std::string());
            QCOMPARE(informer_->size(), std::size_t(0));
            QVERIFY(executor_->step());
        }
        QCOMPARE(informer_->size(), std::size_t(2));
    }

    void expiredMeansListAgainAndHearTheDifference() {
        cluster_->put(configMap("gone"));
        cluster_->put(configMap("kept"));
        cluster_->put(configMap("same"));
        listen(*informer_);
        informer_->start();
        settle();
        take();
        cluster_->endWatches({.reason = Reason::ServiceUnavailable, .message = "cut"});
        cluster_->drop<core::ConfigMap>("default/gone");
        cluster_->edit<core::ConfigMap>("default/kept", [](auto& map) { (*map.mutable_data())["k"] = "2"; });
        cluster_->put(configMap("new"));
        cluster_->compact();
        settle(10s);
        QCOMPARE(take(), std::string("-gone ~kept +new "));
    }

    void aCutWatchGoesOnWhereItWas() {
        informer_->start();
        settle();
        cluster_->calls.clear();
        cluster_->endWatches({.reason = Reason::ServiceUnavailable, .message = "cut"});
        listen(*informer_);
        cluster_->put(configMap("a"));
        settle(10s);
        QCOMPARE(take(), std::string("+a "));
        QCOMPARE(cluster_->count("watch"), 1);
        QCOMPARE(cluster_->count("list"), 0);
    }

    void anUnreachableServerIsAskedLessAndLess() {
        cluster_->failNext("watch", "", {.reason = Reason::ServiceUnavailable, .message = "down"}, 1000);
        informer_->start();
        settle(60s);
        QVERIFY(!informer_->synced());
        const int early = cluster_->count("watch");
        QVERIFY2(early < 15, qPrintable(QString::number(early)));
        settle(60s);
        QVERIFY(cluster_->count("watch") - early <= 3);
    }

    void withoutWatchListItListsInPages() {
        cluster_->watchList = false;
        for (int i = 0; i < 1100; ++i)
            cluster_->put(configMap("m" + std::to_string(i)));
        informer_->start();
        settle();
        QCOMPARE(informer_->size(), std::size_t(1100));
        QCOMPARE(cluster_->count("list"), 3);
        cluster_->drop<core::ConfigMap>("default/m7");
        settle();
        QCOMPARE(informer_->size(), std::size_t(1099));
    }

    void madeAgainUnderTheSameNameIsAnotherObject() {
        cluster_->put(configMap("a"));
        listen(*informer_);
        informer_->start();
        settle();
        take();
        cluster_->endWatches({.reason = Reason::ServiceUnavailable, .message = "cut"});
        cluster_->drop<core::ConfigMap>("default/a");
        cluster_->put(configMap("a"));
        cluster_->compact();
        settle(10s);
        QCOMPARE(take(), std::string("-a +a "));
    }

    void lateHandlersHearWhatIsKnownOnce() {
        cluster_->put(configMap("a"));
        informer_->start();
        settle();
        listen(*informer_);
        QCOMPARE(take(), std::string());
        cluster_->put(configMap("b"));
        settle();
        QCOMPARE(take(), std::string("+a +b "));
    }

    void indexesFollowChanges() {
        informer_->addIndex("value", [](const auto& object) {
            return std::vector<std::string>{object->template as<core::ConfigMap>().data().at("k")};
        });
        cluster_->put(configMap("a", "x"));
        cluster_->put(configMap("b", "x"));
        informer_->start();
        settle();
        QCOMPARE(informer_->byIndex("value", "x").size(), std::size_t(2));
        cluster_->edit<core::ConfigMap>("default/a", [](auto& map) { (*map.mutable_data())["k"] = "y"; });
        cluster_->drop<core::ConfigMap>("default/b");
        settle();
        QCOMPARE(informer_->byIndex("value", "x").size(), std::size_t(0));
        QCOMPARE(informer_->byIndex("value", "y").size(), std::size_t(1));
    }

    void afterDestructionNothingRuns() {
        listen(*informer_);
        informer_->start();
        settle();
        cluster_->put(configMap("a"));
        informer_.reset();
        settle();
        QCOMPARE(take(), std::string());
    }
};

QTEST_GUILESS_MAIN(TestInformer)
#include "test_informer.moc"
