#include "builders.h"

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {
void filterRows();
constexpr const char* tainted = R"({"taints":[{"key":"lab","value":"simulated","effect":"NoSchedule"}]})";
constexpr const char* perZone =
    R"({"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{"matchLabels":{"app":"w"}}}]})";
} // namespace

class TestPlugins : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void filters_data() { filterRows(); }
    void filters() {
        QFETCH(QString, nodeSpec);
        QFETCH(QString, nodeLabels);
        QFETCH(QString, podSpec);
        QFETCH(QString, requests);
        QFETCH(QString, refusal);
        Bench bench;
        bench.add(node("n", nodeSpec.toStdString(), nodeLabels.toStdString()));
        const Outcome outcome = bench.place(pod("p", requests.toStdString(), podSpec.toStdString()));
        QCOMPARE(QString::fromStdString(bench.refusal("n")), refusal);
        QCOMPARE(outcome.node.has_value(), refusal.isEmpty());
    }

    void roomTakenByOthers() {
        Bench bench;
        bench.add(node("n"));
        bench.add(on(pod("a", R"({"cpu":"3","memory":"6Gi"})"), "n"));
        QVERIFY(bench.place(pod("p", R"({"cpu":"1","memory":"2Gi"})")).node);
        QVERIFY(!bench.place(pod("p", R"({"cpu":"1001m","memory":"3Gi"})")).node);
        QCOMPARE(bench.refusal("n"), std::string("Insufficient cpu, Insufficient memory"));
        // A finished pod takes no room.
        auto done = on(pod("a", R"({"cpu":"3"})"), "n");
        done.mutable_status()->set_phase("Succeeded");
        bench.add(done);
        QVERIFY(bench.place(pod("p", R"({"cpu":"4"})")).node);
    }

    void podsAndDevicesAreCounted() {
        Bench bench;
        bench.add(node("n", "{}", "{}", R"({"cpu":"4","memory":"8Gi","pods":"1","example.com/gpu":"1"})"));
        QVERIFY(bench.place(pod("p", R"({"example.com/gpu":"1"})")).node);
        QVERIFY(!bench.place(pod("p", R"({"example.com/gpu":"2"})")).node);
        QCOMPARE(bench.refusal("n"), std::string("Insufficient example.com/gpu"));
        bench.add(on(pod("a"), "n"));
        QVERIFY(!bench.place(pod("p")).node);
        QCOMPARE(bench.refusal("n"), std::string("Too many pods"));
    }

    void initContainersAndSidecars() {
        ResourceNames names;
        auto made = pod("p", R"({"cpu":"1"})");
        auto& sidecar = *made.mutable_spec()->add_initcontainers();
        sidecar.set_restartpolicy("Always");
        (*sidecar.mutable_resources()->mutable_requests())["cpu"].set_string("500m");
        QCOMPARE(requestsOf(made, names, Amounts::Asked).milliCpu, 1500);
        auto& init = *made.mutable_spec()->add_initcontainers();
        (*init.mutable_resources()->mutable_requests())["cpu"].set_string("2");
        QCOMPARE(requestsOf(made, names, Amounts::Asked).milliCpu, 2500);
        QCOMPARE(requestsOf(made, names, Amounts::ForScoring).memory, 400LL * 1024 * 1024);
    }

    void hostPorts() {
        Bench bench;
        bench.add(node("n"));
        const auto withPort = [](const char* name, const char* ip, const char* protocol) {
            auto out = pod(name);
            auto& port = *out.mutable_spec()->mutable_containers(0)->add_ports();
            port.set_containerport(80);
            port.set_hostport(8080);
            port.set_protocol(protocol);
            port.set_hostip(ip);
            return out;
        };
        bench.add(on(withPort("a", "127.0.0.1", "TCP"), "n"));
        QVERIFY(!bench.place(withPort("p", "", "TCP")).node);
        QCOMPARE(bench.refusal("n"),
                 std::string("node(s) didn't have free ports for the requested pod ports"));
        QVERIFY(!bench.place(withPort("p", "127.0.0.1", "TCP")).node);
        QVERIFY(bench.place(withPort("p", "10.0.0.1", "TCP")).node);
        QVERIFY(bench.place(withPort("p", "", "UDP")).node);
        bench.cache.removePod(Uid("pod-a"));
        QVERIFY(bench.place(withPort("p", "", "TCP")).node);
    }

    void hardSpread() {
        Bench bench;
        bench.add(node("a1", "{}", R"({"topology.kubernetes.io/zone":"a"})"));
        bench.add(node("a2", "{}", R"({"topology.kubernetes.io/zone":"a"})"));
        bench.add(node("b1", "{}", R"({"topology.kubernetes.io/zone":"b"})"));
        bench.add(node("none"));
        bench.add(on(pod("w1", "{}", "{}", R"({"app":"w"})"), "a1"));
        const auto next = pod("p", "{}", perZone, R"({"app":"w"})");
        const Outcome outcome = bench.place(next);
        QVERIFY(outcome.node);
        QCOMPARE(bench.decision.chosen, std::string("b1"));
        QCOMPARE(bench.refusal("a2"), std::string("node(s) didn't match pod topology spread constraints"));
        QCOMPARE(
            bench.refusal("none"),
            std::string("node(s) didn't match pod topology spread constraints (missing required label)"));
        bench.add(on(pod("w2", "{}", "{}", R"({"app":"w"})"), "b1"));
        QVERIFY(bench.place(next).node);
        QCOMPARE(bench.refusal("a2"), std::string());
        // A zone the pod may not go to does not hold it back.
        auto choosy = pod("p", "{}", perZone, R"({"app":"w"})");
        (*choosy.mutable_spec()->mutable_nodeselector())["topology.kubernetes.io/zone"] = "a";
        bench.cache.removePod(Uid("pod-w2"));
        QVERIFY(bench.place(choosy).node);
    }

    void messageCountsReasons() {
        Bench bench;
        QCOMPARE(bench.place(pod("p")).message, std::string("no nodes available to schedule pods"));
        for (const char* name : {"a", "b"})
            bench.add(node(name));
        for (const char* name : {"s", "t", "u"})
            bench.add(node(name, tainted));
        const Outcome outcome = bench.place(pod("p", R"({"cpu":"64"})"));
        QCOMPARE(
            outcome.message,
            std::string("0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s). "
                        "preemption: 0/5 nodes are available: 5 Preemption is not helpful for "
                        "scheduling."));
        QVERIFY((outcome.helpedBy & events::nodeRoom) != 0);
        QVERIFY((outcome.helpedBy & events::nodeTaints) != 0);
        QVERIFY((outcome.helpedBy & events::podPlaced) == 0);
    }

    void emptierNodesScoreHigher() {
        Bench bench;
        bench.add(node("empty"));
        bench.add(node("half"));
        bench.add(on(pod("a", R"({"cpu":"2","memory":"4Gi"})"), "half"));
        bench.place(pod("p", R"({"cpu":"1","memory":"2Gi"})"));
        QCOMPARE(bench.score("empty", "NodeResourcesFit"), 75);
        QCOMPARE(bench.score("half", "NodeResourcesFit"), 25);
        QCOMPARE(bench.score("half", "NodeResourcesBalancedAllocation"), 100);
        QCOMPARE(bench.decision.chosen, std::string("empty"));
    }

    void unevenUseScoresLower() {
        Bench bench;
        bench.add(node("n"));
        bench.place(pod("p", R"({"cpu":"4","memory":"0"})"));
        QCOMPARE(bench.score("n", "NodeResourcesBalancedAllocation"), 50);
        bench.place(pod("p"));
        QCOMPARE(bench.score("n", "NodeResourcesBalancedAllocation"), 0);
    }

    void preferences() {
        Bench bench;
        bench.add(node("ssd", "{}", R"({"disk":"ssd"})"));
        bench.add(
            node("hdd", R"({"taints":[{"key":"slow","effect":"PreferNoSchedule"}]})", R"({"disk":"hdd"})"));
        bench.place(pod("p", "{}",
                        R"({"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
            {"weight":80,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}},
            {"weight":20,"preference":{"matchExpressions":[{"key":"disk","operator":"Exists"}]}}]}}})"));
        QCOMPARE(bench.score("ssd", "NodeAffinity"), 100);
        QCOMPARE(bench.score("hdd", "NodeAffinity"), 20);
        QCOMPARE(bench.score("ssd", "TaintToleration"), 100);
        QCOMPARE(bench.score("hdd", "TaintToleration"), 0);
    }

    void podsOfOneControllerSpread() {
        Bench bench;
        for (const char* name : {"n1", "n2", "n3"})
            bench.add(node(name, "{}", R"({"topology.kubernetes.io/zone":"z"})"));
        bench.addCompanions(replicaSet("rs", R"({"app":"w"})"));
        std::map<std::string, int> placed;
        for (int i = 0; i < 9; ++i) {
            const auto next = ownedBy(pod("w" + std::to_string(i), "{}", "{}", R"({"app":"w"})"), "rs");
            QVERIFY(bench.place(next).node);
            QVERIFY(bench.score(bench.decision.chosen, "PodTopologySpread") == 100);
            ++placed[bench.decision.chosen];
            bench.add(on(next, bench.decision.chosen));
        }
        QCOMPARE(placed, (std::map<std::string, int>{{"n1", 3}, {"n2", 3}, {"n3", 3}}));
    }

    void tiesAreDrawnByLot() {
        Bench bench;
        for (const char* name : {"n1", "n2", "n3"})
            bench.add(node(name));
        std::map<std::string, int> chosen;
        for (int i = 0; i < 300; ++i) {
            bench.place(pod("p"));
            ++chosen[bench.decision.chosen];
        }
        QCOMPARE(chosen.size(), std::size_t(3));
        for (const auto& [name, count] : chosen)
            QVERIFY2(count > 60, name.c_str());
    }
};

namespace {

void filterRows() {
    QTest::addColumn<QString>("nodeSpec");
    QTest::addColumn<QString>("nodeLabels");
    QTest::addColumn<QString>("podSpec");
    QTest::addColumn<QString>("requests");
    QTest::addColumn<QString>("refusal");
    const auto row = [](const char* name, const char* nodeSpec, const char* labels, const char* podSpec,
                        const char* refusal, const char* requests = "{}") {
        QTest::newRow(name) << QString(nodeSpec) << QString(labels) << QString(podSpec) << QString(requests)
                            << QString(refusal);
    };
    const char* untolerated = "node(s) had untolerated taint(s)";
    const char* elsewhere = "node(s) didn't match Pod's node affinity/selector";
    row("plain", "{}", "{}", "{}", "");
    row("cordoned", R"({"unschedulable":true})", "{}", "{}", "node(s) were unschedulable");
    row("cordoned, tolerated", R"({"unschedulable":true})", "{}",
        R"({"tolerations":[{"key":"node.kubernetes.io/unschedulable","operator":"Exists","effect":"NoSchedule"}]})",
        "");
    row("taint", tainted, "{}", "{}", untolerated);
    row("taint tolerated by value", tainted, "{}", R"({"tolerations":[{"key":"lab","value":"simulated"}]})",
        "");
    row("taint tolerated by key", tainted, "{}", R"({"tolerations":[{"key":"lab","operator":"Exists"}]})",
        "");
    row("taint tolerated by all", tainted, "{}", R"({"tolerations":[{"operator":"Exists"}]})", "");
    row("another value", tainted, "{}", R"({"tolerations":[{"key":"lab","value":"real"}]})", untolerated);
    row("another effect", tainted, "{}",
        R"({"tolerations":[{"key":"lab","operator":"Exists","effect":"NoExecute"}]})", untolerated);
    row("soft taint", R"({"taints":[{"key":"k","effect":"PreferNoSchedule"}]})", "{}", "{}", "");
    row("selector", "{}", R"({"disk":"ssd"})", R"({"nodeSelector":{"disk":"ssd"}})", "");
    row("selector, other value", "{}", R"({"disk":"hdd"})", R"({"nodeSelector":{"disk":"ssd"}})", elsewhere);
    const auto required = [](const char* terms) {
        return std::string(
                   R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":)") +
               terms + "}}}}";
    };
    const std::string in =
        required(R"([{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd","nvme"]}]}])");
    row("in", "{}", R"({"disk":"nvme"})", in.c_str(), "");
    row("not in", "{}", R"({"disk":"hdd"})", in.c_str(), elsewhere);
    const std::string either = required(
        R"([{"matchExpressions":[{"key":"a","operator":"Exists"}]},{"matchExpressions":[{"key":"b","operator":"DoesNotExist"}]}])");
    row("any term", "{}", "{}", either.c_str(), "");
    row("no term", "{}", R"({"b":"1"})", either.c_str(), elsewhere);
    const std::string greater =
        required(R"([{"matchExpressions":[{"key":"gen","operator":"Gt","values":["4"]}]}])");
    row("greater", "{}", R"({"gen":"10"})", greater.c_str(), "");
    row("not greater", "{}", R"({"gen":"4"})", greater.c_str(), elsewhere);
    row("by name", "{}", "{}",
        required(R"([{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}])").c_str(),
        "");
    row("empty term", "{}", "{}", required("[{}]").c_str(), elsewhere);
    row("too big", "{}", "{}", "{}", "Insufficient memory", R"({"memory":"9Gi"})");
    row("just fits", "{}", "{}", "{}", "", R"({"memory":"8Gi","cpu":"4"})");
}

} // namespace

QTEST_GUILESS_MAIN(TestPlugins)
#include "test_scheduler_plugins.moc"
