// Issue point 8: /metrics and the audit log, over a store in memory.
#include "api_bench.h"

#include <QtTest>
#include <sstream>

using namespace wheelhouse;
using namespace wheelhouse::apiserver;
using namespace wheelhouse::apiserver::test;

namespace {

/// An API whose audit events are kept as JSON.
struct Audited {
    static Options options(const std::string& policy, std::vector<boost::json::value>* out) {
        Options options;
        options.audit.policy = policy.empty() ? defaultAuditPolicy() : *parseAuditPolicy(policy);
        options.audit.write = [out](const std::string& line) { out->push_back(boost::json::parse(line)); };
        return options;
    }
    std::vector<boost::json::value> events;
    ApiBench bench;
    explicit Audited(const std::string& policy = {}) : bench(options(policy, &events)) {}
    std::string last(const std::string& path) const {
        return events.empty() ? "no event" : Answer::textAt(events.back(), path);
    }
};

std::string policy(const std::string& rules, const std::string& more = "") {
    return "apiVersion: audit.k8s.io/v1\nkind: Policy\n" + more + "rules:\n" + rules;
}

/// The value of the one series whose name and labels hold all `parts`; -1 when there is none.
double series(const std::string& text, const std::vector<std::string>& parts) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with('#')) continue;
        if (std::all_of(parts.begin(), parts.end(),
                        [&](const auto& part) { return line.find(part) != std::string::npos; }))
            return std::stod(line.substr(line.rfind(' ') + 1));
    }
    return -1;
}

} // namespace

class TestApiServerObserve : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void countsRequestsByWhatTheyAreAbout() {
        ApiBench bench;
        bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap("a"), json);
        bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap("a"), json);
        bench.send("POST", "/api/v1/namespaces/default/configmaps?dryRun=All", configMap("b"), json);
        bench.send("GET", "/api/v1/configmaps");
        bench.send("GET", "/api/v1/namespaces/default/configmaps/a");
        const Answer answer = bench.send("GET", "/metrics");
        QCOMPARE(answer.code, 200);
        QCOMPARE(answer.header("content-type"), std::string("text/plain; version=0.0.4; charset=utf-8"));
        const std::string& text = answer.body;
        const std::string total = "apiserver_request_total{";
        const std::string maps = "resource=\"configmaps\"";
        QCOMPARE(series(text, {total, maps, "verb=\"POST\"", "code=\"201\"", "dry_run=\"\""}), 1.0);
        QCOMPARE(series(text, {total, maps, "verb=\"POST\"", "code=\"409\""}), 1.0);
        QCOMPARE(series(text, {total, maps, "dry_run=\"All\"", "code=\"201\""}), 1.0);
        QCOMPARE(series(text, {total, maps, "verb=\"LIST\"", "scope=\"cluster\"", "code=\"200\""}), 1.0);
        QCOMPARE(series(text, {total, maps, "verb=\"GET\"", "scope=\"resource\"", "code=\"200\""}), 1.0);
        QCOMPARE(series(text, {"apiserver_request_duration_seconds_count{", maps, "verb=\"LIST\""}), 1.0);
        QCOMPARE(series(text, {"apiserver_response_sizes_count{", maps, "verb=\"GET\""}), 1.0);
        // One more than were made here: every cluster has its root certificate or not, so only ours count.
        QVERIFY(series(text, {"apiserver_storage_objects{resource=\"configmaps\"}"}) >= 1.0);
        QCOMPARE(series(text, {"wheelhouse_store_revision"}), static_cast<double>(bench.store->revision()));
    }

    void countsWatchesWhileTheyLast() {
        ApiBench bench;
        const auto watch = bench.open("GET", "/api/v1/pods?watch=true");
        bench.settle();
        const std::vector<std::string> open{"apiserver_longrunning_requests{", "resource=\"pods\"",
                                            "verb=\"WATCH\""};
        QCOMPARE(series(bench.send("GET", "/metrics").body, open), 1.0);
        bench.running.front()->cancel();
        bench.running.clear();
        bench.settle();
        const std::string text = bench.send("GET", "/metrics").body;
        QCOMPARE(series(text, open), 0.0);
        QCOMPARE(series(text, {"apiserver_request_total{", "verb=\"WATCH\"", "code=\"200\""}), 1.0);
        QCOMPARE(series(text, {"apiserver_request_duration_seconds_count{", "verb=\"WATCH\""}), -1.0);
    }

    // Labels come from what the server knows, never from what a client writes.
    void unboundedMetricLabels_CVE_2020_8552() {
        ApiBench bench;
        for (int i = 0; i < 50; ++i) {
            const std::string n = std::to_string(i);
            bench.send("GET", "/apis/made.up" + n + "/v1/things/x");
            bench.send("VERB" + n, "/api/v1/namespaces/default/pods");
            bench.send("GET", "/api/v1/namespaces/ns" + n + "/pods/p" + n + "?x=" + n);
            bench.send("GET", "/api/v1/namespaces/default/pods/a/made" + n);
        }
        const std::string text = bench.send("GET", "/metrics").body;
        QCOMPARE(text.find("made"), std::string::npos);
        QCOMPARE(text.find("VERB"), std::string::npos);
        QCOMPARE(text.find("ns1"), std::string::npos);
        int lines = 0;
        std::istringstream in(text);
        for (std::string line; std::getline(in, line);)
            lines += line.starts_with("apiserver_request_total{") ? 1 : 0;
        QVERIFY2(lines > 0 && lines < 10, std::to_string(lines).c_str());
    }

    void auditsAWrite() {
        Audited audited;
        audited.bench.send("POST", "/api/v1/namespaces/default/configmaps?fieldManager=me", configMap("a"),
                           {{"content-type", "application/json"},
                            {"user-agent", "kubectl/v1.35"},
                            {"audit-id", "0815-4711"}});
        QCOMPARE(audited.events.size(), std::size_t{1});
        const auto at = [&](const std::string& path) { return audited.last(path); };
        QCOMPARE(at("kind"), std::string("Event"));
        QCOMPARE(at("apiVersion"), std::string("audit.k8s.io/v1"));
        QCOMPARE(at("level"), std::string("Metadata"));
        QCOMPARE(at("stage"), std::string("ResponseComplete"));
        QCOMPARE(at("auditID"), std::string("0815-4711"));
        QCOMPARE(at("requestURI"), std::string("/api/v1/namespaces/default/configmaps?fieldManager=me"));
        QCOMPARE(at("verb"), std::string("create"));
        QCOMPARE(at("user.username"), std::string("admin"));
        QCOMPARE(at("userAgent"), std::string("kubectl/v1.35"));
        QCOMPARE(at("objectRef.resource"), std::string("configmaps"));
        QCOMPARE(at("objectRef.namespace"), std::string("default"));
        QCOMPARE(at("objectRef.apiVersion"), std::string("v1"));
        QCOMPARE(at("responseStatus.code"), std::string("201"));
        QCOMPARE(at("annotations.authorization|k8s|io/decision"), std::string("allow"));
        QVERIFY(at("requestReceivedTimestamp").starts_with("2026-01-01T00:00:"));
        QCOMPARE(at("requestObject"), std::string());
    }

    void auditsRefusals() {
        Audited audited;
        audited.bench.send("GET", "/api/v1/namespaces/default/pods/none");
        QCOMPARE(audited.last("responseStatus.code"), std::string("404"));
        QCOMPARE(audited.last("responseStatus.reason"), std::string("NotFound"));
        QCOMPARE(audited.last("responseStatus.message"), std::string("pods \"none\" not found"));
        audited.bench.send("DELETE", "/api/v1/namespaces/default/pods/none", "", {},
                           User{"jane", {"system:authenticated"}});
        QCOMPARE(audited.last("responseStatus.code"), std::string("403"));
        QCOMPARE(audited.last("annotations.authorization|k8s|io/decision"), std::string("forbid"));
        const std::size_t before = audited.events.size();
        audited.bench.send("GET", "/api/v1/pods", "", {}, std::nullopt);
        QCOMPARE(audited.events.size(), before + 1);
        QCOMPARE(audited.last("responseStatus.code"), std::string("401"));
        QCOMPARE(audited.last("user"), std::string("{\"username\":\"\"}"));
    }

    void auditsWhoActsAsWhom() {
        Audited audited;
        audited.bench.send("GET", "/api/v1/pods", "",
                           {{"impersonate-user", "jane"}, {"impersonate-group", "crew"}});
        QCOMPARE(audited.last("user.username"), std::string("admin"));
        QCOMPARE(audited.last("impersonatedUser.username"), std::string("jane"));
    }

    void leavesOutWhatNobodyReads() {
        Audited audited;
        audited.bench.send("GET", "/healthz");
        audited.bench.send("GET", "/version");
        audited.bench.send("GET", "/metrics");
        audited.bench.send("GET", "/api/v1/nodes/n1", "", {}, User{"system:node:n1", {"system:nodes"}});
        QCOMPARE(audited.events.size(), std::size_t{0});
        audited.bench.send("GET", "/api/v1/pods");
        QCOMPARE(audited.events.size(), std::size_t{1});
    }

    void keepsBodiesWhereThePolicySaysSo() {
        Audited audited(policy("- level: RequestResponse\n  resources: [{resources: [configmaps]}]\n"
                               "  omitManagedFields: true\n- level: None\n",
                               "omitStages: [RequestReceived]\n"));
        audited.bench.send("POST", "/api/v1/namespaces/default/configmaps", configMap("a"), json);
        QCOMPARE(audited.events.size(), std::size_t{1});
        QCOMPARE(audited.last("requestObject.metadata.name"), std::string("a"));
        QCOMPARE(audited.last("responseObject.metadata.name"), std::string("a"));
        QCOMPARE(audited.last("responseObject.metadata.namespace"), std::string("default"));
        QVERIFY(!audited.last("responseObject.metadata.uid").empty());
        QCOMPARE(audited.last("responseObject.metadata.managedFields"), std::string());
        audited.bench.send("PATCH", "/api/v1/namespaces/default/configmaps/a", J("{'data':{'k':'v'}}"),
                           mergePatch);
        QCOMPARE(audited.last("requestObject.data.k"), std::string("v"));
        audited.bench.send("POST", "/api/v1/namespaces/default/configmaps",
                           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fromyaml}\n",
                           {{"content-type", "application/yaml"}});
        QCOMPARE(audited.last("requestObject.metadata.name"), std::string("fromyaml"));
        audited.bench.send("GET", "/api/v1/pods");
        QCOMPARE(audited.events.size(), std::size_t{3});
    }

    void aWatchHasThreeStages() {
        Audited audited(policy("- level: Metadata\n"));
        const auto watch = audited.bench.open("GET", "/api/v1/pods?watch=true");
        audited.bench.settle();
        audited.bench.running.front()->cancel();
        audited.bench.running.clear();
        audited.bench.settle();
        std::string stages;
        for (const auto& event : audited.events)
            stages += Answer::textAt(event, "stage") + " ";
        QCOMPARE(stages, std::string("RequestReceived ResponseStarted ResponseComplete "));
    }

    void theFirstRuleThatMatchesDecides_data() {
        QTest::addColumn<QString>("rules");
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("events");
        const auto row = [](const char* name, const char* rules, const char* path, int events) {
            QTest::newRow(name) << rules << path << events;
        };
        const char* const pods = "/api/v1/namespaces/default/pods";
        row("user", "- {level: Metadata, users: [admin]}", pods, 1);
        row("other user", "- {level: Metadata, users: [jane]}", pods, 0);
        row("group", "- {level: Metadata, userGroups: [system:masters]}", pods, 1);
        row("verb", "- {level: Metadata, verbs: [list]}", pods, 1);
        row("other verb", "- {level: Metadata, verbs: [get]}", pods, 0);
        row("namespace", "- {level: Metadata, namespaces: [default]}", pods, 1);
        row("other namespace", "- {level: Metadata, namespaces: [kube-system]}", pods, 0);
        row("resource", "- {level: Metadata, resources: [{resources: [pods]}]}", pods, 1);
        row("group of resources", "- {level: Metadata, resources: [{group: ''}]}", pods, 1);
        row("other group", "- {level: Metadata, resources: [{group: apps}]}", pods, 0);
        row("subresource only", "- {level: Metadata, resources: [{resources: [pods/status]}]}", pods, 0);
        row("any subresource", "- {level: Metadata, resources: [{resources: ['pods/*']}]}", pods, 1);
        row("name", "- {level: Metadata, resources: [{resources: [pods], resourceNames: [a]}]}",
            "/api/v1/namespaces/default/pods/a", 1);
        row("other name", "- {level: Metadata, resources: [{resources: [pods], resourceNames: [b]}]}",
            "/api/v1/namespaces/default/pods/a", 0);
        row("path", "- {level: Metadata, nonResourceURLs: [/version]}", "/version", 1);
        row("path with a star", "- {level: Metadata, nonResourceURLs: ['/ver*']}", "/version", 1);
        row("path is no resource", "- {level: Metadata, nonResourceURLs: ['/*']}", pods, 0);
        row("resource is no path", "- {level: Metadata, resources: [{resources: ['*']}]}", "/version", 0);
        row("first none", "- {level: None, verbs: [list]}\n- {level: Metadata}", pods, 0);
        row("no rule", "- {level: Metadata, verbs: [create]}", pods, 0);
    }
    void theFirstRuleThatMatchesDecides() {
        QFETCH(QString, rules);
        QFETCH(QString, path);
        QFETCH(int, events);
        Audited audited(policy(rules.toStdString() + "\n", "omitStages: [RequestReceived]\n"));
        audited.bench.send("GET", path.toStdString());
        QCOMPARE(static_cast<int>(audited.events.size()), events);
    }

    void badPoliciesAreRefusedByName_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& text, const char* says) {
            QTest::newRow(name) << QString::fromStdString(text) << says;
        };
        row("no rules", "apiVersion: audit.k8s.io/v1\nkind: Policy\n", "rules");
        row("level", policy("- {level: Everything}\n"), "rules[0].level: \"Everything\" is none of");
        row("unknown field", policy("- {level: None, user: [a]}\n"), "rules[0].user: unknown field");
        row("stage", policy("- {level: None, omitStages: [Late]}\n"), "unknown stage \"Late\"");
        row("both", policy("- {level: None, nonResourceURLs: [/a], namespaces: [b]}\n"), "not both");
        row("names alone", policy("- {level: None, resources: [{resourceNames: [b]}]}\n"),
            "rules[0].resources[0].resourceNames");
        row("kind", "apiVersion: v1\nkind: Pod\n", "audit.k8s.io/v1 and Policy");
        row("no YAML", "a: [", "audit policy");
        row("a list", "- a\n", "must be an object");
    }
    void badPoliciesAreRefusedByName() {
        QFETCH(QString, text);
        QFETCH(QString, says);
        const auto parsed = parseAuditPolicy(text.toStdString());
        QVERIFY(!parsed);
        QVERIFY2(QString::fromStdString(parsed.error().message).contains(says),
                 parsed.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(TestApiServerObserve)
#include "test_apiserver_observe.moc"
