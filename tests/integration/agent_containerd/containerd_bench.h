#pragma once

#include "vmnodes/agent/cri_runtime.h"

#include <QCoreApplication>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>
#include <string>

namespace wheelhouse::tests {

/// Runs a program to its end; empty when that was a good one, else what it said.
std::string run(const QString& program, const QStringList& arguments);

/// Why a containerd cannot run here; empty when it can. Puts Debian's own containerd, runc and CNI plug-ins
/// within reach, fetched without installing them where they are not installed. Everything this process starts
/// afterwards shares its own network. Once, before anything else.
std::string prepareContainerd();

/// A containerd with folders, a socket and a network namespace of its own, and the images of these tests.
class ContainerdBench {
  public:
    ContainerdBench();
    /// False with an error() when it does not come up.
    bool start();
    void stop();
    const std::string& error() const { return error_; }
    const agent::CriOptions& options() const { return options_; }
    std::string folder() const { return folder_.path().toStdString(); }
    std::string path(const std::string& name) const { return folder() + "/" + name; }
    /// Has it `ctr` do something.
    std::string ctr(QStringList arguments) const;
    /// An image of one program; empty when it is there, else why not.
    std::string import(const std::string& reference, const std::string& program, const std::string& name);

  private:
    QTemporaryDir folder_;
    QProcess process_;
    agent::CriOptions options_;
    std::string error_;
};

/// The program of a test of these: skipped with its reason where a containerd cannot run.
template <class Test>
int runContainerdTest(int argc, char** argv) {
    QCoreApplication app(argc, argv);
    if (const std::string reason = prepareContainerd(); !reason.empty()) {
        std::printf("SKIPPED: %s\n", reason.c_str());
        return 0;
    }
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace wheelhouse::tests
