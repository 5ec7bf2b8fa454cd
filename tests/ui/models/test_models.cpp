// View models against naive ones under random changes.
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "ui/models/cluster_actions.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/kubectl.h"
#include "ui/models/live_table_model.h"
#include "ui/models/mailbox.h"
#include "ui/models/object_facts.h"
#include "ui/models/ui_executor.h"
#include "ui/models/words.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>
#include <map>
#include <thread>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using namespace std::chrono_literals;

namespace {

using Row = LiveTableModel::Row;

Row makeRow(const std::string& key, qint64 number, const QString& word) {
    Row row;
    row.cells = {QString::fromStdString(key), QString::number(number), word};
    row.numbers = {0, number, 0};
    row.name = row.cells[0];
    return row;
}

std::vector<LiveTableModel::Column> threeColumns() {
    return {{"Name", {}}, {"Number", {}, LiveTableModel::ColumnType::Number}, {"Word", {}}};
}

/// What the model should show: filter and sort from scratch.
QStringList naive(const std::map<std::string, Row>& rows, int column, Qt::SortOrder order,
                  const QString& filter) {
    std::vector<std::pair<std::string, Row>> all;
    for (const auto& [key, row] : rows)
        if (filter.isEmpty() || std::any_of(row.cells.begin(), row.cells.end(), [&](const QString& c) {
                return c.contains(filter, Qt::CaseInsensitive);
            }))
            all.emplace_back(key, row);
    std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        int result = 0;
        if (column == 1)
            result =
                a.second.numbers[1] < b.second.numbers[1] ? -1 : a.second.numbers[1] > b.second.numbers[1];
        else
            result = naturalCompare(a.second.cells[static_cast<std::size_t>(column)],
                                    b.second.cells[static_cast<std::size_t>(column)]);
        if (result == 0) return naturalCompare(a.second.name, b.second.name) < 0; // names are unique here
        return order == Qt::AscendingOrder ? result < 0 : result > 0;
    });
    QStringList texts;
    for (const auto& [key, row] : all)
        texts.push_back(row.cells[0] + u'|' + row.cells[1] + u'|' + row.cells[2]);
    return texts;
}

QStringList shown(const LiveTableModel& model) {
    QStringList texts;
    for (int r = 0; r < model.rowCount(); ++r) {
        QStringList cells;
        for (int c = 0; c < model.columnCount(); ++c)
            cells.push_back(model.index(r, c).data().toString());
        texts.push_back(cells.join(u'|'));
    }
    return texts;
}

api::ObjectPtr makePod(const std::string& name, const std::string& uid, const std::string& node,
                       const std::string& app, const std::string& phase, bool ready = true) {
    api::core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("shop");
    pod.mutable_metadata()->set_uid(uid);
    (*pod.mutable_metadata()->mutable_labels())["app"] = app;
    pod.mutable_spec()->set_nodename(node);
    auto* owner = pod.mutable_metadata()->add_ownerreferences();
    owner->set_kind("ReplicaSet");
    owner->set_name(app + "-1");
    owner->set_controller(true);
    auto* container = pod.mutable_spec()->add_containers();
    container->set_name("main");
    (*container->mutable_resources()->mutable_requests())["cpu"].set_string("100m");
    (*container->mutable_resources()->mutable_requests())["memory"].set_string("64Mi");
    pod.mutable_status()->set_phase(phase);
    auto* condition = pod.mutable_status()->add_conditions();
    condition->set_type("Ready");
    condition->set_status(ready ? "True" : "False");
    return api::Object::of(pod);
}

api::ObjectPtr makeNode(const std::string& name, const std::string& uid, const std::string& zone,
                        const std::string& ready = "True") {
    api::core::Node node;
    node.mutable_metadata()->set_name(name);
    node.mutable_metadata()->set_uid(uid);
    (*node.mutable_metadata()->mutable_labels())["topology.kubernetes.io/zone"] = zone;
    (*node.mutable_status()->mutable_allocatable())["cpu"].set_string("2");
    (*node.mutable_status()->mutable_allocatable())["memory"].set_string("1Gi");
    auto* condition = node.mutable_status()->add_conditions();
    condition->set_type("Ready");
    condition->set_status(ready);
    return api::Object::of(node);
}

} // namespace

class TestModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void mailboxCoalesces_data();
    void mailboxCoalesces();
    void mailboxGivesSomeAtATime();
    void manyPodsComeInParts();
    void tableFollowsRandomChanges_data();
    void tableFollowsRandomChanges();
    void tableKeepsPersistentIndexes();
    void tableFilters();
    void naturalOrder();
    void mapFollowsRandomChanges();
    void mapIgnoresHeartbeats();
    void mapJoinsNodeAndMachine();
    void podLooks_data();
    void podLooks();
    void kubectlQuotes();
    void machineNamesAreFree();
    void executorRunsInOrderAndIdles();
    void executorTakesPostsFromThreads();
    void sentences();
};

void TestModels::mailboxCoalesces_data() {
    QTest::addColumn<QString>("events");
    QTest::addColumn<QString>("expected");
    QTest::newRow("add") << "A"
                         << "A";
    QTest::newRow("add, modify") << "AM"
                                 << "A";
    QTest::newRow("add, delete") << "AD"
                                 << "";
    QTest::newRow("modify, delete") << "MD"
                                    << "D";
    QTest::newRow("delete, add") << "DA"
                                 << "M";
    QTest::newRow("add, delete, add") << "ADA"
                                      << "A";
    QTest::newRow("modify, delete, add, delete") << "MDAD"
                                                 << "D";
    QTest::newRow("many modifications") << "MMMM"
                                        << "M";
}

void TestModels::mailboxCoalesces() {
    QFETCH(QString, events);
    QFETCH(QString, expected);
    int woken = 0;
    Mailbox<std::string, int> box([&] { ++woken; });
    int value = 0;
    for (const QChar c : events)
        box.put(c == u'A' ? Change::Added : c == u'M' ? Change::Modified : Change::Removed, "key", ++value);
    QVERIFY(woken >= 1);
    QString got;
    for (const auto& delta : box.take()) {
        got += delta.change == Change::Added ? u'A' : delta.change == Change::Modified ? u'M' : u'D';
        QCOMPARE(delta.value, value);
    }
    QCOMPARE(got, expected);
    QVERIFY(box.empty());
}

/// Some at a time is the same as all at once, whatever comes in between.
void TestModels::mailboxGivesSomeAtATime() {
    SeededRandom random(5);
    for (int round = 0; round < 200; ++round) {
        Mailbox<int, int> box;
        std::map<int, int> truth;
        std::map<int, int> got;
        const auto takeSome = [&](std::size_t most) {
            const auto deltas = box.take(most);
            QVERIFY(deltas.size() <= most);
            for (const auto& delta : deltas) {
                QCOMPARE(delta.change == Change::Added, !got.contains(delta.key));
                if (delta.change == Change::Removed)
                    got.erase(delta.key);
                else
                    got[delta.key] = delta.value;
            }
        };
        for (int i = 0; i < 60; ++i) {
            const int key = static_cast<int>(random.below(12));
            if (truth.contains(key) && random.below(3) == 0) {
                box.put(Change::Removed, key, truth[key]);
                truth.erase(key);
            } else {
                box.put(truth.contains(key) ? Change::Modified : Change::Added, key, i);
                truth[key] = i;
            }
            if (random.below(4) == 0) takeSome(1 + random.below(4));
        }
        while (!box.empty())
            takeSome(3);
        QVERIFY(got == truth);
        QVERIFY(box.take().empty());
    }
}

/// A large cluster comes a part at a time, and is asked for until it is there.
void TestModels::manyPodsComeInParts() {
    ClusterMapModel model;
    const int pods = static_cast<int>(ClusterMapModel::podsAtOnce) * 2 + 7;
    for (int i = 0; i < pods; ++i)
        model.pod(Change::Added, makePod("p" + std::to_string(i), "u" + std::to_string(i),
                                         "n" + std::to_string(i % 3), "web", "Running"));
    for (const std::string name : {"n0", "n1"})
        model.node(Change::Added, makeNode(name, "uid-" + name, "a"));
    QSignalSpy wanted(&model, &ClusterMapModel::wanted);
    QSignalSpy changed(&model, &ClusterMapModel::changed);
    model.apply();
    QCOMPARE(model.nodes().size(), 2U);
    QCOMPARE(model.counts().pods, static_cast<int>(ClusterMapModel::podsAtOnce));
    QCOMPARE(wanted.size(), 1);
    int rounds = 1;
    for (; model.pending(); ++rounds)
        model.apply();
    QCOMPARE(rounds, 3);
    QCOMPARE(changed.size(), 3);
    QCOMPARE(wanted.size(), 2);
    QCOMPARE(model.counts().pods, pods);
    model.node(Change::Added, makeNode("n2", "uid-n2", "a")); // after its pods
    model.apply();
    for (const char* name : {"n0", "n1", "n2"}) {
        const MapNode& node = *model.findNode(name);
        QVERIFY(static_cast<int>(node.pods.size()) >= pods / 3);
        QCOMPARE(node.cpuAsked, static_cast<qint64>(node.pods.size()) * 100);
    }
}

void TestModels::tableFollowsRandomChanges_data() {
    QTest::addColumn<quint64>("seed");
    for (quint64 seed = 1; seed <= 6; ++seed)
        QTest::addRow("seed %d", static_cast<int>(seed)) << seed;
}

void TestModels::tableFollowsRandomChanges() {
    QFETCH(quint64, seed);
    SeededRandom random(seed);
    LiveTableModel model([] { return WallTime(); });
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.reset(threeColumns(), {});
    std::map<std::string, Row> truth;
    const QStringList words = {"alpha", "beta", "gamma", "delta"};
    int column = 0;
    Qt::SortOrder order = Qt::AscendingOrder;
    QString filter;
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
    QSignalSpy moved(&model, &QAbstractItemModel::layoutChanged);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    for (int frame = 0; frame < 120; ++frame) {
        Mailbox<std::string, Row> box;
        for (std::uint64_t i = random.below(25); i > 0; --i) {
            const std::string key = "pod-" + std::to_string(random.below(60));
            if (random.below(3) == 0) {
                if (truth.erase(key) == 0) continue;
                box.put(Change::Removed, key, {});
            } else {
                const bool fresh = !truth.contains(key);
                truth[key] = makeRow(key, static_cast<qint64>(random.below(9)),
                                     words[static_cast<int>(random.below(4))]);
                box.put(fresh ? Change::Added : Change::Modified, key, truth[key]);
            }
        }
        for (auto* spy : {&inserted, &removed, &moved, &changed})
            spy->clear();
        model.apply(box.take());
        QVERIFY2(inserted.size() + removed.size() + moved.size() + changed.size() <= 3,
                 "more than three signals in a frame");
        QVERIFY(inserted.size() <= 1 && removed.size() <= 1 && moved.size() + changed.size() <= 1);
        if (random.below(8) == 0) {
            column = static_cast<int>(random.below(3));
            order = random.below(2) == 0 ? Qt::AscendingOrder : Qt::DescendingOrder;
            model.sort(column, order);
        }
        if (random.below(8) == 0) {
            filter = random.below(2) == 0 ? QString() : words[static_cast<int>(random.below(4))];
            model.setFilter(filter);
        }
        QCOMPARE(shown(model), naive(truth, column, order, filter));
        QCOMPARE(model.total(), truth.size());
    }
}

void TestModels::tableKeepsPersistentIndexes() {
    LiveTableModel model([] { return WallTime(); });
    model.reset(threeColumns(), {{"b", makeRow("b", 1, "x")}, {"d", makeRow("d", 2, "x")}});
    const QPersistentModelIndex d(model.index(1, 0));
    std::vector<LiveTableModel::Delta> deltas;
    deltas.push_back({Change::Added, "a", makeRow("a", 1, "x")});
    deltas.push_back({Change::Added, "c", makeRow("c", 1, "x")});
    deltas.push_back({Change::Removed, "b", {}});
    model.apply(std::move(deltas));
    QCOMPARE(d.data().toString(), QStringLiteral("d"));
    QCOMPARE(d.row(), 2);
}

void TestModels::tableFilters() {
    LiveTableModel model([] { return WallTime(); });
    Row labelled = makeRow("three", 3, "z");
    labelled.object = makePod("three", "u3", "", "web", "Pending");
    model.reset(threeColumns(),
                {{"one", makeRow("one", 1, "x")}, {"two", makeRow("two", 2, "y")}, {"three", labelled}});
    const auto names = [&] {
        QStringList result;
        for (int r = 0; r < model.rowCount(); ++r)
            result.push_back(model.row(r).name);
        return result.join(u' ');
    };
    model.setFilter("^t");
    QCOMPARE(names(), QStringLiteral("three two"));
    model.setFilter("!^t");
    QCOMPARE(names(), QStringLiteral("one"));
    model.setFilter("-l app=web");
    QCOMPARE(names(), QStringLiteral("three"));
    model.setFilter("(");
    QCOMPARE(names(), QString()); // not an expression: taken literally
    model.setFilter({});
    QCOMPARE(model.rowCount(), 3);
}

void TestModels::naturalOrder() {
    QVERIFY(naturalCompare("web-2", "web-10") < 0);
    QVERIFY(naturalCompare("web-10", "web-10") == 0);
    QVERIFY(naturalCompare("Web", "web") != 0);
    QVERIFY(naturalCompare("a", "b") < 0);
    QVERIFY(naturalCompare("a1b", "a1") > 0);
}

struct Truth {
    std::string node;
    std::string app;
    std::string phase;
    api::ObjectPtr object;
};

/// Cards that are no nodes, against a recount of the pods they hold.
void compareCards(const ClusterMapModel& model, const std::map<std::string, Truth>& pods) {
    if (ofNodes(model.grouping())) {
        QCOMPARE(&model.cards(), &model.nodes());
        return;
    }
    std::map<QString, std::size_t> cards;
    for (const auto& [uid, truth] : pods)
        ++cards[QString::fromStdString("shop/" + (model.grouping() == MapGrouping::Namespace
                                                      ? truth.app
                                                      : "ReplicaSet/" + truth.app + "-1"))];
    QCOMPARE(model.cards().size(), cards.size());
    for (const auto& [name, card] : model.cards()) {
        QCOMPARE(card.pods.size(), cards[name]);
        for (const MapPod* pod : card.pods)
            QCOMPARE(model.cardOf(*pod), name);
    }
}

/// Sums, queue and placement against a recount of everything.
void TestModels::mapFollowsRandomChanges() {
    SeededRandom random(7);
    ClusterMapModel model;
    std::map<std::string, Truth> pods;
    std::map<std::string, api::ObjectPtr> nodes;
    const std::vector<std::string> apps = {"web", "api", "db"};
    const std::vector<std::string> phases = {"Pending", "Running", "Succeeded"};
    for (int frame = 0; frame < 150; ++frame) {
        for (std::uint64_t i = random.below(12); i > 0; --i) {
            const std::string uid = "u" + std::to_string(random.below(40));
            const std::string name = "n" + std::to_string(random.below(5));
            switch (random.below(6)) {
            case 0:
                if (const auto it = pods.find(uid); it != pods.end()) {
                    model.pod(Change::Removed, it->second.object);
                    pods.erase(it);
                }
                break;
            case 1:
                if (const auto it = nodes.find(name); it != nodes.end()) {
                    model.node(Change::Removed, it->second);
                    nodes.erase(it);
                } else {
                    nodes[name] = makeNode(name, "uid-" + name + std::to_string(frame),
                                           random.below(2) == 0 ? "a" : "b");
                    model.node(Change::Added, nodes[name]);
                }
                break;
            default: {
                const bool fresh = !pods.contains(uid);
                Truth truth{
                    random.below(3) == 0 ? "" : name, apps[random.below(3)], phases[random.below(3)], {}};
                truth.object = makePod("pod-" + uid, uid, truth.node, truth.app, truth.phase);
                pods[uid] = truth;
                model.pod(fresh ? Change::Added : Change::Modified, truth.object);
            }
            }
        }
        model.apply();
        std::map<std::string, int> expected;
        std::map<std::string, qint64> asked;
        for (const auto& [uid, truth] : pods) {
            ++expected[truth.node];
            if (truth.phase != "Succeeded") asked[truth.node] += 100;
        }
        QCOMPARE(model.queue().size(), static_cast<std::size_t>(expected[""]));
        QCOMPARE(model.nodes().size(), nodes.size());
        for (const auto& [name, node] : model.nodes()) {
            QCOMPARE(static_cast<int>(node.pods.size()), expected[name.toStdString()]);
            QCOMPARE(node.cpuAsked, asked[name.toStdString()]);
            QVERIFY(std::is_sorted(node.pods.begin(), node.pods.end(),
                                   [](auto* a, auto* b) { return a->application < b->application; }));
        }
        QCOMPARE(model.counts().pods, static_cast<int>(pods.size()));
        if (random.below(4) == 0) model.setGrouping(static_cast<MapGrouping>(random.below(4)));
        compareCards(model, pods);
    }
}

void TestModels::mapIgnoresHeartbeats() {
    ClusterMapModel model;
    model.node(Change::Added, makeNode("n1", "u1", "a"));
    model.apply();
    std::set<QString> dirty;
    connect(&model, &ClusterMapModel::changed, this, [&](const MapChange& change) { dirty = change.nodes; });
    model.node(Change::Modified, makeNode("n1", "u1", "a"));
    model.apply();
    QVERIFY(dirty.empty());
    model.node(Change::Modified, makeNode("n1", "u1", "a", "Unknown"));
    model.apply();
    QVERIFY(dirty.contains("n1"));
    QCOMPARE(model.findNode("n1")->look, NodeLook::NotReady);
}

void TestModels::mapJoinsNodeAndMachine() {
    api::lab::Machine machine;
    machine.mutable_metadata()->set_name("n1");
    machine.mutable_metadata()->set_uid("m1");
    machine.mutable_spec()->set_provider("vm");
    machine.mutable_status()->set_phase("Booting");
    machine.mutable_status()->set_accelerator("tcg: /dev/kvm opens but does not work");
    ClusterMapModel model;
    model.machine(Change::Added, api::Object::of(machine));
    model.apply();
    QCOMPARE(model.findNode("n1")->look, NodeLook::Booting);
    QCOMPARE(model.findNode("n1")->accelerator, QStringLiteral("tcg"));
    QCOMPARE(model.findNode("n1")->acceleratorReason, QStringLiteral("/dev/kvm opens but does not work"));
    model.node(Change::Added, makeNode("n1", "u1", "a"));
    machine.mutable_status()->set_phase("Running");
    model.machine(Change::Modified, api::Object::of(machine));
    model.apply();
    QCOMPARE(model.findNode("n1")->look, NodeLook::Ready);
    QCOMPARE(kindOf(*model.findNode("n1")), QStringLiteral("VM · tcg"));
    machine.mutable_status()->set_phase("Failed");
    machine.mutable_status()->set_message("no answer within 60 s");
    machine.mutable_status()->set_consoletail("panic");
    model.machine(Change::Modified, api::Object::of(machine));
    model.apply();
    QCOMPARE(model.findNode("n1")->look, NodeLook::Failed);
    QCOMPARE(model.findNode("n1")->message, QStringLiteral("no answer within 60 s"));
    QCOMPARE(model.findNode("n1")->consoleTail, QStringLiteral("panic"));
}

void TestModels::podLooks_data() {
    QTest::addColumn<QString>("phase");
    QTest::addColumn<QString>("node");
    QTest::addColumn<bool>("ready");
    QTest::addColumn<QString>("waiting");
    QTest::addColumn<int>("look");
    QTest::newRow("queued") << "Pending"
                            << "" << false << "" << int(PodLook::Waiting);
    QTest::newRow("starting") << "Pending"
                              << "n1" << false << "ContainerCreating" << int(PodLook::Starting);
    QTest::newRow("running") << "Running"
                             << "n1" << true << "" << int(PodLook::Running);
    QTest::newRow("unready") << "Running"
                             << "n1" << false << "" << int(PodLook::NotReady);
    QTest::newRow("crashing") << "Running"
                              << "n1" << false << "CrashLoopBackOff" << int(PodLook::Failing);
    QTest::newRow("no image") << "Pending"
                              << "n1" << false << "ImagePullBackOff" << int(PodLook::Failing);
    QTest::newRow("done") << "Succeeded"
                          << "n1" << false << "" << int(PodLook::Completed);
    QTest::newRow("failed") << "Failed"
                            << "n1" << false << "" << int(PodLook::Failing);
}

void TestModels::podLooks() {
    QFETCH(QString, phase);
    QFETCH(QString, node);
    QFETCH(bool, ready);
    QFETCH(QString, waiting);
    QFETCH(int, look);
    auto pod = makePod("p", "u", node.toStdString(), "web", phase.toStdString(), ready)->as<api::core::Pod>();
    if (!waiting.isEmpty())
        pod.mutable_status()->add_containerstatuses()->mutable_state()->mutable_waiting()->set_reason(
            waiting.toStdString());
    const auto object = api::Object::of(pod);
    QCOMPARE(int(readPod(*object).look), look);
    QCOMPARE(factsOf(*object, WallTime()).containers, QStringList{"main"});
}

void TestModels::kubectlQuotes() {
    QCOMPARE(kubectl::quoted("web-1"), QStringLiteral("web-1"));
    QCOMPARE(kubectl::quoted("it's"), QStringLiteral("'it'\\''s'"));
    QCOMPARE(kubectl::quoted(""), QStringLiteral("''"));
    for (const QString word : {"web-1", "it's", "", "a \"b\" \\ $c", "\t"})
        QCOMPARE(kubectl::words("x " + kubectl::quoted(word)), (QStringList{"x", word}));
    QCOMPARE(kubectl::words(R"( ash  -c 'echo "a b"' "d\"e \n" f\ g)"),
             (QStringList{"ash", "-c", "echo \"a b\"", "d\"e \\n", "f g"}));
    QCOMPARE(kubectl::words("  "), QStringList());
    QCOMPARE(kubectl::remove("pod", "shop", "web-1"), QStringLiteral("kubectl delete pod web-1 -n shop"));
    QCOMPARE(kubectl::setPower("n1", "Off"),
             QStringLiteral("kubectl patch machine n1 --type merge -p '{\"spec\":{\"power\":\"Off\"}}'"));
    QCOMPARE(kubectl::logs("shop", "web-1", "app", true, false),
             QStringLiteral("kubectl logs -f web-1 -n shop -c app"));
    QCOMPARE(kubectl::resourceWord({"example.com", "v1", "things"}, "thing"),
             QStringLiteral("thing.example.com"));
}

void TestModels::machineNamesAreFree() {
    ClusterActions::NewMachines wanted;
    wanted.count = 2;
    wanted.zone = "b";
    const QString text = ClusterActions::machineManifest(wanted, {"vm-1", "vm-3"});
    QVERIFY(text.contains("name: vm-2\n"));
    QVERIFY(text.contains("name: vm-4\n"));
    QVERIFY(!text.contains("vm-1"));
    QCOMPARE(text.count("zone: b"), 2);
}

void TestModels::executorRunsInOrderAndIdles() {
    SystemClock clock;
    UiExecutor executor(clock);
    QStringList ran;
    executor.postAfter(40ms, [&] { ran << "late"; });
    executor.post([&] { ran << "first"; });
    executor.post([&] { ran << "second"; });
    const TimerId never = executor.postAfter(10ms, [&] { ran << "never"; });
    executor.cancel(never);
    QVERIFY(ran.isEmpty());
    QTRY_COMPARE(ran, (QStringList{"first", "second", "late"}));
    QVERIFY(executor.isCurrent());
}

void TestModels::executorTakesPostsFromThreads() {
    SystemClock clock;
    UiExecutor executor(clock);
    int sum = 0;
    bool elsewhere = true;
    std::thread other([&] {
        elsewhere = executor.isCurrent();
        for (int i = 1; i <= 1000; ++i)
            executor.post([&sum, i] { sum += i; });
    });
    QTRY_COMPARE(sum, 500500);
    other.join();
    QVERIFY(!elsewhere);
}

void TestModels::sentences() {
    api::core::Event event;
    event.mutable_metadata()->set_name("e");
    event.mutable_metadata()->set_uid("e1");
    event.set_reason("Scheduled");
    event.set_message("Successfully assigned shop/web-1 to n1");
    event.mutable_involvedobject()->set_kind("Pod");
    event.mutable_involvedobject()->set_name("web-1");
    event.mutable_lasttimestamp()->set_seconds(1'700'000'000);
    Sentence said = sentenceOf(*api::Object::of(event));
    QCOMPARE(said.actor, QStringLiteral("Scheduler"));
    QCOMPARE(said.text, QStringLiteral("placed web-1 on n1."));
    event.set_reason("SomethingNew");
    event.set_type("Warning");
    event.set_message("the moon is full");
    event.mutable_source()->set_component("moon-watcher");
    said = sentenceOf(*api::Object::of(event));
    QCOMPARE(said.actor, QStringLiteral("Moon watcher"));
    QCOMPARE(said.text, QStringLiteral("web-1: the moon is full"));
    QCOMPARE(said.tone, Tone::Warning);
}

QTEST_GUILESS_MAIN(TestModels)
#include "test_models.moc"
