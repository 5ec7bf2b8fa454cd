// The holes other Kubernetes servers have had, each by its CVE number: where the test is that would fail if
// we had it too. Bodies that cost more to read than to send are tried here, through the real HTTPS server.
#include "api_bench.h"
#include "engine/api/codec.h"
#include "engine/base/system.h"
#include "http_fixture.h"

#include <QFile>
#include <QtTest>
#include <ctime>
#include <future>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using apiserver::test::J;

namespace {

/// A hole and the test of it: a file of the tree and the function in it.
struct Hole {
    const char* cve;
    const char* what;
    const char* file;
    const char* function;
};

constexpr const char* here = "unit/cve/test_cve.cpp";
constexpr const char* proxy = "unit/apiserver_streams/test_proxy.cpp";
constexpr const char* observe = "unit/apiserver/test_apiserver_observe.cpp";
constexpr const char* custom = "unit/apiserver/test_apiserver_custom.cpp";
constexpr const char* admission = "unit/auth/test_auth_admission.cpp";

constexpr Hole holes[] = {
    {"2018-1002102", "a node's redirect is followed", proxy, "cve_2018_1002102_aNodesRedirectIsNotFollowed"},
    {"2018-1002105", "a refused upgrade leaves a connection with the server's rights", proxy,
     "cve_2018_1002105"},
    {"2018-1002105", "the same, at the level of HTTP", "unit/http/test_http_upgrade.cpp", "cve_2018_1002105"},
    {"2019-11247", "a cluster-scoped object through a namespaced path", "unit/auth/test_auth_rbac.cpp",
     "cve_2019_11247_clusterScopedThroughNamespacedPath"},
    {"2019-11247", "the same, of a custom kind", custom, "cve_2019_11247_scopeIsThatOfTheDefinition"},
    {"2019-11253", "YAML whose aliases grow without end", here, "cve_2019_11253_and_11254_heavyYaml"},
    {"2019-11254", "YAML that takes long to read", here, "cve_2019_11253_and_11254_heavyYaml"},
    {"2019-1002100", "a JSON patch of very many operations", here, "cve_2019_1002100_manyOperations"},
    {"2020-8552", "metrics with a label for every path somebody invents", observe,
     "unboundedMetricLabels_CVE_2020_8552"},
    {"2020-8554", "external addresses of services", admission, "cve_2020_8554_externalIps"},
    {"2020-8558", "a port that asks nobody who they are", "integration/kubectl/test_bad_input.cpp",
     "cve_2020_8558_everyPortAsksWhoYouAre"},
    {"2020-8558", "anonymous requests", "unit/auth/test_auth_rbac.cpp",
     "cve_2020_8558_nothingWithoutCredentials"},
    {"2020-8559", "a pod's redirect is followed with the client's credentials", proxy, "cve_2020_8559"},
    {"2020-8562", "a proxied address is checked, then resolved anew", proxy,
     "cve_2020_8562_nothingIsResolved"},
    {"2022-3162", "one custom kind read through another", custom,
     "cve_2022_3162_oneCustomTypeIsNotReadThroughAnother"},
    {"2022-3172", "a service's answer sends the client elsewhere", proxy,
     "cve_2022_3172_aServiceCannotSendRequestsElsewhere"},
    {"2022-3294", "a node's address leads to the control plane", proxy, "cve_2022_3294"},
    {"2023-2727", "policy does not look at ephemeral containers", "unit/auth/test_auth_pod_security.cpp",
     "cve_2023_2727_ephemeralContainersAreLookedAt"},
    {"2023-2728", "secrets mounted by ephemeral containers", admission,
     "cve_2023_2728_and_2024_3177_mountableSecrets"},
    {"2023-44487", "HTTP/2 streams opened and reset in masses", "unit/http/test_http_abuse.cpp",
     "cve_2023_44487_rapidReset"},
    {"2024-3177", "secrets read through envFrom", admission, "cve_2023_2728_and_2024_3177_mountableSecrets"},
    {"2025-5187", "a node has itself deleted", "unit/auth/test_auth_nodes.cpp",
     "cve_2025_5187_noOwnersForOneself"},
};

/// The API server behind its HTTPS front, as the program runs it.
class Served {
  public:
    Served() {
        control.run([this] {
            store = std::move(*store::Store::open(store::makeMemoryBackend(), control));
            server = std::make_unique<apiserver::ApiServer>(*store, control, random, nullptr);
        });
        std::promise<void> ready;
        control.post([&] { server->start([&](Result<void>) { ready.set_value(); }); });
        ready.get_future().wait();
        front = std::make_unique<ServerFixture>(std::function<void(apiserver::HttpOptions&)>(), server.get());
    }
    ~Served() {
        front.reset();
        control.run([this] {
            server.reset();
            store.reset();
        });
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    /// The code and the body of the answer.
    std::pair<int, std::string> send(const std::string& method, const std::string& path,
                                     const std::string& type, const std::string& body) const {
        const std::string answer =
            front->curl({"-X", method, "-H", "Content-Type: " + type, "-H", "Expect:", "--data-binary",
                         "@" + front->file("body", body), "-w", "\n%{http_code}"},
                        path);
        const std::size_t end = answer.rfind('\n');
        return {std::atoi(answer.c_str() + end + 1), answer.substr(0, end)};
    }

    ThreadExecutor control{"control"};
    SeededRandom random{1};
    std::unique_ptr<store::Store> store;
    std::unique_ptr<apiserver::ApiServer> server;
    std::unique_ptr<ServerFixture> front;
};

/// CPU time of this whole process: client programs are others.
double cpuSeconds() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// `count` times what `part` makes of a number.
template <class F>
std::string many(int count, F part) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += part(i);
    return out;
}

std::string text(int i) {
    return std::to_string(i);
}

constexpr int bodyBytes = 200'000;

/// Many keys, as the members of a map.
std::string manyKeys() {
    return many(bodyBytes / 12, [](int i) { return "k" + text(i) + ": v, "; });
}

/// A tenth of a second of processor time on a machine of one's own; where others slow it down, four times
/// what reading such a body takes at the same moment (the whole request takes two and a half times that).
double mostSeconds() {
    double reading = 1e9;
    for (int i = 0; i < 3; ++i) {
        const double before = cpuSeconds();
        const auto json = api::yamlToJson("data: {" + manyKeys() + "}\n");
        reading = std::min(reading, cpuSeconds() - before);
        if (!json) return 0;
    }
    return std::max(0.1, 4 * reading);
}

} // namespace

class TestCve : public QObject {
    Q_OBJECT

    static constexpr const char* configMaps = "/api/v1/namespaces/default/configmaps";
    std::unique_ptr<Served> served_;

  private Q_SLOTS:
    void initTestCase() { served_ = std::make_unique<Served>(); }
    void cleanupTestCase() { served_.reset(); }

    void everyHoleHasItsTest_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("function");
        for (const Hole& hole : holes)
            QTest::addRow("CVE-%s: %s (%s)", hole.cve, hole.what, hole.file)
                << QString(hole.file) << QString(hole.function);
    }
    void everyHoleHasItsTest() {
        QFETCH(QString, file);
        QFETCH(QString, function);
        QFile source(QStringLiteral(WHEELHOUSE_SOURCE_DIR) + "/tests/" + file);
        QVERIFY2(source.open(QIODevice::ReadOnly), qPrintable(file));
        QVERIFY2(source.readAll().contains(("void " + function + "(").toUtf8()), qPrintable(function));
    }

    void cve_2019_11253_and_11254_heavyYaml_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, int code, const std::string& yaml) {
            QTest::newRow(name) << QByteArray::fromStdString(yaml) << code;
        };
        std::string bomb = "data:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n";
        for (char c = 'b'; c <= 'k'; ++c) {
            const std::string before = std::string("*") + static_cast<char>(c - 1);
            bomb += std::string("  ") + c + ": &" + c + " [" + before +
                    many(9, [&](int) { return "," + before; }) + "]\n";
        }
        row("aliases of aliases", 400, bomb);
        std::string merges = "a0: &a0 {k: v}\n";
        merges += many(60, [](int i) {
            const std::string last = "*a" + text(i);
            return "a" + text(i + 1) + ": &a" + text(i + 1) + " {<<: [" + last + "," + last + "]}\n";
        });
        row("merges of merges", 400, merges);
        row("lists in lists", 400, std::string(bodyBytes, '['));
        row("dashes in dashes", 400, many(bodyBytes / 2, [](int) { return std::string("- "); }));
        row("maps in maps", 422, many(bodyBytes / 3, [](int i) {
                                     return std::string(static_cast<std::size_t>(i % 80), ' ') + "a:\n";
                                 }).substr(0, bodyBytes));
        row("questions", 400, many(bodyBytes / 2, [](int) { return std::string("? "); }));
        row("one long key", 400, std::string(bodyBytes, 'a') + ": b\n");
        row("anchors", 400, many(bodyBytes / 10, [](int i) { return "- &a" + text(i) + " x\n"; }));
        row("tags", 400, many(bodyBytes / 10, [](int) { return std::string("- !!str x\n"); }));
        row("documents", 400, many(bodyBytes / 4, [](int) { return std::string("---\n"); }));
        row("comments", 400, many(bodyBytes / 2, [](int) { return std::string("#\n"); }));
        row("open quote", 400, "a: \"" + std::string(bodyBytes, ' '));
        row("line breaks in quotes", 422, "a: \"" + std::string(bodyBytes, '\n'));
        row("block of empty lines", 422, "a: |" + std::string(bodyBytes, '\n'));
        // Many keys are a legal ConfigMap, and so are many that are merged into another map.
        const std::string keys = manyKeys();
        row("many keys", 201, "metadata: {name: many}\ndata: {" + keys + "}\n");
        row("many merged keys", 201,
            "metadata: {name: merged, annotations: &a {a: b}}\nbinaryData: {}\n"
            "data:\n  <<: &k {" +
                keys + "}\n");
    }
    void cve_2019_11253_and_11254_heavyYaml() {
        QFETCH(QByteArray, body);
        QFETCH(int, code);
        double seconds = 1e9;
        double most = 0.1;
        // On a busy machine a page fault is somebody else's: it must be slow each time.
        for (int i = 0; i < 5 && seconds > most; ++i) {
            const double before = cpuSeconds();
            const auto [answered, said] =
                served_->send("POST", std::string(configMaps) + (code == 201 ? "?dryRun=All" : ""),
                              "application/yaml", body.toStdString());
            seconds = std::min(seconds, cpuSeconds() - before);
            QVERIFY2(answered == code, said.substr(0, 500).c_str());
            if (code != 201) QVERIFY2(said.find("\"kind\":\"Status\"") != std::string::npos, said.c_str());
            if (seconds > most) most = mostSeconds();
        }
        const std::string took = std::to_string(seconds) + " s of at most " + std::to_string(most);
        QVERIFY2(seconds <= most, took.c_str());
    }

    void cve_2019_1002100_manyOperations() {
        const std::string path = std::string(configMaps) + "/patched";
        QCOMPARE(
            served_->send("POST", configMaps, "application/json", J("{'metadata':{'name':'patched'}}")).first,
            201);
        const auto operations = [](int count) {
            return J("[{'op':'add','path':'/data','value':{}}") +
                   many(count - 1, [](int) { return J(",{'op':'add','path':'/data/a','value':'1'}"); }) + "]";
        };
        const double before = cpuSeconds();
        auto [code, said] = served_->send("PATCH", path, "application/json-patch+json", operations(10'001));
        QCOMPARE(code, 413);
        QVERIFY2(said.find("The allowed maximum operations in a JSON patch is 10000, got 10001") !=
                     std::string::npos,
                 said.c_str());
        QVERIFY(cpuSeconds() - before < 0.5);
        // As many bytes as a body may not have are not even read.
        std::tie(code, said) =
            served_->send("PATCH", path, "application/json-patch+json", operations(100'000));
        QCOMPARE(code, 413);
        QVERIFY2(said.find("limit is 3145728") != std::string::npos, said.c_str());
        // A few copies of copies would outgrow any memory.
        std::string copies =
            J("[{'op':'add','path':'/data','value':{'a':'") + std::string(1000, 'x') + J("'}}");
        copies += many(
            40, [](int i) { return J(",{'op':'copy','from':'/data','path':'/data/c") + text(i) + J("'}"); });
        std::tie(code, said) = served_->send("PATCH", path, "application/json-patch+json", copies + "]");
        QCOMPARE(code, 413);
        // What is allowed works, and nothing of the rest has been stored.
        QVERIFY(served_->front->curl({}, path).find("\"data\"") == std::string::npos);
        QCOMPARE(served_->send("PATCH", path, "application/json-patch+json", operations(10'000)).first, 200);
    }
};

QTEST_GUILESS_MAIN(TestCve)
#include "test_cve.moc"
