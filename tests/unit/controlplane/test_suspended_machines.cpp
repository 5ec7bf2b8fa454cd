#include "clock_keeper.h"
#include "engine/api/groups/clock.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "fake_provider.h"
#include "standstill.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::controlplane;
using namespace std::chrono_literals;
namespace lab = api::lab;

namespace {

/// A keeper of the clock, as it lives from one start of the program to the next.
struct Keeping {
    Keeping(SimulatedExecutor& executor, client::Cluster& cluster, ClockKeeper::Providers providers)
        : time(executor), gate(executor), keeper(cluster, executor, time, gate, std::move(providers)) {
        keeper.start([this](const Result<void>& outcome) { started = outcome.has_value(); });
    }
    ClusterTime time;
    WorkGate gate;
    ClockKeeper keeper;
    bool started = false;
};

struct Bench {
    SeededRandom random{7};
    SimulatedExecutor executor;
    tests::FakeCluster cluster{executor, random};
    tests::FakeProvider vms{executor};
    tests::FakeProvider simulated{executor};
    const ClockKeeper::Providers providers{{"vm", &vms}, {"simulated", &simulated}};
    std::unique_ptr<Standstill> standstill;
    std::unique_ptr<Keeping> keeping;

    void start() {
        keeping.reset();
        standstill = std::make_unique<Standstill>();
        keeping = std::make_unique<Keeping>(executor, cluster, standstill->forHolder(providers));
        executor.advance(1s);
        QVERIFY(keeping->started);
    }
    void machine(const std::string& name, const std::string& phase = "Running",
                 const std::string& provider = "vm", const std::string& power = "On") {
        lab::Machine made;
        made.mutable_metadata()->set_name(name);
        made.mutable_spec()->set_provider(provider);
        made.mutable_spec()->set_power(power);
        made.mutable_status()->set_phase(phase);
        cluster.put(made);
        executor.advance(1s);
    }
    void clock(bool paused, bool suspend) {
        QVERIFY(cluster.edit<lab::ClusterClock>("cluster", [&](lab::ClusterClock& clock) {
            clock.mutable_spec()->set_paused(paused);
            clock.mutable_spec()->set_suspendmachines(suspend);
        }));
        executor.advance(1s);
    }
    /// What the VMs were told since this was last asked, in order of their names.
    QStringList told() {
        QStringList out = std::exchange(vms.told, {});
        out.sort();
        return out;
    }
};

} // namespace

/// suspendMachines: real machines stand still while the clock does.
class SuspendedMachinesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void holdersSeeWhatMachinesCanHave() {
        Bench bench;
        bench.vms.most = 200;
        Standstill standstill;
        const auto seen = standstill.forHolder(bench.providers);
        QCOMPARE(seen.at("vm")->mostVolumes(), 200);
        QCOMPARE(seen.at("simulated")->mostVolumes(), 0);
    }

    void standStillWithTheClock() {
        Bench bench;
        bench.machine("vm-1");
        bench.machine("vm-2");
        bench.machine("sim-1", "Running", "simulated");
        bench.start();
        QCOMPARE(bench.told(), QStringList{});
        bench.clock(true, true);
        QCOMPARE(bench.told(), (QStringList{"freeze vm-1", "freeze vm-2"}));
        bench.executor.advance(1h);
        QCOMPARE(bench.told(), QStringList{});
        bench.clock(false, true);
        QCOMPARE(bench.told(), (QStringList{"thaw vm-1", "thaw vm-2"}));
        QVERIFY(bench.simulated.told.isEmpty()); // they live by the clock anyway
    }

    void runOnWhereNobodyAskedForIt() {
        Bench bench;
        bench.machine("vm-1");
        bench.start();
        bench.clock(true, false);
        QCOMPARE(bench.told(), QStringList{});
        // Asked for later, and taken back, while the clock stands.
        bench.clock(true, true);
        QCOMPARE(bench.told(), QStringList{"freeze vm-1"});
        bench.clock(true, false);
        QCOMPARE(bench.told(), QStringList{"thaw vm-1"});
        bench.clock(false, false);
        QCOMPARE(bench.told(), QStringList{});
    }

    void onlyThoseThatRun() {
        Bench bench;
        bench.machine("off", "Stopped", "vm", "Off");
        bench.machine("booting", "Booting");
        bench.start();
        bench.clock(true, true);
        QCOMPARE(bench.told(), QStringList{});
        // As soon as it runs it stands still.
        bench.machine("booting");
        bench.machine("new");
        QCOMPARE(bench.told(), (QStringList{"freeze booting", "freeze new"}));
        bench.clock(false, true);
        QCOMPARE(bench.told(), (QStringList{"thaw booting", "thaw new"}));
    }

    /// Frozen by a Fault or by hand: the clock that goes on is no reason to go on, and the other way round.
    void whatOthersFreezeStaysFrozen() {
        Bench bench;
        bench.machine("vm-1", "Running", "vm", "Frozen");
        bench.machine("vm-2", "Running", "vm", "Frozen");
        bench.machine("vm-3");
        bench.start();
        machines::MachineProvider& power = *bench.standstill->forHolder(bench.providers).at("vm");
        power.freeze("vm-1");
        power.freeze("vm-2");
        bench.clock(true, true);
        bench.told();
        power.thaw("vm-2");
        QCOMPARE(bench.told(), QStringList{}); // the clock stands
        bench.clock(false, true);
        QCOMPARE(bench.told(), (QStringList{"thaw vm-2", "thaw vm-3"}));
        power.thaw("vm-1");
        QCOMPARE(bench.told(), QStringList{"thaw vm-1"});
        power.thaw("vm-3"); // whoever froze it earlier may not be there any more
        QCOMPARE(bench.told(), QStringList{"thaw vm-3"});
    }

    /// A machine without power, or another of the name, is held by nobody.
    void anEndLetsGo() {
        Bench bench;
        bench.start();
        const auto holder = [&bench] { return bench.standstill->forHolder(bench.providers).at("vm"); };
        machines::MachineProvider* const power = holder();
        machines::MachineProvider* const other = holder();
        power->freeze("vm-1");
        other->freeze("vm-1");
        power->cutPower("vm-1");
        other->thaw("vm-1");
        QCOMPARE(bench.told(), (QStringList{"cut vm-1", "freeze vm-1", "freeze vm-1", "thaw vm-1"}));
        power->freeze("vm-2");
        other->remove("vm-2", [](const Result<void>&) {});
        other->thaw("vm-2");
        QCOMPARE(bench.told(), (QStringList{"freeze vm-2", "remove vm-2", "thaw vm-2"}));
    }

    void whatIsRemovedIsForgotten() {
        Bench bench;
        bench.machine("vm-1");
        bench.start();
        bench.clock(true, true);
        bench.told();
        bench.cluster.drop<lab::Machine>("vm-1");
        bench.executor.advance(1s);
        bench.clock(false, true);
        QCOMPARE(bench.told(), QStringList{});
    }

    /// The program ends and starts again while the clock stands: it sees to it that the machines do too, and
    /// wakes them when the clock goes on.
    void aRestartWhileTheClockStands() {
        Bench bench;
        bench.machine("vm-1");
        bench.start();
        bench.clock(true, true);
        QCOMPARE(bench.told(), QStringList{"freeze vm-1"});
        bench.start();
        QCOMPARE(bench.told(), QStringList{"freeze vm-1"});
        bench.clock(false, true);
        QCOMPARE(bench.told(), QStringList{"thaw vm-1"});
    }

    /// The machines are listed late: that is early enough.
    void aRestartThatKnowsTheMachinesLate() {
        Bench bench;
        bench.machine("vm-1");
        bench.start();
        bench.clock(true, true);
        bench.told();
        Status away;
        away.reason = Reason::ServiceUnavailable;
        bench.cluster.failNext("watch", "machines", away, 3);
        bench.cluster.failNext("list", "machines", away, 3);
        bench.start();
        bench.executor.advance(1min);
        QCOMPARE(bench.told(), QStringList{"freeze vm-1"});
    }
};

QTEST_GUILESS_MAIN(SuspendedMachinesTest)
#include "test_suspended_machines.moc"
