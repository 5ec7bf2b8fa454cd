#include "remote_bench.h"

#include <QTest>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using namespace wheelhouse::client;
using apiserver::HttpOptions;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

apiserver::Bytes bytes(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

apiserver::Response jsonAnswer(int code, std::string body) {
    return {code, {{"content-type", "application/json"}}, bytes(std::move(body))};
}

const std::string emptyMap = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}";

} // namespace

#define SAYS(text, part)                                                                                     \
    do {                                                                                                     \
        const std::string said = (text);                                                                     \
        QVERIFY2(has(said, part), said.c_str());                                                             \
    } while (false)

/// Servers that are not there, not who they say, slow, or talk nonsense.
class TestRemoteWeather : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nobodyListens() {
        ServerFixture f;
        const auto port = f.port();
        f.stop();
        // The port may take a moment to be free.
        QTRY_VERIFY(!RawTls(port, f.client()).connected());
        RemoteBench bench(RemoteBench::endpoint(f, port), f.io);
        const auto got = bench.get(configMaps, "default", "a");
        QVERIFY(!got);
        QCOMPARE(got.error().reason, Reason::ServiceUnavailable);
        SAYS(got.error().message,
             "https://127.0.0.1:" + std::to_string(port) + " cannot be reached: Connection refused");
    }

    void certificateOfAnotherCa() {
        ServerFixture f, other;
        auto endpoint = RemoteBench::endpoint(f, f.port());
        endpoint.caPem = other.pki->caPem();
        RemoteBench bench(endpoint, f.io);
        const auto got = bench.get(configMaps, "default", "a");
        QVERIFY(!got);
        SAYS(got.error().message, "its certificate is not trusted");
        QCOMPARE(f.handler.handled(), 0);
    }

    void certificateOfAnotherName() {
        ServerFixture f;
        auto endpoint = RemoteBench::endpoint(f, f.port());
        endpoint.tlsServerName = "elsewhere.example";
        RemoteBench bench(endpoint, f.io);
        const auto got = bench.get(configMaps, "default", "a");
        QVERIFY(!got);
        SAYS(got.error().message, "its certificate is not trusted");
        endpoint.tlsServerName = "kubernetes.default.svc";
        RemoteBench again(endpoint, f.io);
        (void)again.get(configMaps, "default", "a");
        QCOMPARE(f.handler.handled(), 1);
    }

    void unusableEndpoints() {
        ServerFixture f;
        for (const char* url :
             {"http://127.0.0.1:1", "", "https://", "https://user@127.0.0.1:1", "nonsense"}) {
            Endpoint endpoint;
            endpoint.url = url;
            RemoteBench bench(endpoint, f.io);
            const auto got = bench.get(configMaps, "default", "a");
            QVERIFY2(!got, url);
            QCOMPARE(got.error().reason, Reason::ServiceUnavailable);
        }
        auto endpoint = RemoteBench::endpoint(f, f.port());
        endpoint.clientKeyPem = "rubbish";
        RemoteBench bench(endpoint, f.io);
        SAYS(bench.get(configMaps, "default", "a").error().message, "client certificate or key");
    }

    void silentServerBlocksNothing() {
        // Accepts and never says a word: the handshake is never answered.
        ServerFixture f;
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        QCOMPARE(::listen(fd, 16), 0);
        socklen_t size = sizeof address;
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
        RemoteBench dead(RemoteBench::endpoint(f, ntohs(address.sin_port)), f.io);
        std::atomic<bool> deadAnswered{false};
        dead.executor.post(
            [&] { dead.cluster->get(configMaps, "default", "a", [&](auto) { deadAnswered = true; }); });
        RemoteBench alive(RemoteBench::endpoint(f, f.port()), f.io);
        (void)alive.get(configMaps, "default", "a");
        QCOMPARE(f.handler.handled(), 1);
        QVERIFY(!deadAnswered);
        QTRY_VERIFY_WITH_TIMEOUT(deadAnswered, 15'000);
        ::close(fd);
    }

    void redirectsAreNotFollowed() {
        ScriptHandler script([](const apiserver::Request& request) {
            apiserver::Response response = jsonAnswer(302, "");
            response.headers.emplace_back("location", request.path + "/elsewhere");
            return response;
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        const auto got = bench.get(configMaps, "default", "a");
        QVERIFY(!got);
        SAYS(got.error().message, "redirects");
        QCOMPARE(script.requests.load(), 1);
    }

    void answersThatAreNonsense_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("reason");
        QTest::newRow("HTML") << 502 << "text/html" << QByteArray("<html>bad gateway")
                              << int(Reason::InternalError);
        QTest::newRow("broken JSON") << 200 << "application/json" << QByteArray("{")
                                     << int(Reason::InternalError);
        QTest::newRow("no envelope") << 200 << "application/vnd.kubernetes.protobuf" << QByteArray("abc")
                                     << int(Reason::InternalError);
        QTest::newRow("rubbish in the envelope")
            << 200 << "application/vnd.kubernetes.protobuf" << QByteArray("k8s\0\xff\xff\xff", 7)
            << int(Reason::InternalError);
        QTest::newRow("Status")
            << 409 << "application/json"
            << QByteArray(
                   "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"reason\":\"AlreadyExists\",\"code\":409}")
            << int(Reason::AlreadyExists);
        QTest::newRow("no body") << 403 << "text/plain" << QByteArray() << int(Reason::Forbidden);
    }
    void answersThatAreNonsense() {
        QFETCH(int, code);
        QFETCH(QString, type);
        QFETCH(QByteArray, body);
        QFETCH(int, reason);
        ScriptHandler script([&](const apiserver::Request&) {
            return apiserver::Response{
                code, {{"content-type", type.toStdString()}}, bytes(body.toStdString())};
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        const auto got = bench.get(configMaps, "default", "a");
        QVERIFY(!got);
        QCOMPARE(int(got.error().reason), reason);
        QVERIFY(!got.error().message.empty() || code == 409);
        const auto list =
            bench.await<ObjectList>([](Cluster& c, auto done) { c.list(configMaps, {}, std::move(done)); });
        QVERIFY(!list);
        const auto table =
            bench.await<api::Table>([](Cluster& c, auto done) { c.table(configMaps, {}, std::move(done)); });
        QVERIFY(!table);
    }

    void manyCallsShareFewConnections() {
        ScriptHandler script([](const apiserver::Request&) { return jsonAnswer(200, emptyMap); });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        std::atomic<int> answered{0}, good{0};
        bench.executor.run([&] {
            for (int i = 0; i < 500; ++i)
                bench.cluster->get(configMaps, "default", "a", [&](Result<ObjectPtr> got) {
                    good += got && *got && (*got)->name() == "a";
                    ++answered;
                });
        });
        QTRY_COMPARE_WITH_TIMEOUT(answered.load(), 500, 20'000);
        QCOMPARE(good.load(), 500);
        QVERIFY(f.server().counters().connections <= 16);
    }

    void answersBelongToTheirRequests() {
        ScriptHandler script([](const apiserver::Request& request) {
            return jsonAnswer(409, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"message\":\"" +
                                       request.path + "\"}");
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        for (int i = 0; i < 3000; ++i) {
            const auto name = "map-" + std::to_string(i);
            const auto got = bench.await<Written>([&](Cluster& c, auto done) {
                c.patch(configMaps, "default", name, api::PatchType::Merge, "{}", {}, std::move(done));
            });
            QVERIFY(!got);
            SAYS(got.error().message + ";", "/api/v1/namespaces/default/configmaps/" + name + ";");
        }
        QCOMPARE(script.requests.load(), 3000);
    }

    void keptConnectionThatDiedIsReplaced() {
        ScriptHandler script([](const apiserver::Request&) { return jsonAnswer(200, emptyMap); });
        ServerFixture f([](HttpOptions& options) { options.limits.idle = std::chrono::milliseconds(80); },
                        &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        for (int i = 0; i < 5; ++i) {
            const auto got = bench.get(configMaps, "default", "a");
            QVERIFY2(got, got ? "" : got.error().message.c_str());
            QTRY_COMPARE(f.server().counters().connections, std::size_t(0));
        }
    }

    void destroyedClusterCallsNothingBack() {
        ScriptHandler script([](const apiserver::Request&) { return jsonAnswer(200, emptyMap); });
        ServerFixture f({}, &script);
        std::atomic<int> answers{0};
        {
            RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
            bench.executor.run([&] {
                bench.cluster->get(configMaps, "default", "a", [&](auto) { ++answers; });
                bench.cluster.reset();
            });
        }
        QTRY_COMPARE(script.requests.load(), 1);
        QTRY_COMPARE(f.server().counters().connections, std::size_t(0));
        QCOMPARE(answers.load(), 0);
    }

    void unknownWatchListAndHttpErrorsEndTheWatch() {
        ScriptHandler script([](const apiserver::Request&) {
            return jsonAnswer(422, "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"reason\":\"Invalid\","
                                   "\"message\":\"no\",\"code\":422}");
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        std::promise<Status> ended;
        std::unique_ptr<Subscription> watch;
        bench.executor.run([&] {
            watch = bench.cluster->watch(
                configMaps, {.sendInitialEvents = true},
                {[](const WatchEvent&) {}, [&](Status s) { ended.set_value(std::move(s)); }});
        });
        auto future = ended.get_future();
        QVERIFY(future.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
        QCOMPARE(future.get().reason, Reason::Invalid);
        bench.executor.run([&] { watch.reset(); });
    }

    void discoveryWithoutAggregation() {
        ScriptHandler script([](const apiserver::Request& request) {
            if (request.path == "/api")
                return jsonAnswer(200, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}");
            if (request.path == "/apis")
                return jsonAnswer(200,
                                  "{\"kind\":\"APIGroupList\",\"groups\":[{\"name\":\"apps\",\"versions\":"
                                  "[{\"groupVersion\":\"apps/v1\"}]},{\"name\":\"down\",\"versions\":"
                                  "[{\"groupVersion\":\"down/v1\"}]}]}");
            if (request.path == "/api/v1")
                return jsonAnswer(
                    200,
                    "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":["
                    "{\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,\"kind\":\"Pod\","
                    "\"verbs\":[\"get\"],\"shortNames\":[\"po\"],\"categories\":[\"all\"]},"
                    "{\"name\":\"pods/log\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"get\"]}]}");
            if (request.path == "/apis/apps/v1")
                return jsonAnswer(200,
                                  "{\"kind\":\"APIResourceList\",\"groupVersion\":\"apps/v1\",\"resources\":["
                                  "{\"name\":\"deployments\",\"namespaced\":true,\"kind\":\"Deployment\"}]}");
            return jsonAnswer(503, "");
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        const auto found = bench.await<std::vector<ResourceInfo>>(
            [](Cluster& c, auto done) { c.discover(std::move(done)); });
        QVERIFY(found);
        QCOMPARE(found->size(), std::size_t(2));
        QCOMPARE(found->at(0).kind, std::string("Pod"));
        QCOMPARE(found->at(0).shortNames, std::vector<std::string>{"po"});
        QCOMPARE(found->at(0).subresources, std::vector<std::string>{"log"});
        QVERIFY(found->at(0).namespaced);
        QCOMPARE(found->at(1).name.apiVersion(), std::string("apps/v1"));
    }

    void kindsUnknownHere() {
        ScriptHandler script([](const apiserver::Request& request) {
            if (has(std::string(request.header("accept")), "as=Table"))
                return jsonAnswer(
                    200, "{\"kind\":\"Table\",\"metadata\":{\"resourceVersion\":\"7\"},\"columnDefinitions\":"
                         "[{\"name\":\"Name\",\"type\":\"string\",\"format\":\"name\",\"priority\":0},"
                         "{\"name\":\"Size\",\"type\":\"integer\",\"priority\":1}],\"rows\":"
                         "[{\"cells\":[\"a\",3]},{\"cells\":[\"b\",null]}]}");
            return jsonAnswer(
                200, "{\"apiVersion\":\"acme.example/v1\",\"kind\":\"Anvil\",\"metadata\":{\"name\":\"a\"},"
                     "\"spec\":{\"size\":3}}");
        });
        ServerFixture f({}, &script);
        RemoteBench bench(RemoteBench::endpoint(f, f.port()), f.io);
        const ResourceName anvils{"acme.example", "v1", "anvils"};
        const auto got = bench.get(anvils, "default", "a");
        QVERIFY(got);
        QVERIFY(*got == nullptr);
        const auto table =
            bench.await<api::Table>([&](Cluster& c, auto done) { c.table(anvils, {}, std::move(done)); });
        QVERIFY2(table, table ? "" : table.error().message.c_str());
        QCOMPARE(table->columns.size(), std::size_t(2));
        QCOMPARE(table->columns[1].priority, 1);
        QCOMPARE(table->resourceVersion, std::string("7"));
        QCOMPARE(std::get<std::int64_t>(table->rows[0].cells[1]), std::int64_t(3));
        QVERIFY(!table->rows[0].object);
        const auto yaml = bench.await<std::string>(
            [&](Cluster& c, auto done) { c.yaml(anvils, "default", "a", std::move(done)); });
        QVERIFY(yaml);
        SAYS(*yaml, "kind: Anvil");
        SAYS(*yaml, "size: 3");
    }
};

QTEST_GUILESS_MAIN(TestRemoteWeather)
#include "test_remote_weather.moc"
