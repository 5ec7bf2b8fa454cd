// The screen of a terminal, and a command in a container that talks to it.
#include "engine/base/simulation.h"
#include "engine/base/system.h"
#include "fake_cluster.h"
#include "ui/models/pod_terminal.h"
#include "ui/models/ui_executor.h"

#include <QSignalSpy>
#include <QtTest>

using namespace wheelhouse;
using namespace wheelhouse::ui;

namespace {

constexpr int soon = 20'000; ///< a deadline for what has gone wrong; nothing takes that long

QByteArray typedBy(TerminalGrid& grid, const std::function<void()>& act) {
    QSignalSpy typed(&grid, &TerminalGrid::typed);
    act();
    QByteArray out;
    for (const auto& call : typed)
        out += call.at(0).toByteArray();
    return out;
}

struct Bench {
    SystemClock clock;
    SeededRandom random{7};
    UiExecutor executor{clock};
    tests::FakeCluster cluster{executor, random};
    PodTerminal terminal{cluster};
    tests::FakeSession& far() { return *cluster.sessions.back(); }
};

} // namespace

class TestTerminalModels final : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void whatIsWrittenIsShown_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("lines") << QByteArray("one\r\ntwo") << "one\ntwo";
        QTest::newRow("carriage return") << QByteArray("12345\rab") << "ab345";
        QTest::newRow("backspace") << QByteArray("ab\b \bc") << "ac";
        QTest::newRow("move and erase") << QByteArray("abcdef\x1b[3D\x1b[K") << "abc";
        QTest::newRow("clear") << QByteArray("gone\x1b[2J\x1b[Hhere") << "here";
        QTest::newRow("place") << QByteArray("\x1b[2;3Hx") << "\n  x";
        QTest::newRow("tab") << QByteArray("a\tb") << "a       b";
        QTest::newRow("UTF-8") << QByteArray("Gr\xc3\xbc\xc3\x9f"
                                             "e \xe4\xbd\xa0\xe5\xa5\xbd!")
                               << "Grüße 你好!";
        QTest::newRow("combining") << QByteArray("e\xcc\x81") << "é";
        QTest::newRow("other screen and back") << QByteArray("keep\x1b[?1049hvi\x1b[?1049l") << "keep";
        QTest::newRow("colours leave no trace") << QByteArray("\x1b[1;31mred\x1b[0m") << "red";
        QTest::newRow("nonsense") << QByteArray("\x1b[999;999;zq\x1b]9;x\x07ok") << "qok";
    }
    void whatIsWrittenIsShown() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        TerminalGrid grid;
        // In pieces as a network may cut them.
        for (const char byte : bytes)
            grid.feed(QByteArrayView(&byte, 1));
        QCOMPARE(grid.text().normalized(QString::NormalizationForm_C), text);
    }

    void stylesAreKnown() {
        TerminalGrid grid;
        grid.feed("\x1b[1;31ma\x1b[0;4;48;5;4mb\x1b[0;7mc\x1b[0;38;2;1;2;3md");
        QVERIFY(grid.cell(0, 0).style.bold);
        QCOMPARE(grid.cell(0, 0).style.fore, (TerminalColor{TerminalColor::Kind::Named, 1, 0}));
        QVERIFY(grid.cell(0, 1).style.underline);
        QCOMPARE(grid.cell(0, 1).style.back, (TerminalColor{TerminalColor::Kind::Named, 4, 0}));
        QVERIFY(grid.cell(0, 2).style.reverse);
        QCOMPARE(grid.cell(0, 3).style.fore, (TerminalColor{TerminalColor::Kind::Own, 0, qRgb(1, 2, 3)}));
        QCOMPARE(grid.cell(0, 4).style, TerminalStyle());
    }

    void wideCharactersTakeTwoPlaces() {
        TerminalGrid grid;
        grid.feed("\xe4\xbd\xa0x");
        QCOMPARE(grid.cell(0, 0).width, 2);
        QVERIFY(grid.cell(0, 1).text.isEmpty());
        QCOMPARE(grid.cell(0, 2).text, QStringLiteral("x"));
        QCOMPARE(grid.cursor(), QPoint(3, 0));
    }

    void keysSayWhatTerminalsSay_data() {
        QTest::addColumn<int>("key");
        QTest::addColumn<int>("modifiers");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, int key, Qt::KeyboardModifiers held, const char* text,
                            const QByteArray& bytes) {
            QTest::newRow(name) << key << static_cast<int>(held) << QString::fromUtf8(text) << bytes;
        };
        row("letter", Qt::Key_A, Qt::NoModifier, "a", "a");
        row("capital", Qt::Key_A, Qt::ShiftModifier, "A", "A");
        row("umlaut", Qt::Key_Udiaeresis, Qt::NoModifier, "ü", "\xc3\xbc");
        row("enter", Qt::Key_Return, Qt::NoModifier, "\r", "\r");
        row("tab", Qt::Key_Tab, Qt::NoModifier, "\t", "\t");
        row("backtab", Qt::Key_Backtab, Qt::ShiftModifier, "", "\x1b[Z");
        row("backspace", Qt::Key_Backspace, Qt::NoModifier, "\b", "\x7f");
        row("escape", Qt::Key_Escape, Qt::NoModifier, "", "\x1b");
        row("up", Qt::Key_Up, Qt::NoModifier, "", "\x1b[A");
        row("ctrl left", Qt::Key_Left, Qt::ControlModifier, "", "\x1b[1;5D");
        row("delete", Qt::Key_Delete, Qt::NoModifier, "", "\x1b[3~");
        row("F5", Qt::Key_F5, Qt::NoModifier, "", "\x1b[15~");
        row("interrupt", Qt::Key_C, Qt::ControlModifier, "\x03", "\x03");
        row("end of input", Qt::Key_D, Qt::ControlModifier, "\x04", "\x04");
        row("control m", Qt::Key_M, Qt::ControlModifier, "\r", "\r");
        row("escape by control", Qt::Key_BracketLeft, Qt::ControlModifier, "", "\x1b");
        row("nul", Qt::Key_Space, Qt::ControlModifier, "", QByteArray(1, 0));
        row("ctrl backspace", Qt::Key_Backspace, Qt::ControlModifier, "", "\x7f");
        row("alt", Qt::Key_B, Qt::AltModifier, "b",
            "\x1b"
            "b");
        row("nothing", Qt::Key_Shift, Qt::ShiftModifier, "", "");
    }
    void keysSayWhatTerminalsSay() {
        QFETCH(int, key);
        QFETCH(int, modifiers);
        QFETCH(QString, text);
        TerminalGrid grid;
        const QByteArray typed =
            typedBy(grid, [&] { grid.key(key, Qt::KeyboardModifiers(modifiers), text); });
        QTEST(typed, "bytes");
    }

    void pastingIsBracketedWhereWanted() {
        TerminalGrid grid;
        QCOMPARE(typedBy(grid, [&] { grid.paste("a\nb\r\nc"); }), QByteArray("a\rb\rc"));
        grid.feed("\x1b[?2004h");
        QCOMPARE(typedBy(grid, [&] { grid.paste("x\x1b[201~rm"); }),
                 QByteArray("\x1b[200~x[201~rm\x1b[201~"));
    }

    void historyIsKeptAndBounded() {
        TerminalGrid grid;
        grid.resize(20, 5);
        for (int i = 0; i < 12; ++i)
            grid.feed("line " + QByteArray::number(i) + "\r\n");
        QCOMPARE(grid.history(), 8);
        QCOMPARE(grid.text({0, 0}, {19, 0}), QStringLiteral("line 0"));
        QCOMPARE(grid.text({5, 1}, {4, 2}), QStringLiteral("1\nline"));
        for (int i = 0; i < TerminalGrid::mostHistory + 50; ++i)
            grid.feed("more\r\n");
        QCOMPARE(grid.history(), TerminalGrid::mostHistory);
        grid.reset();
        QCOMPARE(grid.history(), 0);
        QCOMPARE(grid.text(), QString());
    }

    void aTallerScreenTakesBackWhatLeftIt() {
        TerminalGrid grid;
        grid.resize(20, 4);
        for (int i = 0; i < 9; ++i)
            grid.feed("line " + QByteArray::number(i) + "\r\n");
        const QString before = grid.text();
        QSignalSpy resized(&grid, &TerminalGrid::resized);
        grid.resize(20, 8);
        QCOMPARE(grid.text(), before);
        QCOMPARE(grid.rows(), 8);
        grid.resize(20, 8);
        QCOMPARE(resized.size(), 1);
        grid.resize(0, -3);
        QCOMPARE(grid.rows(), 1);
    }

    void aShellFromBeginningToEnd() {
        Bench bench;
        QSignalSpy changed(&bench.terminal, &PodTerminal::changed);
        bench.terminal.grid().resize(100, 30);
        bench.terminal.open({"shop", "web-1", "app", {"sh"}});
        QCOMPARE(bench.terminal.state(), PodTerminal::State::Opening);
        QCOMPARE(bench.cluster.sessions.size(), std::size_t(1));
        QCOMPARE(QString::fromStdString(bench.far().pod), QStringLiteral("web-1"));
        QVERIFY(bench.far().options.tty && bench.far().options.container == "app");
        QCOMPARE(bench.far().sizes.back(), (std::pair<int, int>(100, 30)));
        QCOMPARE(bench.terminal.command(), QStringLiteral("kubectl exec -it web-1 -n shop -c app -- sh"));
        bench.far().say("web-1:/# ");
        QTRY_COMPARE_WITH_TIMEOUT(bench.terminal.grid().text(), QStringLiteral("web-1:/#"), soon);
        QCOMPARE(bench.terminal.state(), PodTerminal::State::Running);
        bench.terminal.grid().key(Qt::Key_L, {}, "l");
        bench.terminal.grid().key(Qt::Key_Return, {}, "\r");
        QCOMPARE(bench.far().input, std::string("l\r"));
        bench.terminal.grid().resize(80, 20);
        QCOMPARE(bench.far().sizes.back(), (std::pair<int, int>(80, 20)));
        bench.far().say("bye\r\n");
        bench.far().end(3);
        QTRY_COMPARE_WITH_TIMEOUT(bench.terminal.state(), PodTerminal::State::Ended, soon);
        QCOMPARE(bench.terminal.exitCode(), std::optional<int>(3));
        QVERIFY(bench.terminal.grid().text().endsWith("bye"));
        // What is typed now goes nowhere.
        bench.terminal.grid().key(Qt::Key_X, {}, "x");
        QCOMPARE(bench.far().input, std::string("l\r"));
        // And again, from an empty screen.
        bench.terminal.open({"shop", "web-1", "app", {"bash", "-l"}});
        QCOMPARE(bench.cluster.sessions.size(), std::size_t(2));
        QVERIFY(!bench.cluster.sessions[0]->open);
        QVERIFY(!bench.terminal.exitCode());
        QCOMPARE(bench.terminal.grid().text(), QString());
    }

    void aRefusalIsTold() {
        Bench bench;
        bench.terminal.open({"shop", "web-1", "", {"sh"}});
        bench.far().end(fail(Reason::Forbidden, "not you"));
        QTRY_COMPARE_WITH_TIMEOUT(bench.terminal.state(), PodTerminal::State::Ended, soon);
        QVERIFY(bench.terminal.error() && bench.terminal.error()->message == "not you");
        QVERIFY(!bench.terminal.exitCode());
    }

    /// A program that writes faster than frames come is made to wait, and let go on.
    void aFloodIsHeldBack() {
        Bench bench;
        bench.terminal.open({"shop", "web-1", "", {"sh"}});
        bench.far().say(std::string(1500 * 1024, 'x'));
        QTRY_COMPARE_WITH_TIMEOUT(bench.far().holds, 1, soon);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.far().held, soon);
    }

    /// Nor does what is meant for a program that reads nothing pile up, its own questions' answers included.
    void nothingIsTypedIntoADeafProgram() {
        Bench bench;
        bench.terminal.open({"shop", "web-1", "", {"sh"}});
        bench.far().congest(true);
        bench.far().say("\x1b[6n\x1b[6n(");
        QTRY_COMPARE_WITH_TIMEOUT(bench.terminal.grid().text(), QStringLiteral("("), soon);
        bench.terminal.grid().paste("much");
        QCOMPARE(bench.far().input, std::string());
        bench.far().congest(false);
        bench.far().say(")");
        QTRY_COMPARE_WITH_TIMEOUT(bench.terminal.grid().text(), QStringLiteral("()"), soon);
        bench.terminal.grid().paste("again");
        QCOMPARE(bench.far().input, std::string("again"));
    }

    void goingAwayEndsTheCommand() {
        Bench bench;
        {
            PodTerminal other(bench.cluster);
            other.open({"shop", "web-1", "", {"sh"}});
            QVERIFY(bench.far().open);
        }
        QVERIFY(!bench.far().open);
    }
};

QTEST_MAIN(TestTerminalModels)
#include "test_terminal_models.moc"
