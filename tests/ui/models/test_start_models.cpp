// What a computer can do and what is asked of it, in words; a build that is watched; nodes on their way.
#include "engine/api/types.h"
#include "fake_host.h"
#include "ui/models/deploy_template.h"
#include "ui/models/host_model.h"
#include "ui/models/node_progress.h"
#include "ui/models/provision.h"
#include "ui/models/sample_lab.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>

Q_DECLARE_METATYPE(wheelhouse::ui::HostFacts)

using namespace wheelhouse;
using namespace wheelhouse::ui;
using tests::FakeHost;

namespace {

constexpr qint64 gib = qint64{1} << 30;

const HostCheck& find(const std::vector<HostCheck>& checks, const QString& id) {
    for (const HostCheck& check : checks)
        if (check.id == id) return check;
    qFatal("no check %s", qPrintable(id));
}

api::ObjectPtr machine(const std::string& name, const std::string& provider, const std::string& phase,
                       int cpus = 2, int mib = 2048) {
    api::lab::Machine out;
    out.mutable_metadata()->set_name(name);
    out.mutable_metadata()->set_uid("m-" + name);
    out.mutable_spec()->set_provider(provider);
    out.mutable_spec()->set_cpus(cpus);
    out.mutable_spec()->set_memorymib(mib);
    out.mutable_status()->set_phase(phase);
    if (phase != "Pending") {
        auto* step = out.mutable_status()->add_steps();
        step->set_name("kernel");
        step->set_milliseconds(1700);
        step->set_done(true);
    }
    return api::Object::of(out);
}

api::ObjectPtr node(const std::string& name) {
    api::core::Node out;
    out.mutable_metadata()->set_name(name);
    out.mutable_metadata()->set_uid("n-" + name);
    auto* ready = out.mutable_status()->add_conditions();
    ready->set_type("Ready");
    ready->set_status("True");
    return api::Object::of(out);
}

/// A computer that lacks something, and what is said about it.
template <class Change>
void lacking(const char* name, Change change, const char* id, Tone tone, const char* command,
             bool fix = false, bool machines = true) {
    HostFacts facts = FakeHost::good();
    change(facts);
    QTest::newRow(name) << facts << QString(id) << static_cast<int>(tone) << QString(command) << fix
                        << machines;
}

void lackingRoom() {
    lacking(
        "memory for two", [](auto& f) { f.memoryFree = gib + gib / 4; }, "memory", Tone::Warning, "");
    lacking(
        "no memory", [](auto& f) { f.memoryFree = gib / 4; }, "memory", Tone::Bad, "");
    lacking(
        "small computer", [](auto& f) { f.memory = gib; }, "memory", Tone::Bad, "");
    lacking(
        "little disk", [](auto& f) { f.diskFree = 5 * gib; }, "disk", Tone::Warning,
        "du -xh ~ | sort -h | tail -20");
    lacking(
        "no disk", [](auto& f) { f.diskFree = gib; }, "disk", Tone::Bad, "du -xh ~ | sort -h | tail -20");
}

} // namespace

class TestStartModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void nothingIsMissing();
    void checks_data();
    void checks();
    void askedForTooMuch_data();
    void askedForTooMuch();
    void promisesAreThoseOfVirtualMachines();
    void zonesAreTakenInTurn();
    void aBuildIsWatched();
    void aBuildThatFailsSaysWhy();
    void aBuildIsStopped();
    void anotherLookIsOneMore();
    void withoutAComputerNothingIsKnown();
    void nodesComeUp();
    void theSampleLabIsOrdinaryObjects();
};

void TestStartModels::nothingIsMissing() {
    const auto checks = checksOf(FakeHost::good());
    QCOMPARE(checks.size(), 5U);
    for (const HostCheck& check : checks) {
        QCOMPARE(check.tone, Tone::Good);
        QVERIFY2(check.command.isEmpty() && check.fix.isEmpty(), qPrintable(check.id));
        QVERIFY(!check.title.isEmpty() && !check.finding.isEmpty() && !check.meaning.isEmpty());
    }
    QCOMPARE(machinesProblem(FakeHost::good()), QString());
}

void TestStartModels::checks_data() {
    QTest::addColumn<HostFacts>("facts");
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("tone");
    QTest::addColumn<QString>("command");
    QTest::addColumn<bool>("fix");
    QTest::addColumn<bool>("machines");
    using Kvm = HostFacts::Kvm;
    lacking(
        "no processor", [](auto& f) { f.kvm = Kvm::NoProcessor; }, "accelerator", Tone::Warning, "");
    lacking(
        "no module", [](auto& f) { f.kvm = Kvm::NoDevice; }, "accelerator", Tone::Warning,
        "sudo modprobe kvm_intel");
    lacking(
        "no module of AMD",
        [](auto& f) {
            f.kvm = Kvm::NoDevice;
            f.virtualisation = "svm";
        },
        "accelerator", Tone::Warning, "sudo modprobe kvm_amd");
    lacking(
        "not in the group", [](auto& f) { f.kvm = Kvm::NoPermission; }, "accelerator", Tone::Warning,
        "sudo usermod -aG kvm ada");
    lacking(
        "broken",
        [](auto& f) {
            f.kvm = Kvm::Broken;
            f.kvmReason = "too slow";
        },
        "accelerator", Tone::Warning, "");
    lacking(
        "no QEMU", [](auto& f) { f.qemu = false; }, "drivers", Tone::Bad,
        "sudo apt-get install qemu-system-x86", false, false);
    lacking(
        "no driver", [](auto& f) { f.driver = false; }, "drivers", Tone::Bad,
        "sudo apt-get install libvirt-daemon-driver-qemu", false, false);
    lacking(
        "no driver, no QEMU", [](auto& f) { f.driver = f.qemu = false; }, "drivers", Tone::Bad,
        "sudo apt-get install qemu-system-x86 libvirt-daemon-driver-qemu", false, false);
    lacking(
        "no image", [](auto& f) { f.image = false; }, "image", Tone::Warning, "", true);
    lacking(
        "no image, no tools",
        [](auto& f) {
            f.image = false;
            f.imagePackages = QStringList{"mmdebstrap", "uidmap"};
        },
        "image", Tone::Bad, "sudo apt-get install mmdebstrap uidmap", false, false);
    lacking(
        "not Debian",
        [](auto& f) {
            f.image = false;
            f.imageProblem = "run on Debian";
        },
        "image", Tone::Bad, "", false, false);
    lackingRoom();
}

void TestStartModels::checks() {
    QFETCH(HostFacts, facts);
    QFETCH(QString, id);
    QFETCH(int, tone);
    QFETCH(QString, command);
    QFETCH(bool, fix);
    QFETCH(bool, machines);
    const auto all = checksOf(facts);
    const HostCheck& check = find(all, id);
    QCOMPARE(static_cast<int>(check.tone), tone);
    QCOMPARE(check.command, command);
    QCOMPARE(!check.fix.isEmpty(), fix);
    QVERIFY(!check.finding.isEmpty() && !check.meaning.isEmpty());
    QCOMPARE(machinesProblem(facts).isEmpty(), machines);
    for (const HostCheck& other : all)
        if (other.id != id) QCOMPARE(other.tone, Tone::Good);
}

void TestStartModels::askedForTooMuch_data() {
    QTest::addColumn<HostFacts>("facts");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("cpus");
    QTest::addColumn<int>("mib");
    QTest::addColumn<bool>("simulated");
    QTest::addColumn<int>("tone");
    QTest::addColumn<QStringList>("words");
    const HostFacts good = FakeHost::good();
    HostFacts busy = good;
    busy.memoryFree = gib;
    HostFacts full = good;
    full.diskFree = 9 * gib;
    HostFacts bare = good;
    bare.qemu = false;
    const auto row = [](const char* name, const HostFacts& facts, int count, int cpus, int mib,
                        bool simulated, Tone tone, const QStringList& words) {
        QTest::newRow(name) << facts << count << cpus << mib << simulated << static_cast<int>(tone) << words;
    };
    // Two processors and 2 GiB are promised already; of 16 GiB, 2 are the system's own.
    row("fits", good, 3, 2, 4096, false, Tone::Good, {});
    row("just fits", good, 1, 1, 11264, false, Tone::Good, {});
    row("more than machines may have", good, 3, 2, 4097, false, Tone::Bad, {"14.0 GiB"});
    row("more than is free", busy, 1, 1, 2048, false, Tone::Warning, {"1.0 GiB"});
    row("processors", good, 4, 2, 512, false, Tone::Warning, {"10 processors"});
    row("disk", full, 2, 1, 512, false, Tone::Warning, {"16.0 GiB"});
    row("memory and processors", good, 8, 4, 8192, false, Tone::Bad, {"66.0 GiB", "34 processors"});
    row("no QEMU", bare, 1, 1, 512, false, Tone::Bad, {"QEMU"});
    row("simulated ones ask for nothing", bare, 50, 64, 65536, true, Tone::Good, {});
}

void TestStartModels::askedForTooMuch() {
    QFETCH(HostFacts, facts);
    QFETCH(int, count);
    QFETCH(int, cpus);
    QFETCH(int, mib);
    QFETCH(bool, simulated);
    QFETCH(int, tone);
    QFETCH(QStringList, words);
    QLocale::setDefault(QLocale::c());
    const Provision provision = provisionOf(facts, {2, 2 * gib}, {simulated, count, cpus, mib, {}});
    QVERIFY2(static_cast<int>(provision.tone) == tone, qPrintable(provision.warnings.join('\n')));
    QCOMPARE(provision.warnings.size(), words.size());
    for (qsizetype i = 0; i < words.size(); ++i)
        QVERIFY2(provision.warnings[i].contains(words[i]), qPrintable(provision.warnings[i]));
}

void TestStartModels::promisesAreThoseOfVirtualMachines() {
    ClusterMapModel map;
    map.machine(Change::Added, machine("vm-1", "vm", "Running", 2, 2048));
    map.machine(Change::Added, machine("vm-2", "vm", "Booting", 1, 512));
    map.machine(Change::Added, machine("vm-3", "vm", "Stopped", 4, 4096));
    map.machine(Change::Added, machine("sim-1", "simulated", "Running", 32, 65536));
    map.apply();
    QVERIFY(promisedTo(map.nodes()) == (Promised{3, 2 * gib + gib / 2}));
}

void TestStartModels::zonesAreTakenInTurn() {
    const QString text =
        ClusterActions::machineManifest({true, 4, 1, 512, "zone-a, zone-b,"}, {QStringLiteral("sim-2")});
    QStringList found;
    for (const QString& line : text.split('\n'))
        if (line.startsWith("  name:") || line.startsWith("  zone:")) found << line.section(' ', -1);
    QCOMPARE(found,
             QStringList({"sim-1", "zone-a", "sim-3", "zone-b", "sim-4", "zone-a", "sim-5", "zone-b"}));
}

void TestStartModels::aBuildIsWatched() {
    FakeHost host;
    host.facts.image = false;
    HostModel model(&host);
    model.look();
    QVERIFY(model.facts() && !model.build());
    QSignalSpy failed(&model, &HostModel::failed);
    model.mend("memory"); // there is no button for that
    QVERIFY(!model.build());
    model.mend("image");
    model.mend("image");
    QCOMPARE(host.builds, 1);
    QVERIFY(model.build());
    host.progress("Fetching packages", 0.25);
    QCOMPARE(model.build()->step, QStringLiteral("Fetching packages"));
    QCOMPARE(model.build()->fraction, 0.25);
    host.finish({});
    QVERIFY(!model.build());
    QCOMPARE(find(model.checks(), "image").tone, Tone::Good);
    QCOMPARE(host.looks, 2);
    QCOMPARE(failed.size(), 0);
}

void TestStartModels::aBuildThatFailsSaysWhy() {
    FakeHost host;
    host.facts.image = false;
    HostModel model(&host);
    model.look();
    QSignalSpy failed(&model, &HostModel::failed);
    model.mend("image");
    host.finish("no network");
    QCOMPARE(failed.size(), 1);
    QCOMPARE(failed[0][0].toString(), QStringLiteral("no network"));
    QCOMPARE(find(model.checks(), "image").tone, Tone::Warning);
    model.mend("image");
    QCOMPARE(host.builds, 2);
}

void TestStartModels::aBuildIsStopped() {
    FakeHost host;
    host.facts.image = false;
    HostModel model(&host);
    model.look();
    QSignalSpy failed(&model, &HostModel::failed);
    model.cancelBuild();
    QVERIFY(!host.cancelled);
    model.mend("image");
    model.cancelBuild();
    QVERIFY(host.cancelled && model.build()->ending);
    host.finish("the build was cancelled");
    QVERIFY(!model.build());
    QCOMPARE(failed.size(), 0); // that is what was wanted
}

void TestStartModels::anotherLookIsOneMore() {
    FakeHost host;
    host.atOnce = false;
    HostModel model(&host);
    model.look();
    QVERIFY(model.looking());
    model.look();
    model.look();
    QCOMPARE(host.looks, 1);
    host.answer();
    QCOMPARE(host.looks, 2); // what was asked meanwhile, once
    host.answer();
    QCOMPARE(host.looks, 2);
    QVERIFY(!model.looking());
}

void TestStartModels::withoutAComputerNothingIsKnown() {
    HostModel model(nullptr);
    model.look();
    model.mend("image");
    QVERIFY(!model.isHere() && !model.facts() && model.checks().empty() && !model.build());
    // Nor is a model that is gone told anything.
    FakeHost host;
    host.atOnce = false;
    {
        HostModel gone(&host);
        gone.look();
        gone.mend("image");
    }
    host.answer();
    host.progress("Fetching packages", 0.5);
    host.finish({});
}

void TestStartModels::nodesComeUp() {
    ClusterMapModel map;
    NodeProgress progress(map);
    QAbstractItemModelTester tester(&progress, QAbstractItemModelTester::FailureReportingMode::QtTest);
    map.machine(Change::Added, machine("vm-1", "vm", "Pending"));
    map.machine(Change::Added, machine("vm-2", "vm", "Booting"));
    map.apply();
    QCOMPARE(progress.rowCount(), 0); // nobody looks
    progress.follow();
    QCOMPARE(progress.rowCount(), 2);
    QVERIFY(progress.counts() == (NodeProgress::Counts{0, 2, 0}));
    const auto name = [&](int row) { return progress.index(row, NodeProgress::Name).data().toString(); };
    const auto fraction = [&](int row) {
        return progress.index(row, 0).data(LiveTableModel::ExtraRole).toString().toDouble();
    };
    QCOMPARE(fraction(0), 0.0);
    QVERIFY(fraction(1) > 0 && fraction(1) < 1);
    map.machine(Change::Modified, machine("vm-1", "vm", "Running"));
    map.node(Change::Added, node("vm-1"));
    map.machine(Change::Modified, machine("vm-2", "vm", "Failed"));
    map.apply();
    QCOMPARE(name(0), QStringLiteral("vm-2")); // what needs somebody stands first
    QCOMPARE(name(1), QStringLiteral("vm-1"));
    QCOMPARE(fraction(1), 1.0);
    QVERIFY(progress.counts() == (NodeProgress::Counts{1, 0, 1}));
    progress.unfollow();
    map.machine(Change::Removed, machine("vm-2", "vm", "Failed"));
    map.apply();
    QCOMPARE(progress.rowCount(), 2);
    progress.follow();
    QCOMPARE(progress.rowCount(), 1);
    QVERIFY(progress.counts() == (NodeProgress::Counts{1, 0, 0}));
}

void TestStartModels::theSampleLabIsOrdinaryObjects() {
    const SampleLab lab = sampleLab({QStringLiteral("shop")});
    QVERIFY(lab.machines.simulated);
    const QStringList objects = objectsOf(lab.manifest);
    QVERIFY2(objects.contains("Deployment shop-2") && objects.contains("StatefulSet shop-2-db"),
             qPrintable(objects.join(", ")));
    for (const auto& pod : podTemplatesOf(lab.manifest)) // every pod may go onto simulated nodes
        QVERIFY(std::any_of(pod.spec().tolerations().begin(), pod.spec().tolerations().end(),
                            [](const auto& t) { return t.key() == "wheelhouse.dev/simulated"; }));
    QCOMPARE(podTemplatesOf(lab.manifest).size(), 2U);
}

QTEST_MAIN(TestStartModels)
#include "test_start_models.moc"
