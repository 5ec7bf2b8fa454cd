#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>
#include <functional>
#include <memory>

namespace wheelhouse::test {

/// What a program run to its end said.
struct Output {
    int code = -1;
    QString out;
    QString err;
};

/// Runs a program to its end, at most `seconds`.
Output run(const QString& program, const QStringList& arguments, const QByteArray& input = {},
           int seconds = 60);

/// The real program, serving a lab in a folder of its own on loopback, with real kubectl to talk to it. Ends
/// what it started when it goes away.
class LabProcess {
  public:
    explicit LabProcess(QStringList arguments = {});
    ~LabProcess();

    /// Starts (or starts again) and waits until it says that it serves. False with `error()` otherwise.
    bool start();
    /// SIGTERM and wait; the exit code, or -1 when it had to be killed.
    int stop();
    /// SIGKILL.
    void kill();
    bool running() const { return process_.state() == QProcess::Running; }
    QString error() const { return error_; }
    /// The ready line, parsed.
    const QJsonObject& ready() const { return ready_; }
    QString kubeconfig() const { return folder_.filePath("kubeconfig"); }
    QString dataDirectory() const { return folder_.filePath("d"); }
    QString log() const;
    void setArguments(QStringList arguments) { arguments_ = std::move(arguments); }
    /// Speaks with this kubectl from now on instead of kubectl 1.35.
    void setKubectl(QString program) { kubectl_ = std::move(program); }

    Output kubectl(const QStringList& arguments, const QByteArray& input = {}, int seconds = 60) const;
    /// kubectl whose standard output is the answer; fails the test's expectations by returning "error: …"
    /// otherwise.
    QString get(const QStringList& arguments) const;
    /// Waits until exactly `count` nodes exist and each is Ready; false after `seconds`. (`kubectl wait node
    /// --all` alone fails while no node exists yet.)
    bool nodesReady(int count, int seconds = 60) const;
    /// kubectl in the background, for watches and followed logs.
    std::unique_ptr<QProcess> kubectlStarted(const QStringList& arguments) const;

  private:
    QTemporaryDir folder_;
    QStringList arguments_;
    QString kubectl_;
    QProcess process_;
    QJsonObject ready_;
    QString error_;
};

/// Debian's docker-registry on a free loopback port, with an nginx image made from Debian's package in it.
class Registry {
  public:
    bool start();
    ~Registry();
    QString url() const { return url_; }
    QString error() const { return error_; }

  private:
    QTemporaryDir folder_;
    QProcess process_;
    QString url_;
    QString error_;
};

/// A loopback TCP port that was free a moment ago.
int freePort();
/// The path of kubectl 1.35, or empty with a reason in `why`.
QString kubectlPath(QString* why = nullptr);
/// The path of the kubectl in this Debian (1.20 in 12, 1.32 in 13), or empty with a reason in `why`.
QString debianKubectlPath(QString* why = nullptr);

} // namespace wheelhouse::test
