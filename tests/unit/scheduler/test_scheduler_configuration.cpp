#include "builders.h"

#include "engine/scheduler/configuration.h"

#include <algorithm>

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {

const std::string head = "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n";

std::string scorersOf(const Profile& profile) {
    std::string out;
    for (const auto& each : profile.scorers)
        out += (out.empty() ? "" : " ") + each.plugin + ":" + std::to_string(each.weight);
    return out;
}

} // namespace

class TestConfiguration : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void nothingSaidIsTheDefault() {
        const auto parsed = parseConfiguration(head);
        QVERIFY(parsed);
        QCOMPARE(parsed->profiles.size(), std::size_t(1));
        QCOMPARE(parsed->profiles[0].schedulerName, std::string("default-scheduler"));
        QCOMPARE(scorersOf(parsed->profiles[0]), scorersOf(Profile::standard()));
        QVERIFY(parsed->profiles[0].preempts);
        QCOMPARE(parsed->initialBackoff, Duration(std::chrono::seconds(1)));
        QVERIFY(parsed->notes.empty());
    }

    void aProfileGivenEmptyIsTheDefaultToo() {
        const auto parsed = parseConfiguration(head + "profiles:\n- schedulerName: mine\n");
        QVERIFY(parsed);
        const Profile standard = Profile::standard();
        Profile mine = parsed->profiles[0];
        QCOMPARE(mine.schedulerName, std::string("mine"));
        // NodeName, which has nothing to do for a pod that has no node yet, is the only one not listed there.
        std::erase(mine.filters, "NodeName");
        QCOMPARE(mine.filters, standard.filters);
        QCOMPARE(scorersOf(mine), scorersOf(standard));
    }

    void pluginsByPoint_data() {
        QTest::addColumn<QString>("plugins");
        QTest::addColumn<QString>("scorers");
        QTest::newRow("one score disabled")
            << "score: {disabled: [{name: ImageLocality}]}"
            << "TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1 PodTopologySpread:2 InterPodAffinity:2 "
               "NodeResourcesBalancedAllocation:1";
        QTest::newRow("all but one")
            << "score: {disabled: [{name: '*'}], enabled: [{name: ImageLocality, weight: 7}]}"
            << "ImageLocality:7";
        QTest::newRow("a weight of its own comes first")
            << "score: {enabled: [{name: NodeResourcesFit, weight: 9}]}"
            << "NodeResourcesFit:9 TaintToleration:3 NodeAffinity:2 PodTopologySpread:2 InterPodAffinity:2 "
               "NodeResourcesBalancedAllocation:1 ImageLocality:1";
        QTest::newRow("everywhere off")
            << "multiPoint: {disabled: [{name: PodTopologySpread}, {name: InterPodAffinity}]}"
            << "TaintToleration:3 NodeAffinity:2 NodeResourcesFit:1 NodeResourcesBalancedAllocation:1 "
               "ImageLocality:1";
        QTest::newRow("everywhere with a weight")
            << "multiPoint: {enabled: [{name: NodeAffinity, weight: 50}]}"
            << "TaintToleration:3 NodeAffinity:50 NodeResourcesFit:1 "
               "PodTopologySpread:2 InterPodAffinity:2 "
               "NodeResourcesBalancedAllocation:1 ImageLocality:1";
        QTest::newRow("no weight is one")
            << "score: {disabled: [{name: '*'}], enabled: [{name: NodeAffinity}]}"
            << "NodeAffinity:1";
    }
    void pluginsByPoint() {
        QFETCH(QString, plugins);
        QFETCH(QString, scorers);
        const auto parsed =
            parseConfiguration(head + "profiles:\n- plugins:\n    " + plugins.toStdString() + "\n");
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        QCOMPARE(QString::fromStdString(scorersOf(parsed->profiles[0])), scorers);
    }

    void preemptionAndVolumesCanBeSwitchedOff() {
        const auto parsed = parseConfiguration(
            head + "profiles:\n- plugins:\n    postFilter: {disabled: [{name: DefaultPreemption}]}\n"
                   "    filter: {disabled: [{name: NodePorts}]}\n");
        QVERIFY(parsed);
        const Profile& profile = parsed->profiles[0];
        QVERIFY(!profile.preempts);
        QVERIFY(profile.bindsVolumes);
        QVERIFY(std::find(profile.filters.begin(), profile.filters.end(), "NodePorts") ==
                profile.filters.end());
        Bench bench(profile);
        bench.add(node("n"));
        const Outcome outcome = bench.place(pod("p", R"({"cpu":"64"})"));
        QCOMPARE(outcome.message, std::string("0/1 nodes are available: 1 Insufficient cpu."));
    }

    void arguments() {
        const auto parsed = parseConfiguration(head + R"(
podInitialBackoffSeconds: 2
podMaxBackoffSeconds: 20
percentageOfNodesToScore: 50
profiles:
- schedulerName: packer
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      ignoredResourceGroups: [example.com]
      scoringStrategy:
        type: RequestedToCapacityRatio
        resources: [{name: cpu, weight: 3}, {name: memory}]
        requestedToCapacityRatio: {shape: [{utilization: 0, score: 0}, {utilization: 100, score: 10}]}
  - name: InterPodAffinity
    args: {hardPodAffinityWeight: 5, ignorePreferredTermsOfExistingPods: true}
  - name: NodeAffinity
    args:
      addedAffinity:
        requiredDuringSchedulingIgnoredDuringExecution:
          nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Exists}]}]
  - name: PodTopologySpread
    args:
      defaultingType: List
      defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}]
  - name: VolumeBinding
    args: {bindTimeoutSeconds: 30}
  - name: DefaultPreemption
    args: {minCandidateNodesPercentage: 20, minCandidateNodesAbsolute: 7}
- schedulerName: other
)");
        QVERIFY2(parsed, parsed ? "" : parsed.error().message.c_str());
        QCOMPARE(parsed->initialBackoff, Duration(std::chrono::seconds(2)));
        QCOMPARE(parsed->maxBackoff, Duration(std::chrono::seconds(20)));
        QCOMPARE(parsed->notes, std::vector<std::string>{"percentageOfNodesToScore: every node is scored"});
        QCOMPARE(parsed->profiles.size(), std::size_t(2));
        const PluginArguments& out = parsed->profiles[0].arguments;
        QCOMPARE(out.fit.strategy, std::string("RequestedToCapacityRatio"));
        QCOMPARE(out.fit.resources.size(), std::size_t(2));
        QCOMPARE(out.fit.resources[0].weight, 3);
        QCOMPARE(out.fit.resources[1].weight, 1);
        QCOMPARE(out.fit.shape.size(), std::size_t(2));
        QCOMPARE(out.hardPodAffinityWeight, 5);
        QVERIFY(out.ignorePreferredTermsOfExistingPods);
        QVERIFY(out.addedAffinity.has_value());
        QVERIFY(!out.systemSpread);
        QCOMPARE(out.defaultConstraints.size(), std::size_t(1));
        QCOMPARE(out.volumeBindTimeout, Duration(std::chrono::seconds(30)));
        QCOMPARE(out.minCandidateNodesPercentage, 20);
        QCOMPARE(out.minCandidateNodesAbsolute, 7);
    }

    void errorsNameTheField_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("error");
        const auto row = [](const char* name, const std::string& text, const char* error) {
            QTest::newRow(name) << QString::fromStdString(text) << QString(error);
        };
        const auto plugin = [](const char* name, const char* args) {
            return head + "profiles: [{pluginConfig: [{name: " + name + ", args: " + args + "}]}]\n";
        };
        row("no yaml", "a: [", "");
        row("another kind", "apiVersion: v1\nkind: Pod\n", "");
        row("another version",
            "apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n",
            "apiVersion: must be kubescheduler.config.k8s.io/v1");
        row("unknown field", head + "podInitialBackoff: 1\n", "");
        row("given twice", head + "parallelism: 1\nparallelism: 2\n", "");
        row("back-off", head + "podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 2\n",
            "podMaxBackoffSeconds: must not be below podInitialBackoffSeconds");
        row("extenders", head + "extenders: [{urlPrefix: x}]\n", "extenders: are not supported");
        row("twice the same", head + "profiles: [{schedulerName: a}, {schedulerName: a}]\n",
            "profiles[1].schedulerName: \"a\" has a profile already");
        row("unknown plug-in", head + "profiles: [{plugins: {score: {enabled: [{name: Foo}]}}}]\n",
            "profiles[0].plugins.score.enabled[0].name: no plug-in \"Foo\"");
        row("wrong point", head + "profiles: [{plugins: {score: {enabled: [{name: NodePorts}]}}}]\n",
            "profiles[0].plugins.score.enabled[0].name: \"NodePorts\" does nothing at score");
        row("no binder", head + "profiles: [{plugins: {bind: {disabled: [{name: '*'}]}}}]\n",
            "profiles[0].plugins.bind: needs DefaultBinder, and nothing else");
        row("argument of another", plugin("NodeAffinity", "{hardPodAffinityWeight: 1}"),
            "profiles[0].pluginConfig[0].args: unknown field \"hardPodAffinityWeight\" of NodeAffinity");
        row("weight", plugin("InterPodAffinity", "{hardPodAffinityWeight: 101}"),
            "profiles[0].pluginConfig[0].args.hardPodAffinityWeight: must be between 0 and 100");
        row("strategy", plugin("NodeResourcesFit", "{scoringStrategy: {type: Best}}"),
            "profiles[0].pluginConfig[0].args.scoringStrategy.type: \"Best\" is none of LeastAllocated, "
            "MostAllocated, RequestedToCapacityRatio");
        row("shape",
            plugin("NodeResourcesFit",
                   "{scoringStrategy: {type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: "
                   "[{utilization: 50, score: 1}, {utilization: 50, score: 2}]}}}"),
            "profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio.shape[1].utilization: "
            "must be "
            "above the one before");
        row("system and list",
            plugin("PodTopologySpread",
                   "{defaultConstraints: [{maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway}]}"),
            "profiles[0].pluginConfig[0].args.defaultConstraints: may only be given with defaultingType "
            "List");
        row("no candidates",
            plugin("DefaultPreemption", "{minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}"),
            "profiles[0].pluginConfig[0].args: minCandidateNodesPercentage and minCandidateNodesAbsolute "
            "must not "
            "both be zero");
    }
    void errorsNameTheField() {
        QFETCH(QString, text);
        QFETCH(QString, error);
        const auto parsed = parseConfiguration(text.toStdString());
        QVERIFY(!parsed);
        QVERIFY(!parsed.error().message.empty());
        if (!error.isEmpty()) QCOMPARE(QString::fromStdString(parsed.error().message), error);
    }

    void strategies_data() {
        QTest::addColumn<QString>("strategy");
        QTest::addColumn<int>("empty");
        QTest::addColumn<int>("half");
        QTest::newRow("least") << "LeastAllocated" << 75 << 25;
        QTest::newRow("most") << "MostAllocated" << 25 << 75;
        // Of the broken line: at 25 % a fifth of the way from 40 to 100, at 75 % three fifths from 100 to 80.
        QTest::newRow("ratio") << "RequestedToCapacityRatio" << 52 << 88;
    }
    void strategies() {
        QFETCH(QString, strategy);
        QFETCH(int, empty);
        QFETCH(int, half);
        Profile profile = Profile::standard();
        profile.arguments.fit.strategy = strategy.toStdString();
        profile.arguments.fit.shape = {{0, 0}, {20, 4}, {45, 10}, {95, 8}};
        Bench bench(profile);
        bench.add(node("empty"));
        bench.add(node("half"));
        bench.add(on(pod("a", R"({"cpu":"2","memory":"4Gi"})"), "half"));
        bench.place(pod("p", R"({"cpu":"1","memory":"2Gi"})"));
        QCOMPARE(bench.score("empty", "NodeResourcesFit"), empty);
        QCOMPARE(bench.score("half", "NodeResourcesFit"), half);
    }
};

QTEST_GUILESS_MAIN(TestConfiguration)
#include "test_scheduler_configuration.moc"
