// Issue point 7: exec, attach, cp, port-forward and proxies with unmodified kubectl 1.35, over WebSocket and
// over SPDY, against simulated nodes.
#include "lab_process.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QtTest>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace wheelhouse::test;

namespace {

constexpr int manyBytes = 10 * 1024 * 1024;

/// A program on a terminal of its own.
class Terminal {
  public:
    Terminal(const QStringList& command, int columns, int rows) {
        winsize size{};
        size.ws_col = static_cast<unsigned short>(columns);
        size.ws_row = static_cast<unsigned short>(rows);
        std::vector<QByteArray> words;
        for (const QString& word : command)
            words.push_back(word.toUtf8());
        std::vector<char*> argv;
        for (QByteArray& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        child_ = ::forkpty(&fd_, nullptr, nullptr, &size);
        if (child_ == 0) {
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
    }
    ~Terminal() {
        if (child_ > 0 && !waited_) {
            ::kill(child_, SIGKILL);
            ::waitpid(child_, nullptr, 0);
        }
        ::close(fd_);
    }
    void type(const QByteArray& text) const {
        if (::write(fd_, text.data(), static_cast<std::size_t>(text.size())) < 0) qWarning("nobody reads");
    }
    void resize(int columns, int rows) const {
        winsize size{};
        size.ws_col = static_cast<unsigned short>(columns);
        size.ws_row = static_cast<unsigned short>(rows);
        ::ioctl(fd_, TIOCSWINSZ, &size);
    }
    /// Reads until `text` is on the screen; false after 20 s.
    bool shows(const QByteArray& text) {
        return readUntil([&] { return screen_.contains(text); });
    }
    /// Reads until nobody has the terminal open any more; false after 20 s.
    bool ends() {
        return readUntil([&] { return left_; });
    }
    /// Asks the shell for its terminal's size until it is this one ("ROWS COLUMNS"): the client tells of a
    /// size in its own time, of the first as of any other. False after 20 s.
    bool comesToBe(const QByteArray& size) {
        const QDeadlineTimer given(20'000);
        while (!given.hasExpired()) {
            screen_.clear();
            type("stty size\r");
            if (!shows("# ")) return false;
            if (screen_.contains("\n" + size)) return true;
        }
        return false;
    }
    int exitCode() {
        int status = 0;
        ::waitpid(child_, &status, 0);
        waited_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    QByteArray screen() const { return screen_; }

  private:
    bool readUntil(const std::function<bool()>& done) {
        QElapsedTimer timer;
        timer.start();
        while (!done()) {
            pollfd waiting{fd_, POLLIN, 0};
            if (left_ || timer.elapsed() > 20'000 || ::poll(&waiting, 1, 1000) < 0) return false;
            if ((waiting.revents & (POLLIN | POLLHUP)) == 0) continue;
            char buffer[4096];
            const auto n = ::read(fd_, buffer, sizeof buffer);
            left_ = n <= 0;
            if (n > 0) screen_.append(buffer, static_cast<int>(n));
        }
        return true;
    }

    int fd_ = -1;
    pid_t child_ = -1;
    bool left_ = false;
    bool waited_ = false;
    QByteArray screen_;
};

QByteArray noise(int size) {
    QByteArray out(size, '\0');
    unsigned state = 1;
    for (char& c : out) {
        state = state * 1103515245 + 12345;
        c = static_cast<char>(state >> 16);
    }
    return out;
}

} // namespace

class TestKubectlStreams : public QObject {
    Q_OBJECT
    LabProcess lab_{{"--nodes", "simulated=2"}};

    /// Every test of a stream runs with both.
    static void bothDialects() {
        QTest::addColumn<QByteArray>("webSockets");
        QTest::newRow("WebSocket") << QByteArray("true");
        QTest::newRow("SPDY") << QByteArray("false");
    }
    static void chooseDialect() {
        QFETCH(QByteArray, webSockets);
        qputenv("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", webSockets);
        qputenv("KUBECTL_PORT_FORWARD_WEBSOCKETS", webSockets);
    }
    /// Starts a port-forward and waits for the port it took; 0 when it did not.
    static int forwardedPort(QProcess& forward) {
        static const QRegularExpression said("127.0.0.1:(\\d+) ->");
        QByteArray out;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 20'000 && forward.state() != QProcess::NotRunning) {
            forward.waitForReadyRead(500);
            out += forward.readAllStandardOutput();
            const auto match = said.match(QString::fromUtf8(out));
            if (match.hasMatch()) return match.captured(1).toInt();
        }
        return 0;
    }

  private Q_SLOTS:
    void initTestCase() {
        QString why;
        QVERIFY2(!kubectlPath(&why).isEmpty(), qPrintable(why));
        QVERIFY2(lab_.start(), qPrintable(lab_.error()));
        QVERIFY(lab_.kubectl({"run", "web", "--image=nginx:1.14.2", "--port=80"}).code == 0);
        QVERIFY(lab_.kubectl({"expose", "pod", "web", "--port=8080", "--target-port=80"}).code == 0);
        const Output ready = lab_.kubectl({"wait", "--for=condition=Ready", "pod/web", "--timeout=60s"});
        QVERIFY2(ready.code == 0, qPrintable(ready.err));
    }

    void commands_data() { bothDialects(); }
    void commands() {
        chooseDialect();
        Output said = lab_.kubectl({"exec", "web", "--", "echo", "two words", "here"});
        QVERIFY2(said.code == 0, qPrintable(said.err));
        QCOMPARE(said.out, QString("two words here\n"));
        QCOMPARE(lab_.kubectl({"exec", "web", "-c", "web", "--", "hostname"}).out, QString("web\n"));
        said = lab_.kubectl({"exec", "web", "--", "sh", "-c", "exit 7"});
        QCOMPARE(said.code, 7);
        QVERIFY2(said.err.contains("command terminated with exit code 7"), qPrintable(said.err));
        said = lab_.kubectl({"exec", "web", "--", "cat", "/none"});
        QCOMPARE(said.code, 1);
        QCOMPARE(said.out, QString());
        QVERIFY2(said.err.contains("/none: No such file"), qPrintable(said.err)); // on standard error
        said = lab_.kubectl({"exec", "web", "-c", "other", "--", "ls"});
        QCOMPARE(said.code, 1);
        QVERIFY2(said.err.contains("container other is not valid for pod web"), qPrintable(said.err));
        said = lab_.kubectl({"exec", "none", "--", "ls"});
        QVERIFY2(said.err.contains("pods \"none\" not found"), qPrintable(said.err));
    }

    void tenMegabytesBothWays_data() { bothDialects(); }
    void tenMegabytesBothWays() {
        chooseDialect();
        const QByteArray input = noise(manyBytes);
        QProcess echo;
        echo.start(kubectlPath(), {"--kubeconfig", lab_.kubeconfig(), "exec", "-i", "web", "--", "cat"});
        QVERIFY(echo.waitForStarted());
        echo.write(input);
        echo.closeWriteChannel();
        QVERIFY(echo.waitForFinished(60'000));
        const QByteArray back = echo.readAllStandardOutput();
        QCOMPARE(echo.exitCode(), 0);
        QCOMPARE(back.size(), input.size());
        QVERIFY(back == input);
    }

    void aTerminalWithItsSize_data() { bothDialects(); }
    void aTerminalWithItsSize() {
        chooseDialect();
        Terminal terminal(
            {kubectlPath(), "--kubeconfig", lab_.kubeconfig(), "exec", "-it", "web", "--", "sh"}, 80, 24);
        QVERIFY2(terminal.shows("web:/# "), terminal.screen().constData());
        QVERIFY2(terminal.comesToBe("24 80"), terminal.screen().constData());
        terminal.resize(132, 50);
        QVERIFY2(terminal.comesToBe("50 132"), terminal.screen().constData());
        terminal.type("exit 5\r");
        QVERIFY(terminal.ends());
        QCOMPARE(terminal.exitCode(), 5);
    }

    void filesAreCopied_data() { bothDialects(); }
    void filesAreCopied() {
        chooseDialect();
        QTemporaryDir folder;
        const QByteArray content = noise(1'000'000);
        QFile file(folder.filePath("there"));
        QVERIFY(file.open(QFile::WriteOnly) && file.write(content) == content.size());
        file.close();
        Output said = lab_.kubectl({"cp", folder.filePath("there"), "web:/tmp/copy"});
        QVERIFY2(said.code == 0, qPrintable(said.err));
        QVERIFY(lab_.kubectl({"exec", "web", "--", "ls", "/tmp"}).out.contains("copy"));
        said = lab_.kubectl({"cp", "web:/tmp/copy", folder.filePath("back")});
        QVERIFY2(said.code == 0, qPrintable(said.err));
        QFile back(folder.filePath("back"));
        QVERIFY(back.open(QFile::ReadOnly));
        QVERIFY(back.readAll() == content);
    }

    void theContainersOwnOutput_data() { bothDialects(); }
    void theContainersOwnOutput() {
        chooseDialect();
        const auto attach = lab_.kubectlStarted({"attach", "web"});
        QByteArray out;
        QTRY_VERIFY_WITH_TIMEOUT((out += attach->readAllStandardOutput()).contains("web web: line "), 20'000);
        QCOMPARE(attach->state(), QProcess::Running);
        attach->terminate();
        attach->waitForFinished();
    }

    void severalConnectionsToAPort_data() { bothDialects(); }
    void severalConnectionsToAPort() {
        chooseDialect();
        for (const char* target : {"pod/web", "service/web"}) {
            const QString port = QString(target).startsWith("pod") ? ":80" : ":8080";
            const auto forward = lab_.kubectlStarted({"port-forward", target, port});
            const int local = forwardedPort(*forward);
            QVERIFY2(local > 0, forward->readAllStandardError().constData());
            const QString url = QString("http://127.0.0.1:%1/hostname").arg(local);
            QCOMPARE(run("curl", {"-sS", url}).out, QString("web\n"));
            QStringList eight{"-sS", "--parallel", "--parallel-immediate"};
            for (int i = 0; i < 8; ++i)
                eight << url;
            QCOMPARE(run("curl", eight).out, QString("web\n").repeated(8));
            forward->terminate();
            forward->waitForFinished();
        }
    }

    void proxies() {
        const QString pod = "/api/v1/namespaces/default/pods/web";
        QCOMPARE(lab_.get({"get", "--raw", pod + ":80/proxy/hostname"}), QString("web"));
        QCOMPARE(lab_.get({"get", "--raw", pod + "/proxy/hostname"}), QString("web"));
        QCOMPARE(lab_.get({"get", "--raw", "/api/v1/namespaces/default/services/web:8080/proxy/hostname"}),
                 QString("web"));
        // What the other side hears: no word of who asks.
        const QString heard = lab_.get({"get", "--raw", pod + ":80/proxy/headers"});
        QVERIFY2(heard.contains("host: "), qPrintable(heard));
        QVERIFY2(!heard.contains("authorization", Qt::CaseInsensitive), qPrintable(heard));
        const QString node = lab_.get({"get", "nodes", "-o", "name"}).section('\n', 0, 0);
        QCOMPARE(
            lab_.get({"get", "--raw",
                      "/api/v1/" + node.section('/', 0, 0) + "s/" + node.section('/', 1) + "/proxy/healthz"}),
            QString("ok"));
        const QString where = lab_.get({"get", "pod", "web", "-o", "jsonpath={.spec.nodeName}"});
        QVERIFY(lab_.get({"get", "--raw", "/api/v1/nodes/" + where + "/proxy/pods"}).contains("\"web\""));
        QVERIFY(lab_.get({"get", "--raw", "/api/v1/nodes/" + where + "/proxy/metrics"})
                    .contains("kubelet_running_pods"));
        const Output none = lab_.kubectl({"get", "--raw", "/api/v1/namespaces/default/services/no:1/proxy/"});
        QCOMPARE(none.code, 1);
        QVERIFY2(none.err.contains("not found"), qPrintable(none.err));
    }

    /// A LoadBalancer is reached by this computer's own programs, at an address that is shown.
    void loadBalancers() {
        const QString example = WHEELHOUSE_SOURCE_DIR "/resources/examples/load-balancer.yaml";
        const Output good = lab_.kubectl({"create", "--dry-run=server", "-f", example});
        QVERIFY2(good.code == 0, qPrintable(good.err));
        QCOMPARE(lab_.kubectl({"create", "service", "loadbalancer", "balanced", "--tcp=8080:80"}).code, 0);
        QCOMPARE(lab_.kubectl({"set", "selector", "service/balanced", "run=web"}).code, 0);
        const auto field = [this](const QString& path) {
            return lab_.get({"get", "svc", "balanced", "-o", "jsonpath=" + path});
        };
        QTRY_VERIFY_WITH_TIMEOUT(field("{.status.loadBalancer.ingress[0].ip}").startsWith("127."), 30'000);
        const QString address = field("{.status.loadBalancer.ingress[0].ip}");
        QVERIFY(lab_.get({"get", "svc", "balanced"}).contains(address));
        const auto ask = [&](const QString& port) {
            return run("curl", {"-sS", "-m", "20", "http://" + address + ":" + port + "/hostname"})
                .out.trimmed();
        };
        QTRY_COMPARE_WITH_TIMEOUT(ask("8080"), QString("web"), 60'000); // as soon as there are endpoints
        QCOMPARE(ask(field("{.spec.ports[0].nodePort}")), QString("web"));
        QCOMPARE(lab_.kubectl({"delete", "svc", "balanced"}).code, 0);
        constexpr int refused = 7; // as curl says it
        QTRY_COMPARE_WITH_TIMEOUT(run("curl", {"-sS", "-m", "20", "http://" + address + ":8080/"}).code,
                                  refused, 60'000);
    }

    /// Nothing that was open is left behind, and nothing has grown with what went through.
    void theServerStaysSmall() {
        QFile status(QString("/proc/%1/status").arg(lab_.ready()["pid"].toInt()));
        if (!status.open(QFile::ReadOnly)) QSKIP("the ready line names no process");
        const QString text = status.readAll();
        const int kilobytes = text.section("VmHWM:", 1).simplified().section(' ', 0, 0).toInt();
        QVERIFY2(kilobytes < 300'000, qPrintable(QString::number(kilobytes)));
    }
};

QTEST_GUILESS_MAIN(TestKubectlStreams)
#include "test_kubectl_streams.moc"
