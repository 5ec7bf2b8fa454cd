#include "api_bench.h"
#include "engine/api/codec.h"
#include "engine/api/types.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;

namespace {
const std::string maps = "/api/v1/namespaces/default/configmaps";
const std::string pods = "/api/v1/namespaces/default/pods";
const apiserver::Headers protobuf{{"accept", "application/vnd.kubernetes.protobuf,application/json"},
                                  {"content-type", "application/vnd.kubernetes.protobuf"}};
const apiserver::Headers tables{{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/"
                                           "json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"}};
QString q(const std::string& text) {
    return QString::fromStdString(text);
}

std::string names(const Answer& list) {
    std::string out;
    const auto value = list.json();
    for (const auto& item : value.at("items").as_array())
        out += (out.empty() ? "" : " ") + Answer::textAt(item, "metadata.name");
    return out;
}
} // namespace

/// Lists: selection, pages, consistency; and the forms an answer can have.
class TestApiserverLists : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void selects_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("found");
        QTest::newRow("all") << ""
                             << "a b c";
        QTest::newRow("equal") << "?labelSelector=app%3Dx"
                               << "a";
        QTest::newRow("not equal") << "?labelSelector=app%21%3Dx"
                                   << "b c";
        QTest::newRow("in") << "?labelSelector=app+in+(x,y)"
                            << "a b";
        QTest::newRow("absent") << "?labelSelector=%21app"
                                << "c";
        QTest::newRow("name") << "?fieldSelector=metadata.name%3Db"
                              << "b";
        QTest::newRow("not that name") << "?fieldSelector=metadata.name%21%3Db"
                                       << "a c";
        QTest::newRow("name and label") << "?fieldSelector=metadata.name%3Db&labelSelector=app%3Dx"
                                        << "";
    }
    void selects() {
        QFETCH(QString, query);
        QFETCH(QString, found);
        ApiBench bench;
        bench.send("POST", maps, configMap("b", J("{'app':'y'}")), json);
        bench.send("POST", maps, configMap("a", J("{'app':'x'}")), json);
        bench.send("POST", maps, configMap("c"), json);
        const Answer list = bench.send("GET", maps + query.toStdString());
        QVERIFY2(list.code == 200, list.body.c_str());
        QCOMPARE(q(names(list)), found);
        QCOMPARE(q(list.at("metadata.resourceVersion")), QString::number(bench.store->revision()));
    }

    void podsByNode() {
        ApiBench bench;
        bench.send("POST", pods, pod("p1", J("'nodeName':'n1',")), json);
        bench.send("POST", pods, pod("p2"), json);
        QCOMPARE(q(names(bench.send("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1"))), QString("p1"));
        QCOMPARE(q(names(bench.send(
                     "GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1,status.phase%21%3DFailed"))),
                 QString("p1"));
    }

    void pagesShowOneState() {
        ApiBench bench;
        for (const char* name : {"a", "b", "c", "d", "e"})
            bench.send("POST", maps, configMap(name), json);
        const Answer first = bench.send("GET", maps + "?limit=2");
        QCOMPARE(q(names(first)), QString("a b"));
        QCOMPARE(q(first.at("metadata.remainingItemCount")), QString("3"));
        const std::string token = first.at("metadata.continue");
        bench.send("DELETE", maps + "/c");
        bench.send("POST", maps, configMap("bb"), json);
        const Answer second = bench.send("GET", maps + "?limit=2&continue=" + token);
        QCOMPARE(q(names(second)), QString("c d"));
        QCOMPARE(q(second.at("metadata.resourceVersion")), q(first.at("metadata.resourceVersion")));
        const Answer last = bench.send("GET", maps + "?limit=2&continue=" + second.at("metadata.continue"));
        QCOMPARE(q(names(last)), QString("e"));
        QCOMPARE(q(last.at("metadata.continue")), QString());
    }

    /// The same answer, but never as a whole in memory.
    void largeListsComeInPieces_data() {
        QTest::addColumn<QByteArray>("accept");
        QTest::newRow("JSON") << QByteArray("application/json");
        QTest::newRow("protobuf") << QByteArray("application/vnd.kubernetes.protobuf");
        QTest::newRow("protobuf, metadata") << QByteArray(
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
        QTest::newRow("table") << QByteArray("application/json;as=Table;v=v1;g=meta.k8s.io");
    }
    void largeListsComeInPieces() {
        QFETCH(QByteArray, accept);
        ApiBench bench;
        const std::string large = J("{'value':'") + std::string(100'000, 'x') + J("'}");
        for (int i = 10; i < 30; ++i)
            QCOMPARE(bench.send("POST", maps, configMap("m" + std::to_string(i), "{}", large), json).code,
                     201);
        const apiserver::Headers wanted{{"accept", accept.toStdString()}};
        const auto get = [&](const std::string& query) {
            const auto exchange = bench.open("GET", maps + query, {}, wanted);
            bench.executor.runUntil([&] { return exchange->response.has_value(); }, std::chrono::seconds(5));
            return exchange;
        };
        const auto all = get("");
        QCOMPARE(all->response->code, 200);
        const bool small = accept.contains("Table") || accept.contains("Partial");
        QVERIFY(all->pieces > (small ? 0 : 5));
        // Half and half, each too little to come in pieces, are the same items.
        const auto few = get("?limit=5");
        QCOMPARE(few->pieces, 0);
        if (accept.contains("protobuf")) {
            const bool partial = accept.contains("Partial");
            const auto decoded = api::decodeProtobuf(
                *all->response->body, partial ? api::meta::PartialObjectMetadataList::descriptor()
                                              : api::core::ConfigMapList::descriptor());
            QVERIFY(decoded.has_value());
            QCOMPARE(
                partial
                    ? static_cast<const api::meta::PartialObjectMetadataList&>(*decoded->message).items_size()
                    : static_cast<const api::core::ConfigMapList&>(*decoded->message).items_size(),
                20);
            return;
        }
        const auto list = boost::json::parse(*all->response->body).as_object();
        const auto& items = list.at(accept.contains("Table") ? "rows" : "items").as_array();
        QCOMPARE(items.size(), std::size_t(20));
        const auto first = boost::json::parse(*few->response->body).as_object();
        const auto& some = first.at(accept.contains("Table") ? "rows" : "items").as_array();
        for (std::size_t i = 0; i < some.size(); ++i)
            QVERIFY(some[i] == items[i]);
    }

    void selectivePagesHideTheRest() {
        ApiBench bench;
        for (const char* name : {"a", "b", "c"})
            bench.send("POST", maps, configMap(name, J("{'app':'x'}")), json);
        const Answer first = bench.send("GET", maps + "?limit=1&labelSelector=app%3Dx");
        QCOMPARE(q(names(first)), QString("a"));
        QVERIFY(!first.at("metadata.continue").empty());
        QCOMPARE(q(first.at("metadata.remainingItemCount")), QString());
    }

    void expiredPagesOfferAnInconsistentRest() {
        ApiBench bench;
        for (const char* name : {"a", "b", "c"})
            bench.send("POST", maps, configMap(name), json);
        const Answer first = bench.send("GET", maps + "?limit=1");
        bench.send("DELETE", maps + "/b");
        bench.store->compact(bench.store->revision());
        const Answer gone = bench.send("GET", maps + "?limit=5&continue=" + first.at("metadata.continue"));
        QCOMPARE(gone.code, 410);
        QCOMPARE(q(gone.at("reason")), QString("Expired"));
        const Answer rest = bench.send("GET", maps + "?limit=5&continue=" + gone.at("metadata.continue"));
        QCOMPARE(q(names(rest)), QString("c"));
    }

    void readsAnExactPast() {
        ApiBench bench;
        bench.send("POST", maps, configMap("a"), json);
        const std::string then = bench.send("GET", maps).at("metadata.resourceVersion");
        bench.send("POST", maps, configMap("b"), json);
        QCOMPARE(q(names(bench.send("GET", maps + "?resourceVersionMatch=Exact&resourceVersion=" + then))),
                 QString("a"));
        QCOMPARE(
            q(names(bench.send("GET", maps + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + then))),
            QString("a b"));
        QCOMPARE(q(names(bench.send("GET", maps + "?resourceVersion=0"))), QString("a b"));
    }

    void protobufBodiesAndAnswers() {
        ApiBench bench;
        api::core::ConfigMap map;
        map.mutable_metadata()->set_name("a");
        (*map.mutable_data())["k"] = "v";
        const std::string body = api::encodeProtobuf(map, "v1", "ConfigMap");
        const Answer created = bench.send("POST", maps, body, protobuf);
        QVERIFY2(created.code == 201, created.body.c_str());
        QCOMPARE(q(created.header("content-type")), QString("application/vnd.kubernetes.protobuf"));
        auto decoded = api::decodeProtobuf(created.body);
        QVERIFY(decoded.has_value());
        QCOMPARE(q(decoded->kindName), QString("ConfigMap"));
        const auto& back = static_cast<const api::core::ConfigMap&>(*decoded->message);
        QCOMPARE(q(back.data().at("k")), QString("v"));
        QVERIFY(!back.metadata().uid().empty());
        QCOMPARE(q(bench.send("GET", maps + "/a").at("data.k")), QString("v"));

        const Answer list = bench.send("GET", maps, {}, protobuf);
        auto decodedList = api::decodeProtobuf(list.body, api::core::ConfigMapList::descriptor());
        QVERIFY(decodedList.has_value());
        QCOMPARE(q(decodedList->kindName), QString("ConfigMapList"));
        QCOMPARE(
            static_cast<const api::core::ConfigMapList&>(*decodedList->message).items(0).metadata().name(),
            std::string("a"));

        const Answer absent = bench.send("GET", maps + "/none", {}, protobuf);
        QCOMPARE(absent.code, 404);
        auto status = api::decodeProtobuf(absent.body, api::meta::Status::descriptor());
        QVERIFY(status.has_value());
        QCOMPARE(static_cast<const api::meta::Status&>(*status->message).reason(), std::string("NotFound"));

        api::meta::DeleteOptions options;
        options.set_graceperiodseconds(0);
        const Answer deleted =
            bench.send("DELETE", maps + "/a", api::encodeProtobuf(options, "v1", "DeleteOptions"), protobuf);
        QCOMPARE(deleted.code, 200);
    }

    void yamlBodiesAndAnswers() {
        ApiBench bench;
        const Answer created =
            bench.send("POST", maps, "metadata:\n  name: a\ndata:\n  k: v\n",
                       {{"content-type", "application/yaml"}, {"accept", "application/yaml"}});
        QVERIFY2(created.code == 201, created.body.c_str());
        QCOMPARE(q(created.header("content-type")), QString("application/yaml"));
        QVERIFY2(created.body.find("kind: ConfigMap\n") != std::string::npos, created.body.c_str());
    }

    void tablesHaveTheServersColumns() {
        ApiBench bench;
        bench.send("POST", pods, pod("p"), json);
        const Answer table = bench.send("GET", pods, {}, tables);
        QCOMPARE(q(table.at("kind")), QString("Table"));
        QCOMPARE(q(table.at("apiVersion")), QString("meta.k8s.io/v1"));
        QCOMPARE(q(table.at("columnDefinitions.0.name")), QString("Name"));
        QCOMPARE(q(table.at("columnDefinitions.0.format")), QString("name"));
        QCOMPARE(q(table.at("rows.0.cells.0")), QString("p"));
        QCOMPARE(q(table.at("rows.0.cells.2")), QString("Pending"));
        QCOMPARE(q(table.at("rows.0.object.kind")), QString("PartialObjectMetadata"));
        QCOMPARE(q(table.at("rows.0.object.metadata.name")), QString("p"));
        QCOMPARE(q(table.at("rows.0.object.spec")), QString());
        const Answer whole = bench.send("GET", pods + "/p?includeObject=Object", {}, tables);
        QCOMPARE(q(whole.at("rows.0.object.kind")), QString("Pod"));
        const Answer none = bench.send("GET", pods + "?includeObject=None", {}, tables);
        QCOMPARE(q(none.at("rows.0.object")), QString());
    }

    void metadataAlone() {
        ApiBench bench;
        bench.send("POST", pods, pod("p"), json);
        const Answer list =
            bench.send("GET", pods, {},
                       {{"accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"}});
        QCOMPARE(q(list.at("kind")), QString("PartialObjectMetadataList"));
        QCOMPARE(q(list.at("items.0.metadata.name")), QString("p"));
        QCOMPARE(q(list.at("items.0.spec")), QString());
        const Answer binary = bench.send(
            "GET", pods + "/p", {},
            {{"accept", "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"}});
        auto decoded = api::decodeProtobuf(binary.body, api::meta::PartialObjectMetadata::descriptor());
        QVERIFY(decoded.has_value());
        QCOMPARE(q(decoded->apiVersion), QString("meta.k8s.io/v1"));
    }

    void discoveryInBothForms() {
        ApiBench bench;
        const std::string aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        const apiserver::Headers accept{
            {"accept", aggregated +
                           ",application/"
                           "json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"}};
        for (const char* path : {"/api", "/apis"}) {
            const Answer answer = bench.send("GET", path, {}, accept);
            QCOMPARE(q(answer.header("content-type")), q(aggregated));
            QCOMPARE(q(answer.at("kind")), QString("APIGroupDiscoveryList"));
            QCOMPARE(q(answer.at("apiVersion")), QString("apidiscovery.k8s.io/v2"));
            apiserver::Headers again = accept;
            again.emplace_back("if-none-match", answer.header("etag"));
            QCOMPARE(bench.send("GET", path, {}, again).code, 304);
        }
        const Answer core = bench.send("GET", "/api", {}, accept);
        QCOMPARE(q(core.at("items.0.versions.0.version")), QString("v1"));
        QCOMPARE(q(bench.send("GET", "/api").at("versions.0")), QString("v1"));
        QCOMPARE(q(bench.send("GET", "/apis").at("groups.0.name")), QString("apiregistration.k8s.io"));
        QCOMPARE(q(bench.send("GET", "/apis/apps").at("preferredVersion.groupVersion")), QString("apps/v1"));
        const Answer resources = bench.send("GET", "/api/v1");
        QVERIFY2(resources.body.find(J("'name':'pods/"
                                       "eviction','singularName':'','namespaced':true,'group':'policy','"
                                       "version':'v1','kind':'Eviction'")) != std::string::npos,
                 resources.body.c_str());
        QCOMPARE(q(bench.send("GET", "/version").at("minor")), QString("35"));
    }

    void openApiDocuments() {
        ApiBench bench;
        const Answer index = bench.send("GET", "/openapi/v3");
        const std::string url = index.at("paths.apis/apps/v1.serverRelativeURL");
        QVERIFY2(url.rfind("/openapi/v3/apis/apps/v1?hash=", 0) == 0, index.body.c_str());
        const Answer document = bench.send("GET", url);
        QCOMPARE(document.code, 200);
        QVERIFY(document.json().at("paths").as_object().size() > 0);
        const Answer stale = bench.send("GET", "/openapi/v3/apis/apps/v1?hash=OLD");
        QCOMPARE(stale.code, 301);
        QCOMPARE(q(stale.header("location")), q(url));
        QCOMPARE(bench.send("GET", "/openapi/v2").at("swagger"), std::string("2.0"));
    }
};

QTEST_GUILESS_MAIN(TestApiserverLists)
#include "test_apiserver_lists.moc"
