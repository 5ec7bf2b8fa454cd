#include "bench.h"
#include "machines.h"

#include "engine/api/groups/faults.h"
#include "engine/machines/fault_injector.h"

#include <QScopeGuard>

using namespace wheelhouse;
namespace lab = api::lab;

namespace {

/// Remembers what it was given.
class FakeInjector final : public machines::FaultInjector {
  public:
    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void apply(const machines::FaultPlan& now) override {
        plan = now;
        ++applied;
    }
    void kill(const machines::ContainerVictim& victim) override { kills.push_back(victim); }
    void report(const std::string& node, const std::string& problem) {
        if (listener_) listener_(node, problem);
    }

    machines::FaultPlan plan;
    std::vector<machines::ContainerVictim> kills;
    int applied = 0;

  private:
    Listener listener_;
};

/// Faults and machines under their controllers, on three nodes in two zones of which n1 and n2 are VMs.
struct FaultBench : Bench {
    FaultBench() : Bench({"fault", "machine"}) {
        providers["vm"] = &vm;
        for (const char* name : {"n1", "n2"}) {
            auto made = machine(name);
            cluster.put(made);
            cluster.put(node(name, "True", "east"));
        }
        cluster.put(node("n3", "True", "west"));
        start();
        settle();
        vm.told.clear();
    }
    ~FaultBench() { stop(); }
    void start() {
        informers = std::make_unique<client::InformerSet>(cluster, executor);
        set = controllers::makeControllers(
            {cluster, executor, random, *informers, options, providers, faults}, names);
        set->start();
    }
    FakeInjector injector;
    FakeProvider vm{executor};
    machines::FaultInjector* faults = &injector;

    void put(const lab::Fault& fault) {
        cluster.put(fault);
        settle();
    }
    void remove(const std::string& name) {
        cluster.remove(api::kindOf<lab::Fault>().name, "", name, {}, [](const auto&) {});
        settle();
    }
    lab::Fault get(const std::string& name) const {
        return cluster.get<lab::Fault>(name).value_or(lab::Fault());
    }
    QString phase(const std::string& name) const {
        return QString::fromStdString(get(name).status().phase());
    }
    QString message(const std::string& name) const {
        return QString::fromStdString(get(name).status().message());
    }
    QString reason(const std::string& name) const {
        const auto fault = get(name);
        const auto& all = fault.status().conditions();
        return all.empty() ? QString() : QString::fromStdString(all[0].reason());
    }
};

lab::Fault fault(const std::string& name, const std::vector<std::string>& nodes = {"n1"}) {
    lab::Fault made;
    made.mutable_metadata()->set_name(name);
    for (const std::string& each : nodes)
        made.mutable_spec()->mutable_nodes()->add_names(each);
    return made;
}
lab::Fault power(const std::string& name, const std::string& state,
                 const std::vector<std::string>& nodes = {"n1"}) {
    lab::Fault made = fault(name, nodes);
    made.mutable_spec()->mutable_nodepower()->set_state(state);
    return made;
}
lab::Fault slow(const std::string& name, int percent, const std::vector<std::string>& nodes = {"n1"}) {
    lab::Fault made = fault(name, nodes);
    made.mutable_spec()->mutable_slowcpu()->set_percent(percent);
    return made;
}
core::Pod running(const std::string& name, const std::string& containerId) {
    core::Pod made = pod(name, "web", "n1");
    auto& status = *made.mutable_status()->add_containerstatuses();
    status.set_name("main");
    status.set_containerid(containerId);
    status.mutable_state()->mutable_running();
    return made;
}

} // namespace

class TestFault : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void beginsEndsAndIsUndone() {
        FaultBench bench;
        auto made = slow("s", 20);
        made.mutable_spec()->set_startafterseconds(10);
        made.mutable_spec()->set_durationseconds(30);
        bench.put(made);
        QCOMPARE(bench.phase("s"), QString("Pending"));
        QCOMPARE(bench.reason("s"), QString("NotYet"));
        QVERIFY(bench.injector.plan.nodes.empty());
        bench.settle(11s);
        QCOMPARE(bench.phase("s"), QString("Active"));
        QCOMPARE(bench.message("s"), QString("1 node: pods get 20% of the processors."));
        QCOMPARE(bench.injector.plan.nodes["n1"].cpuPercent, 20);
        QCOMPARE(bench.get("s").status().targets(0).node(), std::string("n1"));
        bench.settle(31s);
        QCOMPARE(bench.phase("s"), QString("Ended"));
        QVERIFY(bench.injector.plan.nodes.empty());
        bench.settle(1h);
        QCOMPARE(bench.phase("s"), QString("Ended"));
        QCOMPARE(bench.get("s").status().rounds(), 1);
    }

    void deletingUndoesItFirst() {
        FaultBench bench;
        bench.put(slow("s", 20));
        QCOMPARE(bench.injector.plan.nodes["n1"].cpuPercent, 20);
        bench.remove("s");
        QVERIFY(bench.injector.plan.nodes.empty());
        QVERIFY(!bench.cluster.get<lab::Fault>("s"));
    }

    void repeatsAtEvenTimes() {
        FaultBench bench;
        auto made = slow("s", 20);
        made.mutable_spec()->set_durationseconds(10);
        made.mutable_spec()->set_everyseconds(60);
        bench.put(made);
        for (int round = 1; round <= 3; ++round) {
            QCOMPARE(bench.phase("s"), QString("Active"));
            QCOMPARE(bench.get("s").status().rounds(), round);
            bench.settle(15s);
            QCOMPARE(bench.phase("s"), QString("Pending"));
            QVERIFY(bench.injector.plan.nodes.empty());
            bench.settle(45s);
        }
    }

    void beginsWhenItsScheduleSays() {
        FaultBench bench;
        lab::Fault made = slow("s", 20);
        made.mutable_spec()->set_schedule("*/10 * * * *");
        made.mutable_spec()->set_durationseconds(60);
        made.mutable_spec()->set_startafterseconds(700);
        bench.put(made);
        const WallTime earliest = bench.executor.wallNow() + 690s;
        for (int round = 1; round <= 3; ++round) {
            QCOMPARE(bench.phase("s"), QString("Pending"));
            const WallTime next = api::fromTime(bench.get("s").status().next());
            QVERIFY(next > earliest);
            QCOMPARE(next.time_since_epoch() % 10min, Duration::zero());
            bench.settle(next - bench.executor.wallNow() + 1s);
            QCOMPARE(bench.phase("s"), QString("Active"));
            QCOMPARE(bench.get("s").status().rounds(), round);
            bench.settle(61s);
        }
        bench.stop(); // over two of its times
        bench.settle(15min);
        bench.start();
        bench.settle();
        QCOMPARE(bench.get("s").status().rounds(), 4);
        bench.settle(61s);
        QCOMPARE(bench.phase("s"), QString("Pending"));
    }

    void aScheduleThatNamesNoDayEndsIt() {
        FaultBench bench;
        lab::Fault made = slow("s", 20);
        made.mutable_spec()->set_schedule("0 0 30 2 *");
        made.mutable_spec()->set_durationseconds(60);
        bench.put(made);
        QCOMPARE(bench.phase("s"), QString("Ended"));
        QCOMPARE(bench.message("s"), QString("Its schedule names no time that comes."));
    }

    void theWorstHoldsAndWhatIsLeftStays() {
        FaultBench bench;
        bench.put(slow("a", 50));
        bench.put(slow("b", 10));
        QCOMPARE(bench.injector.plan.nodes["n1"].cpuPercent, 10);
        bench.remove("b");
        QCOMPARE(bench.injector.plan.nodes["n1"].cpuPercent, 50);
    }

    void powerIsTheMachinesBusiness_data() {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QStringList>("done");
        QTest::addColumn<QStringList>("undone");
        QTest::newRow("cut") << "Cut" << QStringList{"cut n1"} << QStringList{"start n1"};
        QTest::newRow("frozen") << "Frozen" << QStringList{"freeze n1"} << QStringList{"thaw n1"};
    }
    void powerIsTheMachinesBusiness() {
        QFETCH(QString, state);
        QFETCH(QStringList, done);
        QFETCH(QStringList, undone);
        FaultBench bench;
        bench.put(power("p", state.toStdString()));
        QCOMPARE(bench.phase("p"), QString("Active"));
        QCOMPARE(bench.vm.told, done);
        bench.settle(10min); // a machine that is off on purpose is not started
        QCOMPARE(bench.vm.told, done);
        QVERIFY(bench.cluster.get<lab::Machine>("n1")->status().message().find("\"p\"") != std::string::npos);
        bench.vm.told.clear();
        bench.remove("p");
        QCOMPARE(bench.vm.told, undone);
        QCOMPARE(bench.cluster.get<lab::Machine>("n1")->spec().power(), std::string("On"));
        QVERIFY(bench.cluster.get<lab::Machine>("n1")->status().message().empty());
    }

    void twoPowerFaultsLastAsLongAsEither() {
        FaultBench bench;
        bench.put(power("frozen", "Frozen"));
        bench.put(power("cut", "Cut"));
        QCOMPARE(bench.vm.told, QStringList({"freeze n1", "cut n1"}));
        bench.vm.told.clear();
        bench.remove("cut");
        bench.settle();
        QCOMPARE(bench.vm.told, QStringList({"start n1", "freeze n1"}));
        bench.remove("frozen");
        QCOMPARE(bench.vm.told.last(), QString("thaw n1"));
    }

    void aMachineThatIsOffStaysOff() {
        FaultBench bench;
        bench.cluster.edit<lab::Machine>("n1", [](auto& m) { m.mutable_spec()->set_power("Off"); });
        bench.settle();
        bench.vm.told.clear();
        bench.put(power("p", "Frozen"));
        bench.remove("p");
        QCOMPARE(bench.vm.told, QStringList());
    }

    void whatANodeCannotSufferFailsAtOnce_data() {
        QTest::addColumn<bool>("isLink");
        QTest::newRow("no machine has no power") << false;
        QTest::newRow("no VM is on the fabric") << true;
    }
    void whatANodeCannotSufferFailsAtOnce() {
        QFETCH(bool, isLink);
        FaultBench bench;
        auto made = power("p", "Cut", {"n3"});
        if (isLink) {
            made.mutable_spec()->clear_nodepower();
            made.mutable_spec()->mutable_link()->set_cut(true);
            made.mutable_spec()->mutable_link()->mutable_to()->set_zone("east");
        }
        bench.put(made);
        QCOMPARE(bench.phase("p"), QString("Failed"));
        QCOMPARE(bench.reason("p"), QString("NotPossible"));
        QVERIFY(bench.message("p").startsWith("n3: it is no"));
        QVERIFY(bench.injector.plan == machines::FaultPlan());
    }

    void linksBetweenNodesAndToTheControlPlane() {
        FaultBench bench;
        auto both = fault("both", {"n1"});
        both.mutable_spec()->mutable_link()->set_latencymilliseconds(100);
        both.mutable_spec()->mutable_link()->set_losspercent(5);
        both.mutable_spec()->mutable_link()->mutable_to()->add_names("n2");
        bench.put(both);
        QCOMPARE(bench.injector.plan.links.size(), std::size_t(2));
        QCOMPARE(bench.injector.plan.links[std::pair("n2", "n1")].delay, Duration(100ms));
        QCOMPARE(bench.injector.plan.links[std::pair("n1", "n2")].loss, 0.05);
        auto oneWay = fault("plane", {"n3"});
        oneWay.mutable_spec()->mutable_link()->set_controlplane(true);
        oneWay.mutable_spec()->mutable_link()->set_oneway(true);
        oneWay.mutable_spec()->mutable_link()->set_cut(true);
        bench.put(oneWay);
        QVERIFY(bench.injector.plan.nodes["n3"].toPlane.cut);
        QVERIFY(!bench.injector.plan.nodes["n3"].fromPlane.cut);
        QCOMPARE(bench.phase("plane"), QString("Active"));
    }

    void zonesAndLabelsFindNodes() {
        FaultBench bench;
        auto zone = slow("z", 50, {});
        zone.mutable_spec()->mutable_nodes()->set_zone("east");
        bench.put(zone);
        QCOMPARE(bench.get("z").status().targets_size(), 2);
        auto all = slow("all", 60, {});
        all.mutable_spec()->mutable_nodes()->mutable_selector();
        bench.put(all);
        QCOMPARE(bench.get("all").status().targets_size(), 3);
        bench.cluster.put(node("n4", "True", "east")); // spared: it came later
        bench.settle();
        QCOMPARE(bench.get("z").status().targets_size(), 2);
        QVERIFY(!bench.injector.plan.nodes.contains("n4"));
    }

    void waitsForSomebodyAndEndsWithThem() {
        FaultBench bench;
        bench.put(slow("s", 20, {"later"}));
        QCOMPARE(bench.phase("s"), QString("Pending"));
        QCOMPARE(bench.reason("s"), QString("NoTarget"));
        bench.cluster.put(node("later"));
        bench.settle();
        QCOMPARE(bench.phase("s"), QString("Active"));
        bench.cluster.drop<core::Node>("later");
        bench.cluster.put(node("later")); // another of its name
        bench.settle();
        QCOMPARE(bench.phase("s"), QString("Ended"));
        QVERIFY(bench.injector.plan.nodes.empty());
    }

    void aContainerIsKilledOnce() {
        FaultBench bench;
        bench.cluster.put(running("web-1", "containerd://one"));
        bench.cluster.put(running("web-2", "containerd://two"));
        lab::Fault made;
        made.mutable_metadata()->set_name("k");
        made.mutable_spec()->mutable_containerkill()->set_namespace_("default");
        made.mutable_spec()->mutable_containerkill()->set_pod("web-1");
        bench.put(made);
        QCOMPARE(bench.phase("k"), QString("Active"));
        QVERIFY(!bench.injector.kills.empty());
        for (const auto& victim : bench.injector.kills)
            QCOMPARE(victim.containerId, std::string("containerd://one"));
        bench.cluster.put(running("web-1", "containerd://three"));
        bench.settle(5s);
        QCOMPARE(bench.phase("k"), QString("Ended"));
        QCOMPARE(bench.message("k"), QString("1 container killed."));
        const auto asked = bench.injector.kills.size();
        bench.settle(1min);
        QCOMPARE(bench.injector.kills.size(), asked);
    }

    void atMostSoManyPods() {
        FaultBench bench;
        for (int i = 0; i < 5; ++i)
            bench.cluster.put(running("web-" + std::to_string(i), "containerd://" + std::to_string(i)));
        lab::Fault made;
        made.mutable_metadata()->set_name("k");
        made.mutable_spec()->mutable_containerkill()->set_namespace_("default");
        (*made.mutable_spec()->mutable_containerkill()->mutable_selector()->mutable_matchlabels())["app"] =
            "web";
        made.mutable_spec()->mutable_containerkill()->set_pods(2);
        bench.put(made);
        QCOMPARE(bench.get("k").status().targets_size(), 2);
    }

    void whatANodeCannotDoIsSaid() {
        FaultBench bench;
        bench.put(slow("s", 20));
        QCOMPARE(bench.reason("s"), QString("Done"));
        bench.injector.report("n1", "no cgroups here");
        bench.settle();
        QCOMPARE(bench.reason("s"), QString("NodeCannot"));
        QCOMPARE(bench.get("s").status().targets(0).problem(), std::string("no cgroups here"));
        bench.injector.report("n1", "");
        bench.settle();
        QCOMPARE(bench.reason("s"), QString("Done"));
    }

    void aRestartTakesUpWhatLasts_data() {
        QTest::addColumn<bool>("longAway");
        QTest::newRow("before its end") << false;
        QTest::newRow("after its end") << true;
    }
    void aRestartTakesUpWhatLasts() {
        QFETCH(bool, longAway);
        FaultBench bench;
        auto made = slow("s", 20);
        made.mutable_spec()->set_durationseconds(60);
        bench.put(made);
        bench.put(power("p", "Cut", {"n2"}));
        bench.stop();
        QVERIFY(bench.injector.plan == machines::FaultPlan()); // mended at the exit
        bench.settle(longAway ? 2min : Duration(1s));
        bench.start();
        bench.settle();
        QCOMPARE(bench.phase("s"), QString(longAway ? "Ended" : "Active"));
        QCOMPARE(bench.injector.plan.nodes.contains("n1"), !longAway);
        QCOMPARE(bench.get("s").status().rounds(), 1);
        QVERIFY(!bench.vm.told.contains("start n2"));
    }

    void aFrozenMachineIsLetGoAtTheExit() {
        FaultBench bench;
        bench.put(power("p", "Frozen"));
        bench.vm.told.clear();
        bench.stop();
        QCOMPARE(bench.vm.told, QStringList({"thaw n1"}));
        bench.start();
        bench.settle();
        QVERIFY(bench.vm.told.contains("freeze n1"));
    }

    void lostAnswersChangeNothing() {
        FaultBench bench;
        bench.cluster.loseAnswers("update", "faults", 3);
        auto made = slow("s", 20);
        made.mutable_spec()->set_durationseconds(30);
        bench.put(made);
        bench.settle(20s);
        QCOMPARE(bench.phase("s"), QString("Active"));
        QCOMPARE(bench.get("s").status().rounds(), 1);
        QCOMPARE(bench.injector.plan.nodes["n1"].cpuPercent, 20);
        bench.settle(30s);
        QCOMPARE(bench.phase("s"), QString("Ended"));
    }

    void withoutMeansItFails() {
        FaultBench bench;
        bench.stop();
        bench.faults = nullptr;
        bench.start();
        bench.settle();
        bench.put(slow("s", 20));
        QCOMPARE(bench.phase("s"), QString("Failed"));
        bench.put(power("p", "Cut"));
        QCOMPARE(bench.phase("p"), QString("Active"));
    }
};

QTEST_GUILESS_MAIN(TestFault)
#include "test_fault.moc"
