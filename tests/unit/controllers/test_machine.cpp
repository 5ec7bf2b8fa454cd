#include "bench.h"
#include "machines.h"

#include <QScopeGuard>

using namespace wheelhouse;
using machines::Phase;

class TestMachine : public QObject {
    Q_OBJECT

    static api::lab::Machine now(Bench& bench, const std::string& name) {
        return bench.cluster.get<api::lab::Machine>(name).value_or(api::lab::Machine());
    }
    static void power(Bench& bench, const std::string& name, const std::string& wanted) {
        bench.cluster.edit<api::lab::Machine>(name, [&](auto& m) { m.mutable_spec()->set_power(wanted); });
        bench.settle();
    }

  private Q_SLOTS:
    void startsAMachineAndTellsHowItFares() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.options.bootstrapFor = [](const std::string& name, const std::string&) {
            machines::Bootstrap bootstrap;
            bootstrap.linkHost = "for " + name;
            return bootstrap;
        };
        const auto stored = bench.cluster.put(machine("a"));
        bench.start();
        bench.settle();
        QCOMPARE(vm.told, QStringList({"start a"}));
        const auto spec = vm.specs["a"];
        QCOMPARE(spec.uuid, stored.metadata().uid());
        QCOMPARE(spec.cpus, 2);
        QCOMPARE(spec.bootstrap.linkHost, std::string("for a"));
        QCOMPARE(spec.nodeLabels.at("topology.kubernetes.io/zone"), std::string("east"));
        QCOMPARE(spec.nodeLabels.at("kubernetes.io/hostname"), std::string("a"));
        QCOMPARE(spec.nodeLabels.at("wheelhouse.dev/provider"), std::string("vm"));
        QCOMPARE(now(bench, "a").status().phase(), std::string("Running"));
        QCOMPARE(now(bench, "a").status().accelerator(), std::string("tcg: no KVM here"));
        QCOMPARE(now(bench, "a").metadata().finalizers_size(), 1);
    }

    void powerFollowsTheSpec() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.start();
        bench.settle();
        power(bench, "a", "Off");
        QCOMPARE(now(bench, "a").status().phase(), std::string("Stopped"));
        power(bench, "a", "On");
        power(bench, "a", "Frozen");
        power(bench, "a", "On");
        QCOMPARE(vm.told, QStringList({"start a", "cut a", "start a", "freeze a", "thaw a"}));
    }

    void simulatedOnesAreTaintedWhenTheLabSaysSo_data() {
        QTest::addColumn<bool>("wanted");
        QTest::newRow("mixed lab") << true;
        QTest::newRow("simulated only") << false;
    }
    void simulatedOnesAreTaintedWhenTheLabSaysSo() {
        QFETCH(bool, wanted);
        Bench bench({"machine"});
        FakeProvider simulated(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["simulated"] = &simulated;
        bench.options.taintSimulated = wanted;
        bench.cluster.put(machine("s", "simulated"));
        bench.start();
        bench.settle();
        QCOMPARE(simulated.specs["s"].nodeTaints.size(), std::size_t(wanted));
        QCOMPARE(simulated.specs["s"].nodeLabels.at("wheelhouse.dev/provider"), std::string("simulated"));
    }

    void aDeletedMachineGoesWithItsNodeAndOnlyThen() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.cluster.put(node("a"));
        bench.start();
        bench.settle();
        vm.failRemovals = true;
        bench.cluster.remove(api::kindOf<api::lab::Machine>().name, "", "a", {}, [](auto) {});
        bench.settle();
        QVERIFY(bench.cluster.get<api::lab::Machine>("a"));
        QVERIFY(bench.cluster.get<core::Node>("a"));
        bench.restart();
        vm.failRemovals = false;
        bench.settle(5s);
        QVERIFY(!bench.cluster.get<api::lab::Machine>("a"));
        QVERIFY(!bench.cluster.get<core::Node>("a"));
    }

    void oneThatHangsHoldsUpNobodyElse() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.start();
        bench.settle();
        vm.hang = true;
        bench.cluster.remove(api::kindOf<api::lab::Machine>().name, "", "a", {}, [](auto) {});
        bench.cluster.put(machine("b"));
        bench.settle();
        QCOMPARE(now(bench, "b").status().phase(), std::string("Running"));
        QVERIFY(bench.cluster.get<api::lab::Machine>("a"));
    }

    void aFailureIsShownAndTriedAgainLater() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        vm.broken = true;
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.start();
        bench.settle(10s);
        QCOMPARE(now(bench, "a").status().phase(), std::string("Failed"));
        QCOMPARE(now(bench, "a").status().message(), std::string("no disk space"));
        QCOMPARE(vm.told.size(), 1);
        const auto event = bench.cluster.all<core::Event>().front();
        QCOMPARE(event.reason(), std::string("MachineFailed"));
        QCOMPARE(event.message(), std::string("no disk space"));
        vm.broken = false;
        bench.settle(40s);
        QCOMPARE(now(bench, "a").status().phase(), std::string("Running"));
    }

    void aRestartAdoptsAndDoesNotMakeTwice() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.start();
        bench.settle();
        vm.set("stray", Phase::Running);
        bench.settle();
        bench.restart();
        bench.settle(10s);
        QVERIFY(vm.told.contains("remove stray"));
        QVERIFY(!vm.told.contains("remove a"));
        QVERIFY(!vm.told.contains("cut a"));
        QCOMPARE(vm.states.size(), std::size_t(1));
    }

    void aBurstOfReportsIsFewWrites() {
        Bench bench({"machine"});
        FakeProvider vm(bench.executor);
        const auto stop = qScopeGuard([&] { bench.stop(); });
        bench.providers["vm"] = &vm;
        bench.cluster.put(machine("a"));
        bench.start();
        bench.settle();
        bench.cluster.calls.clear();
        for (int i = 0; i < 100; ++i) {
            vm.states["a"].consoleTail = "line " + std::to_string(i);
            vm.tell("a");
            bench.settle(10ms);
        }
        bench.settle(1s);
        QVERIFY2(bench.cluster.count("update", "machines") <= 4,
                 qPrintable(QString::number(bench.cluster.count("update", "machines"))));
        QCOMPARE(now(bench, "a").status().consoletail(), std::string("line 99"));
    }

    void aKindNobodyMakesSaysSo() {
        Bench bench({"machine"});
        bench.cluster.put(machine("a", "vm"));
        bench.start();
        bench.settle();
        QCOMPARE(now(bench, "a").status().phase(), std::string("Failed"));
        QVERIFY(now(bench, "a").status().message().find("vm") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestMachine)
#include "test_machine.moc"
