#include "lab_process.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QTcpServer>
#include <QTcpSocket>
#include <QtTest>
#include <csignal>

namespace wheelhouse::test {
namespace {

const QString sourceDirectory = QStringLiteral(WHEELHOUSE_SOURCE_DIR);
const QString binaryDirectory = QStringLiteral(WHEELHOUSE_BINARY_DIR);
/// Generous: machines are shared, and a deadline only ends what has gone wrong.
constexpr int startSeconds = 60;
constexpr int stopSeconds = 60;

} // namespace

Output run(const QString& program, const QStringList& arguments, const QByteArray& input, int seconds) {
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForStarted()) return {-1, {}, process.errorString()};
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(seconds * 1000)) {
        process.kill();
        process.waitForFinished();
        return {-1, QString::fromUtf8(process.readAllStandardOutput()),
                QString("%1 did not end within %2 s: %3")
                    .arg(program)
                    .arg(seconds)
                    .arg(QString::fromUtf8(process.readAllStandardError()))};
    }
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

QString kubectlPath(QString* why) {
    const Output found = run(sourceDirectory + "/tests/support/clients", {}, {}, 300);
    if (found.code == 0) return found.out.trimmed() + "/kubectl";
    if (why != nullptr) *why = found.err.trimmed();
    return {};
}

QString debianKubectlPath(QString* why) {
    const Output found =
        run(sourceDirectory + "/tests/support/unpack", {"kubernetes-client", "kubectl"}, {}, 300);
    if (found.code == 0) return found.out.trimmed();
    if (why != nullptr) *why = found.err.trimmed();
    return {};
}

LabProcess::LabProcess(QStringList arguments)
    : folder_(QDir::tempPath() + "/wh-XXXXXX"), arguments_(std::move(arguments)) {}

LabProcess::~LabProcess() {
    if (running()) stop();
}

bool LabProcess::start() {
    const QString readyFile = folder_.filePath("ready");
    QFile::remove(readyFile);
    process_.setStandardErrorFile(folder_.filePath("log"), QIODevice::Append);
    process_.setStandardOutputFile(QProcess::nullDevice());
    QStringList arguments{"serve",        "--data-dir", dataDirectory(), "--listen", "127.0.0.1:0",
                          "--kubeconfig", kubeconfig(), "--ready-file",  readyFile};
    process_.start(binaryDirectory + "/bin/wheelhouse", arguments + arguments_);
    QElapsedTimer timer;
    timer.start();
    while (!QFile::exists(readyFile)) {
        if (process_.waitForFinished(20) || process_.state() == QProcess::NotRunning) {
            error_ = "ended before it served: " + log();
            return false;
        }
        if (timer.elapsed() > startSeconds * 1000) {
            error_ = "did not serve in time: " + log();
            return false;
        }
    }
    QFile file(readyFile);
    if (!file.open(QIODevice::ReadOnly)) return false;
    ready_ = QJsonDocument::fromJson(file.readAll()).object();
    return !ready_.isEmpty();
}

int LabProcess::stop() {
    process_.terminate();
    if (!process_.waitForFinished(stopSeconds * 1000)) {
        process_.kill();
        process_.waitForFinished();
        return -1;
    }
    return process_.exitStatus() == QProcess::NormalExit ? process_.exitCode() : -1;
}

void LabProcess::kill() {
    process_.kill();
    process_.waitForFinished();
}

QString LabProcess::log() const {
    QFile file(folder_.filePath("log"));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

Output LabProcess::kubectl(const QStringList& arguments, const QByteArray& input, int seconds) const {
    static const QString newest = kubectlPath();
    return run(kubectl_.isEmpty() ? newest : kubectl_,
               QStringList{"--kubeconfig", kubeconfig(), "--cache-dir", folder_.filePath("cache")} +
                   arguments,
               input, seconds);
}

QString LabProcess::get(const QStringList& arguments) const {
    const Output output = kubectl(arguments);
    return output.code == 0 ? output.out.trimmed() : "error: " + output.err.trimmed();
}

bool LabProcess::nodesReady(int count, int seconds) const {
    const auto ready = [&] {
        const QStringList conditions = get({"get", "nodes", "-o",
                                            R"(jsonpath={range .items[*]}node )"
                                            R"({.status.conditions[?(@.type=="Ready")].status}{"\n"}{end})"})
                                           .split('\n');
        return conditions.size() == count && conditions.count("node True") == count;
    };
    return QTest::qWaitFor(ready, seconds * 1000);
}

std::unique_ptr<QProcess> LabProcess::kubectlStarted(const QStringList& arguments) const {
    auto process = std::make_unique<QProcess>();
    process->start(kubectl_.isEmpty() ? kubectlPath() : kubectl_,
                   QStringList{"--kubeconfig", kubeconfig(), "--cache-dir", folder_.filePath("cache")} +
                       arguments);
    return process->waitForStarted() ? std::move(process) : nullptr;
}

int freePort() {
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
}

bool Registry::start() {
    const Output program =
        run(sourceDirectory + "/tests/support/unpack", {"docker-registry", "docker-registry"}, {}, 300);
    if (program.code != 0) {
        error_ = program.err.trimmed();
        return false;
    }
    const int port = freePort();
    QFile config(folder_.filePath("config.yml"));
    if (!config.open(QIODevice::WriteOnly)) return false;
    config.write(QString("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: "
                         "%1}}\nhttp: {addr: 127.0.0.1:%2}\n")
                     .arg(folder_.filePath("blobs"))
                     .arg(port)
                     .toUtf8());
    config.close();
    process_.setStandardErrorFile(folder_.filePath("log"));
    process_.start(program.out.trimmed(), {"serve", config.fileName()});
    QElapsedTimer timer;
    timer.start();
    for (QTcpSocket socket;;) {
        socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(port));
        if (socket.waitForConnected(100)) break;
        socket.abort();
        if (process_.waitForFinished(20) || timer.elapsed() > 20'000) {
            error_ = "docker-registry did not start";
            return false;
        }
    }
    url_ = QString("http://127.0.0.1:%1").arg(port);
    const Output pushed = run(sourceDirectory + "/tests/support/push-nginx", {url_}, {}, 300);
    error_ = pushed.err.trimmed();
    return pushed.code == 0;
}

Registry::~Registry() {
    process_.kill();
    process_.waitForFinished();
}

} // namespace wheelhouse::test
