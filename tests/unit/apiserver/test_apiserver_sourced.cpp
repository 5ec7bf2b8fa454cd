#include "api_bench.h"
#include "engine/api/groups/custom_metrics.h"

#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;

namespace {

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

const std::string group = "/apis/measures.example.com";
const apiserver::Headers aggregated{
    {"accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"}};

/// Tells what it was asked.
struct Source final : apiserver::GroupSource {
    std::vector<Resource> known = {{"pods/hits", true, "MetricValueList", {"get"}},
                                   {"pods/misses", true, "MetricValueList", {"get"}},
                                   {"queue", true, "MetricValueList", {"get"}}};
    std::string asked;

    std::vector<Resource> resources(const std::string& version) override {
        return version == "v1" ? known : std::vector<Resource>();
    }
    Result<std::unique_ptr<google::protobuf::Message>> read(const Question& question) override {
        asked = question.version + " " + question.nameSpace;
        for (const std::string& part : question.path)
            asked += " " + part;
        for (const auto& [key, value] : question.query)
            asked += " " + key + ":" + value;
        if (question.path[0] == "nothing") return fail(Reason::NotFound, "there is nothing");
        auto list = std::make_unique<api::custom_metrics2::MetricValueList>();
        list->mutable_metadata();
        list->add_items()->mutable_metric()->set_name("hits");
        return list;
    }
};

struct Bench : ApiBench {
    Bench() { serving = server->serveGroup("measures.example.com", {"v1", "v1beta1"}, source); }
    Source source;
    std::shared_ptr<void> serving;
};

} // namespace

class SourcedTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void asks_data();
    void asks();
    void answersInTheGroupsName();
    void refuses_data();
    void refuses();
    void discovery();
    void discoveryInOne();
    void rights();
    void goesWithItsSource();
};

void SourcedTest::asks_data() {
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("asked");
    QTest::newRow("in a namespace") << "/v1/namespaces/shop/pods/web/hits"
                                    << "v1 shop pods web hits";
    QTest::newRow("at the top") << "/v1/nodes/n1/load"
                                << "v1  nodes n1 load";
    QTest::newRow("older") << "/v1beta1/queue"
                           << "v1beta1  queue";
    QTest::newRow("encoded") << "/v1/namespaces/shop/pods/%2A/a%2Fb"
                             << "v1 shop pods * a/b";
    QTest::newRow("query") << "/v1/queue?labelSelector=a%3Db&labelSelector=c&limit=5"
                           << "v1  queue labelSelector:a=b limit:5";
}

void SourcedTest::asks() {
    QFETCH(QString, target);
    QFETCH(QString, asked);
    Bench bench;
    QCOMPARE(bench.send("GET", group + target.toStdString()).code, 200);
    QCOMPARE(q(bench.source.asked), asked);
}

void SourcedTest::answersInTheGroupsName() {
    Bench bench;
    const Answer answer = bench.send("GET", group + "/v1beta1/queue");
    QCOMPARE(q(answer.at("apiVersion")), QString("measures.example.com/v1beta1"));
    QCOMPARE(q(answer.at("kind")), QString("MetricValueList"));
    QCOMPARE(q(answer.at("items.0.metric.name")), QString("hits"));
    const Answer none = bench.send("GET", group + "/v1/nothing");
    QCOMPARE(none.code, 404);
    QCOMPARE(q(none.at("message")), QString("there is nothing"));
}

void SourcedTest::refuses_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QString>("target");
    QTest::addColumn<int>("code");
    QTest::newRow("another group") << "GET"
                                   << "/apis/other.example.com/v1/queue" << 404;
    QTest::newRow("another version") << "GET"
                                     << "/apis/measures.example.com/v2/queue" << 404;
    QTest::newRow("a namespace") << "GET"
                                 << "/apis/measures.example.com/v1/namespaces/shop" << 404;
    QTest::newRow("created") << "POST"
                             << "/apis/measures.example.com/v1/namespaces/shop/queue" << 405;
    QTest::newRow("deleted") << "DELETE"
                             << "/apis/measures.example.com/v1/namespaces/shop/pods/a" << 405;
}

void SourcedTest::refuses() {
    QFETCH(QString, method);
    QFETCH(QString, target);
    QFETCH(int, code);
    Bench bench;
    QCOMPARE(bench.send(method.toStdString(), target.toStdString()).code, code);
    QCOMPARE(q(bench.source.asked), QString());
}

void SourcedTest::discovery() {
    Bench bench;
    QVERIFY(bench.send("GET", "/apis").body.find("\"measures.example.com/v1\"") != std::string::npos);
    QVERIFY(bench.send("GET", "/").body.find("\"/apis/measures.example.com/v1beta1\"") != std::string::npos);
    const Answer of = bench.send("GET", group);
    QCOMPARE(q(of.at("kind")), QString("APIGroup"));
    QCOMPARE(q(of.at("preferredVersion.version")), QString("v1"));
    const Answer resources = bench.send("GET", group + "/v1");
    QCOMPARE(q(resources.at("kind")), QString("APIResourceList"));
    QCOMPARE(q(resources.at("groupVersion")), QString("measures.example.com/v1"));
    QCOMPARE(q(resources.at("resources.0.name")), QString("pods/hits"));
    QCOMPARE(q(resources.at("resources.0.kind")), QString("MetricValueList"));
    QCOMPARE(q(resources.at("resources.0.verbs")), QString("[\"get\"]"));
    QCOMPARE(q(resources.at("resources.0.namespaced")), QString("true"));
    QCOMPARE(q(bench.send("GET", group + "/v1beta1").at("resources")),
             QString("null")); // none, as Go writes it
    // What it knows changes, and what discovery says with it.
    bench.source.known.pop_back();
    QCOMPARE(q(bench.send("GET", group + "/v1").at("resources.2")), QString());
}

void SourcedTest::discoveryInOne() {
    Bench bench;
    const Answer all = bench.send("GET", "/apis", {}, aggregated);
    const auto groups = all.json().at("items").as_array();
    const boost::json::value& mine = groups.back();
    QCOMPARE(q(Answer::textAt(mine, "metadata.name")), QString("measures.example.com"));
    QCOMPARE(q(Answer::textAt(mine, "versions.0.version")), QString("v1"));
    // The parent is there for its parts alone: it has no verbs and no kind.
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.0.resource")), QString("pods"));
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.0.subresources.0.subresource")), QString("hits"));
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.0.subresources.1.subresource")), QString("misses"));
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.0.responseKind.kind")), QString());
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.1.resource")), QString("queue"));
    QCOMPARE(q(Answer::textAt(mine, "versions.0.resources.1.responseKind.kind")), QString("MetricValueList"));
}

void SourcedTest::rights() {
    Bench bench;
    const apiserver::User anna{"anna", {}};
    QCOMPARE(bench.send("GET", group + "/v1/namespaces/shop/pods/*/hits", {}, {}, anna).code, 403);
    QCOMPARE(q(bench.source.asked), QString());
    bench.send("POST", "/api/v1/namespaces", J("{'metadata':{'name':'shop'}}"), json);
    bench.send("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles",
               J("{'metadata':{'name':'r'},'rules':[{'apiGroups':['measures.example.com'],"
                 "'resources':['pods/hits'],'verbs':['get']}]}"),
               json);
    bench.send(
        "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings",
        J("{'metadata':{'name':'r'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'Role',"
          "'name':'r'},'subjects':[{'kind':'User','apiGroup':'rbac.authorization.k8s.io','name':'anna'}]"
          "}"),
        json);
    QCOMPARE(bench.send("GET", group + "/v1/namespaces/shop/pods/*/hits", {}, {}, anna).code, 200);
    QCOMPARE(bench.send("GET", group + "/v1/namespaces/shop/pods/*/misses", {}, {}, anna).code, 403);
    QCOMPARE(bench.send("GET", group + "/v1/namespaces/other/pods/*/hits", {}, {}, anna).code, 403);
}

void SourcedTest::goesWithItsSource() {
    Bench bench;
    bench.serving.reset();
    QCOMPARE(bench.send("GET", group + "/v1/queue").code, 404);
    QCOMPARE(bench.send("GET", group).code, 404);
    QVERIFY(bench.send("GET", "/apis").body.find("measures.example.com") == std::string::npos);
}

QTEST_GUILESS_MAIN(SourcedTest)
#include "test_apiserver_sourced.moc"
