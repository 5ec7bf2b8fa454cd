#include "api_bench.h"
#include "engine/api/types.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/system.h"

#include <QtTest>
#include <atomic>
#include <condition_variable>
#include <mutex>

using namespace wheelhouse;
using namespace wheelhouse::apiserver::test;
using apiserver::LocalCluster;

namespace {
const api::ResourceName configMaps{"", "v1", "configmaps"};
const api::ResourceName podsName{"", "v1", "pods"};
QString q(const std::string& text) {
    return QString::fromStdString(text);
}

api::core::ConfigMap map(const std::string& name) {
    api::core::ConfigMap map;
    map.mutable_metadata()->set_name(name);
    return map;
}

/// Keeps the one answer of a call.
template <class T>
struct Kept {
    std::optional<Result<T>> result;
    client::Callback<T> callback() {
        return [this](Result<T> r) { result = std::move(r); };
    }
    bool ok() const { return result && result->has_value(); }
};
} // namespace

/// The in-process cluster: the same answers as over HTTP, on the right executor, never inside the call.
class TestLocalCluster : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void readsAndWrites() {
        ApiBench bench;
        LocalCluster cluster(*bench.server, bench.executor, "system:tester");
        Kept<client::Written> created;
        cluster.create(configMaps, "default", client::body(map("a")), {}, created.callback());
        QVERIFY(!created.result); // never inside the call
        bench.settle();
        QVERIFY(created.ok());
        QVERIFY((*created.result)->created);
        const auto object = (*created.result)->object;
        QCOMPARE(q(object->key()), QString("default/a"));

        Kept<api::ObjectPtr> read;
        cluster.get(configMaps, "default", "a", read.callback());
        QVERIFY(!read.result);
        bench.settle();
        QCOMPARE(read.result->value().get(), object.get()); // passed by pointer

        auto changed = object->as<api::core::ConfigMap>();
        (*changed.mutable_data())["k"] = "v";
        Kept<client::Written> updated;
        cluster.update(configMaps, "default", "a", client::body(changed), {}, updated.callback());
        Kept<client::Written> stale;
        cluster.update(configMaps, "default", "a", client::body(changed), {}, stale.callback());
        bench.settle();
        QVERIFY(updated.ok());
        QVERIFY(!stale.ok());
        QCOMPARE(stale.result->error().reason, Reason::Conflict);

        Kept<client::Written> patched;
        cluster.patch(configMaps, "default", "a", api::PatchType::Merge, J("{'data':{'k':'w'}}"), {},
                      patched.callback());
        Kept<client::ObjectList> list;
        bench.settle();
        cluster.list(configMaps, {"default"}, list.callback());
        bench.settle();
        QCOMPARE(list.result->value().items.size(), std::size_t{1});
        QCOMPARE(q(list.result->value().items[0]->as<api::core::ConfigMap>().data().at("k")), QString("w"));

        Kept<client::Written> wrong;
        client::DeleteOptions precondition;
        precondition.uid = Uid("someone else");
        cluster.remove(configMaps, "default", "a", precondition, wrong.callback());
        Kept<client::Written> removed;
        cluster.remove(configMaps, "default", "a", {}, removed.callback());
        bench.settle();
        QCOMPARE(wrong.result->error().reason, Reason::Conflict);
        QVERIFY(removed.ok());
        QVERIFY(!(*removed.result)->object);
        Kept<api::ObjectPtr> gone;
        cluster.get(configMaps, "default", "a", gone.callback());
        bench.settle();
        QCOMPARE(gone.result->error().reason, Reason::NotFound);
    }

    void acceptsWhatAPersonTyped() {
        ApiBench bench;
        LocalCluster cluster(*bench.server, bench.executor, "system:tester");
        Kept<client::Written> created;
        cluster.create(configMaps, "default",
                       client::RawBody{"metadata:\n  name: a\ntypo: 1\n", "application/yaml"}, {},
                       created.callback());
        bench.settle();
        QVERIFY(created.ok());
        QCOMPARE((*created.result)->warnings.size(), std::size_t{1});
        Kept<std::string> yaml;
        cluster.yaml(configMaps, "default", "a", yaml.callback());
        Kept<api::Table> table;
        cluster.table(configMaps, {}, table.callback());
        Kept<std::vector<client::ResourceInfo>> resources;
        cluster.discover(resources.callback());
        bench.settle();
        QVERIFY(q(yaml.result->value()).contains("kind: ConfigMap"));
        QCOMPARE(table.result->value().rows.size(), std::size_t{1});
        QVERIFY(resources.result->value().size() > 10);
        Kept<client::ObjectList> unknown;
        cluster.list({"", "v1", "nonsense"}, {}, unknown.callback());
        bench.settle();
        QCOMPARE(unknown.result->error().reason, Reason::NotFound);
    }

    void bindsThroughTheSubresource() {
        ApiBench bench;
        bench.send("POST", "/api/v1/namespaces/default/pods", pod("p"), json);
        LocalCluster cluster(*bench.server, bench.executor, "system:kube-scheduler");
        api::core::Binding binding;
        binding.mutable_metadata()->set_name("p");
        binding.mutable_target()->set_kind("Node");
        binding.mutable_target()->set_name("n1");
        client::WriteOptions options;
        options.subresource = "binding";
        Kept<client::Written> bound;
        cluster.update(podsName, "default", "p", client::body(binding), options, bound.callback());
        Kept<client::Written> again;
        cluster.create(podsName, "default", client::body(binding), options, again.callback());
        bench.settle();
        QVERIFY(bound.ok());
        QCOMPARE(again.result->error().reason, Reason::Conflict); // by the name in its metadata
    }

    void watches() {
        ApiBench bench;
        LocalCluster cluster(*bench.server, bench.executor, "system:tester");
        bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap("a"), json);
        std::string seen;
        client::WatchOptions options;
        options.sendInitialEvents = true;
        auto watch = cluster.watch(configMaps, options,
                                   {[&](const client::WatchEvent& event) {
                                        static const char* names[] = {"+", "~", "-", "|"};
                                        seen += names[static_cast<int>(event.type)];
                                        if (event.object) seen += event.object->name();
                                        if (event.initialEventsEnd) seen += "end";
                                    },
                                    nullptr});
        QVERIFY(seen.empty());
        bench.settle();
        QCOMPARE(q(seen), QString("+a|end"));
        bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap("b"), json);
        bench.send("DELETE", "/api/v1/namespaces/default/configmaps/a");
        bench.settle();
        QCOMPARE(q(seen), QString("+a|end+b-a"));
        watch.reset();
        bench.send("DELETE", "/api/v1/namespaces/default/configmaps/b");
        bench.settle();
        QCOMPARE(q(seen), QString("+a|end+b-a"));
    }

    void expiredWatchesEnd() {
        ApiBench bench;
        LocalCluster cluster(*bench.server, bench.executor, "system:tester");
        for (const char* name : {"a", "b"})
            bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap(name), json);
        bench.store->compact(bench.store->revision());
        std::optional<Status> end;
        client::WatchOptions options;
        options.since = 1;
        auto watch = cluster.watch(configMaps, options, {nullptr, [&](Status why) { end = std::move(why); }});
        bench.settle();
        QVERIFY(end.has_value());
        QCOMPARE(end->reason, Reason::Expired);
    }

    void stoppedServerAnswers() {
        ApiBench bench;
        LocalCluster cluster(*bench.server, bench.executor, "system:tester");
        bench.running.clear();
        bench.server.reset();
        Kept<client::ObjectList> list;
        cluster.list(configMaps, {}, list.callback());
        bench.settle();
        QCOMPARE(list.result->error().reason, Reason::ServiceUnavailable);
    }

    /// From a thread of its own: answers come there, watch events in bursts.
    void anotherExecutor() {
        ThreadExecutor control("control");
        ThreadExecutor window("window");
        SeededRandom random(3);
        std::unique_ptr<store::Store> store;
        std::unique_ptr<apiserver::ApiServer> server;
        control.run([&] {
            store = std::move(*store::Store::open(store::makeMemoryBackend(), control));
            server = std::make_unique<apiserver::ApiServer>(*store, control, random, nullptr);
        });
        std::atomic<bool> started{false};
        control.run([&] { server->start([&](const Result<void>&) { started = true; }); });
        QTRY_VERIFY(started);
        std::atomic<int> events{0};
        std::atomic<int> written{0};
        std::atomic<bool> elsewhere{false};
        std::unique_ptr<LocalCluster> cluster;
        std::unique_ptr<client::Subscription> watch;
        window.run([&] {
            cluster = std::make_unique<LocalCluster>(*server, window, "admin");
            watch = cluster->watch(configMaps, {},
                                   {[&](const client::WatchEvent&) {
                                        if (!window.isCurrent()) elsewhere = true;
                                        ++events;
                                    },
                                    nullptr});
            for (int i = 0; i < 200; ++i)
                cluster->create(configMaps, "default", client::body(map("m" + std::to_string(i))), {},
                                [&](const Result<client::Written>& result) {
                                    if (!window.isCurrent()) elsewhere = true;
                                    if (result) ++written;
                                });
        });
        QTRY_COMPARE(written.load(), 200);
        QTRY_COMPARE(events.load(), 200);
        QVERIFY(!elsewhere);
        window.run([&] {
            watch.reset();
            cluster.reset();
        });
        control.run([&] {
            server.reset();
            store.reset();
        });
    }
};

QTEST_GUILESS_MAIN(TestLocalCluster)
#include "test_local_cluster.moc"
