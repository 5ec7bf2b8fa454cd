// Faults as the window offers, lists and explains them.
#include "engine/api/codec.h"
#include "engine/api/groups/clock.h"
#include "engine/api/groups/links.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "fake_cluster.h"
#include "ui/models/fault_effects.h"
#include "ui/models/fault_model.h"
#include "ui/models/fault_template.h"
#include "ui/models/link_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;
using Kind = FaultPlace::Kind;

namespace {

FaultWish filled(const FaultTemplate& what) {
    FaultWish wish = wishOf(what);
    if (wish.where.kind == Kind::Nodes) wish.where.text = "vm-1, vm-2";
    if (wish.where.kind == Kind::Zone) wish.where.text = "b";
    wish.nameSpace = "shop";
    wish.pods = "app=web";
    return wish;
}

api::lab::Fault readManifest(const QString& text) {
    const auto documents = api::yamlToJson(text.toStdString());
    if (!documents || documents->size() != 1) return {};
    const auto decoded = api::decodeJson((*documents)[0], api::FieldValidation::Strict);
    const auto* fault = decoded ? dynamic_cast<const api::lab::Fault*>(decoded->message.get()) : nullptr;
    return fault == nullptr ? api::lab::Fault() : *fault;
}

api::ObjectPtr faultOn(const std::string& name, const std::string& phase,
                       const std::vector<std::string>& nodes, std::optional<WallTime> ends = {}) {
    api::lab::Fault fault;
    fault.mutable_metadata()->set_name(name);
    fault.mutable_spec()->mutable_nodepower()->set_state("Cut");
    fault.mutable_status()->set_phase(phase);
    for (const std::string& node : nodes) {
        fault.mutable_spec()->mutable_nodes()->add_names(node);
        fault.mutable_status()->add_targets()->set_node(node);
    }
    if (ends) *fault.mutable_status()->mutable_ends() = api::toTime(*ends);
    return api::Object::of(fault);
}

} // namespace

class TestFaultModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyTemplateIsTakenByTheServer_data();
    void everyTemplateIsTakenByTheServer();
    void whatIsMissingIsSaid_data();
    void whatIsMissingIsSaid();
    void placesAndNames();
    void words();
    void listAgainstNaive();
    void theTimeThatIsLeft();
    void whoDoesWhat();
    void effectsAreFollowed();
    void linksHaveTheirTraffic();
    void brokenLinks();
    void rates();
};

void TestFaultModels::everyTemplateIsTakenByTheServer_data() {
    QTest::addColumn<QString>("id");
    for (const FaultTemplate& each : faultTemplates())
        QTest::newRow(qPrintable(each.id)) << each.id;
}

void TestFaultModels::everyTemplateIsTakenByTheServer() {
    QFETCH(QString, id);
    const FaultTemplate* what = findFaultTemplate(id);
    QVERIFY(what != nullptr && !what->name.isEmpty() && !what->note.isEmpty() && !what->icon.isEmpty());
    std::vector<FaultWish> wishes = {filled(*what)};
    for (const int strength : what->strengths) {
        wishes.push_back(filled(*what));
        wishes.back().strength = strength;
        QVERIFY(!strengthText(id, strength).isEmpty());
    }
    for (const int seconds : faultDurations()) {
        wishes.push_back(filled(*what));
        wishes.back().seconds = seconds;
    }
    for (const FaultPlace& place : {FaultPlace{Kind::Zone, "b"}, FaultPlace{Kind::All, {}}}) {
        wishes.push_back(filled(*what));
        wishes.back().where = place;
    }
    wishes.push_back(filled(*what));
    wishes.back().other = {Kind::Nodes, "vm-3"};
    wishes.back().pods = "web-1";
    for (const FaultWish& wish : wishes) {
        QVERIFY2(problemOf(wish).isEmpty(), qPrintable(problemOf(wish)));
        const QString text = faultManifest(wish, faultName(wish, {}));
        const api::lab::Fault fault = readManifest(text);
        QVERIFY2(!fault.metadata().name().empty(), qPrintable(text));
        const auto causes = api::validateCreate(fault);
        QVERIFY2(causes.empty(),
                 causes.empty() ? "" : (causes[0].message + "\n" + text.toStdString()).c_str());
        QVERIFY(!faultText(fault.spec()).isEmpty() && !faultWhere(fault).isEmpty());
        const QString like = templateOf(fault.spec())->id;
        QVERIFY2(like == id || (id == u"zone" && like == u"power"), qPrintable(like));
        QCOMPARE(static_cast<int>(fault.spec().durationseconds()), id == u"kill" ? 0 : wish.seconds);
    }
}

void TestFaultModels::whatIsMissingIsSaid_data() {
    QTest::addColumn<QString>("id");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("where");
    QTest::addColumn<QString>("pods");
    QTest::addColumn<bool>("good");
    const auto row = [](const char* id, Kind kind, const char* where, const char* pods, bool good) {
        QTest::addRow("%s %d '%s' '%s'", id, static_cast<int>(kind), where, pods)
            << QString(id) << static_cast<int>(kind) << QString(where) << QString(pods) << good;
    };
    row("power", Kind::Nodes, "", "", false);
    row("power", Kind::Nodes, " , ", "", false);
    row("power", Kind::Nodes, "VM 1", "", false);
    row("power", Kind::Nodes, "vm-1]\n  x: [", "", false);
    row("power", Kind::Nodes, "vm-1,vm-2.example", "", true);
    row("power", Kind::Zone, "", "", false);
    row("power", Kind::Zone, "a\"b", "", false);
    row("power", Kind::Zone, "eu-1_a", "", true);
    row("power", Kind::All, "", "", true);
    row("kill", Kind::Nodes, "", "", false);
    row("kill", Kind::Nodes, "", "web 1", false);
    row("kill", Kind::Nodes, "", "app=we b", false);
    row("kill", Kind::Nodes, "", "=web", false);
    row("kill", Kind::Nodes, "", "app.kubernetes.io/name=web", true);
    row("kill", Kind::Nodes, "", "web-1", true);
    row("nothing", Kind::All, "", "", false);
}

void TestFaultModels::whatIsMissingIsSaid() {
    QFETCH(QString, id);
    QFETCH(int, kind);
    QFETCH(QString, where);
    QFETCH(QString, pods);
    QFETCH(bool, good);
    FaultWish wish;
    wish.id = id;
    wish.where = {static_cast<Kind>(kind), where};
    wish.nameSpace = "shop";
    wish.pods = pods;
    QCOMPARE(problemOf(wish).isEmpty(), good);
}

void TestFaultModels::placesAndNames() {
    FaultWish wish = wishOf(*findFaultTemplate("cut"));
    wish.where.text = "vm-1";
    wish.other = wish.where;
    QVERIFY(!problemOf(wish).isEmpty()); // both ends are the same
    wish.other = {Kind::Nodes, {}};
    QVERIFY(!problemOf(wish).isEmpty());
    wish.other = {Kind::Nodes, "vm-2"};
    QVERIFY(problemOf(wish).isEmpty());
    QCOMPARE(faultName(wish, {}), QStringLiteral("cut-vm-1"));
    QCOMPARE(faultName(wish, {"cut-vm-1"}), QStringLiteral("cut-vm-1-2"));
    wish.where = {Kind::Zone, "EU_1"};
    QCOMPARE(faultName(wish, {}), QStringLiteral("cut-eu-1"));
    wish.where = {Kind::Nodes, QString(300, u'a')};
    QVERIFY(faultName(wish, {}).size() <= 63);
    QCOMPARE(durationText(0), QStringLiteral("until mended"));
    QCOMPARE(durationText(30), QStringLiteral("30 s"));
    QCOMPARE(durationText(300), QStringLiteral("5 min"));
    QCOMPARE(durationText(3600), QStringLiteral("1 h"));
}

void TestFaultModels::words() {
    const auto said = [](const char* spec) {
        const auto fault = readManifest(
            QStringLiteral(
                "{apiVersion: lab.wheelhouse.dev/v1alpha1, kind: Fault, metadata: {name: x}, spec: "
                "%1}")
                .arg(QString::fromLatin1(spec)));
        return faultText(fault.spec()) + QStringLiteral(" | ") + faultWhere(fault);
    };
    QCOMPARE(said("{nodes: {names: [a, b, c, d]}, nodePower: {state: Cut}}"),
             QStringLiteral("power cut | a, b and 2 more"));
    QCOMPARE(said("{nodes: {zone: z}, nodePower: {state: Frozen}}"), QStringLiteral("frozen | zone z"));
    QCOMPARE(said("{nodes: {selector: {}}, slowCPU: {percent: 20}}"),
             QStringLiteral("20% of its processors | all nodes"));
    QCOMPARE(said("{nodes: {selector: {matchLabels: {a: b}}}, fullDisk: {}}"),
             QStringLiteral("disk full | nodes by label"));
    QCOMPARE(said("{nodes: {names: [a]}, link: {controlPlane: true, cut: true, oneWay: true}}"),
             QString::fromUtf8("cut one way | a → control plane"));
    QCOMPARE(said("{nodes: {names: [a]}, link: {to: {names: [b]}, latencyMilliseconds: 80, lossPercent: 5}}"),
             QString::fromUtf8("late by 80 ms, loses 5% | a ⇄ b"));
    QCOMPARE(said("{containerKill: {namespace: shop, selector: {matchLabels: {app: web}}}}"),
             QStringLiteral("containers killed | shop/app=web"));
}

void TestFaultModels::listAgainstNaive() {
    const WallTime zero{};
    FaultModel model([zero] { return zero; });
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    SeededRandom random(17);
    const std::vector<std::string> phases = {"Pending", "Active", "Ended", "Failed"};
    const std::vector<std::string> order = {"Active", "Pending", "Failed", "Ended"};
    std::map<std::string, std::pair<std::string, std::string>> naive; // name → phase, node
    for (int round = 0; round < 200; ++round) {
        for (std::uint64_t change = random.below(5); change > 0; --change) {
            const std::string name = "fault-" + std::to_string(random.below(12));
            const std::string phase = phases[random.below(4)];
            const std::string node = "node-" + std::to_string(random.below(3));
            if (random.below(4) == 0) {
                if (naive.erase(name) > 0) model.take(Change::Removed, faultOn(name, phase, {node}));
            } else {
                const bool known = naive.contains(name);
                naive[name] = {phase, node};
                model.take(known ? Change::Modified : Change::Added, faultOn(name, phase, {node, node}));
            }
        }
        model.flush();
        QCOMPARE(model.rowCount(), static_cast<int>(naive.size()));
        std::vector<std::pair<int, std::string>> wanted;
        std::map<QString, int> badges;
        for (const auto& [name, is] : naive) {
            const auto place = std::find(order.begin(), order.end(), is.first) - order.begin();
            wanted.emplace_back(static_cast<int>(place), name);
            if (is.first == "Active") ++badges[QString::fromStdString(is.second)];
        }
        std::sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first
                                      : naturalCompare(QString::fromStdString(a.second),
                                                       QString::fromStdString(b.second)) < 0;
        });
        for (int row = 0; row < model.rowCount(); ++row)
            QCOMPARE(model.row(row).name.toStdString(), wanted[static_cast<std::size_t>(row)].second);
        std::map<QString, int> shown;
        for (const auto& [node, faults] : model.byNode())
            shown[node] = static_cast<int>(faults.size());
        QCOMPARE(shown, badges);
        QCOMPARE(model.standing().size() + model.over().size(), static_cast<qsizetype>(naive.size()));
        QCOMPARE(model.taken().size(), naive.size());
    }
}

void TestFaultModels::theTimeThatIsLeft() {
    WallTime now{};
    FaultModel model([&now] { return now; });
    model.take(Change::Added, faultOn("a", "Active", {"vm-1"}, now + 90s));
    model.take(Change::Added, faultOn("b", "Active", {"vm-2"}));
    model.take(Change::Added, faultOn("c", "Ended", {"vm-3"}, now + 30s));
    model.flush();
    const auto left = [&](int row) { return model.index(row, FaultModel::Left).data().toString(); };
    QCOMPARE(left(0), QStringLiteral("ends in 1:30"));
    QCOMPARE(left(1), QStringLiteral("until mended"));
    now += 80s;
    QCOMPARE(left(0), QStringLiteral("ends in 10 s"));
    QCOMPARE(left(2), QStringLiteral("50s ago"));
    QVERIFY(model.countsDown());
    QCOMPARE(model.active(), 2);
}

void TestFaultModels::whoDoesWhat() {
    const WallTime now = WallTime{} + 1h;
    NodePlight plight;
    const auto said = [&] {
        QStringList out;
        for (const auto& effect : effectsOf(plight, now))
            out << effect.who + QStringLiteral(" ") + effect.what;
        return out;
    };
    QVERIFY(said().isEmpty());
    plight.ready = "True";
    plight.leaseRenewed = now - 5s;
    plight.leaseEnds = now + 35s;
    plight.looksAt = now + 20s;
    QCOMPARE(said(), QStringList({"Agent renews its lease", "Node controller looks whether it was heard"}));
    plight.leaseRenewed = now - 30s;
    plight.leaseEnds = now + 10s;
    QCOMPARE(said().value(0), QStringLiteral("Agent is silent; its lease runs out"));
    plight.leaseRenewed = now - 5s;
    plight.ready = "Unknown"; // others are less patient than the lease
    QCOMPARE(said().value(0), QStringLiteral("Agent is silent; its lease runs out"));
    plight.leaseEnds = now - 1s;
    QCOMPARE(said().value(0), QStringLiteral("Agent is silent; its lease has run out"));
    plight.ready = "Unknown";
    plight.taint = "node.kubernetes.io/unreachable";
    plight.evictions = 17;
    plight.firstEviction = now + 270s;
    plight.leaving = 1;
    plight.pressures << "MemoryPressure";
    QCOMPARE(
        said().mid(1),
        QStringList({"Node controller heard nothing and calls it NotReady", "Agent reports MemoryPressure",
                     "Node controller keeps pods off: node.kubernetes.io/unreachable",
                     "Taint eviction deletes 17 pods",
                     "Taint eviction deleted a pod; it ends when the node is heard again"}));
    QVERIFY(effectsOf(plight, now)[4].when == now + 270s);
}

void TestFaultModels::effectsAreFollowed() {
    SimulatedExecutor executor;
    SeededRandom random(5);
    tests::FakeCluster cluster(executor, random);
    const WallTime now = executor.clock().wallNow();
    api::core::Node node;
    node.mutable_metadata()->set_name("vm-1");
    auto* ready = node.mutable_status()->add_conditions();
    ready->set_type("Ready");
    ready->set_status("True");
    cluster.put(node);
    api::coordination::Lease lease;
    lease.mutable_metadata()->set_name("vm-1");
    lease.mutable_metadata()->set_namespace_("kube-node-lease");
    *lease.mutable_spec()->mutable_renewtime() = api::toMicroTime(now);
    lease.mutable_spec()->set_leasedurationseconds(40);
    cluster.put(lease);
    api::lab::ReconcileQueue queue;
    queue.mutable_metadata()->set_name("nodelifecycle");
    auto& key = *queue.add_keys();
    key.set_key("vm-1");
    key.set_reason("Timer");
    *key.mutable_due() = api::toMicroTime(now + 44s);
    cluster.put(queue);

    ClusterSession session(cluster, executor);
    FaultModel faults([&] { return session.now(); });
    FaultEffects effects(session, faults);
    QAbstractItemModelTester tester(&effects, QAbstractItemModelTester::FailureReportingMode::QtTest);
    session.start();
    executor.advance(1s);
    faults.follow(cluster, executor);
    effects.follow();
    executor.advance(1s);
    effects.tick();
    QCOMPARE(effects.rowCount(), 0); // nothing is broken
    cluster.store(*faultOn("cut", "Active", {"vm-1"})->message());
    executor.advance(1s);
    faults.flush();
    executor.advance(1s);
    effects.tick();
    const auto said = [&](int row, int column) { return effects.index(row, column).data().toString(); };
    QCOMPARE(effects.rowCount(), 2);
    QCOMPARE(said(0, FaultEffects::When), QStringLiteral("in 36 s"));
    QCOMPARE(said(1, FaultEffects::When), QStringLiteral("in 40 s"));
    executor.advance(60s);
    effects.tick();
    QCOMPARE(said(0, FaultEffects::What), QStringLiteral("is silent; its lease has run out"));
    cluster.drop<api::lab::Fault>("cut");
    executor.advance(1s);
    faults.flush();
    effects.tick();
    QCOMPARE(effects.rowCount(), 0);
    effects.unfollow();
    const int watches = cluster.count("watch", "leases");
    cluster.store(*faultOn("cut", "Active", {"vm-1"})->message());
    executor.advance(1s);
    faults.flush();
    executor.advance(1s);
    QCOMPARE(cluster.count("watch", "leases"), watches); // nobody looks
}

void TestFaultModels::linksHaveTheirTraffic() {
    WallTime now = WallTime{} + 1h;
    FaultModel faults([&] { return now; });
    LinkModel model(faults, [&] { return now; });
    QSignalSpy changed(&model, &LinkModel::changed);
    const auto say = [&](const char* from, const char* to, std::int64_t sent, std::int64_t received) {
        api::lab::LinkTraffic traffic;
        traffic.mutable_metadata()->set_name(std::string(from) + to);
        traffic.set_from(from);
        if (*to != 0) traffic.set_to(to);
        traffic.set_sentbytes(sent);
        traffic.set_receivedbytes(received);
        model.take(Change::Modified, api::Object::of(traffic));
        model.flush();
    };
    say("vm-1", "", 1000, 500);
    QCOMPARE(model.links().size(), 1U);
    QCOMPARE(model.links()[0].bytesPerSecond, 0.0); // one look is no rate
    now += 2s;
    say("vm-1", "", 2000, 1500);
    QVERIFY(model.links()[0].bytesPerSecond > 500 && model.links()[0].bytesPerSecond <= 1000);
    const double before = model.links()[0].bytesPerSecond;
    now += 2s;
    say("vm-1", "", 10, 0); // it connected anew
    QCOMPARE(model.links()[0].bytesPerSecond, before);
    say("vm-1", "vm-2", 5, 5);
    QCOMPARE(model.links().size(), 2U);
    const auto signals_ = changed.size();
    model.flush();
    QCOMPARE(changed.size(), signals_); // nothing new
    api::lab::LinkTraffic gone;
    gone.mutable_metadata()->set_name("vm-1");
    model.take(Change::Removed, api::Object::of(gone));
    model.flush();
    QCOMPARE(model.links().size(), 1U);
    QCOMPARE(model.links()[0].to, QStringLiteral("vm-2"));
}

void TestFaultModels::brokenLinks() {
    const WallTime zero{};
    FaultModel faults([zero] { return zero; });
    LinkModel model(faults, [zero] { return zero; });
    const auto put = [&](const std::string& name, const std::function<void(api::lab::LinkFault&)>& how,
                         const std::vector<std::string>& near, const std::vector<std::string>& far) {
        api::lab::Fault fault;
        fault.mutable_metadata()->set_name(name);
        fault.mutable_status()->set_phase("Active");
        how(*fault.mutable_spec()->mutable_link());
        fault.mutable_spec()->mutable_link()->set_controlplane(far.empty());
        for (const auto& node : near)
            fault.mutable_status()->add_targets()->set_node(node);
        for (const auto& node : far) {
            auto& target = *fault.mutable_status()->add_targets();
            target.set_node(node);
            target.set_otherend(true);
        }
        faults.take(Change::Modified, api::Object::of(fault));
        faults.flush();
        model.flush();
    };
    put("late", [](auto& link) { link.set_latencymilliseconds(80); }, {"vm-2"}, {"vm-1", "vm-2"});
    QCOMPARE(model.links().size(), 1U); // no link of a node to itself
    QCOMPARE(model.links()[0].from + '-' + model.links()[0].to, QStringLiteral("vm-1-vm-2"));
    QCOMPARE(model.links()[0].state, MapLink::State::Slow);
    put("cut", [](auto& link) { link.set_cut(true); }, {"vm-1"}, {"vm-2"});
    QCOMPARE(model.links().size(), 1U);
    QCOMPARE(model.links()[0].state, MapLink::State::Cut);
    QCOMPARE(model.links()[0].faults, QStringList({"cut", "late"}));
    put("half",
        [](auto& link) {
            link.set_cut(true);
            link.set_oneway(true);
        },
        {"vm-1"}, {});
    QCOMPARE(model.links().size(), 2U);
    QVERIFY(model.links()[0].to.isEmpty());
    QCOMPARE(model.links()[0].state, MapLink::State::CutOneWay);
}

void TestFaultModels::rates() {
    QVERIFY(rateText(0).isEmpty());
    QCOMPARE(rateText(800), QStringLiteral("800 B/s"));
    QCOMPARE(rateText(1234), QStringLiteral("1.2 kB/s"));
    QCOMPARE(rateText(56'000'000), QStringLiteral("56 MB/s"));
}

QTEST_MAIN(TestFaultModels)
#include "test_fault_models.moc"
