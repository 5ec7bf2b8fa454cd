// How one begins: an empty lab is met with a checklist, a sample lab and sliders, and is watched coming up.
#include "fake_host.h"
#include "stage.h"
#include "ui/views/add_node_panel.h"
#include "ui/views/start_page.h"

#include <QLineEdit>
#include <QListView>
#include <QSlider>
#include <QTemporaryDir>

using namespace wheelhouse;
using namespace wheelhouse::ui;
using tests::FakeHost;

class TestStart final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { Theme::prepareApplication(); }
    void anEmptyLabIsMet();
    void oneClickMakesALabThatLives();
    void simulatedNodesAlwaysWork();
    void notNowIsRemembered();
    void aLabWithNodesIsLeftAlone();
    void theChecklistFillsInTheBackground();
    void theImageIsBuiltWithAClick();
    void slidersWarnAndNodesComeUp();
    void elsewhereNothingCanBeMade();

  private:
    void open(Stage& stage, FakeHost* host, const QString& file = {}, bool guide = true) {
        MainWindowOptions options;
        options.title = "lab";
        options.place = "this computer";
        options.appearance = Appearance::Dark;
        options.stateFile = file;
        options.host = host;
        options.guide = guide;
        stage.window = std::make_unique<MainWindow>(options, stage.cluster, stage.executor);
        stage.window->resize(1440, 900);
        stage.window->show();
    }
    static bool met(const Stage& stage) { return stage.part<StartPage>()->isVisible(); }
    static std::size_t machines(const Stage& stage) { return stage.cluster.all<api::lab::Machine>().size(); }
    QTemporaryDir folder_;
};

void TestStart::anEmptyLabIsMet() {
    Stage stage;
    FakeHost host;
    open(stage, &host);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    QCOMPARE(machines(stage), 0U);
    for (const char* id : {"accelerator", "drivers", "image", "memory", "disk"})
        QVERIFY2(stage.part<StartPage>()->check(id) != nullptr, id);
    QVERIFY(!stage.part<StartPage>()->progressList()->isVisible());
    stage.shot("start");
}

void TestStart::oneClickMakesALabThatLives() {
    Stage stage;
    FakeHost host;
    open(stage, &host);
    stage.life.start();
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    stage.press("Make the sample lab");
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->isVisible(), soon);
    QTRY_COMPARE_WITH_TIMEOUT(machines(stage), 6U, soon);
    std::map<std::string, int> zones;
    for (const auto& machine : stage.cluster.all<api::lab::Machine>()) {
        QCOMPARE(machine.spec().provider(), std::string("simulated"));
        ++zones[machine.spec().zone()];
    }
    QVERIFY((zones == std::map<std::string, int>{{"zone-a", 2}, {"zone-b", 2}, {"zone-c", 2}}));
    QTRY_VERIFY_WITH_TIMEOUT(stage.cluster.get<api::apps::Deployment>("default/shop").has_value(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.cluster.get<api::apps::StatefulSet>("default/shop-db").has_value(), soon);
    QTRY_VERIFY_WITH_TIMEOUT(stage.pods().size() >= 9, soon);
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 6U, soon);
}

void TestStart::simulatedNodesAlwaysWork() {
    Stage stage;
    FakeHost host;
    host.facts.qemu = host.facts.driver = host.facts.image = false;
    host.facts.memoryFree = 1 << 20;
    open(stage, &host);
    stage.life.start();
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    stage.press("Use simulated nodes");
    QTRY_COMPARE_WITH_TIMEOUT(stage.map()->layoutOfMap().cards().size(), 3U, soon);
    QVERIFY(stage.map()->isVisible());
}

void TestStart::notNowIsRemembered() {
    const QString file = folder_.filePath("window.json");
    Stage stage;
    FakeHost host;
    open(stage, &host, file);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    stage.window->close();
    // Nobody chose anything: it is there again.
    open(stage, &host, file);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    stage.press("Not now");
    QTRY_VERIFY_WITH_TIMEOUT(stage.button("Add a node") != nullptr, soon);
    stage.window->close();
    open(stage, &host, file);
    QTRY_VERIFY_WITH_TIMEOUT(stage.button("Add a node") != nullptr, soon);
    QVERIFY(!met(stage));
    // And it can be had again.
    stage.place("Start");
    QVERIFY(met(stage));
    stage.window->close();
}

void TestStart::aLabWithNodesIsLeftAlone() {
    Stage stage;
    stage.smallLab();
    FakeHost host;
    open(stage, &host);
    QTRY_VERIFY_WITH_TIMEOUT(!stage.map()->rectOfNode("vm-2").isNull(), soon);
    QVERIFY(!met(stage));
    QCOMPARE(host.looks, 0); // nor is anything looked at that nobody asked about
    // One that is told what to make is not asked, either.
    Stage other;
    open(other, &host, {}, false);
    QTRY_VERIFY_WITH_TIMEOUT(other.button("Add a node") != nullptr, soon);
    QVERIFY(!met(other));
}

void TestStart::theChecklistFillsInTheBackground() {
    Stage stage;
    FakeHost host;
    host.atOnce = false;
    host.facts.kvm = HostFacts::Kvm::NoPermission;
    host.facts.driver = false;
    host.facts.diskFree = qint64{4} << 30;
    host.facts.memoryFree = qint64{1} << 30;
    host.facts.image = false;
    open(stage, &host);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    auto* page = stage.part<StartPage>();
    QVERIFY(page->check("disk") == nullptr && !page->lookButton()->isEnabled());
    QVERIFY(page->sampleButton()->isEnabled()); // nothing waits for it
    host.answer();
    QVERIFY(page->check("disk") != nullptr && page->lookButton()->isEnabled());
    QCOMPARE(page->check("accelerator")->command(), QStringLiteral("sudo usermod -aG kvm ada"));
    QCOMPARE(page->check("drivers")->command(),
             QStringLiteral("sudo apt-get install libvirt-daemon-driver-qemu"));
    QVERIFY(page->form()->wanted().simulated); // what works here is offered
    stage.shot("start-missing");
    host.facts = FakeHost::good();
    stage.press("Look again");
    host.answer();
    QCOMPARE(host.looks, 2);
    QVERIFY(page->check("drivers")->command().isEmpty());
    QVERIFY(!page->check("image")->fixButton()->isVisible());
}

void TestStart::theImageIsBuiltWithAClick() {
    Stage stage;
    FakeHost host;
    host.facts.image = false;
    open(stage, &host);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    CheckRow* row = stage.part<StartPage>()->check("image");
    QTRY_VERIFY(row->fixButton()->isVisible());
    stage.press("Build it now");
    QCOMPARE(host.builds, 1);
    QVERIFY(!row->fixButton()->isVisible() && row->cancelButton()->isVisible());
    host.progress("Fetching packages", 0.4);
    stage.shot("start-building");
    stage.press("Stop");
    QVERIFY(host.cancelled && !row->cancelButton()->isEnabled());
    host.finish("cancelled");
    QVERIFY(row->fixButton()->isVisible());
    stage.press("Build it now");
    host.finish({});
    QVERIFY(!row->fixButton()->isVisible() && !row->cancelButton()->isVisible());
    QVERIFY2(row->text().contains("is built"), qPrintable(row->text()));
}

void TestStart::slidersWarnAndNodesComeUp() {
    Stage stage;
    FakeHost host;
    open(stage, &host);
    QTRY_VERIFY_WITH_TIMEOUT(met(stage), soon);
    auto* page = stage.part<StartPage>();
    NodeForm* form = page->form();
    QVERIFY(!form->wanted().simulated && form->warning().isEmpty());
    form->count()->setFocus();
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(form->count()->slider(), Qt::Key_Right);
    QCOMPARE(form->wanted().count, 4);
    form->memory()->setValue(4096);
    form->zone()->setText("a, b");
    QVERIFY2(form->warning().contains("memory"), qPrintable(form->warning()));
    stage.shot("start-too-much");
    form->memory()->setValue(1024);
    QVERIFY2(form->warning().isEmpty(), qPrintable(form->warning()));
    QVERIFY(form->command().contains("memoryMiB: 1024"));
    QCOMPARE(page->addButton()->text(), QStringLiteral("Add 4 nodes"));
    stage.press("Add 4 nodes");
    QVERIFY(met(stage)); // one watches them here
    QTRY_VERIFY_WITH_TIMEOUT(page->progress().counts() == (NodeProgress::Counts{0, 4, 0}), soon);
    QCOMPARE(stage.cluster.get<api::lab::Machine>("vm-4")->spec().zone(), std::string("b"));
    // What they were promised counts from now on.
    form->memory()->setValue(3072);
    QTRY_VERIFY_WITH_TIMEOUT(form->warning().contains("memory"), soon);
    stage.life.start();
    QTRY_VERIFY_WITH_TIMEOUT(page->progress().counts() == (NodeProgress::Counts{4, 0, 0}), soon);
    QVERIFY(page->progressList()->isVisible());
    stage.shot("start-ready");
    stage.press("Open the map");
    QVERIFY(stage.map()->isVisible());
    // The panel on the map is the same form, and warns as well.
    stage.press("Add node");
    auto* panel = stage.part<AddNodePanel>();
    QTRY_VERIFY(panel->isVisible());
    panel->form()->count()->setValue(50);
    QVERIFY(!panel->form()->warning().isEmpty());
    panel->hide();
}

void TestStart::elsewhereNothingCanBeMade() {
    Stage stage;
    stage.cluster.unserved.insert("machines");
    open(stage, nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(stage.map()->isVisible() || stage.button("Add node") != nullptr, soon);
    stage.place("Start");
    auto* page = stage.part<StartPage>();
    QTRY_VERIFY_WITH_TIMEOUT(page->isVisible() && !page->sampleButton()->isEnabled(), soon);
    QVERIFY(!page->addButton()->isEnabled() && !page->lookButton()->isEnabled());
    QVERIFY(page->check("disk") == nullptr);
    stage.shot("start-elsewhere");
}

QTEST_MAIN(TestStart)
#include "test_start.moc"
