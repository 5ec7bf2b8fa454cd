// Faults in a lab of simulated nodes, from the API object to what becomes of the pods, by virtual time.
#include "engine/api/groups/faults.h"
#include "lab_bench.h"

#include <set>

using namespace wheelhouse;
using namespace wheelhouse::controlplane::test;
using namespace std::chrono_literals;

namespace {

struct FaultLab : LabBench {
    using LabBench::LabBench;

    void fault(const std::string& name, const std::string& spec) {
        const auto made =
            make("lab.wheelhouse.dev/v1alpha1", "faults", "",
                 J("{'apiVersion':'lab.wheelhouse.dev/v1alpha1','kind':'Fault','metadata':{'name':'" + name +
                   "'},'spec':{" + spec + "}}"));
        if (!made) qFatal("%s", made.error().message.c_str());
    }
    bool mend(const std::string& name) {
        life->cluster->remove(api::kindOf<lab::Fault>().name, "", name, {}, [](const auto&) {});
        return until([&] { return !get<lab::Fault>(name); }, 30s);
    }
    std::string phase(const std::string& name) const {
        const auto found = get<lab::Fault>(name);
        return found ? found->status().phase() : "gone";
    }
    bool active(const std::string& name) {
        const bool begun = until([&] { return phase(name) == "Active"; }, 30s);
        advance(100ms); // what is told is done
        return begun;
    }
    std::set<std::string> nodesOfReadyPods() const {
        std::set<std::string> out;
        for (const core::Pod& pod : pods())
            if (podReady(pod)) out.insert(pod.spec().nodename());
        return out;
    }
    static bool podReady(const core::Pod& pod) {
        if (pod.metadata().has_deletiontimestamp()) return false;
        for (const auto& condition : pod.status().conditions())
            if (condition.type() == "Ready") return condition.status() == "True";
        return false;
    }
    int readyPods() const {
        int out = 0;
        for (const core::Pod& pod : pods())
            out += podReady(pod) ? 1 : 0;
        return out;
    }
    bool hasTaint(const std::string& node, const std::string& key) const {
        const auto object = get<core::Node>(node);
        if (!object) return false;
        for (const auto& taint : object->spec().taints())
            if (taint.key() == key) return true;
        return false;
    }
    core::ContainerStatus container(const std::string& pod) const {
        const auto object = get<core::Pod>("default/" + pod);
        return object && object->status().containerstatuses_size() > 0 ? object->status().containerstatuses(0)
                                                                       : core::ContainerStatus();
    }
    bool runPod(const std::string& name, const std::string& node) {
        make("v1", "pods", "default", podJson(name, "'nodeName':'" + node + "',"));
        return until([&] { return container(name).ready(); }, 3min);
    }
};

} // namespace

class TestFaults : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aPowerCutMovesThePodsAndItsEndBringsTheNodeBack_data() {
        QTest::addColumn<QString>("state");
        QTest::newRow("cut") << "Cut";
        QTest::newRow("frozen") << "Frozen";
    }
    void aPowerCutMovesThePodsAndItsEndBringsTheNodeBack() {
        QFETCH(QString, state);
        FaultLab lab(3);
        lab.make("apps/v1", "deployments", "default", deploymentJson("web", 6));
        QVERIFY(lab.until([&] { return lab.readyPods() == 6; }, 60s));
        QVERIFY(lab.nodesOfReadyPods().contains("sim-1"));
        lab.fault("f", "'nodes':{'names':['sim-1']},'nodePower':{'state':'" + state.toStdString() + "'}");
        QVERIFY(lab.active("f"));
        QVERIFY(lab.until([&] { return !lab.isReady("sim-1"); }, 2min));
        QVERIFY(lab.until([&] { return lab.readyPods() == 6 && !lab.nodesOfReadyPods().contains("sim-1"); },
                          10min));
        QVERIFY(lab.mend("f"));
        QVERIFY(lab.until([&] { return lab.isReady("sim-1"); }, 1min));
        QVERIFY(lab.until([&] { return lab.pods().size() == 6 && lab.readyPods() == 6; }, 2min));
    }

    void aLinkThatIsCutLeavesThePodsRunning_data() {
        QTest::addColumn<QString>("way");
        QTest::newRow("both ways") << "";
        QTest::newRow("one way") << ",'oneWay':true";
    }
    void aLinkThatIsCutLeavesThePodsRunning() {
        QFETCH(QString, way);
        FaultLab lab;
        QVERIFY(lab.runPod("p", "sim-1"));
        const std::string id = lab.container("p").containerid();
        lab.fault("f",
                  "'nodes':{'names':['sim-1']},'durationSeconds':120,'link':{'controlPlane':true,'cut':true" +
                      way.toStdString() + "}");
        QVERIFY(lab.active("f"));
        QVERIFY(lab.until([&] { return !lab.isReady("sim-1"); }, 2min));
        QVERIFY(lab.until([&] { return lab.phase("f") == "Ended"; }, 2min));
        QVERIFY(lab.until([&] { return lab.isReady("sim-1"); }, 1min));
        lab.advance(10s);
        QCOMPARE(lab.container("p").containerid(), id);
        QCOMPARE(lab.container("p").restartcount(), 0);
    }

    void whatIsSaidLateStillArrives() {
        FaultLab lab;
        lab.fault("f", "'nodes':{'selector':{}},'link':{'controlPlane':true,'latencyMilliseconds':5000,"
                       "'jitterMilliseconds':1000,'lossPercent':20,'bandwidthKbit':1000}");
        QVERIFY(lab.active("f"));
        const Instant began = lab.executor.now();
        QVERIFY(lab.runPod("p", "sim-1"));
        QVERIFY(lab.executor.now() - began > 10s); // there and back
        lab.advance(3min);
        QVERIFY(lab.isReady("sim-1") && lab.isReady("sim-2"));
    }

    void aKilledContainerStartsAgain() {
        FaultLab lab;
        QVERIFY(lab.runPod("p", "sim-1"));
        lab.fault("f", "'containerKill':{'namespace':'default','pod':'p'}");
        QVERIFY(lab.until(
            [&] { return lab.container("p").restartcount() == 1 && lab.container("p").ready(); }, 2min));
        QCOMPARE(lab.container("p").laststate().terminated().exitcode(), 137);
        QVERIFY(lab.until([&] { return lab.phase("f") == "Ended"; }, 30s));
        lab.advance(2min);
        QCOMPARE(lab.container("p").restartcount(), 1);
    }

    void containersAreKilledAgainAndAgain() {
        FaultLab lab;
        QVERIFY(lab.runPod("p", "sim-1"));
        lab.fault("f", "'containerKill':{'namespace':'default','pod':'p'},'everySeconds':120");
        QVERIFY(lab.until([&] { return lab.container("p").restartcount() == 3; }, 8min));
        QVERIFY(lab.mend("f"));
        QVERIFY(lab.until([&] { return lab.container("p").ready(); }, 6min));
        const int restarts = lab.container("p").restartcount();
        lab.advance(5min);
        QCOMPARE(lab.container("p").restartcount(), restarts);
    }

    void aNodeUnderPressureSaysSo_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("taint");
        QTest::newRow("disk") << "'fullDisk':{}"
                              << "node.kubernetes.io/disk-pressure";
        QTest::newRow("memory") << "'memoryPressure':{}"
                                << "node.kubernetes.io/memory-pressure";
    }
    void aNodeUnderPressureSaysSo() {
        QFETCH(QString, what);
        QFETCH(QString, taint);
        FaultLab lab;
        lab.fault("f", "'nodes':{'names':['sim-1']}," + what.toStdString());
        QVERIFY(lab.until([&] { return lab.hasTaint("sim-1", taint.toStdString()); }, 30s));
        QVERIFY(!lab.hasTaint("sim-2", taint.toStdString()));
        QVERIFY(lab.mend("f"));
        QVERIFY(lab.until([&] { return !lab.hasTaint("sim-1", taint.toStdString()); }, 30s));
    }

    void onSlowProcessorsPodsStartSlowly() {
        FaultLab lab;
        lab.fault("f", "'nodes':{'names':['sim-1']},'slowCPU':{'percent':2}");
        QVERIFY(lab.active("f"));
        const Instant began = lab.executor.now();
        QVERIFY(lab.runPod("fast", "sim-2"));
        const Instant between = lab.executor.now();
        QVERIFY(lab.runPod("slow", "sim-1"));
        QVERIFY(between - began < 5s);
        QVERIFY(lab.executor.now() - between > 15s);
    }

    void withoutRegistriesNothingNewStarts() {
        FaultLab lab;
        lab.fault("f", "'nodes':{'names':['sim-1']},'registryDown':{}");
        QVERIFY(lab.active("f"));
        lab.make("v1", "pods", "default", podJson("p", "'nodeName':'sim-1',"));
        QVERIFY(lab.until([&] { return lab.container("p").state().waiting().reason() == "ImagePullBackOff"; },
                          60s));
        QVERIFY(lab.mend("f"));
        QVERIFY(lab.until([&] { return lab.container("p").ready(); }, 6min));
    }

    void aNewControlPlaneTakesItUp() {
        FaultLab lab;
        lab.fault("f", "'nodes':{'names':['sim-1']},'nodePower':{'state':'Cut'},'durationSeconds':600");
        lab.fault("d", "'nodes':{'names':['sim-2']},'fullDisk':{}");
        QVERIFY(lab.active("f") && lab.active("d"));
        lab.advance(5s);
        lab.stop();
        lab.start();
        QVERIFY(lab.until([&] { return lab.hasTaint("sim-2", "node.kubernetes.io/disk-pressure"); }, 60s));
        QVERIFY(lab.until([&] { return !lab.isReady("sim-1"); }, 2min));
        lab.advance(1min);
        QVERIFY(!lab.isReady("sim-1"));
        QVERIFY(lab.until([&] { return lab.phase("f") == "Ended"; }, 10min));
        QVERIFY(lab.until([&] { return lab.isReady("sim-1"); }, 2min));
    }

    void aPausedClockHoldsFaultsToo() {
        FaultLab lab;
        lab.fault("f", "'nodes':{'names':['sim-1']},'fullDisk':{},'durationSeconds':60");
        QVERIFY(lab.active("f"));
        QVERIFY(lab.setClock("{'paused':true}"));
        lab.advance(10min);
        QCOMPARE(lab.phase("f"), std::string("Active"));
        QVERIFY(lab.setClock("{'paused':false}"));
        QVERIFY(lab.until([&] { return lab.phase("f") == "Ended"; }, 2min));
    }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"
