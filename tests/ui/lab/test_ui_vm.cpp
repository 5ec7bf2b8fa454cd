// Issue point 7 on real machines: the window shows two VMs, deploys the manifest to them, reads a container's
// log, cuts a VM's power and watches its pods move.
#include "ui/views/feed_view.h"
#include "ui/views/logs_view.h"
#include "window_lab.h"

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestUiVm : public WindowLab {
    Q_OBJECT
    static constexpr int boot = 240'000; ///< a deadline, for a busy machine without KVM
    test::Registry registry_;

  public:
    TestUiVm() : WindowLab({}) {}

  private:
    /// Every pod drawn inside the card of the node it runs on.
    bool podsAreInTheirNodes() const {
        for (const QString& pod : running()) {
            const QRect rect = map()->rectOfPod(Uid(pod.section(' ', 0, 0).toStdString()));
            if (rect.isNull() || !map()->rectOfNode(pod.section(' ', 1, 1)).contains(rect)) return false;
        }
        return true;
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(registry_.start(), qPrintable(registry_.error()));
        lab_.setArguments({"--nodes", "vm=2", "--registry-mirror", "docker.io=" + registry_.url(),
                           "--node-monitor-grace", "12s", "--heartbeat", "3s", "--default-toleration-seconds",
                           "5"});
        open();
    }
    void cleanupTestCase() { close(); }

    void theMapShowsTheVmsComeUp() {
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 2U, boot);
        shot("vm-booting");
        QTRY_COMPARE_WITH_TIMEOUT(
            lines({"nodes"},
                  "{range .items[*]}{.status.conditions[?(@.type==\"Ready\")].status}{\"\\n\"}{end}")
                .count("True"),
            2, boot);
    }

    void aPastedManifestRunsOnTheVms() {
        deployExample();
        QTRY_COMPARE_WITH_TIMEOUT(running().size(), 3, boot);
        QTRY_VERIFY_WITH_TIMEOUT(podsAreInTheirNodes(), soon);
        shot("vm-running");
    }

    void theLogOfAContainerIsShown() {
        selectPod(running().value(0));
        part<DetailDrawer>()->openTab(DetailDrawer::Logs);
        const auto shown = [&] {
            for (auto* view : window_->findChildren<LogsView*>())
                if (view->isVisible() && view->text().contains("start worker process")) return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(shown(), soon);
        shot("vm-log");
    }

    void cutPowerMovesThePodsToTheOtherVm() {
        selectNode("vm-2");
        act("power");
        const auto moved = [&] {
            const QStringList pods = running();
            for (const QString& pod : pods)
                if (pod.section(' ', 1, 1) != "vm-1") return false;
            return pods.size() == 3;
        };
        QTRY_VERIFY_WITH_TIMEOUT(moved(), boot);
        QCOMPARE(lines({"machine", "vm-2"}, "{.spec.power}").value(0), QString("Off"));
        shot("vm-power-cut");
    }
};

QTEST_MAIN(TestUiVm)
#include "test_ui_vm.moc"
