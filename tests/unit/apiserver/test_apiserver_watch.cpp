#include "api_bench.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;

namespace {
const std::string maps = "/api/v1/namespaces/default/configmaps";
QString q(const std::string& text) {
    return QString::fromStdString(text);
}
} // namespace

/// What a watch shows, and how it ends.
class TestApiserverWatch : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void tellsWhatHappensInOrder() {
        ApiBench bench;
        bench.send("POST", maps, configMap("old"), json);
        const std::string since = bench.send("GET", maps).at("metadata.resourceVersion");
        const auto watch = bench.open("GET", maps + "?watch=true&resourceVersion=" + since);
        bench.settle();
        QCOMPARE(watch->streamCode, 200);
        QCOMPARE(watch->streamHeaders.front().second, std::string("application/json"));
        bench.send("POST", maps, configMap("a"), json);
        bench.send("PATCH", maps + "/a", J("{'data':{'k':'v'}}"), mergePatch);
        bench.send("POST", "/api/v1/namespaces/kube-system/configmaps", configMap("elsewhere"), json);
        bench.send("DELETE", maps + "/a");
        bench.settle();
        QCOMPARE(q(story(*watch)), QString("ADDED a, MODIFIED a, DELETED a"));
        const auto all = events(*watch);
        QCOMPARE(q(Answer::textAt(all[2], "object.metadata.resourceVersion")),
                 QString::number(bench.store->revision()));
        QCOMPARE(q(Answer::textAt(all[1], "object.kind")), QString("ConfigMap"));
    }

    void beginsWithThePresentState_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("expected");
        QTest::newRow("no version") << ""
                                    << "ADDED a, ADDED b, ADDED c";
        QTest::newRow("any version") << "&resourceVersion=0"
                                     << "ADDED a, ADDED b, ADDED c";
        QTest::newRow("not wanted")
            << "&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            << "ADDED c";
        QTest::newRow("watch list")
            << "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            << "ADDED a, ADDED b, BOOKMARK, ADDED c";
    }
    void beginsWithThePresentState() {
        QFETCH(QString, query);
        QFETCH(QString, expected);
        ApiBench bench;
        bench.send("POST", maps, configMap("a"), json);
        bench.send("POST", maps, configMap("b"), json);
        const auto watch = bench.open("GET", maps + "?watch=1" + query.toStdString());
        bench.settle();
        bench.send("POST", maps, configMap("c"), json);
        bench.settle();
        QCOMPARE(q(story(*watch)), expected);
        if (query.contains("sendInitialEvents=true"))
            QCOMPARE(
                q(Answer::textAt(events(*watch)[2], "object.metadata.annotations.k8s|io/initial-events-end")),
                QString("true"));
    }

    void selectorsTurnChangesIntoComingsAndGoings() {
        ApiBench bench;
        const auto watch = bench.open("GET", maps + "?watch=true&labelSelector=app%3Dx");
        bench.settle();
        bench.send("POST", maps, configMap("a", J("{'app':'y'}")), json);
        bench.send("PATCH", maps + "/a", J("{'metadata':{'labels':{'app':'x'}}}"), mergePatch);
        bench.send("PATCH", maps + "/a", J("{'data':{'k':'v'}}"), mergePatch);
        bench.send("PATCH", maps + "/a", J("{'metadata':{'labels':{'app':'y'}}}"), mergePatch);
        bench.send("DELETE", maps + "/a");
        bench.settle();
        QCOMPARE(q(story(*watch)), QString("ADDED a, MODIFIED a, DELETED a"));
        const auto gone = events(*watch)[2];
        QCOMPARE(q(Answer::textAt(gone, "object.metadata.labels.app")), QString("x"));
        QCOMPARE(std::stoul(Answer::textAt(gone, "object.metadata.resourceVersion")),
                 bench.store->revision() - 1);
    }

    void oneObjectByFieldOrPath_data() {
        QTest::addColumn<QString>("target");
        QTest::newRow("field") << q(maps + "?watch=true&fieldSelector=metadata.name%3Da");
        QTest::newRow("path") << q(maps + "/a?watch=true");
        QTest::newRow("old path") << QString("/api/v1/watch/namespaces/default/configmaps/a");
    }
    void oneObjectByFieldOrPath() {
        QFETCH(QString, target);
        ApiBench bench;
        const auto watch = bench.open("GET", target.toStdString());
        bench.settle();
        bench.send("POST", maps, configMap("b"), json);
        bench.send("POST", maps, configMap("a"), json);
        bench.settle();
        QCOMPARE(q(story(*watch)), QString("ADDED a"));
    }

    void compactedHistoryIsAnErrorEvent() {
        ApiBench bench;
        for (const char* name : {"a", "b", "c"})
            bench.send("POST", maps, configMap(name), json);
        bench.store->compact(bench.store->revision());
        const auto watch = bench.open("GET", maps + "?watch=true&resourceVersion=1");
        bench.settle();
        QCOMPARE(watch->streamCode, 200);
        const auto all = events(*watch);
        QCOMPARE(all.size(), std::size_t{1});
        QCOMPARE(q(Answer::textAt(all[0], "type")), QString("ERROR"));
        QCOMPARE(q(Answer::textAt(all[0], "object.code")), QString("410"));
        QCOMPARE(q(Answer::textAt(all[0], "object.reason")), QString("Expired"));
        QVERIFY(q(Answer::textAt(all[0], "object.message")).startsWith("too old resource version: 1 ("));
        QVERIFY(watch->ended);
    }

    void bookmarksWhileIdleAndAtTheEnd() {
        ApiBench bench;
        const auto plain = bench.open("GET", maps + "?watch=true&timeoutSeconds=150");
        const auto watch =
            bench.open("GET", maps + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=150");
        bench.settle();
        bench.send("POST", "/api/v1/namespaces/kube-system/configmaps", configMap("x"), json);
        bench.settle(std::chrono::seconds(130));
        QCOMPARE(q(story(*watch)), QString("BOOKMARK, BOOKMARK"));
        QCOMPARE(q(Answer::textAt(events(*watch)[0], "object.metadata.resourceVersion")),
                 QString::number(bench.store->revision()));
        QCOMPARE(q(Answer::textAt(events(*watch)[0], "object.kind")), QString("ConfigMap"));
        QVERIFY(!watch->ended);
        bench.settle(std::chrono::seconds(30));
        QCOMPARE(q(story(*watch)), QString("BOOKMARK, BOOKMARK, BOOKMARK"));
        QVERIFY(watch->ended);
        QVERIFY(plain->ended);
        QCOMPARE(q(plain->streamed), QString());
    }

    void badOptionsAreRefused_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::newRow("no match") << "&sendInitialEvents=true&allowWatchBookmarks=true" << 422;
        QTest::newRow("wrong match")
            << "&sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true" << 422;
        QTest::newRow("match alone") << "&resourceVersionMatch=NotOlderThan" << 422;
        QTest::newRow("no number") << "&resourceVersion=x" << 400;
        QTest::newRow("from the future") << "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&"
                                            "allowWatchBookmarks=true&resourceVersion=9999"
                                         << 504;
    }
    void badOptionsAreRefused() {
        QFETCH(QString, query);
        QFETCH(int, code);
        ApiBench bench;
        const Answer answer = bench.send("GET", maps + "?watch=true" + query.toStdString());
        QVERIFY2(answer.code == code, answer.body.c_str());
    }

    void protobufFrames() {
        ApiBench bench;
        bench.send("POST", maps, configMap("a"), json);
        const auto watch = bench.open("GET", maps + "?watch=true", {},
                                      {{"accept", "application/vnd.kubernetes.protobuf;stream=watch"}});
        bench.settle();
        QCOMPARE(watch->streamHeaders.front().second,
                 std::string("application/vnd.kubernetes.protobuf;stream=watch"));
        const std::string& bytes = watch->streamed;
        QVERIFY(bytes.size() > 4);
        std::size_t length = 0;
        for (int i = 0; i < 4; ++i)
            length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
        QCOMPARE(length, bytes.size() - 4);
        api::meta::WatchEvent event;
        QVERIFY(event.ParseFromString(bytes.substr(4)));
        QCOMPARE(event.type(), std::string("ADDED"));
        auto object = api::decodeProtobuf(event.object().raw());
        QVERIFY(object.has_value());
        QCOMPARE(static_cast<const api::core::ConfigMap&>(*object->message).metadata().name(),
                 std::string("a"));
    }

    void tablesBringTheirColumnsOnce() {
        ApiBench bench;
        bench.send("POST", maps, configMap("a"), json);
        const auto watch = bench.open("GET", maps + "?watch=true", {},
                                      {{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}});
        bench.settle();
        bench.send("POST", maps, configMap("b"), json);
        bench.settle();
        const auto all = events(*watch);
        QCOMPARE(all.size(), std::size_t{2});
        QCOMPARE(q(Answer::textAt(all[0], "object.columnDefinitions.0.name")), QString("Name"));
        QCOMPARE(q(Answer::textAt(all[1], "object.columnDefinitions")), QString("null"));
        QCOMPARE(q(Answer::textAt(all[1], "object.rows.0.cells.0")), QString("b"));
    }

    void eachEventIsEncodedOnceForAll() {
        ApiBench bench;
        std::vector<std::shared_ptr<FakeExchange>> watches;
        for (int i = 0; i < 10; ++i)
            watches.push_back(bench.open("GET", maps + "?watch=true"));
        bench.settle();
        bench.send("POST", maps, configMap("a"), json);
        bench.settle();
        for (const auto& watch : watches) {
            QCOMPARE(watch->chunks.size(), std::size_t{1});
            QCOMPARE(watch->chunks[0].get(), watches[0]->chunks[0].get());
        }
    }

    void aSlowClientIsWaitedForThenGivenUp() {
        apiserver::Options options;
        options.slowClientEvents = 5;
        ApiBench bench(options);
        const auto watch = bench.open("GET", maps + "?watch=true");
        bench.settle();
        watch->stuckBytes = std::size_t{2} << 20;
        for (const char* name : {"a", "b", "c"})
            bench.send("POST", maps, configMap(name), json);
        bench.settle();
        QCOMPARE(q(story(*watch)), QString());
        watch->stuckBytes = 0;
        bench.settle(std::chrono::milliseconds(50));
        QCOMPARE(q(story(*watch)), QString("ADDED a, ADDED b, ADDED c"));
        watch->stuckBytes = std::size_t{2} << 20;
        for (const char* name : {"d", "e", "f", "g", "h", "i"})
            bench.send("POST", maps, configMap(name), json);
        bench.settle();
        QVERIFY(watch->aborted);
        bench.send("POST", maps, configMap("j"), json);
        QCOMPARE(q(story(*watch)), QString("ADDED a, ADDED b, ADDED c"));
    }

    void cancelledWatchesStop() {
        ApiBench bench;
        const auto watch = bench.open("GET", maps + "?watch=true");
        bench.settle();
        bench.running.back()->cancel();
        bench.settle();
        bench.send("POST", maps, configMap("a"), json);
        bench.settle(std::chrono::hours(2));
        QCOMPARE(q(watch->streamed), QString());
    }
};

QTEST_GUILESS_MAIN(TestApiserverWatch)
#include "test_apiserver_watch.moc"
