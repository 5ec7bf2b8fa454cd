// Failures end to end: broken, watched and mended from the window, on the real program with simulated nodes.
#include "ui/views/fault_panel.h"
#include "ui/views/faults_page.h"
#include "window_lab.h"

#include <QAbstractButton>
#include <QListView>

using namespace wheelhouse;
using namespace wheelhouse::ui;

class TestUiFailures : public WindowLab {
    Q_OBJECT
  public:
    TestUiFailures()
        : WindowLab({"--nodes", "simulated=3", "--heartbeat", "1s", "--node-monitor-grace", "6s",
                     "--default-toleration-seconds", "3"}) {}

  private Q_SLOTS:
    void initTestCase() { open(); }
    void cleanupTestCase() { close(); }

    void aLabWithPods() {
        QTRY_COMPARE_WITH_TIMEOUT(map()->layoutOfMap().cards().size(), 3U, soon);
        deployExample();
        QTRY_COMPARE_WITH_TIMEOUT(running().size(), 3, soon);
    }

    /// The link of a node to the control plane is cut until it is mended: its pods move.
    void aLinkIsCutAndWhoActsIsSeen() {
        node_ = running().value(0).section(' ', 1, 1);
        click("Failures");
        auto* page = part<FaultsPage>();
        QTRY_VERIFY_WITH_TIMEOUT(page->isVisible(), soon);
        click("Cut link");
        auto* panel = part<FaultPanel>();
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), soon);
        QTest::keyClicks(panel->focusWidget(), node_);
        panel->duration()->setValue(1000); // until mended
        QTRY_VERIFY_WITH_TIMEOUT(panel->breakButton()->isEnabled(), soon);
        QTest::mouseClick(panel->breakButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), soon);
        QTRY_VERIFY_WITH_TIMEOUT(map()->faults().contains(node_), soon);
        QCOMPARE(lines({"fault"}, "{range .items[*]}{.spec.nodes.names[0]} {.spec.link.cut}{\"\\n\"}{end}"),
                 QStringList(node_ + " true"));
        QTRY_VERIFY2_WITH_TIMEOUT(said().contains("is silent; its lease"), qPrintable(said()), soon);
        QTRY_VERIFY2_WITH_TIMEOUT(said().contains("calls it NotReady"), qPrintable(said()), soon);
        QTRY_VERIFY2_WITH_TIMEOUT(said().contains("node.kubernetes.io/unreachable"), qPrintable(said()),
                                  soon);
        shot("lab-failures");
        const auto moved = [this] {
            const QStringList pods = running();
            return pods.size() == 3 && std::none_of(pods.begin(), pods.end(), [this](const QString& pod) {
                       return pod.section(' ', 1, 1) == node_;
                   });
        };
        QTRY_VERIFY_WITH_TIMEOUT(moved(), soon);
    }

    void theMapShowsItWithItsBadge() {
        click("Map");
        QTRY_VERIFY_WITH_TIMEOUT(map()->isVisible(), soon);
        shot("lab-failures-map");
    }

    void mendedItComesBack() {
        click("Failures");
        auto* page = part<FaultsPage>();
        QTRY_VERIFY_WITH_TIMEOUT(page->mendAllButton()->isVisible(), soon);
        QTest::mouseClick(page->mendAllButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(map()->faults().empty(), soon);
        const auto ready = [this] {
            return lines({"node", node_},
                         "{range .status.conditions[?(@.type==\"Ready\")]}{.status}{\"\\n\"}{end}")
                       .value(0) == u"True";
        };
        QTRY_VERIFY_WITH_TIMEOUT(ready(), soon);
        QVERIFY(lines({"fault"}, "{range .items[*]}{.metadata.name}{\"\\n\"}{end}").isEmpty());
    }

  private:
    void click(const QString& text) const {
        for (auto* button : window_->findChildren<QAbstractButton*>()) {
            if (!button->isVisible() || button->text() != text) continue;
            QTRY_VERIFY_WITH_TIMEOUT(button->isEnabled(), soon);
            return QTest::mouseClick(button, Qt::LeftButton);
        }
        QFAIL(qPrintable("nothing says " + text));
    }
    /// What is done about it, as shown.
    QString said() const {
        QString out;
        const auto* model = part<FaultsPage>()->effectsList()->model();
        for (int row = 0; row < model->rowCount(); ++row) {
            for (int column = 0; column < model->columnCount(); ++column)
                out += model->index(row, column).data().toString() + ' ';
            out += '\n';
        }
        return out;
    }
    QString node_;
};

QTEST_MAIN(TestUiFailures)
#include "test_ui_failures.moc"
