#include "containerd_bench.h"

#include "containerd_parts.h"
#include "engine/base/files.h"
#include "vmnodes/image/oci.h"

#include <QDir>
#include <QTest>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace wheelhouse::tests {

namespace {

std::string plugins; ///< the folder of the CNI plug-ins

std::string fetch() {
    QByteArray path = qgetenv("PATH") + ":/usr/sbin:/sbin";
    for (const char* package : {"containerd", "runc", "containernetworking-plugins"}) {
        QProcess unpack;
        unpack.start(WHEELHOUSE_SOURCE_DIR "/tests/support/unpack", {package});
        if (!unpack.waitForFinished(300'000) || unpack.exitCode() != 0)
            return unpack.readAllStandardError().trimmed().toStdString();
        const QByteArray root = unpack.readAllStandardOutput().trimmed();
        path += ":" + root + "/usr/bin:" + root + "/usr/sbin";
        plugins = (root + "/usr/lib/cni").toStdString();
    }
    qputenv("PATH", path);
    return {};
}

} // namespace

std::string run(const QString& program, const QStringList& arguments) {
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(60'000)) return "did not end";
    const std::string text = process.readAll().toStdString();
    return process.exitCode() == 0 ? "" : "failed: " + text;
}

std::string prepareContainerd() {
    if (::geteuid() != 0) return "containers need root";
    if (const std::string failed = fetch(); !failed.empty()) return failed;
    for (const char* program : {"containerd", "ctr", "runc", "ip"})
        if (!run("sh", {"-c", QString("command -v %1 >/dev/null").arg(program)}).empty())
            return fmt::format("{} is not installed", program);
    if (!QFile::exists(QString::fromStdString(plugins + "/bridge")))
        return "the CNI plug-ins are not installed";
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return "namespaces cannot be made here";
    if (::mount("none", "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
        return "mounts cannot be made private here";
    if (const std::string failed = run("ip", {"link", "set", "lo", "up"}); !failed.empty()) return failed;
    return run("ip", {"address", "add", "10.100.0.2/32", "dev", "lo"}); // the node's own
}

ContainerdBench::ContainerdBench() {
    options_.socket = path("containerd.sock");
    options_.stateFolder = path("state");
    options_.logFolder = path("logs");
    options_.cniFolder = path("cni");
    options_.internalIp = "10.100.0.2";
    options_.manageNetwork = false; // no second interface here, and no nft on every machine
    options_.cgroupRoot = fmt::format("/wheelhouse-test-{}", ::getpid());
}

bool ContainerdBench::start() {
    QDir().mkpath(QString::fromStdString(path("cni")));
    if (!writeFileAtomically(path("config.toml"), containerdConfig(folder(), plugins))) return false;
    process_.setStandardErrorFile(QString::fromStdString(path("containerd.log")));
    process_.start("containerd", {"-c", QString::fromStdString(path("config.toml"))});
    if (!process_.waitForStarted() ||
        !QTest::qWaitFor([this] { return (error_ = ctr({"version"})).empty(); }, 30'000))
        return false;
    const std::string bin = WHEELHOUSE_BINARY_DIR "/bin/";
    for (const auto& [reference, program, name] :
         {std::tuple("wheelhouse.dev/pause:1", bin + "wheelhouse-pause", "pause"),
          std::tuple("wheelhouse.dev/demo:1", bin + "wheelhouse-demo", "demo"),
          std::tuple("wheelhouse.dev/tools:1",
                     std::string(WHEELHOUSE_BINARY_DIR "/tests/agent-containerd-tools"), "tools")})
        if (error_ = import(reference, program, name); !error_.empty()) return false;
    return true;
}

void ContainerdBench::stop() {
    process_.terminate();
    if (!process_.waitForFinished(10'000)) process_.kill();
    process_.waitForFinished(5'000);
}

std::string ContainerdBench::ctr(QStringList arguments) const {
    return run("ctr", QStringList{"-a", QString::fromStdString(options_.socket), "-n", "k8s.io"} + arguments);
}

std::string ContainerdBench::import(const std::string& reference, const std::string& program,
                                    const std::string& name) {
    const auto bytes = readFile(program);
    if (!bytes) return bytes.error().message;
    const std::string archive = image::ociArchive({.reference = reference,
                                                   .path = name,
                                                   .program = *bytes,
                                                   .entrypoint = {"/" + name},
                                                   .command = {},
                                                   .ports = {}});
    if (const auto written = writeFileAtomically(path(name + ".tar"), archive); !written)
        return written.error().message;
    return ctr({"images", "import", "--snapshotter", "native", QString::fromStdString(path(name + ".tar"))});
}

} // namespace wheelhouse::tests
