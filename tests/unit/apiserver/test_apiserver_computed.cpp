#include "api_bench.h"
#include "engine/api/groups/clock.h"
#include "engine/api/groups/decisions.h"
#include "engine/apiserver/local_cluster.h"

#include <QtTest>
#include <map>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;
namespace lab = api::lab;

namespace {

const std::string group = "/apis/lab.wheelhouse.dev/v1alpha1";
const std::string queues = group + "/reconcilequeues";
const std::string decisions = group + "/namespaces/default/schedulingdecisions";
const apiserver::Headers tables{{"accept", "application/json;as=Table;v=v1;g=meta.k8s.io"}};

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// Queues by name, each with a number of waiting keys.
struct Queues final : apiserver::ObjectSource {
    std::map<std::string, int> waiting;
    int made = 0;

    std::unique_ptr<google::protobuf::Message> object(const std::string&, const std::string& name,
                                                      const std::string&) override {
        const auto found = waiting.find(name);
        if (found == waiting.end()) return nullptr;
        ++made;
        auto queue = std::make_unique<lab::ReconcileQueue>();
        queue->mutable_metadata()->set_name(name);
        (*queue->mutable_metadata()->mutable_labels())["long"] = found->second > 5 ? "yes" : "no";
        queue->set_waiting(found->second);
        return queue;
    }
    std::vector<std::string> keys(const std::string&) override {
        std::vector<std::string> out;
        for (const auto& [name, count] : waiting)
            out.push_back(name);
        return out;
    }
};

/// One decision a namespace; the matrix says so in its labels.
struct Decisions final : apiserver::ObjectSource {
    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace, const std::string& name,
                                                      const std::string& subresource) override {
        if (name != "web") return nullptr;
        auto decision = std::make_unique<lab::SchedulingDecision>();
        decision->mutable_metadata()->set_name(name);
        decision->mutable_metadata()->set_namespace_(nameSpace);
        decision->mutable_metadata()->set_uid("uid-of-" + nameSpace);
        if (!subresource.empty()) (*decision->mutable_metadata()->mutable_labels())["shown"] = subresource;
        return decision;
    }
    std::vector<std::string> keys(const std::string& nameSpace) override {
        std::vector<std::string> out;
        for (const std::string space : {"default", "other"})
            if (nameSpace.empty() || nameSpace == space) out.push_back(space + "/web");
        return out;
    }
};

/// A queue that says how much waits only to who may list the pods of the namespace "shop".
struct Discreet final : apiserver::ObjectSource {
    int waiting = 5;

    std::unique_ptr<google::protobuf::Message> object(const std::string&, const std::string& name,
                                                      const std::string&) override {
        auto queue = std::make_unique<lab::ReconcileQueue>();
        queue->mutable_metadata()->set_name(name);
        queue->set_waiting(waiting);
        return queue;
    }
    std::vector<std::string> keys(const std::string&) override { return {"a"}; }
    bool veils() const override { return true; }
    void veil(google::protobuf::Message& object, const apiserver::Reader& reader) const override {
        if (!reader.mayListPods("shop")) static_cast<lab::ReconcileQueue&>(object).set_waiting(-1);
    }
};

/// Lets a user read queues, and the pods of "shop" too if `pods`.
void letRead(ApiBench& bench, const std::string& user, bool pods) {
    const auto bind = [&](const std::string& where, const std::string& kind, const std::string& rule) {
        const std::string path = "/apis/rbac.authorization.k8s.io/v1" + where;
        const std::string name = kind == "Role" ? "r" : "queues";
        bench.send("POST", path + (kind == "Role" ? "/roles" : "/clusterroles"),
                   J("{'metadata':{'name':'" + name + "'},'rules':[" + rule + "]}"), json);
        bench.send("POST", path + (kind == "Role" ? "/rolebindings" : "/clusterrolebindings"),
                   J("{'metadata':{'name':'" + user +
                     "'},'roleRef':{'apiGroup':'rbac.authorization.k8s.io','kind':'" + kind + "','name':'" +
                     name + "'},'subjects':[{'kind':'User','apiGroup':'rbac.authorization.k8s.io','name':'" +
                     user + "'}]}"),
                   json);
    };
    bind("", "ClusterRole",
         "{'apiGroups':['lab.wheelhouse.dev'],'resources':['reconcilequeues'],'verbs':['get','list','watch']"
         "}");
    if (pods) bind("/namespaces/shop", "Role", "{'apiGroups':[''],'resources':['pods'],'verbs':['list']}");
}

std::string names(const Answer& list) {
    std::string out;
    const auto value = list.json();
    for (const auto& item : value.at("items").as_array())
        out += (out.empty() ? "" : " ") + Answer::textAt(item, "metadata.name");
    return out;
}

/// A server with a source of queues.
struct Bench : ApiBench {
    Bench() { serving = server->serve(api::kindOf<lab::ReconcileQueue>(), source); }
    void put(const std::string& name, int count) {
        source.waiting[name] = count;
        serving->changed(name);
    }
    void drop(const std::string& name) {
        source.waiting.erase(name);
        serving->changed(name);
    }
    Queues source;
    std::unique_ptr<apiserver::Serving> serving;
};

constexpr Duration gathered = std::chrono::milliseconds(60);

} // namespace

/// Kinds whose objects somebody makes when they are asked for, and questions somebody answers.
class TestApiserverComputed : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void readsWhatTheSourceMakes() {
        Bench bench;
        bench.put("a", 1);
        bench.put("b", 9);
        const Answer one = bench.send("GET", queues + "/b");
        QCOMPARE(one.code, 200);
        QCOMPARE(q(one.at("waiting")), QString("9"));
        QVERIFY(!one.at("metadata.resourceVersion").empty());
        QCOMPARE(bench.send("GET", queues + "/c").code, 404);
        QCOMPARE(q(names(bench.send("GET", queues))), QString("a b"));
        QCOMPARE(q(names(bench.send("GET", queues + "?labelSelector=long%3Dyes"))), QString("b"));
        QCOMPARE(q(names(bench.send("GET", queues + "?fieldSelector=metadata.name%3Da"))), QString("a"));
        const Answer table = bench.send("GET", queues, {}, tables);
        QCOMPARE(table.json().at("rows").as_array().size(), std::size_t{2});
        QCOMPARE(q(table.at("rows.1.cells.1")), QString("9"));
    }

    void listsInPages() {
        Bench bench;
        for (const char* name : {"a", "b", "c", "d", "e"})
            bench.source.waiting[name] = 1;
        const Answer first = bench.send("GET", queues + "?limit=2");
        QCOMPARE(q(names(first)), QString("a b"));
        QCOMPARE(q(first.at("metadata.remainingItemCount")), QString("3"));
        QCOMPARE(bench.source.made, 2); // what is not shown is not made
        const Answer second =
            bench.send("GET", queues + "?limit=2&continue=" + first.at("metadata.continue"));
        QCOMPARE(q(names(second)), QString("c d"));
        const Answer third =
            bench.send("GET", queues + "?limit=2&continue=" + second.at("metadata.continue"));
        QCOMPARE(q(names(third)), QString("e"));
        QCOMPARE(q(third.at("metadata.continue")), QString());
    }

    void showsEachReaderWhatTheyMayKnow() {
        ApiBench bench;
        Discreet source;
        const auto serving = bench.server->serve(api::kindOf<lab::ReconcileQueue>(), source);
        bench.send("POST", "/api/v1/namespaces", J("{'metadata':{'name':'shop'}}"), json);
        letRead(bench, "anna", true);
        letRead(bench, "bert", false);
        const apiserver::User anna{"anna", {}};
        const apiserver::User bert{"bert", {}};
        const auto waiting = [&](const apiserver::User& user) {
            return q(bench.send("GET", queues + "/a", {}, {}, user).at("waiting") + " " +
                     bench.send("GET", queues, {}, {}, user).at("items.0.waiting") + " " +
                     bench.send("GET", queues, {}, tables, user).at("rows.0.cells.1"));
        };
        QCOMPARE(waiting(ApiBench::admin()), QString("5 5 5"));
        QCOMPARE(waiting(anna), QString("5 5 5"));
        QCOMPARE(waiting(bert), QString("-1 -1 -1"));
        // Each watcher is told its own, and what they may know counts when they are told.
        const auto annas = bench.open("GET", queues + "?watch=1", {}, {}, anna);
        const auto berts = bench.open("GET", queues + "?watch=1", {}, {}, bert);
        bench.settle();
        source.waiting = 6;
        serving->changed("a");
        bench.settle(gathered);
        bench.send("DELETE", "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/anna");
        source.waiting = 7;
        serving->changed("a");
        bench.settle(gathered);
        const auto told = [](const FakeExchange& stream) {
            std::string out;
            for (const auto& event : events(stream))
                out += Answer::textAt(event, "object.waiting") + " ";
            return q(out);
        };
        QCOMPARE(told(*annas), QString("5 6 -1 "));
        QCOMPARE(told(*berts), QString("-1 -1 -1 "));
    }

    void hasNoPast() {
        Bench bench;
        bench.put("a", 1);
        const std::string before = bench.send("GET", queues).at("metadata.resourceVersion");
        bench.put("a", 2);
        QCOMPARE(bench.send("GET", queues + "?resourceVersionMatch=Exact&resourceVersion=" + before).code,
                 410);
        QCOMPARE(q(bench.send("GET", queues + "?resourceVersionMatch=NotOlderThan&resourceVersion=" + before)
                       .at("items.0.waiting")),
                 QString("2"));
        QCOMPARE(bench.send("GET", queues + "?resourceVersion=9223372036854775807").code, 504);
    }

    void isReadOnly() {
        Bench bench;
        bench.put("a", 1);
        for (const char* method : {"PUT", "PATCH", "DELETE"})
            QCOMPARE(bench.send(method, queues + "/a", "{}", mergePatch).code, 405);
        QCOMPARE(bench.send("POST", queues, "{}", json).code, 405);
        QCOMPARE(bench.send("DELETE", queues).code, 405);
        const Answer found = bench.send("GET", group);
        const auto resources = found.json();
        for (const auto& resource : resources.at("resources").as_array())
            if (Answer::textAt(resource, "name") == "reconcilequeues")
                QCOMPARE(q(Answer::textAt(resource, "verbs")), QString("[\"get\",\"list\",\"watch\"]"));
    }

    void isForThoseWhoMay() {
        Bench bench;
        bench.put("a", 1);
        const apiserver::User nobody{"nobody", {"system:authenticated"}};
        QCOMPARE(bench.send("GET", queues, {}, {}, nobody).code, 403);
        QCOMPARE(bench.send("GET", queues + "/a", {}, {}, nobody).code, 403);
    }

    void watchesWhatChanges() {
        Bench bench;
        bench.put("a", 1);
        const auto watch = bench.open("GET", queues + "?watch=true");
        bench.settle();
        QCOMPARE(q(story(*watch)), QString("ADDED a"));
        bench.put("a", 2);
        bench.put("a", 3);
        bench.put("b", 1);
        bench.settle(gathered);
        QCOMPARE(q(story(*watch)), QString("ADDED a, MODIFIED a, ADDED b"));
        QCOMPARE(q(Answer::textAt(events(*watch)[1], "object.waiting")), QString("3"));
        bench.drop("a");
        bench.settle(gathered);
        QCOMPARE(q(story(*watch)), QString("ADDED a, MODIFIED a, ADDED b, DELETED a"));
    }

    void watchesASelection() {
        Bench bench;
        bench.put("a", 1);
        const auto watch = bench.open("GET", queues + "?watch=true&labelSelector=long%3Dyes");
        bench.settle();
        bench.put("a", 9);
        bench.settle(gathered);
        bench.put("a", 2);
        bench.settle(gathered);
        QCOMPARE(q(story(*watch)), QString("ADDED a, DELETED a"));
    }

    /// As informers do it: list, then watch from the list's revision; nothing in between is lost.
    void watchesFromAList() {
        Bench bench;
        bench.put("a", 1);
        bench.put("b", 1);
        bench.put("c", 1);
        const std::string since = bench.send("GET", queues).at("metadata.resourceVersion");
        bench.put("b", 2);
        bench.drop("c");
        const auto watch = bench.open("GET", queues + "?watch=true&resourceVersion=" + since);
        bench.settle(gathered);
        QCOMPARE(q(story(*watch)), QString("MODIFIED b, DELETED c"));
        const std::string old = std::to_string(std::stoll(since) - 1000);
        const auto late = bench.open("GET", queues + "?watch=true&resourceVersion=" + old);
        bench.settle(gathered);
        QCOMPARE(q(story(*late)), QString("ERROR"));
        QCOMPARE(q(Answer::textAt(events(*late)[0], "object.code")), QString("410"));
    }

    void watchListBeginsWithTheState() {
        Bench bench;
        bench.put("a", 1);
        const auto watch = bench.open("GET", queues + "?watch=true&sendInitialEvents=true&"
                                                      "resourceVersionMatch=NotOlderThan&"
                                                      "allowWatchBookmarks=true");
        bench.settle();
        QCOMPARE(q(story(*watch)), QString("ADDED a, BOOKMARK"));
        QCOMPARE(
            q(Answer::textAt(events(*watch)[1], "object.metadata.annotations.k8s|io/initial-events-end")),
            QString("true"));
    }

    /// Whoever makes the objects may stop and come back, as when the controllers are started anew.
    void sourcesComeAndGo() {
        Bench bench;
        bench.put("a", 1);
        bench.put("b", 1);
        const auto watch = bench.open("GET", queues + "?watch=true");
        bench.settle();
        bench.serving.reset();
        QCOMPARE(bench.send("GET", queues).code, 503);
        QCOMPARE(bench.send("GET", queues + "/a").code, 503);
        bench.source.waiting = {{"b", 2}, {"c", 1}};
        bench.serving = bench.server->serve(api::kindOf<lab::ReconcileQueue>(), bench.source);
        bench.settle(gathered);
        QCOMPARE(q(story(*watch)), QString("ADDED a, ADDED b, DELETED a, MODIFIED b, ADDED c"));
    }

    void namespacesAndSubresources() {
        ApiBench bench;
        Decisions source;
        const auto serving = bench.server->serve(api::kindOf<lab::SchedulingDecision>(), source);
        QCOMPARE(q(bench.send("GET", decisions + "/web").at("metadata.uid")), QString("uid-of-default"));
        QCOMPARE(bench.send("GET", group + "/schedulingdecisions").json().at("items").as_array().size(),
                 std::size_t{2});
        QCOMPARE(q(names(bench.send("GET", decisions))), QString("web"));
        QCOMPARE(q(bench.send("GET", decisions + "/web/matrix").at("metadata.labels.shown")),
                 QString("matrix"));
        QCOMPARE(bench.send("PUT", decisions + "/web/matrix", "{}", json).code, 405);
        QCOMPARE(bench.send("GET", decisions + "/web/other").code, 404);
    }

    void questionsAreAnsweredElsewhere() {
        ApiBench bench;
        const std::string whatIfs = group + "/namespaces/default/whatifs";
        const std::string asked = J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'WhatIf',"
                                    "'spec':{'podName':'web'}}");
        QCOMPARE(bench.send("POST", whatIfs, asked, json).code, 503);
        std::function<void(Result<std::shared_ptr<google::protobuf::Message>>)> later;
        apiserver::Question question;
        auto answering =
            bench.server->answer(api::kindOf<lab::WhatIf>(), [&](apiserver::Question of, const auto& answer) {
                question = std::move(of);
                later = answer;
            });
        const auto exchange = bench.open("POST", whatIfs, asked, json);
        bench.settle();
        QVERIFY(!exchange->response && later);
        QCOMPARE(q(question.nameSpace), QString("default"));
        QCOMPARE(q(question.user.name), QString("admin"));
        auto& message = static_cast<lab::WhatIf&>(*question.message);
        QCOMPARE(q(message.spec().podname()), QString("web"));
        message.mutable_status()->set_fits(true);
        later(question.message);
        QVERIFY(exchange->response);
        QCOMPARE(exchange->response->code, 201);
        QVERIFY(exchange->response->body->find("\"fits\":true") != std::string::npos);

        const auto refused = bench.open("POST", whatIfs, asked, json);
        bench.settle();
        later(fail(Reason::BadRequest, "no"));
        QCOMPARE(refused->response->code, 400);
        answering.reset();
        QCOMPARE(bench.send("POST", whatIfs, asked, json).code, 503);
    }

    /// Whoever lives in this process reads the same.
    void localClustersReadThem() {
        Bench bench;
        bench.put("a", 4);
        apiserver::LocalCluster cluster(*bench.server, bench.executor, "window");
        const api::ResourceName& resource = api::kindOf<lab::ReconcileQueue>().name;
        std::size_t listed = 0;
        cluster.list(resource, {}, [&](Result<client::ObjectList> list) { listed = list->items.size(); });
        int waiting = 0;
        cluster.get(resource, "", "a", [&](Result<api::ObjectPtr> object) {
            waiting = (*object)->as<lab::ReconcileQueue>().waiting();
        });
        int told = 0;
        const auto watch = cluster.watch(resource, {}, {[&](const client::WatchEvent&) { ++told; }, {}});
        bench.settle();
        bench.put("a", 5);
        bench.settle(gathered);
        QCOMPARE(listed, std::size_t{1});
        QCOMPARE(waiting, 4);
        QCOMPARE(told, 2);
    }
};

QTEST_GUILESS_MAIN(TestApiserverComputed)
#include "test_apiserver_computed.moc"
