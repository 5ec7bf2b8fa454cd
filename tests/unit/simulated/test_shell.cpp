// What programs of simulated containers do: scripts, files, time, the end.
#include "commands.h"
#include "engine/base/simulation.h"
#include "shell.h"

#include <QtTest>
#include <csignal>

using namespace wheelhouse;
using namespace wheelhouse::simulated;
using namespace std::chrono_literals;

namespace {

struct Told {
    int code = -1;
    std::string out;
    std::string err;
    Duration took{};
};

SimulatedPlace placeWith(std::shared_ptr<SimulatedFiles> files) {
    SimulatedPlace place;
    place.pod = "web-0";
    place.image = "busybox:1";
    place.env = {{"GREETING", "hello world"}, {"PORT", "80"}};
    place.files = std::move(files);
    return place;
}

Told run(const Shell::Words& command,
         std::shared_ptr<SimulatedFiles> files = std::make_shared<SimulatedFiles>(), Duration limit = 1h) {
    SimulatedExecutor executor;
    Told told;
    const Instant begin = executor.clock().now();
    Shell shell(executor, placeWith(std::move(files)),
                {[&](const std::string& text) { told.out += text; },
                 [&](const std::string& text) { told.err += text; },
                 {}},
                [&](int code) { told.code = code; });
    shell.run(command);
    executor.runUntil([&] { return told.code >= 0; }, limit);
    told.took = executor.clock().now() - begin;
    return told;
}

} // namespace

class TestShell : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void scripts_data() {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("out");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const char* script, const char* out, int code = 0) {
            QTest::newRow(name) << script << out << code;
        };
        row("words", "echo one  'two  three' \"$GREETING\"", "one two  three hello world\n");
        row("an unquoted variable is split", "for w in $GREETING; do echo \"<$w>\"; done",
            "<hello>\n<world>\n");
        row("no newline", "echo -n DONE", "DONE");
        row("exit", "echo a; exit 3; echo b", "a\n", 3);
        row("and, or", "false && echo no || echo yes", "yes\n");
        row("not", "! false && echo yes", "yes\n");
        row("the last code counts", "true; false", "", 1);
        row("if", "if [ 1 -eq 2 ]; then echo a; elif test -n x; then echo b; else echo c; fi", "b\n");
        row("while", "i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done", "0\n1\n2\n");
        row("until, break", "until false; do echo once; break; done", "once\n");
        row("pipe", "printf 'b\\na\\n' | sort | head -n 1", "a\n");
        row("grep", "echo needle | grep -q needle && echo found", "found\n");
        row("redirections", "echo a > /tmp/f; echo b >> /tmp/f; cat /tmp/f; cat < /tmp/f", "a\nb\na\nb\n");
        row("errors go elsewhere", "cat /nowhere 2>/dev/null; echo $?", "1\n");
        row("joined", "cat /nowhere 2>&1", "cat: /nowhere: No such file or directory\n", 1);
        row("group", "{ echo a; echo b; } > /tmp/g; wc -l < /tmp/g", "2\n");
        row("substituted", "echo \"it is $(echo -n deep)\"", "it is deep\n");
        row("what is assigned before a command is its own", "X=1 true; echo \"[$X]\"", "[]\n");
        row("otherwise", "echo ${NONE:-other} ${PORT:-no}", "other 80\n");
        row("missing", "echo ${NONE:?}; echo no", "", 2);
        row("double brackets", "[[ \"$PORT\" == \"80\" ]] && echo OK", "OK\n");
        row("folders", "mkdir /a; touch /a/x; test -d /a && ls /a; rm /a/x; test -f /a/x; echo $?", "x\n1\n");
        row("a script in a script", "sh -c 'echo $0 $1; exit 4' zero one; echo $?", "zero one\n4\n");
        row("counted lines",
            "f=/tmp/n; echo a >> $f; n=$(echo b >> $f ; wc -l $f | awk {'print $1'}); echo $n", "2\n");
        row("exec", "exec echo bye", "bye\n");
        row("comments and lines", "# nothing\necho a # b\necho c", "a\nc\n");
        row("numbers", "seq 3 | wc -l; echo $((2 * 3 + 4))", "3\n10\n");
        row("options of a shell", "sh -x -e -c 'echo $0' a; bash -ec 'echo b'", "a\nb\n", 0);
        row("expr", "expr 7 % 2; expr 4 \\* 3 - 5; expr 2 % 2; echo $?", "1\n7\n0\n1\n");
        row("nobody knows it", "python -V", "", 127);
        row("no script", "if true; echo", "", 2);
    }
    void scripts() {
        QFETCH(QString, script);
        QFETCH(QString, out);
        QFETCH(int, code);
        const Told told = run({"sh", "-c", script.toStdString()});
        QCOMPARE(QString::fromStdString(told.out), out);
        QCOMPARE(told.code, code);
    }

    void sleepTakesItsTime() {
        const Told told = run({"sh", "-c", "sleep 5; sleep 1m"});
        QCOMPARE(told.code, 0);
        QVERIFY(told.took >= 65s && told.took < 66s);
    }

    void aLoopThatNeverWaitsHoldsNobodyUp() {
        const Told told =
            run({"sh", "-c", "while true; do true; done"}, std::make_shared<SimulatedFiles>(), 30s);
        QCOMPARE(told.code, -1); // still at it, and 30 seconds have gone by
    }

    void onlyWhatIsKnownIsActedOut_data() {
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<bool>("known");
        QTest::newRow("script") << QStringList{"/bin/sh", "-c", "sleep 5; exit 1"} << true;
        QTest::newRow("script with options")
            << QStringList{"sh", "-x", "-c", "mv -v /a /tmp/ || true"} << true;
        QTest::newRow("no script after options") << QStringList{"sh", "-x"} << false;
        QTest::newRow("command") << QStringList{"/bin/true"} << true;
        QTest::newRow("a server") << QStringList{"nginx", "-g", "daemon off;"} << false;
        QTest::newRow("a script of servers") << QStringList{"sh", "-c", "nginx; sleep 1"} << false;
        QTest::newRow("more of a shell") << QStringList{"sh", "-c", "sleep 1 & wait"} << false;
        QTest::newRow("waits for input") << QStringList{"cat"} << false;
        QTest::newRow("nothing") << QStringList{} << false;
    }
    void onlyWhatIsKnownIsActedOut() {
        QFETCH(QStringList, command);
        QFETCH(bool, known);
        Shell::Words words;
        for (const QString& word : command)
            words.push_back(word.toStdString());
        QCOMPARE(Shell::knows(words), known);
    }

    void aTrapAnswersSigterm() {
        SimulatedExecutor executor;
        int code = -1;
        Shell shell(executor, placeWith(std::make_shared<SimulatedFiles>()),
                    {[](const std::string&) {}, [](const std::string&) {}, {}}, [&](int c) { code = c; });
        shell.run({"sh", "-c", "trap 'exit 7' TERM; while true; do sleep 1; done"});
        executor.advance(10s);
        QCOMPARE(code, -1);
        QVERIFY(!shell.signal(SIGHUP));
        QVERIFY(shell.signal(SIGTERM));
        executor.advance(1s);
        QCOMPARE(code, 7);
        QVERIFY(!shell.signal(SIGTERM));
    }

    void whatDoesNotFitIntoAFileIsToldAndFails() {
        const auto full = std::make_shared<SimulatedFiles>();
        full->setLimit(4);
        const Told told =
            run({"sh", "-c", "echo abc > /f; echo $?; echo d >> /f || echo lost; cat /f"}, full);
        QCOMPARE(told.out, std::string("0\nlost\nabc\n"));
        QCOMPARE(told.err, std::string("sh: write error: No space left on device\n"));
        QCOMPARE(told.code, 0);
        // A group says it once, as one file was opened once.
        const Told group = run({"sh", "-c", "{ echo abcd; echo efgh; } > /g"}, full);
        QCOMPARE(group.err, std::string("sh: write error: No space left on device\n"));
        QCOMPARE(group.code, 1);
    }
    void volumesAreSeenWhereTheyAreMounted() {
        auto volume = std::make_shared<SimulatedFiles>();
        volume->assign({{"data/key", {"value", 0440}}});
        auto files = std::make_shared<SimulatedFiles>();
        files->setReadOnly();
        files->mount("/etc/config", volume, "", true);
        files->mount("/one", volume, "data/key", true);
        const Told told =
            run({"sh", "-c", "cat /etc/config/data/key /one; ls /etc; echo x > /f; echo x > /etc/config/f"},
                files);
        QCOMPARE(told.out, std::string("valuevalueconfig\n"));
        QCOMPARE(told.err, std::string("sh: can't create /f: Read-only file system\n"
                                       "sh: can't create /etc/config/f: Read-only file system\n"));
        QCOMPARE(modeText(*files->mode("/etc/config/data/key"), false), std::string("-r--r-----"));
    }
};

QTEST_GUILESS_MAIN(TestShell)
#include "test_shell.moc"
