// One window for each lab: a second start finds the first.
#include "single_instance.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <thread>

using namespace wheelhouse::app;

class TestAppSingleInstance : public QObject {
    Q_OBJECT
    QTemporaryDir runtime_;
    QTemporaryDir data_;

    std::filesystem::path lab(const char* name) const { return data_.filePath(name).toStdString(); }
    /// As another process would; the event loop answers meanwhile.
    static bool handOver(const std::filesystem::path& lab) {
        std::atomic<int> outcome = -1;
        std::thread other([&] { outcome = SingleInstance(lab).handOver() ? 1 : 0; });
        (void)QTest::qWaitFor([&] { return outcome >= 0; }, 60'000);
        other.join();
        return outcome == 1;
    }

  private Q_SLOTS:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", runtime_.path().toUtf8()); }

    void aSecondStartShowsTheFirst() {
        SingleInstance first(lab("a"));
        QVERIFY(!handOver(lab("a"))); // nobody listens yet
        QVERIFY(first.listen());
        QSignalSpy again(&first, &SingleInstance::startedAgain);
        QVERIFY(handOver(lab("a")));
        QTRY_COMPARE_WITH_TIMEOUT(again.size(), 1, 30'000);
        QVERIFY(!handOver(lab("b")));  // another lab is another window
        QVERIFY(handOver(lab("./a"))); // the same folder
    }

    void whatADeadWindowLeftIsReplaced() {
        {
            SingleInstance dead(lab("c"));
            QVERIFY(dead.listen());
        }
        SingleInstance next(lab("c"));
        QVERIFY(!handOver(lab("c")));
        QVERIFY(next.listen());
        QVERIFY(handOver(lab("c")));
    }
};

QTEST_GUILESS_MAIN(TestAppSingleInstance)
#include "test_app_single_instance.moc"
