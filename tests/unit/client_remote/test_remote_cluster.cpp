#include "engine/apiserver/local_cluster.h"
#include "engine/client/openapi.h"
#include "served_lab.h"

#include <QTest>
#include <algorithm>
#include <future>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using namespace wheelhouse::client;
namespace core = wheelhouse::api::core;
namespace policy = wheelhouse::api::policy;

namespace {

core::ConfigMap map(const std::string& name, const std::string& value) {
    core::ConfigMap made;
    made.mutable_metadata()->set_name(name);
    (*made.mutable_data())["k"] = value;
    return made;
}

/// What a watch has said so far. Filled on the remote's executor, read with `snapshot`.
struct Seen {
    std::vector<std::string> events;
    std::vector<Status> ends;
    WatchSink sink() {
        return {[this](const WatchEvent& event) {
                    static const char* names[] = {"+", "~", "-", "bookmark"};
                    events.push_back(names[static_cast<int>(event.type)] +
                                     (event.object ? event.object->name() : "") +
                                     (event.initialEventsEnd ? "!" : ""));
                },
                [this](Status status) { ends.push_back(std::move(status)); }};
    }
};

} // namespace

#define MUST(result)                                                                                         \
    do {                                                                                                     \
        const auto& must = (result);                                                                         \
        QVERIFY2(must.has_value(), must ? "" : must.error().message.c_str());                                \
    } while (false)

class TestRemoteCluster : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void init() { lab_ = std::make_unique<Lab>(); }
    void cleanup() { lab_.reset(); }

    void createsReadsUpdatesAndDeletes() {
        auto created = lab_->create(configMaps, body(map("a", "1")));
        MUST(created);
        QVERIFY(created->created);
        QVERIFY(created->object);
        QVERIFY(created->object->revision() > 0);
        QVERIFY(!created->object->uid().empty());
        auto again = lab_->create(configMaps, body(map("a", "1")));
        QVERIFY(!again);
        QCOMPARE(again.error().reason, Reason::AlreadyExists);
        QCOMPARE(again.error().name, std::string("a"));

        auto got = lab_->remote->get(configMaps, "default", "a");
        MUST(got);
        QCOMPARE((*got)->bytes(), created->object->bytes());
        auto changed = (*got)->as<core::ConfigMap>();
        (*changed.mutable_data())["k"] = "2";
        auto updated = lab_->update(configMaps, "a", body(changed));
        MUST(updated);
        QVERIFY(!updated->created);
        QCOMPARE(updated->object->as<core::ConfigMap>().data().at("k"), std::string("2"));
        auto stale = lab_->update(configMaps, "a", body(changed));
        QVERIFY(!stale);
        QCOMPARE(stale.error().reason, Reason::Conflict);

        auto wrong = lab_->remove(configMaps, "a", {.uid = Uid("somebody-else")});
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().reason, Reason::Conflict);
        auto removed = lab_->remove(configMaps, "a", {.uid = created->object->uid()});
        MUST(removed);
        auto gone = lab_->remote->get(configMaps, "default", "a");
        QVERIFY(!gone);
        QCOMPARE(gone.error().reason, Reason::NotFound);
        QCOMPARE(gone.error().name, std::string("a"));
    }

    void patchesAndValidates() {
        MUST(lab_->create(configMaps, body(map("a", "1"))));
        auto patched = lab_->remote->await<Written>([](Cluster& c, auto done) {
            c.patch(configMaps, "default", "a", api::PatchType::Merge, "{\"data\":{\"k\":\"2\"}}", {}, done);
        });
        MUST(patched);
        QCOMPARE(patched->object->as<core::ConfigMap>().data().at("k"), std::string("2"));
        const RawBody raw{
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"b\"},\"colour\":1}",
            "application/json"};
        auto warned = lab_->create(configMaps, raw, {.fieldValidation = "Warn"});
        MUST(warned);
        QCOMPARE(warned->warnings.size(), std::size_t(1));
        QVERIFY2(warned->warnings[0].find("\"colour\"") != std::string::npos, warned->warnings[0].c_str());
        auto strict = lab_->create(configMaps, raw, {.fieldValidation = "Strict"});
        QVERIFY(!strict);
        auto invalid = lab_->create(configMaps, body(map("NO GOOD", "1")));
        QVERIFY(!invalid);
        QCOMPARE(invalid.error().reason, Reason::Invalid);
        QCOMPARE(invalid.error().causes.size(), std::size_t(1));
        QCOMPARE(invalid.error().causes[0].field, std::string("metadata.name"));
        auto dry = lab_->create(configMaps, body(map("dry", "1")), {.dryRun = true});
        MUST(dry);
        QVERIFY(!lab_->remote->get(configMaps, "default", "dry"));
    }

    void listsInPages() {
        for (int i = 0; i < 25; ++i)
            MUST(lab_->create(configMaps, body(map("map-" + std::to_string(10 + i), "1"))));
        auto first = lab_->list(configMaps, {.nameSpace = "default", .limit = 10});
        MUST(first);
        QCOMPARE(first->items.size(), std::size_t(10));
        QVERIFY(first->revision > 0);
        QCOMPARE(first->remaining.value_or(0), std::int64_t(15));
        auto rest = lab_->list(configMaps, {.nameSpace = "default", .continueToken = first->continueToken});
        MUST(rest);
        QCOMPARE(rest->items.size(), std::size_t(15));
        QCOMPARE(rest->items.back()->name(), std::string("map-34"));
        auto one = lab_->list(configMaps, {.fieldSelector = "metadata.name=map-20"});
        MUST(one);
        QCOMPARE(one->items.size(), std::size_t(1));
        auto bad = lab_->list(configMaps, {.labelSelector = "a in"});
        QVERIFY(!bad);
        QCOMPARE(bad.error().reason, Reason::BadRequest);
    }

    void watchesFromState() {
        MUST(lab_->create(configMaps, body(map("before", "1"))));
        Seen seen;
        std::unique_ptr<Subscription> watch;
        run([&] {
            watch =
                cluster().watch(configMaps, {.nameSpace = "default", .sendInitialEvents = true}, seen.sink());
        });
        QTRY_COMPARE(events(seen), (std::vector<std::string>{"+before", "bookmark!"}));
        MUST(lab_->create(configMaps, body(map("after", "1"))));
        MUST(lab_->update(configMaps, "after", body(map("after", "2"))));
        MUST(lab_->remove(configMaps, "after"));
        QTRY_COMPARE(events(seen),
                     (std::vector<std::string>{"+before", "bookmark!", "+after", "~after", "-after"}));
        run([&] { watch.reset(); });
        MUST(lab_->create(configMaps, body(map("unseen", "1"))));
        QCOMPARE(events(seen).size(), std::size_t(5));
        QTRY_VERIFY(lab_->front->server().counters().connections <= 16);
    }

    void watchesSinceRevision() {
        auto created = lab_->create(configMaps, body(map("a", "1")));
        MUST(created);
        Seen seen;
        std::unique_ptr<Subscription> watch;
        run([&] {
            watch = cluster().watch(configMaps, {.since = created->object->revision()}, seen.sink());
        });
        MUST(lab_->create(configMaps, body(map("b", std::string(500'000, 'x')))));
        for (int i = 0; i < 200; ++i)
            MUST(lab_->create(configMaps, body(map("c" + std::to_string(i), "1"))));
        QTRY_COMPARE(events(seen).size(), std::size_t(201));
        QCOMPARE(events(seen)[0], std::string("+b"));
        QCOMPARE(events(seen)[200], std::string("+c199"));
        run([&] { watch.reset(); });
    }

    void watchEndsWithTheServer() {
        Seen seen;
        std::unique_ptr<Subscription> watch;
        run([&] { watch = cluster().watch(configMaps, {.sendInitialEvents = true}, seen.sink()); });
        QTRY_VERIFY(!events(seen).empty());
        lab_->front->stop();
        QTRY_COMPARE(ends(seen).size(), std::size_t(1));
        QCOMPARE(ends(seen)[0].reason, Reason::ServiceUnavailable);
        run([&] { watch.reset(); });
    }

    void badWatchSaysWhy() {
        Seen seen;
        std::unique_ptr<Subscription> watch;
        run([&] { watch = cluster().watch(configMaps, {.labelSelector = "a in"}, seen.sink()); });
        QTRY_COMPARE(ends(seen).size(), std::size_t(1));
        QCOMPARE(ends(seen)[0].reason, Reason::BadRequest);
        run([&] { watch.reset(); });
    }

    void bindsAndEvicts() {
        MUST(lab_->create(pods, body(pod("p"))));
        core::Binding binding;
        binding.mutable_metadata()->set_name("p");
        binding.mutable_target()->set_kind("Node");
        binding.mutable_target()->set_name("n1");
        MUST(lab_->create(pods, body(binding), {.subresource = "binding"}));
        auto got = lab_->remote->get(pods, "default", "p");
        MUST(got);
        QCOMPARE((*got)->as<core::Pod>().spec().nodename(), std::string("n1"));
        auto status = (*got)->as<core::Pod>();
        status.mutable_status()->set_phase("Running");
        MUST(lab_->update(pods, "p", body(status), {.subresource = "status"}));
        QCOMPARE((*lab_->remote->get(pods, "default", "p"))->as<core::Pod>().status().phase(),
                 std::string("Running"));
    }

    void logsStream() {
        MUST(lab_->create(pods, body(pod("p"))));
        core::Binding binding;
        binding.mutable_metadata()->set_name("p");
        binding.mutable_target()->set_name("n1");
        MUST(lab_->create(pods, body(binding), {.subresource = "binding"}));
        auto got = lab_->remote->get(pods, "default", "p");
        MUST(got);
        auto running = (*got)->as<core::Pod>();
        auto* container = running.mutable_status()->add_containerstatuses();
        container->set_name("c");
        container->mutable_state()->mutable_running();
        MUST(lab_->update(pods, "p", body(running), {.subresource = "status"}));
        std::string text;
        int ends = 0;
        std::unique_ptr<Subscription> logs;
        run([&] {
            logs = cluster().logs("default", "p", {.container = "c", .follow = true, .tailLines = 7},
                                  {[&](std::string_view data) { text += data; },
                                   [&](Result<void> result) {
                                       if (!result) text += result.error().message;
                                       ends += result ? 1 : 100;
                                   }});
        });
        QTRY_VERIFY(onControl([&] { return static_cast<bool>(lab_->streams.onData); }) || copy(ends) > 0);
        QCOMPARE(copy(text), std::string());
        lab_->control.run([&] {
            lab_->streams.onData("one\n");
            lab_->streams.onData("two\n");
        });
        QTRY_COMPARE(copy(text), std::string("one\ntwo\n"));
        lab_->control.run([&] { lab_->streams.onEnd({}); });
        QTRY_COMPARE(copy(ends), 1);
        run([&] { logs.reset(); });
    }

    void tablesAndText() {
        MUST(lab_->create(pods, body(pod("p"))));
        auto table = lab_->remote->await<api::Table>([](Cluster& c, auto done) { c.table(pods, {}, done); });
        MUST(table);
        QCOMPARE(table->rows.size(), std::size_t(1));
        QCOMPARE(table->columns[0].name, std::string("Name"));
        QCOMPARE(std::get<std::string>(table->rows[0].cells[0]), std::string("p"));
        QCOMPARE(table->rows[0].cells.size(), table->columns.size());
        QVERIFY(table->rows[0].object);
        QCOMPARE(table->rows[0].object->name(), std::string("p"));
        auto yaml = lab_->remote->await<std::string>(
            [](Cluster& c, auto done) { c.yaml(pods, "default", "p", done); });
        MUST(yaml);
        QVERIFY2(yaml->find("image: nginx:1.14.2") != std::string::npos, yaml->c_str());
    }

    void discovers() {
        auto found =
            lab_->remote->await<std::vector<ResourceInfo>>([](Cluster& c, auto done) { c.discover(done); });
        MUST(found);
        const auto at =
            std::find_if(found->begin(), found->end(), [](const auto& info) { return info.name == pods; });
        QVERIFY(at != found->end());
        QCOMPARE(at->kind, std::string("Pod"));
        QVERIFY(at->namespaced);
        QVERIFY(std::find(at->subresources.begin(), at->subresources.end(), "log") != at->subresources.end());
        QVERIFY(
            std::any_of(found->begin(), found->end(), [](const auto& i) { return i.name.group == "apps"; }));
    }

    /// What kinds look like is told the same from here and from far away.
    void schemas() {
        using Text = std::shared_ptr<const std::string>;
        const auto far = [&](const std::string& apiVersion) {
            return lab_->remote->await<Text>([&](Cluster& c, auto done) {
                auto* source = client::schemaSourceOf(c);
                if (source == nullptr) return done(fail(Reason::NotFound, "a cluster without schemas"));
                source->openApi(apiVersion, done);
            });
        };
        auto core = far("v1");
        MUST(core);
        auto apps = far("apps/v1");
        MUST(apps);
        QVERIFY((*core)->find("io.k8s.api.core.v1.Pod") != std::string::npos);
        QVERIFY((*apps)->find("io.k8s.api.apps.v1.Deployment") != std::string::npos);
        for (const char* nowhere : {"apps/v9", "no such/v1", "../v1", ""}) {
            const auto answer = far(nowhere);
            QVERIFY2(!answer, nowhere);
        }
        auto& executor = lab_->remote->executor;
        std::unique_ptr<apiserver::LocalCluster> near;
        std::promise<Result<Text>> told;
        executor.run([&] {
            near = std::make_unique<apiserver::LocalCluster>(*lab_->api, executor, "window");
            near->openApi("apps/v1", [&](Result<Text> answer) { told.set_value(std::move(answer)); });
        });
        auto future = told.get_future();
        QVERIFY(future.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
        const auto same = future.get();
        executor.run([&] { near.reset(); });
        QVERIFY(same && **same == **apps);
    }

    void anonymousIsRefused() {
        auto endpoint = RemoteBench::endpoint(*lab_->front, lab_->front->port());
        endpoint.clientCertificatePem.clear();
        endpoint.clientKeyPem.clear();
        RemoteBench nobody(endpoint, lab_->front->io);
        auto got = nobody.get(configMaps, "default", "a");
        QVERIFY(!got);
        QCOMPARE(got.error().reason, Reason::Unauthorized);
        endpoint.bearerToken = "made-up";
        RemoteBench token(endpoint, lab_->front->io);
        got = token.get(configMaps, "default", "a");
        QVERIFY(!got);
        QCOMPARE(got.error().reason, Reason::Unauthorized);
    }

  private:
    Cluster& cluster() { return *lab_->remote->cluster; }
    void run(const Task& task) { lab_->remote->executor.run(task); }
    template <class T>
    T copy(const T& value) {
        T copied;
        run([&] { copied = value; });
        return copied;
    }
    std::vector<std::string> events(const Seen& seen) { return copy(seen.events); }
    std::vector<Status> ends(const Seen& seen) { return copy(seen.ends); }
    bool onControl(const std::function<bool()>& question) {
        bool answer = false;
        lab_->control.run([&] { answer = question(); });
        return answer;
    }

    std::unique_ptr<Lab> lab_;
};

QTEST_GUILESS_MAIN(TestRemoteCluster)
#include "test_remote_cluster.moc"
